// SPDX-License-Identifier: GPL-2.0-only
/*
 * sabotage_pcpu.c - the rules about objects, placement, and what the allocator believes of itself.
 */
#include "sabotage.h"

/* Errors of the caller. */
#define ERRORS                                                                                 \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=64 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                     \
	     "r0 = alloc size=64 align=8\n" /* 1 */                                            \
	     "r1 = alloc size=0 align=4\n" /* 2 */                                             \
	     "r2 = alloc size=64 align=12\n" /* 3 */                                           \
	     "free r0+4\n" /* 4 */                                                             \
	     "free r0\n" /* 5 */                                                               \
	     "free r0\n" /* 6 */                                                               \
	     "free null\n" /* 7 */                                                             \
	     "r3 = alloc size=384 align=4\n" /* 8: c1+0 */                                     \
	     "populate chunk=2 pages=3..2\n" /* 9 */                                           \
	     "populate chunk=2 pages=2..3\n" /* 10 */                                          \
	     "depopulate chunk=2 pages=2..9\n" /* 11 */                                        \
	     "populate chunk=0 pages=0..1\n" /* 12 */

/* Contents far above what is compared after each op: 2 CPUs with 64 pages of 4096 bytes. */
#define LARGE                                                                                    \
	HEAD "machine cpus=2 page=4096 unit_pages=64 static=4 reserved=0 dyn=262140 vm_pages=0 " \
	     "frames=0\n"                                                                        \
	     "r0 = alloc size=64 align=4\n" /* 1 */                                              \
	     "r1 = alloc size=64 align=4\n" /* 2 */                                              \
	     "write r0 seed=1\n"                                                                 \
	     "write r1 seed=2\n"                                                                 \
	     "r2 = alloc size=64 align=4\n" /* 3 */

/* As large; the first object ends with its page, where the next one begins. */
#define LARGE_EDGE                                                                               \
	HEAD "machine cpus=2 page=4096 unit_pages=64 static=4 reserved=0 dyn=262140 vm_pages=0 " \
	     "frames=0\n"                                                                        \
	     "r0 = alloc size=4092 align=4\n" /* 1 */                                            \
	     "write r0 seed=1\n"                                                                 \
	     "r1 = alloc size=64 align=4\n" /* 2: c0+4096 */                                     \
	     "r2 = alloc size=32000 align=4\n" /* 3 */                                           \
	     "free r1\n" /* 4 */                                                                 \
	     "r3 = alloc size=64 align=4\n" /* 5: c0+4096 */

/* As large, and the reserved chunk ends where the first one begins, within a page. */
#define LARGE_RESERVED                                                                           \
	HEAD "machine cpus=6 page=4096 unit_pages=2 static=300 reserved=64 dyn=3000 vm_pages=0 " \
	     "frames=0\n"                                                                        \
	     "r0 = alloc size=60 align=4\n" /* 1: c0 */                                          \
	     "write r0 seed=1\n"                                                                 \
	     "r1 = alloc size=64 align=4 reserved\n" /* 2: cr */

/* Chunks of one page of 64 units; the first one has room for 8 bytes only. */
#define ONE_PAGE                                                                          \
	HEAD "machine cpus=1 page=256 unit_pages=1 static=4 reserved=0 dyn=8 vm_pages=8 " \
	     "frames=8\n"

/* The second object changes nothing of the chunk but its counts: list and pages stay. */
#define SAME_SLOT                                           \
	ONE_PAGE "r0 = alloc size=64 align=4\n" /* 1: c1 */ \
		 "r1 = alloc size=64 align=4\n" /* 2: c1 */

/* The largest area starts just behind an aligned unit, the aligned one is smaller. */
#define ALIGN_SKIP                                                      \
	ONE_PAGE "r0 = alloc size=64 align=4\n" /* 1: units 0 to 15 */  \
		 "r1 = alloc size=68 align=4\n" /* 2: units 16 to 32 */ \
		 "free r0\n" /* 3 */                                    \
		 "r2 = alloc size=64 align=128 atomic\n" /* 4: no fit, documented */

/* Two chunks on one list. */
#define TWO_ALIKE                                            \
	ONE_PAGE "r0 = alloc size=200 align=4\n" /* 1: c1 */ \
		 "r1 = alloc size=200 align=4\n" /* 2: c2 */ \
		 "free null\n" /* 3 */

