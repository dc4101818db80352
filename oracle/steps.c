// SPDX-License-Identifier: GPL-2.0-only
/*
 * steps.c - one step of the allocator at a time: foretell, let the subject act, compare.
 *
 * The order is that of oracle.c.  When steps of the worker happen is taken as recorded; what it
 * does in each of them is foretold, except which pages it populates.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"

/* Two chunks less than the view can hold are enough for any machine that was ever recorded. */
#define STEPS_MAX_CHUNKS (SUBJECT_MAX_CHUNKS - 2)

/**
 * steps_differ - note how subject and truth differ from the recording
 * @st: the steps
 * @fmt: as of printf
 *
 * Return: false.
 */
bool steps_differ(struct steps *st, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(st->diff, sizeof(st->diff), fmt, args);
	va_end(args);
	return false;
}

static unsigned long long hex(uint64_t x)
{
	return x;
}

/**
 * steps_init - start a subject and check its first state
 * @st: the steps
 * @g: the machine; must be legal
 * @ops: the subject
 * @w: its world, already initialised, without page frames
 * @option: passed to the subject
 * @tolerate: quirks whose rules are not enforced
 * @flags: ORACLE_*
 *
 * Return: false if that was a finding.
 */
bool steps_init(struct steps *st, const struct step_geometry *g, const struct subject_step_ops *ops,
		struct world *w, unsigned int option, unsigned int tolerate, unsigned int flags)
{
	/* without contents all CPUs are alike, so one stands for them all */
	struct machine machine = {
		.possible = { 1 },
		.page = g->page,
		.unit_pages = g->unit_pages,
		.static_size = g->static_size,
		.reserved_size = g->reserved_size,
		.dyn_size = g->dyn_size,
		.nr_nodes = 1,
	};
	struct oracle *o = &st->o;
	const struct layout layout = {
		.booted = true,
		.base_addr = g->base_addr,
		.unit_size = g->page * g->unit_pages,
		.static_size = g->static_size,
		.reserved_size = g->reserved_size,
		.dyn_size = g->dyn_size,
		.nr_cpus = 1,
	};

	memset(st, 0, sizeof(*st));
	st->ops = ops;
	o->ops = &ops->common;
	o->w = w;
	o->tolerate = tolerate;
	o->flags = flags;
	model_init(&o->m, &machine, &layout, true);
	oracle_init_first_unit(o);

	o->s = ops->create(g, w, option);
	o->m.times = ops->common.flags(o->s);
	if (!check_refresh_view(o) || !check_hints_of(o, o->m.first) ||
	    (o->m.reserved && !check_hints_of(o, o->m.reserved)))
		return false;
	model_relocate(&o->m, o->m.first, -1);
	return check_state(o, true);
}

/**
 * steps_end - end the subject, and see that its metadata returned
 * @st: the steps; what the recording left allocated goes with it
 *
 * Return: false if any did not, with the difference in @st.
 */
bool steps_end(struct steps *st)
{
	struct oracle *o = &st->o;

	o->ops->destroy(o->s);
	o->s = NULL;
	if (o->w->meta_live)
		return steps_differ(st, "expected all metadata to return, actual %u pieces did not",
				    o->w->meta_live);
	return true;
}

/**
 * steps_exit - end the subject, if steps_end() has not
 * @st: the steps
 */
void steps_exit(struct steps *st)
{
	oracle_exit(&st->o);
	free(st->picked.chunk);
}

static bool settle(struct steps *st)
{
	return check_refresh_view(&st->o) && check_state(&st->o, false);
}

/* The chunk at an address that serves an offset; two may start on the same page. */
static struct model_chunk *chunk_serving(const struct model *m, uint64_t base, int off)
{
	for (unsigned int i = 0; i < m->nr_chunks; i++) {
		struct model_chunk *c = m->chunk[i];

		if (c->base == base && off >= 4 * c->start && off / 4 < c->end)
			return c;
	}
	return NULL;
}

