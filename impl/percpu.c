// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu.c - allocate and free: choosing the chunk, and all that follows from a choice.
 *
 * Models pcpu_alloc() and free_percpu() of mm/percpu.c.  The search inside a chunk is
 * percpu-area.c's, the worker percpu-balance.c's, the start percpu-setup.c's.
 */
#include <assert.h>
#include <string.h>

#include "internal.h"

/**
 * pcpu_prepare_request - check and normalise the arguments of an allocation
 * @a: the allocator
 * @size: bytes asked for
 * @align: alignment asked for; less than 4 is taken as 4
 * @reserved: from the reserved chunk, if there is one
 * @gfp: context
 * @req: filled in on success
 *
 * Return: PCPU_OK, or PCPU_EINVAL for size 0 or above the limit, or an alignment that is no power
 * of two or above a page.
 */
inline enum pcpu_status pcpu_prepare_request(const struct pcpu_allocator *a, size_t size,
					     size_t align, bool reserved, enum pcpu_gfp gfp,
					     struct pcpu_request *req)
{
	if (align < PCPU_MIN_ALLOC_SIZE)
		align = PCPU_MIN_ALLOC_SIZE;
	if (!size || size > a->max_alloc || align > a->page_size || (align & (align - 1)))
		return PCPU_EINVAL;

	req->size = pcpu_align_up((int)size, PCPU_MIN_ALLOC_SIZE);
	req->bits = req->size >> PCPU_MIN_ALLOC_SHIFT;
	req->bit_align = (int)align >> PCPU_MIN_ALLOC_SHIFT;
	req->reserved = reserved && a->reserved_chunk;
	req->atomic = gfp == PCPU_GFP_ATOMIC || gfp == PCPU_GFP_NOWAIT;
	return PCPU_OK;
}

/**
 * pcpu_scan - look for room in the chunks there are, and take it
 * @a: the allocator
 * @req: the request
 * @off: where the byte offset is stored
 *
 * From the slot of the size upwards.  A chunk of a low slot that fails goes to slot 0, out of
 * sight until a free relocates it.  Chunks of other slots whose contig hint is too small fail
 * without a look, as nothing follows from that.
 *
 * Return: the chunk, or NULL if no chunk fits.
 */
struct pcpu_chunk *pcpu_scan(struct pcpu_allocator *a, const struct pcpu_request *req, int *off)
{
	int low = pcpu_size_to_slot(a, req->size);
	struct pcpu_chunk *chunk, *next;
	int start;

	if (req->reserved) {
		chunk = a->reserved_chunk;
		start = pcpu_find_block_fit(chunk, req->bits, req->bit_align, req->atomic);
		if (start < 0)
			return NULL;
		*off = pcpu_alloc_area(chunk, req->bits, req->bit_align, start);
		return *off >= 0 ? chunk : NULL;
	}

	for (uint64_t slots = a->in_use >> low << low; slots; slots &= slots - 1) {
		int slot = __builtin_ctzll(slots);

		if (slot > a->free_slot)
			break;
		for (chunk = pcpu_slot_first(a, slot, req->bits); chunk; chunk = next) {
			start = pcpu_find_block_fit(chunk, req->bits, req->bit_align, req->atomic);
			if (start < 0) {
				next = pcpu_slot_next(chunk, req->bits);
				if (slot < PCPU_SLOT_FAIL_THRESHOLD)
					pcpu_chunk_move(chunk, 0, true);
				continue;
			}
			*off = pcpu_alloc_area(chunk, req->bits, req->bit_align, start);
			if (*off >= 0) {
				pcpu_reintegrate_chunk(chunk);
				return chunk;
			}
			next = pcpu_slot_next(chunk, req->bits);
		}
	}
	return NULL;
}

/**
 * pcpu_count_alloc - enter an allocation into the statistics
 * @a: the allocator
 * @chunk: where it was made
 * @size: its bytes
 */
void pcpu_count_alloc(struct pcpu_allocator *a, struct pcpu_chunk *chunk, size_t size)
{
	struct pcpu_stats *st = &a->stats;

	st->nr_alloc++;
	st->nr_cur_alloc++;
	if (st->nr_max_alloc < st->nr_cur_alloc)
		st->nr_max_alloc = st->nr_cur_alloc;
	if (st->min_alloc_size > size)
		st->min_alloc_size = size;
	if (st->max_alloc_size < size)
		st->max_alloc_size = size;

	chunk->nr_alloc++;
	if (chunk->max_alloc_size < size)
		chunk->max_alloc_size = size;
}

