// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_world.c - the world that subjects run in: faults come when armed, and misuse is noticed.
 */
#include <stdio.h>
#include <string.h>

#include "../oracle/world.h"

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif

#define PAGE 256u
#define AT(page) (MACHINE_VM_START + (uint64_t)(page)*PAGE)

static unsigned int checks, failures;

static void check(bool ok, const char *what)
{
	checks++;
	if (!ok) {
		failures++;
		printf("FAILED: %s\n", what);
	}
}

/* One node, three frames, four pages of window. */
static struct machine small_machine(void)
{
	struct machine m = { .possible = { 1 },
			     .page = PAGE,
			     .unit_pages = 1,
			     .static_size = 4,
			     .dyn_size = 8,
			     .vm_pages = 4,
			     .frames = 3 };

	machine_defaults(&m);
	return m;
}

/* Three nodes with 3, 2 and 2 frames. */
static struct machine node_machine(void)
{
	struct machine m = small_machine();

	m.nr_nodes = 3;
	m.frames = 7;
	m.vm_pages = 16;
	return m;
}

static void test_faults(void)
{
	struct machine m = small_machine();
	struct world w;
	void *p[3];

	world_init(&w, &m);
	world_arm(&w, PCPU_FAULT_META, 2);
	for (int i = 0; i < 3; i++)
		p[i] = w.env.meta_alloc(&w, PCPU_FAULT_META, 8);
	check(p[0] && !p[1] && p[2], "the second piece of metadata, and only that, is refused");
	check(w.meta_live == 2, "what was refused is not in the ledger");
	w.env.meta_free(&w, p[0]);
	w.env.meta_free(&w, p[2]);
	check(!w.meta_live, "what was given back has left the ledger");

	for (int kind = PCPU_FAULT_NONE + 1; kind < PCPU_FAULT_NR; kind++) {
		world_arm(&w, (enum pcpu_fault)kind, 1);
		p[0] = w.env.meta_alloc(&w, (enum pcpu_fault)(kind % (PCPU_FAULT_NR - 1) + 1), 8);
		p[1] = w.env.meta_alloc(&w, PCPU_FAULT_NONE, 8);
		check(p[0] && p[1], "a fault of one kind does not touch another, nor boot memory");
		w.env.meta_free(&w, p[0]);
		w.env.meta_free(&w, p[1]);
		memset(w.budget.fault, 0, sizeof(w.budget.fault));
	}
	world_arm(&w, PCPU_FAULT_NONE, 1);
	p[0] = w.env.meta_alloc(&w, PCPU_FAULT_NONE, 8);
	check(p[0], "what is never refused cannot be armed");
	w.env.meta_free(&w, p[0]);

	world_arm(&w, PCPU_FAULT_MAP, 0);
	check(!w.env.may_map(&w) && w.env.may_map(&w), "map 0: the first mapping fails");
	world_arm(&w, PCPU_FAULT_MAP, 1);
	check(w.env.may_map(&w) && !w.env.may_map(&w), "map 1: one page maps before");
	world_arm(&w, PCPU_FAULT_AREA, 1);
	check(!w.env.meta_alloc(&w, PCPU_FAULT_AREA, 8), "area 1: the next descriptor is refused");
	world_arm(&w, PCPU_FAULT_TABLE, 1);
	check(!w.env.meta_alloc(&w, PCPU_FAULT_TABLE, 8), "table 1: the next table is refused");
	check(!w.misuse, "no misuse so far");
	world_exit(&w);
}

static void test_frames(void)
{
	struct machine m = small_machine();
	uint32_t frame[4];
	struct world w;

	world_init(&w, &m);
	for (int i = 0; i < 4; i++)
		frame[i] = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	check(frame[2] != PCPU_NO_FRAME && frame[3] == PCPU_NO_FRAME,
	      "three frames, and no fourth");
	check(frame[0] != frame[1] && frame[1] != frame[2] && frame[0] != frame[2], "distinct");
	check(w.env.frame_data(&w, frame[0])[255] == WORLD_JUNK, "a new frame holds junk");
	w.env.frame_free(&w, frame[1]);
	check(!w.env.frame_data(&w, frame[1]), "a free frame has no data");
	check(budget_frames(&w.budget) == 1 && !w.misuse, "one is free again");
	w.env.frame_free(&w, frame[1]);
	check(w.misuse && w.misuse_rule == RULE_world_misuse,
	      "a frame that was given back twice is noticed");
	check(budget_frames(&w.budget) == 1, "and not entered twice");
	check(!w.env.frame_data(&w, 3), "a frame that there is not has no data");
	world_exit(&w);
}

