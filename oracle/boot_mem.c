// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot_mem.c - the linear map: boot memory, one region per node, taken from above; and blocks.
 *
 * Two books per node: merged extents, for the search, and the pieces that were taken, for the
 * contents.  Does not model memblock's own bookkeeping, nor memory that belongs to no node.  Where
 * blocks lie is decided elsewhere.
 */
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_mem.h"

/* The bytes behind the pieces that are left of one request. */
struct boot_mem_buf {
	unsigned int pieces;
	uint8_t data[];
};

static void *more_room(void *p, unsigned int nr, unsigned int *max, size_t size)
{
	if (nr < *max)
		return p;
	*max = *max ? 2 * *max : 8;
	p = realloc(p, *max * size);
	if (!p) {
		fputs("pcpufuzz: out of memory\n", stderr);
		abort();
	}
	return p;
}

static unsigned int nr_regions(const struct boot_mem *mem)
{
	return mem->cfg.nr_nodes + (mem->cfg.block_size != 0);
}

static uint64_t region_base(const struct boot_mem *mem, unsigned int i)
{
	return i < mem->cfg.nr_nodes ? mem->cfg.base[i] : mem->cfg.block_base;
}

static uint64_t region_size(const struct boot_mem *mem, unsigned int i)
{
	return i < mem->cfg.nr_nodes ? mem->cfg.region_size : mem->cfg.block_size;
}

/**
 * boot_mem_init - all memory is free
 * @mem: the memory
 * @cfg: what there is
 */
void boot_mem_init(struct boot_mem *mem, const struct boot_mem_config *cfg)
{
	uint64_t pages = cfg->region_size >> cfg->page_shift;

	assert(cfg->nr_nodes && cfg->nr_nodes <= BOOT_MEM_MAX_NODES);
	assert(pages <= (UINT32_MAX - BOOT_MEM_FIRST_FRAME) / cfg->nr_nodes);
	/* of most machines most nodes are not there, and are never looked at */
	memcpy(&mem->cfg, cfg, offsetof(struct boot_mem_config, base[cfg->nr_nodes]));
	memcpy(&mem->cfg.region_size, &cfg->region_size,
	       sizeof(*cfg) - offsetof(struct boot_mem_config, region_size));
	memset(mem->node, 0, nr_regions(mem) * sizeof(*mem->node));
	mem->live = 0;
	mem->misuse = NULL;
	for (unsigned int i = 0; i < nr_regions(mem); i++)
		assert(region_base(mem, i) &&
		       region_base(mem, i) <= UINT64_MAX - region_size(mem, i));
}

static void put_buf(struct boot_mem_buf *buf)
{
	if (--buf->pieces == 0)
		free(buf);
}

/*
 * Who still reads what was given back must not find what was there.  If that is all of the buffer,
 * AddressSanitizer sees it; to fill it would only touch all of its pages.
 */
static void spoil(const struct boot_mem_piece *p, uint64_t from, uint64_t size)
{
	if (!ASAN_WATCHES || p->buf->pieces > 1 || size < p->size)
		memset(p->data + from, BOOT_MEM_JUNK, (size_t)size);
}

/**
 * boot_mem_exit - the end of the memory
 * @mem: the memory; what is still taken is freed, so that a leak is not the sanitizer's finding
 */
void boot_mem_exit(struct boot_mem *mem)
{
	for (unsigned int i = 0; i < nr_regions(mem); i++) {
		struct boot_mem_node *n = mem->node + i;

		for (unsigned int k = 0; k < n->nr_pieces; k++)
			put_buf(n->piece[k].buf);
		free(n->piece);
		free(n->extent);
	}
}

/* The node whose region holds [addr, addr + size), or NULL. */
static struct boot_mem_node *node_at(const struct boot_mem *mem, uint64_t addr, uint64_t size,
				     unsigned int *index)
{
	for (unsigned int i = 0; i < nr_regions(mem); i++) {
		uint64_t base = region_base(mem, i), region = region_size(mem, i);

		if (addr - base < region && size <= region && addr - base <= region - size) {
			if (index)
				*index = i;
			return (struct boot_mem_node *)mem->node + i;
		}
	}
	return NULL;
}

/* The highest aligned address in [start, end) at which size bytes fit, or 0. */
static uint64_t highest_in(uint64_t start, uint64_t end, uint64_t size, uint64_t align)
{
	uint64_t addr;

	if (end - start < size)
		return 0;
	addr = (end - size) & ~(align - 1);
	return addr >= start ? addr : 0;
}

static uint64_t highest_fit(const struct boot_mem *mem, unsigned int node, uint64_t size,
			    uint64_t align)
{
	const struct boot_mem_node *n = mem->node + node;
	uint64_t end = mem->cfg.base[node] + mem->cfg.region_size;

	for (unsigned int i = n->nr_extents; i--; end = n->extent[i].start) {
		uint64_t addr = highest_in(n->extent[i].end, end, size, align);

		if (addr)
			return addr;
	}
	return highest_in(mem->cfg.base[node], end, size, align);
}

