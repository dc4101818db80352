// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - which machines are legal, and how an illegal one is bent into a legal one.
 *
 * Text with an illegal machine is an error; bytes cannot be illegal, so they are clamped.
 */
#include <stddef.h>
#include <string.h>

#include "machine.h"

#define STEPS (MACHINE_VM_START / MACHINE_BOOT_REGION) /* places for the boot memory of a node */

/**
 * machine_nr_cpus - number of possible CPUs
 * @m: the machine
 */
unsigned int machine_nr_cpus(const struct machine *m)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < MACHINE_MAX_CPUS / 64; i++)
		nr += (unsigned int)__builtin_popcountll(m->possible[i]);
	return nr;
}

/**
 * machine_nr_cpu_ids - the highest possible CPU id plus 1 (nr_cpu_ids)
 * @m: the machine
 */
unsigned int machine_nr_cpu_ids(const struct machine *m)
{
	unsigned int id = MACHINE_MAX_CPUS;

	while (id && !machine_is_possible(m, id - 1))
		id--;
	return id;
}

/**
 * machine_cpu - the id of a possible CPU
 * @m: the machine
 * @index: below machine_nr_cpus()
 */
unsigned int machine_cpu(const struct machine *m, unsigned int index)
{
	unsigned int word = 0;
	uint64_t left;

	while (index >= (unsigned int)__builtin_popcountll(m->possible[word]))
		index -= (unsigned int)__builtin_popcountll(m->possible[word++]);
	left = m->possible[word];
	while (index--)
		left &= left - 1;
	return 64 * word + (unsigned int)__builtin_ctzll(left);
}

/**
 * machine_is_near - are the CPUs of two nodes near each other, in this direction
 * @m: the machine
 * @from: a node
 * @to: a node
 */
bool machine_is_near(const struct machine *m, unsigned int from, unsigned int to)
{
	for (unsigned int i = 0; i < m->nr_near; i++)
		if (m->near[i].from == from && m->near[i].to == to)
			return true;
	return from == to;
}

/**
 * machine_boot_base - where the boot memory of a node starts
 * @m: the machine
 * @node: below its nr_nodes
 */
uint64_t machine_boot_base(const struct machine *m, unsigned int node)
{
	for (unsigned int i = 0; i < m->nr_bases; i++)
		if (m->base[i].node == node)
			return m->base[i].at * MACHINE_BOOT_REGION;
	return MACHINE_BOOT_BASE + node * MACHINE_BOOT_REGION;
}

/**
 * machine_node_frames - how many page frames a node has
 * @m: the machine
 * @node: below its nr_nodes
 */
uint32_t machine_node_frames(const struct machine *m, unsigned int node)
{
	return m->frames / m->nr_nodes + (node < m->frames % m->nr_nodes);
}

/**
 * machine_equal - whether two machines are the same
 * @m: one machine
 * @n: the other
 */
bool machine_equal(const struct machine *m, const struct machine *n)
{
	if (memcmp(m->possible, n->possible, sizeof(m->possible)) || m->page != n->page ||
	    m->unit_pages != n->unit_pages || m->static_size != n->static_size ||
	    m->reserved_size != n->reserved_size || m->dyn_size != n->dyn_size ||
	    m->vm_pages != n->vm_pages || m->frames != n->frames || m->vm_start != n->vm_start ||
	    m->va_bits != n->va_bits || m->first != n->first || m->backing != n->backing ||
	    m->atom != n->atom || m->boot_pages != n->boot_pages || m->nr_nodes != n->nr_nodes ||
	    memcmp(m->node, n->node, sizeof(m->node)) || m->nr_near != n->nr_near ||
	    m->nr_bases != n->nr_bases)
		return false;
	for (unsigned int i = 0; i < m->nr_near; i++)
		if (m->near[i].from != n->near[i].from || m->near[i].to != n->near[i].to)
			return false;
	for (unsigned int i = 0; i < m->nr_bases; i++)
		if (m->base[i].node != n->base[i].node || m->base[i].at != n->base[i].at)
			return false;
	return true;
}

/**
 * machine_defaults - what a machine is like of which no more is said than the sizes
 * @m: the machine; @page must be set
 */