/* The subject must have found what the truth says. */
static bool check_place(struct steps *st, const struct step_place *got, const struct model_chunk *c,
			int unit)
{
	struct oracle *o = &st->o;

	CHECK(o, null_expected, !got->base || c, NULL, -1, -1, "%#llx+%d was served, expected none",
	      hex(got->base), got->off);
	if (!c)
		return true;
	CHECK(o, null_reason, got->base, c, unit, unit + 1, "NULL, expected %s+%d", c->name,
	      4 * unit);
	CHECK(o, place_chunk, got->base == c->base, c, unit, unit + 1,
	      "%#llx+%d was served, expected %s+%d", hex(got->base), got->off, c->name, 4 * unit);
	CHECK(o, place_offset, got->off == 4 * unit, c, unit, unit + 1,
	      "%s+%d was served, expected %s+%d", c->name, got->off, c->name, 4 * unit);
	return true;
}

/* And the recorded kernel the same. */
static bool compare_place(struct steps *st, const struct step_place *got,
			  const struct step_place *recorded)
{
	if (got->base == recorded->base && (!got->base || got->off == recorded->off))
		return true;
	if (!recorded->base)
		return steps_differ(st, "expected no fit, actual %#llx+%d", hex(got->base),
				    got->off);
	if (!got->base)
		return steps_differ(st, "expected %#llx+%d, actual no fit", hex(recorded->base),
				    recorded->off);
	return steps_differ(st, "expected %#llx+%d, actual %#llx+%d", hex(recorded->base),
			    recorded->off, hex(got->base), got->off);
}

/**
 * steps_alloc - search the chunks there are for room, and take it
 * @st: the steps
 * @req: the request
 * @recorded: where the kernel found room; its base is 0 if it found none
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_alloc(struct steps *st, const struct step_request *req,
		 const struct step_place *recorded)
{
	struct oracle *o = &st->o;
	struct model *m = &o->m;
	struct step_place got = { 0 };
	struct model_chunk *c;
	int unit = 0, oslot;

	if (!req->size || req->size % 4 || req->size > m->max_alloc || req->align < 4 ||
	    req->align > m->page || (req->align & (req->align - 1)))
		return steps_differ(st, "expected a legal request, actual size %u align %u",
				    req->size, req->align);

	c = search_naive(o, (int)req->size, (int)req->align, req->reserved && m->reserved,
			 req->atomic, &unit);
	if (!st->ops->alloc(o->s, req, &got))
		got.base = 0;
	if (!check_place(st, &got, c, unit) || !compare_place(st, &got, recorded))
		return false;
	if (!c)
		return settle(st);

	oslot = model_hint_slot(m, c);
	model_mark(m, c, unit, (int)req->size / 4);
	if (!check_refresh_view(o) || !check_hints_of(o, c))
		return false;
	model_relocate(m, c, oslot);
	model_reintegrate(m, c);
	return check_state(o, false);
}

/**
 * steps_free - free an object
 * @st: the steps
 * @at: where it was
 * @decide: it is a free of the user; else what a failed population undoes
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_free(struct steps *st, const struct step_place *at, bool decide)
{
	struct oracle *o = &st->o;
	struct model_chunk *c = chunk_serving(&o->m, at->base, at->off);
	int unit = at->off / 4, units, oslot;

	units = c && at->off % 4 == 0 ? model_object_units(c, unit) : 0;
	if (!units)
		return steps_differ(st, "expected a live object at %#llx+%d, actual %s",
				    hex(at->base), at->off, c ? "none" : "no such chunk");
	for (int page = unit / c->block_units; decide && page * c->block_units < unit + units;
	     page++)
		if (!c->populated[page])
			return steps_differ(st,
					    "expected page %d of %s populated before the "
					    "free, actual it was not",
					    page, c->name);

	oslot = model_hint_slot(&o->m, c);
	st->ops->free(o->s, c->id, at->off, decide);
	model_unmark(&o->m, c, unit);
	if (!check_refresh_view(o) || !check_hints_of(o, c))
		return false;
	model_relocate(&o->m, c, oslot);
	if (decide)
		oracle_settle_free(&o->m, c);
	return check_state(o, false);
}

/* No other chunk, and not the first unit, may lie there. */
static const struct model_chunk *chunk_in_the_way(const struct model *m, uint64_t base)
{
	for (unsigned int i = 0; i < m->nr_chunks; i++) {
		const struct model_chunk *c = m->chunk[i];
		uint64_t size = (uint64_t)c->nr_pages * m->page;

		if (base < c->base + size && c->base < base + m->unit_size)
			return c;
	}
	return NULL;
}

