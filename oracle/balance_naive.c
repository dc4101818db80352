// SPDX-License-Identifier: GPL-2.0-only
/*
 * balance_naive.c - what the balance work must do, by the comments of mm/percpu.c.
 *
 * Allocates and frees nothing itself, so hints do not change and all of it can be foretold.
 */
#include "oracle.h"

/* Keep the first free chunk; the others go, or only those of them that have no memory. */
static void free_chunks(struct oracle *o, struct budget *b, bool empty_only)
{
	struct model *m = &o->m;
	struct model_list *l = m->slots + m->free_slot;

	for (unsigned int i = 1; i < l->nr;) {
		struct model_chunk *c = l->chunk[i];

		if (empty_only && c->nr_empty) {
			i++;
			continue;
		}
		drop_chunk(m, b, c); /* the next one moves up to i */
	}
}

/* Give back empty pages from the end; true if the other chunks have too few left. */
static bool reclaim_pages(struct oracle *o, struct budget *b, struct model_chunk *c)
{
	struct model *m = &o->m;
	int page = c->nr_pages - 1;

	while (page >= 0 && c->nr_empty) {
		int end = page + 1;

		if (model_empty_total(m) < EMPTY_PAGES_HIGH)
			return true;
		if (!c->populated[page] || c->block[page].nr_free != c->block_units) {
			page--;
			continue;
		}
		while (page >= 0 && c->populated[page] && c->block[page].nr_free == c->block_units)
			page--;
		model_give_frames(m, c, page + 1, end, b);
		model_set_populated(m, c, page + 1, end, false);
	}
	return false;
}

static void reclaim_chunks(struct oracle *o, struct budget *b)
{
	struct model *m = &o->m;

	while (m->slots[m->to_depopulate].nr) {
		struct model_chunk *c = m->slots[m->to_depopulate].chunk[0];
		bool short_of_pages = reclaim_pages(o, b, c);

		if (short_of_pages || c->whole.nr_free == c->nr_units)
			model_reintegrate(m, c);
		else
			model_move(m, c, m->sidelined, false);
	}
}

/* Populate pages of a chunk from its start; how many are still due, 0 if memory is scarce. */
static int refill_chunk(struct oracle *o, struct budget *b, struct model_chunk *c, int due)
{
	int page = 0;

	while (page < c->nr_pages && due) {
		int end = page;

		if (c->populated[page]) {
			page++;
			continue;
		}
		while (end < c->nr_pages && !c->populated[end] && end - page < due)
			end++;
		if (try_populate(o, b, c, page, end) != REASON_OK)
			return 0;
		due -= end - page;
		page = end;
	}
	return due;
}

/* Of each slot for at least a page, the first chunk that has pages without memory. */
static void refill(struct oracle *o, struct budget *b)
{
	struct model *m = &o->m;

	for (;;) {
		struct model_chunk *c;
		long missing = EMPTY_PAGES_HIGH - model_empty_total(m);
		int due = missing < 0 ? 0 : (int)missing;

		if (m->atomic_failed || due > EMPTY_PAGES_HIGH)
			due = EMPTY_PAGES_HIGH;
		m->atomic_failed = false;

		for (int s = model_size_to_slot(m, (int)m->page); s <= m->free_slot && due; s++) {
			for (unsigned int i = 0; i < m->slots[s].nr; i++) {
				c = m->slots[s].chunk[i];
				if (c->nr_populated < c->nr_pages) {
					due = refill_chunk(o, b, c, due);
					break;
				}
			}
		}
		if (!due || try_create(o, b, &c) != REASON_OK)
			return;
		model_relocate(m, c, -1);
	}
}

/**
 * balance_naive - do to the model what the balance work must do
 * @o: the oracle
 * @b: what can be had, counted down
 */
void balance_naive(struct oracle *o, struct budget *b)
{
	o->m.work_pending = false;
	free_chunks(o, b, false);
	if (!(o->m.times & SUBJECT_NO_RECLAIM))
		reclaim_chunks(o, b);
	refill(o, b);
	if (!(o->m.times & SUBJECT_NO_RECLAIM))
		free_chunks(o, b, true);
}

/**
 * model_should_reclaim - must a chunk be isolated after a free
 * @m: the model
 * @c: the chunk that was freed from
 */
bool model_should_reclaim(struct model *m, const struct model_chunk *c)
{
	if (c->immutable || c->is_block || m->times & SUBJECT_NO_RECLAIM)
		return false;
	if (c->isolated && c->nr_empty)
		return true;
	/* a quarter of the pages, rounded down: units below 4 pages always have it */
	return model_empty_total(m) > EMPTY_PAGES_HIGH + c->nr_empty &&
	       c->nr_empty >= c->nr_pages / 4;
}
