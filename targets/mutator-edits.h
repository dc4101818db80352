/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutator-edits.h - single edits of a program, and what keeps handles and lists in order.
 */
#ifndef MUTATOR_EDITS_H
#define MUTATOR_EDITS_H

#include "program/program.h"

/**
 * struct edit - a program being edited
 * @p: the program
 * @layer: what the fuzz target is about
 * @r: random numbers
 * @max_ops: how many ops it may have in the end
 */
struct edit {
	struct program *p;
	enum program_layer layer;
	struct rng *r;
	uint32_t max_ops;
};

void edit_append(struct edit *e);
void edit_any(struct edit *e);
void edit_mend_handles(struct edit *e);
uint32_t edit_new_args(struct program *p, const struct op_arg *args, uint32_t nr);

/* mutator-machine.c */
void edit_machine(struct edit *e);

#endif
