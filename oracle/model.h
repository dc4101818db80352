/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - what is true: one byte per 4-byte unit, plain arrays as lists, linear scans.
 *
 * Changed only by what the program asked for and by the documented rules.  From the subject it
 * holds nothing but hints, each of which was held against the truth first.  Knows no bitmaps.
 */
#ifndef ORACLE_MODEL_H
#define ORACLE_MODEL_H

#include "layout.h"
#include "subject.h"
#include "tables_naive.h"
#include "vm_naive.h"

#define MODEL_SLOTS_MAX 40
#define EMPTY_PAGES_LOW 2
#define EMPTY_PAGES_HIGH 4
#define SLOT_FAIL_THRESHOLD 3

/**
 * enum unit_state - what a 4-byte unit is used for
 * @UNIT_FREE:   free
 * @UNIT_START:  first unit of a live object
 * @UNIT_BODY:   further unit of a live object
 * @UNIT_HIDDEN: not served by this chunk
 */
enum unit_state {
	UNIT_FREE,
	UNIT_START,
	UNIT_BODY,
	UNIT_HIDDEN,
};

/**
 * struct truth - what there is to know of a stretch of units
 * @left:       free units at its left edge
 * @right:      free units at its right edge
 * @contig:     size of the largest free run
 * @first_free: the first free unit, or the size of the stretch
 * @nr_free:    free units
 * @nr_used:    units of live objects
 */
struct truth {
	int left, right, contig, first_free, nr_free, nr_used;
};

/**
 * enum area_kind - what an area of the address space is, in the low bits of its tag
 * @AREA_PLAIN:   from get_vm_area
 * @AREA_IOREMAP: from get_vm_area with VM_IOREMAP
 * @AREA_VMALLOC: from vmalloc; the other bits are its struct model_vmalloc
 * @AREA_SET:     one of congruent areas that the program asked for
 * @AREA_CHUNK:   one of those of a chunk
 * @AREA_EARLY:   the first chunk, if it is mapped page by page
 */
enum area_kind {
	AREA_PLAIN,
	AREA_IOREMAP,
	AREA_VMALLOC,
	AREA_SET,
	AREA_CHUNK,
	AREA_EARLY,
};

#define AREA_KIND(tag) ((enum area_kind)((tag)&7))

/**
 * struct model_vmalloc - a live vmalloc area
 * @addr:     its address
 * @nr_pages: pages
 * @node:     where the frame of each came from
 * @shadow:   the bytes it must hold
 */
struct model_vmalloc {
	uint64_t addr;
	unsigned int nr_pages;
	uint8_t *node;
	uint8_t *shadow;
};

/**
 * struct model_sums - what is added up over chunks
 * @empty:     empty populated pages of those in use
 * @populated: populated pages, without the first unit's
 * @frames:    page frames they have
 * @stale:     pages left mapped by a failed population, on all CPUs together (quirk only)
 */
struct model_sums {
	long empty, populated;
	uint32_t frames, stale;
};

