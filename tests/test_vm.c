// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_vm.c - the vmalloc address space where it is easy to be wrong: its edges, what fits exactly,
 * refusals, and what kernels once got wrong.
 *
 * Each is a case with a known answer; test_vm_random.c does the rest.
 */
#include "vm_bed.h"

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
	return tests_end();
}
