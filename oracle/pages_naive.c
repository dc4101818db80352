// SPDX-License-Identifier: GPL-2.0-only
/*
 * pages_naive.c - what becomes of a wish for a chunk or for pages, given what can be had.
 *
 * The order of requests is part of the contract, as faults are counted: a chunk takes its
 * descriptor, three pieces of metadata, and the array and descriptors of its areas, or its block,
 * which has all its pages and asks for nothing more; a run of pages
 * takes the scratch array once in the life of the allocator, then all frames, CPU by CPU, then all
 * mappings, CPU by CPU, each with the tables that it needs first.
 */
#include <string.h>

#include "oracle.h"

/* Take the block of a chunk. */
static enum reason try_block(struct oracle *o, struct budget *b, uint64_t *base)
{
	uint32_t fault = b->fault[PCPU_FAULT_PAGE];
	uint32_t page = budget_take_block(b, o->m.block_order);

	if (page == WORLD_NO_BLOCK)
		return fault == 1 ? REASON_PAGE_FAULT : REASON_NO_BLOCK;
	*base = MACHINE_BLOCK_BASE + (uint64_t)page * o->m.page;
	return REASON_OK;
}

/**
 * drop_chunk - the worker destroys a chunk: all that it has returns
 * @m: the model
 * @b: where page frames and blocks return to
 * @c: the chunk
 */
void drop_chunk(struct model *m, struct budget *b, struct model_chunk *c)
{
	model_give_frames(m, c, 0, c->nr_pages, b);
	m->stats.nr_chunks--;
	if (c->is_block)
		budget_give_block(b, (uint32_t)((c->base - MACHINE_BLOCK_BASE) / m->page),
				  m->block_order);
	else
		vm_drop_chunk_naive(m, c);
	model_drop_chunk(m, c);
}

/**
 * try_create - make a chunk, if it can be had
 * @o: the oracle
 * @b: what can be had, counted down
 * @c: where the chunk is stored; it is on no list yet
 */
enum reason try_create(struct oracle *o, struct budget *b, struct model_chunk **c)
{
	struct model *m = &o->m;
	enum reason why;
	uint64_t base;

	if (budget_refuses(b, PCPU_FAULT_CHUNK))
		return REASON_CHUNK_FAULT;
	for (int i = 0; i < 3; i++)
		if (budget_refuses(b, PCPU_FAULT_META))
			return REASON_META_FAULT;
	why = m->km ? try_block(o, b, &base) :
		      try_congruent(o, b, m->layout.group_offset, m->layout.group_size,
				    m->layout.nr_groups, m->layout.atom_size, AREA_CHUNK, &base);
	if (why != REASON_OK)
		return why == REASON_BAD_REQUEST ? REASON_NO_WINDOW : why;

	*c = model_new_chunk(m, base, (int)(m->unit_size / m->page), 0, (int)m->unit_size / 4);
	if (m->km) {
		(*c)->is_block = true;
		model_set_populated(m, *c, 0, (*c)->nr_pages, true);
	}
	model_name_chunk(m, *c);
	m->stats.nr_chunks++;
	if (m->stats.nr_max_chunks < m->stats.nr_chunks)
		m->stats.nr_max_chunks = m->stats.nr_chunks;
	return REASON_OK;
}

/**
 * try_frame - take one page frame, if it can be had
 * @b: what can be had, counted down
 * @node: where it is to come from; where it does come from is stored here
 */
enum reason try_frame(struct budget *b, unsigned int *node)
{
	if (budget_take_frame(b, node))
		return REASON_OK;
	return budget_frames(b) ? REASON_PAGE_FAULT : REASON_NO_FRAMES;
}

/* All frames of a run, or none; each CPU's pages come from its node, if that has any. */
static enum reason try_frames(struct oracle *o, struct budget *b, struct model_chunk *c, int from,
			      int to)
{
	for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++) {
		for (int page = from; page < to; page++) {
			unsigned int node = o->m.layout.node[cpu];
			enum reason why = try_frame(b, &node);

			if (why != REASON_OK)
				return why;
			c->node[cpu * (unsigned int)c->nr_pages + (unsigned int)page] =
				(uint8_t)node;
		}
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
			if (!tables_naive_map(&o->m.tables, b,
					      model_page_addr(&o->m, c, cpu, page)))
				why = REASON_TABLE_FAULT;
			else if (stale[page])
				why = REASON_MAP_STALE;
			else if (budget_refuses(b, PCPU_FAULT_MAP))
				why = REASON_MAP_FAULT;
		}
		if (why == REASON_OK)
			continue;
		if (why == REASON_MAP_STALE)
			world_excuse_warning(o->w);
		if (oracle_tolerates(o, PCPU_QUIRK_MAP_UNWIND))
			for (int p = from; p < page - 1; p++) {
				stale[p] = 1;
				c->has_stale = true;
				world_excuse(o->w, model_page_addr(&o->m, c, cpu, p));
			}
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
	uint32_t left[MACHINE_MAX_NODES];
	enum reason why;

	c->pages_touched = true; /* a failure must leave nothing mapped either */
	model_due(&o->m, c);
	if (!o->m.dry && !c->is_block) {
		if (!o->m.have_pages_array && budget_refuses(b, PCPU_FAULT_META))
			return REASON_META_FAULT;
		o->m.have_pages_array = true;
		memcpy(left, b->frames_free, sizeof(left));
		why = try_frames(o, b, c, from, to);
		if (why == REASON_OK)
			why = try_map(o, b, c, from, to);
		if (why != REASON_OK) {
			memcpy(b->frames_free, left, sizeof(left));
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
