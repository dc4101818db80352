// SPDX-License-Identifier: GPL-2.0-only
/*
 * gen.c - random programs: bursts of ops that go together, on a small machine.
 *
 * The engine without feedback.  Does not know what a subject answers, so it takes every alloc to
 * have succeeded.
 */
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "../../impl/pcpu.h"

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

/**
 * gen_one_in - true once in so many times
 * @g: the generator
 * @n: how many; 0 for never
 */
bool gen_one_in(struct gen *g, uint32_t n)
{
	return n && !rng_below(g->r, n);
}

/**
 * gen_between - a number from a range
 * @g: the generator
 * @from: the smallest
 * @to: the largest
 */
uint32_t gen_between(struct gen *g, uint32_t from, uint32_t to)
{
	return from + rng_below(g->r, to - from + 1);
}

/**
 * gen_full - has the program as many ops as it is to have
 * @g: the generator
 */
bool gen_full(const struct gen *g)
{
	return g->p->nr_ops >= g->want;
}

static void set_fault(struct gen *g, struct op *op)
{
	op->fault = (uint8_t)gen_between(g, PCPU_FAULT_PAGE, PCPU_FAULT_NR - 1);
	if (op->fault == PCPU_FAULT_MAP)
		op->fault_n = (uint16_t)rng_below(g->r, 9);
	else if (op->fault == PCPU_FAULT_PAGE)
		op->fault_n = (uint16_t)gen_between(g, 1, 12);
	else
		op->fault_n = (uint16_t)gen_between(g, 1, gen_one_in(g, 4) ? 6 : 2);
}

static bool may_be_refused(unsigned int kind)
{
	return op_infos[kind].letter || kind == OP_BALANCE || kind == OP_POPULATE ||
	       kind == OP_BOOT;
}

/**
 * gen_add - add an op, perhaps with a fault, unless the program is full
 * @g: the generator
 * @op: the op
 */
void gen_add(struct gen *g, struct op *op)
{
	if (gen_full(g))
		return;
	/* only what asks for something can be refused it, so no faults elsewhere */
	if (may_be_refused(op->kind) && !op->fault && gen_one_in(g, g->faults))
		set_fault(g, op);
	program_add(g->p, op);
}

/**
 * gen_simple - add an op without members
 * @g: the generator
 * @kind: which
 */
void gen_simple(struct gen *g, enum op_kind kind)
{
	struct op op = { .kind = (uint8_t)kind };

	gen_add(g, &op);
}

/**
 * gen_write - write to an object or a vmalloc area
 * @g: the generator
 * @handle: its handle
 */
void gen_write(struct gen *g, uint32_t handle)
{
	struct op op = { .kind = OP_WRITE, .handle = handle };

	op.seed = rng_below(g->r, 256);
	gen_add(g, &op);
}

/**
 * gen_verify - read back what was written
 * @g: the generator
 * @handle: handle of an object or a vmalloc area
 */
void gen_verify(struct gen *g, uint32_t handle)
{
	struct op op = { .kind = OP_VERIFY, .handle = handle };

	gen_add(g, &op);
}

