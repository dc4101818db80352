// SPDX-License-Identifier: GPL-2.0-only
/*
 * gen.c - random programs: bursts of ops that go together, on a small machine.
 *
 * The engine without feedback.  Does not know what a subject answers, so it takes every alloc to
 * have succeeded.
 */
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "sizes.h"
#include "../../impl/pcpu.h"

/**
 * struct object - what an alloc that was not freed is taken to have made
 * @handle: its handle
 * @size:   bytes, 0 if it cannot have succeeded
 */
struct object {
	uint32_t handle, size;
};

/**
 * struct gen - a program in the making, and the temper that it has throughout
 * @p:         the program
 * @r:         all random numbers come from here, each in a statement of its own
 * @want:      ops that it is to have
 * @packing:   what was allocated so far
 * @handles:   handles defined so far
 * @live:      those not freed, oldest first
 * @nr_live:   how many
 * @bytes:     the sum of their sizes
 * @room:      bytes that all chunks there can be have about room for
 * @dead:      one of those that were freed, if @handles is above @nr_live
 * @gfp:       of the current phase; PCPU_GFP_NR for any
 * @reserved:  one alloc of so many is from the reserved chunk; 0 for never
 * @faults:    one op of so many has a fault; 0 for never
 * @errors:    one phase of so many is followed by a caller's error; 0 for never
 * @contents:  one alloc of so many is written to at once; 0 for never
 * @sizes:     classes to draw sizes from
 * @aligns:    align codes are drawn below this
 * @weight:    how often each phase comes
 */
struct gen {
	struct program *p;
	struct rng *r;
	uint32_t want;
	struct packing packing;
	uint32_t handles;
	struct object *live;
	uint32_t nr_live, bytes, room;
	uint32_t dead;
	uint32_t gfp;
	uint32_t reserved, faults, errors, contents;
	uint8_t sizes[8];
	uint32_t aligns;
	uint8_t weight[16];
};

/**
 * rng_next - the next random number (splitmix64)
 * @r: the generator; any state is a good seed
 */
