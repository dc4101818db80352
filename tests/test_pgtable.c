// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_pgtable.c - the page tables against a flat array of what should be mapped.
 *
 * Each page size, a stretch of addresses around the border of a table of each level, mapped and
 * unmapped at random, each request for a table and for an entry refused in turn.  A wrong table
 * shows as a wrong translation of some other page; a lost one as metadata that does not return.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "../impl/pgtable.h"

#define SPAN 96 /* pages looked at: some below the border, some above */

/**
 * struct bench - one set of tables and what they must say
 * @env:     what the tables run in
 * @pt:      the tables
 * @start:   address of the first page
 * @page:    bytes of a page
 * @want:    the frame of each page
 * @told:    the same, by what the environment was told
 * @live:    metadata not given back
 * @tables, @maps: requests made of each kind
 * @refuse_table, @refuse_map: which of them is refused, from 1; 0 none
 * @strays:  pages outside of the stretch that the environment was told about
 */
struct bench {
	struct pcpu_env env;
	struct pgtable pt;
	uint64_t start, page;
	uint32_t want[SPAN], told[SPAN];
	unsigned int live, tables, maps, refuse_table, refuse_map, strays;
};

static void check_bench(const struct bench *b, bool ok, const char *what)
{
	if (!check(ok, what))
		printf("  pages of %llu bytes at %#llx\n", (unsigned long long)b->page,
		       (unsigned long long)b->start);
}

static void *meta_alloc(void *ctx, enum pcpu_fault kind, size_t size)
{
	struct bench *b = ctx;
	void *p;

	if (kind == PCPU_FAULT_TABLE && ++b->tables == b->refuse_table)
		return NULL;
	p = calloc(1, size);
	if (!p)
		abort();
	b->live++;
	return p;
}

static void meta_free(void *ctx, void *p)
{
	struct bench *b = ctx;

	b->live--;
	free(p);
}

static bool may_map(void *ctx)
{
	struct bench *b = ctx;

	return ++b->maps != b->refuse_map;
}

static void pte_set(void *ctx, uint64_t addr, uint32_t frame)
{
	struct bench *b = ctx;
	uint64_t at = (addr - b->start) / b->page;

	if (at >= SPAN || addr % b->page)
		b->strays++;
	else
		b->told[at] = frame;
}

static void bench_init(struct bench *b, unsigned int page_shift, uint64_t start)
{
	memset(b, 0, sizeof(*b));
	memset(b->want, 0xff, sizeof(b->want));
	memset(b->told, 0xff, sizeof(b->told));
	b->env = (struct pcpu_env){
		.ctx = b,
		.meta_alloc = meta_alloc,
		.meta_free = meta_free,
		.may_map = may_map,
		.pte_set = pte_set,
	};
	b->start = start;
	b->page = UINT64_C(1) << page_shift;
	pgtable_init(&b->pt, &b->env, page_shift);
}

static void bench_exit(struct bench *b)
{
	pgtable_exit(&b->pt);
	check_bench(b, !b->live, "tables did not return");
	check_bench(b, !b->strays, "pages that were not asked for were mapped or unmapped");
}

/* All pages of the stretch, at their first byte, their last one and in between. */
static void compare(const struct bench *b)
{
	bool same = true;

	for (unsigned int i = 0; i < SPAN; i++) {
		uint64_t addr = b->start + i * b->page;

		same = same && pgtable_walk(&b->pt, addr) == b->want[i] &&
		       pgtable_walk(&b->pt, addr + b->page - 1) == b->want[i] &&
		       pgtable_walk(&b->pt, addr + draw((uint32_t)b->page)) == b->want[i];
	}
	check_bench(b, same, "a page is translated to something else");
	check_bench(b, !memcmp(b->want, b->told, sizeof(b->want)),
		    "the environment was told otherwise");
}

/* Map up to the first page that is mapped already; return how many pages can be mapped. */
static void map_some(struct bench *b)
{
	unsigned int from = draw(SPAN), nr = 1 + draw(SPAN - from), free = 0, got;
	uint32_t frames[SPAN];

	for (unsigned int i = 0; i < nr; i++)
		frames[i] = draw(UINT32_MAX - 1);
	while (free < nr && b->want[from + free] == PCPU_NO_FRAME) {
		b->want[from + free] = frames[free];
		free++;
	}
	got = pgtable_map(&b->pt, b->start + from * b->page, frames, nr);
	check_bench(b, got == free, "another number of pages than expected were mapped");
}

static void unmap_some(struct bench *b)
{
	unsigned int from = draw(SPAN), nr = 1 + draw(SPAN - from);

	for (unsigned int i = 0; i < nr; i++)
		b->want[from + i] = PCPU_NO_FRAME;
	pgtable_unmap(&b->pt, b->start + from * b->page, nr);
}

