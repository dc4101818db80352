// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-hint.c - the hints of blocks and chunks, kept true over allocations and frees.
 *
 * Models the metadata half of mm/percpu.c (pcpu_block_update() to pcpu_block_update_hint_free()).
 * Does not search for or mark areas: percpu-area.c does.
 */
#include <assert.h>

#include "internal.h"

/* The words of the allocation map that belong to one block. */
static const unsigned long *block_map(const struct pcpu_chunk *chunk, int index)
{
	return chunk->alloc_map + ((unsigned int)index << chunk->a->block_shift) / PCPU_WORD_BITS;
}

/* An entirely free block; where a past scan hint lay still ranks later ones, as in Linux. */
static void init_md(struct pcpu_block_md *md, int nr_bits, int scan_hint_start)
{
	*md = (struct pcpu_block_md){
		.scan_hint_start = scan_hint_start,
		.contig_hint = nr_bits,
		.left_free = nr_bits,
		.right_free = nr_bits,
		.nr_bits = nr_bits,
	};
}

/**
 * pcpu_init_hints - the hints of a chunk that is entirely free
 * @chunk: the chunk, its @nr_pages set
 */
void pcpu_init_hints(struct pcpu_chunk *chunk)
{
	init_md(&chunk->md, pcpu_chunk_map_bits(chunk), 0);
	for (int i = 0; i < chunk->nr_pages; i++)
		init_md(chunk->blocks + i, chunk->a->block_bits, 0);
	chunk->free_tail = 0;
}

/* True if @start is more aligned than @than; 0 is the most aligned of all. */
static bool better_aligned(int start, int than)
{
	return than &&
	       (!start || __builtin_ctz((unsigned int)start) > __builtin_ctz((unsigned int)than));
}

/* True if an area at @start takes the place of the scan hint, or lies before it. */
static bool reaches_scan(const struct pcpu_allocator *a, const struct pcpu_block_md *md, int start)
{
	return start < md->scan_hint_start ||
	       (start == md->scan_hint_start && !pcpu_quirk(a, PCPU_QUIRK_SCAN_SAME));
}

/* An area larger than the contig hint: it takes its place. */
static void md_update_larger(const struct pcpu_allocator *a, struct pcpu_block_md *md, int start,
			     int size)
{
	if (start <= md->contig_hint_start) {
		md->scan_hint = 0;
	} else if (md->contig_hint > md->scan_hint) {
		md->scan_hint_start = md->contig_hint_start;
		md->scan_hint = md->contig_hint;
	} else if (reaches_scan(a, md, start)) {
		/* an equal scan hint lay behind the old contig hint; the new one is larger */
		md->scan_hint = 0;
	}
	md->contig_hint_start = start;
	md->contig_hint = size;
}

/* An area as large as the contig hint: the better aligned of the two is preferred. */
static void md_update_equal(const struct pcpu_allocator *a, struct pcpu_block_md *md, int start,
			    int size)
{
	bool scan_equal = pcpu_quirk(a, PCPU_QUIRK_SCAN_EQUAL);

	if (better_aligned(start, md->contig_hint_start)) {
		md->contig_hint_start = start;
		if (reaches_scan(a, md, start) && size > md->scan_hint)
			md->scan_hint = 0;
		if (!scan_equal && size == md->scan_hint && md->scan_hint_start <= start)
			md->scan_hint = 0;
		return;
	}

	if (!scan_equal && start <= md->contig_hint_start) {
		/* it cannot be the scan hint; and no smaller one may claim to lie before it */
		if (reaches_scan(a, md, start) && size > md->scan_hint)
			md->scan_hint = 0;
		return;
	}
	if (start > md->scan_hint_start || size > md->scan_hint) {
		md->scan_hint_start = start;
		md->scan_hint = size;
	}
}

/**
 * pcpu_hint_enter - enter a free area into the hints
 * @a: the allocator
 * @md: a block, or the chunk seen as one
 * @start: where the area, which must be the whole of it inside @md, begins
 * @end: where it ends
 *
 * (pcpu_block_update())
 */