/* Find room, making a new chunk if the request may block and none is free. */
static enum pcpu_status find_room(struct pcpu_allocator *a, const struct pcpu_request *req,
				  struct pcpu_chunk **chunk, int *off)
{
	/* a free chunk serves any legal request, so the second look finds room */
	for (int looks = 0; looks < 2; looks++) {
		*chunk = pcpu_scan(a, req, off);
		if (*chunk) {
			pcpu_count_alloc(a, *chunk, (size_t)req->size);
			return PCPU_OK;
		}
		if (req->reserved)
			return PCPU_ERESERVED;
		if (req->atomic)
			return PCPU_EATOMIC;
		if (pcpu_list_empty(a->slots + a->free_slot)) {
			*chunk = pcpu_create_chunk(a);
			if (!*chunk)
				return PCPU_ECHUNK;
			pcpu_chunk_relocate(*chunk, -1);
		}
	}
	return PCPU_ECHUNK;
}

/* Populate the pages of [start, end) that are not; run by run, keeping what succeeded. */
static bool populate_missing(struct pcpu_chunk *chunk, unsigned int start, unsigned int end)
{
	unsigned int run_end;

	for (start = pcpu_next_zero_bit(chunk->populated, end, start); start < end;
	     start = pcpu_next_zero_bit(chunk->populated, end, run_end)) {
		run_end = pcpu_next_bit(chunk->populated, end, start);
		assert(!chunk->immutable);
		if (!pcpu_populate_pages(chunk, (int)start, (int)run_end))
			return false;
		pcpu_chunk_populated(chunk, (int)start, (int)run_end);
	}
	return true;
}

/* Populate the pages that an area is in. */
static bool populate_area(struct pcpu_chunk *chunk, int off, int size)
{
	unsigned int first = (unsigned int)off >> chunk->a->cfg.page_shift;
	unsigned int last = (unsigned int)(off + size - 1) >> chunk->a->cfg.page_shift;

	if (first == last && pcpu_test_bit(chunk->populated, first))
		return true;
	return populate_missing(chunk, first, last + 1);
}

static void zero_area(const struct pcpu_allocator *a, const struct pcpu_chunk *chunk, int off,
		      int size)
{
	if (!a->env.frame_data)
		return;
	for (unsigned int cpu = 0; cpu < a->cfg.nr_cpus; cpu++) {
		unsigned int pos = (unsigned int)off;
		unsigned int end = (unsigned int)(off + size);

		while (pos < end) {
			unsigned int page = pos / a->page_size;
			unsigned int stop = (page + 1) * a->page_size;
			uint8_t *data = pcpu_page_data(chunk, cpu, (int)page);

			if (stop > end)
				stop = end;
			if (data)
				memset(data + pos % a->page_size, 0, stop - pos);
			pos = stop;
		}
	}
}

/**
 * pcpu_alloc - allocate zeroed memory at the same offset for every possible CPU
 * @a: the allocator
 * @size: bytes, 1 to the smaller of a unit and 32 KiB rounded up to pages
 * @align: power of two up to a page; less than 4 is taken as 4
 * @reserved: from the reserved chunk if there is one
 * @gfp: context; one that may not block gets populated pages only
 * @ptr: on success, the address in the unit at offset 0
 *
 * Return: PCPU_OK or why not; what was taken on the way to a failure is given back, except that
 * chunks and pages already made are kept.
 */
enum pcpu_status pcpu_alloc(struct pcpu_allocator *a, size_t size, size_t align, bool reserved,
			    enum pcpu_gfp gfp, uint64_t *ptr)
{
	struct pcpu_request req;
	struct pcpu_chunk *chunk;
	enum pcpu_status ret;
	int off;

	ret = pcpu_prepare_request(a, size, align, reserved, gfp, &req);
	if (ret != PCPU_OK)
		return ret;
	if (!req.atomic && !a->env.may_lock(a->env.ctx))
		return PCPU_EKILLED;

