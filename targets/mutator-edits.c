// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutator-edits.c - single edits: ops, sizes, handles, lists of areas.
 *
 * A handle follows the op that defines it when ops move.  Lists may be shared by copies of an op
 * while a program is edited; so a list is copied before it is changed.
 */
#include <stdlib.h>
#include <string.h>

#include "mutator-edits.h"
#include "program/sizes.h"
#include "../impl/pcpu.h"

static bool defines_handle(const struct op *op)
{
	return op_infos[op->kind].letter != 0;
}

/* Whether what an op of kind @defined made is what one of kind @used is for. */
static bool suits(unsigned int defined, unsigned int used)
{
	switch (used) {
	case OP_WRITE:
	case OP_VERIFY:
		return defined == OP_ALLOC || defined == OP_VMALLOC;
	case OP_FIND_VM_AREA:
		return defined == OP_GET_VM_AREA || defined == OP_VMALLOC;
	case OP_VFREE:
		return defined == OP_VMALLOC;
	case OP_REMOVE_VM_AREA:
		return defined == OP_GET_VM_AREA;
	case OP_FREE_VM_AREAS:
		return defined == OP_GET_VM_AREAS;
	default:
		return defined == OP_ALLOC;
	}
}

/* A handle that is defined before @at and mostly suits; any number if there is none. */
static uint32_t pick_handle(struct edit *e, unsigned int kind, uint32_t at)
{
	bool any = rng_below(e->r, 32) == 0, newest = rng_below(e->r, 2);
	uint32_t nr = 0, handle = 0, pick;

	for (uint32_t i = 0; i < at && i < e->p->nr_ops; i++)
		nr += defines_handle(e->p->ops + i) && (any || suits(e->p->ops[i].kind, kind));
	pick = rng_below(e->r, newest && nr > 4 ? 4 : nr);
	if (!nr)
		return (uint32_t)rng_next(e->r) & 0xffff;
	if (newest && nr > 4)
		pick = nr - 1 - pick;
	for (uint32_t i = 0;; i++) {
		if (!defines_handle(e->p->ops + i))
			continue;
		if ((any || suits(e->p->ops[i].kind, kind)) && !pick--)
			return handle;
		handle++;
	}
}

/**
 * edit_mend_handles - make every handle one of an earlier op, however ops were moved
 * @e: the edit
 */
void edit_mend_handles(struct edit *e)
{
	struct program *p = e->p;
	uint32_t nr = 0;

	for (uint32_t i = 0; i < p->nr_ops; i++) {
		struct op *op = p->ops + i;
		bool null = op->kind == OP_FREE || op->kind == OP_VFREE;

		nr += defines_handle(op);
		if (!op_uses_handle(op->kind) || op->handle < nr ||
		    (null && op->handle == PROGRAM_NO_HANDLE))
			continue;
		if (nr)
			op->handle %= nr;
		else if (null)
			*op = (struct op){ .kind = op->kind, .handle = PROGRAM_NO_HANDLE };
		else
			*op = (struct op){ .kind = e->layer == LAYER_VM ? OP_PURGE : OP_BALANCE };
	}
}

/* Handles at and behind position @at that are @from or above move by @by. */
static void shift_handles(struct program *p, uint32_t at, uint32_t from, int by)
{
	for (uint32_t i = at; i < p->nr_ops; i++) {
		struct op *op = p->ops + i;

		if (op_uses_handle(op->kind) && op->handle != PROGRAM_NO_HANDLE &&
		    op->handle >= from)
			op->handle += (uint32_t)by;
	}
}

static void insert_op(struct program *p, uint32_t at, const struct op *op)
{
	if (!program_add(p, op))
		return;
	memmove(p->ops + at + 1, p->ops + at, (p->nr_ops - 1 - at) * sizeof(*p->ops));
	p->ops[at] = *op;
	if (defines_handle(op))
		shift_handles(p, at + 1, program_nr_handles(p, at), 1);
}

static void delete_op(struct edit *e, uint32_t at)
{
	struct program *p = e->p;
	bool defines = defines_handle(p->ops + at);
	uint32_t handle = defines ? program_nr_handles(p, at) : 0;

	memmove(p->ops + at, p->ops + at + 1, (p->nr_ops - at - 1) * sizeof(*p->ops));
	p->nr_ops--;
	if (defines)
		shift_handles(p, at, handle + 1, -1);
	edit_mend_handles(e);
}

