// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimise-ops.c - simpler ops.
 */
#include <string.h>

#include "minimise-steps.h"
#include "../../impl/pcpu.h"

static bool no_fault(struct minimiser *z, uint32_t i)
{
	struct program p;

	if (!z->best->ops[i].fault)
		return false;
	minimiser_copy(z, &p, NULL);
	p.ops[i].fault = 0;
	p.ops[i].fault_n = 0;
	return minimiser_try(z, &p);
}

/**
 * minimiser_drop_faults - as few injected failures as possible
 * @z: the minimiser
 *
 * Return: false if nothing changed.
 */
bool minimiser_drop_faults(struct minimiser *z)
{
	bool any = false;

	for (uint32_t i = z->best->nr_ops; i--;)
		if (i < z->best->nr_ops)
			any |= no_fault(z, i);
	return any;
}

/* Of null, so that what it frees may not be needed. */
static bool null_handle(struct minimiser *z, uint32_t i)
{
	const struct op *op = z->best->ops + i;
	struct program p;

	if ((op->kind != OP_FREE && op->kind != OP_VFREE) || op->handle == PROGRAM_NO_HANDLE)
		return false;
	minimiser_copy(z, &p, NULL);
	p.ops[i].handle = PROGRAM_NO_HANDLE;
	p.ops[i].offset = 0;
	return minimiser_try(z, &p);
}

/* Words of an op that can be left out. */
enum word {
	WORD_GFP,
	WORD_RESERVED,
	WORD_IOREMAP,
	WORD_RANGE,
	WORD_NR,
};

static bool no_word(struct minimiser *z, uint32_t i, enum word word)
{
	struct program p;
	struct op *op;

	minimiser_copy(z, &p, NULL);
	op = p.ops + i;
	switch (word) {
	case WORD_GFP:
		op->gfp = PCPU_GFP_KERNEL;
		break;
	case WORD_RESERVED:
		op->reserved = false;
		break;
	case WORD_IOREMAP:
		op->ioremap = false;
		break;
	default:
		if (op->kind == OP_GET_VM_AREA)
			op->nr_args = 0;
	}
	return minimiser_try(z, &p);
}

static bool no_words(struct minimiser *z, uint32_t i)
{
	bool any = false;

	for (enum word word = 0; word < WORD_NR && i < z->best->nr_ops; word++)
		any |= no_word(z, i, word);
	return any;
}

/* Without the congruent area @k. */
static bool no_area(struct minimiser *z, uint32_t i, uint32_t k)
{
	struct program p;
	struct op *op;

	minimiser_copy(z, &p, NULL);
	op = p.ops + i;
	memmove(p.args + op->first_arg + k, p.args + op->first_arg + k + 1,
		(op->nr_args - k - 1u) * sizeof(*p.args));
	op->nr_args--;
	if (!op->nr_args)
		op->first_arg = 0;
	return minimiser_try(z, &p);
}

static bool simplify_args(struct minimiser *z, uint32_t i)
{
	uint64_t page = z->best->machine.page;
	bool set = z->best->ops[i].kind == OP_GET_VM_AREAS, any = false;

	for (uint32_t k = z->best->ops[i].nr_args; set && k--;)
		if (i < z->best->nr_ops)
			any |= no_area(z, i, k);
	for (uint32_t k = 0; i < z->best->nr_ops && k < z->best->ops[i].nr_args; k++) {
		any |= minimiser_number(z, (struct place){ OF_ARG_A, i, k }, 0, page);
		if (i < z->best->nr_ops)
			any |= minimiser_number(z, (struct place){ OF_ARG_B, i, k }, set ? page : 0,
						page);
	}
	return any;
}

static bool simplify_numbers(struct minimiser *z, uint32_t i)
{
	const struct op *op = z->best->ops + i;
	uint64_t unit = op->kind == OP_ALLOC ? 4 : z->best->machine.page;
	const struct {
		enum place_of of;
		uint64_t least, step;
	} number[] = {
		{ OF_SIZE, unit, unit },
		{ OF_OFFSET, 0, 4 },
		{ OF_SEED, 0, 1 },
		{ OF_CHUNK, 0, 1 },
		{ OF_START, 0, 1 },
		{ OF_END, 0, 1 },
		{ OF_CPU, 0, 1 },
		{ OF_NODE, 0, 1 },
		{ OF_FAULT_N, op->fault != PCPU_FAULT_MAP, 1 },
		{ OF_BOOT_STATIC, 4, 4 },
		{ OF_BOOT_RESERVED, 0, 4 },
		{ OF_BOOT_DYN, 8, 4 },
		{ OF_BOOT_UNIT, 4, 4 },
	};
	bool any = false;

	for (size_t n = 0; n < sizeof(number) / sizeof(number[0]) && i < z->best->nr_ops; n++)
		any |= minimiser_number(z, (struct place){ number[n].of, i, 0 }, number[n].least,
					number[n].step);
	if (i < z->best->nr_ops)
		any |= minimiser_power(z, (struct place){ OF_BOOT_ATOM, i, 0 }, OP_ATOM_MIN);
	return any;
}

static bool simplify_op(struct minimiser *z, uint32_t i)
{
	uint64_t least = z->best->ops[i].kind == OP_ALLOC ? 4 : z->best->machine.page;
	bool any = null_handle(z, i);

	if (i < z->best->nr_ops)
		any |= no_words(z, i);
	if (i < z->best->nr_ops)
		any |= minimiser_power(z, (struct place){ OF_ALIGN, i, 0 }, least);
	if (i < z->best->nr_ops)
		any |= simplify_numbers(z, i);
	if (i < z->best->nr_ops)
		any |= simplify_args(z, i);
	return any;
}

/**
 * minimiser_simplify_ops - shorter ops with smaller numbers
 * @z: the minimiser
 *
 * Return: false if nothing changed.
 */
bool minimiser_simplify_ops(struct minimiser *z)
{
	bool any = false;

	for (uint32_t i = 0; i < z->best->nr_ops && !z->r->ended; i++)
		any |= simplify_op(z, i);
	return any;
}
