/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_mem.h - the linear map: boot memory, one region per node, taken from above; and blocks.
 *
 * Trusted: stands in for memblock, and notices what is given back wrongly.  Without backing it has
 * addresses only, so that an oracle can foretell them.  Does not refuse anything by itself but for
 * lack of room: faults are the world's business.
 */
#ifndef ORACLE_BOOT_MEM_H
#define ORACLE_BOOT_MEM_H

#include <stdbool.h>
#include <stdint.h>

/* Does AddressSanitizer watch, so that it sees any use of memory that was freed or never taken? */
#if defined(__SANITIZE_ADDRESS__)
#define ASAN_WATCHES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN_WATCHES 1
#endif
#endif
#ifndef ASAN_WATCHES
#define ASAN_WATCHES 0
#endif

#define BOOT_MEM_MAX_NODES 256
#define BOOT_MEM_FIRST_FRAME 0x40000000u /* above all ordinary frames */
#define BOOT_MEM_JUNK 0x6b /* what is given back is filled with */
#define BOOT_MEM_BLOCK_JUNK 0xa7 /* what a block holds when it is taken */

/**
 * struct boot_mem_config - what memory there is
 * @page_shift:  log2 of the page size
 * @nr_nodes:    nodes, 1 to 256
 * @base:        first address of each node's region: page-aligned, not 0, no two overlap
 * @region_size: bytes of each region, page-aligned
 * @total_limit: bytes that can be taken at any one time
 * @block_base:  first address of the region of blocks, as @base
 * @block_size:  its bytes, page-aligned; 0 if there is none
 * @backing:     the memory can be read and written
 */
struct boot_mem_config {
	unsigned int page_shift;
	unsigned int nr_nodes;
	uint64_t base[BOOT_MEM_MAX_NODES];
	uint64_t region_size;
	uint64_t total_limit;
	uint64_t block_base, block_size;
	bool backing;
};

/* [@start, @end) is taken; extents of a node never touch, and ascend */
struct boot_mem_extent {
	uint64_t start, end;
};

/* [@addr, @addr + @size) is taken, all by one request; @data points into @buf */
struct boot_mem_piece {
	uint64_t addr, size;
	uint8_t *data;
	struct boot_mem_buf *buf;
};

struct boot_mem_node {
	struct boot_mem_extent *extent;
	unsigned int nr_extents, max_extents;
	struct boot_mem_piece *piece; /* by descending address, as most requests come so */
	unsigned int nr_pieces, max_pieces;
};

/**
 * struct boot_mem - the memory
 * @cfg:    as given
 * @node:   each node's region, and behind the last one that of blocks
 * @live:   bytes of boot memory that are taken
 * @misuse: what was done that nobody may do, or NULL
 */
struct boot_mem {
	struct boot_mem_config cfg;
	struct boot_mem_node node[BOOT_MEM_MAX_NODES + 1];
	uint64_t live;
	const char *misuse;
};

void boot_mem_init(struct boot_mem *mem, const struct boot_mem_config *cfg);
void boot_mem_exit(struct boot_mem *mem);
uint64_t boot_mem_alloc(struct boot_mem *mem, unsigned int node, uint64_t size, uint64_t align);
void boot_mem_free(struct boot_mem *mem, uint64_t addr, uint64_t size);
void boot_mem_take_block(struct boot_mem *mem, uint64_t addr, uint64_t size);
void boot_mem_give_block(struct boot_mem *mem, uint64_t addr, uint64_t size);
bool boot_mem_is_live(const struct boot_mem *mem, uint64_t addr, uint64_t size);
uint8_t *boot_mem_data(struct boot_mem *mem, uint64_t addr);
uint32_t boot_mem_frame(struct boot_mem *mem, uint64_t addr);
uint32_t boot_mem_pages(const struct boot_mem *mem);
uint64_t boot_mem_frame_addr(const struct boot_mem *mem, uint32_t frame);

#endif