static void add_alloc(struct gen *g, uint32_t size, uint32_t align, bool reserved)
{
	struct op op = { .kind = OP_ALLOC, .size = size, .align = align, .reserved = reserved };

	if (gen_full(g))
		return;
	op.gfp = (uint8_t)g->gfp;
	if (g->gfp == PCPU_GFP_NR)
		op.gfp = (uint8_t)rng_below(g->r, PCPU_GFP_NR);
	gen_add(g, &op);
	packing_add(&g->packing, reserved, size, align);
	g->live[g->nr_live].handle = g->handles++;
	g->live[g->nr_live].size = size <= machine_unit_size(&g->p->machine) ? size : 0;
	g->bytes += g->live[g->nr_live++].size;
	if (gen_one_in(g, g->contents))
		gen_write(g, g->handles - 1);
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

/**
 * gen_alloc_any - an alloc of a size that suits this program
 * @g: the generator
 */
void gen_alloc_any(struct gen *g)
{
	bool reserved = gen_one_in(g, g->reserved);
	enum size_class class = g->sizes[rng_below(g->r, sizeof(g->sizes))];
	uint32_t size = draw_size(g, reserved, class);
	uint32_t align = draw_align(g);

	add_alloc(g, size, align, reserved);
}

static void drop_object(struct gen *g, uint32_t at)
{
	g->dead = g->live[at].handle;
	g->nr_dead++;
	g->bytes -= g->live[at].size;
	g->nr_live--;
	memmove(g->live + at, g->live + at + 1, (g->nr_live - at) * sizeof(*g->live));
}

/**
 * gen_free_at - free a live object
 * @g: the generator
 * @at: which, by age
 */
void gen_free_at(struct gen *g, uint32_t at)
{
	struct op op = { .kind = OP_FREE };

	if (gen_full(g) || at >= g->nr_live)
		return;
	op.handle = g->live[at].handle;
	drop_object(g, at);
	gen_add(g, &op);
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
		align = align_from_code(&g->p->machine,
					(uint8_t)gen_between(g, ALIGN_CODES_PAGE, 255));
		size = draw_size(g, false, SIZE_SMALL);
		add_alloc(g, size, align, false);
	} else if (what <= 2) {
		class = classes[rng_below(g->r, sizeof(classes))];
		size = draw_size(g, false, class);
		align = draw_align(g);
		add_alloc(g, size, align, false);
	} else if (what <= 4 && g->nr_dead) {
		op.handle = g->dead;
		gen_add(g, &op);
	} else if (what <= 6 && g->handles) {
		op.handle = rng_below(g->r, g->handles);
		op.offset = gen_between(g, 1, 16);
		op.offset *= gen_one_in(g, 4) ? 1 : 4;
		gen_add(g, &op);
	} else {
		gen_add(g, &op);
	}
}

/* Pages of a chunk; mostly a legal range. */
static void add_range(struct gen *g)
{
	struct op op = { .kind = OP_DEPOPULATE };
	uint32_t pages = g->p->machine.unit_pages;

	if (gen_one_in(g, 2))
		op.kind = OP_POPULATE;
	op.chunk = (uint16_t)rng_below(g->r, 6);
	op.start = (uint16_t)rng_below(g->r, pages);
	op.end = (uint16_t)gen_between(g, op.start, pages);
	if (gen_one_in(g, 4)) {
		op.start = 0;
		op.end = (uint16_t)pages;
	} else if (gen_one_in(g, 16)) {
		op.end = (uint16_t)(pages + 1);
	}
	gen_add(g, &op);
}

/* Phases.  Each is a few ops to a few dozens. */

/* Independent ops, allocs and frees in balance. */
static void phase_churn(struct gen *g)
{
	uint32_t nr = gen_between(g, 4, 40);
	uint32_t growth = gen_between(g, 3, 7);

	while (nr--) {
		uint32_t what = rng_below(g->r, 16);

		if (what < growth || !g->nr_live)
			gen_alloc_any(g);
		else if (what < 10)
			gen_free_at(g, rng_below(g->r, g->nr_live));
		else if (what < 12)
			gen_write(g, g->live[rng_below(g->r, g->nr_live)].handle);
		else if (what < 14)
			gen_verify(g, g->live[rng_below(g->r, g->nr_live)].handle);
		else if (what < 15)
			gen_simple(g, OP_BALANCE);
		else
			gen_alloc_any(g);
	}
}

/* Equal objects, every other one freed again, and then what does or does not fit the holes. */
static void phase_comb(struct gen *g)
{
	enum size_class class = g->sizes[rng_below(g->r, sizeof(g->sizes))];
	bool reserved = gen_one_in(g, g->reserved);
	uint32_t size = draw_size(g, reserved, class);
	uint32_t align = draw_align(g);
	uint32_t nr = gen_between(g, 3, 24), step = gen_between(g, 2, 3), at = g->nr_live, i;

	for (i = 0; i < nr; i++)
		add_alloc(g, size, align, reserved);
	/* step: after a free the next one has moved down by one */
	for (i = 0; i < nr / step; i++, at += step - 1)
		gen_free_at(g, at);
	if (gen_one_in(g, 3))
		gen_simple(g, OP_BALANCE);

	nr = gen_between(g, 1, nr);
	size += 4 * rng_below(g->r, 3);
	size = size > 4 ? size - 4 : size;
	if (gen_one_in(g, 3))
		size *= 2;
	for (i = 0; i < nr; i++)
		add_alloc(g, size, align, reserved);
}

