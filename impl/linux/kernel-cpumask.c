// SPDX-License-Identifier: GPL-2.0-only
/* kernel-cpumask.c - the tree's lib/cpumask.c, with what it expects of memory. */
#include <linux/mm.h>
#include <linux/memblock.h>
#define cpumask_of_node(node) cpu_possible_mask
#define cpu_to_mem(cpu) cpu_to_node(cpu)
#define sched_numa_find_nth_cpu(mask, i, node) cpumask_nth(i, mask)
#include LINUX_CPUMASK_C
