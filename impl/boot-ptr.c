// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot-ptr.c - addresses of the first chunk.
 *
 * Models per_cpu_ptr(), __is_kernel_percpu_address() and the first-chunk test of
 * per_cpu_ptr_to_phys(), all of mm/percpu.c.  Does not know other chunks, nor physical addresses.
 */
#include <assert.h>

#include "boot.h"

/* Is the address among the first bytes of a unit that a CPU uses?  If so, whose unit? */
static bool find_cpu(const struct boot_areas *areas, uint64_t addr, uint64_t bytes,
		     unsigned int *cpu)
{
	for (*cpu = 0; *cpu < BOOT_MAX_CPUS; ++*cpu)
		if (areas->unit_of[*cpu] != BOOT_NO_UNIT && addr >= areas->cpu_offset[*cpu] &&
		    addr - areas->cpu_offset[*cpu] < bytes)
			return true;
	return false;
}

/**
 * boot_per_cpu_ptr - address of a CPU's copy
 * @areas: the areas
 * @ptr: per-CPU pointer, of which 0 is the start of the static area
 * @cpu: a possible CPU
 */
uint64_t boot_per_cpu_ptr(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu)
{
	assert(cpu < BOOT_MAX_CPUS && areas->unit_of[cpu] != BOOT_NO_UNIT);
	return ptr + areas->cpu_offset[cpu];
}

/**
 * boot_in_first_chunk - is an address in some CPU's unit of the first chunk?
 * @areas: the areas
 * @addr: any address
 *
 * Holes between units do not count, nor do units that no CPU uses.
 */
bool boot_in_first_chunk(const struct boot_areas *areas, uint64_t addr)
{
	uint64_t low = areas->cpu_offset[areas->low_cpu];
	uint64_t high = areas->cpu_offset[areas->high_cpu];
	unsigned int cpu;

	/* spares most addresses the search */
	if (addr < low || (addr > high && addr - high >= areas->info.unit_size))
		return false;
	return find_cpu(areas, addr, areas->info.unit_size, &cpu);
}

/**
 * boot_is_static - is an address in some CPU's copy of the static area?
 * @areas: the areas
 * @addr: any address
 * @can_addr: if it is, the same place in the copy of the CPU that boots, the lowest one; may be
 *            NULL
 */
bool boot_is_static(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr)
{
	unsigned int cpu, boot_cpu = 0;

	if (!find_cpu(areas, addr, areas->info.static_size, &cpu))
		return false;
	while (areas->unit_of[boot_cpu] == BOOT_NO_UNIT)
		boot_cpu++;
	if (can_addr)
		*can_addr = addr - areas->cpu_offset[cpu] + areas->cpu_offset[boot_cpu];
	return true;
}