/* Which node a frame that was asked for of another came from. */
static void test_nodes(void)
{
	static const uint8_t want[] = { 1, 1, 2, 2, 0, 0, 0 };
	struct machine m = node_machine();
	uint32_t frame[7], again;
	struct world w;

	world_init(&w, &m);
	check(w.node_start[1] == 3 && w.node_start[2] == 5 && w.node_start[3] == 7,
	      "frames are spread evenly, the first nodes getting one more");
	for (int i = 0; i < 7; i++) {
		frame[i] = w.env.frame_alloc(&w, 1, PCPU_OWNER_CHUNK);
		check(frame[i] != PCPU_NO_FRAME && w.frame[frame[i]].node == want[i],
		      "a node that is used up is followed by the next, around the end");
	}
	check(w.env.frame_alloc(&w, 1, PCPU_OWNER_CHUNK) == PCPU_NO_FRAME, "then there is none");
	w.env.frame_free(&w, frame[2]);
	w.env.frame_free(&w, frame[3]);
	check(w.budget.frames_free[2] == 2 && !w.budget.frames_free[0] && !w.budget.frames_free[1],
	      "a frame returns to its own node");
	again = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	check(again == frame[3], "the one given back last is the first to be taken");
	check(!w.misuse, "no misuse so far");
	check(w.env.frame_alloc(&w, 3, PCPU_OWNER_CHUNK) == PCPU_NO_FRAME && w.misuse,
	      "a node that there is not is noticed");
	world_exit(&w);
}

static void test_owners(void)
{
	struct machine m = small_machine();
	uint32_t a, b;
	struct world w;

	world_init(&w, &m);
	a = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	b = w.env.frame_alloc(&w, 0, PCPU_OWNER_VMALLOC);
	check(w.owned[PCPU_OWNER_CHUNK] == 1 && w.owned[PCPU_OWNER_VMALLOC] == 1,
	      "frames are counted for their owners");
	w.env.frame_free(&w, b);
	check(w.owned[PCPU_OWNER_CHUNK] == 1 && !w.owned[PCPU_OWNER_VMALLOC], "and leave them");
	w.env.frame_free(&w, a);
	check(!w.owned[PCPU_OWNER_CHUNK] && !w.misuse, "all of them");
	world_exit(&w);
}

/* The budget alone, as forecasts use it. */
static void test_budget(void)
{
	struct budget b = { .nr_nodes = 3, .frames_free = { 1, 0, 2 } };
	unsigned int node = 1;

	check(budget_frames(&b) == 3, "all nodes count");
	check(budget_take_frame(&b, &node) && node == 2, "the next node that has any");
	check(budget_take_frame(&b, &node) && node == 2, "as long as it has");
	check(budget_take_frame(&b, &node) && node == 0, "around the end");
	check(!budget_take_frame(&b, &node) && !budget_frames(&b), "no more");

	b.frames_free[1] = 2;
	b.fault[PCPU_FAULT_PAGE] = 2;
	node = 1;
	check(budget_take_frame(&b, &node), "the first request is served");
	check(!budget_take_frame(&b, &node) && node == 1, "the second is refused");
	check(b.frames_free[1] == 1 && !b.fault[PCPU_FAULT_PAGE], "which takes nothing");
	check(budget_take_frame(&b, &node), "the third is served");
	check(!budget_refuses(&b, PCPU_FAULT_PAGE), "nothing is armed any more");
}

/* Give the world's misuse away: it must be of a rule, and the next one is to be seen as well. */
static void check_misuse(struct world *w, enum rule rule, const char *what)
{
	check(w->misuse && w->misuse_rule == rule, what);
	w->misuse = NULL;
}

