// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-pages.c - giving pages of a chunk their memory on every CPU, and taking it back.
 *
 * Models mm/percpu-vm.c: all frames of a range are taken first, CPU by CPU, then all are mapped;
 * a failure undoes everything.  Page tables are one flat array per chunk here, without a TLB.
 */
#include <assert.h>

#include "internal.h"

static uint32_t *frame_slot(const struct pcpu_chunk *chunk, unsigned int cpu, int page)
{
	return chunk->frames + cpu * (unsigned int)chunk->nr_pages + (unsigned int)page;
}

static uint32_t *scratch_slot(const struct pcpu_allocator *a, unsigned int cpu, int page)
{
	return a->pages + cpu * a->cfg.unit_pages + (unsigned int)page;
}

/* Give back the frames that the scratch array holds for [start, end) of CPUs below @cpus. */
static void free_scratch(struct pcpu_allocator *a, unsigned int cpus, int start, int end)
{
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		for (int page = start; page < end; page++)
			a->env.frame_free(a->env.ctx, *scratch_slot(a, cpu, page));
}

static bool alloc_frames(struct pcpu_allocator *a, int start, int end)
{
	for (unsigned int cpu = 0; cpu < a->cfg.nr_cpus; cpu++) {
		for (int page = start; page < end; page++) {
			uint32_t frame = a->env.frame_alloc(a->env.ctx, 0, PCPU_OWNER_CHUNK);

			if (frame == PCPU_NO_FRAME) {
				/* this CPU's pages below, and all of the CPUs before it */
				while (--page >= start)
					a->env.frame_free(a->env.ctx, *scratch_slot(a, cpu, page));
				free_scratch(a, cpu, start, end);
				return false;
			}
			*scratch_slot(a, cpu, page) = frame;
		}
	}
	return true;
}

static void unmap_cpu(struct pcpu_chunk *chunk, unsigned int cpu, int start, int end)
{
	for (int page = start; page < end; page++)
		*frame_slot(chunk, cpu, page) = PCPU_NO_FRAME;
}

/* Map [start, end) for one CPU; false if the page tables refuse, with a part mapped. */
static bool map_cpu(struct pcpu_chunk *chunk, unsigned int cpu, int start, int end)
{
	struct pcpu_allocator *a = chunk->a;

	for (int page = start; page < end; page++) {
		if (*frame_slot(chunk, cpu, page) != PCPU_NO_FRAME || !a->env.may_map(a->env.ctx))
			return false;
		*frame_slot(chunk, cpu, page) = *scratch_slot(a, cpu, page);
	}
	return true;
}

static bool map_frames(struct pcpu_chunk *chunk, int start, int end)
{
	for (unsigned int cpu = 0; cpu < chunk->a->cfg.nr_cpus; cpu++) {
		unsigned int undo = cpu + !pcpu_quirk(chunk->a, PCPU_QUIRK_MAP_UNWIND);

		if (map_cpu(chunk, cpu, start, end))
			continue;
		while (undo--)
			unmap_cpu(chunk, undo, start, end);
		return false;
	}
	return true;
}

/**
 * pcpu_populate_pages - give a range of pages memory on every possible CPU
 * @chunk: the chunk, not immutable
 * @start: first page, none of the range populated
 * @end: page after the last
 *
 * The caller records success with pcpu_chunk_populated().
 *
 * Return: false if a frame, the scratch array or a mapping could not be had; nothing is left.
 */
bool pcpu_populate_pages(struct pcpu_chunk *chunk, int start, int end)
{
	struct pcpu_allocator *a = chunk->a;

	assert(!a->cfg.dry);
	if (!a->pages)
		a->pages = a->env.meta_alloc(a->env.ctx, PCPU_FAULT_META,
					     (size_t)a->cfg.nr_cpus * a->cfg.unit_pages *
						     sizeof(*a->pages));
	if (!a->pages || !alloc_frames(a, start, end))
		return false;
	if (!map_frames(chunk, start, end)) {
		free_scratch(a, a->cfg.nr_cpus, start, end);
		return false;
	}
	return true;
}

/**
 * pcpu_depopulate_pages - take the memory of a range of pages back
 * @chunk: the chunk, not immutable
 * @start: first page, all of the range populated and without live objects
 * @end: page after the last
 *
 * The caller records it with pcpu_chunk_depopulated().
 */
void pcpu_depopulate_pages(struct pcpu_chunk *chunk, int start, int end)
{
	struct pcpu_allocator *a = chunk->a;

	assert(!a->cfg.dry);
	for (unsigned int cpu = 0; cpu < a->cfg.nr_cpus; cpu++) {
		for (int page = start; page < end; page++)
			*scratch_slot(a, cpu, page) = *frame_slot(chunk, cpu, page);
		unmap_cpu(chunk, cpu, start, end);
	}
	free_scratch(a, a->cfg.nr_cpus, start, end);
}