/**
 * struct model_chunk - the truth about one chunk
 * @name:         c0 is the first chunk, c1 the next one made, ...; the reserved chunk is cr
 * @id:           the subject's name for it, NULL until it was seen
 * @base:         its address
 * @nr_pages:     pages it spans
 * @block_units:  units per page
 * @nr_units:     units it spans
 * @start:        first unit that it serves
 * @end:          unit after the last that it serves
 * @unit:         enum unit_state of each unit
 * @block:        the truth about each page
 * @whole:        the truth about all of it
 * @in_block:     largest free run that lies within one page
 * @populated:    1 for each page with memory
 * @populated_seen: the subject's populated map, as validated last
 * @populated_bytes: its size
 * @stale:        [cpu * nr_pages + page] 1 if left mapped by a failed population (quirk only)
 * @has_stale:    any of these
 * @nr_populated: pages with memory
 * @nr_empty:     of these, how many are entirely free
 * @nr_alloc:     live objects
 * @max_alloc_size: largest object ever
 * @immutable, @isolated, @reserved: as in Linux
 * @slot:         the list it is on; -1 none
 * @slot_before:  the list it was on before the last search that moved it
 * @moved_in:     which search that was
 * @md, @blocks:  the subject's hints, as validated last
 * @alloc_seen, @bound_seen: the maps as they should look, given how they were validated last
 * @map_words:    words in each of these
 * @map_cursor:   the page of large maps that is compared next
 * @seen:         the subject's other beliefs, as validated last
 * @touched:      some unit or page changed since the last check
 * @touched_from, @touched_to: the pages on which units changed since the last check
 * @pages_touched: some page got or lost memory since the last check
 * @due:          it is among the chunks that are due in the model
 * @counted:      what of it is in the model's sums
 * @shadow:       [cpu * nr_pages + page] the bytes that page must hold, NULL if it has no memory
 * @shadow_room:  where all these are; NULL if they are large, and each has memory of its own
 * @node:         [cpu * nr_pages + page] where its frame came from
 * @data:         [cpu * nr_pages + page] where that page's bytes were found, NULL if not looked
 *                for; NULL if there are too many of them
 * @data_as_of:   how many changes of the world there had been then
 * @cleared:      bytes of the chunk and of its arrays behind it, @shadow_room not included
 * @is_block:     it is a block of the linear map: its pages keep their memory while it lives,
 *                populated or not, and none of it are frames
 */
struct model_chunk {
	char name[12];
	void *id;
	uint64_t base;
	int nr_pages, block_units, nr_units;
	int start, end;
	uint8_t *unit;
	struct truth *block;
	struct truth whole;
	int in_block;
	uint8_t *populated;
	unsigned long *populated_seen;
	size_t populated_bytes;
	uint8_t *stale;
	bool has_stale;
	int nr_populated, nr_empty, nr_alloc;
	size_t max_alloc_size;
	bool immutable, isolated, reserved;
	int slot, slot_before;
	unsigned int moved_in;
	struct subject_md md, *blocks;
	unsigned long *alloc_seen, *bound_seen;
	size_t map_words;
	size_t map_cursor;
	struct subject_chunk seen;
	bool touched, pages_touched;
	int touched_from, touched_to;
	bool due;
	struct model_sums counted;
	uint8_t **shadow;
	uint8_t *shadow_room;
	uint8_t *node;
	uint8_t **data;
	uint64_t data_as_of;
	size_t cleared;
	bool is_block;
};

/**
 * struct model_list - one slot
 */
struct model_list {
	unsigned int nr, capacity;
	struct model_chunk **chunk;
};

/**
 * struct model - the truth about everything
 * @page, @unit_size, @max_alloc, @static_size: in bytes
 * @nr_cpus:       possible CPUs
 * @layout:        where their units lie
 * @vm:            the address space
 * @tables:        its page tables
 * @vm_touched:    some area came, went or was purged since the last check
 * @nr_vmalloc:    pages of vmalloc areas
 * @nr_early:      pages of the first chunk if it is mapped, for all CPUs together
 * @max_frames:    page frames there are
 * @km:            further chunks are blocks
 * @block_order:   log2 of the pages of each
 * @dry:           no contents, and no address space
 * @slots:         the lists; see @sidelined, @free_slot, @to_depopulate
 * @reserved:      the reserved chunk or NULL
 * @first:         the first chunk
 * @nr_chunks, @chunk: all chunks in the order they were made, the reserved one first
 * @by_addr:       the same by the address of what they serve
 * @nr_pages:      pages of all of them together
 * @due, @nr_due:  those of which something may have changed since they were looked at, and
 *                 added up
 * @sums:          of all chunks, when those that are due were counted last
 * @reshaped:      a chunk was made or destroyed since all were looked at
 * @search:        number of the last search for room
 * @serial:        number for the next chunk's name
 * @have_pages_array: the scratch array of the first population exists
 * @work_pending, @atomic_failed: as in Linux
 * @times:         SUBJECT_NO_RECLAIM and the like: what else the subject's time asks for
 * @first_populated: pages of the first unit
 * @stats:         what the statistics must say
 */
