/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.h - customised, all versions: small memory comes from the rig's heap, as one request of a
 * kind that is told by the text of what it is asked for.
 *
 * In mm/vmalloc.c: descriptors of areas and the array of them are areas, arrays of pages are
 * metadata, and the rest (nodes of the kernel's own trees, which the rig's own allocator has no
 * counterpart of) is never refused.  In mm/percpu.c: see kernel-percpu.c.
 */
#ifndef LINUX_SHIM_SLAB_H
#define LINUX_SHIM_SLAB_H

#include <linux/types.h>
#include <linux/overflow.h>
#include <linux/gfp.h>
#include "boundary.h"
#include "../world.h"

#ifdef LINUX_UNIT_PERCPU
enum linux_kind linux_percpu_kind(void);
#define LINUX_KIND(text) linux_percpu_kind()
#else
#define LINUX_TEXT(text, is) (!__builtin_strcmp(text, is))
#define LINUX_KIND(text)                                                     \
	(LINUX_TEXT(text, "sizeof(vms[0])") || LINUX_TEXT(text, "vms[0]") || \
			 LINUX_TEXT(text, "sizeof(struct vm_struct)") ||     \
			 LINUX_TEXT(text, "struct vm_struct") ||             \
			 LINUX_TEXT(text, "sizeof(*area)") ?                 \
		 LINUX_AREA :                                                \
	 LINUX_TEXT(text, "array_size") ? LINUX_META :                       \
					  LINUX_NONE)
#endif

#define kzalloc(size, gfp) linux_new(LINUX_KIND(#size), size, gfp)
#define kmalloc(size, gfp) linux_new(LINUX_KIND(#size), size, gfp)
#define kzalloc_node(size, gfp, node) linux_new(LINUX_KIND(#size), size, gfp)
#define kmalloc_node(size, gfp, node) linux_new(LINUX_KIND(#size), size, gfp)
#define kmalloc_node_noprof(size, gfp, node) linux_new(LINUX_KIND(#size), size, gfp)
#define kcalloc(nr, size, gfp) linux_new(LINUX_KIND(#size), (unsigned long)(nr) * (size), gfp)
#define kmalloc_array(nr, size, gfp) kcalloc(nr, size, gfp)
#define kmalloc_array_node(nr, size, gfp, node) kcalloc(nr, size, gfp)
#define kcalloc_node(nr, size, gfp, node) kcalloc(nr, size, gfp)
#define kzalloc_obj(what, gfp) linux_new(LINUX_KIND(#what), sizeof(what), gfp)
#define kzalloc_objs(what, nr, gfp) \
	linux_new(LINUX_KIND(#what), (unsigned long)(nr) * sizeof(what), gfp)
#define kmalloc_obj(what, gfp) kzalloc_obj(what, gfp)
#define kmalloc_objs(what, nr, gfp) kzalloc_objs(what, nr, gfp)
#define kfree(p) linux_free((const void *)(p))
#define kvfree(p) linux_free((const void *)(p))
#define kfree_rcu(p, member) kfree(p)

struct kmem_cache {
	unsigned long size;
};

#define SLAB_PANIC 0
#define SLAB_HWCACHE_ALIGN 0
#define SLAB_TYPESAFE_BY_RCU 0
#define KMEM_CACHE(name, flags) linux_cache(sizeof(struct name))
#define kmem_cache_alloc(cache, gfp) linux_new(LINUX_NONE, (cache)->size, gfp)
#define kmem_cache_zalloc(cache, gfp) linux_new(LINUX_NONE, (cache)->size, gfp)
#define kmem_cache_alloc_node(cache, gfp, node) linux_new(LINUX_NONE, (cache)->size, gfp)
#define kmem_cache_free(cache, p) linux_free(p)
#define slab_is_available() 1

static inline void linux_free(const void *p)
{
	if (p)
		host_meta_free((void *)p);
}

static inline struct kmem_cache *linux_cache(unsigned long size)
{
	struct kmem_cache *cache = linux_new(LINUX_NONE, sizeof(*cache), GFP_KERNEL);

	cache->size = size;
	return cache;
}

#endif
