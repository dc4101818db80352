// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-km.c - chunks that are blocks of the linear map.
 *
 * Models mm/percpu-km.c, for machines without an MMU: a chunk is one block of a power of two of
 * pages, from the first unit of the only group to the last; what is left of it is not used.
 *
 *   base
 *   |[unit of cpu0][unit of cpu1][unit of cpu2]|  not used  |
 *   |<- group size --------------------------->|
 *   |<- 2^order pages --------------------------------------->|
 *
 * All pages have their memory as long as the chunk lives: populating and depopulating them, in
 * percpu-pages.c, changes the books only.  Such chunks are never isolated.
 */
#include <assert.h>

#include "internal.h"

/* The least power of two of pages that holds a chunk. */
static unsigned int block_order(const struct pcpu_allocator *a)
{
	uint64_t nr_pages = a->cfg.group_size[0] >> a->cfg.page_shift;
	unsigned int order = 0;

	while (UINT64_C(1) << order < nr_pages)
		order++;
	return order;
}

/**
 * pcpu_km_take_block - give a chunk its memory, for good
 * @chunk: the chunk, just made
 *
 * Return: false if there is no block.
 */
bool pcpu_km_take_block(struct pcpu_chunk *chunk)
{
	struct pcpu_allocator *a = chunk->a;

	chunk->base = a->env.block_alloc(a->env.ctx, block_order(a));
	if (!chunk->base)
		return false;
	/* before anybody can find it */
	pcpu_chunk_populated(chunk, 0, chunk->nr_pages);
	return true;
}

/**
 * pcpu_km_give_block - take the memory of a chunk back
 * @chunk: the chunk, on no slot's list
 */
void pcpu_km_give_block(struct pcpu_chunk *chunk)
{
	struct pcpu_allocator *a = chunk->a;

	a->env.block_free(a->env.ctx, chunk->base, block_order(a));
}

/**
 * pcpu_km_chunk_at - the chunk whose units an address lies in
 * @a: the allocator
 * @addr: any address
 *
 * Linux notes the chunk in the descriptor of each page; there are no such descriptors here.
 *
 * Return: the chunk, or NULL if there is none, or chunks are no blocks.
 */
struct pcpu_chunk *pcpu_km_chunk_at(const struct pcpu_allocator *a, uint64_t addr)
{
	struct pcpu_list *pos;

	for (int slot = 0; pcpu_is_km(a) && slot < a->nr_slots; slot++) {
		pcpu_list_for_each(pos, a->slots + slot) {
			struct pcpu_chunk *chunk = pcpu_container_of(pos, struct pcpu_chunk, list);

			if (chunk != a->first_chunk && addr - chunk->base < a->cfg.group_size[0])
				return chunk;
		}
	}
	return NULL;
}