/* Free everything, or most of it, in an order. */
static void phase_drain(struct gen *g)
{
	uint32_t order = rng_below(g->r, 4);
	uint32_t keep = gen_one_in(g, 2) ? 0 : rng_below(g->r, g->nr_live + 1);

	while (g->nr_live > keep && !gen_full(g)) {
		if (order == 0)
			gen_free_at(g, g->nr_live - 1);
		else if (order == 1)
			gen_free_at(g, 0);
		else
			gen_free_at(g, rng_below(g->r, g->nr_live));
		if (gen_one_in(g, 32))
			gen_simple(g, OP_BALANCE);
	}
	gen_simple(g, OP_BALANCE);
	if (gen_one_in(g, 2))
		gen_simple(g, OP_BALANCE);
}

/* More than the chunks there are can hold, so that new ones are made. */
static void phase_grow(struct gen *g)
{
	static const uint8_t classes[] = {
		SIZE_FRACTION, SIZE_HALF_UNIT, SIZE_UNIT,	SIZE_PAGES,
		SIZE_REST,     SIZE_ANY,       SIZE_BELOW_PAGE, SIZE_PAGE_OR_LESS,
	};
	enum size_class class = classes[rng_below(g->r, sizeof(classes))];
	uint32_t nr = gen_between(g, 2, 20);
	uint32_t size, align;

	while (nr--) {
		size = draw_size(g, false, class);
		align = draw_align(g);
		add_alloc(g, size, align, false);
		if (gen_one_in(g, 8))
			gen_simple(g, OP_BALANCE);
	}
}

/* Allocs that end where pages and chunks do. */
static void phase_edges(struct gen *g)
{
	static const uint8_t classes[] = {
		SIZE_TO_PAGE_END, SIZE_NEAR_PAGE_END, SIZE_REST,  SIZE_PAGES,
		SIZE_BELOW_PAGE,  SIZE_ABOVE_PAGE,    SIZE_SMALL, SIZE_TO_PAGE_END,
	};
	uint32_t nr = gen_between(g, 2, 12);

	while (nr--) {
		bool reserved = gen_one_in(g, g->reserved);
		enum size_class class = classes[rng_below(g->r, sizeof(classes))];
		uint32_t size = draw_size(g, reserved, class);
		uint32_t align = gen_one_in(g, 4) ? draw_align(g) : 4;

		add_alloc(g, size, align, reserved);
		if (g->nr_live > 1 && gen_one_in(g, 4))
			gen_free_at(g, g->nr_live - 2);
	}
}

/* Take the memory of some pages of a chunk, and give a part of it back. */
static void add_holes(struct gen *g)
{
	struct op op = { .kind = OP_DEPOPULATE, .chunk = (uint16_t)rng_below(g->r, 6) };
	uint32_t pages = g->p->machine.unit_pages, nr = gen_between(g, 1, 3);

	while (nr--) {
		op.start = (uint16_t)rng_below(g->r, pages);
		op.end = (uint16_t)gen_between(g, op.start + 1, pages);
		gen_add(g, &op);
		op.kind = gen_one_in(g, 2) ? OP_POPULATE : OP_DEPOPULATE;
	}
}

/* Chunks of which little is used, so that the balance work isolates them; then life goes on. */
static void phase_reclaim(struct gen *g)
{
	static const uint8_t classes[] = { SIZE_FRACTION, SIZE_PAGES, SIZE_BELOW_PAGE, SIZE_ANY };
	enum size_class class = classes[rng_below(g->r, sizeof(classes))];
	uint32_t nr = gen_between(g, 4, 16), first = g->nr_live, keep = gen_between(g, 2, 8);
	uint32_t size, align;

	while (nr--) {
		size = draw_size(g, false, class);
		align = draw_align(g);
		add_alloc(g, size, align, false);
	}
	for (uint32_t at = g->nr_live; at-- > first;)
		if (!gen_one_in(g, keep))
			gen_free_at(g, at);
	gen_simple(g, OP_BALANCE);
	for (nr = gen_between(g, 1, 8); nr; nr--) {
		if (g->nr_live && gen_one_in(g, 2))
			gen_free_at(g, rng_below(g->r, g->nr_live));
		else
			gen_alloc_any(g);
	}
	if (gen_one_in(g, 2))
		gen_simple(g, OP_BALANCE);
}

