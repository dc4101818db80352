// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-chunk.c - making and destroying chunks, and the books of their pages.
 *
 * Models pcpu_alloc_chunk(), pcpu_alloc_first_chunk() and pcpu_create_chunk() of mm/percpu.c and
 * mm/percpu-vm.c.  Does not touch page contents.
 */
#include <assert.h>

#include "internal.h"

/* All metadata of one kind goes through here, so that order and kind of requests are fixed. */
static void *meta(const struct pcpu_allocator *a, enum pcpu_fault kind, size_t nr, size_t size)
{
	return a->env.meta_alloc(a->env.ctx, kind, nr * size);
}

static void meta_free(const struct pcpu_allocator *a, void *p)
{
	if (p)
		a->env.meta_free(a->env.ctx, p);
}

/**
 * pcpu_free_chunk_md - free the descriptor of a chunk and all that hangs off it
 * @chunk: the chunk, on no list; parts that are NULL are skipped
 */
void pcpu_free_chunk_md(struct pcpu_chunk *chunk)
{
	const struct pcpu_allocator *a = chunk->a;

	meta_free(a, chunk->populated);
	meta_free(a, chunk->blocks);
	meta_free(a, chunk->bound_map);
	meta_free(a, chunk->alloc_map);
	meta_free(a, chunk);
}

/*
 * A chunk descriptor with everything free.  In Linux the populated map is part of the descriptor,
 * so here it is not counted as metadata.
 */
static struct pcpu_chunk *new_chunk(struct pcpu_allocator *a, int nr_pages, bool boot)
{
	enum pcpu_fault chunk_kind = boot ? PCPU_FAULT_NONE : PCPU_FAULT_CHUNK;
	enum pcpu_fault meta_kind = boot ? PCPU_FAULT_NONE : PCPU_FAULT_META;
	size_t bits = (size_t)nr_pages * (size_t)a->block_bits;
	struct pcpu_chunk *chunk;

	chunk = meta(a, chunk_kind, 1, sizeof(*chunk));
	if (!chunk)
		return NULL;
	chunk->a = a;
	chunk->nr_pages = nr_pages;
	pcpu_list_init(&chunk->list);
	chunk->slot = -1;
	chunk->most = INT_MAX;

	chunk->alloc_map = meta(a, meta_kind, PCPU_BITS_TO_WORDS(bits), sizeof(unsigned long));
	if (!chunk->alloc_map)
		goto fail;
	/* one bit more: the end of an allocation at the end of the map is marked too */
	chunk->bound_map = meta(a, meta_kind, PCPU_BITS_TO_WORDS(bits + 1), sizeof(unsigned long));
	if (!chunk->bound_map)
		goto fail;
	chunk->blocks = meta(a, meta_kind, (size_t)nr_pages, sizeof(*chunk->blocks));
	if (!chunk->blocks)
		goto fail;

	chunk->populated =
		meta(a, PCPU_FAULT_NONE, PCPU_BITS_TO_WORDS(nr_pages), sizeof(unsigned long));

	pcpu_init_hints(chunk);
	chunk->free_bytes = (int)(bits << PCPU_MIN_ALLOC_SHIFT);
	return chunk;
fail:
	pcpu_free_chunk_md(chunk);
	return NULL;
}

/**
 * pcpu_alloc_first_chunk - the chunk that serves a part of the first unit
 * @a: the allocator
 * @addr: first address served, a multiple of 4
 * @map_size: bytes served, a multiple of 4
 *
 * The chunk covers whole pages; what lies before and behind the served part is hidden by
 * marking it allocated:
 *
 *   base       addr                addr + map_size   page end
 *   |##########|......................|##############|
 *    start_offset                       end_offset
 *
 * Return: the chunk, its pages populated and immutable; boot memory is never refused.
 */
struct pcpu_chunk *pcpu_alloc_first_chunk(struct pcpu_allocator *a, uint64_t addr, int map_size)
{
	uint64_t base = addr & ~(uint64_t)(a->page_size - 1);
	int start_offset = (int)(addr - base);
	int region = pcpu_align_up(start_offset + map_size, (int)a->page_size);
	int end_offset = region - start_offset - map_size;
	struct pcpu_chunk *chunk = new_chunk(a, region / (int)a->page_size, true);
	int bits = start_offset >> PCPU_MIN_ALLOC_SHIFT;
	int map_bits = pcpu_chunk_map_bits(chunk);

	chunk->base = base;
	chunk->start_offset = (unsigned int)start_offset;
	chunk->end_offset = (unsigned int)end_offset;
	chunk->immutable = true;
	pcpu_bitmap_set(chunk->populated, 0, (unsigned int)chunk->nr_pages);
	chunk->nr_populated = region / (int)a->page_size;
	chunk->nr_empty_pop_pages = chunk->nr_populated;
	chunk->free_bytes = map_size;

	if (bits) {
		pcpu_bitmap_set(chunk->alloc_map, 0, (unsigned int)bits);
		pcpu_set_bit(chunk->bound_map, 0);
		pcpu_set_bit(chunk->bound_map, (unsigned int)bits);
		chunk->md.first_free = bits;
		pcpu_hint_alloc(chunk, 0, bits);
	}

