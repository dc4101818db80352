/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * atomic.h - customised, all versions: the atomic operations that are used, as the compiler's own.
 */
#ifndef LINUX_SHIM_ATOMIC_H
#define LINUX_SHIM_ATOMIC_H

#include <linux/types.h>
#include <linux/compiler.h>

/* 64-bit kernels have this in linux/types.h, 32-bit ones in asm/atomic.h */
#ifdef CONFIG_64BIT
typedef atomic64_t atomic_long_t;
#define ATOMIC_LONG_INIT(i) \
	{                   \
		(i)         \
	}
#else
typedef atomic_t atomic_long_t;
#define ATOMIC_LONG_INIT(i) \
	{                   \
		(i)         \
	}
#endif
#ifndef ATOMIC_INIT
#define ATOMIC_INIT(i) \
	{              \
		(i)    \
	}
#endif

#define LINUX_ATOMIC(op, v, i) __atomic_##op##_fetch(&(v)->counter, i, __ATOMIC_SEQ_CST)
#define LINUX_READ(v) __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define LINUX_SET(v, i) __atomic_store_n(&(v)->counter, i, __ATOMIC_RELAXED)

#define atomic_long_read(v) LINUX_READ(v)
#define atomic_long_set(v, i) LINUX_SET(v, i)
#define atomic_long_add_return(i, v) LINUX_ATOMIC(add, v, i)
#define atomic_long_add_return_relaxed(i, v) LINUX_ATOMIC(add, v, i)
#define atomic_long_add(i, v) ((void)LINUX_ATOMIC(add, v, i))
#define atomic_long_sub(i, v) ((void)LINUX_ATOMIC(sub, v, i))
#define atomic_long_inc(v) ((void)LINUX_ATOMIC(add, v, 1))
#define atomic_long_dec(v) ((void)LINUX_ATOMIC(sub, v, 1))
#define atomic_read(v) LINUX_READ(v)
#define raw_atomic_read(v) LINUX_READ(v)
#define atomic_set(v, i) LINUX_SET(v, i)
#define atomic_add(i, v) ((void)LINUX_ATOMIC(add, v, i))
#define atomic_sub(i, v) ((void)LINUX_ATOMIC(sub, v, i))
#define atomic_inc(v) ((void)LINUX_ATOMIC(add, v, 1))
#define atomic_dec(v) ((void)LINUX_ATOMIC(sub, v, 1))
#define atomic_inc_return(v) LINUX_ATOMIC(add, v, 1)
#define atomic_dec_return(v) LINUX_ATOMIC(sub, v, 1)
#define atomic_dec_and_test(v) (!LINUX_ATOMIC(sub, v, 1))
#define atomic_dec_if_positive(v)                   \
	({                                          \
		int linux_left = LINUX_READ(v) - 1; \
		if (linux_left >= 0)                \
			LINUX_SET(v, linux_left);   \
		linux_left;                         \
	})

#define xchg(p, new) __atomic_exchange_n(p, new, __ATOMIC_SEQ_CST)
#define cmpxchg(p, old, new)                                                       \
	({                                                                         \
		typeof(*(p)) linux_old = (old);                                    \
		__atomic_compare_exchange_n(p, &linux_old, (typeof(*(p)))(new), 0, \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);   \
		linux_old;                                                         \
	})
#define try_cmpxchg(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#endif