static void test_mapping(void)
{
	struct machine m = node_machine();
	struct world w;
	uint32_t f[2];

	world_init(&w, &m);
	for (int i = 0; i < 2; i++)
		f[i] = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	check(!world_access(&w, AT(2)) && world_pte(&w, AT(2)) == PCPU_NO_FRAME,
	      "nothing is mapped at first");
	w.env.pte_set(&w, AT(2), f[0]);
	check(world_pte(&w, AT(2) + 77) == f[0] && w.nr_mapped == 1, "a page is mapped");
	check(world_access(&w, AT(2) + 77) == w.env.frame_data(&w, f[0]) + 77, "to its frame");
	check(world_phys(&w, AT(2) + 77) == w.env.frame_phys(&w, f[0]) + 77, "at its address");
	check(world_phys(&w, AT(3)) == UINT64_MAX, "nothing is behind it");
	w.env.pte_set(&w, AT(3), f[1]);
	check(w.env.frame_phys(&w, f[0]) != w.env.frame_phys(&w, f[1]), "frames lie apart");
	check(w.nr_mapped == 2 && !w.misuse, "no misuse so far");

	w.env.pte_set(&w, AT(4), f[1]);
	check_misuse(&w, RULE_copies_distinct, "a frame that is mapped twice is noticed");
	w.env.pte_set(&w, AT(4), PCPU_NO_FRAME);
	w.env.pte_set(&w, AT(3), PCPU_NO_FRAME);
	check(w.nr_mapped == 1, "unmapping is counted");
	w.env.pte_set(&w, AT(3), PCPU_NO_FRAME);
	check(w.nr_mapped == 1 && !w.misuse, "what is not mapped may be unmapped");

	w.env.frame_free(&w, f[0]);
	check_misuse(&w, RULE_frame_mapped, "a frame that is given back while mapped is noticed");
	check(!world_access(&w, AT(2)), "its page leads nowhere");
	w.env.pte_set(&w, AT(5), f[0]);
	check_misuse(&w, RULE_frame_mapped, "a free frame that is mapped is noticed");
	check(world_pte(&w, AT(5)) == PCPU_NO_FRAME, "and not entered");
	w.env.pte_set(&w, AT(5), m.frames);
	check_misuse(&w, RULE_frame_mapped, "so is one that there is not");

	w.env.pte_set(&w, AT(16), f[1]);
	check_misuse(&w, RULE_map_range, "a page behind the window is noticed");
	w.env.pte_set(&w, AT(0) - PAGE, f[1]);
	check_misuse(&w, RULE_map_range, "a page before it is");
	w.env.pte_set(&w, AT(1) + 1, f[1]);
	check_misuse(&w, RULE_map_range, "half a page is");
	check(!world_in_window(&w, AT(16)) && world_in_window(&w, AT(16) - 1) &&
		      !world_in_window(&w, AT(0) - 1) && world_in_window(&w, AT(0)),
	      "the window ends where it does");
	check(world_pte(&w, AT(16)) == PCPU_NO_FRAME, "nothing is mapped outside");
	world_exit(&w);
}

static void test_tlb(void)
{
	struct machine m = node_machine();
	struct world w;
	uint32_t f[2];

	world_init(&w, &m);
	for (int i = 0; i < 2; i++)
		f[i] = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	w.env.pte_set(&w, AT(1), f[0]);
	check(world_access(&w, AT(1)) && !w.misuse, "a new mapping needs no flush");
	w.env.pte_set(&w, AT(1), PCPU_NO_FRAME);
	check(!world_access(&w, AT(1)) && !w.misuse, "an access to what is unmapped goes nowhere");
	w.env.pte_set(&w, AT(1), f[1]);
	check(!w.misuse, "mapping alone is no access");
	world_access(&w, AT(1));
	check_misuse(&w, RULE_tlb_stale, "an access through the old translation is noticed");
	w.env.tlb_flush(&w, AT(0), AT(1));
	world_access(&w, AT(1));
	check_misuse(&w, RULE_tlb_stale, "a flush of another page does not help");
	w.env.tlb_flush(&w, AT(1), AT(2));
	check(world_access(&w, AT(1)) == w.env.frame_data(&w, f[1]) && !w.misuse,
	      "after a flush the new translation counts");

	w.env.pte_set(&w, AT(1), PCPU_NO_FRAME);
	w.env.tlb_flush(&w, AT(0), AT(3));
	w.env.pte_set(&w, AT(1), f[0]);
	check(world_access(&w, AT(1)) && !w.misuse, "flushed while unmapped");
	w.env.tlb_flush(&w, 0, UINT64_MAX - PAGE + 1);
	check(!w.misuse, "a flush may go beyond the window");
	w.env.tlb_flush(&w, AT(1), AT(1));
	check(!w.misuse, "and may be empty");
	w.env.tlb_flush(&w, AT(2), AT(1));
	check_misuse(&w, RULE_map_range, "but not backwards");
	w.env.tlb_flush(&w, AT(1), AT(2) - 4);
	check_misuse(&w, RULE_map_range, "nor of half a page");
	world_exit(&w);
}

