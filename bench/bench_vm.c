// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_vm.c - so many ops in an address space with so many areas, for counting instructions.
 *
 *   bench_vm OP N K [naive]
 *
 * N live areas of mixed sizes with holes between them, then K times OP: "area" (get one, remove
 * another one), "ioremap" (the same, aligned to the size) or "congruent" (get and free a chunk of
 * 4 groups, half of the N areas being such chunks).  A purge for each 16 ops.  With naive the
 * oracle's twin does the ops instead; our allocator makes the areas in any case.  bench/vm-growth
 * runs it under valgrind.  Measures no time and maps nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../impl/vm.h"
#include "../oracle/heap_env.h"
#include "../oracle/vm_naive.h"
#include "../targets/program/program.h"

#define PAGE UINT64_C(4096)
#define GROUPS 4u
#define PURGE_EVERY 16

/*
 * Of 4 memory nodes of 64 GiB, their groups not ascending.  Distances are those of the nodes'
 * memory, so the chunks of one node, which must fit into it, do not reach the next one's.
 */
static const uint64_t offsets[GROUPS] = { 0, UINT64_C(1) << 36, UINT64_C(3) << 36,
					  UINT64_C(2) << 36 };
static const uint64_t sizes[GROUPS] = { 0x200000, 0x200000, 0x200000, 0x200000 };

/**
 * struct bench - what is measured
 * @area:  addresses of the single areas
 * @chunk: what vm_pcpu_get_areas() returned
 * @base:  and their bases
 */
struct bench {
	struct vm_space vm;
	struct vm_naive twin;
	struct rng rng;
	uint64_t *area, *base;
	struct vm_area ***chunk;
	uint32_t nr_areas, nr_chunks;
	unsigned int flags;
	bool naive;
};

static uint64_t random_size(struct bench *b)
{
	return (1 + rng_below(&b->rng, rng_below(&b->rng, 8) ? 8 : 64)) * PAGE;
}

static uint64_t get_area(struct bench *b, uint64_t size)
{
	struct vm_area *area;
	uint64_t full, align, addr;

	if (!b->naive) {
		area = vm_get_area(&b->vm, size, b->flags, b->vm.cfg.start, b->vm.cfg.end);
		if (!area)
			abort();
		return area->addr;
	}
	if (!vm_naive_area_args(&b->twin, size, b->flags & VM_IOREMAP, VM_IOREMAP_MAX_ORDER, &full,
				&align) ||
	    !vm_naive_lowest(&b->twin, full, align, b->twin.start, b->twin.end, &addr))
		abort();
	vm_naive_insert(&b->twin, addr, full, 0);
	return addr;
}

static void get_chunk(struct bench *b, uint32_t i)
{
	if (!b->naive) {
		b->chunk[i] = vm_pcpu_get_areas(&b->vm, offsets, sizes, GROUPS, sizes[0]);
		if (!b->chunk[i])
			abort();
		b->base[i] = b->chunk[i][0]->addr;
		return;
	}
	if (!vm_naive_congruent_args(&b->twin, offsets, sizes, GROUPS, sizes[0],
				     VM_PCPU_AREAS_MAX) ||
	    !vm_naive_highest(&b->twin, offsets, sizes, GROUPS, sizes[0], &b->base[i]))
		abort();
	for (unsigned int k = 0; k < GROUPS; k++)
		vm_naive_insert(&b->twin, b->base[i] + offsets[k], sizes[k], 0);
}

static void free_chunk(struct bench *b, uint32_t i)
{
	if (!b->naive)
		vm_pcpu_free_areas(&b->vm, b->chunk[i], GROUPS);
	for (unsigned int k = 0; b->naive && k < GROUPS; k++)
		vm_naive_set_lazy(&b->twin, b->base[i] + offsets[k]);
}

static void remove_area(struct bench *b, uint64_t addr)
{
	if (b->naive)
		vm_naive_set_lazy(&b->twin, addr);
	else if (!vm_remove_area(&b->vm, addr))
		abort();
}

static void purge(struct bench *b)
{
	uint64_t start, end;

	if (b->naive)
		vm_naive_purge(&b->twin, &start, &end);
	else
		vm_purge_lazy(&b->vm);
}

/* As many areas again are made and removed at random, so that there are holes. */
static void set_up(struct bench *b, uint32_t nr, bool congruent)
{
	uint32_t made = 0, chunks = congruent ? nr / 2 / GROUPS : 0;

	b->nr_areas = nr - chunks * GROUPS;
	b->nr_chunks = chunks;
	b->area = calloc(2 * (size_t)b->nr_areas, sizeof(*b->area));
	b->base = calloc(chunks + 1, sizeof(*b->base));
	b->chunk = calloc(chunks + 1, sizeof(*b->chunk));
	if (!b->area || !b->base || !b->chunk)
		abort();
	for (; made < 2 * b->nr_areas; made++)
		b->area[made] = get_area(b, random_size(b));
	for (; made > b->nr_areas; made--) {
		uint32_t i = rng_below(&b->rng, made);

		remove_area(b, b->area[i]);
		b->area[i] = b->area[made - 1];
	}
	for (uint32_t i = 0; i < chunks; i++)
		get_chunk(b, i);
	purge(b);
}

/* The twin of what was set up; the sorted array takes them fastest in order. */
static void copy_to_twin(struct bench *b)
{
	const struct vm_config *cfg = &b->vm.cfg;
	struct vm_area *a = vm_tree_next(&b->vm, 0);

	vm_naive_init(&b->twin, cfg->start, cfg->end, PAGE, cfg->va_bits);
	for (; a; a = vm_tree_next(&b->vm, a->addr + 1))
		vm_naive_insert(&b->twin, a->addr, a->size, 0);
}

static void one_op(struct bench *b)
{
	if (b->nr_chunks) {
		uint32_t i = rng_below(&b->rng, b->nr_chunks);

		free_chunk(b, i);
		get_chunk(b, i);
	} else {
		uint32_t i = rng_below(&b->rng, b->nr_areas);

		remove_area(b, b->area[i]);
		b->area[i] = get_area(b, random_size(b));
	}
}

int main(int argc, char **argv)
{
	const struct vm_config cfg = { .page_shift = 12,
				       .va_bits = 64,
				       .start = UINT64_C(0xffffc90000000000),
				       .end = UINT64_C(0xffffe8fffffff000),
				       .dry = true };
	struct bench b = { .rng = { 1 } };
	const char *op = argc > 1 ? argv[1] : "";
	unsigned long nr = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long ops = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	bool congruent = !strcmp(op, "congruent");

	if ((!congruent && strcmp(op, "area") && strcmp(op, "ioremap")) || nr < 8 ||
	    nr > 10000000 || argc > 5 || argc < 4 || (argc == 5 && strcmp(argv[4], "naive"))) {
		fprintf(stderr,
			"usage: bench_vm area|ioremap|congruent N K [naive], N 8 or more\n");
		return 2;
	}
	vm_init(&b.vm, &cfg, &heap_env);
	set_up(&b, (uint32_t)nr, congruent);
	if (!strcmp(op, "ioremap"))
		b.flags = VM_IOREMAP;
	b.naive = argc == 5;
	if (b.naive)
		copy_to_twin(&b);
	for (unsigned long i = 1; i <= ops; i++) {
		one_op(&b);
		if (i % PURGE_EVERY == 0)
			purge(&b);
	}
	return 0; /* what is still there would only be counted as well if it were freed */
}