/**
 * steps_insert - a new chunk is put on its list
 * @st: the steps
 * @base: its recorded address
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_insert(struct steps *st, uint64_t base)
{
	struct oracle *o = &st->o;
	struct model *m = &o->m;
	const struct model_chunk *hit = chunk_in_the_way(m, base);
	struct model_chunk *c;

	if (hit)
		return steps_differ(st,
				    "expected room for a new chunk at %#llx, actual %s is at "
				    "%#llx",
				    hex(base), hit->name, hex(hit->base));
	if (!base || base % m->page || base + m->unit_size < base)
		return steps_differ(st, "expected a page address for a new chunk, actual %#llx",
				    hex(base));
	if (m->nr_chunks == STEPS_MAX_CHUNKS)
		return steps_differ(st, "expected at most %u chunks at a time, actual one more",
				    STEPS_MAX_CHUNKS);

	c = model_new_chunk(m, base, (int)(m->unit_size / m->page), 0, (int)m->unit_size / 4);
	model_name_chunk(m, c);
	m->stats.nr_chunks++;
	if (m->stats.nr_max_chunks < m->stats.nr_chunks)
		m->stats.nr_max_chunks = m->stats.nr_chunks;
	model_relocate(m, c, -1);
	CHECK(o, place_area, st->ops->insert(o->s, base), c, -1, -1,
	      "no chunk could be made at %#llx", hex(base));
	return settle(st);
}

static bool page_is_empty(const struct model_chunk *c, int page)
{
	return c->populated[page] && c->block[page].nr_free == c->block_units;
}

/* What the worker must do next to the chunk it reclaims, as decided under the lock it has now. */
static void foretell_reclaim(struct steps *st)
{
	struct model_chunk *c = st->reclaim;
	int page = st->cursor;

	st->next = RECLAIM_PUT_BACK;
	st->scarce = false;
	while (page >= 0 && c->nr_empty) {
		if (model_empty_total(&st->o.m) < EMPTY_PAGES_HIGH) {
			st->scarce = true;
			return;
		}
		if (page_is_empty(c, page)) {
			st->to = page + 1;
			while (page >= 0 && page_is_empty(c, page))
				page--;
			st->from = page + 1;
			/* the page that ended the run is not looked at again */
			st->cursor = page - 1;
			st->next = RECLAIM_PAGES;
			return;
		}
		page--;
	}
}

/* Only the worker takes memory away: from chunks that go, or from the one it reclaims. */
static bool compare_depopulated(struct steps *st, const struct model_chunk *c, int from, int to)
{
	int want_from = st->from, want_to = st->to;

	if (st->picked.nr) {
		const struct model_chunk *first = st->picked.chunk[0];

		for (want_from = 0; want_from < first->nr_pages; want_from++)
			if (first->populated[want_from])
				break;
		for (want_to = want_from; want_to < first->nr_pages; want_to++)
			if (!first->populated[want_to])
				break;
		if (c != first)
			return steps_differ(st, "expected pages of %s to go first, actual %s",
					    first->name, c->name);
	} else if (c != st->reclaim || st->next != RECLAIM_PAGES) {
		return steps_differ(st, "expected no pages of %s to go, actual %d to %d", c->name,
				    from, to);
	}
	if (from != want_from || to != want_to)
		return steps_differ(st, "expected pages %d to %d of %s to go, actual %d to %d",
				    want_from, want_to, c->name, from, to);
	return true;
}

/**
 * steps_set_populated - pages got or lost memory
 * @st: the steps
 * @base: address of the chunk
 * @from: first page
 * @to: page after the last
 * @on: got
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_set_populated(struct steps *st, uint64_t base, int from, int to, bool on)
{
	struct oracle *o = &st->o;
	struct model_chunk *c = model_chunk_by_base(&o->m, base);

	if (!c || c->immutable)
		return steps_differ(st, "expected a chunk whose pages may change, actual %#llx",
				    hex(base));
	if (from < 0 || from >= to || to > c->nr_pages)
		return steps_differ(st, "expected pages of %s below %d, actual %d to %d", c->name,
				    c->nr_pages, from, to);
	for (int page = from; page < to; page++)
		if (c->populated[page] == on)
			return steps_differ(st,
					    "expected page %d of %s %spopulated, actual it "
					    "was%s",
					    page, c->name, on ? "not yet " : "", on ? "" : " not");
	if (!on && !compare_depopulated(st, c, from, to))
		return false;

	st->ops->set_populated(o->s, c->id, from, to, on);
	model_set_populated(&o->m, c, from, to, on);
	if (!on && c == st->reclaim)
		foretell_reclaim(st);
	return settle(st);
}

/**
 * steps_populate_object - give those pages of an object memory that have none
 * @st: the steps
 * @at: where the object is
 *
 * Return: false if that was a finding.
 */
