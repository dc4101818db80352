// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtrace_space.c - the recorded kernel's address space, in a subject and in the oracle.
 *
 * Both are asked where a recorded request must go, and then both take what was recorded.  Purges
 * are recorded, too.  Of what was taken before the recording only the addresses are known, not
 * which areas they are.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmtrace.h"

#define PAGE SPACE_PAGE

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

static unsigned long long hex(uint64_t x)
{
	return x;
}

/* What is not free in a window is taken. */
static void fill(struct vm_naive *v, const struct vmtrace_ranges *free_ranges)
{
	uint64_t at = v->start;

	for (unsigned int i = 0; i < free_ranges->nr && at < v->end; i++) {
		uint64_t start = free_ranges->range[i][0], end = free_ranges->range[i][1];

		if (start > v->end)
			start = v->end;
		if (start > at)
			vm_naive_insert(v, at, start - at, VMTRACE_BEFORE);
		if (end > at)
			at = end;
	}
	if (at < v->end)
		vm_naive_insert(v, at, v->end - at, VMTRACE_BEFORE);
}

/**
 * vmtrace_space_init - begin with what was free
 * @s: the address space; @s->choice is set, all else zero
 * @free_ranges: by address
 *
 * Nothing is mapped below vmalloc in the part that is recorded, so the lowest address that is
 * taken tells how many levels of page tables there were.
 */
void vmtrace_space_init(struct vmtrace_space *s, const struct vmtrace_ranges *free_ranges)
{
	bool five = free_ranges->nr && free_ranges->range[0][1] < vmalloc_window[0][0];
	const uint64_t *vmalloc = vmalloc_window[five];
	const struct space_geometry g = {
		.start = vmalloc[0],
		.last = vmalloc[1] | (PAGE - 1),
		.free = (const uint64_t(*)[2])free_ranges->range,
		.nr_free = free_ranges->nr,
	};

	for (int w = 0; w < VMTRACE_WINDOWS; w++) {
		vm_naive_init(s->twin + w, vmalloc[w], w ? -PAGE : vmalloc[1], PAGE, 64);
		fill(s->twin + w, free_ranges);
	}
	s->machine = (struct machine){ .possible = { 1 }, .page = PAGE };
	machine_defaults(&s->machine);
	world_init(&s->world, &s->machine);
	s->subject = s->choice->space->create(&g, &s->world);
}

/**
 * vmtrace_space_end - end the subject, and see that its metadata returned
 * @s: the address space; what the recording left goes with it
 *
 * Return: false if any did not, with the difference in @s->diff.
 */
bool vmtrace_space_end(struct vmtrace_space *s)
{
	if (!s->subject)
		return true;
	s->choice->space->destroy(s->subject);
	s->subject = NULL;
	if (!s->world.meta_live)
		return true;
	snprintf(s->diff, sizeof(s->diff),
		 "expected all metadata to return, actual %u pieces did not", s->world.meta_live);
	return false;
}

/**
 * vmtrace_space_exit - forget everything
 * @s: the address space; may be all zero
 */
