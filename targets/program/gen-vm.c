// SPDX-License-Identifier: GPL-2.0-only
/*
 * gen-vm.c - phases of random programs that are about the address space.
 *
 * Does not know what a subject answers, so it takes every request to have succeeded.
 */
#include <string.h>

#include "gen.h"
#include "../../impl/pcpu.h"

static uint64_t page_of(const struct gen *g)
{
	return g->p->machine.page;
}

/**
 * gen_vm_recall - take an op that takes address space to have succeeded
 * @g: the generator
 * @op: the op, one of its program
 */
void gen_vm_recall(struct gen *g, const struct op *op)
{
	space_add(&g->space, op, program_args(g->p, op));
	g->area[g->nr_areas++] =
		(struct area){ .handle = g->handles++, .kind = op->kind, .size = op->size };
}

static void add_area(struct gen *g, uint64_t size, bool ioremap, const struct op_arg *range)
{
	struct op op = { .kind = OP_GET_VM_AREA, .size = size, .ioremap = ioremap };

	if (gen_full(g))
		return;
	if (range) {
		op.first_arg = g->p->nr_args;
		op.nr_args = 1;
		program_add_arg(g->p, range->a, range->b);
	}
	gen_add(g, &op);
	gen_vm_recall(g, &op);
}

static void add_vmalloc(struct gen *g, uint64_t size)
{
	struct op op = { .kind = OP_VMALLOC, .size = size };

	if (gen_full(g))
		return;
	op.node = (uint16_t)rng_below(g->r, g->p->machine.nr_nodes);
	gen_add(g, &op);
	gen_vm_recall(g, &op);
	if (gen_one_in(g, g->contents))
		gen_write(g, g->handles - 1);
}

static void add_areas(struct gen *g, uint32_t align)
{
	struct op op = { .kind = OP_GET_VM_AREAS, .align = align };
	struct op_arg args[OP_ARGS_MAX];
	uint32_t seed = (uint32_t)rng_next(g->r);
	unsigned int nr;

	if (gen_full(g))
		return;
	nr = vm_areas_draw(&g->space, align, seed, args);
	op.first_arg = g->p->nr_args;
	op.nr_args = (uint16_t)nr;
	for (unsigned int i = 0; i < nr; i++)
		program_add_arg(g->p, args[i].a, args[i].b);
	gen_add(g, &op);
	gen_vm_recall(g, &op);
}

static uint64_t draw_size(struct gen *g, unsigned int class)
{
	uint64_t value = rng_next(g->r) >> 24;

	return vm_size_draw(&g->space, class, value);
}

static uint64_t any_size(struct gen *g)
{
	return draw_size(g, g->vm_sizes[rng_below(g->r, sizeof(g->vm_sizes))]);
}

static uint32_t any_align(struct gen *g)
{
	uint32_t code = rng_below(g->r, gen_one_in(g, g->errors) ? 256 : 224);

	return vm_align_draw(&g->p->machine, (uint8_t)code);
}

/* Take some address space, in one of the three ways. */
static void area_any(struct gen *g)
{
	uint32_t what = rng_below(g->r, 8);
	uint64_t size = any_size(g);
	struct op_arg range;

	if (what < 3) {
		add_area(g, size, gen_one_in(g, 8), NULL);
	} else if (what < 6) {
		add_vmalloc(g, size);
	} else if (what < 7) {
		vm_range_draw(&g->space, size, (uint32_t)rng_next(g->r), &range);
		add_area(g, size, gen_one_in(g, 8), &range);
	} else {
		add_areas(g, any_align(g));
	}
}

static uint8_t freed_by(unsigned int kind)
{
	return kind == OP_VMALLOC      ? OP_VFREE :
	       kind == OP_GET_VM_AREA  ? OP_REMOVE_VM_AREA :
	       kind == OP_GET_VM_AREAS ? OP_FREE_VM_AREAS :
					 OP_FREE;
}

