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

/**
 * struct minimiser - a program that is becoming smaller
 * @how:   what the caller wants
 * @best:  the smallest program so far with the finding
 * @r:     result so far
 * @found: index of the run with the finding
 * @seen:  hashes of the texts that were tried, 0 is empty; a table with room for @room of them
 * @nr_seen, @room: how many there are and can be
 */
struct minimiser {
	const struct minimise_options *how;
	struct program *best;
	struct minimise_result *r;
	int found;
	uint64_t *seen;
	size_t nr_seen, room;
};

/* minimise.c */
bool minimiser_try(struct minimiser *z, struct program *candidate);
void minimiser_copy(const struct minimiser *z, struct program *copy, const bool *keep);

/* minimise-drop.c */
bool minimiser_drop_ops(struct minimiser *z);

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
