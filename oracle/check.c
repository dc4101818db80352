// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - everything the subject believes of itself against the truth.
 *
 * What cannot have changed since the last check is compared as memory with what was validated
 * then, which is the same as checking it again.  With ORACLE_FULL all of it is checked again.
 */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "oracle.h"
#include "same_bytes.h"

#define EARLY_PER_OP 16 /* pages of a mapped first chunk looked at per op, in turn */
#define MAP_BYTES_PER_OP (16u << 10) /* of untouched maps per op, beyond that round robin */

/**
 * check_misuse - the subject did nothing to the world that no subject may
 * @o: the oracle
 */
bool check_misuse(struct oracle *o)
{
	static const enum rule rules[] = { RULE_world_misuse,	 RULE_frame_mapped,
					   RULE_copies_distinct, RULE_tlb_stale,
					   RULE_map_range,	 RULE_kernel_bug,
					   RULE_kernel_warn,	 RULE_kernel_lock };

	for (unsigned int i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		o->checked[rules[i]]++;
	world_end_excuses(o->w);
	if (o->w->boot.misuse)
		world_misuse(o->w, RULE_world_misuse, o->w->boot.misuse);
	if (!o->w->misuse)
		return true;
	if (o->w->dead)
		o->view.nr_chunks = 0; /* what was shown may be gone */
	return oracle_fail(o, o->w->misuse_rule, NULL, -1, -1, "%s", o->w->misuse);
}

/**
 * check_maps_naive - the maps unit by unit
 * @o: the oracle
 * @c: the chunk
 * @v: what the subject shows of it
 */
bool check_maps_naive(struct oracle *o, const struct model_chunk *c, const struct subject_chunk *v)
{
	for (int i = 0; i < c->nr_units; i++) {
		uint8_t state = c->unit[i];
		bool used = state != UNIT_FREE;
		bool first = state == UNIT_START;
		bool ends = used && (i + 1 == c->nr_units || c->unit[i + 1] != UNIT_BODY);

		if (subject_bit(v->alloc_map, i) != used &&
		    !oracle_fail(o, RULE_alloc_map, c, i, i + 1, "%s+%d is %s, marked %s", c->name,
				 4 * i, used ? "used" : "free", used ? "free" : "used"))
			return false;
		if (state == UNIT_HIDDEN)
			continue;
		if (used && subject_bit(v->bound_map, i) != first &&
		    !oracle_fail(o, RULE_bound_map, c, i, i + 1,
				 "%s+%d is %s of an object, marked otherwise", c->name, 4 * i,
				 first ? "the start" : "the inside"))
			return false;
		if (ends && !subject_bit(v->bound_map, i + 1) &&
		    !oracle_fail(o, RULE_bound_map, c, i, i + 1,
				 "the end of the object at %s+%d is not marked", c->name, 4 * i))
			return false;
	}
	return true;
}

/* The lowest bit of each of eight bytes: the multiplication puts them side by side at the top. */
static unsigned long gather(uint64_t eight)
{
	const uint64_t lowest = UINT64_C(0x0101010101010101);

	return (unsigned long)((eight & lowest) * UINT64_C(0x0102040810204080) >> 56);
}

/**
 * maps_are_right - the same, a word at a time, without saying what is wrong
 * @c: the chunk
 * @v: what the subject shows of it
 */
bool maps_are_right(const struct model_chunk *c, const struct subject_chunk *v)
{
	const int word = 8 * (int)sizeof(long);
	unsigned long end_here = 0; /* of an object, just before this word */

	static_assert(UNIT_FREE == 0 && UNIT_START == 1 && UNIT_BODY == 2 && UNIT_HIDDEN == 3,
		      "two bits, of which one is the start's and the other the body's");
	for (int at = 0; at < c->nr_units; at += word) {
		unsigned long low = 0, high = 0, start, body, live, bound = v->bound_map[at / word];

		for (int i = 0; i < word; i += 8) {
			uint64_t eight;

			memcpy(&eight, c->unit + at + i, sizeof(eight));
			eight = le64toh(eight);
			low |= gather(eight) << i;
			high |= gather(eight >> 1) << i;
		}
		start = low & ~high;
		body = high & ~low;
		live = start | body;
		if (v->alloc_map[at / word] != (low | high) || (bound & live) != start ||
		    ((live << 1 | end_here) & ~body & ~bound))
			return false;
		end_here = live >> (word - 1);
	}
	return !end_here || subject_bit(v->bound_map, c->nr_units);
}

static bool same_words(const struct model_chunk *c, const struct subject_chunk *v, size_t from,
		       size_t to)
{
	size_t bytes = (to - from) * sizeof(long);

	return same_as_shown(v->alloc_map + from, c->alloc_seen + from, bytes) &&
	       same_as_shown(v->bound_map + from, c->bound_seen + from, bytes);
}

/*
 * The maps must look as expected.  If they do not, it may be that only boundary bits in free
 * space differ, which mean nothing: then what was found is expected from now on.
 */
static bool check_chunk_maps(struct oracle *o, struct model_chunk *c, const struct subject_chunk *v,
			     bool everything)
{
	size_t per_page = (size_t)c->block_units / (8 * sizeof(long));
	size_t from = 0, to = c->map_words;
	bool end_used = c->unit[c->nr_units - 1] != UNIT_FREE;
	bool same = true;

	o->checked[RULE_alloc_map]++;
	o->checked[RULE_bound_map]++;
	if (!everything && to * sizeof(long) > MAP_BYTES_PER_OP) {
		/* too large to compare each time: the touched pages, and one more in turn */
		from = c->map_cursor++ % (c->map_words / per_page) * per_page;
		same = same_words(c, v, from, from + per_page);
		from = (size_t)c->touched_from * per_page;
		to = (size_t)c->touched_to * per_page;
	}
	if (from < to)
		same = same && same_words(c, v, from, to);
	if (same && !everything && (!end_used || subject_bit(v->bound_map, c->nr_units)))
		return true;

	same = maps_are_right(c, v);
	if (((o->flags & ORACLE_FULL) || !same) && !check_maps_naive(o, c, v))
		return false;
	if (o->flags & ORACLE_FULL)
		CHECK(o, self_check,
		      same || oracle_leaves_out(o, RULE_alloc_map) ||
			      oracle_leaves_out(o, RULE_bound_map),
		      c, -1, -1, "%s: the quick look at the maps differs from the slow one",
		      c->name);
	memcpy(c->alloc_seen, v->alloc_map, c->map_words * sizeof(long));
	memcpy(c->bound_seen, v->bound_map, c->map_words * sizeof(long));
	return true;
}

/* Every block whose hints or units changed, and the chunk's own. */
static bool check_chunk_hints(struct oracle *o, struct model_chunk *c,
			      const struct subject_chunk *v, bool everything)
{
	bool changed = c->touched || everything;
	size_t bytes = (size_t)c->nr_pages * sizeof(*c->blocks);

	if (!changed && same_as_shown(v->blocks, c->blocks, bytes) &&
	    same_as_shown(v->md, &c->md, sizeof(c->md)))
		return true;
	for (int i = 0; i < c->nr_pages; i++) {
		bool same = same_as_shown(v->blocks + i, c->blocks + i, sizeof(*c->blocks));

		if (same && !everything && (i < c->touched_from || i >= c->touched_to))
			continue;
		if (!check_block_hint(o, c, i, v->blocks + i))
			return false;
		c->blocks[i] = v->blocks[i];
	}
	if (!changed && same_as_shown(v->md, &c->md, sizeof(c->md)))
		return true;
	if (!check_chunk_hint(o, c, v->md))
		return false;
	c->md = *v->md;
	return true;
}

/* The hints of the touched pages have been validated; the chunk's counts may still be due. */
static void untouch_pages(struct model_chunk *c)
{
	c->touched_from = c->nr_pages;
	c->touched_to = 0;
}

/**
 * check_hints_of - validate the hints of one chunk before its list follows from them
 * @o: the oracle, its view fresh
 * @c: the chunk
 */
bool check_hints_of(struct oracle *o, struct model_chunk *c)
{
	for (unsigned int i = 0; i < o->view.nr_chunks; i++) {
		const struct subject_chunk *v = o->view.chunk + i;

		if (v->base != c->base || (v->slot == -1) != c->reserved)
			continue;
		if (!c->id)
			c->id = v->id;
		if (!check_chunk_maps(o, c, v, false) || !check_chunk_hints(o, c, v, false))
			return false;
		untouch_pages(c);
		return true;
	}
	return look_misses(o, c, NULL);
}

static bool check_geometry(struct oracle *o, const struct model_chunk *c,
			   const struct subject_chunk *v)
{
	CHECK(o, chunk_geometry,
	      v->nr_pages == c->nr_pages && v->immutable == c->immutable &&
		      v->start_offset == 4 * (unsigned int)c->start &&
		      v->end_offset == 4 * (unsigned int)(c->nr_units - c->end) &&
		      v->base == c->base,
	      c, -1, -1, "%s: pages %d, offsets %u and %u, immutable %d", c->name, v->nr_pages,
	      v->start_offset, v->end_offset, v->immutable);
	CHECK(o, isolated, v->isolated == c->isolated, c, -1, -1, "%s: isolated %d, expected %d",
	      c->name, v->isolated, c->isolated);
	return true;
}

static bool check_counts(struct oracle *o, const struct model_chunk *c,
			 const struct subject_chunk *v)
{
	CHECK(o, free_bytes, v->free_bytes == 4 * c->whole.nr_free, c, -1, -1,
	      "%s: free_bytes %d, truth %d", c->name, v->free_bytes, 4 * c->whole.nr_free);
	CHECK(o, nr_populated, v->nr_populated == c->nr_populated, c, -1, -1,
	      "%s: nr_populated %d, truth %d", c->name, v->nr_populated, c->nr_populated);
	CHECK(o, empty_pages, v->nr_empty_pop_pages == c->nr_empty, c, -1, -1,
	      "%s: nr_empty_pop_pages %d, truth %d", c->name, v->nr_empty_pop_pages, c->nr_empty);
	if (o->ops->flags(o->s) & SUBJECT_HAS_STATS)
		CHECK(o, chunk_stats,
		      v->nr_alloc == c->nr_alloc && v->max_alloc_size == c->max_alloc_size, c, -1,
		      -1, "%s: nr_alloc %d max_alloc_size %zu, truth %d and %zu", c->name,
		      v->nr_alloc, v->max_alloc_size, c->nr_alloc, c->max_alloc_size);
	return true;
}

static bool check_populated(struct oracle *o, struct model_chunk *c, const struct subject_chunk *v)
{
	o->checked[RULE_populated_map]++;
	for (int i = 0; i < c->nr_pages; i++)
		if (subject_bit(v->populated, i) != c->populated[i] &&
		    !oracle_fail(o, RULE_populated_map, c, i * c->block_units,
				 (i + 1) * c->block_units,
				 "page %d of %s is %spopulated, marked otherwise", i, c->name,
				 c->populated[i] ? "" : "not "))
			return false;
	memcpy(c->populated_seen, v->populated, c->populated_bytes);
	return check_pages(o, c);
}

/*
 * Nothing was touched, and all that the subject believes is as it was when it was validated; that
 * is the same as validating it again.  Not for large maps, which are not compared as a whole.
 */
static bool unchanged(const struct model_chunk *c, const struct subject_chunk *v)
{
	size_t bytes = (size_t)c->nr_pages * sizeof(*c->blocks);
	bool end_used = c->unit[c->nr_units - 1] != UNIT_FREE;

	return c->map_words * sizeof(long) <= MAP_BYTES_PER_OP &&
	       (!end_used || subject_bit(v->bound_map, c->nr_units)) &&
	       same_bytes(v, &c->seen, sizeof(*v)) && same_words(c, v, 0, c->map_words) &&
	       same_as_shown(v->blocks, c->blocks, bytes) &&
	       same_as_shown(v->md, &c->md, sizeof(c->md)) &&
	       same_as_shown(v->populated, c->populated_seen, c->populated_bytes);
}

/* What is known of a chunk without looking at all units, or all chunks, is what a look says. */
static bool check_quick_truth(struct oracle *o, struct model_chunk *c)
{
	const struct model *m = &o->m;
	uint64_t from = c->base + 4 * (uint64_t)c->start, to = c->base + 4 * (uint64_t)c->end;
	const uint64_t edges[] = { from - 1, from, to - 1, to };
	struct truth fast = c->whole;

	model_refresh_chunk_naive(c);
	CHECK(o, self_check, !memcmp(&fast, &c->whole, sizeof(fast)), c, -1, -1,
	      "%s: the quick truth differs from the slow one", c->name);
	for (unsigned int i = 0; i < sizeof(edges) / sizeof(*edges); i++)
		CHECK(o, self_check,
		      model_chunk_at(m, edges[i]) == model_chunk_at_naive(m, edges[i]), c, -1, -1,
		      "%s: its address leads to another chunk", c->name);
	return true;
}

static bool check_chunk(struct oracle *o, struct model_chunk *c, const struct subject_chunk *v,
			bool everything)
{
	if (o->flags & ORACLE_FULL && !check_quick_truth(o, c))
		return false;
	if (!everything && !c->touched && !c->pages_touched && unchanged(c, v))
		return true;
	if (!check_geometry(o, c, v))
		return false;
	if ((c->pages_touched || everything) && !check_populated(o, c, v))
		return false;
	if (!check_chunk_maps(o, c, v, everything) || !check_counts(o, c, v) ||
	    !check_chunk_hints(o, c, v, everything))
		return false;
	untouch_pages(c);
	c->touched = false;
	c->pages_touched = false;
	c->seen = *v;
	return true;
}

static bool check_stats(struct oracle *o)
{
	const struct subject_stats *got = &o->view.stats, *want = &o->m.stats;

	CHECK(o, stats, got->nr_alloc == want->nr_alloc && got->nr_dealloc == want->nr_dealloc,
	      NULL, -1, -1, "nr_alloc %llu nr_dealloc %llu, truth %llu and %llu",
	      (unsigned long long)got->nr_alloc, (unsigned long long)got->nr_dealloc,
	      (unsigned long long)want->nr_alloc, (unsigned long long)want->nr_dealloc);
	CHECK(o, stats,
	      got->nr_cur_alloc == want->nr_cur_alloc && got->nr_max_alloc == want->nr_max_alloc,
	      NULL, -1, -1, "nr_cur_alloc %llu nr_max_alloc %llu, truth %llu and %llu",
	      (unsigned long long)got->nr_cur_alloc, (unsigned long long)got->nr_max_alloc,
	      (unsigned long long)want->nr_cur_alloc, (unsigned long long)want->nr_max_alloc);
	CHECK(o, stats,
	      got->nr_chunks == want->nr_chunks && got->nr_max_chunks == want->nr_max_chunks, NULL,
	      -1, -1, "nr_chunks %u nr_max_chunks %u, truth %u and %u", got->nr_chunks,
	      got->nr_max_chunks, want->nr_chunks, want->nr_max_chunks);
	CHECK(o, stats,
	      got->min_alloc_size == want->min_alloc_size &&
		      got->max_alloc_size == want->max_alloc_size,
	      NULL, -1, -1, "min_alloc_size %zu max_alloc_size %zu, truth %zu and %zu",
	      got->min_alloc_size, got->max_alloc_size, want->min_alloc_size, want->max_alloc_size);
	return true;
}

static bool check_totals(struct oracle *o)
{
	struct model *m = &o->m;
	long empty = model_empty_total(m), populated = model_populated_total(m);
	const struct model_sums *sums;

	CHECK(o, empty_pages_total, o->view.nr_empty_pop_pages == empty, NULL, -1, -1,
	      "nr_empty_pop_pages %ld, truth %ld", o->view.nr_empty_pop_pages, empty);
	CHECK(o, populated_total, o->view.nr_populated == populated, NULL, -1, -1,
	      "nr_populated %ld, truth %ld", o->view.nr_populated, populated);
	CHECK(o, work_pending, o->view.work_pending == m->work_pending, NULL, -1, -1,
	      "the balance work is %sasked for, expected otherwise",
	      o->view.work_pending ? "" : "not ");
	CHECK(o, atomic_failed, o->view.atomic_failed == m->atomic_failed, NULL, -1, -1,
	      "atomic_failed is %d, expected %d", o->view.atomic_failed, m->atomic_failed);
	/* the same, or believed: the next refill depends on it */
	m->atomic_failed = o->view.atomic_failed;

	sums = model_sums(m);
	if (o->flags & ORACLE_FULL) {
		struct model_sums slow = model_sums_naive(m);

		CHECK(o, self_check, !memcmp(sums, &slow, sizeof(slow)), NULL, -1, -1,
		      "the quick sums over chunks differ from the slow ones");
	}
	CHECK(o, frames_used,
	      m->dry || (o->w->owned[PCPU_OWNER_CHUNK] == sums->frames &&
			 o->w->owned[PCPU_OWNER_VMALLOC] == m->nr_vmalloc),
	      NULL, -1, -1, "%u and %u page frames are taken, chunks have %u, vmalloc areas %u",
	      o->w->owned[PCPU_OWNER_CHUNK], o->w->owned[PCPU_OWNER_VMALLOC], sums->frames,
	      m->nr_vmalloc);
	CHECK(o, mapped_total,
	      m->dry || o->w->nr_mapped == sums->frames + sums->stale + m->nr_vmalloc + m->nr_early,
	      NULL, -1, -1, "%u pages are mapped, expected %u", o->w->nr_mapped,
	      sums->frames + sums->stale + m->nr_vmalloc + m->nr_early);
	return !(o->ops->flags(o->s) & SUBJECT_HAS_STATS) || check_stats(o);
}

/**
 * check_state - hold all that the subject believes against the truth
 * @o: the oracle, its view fresh
 * @everything: also what cannot have changed
 */
bool check_state(struct oracle *o, bool everything)
{
	everything = everything || (o->flags & ORACLE_FULL);
	if (!look_pairs(o))
		return false;
	for (unsigned int i = 0; i < o->view.nr_chunks; i++)
		if (!check_chunk(o, o->shown[i], o->view.chunk + i, everything))
			return false;
	look_is_checked(o);
	for (uint32_t i = 0; i < o->m.nr_early && (everything || i < EARLY_PER_OP); i++)
		if (!oracle_early_page(o, o->early_cursor++ % o->m.nr_early))
			return false;
	return check_totals(o) &&
	       (o->m.dry || (check_areas(o, everything) && check_vmallocs(o, everything))) &&
	       check_contents(o, everything) && check_static(o, everything) && check_misuse(o);
}