static void drop_area(struct gen *g, uint32_t at)
{
	g->dead_area = g->area[at].handle;
	g->dead_kind = g->area[at].kind;
	g->nr_areas--;
	memmove(g->area + at, g->area + at + 1, (g->nr_areas - at) * sizeof(*g->area));
}

/**
 * gen_vm_forget - take an op that gives an area back to have done so
 * @g: the generator
 * @op: the op
 */
void gen_vm_forget(struct gen *g, const struct op *op)
{
	for (uint32_t at = 0; at < g->nr_areas; at++) {
		if (g->area[at].handle == op->handle && freed_by(g->area[at].kind) == op->kind) {
			drop_area(g, at);
			return;
		}
	}
}

/* Free the area that is @at-th by age, as it has to be. */
static void free_area_at(struct gen *g, uint32_t at)
{
	struct op op = { 0 };

	if (gen_full(g) || at >= g->nr_areas)
		return;
	op.kind = freed_by(g->area[at].kind);
	op.handle = g->area[at].handle;
	drop_area(g, at);
	gen_add(g, &op);
	if (gen_one_in(g, g->purges))
		gen_simple(g, OP_PURGE);
}

static void free_any(struct gen *g)
{
	free_area_at(g, rng_below(g->r, g->nr_areas));
}

static void find_area(struct gen *g, uint32_t handle, uint32_t offset)
{
	struct op op = { .kind = OP_FIND_VM_AREA, .handle = handle, .offset = offset };

	gen_add(g, &op);
}

/* Areas of a size, from below; congruent ones go on top. */
static void phase_fill(struct gen *g)
{
	unsigned int class = g->vm_sizes[rng_below(g->r, sizeof(g->vm_sizes))];
	uint32_t nr = gen_between(g, 3, 24);
	bool vmalloc = gen_one_in(g, 3);

	while (nr--) {
		uint64_t size = draw_size(g, class);

		if (vmalloc)
			add_vmalloc(g, size);
		else
			add_area(g, size, false, NULL);
	}
}

static void phase_churn(struct gen *g)
{
	uint32_t nr = gen_between(g, 4, 40), growth = gen_between(g, 3, 8);

	while (nr--) {
		uint32_t what = rng_below(g->r, 16);

		if (what < growth || !g->nr_areas)
			area_any(g);
		else if (what < 12)
			free_any(g);
		else if (what < 13)
			gen_simple(g, OP_PURGE);
		else if (what < 14)
			find_area(g, g->area[rng_below(g->r, g->nr_areas)].handle, 0);
		else
			area_any(g);
	}
}

/*
 * Areas of one size, some of them freed, and what does or does not fit the holes: each is as
 * large as an area and its guard page, two neighbours and the page between as large as two.
 */
static void phase_comb(struct gen *g)
{
	uint64_t page = page_of(g), size = page * gen_between(g, 1, 6);
	uint32_t nr = gen_between(g, 4, 24), step = gen_between(g, 1, 3), at = g->nr_areas, i;
	uint32_t how = rng_below(g->r, 5);
	bool vmalloc = gen_one_in(g, 4);

	for (i = 0; i < nr; i++) {
		if (vmalloc)
			add_vmalloc(g, size);
		else
			add_area(g, size, false, NULL);
	}
	/* after a free the next one has moved down by one */
	for (i = 0; i < nr / (step + 1); i++, at += step)
		free_area_at(g, at);
	if (!gen_one_in(g, 4))
		gen_simple(g, OP_PURGE);
	if (how == 1)
		size += page;
	else if (how == 2)
		size = size > page ? size - page : size;
	else if (how == 3)
		size = 2 * size + page;
	else if (how == 4)
		size -= page - 1;
	for (i = gen_between(g, 1, nr / 2); i; i--)
		add_area(g, size, gen_one_in(g, 6), NULL);
}

static void phase_ranges(struct gen *g)
{
	uint32_t nr = gen_between(g, 2, 12);
	struct op_arg range;

	while (nr--) {
		uint64_t size = any_size(g);

		vm_range_draw(&g->space, size, (uint32_t)rng_next(g->r), &range);
		add_area(g, size, gen_one_in(g, 6), &range);
		/* once more the same: the first one is in the way */
		if (gen_one_in(g, 4))
			add_area(g, size, false, &range);
		if (g->nr_areas && gen_one_in(g, 3))
			free_any(g);
	}
}

