// SPDX-License-Identifier: GPL-2.0-only
/*
 * target.c - one input of a fuzz target: bytes to program to verdict.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "known.h"
#include "subjects.h"
#include "target.h"

const struct target targets[TARGET_NR] = {
#define TARGET(name, option, tolerate, layer, what) \
	{ #name, option, tolerate, LAYER_##layer, what },
#include "targets.def"
#undef TARGET
};

/* Ops run by this process, for the summary that scripts/run prints. */
static uint64_t total_programs, total_ops;
static uint64_t total_compared, total_parted, total_unfit, total_not_offered;
static uint64_t total_checked[RULE_NR];

/* What to run on, and what it is to be judged by. */
static struct subject_list subjects;
static struct exec_options options[LOCKSTEP_MAX];
static const char *subjects_as_typed;

static void count(const struct lockstep *l)
{
	total_programs++;
	total_ops += l->e[0].oracle.nr_ops;
	for (unsigned int k = 0; k < l->started; k++)
		for (int i = 0; i < RULE_NR; i++)
			total_checked[i] += l->e[k].oracle.checked[i];
	total_compared += l->compared;
	total_parted += l->parted != 0;
	total_not_offered += l->e[0].nr_not_offered;
}

static bool wanted; /* those figures */

/*
 * A file of "name number" lines, if the environment asks for one.  "%p" at the end of its name
 * stands for the number of the process, for engines that go on in a new one.
 */
static void write_stats(void)
{
	const char *name = getenv("PCPUFUZZ_STATS");
	size_t len = name ? strlen(name) : 0;
	char path[4096];
	FILE *f;

	if (!len || len + 16 > sizeof(path))
		return;
	memcpy(path, name, len + 1);
	if (len > 2 && !strcmp(path + len - 2, "%p"))
		sprintf(path + len - 2, "%d", (int)getpid());
	f = fopen(path, "w");

	if (!f)
		return;
	fprintf(f, "programs %llu\nops %llu\n", (unsigned long long)total_programs,
		(unsigned long long)total_ops);
	fprintf(f, "compared %llu\nparted %llu\nunfit %llu\nnot_offered %llu\n",
		(unsigned long long)total_compared, (unsigned long long)total_parted,
		(unsigned long long)total_unfit, (unsigned long long)total_not_offered);
	for (int i = 0; i < RULE_NR; i++)
		fprintf(f, "rule.%s %llu\n", rule_infos[i].name,
			(unsigned long long)total_checked[i]);
	known_print(f);
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

/* The key line ends with rule and kind of op. */
static bool is_known(const char *line)
{
	const char *key = strchr(line, '=');

	return key && known_key(key + 1);
}

/* Does not return, unless a fuzz run has filed the same already. */
static void fail(const struct target *t, struct lockstep *l)
{
	const struct exec *e = l->e + l->found;
	const char *s = subjects_as_typed;
	char key[120], how[600];

	snprintf(how, sizeof(how), "pcpufuzz run --target %s %s%s%sFILE", t->name,
		 s ? "--subject " : "", s ? s : "", s ? " " : "");
	report_key(key, sizeof(key), e);
	if (is_known(key))
		return;
	lockstep_report(stderr, l, how);
	write_stats();
	report_crash(e);
}

/**
 * target_init - once, before the first input
 * @t: the target
 *
 * The environment variable PCPUFUZZ_SUBJECT says what to run on.  Ends the process if that cannot
 * be had.
 */
void target_init(const struct target *t)
{
	const struct subject_policy how = { .option = t->option, .tolerate = t->tolerate };
	char error[512];

	subjects_as_typed = getenv("PCPUFUZZ_SUBJECT");
	subjects_default(&subjects);
	if (subjects_as_typed &&
	    !subjects_find(&subjects, subjects_as_typed, error, sizeof(error))) {
		fprintf(stderr, "pcpufuzz: PCPUFUZZ_SUBJECT: %s\n", error);
		exit(2);
	}
	subjects_options(&subjects, &how, options);
	wanted = getenv("PCPUFUZZ_STATS") != NULL;
	if (wanted)
		atexit(write_stats);
}

/**
 * target_run_bytes - run one input
 * @t: the target
 * @data: any bytes
 * @size: how many
 *
 * Return: 0; does not return from a finding that is not known, see known.c.
 */
int target_run_bytes(const struct target *t, const uint8_t *data, size_t size)
{
	static struct lockstep l;
	struct program p;

	if (!subjects.nr)
		target_init(t);
	program_from_bytes(&p, t->layer, data, size);
	if (subjects_fit(&subjects, &p.machine)) {
		bool ok = lockstep_run(&l, &p, options, subjects.nr);

		count(&l);
		if (wanted)
			write_stats_sometimes();
		if (!ok)
			fail(t, &l);
		lockstep_exit(&l);
	} else {
		total_unfit++;
	}
	program_exit(&p);
	return 0;
}