void machine_defaults(struct machine *m)
{
	m->vm_start = MACHINE_VM_START;
	m->va_bits = 64;
	m->first = FIRST_GIVEN;
	m->backing = BACKING_VM;
	m->atom = m->page;
	m->boot_pages = 0;
	m->nr_nodes = 1;
	memset(m->node, 0, sizeof(m->node));
	m->nr_near = 0;
	m->nr_bases = 0;
}

/* What a unit can come to at most: all that is taken at once may be one unit. */
static uint64_t largest_unit(const struct machine *m)
{
	uint64_t unit = (uint64_t)m->page * m->unit_pages;

	return m->first == FIRST_GIVEN || m->first == FIRST_PAGE ?
		       unit :
		       (unit + m->atom - 1) & ~((uint64_t)m->atom - 1);
}

/* Addresses there are for the window, which must not reach the very last page. */
static uint64_t room_from(const struct machine *m, uint64_t start)
{
	return (m->va_bits == 32 ? UINT64_C(1) << 32 : 0) - m->page - start;
}

static const char *window_fault(const struct machine *m)
{
	if (m->va_bits != 32 && m->va_bits != 64)
		return "va must be 32 or 64";
	if (m->vm_start % m->page || m->vm_start < MACHINE_VM_START)
		return "vm_start must be a multiple of the page size, at least 0x80000000";
	if (m->va_bits == 32 && m->vm_start > UINT32_MAX)
		return "vm_start must be below 2^va";
	if ((m->va_bits == 64 && m->vm_start > -(uint64_t)m->page) ||
	    room_from(m, m->vm_start) < (uint64_t)m->vm_pages * m->page)
		return "the window must end a page below 2^va";
	return NULL;
}

static const char *nodes_fault(const struct machine *m)
{
	if (!m->nr_nodes || m->nr_nodes > MACHINE_MAX_NODES)
		return "nodes must be 1 to 256";
	for (unsigned int cpu = 0; cpu < MACHINE_MAX_CPUS; cpu++)
		if (machine_is_possible(m, cpu) ? m->node[cpu] >= m->nr_nodes : m->node[cpu])
			return "each CPU must be on one of the nodes";
	if (m->nr_near > MACHINE_NEAR_MAX)
		return "near must name at most 16 pairs";
	for (unsigned int i = 0; i < m->nr_near; i++) {
		const struct machine_near *n = m->near + i;

		if (n->from >= m->nr_nodes || n->to >= m->nr_nodes || n->from == n->to)
			return "near must name two different nodes";
		if (i && n[-1].from * 256 + n[-1].to >= n->from * 256 + n->to)
			return "near must be in ascending order";
	}
	if (m->nr_bases > MACHINE_BASES_MAX)
		return "bases must name at most 8 nodes";
	for (unsigned int i = 0; i < m->nr_bases; i++) {
		if (m->base[i].node >= m->nr_nodes || (i && m->base[i - 1].node >= m->base[i].node))
			return "bases must name nodes in ascending order";
		if (!m->base[i].at || m->base[i].at >= STEPS)
			return "bases must be multiples of 0x400000 below 0x80000000";
		if (m->base[i].at * MACHINE_BOOT_REGION ==
		    MACHINE_BOOT_BASE + m->base[i].node * MACHINE_BOOT_REGION)
			return "bases must only name nodes that were moved";
	}
	for (unsigned int i = 0; i < m->nr_bases; i++)
		for (unsigned int node = 0; node < m->nr_nodes; node++)
			if (node != m->base[i].node &&
			    machine_boot_base(m, node) == m->base[i].at * MACHINE_BOOT_REGION)
				return "the boot memory of two nodes must not overlap";
	return NULL;
}

static const char *boot_fault(const struct machine *m)
{
	if (m->first >= FIRST_NR)
		return "first must be given, embed, page or auto";
	if (m->atom < m->page || (m->atom & (m->atom - 1)))
		return "atom must be a power of two, at least a page";
	if (largest_unit(m) > MACHINE_UNIT_MAX ||
	    largest_unit(m) / m->page > MACHINE_UNIT_PAGES_MAX)
		return "a unit rounded up to the atom must be at most 1024 pages and 1 MiB";
	if (m->boot_pages > MACHINE_BOOT_REGION / m->page)
		return "boot_pages must be at most 4 MiB";
	if (m->first == FIRST_GIVEN && (m->atom != m->page || m->boot_pages))
		return "atom and boot_pages mean nothing if the layout is given";
	return NULL;
}

