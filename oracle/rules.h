/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rules.h - the names of the rules; rules.def is the table.
 */
#ifndef ORACLE_RULES_H
#define ORACLE_RULES_H

#include <stdbool.h>
#include <stdint.h>

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

/**
 * struct rule_set - some of the rules
 * @bits: bit i % 64 of word i / 64 is set if rule i is one of them
 */
struct rule_set {
	uint64_t bits[(RULE_NR + 63) / 64];
};

extern const struct rule_info rule_infos[RULE_NR];

static inline bool rule_in(const struct rule_set *s, enum rule rule)
{
	return s->bits[rule / 64] >> rule % 64 & 1;
}

static inline void rule_add(struct rule_set *s, enum rule rule)
{
	s->bits[rule / 64] |= UINT64_C(1) << rule % 64;
}

bool rule_by_name(const char *name, enum rule *rule);

#endif
