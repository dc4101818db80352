/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mm.h - customised, all versions: what else memory management offers its own files.
 *
 * No page has a limit, a second owner, a policy or a tag.
 */
#ifndef LINUX_SHIM_MM_H
#define LINUX_SHIM_MM_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include <linux/numa.h>
#include <shim/customised/pgtable.h>
#include <shim/noop/hooks.h>

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags;
	pgprot_t vm_page_prot;
};

#define VM_DONTEXPAND 0x40000ul
#define VM_DONTDUMP 0x4000000ul
#define vm_flags_set(vma, flags) ((void)(vma))
#define vm_insert_page(vma, addr, page) (-EINVAL)

#define totalram_pages() (linux_world.max_frames)
bool is_vmalloc_addr(const void *addr);
int is_vmalloc_or_module_addr(const void *addr);
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);

#define page_ref_count(page) 1
#define get_page(page) ((void)(page))
#define put_page(page) ((void)(page))
#define set_page_private(page, value) ((void)((page)->private = (value)))
#define mod_memcg_page_state(page, item, nr) ((void)(page))
#define mod_node_page_state(pgdat, item, nr) ((void)0)
#define mod_lruvec_page_state(page, item, nr) ((void)(page))
#define page_pgdat(page) NULL
#define inc_node_page_state(page, item) ((void)(page))
#define dec_node_page_state(page, item) ((void)(page))
#define debug_pagealloc_enabled_static() 0
#define debug_check_no_locks_freed(from, len) ((void)(from))
#define want_init_on_free() 0
#define want_init_on_alloc(gfp) 0
#define warn_alloc(gfp, mask, ...) ((void)(gfp))
#define set_direct_map_invalid_noflush linux_direct_map
#define set_direct_map_default_noflush linux_direct_map
#define set_direct_map_valid_noflush(page, nr, valid) 0
#define arch_vmap_pgprot_tagged(prot) (prot)
#define fault_in_subpage_writeable(addr, size) 0
#define for_each_node_state(node, state) for ((node) = 0; (node) < linux_world.nr_nodes; (node)++)
#define num_online_nodes() (linux_world.nr_nodes)
#define nr_node_ids (linux_world.nr_nodes)
#define node_online(node) ((void)(node), 1)
#define NODE_DATA(node) ((void *)1)
#define numa_node_id() (linux_world.node[linux_world.cpu])
#define cpu_to_node(cpu) ((int)linux_world.node[cpu])
#define early_cpu_to_node(cpu) cpu_to_node(cpu)
#ifndef LOCAL_DISTANCE
#define LOCAL_DISTANCE 10
#endif
#define pgdat_to_nid(pgdat) 0

/* what mm/internal.h declares of mm/vmalloc.c */
#ifndef HAVE_VMALLOC_INTERNAL
int vmap_pages_range_noflush(unsigned long addr, unsigned long end, pgprot_t prot,
			     struct page **pages, unsigned int page_shift);
void vunmap_range_noflush(unsigned long start, unsigned long end);
void __vunmap_range_noflush(unsigned long start, unsigned long end);
#endif

/* reading vmalloc memory on behalf of users, which nobody does */
#define SHMLBA PAGE_SIZE
#define ZERO_PAGE(addr) ((struct page *)NULL)
#define kmap_atomic(page) ((void)(page), (void *)NULL)
#define kunmap_atomic(addr) ((void)(addr))
#define kmap_local_page(page) kmap_atomic(page)
#define kunmap_local(addr) kunmap_atomic(addr)
#define flush_dcache_page(page) ((void)(page))

static inline int linux_direct_map(struct page *page)
{
	(void)page;
	return 0;
}

#endif
