// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_vmspace.c - the window of address space against an array with one owner per granule.
 *
 * Random areas taken where pcpu_vmspace_find() says and elsewhere, at all alignments, until the
 * window is full, and given back in any order.  Does not cover misuse, which asserts catch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../impl/vmspace.h"
#include "../targets/program/program.h"

#define MAX_GRANULES 96u

/**
 * struct window - the window and what it must look like
 * @vm:      under test
 * @granule: bytes; starts and sizes are multiples of it
 * @nr:      granules in the window
 * @owner:   who has each granule, NULL for nobody
 * @areas:   number of areas
 */
struct window {
	struct pcpu_vmspace vm;
	uint64_t granule;
	unsigned int nr, areas;
	void *owner[MAX_GRANULES];
};

static unsigned long nr_checks, nr_failures, nr_found, nr_full, nr_none, nr_unrecorded;
static char owners[MAX_GRANULES * 4];

static bool check(bool good, const char *what)
{
	nr_checks++;
	if (!good && ++nr_failures <= 20)
		printf("FAILED: %s\n", what);
	return good;
}

static bool is_free(const struct window *w, unsigned int at, unsigned int nr)
{
	while (nr && at < w->nr && !w->owner[at]) {
		at++;
		nr--;
	}
	return !nr;
}

/* The highest aligned granule with room, from the top down. */
static bool find_naive(const struct window *w, unsigned int nr, uint64_t align, uint64_t *start)
{
	for (unsigned int at = w->nr; at--;) {
		*start = w->vm.start + at * w->granule;
		if (*start % align == 0 && is_free(w, at, nr))
			return true;
	}
	return false;
}

static void check_find(const struct window *w, unsigned int nr, uint64_t align)
{
	uint64_t want = 0, got = 0;
	bool fits = find_naive(w, nr, align, &want);

	check(pcpu_vmspace_find(&w->vm, nr * w->granule, align, &got) == fits, "fits");
	check(!fits || got == want, "the highest address");
	nr_found += fits;
	nr_none += !fits;
}

/* Every granule's first and last byte, and what lies around the window. */
static void check_owners(const struct window *w)
{
	const struct pcpu_vmspace *vm = &w->vm;

	check(vm->nr == w->areas, "number of areas");
	for (unsigned int i = 0; i < w->nr; i++) {
		uint64_t at = vm->start + i * w->granule;

		check(pcpu_vmspace_owner(vm, at) == w->owner[i], "owner of the first byte");
		check(pcpu_vmspace_owner(vm, at + w->granule - 1) == w->owner[i],
		      "owner of the last byte");
	}
	check(!pcpu_vmspace_owner(vm, vm->start - 1), "owner below the window");
	check(!pcpu_vmspace_owner(vm, vm->end), "owner above the window");
	check(!pcpu_vmspace_owner(vm, 0) || !vm->start, "owner of 0");
	check(!pcpu_vmspace_owner(vm, UINT64_MAX), "owner of the last address");
}

static void take(struct window *w, unsigned int at, unsigned int nr, void *owner)
{
	uint64_t start = w->vm.start + at * w->granule;

	if (w->vm.nr == w->vm.capacity) {
		check(!pcpu_vmspace_take(&w->vm, start, nr * w->granule, owner), "no room");
		nr_unrecorded++;
		return;
	}
	if (!check(pcpu_vmspace_take(&w->vm, start, nr * w->granule, owner), "taken"))
		return;
	for (unsigned int i = at; i < at + nr; i++)
		w->owner[i] = owner;
	w->areas++;
}

/* The area that a granule belongs to. */
static void give(struct window *w, unsigned int at)
{
	void *owner = w->owner[at];

	while (at && w->owner[at - 1] == owner)
		at--;
	pcpu_vmspace_give(&w->vm, w->vm.start + at * w->granule);
	for (; at < w->nr && w->owner[at] == owner; at++)
		w->owner[at] = NULL;
	w->areas--;
}

static bool is_known(const struct window *w, const void *owner)
{
	for (unsigned int i = 0; i < w->nr; i++)
		if (w->owner[i] == owner)
			return true;
	return false;
}

static void random_op(struct window *w, struct rng *r)
{
	void *owner = owners + rng_below(r, sizeof(owners));
	unsigned int nr = 1 + rng_below(r, rng_below(r, 4) ? 6 : w->nr + 2);
	unsigned int at = rng_below(r, w->nr);
	uint64_t align = w->granule << rng_below(r, 5), start;

	if (is_known(w, owner))
		return;
	if (rng_below(r, 4) == 0)
		align = 1;
	check_find(w, nr, align);
	if (w->owner[at] && rng_below(r, 2)) {
		give(w, at);
	} else if (is_free(w, at, nr) && rng_below(r, 4) == 0) {
		take(w, at, nr, owner);
	} else if (find_naive(w, nr, align, &start)) {
		take(w, (unsigned int)((start - w->vm.start) / w->granule), nr, owner);
	}
}

/* Down to the last granule, then back to nothing. */
static void fill_and_empty(struct window *w, struct rng *r)
{
	char *owner = owners;
	uint64_t start;

	while (w->vm.nr < w->vm.capacity && find_naive(w, 1, 1, &start)) {
		unsigned int at = (unsigned int)((start - w->vm.start) / w->granule);

		while (is_known(w, owner))
			owner++;
		take(w, at, 1, owner);
	}
	if (!find_naive(w, 1, 1, &start)) {
		check(!pcpu_vmspace_find(&w->vm, w->granule, 1, &start), "a full window");
		nr_full++;
	}
	check_owners(w);
	while (w->areas) {
		unsigned int at = rng_below(r, w->nr);

		if (w->owner[at])
			give(w, at);
	}
	check_owners(w);
	check_find(w, w->nr, 1);
	check_find(w, w->nr + 1, 1);
}

static void check_window(struct rng *r, uint64_t granule, unsigned int nr, unsigned int capacity)
{
	struct window w = { .granule = granule, .nr = nr };
	struct pcpu_area *areas = malloc((capacity + !capacity) * sizeof(*areas));
	uint64_t first = granule * (UINT64_C(0x80000000) / granule + 1 + rng_below(r, 32));

	if (!areas)
		abort();
	pcpu_vmspace_init(&w.vm, first, first + nr * granule, areas, capacity);
	check_owners(&w);
	for (unsigned int i = 0; nr && i < 300; i++) {
		random_op(&w, r);
		if (i % 8 == 0)
			check_owners(&w);
	}
	if (nr)
		fill_and_empty(&w, r);
	else
		check_find(&w, 1, 1);
	free(areas);
}

int main(void)
{
	static const uint64_t granules[] = { 1, 256, 4096, 65536, UINT64_C(1) << 32 };
	struct rng r = { 7 };

	for (unsigned int i = 0; i < 400; i++) {
		uint64_t granule = granules[i % 5];
		unsigned int nr = i < 5 ? 0 : i < 10 ? 1 : 1 + rng_below(&r, MAX_GRANULES);
		/* room for all, and less than that */
		unsigned int capacity = i % 3 ? nr : rng_below(&r, nr + 1);

		check_window(&r, granule, nr, capacity);
	}
	check(nr_found && nr_none && nr_full && nr_unrecorded, "each case occurred");
	printf("%lu found, %lu not, %lu times full, %lu times no record left\n", nr_found, nr_none,
	       nr_full, nr_unrecorded);
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}
