/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - what the shims know of the machine; all of it lies in kdata and kbss.
 *
 * Plain C types only, as it is read before any header of the kernel.
 */
#ifndef LINUX_WORLD_H
#define LINUX_WORLD_H

#include "boundary.h"

/**
 * struct linux_world - the machine that was booted
 * @page_shift:   log2 of the page size
 * @static_size:  __per_cpu_end - __per_cpu_start
 * @static_data:  what it starts with
 * @vm_start, @vm_end: the vmalloc window
 * @max_frames:   totalram_pages()
 * @min_unit:     PCPU_MIN_UNIT_SIZE: while booting the least that a unit can have, afterwards the
 *                most that pcpu_alloc() takes
 * @dyn_early:    PERCPU_DYNAMIC_EARLY_SIZE
 * @cpu:          the CPU that runs all this
 * @node:         of each CPU
 * @nr_nodes:     nodes
 * @dry:          no page has contents
 * @booting:      kernel_boot() runs: panic() is a failed boot
 * @given:        the layout is given: what it is kept in is never refused
 */
struct linux_world {
	unsigned int page_shift;
	unsigned long static_size;
	const void *static_data;
	unsigned long vm_start, vm_end, max_frames, min_unit, dyn_early;
	unsigned int cpu;
	unsigned short node[LINUX_CPUS_MAX];
	unsigned int nr_nodes;
	int dry, booting, given;
};

extern struct linux_world linux_world;

/* kernel-world.c */
void linux_world_start(const struct linux_config *cfg);
void linux_fill(unsigned long addr, int byte, unsigned long size);
void linux_copy_static(unsigned long addr, unsigned long size);
void *linux_new(enum linux_kind kind, unsigned long size, unsigned int gfp);
int linux_catch_boot(int (*boot)(const struct linux_config *cfg), const struct linux_config *cfg);

/* kernel-vmalloc.c */
void linux_vmalloc_start(void);
int linux_vm_is_pcpu(const void *vm);

/* kernel-percpu.c */
extern unsigned long __per_cpu_offset[LINUX_CPUS_MAX];

#endif