inline void pcpu_hint_enter(const struct pcpu_allocator *a, struct pcpu_block_md *md, int start,
			    int end)
{
	int size = end - start;

	md->first_free = pcpu_min_int(md->first_free, start);
	if (start == 0)
		md->left_free = size;
	if (end == md->nr_bits)
		md->right_free = size;

	if (size > md->contig_hint) {
		md_update_larger(a, md, start, size);
	} else if (size == md->contig_hint) {
		md_update_equal(a, md, start, size);
	} else if (start < md->contig_hint_start &&
		   (size > md->scan_hint ||
		    (size == md->scan_hint && start > md->scan_hint_start))) {
		md->scan_hint_start = start;
		md->scan_hint = size;
	}
}

/**
 * pcpu_hint_scanned - learn from a hole that a search stepped over
 * @chunk: the chunk
 * @bit_off: where the hole, or its aligned part, starts
 * @bits: size up to the allocation that ends it
 *
 * A search that needs an alignment sees holes that neither path records.  (As in
 * pcpu_block_update_scan(), only for a hole that ends in the block it starts in.)
 */
void pcpu_hint_scanned(struct pcpu_chunk *chunk, int bit_off, int bits)
{
	int block_bits = chunk->a->block_bits;
	int index = bit_off >> chunk->a->block_shift;
	int s_off = bit_off & (block_bits - 1);
	int e_off = s_off + bits;
	unsigned int last;

	if (e_off > block_bits)
		return;

	/* the search aligned its start: look back for the bits it skipped */
	last = pcpu_last_bit(block_map(chunk, index), 0, (unsigned int)s_off);
	s_off = last == (unsigned int)s_off ? 0 : (int)last + 1;
	pcpu_hint_enter(chunk->a, chunk->blocks + index, s_off, e_off);
}

/*
 * Enter the free areas at or after a bit that the block hints know of into the chunk's hints: the
 * contig hint of each block, and what touches its right edge, joined with the blocks behind it.
 * Those smaller than the chunk's contig hint change nothing, as it lies before them.
 * (pcpu_next_md_free_region(), until there is none)
 */
static void update_from_blocks(struct pcpu_chunk *chunk, int bit_off)
{
	const struct pcpu_allocator *a = chunk->a;
	struct pcpu_block_md *md = &chunk->md;
	int block_bits = a->block_bits, most = md->contig_hint;
	int block_off = bit_off & (block_bits - 1);
	const struct pcpu_block_md *end = chunk->blocks + chunk->nr_pages;
	const struct pcpu_block_md *tail = chunk->blocks + chunk->free_tail;
	const struct pcpu_block_md *b = chunk->blocks + (bit_off >> a->block_shift), *first;

	while (b < end) {
		int size = b->contig_hint, left;

		if (size >= most && size && b->contig_hint_start >= block_off &&
		    b->contig_hint_start + size < block_bits) {
			bit_off = (int)(b - chunk->blocks) * block_bits + b->contig_hint_start;
			pcpu_hint_enter(a, md, bit_off, bit_off + size);
			most = md->contig_hint;
			if (b->contig_hint_start + size + 1 == block_bits) {
				/* the next area is looked for from the bit after its end */
				b++;
				block_off = 0;
				continue;
			}
		}

		block_off = 0; /* further blocks have not been seen at all */
		size = b->right_free;
		b++;
		if (!size)
			continue;
		first = b;
		while (b < tail && b->left_free == block_bits)
			b++;
		if (b >= tail)
			b = end;
		left = b < end ? b->left_free : 0;
		size += (int)(b - first) * block_bits + left;
		if (size >= most || b == end) {
			bit_off = (int)(b - chunk->blocks) * block_bits + left;
			pcpu_hint_enter(a, md, bit_off - size, bit_off);
			most = md->contig_hint;
		}
		block_off = left + 1;
		if (block_off == block_bits) {
			b++;
			block_off = 0;
		}
	}
}

