// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtrace_space.c - the recorded kernel's address space, in our allocator and in the oracle.
 *
 * Both are asked where a recorded request must go, and then both take what was recorded.  Purges
 * are recorded, too, so freed areas are kept out of our allocator's own list of them.  Of what was
 * taken before the recording only the addresses are known, not which areas they are.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmtrace.h"
#include "../../oracle/heap_env.h"

#define PAGE UINT64_C(4096)

/* Of x86-64, with four and with five levels of page tables; the last page is never used. */
static const uint64_t vmalloc_window[2][2] = {
	{ UINT64_C(0xffffc90000000000), UINT64_C(0xffffe8fffffff000) },
	{ UINT64_C(0xffa0000000000000), UINT64_C(0xffd1fffffffff000) },
};

/**
 * vmtrace_differ - note what differs
 * @s: the address space
 * @fmt: as of printf
 *
 * Return: false.
 */
bool vmtrace_differ(struct vmtrace_space *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->diff, sizeof(s->diff), fmt, args);
	va_end(args);
	return false;
}

static void take(struct vmtrace_space *s, int w, uint64_t start, uint64_t end, enum vmtrace_tag tag)
{
	struct vm_area *area = heap_env.meta_alloc(NULL, PCPU_FAULT_NONE, sizeof(*area));

	area->addr = start;
	area->size = end - start;
	vm_tree_insert(&s->vm[w], area);
	vm_naive_insert(&s->twin[w], start, end - start, tag);
}

static void give(struct vmtrace_space *s, int w, uint64_t start)
{
	struct vm_area *area = vm_tree_at(&s->vm[w], start);

	vm_tree_remove(&s->vm[w], area);
	heap_env.meta_free(NULL, area);
	vm_naive_remove(&s->twin[w], start);
}

/**
 * vmtrace_space_init - begin with what was free
 * @s: the address space
 * @free_ranges: by address
 *
 * Nothing is mapped below vmalloc in the part that is recorded, so the lowest address that is
 * taken tells how many levels of page tables there were.
 */
void vmtrace_space_init(struct vmtrace_space *s, const struct vmtrace_ranges *free_ranges)
{
	bool five = free_ranges->nr && free_ranges->range[0][1] < vmalloc_window[0][0];
	const uint64_t *vmalloc = vmalloc_window[five];

	memset(s, 0, sizeof(*s));
	for (int w = 0; w < VMTRACE_WINDOWS; w++) {
		struct vm_config cfg = { .page_shift = 12,
					 .va_bits = 64,
					 .start = vmalloc[w],
					 .end = w ? -PAGE : vmalloc[1],
					 .dry = true };
		uint64_t at = cfg.start;

		vm_init(&s->vm[w], &cfg, &heap_env);
		vm_naive_init(&s->twin[w], cfg.start, cfg.end, PAGE, 64);
		for (unsigned int i = 0; i < free_ranges->nr && at < cfg.end; i++) {
			uint64_t start = free_ranges->range[i][0], end = free_ranges->range[i][1];

			if (start > cfg.end)
				start = cfg.end;
			if (start > at)
				take(s, w, at, start, VMTRACE_BEFORE);
			if (end > at)
				at = end;
		}
		if (at < cfg.end)
			take(s, w, at, cfg.end, VMTRACE_BEFORE);
	}
}

/**
 * vmtrace_space_exit - forget everything
 * @s: the address space; may be all zero
 */
void vmtrace_space_exit(struct vmtrace_space *s)
{
	for (int w = 0; w < VMTRACE_WINDOWS && s->vm[w].env; w++) {
		vm_exit(&s->vm[w]);
		vm_naive_exit(&s->twin[w]);
	}
	memset(s, 0, sizeof(*s));
}

static int window_of(const struct vmtrace_space *s, uint64_t addr)
{
	return addr >= s->twin[1].start;
}

/**
 * vmtrace_at - the area that a byte is in
 * @s: the address space
 * @addr: any address
 *
 * Return: the area, or NULL.
 */
struct vm_naive_area *vmtrace_at(const struct vmtrace_space *s, uint64_t addr)
{
	return vm_naive_at(&s->twin[window_of(s, addr)], addr);
}

