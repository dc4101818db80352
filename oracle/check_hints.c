// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_hints.c - the hints of blocks and chunks against the truth.
 *
 * Where a quirk is tolerated, exactly the bound that it breaks is not enforced.  With
 * ORACLE_EFFECTS that goes for all of them, but what they lead to is not excused.
 */
#include "oracle.h"

/* Page by page, as the truth about a page tells at once that all of it is free. */
static bool is_free(const struct model_chunk *c, int from, int nr)
{
	int end = from + nr;

	for (int next; from < end; from = next) {
		int page = from / c->block_units;

		next = (page + 1) * c->block_units < end ? (page + 1) * c->block_units : end;
		if (c->block[page].nr_free != c->block_units &&
		    first_used_unit(c->unit, from, next) != next)
			return false;
	}
	return true;
}

static bool in_range(int start, int nr, int limit)
{
	return start >= 0 && nr >= 0 && start <= limit && nr <= limit - start;
}

/* The documented invariant: after the contig hint if and only if it is as large. */
static bool scan_is_ordered(const struct subject_md *md)
{
	return (md->scan_hint_start > md->contig_hint_start) == (md->scan_hint == md->contig_hint);
}

/* Where only effects are judged, hints may be as wrong as all the quirks together make them. */
static bool quirk_ok(const struct oracle *o, unsigned int quirk)
{
	return oracle_tolerates(o, quirk) || (o->flags & ORACLE_EFFECTS);
}

/* Where scan-equal is tolerated, equal hints may lie either way round. */
static bool equal_ok(const struct oracle *o, const struct subject_md *md)
{
	return (o->flags & ORACLE_EFFECTS) ||
	       (oracle_tolerates(o, PCPU_QUIRK_SCAN_EQUAL) && md->scan_hint == md->contig_hint);
}

/* The scan hint is another area than the contig hint: it lies before or after it. */
static bool scan_is_apart(const struct subject_md *md)
{
	return md->scan_hint_start + md->scan_hint <= md->contig_hint_start ||
	       md->contig_hint_start + md->contig_hint <= md->scan_hint_start;
}

/**
 * check_block_hint - one block's hints
 * @o: the oracle
 * @c: the chunk
 * @index: which block
 * @md: what the subject believes
 */
bool check_block_hint(struct oracle *o, const struct model_chunk *c, int index,
		      const struct subject_md *md)
{
	const struct truth *t = c->block + index;
	int bu = c->block_units, at = index * bu;
	bool under_ok = quirk_ok(o, PCPU_QUIRK_SCAN_PROMOTE);
	bool same_ok = quirk_ok(o, PCPU_QUIRK_SCAN_SAME);
	bool left_ok = under_ok && same_ok; /* docs/findings/left-stale.md */

	CHECK(o, block_hint_over, md->contig_hint <= t->contig, c, at, at + bu,
	      "block %d of %s: contig_hint %d, truth %d", index, c->name, md->contig_hint,
	      t->contig);
	CHECK(o, block_hint_under, md->contig_hint == t->contig || under_ok, c, at, at + bu,
	      "block %d of %s: contig_hint %d, truth %d", index, c->name, md->contig_hint,
	      t->contig);
	CHECK(o, block_hint_place,
	      md->nr_bits == bu && (!md->contig_hint ||
				    (in_range(md->contig_hint_start, md->contig_hint, bu) &&
				     is_free(c, at + md->contig_hint_start, md->contig_hint))),
	      c, at, at + bu, "block %d of %s: contig_hint %d at %d is not free", index, c->name,
	      md->contig_hint, md->contig_hint_start);
	CHECK(o, block_scan,
	      !md->scan_hint || (in_range(md->scan_hint_start, md->scan_hint, bu) &&
				 is_free(c, at + md->scan_hint_start, md->scan_hint)),
	      c, at, at + bu, "block %d of %s: scan_hint %d at %d is not free", index, c->name,
	      md->scan_hint, md->scan_hint_start);
	CHECK(o, block_scan, !md->scan_hint || scan_is_ordered(md) || equal_ok(o, md), c, at,
	      at + bu, "block %d of %s: scan_hint %d at %d beside contig_hint %d at %d", index,
	      c->name, md->scan_hint, md->scan_hint_start, md->contig_hint, md->contig_hint_start);
	CHECK(o, block_scan, !md->scan_hint || scan_is_apart(md) || same_ok, c, at, at + bu,
	      "block %d of %s: scan_hint %d at %d is part of contig_hint %d at %d", index, c->name,
	      md->scan_hint, md->scan_hint_start, md->contig_hint, md->contig_hint_start);
	CHECK(o, block_left,
	      md->left_free == t->left ||
		      (left_ok && md->left_free >= 0 && md->left_free < t->left),
	      c, at, at + bu, "block %d of %s: left_free %d, truth %d", index, c->name,
	      md->left_free, t->left);
	CHECK(o, block_right,
	      md->right_free == t->right ||
		      (under_ok && md->right_free >= 0 && md->right_free < t->right),
	      c, at, at + bu, "block %d of %s: right_free %d, truth %d", index, c->name,
	      md->right_free, t->right);
	CHECK(o, block_first_free, md->first_free >= 0 && md->first_free <= t->first_free, c, at,
	      at + bu, "block %d of %s: first_free %d, truth %d", index, c->name, md->first_free,
	      t->first_free);
	return true;
}

