// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare.c - what an op came to on two subjects, and what they believe of themselves.
 *
 * As memory first; only what differs is looked at field by field.  Boundary maps are not compared,
 * as any bit is allowed in free space, nor which frame serves which page.
 */
#include <stdarg.h>
#include <string.h>

#include "lockstep.h"

/**
 * compare_name - what the subject of a run is called
 * @e: the run
 */
const char *compare_name(const struct exec *e)
{
	return e->opts.name ? e->opts.name : e->oracle.ops->name;
}

/* "contig_hint of block 3 of c1: ours 50, linux-6.1 0"; returns false */
static bool differ(struct difference *d, const struct exec *a, const struct exec *b, long long x,
		   long long y, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

static bool differ(struct difference *d, const struct exec *a, const struct exec *b, long long x,
		   long long y, const char *fmt, ...)
{
	char what[120];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(d->what, sizeof(d->what), "%s: %s %lld, %s %lld", what, compare_name(a), x,
		 compare_name(b), y);
	return false;
}

/**
 * compare_outcomes - did an op come to the same
 * @a: one run
 * @b: the other
 * @op: the op
 * @x: what it came to in @a
 * @y: and in @b
 * @d: where a difference is stored
 *
 * Why a request was not served is not compared.
 */
bool compare_outcomes(const struct exec *a, const struct exec *b, const struct op *op,
		      const struct outcome *x, const struct outcome *y, struct difference *d)
{
	char text[2][80];
	bool served = x->reason == REASON_OK;
	bool same = served == (y->reason == REASON_OK);

	if (same && served && op->kind != OP_PHYS) /* frames may be others */
		same = x->ptr == y->ptr;
	if (same && served && (op->kind == OP_ALLOC || op->kind == OP_FREE))
		same = x->off == y->off && !strcmp(x->chunk, y->chunk);
	if (same)
		return true;
	outcome_to_text(op, x, text[0], sizeof(text[0]));
	outcome_to_text(op, y, text[1], sizeof(text[1]));
	d->chunk[0] = 0;
	snprintf(d->what, sizeof(d->what), "%s: %s %s, %s %s", op_infos[op->kind].name,
		 compare_name(a), text[0], compare_name(b), text[1]);
	return false;
}

static bool same_bits(const unsigned long *a, const unsigned long *b, int bits)
{
	const int word = 8 * (int)sizeof(long);
	int rest = bits % word;

	if (memcmp(a, b, (size_t)(bits / word) * sizeof(long)))
		return false;
	return !rest || !((a[bits / word] ^ b[bits / word]) & ((1ul << rest) - 1));
}

static int first_bit(const unsigned long *a, const unsigned long *b)
{
	int i = 0;

	while (subject_bit(a, i) == subject_bit(b, i))
		i++;
	return i;
}

/* Of one block, or of the chunk if @block is negative. */
static bool compare_md(const struct exec *a, const struct exec *b, const struct subject_md *x,
		       const struct subject_md *y, int block, struct difference *d)
{
	static const char *const names[] = { "scan_hint",	  "scan_hint_start", "contig_hint",
					     "contig_hint_start", "left_free",	     "right_free",
					     "first_free",	  "nr_bits" };
	const int *p = (const int *)x, *q = (const int *)y;

	if (!memcmp(x, y, sizeof(*x)))
		return true;
	for (size_t i = 0; i < sizeof(*x) / sizeof(int); i++) {
		if (p[i] == q[i])
			continue;
		if (block < 0)
			return differ(d, a, b, p[i], q[i], "%s of %s", names[i], d->chunk);
		return differ(d, a, b, p[i], q[i], "%s of block %d of %s", names[i], block,
			      d->chunk);
	}
	return true;
}

static bool both_count(const struct exec *a, const struct exec *b)
{
	return (a->oracle.ops->flags(a->oracle.s) & SUBJECT_HAS_STATS) &&
	       (b->oracle.ops->flags(b->oracle.s) & SUBJECT_HAS_STATS);
}

#define COMPARE(field, what)                                                             \
	do {                                                                             \
		if (x->field != y->field)                                                \
			return differ(d, a, b, (long long)x->field, (long long)y->field, \
				      what " of %s", d->chunk);                          \
	} while (0)

static bool compare_chunk(const struct exec *a, const struct exec *b, const struct subject_chunk *x,
			  const struct subject_chunk *y, bool counts, struct difference *d)
{
	COMPARE(base, "base");
	COMPARE(slot, "list");
	COMPARE(nr_pages, "nr_pages");
	COMPARE(immutable, "immutable");
	COMPARE(isolated, "isolated");
	COMPARE(free_bytes, "free_bytes");
	COMPARE(nr_populated, "nr_populated");
	COMPARE(nr_empty_pop_pages, "nr_empty_pop_pages");
	if (counts) {
		COMPARE(nr_alloc, "nr_alloc");
		COMPARE(max_alloc_size, "max_alloc_size");
	}
	if (!compare_md(a, b, x->md, y->md, -1, d))
		return false;
	if (memcmp(x->blocks, y->blocks, (size_t)x->nr_pages * sizeof(*x->blocks)))
		for (int i = 0; i < x->nr_pages; i++)
			if (!compare_md(a, b, x->blocks + i, y->blocks + i, i, d))
				return false;
	if (!same_bits(x->alloc_map, y->alloc_map, x->md->nr_bits)) {
		int i = first_bit(x->alloc_map, y->alloc_map);

		return differ(d, a, b, subject_bit(x->alloc_map, i), subject_bit(y->alloc_map, i),
			      "allocation map of %s at +%d", d->chunk, 4 * i);
	}
	if (!same_bits(x->populated, y->populated, x->nr_pages)) {
		int i = first_bit(x->populated, y->populated);

		return differ(d, a, b, subject_bit(x->populated, i), subject_bit(y->populated, i),
			      "page %d of %s populated", i, d->chunk);
	}
	return true;
}

#define COMPARE_GLOBAL(field)                                                                  \
	do {                                                                                   \
		if (x->field != y->field)                                                      \
			return differ(d, a, b, (long long)x->field, (long long)y->field, "%s", \
				      #field);                                                 \
	} while (0)

static bool compare_globals(const struct exec *a, const struct exec *b, bool counts,
			    struct difference *d)
{
	const struct subject_view *x = &a->oracle.view, *y = &b->oracle.view;

	d->chunk[0] = 0;
	COMPARE_GLOBAL(nr_chunks);
	COMPARE_GLOBAL(nr_empty_pop_pages);
	COMPARE_GLOBAL(nr_populated);
	COMPARE_GLOBAL(atomic_failed);
	COMPARE_GLOBAL(work_pending);
	if (!counts)
		return true;
	COMPARE_GLOBAL(stats.nr_alloc);
	COMPARE_GLOBAL(stats.nr_dealloc);
	COMPARE_GLOBAL(stats.nr_cur_alloc);
	COMPARE_GLOBAL(stats.nr_max_alloc);
	COMPARE_GLOBAL(stats.nr_chunks);
	COMPARE_GLOBAL(stats.nr_max_chunks);
	COMPARE_GLOBAL(stats.min_alloc_size);
	COMPARE_GLOBAL(stats.max_alloc_size);
	return true;
}

/* By its name in the model of @e, as the subject's own names mean nothing to the user. */
static void name_chunk(const struct exec *e, const struct subject_chunk *v, struct difference *d)
{
	const struct model *m = &e->oracle.m;

	snprintf(d->chunk, sizeof(d->chunk), "?");
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		if (m->chunk[i]->id == v->id)
			memcpy(d->chunk, m->chunk[i]->name, sizeof(d->chunk));
}

/**
 * compare_states - do two subjects believe the same of themselves
 * @a: one run
 * @b: the other, after the same op
 * @d: where a difference is stored
 */
bool compare_states(const struct exec *a, const struct exec *b, struct difference *d)
{
	const struct subject_view *x = &a->oracle.view, *y = &b->oracle.view;
	bool counts;

	d->chunk[0] = 0;
	if (a->oracle.down != b->oracle.down)
		return differ(d, a, b, a->oracle.down, b->oracle.down, "did not boot");
	if (a->oracle.down)
		return true;
	counts = both_count(a, b);
	for (unsigned int i = 0; i < x->nr_chunks && i < y->nr_chunks; i++) {
		const struct subject_chunk *p = x->chunk + i, *q = y->chunk + i;

		if (compare_chunk(a, b, p, q, counts, d))
			continue;
		name_chunk(a, p, d);
		return compare_chunk(a, b, p, q, counts, d); /* now with its name */
	}
	return compare_globals(a, b, counts, d);
}
