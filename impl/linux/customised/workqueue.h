/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workqueue.h - customised, all versions: work that is queued is only marked; the rig decides when
 * it runs, and the draining of freed address space never runs by itself.
 */
#ifndef LINUX_SHIM_WORKQUEUE_H
#define LINUX_SHIM_WORKQUEUE_H

#include <linux/types.h>
#include <linux/list.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
	int pending;
};

struct rcu_work {
	struct work_struct work;
};

#define DECLARE_WORK(name, fn) struct work_struct name = { .func = (fn) }
#define INIT_WORK(work, fn) ((void)(*(work) = (struct work_struct){ .func = (fn) }))
#define schedule_work(work) linux_schedule(work)
#define queue_work(queue, work) linux_schedule(work)
#define schedule_work_on(cpu, work) linux_schedule(work)
#define flush_work(work) ((void)(work))
#define cancel_work_sync(work) ((void)((work)->pending = 0))

static inline bool linux_schedule(struct work_struct *work)
{
	bool was_pending = work->pending;

	work->pending = 1;
	return !was_pending;
}

#endif