static void test_boot(void)
{
	struct machine m = node_machine();
	uint64_t a, b;
	struct world w;

	world_init(&w, &m);
	world_arm(&w, PCPU_FAULT_BOOT, 2);
	a = w.env.boot_alloc(&w, 1, 2 * PAGE, PAGE);
	check(a == machine_boot_base(&m, 1) + MACHINE_BOOT_REGION - 2 * PAGE,
	      "boot memory is taken from above, of its node");
	check(!w.env.boot_alloc(&w, 1, PAGE, PAGE), "boot 2: the second request is refused");
	b = w.env.boot_alloc(&w, 0, PAGE, PAGE);
	check(b && w.boot.live == 3 * PAGE, "the third is served");
	check(world_access(&w, a + 300) == w.env.boot_data(&w, a) + 300, "it can be accessed");
	check(!*world_access(&w, b), "it is zero");
	check(world_phys(&w, a + 300) == a + 300, "it lies where its address says");
	check(w.env.boot_frame(&w, a) != w.env.boot_frame(&w, a + PAGE), "pages are frames");
	check(w.env.frame_phys(&w, w.env.boot_frame(&w, b)) == b, "a frame knows its address");

	w.env.pte_set(&w, AT(3), w.env.boot_frame(&w, a + PAGE));
	check(world_access(&w, AT(3) + 5) == w.env.boot_data(&w, a + PAGE) + 5, "it can be mapped");
	check(world_phys(&w, AT(3) + 5) == a + PAGE + 5, "which does not move it");
	w.env.pte_set(&w, AT(3), PCPU_NO_FRAME);
	check(!w.nr_mapped && !w.misuse, "no misuse so far");
	w.env.boot_free(&w, a, PAGE);
	check(w.boot.live == 2 * PAGE && !w.misuse, "a part may be given back");
	w.env.boot_free(&w, a, PAGE);
	check_misuse(&w, RULE_world_misuse, "but not twice");
	world_exit(&w);
}

/* Where AddressSanitizer watches, the write itself would end the test. */
static void test_guard(void)
{
	struct machine m = small_machine();
	struct world w;
	uint8_t *p;

	world_init(&w, &m);
	p = w.env.meta_alloc(&w, PCPU_FAULT_META, 24);
	check(p && !p[0] && !p[23], "metadata is zero");
#ifndef WATCHED
	p[24] |= 1;
	w.env.meta_free(&w, p);
	check(w.misuse, "a bit that was set behind a piece of metadata is noticed");
#else
	w.env.meta_free(&w, p);
#endif
	world_exit(&w);
}

/* What a quirk leaves mapped may be given back in its op; nothing else, and not later. */
static void test_excuse(void)
{
	struct machine machine = small_machine();
	uint64_t addr = machine.vm_start;
	uint32_t a, b;
	struct world w;

	world_init(&w, &machine);
	a = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	b = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	w.env.pte_set(&w, addr, a);
	w.env.pte_set(&w, addr + machine.page, b);
	world_excuse(&w, addr);
	w.env.frame_free(&w, a);
	check(!w.misuse, "the frame of an excused page may be given back");
	w.env.frame_free(&w, b);
	check(w.misuse && w.misuse_rule == RULE_frame_mapped, "that of another page may not");
	world_exit(&w);

	world_init(&w, &machine);
	a = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	w.env.pte_set(&w, addr, a);
	world_excuse(&w, addr);
	world_end_excuses(&w);
	w.env.frame_free(&w, a);
	check(w.misuse, "an excuse does not outlast its op");
	world_exit(&w);
}

