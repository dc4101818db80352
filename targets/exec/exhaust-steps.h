/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exhaust-steps.h - what the parts of exhaust.c share: states, and the ops that lead to them.
 */
#ifndef EXHAUST_STEPS_H
#define EXHAUST_STEPS_H

#include "exhaust.h"

#define EXHAUST_NO_STATE UINT32_MAX

/**
 * struct exhaust_step - one op, in few bytes
 * @what:    number of an op of the alphabet, or if it is not below their number a free
 * @fault:   enum pcpu_fault
 * @fault_n: as in struct op
 */
struct exhaust_step {
	uint16_t what;
	uint16_t fault : 4, fault_n : 12;
};

/* exhaust-hash.c */
uint64_t exhaust_hash(const struct lockstep *l);

/* exhaust-states.c */

/**
 * struct exhaust_state - a state, and how it was first reached
 * @hash:   see exhaust_hash(), the only thing by which states are told apart
 * @parent: the state before, EXHAUST_NO_STATE of the first
 * @step:   and the op that led from there
 */
struct exhaust_state {
	uint64_t hash;
	uint32_t parent;
	struct exhaust_step step;
};

/**
 * struct exhaust_states - all states, in the order in which they were reached
 * @one:    the states
 * @nr:     how many
 * @room:   for how many there is memory
 * @table:  numbers of states plus 1 by hash, 0 is empty; twice @room
 * @memory: bytes that all that may take
 */
struct exhaust_states {
	struct exhaust_state *one;
	uint32_t nr, room;
	uint32_t *table;
	uint64_t memory;
};

/**
 * enum exhaust_added - what became of a state
 */
enum exhaust_added {
	EXHAUST_NEW,
	EXHAUST_KNOWN,
	EXHAUST_FULL,
};

void exhaust_states_init(struct exhaust_states *s, uint64_t memory);
void exhaust_states_exit(struct exhaust_states *s);
enum exhaust_added exhaust_states_add(struct exhaust_states *s, const struct exhaust_state *state);

/* exhaust-copy.c */

/**
 * struct exhaust_copy - the runs as they were in a state
 * @state: which, EXHAUST_NO_STATE if none
 * @piece: what was copied
 * @nr:    how many pieces
 * @data:  their bytes
 * @room:  for how many of them there is memory
 */
struct exhaust_copy {
	uint32_t state;
	struct exhaust_piece piece[EXHAUST_PIECES_MAX + 3 * LOCKSTEP_MAX + 1];
	unsigned int nr;
	uint8_t *data;
	size_t room;
};

void exhaust_copy_save(struct exhaust_copy *c, const struct exhaust_heap *heap, struct lockstep *l,
		       uint32_t state);
void exhaust_copy_put_back(const struct exhaust_copy *c);

/* exhaust-ops.c */

/**
 * struct exhaust_alphabet - the ops that are tried in every state, besides the frees
 * @op: the ops
 * @nr: how many
 */
struct exhaust_alphabet {
	struct op *op;
	uint32_t nr;
};

void exhaust_alphabet_init(struct exhaust_alphabet *a, const struct machine *m);
void exhaust_alphabet_exit(struct exhaust_alphabet *a);
struct op exhaust_op(const struct exhaust_alphabet *a, struct exhaust_step step);
uint16_t exhaust_steps(const struct exhaust_alphabet *a, const struct exec *e, uint16_t *what);
uint32_t exhaust_steps_max(const struct exhaust_alphabet *a, uint32_t nr_handles);

#endif
