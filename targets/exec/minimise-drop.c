// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimise-drop.c - fewer ops: without runs of them, without pairs, with two allocations in one.
 */
#include <stdlib.h>
#include <string.h>

#include "minimise-steps.h"

#define PAIRS_MAX 64u /* ops up to which pairs are tried: of each two of them */
#define TRIPLES_MAX 16u /* and each three of them */
#define NO_OTHER UINT32_MAX

/* Without the ops from @start to before @end, and without two others. */
static bool without(struct minimiser *z, uint32_t start, uint32_t end, uint32_t other,
		    uint32_t third)
{
	uint32_t nr = z->best->nr_ops;
	bool *keep = malloc(nr + 1);
	struct program p;

	if (!keep)
		abort();
	for (uint32_t i = 0; i < nr; i++)
		keep[i] = (i < start || i >= end) && i != other && i != third;
	minimiser_copy(z, &p, keep);
	free(keep);
	return minimiser_try(z, &p);
}

/* A failure that was injected in it is injected in the next op: it may have come up only there. */
static bool drop_but_fault(struct minimiser *z, uint32_t i)
{
	const struct program *best = z->best;
	struct program p;
	bool *keep;

	if (i + 1 >= best->nr_ops || !best->ops[i].fault || best->ops[i + 1].fault)
		return false;
	keep = malloc(best->nr_ops);
	if (!keep)
		abort();
	for (uint32_t k = 0; k < best->nr_ops; k++)
		keep[k] = k != i;
	minimiser_copy(z, &p, keep);
	free(keep);
	if (i < p.nr_ops) { /* the next one, unless that went with it: then it is tried there */
		p.ops[i].fault = best->ops[i].fault;
		p.ops[i].fault_n = best->ops[i].fault_n;
	}
	return minimiser_try(z, &p);
}

/* Runs of @len ops, the last ones first. */
static bool drop_runs(struct minimiser *z, uint32_t len)
{
	uint32_t end = z->best->nr_ops;
	bool any = false;

	while (end && !z->r->ended) {
		uint32_t start = end > len ? end - len : 0;

		any |= without(z, start, end, NO_OTHER, NO_OTHER);
		/* what is before them is where it was, unless the finding comes earlier now */
		end = start < z->best->nr_ops ? start : z->best->nr_ops;
	}
	return any;
}

static bool drop_pairs(struct minimiser *z)
{
	bool any = false;

	if (z->best->nr_ops > PAIRS_MAX)
		return false;
	for (uint32_t i = z->best->nr_ops; i-- && !z->r->ended;) {
		for (uint32_t k = i; k--;) {
			if (i >= z->best->nr_ops || !without(z, i, i + 1, k, NO_OTHER))
				continue;
			any = true;
			i--;
		}
	}
	return any;
}

/* Three of a short program, as what makes room, fills it and is in the way. */
static bool drop_triples(struct minimiser *z)
{
	bool any = false;

	for (uint32_t i = 2; i < z->best->nr_ops && z->best->nr_ops <= TRIPLES_MAX; i++)
		for (uint32_t k = 1; k < i; k++)
			for (uint32_t n = 0; n < k && i < z->best->nr_ops && !z->r->ended; n++)
				any |= without(z, i, i + 1, k, n);
	return any;
}

static bool drop_faulty(struct minimiser *z)
{
	bool any = false;

	for (uint32_t i = z->best->nr_ops; i-- && !z->r->ended;)
		if (i < z->best->nr_ops)
			any |= drop_but_fault(z, i);
	return any;
}

/* One allocation does for two: it asks for as much as both of them, in the place of the first. */
static bool merge(struct minimiser *z, uint32_t first, uint32_t second)
{
	const struct op *a = z->best->ops + first, *b = z->best->ops + second;
	uint32_t nr = z->best->nr_ops;
	uint64_t sum = (a->size + 3) / 4 * 4 + b->size;
	struct program p;
	bool *keep;

	if (b->kind != OP_ALLOC || a->reserved != b->reserved || sum > UINT32_MAX)
		return false;
	keep = malloc(nr);
	if (!keep)
		abort();
	for (uint32_t i = 0; i < nr; i++)
		keep[i] = i != second;
	minimiser_copy(z, &p, keep);
	free(keep);
	p.ops[first].size = sum;
	return minimiser_try(z, &p);
}

static bool merge_allocs(struct minimiser *z)
{
	bool any = false;

	if (z->best->nr_ops > PAIRS_MAX)
		return false;
	for (uint32_t i = 0; i < z->best->nr_ops; i++) {
		if (z->best->ops[i].kind != OP_ALLOC)
			continue;
		for (uint32_t k = i + 1; k < z->best->nr_ops && !z->r->ended;)
			if (merge(z, i, k))
				any = true;
			else
				k++;
	}
	return any;
}

/**
 * minimiser_drop_ops - as few ops as possible
 * @z: the minimiser
 *
 * Halves, quarters and so on down to single ops, those again until none can be dropped; then pairs,
 * as a free and what it makes room for.
 *
 * Return: false if nothing changed.
 */
bool minimiser_drop_ops(struct minimiser *z)
{
	bool any = false, more;

	for (uint32_t len = z->best->nr_ops; len > 1; len = (len + 1) / 2)
		any |= drop_runs(z, len);
	do {
		while (drop_runs(z, 1))
			any = true;
		more = drop_pairs(z);
		more |= merge_allocs(z);
		more |= drop_faulty(z);
		more |= !more && drop_triples(z);
		any |= more;
	} while (more);
	return any;
}

/**
 * minimiser_drop_otherwise - drop ops in another order than from the last one on
 * @z: the minimiser
 * @way: 1: from the first one on; others: at random, each differently
 */
void minimiser_drop_otherwise(struct minimiser *z, unsigned int way)
{
	struct rng r = { .state = way };

	for (uint32_t len = z->best->nr_ops; len && !z->r->ended;
	     len = len > 1 ? (len + 1) / 2 : 0) {
		uint32_t start = 0, tries = z->best->nr_ops / len + 1;

		while (tries-- && z->best->nr_ops > 1) {
			if (way > 1)
				start = rng_below(&r, z->best->nr_ops);
			if (start >= z->best->nr_ops)
				break;
			if (!without(z, start, start + len, NO_OTHER, NO_OTHER))
				start += len;
		}
	}
}