	bits = end_offset >> PCPU_MIN_ALLOC_SHIFT;
	if (bits) {
		pcpu_bitmap_set(chunk->alloc_map, (unsigned int)(map_bits - bits),
				(unsigned int)bits);
		pcpu_set_bit(chunk->bound_map, (unsigned int)(map_bits - bits));
		pcpu_set_bit(chunk->bound_map, (unsigned int)map_bits);
		pcpu_hint_alloc(chunk, map_bits - bits, bits);
	}
	return chunk;
}

static void count_chunk(struct pcpu_allocator *a)
{
	a->stats.nr_chunks++;
	if (a->stats.nr_max_chunks < a->stats.nr_chunks)
		a->stats.nr_max_chunks = a->stats.nr_chunks;
}

/**
 * pcpu_create_chunk - make a chunk with address space and no pages, or a block with all of them
 * @a: the allocator
 *
 * Return: the chunk, on no list yet, or NULL if metadata, address space or the block could not be
 * had.
 */
struct pcpu_chunk *pcpu_create_chunk(struct pcpu_allocator *a)
{
	struct pcpu_chunk *chunk = new_chunk(a, (int)a->cfg.unit_pages, false);

	if (!chunk)
		return NULL;
	if (pcpu_is_km(a)) {
		if (!pcpu_km_take_block(chunk)) {
			pcpu_free_chunk_md(chunk);
			return NULL;
		}
		count_chunk(a);
		return chunk;
	}
	chunk->areas = vm_pcpu_get_areas(a->vm, a->cfg.group_offset, a->cfg.group_size,
					 a->cfg.nr_groups, a->cfg.atom_size);
	if (!chunk->areas) {
		pcpu_free_chunk_md(chunk);
		return NULL;
	}
	/* any area leads to its chunk, as a page's index does in Linux */
	for (unsigned int i = 0; i < a->cfg.nr_groups; i++)
		chunk->areas[i]->owner = chunk;
	chunk->base = chunk->areas[0]->addr - a->cfg.group_offset[0];
	count_chunk(a);
	return chunk;
}

/**
 * pcpu_create_chunk_at - make a chunk at an address that was recorded from a real kernel
 * @a: the allocator, a dry one
 * @base: the address
 *
 * Return: as pcpu_create_chunk().
 */
struct pcpu_chunk *pcpu_create_chunk_at(struct pcpu_allocator *a, uint64_t base)
{
	struct pcpu_chunk *chunk = new_chunk(a, (int)a->cfg.unit_pages, false);

	assert(a->cfg.dry);
	if (!chunk)
		return NULL;
	chunk->base = base;
	count_chunk(a);
	return chunk;
}

/*
 * Whatever is still mapped in the areas goes with them, as when the kernel frees a vm area.  Their
 * translations are flushed when the address space is purged.
 */
static void free_areas(struct pcpu_chunk *chunk)
{
	struct pcpu_allocator *a = chunk->a;

	for (unsigned int i = 0; i < a->cfg.nr_groups; i++) {
		struct vm_area *area = chunk->areas[i];

		pgtable_unmap(&a->vm->pt, area->addr,
			      (unsigned int)(area->size >> a->cfg.page_shift));
		area->owner = NULL;
	}
	vm_pcpu_free_areas(a->vm, chunk->areas, a->cfg.nr_groups);
	chunk->areas = NULL;
}

/**
 * pcpu_destroy_chunk - give back a chunk's address space and metadata
 * @chunk: the chunk, on no slot's list and without pages
 */
void pcpu_destroy_chunk(struct pcpu_chunk *chunk)
{
	struct pcpu_allocator *a = chunk->a;

	assert(!chunk->nr_populated && !chunk->nr_alloc);
	a->stats.nr_chunks--;
	for (int i = 0; i < PCPU_KNOWN; i++)
		if (a->known[i] == chunk)
			a->known[i] = NULL;
	if (chunk->areas)
		free_areas(chunk);
	if (pcpu_is_km(a))
		pcpu_km_give_block(chunk);
	pcpu_chunk_unlink(chunk);
	pcpu_free_chunk_md(chunk);
}

/**
 * pcpu_chunk_populated - enter into the books that pages got memory
 * @chunk: the chunk
 * @start: first page
 * @end: page after the last
 */
void pcpu_chunk_populated(struct pcpu_chunk *chunk, int start, int end)
{
	int nr = end - start;

	pcpu_bitmap_set(chunk->populated, (unsigned int)start, (unsigned int)nr);
	chunk->nr_populated += nr;
	chunk->a->nr_populated += (unsigned long)nr;
	/* pages that an allocation is waiting for were counted as broken before: this evens out */
	pcpu_update_empty_pages(chunk, nr);
}

/**
 * pcpu_chunk_depopulated - enter into the books that empty pages lost their memory
 * @chunk: the chunk
 * @start: first page
 * @end: page after the last
 */
void pcpu_chunk_depopulated(struct pcpu_chunk *chunk, int start, int end)
{
	int nr = end - start;

	pcpu_bitmap_clear(chunk->populated, (unsigned int)start, (unsigned int)nr);
	chunk->nr_populated -= nr;
	chunk->a->nr_populated -= (unsigned long)nr;
	pcpu_update_empty_pages(chunk, -nr);
}