static void test_random(unsigned int page_shift, uint64_t start)
{
	struct bench b;

	bench_init(&b, page_shift, start);
	compare(&b);
	for (int i = 0; i < 60; i++) {
		if (draw(2))
			map_some(&b);
		else
			unmap_some(&b);
		compare(&b);
	}
	bench_exit(&b);
}

/* Refuse one request while all of the stretch is mapped; return if there was such a request. */
static bool test_refusal(unsigned int page_shift, uint64_t start, unsigned int table,
			 unsigned int map)
{
	uint32_t frames[SPAN];
	struct bench b;
	unsigned int got;
	bool came;

	bench_init(&b, page_shift, start);
	b.refuse_table = table;
	b.refuse_map = map;
	for (unsigned int i = 0; i < SPAN; i++)
		frames[i] = i * 3;
	got = pgtable_map(&b.pt, b.start, frames, SPAN);
	came = (table && b.tables >= table) || (map && b.maps >= map);
	check_bench(&b, came == (got < SPAN), "a refusal and its outcome do not go together");
	if (map)
		check_bench(&b, got == (came ? map - 1 : SPAN),
			    "as many are mapped as were before it");
	memcpy(b.want, frames, got * sizeof(*frames));
	compare(&b);

	/* what is there stays usable */
	got = pgtable_map(&b.pt, b.start + got * b.page, frames + got, SPAN - got) + got;
	check_bench(&b, got == SPAN, "the rest can be mapped afterwards");
	memcpy(b.want, frames, sizeof(frames));
	compare(&b);
	pgtable_unmap(&b.pt, b.start, SPAN);
	memset(b.want, 0xff, sizeof(b.want));
	compare(&b);
	bench_exit(&b);
	return came;
}

/* One request for each table on the way, the highest first, and none for those that are there. */
static void test_requests(unsigned int page_shift)
{
	unsigned int bits = page_shift - 3;
	uint32_t frame = 7;
	struct bench b;

	bench_init(&b, page_shift, 0);
	check_bench(&b, !b.tables && b.live == 1, "the top level is boot memory");
	check_bench(&b, pgtable_walk(&b.pt, 0) == PCPU_NO_FRAME && !b.tables,
		    "a walk makes no table");
	pgtable_unmap(&b.pt, 0, SPAN);
	check_bench(&b, !b.tables, "nor does unmapping");
	pgtable_map(&b.pt, 0, &frame, 1);
	check_bench(&b, b.tables == 3 && b.maps == 1, "the first page needs all levels");
	pgtable_map(&b.pt, b.page, &frame, 1);
	check_bench(&b, b.tables == 3, "its neighbour none");
	pgtable_unmap(&b.pt, 0, 2);
	pgtable_map(&b.pt, 0, &frame, 1);
	check_bench(&b, b.tables == 3, "tables are kept");
	check_bench(&b, !pgtable_map(&b.pt, 0, &frame, 1) && b.maps == 3,
		    "what is mapped already is seen before the entry is asked for");
	for (unsigned int level = 1; level < PGTABLE_LEVELS; level++) {
		unsigned int shift = page_shift + level * bits, before = b.tables;

		if (shift >= 64)
			break;
		pgtable_map(&b.pt, UINT64_C(1) << shift, &frame, 1);
		check_bench(&b, b.tables == before + level, "a border needs the tables below it");
		check_bench(&b, pgtable_walk(&b.pt, UINT64_C(1) << shift) == frame,
			    "and maps there");
	}
	b.strays = 0; /* the pages behind the borders are outside of the stretch */
	bench_exit(&b);
}

static void test_page_size(unsigned int page_shift)
{
	unsigned int bits = page_shift - 3;
	uint64_t half = (uint64_t)(SPAN / 2) << page_shift;

	test_requests(page_shift);
	for (unsigned int level = 1; level <= PGTABLE_LEVELS; level++) {
		unsigned int shift = page_shift + level * bits;
		uint64_t border = shift < 64 ? UINT64_C(1) << shift : 0;

		/* the border of all tables is the end of what can be translated */
		border = level == PGTABLE_LEVELS ? border - half : border;
		test_random(page_shift, border - half);
		test_random(page_shift, border * 3 - half);
		for (unsigned int i = 1; test_refusal(page_shift, border - half, i, 0); i++)
			;
		for (unsigned int i = 1; test_refusal(page_shift, border - half, 0, i); i++)
			;
	}
	test_random(page_shift, 0);
	test_random(page_shift, UINT64_C(0x80000000));
}

int main(void)
{
	for (unsigned int page_shift = 8; page_shift <= 16; page_shift++)
		test_page_size(page_shift);
	return tests_end();
}