void vmtrace_space_exit(struct vmtrace_space *s)
{
	if (!s->machine.page)
		return;
	if (s->subject)
		s->choice->space->destroy(s->subject);
	s->subject = NULL;
	world_exit(&s->world);
	s->machine.page = 0;
	for (int w = 0; w < VMTRACE_WINDOWS; w++)
		vm_naive_exit(s->twin + w);
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

/* The subject has an area at one place; it is to have it at another one. */
static bool move(struct vmtrace_space *s, uint64_t from, uint64_t to, uint64_t size)
{
	const struct subject_space_ops *ops = s->choice->space;
	uint64_t got = 0;

	return (ops->lazy(s->subject, from, from + size) &&
		ops->give(s->subject, from, from + size) &&
		ops->take(s->subject, size, 1, to, to + size, &got) && got == to) ||
	       vmtrace_differ(s, "expected an area moved to %#llx, actual %#llx", hex(to),
			      hex(got));
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
	struct vm_naive *twin = s->twin + window_of(s, v[0]);
	uint64_t got = 0, naive = 0;
	bool fits, fits_naive;

	if (v[0] + v[1] < v[0] || !check_range(s, v[0], v[0] + v[1], false))
		return vmtrace_differ(s, "expected %#llx+%#llx to be free, actual taken", hex(v[0]),
				      hex(v[1]));
	fits = s->choice->space->take(s->subject, v[1], v[2], v[3], v[4], &got);
	fits_naive = vm_naive_lowest(twin, v[1], v[2], v[3], v[4], &naive);
	/* ours has the lowest place, a Linux that of the recording */
	if (fits != fits_naive || (got != naive && (got != v[0] || !s->choice->version)))
		return vmtrace_differ(s, "expected %#llx, actual %#llx, and the oracle says %#llx",
				      hex(v[0]), hex(got), hex(naive));
	if (!fits)
		return vmtrace_differ(s, "expected %#llx, actual no room", hex(v[0]));
	if (naive != v[0] && !deviates(twin, v, n))
		return vmtrace_differ(s, "expected %#llx, actual %#llx", hex(v[0]), hex(naive));
	if (got != v[0] && s->choice->version)
		return vmtrace_differ(s, "expected %#llx, actual %#llx", hex(v[0]), hex(got));
	n->followed += naive != v[0] && got == v[0];
	n->areas++;
	vm_naive_insert(twin, v[0], v[1], VMTRACE_AREA);
	return got == v[0] || move(s, got, v[0], v[1]);
}

static bool naive_fits(const struct vmtrace_space *s, const struct vmtrace_groups *g,
		       uint64_t *base)
{
	return vm_naive_congruent_args(s->twin, g->offset, g->size, g->nr, g->align,
				       VM_PCPU_AREAS_MAX) &&
	       vm_naive_highest(s->twin, g->offset, g->size, g->nr, g->align, base);
}

/* Subject and oracle must say the same. */
static bool same_base(struct vmtrace_space *s, bool fits, uint64_t base, bool fits_naive,
		      uint64_t naive)
{
	return (fits == fits_naive && base == naive) ||
	       vmtrace_differ(s, "actual base %#llx, and the oracle says %#llx", hex(base),
			      hex(naive));
}

/**
 * vmtrace_fits - could congruent areas be had now
 * @s: the address space, in which nothing changes
 * @g: what is asked for
 * @fits: do they fit?
 *
 * Return: false if the subject can tell, and disagrees with the oracle.
 */
bool vmtrace_fits(struct vmtrace_space *s, const struct vmtrace_groups *g, bool *fits)
{
	const struct subject_space_ops *ops = s->choice->space;
	uint64_t base = 0, naive = 0;
	bool fits_subject;

	*fits = naive_fits(s, g, &naive);
	if (!ops->fits)
		return true;
	fits_subject = ops->fits(s->subject, g->offset, g->size, g->nr, g->align, &base);
	return same_base(s, fits_subject, base, *fits, naive);
}

/**
 * vmtrace_congruent - take congruent areas
 * @s: the address space
 * @g: what is asked for
 * @fits: did they fit?
 * @base: their base, if they did
 *
 * Return: false if the subject and the oracle disagree.
 */
bool vmtrace_congruent(struct vmtrace_space *s, const struct vmtrace_groups *g, bool *fits,
		       uint64_t *base)
{
	uint64_t addr[VM_PCPU_AREAS_MAX], got = 0;

	*base = 0;
	*fits = naive_fits(s, g, base);
	if (s->choice->space->congruent(s->subject, g->offset, g->size, g->nr, g->align, addr)) {
		got = addr[0] - g->offset[0];
		for (unsigned int i = 1; i < g->nr; i++)
			if (addr[i] != got + g->offset[i])
				return vmtrace_differ(s, "actual area %u of base %#llx at %#llx", i,
						      hex(got), hex(addr[i]));
	}
	if (!same_base(s, got != 0, got, *fits, *base))
		return false;
	for (unsigned int i = 0; *fits && i < g->nr; i++)
		vm_naive_insert(s->twin, *base + g->offset[i], g->size[i], VMTRACE_PCPU);
	return true;
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
	vm_naive_remove(s->twin + w, start);
	vm_naive_insert(s->twin + w, start, at - start, VMTRACE_BEFORE);
	vm_naive_insert(s->twin + w, at, end - at, VMTRACE_BEFORE);
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
	return s->choice->space->lazy(s->subject, start, end) ||
	       vmtrace_differ(s, "expected a live area %#llx-%#llx, actual the subject has none",
			      hex(start), hex(end));
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
	uint64_t at = start;

	if (!check_range(s, start, end, true))
		return false;
	cut(s, start);
	cut(s, end);
	while (at < end) {
		const struct vm_naive_area *area = vm_naive_at(&s->twin[w], at);
		uint64_t next = area->addr + area->size;

		if (area->addr != at || next > end || (!area->lazy && area->tag != VMTRACE_BEFORE))
			return vmtrace_differ(s, "expected freed areas, actual %s %#llx-%#llx",
					      area->lazy ? "a part of" : "the live one",
					      (unsigned long long)area->addr,
					      (unsigned long long)next);
		vm_naive_remove(s->twin + w, at);
		at = next;
	}
	return s->choice->space->give(s->subject, start, end) ||
	       vmtrace_differ(s, "expected freed areas %#llx-%#llx, actual the subject has none",
			      hex(start), hex(end));
}

/* The first free range of the oracle that ends behind @from. */
static bool next_free(const struct vm_naive *v, uint64_t from, uint64_t range[2])
{
	for (unsigned int i = 0; i < v->nr && v->areas[i].addr <= from; i++)
		if (from - v->areas[i].addr < v->areas[i].size)
			from = v->areas[i].addr + v->areas[i].size;
	range[0] = from;
	range[1] = v->end;
	for (unsigned int i = 0; i < v->nr; i++) {
		if (v->areas[i].addr < from)
			continue;
		range[1] = v->areas[i].addr;
		break;
	}
	return from < v->end;
}

/* And that of the recording, cut to the window. */
static bool next_wanted(const struct vm_naive *v, const struct vmtrace_ranges *want, uint64_t from,
			uint64_t range[2])
{
	for (unsigned int i = 0; i < want->nr && from < v->end; i++) {
		if (want->range[i][1] <= from)
			continue;
		range[0] = want->range[i][0] < v->start ? v->start : want->range[i][0];
		range[1] = want->range[i][1] > v->end ? v->end : want->range[i][1];
		return range[0] < v->end;
	}
	return false;
}

static bool same_range(struct vmtrace_space *s, const char *whose, const uint64_t *want,
		       const uint64_t *got)
{
	if (!want && !got)
		return true;
	if (!want)
		return vmtrace_differ(s, "expected nothing more free, actual%s %#llx-%#llx", whose,
				      hex(got[0]), hex(got[1]));
	if (!got)
		return vmtrace_differ(s, "expected %#llx-%#llx free, actual%s taken", hex(want[0]),
				      hex(want[1]), whose);
	return (want[0] == got[0] && want[1] == got[1]) ||
	       vmtrace_differ(s, "expected %#llx-%#llx free, actual%s %#llx-%#llx", hex(want[0]),
			      hex(want[1]), whose, hex(got[0]), hex(got[1]));
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
	const struct subject_space_ops *ops = s->choice->space;

	for (int w = 0; w < VMTRACE_WINDOWS; w++) {
		const struct vm_naive *v = s->twin + w;
		uint64_t at = v->start, range[3][2];
		bool more = true;

		while (more) {
			bool more_naive = next_free(v, at, range[1]);
			bool more_of_subject = ops->next_free(s->subject, at, v->end, range[2]);

			more = next_wanted(v, want, at, range[0]);
			if (!same_range(s, " by the oracle", more ? range[0] : NULL,
					more_naive ? range[1] : NULL) ||
			    !same_range(s, "", more ? range[0] : NULL,
					more_of_subject ? range[2] : NULL))
				return false;
			at = range[0][1];
		}
	}
	return true;
}
