// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_run.c - pcpufuzz run: programs from files, one after the other, without a fuzz engine.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/**
 * struct totals - what came of all programs
 * @programs, @ops, @findings: run, done by all subjects together, made
 * @compared: ops after which subjects were compared
 * @parted: programs in which that ended early, for a known error of one of them
 * @unfit: programs that were not run, as a subject cannot be such a machine
 * @not_offered: ops that were not run, as a subject does not offer them
 * @lost: programs that ended early, as a model could not follow what breaks a rule that is left out
 * @checked: checks of each rule
 */
struct totals {
	uint64_t programs, ops, findings;
	uint64_t compared, parted, unfit, not_offered, lost;
	uint64_t checked[RULE_NR];
};

static void print_result(void *ctx, const struct exec *e, uint32_t index, const struct outcome *out)
{
	const struct op *op = e->program->ops + index;
	char text[160];

	(void)ctx;
	outcome_to_text(op, out, text, sizeof(text));
	printf("%" PRIu32 " %s %s %016" PRIx64 "\n", index, op_infos[op->kind].name, text,
	       exec_state_hash(e));
}

static void run_file(const struct run_options *ro, const char *path, const struct program *p,
		     struct totals *t)
{
	static struct lockstep l;
	char how[5600];
	bool lost = false;

	if (ro->observer)
		printf("program %s\n", path);
	t->programs++;
	if (!run_program(&l, ro, p)) {
		t->findings++;
		printf("%s: finding\n", path);
		snprintf(how, sizeof(how), "%s run %s%s", tool_path, ro->how, path);
		print_finding(&l, how);
	}
	for (unsigned int k = 0; k < ro->subjects.nr && k < l.started; k++) {
		t->ops += l.e[k].oracle.nr_ops;
		for (int i = 0; i < RULE_NR; i++)
			t->checked[i] += l.e[k].oracle.checked[i];
		/* of a bad free that was issued the outcome is known */
		lost |= l.e[k].oracle.over && !(l.e[k].oracle.flags & ORACLE_BAD_FREE);
	}
	t->lost += lost;
	t->compared += l.compared;
	t->parted += l.parted != 0;
	t->not_offered += l.e[0].nr_not_offered;
	lockstep_exit(&l);
}

static bool write_stats(const char *path, const struct totals *t)
{
	FILE *f = fopen(path, "w");

	if (!f) {
		usage_error("%s: cannot be written", path);
		return false;
	}
	fprintf(f, "programs %" PRIu64 "\nops %" PRIu64 "\nfindings %" PRIu64 "\n", t->programs,
		t->ops, t->findings);
	fprintf(f,
		"compared %" PRIu64 "\nparted %" PRIu64 "\nunfit %" PRIu64 "\nnot_offered %" PRIu64
		"\n",
		t->compared, t->parted, t->unfit, t->not_offered);
	for (int i = 0; i < RULE_NR; i++)
		fprintf(f, "rule.%s %" PRIu64 "\n", rule_infos[i].name, t->checked[i]);
	if (fclose(f)) {
		usage_error("%s: cannot be written", path);
		return false;
	}
	return true;
}

static void print_totals(const struct totals *t, const struct rule_set *rules_off)
{
	printf("%" PRIu64 " programs, %" PRIu64 " ops, %" PRIu64 " findings", t->programs, t->ops,
	       t->findings);
	if (t->unfit)
		printf(", %" PRIu64 " not applicable", t->unfit);
	if (t->not_offered)
		printf(", %" PRIu64 " ops not offered", t->not_offered);
	if (t->compared)
		printf(", %" PRIu64 " ops compared", t->compared);
	if (t->parted)
		printf(", %" PRIu64 " programs parted for a known error", t->parted);
	if (t->lost)
		printf(", %" PRIu64 " programs ended where the model could not follow", t->lost);
	report_rules_off(stdout, ", without the rules", rules_off);
	putchar('\n');
}

static int run_all(const struct run_options *ro, const struct input *in, bool reverse,
		   const char *stats)
{
	struct totals t = { 0 };
	bool bad = false;

	for (size_t i = 0; i < in->nr; i++) {
		const char *path = in->path[reverse ? in->nr - 1 - i : i];
		const char *unfit, *name;
		struct program p;

		if (!load_for(&p, ro, path, &unfit, &name)) {
			bad = true;
			continue;
		}
		if (!unfit)
			run_file(ro, path, &p, &t);
		else if (in->nr == 1)
			usage_error("%s: not applicable to %s: %s", path, name, unfit);
		else
			printf("%s: not applicable to %s: %s\n", path, name, unfit);
		t.unfit += unfit != NULL;
		program_exit(&p);
	}
	if (stats && !write_stats(stats, &t))
		bad = true;
	if (!ro->observer)
		print_totals(&t, &ro->policy.rules_off);
	/* nothing was run, though something was asked for */
	bad |= t.unfit == in->nr;
	return bad ? EXIT_USAGE : t.findings ? EXIT_FINDING : EXIT_CLEAN;
}

/**
 * cmd_run - run programs
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_run(int argc, char **argv)
{
	struct run_options ro;
	struct input in = { 0 };
	const char *stats = NULL;
	bool reverse = false, ok = true;
	int ret = EXIT_USAGE;

	init_run_options(&ro);
	for (int i = 1; i < argc && ok; i++) {
		int taken = take_run_option(&ro, argc, argv, &i);

		if (taken)
			ok = taken > 0;
		else if (!strcmp(argv[i], "--print"))
			ro.observer = print_result;
		else if (!strcmp(argv[i], "--reverse"))
			reverse = true;
		else if (!strcmp(argv[i], "--stats") && i + 1 < argc)
			stats = argv[++i];
		else if (argv[i][0] == '-' && argv[i][1])
			ok = !usage_error("run: unknown option '%s', see 'pcpufuzz run --help'",
					  argv[i]);
		else
			ok = strcmp(argv[i], "-") ? input_add(&in, argv[i]) :
						    input_add(&in, "/dev/stdin");
	}
	if (ok && !in.nr)
		usage_error("run: expected a file or folder with programs");
	settle_run_options(&ro);
	if (ok && in.nr)
		ret = run_all(&ro, &in, reverse, stats);
	input_free(&in);
	return ret;
}
