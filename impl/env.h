/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * env.h - what the allocator needs from the world around it.
 *
 * The allocator owns no memory, no page frame and no clock: it asks its environment, so that a
 * test program can refuse any request and an outside ledger can see every leak.  Does not cover
 * the address space, which impl/vmspace.c manages.
 */
#ifndef PCPU_ENV_H
#define PCPU_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum pcpu_fault - the kinds of request that can be refused
 * @PCPU_FAULT_NONE:  boot memory, which is never refused
 * @PCPU_FAULT_PAGE:  one page frame (alloc_pages_node() in the kernel)
 * @PCPU_FAULT_CHUNK: the chunk descriptor itself
 * @PCPU_FAULT_AREA:  the congruent vm areas of a new chunk (pcpu_get_vm_areas())
 * @PCPU_FAULT_META:  any other metadata: the maps, the block array, the pages array
 * @PCPU_FAULT_MAP:   entering one page into the page tables
 */
enum pcpu_fault {
	PCPU_FAULT_NONE,
	PCPU_FAULT_PAGE,
	PCPU_FAULT_CHUNK,
	PCPU_FAULT_AREA,
	PCPU_FAULT_META,
	PCPU_FAULT_MAP,
	PCPU_FAULT_NR,
};

#define PCPU_NO_FRAME UINT32_MAX

/**
 * struct pcpu_env - the environment, filled in by whoever creates an allocator
 * @ctx:         passed back as the first argument of every call
 * @meta_alloc:  zeroed metadata of @size bytes, or NULL; @kind is NONE, CHUNK or META
 * @meta_free:   gives back what @meta_alloc returned, never NULL
 * @frame_alloc: takes a page frame, or PCPU_NO_FRAME; its content is junk
 * @frame_free:  gives a frame back
 * @frame_data:  the bytes of a frame that is taken, NULL in an environment without contents
 * @may_map:     false if entering the next page into the page tables must fail
 * @may_area:    false if the next request for address space must fail
 */
struct pcpu_env {
	void *ctx;
	void *(*meta_alloc)(void *ctx, enum pcpu_fault kind, size_t size);
	void (*meta_free)(void *ctx, void *p);
	uint32_t (*frame_alloc)(void *ctx);
	void (*frame_free)(void *ctx, uint32_t frame);
	uint8_t *(*frame_data)(void *ctx, uint32_t frame);
	bool (*may_map)(void *ctx);
	bool (*may_area)(void *ctx);
};

#endif
