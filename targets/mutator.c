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
#include "mutator-edits.h"
#include "program/sizes.h"

/* Of so many one is a new program, one a known one that goes on in another way; see docs/bugs.md.
 */
#define NEW_OF 11
#define CONTINUED_OF 3
#define ALL_OF 16
#define CROSSED_ONE_IN 8 /* of what libFuzzer wants crossed; the others are changed alone */

/* What every result must be, whatever was edited: it fits, and handles are defined. */
static void mend(struct edit *e, size_t max_size)
{
	struct program *p = e->p;
	size_t len;

	if (p->nr_ops > e->max_ops)
		p->nr_ops = e->max_ops;
	len = program_bytes_len(p);
	while (p->nr_ops && len > max_size)
		len -= op_bytes_len(p->ops + --p->nr_ops);
	/* a machine that takes more than there is room for alone */
	if (len > max_size)
		machine_preset(0, &p->machine);
	edit_mend_handles(e);
}

static size_t encode(const struct edit *e, uint8_t *out)
{
	size_t len;
	uint8_t *bytes = program_to_bytes(e->p, e->layer, &len);

	memcpy(out, bytes, len);
	free(bytes);
	return len;
}

/* Most errors are sooner found by whole programs than by many edits of one. */
static void generate(struct edit *e, size_t max_size)
{
	program_generate(e->p, e->layer, e->r, e->max_ops < 64 ? e->max_ops : 64);
	if (!e->p->nr_ops)
		edit_append(e);
	mend(e, max_size);
}

static void edit_some(struct edit *e, size_t max_size)
{
	for (uint32_t n = 1 + rng_below(e->r, 4); n--;) {
		/* what is mended may be too long for a single op */
		if (e->p->nr_ops)
			edit_any(e);
		else
			edit_append(e);
		mend(e, max_size);
	}
}

/* The start of a program, which has reached something, and then another end. */
static void go_on(struct edit *e, size_t max_size)
{
	uint32_t more = e->layer == LAYER_BOOT ? 6 : 32; /* a boot takes long */

	e->p->nr_ops -= rng_below(e->r, e->p->nr_ops / 2 + 1);
	if (e->p->nr_ops > 64)
		e->p->nr_ops = 64;
	if (!rng_below(e->r, 4))
		edit_some(e, max_size);
	more += e->p->nr_ops;
	program_continue(e->p, e->layer, e->r, more < e->max_ops ? more : e->max_ops);
	mend(e, max_size);
}

static uint32_t ops_that_fit(size_t max_size)
{
	return max_size < BYTES_HEADER ? 0 : (uint32_t)((max_size - BYTES_HEADER) / BYTES_OP);
}

/**
 * mutate_program - change an input in place
 * @layer: what the fuzz target is about
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
	struct edit e = { .p = &p, .layer = layer, .r = &r, .max_ops = ops_that_fit(max_size) };
	uint32_t how;

	if (max_size < BYTES_HEADER + BYTES_OP)
		return size < max_size ? size : max_size;
	if (bytes && size <= max_size && rng_below(&r, 16) == 0)
		return bytes(data, size, max_size);

	how = rng_below(&r, ALL_OF);
	if (size < BYTES_HEADER + BYTES_OP || how < NEW_OF) {
		generate(&e, max_size);
	} else {
		program_from_bytes(&p, layer, data, size);
		if (how < NEW_OF + CONTINUED_OF)
			go_on(&e, max_size);
		else
			edit_some(&e, max_size);
	}
	size = encode(&e, data);
	program_exit(&p);
	return size;
}

/**
 * cross_programs - the start of one input and the end of another
 * @layer: what the fuzz target is about
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
	struct edit e = { .p = &a, .layer = layer, .r = &r, .max_ops = ops_that_fit(max_out) };
	uint32_t from, cut, shift, args;

	if (max_out < BYTES_HEADER)
		return 0;
	program_from_bytes(&a, layer, data1, size1);
	program_from_bytes(&b, layer, data2, size2);

	cut = rng_below(&r, a.nr_ops + 1);
	a.nr_ops = cut;
	from = rng_below(&r, b.nr_ops + 1);
	/* handles of the second half keep meaning the ops that came with it, as far as can be */
	shift = program_nr_handles(&a, cut) - program_nr_handles(&b, from);
	args = edit_new_args(&a, b.args, b.nr_args);
	for (uint32_t i = from; i < b.nr_ops; i++) {
		struct op op = b.ops[i];

		if (op.nr_args)
			op.first_arg += args;
		if (op_uses_handle(op.kind) && op.handle != PROGRAM_NO_HANDLE) {
			op.handle += shift;
			if (op.handle == PROGRAM_NO_HANDLE)
				op.handle = 0;
		}
		program_add(&a, &op);
	}
	mend(&e, max_out);

	size1 = encode(&e, out);
	program_exit(&b);
	program_exit(&a);
	return size1;
}

/**
 * cross_sometimes - what an engine gets that crosses as often as it mutates
 * @layer: what the fuzz target is about
 * @data1: the first input
 * @size1: its size
 * @data2: the second input
 * @size2: its size
 * @out: where the result goes
 * @max_out: room there
 * @seed: decides everything
 *
 * Crossing so often finds errors half as fast: few of them need what two programs found.
 *
 * Return: size of the result.
 */
size_t cross_sometimes(enum program_layer layer, const uint8_t *data1, size_t size1,
		       const uint8_t *data2, size_t size2, uint8_t *out, size_t max_out,
		       unsigned int seed)
{
	if (seed % CROSSED_ONE_IN == 0)
		return cross_programs(layer, data1, size1, data2, size2, out, max_out, seed);
	if (size1 > max_out)
		size1 = max_out;
	if (size1)
		memcpy(out, data1, size1);
	return mutate_program(layer, out, size1, max_out, seed, NULL);
}