/* A write is the first to look at the pages again. */
#define WRITE                                   \
	ONE_PAGE "r0 = alloc size=64 align=4\n" \
		 "write r0 seed=1\n"

/* Free: units 0 to 9, 20 to 24 and 40 to 49. */
#define TWO_LARGEST                             \
	ONE_PAGE "r0 = alloc size=40 align=4\n" \
		 "r1 = alloc size=40 align=4\n" \
		 "r2 = alloc size=20 align=4\n" \
		 "r3 = alloc size=60 align=4\n" \
		 "r4 = alloc size=40 align=4\n" \
		 "r5 = alloc size=56 align=4\n" \
		 "free r0\n"                    \
		 "free r2\n"                    \
		 "free r4\n" /* 9 */            \
		 "r6 = alloc size=40 align=4 atomic\n" /* 10 */

/* The same below 32 bytes, where a chunk that fails goes to slot 0: 0 to 4, 20 to 22, 40 to 44. */
#define TWO_SMALL                               \
	ONE_PAGE "r0 = alloc size=20 align=4\n" \
		 "r1 = alloc size=60 align=4\n" \
		 "r2 = alloc size=12 align=4\n" \
		 "r3 = alloc size=68 align=4\n" \
		 "r4 = alloc size=20 align=4\n" \
		 "r5 = alloc size=76 align=4\n" \
		 "free r0\n"                    \
		 "free r2\n"                    \
		 "free r4\n" /* 9 */            \
		 "r6 = alloc size=20 align=4 atomic\n" /* 10 */

void *sabotage_leaked;

static void set(unsigned long *map, int i)
{
	map[i / (8 * (int)sizeof(long))] ^= 1UL << i % (8 * (int)sizeof(long));
}

/* Lies in the view, about chunk c1 of PLAIN: block 0 full, 1 half, 2 and 3 free and unpopulated. */
#define LIE(name, statement)                                                  \
	static void lie_##name(struct subject_view *v, const struct shown *k) \
	{                                                                     \
		(void)v;                                                      \
		(void)k;                                                      \
		statement;                                                    \
	}

LIE(place_area, k->c->base -= 256)
LIE(alloc_map_used, set(k->alloc_map, 200))
LIE(alloc_map_free, set(k->alloc_map, 5))
LIE(bound_map_inside, set(k->bound_map, 1))
LIE(bound_map_start, set(k->bound_map, 0))
LIE(bound_map_end, set(k->bound_map, 96))
LIE(free_bytes, k->c->free_bytes += 4)
LIE(block_over, k->blocks[1].contig_hint++)
LIE(block_under, k->blocks[3].contig_hint--)
LIE(block_place, k->blocks[3].contig_hint_start++)
LIE(block_nr_bits, k->blocks[3].nr_bits++)
LIE(block_scan, k->blocks[0].scan_hint = 1)
LIE(block_scan_equal, k->blocks[3].scan_hint = 64)
LIE(block_scan_part, k->blocks[3].scan_hint = 5)
LIE(block_left, k->blocks[3].left_free--)
LIE(block_right, k->blocks[3].right_free--)
LIE(block_first_free, k->blocks[3].first_free++)
LIE(chunk_over, k->md->contig_hint++)
LIE(chunk_under, k->md->contig_hint = 95)
LIE(chunk_place, k->md->contig_hint_start = 0)
LIE(chunk_scan, k->md->scan_hint = 1; k->md->scan_hint_start = 0)
LIE(chunk_scan_order, k->md->scan_hint = 1; k->md->scan_hint_start = 97)
LIE(chunk_scan_part, k->md->scan_hint = 1; k->md->scan_hint_start = 96)
LIE(chunk_scan_behind, k->md->contig_hint = 100; k->md->scan_hint = 9; k->md->scan_hint_start = 200)
LIE(chunk_left, k->md->left_free = 1)
LIE(chunk_right, k->md->right_free = 161)
LIE(chunk_first_free, k->md->first_free++)
LIE(start_offset, k->c->start_offset += 4)
LIE(end_offset, k->c->end_offset += 4)
LIE(immutable, k->c->immutable = true)
LIE(fault, v->fault = "a list is broken")
LIE(missing, v->nr_chunks--)
LIE(slot, k->c->slot--)
LIE(isolated, k->c->isolated = true)
LIE(isolated_list, k->c->isolated = true; k->c->slot++)
LIE(populated_not, set(k->populated, 0))
LIE(populated_too, set(k->populated, 3))
LIE(nr_populated, k->c->nr_populated++)
LIE(empty_pages, k->c->nr_empty_pop_pages++)
LIE(empty_total, v->nr_empty_pop_pages--)
LIE(populated_total, v->nr_populated++)
LIE(work_pending, v->work_pending ^= true)
LIE(atomic_failed, v->atomic_failed ^= true)
LIE(stats_alloc, v->stats.nr_alloc++)
LIE(stats_dealloc, v->stats.nr_dealloc++)
LIE(stats_cur, v->stats.nr_cur_alloc++)
LIE(stats_max, v->stats.nr_max_alloc++)
LIE(stats_chunks, v->stats.nr_chunks--)
LIE(stats_max_chunks, v->stats.nr_max_chunks++)
LIE(stats_min_size, v->stats.min_alloc_size--)
LIE(stats_max_size, v->stats.max_alloc_size += 4)
LIE(chunk_nr_alloc, k->c->nr_alloc++)
LIE(chunk_max_size, k->c->max_alloc_size -= 4)

