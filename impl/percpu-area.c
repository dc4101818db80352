// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-area.c - finding, marking and clearing areas in the maps of one chunk.
 *
 * Models pcpu_find_block_fit(), pcpu_alloc_area() and pcpu_free_area() of mm/percpu.c.  Choosing
 * the chunk is percpu.c's business, keeping the hints true is percpu-hint.c's.
 */
#include <assert.h>

#include "internal.h"

/*
 * The next place at or after *bit_off that the block hints promise to fit: within one block up
 * to its contig hint, or from the right edge of a block into the next ones.  *bit_off is where to
 * start scanning, *bits how far the promise reaches; *bit_off is the end of the map if there is
 * none.  (pcpu_next_fit_region())
 */
static void next_fit_region(const struct pcpu_chunk *chunk, int alloc_bits, int align, int *bit_off,
			    int *bits)
{
	int block_bits = chunk->a->block_bits, shift = chunk->a->block_shift;
	int i = *bit_off >> shift;
	int block_off = *bit_off & (block_bits - 1);

	*bits = 0;
	for (; i < chunk->nr_pages; i++) {
		const struct pcpu_block_md *b = chunk->blocks + i;
		int pad;

		if (*bits) {
			/* an area that began at the right edge of an earlier block */
			*bits += b->left_free;
			if (*bits >= alloc_bits)
				return;
			if (b->left_free == block_bits)
				continue;
		}

		/* a contig hint before block_off was proposed the last time */
		pad = pcpu_align_up(b->contig_hint_start, align) - b->contig_hint_start;
		if (b->contig_hint >= pad + alloc_bits && b->contig_hint_start >= block_off) {
			int start = pcpu_hint_start(b, alloc_bits);

			*bits = pad + alloc_bits + b->contig_hint_start - start;
			*bit_off = (i << shift) + start;
			return;
		}
		block_off = 0; /* further blocks have not been seen at all */

		*bit_off = pcpu_align_up(block_bits - b->right_free, align);
		*bits = block_bits - *bit_off;
		*bit_off += i << shift;
		if (*bits >= alloc_bits)
			return;
	}

	*bit_off = pcpu_chunk_map_bits(chunk);
}

/*
 * True if all pages under [bit_off, bit_off + bits) are populated; if not, *next is the bit after
 * the first run of unpopulated pages, at most the end of the range.
 */
static bool is_populated(const struct pcpu_chunk *chunk, int bit_off, int bits, int *next)
{
	int shift = chunk->a->block_shift;
	unsigned int start = (unsigned int)bit_off >> shift;
	unsigned int end = (unsigned int)(bit_off + bits + chunk->a->block_bits - 1) >> shift;

	start = pcpu_next_zero_bit(chunk->populated, end, start);
	if (start >= end)
		return true;

	*next = (int)(pcpu_next_bit(chunk->populated, end, start + 1) << shift);
	return false;
}

/**
 * pcpu_find_block_fit - find the bit from which to scan for a request
 * @chunk: the chunk
 * @bits: size in bits, not 0
 * @align: alignment in bits, a power of two and at most a page
 * @pop_only: only consider populated pages
 *
 * Goes by hints alone, so poor alignment can make it pass over a chunk that would fit.
 *
 * Return: the bit, or -1 if the hints promise no fit.
 */
int pcpu_find_block_fit(struct pcpu_chunk *chunk, int bits, int align, bool pop_only)
{
	int map_bits = pcpu_chunk_map_bits(chunk);
	int bit_off, region_bits, next;

	/* a request that does not fit at the largest area known is not worth a walk */
	if (!pcpu_hint_fits(&chunk->md, bits, align))
		return -1;

	bit_off = pcpu_hint_start(&chunk->md, bits);
	next_fit_region(chunk, bits, align, &bit_off, &region_bits);
	while (bit_off < map_bits && pop_only &&
	       !is_populated(chunk, bit_off, region_bits, &next)) {
		bit_off = next;
		next_fit_region(chunk, bits, align, &bit_off, &region_bits);
	}

	return bit_off < map_bits ? bit_off : -1;
}

struct hole {
	int off, bits;
};

/*
 * The first aligned run of @bits clear bits in [start, end), or @end.  *largest becomes the
 * largest run that was too short, without what its alignment skipped.
 */
