/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.h - customised, all versions: one task, which is never interrupted, killed or moved.
 */
#ifndef LINUX_SHIM_SCHED_H
#define LINUX_SHIM_SCHED_H

#include <linux/types.h>
#include <linux/gfp.h>
#include <shim/customised/lock.h>

struct task_struct {
	unsigned int flags;
};

extern struct task_struct linux_task;
#define current (&linux_task)

#define PF_MEMALLOC_NOIO 0x1u
#define PF_MEMALLOC_NOFS 0x2u
#define PF_MEMALLOC 0x4u

static inline unsigned int linux_set_scope(unsigned int flag)
{
	unsigned int old = current->flags & flag;

	current->flags |= flag;
	return old;
}

static inline void linux_end_scope(unsigned int flag, unsigned int old)
{
	current->flags = (current->flags & ~flag) | old;
}

/* which of the flags were not set before, so that they can be cleared again */
static inline unsigned int memalloc_flags_save(unsigned int flags)
{
	unsigned int changed = ~current->flags & flags;

	current->flags |= flags;
	return changed;
}

static inline void memalloc_flags_restore(unsigned int flags)
{
	current->flags &= ~flags;
}

#ifdef HAVE_MEMALLOC_FLAGS
#define memalloc_noio_save() memalloc_flags_save(PF_MEMALLOC_NOIO)
#define memalloc_noio_restore(old) memalloc_flags_restore(old)
#define memalloc_nofs_save() memalloc_flags_save(PF_MEMALLOC_NOFS)
#define memalloc_nofs_restore(old) memalloc_flags_restore(old)
#define memalloc_noreclaim_save() memalloc_flags_save(PF_MEMALLOC)
#define memalloc_noreclaim_restore(old) memalloc_flags_restore(old)
#else
#define memalloc_noio_save() linux_set_scope(PF_MEMALLOC_NOIO)
#define memalloc_noio_restore(old) linux_end_scope(PF_MEMALLOC_NOIO, old)
#define memalloc_nofs_save() linux_set_scope(PF_MEMALLOC_NOFS)
#define memalloc_nofs_restore(old) linux_end_scope(PF_MEMALLOC_NOFS, old)
#endif

static inline gfp_t current_gfp_context(gfp_t gfp)
{
	if (current->flags & PF_MEMALLOC_NOIO)
		gfp &= ~(__GFP_IO | __GFP_FS);
	else if (current->flags & PF_MEMALLOC_NOFS)
		gfp &= ~__GFP_FS;
	return gfp;
}

#define fatal_signal_pending(task) ((void)(task), 0)
#define cond_resched() linux_may_sleep(__FILE__, __LINE__)
#define need_resched() 0
#define schedule_timeout_uninterruptible(timeout) ((void)(timeout))

#endif
