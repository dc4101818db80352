// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec_ops.c - what each op of a program asks the oracle to do.
 *
 * Turns handles into addresses and clamps what a program may say but a machine cannot be asked.
 */
#include <stdlib.h>

#include "exec.h"

#define BOOT_PAGES_MAX 32u /* of each size of a boot, and so many for all CPUs together: */
#define BOOT_PAGES_ALL 512u /* more is only slower */
#define BOOT_ATOM_MAX (1u << 20)

static uint64_t address_of(const struct exec *e, const struct op *op)
{
	uint64_t ptr = op->handle == PROGRAM_NO_HANDLE ? 0 : e->handle[op->handle];

	/* nothing was allocated: nothing has an inside either */
	return ptr ? ptr + op->offset : 0;
}

static void define(struct exec *e, const struct op *op, uint64_t ptr)
{
	e->letter[e->nr_handles] = op_infos[op->kind].letter;
	e->handle[e->nr_handles++] = ptr;
}

static bool run_alloc(struct exec *e, const struct op *op, struct outcome *out)
{
	struct alloc_args args = { .size = (uint32_t)op->size,
				   .align = op->align,
				   .reserved = op->reserved,
				   .gfp = op->gfp };
	bool ok = oracle_alloc(&e->oracle, &args, out);

	define(e, op, out->ptr);
	return ok;
}

static bool run_free(struct exec *e, const struct op *op, struct outcome *out)
{
	return oracle_free(&e->oracle, address_of(e, op), out);
}

static bool run_write(struct exec *e, const struct op *op, struct outcome *out)
{
	(void)out;
	if (e->letter[op->handle] == 'r')
		return oracle_write(&e->oracle, address_of(e, op), op->seed);
	return oracle_vm_access(&e->oracle, address_of(e, op), true, op->seed);
}

static bool run_verify(struct exec *e, const struct op *op, struct outcome *out)
{
	(void)out;
	if (e->letter[op->handle] == 'r')
		return oracle_verify(&e->oracle, address_of(e, op));
	return oracle_vm_access(&e->oracle, address_of(e, op), false, 0);
}

static bool run_balance(struct exec *e, const struct op *op, struct outcome *out)
{
	(void)op;
	(void)out;
	return oracle_balance(&e->oracle);
}

static bool run_populate(struct exec *e, const struct op *op, struct outcome *out)
{
	return oracle_populate(&e->oracle, op->chunk, op->start, op->end, op->kind == OP_POPULATE,
			       out);
}

static bool run_phys(struct exec *e, const struct op *op, struct outcome *out)
{
	return oracle_phys(&e->oracle, address_of(e, op), op->cpu, out);
}

/**
 * exec_area_range - where a get_vm_area op wants its area
 * @p: the program
 * @op: the op
 * @from: where the first address is stored
 * @to: and the one after the last
 *
 * A range counts from the start of the window, and may reach around the end of all addresses.
 */
void exec_area_range(const struct program *p, const struct op *op, uint64_t *from, uint64_t *to)
{
	const struct machine *m = &p->machine;
	uint64_t mask = machine_addr_mask(m);

	*from = m->vm_start;
	*to = machine_vm_end(m);
	if (op->nr_args) {
		*to = (*from + p->args[op->first_arg].b) & mask;
		*from = (*from + p->args[op->first_arg].a) & mask;
	}
}

static bool run_get_vm_area(struct exec *e, const struct op *op, struct outcome *out)
{
	uint64_t mask = machine_addr_mask(&e->program->machine), from, to;
	bool ok;

	exec_area_range(e->program, op, &from, &to);
	ok = oracle_get_vm_area(&e->oracle, op->size & mask, op->ioremap, from, to, out);
	define(e, op, out->ptr);
	return ok;
}

static bool run_vmalloc(struct exec *e, const struct op *op, struct outcome *out)
{
	uint64_t mask = machine_addr_mask(&e->program->machine);
	bool ok = oracle_vmalloc(&e->oracle, op->size & mask, op->node, out);

	define(e, op, out->ptr);
	return ok;
}

static bool run_vfree(struct exec *e, const struct op *op, struct outcome *out)
{
	return oracle_vfree(&e->oracle, address_of(e, op), out);
}

static bool run_remove_vm_area(struct exec *e, const struct op *op, struct outcome *out)
{
	return oracle_remove_vm_area(&e->oracle, address_of(e, op), out);
}

static bool run_find_vm_area(struct exec *e, const struct op *op, struct outcome *out)
{
	return oracle_find_vm_area(&e->oracle, address_of(e, op), out);
}

static bool run_vmallocinfo(struct exec *e, const struct op *op, struct outcome *out)
{
	(void)op;
	(void)out;
	return oracle_vmallocinfo(&e->oracle);
}

static bool run_get_vm_areas(struct exec *e, const struct op *op, struct outcome *out)
{
	uint64_t mask = machine_addr_mask(&e->program->machine);
	struct exec_set *set = e->set + e->nr_sets++;
	uint64_t *sizes;
	bool ok;

	set->handle = e->nr_handles;
	set->offsets = malloc((2 * op->nr_args + 1u) * sizeof(*set->offsets));
	if (!set->offsets)
		abort();
	sizes = set->offsets + op->nr_args;
	for (unsigned int i = 0; i < op->nr_args; i++) {
		set->offsets[i] = e->program->args[op->first_arg + i].a & mask;
		sizes[i] = e->program->args[op->first_arg + i].b & mask;
	}
	ok = oracle_get_vm_areas(&e->oracle, set->offsets, sizes, op->nr_args, op->align,
				 &set->areas, out);
	define(e, op, out->ptr);
	return ok;
}

