// SPDX-License-Identifier: GPL-2.0-only
/*
 * dialect.c - what op bytes mean in one program: plainly, or with a character drawn from a seed.
 *
 * Every draw is a statement of its own, so that no compiler can change the order.
 */
#include "bytes.h"

/* By layer: any, pcpu, vm, boot. */
const struct code_info code_infos[] = {
	{ OP_ALLOC, FORM_RAW, false, { 78, 96, 0, 4 } },
	{ OP_FREE, FORM_OPEN, false, { 46, 56, 0, 2 } },
	{ OP_FREE, FORM_STALE, true, { 3, 4, 0, 0 } },
	{ OP_FREE, FORM_ANY, true, { 5, 6, 0, 0 } },
	{ OP_FREE, FORM_NULL, true, { 2, 2, 0, 0 } },
	{ OP_WRITE, FORM_OPEN, false, { 18, 22, 14, 1 } },
	{ OP_WRITE, FORM_ANY, true, { 2, 2, 2, 0 } },
	{ OP_VERIFY, FORM_OPEN, false, { 12, 14, 10, 1 } },
	{ OP_VERIFY, FORM_ANY, true, { 2, 2, 1, 0 } },
	{ OP_BALANCE, FORM_RAW, false, { 20, 24, 0, 1 } },
	{ OP_POPULATE, FORM_RAW, false, { 8, 12, 0, 0 } },
	{ OP_DEPOPULATE, FORM_RAW, false, { 8, 12, 0, 0 } },
	{ OP_PHYS, FORM_OPEN, false, { 5, 6, 0, 2 } },
	{ OP_PHYS, FORM_ANY, true, { 1, 1, 0, 0 } },
	{ OP_NR, FORM_ARG, false, { 3, 0, 16, 1 } },
	{ OP_GET_VM_AREA, FORM_RAW, false, { 9, 0, 44, 1 } },
	{ OP_GET_VM_AREA, FORM_DRAWN, false, { 2, 0, 14, 0 } },
	{ OP_VMALLOC, FORM_RAW, false, { 8, 0, 32, 2 } },
	{ OP_VFREE, FORM_OPEN, false, { 6, 0, 20, 1 } },
	{ OP_VFREE, FORM_STALE, true, { 1, 0, 2, 0 } },
	{ OP_VFREE, FORM_ANY, true, { 1, 0, 2, 0 } },
	{ OP_VFREE, FORM_NULL, true, { 1, 0, 1, 0 } },
	{ OP_REMOVE_VM_AREA, FORM_OPEN, false, { 6, 0, 26, 1 } },
	{ OP_REMOVE_VM_AREA, FORM_STALE, true, { 1, 0, 2, 0 } },
	{ OP_REMOVE_VM_AREA, FORM_ANY, true, { 1, 0, 2, 0 } },
	{ OP_FIND_VM_AREA, FORM_OPEN, false, { 2, 0, 5, 0 } },
	{ OP_FIND_VM_AREA, FORM_ANY, true, { 1, 0, 2, 0 } },
	{ OP_VMALLOCINFO, FORM_RAW, false, { 1, 0, 3, 0 } },
	{ OP_GET_VM_AREAS, FORM_RAW, false, { 2, 0, 8, 0 } },
	{ OP_GET_VM_AREAS, FORM_DRAWN, false, { 4, 0, 19, 0 } },
	{ OP_FREE_VM_AREAS, FORM_OPEN, false, { 3, 0, 12, 0 } },
	{ OP_FREE_VM_AREAS, FORM_STALE, true, { 1, 0, 1, 0 } },
	{ OP_FREE_VM_AREAS, FORM_ANY, true, { 1, 0, 1, 0 } },
	{ OP_PURGE, FORM_RAW, false, { 3, 0, 10, 1 } },
	{ OP_BOOT, FORM_RAW, false, { 1, 0, 0, 12 } },
	{ OP_BOOT, FORM_DRAWN, false, { 2, 0, 0, 160 } },
};

const unsigned int nr_codes = sizeof(code_infos) / sizeof(code_infos[0]);

/* Whether an op may have no other code than this one. */
static bool is_raw(unsigned int code)
{
	return code_infos[code].form != FORM_OPEN && code_infos[code].form != FORM_STALE &&
	       code_infos[code].form != FORM_DRAWN;
}

/* Give each code as many of the 256 values as @least says, and the rest in proportion. */
static void spread_codes(struct dialect *d, const uint32_t *weight, const uint8_t *least)
{
	uint32_t total = 0, rest = 256, sum = 0, at = 0, given = 0;

	for (unsigned int i = 0; i < nr_codes; i++) {
		total += weight[i];
		rest -= least[i];
	}
	for (unsigned int i = 0; i < nr_codes; i++) {
		uint32_t upto, n;

		sum += weight[i];
		upto = sum * rest / total;
		n = least[i] + upto - given;
		given = upto;
		while (n--)
			d->code[at++] = (uint8_t)i;
	}
}

/**
 * dialect_direct - every op can be said, and what every byte means is a table
 * @d: filled in
 * @layer: what the fuzz target is about
 */
