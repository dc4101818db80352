// SPDX-License-Identifier: GPL-2.0-only
/*
 * exhaust-ops.c - the ops that are tried in every state: few, but each for a reason.
 *
 * Faults are not among them: which requests can be refused is seen when an op is run.
 */
#include <stdlib.h>
#include <string.h>

#include "exhaust-steps.h"

#define CHUNKS_MAX 8u /* whose pages are populated and depopulated */
#define UNIT 4u /* bytes per bit of the map */
#define OPS_MAX 4096u

static void add(struct exhaust_alphabet *a, const struct op *op)
{
	for (uint32_t i = 0; i < a->nr; i++)
		if (op_equal(a->op + i, op))
			return;
	if (a->nr < OPS_MAX)
		a->op[a->nr++] = *op;
}

static void add_alloc(struct exhaust_alphabet *a, uint32_t size, uint32_t align, bool reserved,
		      enum pcpu_gfp gfp)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.kind = OP_ALLOC;
	op.size = size;
	op.align = align;
	op.reserved = reserved;
	op.gfp = (uint8_t)gfp;
	add(a, &op);
}

static void add_pages(struct exhaust_alphabet *a, enum op_kind kind, uint32_t chunk, uint32_t start,
		      uint32_t end)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.kind = (uint8_t)kind;
	op.chunk = (uint16_t)chunk;
	op.start = (uint16_t)start;
	op.end = (uint16_t)end;
	add(a, &op);
}

static void add_plain(struct exhaust_alphabet *a, enum op_kind kind)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.kind = (uint8_t)kind;
	add(a, &op);
}

/*
 * The least there is, where there is room and where a page begins; half a page at its start, and a
 * little more than half, of which no two fit into one; a page, and a little more, which always
 * reaches into a second one; all of a chunk.  Those that must not wait take a place or come to
 * nothing, whatever their size: two will do.
 */
static void add_allocs(struct exhaust_alphabet *a, const struct machine *m)
{
	uint32_t page = m->page, half = page / 2, chunk = machine_unit_size(m);

	add_alloc(a, UNIT, UNIT, false, PCPU_GFP_KERNEL);
	add_alloc(a, UNIT, page, false, PCPU_GFP_KERNEL);
	add_alloc(a, half, half, false, PCPU_GFP_KERNEL);
	add_alloc(a, half + UNIT, UNIT, false, PCPU_GFP_KERNEL);
	add_alloc(a, page, UNIT, false, PCPU_GFP_KERNEL);
	add_alloc(a, page + UNIT, UNIT, false, PCPU_GFP_KERNEL);
	add_alloc(a, chunk, UNIT, false, PCPU_GFP_KERNEL);
	add_alloc(a, UNIT, UNIT, false, PCPU_GFP_ATOMIC);
	add_alloc(a, half + UNIT, UNIT, false, PCPU_GFP_ATOMIC);
	if (m->reserved_size) {
		add_alloc(a, UNIT, UNIT, true, PCPU_GFP_KERNEL);
		add_alloc(a, half + UNIT, UNIT, true, PCPU_GFP_KERNEL);
	}
	/* what must be refused */
	add_alloc(a, 0, UNIT, false, PCPU_GFP_KERNEL);
	add_alloc(a, chunk + UNIT, UNIT, false, PCPU_GFP_KERNEL);
	add_alloc(a, UNIT, 2 * page, false, PCPU_GFP_KERNEL);
	add_alloc(a, UNIT, 3 * UNIT, false, PCPU_GFP_KERNEL);
}

/*
 * Each page, and all of them; and of each chunk one range that it does not have.  The pages of what
 * serves the first unit cannot be changed: asking once will do.
 */