static bool run_free_vm_areas(struct exec *e, const struct op *op, struct outcome *out)
{
	/* by handle, ascending */
	uint32_t low = 0, high = e->nr_sets;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (e->set[mid].handle < op->handle)
			low = mid + 1;
		else
			high = mid;
	}
	/* another kind of handle: nothing to be asked of the kernel */
	if (low == e->nr_sets || e->set[low].handle != op->handle || !e->set[low].areas.id) {
		out->reason = REASON_NOTHING;
		return true;
	}
	return oracle_free_vm_areas(&e->oracle, &e->set[low].areas);
}

static bool run_purge(struct exec *e, const struct op *op, struct outcome *out)
{
	(void)op;
	(void)out;
	return oracle_purge(&e->oracle);
}

static uint32_t at_most(uint32_t x, uint32_t limit)
{
	return x < limit ? x : limit;
}

/**
 * exec_boot_args - what a boot op asks for
 * @p: the program
 * @op: the op
 *
 * Sizes up to 32 pages each, fewer if there are many CPUs; a unit and an atom are pages, static
 * data there always is and a dynamic region of 8 bytes, and the reserved one is a multiple of 4, as
 * architectures must see to.
 */
struct boot_args exec_boot_args(const struct program *p, const struct op *op)
{
	uint32_t page = p->machine.page;
	uint32_t fair = BOOT_PAGES_ALL / machine_nr_cpus(&p->machine);
	uint32_t max = at_most(fair, BOOT_PAGES_MAX) * page;
	struct boot_args args = {
		.choice = op->choice,
		.static_size = at_most(op->boot.static_size, max),
		.reserved_size = at_most(op->boot.reserved_size, max) & ~3u,
		.dyn_size = at_most(op->boot.dyn_size, max),
		.unit = at_most(op->boot.unit, max),
		.atom = at_most(op->boot.atom, BOOT_ATOM_MAX),
	};

	args.static_size += !args.static_size;
	args.dyn_size = args.dyn_size < 8 ? 8 : args.dyn_size;
	args.unit = (args.unit + !args.unit + page - 1) / page * page;
	args.atom = args.atom < page ? page : args.atom;
	return args;
}

static bool run_boot(struct exec *e, const struct op *op, struct outcome *out)
{
	struct boot_args args = exec_boot_args(e->program, op);

	return oracle_boot(&e->oracle, &args, out);
}

static bool (*const runs[OP_NR])(struct exec *e, const struct op *op, struct outcome *out) = {
	[OP_ALLOC] = run_alloc,
	[OP_FREE] = run_free,
	[OP_WRITE] = run_write,
	[OP_VERIFY] = run_verify,
	[OP_BALANCE] = run_balance,
	[OP_POPULATE] = run_populate,
	[OP_DEPOPULATE] = run_populate,
	[OP_PHYS] = run_phys,
	[OP_GET_VM_AREA] = run_get_vm_area,
	[OP_VMALLOC] = run_vmalloc,
	[OP_VFREE] = run_vfree,
	[OP_REMOVE_VM_AREA] = run_remove_vm_area,
	[OP_FIND_VM_AREA] = run_find_vm_area,
	[OP_VMALLOCINFO] = run_vmallocinfo,
	[OP_GET_VM_AREAS] = run_get_vm_areas,
	[OP_FREE_VM_AREAS] = run_free_vm_areas,
	[OP_PURGE] = run_purge,
	[OP_BOOT] = run_boot,
};

/**
 * exec_not_offered_by - the subject's name if it does not offer the next op, else NULL
 * @e: the run
 */
const char *exec_not_offered_by(const struct exec *e)
{
	const struct op *op = e->program->ops + e->at;
	const struct oracle *o = &e->oracle;
	const char *name = e->opts.name ? e->opts.name : o->ops->name;
	uint64_t mask = machine_addr_mask(&e->program->machine);

	if (op->kind == OP_BOOT && o->ops->offers_boot &&
	    !o->ops->offers_boot(&e->program->machine, op->choice))
		return name;
	if (o->down)
		return NULL;
	if (op->kind == OP_VMALLOCINFO && !o->ops->vmallocinfo)
		return name;
	if (op->kind == OP_VMALLOC && o->ops->offers_vmalloc &&
	    !o->ops->offers_vmalloc(o->s, op->size & mask))
		return name;
	return NULL;
}

/**
 * exec_skip_op - do not run an op
 * @e: the run
 * @op: the op
 * @by: the subject that does not offer it
 * @out: says so
 *
 * Return: true, as there is nothing to be found.
 */
bool exec_skip_op(struct exec *e, const struct op *op, const char *by, struct outcome *out)
{
	*out = (struct outcome){ .reason = REASON_NOT_OFFERED, .by = by };
	e->nr_not_offered++;
	if (op_infos[op->kind].letter)
		define(e, op, 0);
	return true;
}

/**
 * exec_run_op - run one op
 * @e: the run
 * @op: the op
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool exec_run_op(struct exec *e, const struct op *op, struct outcome *out)
{
	/* a machine that could not boot can still be tried to boot in other ways */
	if (e->oracle.down && op->kind != OP_BOOT) {
		out->reason = REASON_DOWN;
		if (op_infos[op->kind].letter)
			define(e, op, 0);
		return true;
	}
	/* what was not served is NULL: freeing that is no error, and nothing else is asked of it */
	if (op_uses_handle(op->kind) && op->handle != PROGRAM_NO_HANDLE && !e->handle[op->handle]) {
		bool ok = runs[op->kind](e, op, out);

		if (ok)
			out->reason = REASON_NOTHING;
		return ok;
	}
	return runs[op->kind](e, op, out);
}
