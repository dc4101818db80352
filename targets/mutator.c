// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutator.c - changes programs as programs: ops, sizes, handles, machines, not bytes.
 *
 * Decodes, edits, encodes; a handle follows its alloc op when ops move.  Any bytes and sizes are
 * accepted, also a size above the maximum, and the result is never longer than the maximum.
 */
#include <stdlib.h>
#include <string.h>

#include "mutator.h"
#include "program/program.h"
#include "program/sizes.h"
#include "../impl/env.h"
#include "../impl/pcpu.h"

/**
 * struct edit - a program being edited
 * @p: the program
 * @r: random numbers
 * @max_ops: how many ops it may have in the end
 */
struct edit {
	struct program *p;
	struct rng *r;
	uint32_t max_ops;
};

static bool uses_handle(const struct op *op)
{
	return op->kind == OP_FREE || op->kind == OP_WRITE || op->kind == OP_VERIFY;
}

/* Alloc ops before position @at. */
static uint32_t handles_before(const struct program *p, uint32_t at)
{
	return program_nr_handles(p, at);
}

/* Make every handle one of an earlier alloc, however ops were moved. */
static void mend_handles(struct program *p)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < p->nr_ops; i++) {
		struct op *op = p->ops + i;

		if (op->kind == OP_ALLOC) {
			nr++;
			continue;
		}
		if (!uses_handle(op) || op->handle == PROGRAM_NO_HANDLE || op->handle < nr)
			continue;
		if (nr)
			op->handle %= nr;
		else if (op->kind == OP_FREE)
			*op = (struct op){ .kind = OP_FREE, .handle = PROGRAM_NO_HANDLE };
		else
			*op = (struct op){ .kind = OP_BALANCE };
	}
}

/* Handles at and behind position @at that are @from or above move by @by. */
static void shift_handles(struct program *p, uint32_t at, uint32_t from, int by)
{
	for (uint32_t i = at; i < p->nr_ops; i++) {
		struct op *op = p->ops + i;

		if (uses_handle(op) && op->handle != PROGRAM_NO_HANDLE && op->handle >= from)
			op->handle += (uint32_t)by;
	}
}

static void insert_op(struct program *p, uint32_t at, const struct op *op)
{
	if (!program_add(p, op))
		return;
	memmove(p->ops + at + 1, p->ops + at, (p->nr_ops - 1 - at) * sizeof(*p->ops));
	p->ops[at] = *op;
	if (op->kind == OP_ALLOC)
		shift_handles(p, at + 1, handles_before(p, at), 1);
}

static void delete_op(struct program *p, uint32_t at)
{
	bool alloc = p->ops[at].kind == OP_ALLOC;
	uint32_t handle = alloc ? handles_before(p, at) : 0;

	memmove(p->ops + at, p->ops + at + 1, (p->nr_ops - at - 1) * sizeof(*p->ops));
	p->nr_ops--;
	if (alloc)
		shift_handles(p, at, handle + 1, -1);
	mend_handles(p);
}

/* An op as the generator would make it, on this machine; handles are mended by the caller. */
static struct op random_op(struct edit *e)
{
	struct op op = { .kind = OP_BALANCE };
	struct packing pk;
	uint32_t what = rng_below(e->r, 32), value;

	packing_init(&pk, &e->p->machine);
	value = (uint32_t)rng_next(e->r);
	if (what < 16) {
		op.kind = OP_ALLOC;
		op.reserved = rng_below(e->r, 6) == 0;
		op.size = size_draw(&pk, op.reserved, rng_below(e->r, SIZE_NR), value);
		op.align = align_from_code(&e->p->machine, (uint8_t)rng_below(e->r, 256));
		if (rng_below(e->r, 4) == 0)
			op.gfp = (uint8_t)rng_below(e->r, PCPU_GFP_NR);
	} else if (what < 26) {
		op.kind = OP_FREE;
		op.handle = value & 0xffff;
		if (rng_below(e->r, 24) == 0)
			op.offset = rng_below(e->r, 16);
	} else if (what < 28) {
		op.kind = what == 26 ? OP_WRITE : OP_VERIFY;
		op.handle = value & 0xffff;
		op.seed = op.kind == OP_WRITE ? value >> 8 : 0;
	} else if (what < 30) {
		op.kind = what == 28 ? OP_POPULATE : OP_DEPOPULATE;
		op.chunk = (uint16_t)rng_below(e->r, 6);
		op.start = (uint16_t)rng_below(e->r, e->p->machine.unit_pages);
		op.end = (uint16_t)(op.start + 1 + rng_below(e->r, 4));
	}
	return op;
}

static uint32_t random_at(struct edit *e)
{
	return rng_below(e->r, e->p->nr_ops);
}

/* A random op of a kind, or any op if a few tries find none. */
static struct op *pick_op(struct edit *e, enum op_kind kind)
{
	struct op *op = e->p->ops + random_at(e);

