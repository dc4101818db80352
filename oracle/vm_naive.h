/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_naive.h - which addresses areas must get, from a sorted array of them.
 *
 * Written from what the kernel documents, without a look at impl/vm.h, so that both can be
 * compared.  Knows addresses only: no descriptors, frames or flushes.
 */
#ifndef ORACLE_VM_NAIVE_H
#define ORACLE_VM_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_ORDER 7 /* VM_IOREMAP aligns to 2^7 pages at most */

/**
 * struct vm_naive_area - addresses that are taken
 * @addr: first one
 * @size: bytes, the guard page included if there is one
 * @lazy: freed, not yet purged
 * @tag:  what the caller wants to know of it
 */
struct vm_naive_area {
	uint64_t addr, size;
	bool lazy;
	uint64_t tag;
};

/**
 * struct vm_naive - a window of addresses
 * @start, @end: of the window, multiples of @page, @end at most 2^@va_bits minus a page
 * @page:     bytes
 * @va_bits:  width of an address
 * @areas:    by address, without overlap
 * @nr:       how many
 * @nr_lazy:  how many of these are lazy
 * @capacity: for how many there is room
 * @lazy_from: no lazy area begins below
 * @changed_from, @changed_to: all that came, went or was freed lies between these since they were
 *            reset by vm_naive_seen(); nothing if the first is not below the second
 */
struct vm_naive {
	uint64_t start, end, page;
	unsigned int va_bits;
	struct vm_naive_area *areas;
	unsigned int nr, nr_lazy, capacity;
	uint64_t lazy_from, changed_from, changed_to;
};

void vm_naive_init(struct vm_naive *v, uint64_t start, uint64_t end, uint64_t page,
		   unsigned int va_bits);
void vm_naive_exit(struct vm_naive *v);
void vm_naive_seen(struct vm_naive *v);
void vm_naive_insert(struct vm_naive *v, uint64_t addr, uint64_t size, uint64_t tag);
void vm_naive_remove(struct vm_naive *v, uint64_t addr);
void vm_naive_set_lazy(struct vm_naive *v, uint64_t addr);
bool vm_naive_purge(struct vm_naive *v, uint64_t *start, uint64_t *end);
unsigned int vm_naive_index(const struct vm_naive *v, uint64_t addr);
struct vm_naive_area *vm_naive_at(const struct vm_naive *v, uint64_t addr);
struct vm_naive_area *vm_naive_find(const struct vm_naive *v, uint64_t addr);

bool vm_naive_area_args(const struct vm_naive *v, uint64_t size, bool ioremap,
			unsigned int max_order, uint64_t *full, uint64_t *align);
bool vm_naive_lowest(const struct vm_naive *v, uint64_t size, uint64_t align, uint64_t from,
		     uint64_t to, uint64_t *addr);

bool vm_naive_congruent_args(const struct vm_naive *v, const uint64_t *offsets,
			     const uint64_t *sizes, unsigned int nr, uint64_t align,
			     unsigned int max_nr);
bool vm_naive_highest(const struct vm_naive *v, const uint64_t *offsets, const uint64_t *sizes,
		      unsigned int nr, uint64_t align, uint64_t *base);
bool vm_naive_highest_every(const struct vm_naive *v, const uint64_t *offsets,
			    const uint64_t *sizes, unsigned int nr, uint64_t align, uint64_t *base);

#endif
