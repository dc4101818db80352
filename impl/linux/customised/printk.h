/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * printk.h - customised, all versions: what the kernel prints goes to the rig, without levels.
 */
#ifndef LINUX_SHIM_PRINTK_H
#define LINUX_SHIM_PRINTK_H

#include "boundary.h"

#define KERN_SOH ""
#define KERN_EMERG ""
#define KERN_ALERT ""
#define KERN_CRIT ""
#define KERN_ERR ""
#define KERN_WARNING ""
#define KERN_NOTICE ""
#define KERN_INFO ""
#define KERN_DEBUG ""
#define KERN_DEFAULT ""
#define KERN_CONT ""

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define printk(...) host_printk(__VA_ARGS__)
#define pr_emerg(fmt, ...) host_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...) host_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...) host_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) host_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...) pr_warn(fmt, ##__VA_ARGS__)
#define pr_notice(fmt, ...) host_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) host_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...) host_printk(fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...) ((void)0)
#define printk_ratelimit() 0
#define no_printk(fmt, ...) 0

int snprintf(char *buf, __SIZE_TYPE__ size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