/* A second chunk on the list, in front of its neighbour. */
static void lie_order(struct subject_view *v, const struct shown *k)
{
	struct subject_chunk c = *k->c;

	k->c[0] = k->c[-1];
	k->c[-1] = c;
	(void)v;
}

/* A chunk too many: one that is on a list twice. */
static void lie_twice(struct subject_view *v, const struct shown *k)
{
	k->c[1] = k->c[0];
	k->c[1].base += 4096;
	v->nr_chunks++;
}

/*
 * Each hint is right by itself.  But a search for 10 units starts behind the scan hint, takes the
 * area of the block for the one already passed, and finds nothing.
 */
static void lie_two_largest(struct subject_view *v, const struct shown *k)
{
	(void)v;
	k->blocks[0].contig_hint_start = 0;
	k->blocks[0].scan_hint = 0;
	k->md->contig_hint_start = 40;
	k->md->scan_hint = 5;
	k->md->scan_hint_start = 20;
}

static void lie_two_small(struct subject_view *v, const struct shown *k)
{
	lie_two_largest(v, k);
	k->md->scan_hint = 3;
}

/* All counts are those from before the second object: the chunk looks as if nothing happened. */
static void lie_stale_counts(struct subject_view *v, const struct shown *k)
{
	(void)v;
	k->c->free_bytes = 192;
	k->c->nr_alloc = 1;
}

/* The scan hint is smaller than the contig hint, but lies behind it. */
static void lie_block_scan_behind(struct subject_view *v, const struct shown *k)
{
	(void)v;
	k->blocks[0].contig_hint_start = 0;
	k->blocks[0].scan_hint = 5;
	k->blocks[0].scan_hint_start = 20;
}

/* Wrong answers and deeds. */
static uint64_t alloc_nothing(struct saboteur *s, const struct alloc_args *args)
{
	(void)s;
	(void)args;
	return 0;
}

static uint64_t alloc_nowhere(struct saboteur *s, const struct alloc_args *args)
{
	subject_ours.alloc(s->s, args);
	return 0x1234;
}

/* The first chunk serves 300 bytes from 84. */
static uint64_t alloc_past_end(struct saboteur *s, const struct alloc_args *args)
{
	subject_ours.alloc(s->s, args);
	return first_base(s) + 380;
}

static uint64_t alloc_off_by_4(struct saboteur *s, const struct alloc_args *args)
{
	return subject_ours.alloc(s->s, args) + 4;
}

static uint64_t alloc_off_by_8(struct saboteur *s, const struct alloc_args *args)
{
	return subject_ours.alloc(s->s, args) + 8;
}

static uint64_t alloc_first_again(struct saboteur *s, const struct alloc_args *args)
{
	(void)args;
	return s->first;
}

static uint64_t alloc_unreserved(struct saboteur *s, const struct alloc_args *args)
{
	struct alloc_args other = *args;

	other.reserved = false;
	return subject_ours.alloc(s->s, &other);
}

static uint64_t alloc_last_page(struct saboteur *s, const struct alloc_args *args)
{
	(void)args;
	return s->last_base + 768;
}

static uint64_t alloc_other_chunk(struct saboteur *s, const struct alloc_args *args)
{
	(void)args;
	return s->last_base + 384;
}

static uint64_t alloc_legal_instead(struct saboteur *s, const struct alloc_args *args)
{
	struct alloc_args other = { .size = 64, .align = 4 };

	(void)args;
	return subject_ours.alloc(s->s, &other);
}

