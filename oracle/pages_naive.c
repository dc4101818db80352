// SPDX-License-Identifier: GPL-2.0-only
/*
 * pages_naive.c - what becomes of a wish for a chunk or for pages, given what can be had.
 *
 * The order of requests is part of the contract, as faults are counted: a chunk takes its
 * descriptor, three pieces of metadata and an area; a run of pages takes the scratch array once
 * in the life of the allocator, then all frames, CPU by CPU, then all mappings, CPU by CPU.
 */
#include <stdio.h>

#include "oracle.h"

/**
 * try_create - make a chunk, if it can be had
 * @o: the oracle
 * @b: what can be had, counted down
 * @c: where the chunk is stored; it is on no list yet
 */
enum reason try_create(struct oracle *o, struct budget *b, struct model_chunk **c)
{
	struct model *m = &o->m;
	uint64_t base;

	if (budget_refuses(b, PCPU_FAULT_CHUNK))
		return REASON_CHUNK_FAULT;
	for (int i = 0; i < 3; i++)
		if (budget_refuses(b, PCPU_FAULT_META))
			return REASON_META_FAULT;
	if (budget_refuses(b, PCPU_FAULT_AREA))
		return REASON_AREA_FAULT;
	if (!search_area_naive(m, &base))
		return REASON_NO_WINDOW;

	*c = model_new_chunk(m, base, (int)(m->unit_size / m->page), 0, (int)m->unit_size / 4);
	snprintf((*c)->name, sizeof((*c)->name), "c%u", m->serial++);
	m->stats.nr_chunks++;
	if (m->stats.nr_max_chunks < m->stats.nr_chunks)
		m->stats.nr_max_chunks = m->stats.nr_chunks;
	return REASON_OK;
}

/* All frames of a run, or none. */
static enum reason try_frames(struct oracle *o, struct budget *b, int nr)
{
	uint32_t left = b->frames_free;

	for (unsigned int i = 0; i < o->m.nr_cpus * (unsigned int)nr; i++) {
		if (budget_refuses(b, PCPU_FAULT_PAGE)) {
			b->frames_free = left;
			return REASON_PAGE_FAULT;
		}
		if (!b->frames_free) {
			b->frames_free = left;
			return REASON_NO_FRAMES;
		}
		b->frames_free--;
	}
	return REASON_OK;
}

/* All mappings of a run, or none; but see the quirk map-unwind. */
static enum reason try_map(struct oracle *o, struct budget *b, struct model_chunk *c, int from,
			   int to)
{
	for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++) {
		uint8_t *stale = c->stale + cpu * (unsigned int)c->nr_pages;
		enum reason why = REASON_OK;
		int page;

		for (page = from; page < to && why == REASON_OK; page++) {
			if (stale[page])
				why = REASON_MAP_STALE;
			else if (budget_refuses(b, PCPU_FAULT_MAP))
				why = REASON_MAP_FAULT;
		}
		if (why == REASON_OK)
			continue;
		if (oracle_tolerates(o, PCPU_QUIRK_MAP_UNWIND))
			for (int p = from; p < page - 1; p++)
				stale[p] = 1;
		return why;
	}
	return REASON_OK;
}

/**
 * try_populate - give one run of pages memory, if it can be had
 * @o: the oracle
 * @b: what can be had, counted down
 * @c: the chunk
 * @from: first page
 * @to: page after the last
 */
enum reason try_populate(struct oracle *o, struct budget *b, struct model_chunk *c, int from,
			 int to)
{
	uint32_t left = b->frames_free;
	enum reason why;

	c->pages_touched = true; /* a failure must leave nothing mapped either */
	if (!o->m.dry) {
		if (!o->m.have_pages_array && budget_refuses(b, PCPU_FAULT_META))
			return REASON_META_FAULT;
		o->m.have_pages_array = true;
		why = try_frames(o, b, to - from);
		if (why != REASON_OK)
			return why;
		why = try_map(o, b, c, from, to);
		if (why != REASON_OK) {
			b->frames_free = left;
			return why;
		}
	}
	model_set_populated(&o->m, c, from, to, true);
	return REASON_OK;
}

/**
 * try_populate_missing - give those pages of a range memory that have none, run by run
 * @o: the oracle
 * @b: what can be had, counted down
 * @c: the chunk
 * @from: first page
 * @to: page after the last
 */
enum reason try_populate_missing(struct oracle *o, struct budget *b, struct model_chunk *c,
				 int from, int to)
{
	while (from < to) {
		enum reason why;
		int end;

		if (c->populated[from]) {
			from++;
			continue;
		}
		for (end = from; end < to && !c->populated[end];)
			end++;
		why = try_populate(o, b, c, from, end);
		if (why != REASON_OK)
			return why;
		from = end;
	}
	return REASON_OK;
}