void dialect_direct(struct dialect *d, enum program_layer layer)
{
	uint32_t weight[MAX_CODES];
	uint8_t least[MAX_CODES];

	memset(d, 0, sizeof(*d));
	d->layer = layer;
	d->direct = true;
	d->reserved = true;
	d->fault_codes = FAULT_CODES;
	for (unsigned int i = 0; i < SIZE_NR; i++)
		d->size_class[i] = (uint8_t)i;
	for (unsigned int i = 0; i < VM_SIZE_NR; i++)
		d->vm_class[i] = (uint8_t)i;
	for (unsigned int i = 0; i < nr_codes; i++) {
		weight[i] = code_infos[i].weight[layer];
		least[i] = weight[i] || is_raw(i);
	}
	spread_codes(d, weight, least);
}

/* The op without which nothing happens. */
static bool is_main(enum program_layer layer, unsigned int code)
{
	const struct code_info *c = code_infos + code;

	if (layer == LAYER_VM)
		return c->kind == OP_GET_VM_AREA && c->form == FORM_RAW;
	if (layer == LAYER_BOOT)
		return c->kind == OP_BOOT && c->form == FORM_DRAWN;
	return c->kind == OP_ALLOC;
}

/* Which ops a swarm program has, and how often: each is off, rarer, as usual, or more frequent. */
static void swarm_codes(struct dialect *d, struct rng *r)
{
	static const uint8_t quarters[] = { 0, 0, 1, 4, 4, 4, 8, 16 };
	static const uint8_t least[MAX_CODES];
	uint32_t weight[MAX_CODES];
	bool no_vm = rng_below(r, 2) && d->layer == LAYER_ANY;

	for (unsigned int i = 0; i < nr_codes; i++) {
		const struct code_info *c = code_infos + i;
		uint32_t usual = c->weight[d->layer];
		uint32_t draw = rng_below(r, 8);
		uint32_t keep = rng_below(r, 4);

		weight[i] = usual * quarters[draw];
		if (is_main(d->layer, i) && !quarters[draw])
			weight[i] = usual * 4;
		/* callers' errors in one program of four, lest they drown the rest */
		if (c->error && keep)
			weight[i] = 0;
		/* half of the programs about everything are not about the address space */
		if (no_vm && (c->form == FORM_ARG || op_infos[c->kind].layer == LAYER_VM ||
			      op_infos[c->kind].layer == LAYER_BOOT))
			weight[i] = 0;
	}
	spread_codes(d, weight, least);
}

/* Which sizes: a few classes only, or all; illegal ones seldom. */
static void swarm_sizes(struct dialect *d, struct rng *r)
{
	uint32_t nr = rng_below(r, 8);
	bool illegal = !rng_below(r, 4);
	uint8_t some[8], some_vm[8];

	for (unsigned int i = 0; i < 8; i++) {
		some[i] = (uint8_t)(1 + rng_below(r, SIZE_NR - 1));
		some_vm[i] = (uint8_t)(1 + rng_below(r, VM_SIZE_NR - 1));
	}
	for (unsigned int i = 0; i < SIZE_NR; i++) {
		d->size_class[i] = nr ? some[i % nr] : (uint8_t)i;
		if (d->size_class[i] == SIZE_RAW)
			d->size_class[i] = SIZE_SMALL;
		if (!illegal && d->size_class[i] >= SIZE_ZERO && d->size_class[i] <= SIZE_HUGE)
			d->size_class[i] = SIZE_ANY;
	}
	for (unsigned int i = 0; i < VM_SIZE_NR; i++) {
		d->vm_class[i] = nr ? some_vm[i % nr] : (uint8_t)i;
		if (d->vm_class[i] == VM_SIZE_RAW)
			d->vm_class[i] = VM_SIZE_SMALL;
		if (!illegal && d->vm_class[i] >= VM_SIZE_ZERO)
			d->vm_class[i] = VM_SIZE_PAGES;
	}
}

/**
 * dialect_swarm - ops that are all alike in something
 * @d: filled in
 * @layer: what the fuzz target is about
 * @seed: decides everything
 */
void dialect_swarm(struct dialect *d, enum program_layer layer, uint32_t seed)
{
	static const uint8_t gfps[] = {
		1 << PCPU_GFP_KERNEL,
		1 << PCPU_GFP_KERNEL,
		1 << PCPU_GFP_KERNEL,
		1 << PCPU_GFP_KERNEL | 1 << PCPU_GFP_ATOMIC,
		1 << PCPU_GFP_ATOMIC,
		0,
		0,
		0,
	};
	static const uint8_t aligns[] = {
		2,
		16,
		ALIGN_CODES_SMALL,
		ALIGN_CODES_SMALL,
		ALIGN_CODES_PAGE,
		ALIGN_CODES_PAGE,
		ALIGN_CODES_PAGE,
		0,
	};
	static const uint16_t faults[] = {
		256, 256, 256, 256, FAULT_CODES, FAULT_CODES, 0xf8, 160,
	};
	struct rng r = { seed };

	memset(d, 0, sizeof(*d));
	d->layer = layer;
	swarm_codes(d, &r);
	swarm_sizes(d, &r);
	d->reserved = !rng_below(&r, 3);
	d->recent = !rng_below(&r, 3);
	d->gfp = gfps[rng_below(&r, 8)];
	d->align_codes = aligns[rng_below(&r, 8)];
	d->fault_codes = faults[rng_below(&r, 8)];
}