/* Pages of the block of a chunk, at least. */
static uint32_t block_pages(const struct machine *m)
{
	uint32_t block = 1;

	while (block < m->unit_pages * machine_nr_cpus(m))
		block *= 2;
	return block;
}

static bool base_is_of_blocks(const struct machine *m)
{
	return machine_boot_base(m, 0) == MACHINE_BLOCK_BASE;
}

static const char *backing_fault(const struct machine *m)
{
	if (m->backing >= BACKING_NR)
		return "backing must be vm or km";
	if (m->backing == BACKING_VM)
		return NULL;
	if (m->first != FIRST_GIVEN && m->first != FIRST_EMBED)
		return "backing=km needs first=given or first=embed";
	if (m->nr_nodes != 1)
		return "backing=km needs nodes=1";
	if (base_is_of_blocks(m))
		return "backing=km has its blocks at 0xc000000, where no boot memory must lie";
	if (m->frames / block_pages(m) > MACHINE_CHUNKS_MAX)
		return "frames must have room for at most 1000 blocks";
	return NULL;
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
	const char *fault;

	if (!machine_nr_cpus(m))
		return "cpus must name at least one CPU below 256";
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
	fault = boot_fault(m);
	if (fault)
		return fault;
	if (largest_unit(m) * machine_nr_cpus(m) > MACHINE_MEMORY_MAX)
		return "the units of all CPUs must fit into 4 MiB";
	if ((uint64_t)m->frames * m->page > MACHINE_MEMORY_MAX)
		return "frames must fit into 4 MiB";
	if (m->frames > MACHINE_FRAMES_MAX)
		return "frames must be at most 4096";
	if (m->vm_pages > MACHINE_VM_PAGES_MAX)
		return "vm_pages must be at most 65536";
	if (m->vm_pages / (m->unit_pages * machine_nr_cpus(m)) > MACHINE_CHUNKS_MAX)
		return "vm_pages must have room for at most 1000 chunks";
	fault = window_fault(m);
	if (!fault)
		fault = nodes_fault(m);
	return fault ? fault : backing_fault(m);
}

static uint32_t at_most(uint32_t x, uint64_t limit)
{
	return x < limit ? x : (uint32_t)limit;
}

static uint32_t power_at_most(uint32_t x)
{
	return 1u << (31 - __builtin_clz(x));
}

static void drop_lowest_cpu(struct machine *m)
{
	unsigned int word = 0;

	while (!m->possible[word])
		word++;
	m->possible[word] &= m->possible[word] - 1;
}

static void clamp_window(struct machine *m)
{
	uint64_t bytes;

	if (m->va_bits != 32 && m->va_bits != 64)
		m->va_bits = m->va_bits % 4 ? 64 : 32;
	m->vm_pages = at_most(m->vm_pages, room_from(m, MACHINE_VM_START) / m->page);
	bytes = (uint64_t)m->vm_pages * m->page;
	m->vm_start &= ~((uint64_t)m->page - 1);
	if (m->va_bits == 32)
		m->vm_start &= UINT32_MAX;
	if (m->vm_start < MACHINE_VM_START)
		m->vm_start = MACHINE_VM_START;
	/* too far up: as far up as it can be */
	if (m->vm_start > -(uint64_t)m->page || room_from(m, m->vm_start) < bytes)
		m->vm_start = (m->va_bits == 32 ? UINT64_C(1) << 32 : 0) - m->page - bytes;
}

static void clamp_near(struct machine *m)
{
	unsigned int nr = at_most(m->nr_near, MACHINE_NEAR_MAX), kept = 0;

	for (unsigned int i = 0; i < nr; i++) {
		struct machine_near n = { (uint8_t)(m->near[i].from % m->nr_nodes),
					  (uint8_t)(m->near[i].to % m->nr_nodes) };
		unsigned int at = 0;

		while (at < kept && m->near[at].from * 256 + m->near[at].to < n.from * 256 + n.to)
			at++;
		if (n.from == n.to ||
		    (at < kept && m->near[at].from == n.from && m->near[at].to == n.to))
			continue;
		memmove(m->near + at + 1, m->near + at, (kept - at) * sizeof(n));
		m->near[at] = n;
		kept++;
	}
	m->nr_near = kept;
}

