/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - the allocator's own structures and the steps it is composed of.
 *
 * Read by the files of impl/ and by the adapter that shows them to the oracle.  The steps are
 * separate functions so that a recorded trace can drive them one by one, in the order in which a
 * booted kernel took its lock.
 *
 *   unit of one CPU, page size 4096:
 *
 *   |<- block 0: 1024 bits ->|<- block 1 ------------->| ...  one bit = 4 bytes
 *   |####....###.............|.....#########...........|      # allocated
 *        ^      ^ contig hint start      ^ right_free begins
 *        first_free
 */
#ifndef PCPU_INTERNAL_H
#define PCPU_INTERNAL_H

#include "bitmap.h"
#include "list.h"
#include "pcpu.h"
#include "treap.h"

#define PCPU_MIN_ALLOC_SHIFT 2
#define PCPU_MIN_ALLOC_SIZE (1u << PCPU_MIN_ALLOC_SHIFT)
#define PCPU_MAX_ALLOC (32u << 10) /* rounded up to pages, and at most a unit */
#define PCPU_SLOT_BASE_SHIFT 5 /* 1 to 31 bytes share the lowest slots */
#define PCPU_SLOT_FAIL_THRESHOLD 3
#define PCPU_SLOTS_MAX 34 /* that a unit of less than 2 GiB can have */
#define PCPU_KNOWN 64
#define PCPU_EMPTY_POP_PAGES_LOW 2
#define PCPU_EMPTY_POP_PAGES_HIGH 4

/**
 * struct pcpu_block_md - what is remembered of a block, or of a chunk seen as one large block
 * @scan_hint:         size of an area known to lie before the contig hint, or 0
 * @scan_hint_start:   where it starts
 * @contig_hint:       size of the largest free area
 * @contig_hint_start: where it starts
 * @left_free:         free bits at the left edge
 * @right_free:        free bits at the right edge
 * @first_free:        no free bit lies before this one
 * @nr_bits:           bits the block covers
 *
 * All in bits from the start of the block.  (struct pcpu_block_md, mm/percpu-internal.h)
 */
struct pcpu_block_md {
	int scan_hint;
	int scan_hint_start;
	int contig_hint;
	int contig_hint_start;
	int left_free;
	int right_free;
	int first_free;
	int nr_bits;
};

/**
 * struct pcpu_chunk - one congruent area: the same offsets in the unit of every possible CPU
 * @list:               node in a slot
 * @slot:               which, or -1
 * @by_list:            node in the index of that slot, if it has one
 * @most:               no chunk in the index below @by_list has a larger contig hint; INT_MAX if
 *                      it is in none
 * @a:                  the allocator
 * @base:               address of offset 0 in the unit of the CPU with unit offset 0
 * @free_bytes:         bytes not allocated
 * @md:                 the chunk's hints
 * @blocks:             one per page
 * @free_tail:          from this block on all are entirely free
 * @alloc_map:          one bit per 4 bytes, set if allocated
 * @bound_map:          set where an allocation starts, and after where one ends; one bit longer
 * @populated:          one bit per page, set if it has memory on every CPU
 * @areas:              one congruent area per group; NULL for what serves the first unit, in a
 *                      dry allocator, and if backed by km
 * @immutable:          pages may not be populated or depopulated
 * @isolated:           on the sidelined or to-depopulate list, not counted in empty pages
 * @start_offset:       bytes before the served region, up to the page start
 * @end_offset:         bytes after it, up to the page end
 * @nr_pages:           pages it spans
 * @nr_populated:       pages set in @populated
 * @nr_empty_pop_pages: of these, how many are entirely free
 * @nr_alloc:           live allocations
 * @max_alloc_size:     largest allocation ever made from it, in bytes
 */
