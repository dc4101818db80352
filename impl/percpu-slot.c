// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-slot.c - which list a chunk is on, and where in it.
 *
 *   slot:  0      1 .. by contig hint ..  | sidelined | free | to_depopulate
 *          full,  searched upwards from the size's slot      never searched
 *          or failed
 *
 * Does not decide when a chunk is isolated or reclaimed: percpu.c and percpu-balance.c do.
 */
#include <assert.h>

#include "internal.h"

/* Position of the highest set bit counted from 1, or 0. */
static int fls_int(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

/**
 * pcpu_size_class - the slot of a size, were there no slot for free chunks
 * @size: bytes
 */
int pcpu_size_class(int size)
{
	return pcpu_max_int(fls_int((unsigned int)size) - PCPU_SLOT_BASE_SHIFT + 2, 1);
}

/**
 * pcpu_size_to_slot - the slot for a free area of a size
 * @a: the allocator
 * @size: bytes, 0 to a unit
 *
 * Slots double in size; a whole unit has a slot of its own.
 */
int pcpu_size_to_slot(const struct pcpu_allocator *a, int size)
{
	if ((unsigned int)size == a->unit_size)
		return a->free_slot;
	return pcpu_size_class(size);
}

/**
 * pcpu_chunk_slot - the slot that a chunk's contig hint calls for
 * @chunk: the chunk
 *
 * Not necessarily the one it is on: see isolated chunks, and failed fits in low slots.
 */
int pcpu_chunk_slot(const struct pcpu_chunk *chunk)
{
	if (chunk->free_bytes < (int)PCPU_MIN_ALLOC_SIZE || !chunk->md.contig_hint)
		return 0;
	return pcpu_size_to_slot(chunk->a, chunk->md.contig_hint << PCPU_MIN_ALLOC_SHIFT);
}

/**
 * pcpu_chunk_move - put a chunk on a list
 * @chunk: the chunk; the reserved chunk is on none and stays so
 * @slot: the list
 * @front: at its front, or its tail
 */
void pcpu_chunk_move(struct pcpu_chunk *chunk, int slot, bool front)
{
	struct pcpu_allocator *a = chunk->a;

	assert(slot >= 0 && slot < a->nr_slots);
	if (chunk == a->reserved_chunk)
		return;
	if (front)
		pcpu_list_move(&chunk->list, a->slots + slot);
	else
		pcpu_list_move_tail(&chunk->list, a->slots + slot);
}

/**
 * pcpu_chunk_relocate - put a chunk on the list that its contig hint calls for
 * @chunk: the chunk
 * @oslot: the slot its hint called for before, or -1 to move it in any case
 *
 * To the front if it gained, to the tail if it lost.  Isolated chunks stay where they are.
 */
void pcpu_chunk_relocate(struct pcpu_chunk *chunk, int oslot)
{
	int nslot = pcpu_chunk_slot(chunk);

	if (!chunk->isolated && oslot != nslot)
		pcpu_chunk_move(chunk, nslot, oslot < nslot);
}

/**
 * pcpu_isolate_chunk - queue a chunk for giving its empty pages back
 * @chunk: the chunk
 *
 * From here on its empty pages are not counted as available.
 */
void pcpu_isolate_chunk(struct pcpu_chunk *chunk)
{
	struct pcpu_allocator *a = chunk->a;

	if (!chunk->isolated) {
		chunk->isolated = true;
		a->nr_empty_pop_pages -= chunk->nr_empty_pop_pages;
	}
	pcpu_chunk_move(chunk, a->to_depopulate_slot, true);
}

/**
 * pcpu_reintegrate_chunk - take an isolated chunk back into use
 * @chunk: the chunk; nothing happens if it is not isolated
 */
void pcpu_reintegrate_chunk(struct pcpu_chunk *chunk)
{
	if (!chunk->isolated)
		return;
	chunk->isolated = false;
	chunk->a->nr_empty_pop_pages += chunk->nr_empty_pop_pages;
	pcpu_chunk_relocate(chunk, -1);
}

/**
 * pcpu_sideline_chunk - keep an isolated chunk as a last resort
 * @chunk: the chunk, its empty pages given back
 */
void pcpu_sideline_chunk(struct pcpu_chunk *chunk)
{
	pcpu_chunk_move(chunk, chunk->a->sidelined_slot, false);
}
