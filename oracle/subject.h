/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * subject.h - the one interface to whatever is under test.
 *
 * A subject is our allocator, an unmodified kernel file, or deliberately broken code.  It takes
 * requests, and shows its internals read-only so that each can be held against the truth.
 */
#ifndef ORACLE_SUBJECT_H
#define ORACLE_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"
#include "world.h"
#include "../impl/boot.h"

/**
 * struct subject_md - the hints of a block or chunk, laid out as struct pcpu_block_md in Linux
 */
struct subject_md {
	int scan_hint, scan_hint_start;
	int contig_hint, contig_hint_start;
	int left_free, right_free, first_free, nr_bits;
};

/**
 * struct subject_chunk - what a subject believes of one chunk
 * @id:   the subject's own name for it
 * @slot: the list it was found on, -1 for the reserved chunk
 *
 * The other members are those of struct pcpu_chunk in mm/percpu-internal.h.
 */
struct subject_chunk {
	void *id;
	int slot;
	uint64_t base;
	int free_bytes, nr_pages, nr_populated, nr_empty_pop_pages, nr_alloc;
	size_t max_alloc_size;
	unsigned int start_offset, end_offset;
	bool immutable, isolated;
	const struct subject_md *md, *blocks;
	const unsigned long *alloc_map, *bound_map, *populated;
};

/**
 * struct subject_stats - life-time figures
 */
struct subject_stats {
	uint64_t nr_alloc, nr_dealloc, nr_cur_alloc, nr_max_alloc;
	uint32_t nr_chunks, nr_max_chunks;
	size_t min_alloc_size, max_alloc_size;
};

#define SUBJECT_MAX_CHUNKS 1024

/**
 * struct subject_view - what a subject believes of itself
 * @only, @nr_only: asked for: the names of the chunks that are to be shown, in that order, their
 *             lists not looked for; NULL: all
 * @nr_chunks: chunks in @chunk
 * @chunk:     the reserved chunk first, if any, then slot by slot in the order of the lists
 * @fault:     what was wrong with them, or NULL
 */
struct subject_view {
	void *const *only;
	unsigned int nr_only;
	unsigned int nr_chunks;
	struct subject_chunk *chunk;
	const char *fault;
	int nr_slots;
	long nr_empty_pop_pages, nr_populated;
	bool atomic_failed, work_pending;
	struct subject_stats stats;
};

/**
 * struct alloc_args - one request
 * @size: bytes
 * @align: bytes
 * @reserved: from the reserved chunk if there is one
 * @gfp: enum pcpu_gfp
 */
struct alloc_args {
	uint32_t size, align;
	bool reserved;
	unsigned int gfp;
};

/**
 * struct boot_args - one more boot, beside the one that the subject runs on
 * @choice: enum machine_first, not FIRST_GIVEN
 * @static_size, @reserved_size, @dyn_size: bytes
 * @unit: the least that a unit can have, a multiple of a page
 * @atom: unit of boot memory, a power of two, a page or more
 */
struct boot_args {
	unsigned int choice;
	uint32_t static_size, reserved_size, dyn_size;
	uint32_t unit, atom;
};

/**
 * struct subject_area - what a subject believes of one area of the address space
 * @addr:     first address
 * @size:     bytes, with the guard page if it has one
 * @flags:    VM_*
 * @lazy:     freed and not yet purged
 * @nr_pages: pages with memory of a vmalloc area
 */
struct subject_area {
	uint64_t addr, size;
	unsigned int flags;
	bool lazy;
	unsigned int nr_pages;
};

/**
 * enum subject_flag - what a subject has, and what was documented otherwise at its time
 * @SUBJECT_HAS_STATS:  it keeps struct subject_stats and the per-chunk figures
 * @SUBJECT_NO_RECLAIM: pages go with their chunk only (Linux before 5.14)
 * @SUBJECT_FULL_GFP:   who may not do all that GFP_KERNEL may is atomic (before 6.15)
 * @SUBJECT_ALL_NEAR:   a CPU is near all others of its group, not only the first (before 5.13)
 *
 * docs/contract.md, "Other times".
 */
enum subject_flag {
	SUBJECT_HAS_STATS = 1,
	SUBJECT_NO_RECLAIM = 2,
	SUBJECT_FULL_GFP = 4,
	SUBJECT_ALL_NEAR = 8,
};