struct pcpu_chunk {
	struct pcpu_list list;
	int slot;
	int most;
	struct pcpu_treap by_list;
	struct pcpu_allocator *a;
	uint64_t base;
	int free_bytes;
	struct pcpu_block_md md;
	struct pcpu_block_md *blocks;
	int free_tail;
	unsigned long *alloc_map;
	unsigned long *bound_map;
	unsigned long *populated;
	struct vm_area **areas;
	bool immutable;
	bool isolated;
	unsigned int start_offset;
	unsigned int end_offset;
	int nr_pages;
	int nr_populated;
	int nr_empty_pop_pages;
	int nr_alloc;
	size_t max_alloc_size;
};

/**
 * struct pcpu_stats - life-time figures (struct percpu_stats, mm/percpu-internal.h)
 */
struct pcpu_stats {
	uint64_t nr_alloc;
	uint64_t nr_dealloc;
	uint64_t nr_cur_alloc;
	uint64_t nr_max_alloc;
	uint32_t nr_chunks;
	uint32_t nr_max_chunks;
	size_t min_alloc_size;
	size_t max_alloc_size;
};

/**
 * struct pcpu_allocator - one instance
 * @cfg:                the machine
 * @env:                the world around it
 * @vm:                 the address space that chunks come from
 * @page_size:          in bytes
 * @block_bits:         bits per block, which is a page
 * @block_shift:        log2 of that
 * @unit_size:          in bytes
 * @max_alloc:          largest request that can be served, in bytes
 * @sidelined_slot:     isolated chunks whose empty pages were given back
 * @free_slot:          fully free chunks
 * @to_depopulate_slot: isolated chunks whose empty pages are to be given back
 * @nr_slots:           number of lists
 * @slots:              the lists
 * @in_use:             a bit for each of them that is not empty
 * @index:              for those that can be long, a tree over their chunks, see percpu-slot.c
 * @dice:               for the shape of these
 * @first_chunk:        serves the dynamic region of the first unit
 * @reserved_chunk:     serves the reserved region, or NULL; never on a list
 * @known:              a chunk, or NULL, for each remainder of an address in units, the chunk last
 *                      found there by an address
 * @known_shift:        log2 of a unit, rounded up
 * @pages:              scratch array of frames, made at the first population and kept
 * @nr_empty_pop_pages: empty populated pages over all chunks neither isolated nor reserved
 * @nr_populated:       populated pages over all chunks
 * @atomic_failed:      an atomic request failed since the last refill
 * @work_pending:       the balance work was asked for and has not run since
 * @stats:              life-time figures
 */
struct pcpu_allocator {
	struct pcpu_config cfg;
	struct pcpu_env env;
	struct vm_space *vm;
	unsigned int page_size;
	int block_bits;
	int block_shift;
	unsigned int unit_size;
	unsigned int max_alloc;
	int sidelined_slot, free_slot, to_depopulate_slot, nr_slots;
	struct pcpu_list *slots;
	uint64_t in_use;
	struct pcpu_treap *index[PCPU_SLOTS_MAX];
	uint64_t dice;
	struct pcpu_chunk *first_chunk;
	struct pcpu_chunk *reserved_chunk;
	struct pcpu_chunk *known[PCPU_KNOWN];
	unsigned int known_shift;
	uint32_t *pages;
	int nr_empty_pop_pages;
	unsigned long nr_populated;
	bool atomic_failed;
	bool work_pending;
	struct pcpu_stats stats;
};

static inline bool pcpu_quirk(const struct pcpu_allocator *a, enum pcpu_quirk q)
{
	return (a->cfg.quirks >> q) & 1;
}

static inline bool pcpu_is_km(const struct pcpu_allocator *a)
{
	return a->cfg.backing == PCPU_BACKING_KM;
}

static inline int pcpu_chunk_map_bits(const struct pcpu_chunk *chunk)
{
	return chunk->nr_pages << chunk->a->block_shift;
}

static inline int pcpu_min_int(int x, int y)
{
	return x < y ? x : y;
}

static inline int pcpu_max_int(int x, int y)
{
	return x > y ? x : y;
}

/* @align must be a power of two. */
static inline int pcpu_align_up(int x, int align)
{
	return (x + align - 1) & ~(align - 1);
}