/* A byte on the second CPU. */
static void scribble(struct saboteur *s, uint64_t ptr)
{
	*world_access(s->w, on_cpu1(s, ptr)) ^= 0x40;
}

static uint64_t alloc_dirty(struct saboteur *s, const struct alloc_args *args)
{
	uint64_t ptr = subject_ours.alloc(s->s, args);

	scribble(s, ptr + args->size - 1);
	return ptr;
}

/* The byte before a new object, which another one ends with. */
static uint64_t alloc_dirty_neighbour(struct saboteur *s, const struct alloc_args *args)
{
	uint64_t ptr = subject_ours.alloc(s->s, args);

	scribble(s, ptr - 1);
	return ptr;
}

/* The byte behind a new object, which another one begins with. */
static uint64_t alloc_dirty_behind(struct saboteur *s, const struct alloc_args *args)
{
	uint64_t ptr = subject_ours.alloc(s->s, args);

	scribble(s, ptr + args->size);
	return ptr;
}

static bool free_accept(struct saboteur *s, uint64_t ptr)
{
	(void)s;
	(void)ptr;
	return true;
}

static bool free_refuse(struct saboteur *s, uint64_t ptr)
{
	(void)s;
	(void)ptr;
	return false;
}

static bool free_scribble(struct saboteur *s, uint64_t ptr)
{
	scribble(s, s->first);
	return subject_ours.free(s->s, ptr);
}

static void balance_scribble(struct saboteur *s)
{
	subject_ours.balance(s->s);
	scribble(s, s->first + 63);
}

static void balance_scribble_static(struct saboteur *s)
{
	subject_ours.balance(s->s);
	scribble(s, first_base(s) + 19);
}
static int populate_done(struct saboteur *s)
{
	(void)s;
	return 0;
}

static int populate_refused(struct saboteur *s)
{
	(void)s;
	return -1;
}

static int populate_refused_up(struct saboteur *s)
{
	(void)s;
	return 1;
}

static void destroy_take_meta(struct world *w)
{
	sabotage_leaked = w->env.meta_alloc(w->env.ctx, PCPU_FAULT_NONE, 16);
}

static void damage_truth(struct oracle *o)
{
	o->m.first->whole.left++;
}

/* TWO_LARGEST and TWO_SMALL have to lie about the state that the call finds. */
bool sabotage_is_early(const struct sabotage *how)
{
	return how->view == lie_two_largest || how->view == lie_two_small;
}

#define VIEW(rule, lie)                                  \
	{                                                \
		RULE_##rule, PLAIN, 2, .view = lie_##lie \
	}

