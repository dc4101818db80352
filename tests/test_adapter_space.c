// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_adapter_space.c - the adapter that recordings drive our address space through, against a
 * flat array of pages.
 *
 * Random steps over two windows of a few dozen pages each: an area that is cut, joined, purged or
 * found wrongly shows as another range that is free, a lost one as metadata that does not return.
 * What the address space itself decides is the business of test_vm_random.
 */
#include <string.h>

#include "checks.h"
#include "../oracle/steps.h"

#define LOW 48 /* pages of the lower window */
#define HIGH 24 /* of the upper one that are not taken for good */
#define SPAN (LOW + HIGH)
#define BEYOND 8 /* pages behind these that are looked at, all taken */
#define START UINT64_C(0x100000)
#define AREAS 3

static const struct subject_space_ops *const ops = &subject_ours_space;
/**
 * struct bench - one address space and what it must be like
 * @m, @w: the world of its metadata
 * @s: the subject
 * @id: of each page the area that it belongs to, 0 if it is free
 * @lazy: freed and not yet purged
 * @next_id: of the next area
 */
struct bench {
	struct machine m;
	struct world w;
	void *s;
	unsigned int id[SPAN];
	bool lazy[SPAN];
	unsigned int next_id;
};

static uint64_t at(unsigned int page)
{
	return START + page * SPACE_PAGE;
}

/* Whose end a page is before: of its window. */
static unsigned int window_end(unsigned int page)
{
	return page < LOW ? LOW : SPAN;
}

static bool is_free(const struct bench *b, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		if (i >= SPAN || b->id[i])
			return false;
	return true;
}

static void take(struct bench *b, unsigned int from, unsigned int to)
{
	b->next_id++;
	for (unsigned int i = from; i < to; i++) {
		b->id[i] = b->next_id;
		b->lazy[i] = false;
	}
}

/* All free ranges, one after the other, also cut at @from and @to. */
static void check_free(struct bench *b, unsigned int from, unsigned int to)
{
	uint64_t range[2];

	while (from < to) {
		unsigned int start = from, end;

		while (start < to && !is_free(b, start, start + 1))
			start++;
		for (end = start; end < to && is_free(b, end, end + 1);)
			end++;
		if (start == to) {
			check(!ops->next_free(b->s, at(from), at(to), range), "nothing is free");
			return;
		}
		check(ops->next_free(b->s, at(from), at(to), range) && range[0] == at(start) &&
			      range[1] == at(end),
		      "the next free range");
		from = end;
	}
	check(!ops->next_free(b->s, at(to), at(to), range), "nothing is in nothing");
}

/*
 * What is free at first, by pages of the two windows; the last one of each row must not be looked
 * at.
 *
 *   ranges below    [ taken | free | taken | free ][ free | taken | free | taken to its end ]
 *   from the start  [ free | taken | free ][ taken | free | taken to its end ]
 */
#define RANGES 5
static const struct {
	unsigned int below, nr, from[RANGES], to[RANGES];
} at_first[] = {
	{ 2, 4, { 5, 21, LOW - 9, LOW + 4, SPAN + 1 }, { 20, 22, LOW + 3, SPAN, SPAN + 3 } },
	{ 0, 3, { 0, 9, LOW + 2, SPAN + 1 }, { 8, LOW, SPAN - 3, SPAN + 3 } },
	{ 0, 2, { 30, LOW + 1, SPAN + 1 }, { LOW - 2, SPAN - 2, SPAN + 3 } },
};

#define NR_AT_FIRST (sizeof(at_first) / sizeof(*at_first))

static void begin(struct bench *b, unsigned int which)
{
	uint64_t free[RANGES + 2][2] = { { 0x1000, 0x5000 }, { START - 0x2000, START } };
	const unsigned int below = at_first[which].below, nr = at_first[which].nr;
	const struct space_geometry g = { .start = START,
					  .last = at(LOW) + (which ? SPACE_PAGE - 1 : 0),
					  .free = free,
					  .nr_free = below + nr };

	memset(b, 0, sizeof(*b));
	b->m.page = SPACE_PAGE;
	machine_defaults(&b->m);
	world_init(&b->w, &b->m);
	for (unsigned int k = 0; k <= nr; k++) {
		free[below + k][0] = at(at_first[which].from[k]);
		free[below + k][1] = at(at_first[which].to[k]);
	}
	for (unsigned int i = 0; i < SPAN;) {
		unsigned int k = 0, to = i;

		while (k < nr && (i < at_first[which].from[k] || i >= at_first[which].to[k]))
			k++;
		if (k < nr) {
			b->id[i++] = 0;
			continue;
		}
		for (k = 0; k < nr && at_first[which].from[k] < i;)
			k++;
		while (to < window_end(i) && (k == nr || to < at_first[which].from[k]))
			to++;
		take(b, i, to);
		i = to;
	}
	b->s = ops->create(&g, &b->w);
	check_free(b, 0, LOW);
	check_free(b, LOW, SPAN);
	check_free(b, SPAN, SPAN + BEYOND);
}