static void add_populations(struct exhaust_alphabet *a, const struct machine *m)
{
	uint32_t nr_first = 1 + !!m->reserved_size, nr = nr_first;

	nr += (m->backing == BACKING_KM ? m->frames : m->vm_pages) /
	      (m->unit_pages * machine_nr_cpus(m));
	for (uint32_t chunk = 0; chunk < nr && chunk < CHUNKS_MAX; chunk++) {
		for (unsigned int on = 0; on < 2; on++) {
			enum op_kind kind = on ? OP_POPULATE : OP_DEPOPULATE;

			add_pages(a, kind, chunk, 0, 1);
			if (chunk < nr_first)
				continue;
			for (uint32_t page = 1; page < m->unit_pages; page++)
				add_pages(a, kind, chunk, page, page + 1);
			add_pages(a, kind, chunk, 0, m->unit_pages);
			add_pages(a, kind, chunk, m->unit_pages - 1, m->unit_pages + 1);
		}
	}
}

/**
 * exhaust_alphabet_init - the ops for a machine
 * @a: the alphabet
 * @m: the machine
 */
void exhaust_alphabet_init(struct exhaust_alphabet *a, const struct machine *m)
{
	a->nr = 0;
	a->op = calloc(OPS_MAX, sizeof(*a->op));
	if (!a->op)
		abort();
	add_allocs(a, m);
	add_plain(a, OP_BALANCE);
	add_plain(a, OP_PURGE);
	add_populations(a, m);
}

/**
 * exhaust_alphabet_exit - the end
 * @a: the alphabet
 */
void exhaust_alphabet_exit(struct exhaust_alphabet *a)
{
	free(a->op);
}

/**
 * exhaust_op - the op that a step stands for
 * @a: the alphabet
 * @step: the step
 */
struct op exhaust_op(const struct exhaust_alphabet *a, struct exhaust_step step)
{
	struct op op = { .kind = OP_FREE };

	if (step.what < a->nr) {
		op = a->op[step.what];
	} else {
		op.handle = (step.what - a->nr) / 2;
		op.offset = (step.what - a->nr) % 2 * UNIT;
	}
	op.fault = step.fault;
	op.fault_n = step.fault_n;
	return op;
}

/* Is a handle a live object that no later one is, too? */
static bool is_live(const struct exec *e, uint32_t handle)
{
	uint64_t ptr = e->handle[handle];
	const struct model_chunk *c;

	if (!ptr || e->letter[handle] != 'r')
		return false;
	for (uint32_t i = handle + 1; i < e->nr_handles; i++)
		if (e->handle[i] == ptr)
			return false;
	c = model_chunk_at(&e->oracle.m, ptr);
	return c && c->unit[(ptr - c->base) / UNIT] == UNIT_START;
}

/**
 * exhaust_steps_max - how many steps there can be at most in a state
 * @a: the alphabet
 * @nr_handles: handles that were defined on the way there
 */
uint32_t exhaust_steps_max(const struct exhaust_alphabet *a, uint32_t nr_handles)
{
	return a->nr + 2 * nr_handles;
}

/**
 * exhaust_steps - what is to be tried in a state, without faults
 * @a: the alphabet
 * @e: a run that is in that state
 * @what: room for exhaust_steps_max() of them
 *
 * Return: how many there are.
 */
uint16_t exhaust_steps(const struct exhaust_alphabet *a, const struct exec *e, uint16_t *what)
{
	uint16_t nr = 0;

	for (uint32_t i = 0; i < a->nr; i++) {
		bool of_chunk = a->op[i].kind == OP_POPULATE || a->op[i].kind == OP_DEPOPULATE;

		/* chunks are counted around: this one has had its turn */
		if (!of_chunk || a->op[i].chunk < e->oracle.m.nr_chunks)
			what[nr++] = (uint16_t)i;
	}
	for (uint32_t i = 0; i < e->nr_handles; i++) {
		if (!is_live(e, i))
			continue;
		what[nr++] = (uint16_t)(a->nr + 2 * i); /* all of it */
		what[nr++] = (uint16_t)(a->nr + 2 * i + 1); /* inside it: must be refused */
	}
	return nr;
}
