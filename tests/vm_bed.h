/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_bed.h - an address space on a bed of its own, for the tests of it: a ledger of what is taken,
 * requests that can be refused in turn, the naive twin beside it, and the tree's invariants after
 * every step.
 *
 * Does not choose what is asked.
 */
#ifndef TESTS_VM_BED_H
#define TESTS_VM_BED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "../impl/vm.h"
#include "../oracle/vm_naive.h"
#include "../targets/program/program.h"

#define FRAMES 24u
#define MAX_CHUNKS 32
#define MAX_GROUPS 6u
#define LOG 520

/**
 * struct bed - an address space, the world around it, and its twin
 * @meta:    metadata objects that are taken
 * @frames:  frames that are taken
 * @mapped:  pages that are mapped
 * @owner:   of each frame, the page that is mapped to it, or 0
 * @requests: so far
 * @fail_at: the request to refuse, 0 for none
 * @fired:   the kind that was refused, NONE if none was
 * @log:     requests of the last op: A(rea), M(eta), T(able), p(age), m(ap), - none; ! refused
 * @flushes: how many; @flush_start and @flush_end are those of the last one
 * @chunk:   what vm_pcpu_get_areas() returned
 */
struct bed {
	struct pcpu_env env;
	struct vm_space vm;
	struct vm_naive twin;
	uint64_t page;
	unsigned int meta, frames, mapped;
	bool taken[FRAMES];
	uint64_t owner[FRAMES];
	unsigned int requests, fail_at;
	enum pcpu_fault fired;
	char log[LOG];
	unsigned int log_len, flushes;
	uint64_t flush_start, flush_end;
	struct vm_area **chunk[MAX_CHUNKS];
	unsigned int chunk_nr[MAX_CHUNKS], nr_chunks;
};

enum tag { TAG_VM, TAG_IOREMAP, TAG_VMALLOC, TAG_PCPU };

static unsigned long nr_fits, nr_not, nr_purged, nr_refused, nr_congruent, nr_no_base, nr_bad_args;
static unsigned long nr_vmalloc;

/* May this request be served? */
static inline bool serve(struct bed *b, enum pcpu_fault kind)
{
	static const char letters[] = "-pCAMmTB";
	bool refuse = kind != PCPU_FAULT_NONE && ++b->requests == b->fail_at;

	if (b->log_len + 2 < LOG) {
		b->log[b->log_len++] = letters[kind];
		if (refuse)
			b->log[b->log_len++] = '!';
		b->log[b->log_len] = '\0';
	}
	if (refuse)
		b->fired = kind;
	return !refuse;
}

static inline void *meta_alloc(void *ctx, enum pcpu_fault kind, size_t size)
{
	struct bed *b = ctx;
	void *p = serve(b, kind) ? calloc(1, size) : NULL;

	b->meta += p != NULL;
	return p;
}

static inline void meta_free(void *ctx, void *p)
{
	struct bed *b = ctx;

	check(p && b->meta, "metadata is freed once");
	b->meta--;
	free(p);
}

static inline uint32_t frame_alloc(void *ctx, unsigned int node, enum pcpu_owner owner)
{
	struct bed *b = ctx;

	check(owner == PCPU_OWNER_VMALLOC && node == 1, "owner and node of a frame");
	if (!serve(b, PCPU_FAULT_PAGE))
		return PCPU_NO_FRAME;
	for (uint32_t i = 0; i < FRAMES; i++) {
		if (!b->taken[i]) {
			b->taken[i] = true;
			b->frames++;
			return i;
		}
	}
	return PCPU_NO_FRAME;
}

static inline void frame_free(void *ctx, uint32_t frame)
{
	struct bed *b = ctx;

	if (!check(frame < FRAMES && b->taken[frame] && !b->owner[frame], "frame to be freed"))
		return;
	b->taken[frame] = false;
	b->frames--;
}

static inline bool may_map(void *ctx)
{
	return serve(ctx, PCPU_FAULT_MAP);
}

