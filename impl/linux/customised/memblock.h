/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock.h - customised, all versions: units come from the rig's boot memory, metadata from its
 * heap.
 *
 * What is asked for, and what is given back, is told by the text of the arguments: the layout and
 * the lists of addresses are metadata, all other descriptors are never refused.
 */
#ifndef LINUX_SHIM_MEMBLOCK_H
#define LINUX_SHIM_MEMBLOCK_H

#include <linux/gfp.h>
#include <linux/slab.h>

#define MEMBLOCK_ALLOC_ACCESSIBLE 0
#define MEMBLOCK_LOW_LIMIT 0

#define LINUX_BOOT_TEXT(text, is) (!__builtin_strcmp(text, is))
#define LINUX_BOOT_KIND(text)                                                  \
	(!linux_world.given && (LINUX_BOOT_TEXT(text, "PFN_ALIGN(ai_size)") || \
				LINUX_BOOT_TEXT(text, "areas_size") ||         \
				LINUX_BOOT_TEXT(text, "pages_size")) ?         \
		 LINUX_META :                                                  \
		 LINUX_NONE)

#define memblock_alloc(size, align) host_meta_alloc(LINUX_BOOT_KIND(#size), size)
#define memblock_alloc_or_panic(size, align)                                     \
	({                                                                       \
		void *linux_got = host_meta_alloc(LINUX_BOOT_KIND(#size), size); \
		if (!linux_got)                                                  \
			linux_panic("out of memory");                            \
		linux_got;                                                       \
	})
#define memblock_alloc_from(size, align, goal) ((void *)host_boot_alloc(0, (size), (align)))
#define memblock_alloc_try_nid(size, align, goal, limit, node) \
	((void)(goal), (void *)host_boot_alloc((unsigned int)(node), (size), (align)))
#define memblock_alloc_try_nid_nopanic memblock_alloc_try_nid

/* from 6.0 on the pointer, before that what __pa() made of it */
#define memblock_free(p, size)                                       \
	do {                                                         \
		if (LINUX_BOOT_TEXT(#p, "ptr"))                      \
			linux_give_boot((unsigned long)(p), (size)); \
		else                                                 \
			kfree(p);                                    \
	} while (0)
#define memblock_free_early(phys, size) linux_free(linux_unphys_##phys)
#define linux_unphys___pa(p) (p)

static inline void linux_give_boot(unsigned long addr, unsigned long size)
{
	if (size)
		host_boot_free(addr, size);
}

#endif
