// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_list.c - pcpufuzz list: the tables of rules, quirks, ops and targets, and what engines want
 * of them.
 */
#include <string.h>

#include "tool.h"

static void list_rules(void)
{
	for (int i = 0; i < RULE_NR; i++)
		printf("%-18s %-12s %s (%s)\n", rule_infos[i].name, rule_infos[i].group,
		       rule_infos[i].statement, rule_infos[i].source);
}

static void list_quirks(void)
{
	for (int i = 0; i < PCPU_QUIRK_NR; i++)
		printf("%-13s breaks %s\n    %s\n    %s\n", pcpu_quirks[i].name,
		       pcpu_quirks[i].rule, pcpu_quirks[i].what, pcpu_quirks[i].where);
}

static void list_known(void)
{
	for (int i = 0; i < KNOWN_NR; i++) {
		const struct known_info *k = known_infos + i;

		printf("%-13s breaks %-16s %-5s since %-6s until %-6s %s\n    %s\n", k->name,
		       k->rule, i < PCPU_QUIRK_NR ? "quirk" : "known", k->since,
		       k->until[0] ? k->until : "now", k->witness, k->what);
	}
}

static void list_ops(void)
{
	static const char *const layers[LAYER_NR] = { "all", "pcpu", "vm", "boot" };

	for (int i = 0; i < OP_NR; i++)
		printf("%-72s %-4s %s\n", op_infos[i].syntax, layers[op_infos[i].layer],
		       op_infos[i].what);
}

static void list_targets(void)
{
	for (int i = 0; i < TARGET_NR; i++)
		printf("%-14s %s\n", targets[i].name, targets[i].what);
}

static int list_dict(int argc, char **argv)
{
	const struct target *t = targets;

	if (argc != 2 && (argc != 4 || strcmp(argv[2], "--target")))
		return usage_error("list dict: expected nothing or --target NAME");
	if (argc == 4 && !find_target(argv[3], &t))
		return EXIT_USAGE;
	dict_print(stdout, t->layer);
	return EXIT_CLEAN;
}

/**
 * cmd_list - print a table
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_list(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*list)(void);
	} tables[] = {
		{ "rules", list_rules }, { "quirks", list_quirks },   { "known", list_known },
		{ "ops", list_ops },	 { "targets", list_targets },
	};

	if (argc >= 2 && !strcmp(argv[1], "dict"))
		return list_dict(argc, argv);
	for (size_t i = 0; argc == 2 && i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (!strcmp(argv[1], tables[i].name)) {
			tables[i].list();
			return EXIT_CLEAN;
		}
	}
	return usage_error("list: expected one of rules, quirks, known, ops, targets, dict");
}
