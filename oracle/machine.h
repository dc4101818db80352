/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - the shape of the machine that a program runs on.
 *
 * Part of every program, so that nothing of the host decides anything.  Does not say how CPUs are
 * grouped: every machine has one group, its units in the order of the CPU ids.
 */
#ifndef ORACLE_MACHINE_H
#define ORACLE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define MACHINE_MAX_CPUS 64
#define MACHINE_PAGE_MIN 256u
#define MACHINE_PAGE_MAX 65536u
#define MACHINE_UNIT_MAX (1u << 20)
#define MACHINE_UNIT_PAGES_MAX 1024u
#define MACHINE_MEMORY_MAX (4u << 20)
#define MACHINE_FRAMES_MAX 4096u
#define MACHINE_VM_PAGES_MAX 65536u
#define MACHINE_CHUNKS_MAX 1000u

/**
 * struct machine - one machine
 * @possible:      bit i set if CPU i is possible; not 0
 * @page:          page size in bytes, a power of two from 256 to 65536
 * @unit_pages:    pages per unit, 1 to 1024; a unit is at most 1 MiB
 * @static_size:   bytes of static per-CPU data, 1 or more
 * @reserved_size: bytes of the reserved region, a multiple of 4, or 0
 * @dyn_size:      bytes of the dynamic region of the first chunk, 8 or more
 * @vm_pages:      pages in the window that further chunks come from; room for at most 1000 chunks
 * @frames:        page frames for further chunks, at most 4096
 */
struct machine {
	uint64_t possible;
	uint32_t page;
	uint32_t unit_pages;
	uint32_t static_size;
	uint32_t reserved_size;
	uint32_t dyn_size;
	uint32_t vm_pages;
	uint32_t frames;
};

const char *machine_fault(const struct machine *m);
void machine_clamp(struct machine *m);
unsigned int machine_nr_cpus(const struct machine *m);
unsigned int machine_cpu(const struct machine *m, unsigned int index);

static inline uint32_t machine_unit_size(const struct machine *m)
{
	return m->page * m->unit_pages;
}

#endif