	for (int i = 0; i < 8 && op->kind != kind; i++)
		op = e->p->ops + random_at(e);
	return op;
}

static void edit_insert(struct edit *e)
{
	struct op op = random_op(e);

	insert_op(e->p, rng_below(e->r, e->p->nr_ops + 1), &op);
}

static void edit_append(struct edit *e)
{
	for (uint32_t n = 1 + rng_below(e->r, 4); n--;) {
		struct op op = random_op(e);

		insert_op(e->p, e->p->nr_ops, &op);
	}
}

static void edit_delete(struct edit *e)
{
	for (uint32_t n = 1 + rng_below(e->r, 4); n-- && e->p->nr_ops > 1;)
		delete_op(e->p, random_at(e));
}

/* Once more the ops of a short range; the handles they use stay the same. */
static void edit_duplicate(struct edit *e)
{
	uint32_t from = random_at(e), to = rng_below(e->r, e->p->nr_ops + 1);
	uint32_t n = 1 + rng_below(e->r, 8);

	for (uint32_t i = 0; i < n && from + i < e->p->nr_ops; i++) {
		struct op op = e->p->ops[from + i];

		insert_op(e->p, to + i < e->p->nr_ops ? to + i : e->p->nr_ops, &op);
	}
}

static void edit_swap(struct edit *e)
{
	uint32_t i = random_at(e), j = random_at(e);
	struct op op = e->p->ops[i];

	e->p->ops[i] = e->p->ops[j];
	e->p->ops[j] = op;
}

static void edit_size(struct edit *e)
{
	static const int step[] = { -4, 4, -1, 1, -8, 8, -64, 64 };
	struct op *op = pick_op(e, OP_ALLOC);
	struct packing pk;
	uint32_t value;

	if (op->kind != OP_ALLOC)
		return;
	switch (rng_below(e->r, 4)) {
	case 0:
		op->size += (uint32_t)step[rng_below(e->r, 8)];
		break;
	case 1:
		op->size = rng_below(e->r, 2) ? op->size * 2 : op->size / 2;
		break;
	case 2:
		op->size = e->p->ops[random_at(e)].size;
		break;
	default:
		packing_init(&pk, &e->p->machine);
		value = (uint32_t)rng_next(e->r);
		op->size = size_draw(&pk, op->reserved, rng_below(e->r, SIZE_NR), value);
	}
}

static void edit_align(struct edit *e)
{
	struct op *op = pick_op(e, OP_ALLOC);

	if (op->kind == OP_ALLOC)
		op->align = align_from_code(&e->p->machine, (uint8_t)rng_below(e->r, 256));
}

static void edit_context(struct edit *e)
{
	struct op *op = pick_op(e, OP_ALLOC);

	if (op->kind != OP_ALLOC)
		return;
	if (rng_below(e->r, 3) == 0)
		op->reserved = !op->reserved;
	else
		op->gfp = (uint8_t)rng_below(e->r, PCPU_GFP_NR);
}

static void edit_handle(struct edit *e)
{
	struct op *op = pick_op(e, OP_FREE);

	if (!uses_handle(op))
		return;
	op->handle = (uint32_t)rng_next(e->r) & 0xffff;
	if (op->kind == OP_FREE)
		op->offset = rng_below(e->r, 16) ? 0 : rng_below(e->r, 256);
}

static void edit_fault(struct edit *e)
{
	struct op *op = e->p->ops + random_at(e);

	op->fault = (uint8_t)rng_below(e->r, PCPU_FAULT_NR);
	op->fault_n = op->fault ? (uint16_t)(1 + rng_below(e->r, 12)) : 0;
}

static void edit_pages(struct edit *e)
{
	struct op *op = pick_op(e, OP_POPULATE);

	if (op->kind != OP_POPULATE && op->kind != OP_DEPOPULATE)
		return;
	op->kind = rng_below(e->r, 2) ? OP_POPULATE : OP_DEPOPULATE;
	op->chunk = (uint16_t)rng_below(e->r, 6);
	op->start = (uint16_t)rng_below(e->r, e->p->machine.unit_pages + 1);
	op->end = (uint16_t)(op->start + rng_below(e->r, 5));
}

/* Free every second or third object: holes of one size are what hints are about. */
static void edit_comb(struct edit *e)
{
	uint32_t nr = handles_before(e->p, e->p->nr_ops);
	uint32_t step = 1 + rng_below(e->r, 3);

	for (uint32_t h = rng_below(e->r, step); h < nr && e->p->nr_ops < e->max_ops; h += step) {
		struct op op = { .kind = OP_FREE, .handle = h };

		insert_op(e->p, e->p->nr_ops, &op);
	}
}