/**
 * pcpu_hint_fits - would a request fit at the contig hint
 * @md: a block, or the chunk seen as one
 * @bits: size in bits
 * @align: alignment in bits, a power of two
 *
 * The padding is that of the contig hint's own start, so a fit elsewhere may be passed over.
 */
static inline bool pcpu_hint_fits(const struct pcpu_block_md *md, int bits, int align)
{
	int pad = pcpu_align_up(md->contig_hint_start, align) - md->contig_hint_start;

	return pad + bits <= md->contig_hint;
}

/**
 * pcpu_hint_start - where to start looking for a request that fits at the contig hint
 * @md: a block, or the chunk seen as one
 * @bits: size in bits
 *
 * Normally the first free bit, to fill holes first.  But what is larger than the scan hint can
 * be looked for behind it, if the contig hint lies there as a fallback.
 */
static inline int pcpu_hint_start(const struct pcpu_block_md *md, int bits)
{
	if (md->scan_hint && md->contig_hint_start > md->scan_hint_start && bits > md->scan_hint)
		return md->scan_hint_start + md->scan_hint;
	return md->first_free;
}

/**
 * pcpu_update_empty_pages - count pages that became or ceased to be empty and populated
 * @chunk: the chunk
 * @nr: by how many
 */
static inline void pcpu_update_empty_pages(struct pcpu_chunk *chunk, int nr)
{
	chunk->nr_empty_pop_pages += nr;
	if (chunk != chunk->a->reserved_chunk && !chunk->isolated)
		chunk->a->nr_empty_pop_pages += nr;
}

/* Position of the highest set bit counted from 1, or 0. */
static inline int pcpu_fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

/**
 * pcpu_size_class - the slot of a size, were there no slot for free chunks
 * @size: bytes
 */
static inline int pcpu_size_class(int size)
{
	return pcpu_max_int(pcpu_fls((unsigned int)size) - PCPU_SLOT_BASE_SHIFT + 2, 1);
}

/**
 * pcpu_size_to_slot - the slot for a free area of a size
 * @a: the allocator
 * @size: bytes, 0 to a unit
 *
 * Slots double in size; a whole unit has a slot of its own.
 */
static inline int pcpu_size_to_slot(const struct pcpu_allocator *a, int size)
{
	if ((unsigned int)size == a->unit_size)
		return a->free_slot;
	return pcpu_size_class(size);
}

/**
 * pcpu_chunk_slot - the slot that a chunk's contig hint calls for
 * @chunk: the chunk
 *
 * Not necessarily the one it is on: see isolated chunks, and failed fits in low slots.
 */
static inline int pcpu_chunk_slot(const struct pcpu_chunk *chunk)
{
	if (chunk->free_bytes < (int)PCPU_MIN_ALLOC_SIZE || !chunk->md.contig_hint)
		return 0;
	return pcpu_size_to_slot(chunk->a, chunk->md.contig_hint << PCPU_MIN_ALLOC_SHIFT);
}

/* percpu-hint.c */
void pcpu_init_hints(struct pcpu_chunk *chunk);
void pcpu_hint_alloc(struct pcpu_chunk *chunk, int bit_off, int bits);
void pcpu_hint_free(struct pcpu_chunk *chunk, int bit_off, int bits);
void pcpu_hint_enter(const struct pcpu_allocator *a, struct pcpu_block_md *md, int start, int end);
void pcpu_hint_enter_map(const struct pcpu_allocator *a, struct pcpu_block_md *b,
			 const unsigned long *map, int start, int end);
void pcpu_hint_scanned(struct pcpu_chunk *chunk, int bit_off, int bits);

/* percpu-area.c */
int pcpu_find_block_fit(struct pcpu_chunk *chunk, int bits, int align, bool pop_only);
int pcpu_alloc_area(struct pcpu_chunk *chunk, int bits, int align, int start);
int pcpu_free_area(struct pcpu_chunk *chunk, int off);
bool pcpu_area_is_live(const struct pcpu_chunk *chunk, int off);