static int find_zero_area(const unsigned long *map, int end, int start, int bits, int align,
			  struct hole *largest)
{
	while (start < end) {
		unsigned int word = (unsigned int)start / PCPU_WORD_BITS;
		unsigned long set = map[word] | ~pcpu_mask_from((unsigned int)start);
		int index, used, size;

		if (!~set) {
			start = (int)pcpu_next_zero_bit_far(map, (unsigned int)end, word + 1);
			if (start == end)
				break;
			word = (unsigned int)start / PCPU_WORD_BITS;
			set = map[word] | ~pcpu_mask_from((unsigned int)start);
		}
		index = (int)(word * PCPU_WORD_BITS) + __builtin_ctzl(~set);
		index = pcpu_align_up(index, align);
		if (index + bits > end)
			break;
		used = (int)pcpu_next_bit(map, (unsigned int)(index + bits), (unsigned int)index);
		if (used >= index + bits)
			return index;

		size = used - index;
		if (size > largest->bits ||
		    (size == largest->bits && largest->off &&
		     (!index || __builtin_ctz((unsigned int)index) >
					__builtin_ctz((unsigned int)largest->off))))
			*largest = (struct hole){ .off = index, .bits = size };
		start = used + 1;
	}
	return end;
}

/**
 * pcpu_alloc_area - allocate from a chunk
 * @chunk: the chunk
 * @bits: size in bits
 * @align: alignment in bits
 * @start: bit to scan from, from pcpu_find_block_fit()
 *
 * Return: byte offset in the unit, or -1 if no fit was found within a page of @start.
 */
int pcpu_alloc_area(struct pcpu_chunk *chunk, int bits, int align, int start)
{
	int map_bits = pcpu_chunk_map_bits(chunk);
	int end = pcpu_min_int(start + bits + chunk->a->block_bits, map_bits);
	int oslot = pcpu_chunk_slot(chunk);
	struct hole largest = { 0, 0 };
	int bit_off;

	bit_off = find_zero_area(chunk->alloc_map, end, start, bits, align, &largest);
	if (bit_off >= end)
		return -1;

	if (largest.bits)
		pcpu_hint_scanned(chunk, largest.off, largest.bits);

	pcpu_bitmap_set(chunk->alloc_map, (unsigned int)bit_off, (unsigned int)bits);
	pcpu_set_bit(chunk->bound_map, (unsigned int)bit_off);
	pcpu_bitmap_clear(chunk->bound_map, (unsigned int)bit_off + 1, (unsigned int)bits - 1);
	pcpu_set_bit(chunk->bound_map, (unsigned int)(bit_off + bits));

	chunk->free_bytes -= bits << PCPU_MIN_ALLOC_SHIFT;

	if (bit_off == chunk->md.first_free)
		chunk->md.first_free = (int)pcpu_next_zero_bit(
			chunk->alloc_map, (unsigned int)map_bits, (unsigned int)(bit_off + bits));

	pcpu_hint_alloc(chunk, bit_off, bits);
	pcpu_chunk_relocate(chunk, oslot);

	return bit_off << PCPU_MIN_ALLOC_SHIFT;
}

/**
 * pcpu_free_area - free the allocation that starts at an offset
 * @chunk: the chunk
 * @off: byte offset in the unit, a multiple of 4
 *
 * The boundary map says where the allocation ends.
 *
 * Return: bytes freed.
 */
int pcpu_free_area(struct pcpu_chunk *chunk, int off)
{
	int oslot = pcpu_chunk_slot(chunk);
	int bit_off = off >> PCPU_MIN_ALLOC_SHIFT;
	int end, bits;

	chunk->a->stats.nr_dealloc++;
	chunk->a->stats.nr_cur_alloc--;
	chunk->nr_alloc--;

	end = (int)pcpu_next_bit(chunk->bound_map, (unsigned int)pcpu_chunk_map_bits(chunk),
				 (unsigned int)bit_off + 1);
	bits = end - bit_off;
	pcpu_bitmap_clear(chunk->alloc_map, (unsigned int)bit_off, (unsigned int)bits);
	chunk->free_bytes += bits << PCPU_MIN_ALLOC_SHIFT;

	chunk->md.first_free = pcpu_min_int(chunk->md.first_free, bit_off);
	pcpu_hint_free(chunk, bit_off, bits);
	pcpu_chunk_relocate(chunk, oslot);

	return bits << PCPU_MIN_ALLOC_SHIFT;
}

/**
 * pcpu_area_is_live - does an allocation start at an offset
 * @chunk: the chunk
 * @off: byte offset in the unit, any value
 *
 * What hides the parts of the first unit that the chunk does not serve looks like an allocation
 * in the maps, but is none.
 */
bool pcpu_area_is_live(const struct pcpu_chunk *chunk, int off)
{
	int limit = chunk->nr_pages * (int)chunk->a->page_size - (int)chunk->end_offset;
	unsigned int bit = (unsigned int)off >> PCPU_MIN_ALLOC_SHIFT;

	if (off < (int)chunk->start_offset || off >= limit || off % (int)PCPU_MIN_ALLOC_SIZE)
		return false;
	return pcpu_test_bit(chunk->alloc_map, bit) && pcpu_test_bit(chunk->bound_map, bit);
}
