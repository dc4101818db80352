/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * legal.h - is a program legal, told from its definition in program.h alone.
 */
#ifndef TESTS_LEGAL_H
#define TESTS_LEGAL_H

#include "../impl/pcpu.h"
#include "../targets/program/program.h"

/* Every member that the kind does not use is 0. */
static inline bool unused_are_zero(const struct op *op)
{
	bool range = op->kind == OP_POPULATE || op->kind == OP_DEPOPULATE;
	bool size = op->kind == OP_ALLOC || op->kind == OP_GET_VM_AREA || op->kind == OP_VMALLOC;
	bool align = op->kind == OP_ALLOC || op->kind == OP_GET_VM_AREAS;

	if (op->kind != OP_ALLOC && (op->gfp || op->reserved))
		return false;
	if ((!size && op->size) || (!align && op->align))
		return false;
	if ((!op_uses_handle(op->kind) && op->handle) || (op->kind != OP_WRITE && op->seed))
		return false;
	if (!op_takes_offset(op->kind) && op->offset)
		return false;
	if (!range && (op->chunk || op->start || op->end))
		return false;
	if ((op->kind != OP_GET_VM_AREA && op->ioremap) || (op->kind != OP_PHYS && op->cpu) ||
	    (op->kind != OP_VMALLOC && op->node))
		return false;
	if (op->kind != OP_BOOT && (op->choice || op->boot.static_size || op->boot.reserved_size ||
				    op->boot.dyn_size || op->boot.unit || op->boot.atom))
		return false;
	return op->nr_args || !op->first_arg;
}

static inline bool args_are_legal(const struct program *p, const struct op *op)
{
	uint32_t max = op->kind == OP_GET_VM_AREAS ? OP_ARGS_MAX : op->kind == OP_GET_VM_AREA;

	if (op->nr_args > max || op->first_arg + op->nr_args > p->nr_args)
		return false;
	for (uint32_t i = 0; i < op->nr_args; i++)
		if (!number_is_encodable(p->args[op->first_arg + i].a) ||
		    !number_is_encodable(p->args[op->first_arg + i].b))
			return false;
	return true;
}

/* @handles: how many were defined before it */
static inline bool op_is_legal(const struct program *p, const struct op *op, uint32_t handles)
{
	bool null = op->handle == PROGRAM_NO_HANDLE && !op->offset &&
		    (op->kind == OP_FREE || op->kind == OP_VFREE);

	if (op->kind >= OP_NR || op->gfp >= PCPU_GFP_NR || op->fault >= PCPU_FAULT_NR)
		return false;
	if (op_uses_handle(op->kind) && op->handle >= handles && !null)
		return false;
	if (op->kind == OP_ALLOC && op->size > UINT32_MAX)
		return false;
	if (!number_is_encodable(op->size) || !align_is_encodable(&p->machine, op->align))
		return false;
	if (op->kind == OP_BOOT &&
	    (!op->choice || op->choice >= FIRST_NR || op->boot.static_size >= OP_BOOT_MAX ||
	     op->boot.reserved_size >= OP_BOOT_MAX || op->boot.dyn_size >= OP_BOOT_MAX ||
	     op->boot.unit >= OP_BOOT_MAX || op->boot.atom < OP_ATOM_MIN ||
	     op->boot.atom > OP_ATOM_MAX || (op->boot.atom & (op->boot.atom - 1))))
		return false;
	if (!unused_are_zero(op) || !args_are_legal(p, op))
		return false;
	if (op->fault == PCPU_FAULT_NONE)
		return !op->fault_n;
	return op->fault == PCPU_FAULT_MAP || op->fault_n;
}

static inline bool is_legal(const struct program *p)
{
	uint32_t handles = 0, i;

	if (machine_fault(&p->machine) || p->nr_ops > PROGRAM_MAX_OPS)
		return false;
	for (i = 0; i < p->nr_ops; i++) {
		if (!op_is_legal(p, &p->ops[i], handles))
			return false;
		handles += op_infos[p->ops[i].kind].letter != 0;
	}
	return program_nr_handles(p, p->nr_ops) == handles;
}

#endif
