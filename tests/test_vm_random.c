// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_vm_random.c - the vmalloc address space against its naive twin: random ops in windows of
 * both address widths, each request refused in turn.
 *
 * Does not cover misuse, which asserts catch, nor the page tables beyond what vmalloc does with
 * them.
 */
#include "vm_bed.h"

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

int main(void)
{
	struct rng r = { 11 };

	setvbuf(stdout, NULL, _IOLBF, 0); /* so that a failed assert does not hide what was said */

	for (unsigned int i = 0; i < 3000; i++)
		random_space(&r, i);
	check(nr_fits && nr_not && nr_purged && nr_refused && nr_congruent && nr_no_base &&
		      nr_bad_args && nr_vmalloc,
	      "each case occurred");
	printf("areas: %lu fit, %lu did not, %lu purges, %lu refusals, %lu without sense\n",
	       nr_fits, nr_not, nr_purged, nr_refused, nr_bad_args);
	printf("vmalloc: %lu; congruent: %lu fit, %lu did not\n", nr_vmalloc, nr_congruent,
	       nr_no_base);
	return tests_end();
}