/**
 * edit_new_args - add a list to those of a program
 * @p: the program
 * @args: the list; not one of @p itself
 * @nr: how many
 *
 * Return: where it starts, or 0 if it is empty.
 */
uint32_t edit_new_args(struct program *p, const struct op_arg *args, uint32_t nr)
{
	uint32_t first = p->nr_args;

	for (uint32_t i = 0; i < nr; i++)
		program_add_arg(p, args[i].a, args[i].b);
	return nr ? first : 0;
}

static uint64_t encodable(uint64_t x)
{
	return number_is_encodable(x) ? x : x & ((UINT64_C(1) << 40) - 1);
}

/* What address space the whole program takes. */
static struct space all_space(const struct edit *e)
{
	struct space s;

	space_init(&s, &e->p->machine);
	for (uint32_t i = 0; i < e->p->nr_ops; i++)
		space_add(&s, e->p->ops + i, program_args(e->p, e->p->ops + i));
	return s;
}

static void set_args(struct edit *e, struct op *op, const struct op_arg *args, uint32_t nr)
{
	op->nr_args = (uint16_t)nr;
	op->first_arg = edit_new_args(e->p, args, nr);
}

static void random_areas(struct edit *e, struct op *op)
{
	struct op_arg args[OP_ARGS_MAX];
	struct space s = all_space(e);
	uint32_t seed = (uint32_t)rng_next(e->r);

	set_args(e, op, args, vm_areas_draw(&s, op->align, seed, args));
}

static void random_range(struct edit *e, struct op *op)
{
	struct space s = all_space(e);
	uint32_t seed = (uint32_t)rng_next(e->r);
	struct op_arg range;

	vm_range_draw(&s, op->size, seed, &range);
	set_args(e, op, &range, 1);
}

static uint64_t random_vm_size(struct edit *e)
{
	struct space s = all_space(e);
	uint64_t value = rng_next(e->r) >> 24;
	unsigned int class = 1 + rng_below(e->r, VM_SIZE_NR - 1);

	return vm_size_draw(&s, class, value);
}

static struct op random_pcpu_op(struct edit *e, uint32_t at)
{
	struct op op = { .kind = OP_BALANCE };
	struct packing pk;
	uint32_t what = rng_below(e->r, 34), value;

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
		if (rng_below(e->r, 24) == 0)
			op.offset = rng_below(e->r, 16);
	} else if (what < 28) {
		op.kind = what == 26 ? OP_WRITE : OP_VERIFY;
		op.seed = op.kind == OP_WRITE ? value >> 8 : 0;
	} else if (what < 30) {
		op.kind = what == 28 ? OP_POPULATE : OP_DEPOPULATE;
		op.chunk = (uint16_t)rng_below(e->r, 6);
		op.start = (uint16_t)rng_below(e->r, e->p->machine.unit_pages);
		op.end = (uint16_t)(op.start + 1 + rng_below(e->r, 4));
	} else if (what < 32) {
		op.kind = OP_PHYS;
		op.cpu = (uint16_t)rng_below(e->r, machine_nr_cpus(&e->p->machine));
		op.offset = value % 3 ? 0 : rng_below(e->r, 600);
	}
	if (op_uses_handle(op.kind))
		op.handle = pick_handle(e, op.kind, at);
	return op;
}

static struct op random_vm_op(struct edit *e, uint32_t at)
{
	static const uint8_t kinds[] = {
		OP_GET_VM_AREA,	   OP_GET_VM_AREA,   OP_GET_VM_AREA,  OP_GET_VM_AREA,
		OP_VMALLOC,	   OP_VMALLOC,	     OP_VMALLOC,      OP_GET_VM_AREAS,
		OP_GET_VM_AREAS,   OP_VFREE,	     OP_VFREE,	      OP_REMOVE_VM_AREA,
		OP_REMOVE_VM_AREA, OP_FREE_VM_AREAS, OP_FIND_VM_AREA, OP_VMALLOCINFO,
		OP_PURGE,	   OP_PURGE,	     OP_WRITE,	      OP_VERIFY,
	};
	struct op op = { .kind = kinds[rng_below(e->r, sizeof(kinds))] };

