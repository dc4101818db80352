/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - customised, all versions: the tree's own header, but sleeping is checked.
 */
#ifndef LINUX_SHIM_KERNEL_H
#define LINUX_SHIM_KERNEL_H

#include <real/linux/kernel.h>
#include <shim/customised/lock.h>

#undef might_sleep
#undef might_sleep_if
#undef might_resched
#undef cant_sleep
#define might_sleep() linux_may_sleep(__FILE__, __LINE__)
#define might_sleep_if(cond) ((cond) ? might_sleep() : (void)0)
#define cant_sleep() ((void)0)

#endif
