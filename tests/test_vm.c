// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_vm.c - the vmalloc address space against its naive twin, and what kernels once got wrong.
 *
 * Random ops in windows of both address widths, each request refused in turn, a ledger of what is
 * taken, and the tree's invariants after every step.  Does not cover misuse, which asserts catch,
 * nor the page tables beyond what vmalloc does with them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static unsigned long nr_checks, nr_failures;
static unsigned long nr_fits, nr_not, nr_purged, nr_refused, nr_congruent, nr_no_base, nr_bad_args;
static unsigned long nr_vmalloc;

static bool check(bool good, const char *what)
{
	nr_checks++;
	if (!good && ++nr_failures <= 20)
		printf("FAILED: %s\n", what);
	return good;
}

/* May this request be served? */
static bool serve(struct bed *b, enum pcpu_fault kind)
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

static void *meta_alloc(void *ctx, enum pcpu_fault kind, size_t size)
{
	struct bed *b = ctx;
	void *p = serve(b, kind) ? calloc(1, size) : NULL;

	b->meta += p != NULL;
	return p;
}

static void meta_free(void *ctx, void *p)
{
	struct bed *b = ctx;

	check(p && b->meta, "metadata is freed once");
	b->meta--;
	free(p);
}

static uint32_t frame_alloc(void *ctx, unsigned int node, enum pcpu_owner owner)
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

static void frame_free(void *ctx, uint32_t frame)
{
	struct bed *b = ctx;

	if (!check(frame < FRAMES && b->taken[frame] && !b->owner[frame], "frame to be freed"))
		return;
	b->taken[frame] = false;
	b->frames--;
}

static bool may_map(void *ctx)
{
	return serve(ctx, PCPU_FAULT_MAP);
}

static void pte_set(void *ctx, uint64_t addr, uint32_t frame)
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

static void tlb_flush(void *ctx, uint64_t start, uint64_t end)
{
	struct bed *b = ctx;

	check(vm_tree_at(&b->vm, start) && vm_tree_at(&b->vm, end - 1),
	      "the flush comes before the addresses are usable");
	b->flushes++;
	b->flush_start = start;
	b->flush_end = end;
}

static void set_up(struct bed *b, unsigned int va_bits, unsigned int page_shift, uint64_t start,
		   uint64_t end)
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

static void tear_down(struct bed *b)
{
	for (unsigned int i = 0; i < b->nr_chunks; i++)
		meta_free(b, b->chunk[i]);
	vm_exit(&b->vm);
	check(!b->meta && !b->frames && !b->mapped, "nothing is left over");
	vm_naive_exit(&b->twin);
}

static void begin_op(struct bed *b, unsigned int fail_at)
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

static void add_gap(struct gaps *gaps, uint64_t lo, uint64_t hi, uint64_t page)
{
	for (int order = 0; order <= VM_IOREMAP_MAX_ORDER; order++) {
		while (lo % (page << order) && lo < hi)
			lo += page;
		if (hi - lo > gaps->max[order])
			gaps->max[order] = hi - lo;
	}
}