/* The range must be of whole pages in one window, and all of it taken, or all of it free. */
static bool check_range(struct vmtrace_space *s, uint64_t start, uint64_t end, bool taken)
{
	const struct vm_naive *v = &s->twin[window_of(s, start)];
	uint64_t at = start;

	if ((start | end) % PAGE || start < v->start || end > v->end || start >= end)
		return vmtrace_differ(s, "expected whole pages in one window, actual %#llx-%#llx",
				      (unsigned long long)start, (unsigned long long)end);
	while (taken && at < end) {
		const struct vm_naive_area *area = vm_naive_at(v, at);

		if (!area)
			return vmtrace_differ(s, "expected %#llx to be taken, actual free",
					      (unsigned long long)at);
		at = area->addr + area->size;
	}
	if (!taken && (!vm_naive_lowest(v, end - start, PAGE, start, end, &at)))
		return vmtrace_differ(s, "expected %#llx-%#llx to be free, actual taken",
				      (unsigned long long)start, (unsigned long long)end);
	return true;
}

/*
 * Linux 5.2 and later look for a free range of size + align - 1 bytes, if more than a page is to
 * be aligned, unless exactly the range is asked for.  Shorter ones in which the area would fit
 * are found only if they lie on the search's way down its tree.  So an area is higher than it
 * could be only if all lower places are in ranges that are shorter than that, and it is as low as
 * possible in its own one.
 */
static bool deviates(const struct vm_naive *v, const uint64_t r[5], struct vmtrace_counts *n)
{
	uint64_t addr = r[0], size = r[1], align = r[2], lo = v->start;

	if (align <= PAGE || r[4] - r[3] == size)
		return false;
	for (unsigned int i = 0; i <= v->nr; i++) {
		uint64_t hi = i < v->nr ? v->areas[i].addr : v->end;
		uint64_t from = lo > r[3] ? lo : r[3];
		uint64_t first = (from + align - 1) & ~(align - 1);
		bool fits = hi > from && first >= from && first <= hi && hi - first >= size;

		if (addr >= lo && addr < hi) {
			if (!fits || first != addr)
				return false;
			n->shorter += hi - lo < size + align - 1;
			n->deviations++;
			return true;
		}
		if (fits && hi - lo >= size + align - 1)
			return false;
		lo = i < v->nr ? hi + v->areas[i].size : hi;
	}
	return false;
}

/**
 * vmtrace_area - a single area was taken
 * @s: the address space
 * @v: its address and size, the guard page included; alignment, lowest address and end asked for
 * @n: counts it
 *
 * Return: false if it should have gone elsewhere.
 */
bool vmtrace_area(struct vmtrace_space *s, const uint64_t v[5], struct vmtrace_counts *n)
{
	int w = window_of(s, v[0]);
	uint64_t ours = 0, naive = 0;
	bool fits, fits_naive;

	if (v[0] + v[1] < v[0] || !check_range(s, v[0], v[0] + v[1], false))
		return vmtrace_differ(s, "expected %#llx+%#llx to be free, actual taken",
				      (unsigned long long)v[0], (unsigned long long)v[1]);
	fits = vm_tree_lowest_fit(&s->vm[w], v[1], v[2], v[3], v[4], &ours);
	fits_naive = vm_naive_lowest(&s->twin[w], v[1], v[2], v[3], v[4], &naive);
	if (fits != fits_naive || ours != naive)
		return vmtrace_differ(s, "expected %#llx, actual %#llx, and the oracle says %#llx",
				      (unsigned long long)v[0], (unsigned long long)ours,
				      (unsigned long long)naive);
	if (!fits)
		return vmtrace_differ(s, "expected %#llx, actual no room",
				      (unsigned long long)v[0]);
	if (ours != v[0] && !deviates(&s->twin[w], v, n))
		return vmtrace_differ(s, "expected %#llx, actual %#llx", (unsigned long long)v[0],
				      (unsigned long long)ours);
	n->areas++;
	take(s, w, v[0], v[0] + v[1], VMTRACE_AREA);
	return true;
}

/**
 * vmtrace_congruent - where congruent areas would go now
 * @s: the address space, in which nothing changes
 * @g: what is asked for
 * @fits: do they fit?
 * @base: their base, if they do
 *
 * Return: false if our allocator and the oracle disagree.
 */
bool vmtrace_congruent(struct vmtrace_space *s, const struct vmtrace_groups *g, bool *fits,
		       uint64_t *base)
{
	struct vm_space *vm = &s->vm[0];
	struct vm_area **areas = vm_pcpu_get_areas(vm, g->offset, g->size, g->nr, g->align);
	uint64_t ours = areas ? areas[0]->addr - g->offset[0] : 0;

	*base = 0;
	*fits = vm_naive_congruent_args(&s->twin[0], g->offset, g->size, g->nr, g->align,
					VM_PCPU_AREAS_MAX) &&
		vm_naive_highest(&s->twin[0], g->offset, g->size, g->nr, g->align, base);
	for (unsigned int i = 0; areas && i < g->nr; i++) {
		vm_tree_remove(vm, areas[i]);
		heap_env.meta_free(NULL, areas[i]);
	}
	free(areas);
	return (*fits == (areas != NULL) && ours == *base) ||
	       vmtrace_differ(s, "actual base %#llx, and the oracle says %#llx",
			      (unsigned long long)ours, (unsigned long long)*base);
}

