/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - customised, all versions: the configuration of the kernel, chosen for this rig.
 *
 * Included before anything else.  From here on every variable that can change lies in one of two
 * sections, so that host.c can save and restore them all.
 */
#ifndef LINUX_SHIM_CONFIG_H
#define LINUX_SHIM_CONFIG_H

#pragma clang section data = "kdata" bss = "kbss"

#define __KERNEL__ 1
#define CONFIG_SMP 1
#define CONFIG_NR_CPUS 256
#define CONFIG_NUMA 1
#define CONFIG_NODES_SHIFT 8
#define CONFIG_MMU 1
#define CONFIG_PGTABLE_LEVELS 4
#define CONFIG_PHYS_ADDR_T_64BIT 1
#define CONFIG_PERCPU_STATS 1
#define CONFIG_HAVE_SETUP_PER_CPU_AREA 1
#define CONFIG_NEED_PER_CPU_EMBED_FIRST_CHUNK 1
#ifdef LINUX_KM
#define CONFIG_NEED_PER_CPU_KM 1
#else
#define CONFIG_NEED_PER_CPU_PAGE_FIRST_CHUNK 1
#endif
/* the other branch initialises a constant with PAGE_SHIFT, which is a variable here */
#define CONFIG_HAVE_ARCH_HUGE_VMAP 1
#define CONFIG_PAGE_SHIFT PAGE_SHIFT

#ifdef __LP64__
#define CONFIG_64BIT 1
#define __BITS_PER_LONG 64
#else
#define CONFIG_32BIT 1
#define __BITS_PER_LONG 32
#endif

#include "linux-features.h"
#include <linux/kconfig.h>
#include <linux/compiler_types.h>

/* sections of their own would keep variables out of the two above */
#undef __section
#define __section(name)
#undef __weak
#define __weak __attribute__((__weak__))

#endif