/*
 * Find the chunk's contig hint again from the hints of its blocks.  With @full not set, only
 * behind the scan hint, where the kernel believes that to be enough.
 */
static void refresh_chunk(struct pcpu_chunk *chunk, bool full)
{
	struct pcpu_block_md *md = &chunk->md;
	bool promote = pcpu_quirk(chunk->a, PCPU_QUIRK_SCAN_PROMOTE);
	int bit_off;

	if (promote && !full && md->scan_hint) {
		bit_off = md->scan_hint_start + md->scan_hint;
		md->contig_hint_start = md->scan_hint_start;
		md->contig_hint = md->scan_hint;
		md->scan_hint = 0;
	} else {
		bit_off = md->first_free;
		md->contig_hint = 0;
		if (!promote)
			md->scan_hint = 0;
	}

	update_from_blocks(chunk, bit_off);
}

/* The lowest of several bits with the most factors of two in its number. */
static unsigned int best_aligned_bit(unsigned long bits)
{
	static const unsigned long multiples[] = { ~0UL / 3,	 ~0UL / 15,	      ~0UL / 255,
						   ~0UL / 65535, ~0UL / 0xffffffffUL, 1 };

	for (size_t i = 0; i < sizeof(multiples) / sizeof(multiples[0]); i++)
		if (bits & multiples[i])
			bits &= multiples[i];
	return (unsigned int)__builtin_ctzl(bits);
}

/* The bits of a word at which so many free bits begin. */
static unsigned long runs_of(unsigned long free, int bits)
{
	for (int done = 1, step; done < bits && free; done += step) {
		step = pcpu_min_int(done, bits - done);
		free &= free >> step;
	}
	return free;
}

/*
 * Enter the free areas of one word into a block's hints at once, if they are easily compared with
 * the contig hint, which lies before them; true if that is all.
 *
 * Smaller ones change nothing.  Of several as large, and none larger, all that counts is which one
 * is aligned best, and the last one: it becomes the scan hint unless it is that one.
 */
static bool update_at_once(struct pcpu_block_md *b, int base, unsigned long free)
{
	unsigned long runs;
	int best, last;

	if (b->contig_hint >= (int)PCPU_WORD_BITS)
		return true;
	runs = runs_of(free, b->contig_hint);
	if (!runs)
		return true;
	if (runs & (runs >> 1) || !(runs & (runs - 1)))
		return false;
	best = (int)best_aligned_bit(runs);
	last = (int)PCPU_WORD_BITS - 1 - __builtin_clzl(runs);
	if (best == last)
		return false;
	if (better_aligned(base + best, b->contig_hint_start))
		b->contig_hint_start = base + best;
	b->scan_hint_start = base + last;
	b->scan_hint = b->contig_hint;
	return true;
}

/* Enter the free areas of one word into a block's hints; none of them goes on behind the word. */
static void update_from_word(const struct pcpu_allocator *a, struct pcpu_block_md *b, int base,
			     unsigned long free)
{
	int most = 0; /* what the runs left over were last compared with */

	while (free) {
		unsigned long behind;
		int end;

		if (b->contig_hint > most && (base || !(free & 1))) {
			if (update_at_once(b, base, free))
				return;
			most = b->contig_hint;
		}
		behind = free + (free & -free); /* the lowest run becomes one bit */
		end = behind ? __builtin_ctzl(behind) : (int)PCPU_WORD_BITS;
		pcpu_hint_enter(a, b, base + __builtin_ctzl(free), base + end);
		free &= behind;
	}
}

/*
 * Where an area of at least two words less a bit, or the one at the end of the block, can begin at
 * or after a bit: it contains a word that is free.
 */
static unsigned int skip_words(const unsigned long *map, unsigned int nr, unsigned int at)
{
	unsigned int word = at / PCPU_WORD_BITS;

	if (at >= nr || !map[word])
		return at;
	while (++word * PCPU_WORD_BITS < nr && map[word])
		;
	return word - 1 > at / PCPU_WORD_BITS ? (word - 1) * PCPU_WORD_BITS : at;
}

