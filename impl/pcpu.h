/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcpu.h - the optimized bitmap per-CPU allocator, as its callers see it.
 *
 * Models mm/percpu.c, mm/percpu-vm.c and mm/percpu-km.c of Linux 6.1: 4-byte units, block and chunk
 * hints, slots, reserved and first chunk, population and balance work.  Any number of allocators
 * can live in one process; none has global state.  Does not cover locking: one caller at a time,
 * and the balance work runs when the caller says so.
 */
#ifndef PCPU_H
#define PCPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "env.h"
#include "vm.h"

#define PCPU_MAX_CPUS 256

enum pcpu_quirk {
#define QUIRK(name, text, rule, since, until, where, what) PCPU_QUIRK_##name,
#include "quirks.def"
#undef QUIRK
	PCPU_QUIRK_NR,
};

#define PCPU_POLICY_CONTRACT 0u
#define PCPU_POLICY_LINUX_6_1 ((1u << PCPU_QUIRK_NR) - 1)

/**
 * struct pcpu_quirk_info - what a quirk is
 * @name: as written on the command line
 * @rule: the rule of the oracle that it breaks
 * @since: the first version of Linux that has it
 * @until: the last one, "" if it is still there
 * @where: the place upstream
 * @what: one sentence
 */
struct pcpu_quirk_info {
	const char *name, *rule, *since, *until, *where, *what;
};

extern const struct pcpu_quirk_info pcpu_quirks[PCPU_QUIRK_NR];

/**
 * enum pcpu_gfp - classes of allocation context
 *
 * Only the first three may block, and so populate pages and create chunks.  (Until 6.14 NOFS and
 * NOIO were treated as atomic: upstream bug 9a5b183941b5; Debian's 6.1.192 has the fix.)
 */
enum pcpu_gfp {
	PCPU_GFP_KERNEL,
	PCPU_GFP_NOFS,
	PCPU_GFP_NOIO,
	PCPU_GFP_ATOMIC,
	PCPU_GFP_NOWAIT,
	PCPU_GFP_NR,
};

/**
 * enum pcpu_status - what became of a request
 * @PCPU_OK:         served
 * @PCPU_EINVAL:     illegal size or align, a page range outside the chunk, a bad free
 * @PCPU_ERESERVED:  the reserved chunk has no room
 * @PCPU_EATOMIC:    may not block, and no populated area was found
 * @PCPU_ECHUNK:     no room in any chunk, and a new one could not be created
 * @PCPU_EPOPULATE:  a page could not be had or mapped
 * @PCPU_EIMMUTABLE: the pages of this chunk may not be changed
 * @PCPU_EKILLED:   a fatal signal ended the wait for the mutex
 */
enum pcpu_status {
	PCPU_OK,
	PCPU_EINVAL,
	PCPU_ERESERVED,
	PCPU_EATOMIC,
	PCPU_ECHUNK,
	PCPU_EPOPULATE,
	PCPU_EIMMUTABLE,
	PCPU_EKILLED,
	PCPU_STATUS_NR,
};

/**
 * enum pcpu_backing - where chunks after the first get address space and memory from
 * @PCPU_BACKING_VM: congruent areas of the vmalloc space, pages mapped one by one (percpu-vm.c)
 * @PCPU_BACKING_KM: one block of the linear map for all CPUs, with all its pages (percpu-km.c)
 */
enum pcpu_backing {
	PCPU_BACKING_VM,
	PCPU_BACKING_KM,
};

/**
 * struct pcpu_config - the shape of the machine
 * @page_shift:    log2 of the page size in bytes, 8 to 16
 * @unit_pages:    pages per unit, 1 or more
 * @static_size:   bytes of static per-CPU data, 1 or more
 * @reserved_size: bytes for reserved allocations, a multiple of 4; 0 means no reserved chunk
 * @dyn_size:      bytes of dynamic area in the first chunk; the sum of the three sizes is a
 *                 multiple of 4 and at most a unit
 * @nr_cpus:       number of possible CPUs
 * @unit_offset:   offset of each one's unit from a chunk's base, in ascending order of their ids
 * @node:          node of each of them
 * @low_cpu:       which of them has the lowest unit offset
 * @high_cpu:      which of them has the highest
 * @nr_groups:     congruent areas that one chunk consists of, 1 to VM_PCPU_AREAS_MAX
 * @group_offset:  offset of each from a chunk's base; one of them is 0
 * @group_size:    bytes of each
 * @atom_size:     alignment of all of these, a power of two, a page or more
 * @base_addr:     address of the unit with offset 0 of the first chunk
 * @backing:       enum pcpu_backing; PCPU_BACKING_KM has one group
 * @quirks:        a policy, or single quirks as bits 1 << PCPU_QUIRK_*
 * @dry:           pages have no contents and are populated in the books only, and chunks have no
 *                 address space: for trace replay, which uses the single steps of internal.h in
 *                 place of the calls below
 */
struct pcpu_config {
	unsigned int page_shift;
	unsigned int unit_pages;
	size_t static_size, reserved_size, dyn_size;
	unsigned int nr_cpus;
	uint64_t unit_offset[PCPU_MAX_CPUS];
	uint16_t node[PCPU_MAX_CPUS];
	unsigned int low_cpu, high_cpu;
	unsigned int nr_groups;
	const uint64_t *group_offset, *group_size;
	uint64_t atom_size;
	uint64_t base_addr;
	enum pcpu_backing backing;
	unsigned int quirks;
	bool dry;
};

struct pcpu_allocator;
struct pcpu_chunk;

struct pcpu_allocator *pcpu_create(const struct pcpu_config *cfg, struct vm_space *vm,
				   const struct pcpu_env *env);
void pcpu_destroy(struct pcpu_allocator *a);

enum pcpu_status pcpu_alloc(struct pcpu_allocator *a, size_t size, size_t align, bool reserved,
			    enum pcpu_gfp gfp, uint64_t *ptr);
enum pcpu_status pcpu_free(struct pcpu_allocator *a, uint64_t ptr);
void pcpu_balance(struct pcpu_allocator *a);
enum pcpu_status pcpu_populate(struct pcpu_allocator *a, struct pcpu_chunk *chunk,
			       unsigned int start, unsigned int end);
enum pcpu_status pcpu_depopulate(struct pcpu_allocator *a, struct pcpu_chunk *chunk,
				 unsigned int start, unsigned int end);
bool pcpu_ptr_to_phys(const struct pcpu_allocator *a, uint64_t addr, uint64_t *phys);

#endif