/* Alignments that leave gaps, which small areas fill. */
static void phase_ioremap(struct gen *g)
{
	uint64_t page = page_of(g);
	uint32_t nr = gen_between(g, 2, 14);

	while (nr--) {
		uint64_t size = draw_size(g, gen_one_in(g, 2) ? VM_SIZE_POWER : VM_SIZE_NEAR_PAGES);

		add_area(g, size, true, NULL);
		if (gen_one_in(g, 2))
			add_area(g, page * gen_between(g, 1, 2), false, NULL);
		if (g->nr_areas && gen_one_in(g, 5))
			free_any(g);
	}
}

static void phase_congruent(struct gen *g)
{
	uint32_t nr = gen_between(g, 2, 12);

	while (nr--) {
		add_areas(g, any_align(g));
		if (g->nr_areas && gen_one_in(g, 3))
			free_any(g);
		/* something in the way from below */
		if (gen_one_in(g, 4))
			add_area(g, any_size(g), false, NULL);
	}
}

/* From both ends until nothing fits, then a hole in the middle. */
static void phase_meet(struct gen *g)
{
	uint64_t window = g->p->machine.vm_pages, page = page_of(g);
	uint32_t part = gen_between(g, 4, 16);
	uint64_t size = page * (window / part ? window / part : 1);
	uint32_t align = any_align(g);

	for (uint32_t i = 0; i < part; i++) {
		add_area(g, size, false, NULL);
		add_areas(g, align);
	}
	for (uint32_t i = 0; i < 3 && g->nr_areas; i++) {
		free_area_at(g, g->nr_areas - 1 - rng_below(g->r, 2 * part) % g->nr_areas);
		add_area(g, gen_one_in(g, 2) ? size : page, false, NULL);
	}
}

/* Taken and freed without a purge, until freed space is all that is left. */
static void phase_lazy(struct gen *g)
{
	uint32_t purges = g->purges, part = gen_between(g, 2, 8), nr = part + gen_between(g, 1, 6);
	uint64_t pages = g->p->machine.vm_pages / part;
	bool vmalloc = gen_one_in(g, 3);

	g->purges = 0;
	while (nr--) {
		uint64_t size = page_of(g) * (pages > 1 ? pages - 1 : 1);

		if (vmalloc)
			add_vmalloc(g, size);
		else if (gen_one_in(g, 6))
			add_areas(g, any_align(g));
		else
			add_area(g, size, false, NULL);
		if (g->nr_areas)
			free_area_at(g, g->nr_areas - 1);
	}
	g->purges = purges;
	if (gen_one_in(g, 2))
		gen_simple(g, OP_PURGE);
}

/* Areas with contents, and refusals while they are made. */
static void phase_vmalloc(struct gen *g)
{
	uint32_t faults = g->faults, nr = gen_between(g, 2, 12);

	if (faults && gen_one_in(g, 2))
		g->faults = 1;
	while (nr--) {
		uint64_t size = draw_size(g, gen_one_in(g, 3) ? VM_SIZE_ODD : VM_SIZE_SMALL);

		if (gen_one_in(g, 8))
			size = draw_size(g, VM_SIZE_FRAMES);
		add_vmalloc(g, size);
		if (gen_one_in(g, 2))
			gen_write(g, g->handles - 1);
		if (gen_one_in(g, 2))
			gen_verify(g, g->handles - 1);
		if (g->nr_areas && gen_one_in(g, 3))
			free_any(g);
	}
	g->faults = faults;
}

static void phase_look(struct gen *g)
{
	uint32_t nr = g->nr_areas < 12 ? g->nr_areas : 12;

	gen_simple(g, OP_VMALLOCINFO);
	while (nr--) {
		const struct area *a = g->area + g->nr_areas - 1 - nr;

		if (a->kind == OP_VMALLOC)
			gen_verify(g, a->handle);
		else
			find_area(g, a->handle, 0);
	}
}