/* Allocs that may not block, with and without the balance work that feeds them. */
static void phase_atomic(struct gen *g)
{
	uint32_t gfp = g->gfp, nr = gen_between(g, 2, 16);

	if (gen_one_in(g, 2))
		gen_simple(g, OP_BALANCE);
	/* pages without memory between others are what such requests have to step over */
	if (gen_one_in(g, 3))
		add_holes(g);
	g->gfp = gen_one_in(g, 4) ? PCPU_GFP_NOWAIT : PCPU_GFP_ATOMIC;
	while (nr--) {
		gen_alloc_any(g);
		if (gen_one_in(g, 6))
			gen_simple(g, OP_BALANCE);
		if (g->nr_live && gen_one_in(g, 6))
			gen_free_at(g, rng_below(g->r, g->nr_live));
	}
	g->gfp = gfp;
	if (gen_one_in(g, 2))
		gen_simple(g, OP_BALANCE);
}

/* Refusals one after the other, then one try that should do. */
static void phase_faults(struct gen *g)
{
	uint32_t faults = g->faults, nr = gen_between(g, 2, 10);

	g->faults = faults ? 1 : 0;
	while (nr--) {
		uint32_t what = rng_below(g->r, 4);

		if (what == 0)
			gen_simple(g, OP_BALANCE);
		else if (what == 1)
			add_range(g);
		else
			gen_alloc_any(g);
	}
	g->faults = faults;
	gen_alloc_any(g);
	gen_simple(g, OP_BALANCE);
}

/* Pages taken away and given back under live objects. */
static void phase_ranges(struct gen *g)
{
	uint32_t nr = gen_between(g, 1, 8);

	while (nr--) {
		add_range(g);
		if (gen_one_in(g, 3))
			gen_alloc_any(g);
		if (g->nr_live && gen_one_in(g, 3))
			gen_free_at(g, rng_below(g->r, g->nr_live));
		if (gen_one_in(g, 4))
			gen_simple(g, OP_BALANCE);
	}
}

/* Read back what was written; more often the newest. */
static void phase_verify(struct gen *g)
{
	uint32_t nr = g->nr_live < 24 ? g->nr_live : 24, i;

	for (i = 0; i < nr; i++)
		gen_verify(g, g->live[g->nr_live - 1 - i].handle);
}

/* Addresses of objects, inside, at the end and beyond, and of what is gone. */
static void phase_phys(struct gen *g)
{
	const struct machine *m = &g->p->machine;
	uint32_t nr = gen_between(g, 1, 8), i;

	for (i = 0; i < nr && g->nr_live; i++) {
		const struct object *o = g->live + rng_below(g->r, g->nr_live);
		struct op op = { .kind = OP_PHYS, .handle = o->handle };

		if (g->nr_dead && gen_one_in(g, 8))
			op.handle = g->dead;
		else if (gen_one_in(g, 2))
			op.offset = rng_below(g->r, o->size < 65536 ? o->size + 8 : 8);
		else if (gen_one_in(g, 2)) /* other units, or behind the chunk */
			op.offset = rng_below(g->r, 2 * machine_unit_size(m) * machine_nr_cpus(m));
		op.cpu = (uint16_t)rng_below(g->r, machine_nr_cpus(m));
		gen_add(g, &op);
	}
}

static const gen_phase phases[] = {
	phase_churn,  phase_comb,   phase_drain,  phase_grow, phase_edges,   phase_atomic,
	phase_faults, phase_ranges, phase_verify, phase_phys, phase_reclaim,
};

#define NR_PHASES (sizeof(phases) / sizeof(phases[0]))

