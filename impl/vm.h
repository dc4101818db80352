/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.h - the vmalloc address space: areas from below, congruent per-CPU areas from above.
 *
 *   start                                                                    end
 *   |[area]g[area]g...[area]g        free         [group 0]...[group 1][group 0]|
 *    lowest first fit; g: guard page              highest base at which all fit
 *
 * Freed areas are unusable until they are purged, with one flush of the TLB for all of them.  A
 * request that fits nowhere purges once and is tried once more.  Models mm/vmalloc.c of Linux 6.1:
 * __get_vm_area_node(), vmalloc(), vfree(), pcpu_get_vm_areas() and what they need.  Does not
 * cover locking, and purges only when asked to or short of space.
 */
#ifndef PCPU_VM_H
#define PCPU_VM_H

#include "env.h"
#include "pgtable.h"
#include "treap.h"

#define VM_IOREMAP 0x1u /* aligned to its size, rounded up to a power of two */
#define VM_ALLOC 0x2u /* has frames: vmalloc or per-CPU */
#define VM_PCPU 0x80000000u /* one of several congruent areas; set by vm_pcpu_get_areas() only */

#define VM_IOREMAP_MAX_ORDER 7 /* in pages: VM_IOREMAP aligns to 128 pages at most */
#define VM_PCPU_AREAS_MAX 256

/**
 * struct vm_area - one area, live or freed and not yet purged
 * @by_addr:  node in the tree of all areas
 * @addr:     first address
 * @size:     bytes, the guard page included
 * @gap:      free bytes directly below it
 * @max_gap:  no @gap of the tree below and including this one is larger, for each order: than what
 *            is left of it once its start is aligned to 2^order pages
 * @flags:    VM_*
 * @lazy:     freed, not yet purged
 * @next_lazy: the one freed before it
 * @frames:   of a vmalloc area, one for each of its pages; else NULL
 * @nr_pages: of a vmalloc area
 * @owner:    what vm_find_area() callers want to know of it, or NULL; not used here
 */
struct vm_area {
	struct pcpu_treap by_addr;
	uint64_t addr, size;
	uint64_t gap, max_gap[VM_IOREMAP_MAX_ORDER + 1];
	unsigned int flags;
	bool lazy;
	struct vm_area *next_lazy;
	uint32_t *frames;
	unsigned int nr_pages;
	void *owner;
};

/**
 * struct vm_config - an address space
 * @page_shift: log2 of the page size, 8 to 16
 * @va_bits:    width of an address, 32 or 64: sums wrap there, on every host, and what does not fit
 *              is refused like a sum that wraps
 * @start:      first address, page-aligned, not 0
 * @end:        address after the last, page-aligned, at least @start and at most 2^@va_bits minus
 *              a page
 * @max_frames: page frames there are: vmalloc() of more pages is refused at once
 * @dry:        areas only: no page tables, no frames (for traces)
 */
struct vm_config {
	unsigned int page_shift, va_bits;
	uint64_t start, end;
	uint32_t max_frames;
	bool dry;
};

/**
 * struct vm_space - an address space and its areas
 * @cfg:     as given
 * @env:     the world around it
 * @pt:      the page tables
 * @root:    the tree of areas; its last one is @top
 * @dice:    for the shape of that
 * @top:     an area of size 0 at the end, which holds the uppermost gap
 * @found:   the area above the gap that a search found last, or NULL
 * @lazy:    the area freed last
 * @nr_areas: areas in the tree, @top not counted
 */
struct vm_space {
	struct vm_config cfg;
	const struct pcpu_env *env;
	struct pgtable pt;
	struct pcpu_treap *root;
	uint64_t dice;
	struct vm_area top;
	struct vm_area *found;
	struct vm_area *lazy;
	unsigned int nr_areas;
};

/* vm-space.c */
void vm_init(struct vm_space *vm, const struct vm_config *cfg, const struct pcpu_env *env);
void vm_exit(struct vm_space *vm);
void vm_purge_lazy(struct vm_space *vm);

/* vm-tree.c: the areas by address */
void vm_tree_insert(struct vm_space *vm, struct vm_area *area);
void vm_tree_remove(struct vm_space *vm, struct vm_area *area);
struct vm_area *vm_tree_at(const struct vm_space *vm, uint64_t addr);
struct vm_area *vm_tree_next(const struct vm_space *vm, uint64_t addr);
bool vm_tree_lowest_fit(struct vm_space *vm, uint64_t size, uint64_t align, uint64_t from,
			uint64_t to, uint64_t *addr);
bool vm_tree_highest_fit(struct vm_space *vm, uint64_t size, uint64_t align, uint64_t from,
			 uint64_t to, uint64_t *addr);

/* vm-area.c */
struct vm_area *vm_get_area(struct vm_space *vm, uint64_t size, unsigned int flags, uint64_t start,
			    uint64_t end);
struct vm_area *vm_find_area(const struct vm_space *vm, uint64_t addr);
bool vm_remove_area(struct vm_space *vm, uint64_t addr);
uint64_t vm_register_early(struct vm_space *vm, uint64_t size, uint64_t align);
size_t vm_vmallocinfo(const struct vm_space *vm, char *buf, size_t size);

/* vm-vmalloc.c */
uint64_t vm_vmalloc(struct vm_space *vm, uint64_t size, unsigned int node);
bool vm_vfree(struct vm_space *vm, uint64_t addr);

/* vm-congruent.c */
struct vm_area **vm_pcpu_get_areas(struct vm_space *vm, const uint64_t *offsets,
				   const uint64_t *sizes, unsigned int nr, uint64_t align);
void vm_pcpu_free_areas(struct vm_space *vm, struct vm_area **areas, unsigned int nr);

#endif