	ret = find_room(a, &req, &chunk, &off);
	if (ret == PCPU_OK && !req.atomic && !populate_area(chunk, off, req.size)) {
		pcpu_free_area(chunk, off);
		ret = PCPU_EPOPULATE;
	}
	if (ret != PCPU_OK) {
		if (req.atomic) {
			a->atomic_failed = true;
			a->work_pending = true;
		}
		return ret;
	}

	if (a->nr_empty_pop_pages < PCPU_EMPTY_POP_PAGES_LOW)
		a->work_pending = true;
	zero_area(a, chunk, off, req.size);
	*ptr = chunk->base + (uint64_t)off;
	return PCPU_OK;
}

/* Of a chunk of the first unit: does it serve an address? */
static bool serves(const struct pcpu_allocator *a, const struct pcpu_chunk *chunk, uint64_t ptr)
{
	return ptr - (chunk->base + chunk->start_offset) <
	       ((unsigned int)chunk->nr_pages << a->cfg.page_shift) - chunk->end_offset -
		       chunk->start_offset;
}

/*
 * The chunk that serves an address.  Outside of the first chunk the address is first moved to the
 * unit of a possible CPU, as Linux does, which must find a mapped page there.  What was found is
 * kept until the chunk is destroyed.
 */
static struct pcpu_chunk *chunk_at(struct pcpu_allocator *a, uint64_t ptr)
{
	struct pcpu_chunk **known = a->known + (ptr >> a->known_shift) % PCPU_KNOWN;
	const struct vm_area *area;

	if (serves(a, a->first_chunk, ptr))
		return a->first_chunk;
	if (a->reserved_chunk && serves(a, a->reserved_chunk, ptr))
		return a->reserved_chunk;
	if (*known && ptr - (*known)->base < a->unit_size)
		return *known;
	if (pcpu_is_km(a)) {
		*known = pcpu_km_chunk_at(a, ptr + a->cfg.unit_offset[0]);
		return *known;
	}
	area = vm_tree_at(a->vm, ptr + a->cfg.unit_offset[0]);
	if (!area || area->lazy || !area->owner)
		return NULL;
	*known = area->owner;
	return area->owner;
}

/* When few pages are used of a chunk, and the others have enough, its pages can go. */
static bool should_reclaim(const struct pcpu_chunk *chunk)
{
	const struct pcpu_allocator *a = chunk->a;

	if (chunk == a->first_chunk || chunk == a->reserved_chunk || pcpu_is_km(a))
		return false;
	if (chunk->isolated && chunk->nr_empty_pop_pages)
		return true;
	return a->nr_empty_pop_pages > PCPU_EMPTY_POP_PAGES_HIGH + chunk->nr_empty_pop_pages &&
	       chunk->nr_empty_pop_pages >= chunk->nr_pages / 4;
}

/* Is there a fully free chunk besides @chunk? */
static bool other_free_chunk(const struct pcpu_chunk *chunk)
{
	struct pcpu_list *head = chunk->a->slots + chunk->a->free_slot;

	return !pcpu_list_empty(head) && (head->next != &chunk->list || head->prev != &chunk->list);
}

/**
 * pcpu_free_at - free an allocation and decide what follows
 * @a: the allocator
 * @chunk: its chunk
 * @off: its byte offset, where an allocation starts
 *
 * More than one free chunk calls for the worker; so does a chunk whose pages can be given back,
 * which is isolated.
 */
void pcpu_free_at(struct pcpu_allocator *a, struct pcpu_chunk *chunk, int off)
{
	pcpu_free_area(chunk, off);

	if (!chunk->isolated && chunk->free_bytes == (int)a->unit_size) {
		if (other_free_chunk(chunk))
			a->work_pending = true;
	} else if (should_reclaim(chunk)) {
		pcpu_isolate_chunk(chunk);
		a->work_pending = true;
	}
}

/**
 * pcpu_free - free what pcpu_alloc() returned
 * @a: the allocator
 * @ptr: the address, or 0 for nothing
 *
 * Return: PCPU_OK, or PCPU_EINVAL if no live allocation starts at @ptr; then nothing changed.
 */
enum pcpu_status pcpu_free(struct pcpu_allocator *a, uint64_t ptr)
{
	struct pcpu_chunk *chunk;
	uint64_t off;

