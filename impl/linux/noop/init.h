/* SPDX-License-Identifier: GPL-2.0-only */
/* init.h - no-op, all versions: nothing is thrown away after booting, so nothing is set apart. */
#ifndef LINUX_SHIM_INIT_H
#define LINUX_SHIM_INIT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define __init
#define __initdata
#define __initconst
#define __exit
#define __refdata
#define __meminit
#define __ref
#define __ro_after_init
#define __read_mostly
#define __cacheline_aligned
#define __cacheline_aligned_in_smp
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define __cacheline_group_begin(name)
#define __cacheline_group_end(name)
#define SMP_CACHE_BYTES 64
#define L1_CACHE_BYTES 64
#define EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_GPL(name)
#define EXPORT_SYMBOL_NS_GPL(name, ns)
#define EXPORT_SYMBOL_FOR_MODULES(name, modules)
#define EXPORT_PER_CPU_SYMBOL(name)
#define EXPORT_PER_CPU_SYMBOL_GPL(name)
#define MODULE_LICENSE(text)
#define MODULE_DESCRIPTION(text)

/* what the kernel calls by itself is called by kernel_boot(), by another name of the same */
#define LINUX_CALLED_LATER(fn)       \
	int linux_called_##fn(void); \
	int linux_called_##fn(void)  \
	{                            \
		return fn();         \
	}
#define subsys_initcall(fn) LINUX_CALLED_LATER(fn)
#define module_init(fn)
#define early_param(name, fn)             \
	int linux_param_##fn(char *text); \
	int linux_param_##fn(char *text)  \
	{                                 \
		return fn(text);          \
	}

#endif
