/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu-var.h - customised, all versions: in mm/percpu.c a per-CPU pointer is a number, with
 * __per_cpu_start at 0; in all other files a per-CPU variable is an array.
 */
#ifndef LINUX_SHIM_PERCPU_VAR_H
#define LINUX_SHIM_PERCPU_VAR_H

#include <linux/compiler.h>
#include <linux/threads.h>
#include "../world.h"

#define per_cpu_offset(cpu) (__per_cpu_offset[cpu])
#define raw_smp_processor_id() (linux_world.cpu)
#define smp_processor_id() raw_smp_processor_id()
#define get_boot_cpu_id() (linux_world.cpu)
#define PERCPU_PTR(ptr) (ptr)
#define PER_CPU_FIRST_SECTION ""

#define DEFINE_PER_CPU(type, name) typeof(type) name[NR_CPUS]
#define DECLARE_PER_CPU(type, name) extern typeof(type) name[NR_CPUS]
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)

#ifdef LINUX_UNIT_PERCPU
#define per_cpu_ptr(ptr, cpu) ((typeof(ptr))((unsigned long)(ptr) + per_cpu_offset(cpu)))
#else
#define per_cpu_ptr(ptr, cpu) (&(*(ptr))[cpu])
#define per_cpu(name, cpu) ((name)[cpu])
#define this_cpu_ptr(ptr) per_cpu_ptr(ptr, raw_smp_processor_id())
#define raw_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define this_cpu_read(name) per_cpu(name, raw_smp_processor_id())
#define __this_cpu_read(name) this_cpu_read(name)
#define raw_cpu_read(name) this_cpu_read(name)
#define __this_cpu_write(name, value) ((void)(this_cpu_read(name) = (value)))
#define __this_cpu_cmpxchg(name, old, new) cmpxchg(&this_cpu_read(name), old, new)
#define __this_cpu_try_cmpxchg(name, old, new) try_cmpxchg(&this_cpu_read(name), old, new)
#define this_cpu_try_cmpxchg(name, old, new) __this_cpu_try_cmpxchg(name, old, new)
#define __this_cpu_xchg(name, new) xchg(&this_cpu_read(name), new)
#define this_cpu_inc(name) ((void)(this_cpu_read(name)++))
#define get_cpu_var(name) this_cpu_read(name)
#define put_cpu_var(name) ((void)0)
#define get_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define put_cpu_ptr(ptr) ((void)0)
#endif

#endif