static void edit_machine(struct edit *e)
{
	struct machine *m = &e->p->machine;
	uint32_t by = rng_below(e->r, 3) * 4 + 4;

	switch (rng_below(e->r, 8)) {
	case 0:
		m->frames = rng_below(e->r, 2) ? m->frames + by : m->frames / 2;
		break;
	case 1:
		m->vm_pages = rng_below(e->r, 2) ? m->vm_pages + by : m->vm_pages / 2;
		break;
	case 2:
		m->dyn_size += rng_below(e->r, 2) ? by : -by;
		break;
	case 3:
		m->reserved_size = rng_below(e->r, 2) ? m->reserved_size + by : 0;
		break;
	case 4:
		m->static_size += rng_below(e->r, 9);
		break;
	case 5:
		m->unit_pages = 1 + rng_below(e->r, 16);
		break;
	case 6:
		m->possible[0] = rng_next(e->r) & 0xf;
		break;
	default:
		machine_preset(rng_below(e->r, nr_machine_presets), m);
	}
	machine_clamp(m);
}

static void (*const edits[])(struct edit *) = {
	edit_insert, edit_insert,    edit_append, edit_append, edit_delete,  edit_delete,
	edit_swap,   edit_duplicate, edit_size,	  edit_size,   edit_align,   edit_context,
	edit_handle, edit_handle,    edit_fault,  edit_pages,  edit_machine, edit_comb,
};

/* What every result must be, whatever was edited. */
static void mend(struct edit *e)
{
	struct program *p = e->p;

	if (p->nr_ops > e->max_ops)
		p->nr_ops = e->max_ops;
	mend_handles(p);
}

static size_t encode(const struct program *p, enum program_layer layer, uint8_t *out,
		     size_t max_size)
{
	size_t len;
	uint8_t *bytes = program_to_bytes(p, layer, &len);

	if (len > max_size)
		len = max_size;
	memcpy(out, bytes, len);
	free(bytes);
	return len;
}

static uint32_t ops_that_fit(size_t max_size)
{
	return max_size < BYTES_HEADER ? 0 : (uint32_t)((max_size - BYTES_HEADER) / BYTES_OP);
}

/**
 * mutate_program - change an input in place
 * @data: the input, with room for @max_size bytes
 * @size: its size; may be above @max_size, as libFuzzer's minimiser does
 * @max_size: the most that the result may have
 * @seed: decides everything
 * @bytes: the engine's own mutator, used now and then; NULL for none
 *
 * Return: size of the result.
 */
size_t mutate_program(enum program_layer layer, uint8_t *data, size_t size, size_t max_size,
		      unsigned int seed, byte_mutator bytes)
{
	struct rng r = { .state = seed };
	struct program p;
	struct edit e = { .p = &p, .r = &r, .max_ops = ops_that_fit(max_size) };

	if (max_size < BYTES_HEADER + BYTES_OP)
		return size < max_size ? size : max_size;
	if (bytes && size <= max_size && rng_below(&r, 16) == 0)
		return bytes(data, size, max_size);

	if (size < BYTES_HEADER + BYTES_OP || rng_below(&r, 64) == 0)
		program_generate(&p, layer, &r, e.max_ops < 64 ? e.max_ops : 64);
	else
		program_from_bytes(&p, layer, data, size);
	if (!p.nr_ops)
		edit_append(&e);
	for (uint32_t n = 1 + rng_below(&r, 4); n--;) {
		edits[rng_below(&r, sizeof(edits) / sizeof(edits[0]))](&e);
		mend(&e);
	}

	size = encode(&p, layer, data, max_size);
	program_exit(&p);
	return size;
}

/**
 * cross_programs - the start of one input and the end of another
 * @data1: the first input; the result has its machine
 * @size1: its size
 * @data2: the second input
 * @size2: its size
 * @out: where the result goes
 * @max_out: room there
 * @seed: decides everything
 *
 * Return: size of the result.
 */
size_t cross_programs(enum program_layer layer, const uint8_t *data1, size_t size1,
		      const uint8_t *data2, size_t size2, uint8_t *out, size_t max_out,
		      unsigned int seed)
{
	struct rng r = { .state = seed };
	struct program a, b;
	struct edit e = { .p = &a, .r = &r, .max_ops = ops_that_fit(max_out) };
	uint32_t from, cut, shift;

	if (max_out < BYTES_HEADER)
		return 0;
	program_from_bytes(&a, layer, data1, size1);
	program_from_bytes(&b, layer, data2, size2);

	cut = rng_below(&r, a.nr_ops + 1);
	a.nr_ops = cut;
	from = rng_below(&r, b.nr_ops + 1);
	/* handles of the second half keep meaning the allocs that came with it, as far as can be */
	shift = handles_before(&a, cut) - handles_before(&b, from);
	for (uint32_t i = from; i < b.nr_ops; i++) {
		struct op op = b.ops[i];

		if (uses_handle(&op) && op.handle != PROGRAM_NO_HANDLE) {
			op.handle += shift;
			if (op.handle == PROGRAM_NO_HANDLE)
				op.handle = 0;
		}
		program_add(&a, &op);
	}
	mend(&e);

	size1 = encode(&a, layer, out, max_out);
	program_exit(&b);
	program_exit(&a);
	return size1;
}
