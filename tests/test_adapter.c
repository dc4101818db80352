// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_adapter.c - what our adapter promises and no program can ask for, or only by chance.
 *
 * Everything else that it does is in the way of every program.
 */
#include <string.h>

#include "checks.h"
#include "../impl/pcpu.h"
#include "../oracle/subject.h"

#define AREAS 5

static const struct subject_ops *const ops = &subject_ours;
/**
 * struct bench - our allocator on a machine of two CPUs that are near each other
 * @s: the subject
 * @page: bytes of a page
 * @unit: bytes of a unit
 */
struct bench {
	struct machine m;
	struct world w;
	void *s;
	uint32_t page, unit;
};

static void begin(struct bench *b, unsigned int quirks)
{
	const struct boot_areas *areas;

	memset(b, 0, sizeof(*b));
	b->m = (struct machine){ .possible = { 3 },
				 .page = 256,
				 .unit_pages = 4,
				 .static_size = 64,
				 .dyn_size = 640,
				 .vm_pages = 64,
				 .frames = 64 };
	machine_defaults(&b->m);
	world_init(&b->w, &b->m);
	b->s = ops->create(&b->m, &b->w, quirks);
	check(ops->layout(b->s, &areas) == BOOT_OK, "the machine boots");
	b->page = b->m.page;
	b->unit = b->m.page * b->m.unit_pages;
}

static void end(struct bench *b)
{
	ops->destroy(b->s);
	check(!b->w.misuse, "nothing is done to the world that may not be");
	world_exit(&b->w);
}

/* No more areas than asked for are shown, and what is behind them stays. */
static void test_areas(void)
{
	static const struct subject_area junk = { .addr = 1, .size = 2, .nr_pages = 3 };
	struct subject_area area[AREAS + 1];
	static struct bench b;
	uint64_t addr[AREAS];

	begin(&b, 0);
	for (unsigned int i = 0; i < AREAS; i++) {
		addr[i] = ops->get_vm_area(b.s, b.page, false, 0, UINT64_MAX);
		check(addr[i] && (!i || addr[i] > addr[i - 1]), "areas one behind the other");
	}
	for (unsigned int max = 0; max <= AREAS; max++) {
		for (unsigned int i = 0; i <= AREAS; i++)
			area[i] = junk;
		check(ops->areas(b.s, addr[0], area, max) == max, "as many areas as asked for");
		for (unsigned int i = 0; i < max; i++)
			check(area[i].addr == addr[i], "the areas by address");
		for (unsigned int i = max; i <= AREAS; i++)
			check(area[i].addr == junk.addr && area[i].size == junk.size,
			      "nothing is written behind them");
	}
	end(&b);
}

/* The lists there are: one each size class, and those of sidelined, free and reclaimed chunks. */
static void test_slots(void)
{
	static struct subject_chunk chunk[SUBJECT_MAX_CHUNKS];
	struct subject_view v = { .chunk = chunk };
	static struct bench b;
	unsigned int bits = 0;

	begin(&b, 0);
	while (b.unit >> bits)
		bits++;
	ops->view(b.s, &v);
	/* PCPU_SLOT_BASE_SHIFT of mm/percpu.c is 5, with two lists for what is below */
	check(v.nr_slots == (int)bits - 5 + 2 + 4, "the number of lists");
	check(v.nr_chunks == 1 && !v.fault, "the first chunk");
	/* without that the oracle has no statistics to look at */
	check(ops->flags(b.s) & SUBJECT_HAS_STATS, "it keeps statistics");
	end(&b);
}

/* Chunks that are asked for by name are shown as among all, in that order, and nothing else. */
static void test_only(void)
{
	static struct subject_chunk all[SUBJECT_MAX_CHUNKS], some[SUBJECT_MAX_CHUNKS];
	const struct alloc_args unit = { .align = 4, .size = 1024, .gfp = PCPU_GFP_KERNEL };
	struct subject_view v = { .chunk = all }, w = { .chunk = some };
	static struct bench b;
	void *only[2];

	begin(&b, 0);
	for (int i = 0; i < 3; i++)
		check(ops->alloc(b.s, &unit), "a chunk of it");
	ops->view(b.s, &v);
	check(v.nr_chunks >= 4, "the chunks");
	only[0] = all[v.nr_chunks - 1].id;
	only[1] = all[1].id;
	w.only = only;
	w.nr_only = 2;
	ops->view(b.s, &w);
	check(w.nr_chunks == 2, "two of them");
	for (unsigned int i = 0; i < 2; i++) {
		struct subject_chunk want = all[i ? 1 : v.nr_chunks - 1];

		want.slot = some[i].slot; /* which is not looked for */
		check(!memcmp(&some[i], &want, sizeof(want)), "the same as among all");
	}
	check(w.nr_slots == v.nr_slots && w.nr_populated == v.nr_populated &&
		      w.nr_empty_pop_pages == v.nr_empty_pop_pages &&
		      w.work_pending == v.work_pending && w.atomic_failed == v.atomic_failed &&
		      !memcmp(&w.stats, &v.stats, sizeof(v.stats)),
	      "and all figures");
	w.nr_only = w.nr_chunks = 0;
	ops->view(b.s, &w);
	check(!w.nr_chunks, "none of them");
	end(&b);
}

/*
 * An address in the unit of another CPU is in the area of the chunk, and not in its map.  Also
 * where what is freed need not be live, as in Linux.
 */
static void test_free_beyond(unsigned int quirks)
{
	const struct alloc_args unit = { .align = 4, .size = 1024, .gfp = PCPU_GFP_KERNEL };
	static struct bench b;
	uint64_t ptr;

	begin(&b, quirks);
	check(unit.size == b.unit && b.m.unit_pages > 1, "an object as large as a unit");
	ptr = ops->alloc(b.s, &unit);
	check(ptr, "a chunk of it");
	check(!ops->free(b.s, ptr + b.unit), "the first byte behind the map");
	check(!ops->free(b.s, ptr + b.unit + 4), "one in the middle");
	check(!ops->free(b.s, ptr + 2 * b.unit - 4), "the last one of the next CPU");
	check(ops->free(b.s, ptr), "the object");
	end(&b);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_areas();
	test_slots();
	test_only();
	test_free_beyond(0);
	test_free_beyond(1u << PCPU_QUIRK_BAD_FREE);
	return tests_end();
}
