/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * minimise-steps.h - what the parts of minimise.c share.
 *
 * Every step goes from one program to a simpler one, and which is simpler never depends on the way
 * that led there.  So steps come to an end, and what they end with is where they start from and end
 * at once if they are taken again.
 */
#ifndef MINIMISE_STEPS_H
#define MINIMISE_STEPS_H

#include "minimise.h"

#define TRIED_NEVER UINT32_MAX
#define TRIED_IN_VAIN (UINT32_MAX - 1)

/**
 * struct tried - what came of a program
 * @hash: of its text; 0: none
 * @left: its ops up to the finding; TRIED_NEVER, or TRIED_IN_VAIN if it does not have that
 */
struct tried {
	uint64_t hash;
	uint32_t left;
};

/**
 * struct minimiser - a program that is becoming smaller
 * @how:   what the caller wants
 * @best:  the smallest program so far with the finding
 * @r:     result so far
 * @found: index of the run with the finding
 * @tried: programs that were tried, a table with room for @room of them
 * @nr_tried, @room: how many there are and can be
 * @ops:   that were run so far
 */
struct minimiser {
	const struct minimise_options *how;
	struct program *best;
	struct minimise_result *r;
	int found;
	struct tried *tried;
	size_t nr_tried, room;
	uint64_t ops;
};

/* minimise.c */
bool minimiser_try(struct minimiser *z, struct program *candidate);
void minimiser_copy(const struct minimiser *z, struct program *copy, const bool *keep);

/* minimise-memo.c */
struct tried *minimiser_recall(struct minimiser *z, const struct program *p);

/* minimise-drop.c */
bool minimiser_drop_ops(struct minimiser *z);
void minimiser_drop_otherwise(struct minimiser *z, unsigned int way);

/* minimise-numbers.c */

/**
 * enum place_of - a number in a program
 */
enum place_of {
	OF_SIZE,
	OF_OFFSET,
	OF_SEED,
	OF_CHUNK,
	OF_START,
	OF_END,
	OF_CPU,
	OF_NODE,
	OF_FAULT_N,
	OF_ALIGN,
	OF_BOOT_STATIC,
	OF_BOOT_RESERVED,
	OF_BOOT_DYN,
	OF_BOOT_UNIT,
	OF_BOOT_ATOM,
	OF_ARG_A,
	OF_ARG_B,
	OF_STATIC,
	OF_RESERVED,
	OF_DYN,
	OF_UNIT_PAGES,
	OF_VM_PAGES,
	OF_FRAMES,
	OF_BOOT_PAGES,
	OF_ATOM,
};

/**
 * struct place - where it is
 * @of:  which number
 * @op:  index of the op, if it is one of an op
 * @arg: index into its list, if it is in that
 */
struct place {
	enum place_of of;
	uint32_t op, arg;
};

bool minimiser_number(struct minimiser *z, struct place at, uint64_t least, uint64_t step);
bool minimiser_power(struct minimiser *z, struct place at, uint64_t least);

/* minimise-ops.c */
bool minimiser_drop_faults(struct minimiser *z);
bool minimiser_simplify_ops(struct minimiser *z);

/* minimise-machine.c */
bool minimiser_simplify_machine(struct minimiser *z);

#endif
