// SPDX-License-Identifier: GPL-2.0-only
/*
 * program.c - the list of ops, and the names that text and messages use.
 *
 * Does not check anything: who adds an op vouches for it.
 */
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "../../impl/pcpu.h"

const struct op_info op_infos[OP_NR] = {
#define OP(NAME, text, letter, layer, takes, syntax, what) \
	[OP_##NAME] = { text, letter, LAYER_##layer, TAKES_##takes, syntax, what },
#include "ops.def"
#undef OP
};

const char *const gfp_names[PCPU_GFP_NR] = {
	[PCPU_GFP_KERNEL] = "kernel", [PCPU_GFP_NOFS] = "nofs",	    [PCPU_GFP_NOIO] = "noio",
	[PCPU_GFP_ATOMIC] = "atomic", [PCPU_GFP_NOWAIT] = "nowait",
};

const char *const first_names[FIRST_NR] = {
	[FIRST_GIVEN] = "given",
	[FIRST_EMBED] = "embed",
	[FIRST_PAGE] = "page",
	[FIRST_AUTO] = "auto",
};

const char *const backing_names[BACKING_NR] = {
	[BACKING_VM] = "vm",
	[BACKING_KM] = "km",
};

/**
 * op_uses_handle - whether ops of a kind name a handle that was defined before
 * @kind: enum op_kind
 */
bool op_uses_handle(unsigned int kind)
{
	return kind < OP_NR &&
	       (op_infos[kind].takes == TAKES_HANDLE || op_infos[kind].takes == TAKES_ADDRESS);
}

/**
 * op_takes_offset - whether ops of a kind may add an offset to the address of a handle
 * @kind: enum op_kind
 */
bool op_takes_offset(unsigned int kind)
{
	return kind < OP_NR && op_infos[kind].takes == TAKES_ADDRESS;
}

/**
 * program_init - make an empty program
 * @p: the program; what it held is overwritten, not freed
 * @m: its machine
 */
void program_init(struct program *p, const struct machine *m)
{
	p->machine = *m;
	p->nr_ops = 0;
	p->capacity = 0;
	p->ops = NULL;
	p->nr_args = 0;
	p->args_capacity = 0;
	p->args = NULL;
}

/**
 * program_exit - free what a program owns
 * @p: the program; empty afterwards, and may be freed again
 */
void program_exit(struct program *p)
{
	free(p->ops);
	free(p->args);
	program_init(p, &p->machine);
}

/**
 * program_copy - make a copy
 * @to: where to, to be freed by program_exit()
 * @from: the program
 */
void program_copy(struct program *to, const struct program *from)
{
	program_init(to, &from->machine);
	for (uint32_t i = 0; i < from->nr_args; i++)
		program_add_arg(to, from->args[i].a, from->args[i].b);
	for (uint32_t i = 0; i < from->nr_ops; i++)
		program_add(to, from->ops + i);
}

/**
 * program_add - append an op
 * @p: the program
 * @op: copied; must be legal at this place; not an op of @p itself
 *
 * Return: the copy, valid until the next call, or NULL if the program is full.
 */
struct op *program_add(struct program *p, const struct op *op)
{
	if (p->nr_ops >= PROGRAM_MAX_OPS)
		return NULL;

	if (p->nr_ops == p->capacity) {
		uint32_t capacity = p->capacity ? 2 * p->capacity : 16;
		struct op *ops = realloc(p->ops, capacity * sizeof(*ops));

		/* the host itself out of memory: nothing can be concluded from that */
		if (!ops)
			abort();
		p->ops = ops;
		p->capacity = capacity;
	}

	p->ops[p->nr_ops] = *op;
	return &p->ops[p->nr_ops++];
}

/**
 * program_add_arg - append two numbers to the lists of ops
 * @p: the program
 * @a: the first
 * @b: the second
 *
 * The op that they belong to is added afterwards, with @first_arg and @nr_args set.
 */
void program_add_arg(struct program *p, uint64_t a, uint64_t b)
{
	if (p->nr_args == p->args_capacity) {
		p->args_capacity = p->args_capacity ? 2 * p->args_capacity : 16;
		p->args = realloc(p->args, p->args_capacity * sizeof(*p->args));
		/* the host itself out of memory: nothing can be concluded from that */
		if (!p->args)
			abort();
	}
	p->args[p->nr_args++] = (struct op_arg){ a, b };
}

/**
 * program_args - the list of an op
 * @p: the program
 * @op: an op of it
 *
 * Return: its @nr_args numbers, or NULL if it has none; valid until the next program_add_arg().
 */
const struct op_arg *program_args(const struct program *p, const struct op *op)
{
	return op->nr_args ? p->args + op->first_arg : NULL;
}

static bool args_equal(const struct program *p, const struct op *a, const struct program *q,
		       const struct op *b)
{
	if (a->nr_args != b->nr_args)
		return false;
	for (uint32_t i = 0; i < a->nr_args; i++) {
		const struct op_arg *x = p->args + a->first_arg + i;
		const struct op_arg *y = q->args + b->first_arg + i;

		if (x->a != y->a || x->b != y->b)
			return false;
	}
	return true;
}

/**
 * op_equal - whether two ops are the same, but for their lists
 * @a: one op
 * @b: the other
 */
bool op_equal(const struct op *a, const struct op *b)
{
	return a->kind == b->kind && a->gfp == b->gfp && a->reserved == b->reserved &&
	       a->fault == b->fault && a->fault_n == b->fault_n && a->handle == b->handle &&
	       a->size == b->size && a->align == b->align && a->offset == b->offset &&
	       a->seed == b->seed && a->chunk == b->chunk && a->start == b->start &&
	       a->end == b->end && a->ioremap == b->ioremap && a->choice == b->choice &&
	       a->cpu == b->cpu && a->node == b->node &&
	       a->boot.static_size == b->boot.static_size &&
	       a->boot.reserved_size == b->boot.reserved_size &&
	       a->boot.dyn_size == b->boot.dyn_size && a->boot.unit == b->boot.unit &&
	       a->boot.atom == b->boot.atom;
}

/**
 * program_equal - whether two programs have the same machine and the same ops
 * @a: one program
 * @b: the other
 */
bool program_equal(const struct program *a, const struct program *b)
{
	uint32_t i;

	if (!machine_equal(&a->machine, &b->machine))
		return false;
	if (a->nr_ops != b->nr_ops)
		return false;
	for (i = 0; i < a->nr_ops; i++)
		if (!op_equal(&a->ops[i], &b->ops[i]) || !args_equal(a, &a->ops[i], b, &b->ops[i]))
			return false;
	return true;
}

/**
 * program_nr_handles - count the handles that the first ops define
 * @p: the program
 * @nr_ops: how many ops to look at; more than there are means all
 */
uint32_t program_nr_handles(const struct program *p, uint32_t nr_ops)
{
	uint32_t nr = 0, i;

	for (i = 0; i < nr_ops && i < p->nr_ops; i++)
		nr += op_infos[p->ops[i].kind].letter != 0;
	return nr;
}