/* Mostly a preset, perhaps with other nodes; else what the small machines of bytes.c come to. */
static void draw_machine(enum program_layer layer, struct rng *r, struct machine *m)
{
	uint8_t header[BYTES_HEADER];
	struct program shape;
	unsigned int i;

	for (i = 0; i < BYTES_HEADER; i++)
		header[i] = (uint8_t)rng_next(r);
	if (rng_below(r, 4))
		header[0] = (uint8_t)machine_preset_for(layer, header[0]);
	else
		header[0] = (uint8_t)(0xe0 + (header[0] & 15));
	/* the last bytes are about nodes and windows; 0 leaves a preset as it is */
	if (rng_below(r, layer == LAYER_BOOT ? 2 : 4))
		memset(header + 29, 0, 3);
	program_from_bytes(&shape, layer, header, sizeof(header));
	*m = shape.machine;
	program_exit(&shape);
}

/*
 * The phases of all parts, one after the other.  How often each comes: of a program about
 * everything half are about objects only, few boot again.
 */
static void draw_weights(struct gen *g)
{
	static const uint8_t weights[] = { 0, 1, 1, 2, 4, 8 };
	bool any = g->layer == LAYER_ANY, with_vm = rng_below(g->r, 2),
	     with_boot = !rng_below(g->r, 16);
	unsigned int vm = NR_PHASES, boot = vm + gen_nr_vm_phases, end = boot + gen_nr_boot_phases;

	for (unsigned int i = 0; i < end; i++) {
		bool in = i < vm   ? any || g->layer == LAYER_PCPU :
			  i < boot ? (any && with_vm) || g->layer == LAYER_VM :
				     (any && with_boot) || g->layer == LAYER_BOOT;
		uint8_t weight = weights[rng_below(g->r, sizeof(weights))];

		g->weight[i] = in ? weight : 0;
	}
	/* something must happen */
	g->weight[g->layer == LAYER_VM ? vm : g->layer == LAYER_BOOT ? boot : 0] += 1;
	/* now and then there is an object whose addresses a boot has nothing to do with */
	if (g->layer == LAYER_BOOT && !rng_below(g->r, 4))
		g->weight[0] += 1;
}

static void run_phase(struct gen *g, unsigned int i)
{
	if (i < NR_PHASES)
		phases[i](g);
	else if (i < NR_PHASES + gen_nr_vm_phases)
		gen_vm_phases[i - NR_PHASES](g);
	else
		gen_boot_phases[i - NR_PHASES - gen_nr_vm_phases](g);
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
	static const uint8_t vm_usual[] = {
		VM_SIZE_SMALL, VM_SIZE_SMALL, VM_SIZE_SMALL,	  VM_SIZE_ODD,
		VM_SIZE_PAGES, VM_SIZE_LAST,  VM_SIZE_NEAR_PAGES, VM_SIZE_HOLE,
		VM_SIZE_POWER, VM_SIZE_REST,  VM_SIZE_FRACTION,	  VM_SIZE_LAST_OFF,
	};
	uint32_t kinds = gen_between(g, 1, sizeof(g->sizes));
	unsigned int i;

	for (i = 0; i < sizeof(g->sizes); i++)
		g->sizes[i] =
			i < kinds ? usual[rng_below(g->r, sizeof(usual))] : g->sizes[i % kinds];
	for (i = 0; i < sizeof(g->vm_sizes); i++)
		g->vm_sizes[i] = i < kinds ? vm_usual[rng_below(g->r, sizeof(vm_usual))] :
					     g->vm_sizes[i % kinds];
	draw_weights(g);
	g->aligns = aligns[rng_below(g->r, 6)];
	g->reserved = rates[rng_below(g->r, 6)];
	g->faults = fault_rates[rng_below(g->r, 6)];
	g->errors = error_rates[rng_below(g->r, 6)];
	g->contents = rates[rng_below(g->r, 6)];
	g->purges = rates[rng_below(g->r, 6)];
	g->gfp = gen_one_in(g, 4) ? PCPU_GFP_NR : PCPU_GFP_KERNEL;
	if (!g->p->machine.reserved_size && gen_one_in(g, 2))
		g->reserved = 0;
}

/* Bytes that the first chunk and as many as there is address space or memory for can hold. */
static uint32_t machine_room(const struct machine *m)
{
	uint32_t cpus = machine_nr_cpus(m);
	uint32_t by_space = m->vm_pages / (cpus * m->unit_pages) * m->unit_pages;
	uint32_t by_frames = m->frames / cpus;

	if (m->backing == BACKING_KM)
		by_space = by_frames;

	return m->dyn_size + m->page * (by_space < by_frames ? by_space : by_frames);
}

