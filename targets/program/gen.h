/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gen.h - what the parts of the generator share.
 */
#ifndef PROGRAM_GEN_H
#define PROGRAM_GEN_H

#include "program.h"
#include "sizes.h"

/**
 * struct object - what an alloc that was not freed is taken to have made
 * @handle: its handle
 * @size:   bytes, 0 if it cannot have succeeded
 */
struct object {
	uint32_t handle, size;
};

/**
 * struct area - what an op that took address space is taken to have made
 * @handle: its handle
 * @kind:   the op that made it
 * @size:   bytes
 */
struct area {
	uint32_t handle;
	uint8_t kind;
	uint64_t size;
};

#define MAX_PHASES 40

/**
 * struct gen - a program in the making, and the temper that it has throughout
 * @p:         the program
 * @layer:     what it is about
 * @r:         all random numbers come from here, each in a statement of its own
 * @want:      ops that it is to have
 * @packing:   what was allocated so far
 * @space:     what address space was taken so far
 * @handles:   handles defined so far
 * @live:      objects not freed, oldest first
 * @nr_live:   how many
 * @bytes:     the sum of their sizes
 * @room:      bytes that all chunks there can be have about room for
 * @nr_dead:   objects that were freed
 * @dead:      one of them
 * @area:      areas not freed, oldest first
 * @nr_areas:  how many
 * @dead_area: one that was freed, if @dead_kind is not 0
 * @dead_kind: the op that made it
 * @gfp:       of the current phase; PCPU_GFP_NR for any
 * @reserved:  one alloc of so many is from the reserved chunk; 0 for never
 * @faults:    one op of so many has a fault; 0 for never
 * @errors:    one phase of so many is followed by a caller's error; 0 for never
 * @contents:  one alloc of so many is written to at once; 0 for never
 * @purges:    one area of so many that are freed is followed by a purge; 0 for never
 * @sizes:     classes to draw sizes from
 * @vm_sizes:  classes to draw sizes of areas from
 * @aligns:    align codes are drawn below this
 * @weight:    how often each phase comes
 */
struct gen {
	struct program *p;
	enum program_layer layer;
	struct rng *r;
	uint32_t want;
	struct packing packing;
	struct space space;
	uint32_t handles;
	struct object *live;
	uint32_t nr_live, bytes, room;
	uint32_t nr_dead, dead;
	struct area *area;
	uint32_t nr_areas;
	uint32_t dead_area, dead_kind;
	uint32_t gfp;
	uint32_t reserved, faults, errors, contents, purges;
	uint8_t sizes[8], vm_sizes[8];
	uint32_t aligns;
	uint8_t weight[MAX_PHASES];
};

/* gen.c */
bool gen_one_in(struct gen *g, uint32_t n);
uint32_t gen_between(struct gen *g, uint32_t from, uint32_t to);
bool gen_full(const struct gen *g);
void gen_add(struct gen *g, struct op *op);
void gen_simple(struct gen *g, enum op_kind kind);
void gen_write(struct gen *g, uint32_t handle);
void gen_verify(struct gen *g, uint32_t handle);
void gen_alloc_any(struct gen *g);
void gen_free_at(struct gen *g, uint32_t at);

/* A phase is a few ops to a few dozens. */
typedef void (*gen_phase)(struct gen *g);

/* gen-vm.c, gen-boot.c */
extern const gen_phase gen_vm_phases[], gen_boot_phases[];
extern const unsigned int gen_nr_vm_phases, gen_nr_boot_phases;
void gen_vm_recall(struct gen *g, const struct op *op);
void gen_vm_forget(struct gen *g, const struct op *op);
void gen_vm_drain(struct gen *g);
void gen_vm_error(struct gen *g);

#endif
