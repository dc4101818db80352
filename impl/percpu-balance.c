// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-balance.c - the worker that keeps few free chunks and enough populated pages.
 *
 * Models pcpu_balance_workfn() of mm/percpu.c: free all but one free chunk, give back the empty
 * pages of isolated chunks, refill empty pages, free chunks without pages again.  When it runs is
 * the caller's choice.
 */
#include <assert.h>

#include "internal.h"

static struct pcpu_chunk *chunk_of(struct pcpu_list *node)
{
	return pcpu_container_of(node, struct pcpu_chunk, list);
}

/**
 * pcpu_pick_free_chunks - take the fully free chunks that are too many off their list
 * @a: the allocator
 * @empty_only: only those without populated pages
 * @to_free: where they go, in the order of the list
 *
 * The first one is spared.
 */
void pcpu_pick_free_chunks(struct pcpu_allocator *a, bool empty_only, struct pcpu_list *to_free)
{
	struct pcpu_list *head = a->slots + a->free_slot;
	struct pcpu_list *pos, *next;

	pcpu_list_for_each_safe(pos, next, head) {
		struct pcpu_chunk *chunk = chunk_of(pos);

		assert(!chunk->immutable);
		if (pos == head->next)
			continue;
		if (!empty_only || !chunk->nr_empty_pop_pages) {
			pcpu_chunk_unlink(chunk);
			pcpu_list_move(pos, to_free);
		}
	}
}

static void balance_free(struct pcpu_allocator *a, bool empty_only)
{
	struct pcpu_list to_free, *pos, *next;

	pcpu_list_init(&to_free);
	pcpu_pick_free_chunks(a, empty_only, &to_free);

	pcpu_list_for_each_safe(pos, next, &to_free) {
		struct pcpu_chunk *chunk = chunk_of(pos);
		unsigned int nr = (unsigned int)chunk->nr_pages;
		unsigned int start, end;

		for (start = pcpu_next_bit(chunk->populated, nr, 0); start < nr;
		     start = pcpu_next_bit(chunk->populated, nr, end)) {
			end = pcpu_next_zero_bit(chunk->populated, nr, start);
			pcpu_depopulate_pages(chunk, (int)start, (int)end);
			pcpu_chunk_depopulated(chunk, (int)start, (int)end);
		}
		pcpu_destroy_chunk(chunk);
	}
}

/**
 * pcpu_reclaim_first - the isolated chunk whose empty pages are given back next
 * @a: the allocator
 *
 * Return: the chunk, or NULL if none is queued.
 */
struct pcpu_chunk *pcpu_reclaim_first(struct pcpu_allocator *a)
{
	struct pcpu_list *head = a->slots + a->to_depopulate_slot;

	return pcpu_list_empty(head) ? NULL : chunk_of(head->next);
}

/*
 * Give back empty pages from the end of the chunk, run by run.  Return true if that had to stop
 * because the others do not have enough empty pages between them.
 */
static bool reclaim_pages(struct pcpu_chunk *chunk)
{
	struct pcpu_allocator *a = chunk->a;
	int end = -1;

	for (int i = chunk->nr_pages - 1; i >= 0; i--) {
		if (!chunk->nr_empty_pop_pages)
			break;
		if (a->nr_empty_pop_pages < PCPU_EMPTY_POP_PAGES_HIGH)
			return true;

		if (chunk->blocks[i].contig_hint == a->block_bits &&
		    pcpu_test_bit(chunk->populated, (unsigned int)i)) {
			if (end == -1)
				end = i;
			if (i > 0)
				continue;
			i--; /* the run reaches down to page 0 */
		}
		if (end == -1)
			continue;

		pcpu_depopulate_pages(chunk, i + 1, end + 1);
		pcpu_flush_pages(chunk, i + 1, end + 1); /* the chunk lives on */
		pcpu_chunk_depopulated(chunk, i + 1, end + 1);
		end = -1;
	}
	return false;
}

static void reclaim_populated(struct pcpu_allocator *a)
{
	struct pcpu_chunk *chunk;

	while ((chunk = pcpu_reclaim_first(a))) {
		bool reintegrate;

		assert(!chunk->immutable);
		reintegrate = reclaim_pages(chunk);
		if (reintegrate || chunk->free_bytes == (int)a->unit_size)
			pcpu_reintegrate_chunk(chunk);
		else
			pcpu_sideline_chunk(chunk);
	}
}

/**
 * pcpu_refill_target - how many pages the refill is to populate
 * @a: the allocator
 *
 * As many as are missing; but the maximum after a failed atomic request, which this forgets.
 */
int pcpu_refill_target(struct pcpu_allocator *a)
{
	int missing = PCPU_EMPTY_POP_PAGES_HIGH - a->nr_empty_pop_pages;

	if (a->atomic_failed) {
		a->atomic_failed = false;
		return PCPU_EMPTY_POP_PAGES_HIGH;
	}
	return pcpu_max_int(0, pcpu_min_int(missing, PCPU_EMPTY_POP_PAGES_HIGH));
}

/* The first chunk of a slot that has unpopulated pages. */
static struct pcpu_chunk *refillable_chunk(struct pcpu_allocator *a, int slot)
{
	struct pcpu_list *pos;

	pcpu_list_for_each(pos, a->slots + slot) {
		struct pcpu_chunk *chunk = chunk_of(pos);

		if (chunk->nr_populated < chunk->nr_pages)
			return chunk;
	}
	return NULL;
}

/* Populate up to @nr_to_pop pages of a chunk from its start; return how many are still due. */
static int refill_chunk(struct pcpu_chunk *chunk, int nr_to_pop)
{
	unsigned int nr_pages = (unsigned int)chunk->nr_pages;
	unsigned int start, end;

	for (start = pcpu_next_zero_bit(chunk->populated, nr_pages, 0);
	     start < nr_pages && nr_to_pop;
	     start = pcpu_next_zero_bit(chunk->populated, nr_pages, end)) {
		int nr;

		end = pcpu_next_bit(chunk->populated, nr_pages, start);
		nr = pcpu_min_int((int)(end - start), nr_to_pop);
		if (!pcpu_populate_pages(chunk, (int)start, (int)start + nr))
			return 0; /* memory is scarce: leave it to those who need it */
		pcpu_chunk_populated(chunk, (int)start, (int)start + nr);
		nr_to_pop -= nr;
	}
	return nr_to_pop;
}

static void refill_populated(struct pcpu_allocator *a)
{
	struct pcpu_chunk *chunk;
	int nr_to_pop;

	for (;;) {
		nr_to_pop = pcpu_refill_target(a);

		/* the most packed first, so that atomic requests do not spread out */
		for (int slot = pcpu_size_to_slot(a, (int)a->page_size);
		     slot <= a->free_slot && nr_to_pop; slot++) {
			chunk = refillable_chunk(a, slot);
			if (chunk)
				nr_to_pop = refill_chunk(chunk, nr_to_pop);
		}
		if (!nr_to_pop)
			return;

		chunk = pcpu_create_chunk(a);
		if (!chunk)
			return;
		pcpu_chunk_relocate(chunk, -1);
	}
}

/**
 * pcpu_balance - run the balance work
 * @a: the allocator
 */
void pcpu_balance(struct pcpu_allocator *a)
{
	a->work_pending = false;
	balance_free(a, false);
	reclaim_populated(a);
	refill_populated(a);
	balance_free(a, true);
}
