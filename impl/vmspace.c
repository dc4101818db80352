// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmspace.c - the window of address space that chunks come from.
 *
 * A sorted array of areas: there are a few dozen at most, as each one is a whole chunk.
 */
#include <assert.h>
#include <string.h>

#include "vmspace.h"

/**
 * pcpu_vmspace_init - start with an empty window
 * @vm: the window
 * @start: first address
 * @end: address after the last, above @start
 * @areas: room for the areas
 * @capacity: how many fit in @areas
 */
void pcpu_vmspace_init(struct pcpu_vmspace *vm, uint64_t start, uint64_t end,
		       struct pcpu_area *areas, unsigned int capacity)
{
	*vm = (struct pcpu_vmspace){
		.start = start, .end = end, .areas = areas, .capacity = capacity
	};
}

/* Index of the first area that starts above @addr. */
static unsigned int area_above(const struct pcpu_vmspace *vm, uint64_t addr)
{
	unsigned int lo = 0, hi = vm->nr;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (vm->areas[mid].start > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/**
 * pcpu_vmspace_find - the highest aligned address where an area fits
 * @vm: the window
 * @size: bytes, not 0
 * @align: power of two
 * @start: where the answer is stored
 *
 * The rule of pcpu_get_vm_areas() for one area (mm/vmalloc.c).
 *
 * Return: false if it fits nowhere.
 */
bool pcpu_vmspace_find(const struct pcpu_vmspace *vm, uint64_t size, uint64_t align,
		       uint64_t *start)
{
	uint64_t top = vm->end;

	for (unsigned int i = vm->nr;; i--) {
		uint64_t bottom = i ? vm->areas[i - 1].start + vm->areas[i - 1].size : vm->start;

		if (top - bottom >= size) {
			uint64_t base = (top - size) & ~(align - 1);

			if (base >= bottom) {
				*start = base;
				return true;
			}
		}
		if (!i)
			return false;
		top = vm->areas[i - 1].start;
	}
}

/**
 * pcpu_vmspace_take - record an area
 * @vm: the window
 * @start: its first address
 * @size: its bytes
 * @owner: what pcpu_vmspace_owner() is to return for it
 *
 * Return: false if there is no room to record it.
 */
bool pcpu_vmspace_take(struct pcpu_vmspace *vm, uint64_t start, uint64_t size, void *owner)
{
	unsigned int i = area_above(vm, start);

	if (vm->nr == vm->capacity)
		return false;
	assert(!i || vm->areas[i - 1].start + vm->areas[i - 1].size <= start);
	assert(i == vm->nr || start + size <= vm->areas[i].start);

	memmove(vm->areas + i + 1, vm->areas + i, (vm->nr - i) * sizeof(*vm->areas));
	vm->areas[i] = (struct pcpu_area){ .start = start, .size = size, .owner = owner };
	vm->nr++;
	return true;
}

/**
 * pcpu_vmspace_give - give an area back
 * @vm: the window
 * @start: the first address of an area that is taken
 */
void pcpu_vmspace_give(struct pcpu_vmspace *vm, uint64_t start)
{
	unsigned int i = area_above(vm, start);

	assert(i && vm->areas[i - 1].start == start);
	memmove(vm->areas + i - 1, vm->areas + i, (vm->nr - i) * sizeof(*vm->areas));
	vm->nr--;
}

/**
 * pcpu_vmspace_owner - whose area an address lies in
 * @vm: the window
 * @addr: any address
 *
 * Return: the owner, or NULL if @addr is in no area.
 */
void *pcpu_vmspace_owner(const struct pcpu_vmspace *vm, uint64_t addr)
{
	unsigned int i = area_above(vm, addr);

	if (!i || addr - vm->areas[i - 1].start >= vm->areas[i - 1].size)
		return NULL;
	return vm->areas[i - 1].owner;
}
