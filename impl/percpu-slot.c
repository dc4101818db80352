// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-slot.c - which list a chunk is on, and where in it.
 *
 *   slot:  0      1 .. by contig hint ..  | sidelined | free | to_depopulate
 *          full,  searched upwards from the size's slot      never searched
 *          or failed
 *
 * A search takes the chunks of a slot in the order of the list, but steps over those whose contig
 * hint is too small by an index: a tree in that order, which knows the largest contig hint below
 * each node (see treap.h).  So it does not take longer the more there are of them.
 *
 * Does not decide when a chunk is isolated or reclaimed: percpu.c and percpu-balance.c do.
 */
#include <assert.h>
#include <limits.h>

#include "internal.h"

/* Failing chunks leave the low slots, and free ones always fit: these are never searched far. */
static bool has_index(const struct pcpu_allocator *a, int slot)
{
	return slot >= PCPU_SLOT_FAIL_THRESHOLD && slot <= a->sidelined_slot;
}

static struct pcpu_chunk *of_list(struct pcpu_list *node)
{
	return pcpu_container_of(node, struct pcpu_chunk, list);
}

static struct pcpu_chunk *of_tree(const struct pcpu_treap *n)
{
	return pcpu_container_of(n, struct pcpu_chunk, by_list);
}

static void cover(struct pcpu_treap *up, const struct pcpu_treap *down)
{
	of_tree(up)->most = pcpu_max_int(of_tree(up)->most, of_tree(down)->most);
}

/**
 * pcpu_slot_raise - tell the index that the contig hint of a chunk has grown
 * @chunk: a chunk in an index
 */
void pcpu_slot_raise(struct pcpu_chunk *chunk)
{
	struct pcpu_treap *n = &chunk->by_list;
	int hint = chunk->md.contig_hint;

	for (; n && of_tree(n)->most < hint; n = n->parent)
		of_tree(n)->most = hint;
}

/* The first below a node with a contig hint of @bits; or NULL, and its bound is now below that. */
static struct pcpu_treap *first_below(struct pcpu_treap *n, int bits)
{
	struct pcpu_treap *found;
	int most;

	if (!n || of_tree(n)->most < bits)
		return NULL;
	found = first_below(n->left, bits);
	if (found)
		return found;
	if (of_tree(n)->md.contig_hint >= bits)
		return n;
	found = first_below(n->right, bits);
	if (found)
		return found;
	most = of_tree(n)->md.contig_hint;
	if (n->left)
		most = pcpu_max_int(most, of_tree(n->left)->most);
	if (n->right)
		most = pcpu_max_int(most, of_tree(n->right)->most);
	of_tree(n)->most = most;
	return NULL;
}

/**
 * pcpu_slot_first - the first chunk on a list that is worth a look
 * @a: the allocator
 * @slot: the list
 * @bits: size of the request
 *
 * Of slots with an index those are left out whose contig hint is below @bits, which the request
 * cannot fit in.  An alignment, or pages that are not populated, can still make it fail.
 *
 * Return: the chunk, or NULL.
 */
struct pcpu_chunk *pcpu_slot_first(const struct pcpu_allocator *a, int slot, int bits)
{
	struct pcpu_list *head = a->slots + slot;
	struct pcpu_treap *n;

	if (pcpu_list_empty(head))
		return NULL;
	if (!has_index(a, slot) || of_list(head->next)->md.contig_hint >= bits)
		return of_list(head->next);
	n = first_below(a->index[slot], bits);
	return n ? of_tree(n) : NULL;
}

/**
 * pcpu_slot_next - the next chunk on a list that is worth a look
 * @chunk: a chunk on a list
 * @bits: size of the request
 *
 * As pcpu_slot_first(), behind @chunk.
 */
struct pcpu_chunk *pcpu_slot_next(const struct pcpu_chunk *chunk, int bits)
{
	const struct pcpu_allocator *a = chunk->a;
	struct pcpu_list *next = chunk->list.next;
	const struct pcpu_treap *n = &chunk->by_list;
	struct pcpu_treap *found;

	if (next == a->slots + chunk->slot)
		return NULL;
	if (!has_index(a, chunk->slot) || of_list(next)->md.contig_hint >= bits)
		return of_list(next);
	/* what lies right of it below, then those above that it lies left of, and their right */
	for (found = first_below(n->right, bits); !found && n->parent; n = n->parent) {
		if (n->parent->right == n)
			continue;
		if (of_tree(n->parent)->md.contig_hint >= bits)
			found = n->parent;
		else
			found = first_below(n->parent->right, bits);
	}
	return found ? of_tree(found) : NULL;
}

/**
 * pcpu_chunk_unlink - take a chunk off its list
 * @chunk: the chunk; nothing happens if it is on none
 */
void pcpu_chunk_unlink(struct pcpu_chunk *chunk)
{
	struct pcpu_allocator *a = chunk->a;

	pcpu_list_del(&chunk->list);
	if (chunk->slot < 0)
		return;
	if (pcpu_list_empty(a->slots + chunk->slot))
		a->in_use &= ~(UINT64_C(1) << chunk->slot);
	if (has_index(a, chunk->slot))
		pcpu_treap_remove(a->index + chunk->slot, &chunk->by_list, cover);
	chunk->slot = -1;
	chunk->most = INT_MAX;
}

static struct pcpu_treap *tree_node(struct pcpu_list *node, const struct pcpu_list *head)
{
	return node == head ? NULL : &of_list(node)->by_list;
}

/* Enter a chunk that was just put on a list. */
static void enter(struct pcpu_chunk *chunk, int slot)
{
	struct pcpu_allocator *a = chunk->a;
	struct pcpu_list *head = a->slots + slot;

	chunk->slot = slot;
	a->in_use |= UINT64_C(1) << slot;
	if (!has_index(a, slot))
		return;
	chunk->most = 0;
	chunk->by_list.rank = pcpu_treap_rank(&a->dice);
	pcpu_treap_insert(a->index + slot, &chunk->by_list, tree_node(chunk->list.prev, head),
			  tree_node(chunk->list.next, head), cover);
	pcpu_slot_raise(chunk);
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
	pcpu_chunk_unlink(chunk);
	if (front)
		pcpu_list_move(&chunk->list, a->slots + slot);
	else
		pcpu_list_move_tail(&chunk->list, a->slots + slot);
	enter(chunk, slot);
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
