// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules.c - the texts of the rules; rules.def is the table.
 */
#include <string.h>

#include "rules.h"

const struct rule_info rule_infos[RULE_NR] = {
#define RULE(name, group, statement, source) { #name, #group, statement, source },
#include "rules.def"
#undef RULE
};

/**
 * rule_by_name - the rule of a name
 * @name: the name
 * @rule: where it is stored
 *
 * Return: false if there is none.
 */
bool rule_by_name(const char *name, enum rule *rule)
{
	for (int i = 0; i < RULE_NR; i++) {
		if (!strcmp(rule_infos[i].name, name)) {
			*rule = (enum rule)i;
			return true;
		}
	}
	return false;
}