static void run_phases(struct gen *g)
{
	uint32_t total = 0, draw;
	unsigned int i;

	for (i = 0; i < MAX_PHASES; i++)
		total += g->weight[i];
	while (!gen_full(g)) {
		draw = rng_below(g->r, total);
		for (i = 0; draw >= g->weight[i]; i++)
			draw -= g->weight[i];
		/* in a machine that is full most allocs fail, and all in the same way */
		if (g->bytes > g->room && rng_below(g->r, 4))
			phase_drain(g);
		else if (g->space.low + g->space.high > 2 * (uint64_t)g->p->machine.vm_pages &&
			 rng_below(g->r, 4))
			gen_vm_drain(g);
		else
			run_phase(g, i);
		if (gen_one_in(g, g->errors) && i < NR_PHASES)
			caller_error(g);
		else if (gen_one_in(g, g->errors) && g->layer != LAYER_BOOT)
			gen_vm_error(g);
		/* the balance work is what most of the state hangs on */
		if (g->nr_live && gen_one_in(g, 3))
			gen_simple(g, OP_BALANCE);
	}
}

static void forget_object(struct gen *g, const struct op *op)
{
	for (uint32_t i = 0; i < g->nr_live; i++) {
		if (g->live[i].handle == op->handle) {
			drop_object(g, i);
			return;
		}
	}
}

/* Take the ops that there are for what they were meant to be. */
static void recall_op(struct gen *g, const struct op *op)
{
	if (op->kind == OP_ALLOC) {
		packing_add(&g->packing, op->reserved, op->size, op->align);
		g->live[g->nr_live].handle = g->handles++;
		g->live[g->nr_live].size =
			op->size <= machine_unit_size(&g->p->machine) ? op->size : 0;
		g->bytes += g->live[g->nr_live++].size;
	} else if (op_infos[op->kind].letter) {
		gen_vm_recall(g, op);
	} else if (op->kind == OP_FREE && !op->offset) {
		forget_object(g, op);
	} else if (op_uses_handle(op->kind) && !op->offset) {
		gen_vm_forget(g, op);
	}
}

/* What a program of this machine is like, and the ops that it has so far. */
static void begin(struct gen *g)
{
	g->room = machine_room(&g->p->machine);
	packing_init(&g->packing, &g->p->machine);
	space_init(&g->space, &g->p->machine);
	draw_temper(g);
	g->live = malloc(g->want * sizeof(*g->live));
	g->area = malloc(g->want * sizeof(*g->area));
	/* the host itself out of memory: nothing can be concluded from that */
	if (!g->live || !g->area)
		abort();
	for (uint32_t i = 0; i < g->p->nr_ops; i++)
		recall_op(g, g->p->ops + i);
}

static void end(struct gen *g)
{
	free(g->area);
	free(g->live);
}

/**
 * program_continue - add random ops to the end of a program
 * @p: the program
 * @layer: what the ops are about
 * @r: decides everything
 * @max_ops: ops that it may have at most, with those that it has
 */
void program_continue(struct program *p, enum program_layer layer, struct rng *r, uint32_t max_ops)
{
	struct gen g = { .p = p, .layer = layer, .r = r };

	max_ops = max_ops < PROGRAM_MAX_OPS ? max_ops : PROGRAM_MAX_OPS;
	if (p->nr_ops >= max_ops)
		return;
	g.want = max_ops;
	begin(&g);
	run_phases(&g);
	end(&g);
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
	struct gen g = { .p = p, .layer = layer, .r = r };
	struct machine machine;

	draw_machine(layer, r, &machine);
	program_init(p, &machine);
	max_ops = max_ops < PROGRAM_MAX_OPS ? max_ops : PROGRAM_MAX_OPS;
	if (!max_ops)
		return;

	/* a boot takes long, and another machine shows more than many boots of one */
	if (layer == LAYER_BOOT && max_ops > 12 && !gen_one_in(&g, 4))
		max_ops = 12;
	/* half of the programs as long as may be */
	g.want = gen_one_in(&g, 2) ? max_ops : gen_between(&g, 1, max_ops);
	begin(&g);
	run_phases(&g);
	end(&g);
}
