// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_times.c - judging a subject by another time's contract is no blank cheque.
 *
 * Ours keeps the contract of 6.1.  Told that it is to be judged as a kernel of another time, it
 * must be found to break a rule of that time's: each flag demands something else, not less.  That a
 * kernel of such a time needs the flag is test_kernel.sh's.
 */
#include <stdio.h>

#include "../oracle/subject.h"
#include "../targets/exec/exec.h"

#define PROGRAMS 3000u

/**
 * struct time_case - one flag of enum subject_flag
 * @layer: of the programs
 * @rule: what ours must be found to break, among others
 */
struct time_case {
	const char *name;
	unsigned int flag;
	enum program_layer layer;
	enum rule rule;
};

static const struct time_case cases[] = {
	{ "SUBJECT_NO_RECLAIM", SUBJECT_NO_RECLAIM, LAYER_PCPU, RULE_isolated },
	{ "SUBJECT_FULL_GFP", SUBJECT_FULL_GFP, LAYER_PCPU, RULE_requests },
	{ "SUBJECT_ALL_NEAR", SUBJECT_ALL_NEAR, LAYER_BOOT, RULE_boot_lines },
};

static unsigned int extra;

static unsigned int flags(void *s)
{
	return subject_ours.flags(s) | extra;
}

/* How many programs break a rule, and how many that of the case. */
static void count(const struct time_case *c, unsigned int *findings, unsigned int *of_rule)
{
	static struct exec e;
	struct subject_ops ops = subject_ours;
	struct exec_options opts = { .subject = &ops };

	ops.flags = flags;
	*findings = *of_rule = 0;
	for (unsigned int i = 0; i < PROGRAMS && !*of_rule; i++) {
		struct rng r = { i + 1 };
		struct program p;

		program_generate(&p, c->layer, &r, 64);
		if (!exec_run(&e, &p, &opts)) {
			++*findings;
			*of_rule += e.oracle.finding.rule == c->rule;
		}
		exec_exit(&e);
		program_exit(&p);
	}
}

int main(void)
{
	unsigned int nr_failures = 0;

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int findings, of_rule;

		extra = cases[i].flag;
		count(cases + i, &findings, &of_rule);
		if (of_rule)
			continue;
		nr_failures++;
		printf("%s: %u of %u programs break a rule, none breaks %s\n", cases[i].name,
		       findings, PROGRAMS, rule_infos[cases[i].rule].name);
	}
	printf("%zu flags, %u failures\n", sizeof(cases) / sizeof(cases[0]), nr_failures);
	return nr_failures != 0;
}