/**
 * least_chunk_hint - the least that a chunk's contig hint may be
 * @o: the oracle
 * @c: the chunk
 */
int least_chunk_hint(const struct oracle *o, const struct model_chunk *c)
{
	int low = c->whole.contig - c->block_units;

	if (oracle_tolerates(o, PCPU_QUIRK_FREE_END) || oracle_tolerates(o, PCPU_QUIRK_HINT_LAG) ||
	    oracle_tolerates(o, PCPU_QUIRK_SCAN_PROMOTE))
		return 0;
	return low > c->in_block ? low : c->in_block;
}

/**
 * check_chunk_hint - a chunk's hints
 * @o: the oracle
 * @c: the chunk
 * @md: what the subject believes
 */
bool check_chunk_hint(struct oracle *o, const struct model_chunk *c, const struct subject_md *md)
{
	const struct truth *t = &c->whole;
	bool edges_ok = md->left_free <= t->left && md->right_free <= t->right &&
			md->left_free >= 0 && md->right_free >= 0;

	CHECK(o, chunk_hint_over, md->contig_hint <= t->contig, c, -1, -1,
	      "%s: contig_hint %d, truth %d", c->name, md->contig_hint, t->contig);
	CHECK(o, chunk_hint_under,
	      md->contig_hint >= least_chunk_hint(o, c) || (o->flags & ORACLE_EFFECTS), c, -1, -1,
	      "%s: contig_hint %d, truth %d, largest in one block %d", c->name, md->contig_hint,
	      t->contig, c->in_block);
	CHECK(o, chunk_hint_place,
	      md->nr_bits == c->nr_units &&
		      (!md->contig_hint ||
		       (in_range(md->contig_hint_start, md->contig_hint, c->nr_units) &&
			is_free(c, md->contig_hint_start, md->contig_hint))),
	      c, -1, -1, "%s: contig_hint %d at %d is not free", c->name, md->contig_hint,
	      md->contig_hint_start);
	CHECK(o, chunk_scan,
	      !md->scan_hint || (in_range(md->scan_hint_start, md->scan_hint, c->nr_units) &&
				 is_free(c, md->scan_hint_start, md->scan_hint)),
	      c, -1, -1, "%s: scan_hint %d at %d is not free", c->name, md->scan_hint,
	      md->scan_hint_start);
	CHECK(o, chunk_scan, !md->scan_hint || scan_is_ordered(md) || equal_ok(o, md), c, -1, -1,
	      "%s: scan_hint %d at %d beside contig_hint %d at %d", c->name, md->scan_hint,
	      md->scan_hint_start, md->contig_hint, md->contig_hint_start);
	CHECK(o, chunk_scan,
	      !md->scan_hint || scan_is_apart(md) || quirk_ok(o, PCPU_QUIRK_SCAN_SAME) ||
		      quirk_ok(o, PCPU_QUIRK_HINT_LAG) || quirk_ok(o, PCPU_QUIRK_FREE_END),
	      c, -1, -1, "%s: scan_hint %d at %d is part of contig_hint %d at %d", c->name,
	      md->scan_hint, md->scan_hint_start, md->contig_hint, md->contig_hint_start);
	CHECK(o, chunk_edges, edges_ok || quirk_ok(o, PCPU_QUIRK_CHUNK_EDGES), c, -1, -1,
	      "%s: left_free %d, truth %d; right_free %d, truth %d", c->name, md->left_free,
	      t->left, md->right_free, t->right);
	CHECK(o, chunk_first_free, md->first_free >= 0 && md->first_free <= t->first_free, c, -1,
	      -1, "%s: first_free %d, truth %d", c->name, md->first_free, t->first_free);
	return true;
}