/* Blocks lie at the lowest place, aligned to their size, and hold junk; all is counted as pages. */
static void test_blocks(void)
{
	struct machine m = small_machine();
	struct budget before;
	struct world w;
	uint64_t a, b, c;
	uint8_t *data;

	world_init(&w, &m);
	check(!w.env.block_alloc(&w, 0) && w.budget.asked[PCPU_FAULT_PAGE] == 1,
	      "there are no blocks unless chunks are backed by them");
	world_exit(&w);

	m.backing = BACKING_KM;
	m.frames = 10;
	world_init(&w, &m);
	before = w.budget;
	a = w.env.block_alloc(&w, 0);
	b = w.env.block_alloc(&w, 2);
	c = w.env.block_alloc(&w, 1);
	check(a == MACHINE_BLOCK_BASE && b == a + 4 * PAGE && c == a + 2 * PAGE,
	      "the lowest place, aligned to the size");
	check(!w.env.block_alloc(&w, 2), "no place for four pages");
	check(!w.env.block_alloc(&w, 4) && !w.env.block_alloc(&w, 31),
	      "nor for more than there are");
	check(budget_block_pages(&w.budget) == 7, "pages that are taken");
	data = w.env.boot_data(&w, b);
	check(data[0] == WORLD_JUNK && data[4 * PAGE - 1] == WORLD_JUNK, "junk to the last byte");
	check(w.env.boot_data(&w, b + PAGE) == data + PAGE, "contiguous");
	check(w.env.frame_phys(&w, w.env.boot_frame(&w, c + PAGE)) == c + PAGE &&
		      w.env.frame_phys(&w, w.env.boot_frame(&w, MACHINE_BOOT_BASE)) ==
			      MACHINE_BOOT_BASE,
	      "physical addresses are those of the linear map");
	check(world_access(&w, c) && world_phys(&w, c + 5) == c + 5, "a CPU finds it");
	check(!w.boot.live, "blocks are not boot memory");
	w.env.block_free(&w, b, 2);
	check(w.env.block_alloc(&w, 1) == b, "what was given back is taken again");
	w.env.block_free(&w, b, 1);
	w.env.block_free(&w, a, 0);
	w.env.block_free(&w, c, 1);
	check(!memcmp(before.block_taken, w.budget.block_taken, sizeof(before.block_taken)) &&
		      !w.misuse,
	      "all returned");
	world_arm(&w, PCPU_FAULT_PAGE, 2);
	a = w.env.block_alloc(&w, 3);
	check(a && !w.env.block_alloc(&w, 0) && w.env.block_alloc(&w, 0),
	      "a block is one request for pages, however large");
	w.env.block_free(&w, a, 3);
	w.env.block_free(&w, a, 3);
	check(w.misuse && w.misuse_rule == RULE_world_misuse, "given back twice");
	world_exit(&w);
}

static void test_mutex(void)
{
	struct machine m = small_machine();
	struct world w;

	world_init(&w, &m);
	check(w.env.may_lock(&w), "nobody is killed unasked");
	world_arm(&w, PCPU_FAULT_KILL, 2);
	check(w.env.may_lock(&w) && !w.env.may_lock(&w) && w.env.may_lock(&w),
	      "the second wait, and only that, is ended");
	check(w.budget.asked[PCPU_FAULT_KILL] == 4, "each wait is counted");
	world_exit(&w);
}

/* Has the world said, since the last time, that something may lead elsewhere now? */
static bool says_changed(const struct world *w)
{
	static uint64_t before;
	bool changed = w->changes != before;

	before = w->changes;
	return changed;
}

/*
 * What the oracle looked up once it trusts for as long as @changes stays: each thing that may move
 * what an address leads to must count.
 */
static void test_changes(void)
{
	struct machine m = small_machine();
	uint32_t frame;
	struct world w;
	uint64_t a;

	world_init(&w, &m);
	says_changed(&w);
	check(!says_changed(&w), "nothing changes by itself");
	frame = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	check(says_changed(&w), "a frame is taken");
	w.env.pte_set(&w, AT(1), frame);
	check(says_changed(&w), "a page is mapped");
	check(world_access(&w, AT(1)) && !says_changed(&w), "to look changes nothing");
	w.env.pte_set(&w, AT(1), PCPU_NO_FRAME);
	check(says_changed(&w), "a page is unmapped");
	w.env.tlb_flush(&w, AT(1), AT(2));
	check(says_changed(&w), "the TLB is flushed");
	w.env.frame_free(&w, frame);
	check(says_changed(&w), "a frame is given back");
	a = w.env.boot_alloc(&w, 0, PAGE, PAGE);
	check(says_changed(&w), "boot memory is taken");
	w.env.boot_free(&w, a, PAGE);
	check(says_changed(&w), "boot memory is given back");
	check(!w.misuse, "no misuse");
	world_exit(&w);

	m.backing = BACKING_KM;
	world_init(&w, &m);
	says_changed(&w);
	a = w.env.block_alloc(&w, 0);
	check(says_changed(&w), "a block is taken");
	w.env.block_free(&w, a, 0);
	check(says_changed(&w), "a block is given back");
	world_exit(&w);
}

int main(void)
{
	test_faults();
	test_frames();
	test_nodes();
	test_owners();
	test_budget();
	test_mapping();
	test_tlb();
	test_excuse();
	test_boot();
	test_guard();
	test_blocks();
	test_mutex();
	test_changes();
	printf("%u checks, %u failures\n", checks, failures);
	return failures > 0;
}
