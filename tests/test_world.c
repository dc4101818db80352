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

static unsigned int checks, failures;

static void check(bool ok, const char *what)
{
	checks++;
	if (!ok) {
		failures++;
		printf("FAILED: %s\n", what);
	}
}

static const struct machine machine = { .possible = { 1 },
					.page = 256,
					.unit_pages = 1,
					.static_size = 4,
					.dyn_size = 8,
					.vm_pages = 4,
					.frames = 3 };

static void test_faults(void)
{
	struct world w;
	void *p[3];

	world_init(&w, &machine);
	world_arm(&w, PCPU_FAULT_META, 2);
	for (int i = 0; i < 3; i++)
		p[i] = w.env.meta_alloc(&w, PCPU_FAULT_META, 8);
	check(p[0] && !p[1] && p[2], "the second piece of metadata, and only that, is refused");
	check(w.meta_live == 2, "what was refused is not in the ledger");
	w.env.meta_free(&w, p[0]);
	w.env.meta_free(&w, p[2]);
	check(!w.meta_live, "what was given back has left the ledger");

	world_arm(&w, PCPU_FAULT_META, 1);
	p[0] = w.env.meta_alloc(&w, PCPU_FAULT_CHUNK, 8);
	p[1] = w.env.meta_alloc(&w, PCPU_FAULT_NONE, 8);
	check(p[0] && p[1], "a fault of one kind does not touch another, nor boot memory");
	w.env.meta_free(&w, p[0]);
	w.env.meta_free(&w, p[1]);

	world_arm(&w, PCPU_FAULT_MAP, 0);
	check(!w.env.may_map(&w) && w.env.may_map(&w), "map 0: the first mapping fails");
	world_arm(&w, PCPU_FAULT_MAP, 1);
	check(w.env.may_map(&w) && !w.env.may_map(&w), "map 1: one page maps before");
	world_arm(&w, PCPU_FAULT_AREA, 1);
	check(!w.env.may_area(&w) && w.env.may_area(&w), "area 1: the next area is refused");
	check(!w.misuse, "no misuse so far");
	world_exit(&w);
}

static void test_frames(void)
{
	uint32_t frame[4];
	struct world w;

	world_init(&w, &machine);
	for (int i = 0; i < 4; i++)
		frame[i] = w.env.frame_alloc(&w, 0, PCPU_OWNER_CHUNK);
	check(frame[2] != PCPU_NO_FRAME && frame[3] == PCPU_NO_FRAME,
	      "three frames, and no fourth");
	check(frame[0] != frame[1] && frame[1] != frame[2] && frame[0] != frame[2], "distinct");
	check(w.env.frame_data(&w, frame[0])[255] == WORLD_JUNK, "a new frame holds junk");
	w.env.frame_free(&w, frame[1]);
	check(!w.env.frame_data(&w, frame[1]), "a free frame has no data");
	check(w.budget.frames_free == 1 && !w.misuse, "one is free again");
	w.env.frame_free(&w, frame[1]);
	check(w.misuse, "a frame that was given back twice is noticed");
	check(w.budget.frames_free == 1, "and not entered twice");
	world_exit(&w);
}

/* Where AddressSanitizer watches, the write itself would end the test. */
static void test_guard(void)
{
	struct world w;
	uint8_t *p;

	world_init(&w, &machine);
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

int main(void)
{
	test_faults();
	test_frames();
	test_guard();
	printf("%u checks, %u failures\n", checks, failures);
	return failures > 0;
}