/* One by one, into an empty list: what does not fit beside those before is left out. */
static void clamp_bases(struct machine *m)
{
	unsigned int nr = at_most(m->nr_bases, MACHINE_BASES_MAX);
	struct machine_base want[MACHINE_BASES_MAX];

	/* one may lie where another was before it moved, so what is legal is not built up anew */
	if (!nodes_fault(m))
		return;
	memcpy(want, m->base, sizeof(want));
	m->nr_bases = 0;
	for (unsigned int i = 0; i < nr; i++) {
		struct machine_base old[MACHINE_BASES_MAX];
		struct machine_base b = { (uint8_t)(want[i].node % m->nr_nodes),
					  (uint16_t)(want[i].at % STEPS) };
		unsigned int at = 0;

		while (at < m->nr_bases && m->base[at].node < b.node)
			at++;
		if (at < m->nr_bases && m->base[at].node == b.node)
			continue;
		memcpy(old, m->base, sizeof(old));
		memmove(m->base + at + 1, m->base + at, (m->nr_bases - at) * sizeof(b));
		m->base[at] = b;
		m->nr_bases++;
		if (nodes_fault(m)) {
			memcpy(m->base, old, sizeof(old));
			m->nr_bases--;
		}
	}
}

static void clamp_nodes(struct machine *m)
{
	if (!m->nr_nodes)
		m->nr_nodes = 1;
	m->nr_nodes = at_most(m->nr_nodes, MACHINE_MAX_NODES);
	for (unsigned int cpu = 0; cpu < MACHINE_MAX_CPUS; cpu++)
		m->node[cpu] =
			machine_is_possible(m, cpu) ? (uint8_t)(m->node[cpu] % m->nr_nodes) : 0;
	clamp_near(m);
	clamp_bases(m);
}

static void clamp_boot(struct machine *m)
{
	m->first %= FIRST_NR;
	if (m->first == FIRST_GIVEN) {
		m->atom = m->page;
		m->boot_pages = 0;
		return;
	}
	m->atom = power_at_most(m->atom > m->page ? m->atom : m->page);
	while (m->atom > m->page && (largest_unit(m) > MACHINE_UNIT_MAX ||
				     largest_unit(m) / m->page > MACHINE_UNIT_PAGES_MAX))
		m->atom /= 2;
	m->boot_pages = at_most(m->boot_pages, MACHINE_BOOT_REGION / m->page);
}

/* Before what depends on the way the first chunk is made, and on the nodes. */
static void clamp_backing(struct machine *m)
{
	m->backing %= BACKING_NR;
	if (m->backing == BACKING_VM)
		return;
	m->first %= FIRST_NR;
	if (m->first != FIRST_GIVEN)
		m->first = FIRST_EMBED;
	m->nr_nodes = 1;
}

/* After all else. */
static void clamp_blocks(struct machine *m)
{
	if (m->backing == BACKING_VM)
		return;
	if (base_is_of_blocks(m))
		m->nr_bases = 0;
	m->frames = at_most(m->frames, (uint64_t)block_pages(m) * (MACHINE_CHUNKS_MAX + 1) - 1);
}

/**
 * machine_clamp - make a machine legal, changing nothing in one that is
 * @m: the machine
 */
void machine_clamp(struct machine *m)
{
	uint32_t unit, chunk;

	if (!machine_nr_cpus(m))
		m->possible[0] = 1;
	if (m->page < MACHINE_PAGE_MIN)
		m->page = MACHINE_PAGE_MIN;
	m->page = power_at_most(at_most(m->page, MACHINE_PAGE_MAX));

	if (!m->unit_pages)
		m->unit_pages = 1;
	m->unit_pages = at_most(m->unit_pages, MACHINE_UNIT_MAX / m->page);
	m->unit_pages = at_most(m->unit_pages, MACHINE_UNIT_PAGES_MAX);
	clamp_backing(m);
	clamp_boot(m);
	while (largest_unit(m) * machine_nr_cpus(m) > MACHINE_MEMORY_MAX)
		drop_lowest_cpu(m);
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
	chunk = m->unit_pages * machine_nr_cpus(m);
	m->vm_pages = at_most(m->vm_pages, (uint64_t)chunk * (MACHINE_CHUNKS_MAX + 1) - 1);
	m->frames = at_most(m->frames, MACHINE_MEMORY_MAX / m->page);
	m->frames = at_most(m->frames, MACHINE_FRAMES_MAX);
	clamp_window(m);
	clamp_nodes(m);
	clamp_blocks(m);
}