/* Of a subtree: order, links, ranks, gaps, and that no bound is less than a gap. */
static bool check_subtree(const struct bed *b, const struct pcpu_treap *n, uint64_t *end,
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

static void check_state(const struct bed *b)
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

static void check_mappings(const struct bed *b)
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
static void twin_purge(struct bed *b)
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
static bool twin_place(struct bed *b, uint64_t size, uint64_t align, uint64_t from, uint64_t to,
		       uint64_t *addr)
{
	if (vm_naive_lowest(&b->twin, size, align, from, to, addr)) {
		check(b->flushes == 0, "no flush if it fits at once");
		return true;
	}
	twin_purge(b);
	return vm_naive_lowest(&b->twin, size, align, from, to, addr);
}

static uint64_t get_area(struct bed *b, uint64_t size, unsigned int flags, uint64_t from,
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

static uint64_t do_vmalloc(struct bed *b, uint64_t size, unsigned int fail_at)
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

static struct vm_area **get_congruent(struct bed *b, const uint64_t *offsets, const uint64_t *sizes,
				      unsigned int nr, uint64_t align, unsigned int fail_at)
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

static void free_congruent(struct bed *b, unsigned int i)
{
	begin_op(b, 0);
	for (unsigned int k = 0; k < b->chunk_nr[i]; k++)
		vm_naive_set_lazy(&b->twin, b->chunk[i][k]->addr);
	vm_pcpu_free_areas(&b->vm, b->chunk[i], b->chunk_nr[i]);
	b->nr_chunks--;
	b->chunk[i] = b->chunk[b->nr_chunks];
	b->chunk_nr[i] = b->chunk_nr[b->nr_chunks];
}

/* Addresses in and around the window, and far off. */
static uint64_t random_address(const struct bed *b, struct rng *r)
{
	uint64_t pages = (b->vm.cfg.end - b->vm.cfg.start) / b->page + 1;
	uint64_t addr = b->vm.cfg.start + rng_below(r, (uint32_t)pages) * b->page;

	switch (rng_below(r, 12)) {
	case 0:
		return 0;
	case 1:
		return UINT64_MAX;
	case 2:
		return b->vm.cfg.va_bits == 32 ? UINT64_C(1) << 32 : 1;
	case 3:
		return addr + rng_below(r, (uint32_t)b->page);
	case 4:
		return b->vm.cfg.start - b->page;
	case 5:
		return b->vm.cfg.end + b->page;
	default:
		return addr;
	}
}

static uint64_t random_size(const struct bed *b, struct rng *r)
{
	uint64_t whole = b->vm.cfg.va_bits == 32 ? UINT64_C(1) << 32 : 0;
	uint64_t pages = (b->vm.cfg.end - b->vm.cfg.start) / b->page;
	uint32_t bytes = rng_below(r, 2) ? rng_below(r, 200) : 0;

	switch (rng_below(r, 24)) {
	case 0:
		return 0;
	case 1:
		return whole - rng_below(r, 3) * b->page - bytes % 2;
	case 2:
		return (pages - rng_below(r, 3)) * b->page;
	case 3:
		return whole + rng_below(r, 3) * b->page;
	case 4:
	case 5:
		return (1 + rng_below(r, (uint32_t)pages)) * b->page;
	default:
		return (1 + rng_below(r, 6)) * b->page - bytes;
	}
}

static void random_congruent(struct bed *b, struct rng *r, unsigned int fail_at)
{
	unsigned int nr = 1 + rng_below(r, MAX_GROUPS), bad = rng_below(r, 24);
	unsigned int any = rng_below(r, nr);
	uint64_t align = b->page << rng_below(r, 3), offsets[MAX_GROUPS], sizes[MAX_GROUPS], at = 0;
	struct vm_area **areas;

	for (unsigned int i = 0; i < nr; i++) {
		at += rng_below(r, 7) * align;
		offsets[i] = at;
		sizes[i] = (1 + rng_below(r, 3)) * align;
		at += sizes[i];
	}
	for (unsigned int i = 0; i < nr; i++) { /* in any order */
		unsigned int k = rng_below(r, nr);
		uint64_t offset = offsets[i], size = sizes[i];

		offsets[i] = offsets[k];
		sizes[i] = sizes[k];
		offsets[k] = offset;
		sizes[k] = size;
	}
	if (bad == 0)
		offsets[any] += b->page * (1 + rng_below(r, 8));
	if (bad == 1)
		sizes[any] += b->page * (1 + rng_below(r, 8));
	if (bad == 2)
		sizes[any] = random_size(b, r);
	if (bad == 3)
		offsets[any] = random_size(b, r);
	if (bad == 4)
		align = rng_below(r, 2) ? align + 1 : b->page / 2;
	if (bad == 5)
		nr = 0;
	if (bad == 6)
		align = UINT64_C(1) << 63 >> rng_below(r, 50);
	areas = get_congruent(b, offsets, sizes, nr, align, fail_at);
	if (!areas)
		return;
	b->chunk[b->nr_chunks] = areas;
	b->chunk_nr[b->nr_chunks++] = nr;
	if (b->nr_chunks == MAX_CHUNKS)
		free_congruent(b, rng_below(r, b->nr_chunks));
}

/* Free what starts at a random area, in the way of another kind, too. */
static void random_free(struct bed *b, struct rng *r)
{
	struct vm_naive_area *area = b->twin.nr ? b->twin.areas + rng_below(r, b->twin.nr) : NULL;
	uint64_t addr = area && rng_below(r, 8) ? area->addr : random_address(b, r);
	bool by_vfree, want;

	begin_op(b, 0);
	area = vm_naive_find(&b->twin, addr);
	by_vfree = area && rng_below(r, 8) ? area->tag == TAG_VMALLOC : rng_below(r, 2);
	want = area && (by_vfree ? area->tag == TAG_VMALLOC : area->tag <= TAG_IOREMAP);
	if (by_vfree)
		check(vm_vfree(&b->vm, addr) == (want || !addr), "vfree");
	else
		check(vm_remove_area(&b->vm, addr) == want, "removal");
	if (want)
		vm_naive_set_lazy(&b->twin, addr);
	check(!b->flushes && !b->requests, "freeing asks for nothing");
}

static void random_op(struct bed *b, struct rng *r)
{
	unsigned int fail_at = rng_below(r, 6) ? 0 : 1 + rng_below(r, 12);
	uint64_t from = b->vm.cfg.start, to = b->vm.cfg.end, size = random_size(b, r);
	unsigned int flags = rng_below(r, 3) ? 0 : VM_IOREMAP;

	if (rng_below(r, 3) == 0) {
		from = random_address(b, r);
		to = random_address(b, r);
	}
	switch (rng_below(r, 16)) {
	case 0:
	case 1:
	case 2:
	case 3:
		get_area(b, size, flags, from, to, fail_at);
		break;
	case 4:
	case 5:
	case 6:
		do_vmalloc(b, size, fail_at);
		break;
	case 7:
	case 8:
	case 9:
		random_congruent(b, r, fail_at);
		break;
	case 10:
		if (rng_below(r, 8) == 0) {
			begin_op(b, 0);
			vm_purge_lazy(&b->vm);
			twin_purge(b);
		}
		break;
	case 11:
		if (b->nr_chunks)
			free_congruent(b, rng_below(r, b->nr_chunks));
		break;
	default:
		random_free(b, r);
	}
}

static void random_early(struct bed *b, struct rng *r)
{
	uint64_t size = random_size(b, r), align = b->page >> 1 << rng_below(r, 4), addr = 0;
	uint64_t full, page_align, want = 0;

	begin_op(b, 1);
	if (rng_below(r, 8) == 0)
		align++;
	addr = vm_register_early(&b->vm, size, align);
	if (align < b->page)
		align = b->page;
	/* the guard page of an ordinary area is not added here, so sizes differ by that */
	if (!(align & (align - 1)) &&
	    vm_naive_area_args(&b->twin, size, false, 0, &full, &page_align) &&
	    vm_naive_lowest(&b->twin, full - b->page, align, 0, UINT64_MAX, &want))
		vm_naive_insert(&b->twin, want, full - b->page, TAG_PCPU);
	check(addr == want && !b->requests, "early area");
}

static void random_space(struct rng *r, unsigned int i)
{
	static const unsigned int shifts[] = { 12, 8, 16, 13 };
	unsigned int page_shift = shifts[i % 4], va_bits = i / 4 % 2 ? 32 : 64;
	uint64_t page = UINT64_C(1) << page_shift, start;
	unsigned int pages = i < 8 ? i / 4 : 1 + rng_below(r, rng_below(r, 2) ? 40 : 300);
	struct bed b;

	switch (rng_below(r, 4)) {
	case 0: /* up to the last page */
	case 1:
		start = (va_bits == 32 ? UINT64_C(1) << 32 : 0) - (pages + 1) * page;
		break;
	case 2: /* around 2^31 or 2^32 */
		start = (UINT64_C(1) << (va_bits == 32 ? 31 : 32)) - pages / 2 * page;
		break;
	default:
		start = page * (1 + rng_below(r, 3));
	}
	set_up(&b, va_bits, page_shift, start, start + pages * page);
	check_state(&b);
	for (unsigned int k = rng_below(r, 4); k--;)
		random_early(&b, r);
	for (unsigned int k = 0; k < 250; k++) {
		random_op(&b, r);
		check_state(&b);
		if (k % 4 == 0)
			check_mappings(&b);
	}
	tear_down(&b);
}

#define VSTART UINT64_C(0x100000)

static void page_space(struct bed *b, unsigned int start, unsigned int end)
{
	set_up(b, 64, 12, VSTART + start * UINT64_C(4096), VSTART + end * UINT64_C(4096));
}

static uint64_t at(unsigned int page)
{
	return VSTART + page * UINT64_C(4096);
}

/* An area of the boot of so many pages at the first place from @page on; it has no guard page. */
static void block(struct bed *b, unsigned int page, unsigned int nr)
{
	struct vm_area *a = meta_alloc(b, PCPU_FAULT_NONE, sizeof(*a));

	a->addr = at(page);
	a->size = nr * UINT64_C(4096);
	a->flags = VM_PCPU;
	vm_tree_insert(&b->vm, a);
	vm_naive_insert(&b->twin, a->addr, a->size, TAG_PCPU);
}

/* In units of pages, the guard page not counted; 0 if it does not fit. */
static unsigned int get_pages(struct bed *b, unsigned int nr, unsigned int flags, unsigned int from,
			      unsigned int to)
{
	uint64_t addr = get_area(b, nr * UINT64_C(4096), flags, at(from), at(to), 0);

	check_state(b);
	return addr ? (unsigned int)((addr - VSTART) / 4096) : 0;
}

/* B70 and B71: places beyond the end of the range, in the four ways there were. */
static void test_beyond_end(void)
{
	struct bed b;

	page_space(&b, 1, 1000);
	check(!get_pages(&b, 10, 0, 100, 104), "B70: nothing there at all");
	block(&b, 100, 4);
	check(!get_pages(&b, 127, VM_IOREMAP, 100, 220), "B70: all areas below");
	tear_down(&b);
	page_space(&b, 1, 1000);
	block(&b, 90, 12);
	check(!get_pages(&b, 5, 0, 100, 104), "B70: the last area is in the way");
	check(get_pages(&b, 1, 0, 100, 104) == 102, "B70: the rest of the range");
	tear_down(&b);
	page_space(&b, 1, 1000);
	block(&b, 200, 5);
	check(!get_pages(&b, 8, 0, 100, 104), "B71: an area above the end");
	block(&b, 90, 12);
	check(!get_pages(&b, 5, 0, 100, 104), "B71: after stepping over one");
	check(!get_pages(&b, 900, 0, 100, 104), "a size above the end");
	tear_down(&b);
}

/* B72: sizes that round to 0; B76, B77: sums that wrap. */
static void test_wrap(unsigned int va_bits)
{
	uint64_t whole = va_bits == 32 ? UINT64_C(1) << 32 : 0, page = 4096;
	const uint64_t sizes[] = { 0, whole - 1, whole - page, whole - page - 1, whole - 2 * page };
	struct bed b;

	set_up(&b, va_bits, 12, whole - 65 * page, whole - page);
	for (unsigned int i = 0; i < 5; i++) {
		check(!get_area(&b, sizes[i], 0, 0, UINT64_MAX, 0), "B72, B76: a size that wraps");
		check(i == 4 || !b.requests, "B72: before anything is taken");
		check(!do_vmalloc(&b, sizes[i], 0) && !b.requests, "vmalloc of that size");
	}
	check(get_area(&b, 62 * page, 0, 0, UINT64_MAX, 0), "up to a page below the end");
	check(!get_area(&b, page, 0, 0, UINT64_MAX, 0), "B77: no area ends at or beyond 2^bits");
	check(get_area(&b, 0x1000, 0, whole - 2 * page, whole, 0) == 0, "not even by request");
	check_state(&b);
	tear_down(&b);
}

/* B73: exact hole; B74: purge and start again; B82: exact hole with alignment; B83. */
static void test_fits(void)
{
	struct bed b;

	page_space(&b, 16, 400);
	block(&b, 20, 10);
	block(&b, 34, 366);
	check(get_pages(&b, 3, 0, 1, 400) == 16, "B73: a hole exactly as large, at the start");
	check(get_pages(&b, 3, 0, 1, 400) == 30, "B73: a hole exactly as large, between two");
	check(!get_pages(&b, 1, 0, 1, 400), "full");
	check(vm_remove_area(&b.vm, at(16)), "remove");
	vm_naive_set_lazy(&b.twin, at(16));
	check(!vm_remove_area(&b.vm, at(16)), "B74: only once");
	check(!vm_find_area(&b.vm, at(16)), "B74: no longer found");
	check(get_pages(&b, 2, 0, 1, 400) == 16 && b.flushes == 1, "B74: purge, from the start");
	tear_down(&b);

	page_space(&b, 16, 400);
	block(&b, 16, 48);
	block(&b, 73, 327);
	check(get_pages(&b, 8, VM_IOREMAP, 64, 73) == 64, "B82: range, size and hole are the same");
	tear_down(&b);

	page_space(&b, 1, 1024);
	check(get_pages(&b, 8, VM_IOREMAP, 1, 1000) == 8, "B83: a power of two stays");
	check(get_pages(&b, 9, VM_IOREMAP, 1, 1000) == 32, "B83: rounded up");
	check(get_area(&b, 4096 * 7 + 1, VM_IOREMAP, 0, UINT64_MAX, 0) == at(48),
	      "B83: of whole pages");
	check(get_pages(&b, 300, VM_IOREMAP, 1, 1000) == 128, "B83: at most 128 pages");
	tear_down(&b);
	set_up(&b, 64, 12, UINT64_C(1) << 40, UINT64_C(1) << 60);
	check(get_area(&b, UINT64_C(1) << 32, VM_IOREMAP, 1, UINT64_MAX, 0) == UINT64_C(1) << 40,
	      "B83: sizes above 32 bits");
	check(get_area(&b, 1, VM_IOREMAP, 1, UINT64_MAX, 0), "B83: and after that");
	tear_down(&b);
}

/* B80: an area that sticks out at the top of a hole only. */
static void test_congruent(void)
{
	static const uint64_t offsets[] = { 0, 8 * 4096 }, sizes[] = { 2 * 4096, 3 * 4096 };
	static const uint64_t apart[] = { 0, 8 * 4096 }, four[] = { 4 * 4096, 4 * 4096 };
	uint64_t many_offsets[VM_PCPU_AREAS_MAX + 1], many_sizes[VM_PCPU_AREAS_MAX + 1];
	struct vm_area **areas;
	struct bed b;

	page_space(&b, 2, 16);
	block(&b, 6, 3);
	areas = get_congruent(&b, offsets, sizes, 2, 4096, 0);
	check(areas && areas[0]->addr == at(4), "B80");
	meta_free(&b, areas);
	tear_down(&b);

	page_space(&b, 4, 16);
	block(&b, 8, 4);
	areas = get_congruent(&b, apart, four, 2, 4096, 0);
	check(areas && areas[0]->addr == at(4), "B88");
	check(!get_congruent(&b, apart, four, 2, 4096, 0), "full");
	vm_pcpu_free_areas(&b.vm, areas, 2);
	vm_naive_set_lazy(&b.twin, at(4));
	vm_naive_set_lazy(&b.twin, at(12));
	areas = get_congruent(&b, apart, four, 2, 4096, 0);
	check(areas && b.flushes == 1 && b.flush_start == at(4) && b.flush_end == at(16),
	      "one flush for both");
	meta_free(&b, areas);
	tear_down(&b);

	page_space(&b, 1, 1000);
	for (unsigned int i = 0; i <= VM_PCPU_AREAS_MAX; i++) {
		many_offsets[i] = 2 * i * UINT64_C(4096);
		many_sizes[i] = 4096;
	}
	check(!get_congruent(&b, many_offsets, many_sizes, VM_PCPU_AREAS_MAX + 1, 4096, 0), "257");
	areas = get_congruent(&b, many_offsets, many_sizes, VM_PCPU_AREAS_MAX, 4096, 0);
	check(areas != NULL, "256");
	check_state(&b);
	meta_free(&b, areas);
	tear_down(&b);
}

/* Requests that make no sense; all of pages, [1, 64) the window. */
static void test_bad_congruent(void)
{
	static const struct {
		uint64_t offset[3], size[3];
		unsigned int nr;
	} bad[] = {
		{ { 0, 0 }, { 4096, 4096 }, 2 }, /* identical */
		{ { 0, 4096 }, { 8192, 4096 }, 2 }, /* overlap */
		{ { 4096, 0 }, { 4096, 8192 }, 2 }, /* the other way round */
		{ { 0, 4096 }, { 65536, 4096 }, 2 }, /* nested */
		{ { 4096, 0 }, { 4096, 65536 }, 2 }, /* nested, the other way round */
		{ { 0, 8192 }, { 4096, 0 }, 2 }, /* empty */
		{ { 1 }, { 4096 }, 1 }, /* unaligned */
		{ { 0 }, { 4097 }, 1 },
		{ { UINT64_MAX - 4095 }, { 4096 }, 1 }, /* ends at 2^64 */
		{ { UINT64_MAX - 4095 }, { 8192 }, 1 }, /* wraps */
		{ { 0, 4096 }, { 4096, UINT64_MAX - 4095 }, 2 },
		{ { 0 }, { 64 * 4096 }, 1 }, /* larger than the window */
		{ { 63 * 4096 }, { 4096 }, 1 }, /* reaches beyond it */
		{ { 0 }, { 4096 }, 0 }, /* none */
	};
	struct bed b;

	page_space(&b, 1, 64);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check(!get_congruent(&b, bad[i].offset, bad[i].size, bad[i].nr, 4096, 0) &&
			      !b.requests,
		      "a request that makes no sense");
	check(!get_congruent(&b, bad[0].offset, bad[0].size, 1, 0, 0), "align 0");
	check(!get_congruent(&b, bad[0].offset, bad[0].size, 1, 2048, 0), "align below a page");
	check(!get_congruent(&b, bad[0].offset, bad[0].size, 1, 12288, 0), "align 3 pages");
	check_state(&b);
	tear_down(&b);
}

/* B84: an area of the boot is not put upon another one. */
static void test_early(void)
{
	struct bed b;

	page_space(&b, 1, 64);
	block(&b, 1, 3);
	block(&b, 5, 4);
	check(vm_register_early(&b.vm, 4096 + 1, 1) == at(9),
	      "B84: first gap that is large enough");
	check(vm_register_early(&b.vm, 4096, 4096) == at(4), "B84: first gap");
	check(vm_register_early(&b.vm, 4096, 16 * 4096) == at(16), "aligned");
	check(!vm_register_early(&b.vm, 64 * 4096, 4096), "too large");
	check(!vm_register_early(&b.vm, 0, 4096), "nothing");
	check(!vm_register_early(&b.vm, UINT64_MAX, 4096), "a size that wraps");
	check(!vm_register_early(&b.vm, 4096, 12288), "no power of two");
	check(!vm_remove_area(&b.vm, at(4)) && !vm_vfree(&b.vm, at(4)), "it stays");
	tear_down(&b);
}

/* Each request of an op refused in turn; what is taken afterwards must be what was before. */
static void test_refusals(void)
{
	static const uint64_t offsets[] = { 4096, 5 * 4096, 0 }, sizes[] = { 4096, 8192, 4096 };
	unsigned int meta, refused = 0;
	struct vm_area **areas;
	struct bed b;

	for (unsigned int k = 1;; k++, refused++) {
		page_space(&b, 1, 64);
		meta = b.meta;
		areas = get_congruent(&b, offsets, sizes, 3, 4096, k);
		if (areas)
			break;
		check(b.meta == meta, "nothing is kept of congruent areas");
		check_state(&b);
		tear_down(&b);
	}
	check(refused == 4, "refusals of congruent areas");
	meta_free(&b, areas);
	tear_down(&b);
}

/* The same of vmalloc, where addresses may be kept. */
static void test_vmalloc_refusals(void)
{
	unsigned int refused = 0;
	struct bed b;

	for (unsigned int k = 1;; k++, refused++) {
		uint64_t got;

		page_space(&b, 1, 64);
		got = do_vmalloc(&b, 3 * 4096, k);
		check_state(&b);
		check_mappings(&b);
		if (!b.fired) {
			check(got && !strcmp(b.log, "AMpppTTTmmm"), "requests of vmalloc");
			break;
		}
		check(!got && !b.frames && !b.mapped, "nothing is kept");
		check(b.twin.nr_lazy == (b.fired != PCPU_FAULT_AREA), "but the addresses");
		tear_down(&b);
	}
	check(refused == 11, "refusals of vmalloc");
	check(do_vmalloc(&b, 20 * 4096, 0) == at(5), "all frames but those kept");
	check(!do_vmalloc(&b, 21 * 4096, 0) && !b.requests, "more pages than frames");
	check(!do_vmalloc(&b, 4 * 4096, 0) && b.twin.nr_lazy == 1, "out of frames");
	check(vm_vfree(&b.vm, 0), "vfree of nothing");
	check(!vm_vfree(&b.vm, at(2)) && !vm_vfree(&b.vm, at(26)), "vfree of an inner page");
	check(vm_vfree(&b.vm, at(1)) && !vm_vfree(&b.vm, at(1)), "vfree, once");
	vm_naive_set_lazy(&b.twin, at(1));
	check(!vm_remove_area(&b.vm, at(5)), "memory is not removed");
	check_state(&b);
	check_mappings(&b);
	tear_down(&b);
}

static void test_info(void)
{
	static const char want[] = "0x0000000000101000-0x0000000000104000 12288 vmalloc pages=2\n"
				   "0x0000000000104000-0x0000000000106000 8192 vm\n"
				   "0x0000000000106000-0x0000000000108000 8192 ioremap\n"
				   "0x000000000013f000-0x0000000000140000 4096 pcpu\n";
	static const uint64_t offset = 0, size = 4096;
	struct vm_area **areas;
	char text[sizeof(want)];
	struct bed b;

	page_space(&b, 1, 64);
	check(vm_vmallocinfo(&b.vm, NULL, 0) == 0, "no areas");
	do_vmalloc(&b, 5000, 0);
	get_pages(&b, 1, VM_ALLOC, 1, 64);
	get_pages(&b, 1, VM_IOREMAP, 1, 64);
	get_pages(&b, 1, 0, 1, 64);
	vm_remove_area(&b.vm, at(8));
	areas = vm_pcpu_get_areas(&b.vm, &offset, &size, 1, 4096);
	check(vm_vmallocinfo(&b.vm, NULL, 0) == strlen(want), "length");
	for (size_t room = 1; room <= sizeof(text); room++) {
		memset(text, '?', sizeof(text));
		vm_vmallocinfo(&b.vm, text, room);
		check(strlen(text) == room - 1 && !memcmp(text, want, room - 1), "text cut off");
	}
	meta_free(&b, areas);
	tear_down(&b);
}

int main(void)
{
	struct rng r = { 11 };

	setvbuf(stdout, NULL, _IOLBF, 0); /* so that a failed assert does not hide what was said */

	test_beyond_end();
	test_wrap(32);
	test_wrap(64);
	test_fits();
	test_congruent();
	test_bad_congruent();
	test_early();
	test_refusals();
	test_vmalloc_refusals();
	test_info();
	for (unsigned int i = 0; i < 3000; i++)
		random_space(&r, i);
	check(nr_fits && nr_not && nr_purged && nr_refused && nr_congruent && nr_no_base &&
		      nr_bad_args && nr_vmalloc,
	      "each case occurred");
	printf("areas: %lu fit, %lu did not, %lu purges, %lu refusals, %lu without sense\n",
	       nr_fits, nr_not, nr_purged, nr_refused, nr_bad_args);
	printf("vmalloc: %lu; congruent: %lu fit, %lu did not\n", nr_vmalloc, nr_congruent,
	       nr_no_base);
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}
