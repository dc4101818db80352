/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * legal.h - is a program legal, told from its definition in program.h alone.
 */
#ifndef TESTS_LEGAL_H
#define TESTS_LEGAL_H

#include "../impl/pcpu.h"
#include "../targets/program/program.h"

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
	if (op_uses_handle(op->kind) ? op->handle >= handles && !null : op->handle != 0)
		return false;
	if (!align_is_encodable(&p->machine, op->align) || !number_is_encodable(op->size))
		return false;
	if (!args_are_legal(p, op))
		return false;
	if (op->fault == PCPU_FAULT_NONE)
		return !op->fault_n;
	return op->fault == PCPU_FAULT_MAP || op->fault_n;
}

#endif