	if (op_uses_handle(op.kind))
		op.handle = pick_handle(e, op.kind, at);
	switch (op.kind) {
	case OP_GET_VM_AREA:
		op.size = random_vm_size(e);
		op.ioremap = rng_below(e->r, 5) == 0;
		if (rng_below(e->r, 3) == 0)
			random_range(e, &op);
		break;
	case OP_VMALLOC:
		op.size = random_vm_size(e);
		op.node = (uint16_t)rng_below(e->r, e->p->machine.nr_nodes);
		break;
	case OP_GET_VM_AREAS:
		op.align = vm_align_draw(&e->p->machine, (uint8_t)rng_below(e->r, 256));
		random_areas(e, &op);
		break;
	case OP_WRITE:
		op.seed = rng_below(e->r, 1u << 24);
		break;
	default:
		if (op_takes_offset(op.kind) && rng_below(e->r, 24) == 0)
			op.offset = e->p->machine.page >> rng_below(e->r, 4);
	}
	return op;
}

static struct op random_boot_op(struct edit *e)
{
	struct op op = { 0 };

	boot_draw(&e->p->machine, (uint32_t)rng_next(e->r), &op);
	return op;
}

/* An op as the generator would make it, on this machine, to be put at @at. */
static struct op random_op(struct edit *e, uint32_t at)
{
	uint32_t what = rng_below(e->r, 64);

	if (e->layer == LAYER_VM || (e->layer == LAYER_ANY && what >= 44 && what < 62))
		return random_vm_op(e, at);
	if (e->layer == LAYER_BOOT ? what >= 8 : e->layer == LAYER_ANY && what >= 62)
		return random_boot_op(e);
	return random_pcpu_op(e, at);
}

static uint32_t random_at(struct edit *e)
{
	return rng_below(e->r, e->p->nr_ops);
}

/* A random op of one of these kinds, or any op if there is none. */
static struct op *pick_op(struct edit *e, uint64_t kinds)
{
	uint32_t at = random_at(e);

	for (uint32_t i = 0; i < e->p->nr_ops && !(kinds >> e->p->ops[at].kind & 1); i++)
		at = at + 1 < e->p->nr_ops ? at + 1 : 0;
	return e->p->ops + at;
}

#define KIND(name) (UINT64_C(1) << OP_##name)

static void edit_insert(struct edit *e)
{
	uint32_t at = rng_below(e->r, e->p->nr_ops + 1);
	struct op op = random_op(e, at);

	insert_op(e->p, at, &op);
}

/**
 * edit_append - add a few ops to the end
 * @e: the edit
 */
void edit_append(struct edit *e)
{
	for (uint32_t n = 1 + rng_below(e->r, 4); n--;) {
		struct op op = random_op(e, e->p->nr_ops);

		insert_op(e->p, e->p->nr_ops, &op);
	}
}