static void insert_extent(struct boot_mem_node *n, uint64_t start, uint64_t end)
{
	unsigned int at = 0;

	while (at < n->nr_extents && n->extent[at].end < start)
		at++;
	if (at < n->nr_extents && n->extent[at].end == start) {
		n->extent[at].end = end;
		if (at + 1 < n->nr_extents && n->extent[at + 1].start == end) {
			n->extent[at].end = n->extent[at + 1].end;
			n->nr_extents--;
			memmove(n->extent + at + 1, n->extent + at + 2,
				(n->nr_extents - at - 1) * sizeof(*n->extent));
		}
		return;
	}
	if (at < n->nr_extents && n->extent[at].start == end) {
		n->extent[at].start = start;
		return;
	}
	n->extent = more_room(n->extent, n->nr_extents, &n->max_extents, sizeof(*n->extent));
	memmove(n->extent + at + 1, n->extent + at, (n->nr_extents - at) * sizeof(*n->extent));
	n->extent[at] = (struct boot_mem_extent){ start, end };
	n->nr_extents++;
}

/* Takes [start, end) out of the one extent that holds it; false if none does. */
static bool remove_extent(struct boot_mem_node *n, uint64_t start, uint64_t end)
{
	struct boot_mem_extent old;
	unsigned int at = 0;

	while (at < n->nr_extents && n->extent[at].end < end)
		at++;
	if (at == n->nr_extents || n->extent[at].start > start)
		return false;
	old = n->extent[at];
	n->nr_extents--;
	memmove(n->extent + at, n->extent + at + 1, (n->nr_extents - at) * sizeof(*n->extent));
	if (old.start < start)
		insert_extent(n, old.start, start);
	if (end < old.end)
		insert_extent(n, end, old.end);
	return true;
}

