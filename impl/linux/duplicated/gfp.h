/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gfp.h - duplicated, all versions: the flags of an allocation, with bits of our own choice.
 *
 * Only which flags a mask is made of matters; to be kept in step with linux/gfp_types.h.
 */
#ifndef LINUX_SHIM_GFP_H
#define LINUX_SHIM_GFP_H

#include <linux/types.h>

#define __GFP_IO 0x1u
#define __GFP_FS 0x2u
#define __GFP_DIRECT_RECLAIM 0x4u
#define __GFP_KSWAPD_RECLAIM 0x8u
#define __GFP_HIGH 0x10u
#define __GFP_NOWARN 0x20u
#define __GFP_NORETRY 0x40u
#define __GFP_RETRY_MAYFAIL 0x80u
#define __GFP_NOFAIL 0x100u
#define __GFP_ZERO 0x200u
#define __GFP_HIGHMEM 0x400u
#define __GFP_ACCOUNT 0x800u
#define __GFP_DMA 0x1000u
#define __GFP_DMA32 0x2000u
#define __GFP_NOMEMALLOC 0x4000u
#define __GFP_HARDWALL 0x8000u
#define __GFP_THISNODE 0x10000u
#define __GFP_COMP 0x20000u
#define __GFP_ATOMIC 0x40000u
#define __GFP_MEMALLOC 0x80000u
#define __GFP_NOLOCKDEP 0x100000u
#define __GFP_SKIP_ZERO 0x200000u
#define __GFP_SKIP_KASAN 0x400000u
#define __GFP_SKIP_KASAN_UNPOISON __GFP_SKIP_KASAN
#define __GFP_MOVABLE 0x800000u
#define __GFP_RECLAIMABLE 0x1000000u
#define __GFP_NO_OBJ_EXT 0x2000000u
#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_NOIO (__GFP_RECLAIM)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_ATOMIC (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_USER (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_DMA __GFP_DMA
#define GFP_DMA32 __GFP_DMA32
#define GFP_ZONEMASK (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM)
#define GFP_RECLAIM_MASK                                                                          \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_ATOMIC | __GFP_IO | __GFP_FS | __GFP_NOWARN |         \
	 __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | \
	 __GFP_NOLOCKDEP)

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

#define gfp_has_io_fs(gfp) (((gfp) & (__GFP_IO | __GFP_FS)) == (__GFP_IO | __GFP_FS))

#endif
