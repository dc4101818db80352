/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmspace.h - the window of address space that chunks come from.
 *
 * Areas are taken at the highest address that fits, as pcpu_get_vm_areas() does for a single
 * group, and found again by any address inside them.  Does not cover several groups per chunk,
 * lazy freeing or page tables.
 */
#ifndef PCPU_VMSPACE_H
#define PCPU_VMSPACE_H

#include <stdbool.h>
#include <stdint.h>

struct pcpu_area {
	uint64_t start, size;
	void *owner;
};

/**
 * struct pcpu_vmspace - the window and the areas taken from it
 * @start:    first address
 * @end:      address after the last
 * @nr:       areas taken
 * @capacity: room in @areas
 * @areas:    ascending by address
 */
struct pcpu_vmspace {
	uint64_t start, end;
	unsigned int nr, capacity;
	struct pcpu_area *areas;
};

void pcpu_vmspace_init(struct pcpu_vmspace *vm, uint64_t start, uint64_t end,
		       struct pcpu_area *areas, unsigned int capacity);
bool pcpu_vmspace_find(const struct pcpu_vmspace *vm, uint64_t size, uint64_t align,
		       uint64_t *start);
bool pcpu_vmspace_take(struct pcpu_vmspace *vm, uint64_t start, uint64_t size, void *owner);
void pcpu_vmspace_give(struct pcpu_vmspace *vm, uint64_t start);
void *pcpu_vmspace_owner(const struct pcpu_vmspace *vm, uint64_t addr);

#endif
