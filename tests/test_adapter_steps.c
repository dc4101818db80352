// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_adapter_steps.c - the adapter that recordings drive our allocator through, with random steps
 * in place of a recording, each checked as those of a recording are.
 *
 * Also what no recording has: requests that are refused before the search, a chunk for which there
 * is no metadata, and ends at which chunks are full, picked or populated.
 */
#include <string.h>

#include "checks.h"
#include "../oracle/steps.h"
#include "../impl/pcpu.h"

#define OBJECTS 64
#define BASE UINT64_C(0x100000)
#define NEXT (BASE + 0x10000) /* where more chunks lie */
#define CHUNKS 6

/* What the subject answered last: the place that is "recorded". */
static struct step_place answer;

/**
 * struct bench - one allocator
 * @object: where the live objects are
 * @nr: how many
 */
struct bench {
	struct machine m;
	struct world w;
	struct steps st;
	struct step_place object[OBJECTS];
	unsigned int nr;
};

/* A step: what was wrong with it is said, too. */
static void check_step(const struct bench *b, bool ok, const char *what)
{
	if (!check(ok, what))
		printf("  %s%s\n", b->st.diff, b->st.o.finding.what);
}

static bool spy_alloc(void *s, const struct step_request *req, struct step_place *place)
{
	bool there = subject_ours_steps.alloc(s, req, place);

	answer = there ? *place : (struct step_place){ 0 };
	return there;
}

static void begin(struct bench *b, uint32_t reserved)
{
	static struct subject_step_ops spy;
	const struct step_geometry g = { .page = 256,
					 .unit_pages = 4,
					 .static_size = 64,
					 .reserved_size = reserved,
					 .dyn_size = 640,
					 .base_addr = BASE };

	memset(b, 0, sizeof(*b));
	spy = subject_ours_steps;
	spy.alloc = spy_alloc;
	b->m.page = 256;
	machine_defaults(&b->m);
	world_init(&b->w, &b->m);
	check_step(b, steps_init(&b->st, &g, &spy, &b->w, 0, 0, ORACLE_FULL), "begin");
	check_step(b, b->st.o.m.times == subject_ours.flags(NULL), "what it has");
}

static void end(struct bench *b)
{
	check_step(b, steps_end(&b->st), "end");
	check_step(b, !b->w.misuse, "nothing is done to the world");
	steps_exit(&b->st);
	world_exit(&b->w);
}

static bool step_alloc(struct bench *b, uint32_t size, bool reserved, bool atomic)
{
	const struct step_request req = {
		.size = size, .align = 4u << draw(5), .reserved = reserved, .atomic = atomic
	};

	if (!steps_alloc(&b->st, &req, &answer))
		return false;
	if (!answer.base)
		return !atomic || steps_atomic_failed(&b->st);
	b->object[b->nr++] = answer;
	if (!atomic && !draw(8)) /* there was no memory for it */
		return steps_free(&b->st, &b->object[--b->nr], false);
	return steps_populate_object(&b->st, &answer);
}

static bool step_free(struct bench *b)
{
	unsigned int i = draw(b->nr);
	struct step_place at = b->object[i];

	b->object[i] = b->object[--b->nr];
	return steps_free(&b->st, &at, true);
}

static bool step_insert(struct bench *b)
{
	uint64_t base = NEXT + draw(CHUNKS) * 0x1000;

	return model_chunk_by_base(&b->st.o.m, base) || steps_insert(&b->st, base);
}

/* Pages of a chunk that have no memory get it. */
static bool step_populate(struct bench *b)
{
	uint64_t base = NEXT + draw(CHUNKS) * 0x1000;
	const struct model_chunk *c = model_chunk_by_base(&b->st.o.m, base);
	int from, to;

	if (!c)
		return true;
	for (from = 0; from < c->nr_pages && c->populated[from]; from++)
		;
	for (to = from; to < c->nr_pages && !c->populated[to]; to++)
		;
	return from == to || steps_set_populated(&b->st, base, from, to, true);
}

static int nr_empty(const struct bench *b)
{
	return (int)b->st.o.view.nr_empty_pop_pages;
}

/* What was picked goes, its pages run by run before it; or not all of it, which @leave says. */
static bool destroy_picked(struct bench *b, bool leave)
{
	while (b->st.picked.nr) {
		const struct model_chunk *c = b->st.picked.chunk[0];

		for (int from = 0; from < c->nr_pages; from++) {
			int to = from;

			while (to < c->nr_pages && c->populated[to])
				to++;
			if (from < to && !steps_set_populated(&b->st, c->base, from, to, false))
				return false;
		}
		if (leave)
			return true;
		if (!steps_destroy_chunk(&b->st, c->base))
			return false;
	}
	return true;
}

