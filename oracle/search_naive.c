// SPDX-License-Identifier: GPL-2.0-only
/*
 * search_naive.c - the documented search, on the true map and the validated hints.
 *
 * Says which chunk and unit a request must get.  Written from the comments of mm/percpu.c, with
 * a byte per unit, so that a reader can compare the two.  Changes only what a search changes:
 * chunks of low slots that fail go to slot 0.
 */
#include "oracle.h"

static int round_up(int x, int align)
{
	return (x + align - 1) / align * align;
}

static bool hint_fits(const struct subject_md *md, int units, int align)
{
	int start = round_up(md->contig_hint_start, align);

	return start + units <= md->contig_hint_start + md->contig_hint;
}

/* Behind the scan hint, if the request is larger and the contig hint lies there; or first_free. */
static int start_of(const struct subject_md *md, int units)
{
	bool behind = md->contig_hint_start > md->scan_hint_start;

	if (md->scan_hint && behind && units > md->scan_hint)
		return md->scan_hint_start + md->scan_hint;
	return md->first_free;
}

/* Are the pages under the units populated?  If not, *next is where the bad run ends. */
static bool pages_populated(const struct model_chunk *c, int from, int nr, int *next)
{
	int page = from / c->block_units;
	int end = round_up(from + nr, c->block_units) / c->block_units;

	while (page < end && c->populated[page])
		page++;
	if (page == end)
		return true;
	while (page < end && !c->populated[page])
		page++;
	*next = page * c->block_units;
	return false;
}

struct region {
	int from, nr;
};

/*
 * The first region at or after @from that block hints promise to fit: inside a block, up to its
 * contig hint; or from the right edge of a block over the left edges of the next ones.
 */
static bool next_region(const struct model_chunk *c, int units, int align, int from,
			struct region *r)
{
	int bu = c->block_units;
	int first = from / bu;

	r->nr = 0;
	for (int i = first; i < c->nr_pages; i++) {
		const struct subject_md *b = c->blocks + i;
		bool seen = i == first && b->contig_hint_start < from % bu;

		if (r->nr > 0) {
			r->nr += b->left_free;
			if (r->nr >= units)
				return true;
			if (b->left_free == bu)
				continue;
		}
		if (b->contig_hint && !seen && hint_fits(b, units, align)) {
			int end = round_up(b->contig_hint_start, align) + units;

			r->from = i * bu + start_of(b, units);
			r->nr = i * bu + end - r->from;
			return true;
		}
		r->from = i * bu + round_up(bu - b->right_free, align);
		r->nr = (i + 1) * bu - r->from;
		if (r->nr >= units)
			return true;
	}
	return false;
}

/**
 * search_chunk_naive - where a chunk must serve a request
 * @c: the chunk, its hints validated
 * @units: size in units
 * @align: alignment in units
 * @populated_only: look at populated pages only
 *
 * Return: the unit, or -1 if the hints promise no fit.
 */
int search_chunk_naive(const struct model_chunk *c, int units, int align, bool populated_only)
{
	struct region r;
	int from, end;

	if (!hint_fits(&c->md, units, align))
		return -1;

	from = start_of(&c->md, units);
	for (;;) {
		int next;

		if (from >= c->nr_units || !next_region(c, units, align, from, &r))
			return -1;
		if (!populated_only || pages_populated(c, r.from, r.nr, &next))
			break;
		from = next;
	}

	/* the promise is kept within a page of its start */
	end = r.from + units + c->block_units;
	if (end > c->nr_units)
		end = c->nr_units;
	for (int unit = round_up(r.from, align); unit + units <= end; unit += align)
		if (first_used_unit(c->unit, unit, unit + units) == unit + units)
			return unit;
	return -1;
}

/**
 * search_naive - which chunk must serve a request, and where
 * @o: the oracle
 * @bytes: size, a multiple of 4
 * @align: alignment in bytes, a power of two
 * @reserved: only look in the reserved chunk
 * @atomic: look at populated pages only
 * @unit: where the unit is stored
 *
 * Return: the chunk, or NULL if no chunk there is serves it.
 */
struct model_chunk *search_naive(struct oracle *o, int bytes, int align, bool reserved, bool atomic,
				 int *unit)
{
	struct model *m = &o->m;

	if (reserved) {
		*unit = search_chunk_naive(m->reserved, bytes / 4, align / 4, atomic);
		return *unit >= 0 ? m->reserved : NULL;
	}

	for (int slot = model_size_to_slot(m, bytes); slot <= m->free_slot; slot++) {
		struct model_list *l = m->slots + slot;

		for (unsigned int i = 0; i < l->nr;) {
			struct model_chunk *c = l->chunk[i];

			*unit = search_chunk_naive(c, bytes / 4, align / 4, atomic);
			if (*unit >= 0)
				return c;
			if (slot < SLOT_FAIL_THRESHOLD)
				model_move(m, c, 0, true); /* the next one moves up to i */
			else
				i++;
		}
	}
	return NULL;
}

/* Is there no hint, of the chunk or of a block, whose padding is in the way of the request? */
static bool fits_with_padding(const struct model_chunk *c, int units, int align)
{
	if (!hint_fits(&c->md, units, align))
		return false;
	for (int i = 0; i < c->nr_pages; i++)
		if (c->block[i].contig >= units && !hint_fits(c->blocks + i, units, align))
			return false;
	return true;
}

/**
 * fit_is_excused - may a chunk refuse a request although the true map has room
 * @o: the oracle
 * @c: the chunk
 * @units: size in units
 * @align: alignment in units
 * @atomic: populated pages only
 *
 * Three excuses are documented: the alignment skip, an atomic request next to unpopulated pages,
 * and a chunk hint that is low because the largest area spans blocks.  Quirks that make hints
 * wrong are a fourth where they are tolerated.
 */
bool fit_is_excused(const struct oracle *o, const struct model_chunk *c, int units, int align,
		    bool atomic)
{
	if (atomic && c->nr_populated != c->nr_pages)
		return true;
	if (align > 1 && !fits_with_padding(c, units, align))
		return true;
	if (oracle_tolerates(o, PCPU_QUIRK_FREE_END) || oracle_tolerates(o, PCPU_QUIRK_HINT_LAG) ||
	    oracle_tolerates(o, PCPU_QUIRK_SCAN_PROMOTE))
		return true;
	return c->in_block < units && c->md.contig_hint < units;
}
