// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench.c - ops per second: the subject alone, and checked by the oracle after every op.
 *
 * Programs are generated beforehand and run from memory.  Compare figures of one run only.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../targets/exec/exec.h"
#include "../targets/program/sizes.h"

#define OPS 64

/* CPU time, as others share the machine. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The ops of a program on a subject, and those that free everything; how many that were. */
static uint64_t run_bare(const struct program *p)
{
	static uint64_t handle[PROGRAM_MAX_OPS];
	const struct subject_ops *ops = &subject_ours;
	uint64_t done = p->nr_ops;
	uint32_t nr = 0;
	struct world w;
	void *s;

	world_init(&w, &p->machine);
	s = ops->create(&p->machine, &w, PCPU_POLICY_CONTRACT);
	for (uint32_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = p->ops + i;
		struct alloc_args args = { .size = op->size,
					   .align = op->align,
					   .reserved = op->reserved,
					   .gfp = op->gfp };
		uint64_t ptr = op->handle < nr ? handle[op->handle] : 0;

		world_arm(&w, op->fault, op->fault_n);
		if (op->kind == OP_ALLOC)
			handle[nr++] = ops->alloc(s, &args);
		else if (op->kind == OP_FREE && ops->free(s, ptr ? ptr + op->offset : 0) && ptr)
			handle[op->handle] = 0;
		else if (op->kind == OP_BALANCE)
			ops->balance(s);
	}
	for (uint32_t i = 0; i < nr; i++)
		if (handle[i] && ++done)
			ops->free(s, handle[i]);
	ops->balance(s);
	ops->destroy(s);
	world_exit(&w);
	return done + 1;
}

static uint64_t run_checked(const struct program *p, unsigned int flags)
{
	struct exec_options opts = { .flags = flags };
	static struct exec e;

	if (!exec_run(&e, p, &opts)) {
		report_print(stderr, &e, NULL);
		exit(1);
	}
	exec_exit(&e);
	return e.oracle.nr_ops;
}

/* Generated programs of one shape, all of the same number of ops. */
static void make_programs(struct program *p, unsigned int nr, const struct machine *m)
{
	struct rng r = { .state = 1 };

	for (unsigned int i = 0; i < nr;) {
		program_generate(p + i, LAYER_PCPU, &r, OPS);
		if (p[i].nr_ops == OPS && machine_equal(&p[i].machine, m))
			i++;
		else
			program_exit(p + i);
	}
}

enum way { BARE, CHECKED, FULL, WAYS };

static double ops_per_second(struct program *p, unsigned int nr, enum way way, double seconds)
{
	double start = now(), end;
	uint64_t ops = 0;

	do {
		for (unsigned int i = 0; i < nr; i++) {
			if (way == BARE)
				ops += run_bare(p + i);
			else
				ops += run_checked(p + i, way == FULL ? ORACLE_FULL : ORACLE_NEAR);
		}
		end = now();
	} while (end - start < seconds);
	return (double)ops / (end - start);
}

/* The input of a size that takes longest, of many random ones. */
static void worst_input(size_t size, unsigned int tries)
{
	uint8_t *data = malloc(size);
	struct rng r = { .state = 2 };
	double worst = 0;
	struct program p;

	for (unsigned int i = 0; data && i < tries; i++) {
		double start;

		for (size_t k = 0; k < size; k++)
			data[k] = (uint8_t)rng_next(&r);
		if (i % 4 == 0)
			data[0] = 0xff; /* any machine, also large ones */
		program_from_bytes(&p, LAYER_PCPU, data, size);
		start = now();
		run_checked(&p, 0);
		if (now() - start > worst)
			worst = now() - start;
		program_exit(&p);
	}
	free(data);
	printf("slowest of %u random inputs of %zu bytes: %.1f ms\n", tries, size, worst * 1e3);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	bool one = argc > 2 && !strcmp(argv[2], "--default");
	unsigned int shapes[] = { 0, 10, 13, 20, 23 }, nr = 50;
	unsigned int nr_shapes = one ? 1 : sizeof(shapes) / sizeof(shapes[0]);
	struct program *p = malloc(nr * sizeof(*p));

	if (!p || seconds <= 0 || argc > 3 || (argc == 3 && !one)) {
		fprintf(stderr, "usage: bench [SECONDS per figure, above 0 [--default]]\n"
				"--default: the default shape only\n");
		return 2;
	}
	printf("programs of %d ops and those that free everything; ops/s of the subject alone,\n"
	       "checked by all rules after every op, and checked in full\n",
	       OPS);
	printf("%-44s %12s %12s %12s %8s\n", "shape", "alone", "checked", "in full", "ratio");
	for (unsigned int i = 0; i < nr_shapes; i++) {
		struct machine preset;
		const struct machine *m = &preset;
		double rate[WAYS];
		char shape[64];

		machine_preset(shapes[i], &preset);
		make_programs(p, nr, m);
		for (int way = 0; way < WAYS; way++)
			rate[way] = ops_per_second(p, nr, way, seconds);
		snprintf(shape, sizeof(shape), "cpus=%u page=%u unit_pages=%u frames=%u%s",
			 machine_nr_cpus(m), m->page, m->unit_pages, m->frames,
			 shapes[i] ? "" : " (default)");
		printf("%-44s %12.0f %12.0f %12.0f %8.1f\n", shape, rate[BARE], rate[CHECKED],
		       rate[FULL], rate[BARE] / rate[CHECKED]);
		for (unsigned int k = 0; k < nr; k++)
			program_exit(p + k);
	}
	if (!one)
		worst_input(4096, 2000);
	free(p);
	return 0;
}