/* percpu-slot.c */
struct pcpu_chunk *pcpu_slot_first(const struct pcpu_allocator *a, int slot, int bits);
struct pcpu_chunk *pcpu_slot_next(const struct pcpu_chunk *chunk, int bits);
void pcpu_chunk_unlink(struct pcpu_chunk *chunk);
void pcpu_chunk_move(struct pcpu_chunk *chunk, int slot, bool front);
void pcpu_slot_raise(struct pcpu_chunk *chunk);
void pcpu_isolate_chunk(struct pcpu_chunk *chunk);
void pcpu_reintegrate_chunk(struct pcpu_chunk *chunk);
void pcpu_sideline_chunk(struct pcpu_chunk *chunk);

/**
 * pcpu_chunk_relocate - put a chunk on the list that its contig hint calls for
 * @chunk: the chunk
 * @oslot: the slot its hint called for before, or -1 to move it in any case
 *
 * To the front if it gained, to the tail if it lost.  Isolated chunks stay where they are.  Must
 * follow each change of the contig hint, as the index of the slot knows it.
 */
static inline void pcpu_chunk_relocate(struct pcpu_chunk *chunk, int oslot)
{
	int nslot = pcpu_chunk_slot(chunk);

	if (!chunk->isolated && oslot != nslot)
		pcpu_chunk_move(chunk, nslot, oslot < nslot);
	else if (chunk->most < chunk->md.contig_hint)
		pcpu_slot_raise(chunk);
}

/* percpu-chunk.c */
struct pcpu_chunk *pcpu_create_chunk(struct pcpu_allocator *a);
struct pcpu_chunk *pcpu_create_chunk_at(struct pcpu_allocator *a, uint64_t base);
void pcpu_destroy_chunk(struct pcpu_chunk *chunk);
void pcpu_chunk_populated(struct pcpu_chunk *chunk, int start, int end);
void pcpu_chunk_depopulated(struct pcpu_chunk *chunk, int start, int end);
struct pcpu_chunk *pcpu_alloc_first_chunk(struct pcpu_allocator *a, uint64_t addr, int map_size);
void pcpu_free_chunk_md(struct pcpu_chunk *chunk);

/* percpu-pages.c */
bool pcpu_populate_pages(struct pcpu_chunk *chunk, int start, int end);
void pcpu_depopulate_pages(struct pcpu_chunk *chunk, int start, int end);
void pcpu_flush_pages(const struct pcpu_chunk *chunk, int start, int end);
uint64_t pcpu_chunk_addr(const struct pcpu_chunk *chunk, unsigned int cpu, int page);
uint8_t *pcpu_page_data(const struct pcpu_chunk *chunk, unsigned int cpu, int page);

/* percpu-km.c */
bool pcpu_km_take_block(struct pcpu_chunk *chunk);
void pcpu_km_give_block(struct pcpu_chunk *chunk);
struct pcpu_chunk *pcpu_km_chunk_at(const struct pcpu_allocator *a, uint64_t addr);

/* percpu-balance.c */
void pcpu_pick_free_chunks(struct pcpu_allocator *a, bool empty_only, struct pcpu_list *to_free);
struct pcpu_chunk *pcpu_reclaim_first(struct pcpu_allocator *a);
int pcpu_refill_target(struct pcpu_allocator *a);

/* percpu.c */
struct pcpu_request {
	int size; /* bytes, a multiple of 4 */
	int bits;
	int bit_align;
	bool reserved;
	bool atomic;
};

enum pcpu_status pcpu_prepare_request(const struct pcpu_allocator *a, size_t size, size_t align,
				      bool reserved, enum pcpu_gfp gfp, struct pcpu_request *req);
struct pcpu_chunk *pcpu_scan(struct pcpu_allocator *a, const struct pcpu_request *req, int *off);
void pcpu_free_at(struct pcpu_allocator *a, struct pcpu_chunk *chunk, int off);
void pcpu_count_alloc(struct pcpu_allocator *a, struct pcpu_chunk *chunk, size_t size);

#endif