/**
 * pcpu_hint_enter_map - enter the free areas of a part of a block into its hints
 * @a: the allocator
 * @b: the block; a contig hint that it has lies before @start
 * @map: its part of the allocation map
 * @start: first bit
 * @end: bit after the last; that of the block, or the bit before it is used
 *
 * As pcpu_hint_enter() for one after the other.  Once the contig hint spans words, those are
 * skipped in which nothing as large can lie: that contains a word that is free.
 */
void pcpu_hint_enter_map(const struct pcpu_allocator *a, struct pcpu_block_md *b,
			 const unsigned long *map, int start, int end)
{
	unsigned int nr = (unsigned int)end, at = (unsigned int)start;

	while (at < nr) {
		unsigned int word = at / PCPU_WORD_BITS, base = word * PCPU_WORD_BITS;
		unsigned long free = ~map[word] & pcpu_mask_from(at);
		unsigned int edge = PCPU_WORD_BITS;

		if (!~free)
			edge = 0;
		else if (free >> (PCPU_WORD_BITS - 1))
			edge -= (unsigned int)__builtin_clzl(~free);
		at = base + PCPU_WORD_BITS;
		if (at > nr) {
			free &= ~(~0UL << (nr - base));
			edge = PCPU_WORD_BITS;
		}
		if (edge == PCPU_WORD_BITS) {
			if (free)
				update_from_word(a, b, (int)base, free);
		} else {
			/* the last one goes on behind the word */
			free &= ~(~0UL << edge);
			if (free)
				update_from_word(a, b, (int)base, free);
			at = pcpu_next_bit_far(map, nr, word + 1);
			pcpu_hint_enter(a, b, (int)(base + edge), (int)at);
		}
		if (b->contig_hint >= 2 * (int)PCPU_WORD_BITS - 1)
			at = skip_words(map, nr, at);
	}
}

/*
 * Find a block's contig hint and right edge again from the allocation map, in which [.., end) of it
 * was just allocated.
 */
static void refresh_block(struct pcpu_chunk *chunk, int index, int end)
{
	struct pcpu_block_md *b = chunk->blocks + index;
	const unsigned long *map = block_map(chunk, index);
	int right = b->nr_bits - pcpu_min_int(b->right_free, b->nr_bits - end);
	int start;

	if (pcpu_quirk(chunk->a, PCPU_QUIRK_SCAN_PROMOTE) && b->scan_hint) {
		start = b->scan_hint_start + b->scan_hint;
		b->contig_hint_start = b->scan_hint_start;
		b->contig_hint = b->scan_hint;
	} else {
		start = b->first_free;
		b->contig_hint = 0;
	}
	b->scan_hint = 0;
	b->right_free = 0;
	/* what is known of the right edge need not be looked at */
	if (right < start || (right > start && !pcpu_test_bit(map, (unsigned int)right - 1)))
		right = b->nr_bits;
	pcpu_hint_enter_map(chunk->a, b, map, start, right);
	if (right < b->nr_bits)
		pcpu_hint_enter(chunk->a, b, right, b->nr_bits);
}

static bool overlaps(int start, int size, int x, int y)
{
	return start < y && x < start + size;
}

/* The first block of an allocation; @s_off and @bits may reach into the next one. */
static void hint_alloc_first(struct pcpu_chunk *chunk, int index, int s_off, int bits)
{
	struct pcpu_block_md *b = chunk->blocks + index;
	int block_bits = chunk->a->block_bits;
	int in_block = pcpu_min_int(bits, block_bits - s_off);

	if (s_off == b->first_free)
		b->first_free =
			(int)pcpu_next_zero_bit(block_map(chunk, index), (unsigned int)block_bits,
						(unsigned int)(s_off + in_block));

	if (overlaps(b->scan_hint_start, b->scan_hint, s_off, s_off + bits))
		b->scan_hint = 0;

	if (overlaps(b->contig_hint_start, b->contig_hint, s_off, s_off + bits)) {
		if (!s_off)
			b->left_free = 0;
		refresh_block(chunk, index, s_off + in_block);
		return;
	}

	b->left_free = pcpu_min_int(b->left_free, s_off);
	if (s_off + bits <= block_bits)
		b->right_free = pcpu_min_int(b->right_free, block_bits - (s_off + bits));
	else
		b->right_free = 0;
}

