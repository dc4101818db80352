/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - the shape of the machine that a program runs on.
 *
 * Part of every program, so that nothing of the host decides anything.  Does not lay out the
 * units: what boots the machine does that, from this.
 */
#ifndef ORACLE_MACHINE_H
#define ORACLE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define MACHINE_MAX_CPUS 256
#define MACHINE_MAX_NODES 256
#define MACHINE_NEAR_MAX 16
#define MACHINE_BASES_MAX 8
#define MACHINE_PAGE_MIN 256u
#define MACHINE_PAGE_MAX 65536u
#define MACHINE_UNIT_MAX (1u << 20)
#define MACHINE_UNIT_PAGES_MAX 1024u
#define MACHINE_MEMORY_MAX (4u << 20)
#define MACHINE_FRAMES_MAX 4096u
#define MACHINE_VM_PAGES_MAX 65536u
#define MACHINE_CHUNKS_MAX 1000u

/*
 * Addresses.  Boot memory lies in the linear map, one region per node; above it the vmalloc
 * window:
 *
 *   0x0c000000         0x10000000            0x10400000                      0x80000000
 *   |<- blocks ---     |<- node 0, 4 MiB --->|<- node 1 ... unless moved     |<- the window
 *
 * Blocks, of machines that have them, lie in a region of their own in the linear map: one after the
 * other, each at the lowest place that fits and is aligned to its size.
 */
#define MACHINE_BOOT_BASE UINT64_C(0x10000000)
#define MACHINE_BOOT_REGION (UINT64_C(4) << 20) /* bytes per node; the step of node bases */
#define MACHINE_BLOCK_BASE UINT64_C(0x0c000000)
#define MACHINE_VM_START UINT64_C(0x80000000)
#define MACHINE_BOOT_MAX (UINT64_C(4) << 20) /* bytes taken at once, of all nodes together */

/**
 * enum machine_first - where the layout of the first chunk comes from
 * @FIRST_GIVEN: from the machine line: one group, units of unit_pages, sizes as they stand (an
 *               architecture that calls pcpu_setup_first_chunk() with a layout of its own)
 * @FIRST_EMBED, @FIRST_PAGE, @FIRST_AUTO: from setup_per_cpu_areas(); unit_pages is the least that
 *               a unit can have, and the dynamic region is extended to the end of its page
 */
enum machine_first {
	FIRST_GIVEN,
	FIRST_EMBED,
	FIRST_PAGE,
	FIRST_AUTO,
	FIRST_NR,
};

/**
 * enum machine_backing - what chunks after the first are made of
 * @BACKING_VM: areas of the window, with page frames that are mapped there
 * @BACKING_KM: blocks of the linear map; there are as many pages for them as there are frames.
 *              One node, and the first chunk is given or embedded
 */
enum machine_backing {
	BACKING_VM,
	BACKING_KM,
	BACKING_NR,
};

/**
 * struct machine_near - two nodes whose CPUs are near each other, in this direction
 */
struct machine_near {
	uint8_t from, to;
};

/**
 * struct machine_base - the boot memory of a node lies elsewhere
 * @node: which
 * @at: its address, in steps of MACHINE_BOOT_REGION; below MACHINE_VM_START
 */
struct machine_base {
	uint8_t node;
	uint16_t at;
};

/**
 * struct machine - one machine
 * @possible:      bit i % 64 of word i / 64 is set if CPU i is possible; not all 0
 * @page:          page size in bytes, a power of two from 256 to 65536
 * @unit_pages:    pages per unit, 1 to 1024; a unit is at most 1 MiB
 * @static_size:   bytes of static per-CPU data, 1 or more
 * @reserved_size: bytes of the reserved region, a multiple of 4, or 0
 * @dyn_size:      bytes of the dynamic region of the first chunk, 8 or more
 * @vm_pages:      pages in the vmalloc window; room for at most 1000 chunks
 * @frames:        page frames, at most 4096, spread evenly over the nodes, the first ones getting
 *                 one more if need be
 * @vm_start:      first address of the window, page-aligned, MACHINE_VM_START or more
 * @va_bits:       width of an address, 32 or 64
 * @first:         enum machine_first
 * @backing:       enum machine_backing
 * @atom:          boot memory is taken in multiples of this, a power of two, a page or more
 * @boot_pages:    pages of boot memory per node; 0 is MACHINE_BOOT_REGION of it
 * @nr_nodes:      nodes, 1 to 256
 * @node:          node of each CPU id; 0 for those that are not possible
 * @nr_near, @near: nodes near each other besides each to itself, ascending, without repetition
 * @nr_bases, @base: regions of boot memory that were moved, by node, ascending
 */
struct machine {
	uint64_t possible[MACHINE_MAX_CPUS / 64];
	uint32_t page;
	uint32_t unit_pages;
	uint32_t static_size;
	uint32_t reserved_size;
	uint32_t dyn_size;
	uint32_t vm_pages;
	uint32_t frames;
	uint64_t vm_start;
	uint8_t va_bits;
	uint8_t first;
	uint8_t backing;
	uint32_t atom;
	uint32_t boot_pages;
	uint32_t nr_nodes;
	uint8_t node[MACHINE_MAX_CPUS];
	uint32_t nr_near;
	struct machine_near near[MACHINE_NEAR_MAX];
	uint32_t nr_bases;
	struct machine_base base[MACHINE_BASES_MAX];
};

const char *machine_fault(const struct machine *m);
void machine_clamp(struct machine *m);
void machine_defaults(struct machine *m);
bool machine_equal(const struct machine *m, const struct machine *n);
unsigned int machine_nr_cpus(const struct machine *m);
unsigned int machine_nr_cpu_ids(const struct machine *m);
unsigned int machine_cpu(const struct machine *m, unsigned int index);
bool machine_is_near(const struct machine *m, unsigned int from, unsigned int to);
uint64_t machine_boot_base(const struct machine *m, unsigned int node);
uint32_t machine_node_frames(const struct machine *m, unsigned int node);

static inline bool machine_is_possible(const struct machine *m, unsigned int cpu)
{
	return (m->possible[cpu / 64] >> cpu % 64) & 1;
}

/* The address after the window; never 0, see machine_fault(). */
static inline uint64_t machine_vm_end(const struct machine *m)
{
	return m->vm_start + (uint64_t)m->vm_pages * m->page;
}

/* The highest address there is. */
static inline uint64_t machine_addr_mask(const struct machine *m)
{
	return UINT64_MAX >> (64 - m->va_bits);
}

/* Pages that there are for blocks. */
static inline uint32_t machine_block_pages(const struct machine *m)
{
	return m->backing == BACKING_KM ? m->frames : 0;
}

static inline uint32_t machine_unit_size(const struct machine *m)
{
	return m->page * m->unit_pages;
}

#endif
