// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter.c - our allocator as a subject of the oracle.
 *
 * Shows its internals as they are; computes nothing.
 */
#include <assert.h>

#include "internal.h"
#include "../oracle/subject.h"

static_assert(sizeof(struct subject_md) == sizeof(struct pcpu_block_md), "same layout");

static void *ours_create(const struct machine *m, struct world *w, unsigned int option)
{
	struct pcpu_config cfg = {
		.page_shift = (unsigned int)__builtin_ctz(m->page),
		.unit_pages = m->unit_pages,
		.static_size = m->static_size,
		.reserved_size = m->reserved_size,
		.dyn_size = m->dyn_size,
		.nr_cpus = machine_nr_cpus(m),
		.base_addr = SUBJECT_BASE_ADDR,
		.vm_start = SUBJECT_VM_START,
		.vm_pages = m->vm_pages,
		.quirks = option,
	};

	for (unsigned int i = 0; i < cfg.nr_cpus; i++) {
		cfg.unit_offset[i] = (uint64_t)i * machine_unit_size(m);
	}
	cfg.area_size = (uint64_t)cfg.nr_cpus * machine_unit_size(m);
	return pcpu_create(&cfg, &w->env);
}

static void ours_destroy(void *s)
{
	pcpu_destroy(s);
}

static unsigned int ours_flags(void *s)
{
	(void)s;
	return SUBJECT_HAS_STATS;
}

static uint64_t ours_alloc(void *s, const struct alloc_args *args)
{
	uint64_t ptr;

	if (pcpu_alloc(s, args->size, args->align, args->reserved, args->gfp, &ptr) != PCPU_OK)
		return 0;
	return ptr;
}

static bool ours_free(void *s, uint64_t ptr)
{
	return pcpu_free(s, ptr) == PCPU_OK;
}

static void ours_balance(void *s)
{
	pcpu_balance(s);
}

static int ours_populate(void *s, void *chunk, unsigned int start, unsigned int end)
{
	return -(int)pcpu_populate(s, chunk, start, end);
}

static int ours_depopulate(void *s, void *chunk, unsigned int start, unsigned int end)
{
	return -(int)pcpu_depopulate(s, chunk, start, end);
}

static bool show_chunk(struct subject_view *v, struct pcpu_chunk *chunk, int slot)
{
	if (v->nr_chunks == SUBJECT_MAX_CHUNKS) {
		v->fault = "more chunks than can be";
		return false;
	}
	v->chunk[v->nr_chunks++] = (struct subject_chunk){
		.id = chunk,
		.slot = slot,
		.base = chunk->base,
		.free_bytes = chunk->free_bytes,
		.nr_pages = chunk->nr_pages,
		.nr_populated = chunk->nr_populated,
		.nr_empty_pop_pages = chunk->nr_empty_pop_pages,
		.nr_alloc = chunk->nr_alloc,
		.max_alloc_size = chunk->max_alloc_size,
		.start_offset = chunk->start_offset,
		.end_offset = chunk->end_offset,
		.immutable = chunk->immutable,
		.isolated = chunk->isolated,
		.md = (const struct subject_md *)&chunk->md,
		.blocks = (const struct subject_md *)chunk->blocks,
		.alloc_map = chunk->alloc_map,
		.bound_map = chunk->bound_map,
		.populated = chunk->populated,
	};
	return true;
}

static void ours_view(void *s, struct subject_view *v)
{
	struct pcpu_allocator *a = s;
	const struct pcpu_stats *st = &a->stats;
	struct pcpu_list *pos;

	if (a->reserved_chunk)
		show_chunk(v, a->reserved_chunk, -1);
	for (int slot = 0; slot < a->nr_slots; slot++) {
		pcpu_list_for_each(pos, a->slots + slot) {
			if (pos->next->prev != pos || pos->prev->next != pos) {
				v->fault = "a list is not linked both ways";
				return;
			}
			if (!show_chunk(v, pcpu_container_of(pos, struct pcpu_chunk, list), slot))
				return;
		}
	}
	v->nr_slots = a->nr_slots;
	v->nr_empty_pop_pages = a->nr_empty_pop_pages;
	v->nr_populated = (long)a->nr_populated;
	v->atomic_failed = a->atomic_failed;
	v->work_pending = a->work_pending;
	v->stats = (struct subject_stats){
		.nr_alloc = st->nr_alloc,
		.nr_dealloc = st->nr_dealloc,
		.nr_cur_alloc = st->nr_cur_alloc,
		.nr_max_alloc = st->nr_max_alloc,
		.nr_chunks = st->nr_chunks,
		.nr_max_chunks = st->nr_max_chunks,
		.min_alloc_size = st->min_alloc_size,
		.max_alloc_size = st->max_alloc_size,
	};
}

static bool ours_mapped(void *s, void *chunk, unsigned int cpu, unsigned int page)
{
	return pcpu_page_mapped(s, chunk, cpu, page);
}

static uint8_t *ours_page(void *s, void *chunk, unsigned int cpu, unsigned int page)
{
	return pcpu_page_data(s, chunk, cpu, page);
}

static uint8_t *ours_static_data(void *s, unsigned int cpu)
{
	return pcpu_static_data(s, cpu);
}

const struct subject_ops subject_ours = {
	.name = "ours",
	.create = ours_create,
	.destroy = ours_destroy,
	.flags = ours_flags,
	.alloc = ours_alloc,
	.free = ours_free,
	.balance = ours_balance,
	.populate = ours_populate,
	.depopulate = ours_depopulate,
	.view = ours_view,
	.mapped = ours_mapped,
	.page = ours_page,
	.static_data = ours_static_data,
};
