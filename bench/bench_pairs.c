// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_pairs.c - what one pair of alloc and free costs, ours and other subjects side by side.
 *
 *   bench_pairs --rows                            number and name of each workload
 *   bench_pairs --count ROW SUBJECT               one measured stretch, for counting instructions
 *   bench_pairs --table COUNTS REPEATS SUBJECT... the table, with nanoseconds measured now
 *
 * SUBJECT is "ours" or a shared object with a struct subject_plugin.  COUNTS has a line "ROW
 * SUBJECT INSTRUCTIONS" for each that was counted; bench/pairs makes it with callgrind, which
 * looks at nothing but measured().  A machine of 1 CPU, 4096-byte pages and 64 KiB units, in an
 * environment that checks nothing and has no contents; the subjects take turns.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_env.h"
#include "../impl/pcpu.h"
#include "../oracle/machine.h"
#include "../oracle/subject.h"
#include "../targets/program/program.h"

#define PAGE 4096u
#define UNIT (16 * PAGE)
#define STRETCH 256u /* pairs measured at once */
#define TAPE 4096u /* random choices, made beforehand */
#define DEPTH 1000u
#define SUBJECTS_MAX 16
#define PURGE_EVERY 16
#define GROUPS 4u

/**
 * enum kind - a workload
 * @PAIR:       one object, allocated and freed
 * @LIFO:       DEPTH objects, then freed from the last to the first
 * @CHURN:      chunks half full of random sizes: one is freed, another allocated
 * @EVERY:      a chunk full of 4-byte objects of which every other one was freed
 * @ONE_HOLE:   the same, but for one hole of 8 bytes at the end of its first page
 * @MISFITS:    chunks with a hole of 5,004 bytes each, in the slot of the size asked for
 * @AREA:    live areas with holes between them: one is removed, another got
 * @AREA_IOREMAP: the same, aligned to the size
 * @CONGRUENT:   the same, half of the areas being congruent ones, which are freed and got
 */
enum kind { PAIR, LIFO, CHURN, EVERY, ONE_HOLE, MISFITS, AREA, AREA_IOREMAP, CONGRUENT };

/**
 * struct row - one line of the table
 * @nr: of chunks, or areas
 * @min, @max: sizes
 * @align: 0: a random one up to a page
 */
