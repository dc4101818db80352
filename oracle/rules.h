/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rules.h - the names of the rules; rules.def is the table.
 */
#ifndef ORACLE_RULES_H
#define ORACLE_RULES_H

enum rule {
#define RULE(name, group, statement, source) RULE_##name,
#include "rules.def"
#undef RULE
	RULE_NR,
};

/**
 * struct rule_info - what a rule says
 */
struct rule_info {
	const char *name, *group, *statement, *source;
};

extern const struct rule_info rule_infos[RULE_NR];

#endif
