// SPDX-License-Identifier: GPL-2.0-only
/*
 * target.c - one input of a fuzz target: bytes to program to verdict.
 */
#include <stdlib.h>
#include <time.h>

#include "target.h"

const struct target targets[TARGET_NR] = {
#define TARGET(name, option, tolerate, layer, what) \
	{ #name, option, tolerate, LAYER_##layer, what },
#include "targets.def"
#undef TARGET
};

/* Ops run by this process, for the summary that scripts/run prints. */
static uint64_t total_programs, total_ops;
static uint64_t total_checked[RULE_NR];

static void count(const struct exec *e)
{
	total_programs++;
	total_ops += e->oracle.nr_ops;
	for (int i = 0; i < RULE_NR; i++)
		total_checked[i] += e->oracle.checked[i];
}

/* A file of "name number" lines, if the environment asks for one. */
static void write_stats(void)
{
	const char *path = getenv("PCPUFUZZ_STATS");
	FILE *f = path ? fopen(path, "w") : NULL;

	if (!f)
		return;
	fprintf(f, "programs %llu\nops %llu\n", (unsigned long long)total_programs,
		(unsigned long long)total_ops);
	for (int i = 0; i < RULE_NR; i++)
		fprintf(f, "rule.%s %llu\n", rule_infos[i].name,
			(unsigned long long)total_checked[i]);
	fclose(f);
}

/* Once a second, as an engine may end the process without a word. */
static void write_stats_sometimes(void)
{
	static time_t last;
	time_t now = time(NULL);

	if (now != last)
		write_stats();
	last = now;
}

static void fail(const struct target *t, const struct exec *e)
{
	char key[120], how[160];

	snprintf(how, sizeof(how), "pcpufuzz run --target %s FILE", t->name);
	report_print(stderr, e, how);
	report_key(key, sizeof(key), e);
	fprintf(stderr, "%s\n", key);
	write_stats();
	report_trap(e);
}

/**
 * target_run_bytes - run one input
 * @t: the target
 * @data: any bytes
 * @size: how many
 *
 * Return: 0; does not return from a finding.
 */
int target_run_bytes(const struct target *t, const uint8_t *data, size_t size)
{
	struct exec_options opts = { .option = t->option, .tolerate = t->tolerate };
	static int wanted = -1;
	struct program p;
	struct exec e;
	bool ok;

	if (wanted < 0) {
		wanted = getenv("PCPUFUZZ_STATS") != NULL;
		if (wanted)
			atexit(write_stats);
	}

	program_from_bytes(&p, t->layer, data, size);
	ok = exec_run(&e, &p, &opts);
	count(&e);
	if (wanted)
		write_stats_sometimes();
	if (!ok)
		fail(t, &e);
	exec_exit(&e);
	program_exit(&p);
	return 0;
}