static const struct sabotage rows[] = {
	/* safety */
	{ RULE_alloc_range, PLAIN, 1, .alloc = alloc_nowhere },
	{ RULE_alloc_range, PLAIN, 1, .alloc = alloc_past_end },
	{ RULE_alloc_align, PLAIN, 1, .alloc = alloc_off_by_4 },
	{ RULE_alloc_overlap, PLAIN, 4, .alloc = alloc_first_again },
	{ RULE_alloc_reserved, PLAIN, 3, .alloc = alloc_unreserved },
	{ RULE_alloc_unpopulated, PLAIN, 4, .alloc = alloc_last_page },
	{ RULE_alloc_zeroed, PLAIN, 1, .alloc = alloc_dirty },
	{ RULE_alloc_zeroed, PLAIN, 4, .alloc = alloc_dirty },
	{ RULE_content_intact, PLAIN, 6, .balance = balance_scribble },
	{ RULE_content_intact, PLAIN, 5, .free = free_scribble },
	{ RULE_static_intact, PLAIN, 6, .balance = balance_scribble_static },
	{ RULE_bad_free, ERRORS, 4, .free = free_accept },
	{ RULE_bad_free, ERRORS, 5, .free = free_refuse },
	{ RULE_bad_free, ERRORS, 6, .free = free_accept },
	{ RULE_bad_free, ERRORS, 7, .free = free_refuse },
	{ RULE_bad_request, ERRORS, 2, .alloc = alloc_legal_instead },
	{ RULE_bad_request, ERRORS, 3, .alloc = alloc_legal_instead },
	{ RULE_page_range, ERRORS, 9, .populate = populate_done },
	{ RULE_page_range, ERRORS, 10, .populate = populate_refused },
	{ RULE_page_range, ERRORS, 11, .populate = populate_done },
	{ RULE_page_range, ERRORS, 12, .populate = populate_done },
	{ RULE_page_range, ERRORS, 12, .populate = populate_refused_up },
	{ RULE_content_intact, LARGE, 3, .alloc = alloc_dirty_neighbour },
	{ RULE_content_intact, LARGE_EDGE, 5, .alloc = alloc_dirty_neighbour },
	{ RULE_content_intact, LARGE_RESERVED, 2, .alloc = alloc_dirty_behind },
	/* completeness */
	{ RULE_null_reason, PLAIN, 1, .alloc = alloc_nothing },
	{ RULE_null_reason, PLAIN, 3, .alloc = alloc_nothing },
	{ RULE_fit_refused, TWO_LARGEST, 10, .view = lie_two_largest, .alloc = alloc_nothing },
	{ RULE_fit_refused, TWO_SMALL, 10, .view = lie_two_small, .alloc = alloc_nothing },
	/* placement */
	{ RULE_null_expected, ALIGN_SKIP, 4, .alloc = alloc_first_again },
	{ RULE_place_chunk, PLAIN, 4, .alloc = alloc_other_chunk },
	{ RULE_place_offset, PLAIN, 4, .alloc = alloc_off_by_8 },
	VIEW(place_area, place_area),
	/* metadata */
	VIEW(alloc_map, alloc_map_used),
	VIEW(alloc_map, alloc_map_free),
	VIEW(bound_map, bound_map_inside),
	VIEW(bound_map, bound_map_start),
	VIEW(bound_map, bound_map_end),
	VIEW(free_bytes, free_bytes),
	{ RULE_free_bytes, SAME_SLOT, 2, .in_place = true, .view = lie_stale_counts },
	VIEW(block_hint_over, block_over),
	VIEW(block_hint_under, block_under),
	VIEW(block_hint_place, block_place),
	VIEW(block_hint_place, block_nr_bits),
	VIEW(block_scan, block_scan),
	VIEW(block_scan, block_scan_equal),
	VIEW(block_scan, block_scan_part),
	{ RULE_block_scan, TWO_LARGEST, 9, .view = lie_block_scan_behind },
	VIEW(block_left, block_left),
	VIEW(block_right, block_right),
	VIEW(block_first_free, block_first_free),
	VIEW(chunk_hint_over, chunk_over),
	VIEW(chunk_hint_under, chunk_under),
	VIEW(chunk_hint_place, chunk_place),
	VIEW(chunk_scan, chunk_scan),
	VIEW(chunk_scan, chunk_scan_order),
	VIEW(chunk_scan, chunk_scan_part),
	VIEW(chunk_scan, chunk_scan_behind),
	VIEW(chunk_edges, chunk_left),
	VIEW(chunk_edges, chunk_right),
	VIEW(chunk_first_free, chunk_first_free),
	VIEW(chunk_geometry, start_offset),
	VIEW(chunk_geometry, end_offset),
	VIEW(chunk_geometry, immutable),
	VIEW(list_integrity, fault),
	VIEW(list_integrity, twice),
	{ RULE_list_integrity, PLAIN, 4, .view = lie_missing },
	VIEW(slot, slot),
	{ RULE_list_order, TWO_ALIKE, 3, .view = lie_order },
	VIEW(isolated, isolated),
	VIEW(isolated, isolated_list),
	VIEW(populated_map, populated_not),
	VIEW(populated_map, populated_too),
	VIEW(nr_populated, nr_populated),
	VIEW(empty_pages, empty_pages),
	VIEW(empty_pages_total, empty_total),
	VIEW(populated_total, populated_total),
	VIEW(work_pending, work_pending),
	VIEW(atomic_failed, atomic_failed),
	VIEW(stats, stats_alloc),
	VIEW(stats, stats_dealloc),
	VIEW(stats, stats_cur),
	VIEW(stats, stats_max),
	VIEW(stats, stats_chunks),
	VIEW(stats, stats_max_chunks),
	VIEW(stats, stats_min_size),
	VIEW(stats, stats_max_size),
	VIEW(chunk_stats, chunk_nr_alloc),
	VIEW(chunk_stats, chunk_max_size),
	{ RULE_self_check, PLAIN, 5, .full = true, .observe = damage_truth },
	/* at the end */
	{ RULE_leak_meta, PLAIN, 0, .destroy = destroy_take_meta },
};

const struct sabotage_table sabotage_pcpu = SABOTAGE_TABLE("pcpu", rows);