bool steps_populate_object(struct steps *st, const struct step_place *at)
{
	struct model_chunk *c = chunk_serving(&st->o.m, at->base, at->off);
	int unit = at->off / 4, page, end;

	if (!c)
		return true;
	end = (unit + model_object_units(c, unit) + c->block_units - 1) / c->block_units;
	for (page = unit / c->block_units; page < end; page++) {
		int from = page;

		while (page < end && !c->populated[page])
			page++;
		if (from < page && !steps_set_populated(st, at->base, from, page, true))
			return false;
	}
	return true;
}

static bool compare_empty(struct steps *st, int nr_empty)
{
	long actual = st->o.view.nr_empty_pop_pages;

	return actual == nr_empty ||
	       steps_differ(st, "expected %d empty populated pages, actual %ld", nr_empty, actual);
}

/* Before the worker goes on to its next stage the last one must be over. */
static bool compare_idle(struct steps *st)
{
	if (st->picked.nr)
		return steps_differ(st, "expected %s to be destroyed before, actual it was not",
				    st->picked.chunk[0]->name);
	if (st->reclaim)
		return steps_differ(st, "expected %s to be put back before, actual it was not",
				    st->reclaim->name);
	return true;
}

/**
 * steps_pick_free - the worker takes the free chunks that are too many off their list
 * @st: the steps
 * @empty_only: only those without populated pages
 * @nr_empty: empty populated pages as recorded before
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_pick_free(struct steps *st, bool empty_only, int nr_empty)
{
	struct oracle *o = &st->o;
	struct model *m = &o->m;
	struct model_list *l = m->slots + m->free_slot, *p = &st->picked;

	if (!compare_idle(st) || !compare_empty(st, nr_empty))
		return false;
	if (!empty_only)
		m->work_pending = false;
	for (unsigned int i = 1; i < l->nr;) {
		struct model_chunk *c = l->chunk[i];

		if (empty_only && c->nr_empty) {
			i++;
			continue;
		}
		model_unlist(m, c); /* the next one moves up to i */
		if (p->nr == p->capacity) {
			p->capacity = p->capacity * 2 + 4;
			p->chunk = realloc(p->chunk, p->capacity * sizeof(*p->chunk));
			if (!p->chunk)
				abort();
		}
		/* the last one picked is the first to go */
		memmove(p->chunk + 1, p->chunk, p->nr++ * sizeof(*p->chunk));
		p->chunk[0] = c;
	}
	st->ops->pick_free(o->s, empty_only);
	CHECK(o, list_order, st->ops->picked(o->s) == (p->nr ? p->chunk[0]->id : NULL), NULL, -1,
	      -1, "%s is not the first free chunk to go", p->nr ? p->chunk[0]->name : "no chunk");
	return settle(st);
}

