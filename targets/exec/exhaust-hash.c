// SPDX-License-Identifier: GPL-2.0-only
/*
 * exhaust-hash.c - one number for all that decides what further ops come to.
 *
 * Unlike exec_state_hash() it leaves out what only counts what was: two programs that come to the
 * same state must come to the same number.  docs/exhaust.md has the list, and why the rest may be
 * left out.
 */
#include <string.h>

#include "exhaust-steps.h"

/* Can be undone, so what was different before stays so. */
static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

static uint64_t mix_ints(uint64_t h, int x, int y)
{
	return mix(h, (uint64_t)(uint32_t)x << 32 | (uint32_t)y);
}

static uint64_t mix_md(uint64_t h, const struct subject_md *md)
{
	h = mix_ints(h, md->scan_hint, md->scan_hint_start);
	h = mix_ints(h, md->contig_hint, md->contig_hint_start);
	h = mix_ints(h, md->left_free, md->right_free);
	return mix_ints(h, md->first_free, md->nr_bits);
}

/* A map of some bits; what lies behind them means nothing. */
static uint64_t mix_map(uint64_t h, const unsigned long *map, int bits)
{
	const int word = 8 * (int)sizeof(long);
	int at = 0;

	for (; at + word <= bits; at += word)
		h = mix(h, map[at / word]);
	if (at < bits)
		h = mix(h, map[at / word] & ((1ul << (bits - at)) - 1));
	return h;
}

static uint64_t mix_chunk(uint64_t h, const struct subject_chunk *c)
{
	h = mix(mix_ints(h, c->slot, c->free_bytes), c->base);
	h = mix_ints(h, c->nr_populated, c->nr_empty_pop_pages);
	h = mix_ints(h, c->nr_pages, c->immutable + 2 * c->isolated);
	h = mix_md(h, c->md);
	for (int i = 0; i < c->nr_pages; i++)
		h = mix_md(h, c->blocks + i);
	h = mix_map(h, c->alloc_map, c->md->nr_bits);
	h = mix_map(h, c->bound_map, c->md->nr_bits + 1);
	return mix_map(h, c->populated, c->nr_pages);
}

static uint64_t mix_stale(uint64_t h, const struct model *m, const struct model_chunk *c)
{
	h = mix(h, c->base);
	for (unsigned int page = 0; page < m->nr_cpus * (unsigned int)c->nr_pages; page++)
		h = mix_ints(h, (int)page, c->stale[page]);
	return h;
}

/* What the oracle knows that the subject does not show; it is checked to be true of it. */
static uint64_t mix_model(uint64_t h, const struct model *m)
{
	h = mix_ints(h, m->have_pages_array, (int)m->vm.nr);
	for (unsigned int i = 0; i < m->vm.nr; i++) {
		const struct vm_naive_area *a = m->vm.areas + i;

		h = mix(mix(h, a->addr), a->size);
		h = mix_ints(h, a->lazy, AREA_KIND(a->tag));
	}
	for (unsigned int level = 0; level < TABLE_LEVELS - 1; level++)
		for (uint32_t i = 0; i < m->tables.nr[level]; i++)
			h = m->tables.have[level][i] ? mix_ints(h, (int)level, (int)i) : h;
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		h = m->chunk[i]->has_stale ? mix_stale(h, m, m->chunk[i]) : h;
	return h;
}

/* What can still be had, what is taken, and which pages are mapped; not which frames serve them. */
static uint64_t mix_world(uint64_t h, const struct world *w)
{
	const struct budget *b = &w->budget;

	for (unsigned int node = 0; node < b->nr_nodes; node++)
		h = mix(h, b->frames_free[node]);
	for (uint32_t i = 0; i < b->nr_block_pages; i += 64)
		h = mix(h, b->block_taken[i / 64]);
	for (uint32_t page = 0; page < w->machine->vm_pages; page++) {
		unsigned int node = 0;

		if (w->pte[page] < w->node_start[b->nr_nodes])
			node = w->frame[w->pte[page]].node;
		if (w->pte[page] != PCPU_NO_FRAME || w->stale[page])
			h = mix_ints(mix(h, page), (int)node,
				     2 * (w->pte[page] != PCPU_NO_FRAME) + w->stale[page]);
	}
	h = mix_ints(h, (int)w->nr_mapped, (int)w->meta_live);
	return mix(h, w->boot.live);
}

static uint64_t mix_run(uint64_t h, const struct exec *e)
{
	const struct subject_view *v = &e->oracle.view;

	h = mix_ints(h, (int)v->nr_chunks, e->oracle.down);
	if (e->oracle.down)
		return h;
	for (unsigned int i = 0; i < v->nr_chunks; i++)
		h = mix_chunk(h, v->chunk + i);
	h = mix(mix(h, (uint64_t)v->nr_empty_pop_pages), (uint64_t)v->nr_populated);
	h = mix_ints(h, v->atomic_failed + 2 * v->work_pending,
		     e->oracle.m.atomic_failed + 2 * e->oracle.m.work_pending);
	return mix_world(mix_model(h, &e->oracle.m), &e->world);
}

/**
 * exhaust_hash - hash of the state that all subjects are in
 * @l: their runs, without a finding
 */
uint64_t exhaust_hash(const struct lockstep *l)
{
	uint64_t h = mix(0, l->parted);

	for (unsigned int i = 0; i < l->nr; i++) {
		h = mix_run(h, l->e + i);
		/* decides whether they part when they differ */
		if (l->nr > 1)
			h = mix(h, l->e[i].oracle.used);
	}
	return mix(mix(h, 0), 0); /* so that the last bits reach all others, too */
}