static inline void pte_set(void *ctx, uint64_t addr, uint32_t frame)
{
	struct bed *b = ctx;

	if (frame != PCPU_NO_FRAME) {
		check(b->taken[frame] && !b->owner[frame], "a frame is mapped once");
		b->owner[frame] = addr;
		b->mapped++;
		return;
	}
	for (uint32_t i = 0; i < FRAMES; i++) {
		if (b->owner[i] == addr) {
			b->owner[i] = 0;
			b->mapped--;
			return;
		}
	}
	check(false, "what is unmapped was mapped");
}

static inline void tlb_flush(void *ctx, uint64_t start, uint64_t end)
{
	struct bed *b = ctx;

	check(vm_tree_at(&b->vm, start) && vm_tree_at(&b->vm, end - 1),
	      "the flush comes before the addresses are usable");
	b->flushes++;
	b->flush_start = start;
	b->flush_end = end;
}

static inline void set_up(struct bed *b, unsigned int va_bits, unsigned int page_shift,
			  uint64_t start, uint64_t end)
{
	struct vm_config cfg = { .page_shift = page_shift,
				 .va_bits = va_bits,
				 .start = start,
				 .end = end,
				 .max_frames = FRAMES - 4 };

	memset(b, 0, sizeof(*b));
	b->env = (struct pcpu_env){ .ctx = b,
				    .meta_alloc = meta_alloc,
				    .meta_free = meta_free,
				    .frame_alloc = frame_alloc,
				    .frame_free = frame_free,
				    .may_map = may_map,
				    .pte_set = pte_set,
				    .tlb_flush = tlb_flush };
	b->page = UINT64_C(1) << page_shift;
	vm_init(&b->vm, &cfg, &b->env);
	vm_naive_init(&b->twin, start, end, b->page, va_bits);
}

static inline void tear_down(struct bed *b)
{
	for (unsigned int i = 0; i < b->nr_chunks; i++)
		meta_free(b, b->chunk[i]);
	vm_exit(&b->vm);
	check(!b->meta && !b->frames && !b->mapped, "nothing is left over");
	vm_naive_exit(&b->twin);
}

static inline void begin_op(struct bed *b, unsigned int fail_at)
{
	b->requests = 0;
	b->fail_at = fail_at;
	b->fired = PCPU_FAULT_NONE;
	b->log_len = 0;
	b->log[0] = '\0';
	b->flushes = 0;
}

/* The largest gap of each order in a subtree. */
struct gaps {
	uint64_t max[VM_IOREMAP_MAX_ORDER + 1];
};

static inline void add_gap(struct gaps *gaps, uint64_t lo, uint64_t hi, uint64_t page)
{
	for (int order = 0; order <= VM_IOREMAP_MAX_ORDER; order++) {
		while (lo % (page << order) && lo < hi)
			lo += page;
		if (hi - lo > gaps->max[order])
			gaps->max[order] = hi - lo;
	}
}

/* Of a subtree: order, links, ranks, gaps, and that no bound is less than a gap. */
static inline bool check_subtree(const struct bed *b, const struct pcpu_treap *n, uint64_t *end,
				 struct gaps *gaps)
{
	const struct vm_area *a = (const struct vm_area *)n; /* its first member */
	struct gaps below = { 0 };

	if (!n)
		return true;
	if ((n->left && (n->left->parent != n || n->left->rank > n->rank)) ||
	    (n->right && (n->right->parent != n || n->right->rank > n->rank)))
		return false;
	if (!check_subtree(b, n->left, end, &below) || a->addr < *end || a->gap != a->addr - *end)
		return false;
	add_gap(&below, *end, a->addr, b->page);
	*end = a->addr + a->size;
	if (!check_subtree(b, n->right, end, &below))
		return false;
	for (int order = 0; order <= VM_IOREMAP_MAX_ORDER; order++) {
		if (below.max[order] > a->max_gap[order])
			return false;
		if (below.max[order] > gaps->max[order])
			gaps->max[order] = below.max[order];
	}
	return true;
}

