/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitops.h - customised, all versions: asm/bitops.h, with the compiler's builtins and atomics.
 *
 * The operations that are not atomic are the tree's generic ones.
 */
#ifndef LINUX_SHIM_BITOPS_H
#define LINUX_SHIM_BITOPS_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm-generic/bitops/builtin-__ffs.h>
#include <asm-generic/bitops/builtin-ffs.h>
#include <asm-generic/bitops/builtin-__fls.h>
#include <asm-generic/bitops/builtin-fls.h>
#include <asm-generic/bitops/ffz.h>
#include <asm-generic/bitops/fls64.h>
#include <asm-generic/bitops/hweight.h>
#include <asm-generic/bitops/non-atomic.h>
#ifdef HAVE_BITOPS_FIND
#include <asm-generic/bitops/find.h>
#endif

static inline void set_bit(unsigned long nr, volatile unsigned long *map)
{
	__atomic_fetch_or(map + nr / BITS_PER_LONG, 1UL << nr % BITS_PER_LONG, __ATOMIC_RELAXED);
}

static inline void clear_bit(unsigned long nr, volatile unsigned long *map)
{
	__atomic_fetch_and(map + nr / BITS_PER_LONG, ~(1UL << nr % BITS_PER_LONG),
			   __ATOMIC_RELAXED);
}

static inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *map)
{
	unsigned long bit = 1UL << nr % BITS_PER_LONG;

	return __atomic_fetch_or(map + nr / BITS_PER_LONG, bit, __ATOMIC_SEQ_CST) & bit;
}

static inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *map)
{
	unsigned long bit = 1UL << nr % BITS_PER_LONG;

	return __atomic_fetch_and(map + nr / BITS_PER_LONG, ~bit, __ATOMIC_SEQ_CST) & bit;
}

#endif
