// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimise-numbers.c - smaller and rounder numbers, in ops and in the machine.
 */
#include "minimise-steps.h"

static bool of_op(struct place at)
{
	return at.of < OF_STATIC;
}

static uint64_t get_of_op(const struct program *p, struct place at)
{
	const struct op *op = p->ops + at.op;

	switch (at.of) {
	case OF_SIZE:
		return op->size;
	case OF_OFFSET:
		return op->offset;
	case OF_SEED:
		return op->seed;
	case OF_CHUNK:
		return op->chunk;
	case OF_START:
		return op->start;
	case OF_END:
		return op->end;
	case OF_CPU:
		return op->cpu;
	case OF_NODE:
		return op->node;
	case OF_FAULT_N:
		return op->fault_n;
	case OF_ALIGN:
		return op->align;
	case OF_BOOT_STATIC:
		return op->boot.static_size;
	case OF_BOOT_RESERVED:
		return op->boot.reserved_size;
	case OF_BOOT_DYN:
		return op->boot.dyn_size;
	case OF_BOOT_UNIT:
		return op->boot.unit;
	case OF_BOOT_ATOM:
		return op->boot.atom;
	case OF_ARG_A:
		return p->args[op->first_arg + at.arg].a;
	default:
		return p->args[op->first_arg + at.arg].b;
	}
}

static uint64_t get(const struct program *p, struct place at)
{
	const struct machine *m = &p->machine;

	switch (at.of) {
	case OF_STATIC:
		return m->static_size;
	case OF_RESERVED:
		return m->reserved_size;
	case OF_DYN:
		return m->dyn_size;
	case OF_UNIT_PAGES:
		return m->unit_pages;
	case OF_VM_PAGES:
		return m->vm_pages;
	case OF_FRAMES:
		return m->frames;
	case OF_BOOT_PAGES:
		return m->boot_pages;
	case OF_ATOM:
		return m->atom;
	default:
		return get_of_op(p, at);
	}
}

/* Return: false if no program can have that. */
static bool set_of_op(struct program *p, struct place at, uint64_t x)
{
	struct op *op = p->ops + at.op;

	switch (at.of) {
	case OF_SIZE:
		op->size = x;
		return op->kind == OP_ALLOC ? x <= UINT32_MAX : number_is_encodable(x);
	case OF_OFFSET:
		op->offset = (uint32_t)x;
		break;
	case OF_SEED:
		op->seed = (uint32_t)x;
		break;
	case OF_CHUNK:
		op->chunk = (uint16_t)x;
		break;
	case OF_START:
		op->start = (uint16_t)x;
		break;
	case OF_END:
		op->end = (uint16_t)x;
		break;
	case OF_CPU:
		op->cpu = (uint16_t)x;
		break;
	case OF_NODE:
		op->node = (uint16_t)x;
		break;
	case OF_FAULT_N:
		op->fault_n = (uint16_t)x;
		break;
	case OF_ALIGN:
		op->align = (uint32_t)x;
		return align_is_encodable(&p->machine, op->align);
	case OF_BOOT_STATIC:
		op->boot.static_size = (uint32_t)x;
		return x < OP_BOOT_MAX;
	case OF_BOOT_RESERVED:
		op->boot.reserved_size = (uint32_t)x;
		return x < OP_BOOT_MAX;
	case OF_BOOT_DYN:
		op->boot.dyn_size = (uint32_t)x;
		return x < OP_BOOT_MAX;
	case OF_BOOT_UNIT:
		op->boot.unit = (uint32_t)x;
		return x < OP_BOOT_MAX;
	case OF_BOOT_ATOM:
		op->boot.atom = (uint32_t)x;
		break;
	case OF_ARG_A:
		p->args[op->first_arg + at.arg].a = x;
		return number_is_encodable(x);
	default:
		p->args[op->first_arg + at.arg].b = x;
		return number_is_encodable(x);
	}
	return true;
}

/* The three regions together must be a multiple of 4: what is missing the dynamic one gives. */
static void round_regions(struct machine *m)
{
	m->dyn_size -= (m->static_size + m->reserved_size + m->dyn_size) % 4;
}

static bool set(struct program *p, struct place at, uint64_t x)
{
	struct machine *m = &p->machine;
	uint32_t value = (uint32_t)x;

	switch (at.of) {
	case OF_STATIC:
		m->static_size = value;
		round_regions(m);
		return true;
	case OF_RESERVED:
		m->reserved_size = value;
		return true;
	case OF_DYN:
		m->dyn_size = value;
		return true;
	case OF_UNIT_PAGES:
		m->unit_pages = value;
		return true;
	case OF_VM_PAGES:
		m->vm_pages = value;
		return true;
	case OF_FRAMES:
		m->frames = value;
		return true;
	case OF_BOOT_PAGES:
		m->boot_pages = value;
		return true;
	case OF_ATOM:
		m->atom = value;
		return true;
	default:
		return set_of_op(p, at, x);
	}
}

static bool try_number(struct minimiser *z, struct place at, uint64_t x)
{
	struct program p;

	/* with an earlier step the finding may have come to an earlier op */
	if (of_op(at) && at.op >= z->best->nr_ops)
		return false;
	minimiser_copy(z, &p, NULL);
	if (set(&p, at, x))
		return minimiser_try(z, &p);
	program_exit(&p);
	return false;
}

/* Towards @least, which does not do, in halves of the way. */
static bool bisect(struct minimiser *z, struct place at, uint64_t least, uint64_t step)
{
	uint64_t x = get(z->best, at), bad = least;
	bool any = false;

	while (x > bad && x - bad > step && !z->r->ended) {
		uint64_t mid = bad + (x - bad) / 2 / step * step;

		if (mid == bad)
			mid = bad + step;
		if (try_number(z, at, mid)) {
			x = mid;
			any = true;
		} else {
			bad = mid;
		}
	}
	return any;
}

/**
 * minimiser_number - make a number small
 * @z: the minimiser
 * @at: where it is
 * @least: the simplest one of all; below it only 0 is left as it is
 * @step: multiples of this are simpler than others, @least is one
 *
 * Return: false if nothing changed.
 */
bool minimiser_number(struct minimiser *z, struct place at, uint64_t least, uint64_t step)
{
	uint64_t x = get(z->best, at), down = x - x % step, up = down + step;
	bool any = false;

	if (x == least || !x)
		return false;
	if (try_number(z, at, least))
		return true;
	if (x < least)
		return false;
	if (x != down)
		any = try_number(z, at, down) || (up && try_number(z, at, up));
	return bisect(z, at, least, step) || any;
}

/**
 * minimiser_power - make a number that is best a power of two small
 * @z: the minimiser
 * @at: where it is
 * @least: a power of two
 *
 * Return: false if nothing changed.
 */
bool minimiser_power(struct minimiser *z, struct place at, uint64_t least)
{
	uint64_t x = get(z->best, at);

	if (x == least || !x)
		return false;
	for (uint64_t y = least; y < x && !z->r->ended; y *= 2)
		if (try_number(z, at, y))
			return true;
	return x < least && try_number(z, at, least);
}