static void end(struct bench *b)
{
	ops->destroy(b->s);
	check(!b->w.meta_live, "all metadata returns");
	check(!b->w.misuse, "nothing is done to the world");
	world_exit(&b->w);
}

static void do_take(struct bench *b)
{
	unsigned int align = 1u << draw(3), size = 1 + draw(6), from = draw(SPAN), page;
	unsigned int to = from + draw(window_end(from) - from + 1);
	uint64_t got = 0;
	bool there;

	for (page = from; page + size <= to; page++)
		if (!(at(page) & (align * SPACE_PAGE - 1)) && is_free(b, page, page + size))
			break;
	there = ops->take(b->s, size * SPACE_PAGE, align * SPACE_PAGE, at(from), at(to), &got);
	check(there == (page + size <= to) && (!there || got == at(page)), "the lowest that fits");
	if (there)
		take(b, page, page + size);
}

static void do_congruent(struct bench *b, bool only_look)
{
	unsigned int nr = 1 + draw(AREAS), from[AREAS] = { 0 }, size[AREAS], pages = 0;
	uint64_t offsets[AREAS], sizes[AREAS], addr[AREAS] = { 0 }, base = 0;
	bool there = false, got;
	unsigned int page;

	for (unsigned int i = nr; i--;) { /* the last one lies lowest */
		from[i] = pages ? pages + draw(4) : 0;
		size[i] = 1 + draw(4);
		pages = from[i] + size[i];
		offsets[i] = from[i] * SPACE_PAGE;
		sizes[i] = size[i] * SPACE_PAGE;
	}
	for (page = LOW + 1; page-- && !there;) {
		there = page + pages <= LOW;
		for (unsigned int i = 0; there && i < nr; i++)
			there = is_free(b, page + from[i], page + from[i] + size[i]);
		if (there)
			break;
	}
	if (only_look) {
		got = ops->fits(b->s, offsets, sizes, nr, SPACE_PAGE, &base);
		check(got == there && (!got || base == at(page)), "where congruent areas would be");
		return;
	}
	check(!ops->congruent(b->s, offsets, sizes, nr, SPACE_PAGE / 2, addr), "less than a page");
	got = ops->congruent(b->s, offsets, sizes, nr, SPACE_PAGE, addr);
	check(got == there, "congruent areas");
	for (unsigned int i = 0; got && i < nr; i++) {
		check(addr[i] == at(page + from[i]), "the highest base of congruent areas");
		take(b, page + from[i], page + from[i] + size[i]);
	}
	for (unsigned int i = nr; i < AREAS; i++)
		check(!addr[i], "no more areas than asked for");
}

/* The area at a page, from there on, is another one. */
static void cut(struct bench *b, unsigned int page)
{
	unsigned int old = page < SPAN ? b->id[page] : 0;

	if (!old || !page || page == LOW || b->id[page - 1] != old)
		return;
	for (b->next_id++; page < SPAN && b->id[page] == old; page++)
		b->id[page] = b->next_id;
}

/* A range, of areas mostly: to free it, or to purge it. */
static void do_return(struct bench *b, bool purge)
{
	unsigned int from = draw(SPAN), to = from, page;
	bool want = true, got;

	if (draw(4)) { /* a whole area, or the rest of one */
		while (to < window_end(from) && b->id[to] == b->id[from])
			to++;
		while (draw(2) && from && from != LOW && b->id[from - 1] == b->id[from])
			from--;
	} else {
		to += 1 + draw(window_end(from) - from);
	}
	if (b->id[SPAN - 1] && to == SPAN) /* that one goes on beyond what is looked at */
		return;
	cut(b, from);
	if (to != window_end(from))
		cut(b, to);
	if (!purge) {
		want = b->id[from] && !b->lazy[from];
		for (page = from; want && page < to; page++)
			want = b->id[page] == b->id[from];
		got = ops->lazy(b->s, at(from), at(to));
		check(got == want, "is what is freed an area");
		for (page = from; want && page < to; page++)
			b->lazy[page] = true;
		return;
	}
	for (page = from; page < to && b->id[page]; page++) {
		b->id[page] = 0;
		b->lazy[page] = false;
	}
	got = ops->give(b->s, at(from), at(to));
	check(got == (page == to), "is all that is purged an area");
}

int main(void)
{
	static struct bench b;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (unsigned int round = 0; round < 200; round++) {
		begin(&b, round % NR_AT_FIRST);
		for (unsigned int step = 0; step < 100; step++) {
			unsigned int from = draw(SPAN);

			switch (draw(6)) {
			case 0:
				do_take(&b);
				break;
			case 1:
				do_congruent(&b, true);
				break;
			case 2:
				do_congruent(&b, false);
				break;
			case 3:
				do_return(&b, false);
				break;
			default:
				do_return(&b, true);
				break;
			}
			check_free(&b, from, from + draw(window_end(from) - from + 1));
		}
		check_free(&b, 0, LOW);
		check_free(&b, LOW, SPAN);
		end(&b);
	}
	return tests_end();
}