/**
 * steps_destroy_chunk - the worker destroys a chunk that it took off the free list
 * @st: the steps
 * @base: its address as recorded
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_destroy_chunk(struct steps *st, uint64_t base)
{
	struct oracle *o = &st->o;
	struct model_list *p = &st->picked;
	struct model_chunk *c = p->nr ? p->chunk[0] : NULL;

	if (!c || c->base != base)
		return steps_differ(st, "expected %#llx to be destroyed, actual %s", hex(base),
				    c ? c->name : "none");
	if (c->nr_populated)
		return steps_differ(st, "expected %s without pages, actual %d are populated",
				    c->name, c->nr_populated);

	CHECK(o, list_order, st->ops->picked(o->s) == c->id, c, -1, -1,
	      "%s is not the next free chunk to go", c->name);
	st->ops->destroy_chunk(o->s, c->id);
	memmove(p->chunk, p->chunk + 1, --p->nr * sizeof(*p->chunk));
	o->m.stats.nr_chunks--;
	model_drop_chunk(&o->m, c);
	return settle(st);
}

/**
 * steps_reclaim - the worker begins to give back the empty pages of a chunk
 * @st: the steps
 * @base: its address as recorded
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_reclaim(struct steps *st, uint64_t base)
{
	struct oracle *o = &st->o;
	const struct model_list *l = o->m.slots + o->m.to_depopulate;
	struct model_chunk *c = l->nr ? l->chunk[0] : NULL;

	CHECK(o, list_order, st->ops->reclaim_first(o->s) == (c ? c->id : NULL), c, -1, -1,
	      "%s is not the chunk to reclaim", c ? c->name : "no chunk");
	if (!compare_idle(st))
		return false;
	if (!c || c->base != base)
		return steps_differ(st, "expected %#llx to be reclaimed, actual %#llx", hex(base),
				    c ? hex(c->base) : 0);
	st->reclaim = c;
	st->cursor = c->nr_pages - 1;
	foretell_reclaim(st);
	return true;
}

/**
 * steps_put_back - the worker is done with the chunk that it reclaimed
 * @st: the steps
 * @base: its address as recorded
 * @reintegrate: it goes back into use, else it is sidelined
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_put_back(struct steps *st, uint64_t base, bool reintegrate)
{
	struct model *m = &st->o.m;
	struct model_chunk *c = st->reclaim;
	bool want;

	if (!c || c->base != base)
		return steps_differ(st, "expected %#llx under reclaim, actual %s", hex(base),
				    c ? c->name : "none");
	if (st->next == RECLAIM_PAGES)
		return steps_differ(st,
				    "expected %s to be put back, actual pages %d to %d are to "
				    "go before",
				    c->name, st->from, st->to);
	/* the lock was dropped in between, to flush the TLB: more may have become free */
	want = st->scarce || c->whole.nr_free == c->nr_units;
	if (want != reintegrate)
		return steps_differ(st, "expected %s to be %s, actual %s", c->name,
				    reintegrate ? "reintegrated" : "sidelined",
				    want ? "reintegrated" : "sidelined");
	st->ops->put_back(st->o.s, c->id, reintegrate);
	if (reintegrate)
		model_reintegrate(m, c);
	else
		model_move(m, c, m->sidelined, false);
	st->reclaim = NULL;
	st->next = RECLAIM_NONE;
	return settle(st);
}

/**
 * steps_refill - the worker begins to populate pages in advance
 * @st: the steps
 * @nr_empty: empty populated pages as recorded
 * @atomic_failed: as recorded, whether an atomic request failed since the last time
 *
 * Return: false if that was a finding or a difference.
 */
bool steps_refill(struct steps *st, int nr_empty, bool atomic_failed)
{
	if (!compare_idle(st) || !compare_empty(st, nr_empty))
		return false;
	if (st->o.view.atomic_failed != atomic_failed)
		return steps_differ(st, "expected atomic_failed %d, actual %d", atomic_failed,
				    st->o.view.atomic_failed);
	st->ops->begin_refill(st->o.s);
	st->o.m.atomic_failed = false;
	return settle(st);
}

/**
 * steps_balance_end - the worker is done
 * @st: the steps
 * @nr_empty: empty populated pages as recorded
 *
 * Return: false if that was a difference.
 */
bool steps_balance_end(struct steps *st, int nr_empty)
{
	return compare_idle(st) && compare_empty(st, nr_empty);
}

/**
 * steps_atomic_failed - an atomic request failed for good
 * @st: the steps
 *
 * Return: false if that was a finding.
 */
bool steps_atomic_failed(struct steps *st)
{
	st->ops->atomic_failed(st->o.s);
	st->o.m.atomic_failed = true;
	st->o.m.work_pending = true;
	return settle(st);
}

/**
 * steps_check_all - check everything, also what cannot have changed
 * @st: the steps
 *
 * Return: false if that was a finding.
 */
bool steps_check_all(struct steps *st)
{
	return check_refresh_view(&st->o) && check_state(&st->o, true);
}
