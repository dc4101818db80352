// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules.c - the texts of the rules; rules.def is the table.
 */
#include "rules.h"

const struct rule_info rule_infos[RULE_NR] = {
#define RULE(name, group, statement, source) { #name, #group, statement, source },
#include "rules.def"
#undef RULE
};