struct model {
	uint32_t page, unit_size, max_alloc, static_size;
	unsigned int nr_cpus;
	struct layout layout;
	struct vm_naive vm;
	struct tables_naive tables;
	bool vm_touched;
	uint32_t nr_vmalloc, nr_early, max_frames;
	bool km;
	unsigned int block_order;
	bool dry;
	struct model_list slots[MODEL_SLOTS_MAX];
	int nr_slots, sidelined, free_slot, to_depopulate;
	struct model_chunk *reserved, *first;
	unsigned int nr_chunks, chunk_capacity;
	struct model_chunk **chunk, **by_addr;
	unsigned int nr_pages;
	struct model_chunk **due;
	unsigned int nr_due;
	struct model_sums sums;
	bool reshaped;
	unsigned int search;
	unsigned int serial;
	bool have_pages_array;
	bool work_pending, atomic_failed;
	unsigned int times;
	long first_populated;
	struct subject_stats stats;
};

/* model.c */
void model_init(struct model *m, const struct machine *machine, const struct layout *layout,
		bool dry);
void model_exit(struct model *m);
struct model_chunk *model_new_chunk(struct model *m, uint64_t base, int nr_pages, int start,
				    int end);
void model_name_chunk(struct model *m, struct model_chunk *c);
void model_drop_chunk(struct model *m, struct model_chunk *c);
uint64_t model_page_addr(const struct model *m, const struct model_chunk *c, unsigned int cpu,
			 int page);
void model_give_frames(const struct model *m, const struct model_chunk *c, int from, int to,
		       struct budget *b);
void model_mark(struct model *m, struct model_chunk *c, int unit, int nr);
int model_unmark(struct model *m, struct model_chunk *c, int unit);
int model_object_units(const struct model_chunk *c, int unit);
void model_set_populated(struct model *m, struct model_chunk *c, int from, int to, bool on);
struct truth truth_naive(const uint8_t *unit, int nr);
int first_used_unit(const uint8_t *unit, int from, int to);
void model_refresh_chunk(struct model_chunk *c, int from, int to);
void model_refresh_chunk_naive(struct model_chunk *c);
void *model_alloc(size_t size);
void *model_alloc_raw(size_t size);
struct model_vmalloc *model_vmalloc_of(uint64_t tag);
void model_free_vmalloc(struct model_vmalloc *v);

/* model_index.c */
void model_index(struct model *m, struct model_chunk *c);
void model_unindex(struct model *m, struct model_chunk *c);
void model_move_base(struct model *m, struct model_chunk *c, uint64_t base);
struct model_chunk *model_chunk_at(const struct model *m, uint64_t ptr);
struct model_chunk *model_chunk_at_naive(const struct model *m, uint64_t ptr);
struct model_chunk *model_chunk_by_base(const struct model *m, uint64_t base);
void model_due(struct model *m, struct model_chunk *c);
void model_none_due(struct model *m);
struct model_sums model_sums_naive(const struct model *m);
const struct model_sums *model_sums(struct model *m);
long model_empty_total(struct model *m);
long model_populated_total(struct model *m);

/* model_lists.c */
int model_size_class(int bytes);
int model_size_to_slot(const struct model *m, int bytes);
int model_hint_slot(const struct model *m, const struct model_chunk *c);
void model_move(struct model *m, struct model_chunk *c, int slot, bool front);
void model_relocate(struct model *m, struct model_chunk *c, int oslot);
void model_isolate(struct model *m, struct model_chunk *c);
void model_reintegrate(struct model *m, struct model_chunk *c);
void model_unlist(struct model *m, struct model_chunk *c);
int model_slot_before(const struct model *m, const struct model_chunk *c);

#endif
