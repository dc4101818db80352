// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm_naive.c - which addresses areas must get, by walking a sorted array of those taken.
 *
 * Written to be compared with the documentation by eye.  Allocates only when the array grows.
 * Does not foretell requests for metadata or frames, nor who may free what.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "vm_naive.h"

static uint64_t highest_address(const struct vm_naive *v)
{
	return v->va_bits == 64 ? UINT64_MAX : (UINT64_C(1) << v->va_bits) - 1;
}

/**
 * vm_naive_init - begin with nothing taken
 * @v: the window
 * @start: its first address
 * @end: the address after its last
 * @page: bytes in a page
 * @va_bits: width of an address, 32 or 64
 */
void vm_naive_init(struct vm_naive *v, uint64_t start, uint64_t end, uint64_t page,
		   unsigned int va_bits)
{
	memset(v, 0, sizeof(*v));
	v->start = start;
	v->end = end;
	v->page = page;
	v->va_bits = va_bits;
	v->lazy_from = UINT64_MAX;
	vm_naive_seen(v);
}

/**
 * vm_naive_seen - what changed has been looked at
 * @v: the window
 */
void vm_naive_seen(struct vm_naive *v)
{
	v->changed_from = UINT64_MAX;
	v->changed_to = 0;
}

static void change(struct vm_naive *v, uint64_t from, uint64_t to)
{
	if (from < v->changed_from)
		v->changed_from = from;
	if (to > v->changed_to)
		v->changed_to = to;
}

/**
 * vm_naive_exit - forget everything
 * @v: the window
 */
void vm_naive_exit(struct vm_naive *v)
{
	free(v->areas);
	v->areas = NULL;
	v->nr = v->nr_lazy = v->capacity = 0;
}

/**
 * vm_naive_index - the first area that ends above an address
 * @v: the window
 * @addr: any address
 *
 * Return: its index; @nr if all end below.
 */
