// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_reset.c - what it costs to have a subject in its first state again, ours and others.
 *
 *   bench_reset [SUBJECT.so]...          the table, with nanoseconds measured now
 *   bench_reset --count ROW K SUBJECT    K resets, for counting instructions: bench/reset
 *   bench_reset --rows                   number and name of each row
 *
 * A reset is destroy() and create().  Some rows look at it after so many chunks were made and not
 * freed.  The world's own reset, which the rig adds for each input, is not in it, but has rows of
 * its own.  The last one is the exchange of a subject's variables, twice, as two instances take
 * turns: what of a reset is bare copying.  The world is the one that programs run in, and checks.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../impl/pcpu.h"
#include "../oracle/subject.h"
#include "../targets/program/sizes.h"

#define SUBJECTS_MAX 16
#define REPEATS 200

enum kind { RESET, WORLD, EXCHANGE };

/**
 * struct row - one line of the table
 * @cpus: of the machine
 * @chunks: made before the reset, beside the first one
 */
static const struct row {
	const char *name;
	enum kind kind;
	unsigned int cpus, chunks;
} rows[] = {
	{ "reset, 1 CPU", RESET, 1, 0 },	   { "reset, 4 CPUs", RESET, 4, 0 },
	{ "reset, 64 CPUs", RESET, 64, 0 },	   { "reset after 1 chunk, 4 CPUs", RESET, 4, 1 },
	{ "after 10 chunks", RESET, 4, 10 },	   { "after 100 chunks", RESET, 4, 100 },
	{ "of the world, 1 CPU", WORLD, 1, 0 },	   { "of the world, 4 CPUs", WORLD, 4, 0 },
	{ "of the world, 64 CPUs", WORLD, 64, 0 }, { "exchange of variables", EXCHANGE, 4, 0 },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/**
 * struct bed - a subject on a machine
 * @other: a second one, for the exchange
 */
struct bed {
	const struct subject_ops *ops;
	const struct row *row;
	struct machine m;
	struct world w, other_w;
	void *s, *other;
};

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "bench_reset: %s: %s\n", name, what);
	exit(2);
}

static const struct subject_ops *subject_of(const char *name)
{
	const struct subject_plugin *plugin;
	void *object;

	if (!strcmp(name, "ours"))
		return &subject_ours;
	object = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!object)
		fail(dlerror(), name);
	plugin = dlsym(object, SUBJECT_SYMBOL);
	if (!plugin || plugin->abi != SUBJECT_ABI)
		fail("expected a subject that was built for this rig", name);
	return plugin->ops;
}

static const char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Objects of a whole unit, each of which needs a chunk of its own. */
static void make_chunks(const struct bed *b)
{
	const struct alloc_args args = { .size = b->m.page * b->m.unit_pages,
					 .align = 4,
					 .gfp = PCPU_GFP_KERNEL };

	for (unsigned int i = 0; i < b->row->chunks; i++)
		if (!b->ops->alloc(b->s, &args))
			fail("a chunk cannot be made", b->row->name);
}

static void *create(struct bed *b, struct world *w)
{
	const struct boot_areas *areas;
	void *s = b->ops->create(&b->m, w, PCPU_POLICY_LINUX_6_1);

	if (b->ops->layout(s, &areas) != BOOT_OK)
		fail("it does not boot", b->row->name);
	return s;
}

static void set_up(struct bed *b, const struct subject_ops *ops, const struct row *row)
{
	*b = (struct bed){ .ops = ops, .row = row };
	machine_preset(0, &b->m);
	memset(b->m.possible, 0, sizeof(b->m.possible));
	for (unsigned int cpu = 0; cpu < row->cpus; cpu++)
		b->m.possible[cpu / 64] |= UINT64_C(1) << cpu % 64;
	b->m.vm_pages = 128 * 4 * row->cpus;
	b->m.frames = 100 * 4 * 4 + 64;
	if (machine_fault(&b->m))
		fail(machine_fault(&b->m), row->name);
	if (ops->unfit && ops->unfit(&b->m))
		fail(ops->unfit(&b->m), row->name);
	world_init(&b->w, &b->m);
	world_init(&b->other_w, &b->m);
	b->s = create(b, &b->w);
	b->other = create(b, &b->other_w);
}

static void tear_down(struct bed *b)
{
	b->ops->destroy(b->other);
	b->ops->destroy(b->s);
	world_exit(&b->other_w);
	world_exit(&b->w);
}

__attribute__((noinline)) static void measured_destroy(struct bed *b)
{
	b->ops->destroy(b->s);
}

__attribute__((noinline)) static void measured_create(struct bed *b)
{
	b->s = create(b, &b->w);
}

__attribute__((noinline)) static void measured_world(struct bed *b)
{
	world_exit(&b->w);
	world_init(&b->w, &b->m);
}

/* Nothing is done, but by one after the other. */
__attribute__((noinline)) static void measured_exchange(struct bed *b)
{
	b->ops->free(b->s, 0);
	b->ops->free(b->other, 0);
}

static double timed(struct bed *b, void (*measured)(struct bed *b))
{
	double begin = now();

	measured(b);
	return now() - begin;
}

/* One reset; what that costs. */
static double one(struct bed *b)
{
	double took, of_world;

	if (b->row->kind == EXCHANGE)
		return timed(b, measured_exchange);
	make_chunks(b);
	took = timed(b, measured_destroy);
	/* what a subject that was not shut down leaves behind is the world's */
	of_world = timed(b, measured_world);
	took += timed(b, measured_create);
	return b->row->kind == WORLD ? of_world : took;
}

static int table(int nr, char **names)
{
	static struct bed bed[SUBJECTS_MAX];
	double ns[SUBJECTS_MAX];

	printf("| ns |");
	for (int i = 0; i < nr; i++)
		printf(" %s |", base_name(names[i]));
	printf("\n|---|");
	for (int i = 0; i < nr; i++)
		printf("---|");
	printf("\n");
	for (size_t r = 0; r < ROWS; r++) {
		for (int i = 0; i < nr; i++) {
			set_up(bed + i, subject_of(names[i]), rows + r);
			ns[i] = 1e18;
		}
		for (int k = 0; k < REPEATS; k++) {
			for (int i = 0; i < nr; i++) {
				double took = one(bed + i);

				if (k >= REPEATS / 8 && took < ns[i])
					ns[i] = took;
			}
		}
		printf("| %s |", rows[r].name);
		for (int i = 0; i < nr; i++) {
			printf(" %.0f |", ns[i]);
			tear_down(bed + i);
		}
		printf("\n");
		fflush(stdout);
	}
	return 0;
}

static int count(const char *row, const char *times, const char *name)
{
	static struct bed b;
	size_t r = strtoul(row, NULL, 10);

	if (r >= ROWS)
		fail("expected a row", row);
	set_up(&b, subject_of(name), rows + r);
	for (long k = strtol(times, NULL, 10); k > 0; k--)
		one(&b);
	tear_down(&b);
	return 0;
}

int main(int argc, char **argv)
{
	char *names[SUBJECTS_MAX] = { "ours" };

	if (argc == 2 && !strcmp(argv[1], "--rows")) {
		for (size_t i = 0; i < ROWS; i++)
			printf("%zu %s\n", i, rows[i].name);
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "--count"))
		return count(argv[2], argv[3], argv[4]);
	if (argc > SUBJECTS_MAX || (argc > 1 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: bench_reset [SUBJECT.so]... | --rows | "
				"--count ROW K SUBJECT\n");
		return 2;
	}
	memcpy(names + 1, argv + 1, (size_t)(argc - 1) * sizeof(*names));
	return table(argc, names);
}