static inline void check_state(const struct bed *b)
{
	uint64_t end = b->vm.cfg.start;
	struct gaps gaps = { 0 };
	struct vm_area *a = vm_tree_next(&b->vm, 0);
	unsigned int lazy = 0;

	check(!b->vm.root->parent && check_subtree(b, b->vm.root, &end, &gaps),
	      "invariants of the tree");
	check(end == b->vm.cfg.end && b->vm.nr_areas == b->twin.nr, "number of areas");
	for (unsigned int i = 0; i < b->twin.nr; i++) {
		const struct vm_naive_area *want = b->twin.areas + i;

		if (!check(a && a->addr == want->addr && a->size == want->size &&
				   a->lazy == want->lazy,
			   "an area"))
			return;
		check((a->frames != NULL) == (want->tag == TAG_VMALLOC && !want->lazy), "frames");
		check(vm_tree_at(&b->vm, a->addr) == a &&
			      vm_tree_at(&b->vm, a->addr + a->size - 1) == a,
		      "owner of the first and last byte");
		check(vm_find_area(&b->vm, a->addr) == (want->lazy ? NULL : a), "found by start");
		check(!vm_find_area(&b->vm, a->addr + 1), "not found by another byte");
		a = vm_tree_next(&b->vm, a->addr + 1);
	}
	check(!a, "no more areas");
	for (a = b->vm.lazy; a; a = a->next_lazy)
		lazy += a->lazy;
	check(lazy == b->twin.nr_lazy, "list of lazy areas");
}

static inline void check_mappings(const struct bed *b)
{
	unsigned int pages = 0;

	for (unsigned int i = 0; i < b->twin.nr; i++) {
		const struct vm_naive_area *area = b->twin.areas + i;
		const struct vm_area *a = vm_tree_at(&b->vm, area->addr);
		uint64_t guard = area->addr + area->size - b->page;

		check(pgtable_walk(&b->vm.pt, guard) == PCPU_NO_FRAME || area->tag == TAG_PCPU,
		      "the guard page is not mapped");
		for (unsigned int k = 0; a && k < a->nr_pages; k++, pages++)
			check(pgtable_walk(&b->vm.pt, area->addr + k * b->page) == a->frames[k],
			      "page of vmalloc");
	}
	check(pages == b->frames && pages == b->mapped, "all frames are mapped, and nothing else");
}

/* The twin purges; the flush must have covered just that. */
static inline void twin_purge(struct bed *b)
{
	uint64_t start = 0, end = 0;

	if (!vm_naive_purge(&b->twin, &start, &end)) {
		check(b->flushes == 0, "no flush for nothing");
		return;
	}
	nr_purged++;
	check(b->flushes == 1 && b->flush_start == start && b->flush_end == end, "one flush");
}

/* Where an area of so many bytes must come to be, after what happens on the way there. */
static inline bool twin_place(struct bed *b, uint64_t size, uint64_t align, uint64_t from,
			      uint64_t to, uint64_t *addr)
{
	if (vm_naive_lowest(&b->twin, size, align, from, to, addr)) {
		check(b->flushes == 0, "no flush if it fits at once");
		return true;
	}
	twin_purge(b);
	return vm_naive_lowest(&b->twin, size, align, from, to, addr);
}

static inline uint64_t get_area(struct bed *b, uint64_t size, unsigned int flags, uint64_t from,
				uint64_t to, unsigned int fail_at)
{
	uint64_t full, align, addr = 0;
	struct vm_area *a;
	bool fits = false;

	begin_op(b, fail_at);
	a = vm_get_area(&b->vm, size, flags, from, to);
	if (!vm_naive_area_args(&b->twin, size, flags & VM_IOREMAP, VM_IOREMAP_MAX_ORDER, &full,
				&align)) {
		check(!a && !b->requests, "a request that asks for nothing takes nothing");
		nr_bad_args++;
	} else if (fail_at == 1) {
		check(!a && !strcmp(b->log, "A!"), "without descriptor no area");
		nr_refused++;
	} else {
		check(!strcmp(b->log, "A"), "one request");
		fits = twin_place(b, full, align, from, to, &addr);
		check((a != NULL) == fits, "an area if it fits");
		check(!a || !fits || (a->addr == addr && a->size == full), "the lowest place");
		nr_fits += fits;
		nr_not += !fits;
	}
	if (fits)
		vm_naive_insert(&b->twin, addr, full, flags & VM_IOREMAP ? TAG_IOREMAP : TAG_VM);
	return a ? a->addr : 0;
}