/**
 * vmtrace_take_congruent - congruent areas were taken
 * @s: the address space
 * @g: what was asked for
 * @base: where vmtrace_congruent() says
 */
void vmtrace_take_congruent(struct vmtrace_space *s, const struct vmtrace_groups *g, uint64_t base)
{
	for (unsigned int i = 0; i < g->nr; i++)
		take(s, 0, base + g->offset[i], base + g->offset[i] + g->size[i], VMTRACE_PCPU);
}

/* Cut what was taken before the recording so that an area begins or ends there. */
static void cut(struct vmtrace_space *s, uint64_t at)
{
	const struct vm_naive_area *area = vmtrace_at(s, at);
	int w = window_of(s, at);
	uint64_t start, end;

	if (!area || area->addr == at || area->tag != VMTRACE_BEFORE || area->lazy)
		return;
	start = area->addr;
	end = area->addr + area->size;
	give(s, w, start);
	take(s, w, start, at, VMTRACE_BEFORE);
	take(s, w, at, end, VMTRACE_BEFORE);
}

/**
 * vmtrace_lazy - an area was freed, and waits for a purge
 * @s: the address space
 * @start: its address
 * @end: the address after it
 *
 * Return: false if there is no such area.
 */
bool vmtrace_lazy(struct vmtrace_space *s, uint64_t start, uint64_t end)
{
	const struct vm_naive_area *area;
	int w = window_of(s, start);

	if (!check_range(s, start, end, true))
		return false;
	cut(s, start);
	cut(s, end);
	area = vm_naive_find(&s->twin[w], start);
	if (!area || area->size != end - start)
		return vmtrace_differ(s, "expected a live area %#llx-%#llx, actual none such",
				      (unsigned long long)start, (unsigned long long)end);
	vm_naive_set_lazy(&s->twin[w], start);
	vm_tree_at(&s->vm[w], start)->lazy = true;
	return true;
}

/**
 * vmtrace_give - a purge gave a range back: several areas if they were side by side
 * @s: the address space
 * @start: its first address
 * @end: the address after it
 *
 * Return: false if part of it was free, or live.
 */
bool vmtrace_give(struct vmtrace_space *s, uint64_t start, uint64_t end)
{
	int w = window_of(s, start);

	if (!check_range(s, start, end, true))
		return false;
	cut(s, start);
	cut(s, end);
	while (start < end) {
		const struct vm_naive_area *area = vm_naive_at(&s->twin[w], start);
		uint64_t next = area->addr + area->size;

		if (area->addr != start || next > end ||
		    (!area->lazy && area->tag != VMTRACE_BEFORE))
			return vmtrace_differ(s, "expected freed areas, actual %s %#llx-%#llx",
					      area->lazy ? "a part of" : "the live one",
					      (unsigned long long)area->addr,
					      (unsigned long long)next);
		give(s, w, start);
		start = next;
	}
	return true;
}

/**
 * vmtrace_same_free - compare all that is free
 * @s: the address space
 * @want: what was free in the recorded kernel
 *
 * Return: false if something else is.
 */
bool vmtrace_same_free(struct vmtrace_space *s, const struct vmtrace_ranges *want)
{
	for (int w = 0; w < VMTRACE_WINDOWS; w++) {
		const struct vm_naive *v = &s->twin[w];
		uint64_t at = v->start, lo, hi;
		unsigned int i = 0;

		for (unsigned int k = 0; k <= v->nr; k++) {
			uint64_t end = k < v->nr ? v->areas[k].addr : v->end;

			if (end > at) {
				while (i < want->nr && want->range[i][1] <= v->start)
					i++;
				lo = i < want->nr ? want->range[i][0] : UINT64_MAX;
				hi = i < want->nr ? want->range[i][1] : UINT64_MAX;
				if (lo < v->start)
					lo = v->start;
				if (hi > v->end)
					hi = v->end;
				if (lo != at || hi != end)
					return vmtrace_differ(
						s, "expected %#llx-%#llx free, actual %#llx-%#llx",
						(unsigned long long)lo, (unsigned long long)hi,
						(unsigned long long)at, (unsigned long long)end);
				i++;
			}
			at = k < v->nr ? end + v->areas[k].size : end;
		}
		if (i < want->nr && want->range[i][0] < v->end)
			return vmtrace_differ(s, "expected %#llx-%#llx free, actual taken",
					      (unsigned long long)want->range[i][0],
					      (unsigned long long)want->range[i][1]);
	}
	return true;
}
