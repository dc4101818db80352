// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-pages.c - giving pages of a chunk their memory on every CPU, and taking it back.
 *
 * Models mm/percpu-vm.c: all frames of a range are taken first, CPU by CPU, then all are mapped;
 * a failure undoes everything.  Does not keep books: percpu-chunk.c does.
 */
#include <assert.h>

#include "internal.h"

/**
 * pcpu_chunk_addr - address of one CPU's copy of a page
 * @chunk: the chunk
 * @cpu: index into the possible CPUs
 * @page: page of the unit
 */
uint64_t pcpu_chunk_addr(const struct pcpu_chunk *chunk, unsigned int cpu, int page)
{
	const struct pcpu_allocator *a = chunk->a;

	return chunk->base + a->cfg.unit_offset[cpu] + ((uint64_t)page << a->cfg.page_shift);
}

/**
 * pcpu_page_data - the bytes of one CPU's copy of a page
 * @chunk: the chunk
 * @cpu: index into the possible CPUs
 * @page: page of the unit, populated
 */
uint8_t *pcpu_page_data(const struct pcpu_chunk *chunk, unsigned int cpu, int page)
{
	const struct pcpu_allocator *a = chunk->a;
	uint64_t addr = pcpu_chunk_addr(chunk, cpu, page);

	if (addr - a->vm->cfg.start >= a->vm->cfg.end - a->vm->cfg.start)
		return a->env.boot_data(a->env.ctx, addr);
	return a->env.frame_data(a->env.ctx, pgtable_walk(&a->vm->pt, addr));
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
			uint32_t frame =
				a->env.frame_alloc(a->env.ctx, a->cfg.node[cpu], PCPU_OWNER_CHUNK);

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
	pgtable_unmap(&chunk->a->vm->pt, pcpu_chunk_addr(chunk, cpu, start),
		      (unsigned int)(end - start));
}

/* Map [start, end) for one CPU; false if the page tables refuse, with a part mapped. */
static bool map_cpu(struct pcpu_chunk *chunk, unsigned int cpu, int start, int end)
{
	unsigned int nr = (unsigned int)(end - start);

	return pgtable_map(&chunk->a->vm->pt, pcpu_chunk_addr(chunk, cpu, start),
			   scratch_slot(chunk->a, cpu, start), nr) == nr;
}

/**
 * pcpu_flush_pages - make all CPUs forget the translations of a range of pages
 * @chunk: the chunk
 * @start: first page
 * @end: page after the last
 *
 * One flush from the unit that lies lowest to the one that lies highest.
 */
void pcpu_flush_pages(const struct pcpu_chunk *chunk, int start, int end)
{
	const struct pcpu_allocator *a = chunk->a;

	if (pcpu_is_km(a))
		return;
	a->env.tlb_flush(a->env.ctx, pcpu_chunk_addr(chunk, a->cfg.low_cpu, start),
			 pcpu_chunk_addr(chunk, a->cfg.high_cpu, end));
}

static bool map_frames(struct pcpu_chunk *chunk, int start, int end)
{
	for (unsigned int cpu = 0; cpu < chunk->a->cfg.nr_cpus; cpu++) {
		unsigned int undo = cpu + !pcpu_quirk(chunk->a, PCPU_QUIRK_MAP_UNWIND);

		if (map_cpu(chunk, cpu, start, end))
			continue;
		while (undo--)
			unmap_cpu(chunk, undo, start, end);
		pcpu_flush_pages(chunk, start, end);
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
	if (pcpu_is_km(a))
		return true;
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
 * The caller records it with pcpu_chunk_depopulated(), and flushes if the chunk lives on: address
 * space that is freed is flushed when it is purged.
 */
void pcpu_depopulate_pages(struct pcpu_chunk *chunk, int start, int end)
{
	struct pcpu_allocator *a = chunk->a;

	assert(!a->cfg.dry);
	if (pcpu_is_km(a))
		return;
	for (unsigned int cpu = 0; cpu < a->cfg.nr_cpus; cpu++) {
		for (int page = start; page < end; page++)
			*scratch_slot(a, cpu, page) =
				pgtable_walk(&a->vm->pt, pcpu_chunk_addr(chunk, cpu, page));
		unmap_cpu(chunk, cpu, start, end);
	}
	free_scratch(a, a->cfg.nr_cpus, start, end);
}