static const struct row {
	const char *name;
	enum kind kind;
	unsigned int nr, min, max, align;
} rows[] = {
	{ "pair of 8 bytes, nothing else", PAIR, 0, 8, 8, 4 },
	{ "LIFO, 8 bytes, 1,000 deep", LIFO, 0, 8, 8, 4 },
	{ "random 4..2048 bytes, 1 chunk half full", CHURN, 1, 4, 2048, 4 },
	{ "the same, 10 chunks", CHURN, 10, 4, 2048, 4 },
	{ "the same, 100 chunks", CHURN, 100, 4, 2048, 4 },
	{ "random 4..64 bytes, 1 chunk half full", CHURN, 1, 4, 64, 4 },
	{ "the same, 10 chunks", CHURN, 10, 4, 64, 4 },
	{ "the same, 100 chunks", CHURN, 100, 4, 64, 4 },
	{ "every other 4-byte object freed, pairs of 4", EVERY, 0, 4, 4, 4 },
	{ "the same, pairs of 8, served elsewhere", EVERY, 0, 8, 8, 4 },
	{ "one hole of 8 behind 511 of 4, pairs of 8", ONE_HOLE, 0, 8, 8, 4 },
	{ "random alignment 4..4096, 1 chunk half full", CHURN, 1, 4, 2048, 0 },
	{ "the same, 10 chunks", CHURN, 10, 4, 2048, 0 },
	{ "6,000 bytes, no chunk with too small a hole", MISFITS, 0, 6000, 6000, 4 },
	{ "the same, 10 chunks with 5,004 bytes", MISFITS, 10, 6000, 6000, 4 },
	{ "the same, 100 chunks", MISFITS, 100, 6000, 6000, 4 },
	{ "the same, 1,000 chunks", MISFITS, 1000, 6000, 6000, 4 },
	{ "vm area, 100 areas", AREA, 100, 0, 0, 0 },
	{ "the same, 1,000 areas", AREA, 1000, 0, 0, 0 },
	{ "the same, 10,000 areas", AREA, 10000, 0, 0, 0 },
	{ "the same, 100,000 areas", AREA, 100000, 0, 0, 0 },
	{ "vm area of ioremap, 100 areas", AREA_IOREMAP, 100, 0, 0, 0 },
	{ "the same, 1,000 areas", AREA_IOREMAP, 1000, 0, 0, 0 },
	{ "the same, 10,000 areas", AREA_IOREMAP, 10000, 0, 0, 0 },
	{ "the same, 100,000 areas", AREA_IOREMAP, 100000, 0, 0, 0 },
	{ "4 congruent areas, 100 areas", CONGRUENT, 100, 0, 0, 0 },
	{ "the same, 1,000 areas", CONGRUENT, 1000, 0, 0, 0 },
	{ "the same, 10,000 areas", CONGRUENT, 10000, 0, 0, 0 },
	{ "the same, 100,000 areas", CONGRUENT, 100000, 0, 0, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const uint64_t offsets[GROUPS] = { 0, UINT64_C(1) << 36, UINT64_C(3) << 36,
					  UINT64_C(2) << 36 };
static const uint64_t sizes[GROUPS] = { 0x200000, 0x200000, 0x200000, 0x200000 };

/**
 * struct bed - a subject in the middle of a workload
 * @obj:  what is live, objects or areas
 * @set:  what is live of congruent areas
 * @pick: which of them is next; @args, @size: and what takes its place
 * @at:   place on the tape
 */
struct bed {
	const struct subject_ops *ops;
	const struct row *row;
	struct machine machine;
	struct world w;
	struct rng rng;
	void *s;
	uint64_t *obj;
	void **set;
	uint32_t nr_obj, nr_sets;
	uint32_t pick[TAPE];
	struct alloc_args args[TAPE];
	uint64_t size[TAPE];
	unsigned int at;
};

static void fail(const char *what, const char *which)
{
	fprintf(stderr, "bench_pairs: %s: %s\n", which, what);
	exit(2);
}

static void *get(size_t nr, size_t size)
{
	void *p = calloc(nr + 1, size);

	if (!p)
		fail("out of memory", "set-up");
	return p;
}

/* ---- set-up ---- */

static struct alloc_args random_args(struct bed *b)
{
	const struct row *r = b->row;

	return (struct alloc_args){
		.size = r->min + rng_below(&b->rng, r->max - r->min + 1),
		.align = r->align ? r->align : 4u << rng_below(&b->rng, 11),
		.gfp = PCPU_GFP_KERNEL,
	};
}

static uint64_t alloc(struct bed *b, uint32_t size)
{
	struct alloc_args args = { .size = size, .align = 4, .gfp = PCPU_GFP_KERNEL };
	uint64_t ptr = b->ops->alloc(b->s, &args);

	if (!ptr)
		fail("an allocation of the set-up failed", b->row->name);
	return ptr;
}

/* Fills the first chunk, so that all that follows is in chunks like any other. */
static void fill_first_chunk(struct bed *b)
{
	for (uint32_t size = 16384; size >= 4; size /= 2) {
		struct alloc_args args = { .size = size, .align = 4, .gfp = PCPU_GFP_ATOMIC };

		while (b->ops->alloc(b->s, &args))
			;
	}
}

static void set_up_churn(struct bed *b)
{
	uint64_t bytes = 0;
	uint32_t made = 0;

	b->obj = get((size_t)b->row->nr * UNIT / 4, sizeof(*b->obj));
	while (bytes < (uint64_t)b->row->nr * UNIT / 16 * 15) {
		struct alloc_args args = random_args(b);

		b->obj[made] = b->ops->alloc(b->s, &args);
		if (!b->obj[made++])
			fail("an allocation of the set-up failed", b->row->name);
		bytes += (args.size + 3) & ~3u;
	}
	for (b->nr_obj = made; b->nr_obj > made / 2; b->nr_obj--) {
		uint32_t i = rng_below(&b->rng, b->nr_obj);

		b->ops->free(b->s, b->obj[i]);
		b->obj[i] = b->obj[b->nr_obj - 1];
	}
}

static void set_up_every(struct bed *b, bool one_hole)
{
	uint32_t nr = UNIT / 4;

	b->obj = get(nr, sizeof(*b->obj));
	for (uint32_t i = 0; i < nr; i++)
		b->obj[i] = alloc(b, 4);
	for (uint32_t i = 0; i < nr; i += 2)
		b->ops->free(b->s, b->obj[i]);
	if (one_hole)
		b->ops->free(b->s, b->obj[PAGE / 4 - 1]);
}

static void set_up_misfits(struct bed *b)
{
	b->obj = get(b->row->nr, sizeof(*b->obj));
	for (uint32_t i = 0; i < b->row->nr; i++) {
		b->obj[i] = alloc(b, 5004);
		alloc(b, 32768);
		alloc(b, UNIT - 32768 - 5004);
	}
	alloc(b, 6000); /* so that the chunk which serves the others is never free */
	for (uint32_t i = 0; i < b->row->nr; i++)
		b->ops->free(b->s, b->obj[i]);
}

static uint64_t random_area(struct bed *b)
{
	return (1 + rng_below(&b->rng, rng_below(&b->rng, 8) ? 8 : 64)) * (uint64_t)PAGE;
}

static uint64_t get_area(struct bed *b, uint64_t size)
{
	return b->ops->get_vm_area(b->s, size, b->row->kind == AREA_IOREMAP, b->machine.vm_start,
				   machine_vm_end(&b->machine));
}

/* As many areas again are made and removed at random, so that there are holes. */
static void set_up_areas(struct bed *b)
{
	uint32_t made = 0, nr = b->row->nr;
	uint64_t addr[GROUPS];

	b->nr_sets = b->row->kind == CONGRUENT ? nr / 2 / GROUPS : 0;
	nr -= b->nr_sets * GROUPS;
	b->obj = get(2 * (size_t)nr, sizeof(*b->obj));
	b->set = get(b->nr_sets, sizeof(*b->set));
	for (; made < 2 * nr; made++) {
		b->obj[made] = b->ops->get_vm_area(b->s, random_area(b), false, b->machine.vm_start,
						   machine_vm_end(&b->machine));
		if (!b->obj[made])
			fail("an area of the set-up could not be had", b->row->name);
	}
	for (; made > nr; made--) {
		uint32_t i = rng_below(&b->rng, made);

		b->ops->remove_vm_area(b->s, b->obj[i]);
		b->obj[i] = b->obj[made - 1];
	}
	for (uint32_t i = 0; i < b->nr_sets; i++) {
		b->set[i] = b->ops->get_vm_areas(b->s, offsets, sizes, GROUPS, sizes[0], addr);
		if (!b->set[i])
			fail("areas of the set-up could not be had", b->row->name);
	}
	b->ops->purge(b->s);
	b->nr_obj = b->nr_sets ? b->nr_sets : nr;
}

static void record_tape(struct bed *b)
{
	bool vm = b->row->kind >= AREA;

	for (unsigned int i = 0; i < TAPE; i++) {
		if (b->nr_obj)
			b->pick[i] = rng_below(&b->rng, b->nr_obj);
		if (vm)
			b->size[i] = random_area(b);
		else
			b->args[i] = random_args(b);
	}
}

static void set_up(struct bed *b, const struct subject_ops *ops, const struct row *row)
{
	const struct boot_areas *areas;
	struct machine *m = &b->machine;
	bool vm = row->kind >= AREA;

	*b = (struct bed){ .ops = ops, .row = row, .rng = { 1 } };
	machine_defaults(m);
	memset(m->possible, 0, sizeof(m->possible));
	m->possible[0] = 1;
	m->page = PAGE;
	m->unit_pages = UNIT / PAGE;
	m->static_size = 8192;
	m->reserved_size = 0;
	m->dyn_size = 20480;
	m->atom = PAGE;
	m->vm_start = UINT64_C(0xffffc90000000000);
	m->vm_pages = vm ? UINT32_MAX : 65536;
	m->frames = 65536;
	if (ops->unfit && ops->unfit(m)) {
		ops->fit(m);
		if (ops->unfit(m) || m->page != PAGE || m->unit_pages != UNIT / PAGE)
			fail(ops->unfit(m) ? ops->unfit(m) : "no such machine", ops->name);
	}
	bench_env_init(&b->w, m);
	b->s = ops->create(m, &b->w, PCPU_POLICY_LINUX_6_1);
	if (ops->layout(b->s, &areas) != BOOT_OK)
		fail("it does not boot", ops->name);
	if (!vm)
		fill_first_chunk(b);
	switch (row->kind) {
	case PAIR:
		break;
	case LIFO:
		b->obj = get(DEPTH, sizeof(*b->obj));
		break;
	case CHURN:
		set_up_churn(b);
		break;
	case EVERY:
	case ONE_HOLE:
		set_up_every(b, row->kind == ONE_HOLE);
		break;
	case MISFITS:
		set_up_misfits(b);
		break;
	default:
		set_up_areas(b);
	}
	record_tape(b);
}

/* ---- what is measured ---- */

/* Pairs at once: of LIFO all of one depth. */
static unsigned int stretch(const struct bed *b)
{
	return b->row->kind == LIFO ? DEPTH : STRETCH;
}

static inline void pairs(struct bed *b)
{
	const struct subject_ops *ops = b->ops;
	unsigned int at = b->at;
	uint64_t addr[GROUPS];
	uint32_t i;

	switch (b->row->kind) {
	case LIFO:
		for (i = 0; i < DEPTH; i++)
			b->obj[i] = ops->alloc(b->s, b->args + i);
		while (i--)
			ops->free(b->s, b->obj[i]);
		break;
	case CHURN:
		for (unsigned int k = 0; k < STRETCH; k++, at++) {
			i = b->pick[at];
			ops->free(b->s, b->obj[i]);
			b->obj[i] = ops->alloc(b->s, b->args + at);
		}
		break;
	case AREA:
	case AREA_IOREMAP:
		for (unsigned int k = 0; k < STRETCH; k++, at++) {
			i = b->pick[at];
			ops->remove_vm_area(b->s, b->obj[i]);
			b->obj[i] = get_area(b, b->size[at]);
			if (k % PURGE_EVERY == 0)
				ops->purge(b->s);
		}
		break;
	case CONGRUENT:
		for (unsigned int k = 0; k < STRETCH; k++, at++) {
			i = b->pick[at];
			ops->free_vm_areas(b->s, b->set[i], GROUPS);
			b->set[i] = ops->get_vm_areas(b->s, offsets, sizes, GROUPS, sizes[0], addr);
			if (k % PURGE_EVERY == 0)
				ops->purge(b->s);
		}
		break;
	default:
		for (unsigned int k = 0; k < STRETCH; k++, at++)
			ops->free(b->s, ops->alloc(b->s, b->args + at));
	}
	b->at = at % TAPE;
}

static __attribute__((noinline)) void measured(struct bed *b)
{
	pairs(b);
}

/* The worker runs between stretches only, so that isolated chunks are not lost. */
static void between(struct bed *b)
{
	if (b->row->kind == CHURN)
		b->ops->balance(b->s);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ---- subjects and tables ---- */

static const struct subject_ops *subject_of(const char *name)
{
	const struct subject_plugin *plugin;
	void *so;

	if (!strcmp(name, "ours"))
		return &subject_ours;
	so = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!so)
		fail(dlerror(), name);
	plugin = dlsym(so, SUBJECT_SYMBOL);
	if (!plugin || plugin->abi != SUBJECT_ABI)
		fail("expected a subject built for this rig", name);
	return plugin->ops;
}

static int count(const char *number, const char *name)
{
	unsigned long i = strtoul(number, NULL, 10);
	struct bed *b = get(1, sizeof(*b));
	unsigned int done = 0, nr = 0;

	if (i >= ROWS)
		fail("expected the number of a row", number);
	set_up(b, subject_of(name), rows + i);
	for (; done < 2 * TAPE; done += stretch(b)) {
		pairs(b); /* warm up, until what is there is what the pairs left */
		between(b);
	}
	for (done = 0; done < TAPE; done += stretch(b), nr++) {
		measured(b);
		between(b);
	}
	printf("pairs %u\n", nr * stretch(b));
	return 0;
}

/* Fills in what was counted; lines of other rows and subjects are passed over. */
static void read_counts(const char *file, size_t row, int nr, char **names, unsigned long *instr)
{
	FILE *f = fopen(file, "r");
	char name[1024];
	unsigned long nr_instr;
	size_t at;

	memset(instr, 0, SUBJECTS_MAX * sizeof(*instr));
	while (f && fscanf(f, "%zu %1023s %lu", &at, name, &nr_instr) == 3)
		for (int i = 0; i < nr; i++)
			if (at == row && !strcmp(name, names[i]))
				instr[i] = nr_instr;
	if (f)
		fclose(f);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void print_row(size_t row, int nr, const double *ns, const unsigned long *instr)
{
	printf("| %s | %.0f |", rows[row].name, ns[0]);
	for (int i = 1; i < nr; i++)
		printf(" %.0f | %.2f |", ns[i], ns[i] / ns[0]);
	for (int i = 0; i < nr; i++) {
		if (!instr[i])
			printf(" |");
		else
			printf(" %lu |", instr[i]);
		if (i && instr[i] && instr[0])
			printf(" %.2f |", (double)instr[i] / (double)instr[0]);
		else if (i)
			printf(" |");
	}
	printf("\n");
	fflush(stdout);
}

static int table(const char *counts, int repeats, int nr, char **names)
{
	const struct subject_ops *ops[SUBJECTS_MAX];
	static struct bed bed[SUBJECTS_MAX];
	unsigned long instr[SUBJECTS_MAX];
	double ns[SUBJECTS_MAX];

	if (nr > SUBJECTS_MAX || repeats < 1)
		fail("expected at least one repeat and at most 16 subjects", "--table");
	for (int i = 0; i < nr; i++)
		ops[i] = subject_of(names[i]);
	printf("| row | ns %s |", base_name(names[0]));
	for (int i = 1; i < nr; i++)
		printf(" ns %s | ratio |", base_name(names[i]));
	for (int i = 0; i < nr; i++)
		printf(" instr %s |%s", base_name(names[i]), i ? " ratio |" : "");
	printf("\n|---|---|");
	for (int i = 1; i < nr; i++)
		printf("---|---|");
	for (int i = 0; i < nr; i++)
		printf("---|%s", i ? "---|" : "");
	printf("\n");

	for (size_t row = 0; row < ROWS; row++) {
		for (int i = 0; i < nr; i++) {
			ns[i] = 1e18;
			set_up(bed + i, ops[i], rows + row);
		}
		for (int k = 0; k < repeats + 8; k++) {
			for (int i = 0; i < nr; i++) {
				double begin = now(), took;

				measured(bed + i);
				took = (now() - begin) / stretch(bed + i);
				if (k >= 8 && took < ns[i])
					ns[i] = took;
				between(bed + i);
			}
		}
		for (int i = 0; i < nr; i++) {
			ops[i]->destroy(bed[i].s);
			free(bed[i].obj);
			free(bed[i].set);
		}
		read_counts(counts, row, nr, names, instr);
		print_row(row, nr, ns, instr);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--rows")) {
		for (size_t i = 0; i < ROWS; i++)
			printf("%zu %s\n", i, rows[i].name);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "--count"))
		return count(argv[2], argv[3]);
	if (argc > 4 && !strcmp(argv[1], "--table"))
		return table(argv[2], atoi(argv[3]), argc - 4, argv + 4);
	fprintf(stderr, "usage: bench_pairs --rows | --count ROW SUBJECT |\n"
			"       --table COUNTS REPEATS SUBJECT...; see bench/pairs --help\n");
	return 2;
}