uint64_t rng_next(struct rng *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/**
 * rng_below - a random number below a bound
 * @r: the generator
 * @n: the bound; 0 gives 0
 *
 * The bias is below 2^-32 times the bound, which is too little to matter here.
 */
uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

/* True once in @n times, never for 0. */
static bool one_in(struct gen *g, uint32_t n)
{
	return n && !rng_below(g->r, n);
}

static uint32_t between(struct gen *g, uint32_t from, uint32_t to)
{
	return from + rng_below(g->r, to - from + 1);
}

static bool full(const struct gen *g)
{
	return g->p->nr_ops >= g->want;
}

static void set_fault(struct gen *g, struct op *op)
{
	op->fault = (uint8_t)between(g, PCPU_FAULT_PAGE, PCPU_FAULT_NR - 1);
	if (op->fault == PCPU_FAULT_MAP)
		op->fault_n = (uint16_t)rng_below(g->r, 9);
	else if (op->fault == PCPU_FAULT_PAGE)
		op->fault_n = (uint16_t)between(g, 1, 12);
	else
		op->fault_n = (uint16_t)between(g, 1, one_in(g, 4) ? 6 : 2);
}

static void add(struct gen *g, struct op *op)
{
	if (full(g))
		return;
	/* only what asks for something can be refused it, so no faults elsewhere */
	if ((op->kind == OP_ALLOC || op->kind == OP_BALANCE || op->kind == OP_POPULATE) &&
	    !op->fault && one_in(g, g->faults))
		set_fault(g, op);
	program_add(g->p, op);
}

static void add_balance(struct gen *g)
{
	struct op op = { .kind = OP_BALANCE };

	add(g, &op);
}

static void add_write(struct gen *g, uint32_t handle)
{
	struct op op = { .kind = OP_WRITE, .handle = handle };

	op.seed = rng_below(g->r, 256);
	add(g, &op);
}

static void add_verify(struct gen *g, uint32_t handle)
{
	struct op op = { .kind = OP_VERIFY, .handle = handle };

	add(g, &op);
}

static void add_alloc(struct gen *g, uint32_t size, uint32_t align, bool reserved)
{
	struct op op = { .kind = OP_ALLOC, .size = size, .align = align, .reserved = reserved };

	if (full(g))
		return;
	op.gfp = (uint8_t)g->gfp;
	if (g->gfp == PCPU_GFP_NR)
		op.gfp = (uint8_t)rng_below(g->r, PCPU_GFP_NR);
	add(g, &op);
	packing_add(&g->packing, reserved, size, align);
	g->live[g->nr_live].handle = g->handles++;
	g->live[g->nr_live].size = size <= machine_unit_size(&g->p->machine) ? size : 0;
	g->bytes += g->live[g->nr_live++].size;
	if (one_in(g, g->contents))
		add_write(g, g->handles - 1);
}

static uint32_t draw_size(struct gen *g, bool reserved, enum size_class class)
{
	uint32_t value = (uint32_t)rng_next(g->r);

	return size_draw(&g->packing, reserved, class, value);
}

static uint32_t draw_align(struct gen *g)
{
	return align_from_code(&g->p->machine, (uint8_t)rng_below(g->r, g->aligns));
}

/* An alloc of a size that suits this program. */
static void alloc_any(struct gen *g)
{
	bool reserved = one_in(g, g->reserved);
	enum size_class class = g->sizes[rng_below(g->r, sizeof(g->sizes))];
	uint32_t size = draw_size(g, reserved, class);
	uint32_t align = draw_align(g);

	add_alloc(g, size, align, reserved);
}

/* Free the live object that is @at-th by age. */
static void free_at(struct gen *g, uint32_t at)
{
	struct op op = { .kind = OP_FREE };

	if (full(g) || at >= g->nr_live)
		return;
	op.handle = g->live[at].handle;
	g->dead = op.handle;
	g->bytes -= g->live[at].size;
	g->nr_live--;
	memmove(g->live + at, g->live + at + 1, (g->nr_live - at) * sizeof(*g->live));
	add(g, &op);
}

/* What a buggy caller does: stale, inside and NULL frees, illegal sizes and alignments. */
static void caller_error(struct gen *g)
{
	static const uint8_t classes[] = { SIZE_ZERO, SIZE_HUGE, SIZE_LIMIT, SIZE_UNIT, SIZE_DYN };
	struct op op = { .kind = OP_FREE, .handle = PROGRAM_NO_HANDLE };
	uint32_t what = rng_below(g->r, 8);
	enum size_class class;
	uint32_t size, align;

	if (what == 0) {
		align = align_from_code(&g->p->machine, (uint8_t)between(g, ALIGN_CODES_PAGE, 255));
		size = draw_size(g, false, SIZE_SMALL);
		add_alloc(g, size, align, false);
	} else if (what <= 2) {
		class = classes[rng_below(g->r, sizeof(classes))];
		size = draw_size(g, false, class);
		align = draw_align(g);
		add_alloc(g, size, align, false);
	} else if (what <= 4 && g->handles > g->nr_live) {
		op.handle = g->dead;
		add(g, &op);
	} else if (what <= 6 && g->handles) {
		op.handle = rng_below(g->r, g->handles);
		op.offset = between(g, 1, 16);
		op.offset *= one_in(g, 4) ? 1 : 4;
		add(g, &op);
	} else {
		add(g, &op);
	}
}

/* Pages of a chunk; mostly a legal range. */
static void add_range(struct gen *g)
{
	struct op op = { .kind = OP_DEPOPULATE };
	uint32_t pages = g->p->machine.unit_pages;

	if (one_in(g, 2))
		op.kind = OP_POPULATE;
	op.chunk = (uint16_t)rng_below(g->r, 6);
	op.start = (uint16_t)rng_below(g->r, pages);
	op.end = (uint16_t)between(g, op.start, pages);
	if (one_in(g, 4)) {
		op.start = 0;
		op.end = (uint16_t)pages;
	} else if (one_in(g, 16)) {
		op.end = (uint16_t)(pages + 1);
	}
	add(g, &op);
}

/* Phases.  Each is a few ops to a few dozens. */

/* Independent ops, allocs and frees in balance. */
static void phase_churn(struct gen *g)
{
	uint32_t nr = between(g, 4, 40);
	uint32_t growth = between(g, 3, 7);

	while (nr--) {
		uint32_t what = rng_below(g->r, 16);

		if (what < growth || !g->nr_live)
			alloc_any(g);
		else if (what < 10)
			free_at(g, rng_below(g->r, g->nr_live));
		else if (what < 12)
			add_write(g, g->live[rng_below(g->r, g->nr_live)].handle);
		else if (what < 14)
			add_verify(g, g->live[rng_below(g->r, g->nr_live)].handle);
		else if (what < 15)
			add_balance(g);
		else
			alloc_any(g);
	}
}

/* Equal objects, every other one freed again, and then what does or does not fit the holes. */
static void phase_comb(struct gen *g)
{
	enum size_class class = g->sizes[rng_below(g->r, sizeof(g->sizes))];
	bool reserved = one_in(g, g->reserved);
	uint32_t size = draw_size(g, reserved, class);
	uint32_t align = draw_align(g);
	uint32_t nr = between(g, 3, 24), step = between(g, 2, 3), at = g->nr_live, i;

	for (i = 0; i < nr; i++)
		add_alloc(g, size, align, reserved);
	/* step: after a free the next one has moved down by one */
	for (i = 0; i < nr / step; i++, at += step - 1)
		free_at(g, at);
	if (one_in(g, 3))
		add_balance(g);

	nr = between(g, 1, nr);
	size += 4 * rng_below(g->r, 3);
	size = size > 4 ? size - 4 : size;
	if (one_in(g, 3))
		size *= 2;
	for (i = 0; i < nr; i++)
		add_alloc(g, size, align, reserved);
}

/* Free everything, or most of it, in an order. */
static void phase_drain(struct gen *g)
{
	uint32_t order = rng_below(g->r, 4);
	uint32_t keep = one_in(g, 2) ? 0 : rng_below(g->r, g->nr_live + 1);

	while (g->nr_live > keep && !full(g)) {
		if (order == 0)
			free_at(g, g->nr_live - 1);
		else if (order == 1)
			free_at(g, 0);
		else
			free_at(g, rng_below(g->r, g->nr_live));
		if (one_in(g, 32))
			add_balance(g);
	}
	add_balance(g);
	if (one_in(g, 2))
		add_balance(g);
}

/* More than the chunks there are can hold, so that new ones are made. */
static void phase_grow(struct gen *g)
{
	static const uint8_t classes[] = {
		SIZE_FRACTION, SIZE_HALF_UNIT, SIZE_UNIT,	SIZE_PAGES,
		SIZE_REST,     SIZE_ANY,       SIZE_BELOW_PAGE, SIZE_PAGE_OR_LESS,
	};
	enum size_class class = classes[rng_below(g->r, sizeof(classes))];
	uint32_t nr = between(g, 2, 20);
	uint32_t size, align;

	while (nr--) {
		size = draw_size(g, false, class);
		align = draw_align(g);
		add_alloc(g, size, align, false);
		if (one_in(g, 8))
			add_balance(g);
	}
}

/* Allocs that end where pages and chunks do. */
static void phase_edges(struct gen *g)
{
	static const uint8_t classes[] = {
		SIZE_TO_PAGE_END, SIZE_NEAR_PAGE_END, SIZE_REST,  SIZE_PAGES,
		SIZE_BELOW_PAGE,  SIZE_ABOVE_PAGE,    SIZE_SMALL, SIZE_TO_PAGE_END,
	};
	uint32_t nr = between(g, 2, 12);

	while (nr--) {
		bool reserved = one_in(g, g->reserved);
		enum size_class class = classes[rng_below(g->r, sizeof(classes))];
		uint32_t size = draw_size(g, reserved, class);
		uint32_t align = one_in(g, 4) ? draw_align(g) : 4;

		add_alloc(g, size, align, reserved);
		if (g->nr_live > 1 && one_in(g, 4))
			free_at(g, g->nr_live - 2);
	}
}

/* Allocs that may not block, with and without the balance work that feeds them. */
static void phase_atomic(struct gen *g)
{
	uint32_t gfp = g->gfp, nr = between(g, 2, 16);

	if (one_in(g, 2))
		add_balance(g);
	g->gfp = one_in(g, 4) ? PCPU_GFP_NOWAIT : PCPU_GFP_ATOMIC;
	while (nr--) {
		alloc_any(g);
		if (one_in(g, 6))
			add_balance(g);
		if (g->nr_live && one_in(g, 6))
			free_at(g, rng_below(g->r, g->nr_live));
	}
	g->gfp = gfp;
	if (one_in(g, 2))
		add_balance(g);
}

/* Refusals one after the other, then one try that should do. */
static void phase_faults(struct gen *g)
{
	uint32_t faults = g->faults, nr = between(g, 2, 10);

	g->faults = faults ? 1 : 0;
	while (nr--) {
		uint32_t what = rng_below(g->r, 4);

		if (what == 0)
			add_balance(g);
		else if (what == 1)
			add_range(g);
		else
			alloc_any(g);
	}
	g->faults = faults;
	alloc_any(g);
	add_balance(g);
}

/* Pages taken away and given back under live objects. */
static void phase_ranges(struct gen *g)
{
	uint32_t nr = between(g, 1, 8);

	while (nr--) {
		add_range(g);
		if (one_in(g, 3))
			alloc_any(g);
		if (g->nr_live && one_in(g, 3))
			free_at(g, rng_below(g->r, g->nr_live));
		if (one_in(g, 4))
			add_balance(g);
	}
}

/* Read back what was written; more often the newest. */
static void phase_verify(struct gen *g)
{
	uint32_t nr = g->nr_live < 24 ? g->nr_live : 24, i;

	for (i = 0; i < nr; i++)
		add_verify(g, g->live[g->nr_live - 1 - i].handle);
}

static void (*const phases[])(struct gen *g) = {
	phase_churn,  phase_comb,   phase_drain,  phase_grow,	phase_edges,
	phase_atomic, phase_faults, phase_ranges, phase_verify,
};

#define NR_PHASES (sizeof(phases) / sizeof(phases[0]))

/* Mostly a preset; else what the small machines of bytes.c come to. */
static void draw_machine(struct rng *r, struct machine *m)
{
	uint8_t header[BYTES_HEADER];
	struct program shape;
	unsigned int i;

	if (rng_below(r, 4)) {
		machine_preset(rng_below(r, nr_machine_presets), m);
		return;
	}
	for (i = 0; i < BYTES_HEADER; i++)
		header[i] = (uint8_t)rng_next(r);
	header[0] = (uint8_t)(0xe0 + (header[0] & 15));
	program_from_bytes(&shape, LAYER_ANY, header, sizeof(header));
	*m = shape.machine;
	program_exit(&shape);
}

/* What this program is about: some of everything, but not all of it. */
static void draw_temper(struct gen *g)
{
	static const uint8_t usual[] = {
		SIZE_SMALL,    SIZE_SMALL, SIZE_ODD,	       SIZE_PAGE_OR_LESS,
		SIZE_FRACTION, SIZE_LAST,  SIZE_POWER,	       SIZE_TO_PAGE_END,
		SIZE_ANY,      SIZE_PAGES, SIZE_NEAR_PAGE_END, SIZE_RESERVED,
	};
	static const uint32_t aligns[] = {
		2, 16, ALIGN_CODES_SMALL, ALIGN_CODES_SMALL, ALIGN_CODES_PAGE, ALIGN_CODES_PAGE,
	};
	static const uint32_t rates[] = { 0, 0, 0, 2, 8, 32 };
	static const uint32_t fault_rates[] = { 0, 0, 0, 40, 16, 6 };
	static const uint32_t error_rates[] = { 0, 0, 0, 0, 6, 2 };
	static const uint8_t weights[] = { 0, 1, 1, 2, 4, 8 };
	uint32_t kinds = between(g, 1, sizeof(g->sizes));
	unsigned int i;

	for (i = 0; i < sizeof(g->sizes); i++)
		g->sizes[i] =
			i < kinds ? usual[rng_below(g->r, sizeof(usual))] : g->sizes[i % kinds];
	for (i = 0; i < NR_PHASES; i++)
		g->weight[i] = weights[rng_below(g->r, sizeof(weights))];
	g->weight[0] += !g->weight[0];
	g->aligns = aligns[rng_below(g->r, 6)];
	g->reserved = rates[rng_below(g->r, 6)];
	g->faults = fault_rates[rng_below(g->r, 6)];
	g->errors = error_rates[rng_below(g->r, 6)];
	g->contents = rates[rng_below(g->r, 6)];
	g->gfp = one_in(g, 4) ? PCPU_GFP_NR : PCPU_GFP_KERNEL;
	if (!g->p->machine.reserved_size && one_in(g, 2))
		g->reserved = 0;
}

/* Bytes that the first chunk and as many as there is address space or memory for can hold. */
static uint32_t machine_room(const struct machine *m)
{
	uint32_t cpus = machine_nr_cpus(m);
	uint32_t by_space = m->vm_pages / (cpus * m->unit_pages) * m->unit_pages;
	uint32_t by_frames = m->frames / cpus;

	return m->dyn_size + m->page * (by_space < by_frames ? by_space : by_frames);
}

static void run_phases(struct gen *g)
{
	uint32_t total = 0, draw;
	unsigned int i;

	for (i = 0; i < NR_PHASES; i++)
		total += g->weight[i];
	while (!full(g)) {
		draw = rng_below(g->r, total);
		for (i = 0; draw >= g->weight[i]; i++)
			draw -= g->weight[i];
		/* in a machine that is full most allocs fail, and all in the same way */
		if (g->bytes > g->room && rng_below(g->r, 4))
			phase_drain(g);
		else
			phases[i](g);
		if (one_in(g, g->errors))
			caller_error(g);
		/* the balance work is what most of the state hangs on */
		if (one_in(g, 3))
			add_balance(g);
	}
}

/**
 * program_generate - make a random program
 * @p: the program; what it held is overwritten, not freed
 * @layer: what it is about
 * @r: decides everything
 * @max_ops: ops that it may have at most
 */
void program_generate(struct program *p, enum program_layer layer, struct rng *r, uint32_t max_ops)
{
	struct gen g = { .p = p, .r = r };
	struct machine machine;

	(void)layer;
	draw_machine(r, &machine);
	program_init(p, &machine);
	max_ops = max_ops < PROGRAM_MAX_OPS ? max_ops : PROGRAM_MAX_OPS;
	if (!max_ops)
		return;

	/* half of the programs as long as may be */
	g.want = one_in(&g, 2) ? max_ops : between(&g, 1, max_ops);
	g.room = machine_room(&p->machine);
	packing_init(&g.packing, &p->machine);
	draw_temper(&g);
	g.live = malloc(g.want * sizeof(*g.live));
	/* the host itself out of memory: nothing can be concluded from that */
	if (!g.live)
		abort();
	run_phases(&g);
	free(g.live);
}
