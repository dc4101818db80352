// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter_steps.c - our allocator as a subject that is driven step by step.
 *
 * Passes each step on; what it adds is the list of chunks between the worker's picking and
 * destroying them, which lives on a stack otherwise.
 */
#include "adapter.h"
#include "../oracle/steps.h"

struct ours_steps {
	struct pcpu_allocator *a;
	struct pcpu_list picked;
	struct world *w;
};

static void *ours_create(const struct step_geometry *g, struct world *w, unsigned int option)
{
	struct pcpu_config cfg = {
		.page_shift = (unsigned int)__builtin_ctz(g->page),
		.unit_pages = g->unit_pages,
		.static_size = g->static_size,
		.reserved_size = g->reserved_size,
		.dyn_size = g->dyn_size,
		.nr_cpus = 1,
		.base_addr = g->base_addr,
		.quirks = option,
		.dry = true,
	};
	struct ours_steps *st = w->env.meta_alloc(w->env.ctx, PCPU_FAULT_NONE, sizeof(*st));

	st->w = w;
	st->a = pcpu_create(&cfg, NULL, &w->env);
	pcpu_list_init(&st->picked);
	return st;
}

static struct pcpu_chunk *first_picked(struct ours_steps *st)
{
	if (pcpu_list_empty(&st->picked))
		return NULL;
	return pcpu_container_of(st->picked.next, struct pcpu_chunk, list);
}

static void ours_destroy(void *s)
{
	struct ours_steps *st = s;
	struct pcpu_chunk *chunk;

	while ((chunk = first_picked(st))) {
		pcpu_list_del(&chunk->list);
		pcpu_free_chunk_md(chunk);
	}
	pcpu_destroy(st->a);
	st->w->env.meta_free(st->w->env.ctx, st);
}

static unsigned int ours_flags(void *s)
{
	return subject_ours.flags(s);
}

static void ours_view(void *s, struct subject_view *v)
{
	struct ours_steps *st = s;

	ours_show(st->a, v);
}

static bool ours_alloc(void *s, const struct step_request *req, struct step_place *place)
{
	struct ours_steps *st = s;
	struct pcpu_request r;
	struct pcpu_chunk *chunk;

	if (pcpu_prepare_request(st->a, req->size, req->align, req->reserved,
				 req->atomic ? PCPU_GFP_ATOMIC : PCPU_GFP_KERNEL, &r) != PCPU_OK)
		return false;
	chunk = pcpu_scan(st->a, &r, &place->off);
	if (!chunk)
		return false;
	pcpu_count_alloc(st->a, chunk, (size_t)r.size);
	place->base = chunk->base;
	return true;
}

static void ours_free(void *s, void *chunk, int off, bool decide)
{
	struct ours_steps *st = s;

	if (decide)
		pcpu_free_at(st->a, chunk, off);
	else
		pcpu_free_area(chunk, off);
}

static bool ours_insert(void *s, uint64_t base)
{
	struct ours_steps *st = s;
	struct pcpu_chunk *chunk = pcpu_create_chunk_at(st->a, base);

	if (!chunk)
		return false;
	pcpu_chunk_relocate(chunk, -1);
	return true;
}

static void ours_set_populated(void *s, void *chunk, int from, int to, bool on)
{
	(void)s;
	if (on)
		pcpu_chunk_populated(chunk, from, to);
	else
		pcpu_chunk_depopulated(chunk, from, to);
}

static void ours_pick_free(void *s, bool empty_only)
{
	struct ours_steps *st = s;

	/* as pcpu_balance() does when the work begins */
	if (!empty_only)
		st->a->work_pending = false;
	pcpu_pick_free_chunks(st->a, empty_only, &st->picked);
}

static void *ours_picked(void *s)
{
	return first_picked(s);
}

static void ours_destroy_chunk(void *s, void *chunk)
{
	(void)s;
	pcpu_destroy_chunk(chunk);
}

static void *ours_reclaim_first(void *s)
{
	struct ours_steps *st = s;

	return pcpu_reclaim_first(st->a);
}

static void ours_put_back(void *s, void *chunk, bool reintegrate)
{
	(void)s;
	if (reintegrate)
		pcpu_reintegrate_chunk(chunk);
	else
		pcpu_sideline_chunk(chunk);
}

static void ours_begin_refill(void *s)
{
	struct ours_steps *st = s;

	pcpu_refill_target(st->a);
}

static void ours_atomic_failed(void *s)
{
	struct ours_steps *st = s;

	/* as the end of pcpu_alloc() does */
	st->a->atomic_failed = true;
	st->a->work_pending = true;
}

const struct subject_step_ops subject_ours_steps = {
	.common = {
		.name = "ours",
		.destroy = ours_destroy,
		.flags = ours_flags,
		.view = ours_view,
	},
	.create = ours_create,
	.alloc = ours_alloc,
	.free = ours_free,
	.insert = ours_insert,
	.set_populated = ours_set_populated,
	.pick_free = ours_pick_free,
	.picked = ours_picked,
	.destroy_chunk = ours_destroy_chunk,
	.reclaim_first = ours_reclaim_first,
	.put_back = ours_put_back,
	.begin_refill = ours_begin_refill,
	.atomic_failed = ours_atomic_failed,
};
