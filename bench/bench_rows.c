// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_rows.c - one figure of bench/run: inputs of a fuzz target, or some ops of one program.
 *
 * Times are CPU time of this process.  Takes no part in choosing what is worth measuring: that is
 * in bench/run.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../targets/subjects.h"
#include "../targets/target.h"

#define INPUTS 100
#define OPS 64
#define FILE_MAX (16u << 20)

/**
 * struct input - bytes as an engine would hand them to a target
 */
struct input {
	uint8_t *data;
	size_t size;
};

static struct lockstep run;
static struct exec_options options[LOCKSTEP_MAX];
static struct subject_list subjects;

static __attribute__((noreturn)) void die(const char *what, const char *which)
{
	fprintf(stderr, "bench_rows: %s%s\n", what, which);
	exit(2);
}

static double cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void find_subject(const char *name, const struct target *t, unsigned int flags)
{
	const struct subject_policy how = { .option = t->option,
					    .tolerate = t->tolerate,
					    .flags = flags };
	char error[512];

	if (!subjects_find(&subjects, name, error, sizeof(error)))
		die(error, "");
	subjects_options(&subjects, &how, options);
}

/* A target that does nothing: what the loop around it takes. */
static __attribute__((noinline)) int run_empty(const uint8_t *data, size_t size)
{
	__asm__ volatile("" : : "r"(data), "r"(size) : "memory");
	return 0;
}

/* Generated programs of a target's layer, as bytes; how many ops they come to on the subject. */
static uint64_t make_inputs(struct input *in, const struct target *t)
{
	struct rng r = { .state = 1 };
	uint64_t ops = 0;

	for (unsigned int i = 0; i < INPUTS; i++) {
		struct program p;

		program_generate(&p, t->layer, &r, OPS);
		in[i].data = program_to_bytes(&p, t->layer, &in[i].size);
		program_exit(&p);
		program_from_bytes(&p, t->layer, in[i].data, in[i].size);
		if (subjects_fit(&subjects, &p.machine)) {
			if (!lockstep_run(&run, &p, options, subjects.nr))
				die("a finding in a generated program of ", t->name);
			ops += run.e[0].oracle.nr_ops;
			lockstep_exit(&run);
		}
		program_exit(&p);
	}
	return ops;
}

static int measure_target(const char *name, const char *subject, double seconds)
{
	static struct input in[INPUTS];
	const struct target *t = NULL;
	bool empty = !strcmp(name, "empty");
	uint64_t ops, rounds = 0;
	double start, end;

	for (unsigned int i = 0; i < TARGET_NR; i++)
		if (!strcmp(name, targets[i].name) || (empty && !t))
			t = targets + i;
	if (!t)
		die("there is no target ", name);
	find_subject(subject, t, 0);
	ops = empty ? (make_inputs(in, t), 0) : make_inputs(in, t);
	setenv("PCPUFUZZ_SUBJECT", subject, 1);
	target_init(t);
	start = cpu_time();
	do {
		for (unsigned int i = 0; i < INPUTS; i++)
			if (empty)
				run_empty(in[i].data, in[i].size);
			else
				target_run_bytes(t, in[i].data, in[i].size);
		rounds++;
		end = cpu_time();
	} while (end - start < seconds);
	printf("%.0f %.0f\n", (double)(rounds * INPUTS) / (end - start),
	       (double)(rounds * ops) / (end - start));
	for (unsigned int i = 0; i < INPUTS; i++)
		free(in[i].data);
	return 0;
}

/* All ops of a program from one on; callgrind counts in here only. */
__attribute__((noinline)) void measured_ops(struct exec *e)
{
	struct outcome out;

	while (e->at < e->program->nr_ops)
		if (!exec_step(e, exec_not_offered_by(e), &out))
			die("a finding: ", e->oracle.finding.what);
}

/* A whole program with the reset before it. */
__attribute__((noinline)) void measured_run(struct exec *e, const struct program *p,
					    const struct exec_options *opts)
{
	if (!exec_run(e, p, opts))
		die("a finding: ", e->oracle.finding.what);
	exec_exit(e);
}

static void read_program(struct program *p, const char *path)
{
	char *text = malloc(FILE_MAX);
	FILE *f = fopen(path, "r");
	struct text_error err;

	if (!f || !text)
		die("cannot read ", path);
	if (!program_from_text(p, text, fread(text, 1, FILE_MAX, f), &err))
		die("no program: ", err.what);
	fclose(f);
	free(text);
}

/* The ops of a program from op @from on, or all of it with its reset if @from is "run". */
static int measure_program(const char *path, const char *from, const char *subject)
{
	static struct exec e;
	bool whole = !strcmp(from, "run");
	uint32_t first = (uint32_t)strtoul(from, NULL, 10);
	struct outcome out;
	struct program p;
	double start;

	find_subject(subject, targets + TARGET_pcpu, ORACLE_NEAR); /* as fuzz targets run it */
	read_program(&p, path);
	start = cpu_time();
	if (whole) {
		measured_run(&e, &p, options);
	} else {
		if (!exec_start(&e, &p, options))
			die("a finding: ", e.oracle.finding.what);
		while (e.at < first && e.at < p.nr_ops)
			if (!exec_step(&e, exec_not_offered_by(&e), &out))
				die("a finding: ", e.oracle.finding.what);
		start = cpu_time();
		measured_ops(&e);
	}
	printf("%llu %.9f\n",
	       (unsigned long long)(whole ? e.oracle.nr_ops : p.nr_ops - (uint64_t)first),
	       cpu_time() - start);
	if (!whole)
		exec_exit(&e);
	program_exit(&p);
	return 0;
}

int main(int argc, char **argv)
{
	double seconds = argc == 5 ? atof(argv[4]) : 0;

	if (argc == 5 && !strcmp(argv[1], "target") && seconds > 0)
		return measure_target(argv[2], argv[3], seconds);
	if (argc == 5 && !strcmp(argv[1], "program"))
		return measure_program(argv[2], argv[3], argv[4]);
	fputs("usage: bench_rows target NAME|empty SUBJECT SECONDS\n"
	      "       bench_rows program FILE FIRST_OP|run SUBJECT\n"
	      "see bench/run --help\n",
	      stderr);
	return 2;
}
