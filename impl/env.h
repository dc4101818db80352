/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * env.h - what the allocators need from the world around them.
 *
 * They own no memory, no page frame and no clock: they ask their environment, so that a test
 * program can refuse any request and an outside ledger can see every leak.  Does not cover the
 * address space and the page tables, which impl/vm.h and impl/pgtable.h manage.
 */
#ifndef PCPU_ENV_H
#define PCPU_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum pcpu_fault - the kinds of request that can be refused
 * @PCPU_FAULT_NONE:  what is never refused
 * @PCPU_FAULT_PAGE:  one page frame, or one block of them (alloc_pages_node() in the kernel)
 * @PCPU_FAULT_CHUNK: the chunk descriptor itself
 * @PCPU_FAULT_AREA:  a descriptor of the address space: of one vm area, or the array of several
 * @PCPU_FAULT_META:  any other metadata: maps, the block array, arrays of pages
 * @PCPU_FAULT_MAP:   entering one page into the page tables
 * @PCPU_FAULT_TABLE: one page table below the top level
 * @PCPU_FAULT_BOOT:  one piece of boot memory (memblock_alloc() in the kernel)
 * @PCPU_FAULT_KILL:  the allocator's mutex (mutex_lock_killable() in the kernel)
 */
enum pcpu_fault {
	PCPU_FAULT_NONE,
	PCPU_FAULT_PAGE,
	PCPU_FAULT_CHUNK,
	PCPU_FAULT_AREA,
	PCPU_FAULT_META,
	PCPU_FAULT_MAP,
	PCPU_FAULT_TABLE,
	PCPU_FAULT_BOOT,
	PCPU_FAULT_KILL,
	PCPU_FAULT_NR,
};

/**
 * enum pcpu_owner - what a page frame is taken for
 * @PCPU_OWNER_CHUNK:   a page of a per-CPU chunk
 * @PCPU_OWNER_VMALLOC: a page of a vmalloc area
 */
enum pcpu_owner {
	PCPU_OWNER_CHUNK,
	PCPU_OWNER_VMALLOC,
	PCPU_OWNER_NR,
};

#define PCPU_NO_FRAME UINT32_MAX

/**
 * enum pcpu_trouble - what an allocator can notice by itself to be wrong
 * @PCPU_TROUBLE_BUG:  it cannot go on (BUG() in the kernel)
 * @PCPU_TROUBLE_WARN: it goes on (WARN())
 * @PCPU_TROUBLE_LOCK: a lock is taken twice, not held where it must be, or held where the caller
 *                     may sleep
 */
enum pcpu_trouble {
	PCPU_TROUBLE_BUG,
	PCPU_TROUBLE_WARN,
	PCPU_TROUBLE_LOCK,
	PCPU_TROUBLE_NR,
};

/**
 * struct pcpu_env - the environment, filled in by whoever creates an allocator
 * @ctx:         passed back as the first argument of every call
 * @meta_alloc:  zeroed metadata of @size bytes, or NULL; @kind is NONE, CHUNK, AREA, META or TABLE
 * @meta_free:   gives back what @meta_alloc returned, never NULL
 * @frame_alloc: takes a page frame, of @node or, if that has none left, of the next node that has,
 *               counting up and around; or PCPU_NO_FRAME; its content is junk
 * @frame_free:  gives a frame back
 * @frame_data:  the bytes of a frame that is taken, NULL in an environment without contents
 * @frame_phys:  physical address of the first byte of a frame
 * @may_map:     false if entering the next page into the page tables must fail
 * @pte_set:     the page tables now translate the page at @addr to @frame, or, if that is
 *               PCPU_NO_FRAME, no longer to anything; called for each entry that is written
 * @tlb_flush:   forget cached translations of [@start, @end), both page-aligned
 * @boot_alloc:  takes zeroed boot memory, @size and @align multiples of a page, of @node or, if
 *               that has no room, of the next node that has; returns its address, 0 for none
 * @boot_free:   gives back a part of what @boot_alloc returned, page-aligned, or all of it
 * @boot_data:   the byte at an address of boot memory that is taken
 * @boot_frame:  the page frame at a page-aligned address of boot memory, taken or not
 * @block_alloc: takes 2^@order pages that are contiguous in the linear map, of node 0, in one
 *               request of kind PAGE; its address, 0 for none; the content is junk; @boot_data and
 *               @boot_frame work on it
 * @block_free:  gives all of it back
 * @may_lock:    false if a fatal signal ends the wait for the allocator's mutex; one request of
 *               kind KILL
 * @trouble:     the allocator noticed that it is broken; @what is one line; returns
 */
struct pcpu_env {
	void *ctx;
	void *(*meta_alloc)(void *ctx, enum pcpu_fault kind, size_t size);
	void (*meta_free)(void *ctx, void *p);
	uint32_t (*frame_alloc)(void *ctx, unsigned int node, enum pcpu_owner owner);
	void (*frame_free)(void *ctx, uint32_t frame);
	uint8_t *(*frame_data)(void *ctx, uint32_t frame);
	uint64_t (*frame_phys)(void *ctx, uint32_t frame);
	bool (*may_map)(void *ctx);
	void (*pte_set)(void *ctx, uint64_t addr, uint32_t frame);
	void (*tlb_flush)(void *ctx, uint64_t start, uint64_t end);
	uint64_t (*boot_alloc)(void *ctx, unsigned int node, uint64_t size, uint64_t align);
	void (*boot_free)(void *ctx, uint64_t addr, uint64_t size);
	uint8_t *(*boot_data)(void *ctx, uint64_t addr);
	uint32_t (*boot_frame)(void *ctx, uint64_t addr);
	uint64_t (*block_alloc)(void *ctx, unsigned int order);
	void (*block_free)(void *ctx, uint64_t addr, unsigned int order);
	bool (*may_lock)(void *ctx);
	void (*trouble)(void *ctx, enum pcpu_trouble trouble, const char *what);
};

#endif