static inline uint64_t do_vmalloc(struct bed *b, uint64_t size, unsigned int fail_at)
{
	uint64_t full, align, addr = 0, got;
	bool fits;

	begin_op(b, fail_at);
	got = vm_vmalloc(&b->vm, size, 1);
	if (!vm_naive_area_args(&b->twin, size, false, 0, &full, &align) ||
	    full / b->page - 1 > b->vm.cfg.max_frames) {
		check(!got && !b->requests, "a size that cannot be takes nothing");
		nr_bad_args++;
		return 0;
	}
	if (b->fired == PCPU_FAULT_AREA) {
		check(!got, "without descriptor no memory");
		return 0;
	}
	fits = twin_place(b, full, align, b->twin.start, b->twin.end, &addr);
	if (!fits) {
		check(!got && b->requests == 1, "no place, no memory");
		return 0;
	}
	vm_naive_insert(&b->twin, addr, full, TAG_VMALLOC);
	check(got || b->fired || b->frames + full / b->page - 1 > FRAMES, "fails for a reason");
	check(!got || (got == addr && b->fired == PCPU_FAULT_NONE), "where and whether");
	if (!got)
		vm_naive_set_lazy(&b->twin, addr);
	nr_vmalloc += got != 0;
	return got;
}

static inline struct vm_area **get_congruent(struct bed *b, const uint64_t *offsets,
					     const uint64_t *sizes, unsigned int nr, uint64_t align,
					     unsigned int fail_at)
{
	uint64_t base = 0, every = 0;
	struct vm_area **areas;
	bool fits;

	begin_op(b, fail_at);
	areas = vm_pcpu_get_areas(&b->vm, offsets, sizes, nr, align);
	if (!vm_naive_congruent_args(&b->twin, offsets, sizes, nr, align, VM_PCPU_AREAS_MAX)) {
		check(!areas && !b->requests, "a request without sense takes nothing");
		nr_bad_args++;
		return areas;
	}
	if (b->fired) {
		check(!areas && b->requests == fail_at, "nothing more is asked for after that");
		nr_refused++;
		return areas;
	}
	check(b->requests == nr + 1 && strspn(b->log, "A") == nr + 1, "requests");
	fits = vm_naive_highest(&b->twin, offsets, sizes, nr, align, &base);
	check(fits == vm_naive_highest_every(&b->twin, offsets, sizes, nr, align, &every) &&
		      base == every,
	      "leaving out bases does not matter");
	if (!fits) {
		twin_purge(b);
		fits = vm_naive_highest(&b->twin, offsets, sizes, nr, align, &base);
	} else {
		check(b->flushes == 0, "no flush if it fits at once");
	}
	check((areas != NULL) == fits, "areas if they fit");
	nr_congruent += fits;
	nr_no_base += !fits;
	for (unsigned int i = 0; fits && areas && i < nr; i++) {
		check(areas[i]->addr == base + offsets[i] && areas[i]->size == sizes[i],
		      "the highest base");
		vm_naive_insert(&b->twin, base + offsets[i], sizes[i], TAG_PCPU);
	}
	return areas;
}

static inline void free_congruent(struct bed *b, unsigned int i)
{
	begin_op(b, 0);
	for (unsigned int k = 0; k < b->chunk_nr[i]; k++)
		vm_naive_set_lazy(&b->twin, b->chunk[i][k]->addr);
	vm_pcpu_free_areas(&b->vm, b->chunk[i], b->chunk_nr[i]);
	b->nr_chunks--;
	b->chunk[i] = b->chunk[b->nr_chunks];
	b->chunk_nr[i] = b->chunk_nr[b->nr_chunks];
}

#endif