static bool reclaim_all(struct bench *b)
{
	struct steps *st = &b->st;
	const struct model_list *l = st->o.m.slots + st->o.m.to_depopulate;

	while (l->nr) {
		const struct model_chunk *c = l->chunk[0];

		if (!steps_reclaim(st, c->base))
			return false;
		while (st->next == RECLAIM_PAGES)
			if (!steps_set_populated(st, c->base, st->from, st->to, false))
				return false;
		if (!steps_put_back(st, c->base, st->scarce || c->whole.nr_free == c->nr_units))
			return false;
	}
	return true;
}

static bool step_balance(struct bench *b)
{
	struct steps *st = &b->st;

	return steps_pick_free(st, false, nr_empty(b)) && destroy_picked(b, false) &&
	       reclaim_all(b) && steps_refill(st, nr_empty(b), st->o.view.atomic_failed) &&
	       steps_pick_free(st, true, nr_empty(b)) && destroy_picked(b, false) &&
	       steps_balance_end(st, nr_empty(b));
}

static bool random_step(struct bench *b)
{
	switch (draw(8)) {
	case 0:
		return step_insert(b);
	case 1:
		return step_populate(b);
	case 2:
		return step_balance(b);
	case 3:
	case 4:
		return !b->nr || step_free(b);
	default:
		return b->nr == OBJECTS ||
		       step_alloc(b, 4 * (1 + draw(draw(2) ? 32 : 256)), !draw(8), !draw(4));
	}
}

static void test_random(void)
{
	static struct bench b;

	for (unsigned int round = 0; round < 100; round++) {
		begin(&b, round % 2 ? 64 : 0);
		for (unsigned int step = 0; step < 200 && !nr_failures; step++)
			check_step(&b, random_step(&b), "a step");
		check_step(&b, steps_check_all(&b.st), "all of it");
		if (round % 4 < 2)
			check_step(&b,
				   steps_pick_free(&b.st, false, nr_empty(&b)) &&
					   destroy_picked(&b, true),
				   "an end between picking and destroying");
		end(&b);
	}
}

/* A chunk without any room is on the lowest list. */
static void test_full(void)
{
	static struct bench b;
	const struct step_request page = { .size = 256, .align = 4 };

	begin(&b, 0);
	check_step(&b, steps_insert(&b.st, NEXT), "a chunk");
	for (;;) {
		if (!steps_alloc(&b.st, &page, &answer)) {
			check_step(&b, false, "an object of a page");
			break;
		}
		if (!answer.base)
			break;
		check_step(&b, steps_populate_object(&b.st, &answer), "its page");
	}
	check_step(&b, b.st.o.m.slots[0].nr >= 1, "a full chunk");
	end(&b);
}

static void test_refused(void)
{
	static const struct step_request bad[] = { { .size = 0, .align = 4 },
						   { .size = 8, .align = 512 },
						   { .size = 2048, .align = 4 } },
					 large = { .size = 1024, .align = 4 };
	static struct bench b;
	struct step_place place;
	uint32_t live;
	void *s;

	begin(&b, 0);
	s = b.st.o.s;
	for (unsigned int i = 0; i < 3; i++)
		check_step(&b, !subject_ours_steps.alloc(s, bad + i, &place), "an illegal request");
	check_step(&b, !subject_ours_steps.alloc(s, &large, &place), "no chunk has room");
	live = b.w.meta_live;
	world_arm(&b.w, PCPU_FAULT_CHUNK, 1);
	check_step(&b, !subject_ours_steps.insert(s, NEXT), "a chunk needs a descriptor");
	for (unsigned int k = 1; k < 100; k++) {
		world_arm(&b.w, PCPU_FAULT_META, k);
		if (subject_ours_steps.insert(s, NEXT)) {
			check_step(&b, k > 1, "chunks need metadata");
			break;
		}
		check_step(&b, b.w.meta_live == live,
			   "nothing is kept of a chunk that was not made");
		check_step(&b, check_refresh_view(&b.st.o) && b.st.o.view.nr_chunks == 1,
			   "no chunk");
	}
	end(&b);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_random();
	test_full();
	test_refused();
	return tests_end();
}