/**
 * gen_vm_drain - free all areas, or most of them, in an order
 * @g: the generator
 */
void gen_vm_drain(struct gen *g)
{
	uint32_t order = rng_below(g->r, 4);
	uint32_t keep = gen_one_in(g, 2) ? 0 : rng_below(g->r, g->nr_areas + 1);

	while (g->nr_areas > keep && !gen_full(g))
		free_area_at(g, order == 0 ? g->nr_areas - 1 :
				order == 1 ? 0 :
					     rng_below(g->r, g->nr_areas));
	if (!gen_one_in(g, 3))
		gen_simple(g, OP_PURGE);
}

/* Objects of chunks among areas of others. */
static void phase_mix(struct gen *g)
{
	uint32_t nr = gen_between(g, 3, 24);

	while (nr--) {
		uint32_t what = rng_below(g->r, 8);

		if (g->layer == LAYER_VM || what < 3)
			area_any(g);
		else if (what < 6)
			gen_alloc_any(g);
		else if (what < 7 && g->nr_live)
			gen_free_at(g, rng_below(g->r, g->nr_live));
		else
			gen_simple(g, OP_BALANCE);
		if (g->nr_areas && gen_one_in(g, 4))
			free_any(g);
	}
}

/**
 * gen_vm_error - an error of the caller
 * @g: the generator
 *
 * The wrong way to free, what was freed before, what has an offset, what is no area at all.
 */
void gen_vm_error(struct gen *g)
{
	static const uint8_t frees[] = {
		OP_VFREE, OP_REMOVE_VM_AREA, OP_FREE_VM_AREAS, OP_FIND_VM_AREA, OP_FREE,
	};
	static const uint8_t sizes[] = {
		VM_SIZE_ZERO, VM_SIZE_FOUR_GIB, VM_SIZE_WRAP, VM_SIZE_LARGE, VM_SIZE_WINDOW,
	};
	/* free is about objects, which programs about the address space alone have none of */
	struct op op = { .kind = frees[rng_below(g->r, g->layer == LAYER_VM ? 4 : 5)] };
	uint32_t what = rng_below(g->r, 8);
	uint64_t size;

	if (what < 2) {
		size = draw_size(g, sizes[rng_below(g->r, sizeof(sizes))]);
		/* where addresses have 32 bits: what wraps, or does so with its guard page */
		if (g->p->machine.va_bits == 32 && gen_one_in(g, 2)) {
			size = (UINT64_C(1) << 32) - page_of(g) * rng_below(g->r, 2);
			size -= rng_below(g->r, 3);
		}
		if (what)
			add_area(g, size, gen_one_in(g, 2), NULL);
		else
			add_vmalloc(g, size);
	} else if (what < 4 && g->dead_kind) {
		op.kind = freed_by(g->dead_kind);
		op.handle = g->dead_area;
		gen_add(g, &op);
	} else if (what < 6 && g->handles) {
		op.handle = rng_below(g->r, g->handles);
		gen_add(g, &op);
	} else if (what < 7 && g->nr_areas) {
		op.kind = freed_by(g->area[g->nr_areas - 1].kind);
		op.handle = g->area[g->nr_areas - 1].handle;
		if (op_takes_offset(op.kind))
			op.offset = gen_one_in(g, 2) ? (uint32_t)page_of(g) : gen_between(g, 1, 16);
		gen_add(g, &op);
	} else {
		op.kind = OP_VFREE;
		op.handle = PROGRAM_NO_HANDLE;
		gen_add(g, &op);
	}
}

const gen_phase gen_vm_phases[] = {
	phase_churn, phase_fill, phase_comb, phase_ranges, phase_ioremap, phase_congruent,
	phase_meet,  phase_lazy, phase_look, gen_vm_drain, phase_vmalloc, phase_mix,
};

const unsigned int gen_nr_vm_phases = sizeof(gen_vm_phases) / sizeof(gen_vm_phases[0]);