/* The last block of an allocation that began in an earlier one; it covers [0, e_off). */
static void hint_alloc_last(struct pcpu_chunk *chunk, int index, int e_off)
{
	struct pcpu_block_md *b = chunk->blocks + index;
	int block_bits = chunk->a->block_bits;

	b->first_free = (int)pcpu_next_zero_bit(block_map(chunk, index), (unsigned int)block_bits,
						(unsigned int)e_off);
	if (e_off == block_bits) {
		b->scan_hint = 0;
		b->contig_hint = 0;
		b->left_free = 0;
		b->right_free = 0;
		return;
	}

	if (e_off > b->scan_hint_start)
		b->scan_hint = 0;
	b->left_free = 0;
	if (e_off > b->contig_hint_start)
		refresh_block(chunk, index, e_off);
	else
		b->right_free = pcpu_min_int(b->right_free, block_bits - e_off);
}

/**
 * pcpu_hint_alloc - update all hints for an area that was just marked allocated
 * @chunk: the chunk
 * @bit_off: first bit of the area
 * @bits: its size, not 0
 *
 * Only a broken contig hint makes a scan necessary: of the block, of the chunk's blocks, or both.
 */
void pcpu_hint_alloc(struct pcpu_chunk *chunk, int bit_off, int bits)
{
	int block_bits = chunk->a->block_bits;
	int s_index = bit_off >> chunk->a->block_shift;
	int e_index = (bit_off + bits - 1) >> chunk->a->block_shift;
	int e_off = ((bit_off + bits - 1) & (block_bits - 1)) + 1;
	struct pcpu_block_md *md = &chunk->md;
	int nr_empty = 0;

	assert(bits > 0 && e_index < chunk->nr_pages);

	chunk->free_tail = pcpu_max_int(chunk->free_tail, e_index + 1);
	if (chunk->blocks[s_index].contig_hint == block_bits)
		nr_empty++;
	hint_alloc_first(chunk, s_index, bit_off & (block_bits - 1), bits);

	if (s_index != e_index) {
		if (chunk->blocks[e_index].contig_hint == block_bits)
			nr_empty++;
		hint_alloc_last(chunk, e_index, e_off);

		/* what lies between was free, and is now full */
		nr_empty += e_index - s_index - 1;
		for (int i = s_index + 1; i < e_index; i++) {
			chunk->blocks[i].scan_hint = 0;
			chunk->blocks[i].contig_hint = 0;
			chunk->blocks[i].left_free = 0;
			chunk->blocks[i].right_free = 0;
		}
	}

	if (nr_empty)
		pcpu_update_empty_pages(chunk, -nr_empty);

	if (!pcpu_quirk(chunk->a, PCPU_QUIRK_CHUNK_EDGES)) {
		md->left_free = pcpu_min_int(md->left_free, bit_off);
		md->right_free = pcpu_min_int(md->right_free, md->nr_bits - (bit_off + bits));
	}
	if (overlaps(md->scan_hint_start, md->scan_hint, bit_off, bit_off + bits))
		md->scan_hint = 0;
	if (overlaps(md->contig_hint_start, md->contig_hint, bit_off, bit_off + bits))
		refresh_chunk(chunk, false);
}