/* Index of the uppermost piece that begins at or below addr. */
static unsigned int piece_at(const struct boot_mem_node *n, uint64_t addr)
{
	unsigned int low = 0, high = n->nr_pieces;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (n->piece[mid].addr > addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void insert_piece(struct boot_mem_node *n, uint64_t addr, uint64_t size, uint8_t *data,
			 struct boot_mem_buf *buf)
{
	unsigned int at = piece_at(n, addr);

	n->piece = more_room(n->piece, n->nr_pieces, &n->max_pieces, sizeof(*n->piece));
	memmove(n->piece + at + 1, n->piece + at, (n->nr_pieces - at) * sizeof(*n->piece));
	n->piece[at] = (struct boot_mem_piece){ addr, size, data, buf };
	n->nr_pieces++;
	buf->pieces++;
}

static uint8_t *new_piece(struct boot_mem_node *n, uint64_t addr, uint64_t size)
{
	struct boot_mem_buf *buf = NULL;

	if (size <= SIZE_MAX / 2)
		buf = calloc(1, sizeof(*buf) + (size_t)size);
	if (!buf) {
		fputs("pcpufuzz: out of memory\n", stderr);
		abort();
	}
	insert_piece(n, addr, size, buf->data, buf);
	return buf->data;
}

/**
 * boot_mem_alloc - take zeroed memory
 * @mem: the memory
 * @node: the node whose region is tried first; then the others, counting up and around
 * @size: bytes, a multiple of a page, not 0
 * @align: a power of two, a page or more
 *
 * Return: the highest address of that region that will do, or 0.
 */
uint64_t boot_mem_alloc(struct boot_mem *mem, unsigned int node, uint64_t size, uint64_t align)
{
	uint64_t mask = (UINT64_C(1) << mem->cfg.page_shift) - 1;

	if (!size || size & mask || !align || align & (align - 1) || align & mask) {
		mem->misuse = "boot memory was asked for that is not made of pages";
		return 0;
	}
	if (size > mem->cfg.total_limit - mem->live)
		return 0;
	for (unsigned int i = 0; i < mem->cfg.nr_nodes; i++) {
		unsigned int n = (node + i) % mem->cfg.nr_nodes;
		uint64_t addr = highest_fit(mem, n, size, align);

		if (!addr)
			continue;
		insert_extent(mem->node + n, addr, addr + size);
		if (mem->cfg.backing)
			new_piece(mem->node + n, addr, size);
		mem->live += size;
		return addr;
	}
	return 0;
}

static void drop_contents(struct boot_mem_node *n, uint64_t addr, uint64_t size)
{
	while (size) {
		unsigned int at = piece_at(n, addr);
		struct boot_mem_piece p = n->piece[at];
		uint64_t before = addr - p.addr, part = p.size - before;

		if (part > size)
			part = size;
		spoil(&p, before, part);
		n->nr_pieces--;
		memmove(n->piece + at, n->piece + at + 1, (n->nr_pieces - at) * sizeof(p));
		if (before)
			insert_piece(n, p.addr, before, p.data, p.buf);
		if (before + part < p.size)
			insert_piece(n, addr + part, p.size - before - part, p.data + before + part,
				     p.buf);
		put_buf(p.buf);
		addr += part;
		size -= part;
	}
}

/**
 * boot_mem_free - give memory back
 * @mem: the memory
 * @addr: where, page-aligned
 * @size: bytes, a multiple of a page: any part of what was taken
 */
void boot_mem_free(struct boot_mem *mem, uint64_t addr, uint64_t size)
{
	uint64_t mask = (UINT64_C(1) << mem->cfg.page_shift) - 1;
	unsigned int i = 0;
	struct boot_mem_node *n = node_at(mem, addr, size, &i);

	if (!size || (addr | size) & mask) {
		mem->misuse = "boot memory was given back that is not made of pages";
		return;
	}
	if (!n || i >= mem->cfg.nr_nodes || !remove_extent(n, addr, addr + size)) {
		mem->misuse = "boot memory was given back that was not taken";
		return;
	}
	if (mem->cfg.backing)
		drop_contents(n, addr, size);
	mem->live -= size;
}

/**
 * boot_mem_take_block - take a block, whose content is junk
 * @mem: the memory, with backing
 * @addr: where, page-aligned, in the region of blocks; all of it is free
 * @size: bytes, a multiple of a page
 */
void boot_mem_take_block(struct boot_mem *mem, uint64_t addr, uint64_t size)
{
	struct boot_mem_node *n = mem->node + mem->cfg.nr_nodes;

	insert_extent(n, addr, addr + size);
	memset(new_piece(n, addr, size), BOOT_MEM_BLOCK_JUNK, (size_t)size);
}

/**
 * boot_mem_give_block - give a block back
 * @mem: the memory, with backing
 * @addr: its address
 * @size: its bytes
 */
void boot_mem_give_block(struct boot_mem *mem, uint64_t addr, uint64_t size)
{
	struct boot_mem_node *n = mem->node + mem->cfg.nr_nodes;

	remove_extent(n, addr, addr + size);
	drop_contents(n, addr, size);
}

/**
 * boot_mem_is_live - is all of a range taken?
 * @mem: the memory
 * @addr: where
 * @size: bytes, not 0
 */
bool boot_mem_is_live(const struct boot_mem *mem, uint64_t addr, uint64_t size)
{
	const struct boot_mem_node *n = node_at(mem, addr, size, NULL);

	for (unsigned int i = 0; n && i < n->nr_extents; i++)
		if (n->extent[i].start <= addr && addr + size <= n->extent[i].end)
			return true;
	return false;
}

/**
 * boot_mem_data - the byte at an address
 * @mem: the memory
 * @addr: where; what one request took is contiguous
 *
 * Return: the byte, or NULL if it is not taken.
 */
uint8_t *boot_mem_data(struct boot_mem *mem, uint64_t addr)
{
	struct boot_mem_piece *p;
	struct boot_mem_node *n;

	if (!boot_mem_is_live(mem, addr, 1)) {
		mem->misuse = "boot memory was looked at that was not taken";
		return NULL;
	}
	if (!mem->cfg.backing)
		return NULL;
	n = node_at(mem, addr, 1, NULL);
	p = n->piece + piece_at(n, addr);
	return p->data + (addr - p->addr);
}

/**
 * boot_mem_frame - the page frame at an address
 * @mem: the memory
 * @addr: where, page-aligned, in the region of a node; taken or not, as translating an address of
 * the linear map is arithmetic
 */
uint32_t boot_mem_frame(struct boot_mem *mem, uint64_t addr)
{
	uint64_t page = 0;
	unsigned int i;

	if (!node_at(mem, addr, 1, &i))
		mem->misuse = "the frame of boot memory was asked for where there is none";
	else
		page = i * (mem->cfg.region_size >> mem->cfg.page_shift) +
		       ((addr - region_base(mem, i)) >> mem->cfg.page_shift);
	return BOOT_MEM_FIRST_FRAME + (uint32_t)page;
}

/**
 * boot_mem_pages - pages there are, of all nodes and of blocks together
 * @mem: the memory
 */
uint32_t boot_mem_pages(const struct boot_mem *mem)
{
	return (uint32_t)((mem->cfg.nr_nodes * mem->cfg.region_size + mem->cfg.block_size) >>
			  mem->cfg.page_shift);
}

/**
 * boot_mem_frame_addr - the address of a page frame
 * @mem: the memory
 * @frame: as boot_mem_frame() said
 *
 * Return: the address, taken or not; 0 if the frame is none of this memory.
 */
uint64_t boot_mem_frame_addr(const struct boot_mem *mem, uint32_t frame)
{
	uint64_t per_node = mem->cfg.region_size >> mem->cfg.page_shift;
	uint64_t in_nodes = per_node * mem->cfg.nr_nodes;
	uint32_t page = frame - BOOT_MEM_FIRST_FRAME;

	if (frame < BOOT_MEM_FIRST_FRAME || page >= boot_mem_pages(mem))
		return 0;
	if (page >= in_nodes)
		return mem->cfg.block_base + ((page - in_nodes) << mem->cfg.page_shift);
	return mem->cfg.base[page / per_node] + ((page % per_node) << mem->cfg.page_shift);
}