static void edit_delete(struct edit *e)
{
	for (uint32_t n = 1 + rng_below(e->r, 4); n-- && e->p->nr_ops > 1;)
		delete_op(e, random_at(e));
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

/* Steps of @unit, or whole, half or double. */
static uint64_t other_size(struct edit *e, uint64_t size, uint64_t unit)
{
	static const int step[] = { -4, 4, -1, 1, -8, 8, -64, 64 };
	uint32_t what = rng_below(e->r, 8);

	if (rng_below(e->r, 2))
		return rng_below(e->r, 2) ? size * 2 : size / 2;
	if (unit > 4 && what < 6)
		return what & 1 ? size + unit : size - unit;
	return size + (uint64_t)(int64_t)step[what];
}

static void edit_size(struct edit *e)
{
	struct op *op = pick_op(e, KIND(ALLOC) | KIND(GET_VM_AREA) | KIND(VMALLOC));
	const struct op *like = e->p->ops + random_at(e);
	bool alloc = op->kind == OP_ALLOC;
	uint32_t how = rng_below(e->r, 4), value;
	struct packing pk;

	if (!alloc && op->kind != OP_GET_VM_AREA && op->kind != OP_VMALLOC)
		return;
	if (how < 2) {
		op->size = other_size(e, op->size, alloc ? 4 : e->p->machine.page);
	} else if (how == 2) {
		op->size = like->size;
	} else if (alloc) {
		packing_init(&pk, &e->p->machine);
		value = (uint32_t)rng_next(e->r);
		op->size = size_draw(&pk, op->reserved, rng_below(e->r, SIZE_NR), value);
	} else {
		op->size = random_vm_size(e);
	}
	op->size = alloc ? (uint32_t)op->size : encodable(op->size);
}

static void edit_align(struct edit *e)
{
	struct op *op = pick_op(e, KIND(ALLOC) | KIND(GET_VM_AREAS));
	uint8_t code = (uint8_t)rng_below(e->r, 256);

	if (op->kind == OP_ALLOC)
		op->align = align_from_code(&e->p->machine, code);
	else if (op->kind == OP_GET_VM_AREAS)
		op->align = vm_align_draw(&e->p->machine, code);
}

static void edit_context(struct edit *e)
{
	struct op *op = pick_op(e, KIND(ALLOC) | KIND(GET_VM_AREA) | KIND(VMALLOC));
	uint32_t what = rng_below(e->r, 3);
	const struct machine *m = &e->p->machine;

	if (op->kind == OP_ALLOC && !what)
		op->reserved = !op->reserved;
	else if (op->kind == OP_ALLOC)
		op->gfp = (uint8_t)rng_below(e->r, PCPU_GFP_NR);
	else if (op->kind == OP_GET_VM_AREA)
		op->ioremap = !op->ioremap;
	else if (op->kind == OP_VMALLOC)
		op->node = (uint16_t)rng_below(e->r, m->nr_nodes + !what);
}

static void edit_cpu(struct edit *e)
{
	struct op *op = pick_op(e, KIND(PHYS));

	if (op->kind == OP_PHYS)
		op->cpu = (uint16_t)rng_below(e->r, machine_nr_cpus(&e->p->machine) + 1);
}

static void edit_handle(struct edit *e)
{
	struct op *op = pick_op(e, KIND(FREE) | KIND(PHYS) | KIND(VFREE) | KIND(REMOVE_VM_AREA) |
					   KIND(FREE_VM_AREAS));

	if (!op_uses_handle(op->kind))
		return;
	op->handle = pick_handle(e, op->kind, (uint32_t)(op - e->p->ops));
	if (op_takes_offset(op->kind))
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
	struct op *op = pick_op(e, KIND(POPULATE) | KIND(DEPOPULATE));

	if (op->kind != OP_POPULATE && op->kind != OP_DEPOPULATE)
		return;
	op->kind = rng_below(e->r, 2) ? OP_POPULATE : OP_DEPOPULATE;
	op->chunk = (uint16_t)rng_below(e->r, 6);
	op->start = (uint16_t)rng_below(e->r, e->p->machine.unit_pages + 1);
	op->end = (uint16_t)(op->start + rng_below(e->r, 5));
}

/* One number, or one area more or less, or two that change places. */
static uint32_t other_list(struct edit *e, struct op_arg *args, uint32_t nr, uint64_t unit)
{
	uint32_t i = rng_below(e->r, nr), j = rng_below(e->r, nr);
	struct op_arg arg = args[i];

	switch (rng_below(e->r, 5)) {
	case 0:
		args[i].a = encodable(other_size(e, args[i].a, unit));
		break;
	case 1:
		args[i].b = encodable(other_size(e, args[i].b, unit));
		break;
	case 2:
		args[i] = args[j];
		args[j] = arg;
		break;
	case 3:
		memmove(args + i, args + i + 1, (nr - 1 - i) * sizeof(*args));
		nr--;
		break;
	default:
		if (nr < OP_ARGS_MAX) {
			args[nr].a = encodable(args[nr - 1].a + args[nr - 1].b);
			args[nr++].b = args[i].b;
		}
	}
	return nr;
}

static void edit_args(struct edit *e)
{
	struct op *op = pick_op(e, KIND(GET_VM_AREA) | KIND(GET_VM_AREAS));
	bool areas = op->kind == OP_GET_VM_AREAS;
	struct op_arg args[OP_ARGS_MAX];
	uint32_t nr = op->nr_args;

	if (op->kind != OP_GET_VM_AREA && !areas)
		return;
	if (!nr || rng_below(e->r, 4) == 0) {
		if (areas)
			random_areas(e, op);
		else
			random_range(e, op);
		return;
	}
	memcpy(args, program_args(e->p, op), nr * sizeof(*args));
	nr = other_list(e, args, nr, e->p->machine.page);
	set_args(e, op, args, areas || nr < 2 ? nr : 1);
}

static void edit_boot(struct edit *e)
{
	struct op *op = pick_op(e, KIND(BOOT)), other;
	uint32_t *const size[] = { &op->boot.static_size, &op->boot.reserved_size,
				   &op->boot.dyn_size, &op->boot.unit };
	uint32_t what = rng_below(e->r, 8), *x = size[what % 4];

	if (op->kind != OP_BOOT)
		return;
	other = random_boot_op(e);
	if (what < 4)
		*x = (uint32_t)(other_size(e, *x, e->p->machine.page) % OP_BOOT_MAX);
	else if (what == 4)
		op->choice = other.choice;
	else if (what == 5)
		op->boot.atom = other.boot.atom;
	else
		op->boot = other.boot;
}

/* Free every second or third object: holes of one size are what hints are about. */
static void edit_comb(struct edit *e)
{
	static const uint8_t frees[OP_NR] = {
		[OP_ALLOC] = OP_FREE,
		[OP_VMALLOC] = OP_VFREE,
		[OP_GET_VM_AREA] = OP_REMOVE_VM_AREA,
		[OP_GET_VM_AREAS] = OP_FREE_VM_AREAS,
	};
	uint32_t step = 1 + rng_below(e->r, 3), first = rng_below(e->r, step);
	uint32_t nr_ops = e->p->nr_ops, handle = 0;

	for (uint32_t i = 0; i < nr_ops && e->p->nr_ops < e->max_ops; i++) {
		if (!defines_handle(e->p->ops + i))
			continue;
		if (handle % step == first) {
			struct op op = { .kind = frees[e->p->ops[i].kind], .handle = handle };

			insert_op(e->p, e->p->nr_ops, &op);
		}
		handle++;
	}
}

#define FREES (KIND(FREE) | KIND(VFREE) | KIND(REMOVE_VM_AREA) | KIND(FREE_VM_AREAS))

/* The edits, and what ops one must have for it; 0 for any. */
static const struct {
	void (*edit)(struct edit *e);
	uint64_t kinds;
} edits[] = {
	{ edit_insert, 0 },
	{ edit_insert, 0 },
	{ edit_append, 0 },
	{ edit_append, 0 },
	{ edit_delete, 0 },
	{ edit_delete, 0 },
	{ edit_swap, 0 },
	{ edit_duplicate, 0 },
	{ edit_size, KIND(ALLOC) | KIND(GET_VM_AREA) | KIND(VMALLOC) },
	{ edit_size, KIND(ALLOC) | KIND(GET_VM_AREA) | KIND(VMALLOC) },
	{ edit_align, KIND(ALLOC) | KIND(GET_VM_AREAS) },
	{ edit_context, KIND(ALLOC) | KIND(GET_VM_AREA) | KIND(VMALLOC) },
	{ edit_cpu, KIND(PHYS) },
	{ edit_handle, FREES | KIND(PHYS) },
	{ edit_handle, FREES | KIND(PHYS) },
	{ edit_fault, 0 },
	{ edit_pages, KIND(POPULATE) | KIND(DEPOPULATE) },
	{ edit_args, KIND(GET_VM_AREA) | KIND(GET_VM_AREAS) },
	{ edit_args, KIND(GET_VM_AREA) | KIND(GET_VM_AREAS) },
	{ edit_boot, KIND(BOOT) },
	{ edit_boot, KIND(BOOT) },
	{ edit_comb, KIND(ALLOC) | KIND(VMALLOC) | KIND(GET_VM_AREA) | KIND(GET_VM_AREAS) },
	{ edit_machine, 0 },
};

/**
 * edit_any - one edit
 * @e: the edit; its program has at least one op
 */
void edit_any(struct edit *e)
{
	uint64_t present = 0;
	unsigned int i;

	for (uint32_t at = 0; at < e->p->nr_ops; at++)
		present |= UINT64_C(1) << e->p->ops[at].kind;
	do
		i = rng_below(e->r, sizeof(edits) / sizeof(edits[0]));
	while (edits[i].kinds && !(edits[i].kinds & present));
	edits[i].edit(e);
}
