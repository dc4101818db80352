// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - which machines are legal, and how an illegal one is bent into a legal one.
 *
 * Text with an illegal machine is an error; bytes cannot be illegal, so they are clamped.
 */
#include <stddef.h>

#include "machine.h"

/**
 * machine_nr_cpus - number of possible CPUs
 * @m: the machine
 */
unsigned int machine_nr_cpus(const struct machine *m)
{
	return (unsigned int)__builtin_popcountll(m->possible);
}

/**
 * machine_cpu - the id of a possible CPU
 * @m: the machine
 * @index: below machine_nr_cpus()
 */
unsigned int machine_cpu(const struct machine *m, unsigned int index)
{
	uint64_t left = m->possible;

	while (index--)
		left &= left - 1;
	return (unsigned int)__builtin_ctzll(left);
}

/**
 * machine_fault - what is wrong with a machine
 * @m: the machine
 *
 * Return: a sentence for the user, or NULL if it is legal.
 */
const char *machine_fault(const struct machine *m)
{
	uint64_t unit = (uint64_t)m->page * m->unit_pages;
	uint64_t sum = (uint64_t)m->static_size + m->reserved_size + m->dyn_size;

	if (!m->possible)
		return "cpus must name at least one CPU below 64";
	if (m->page < MACHINE_PAGE_MIN || m->page > MACHINE_PAGE_MAX || (m->page & (m->page - 1)))
		return "page must be a power of two from 256 to 65536";
	if (!m->unit_pages || m->unit_pages > MACHINE_UNIT_PAGES_MAX || unit > MACHINE_UNIT_MAX)
		return "unit_pages must be 1 to 1024 and make a unit of at most 1 MiB";
	if (!m->static_size)
		return "static must be at least 1";
	if (m->reserved_size % 4)
		return "reserved must be a multiple of 4";
	if (m->dyn_size < 8)
		return "dyn must be at least 8";
	if (sum > unit)
		return "static + reserved + dyn must fit into a unit";
	if (sum % 4)
		return "static + reserved + dyn must be a multiple of 4";
	if (unit * machine_nr_cpus(m) > MACHINE_MEMORY_MAX)
		return "the units of all CPUs must fit into 4 MiB";
	if ((uint64_t)m->frames * m->page > MACHINE_MEMORY_MAX)
		return "frames must fit into 4 MiB";
	if (m->frames > MACHINE_FRAMES_MAX)
		return "frames must be at most 4096";
	if (m->vm_pages > MACHINE_VM_PAGES_MAX)
		return "vm_pages must be at most 65536";
	if (m->vm_pages / (m->unit_pages * machine_nr_cpus(m)) > MACHINE_CHUNKS_MAX)
		return "vm_pages must have room for at most 1000 chunks";
	return NULL;
}

static uint32_t at_most(uint32_t x, uint64_t limit)
{
	return x < limit ? x : (uint32_t)limit;
}

/**
 * machine_clamp - make a machine legal, changing nothing in one that is
 * @m: the machine
 */
void machine_clamp(struct machine *m)
{
	uint32_t unit;

	if (!m->possible)
		m->possible = 1;
	if (m->page < MACHINE_PAGE_MIN)
		m->page = MACHINE_PAGE_MIN;
	m->page = 1u << (31 - __builtin_clz(at_most(m->page, MACHINE_PAGE_MAX)));

	if (!m->unit_pages)
		m->unit_pages = 1;
	m->unit_pages = at_most(m->unit_pages, MACHINE_UNIT_MAX / m->page);
	m->unit_pages = at_most(m->unit_pages, MACHINE_UNIT_PAGES_MAX);
	while ((uint64_t)m->unit_pages * m->page * machine_nr_cpus(m) > MACHINE_MEMORY_MAX)
		m->possible &= m->possible - 1;
	unit = machine_unit_size(m);

	/* each region gets what the ones before it left, and leaves room for those after it */
	if (!m->static_size)
		m->static_size = 1;
	m->static_size = at_most(m->static_size, unit - 8);
	m->reserved_size = at_most(m->reserved_size, unit - 8 - m->static_size) & ~3u;
	if (m->dyn_size < 8)
		m->dyn_size = 8;
	m->dyn_size = at_most(m->dyn_size, unit - m->static_size - m->reserved_size);
	m->dyn_size += -(m->static_size + m->reserved_size + m->dyn_size) % 4;

	m->vm_pages = at_most(m->vm_pages, MACHINE_VM_PAGES_MAX);
	m->vm_pages = at_most(m->vm_pages,
			      (uint64_t)m->unit_pages * machine_nr_cpus(m) * MACHINE_CHUNKS_MAX);
	m->frames = at_most(m->frames, MACHINE_MEMORY_MAX / m->page);
	m->frames = at_most(m->frames, MACHINE_FRAMES_MAX);
}