/* Where the free area that reaches left from @s_off begins in its block. */
static int extend_left(const struct pcpu_chunk *chunk, int index, int s_off)
{
	const struct pcpu_block_md *b = chunk->blocks + index;
	unsigned int last;

	/* often the freed area adjoins the contig hint, and no scan is needed */
	if (s_off == b->contig_hint + b->contig_hint_start)
		return b->contig_hint_start;

	last = pcpu_last_bit(block_map(chunk, index), 0, (unsigned int)s_off);
	return last == (unsigned int)s_off ? 0 : (int)last + 1;
}

/* Where the free area that reaches right from @e_off ends in its block. */
static int extend_right(const struct pcpu_chunk *chunk, int index, int e_off)
{
	const struct pcpu_block_md *b = chunk->blocks + index;

	if (e_off == b->contig_hint_start)
		return b->contig_hint_start + b->contig_hint;
	return (int)pcpu_next_bit(block_map(chunk, index), (unsigned int)chunk->a->block_bits,
				  (unsigned int)e_off);
}

/*
 * A free inside one block which did not free the page: enter [start, end) of that block into
 * the chunk's hints, joined with what is free in the blocks on either side.
 */
static void hint_free_chunk(struct pcpu_chunk *chunk, int index, int start, int end)
{
	const struct pcpu_allocator *a = chunk->a;
	int block_bits = a->block_bits;
	int s = (index << a->block_shift) + start;
	int e = (index << a->block_shift) + end;

	if (!pcpu_quirk(a, PCPU_QUIRK_HINT_LAG)) {
		for (int i = index; start == 0 && i > 0; i--) {
			s -= chunk->blocks[i - 1].right_free;
			if (chunk->blocks[i - 1].right_free != block_bits)
				break;
		}
		for (int i = index; end == block_bits && i + 1 < chunk->nr_pages; i++) {
			e += chunk->blocks[i + 1].left_free;
			if (chunk->blocks[i + 1].left_free != block_bits)
				break;
		}
	}
	if (pcpu_quirk(a, PCPU_QUIRK_FREE_END))
		e -= index << a->block_shift;
	pcpu_hint_enter(a, &chunk->md, s, e);
}

/**
 * pcpu_hint_free - update all hints for an area that was just marked free
 * @chunk: the chunk
 * @bit_off: first bit of the area
 * @bits: its size, not 0
 *
 * The chunk's contig hint is found again from all blocks if a page became free or the area
 * spans blocks; otherwise the area alone is entered into it.
 */
void pcpu_hint_free(struct pcpu_chunk *chunk, int bit_off, int bits)
{
	int block_bits = chunk->a->block_bits;
	int s_index = bit_off >> chunk->a->block_shift;
	int e_index = (bit_off + bits - 1) >> chunk->a->block_shift;
	int e_off = ((bit_off + bits - 1) & (block_bits - 1)) + 1;
	int nr_empty = 0;
	int start, end, s_end;

	assert(bits > 0 && e_index < chunk->nr_pages);

	start = extend_left(chunk, s_index, bit_off & (block_bits - 1));
	end = extend_right(chunk, e_index, e_off);

	s_end = s_index == e_index ? end : block_bits;
	if (start == 0 && s_end == block_bits)
		nr_empty++;
	pcpu_hint_enter(chunk->a, chunk->blocks + s_index, start, s_end);

	if (s_index != e_index) {
		if (end == block_bits)
			nr_empty++;
		pcpu_hint_enter(chunk->a, chunk->blocks + e_index, 0, end);

		nr_empty += e_index - s_index - 1;
		for (int i = s_index + 1; i < e_index; i++)
			init_md(chunk->blocks + i, block_bits, chunk->blocks[i].scan_hint_start);
	}

	if (nr_empty) {
		pcpu_update_empty_pages(chunk, nr_empty);
		while (chunk->free_tail &&
		       chunk->blocks[chunk->free_tail - 1].left_free == block_bits)
			chunk->free_tail--;
	}

	if (s_index != e_index || end - start >= block_bits)
		refresh_chunk(chunk, true);
	else
		hint_free_chunk(chunk, s_index, start, end);
}
