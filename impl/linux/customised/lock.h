/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lock.h - customised, all versions: there is one thread, so locks only notice their misuse.
 *
 * A lock that is taken while it is held, given back while it is not, not held where it must be, or
 * held where the caller may sleep is reported to the rig.
 */
#ifndef LINUX_SHIM_LOCK_H
#define LINUX_SHIM_LOCK_H

#include <linux/types.h>
#include <linux/compiler.h>
#if __has_include(<linux/cleanup.h>)
#include <linux/cleanup.h>
#endif
#include "boundary.h"

typedef struct spinlock {
	int held;
} spinlock_t;

typedef spinlock_t raw_spinlock_t;
typedef spinlock_t rwlock_t;

struct mutex {
	int held;
};

struct rw_semaphore {
	int held;
};

void linux_may_sleep(const char *file, int line);
void linux_lock(int *held, int spins, const char *name);
void linux_unlock(int *held, int spins, const char *name);
void linux_must_hold(int held, const char *name);

#define __SPIN_LOCK_UNLOCKED(name) \
	{                          \
		0                  \
	}
#define __RAW_SPIN_LOCK_UNLOCKED(name) \
	{                              \
		0                      \
	}
#define DEFINE_SPINLOCK(name) spinlock_t name = { 0 }
#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name = { 0 }
#define DEFINE_MUTEX(name) struct mutex name = { 0 }
#define spin_lock_init(lock) ((void)((lock)->held = 0))
#define mutex_init(lock) ((void)((lock)->held = 0))

#define spin_lock(lock) linux_lock(&(lock)->held, 1, #lock)
#define spin_unlock(lock) linux_unlock(&(lock)->held, 1, #lock)
#define spin_lock_irq(lock) spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)
#define spin_lock_bh(lock) spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)
#define spin_lock_irqsave(lock, flags) \
	do {                           \
		(flags) = 0;           \
		spin_lock(lock);       \
	} while (0)
#define spin_unlock_irqrestore(lock, flags) \
	do {                                \
		(void)(flags);              \
		spin_unlock(lock);          \
	} while (0)
#define spin_trylock(lock) ((lock)->held ? 0 : (spin_lock(lock), 1))
#define spin_is_locked(lock) ((lock)->held)
#define raw_spin_lock(lock) spin_lock(lock)
#define raw_spin_unlock(lock) spin_unlock(lock)
#define raw_spin_lock_irqsave(lock, flags) spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) spin_unlock_irqrestore(lock, flags)
#define cond_resched_lock(lock) ((void)(lock))

#define mutex_lock(lock) (linux_may_sleep(__FILE__, __LINE__), linux_lock(&(lock)->held, 0, #lock))
#define mutex_unlock(lock) linux_unlock(&(lock)->held, 0, #lock)
#define mutex_trylock(lock) ((lock)->held ? 0 : (linux_lock(&(lock)->held, 0, #lock), 1))
#define mutex_is_locked(lock) ((lock)->held)
/* a fatal signal is a decision of the rig */
#define mutex_lock_killable(lock) (host_may_lock() ? (mutex_lock(lock), 0) : -4)

#define lockdep_assert_held(lock) linux_must_hold((lock)->held, #lock)
#define lockdep_assert_not_held(lock) ((void)(lock))
#define lockdep_is_held(lock) ((lock)->held)
#define lockdep_init_map(map, name, key, subclass) ((void)0)

#define preempt_disable() ((void)0)
#define preempt_enable() ((void)0)
#define local_irq_save(flags) ((flags) = 0)
#define local_irq_restore(flags) ((void)(flags))
#define in_interrupt() 0
#define in_nmi() 0
#define in_hardirq() 0
#define in_task() 1
#define in_atomic() 0
#define irqs_disabled() 0

#ifdef DEFINE_GUARD
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD(spinlock, spinlock_t *, spin_lock(_T), spin_unlock(_T))
#endif

/* only asked for on the way to huge mappings, of which there are none */
#undef scoped_cond_guard
#define scoped_cond_guard(kind, fail, lock) if (1)

#endif