unsigned int vm_naive_index(const struct vm_naive *v, uint64_t addr)
{
	unsigned int low = 0, high = v->nr;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (v->areas[mid].addr + v->areas[mid].size > addr)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/**
 * vm_naive_at - the area that a byte is in
 * @v: the window
 * @addr: any address
 *
 * Return: the area, lazy or not, or NULL.  Valid until the next insertion or removal.
 */
struct vm_naive_area *vm_naive_at(const struct vm_naive *v, uint64_t addr)
{
	unsigned int i = vm_naive_index(v, addr);

	return i < v->nr && v->areas[i].addr <= addr ? v->areas + i : NULL;
}

/**
 * vm_naive_find - the live area that starts at an address
 * @v: the window
 * @addr: any address
 *
 * Return: the area, or NULL.  Valid until the next insertion or removal.
 */
struct vm_naive_area *vm_naive_find(const struct vm_naive *v, uint64_t addr)
{
	struct vm_naive_area *area = vm_naive_at(v, addr);

	return area && area->addr == addr && !area->lazy ? area : NULL;
}

/**
 * vm_naive_insert - take addresses
 * @v: the window
 * @addr: first one
 * @size: bytes, not 0; all of them are in the window and free
 * @tag: kept for the caller
 */
void vm_naive_insert(struct vm_naive *v, uint64_t addr, uint64_t size, uint64_t tag)
{
	unsigned int i = vm_naive_index(v, addr);

	assert(size && addr >= v->start && addr <= v->end && size <= v->end - addr);
	assert(i == v->nr || v->areas[i].addr >= addr + size);
	if (v->nr == v->capacity) {
		v->capacity = v->capacity ? 2 * v->capacity : 64;
		v->areas = realloc(v->areas, v->capacity * sizeof(*v->areas));
		if (!v->areas)
			abort();
	}
	memmove(v->areas + i + 1, v->areas + i, (v->nr - i) * sizeof(*v->areas));
	v->areas[i] = (struct vm_naive_area){ .addr = addr, .size = size, .tag = tag };
	v->nr++;
	change(v, addr, addr + size);
}

/**
 * vm_naive_remove - give addresses back at once
 * @v: the window
 * @addr: where an area starts, lazy or not
 */
void vm_naive_remove(struct vm_naive *v, uint64_t addr)
{
	struct vm_naive_area *area = vm_naive_at(v, addr);

	assert(area && area->addr == addr);
	change(v, addr, addr + area->size);
	v->nr_lazy -= area->lazy;
	v->nr--;
	memmove(area, area + 1, (v->nr - (size_t)(area - v->areas)) * sizeof(*area));
}

/**
 * vm_naive_set_lazy - free an area, but keep its addresses until the next purge
 * @v: the window
 * @addr: where a live area starts
 */
void vm_naive_set_lazy(struct vm_naive *v, uint64_t addr)
{
	struct vm_naive_area *area = vm_naive_find(v, addr);

	assert(area);
	area->lazy = true;
	v->nr_lazy++;
	if (addr < v->lazy_from)
		v->lazy_from = addr;
	change(v, addr, addr + area->size);
}

/**
 * vm_naive_purge - give back the addresses of all lazy areas
 * @v: the window
 * @start: where the start of the lowest of them is stored
 * @end: where the end of the highest is stored
 *
 * Return: false if there are none.
 */
bool vm_naive_purge(struct vm_naive *v, uint64_t *start, uint64_t *end)
{
	unsigned int kept, i;

	if (!v->nr_lazy)
		return false;
	for (kept = i = vm_naive_index(v, v->lazy_from); v->nr_lazy; i++) {
		if (!v->areas[i].lazy) {
			v->areas[kept++] = v->areas[i];
			continue;
		}
		if (kept == i)
			*start = v->areas[i].addr;
		*end = v->areas[i].addr + v->areas[i].size;
		v->nr_lazy--;
	}
	memmove(v->areas + kept, v->areas + i, (v->nr - i) * sizeof(*v->areas));
	v->nr -= i - kept;
	v->lazy_from = UINT64_MAX;
	change(v, *start, *end);
	return true;
}

/**
 * vm_naive_area_args - what a request for a single area really asks for
 * @v: the window
 * @size: as passed
 * @ioremap: align to the size
 * @max_order: log2 of the largest alignment of @ioremap in pages
 * @full: where the size with its guard page is stored
 * @align: where the alignment is stored
 *
 * Return: false if it asks for nothing, or for more than there are addresses.
 */
bool vm_naive_area_args(const struct vm_naive *v, uint64_t size, bool ioremap,
			unsigned int max_order, uint64_t *full, uint64_t *align)
{
	uint64_t pages = size / v->page + (size % v->page != 0);
	uint64_t all_pages = highest_address(v) / v->page + 1; /* in the whole address space */

	*align = v->page;
	/* guard included it must be less than all of them, as that wraps to 0 */
	if (!pages || pages + 1 >= all_pages)
		return false;
	*full = (pages + 1) * v->page;
	if (ioremap)
		for (unsigned int order = 0; order < max_order && *align / v->page < pages; order++)
			*align *= 2;
	return true;
}

/**
 * vm_naive_lowest - the lowest free place
 * @v: the window
 * @size: bytes
 * @align: a power of two
 * @from: lowest address
 * @to: address after the highest
 * @addr: where the place is stored
 *
 * From area to area: between two of them it is either at the first aligned address or not at all.
 *
 * Return: false if it fits nowhere.
 */
bool vm_naive_lowest(const struct vm_naive *v, uint64_t size, uint64_t align, uint64_t from,
		     uint64_t to, uint64_t *addr)
{
	uint64_t at = from > v->start ? from : v->start;

	if (to > v->end)
		to = v->end;
	for (unsigned int i = vm_naive_index(v, at);; i++) {
		uint64_t limit = i < v->nr && v->areas[i].addr < to ? v->areas[i].addr : to;

		if (at <= limit && size <= limit - at) {
			uint64_t skip = at % align ? align - at % align : 0;

			if (skip <= limit - at - size) {
				*addr = at + skip;
				return size != 0;
			}
		}
		if (i == v->nr || v->areas[i].addr >= to)
			return false;
		at = v->areas[i].addr + v->areas[i].size;
	}
}

/* The window as congruent areas may use it: from and up to a multiple of @align. */
static bool aligned_window(const struct vm_naive *v, uint64_t align, uint64_t *start, uint64_t *end)
{
	*end = v->end - v->end % align;
	*start = v->start;
	if (v->start % align) {
		if (align - v->start % align > highest_address(v) - v->start)
			return false;
		*start += align - v->start % align;
	}
	return *start <= *end;
}

static uint64_t last_end_of(const uint64_t *offsets, const uint64_t *sizes, unsigned int nr)
{
	uint64_t last = 0;

	for (unsigned int i = 0; i < nr; i++)
		if (offsets[i] + sizes[i] > last)
			last = offsets[i] + sizes[i];
	return last;
}

/**
 * vm_naive_congruent_args - does a request for congruent areas make sense?
 * @v: the window
 * @offsets: of each area from the base
 * @sizes: of each area
 * @nr: how many
 * @align: of the base, and of all offsets and sizes
 * @max_nr: how many there can be
 *
 * Return: false if it must be refused without looking for room.
 */
bool vm_naive_congruent_args(const struct vm_naive *v, const uint64_t *offsets,
			     const uint64_t *sizes, unsigned int nr, uint64_t align,
			     unsigned int max_nr)
{
	uint64_t max = highest_address(v), start, end;
	unsigned int bits = 0;

	if (nr < 1 || nr > max_nr)
		return false;
	for (unsigned int i = 0; i < 64; i++)
		bits += (align >> i) & 1;
	if (bits != 1 || align < v->page)
		return false;
	for (unsigned int i = 0; i < nr; i++) {
		if (sizes[i] == 0 || sizes[i] % align || offsets[i] % align)
			return false;
		if (sizes[i] > max || offsets[i] > max - sizes[i])
			return false;
	}
	/* of two areas one must end before the other begins */
	for (unsigned int i = 0; i < nr; i++)
		for (unsigned int k = i + 1; k < nr; k++)
			if (offsets[i] + sizes[i] > offsets[k] &&
			    offsets[k] + sizes[k] > offsets[i])
				return false;
	return aligned_window(v, align, &start, &end) &&
	       last_end_of(offsets, sizes, nr) <= end - start;
}

/* The area in the way of [addr, addr + size), or NULL. */
static const struct vm_naive_area *in_the_way(const struct vm_naive *v, uint64_t addr,
					      uint64_t size)
{
	unsigned int i = vm_naive_index(v, addr);

	return i < v->nr && v->areas[i].addr < addr + size ? v->areas + i : NULL;
}

/**
 * vm_naive_highest_every - the highest base, by trying every one
 * @v: the window
 * @offsets: of each area from the base
 * @sizes: of each area
 * @nr: how many
 * @align: of the base; vm_naive_congruent_args() has said yes
 * @base: where the base is stored
 *
 * For small windows: this is what vm_naive_highest() must agree with.
 *
 * Return: false if there is none.
 */
bool vm_naive_highest_every(const struct vm_naive *v, const uint64_t *offsets,
			    const uint64_t *sizes, unsigned int nr, uint64_t align, uint64_t *base)
{
	uint64_t start, end;

	if (!aligned_window(v, align, &start, &end))
		return false;
	for (uint64_t at = end - last_end_of(offsets, sizes, nr);; at -= align) {
		unsigned int i = 0;

		while (i < nr && !in_the_way(v, at + offsets[i], sizes[i]))
			i++;
		if (i == nr) {
			*base = at;
			return true;
		}
		if (at - start < align)
			return false;
	}
}

/**
 * vm_naive_highest - the highest base
 * @v: the window
 * @offsets: of each area from the base
 * @sizes: of each area
 * @nr: how many
 * @align: of the base; vm_naive_congruent_args() has said yes
 * @base: where the base is stored
 *
 * Tries bases from the top down, leaving out only some at which the same two areas would overlap
 * again.  If [base + offset, base + offset + size) overlaps a taken [addr, ...), it begins below
 * that one's end.  So it does at every lower base; it then stops overlapping only once it ends at
 * or below addr, that is, at bases up to addr - size - offset.
 *
 * Return: false if there is none.
 */
bool vm_naive_highest(const struct vm_naive *v, const uint64_t *offsets, const uint64_t *sizes,
		      unsigned int nr, uint64_t align, uint64_t *base)
{
	const struct vm_naive_area *taken = NULL;
	uint64_t start, end, at;

	if (!aligned_window(v, align, &start, &end))
		return false;
	at = end - last_end_of(offsets, sizes, nr);
	for (;;) {
		unsigned int i = 0;

		while (i < nr && !(taken = in_the_way(v, at + offsets[i], sizes[i])))
			i++;
		if (i == nr) {
			*base = at;
			return true;
		}
		if (taken->addr < start || taken->addr - start < offsets[i] + sizes[i])
			return false;
		at = taken->addr - sizes[i] - offsets[i];
		at -= at % align; /* not below the start, which is a multiple */
	}
}
