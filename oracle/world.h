/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - the world a subject runs in: metadata heap, page frames, and the faults of a program.
 *
 * Trusted: it keeps its own ledger, so that leaks and foreign frees are seen from outside.  Does
 * not know what a chunk is.
 */
#ifndef ORACLE_WORLD_H
#define ORACLE_WORLD_H

#include "machine.h"
#include "../impl/env.h"

#define WORLD_JUNK 0xa7

/**
 * struct budget - what can still be had, in a form that can be copied and tried out
 * @fault:       requests of each kind until one is refused: 0 never, 1 the next one
 * @frames_free: frames left
 */
struct budget {
	uint32_t fault[PCPU_FAULT_NR];
	uint32_t frames_free;
};

/**
 * struct world - one world
 * @env:          handed to the subject
 * @budget:       what can still be had
 * @nr_frames:    frames there are
 * @frame:        their bytes, NULL if not taken
 * @free_stack:   numbers of the frames not taken
 * @meta_live:    metadata blocks not given back
 * @page_size:    bytes per frame
 * @misuse:       what the subject did that no subject may, or NULL
 */
struct world {
	struct pcpu_env env;
	struct budget budget;
	uint32_t nr_frames;
	uint8_t **frame;
	uint32_t *free_stack;
	uint32_t meta_live;
	uint32_t page_size;
	const char *misuse;
};

void world_init(struct world *w, const struct machine *m);
void world_exit(struct world *w);
void world_arm(struct world *w, enum pcpu_fault kind, uint32_t n);
bool budget_refuses(struct budget *b, enum pcpu_fault kind);

extern const char *const fault_names[PCPU_FAULT_NR];

#endif