/**
 * struct subject_ops - the adapter
 * @name:        for the user
 * @create:      a subject in its first state; @option is for the subject to interpret
 * @layout:      what booting came to; the areas are valid if the status is BOOT_OK, and if it is
 *               not, no other op but @destroy is called
 * @destroy:     gives everything back to the world
 * @flags:       enum subject_flag; asked before there is a subject, with NULL
 * @alloc:       address at unit offset 0, or 0
 * @free:        false if the address was refused
 * @balance:     runs the worker
 * @populate:    gives pages memory; 0 or a negative value
 * @depopulate:  takes the memory of the empty ones of a range of pages
 * @view:        shows the internals; valid until the next call
 * @translate:   walks the page tables: the frame of a page of the window, or PCPU_NO_FRAME
 * @phys:        physical address of an address of some CPU's unit (per_cpu_ptr_to_phys()); false
 *               if nothing is there
 * @is_static:   does an address lie in the static area of a CPU, and at which address of the
 *               canonical one (is_kernel_percpu_address(), 6.1: __is_kernel_percpu_address())
 * @get_vm_area: address space of [@from, @to); its address, or 0
 * @vmalloc:     address space with pages of @node; its address, or 0
 * @vfree, @remove_vm_area: false if the address was refused
 * @find_vm_area: the live area that starts at an address; false if there is none
 * @get_vm_areas: congruent areas, their addresses into @addr; what @free_vm_areas takes, or NULL
 * @purge:       makes freed address space usable again
 * @vmallocinfo: lists the live areas, as snprintf(); NULL if the subject has none
 * @areas:       areas that start at @from or above, by address, up to @max of them; how many
 * @unfit:       why the subject cannot be such a machine, as a phrase, or NULL if it can; NULL: it
 *               can be any
 * @fit:         changes a machine into the nearest one that it can be; NULL as @unfit
 * @offers_vmalloc: can @vmalloc be asked for so much; NULL: for any size
 * @offers_boot: can @boot be asked for that choice; NULL: for any
 * @boot:        boots once more in a world of its own; what it came to is valid until @boot_end
 * @per_cpu_ptr, @in_first_chunk, @boot_is_static: translations in the first chunk of that
 */
struct subject_ops {
	const char *name;
	void *(*create)(const struct machine *m, struct world *w, unsigned int option);
	enum boot_status (*layout)(void *s, const struct boot_areas **areas);
	void (*destroy)(void *s);
	unsigned int (*flags)(void *s);
	uint64_t (*alloc)(void *s, const struct alloc_args *args);
	bool (*free)(void *s, uint64_t ptr);
	void (*balance)(void *s);
	int (*populate)(void *s, void *chunk, unsigned int start, unsigned int end);
	int (*depopulate)(void *s, void *chunk, unsigned int start, unsigned int end);
	void (*view)(void *s, struct subject_view *v);
	uint32_t (*translate)(void *s, uint64_t addr);
	bool (*phys)(void *s, uint64_t addr, uint64_t *phys);
	bool (*is_static)(void *s, uint64_t addr, uint64_t *can_addr);
	uint64_t (*get_vm_area)(void *s, uint64_t size, bool ioremap, uint64_t from, uint64_t to);
	uint64_t (*vmalloc)(void *s, uint64_t size, unsigned int node);
	bool (*vfree)(void *s, uint64_t addr);
	bool (*remove_vm_area)(void *s, uint64_t addr);
	bool (*find_vm_area)(void *s, uint64_t addr, struct subject_area *area);
	void *(*get_vm_areas)(void *s, const uint64_t *offsets, const uint64_t *sizes,
			      unsigned int nr, uint64_t align, uint64_t *addr);
	void (*free_vm_areas)(void *s, void *set, unsigned int nr);
	void (*purge)(void *s);
	size_t (*vmallocinfo)(void *s, char *buf, size_t size);
	unsigned int (*areas)(void *s, uint64_t from, struct subject_area *area, unsigned int max);
	const char *(*unfit)(const struct machine *m);
	void (*fit)(struct machine *m);
	bool (*offers_vmalloc)(void *s, uint64_t size);
	bool (*offers_boot)(const struct machine *m, unsigned int choice);
	void *(*boot)(const struct machine *m, const struct boot_args *args, struct world *w,
		      enum boot_status *status, const struct boot_areas **areas);
	void (*boot_end)(void *boot);
	uint64_t (*per_cpu_ptr)(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu);
	bool (*in_first_chunk)(const struct boot_areas *areas, uint64_t addr);
	bool (*boot_is_static)(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr);
};

/* A bit of one of the maps that a subject shows. */
static inline bool subject_bit(const unsigned long *map, int i)
{
	return (map[(size_t)i / (8 * sizeof(long))] >> ((size_t)i % (8 * sizeof(long)))) & 1;
}

extern const struct subject_ops subject_ours;

struct subject_step_ops;
struct subject_space_ops;

/**
 * struct subject_plugin - what the shared object of a subject exports as pcpufuzz_subject
 * @abi:     SUBJECT_ABI, so that one built for another rig is refused
 * @version: of the code under test: "6.1.192"
 * @ops:     the adapter
 * @steps:   that for single steps, or NULL
 * @space:   that for address space on its own, or NULL
 */
struct subject_plugin {
	unsigned long abi;
	const char *version;
	const struct subject_ops *ops;
	const struct subject_step_ops *steps;
	const struct subject_space_ops *space;
};

#define SUBJECT_ABI                                                                         \
	(3ul << 24 | ((sizeof(struct subject_ops) << 12) ^ (sizeof(struct pcpu_env) << 8) ^ \
		      (sizeof(struct machine) << 4) ^ sizeof(struct subject_view) ^         \
		      sizeof(struct subject_chunk) ^ (sizeof(struct world) << 2) ^          \
		      (sizeof(struct boot_areas) << 1)))
#define SUBJECT_SYMBOL "pcpufuzz_subject"

#endif
