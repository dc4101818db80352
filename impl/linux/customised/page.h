/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page.h - customised, all versions: pages of a size that is known only at run time, and a struct
 * page that stands for a frame of the rig.
 *
 * Addresses of the simulated machine are numbers: nothing here follows one.
 */
#ifndef LINUX_SHIM_PAGE_H
#define LINUX_SHIM_PAGE_H

#include <linux/types.h>
#include <linux/bug.h>
#include "boundary.h"
#include "../world.h"

#ifdef LINUX_PAGE_SHIFT
#define PAGE_SHIFT LINUX_PAGE_SHIFT
#else
#define PAGE_SHIFT (linux_world.page_shift)
#endif
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGNED(x) (!((unsigned long)(x) & (PAGE_SIZE - 1)))
#define offset_in_page(x) ((unsigned long)(x) & (PAGE_SIZE - 1))

/**
 * struct page - one frame
 * @index, @private: for the kernel's own use
 * @linux_frame:  its number
 * @linux_addr:   of boot memory, where it lies in the linear map
 * @linux_next:   of boot memory, the next one with the same hash
 */
struct page {
	unsigned long index, private;
	unsigned int linux_frame;
	unsigned long linux_addr;
	struct page *linux_next;
} __attribute__((aligned(8)));

struct page *linux_take_page(int node, gfp_t gfp, enum linux_owner owner);
struct page *linux_take_block(gfp_t gfp, unsigned int order);
void linux_give_page(struct page *page, unsigned int order);
struct page *linux_page_at(unsigned long addr);
unsigned long long linux_pa(unsigned long addr);
bool linux_may_map(void);

#ifndef LINUX_OWNER
#define LINUX_OWNER LINUX_OWNER_CHUNK
#endif
#define MAX_PAGE_ORDER 10
/* newer trees would rather have some pages of vmalloc() in one block */
#define alloc_pages_node(node, gfp, order) \
	((order) ? NULL : linux_take_page(node, gfp, LINUX_OWNER))
#define alloc_pages_node_noprof(node, gfp, order) alloc_pages_node(node, gfp, order)
#ifdef LINUX_UNIT_PERCPU
#define alloc_pages(gfp, order) linux_take_block(gfp, order)
#else
#define alloc_pages(gfp, order) alloc_pages_node(0, gfp, order)
#endif
#define alloc_pages_noprof(gfp, order) alloc_pages(gfp, order)
#define alloc_page(gfp) linux_take_page(0, gfp, LINUX_OWNER)
/* each page is to be one request, so there never are several at once */
#define alloc_pages_bulk_array_node(gfp, node, nr, pages) ((void)(nr), 0)
#define alloc_pages_bulk_array_node_noprof(gfp, node, nr, pages) ((void)(nr), 0)
#define alloc_pages_bulk_array_mempolicy(gfp, nr, pages) ((void)(nr), 0)
#define alloc_pages_bulk_array_mempolicy_noprof(gfp, nr, pages) ((void)(nr), 0)
#define alloc_pages_bulk_node_noprof(gfp, node, nr, pages) ((void)(nr), 0)
#define alloc_pages_bulk_mempolicy_noprof(gfp, nr, pages) ((void)(nr), 0)
#define __free_pages(page, order) linux_give_page(page, order)
#define __free_page(page) linux_give_page(page, 0)
#define free_pages_bulk(pages, nr) linux_give_pages(pages, nr)
#define split_page(page, order) ((void)(order))

#define page_address(page) ((void *)(page)->linux_addr)
#define virt_to_page(addr) linux_page_at((unsigned long)(addr))
#define nth_page(page, n) ((page) + (n))
#define page_to_pfn(page) ((unsigned long)(page)->linux_frame)
#define page_to_phys(page) ((phys_addr_t)host_frame_phys((page)->linux_frame))
#define page_to_nid(page) 0
/* asked once for each page that is entered into the page tables, from 5.18 on */
#define pfn_valid(pfn) ((void)(pfn), linux_may_map())
#define __pa(addr) ((phys_addr_t)linux_pa((unsigned long)(addr)))
#define virt_to_phys(addr) __pa(addr)
#define MAX_DMA_ADDRESS 0UL
#define get_order(size) linux_order(size)
#define PageHighMem(page) 0
#define clear_page(addr) ((void)(addr))

static inline void linux_give_pages(struct page **pages, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		linux_give_page(pages[i], 0);
}

static inline int linux_order(unsigned long size)
{
	int order = 0;

	while (PAGE_SIZE << order < size)
		order++;
	return order;
}

#endif
