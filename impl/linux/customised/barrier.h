/* SPDX-License-Identifier: GPL-2.0-only */
/* barrier.h - customised, all versions: with one thread, a compiler barrier is barrier enough. */
#ifndef LINUX_SHIM_BARRIER_H
#define LINUX_SHIM_BARRIER_H

#include <linux/compiler.h>

#define mb() barrier()
#define rmb() barrier()
#define wmb() barrier()
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define smp_store_release(p, v) WRITE_ONCE(*(p), v)
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_store_mb(var, value) WRITE_ONCE(var, value)
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()
#define cpu_relax() barrier()

#endif