	if (!ptr)
		return PCPU_OK;

	chunk = chunk_at(a, ptr);
	if (!chunk)
		return PCPU_EINVAL;
	off = ptr - chunk->base;
	if (off >= (unsigned int)chunk->nr_pages * a->page_size)
		return PCPU_EINVAL;
	if (!pcpu_quirk(a, PCPU_QUIRK_BAD_FREE) && !pcpu_area_is_live(chunk, (int)off))
		return PCPU_EINVAL;

	pcpu_free_at(a, chunk, (int)off);
	return PCPU_OK;
}

static bool bad_page_range(const struct pcpu_chunk *chunk, unsigned int start, unsigned int end)
{
	return start >= end || end > (unsigned int)chunk->nr_pages;
}

/**
 * pcpu_populate - give the pages of a range memory where they have none
 * @a: the allocator
 * @chunk: a chunk of it
 * @start: first page
 * @end: page after the last
 *
 * Return: PCPU_OK, PCPU_EINVAL, PCPU_EIMMUTABLE, or PCPU_EPOPULATE with the runs of pages before
 * the failing one populated.
 */
enum pcpu_status pcpu_populate(struct pcpu_allocator *a, struct pcpu_chunk *chunk,
			       unsigned int start, unsigned int end)
{
	assert(chunk->a == a);
	if (chunk->immutable)
		return PCPU_EIMMUTABLE;
	if (bad_page_range(chunk, start, end))
		return PCPU_EINVAL;
	return populate_missing(chunk, start, end) ? PCPU_OK : PCPU_EPOPULATE;
}

/**
 * pcpu_depopulate - take the memory of those pages of a range that are empty
 * @a: the allocator
 * @chunk: a chunk of it
 * @start: first page
 * @end: page after the last
 *
 * Return: PCPU_OK, PCPU_EINVAL or PCPU_EIMMUTABLE.
 */
enum pcpu_status pcpu_depopulate(struct pcpu_allocator *a, struct pcpu_chunk *chunk,
				 unsigned int start, unsigned int end)
{
	assert(chunk->a == a);
	if (chunk->immutable)
		return PCPU_EIMMUTABLE;
	if (bad_page_range(chunk, start, end))
		return PCPU_EINVAL;

	for (unsigned int page = start; page < end; page++) {
		if (chunk->blocks[page].contig_hint != a->block_bits ||
		    !pcpu_test_bit(chunk->populated, page))
			continue;
		pcpu_depopulate_pages(chunk, (int)page, (int)page + 1);
		pcpu_chunk_depopulated(chunk, (int)page, (int)page + 1);
	}
	pcpu_flush_pages(chunk, (int)start, (int)end);
	return PCPU_OK;
}

/* Does an address lie in the first unit of a CPU? */
static bool in_first_units(const struct pcpu_allocator *a, uint64_t addr)
{
	for (unsigned int cpu = 0; cpu < a->cfg.nr_cpus; cpu++)
		if (addr - (a->cfg.base_addr + a->cfg.unit_offset[cpu]) < a->unit_size)
			return true;
	return false;
}

/**
 * pcpu_ptr_to_phys - translate an address of one CPU's copy to a physical one
 * @a: the allocator
 * @addr: any address
 * @phys: where it is stored
 *
 * The first chunk may lie in boot memory or be mapped; all others are mapped, or blocks.
 * (per_cpu_ptr_to_phys(), mm/percpu.c)
 *
 * Return: false if nothing is there.
 */
bool pcpu_ptr_to_phys(const struct pcpu_allocator *a, uint64_t addr, uint64_t *phys)
{
	uint64_t in_page = addr & (a->page_size - 1);
	uint32_t frame = PCPU_NO_FRAME;

	if (addr >= a->vm->cfg.start && addr < a->vm->cfg.end)
		frame = pgtable_walk(&a->vm->pt, addr);
	else if (in_first_units(a, addr) || pcpu_km_chunk_at(a, addr))
		frame = a->env.boot_frame(a->env.ctx, addr - in_page);
	if (frame == PCPU_NO_FRAME)
		return false;
	*phys = a->env.frame_phys(a->env.ctx, frame) + in_page;
	return true;
}
