/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * treap.h - a binary tree over nodes that have an order of their own, balanced by chance.
 *
 *          (9)            read from left to right, the nodes are in order;
 *         /   \           no node ranks higher than the one above it
 *      (7)     (4)
 *      / \       \
 *   (2)   (6)    (1)
 *
 * Each owner keeps a bound per node: nothing in its subtree exceeds it.  Bounds may be too high,
 * never too low: what sinks leaves them as they are, and a search that was led astray corrects
 * those it saw, so each loss is paid for once.  The order is that of a list or of addresses, and
 * decides all results; the shape decides nothing.
 */
#ifndef PCPU_TREAP_H
#define PCPU_TREAP_H

#include <stddef.h>
#include <stdint.h>

struct pcpu_treap {
	struct pcpu_treap *parent, *left, *right;
	uint32_t rank;
};

/* Makes the bound of @up hold for all below @down, too. */
typedef void (*pcpu_treap_cover)(struct pcpu_treap *up, const struct pcpu_treap *down);

/* A rank for the next node. */
static inline uint32_t pcpu_treap_rank(uint64_t *dice)
{
	*dice = *dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*dice >> 32);
}

/* The place that holds a node. */
static inline struct pcpu_treap **pcpu_treap_link(struct pcpu_treap **root,
						  const struct pcpu_treap *n)
{
	if (!n->parent)
		return root;
	return n->parent->left == n ? &n->parent->left : &n->parent->right;
}

/* @n, a child of a node that it outranks, takes that one's place. */
static inline void pcpu_treap_rise(struct pcpu_treap **root, struct pcpu_treap *n,
				   pcpu_treap_cover cover)
{
	struct pcpu_treap *p = n->parent, *moved;

	*pcpu_treap_link(root, p) = n;
	n->parent = p->parent;
	if (p->left == n) {
		moved = p->left = n->right;
		n->right = p;
	} else {
		moved = p->right = n->left;
		n->left = p;
	}
	if (moved)
		moved->parent = p;
	p->parent = n;
	cover(n, p);
}

/**
 * pcpu_treap_insert - add a node
 * @root: the tree
 * @n: the node, its rank and bound set
 * @prev: the node before it, or NULL
 * @next: the node behind it, or NULL
 * @cover: see there; the caller makes the bounds above @n hold for @n
 *
 * Of two neighbours one is below the other and has room on that side.
 */
static inline void pcpu_treap_insert(struct pcpu_treap **root, struct pcpu_treap *n,
				     struct pcpu_treap *prev, struct pcpu_treap *next,
				     pcpu_treap_cover cover)
{
	n->left = n->right = NULL;
	if (next && !next->left) {
		next->left = n;
		n->parent = next;
	} else {
		*(prev ? &prev->right : root) = n;
		n->parent = prev;
	}
	while (n->parent && n->parent->rank < n->rank)
		pcpu_treap_rise(root, n, cover);
}

/**
 * pcpu_treap_remove - take a node out
 * @root: the tree
 * @n: the node
 * @cover: see there
 */
static inline void pcpu_treap_remove(struct pcpu_treap **root, struct pcpu_treap *n,
				     pcpu_treap_cover cover)
{
	struct pcpu_treap **link = pcpu_treap_link(root, n), *parent = n->parent;
	struct pcpu_treap *left = n->left, *right = n->right;

	/* what is left and right of it becomes one, from above */
	while (left && right) {
		struct pcpu_treap *up = left->rank >= right->rank ? left : right;

		cover(up, up == left ? right : left);
		*link = up;
		up->parent = parent;
		parent = up;
		if (up == left) {
			link = &up->right;
			left = *link;
		} else {
			link = &up->left;
			right = *link;
		}
	}
	*link = left ? left : right;
	if (*link)
		(*link)->parent = parent;
}

#endif
