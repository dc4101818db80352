// SPDX-License-Identifier: GPL-2.0-only
/*
 * presets.c - the machines that are worth trying, and which of them suit which fuzz target.
 */
#include <string.h>

#include "sizes.h"

/**
 * struct preset - a machine, by what is not as in most of them
 * @possible: CPUs, all below 64
 * @size: page, unit_pages, static, reserved, dyn, vm_pages, frames
 * @vm_end: the window ends a page below 2^va
 * @nodes: nodes, 0 for one; the CPUs take turns unless @node says otherwise
 * @node: of each possible CPU in the order of their ids, only if @given
 */
struct preset {
	uint64_t possible;
	uint32_t size[7];
	uint8_t va_bits;
	bool vm_end;
	uint8_t first, backing;
	uint32_t atom, boot_pages;
	uint8_t nodes;
	bool given;
	uint8_t node[8];
	uint8_t nr_near;
	struct machine_near near[4];
	uint8_t nr_bases;
	struct machine_base base[4];
};

/*
 * cpus, page, unit_pages, static, reserved, dyn, vm_pages, frames.  Small on purpose: the first
 * chunk is full after a handful of ops, and address space and frames run out within a program.
 */
#define MACHINE(cpus, ...) .possible = cpus, .size = { __VA_ARGS__ }

static const struct preset presets[] = {
	{ MACHINE(0x3, 256, 4, 20, 0, 300, 32, 64) }, /* first chunk ends inside a page */
	{ MACHINE(0x3, 256, 4, 21, 64, 439, 32, 64) }, /* odd static size */
	{ MACHINE(0x1, 256, 4, 20, 0, 492, 16, 24) }, /* first chunk ends with a page */
	{ MACHINE(0x1, 256, 8, 100, 128, 540, 24,
		  16) }, /* fewer frames than two chunks have pages */
	{ MACHINE(0x3, 256, 1, 20, 0, 236, 8, 8) }, /* one page per unit, window exactly used up */
	{ MACHINE(0x3, 256, 2, 33, 0, 99, 9, 12) }, /* a page of the window always left over */
	{ MACHINE(0x1, 256, 3, 50, 100, 202, 24, 32) }, /* eight chunks, three pages each */
	{ MACHINE(0xa, 256, 4, 20, 0, 236, 32, 64) }, /* cpus 1 and 3 */
	{ MACHINE(0x4, 256, 4, 20, 64, 172, 8, 10) }, /* cpu 2 only */
	{ MACHINE(0x4, 512, 2, 301, 0, 99, 6, 6) },
	{ MACHINE(0xf, 256, 4, 40, 0, 728, 64, 128) },
	{ MACHINE(0xff, 256, 2, 24, 0, 104, 48, 64) },
	{ MACHINE(0xaa, 256, 4, 60, 64, 388, 64, 256) },
	{ MACHINE(0x1, 256, 16, 300, 512, 1236, 64, 128) }, /* regions start and end inside pages */
	{ MACHINE(0x3, 256, 16, 21, 0, 999, 96, 40) },
	{ MACHINE(0x3, 256, 8, 255, 4, 253, 16, 32) }, /* one further chunk, tiny reserved region */
	{ MACHINE(0x1, 256, 4, 256, 256, 512, 4, 6) }, /* all regions are whole pages */
	{ MACHINE(0x1, 256, 2, 20, 64, 428, 0, 6) }, /* no further chunk ever */
	{ MACHINE(0x1, 512, 4, 20, 0, 2028, 12, 16) }, /* first chunk fills its unit */
	{ MACHINE(0x3, 512, 3, 130, 200, 330, 18, 24) },
	{ MACHINE(0x1, 1024, 4, 100, 0, 1436, 16, 32) },
	{ MACHINE(0x3, 1024, 2, 77, 64, 883, 8, 16) },
	{ MACHINE(0x1, 4096, 4, 1001, 0, 3095, 16, 32) },
	{ MACHINE(0x3, 4096, 8, 9984, 8192, 14592, 48, 256) }, /* like a real one */
	{ MACHINE(0x1, 65536, 1, 20, 0, 4076, 4, 8) },

	/* 25: two nodes, a group on each */
	{ MACHINE(0xf, 256, 4, 20, 0, 300, 64, 64), .nodes = 2 },
	/* 26: four nodes whose memory does not ascend with their numbers */
	{ MACHINE(0xf, 256, 4, 40, 64, 400, 96, 128), .nodes = 4, .nr_bases = 3,
	  .base = { { 0, 80 }, { 1, 72 }, { 3, 70 } } },
	/* 27: each CPU its own node, and as good as no frames on each */
	{ MACHINE(0xff, 256, 2, 24, 0, 104, 64, 12), .nodes = 8 },
	/* 28: no CPU 0, on two nodes that are not in turn */
	{ MACHINE(0x2d2, 256, 4, 60, 0, 388, 80, 128), .nodes = 2, .given = true,
	  .node = { 1, 1, 0, 1, 0 } },
	/* 29: three nodes, two of them near each other in one direction only */
	{ MACHINE(0x3f, 256, 2, 30, 0, 110, 64, 96), .nodes = 3, .nr_near = 2,
	  .near = { { 0, 1 }, { 2, 1 } } },
	/* 30: several units in one piece of boot memory, some of them unused */
	{ MACHINE(0x1f, 256, 2, 100, 0, 200, 48, 64), .first = FIRST_EMBED, .atom = 2048,
	  .nodes = 2 },
	/* 31: mapped page by page */
	{ MACHINE(0x7, 256, 2, 33, 64, 151, 48, 64), .first = FIRST_PAGE, .atom = 256, .nodes = 2 },
	/* 32: so far apart that embedding must fall back */
	{ MACHINE(0xf, 256, 4, 20, 0, 300, 64, 64), .first = FIRST_AUTO, .atom = 1024, .nodes = 2,
	  .nr_bases = 1, .base = { { 1, 500 } } },
	/* 33: embedding that only just is possible, the higher node first */
	{ MACHINE(0x3, 4096, 4, 300, 0, 3000, 4000, 64), .first = FIRST_AUTO, .atom = 4096,
	  .nodes = 2, .nr_bases = 1, .base = { { 0, 66 } } },
	/* 34, 35: at the top of all addresses, of 32 and of 64 bits */
	{ MACHINE(0x3, 256, 2, 20, 0, 300, 64, 64), .va_bits = 32, .vm_end = true },
	{ MACHINE(0x3, 256, 2, 20, 0, 300, 64, 64), .vm_end = true },
	/* 36 on: about the address space; a first chunk that is quickly made */
	{ MACHINE(0x1, 256, 1, 20, 0, 236, 256, 64) },
	{ MACHINE(0x1, 256, 2, 20, 0, 236, 1024, 128), .nodes = 2 },
	{ MACHINE(0x1, 256, 5, 20, 0, 236, 4096, 256), .va_bits = 32, .vm_end = true },
	{ MACHINE(0x1, 256, 1, 20, 0, 236, 48, 6) }, /* frames run out first */
	{ MACHINE(0x1, 4096, 1, 20, 0, 1000, 520, 300), .vm_end = true },
	{ MACHINE(0x3, 65536, 16, 20, 0, 4076, 32000, 8), .vm_end = true }, /* 2 GiB */
	{ MACHINE(0x3, 256, 1, 20, 0, 236, 17, 24) },
	/* 43 on: chunks of several groups that lie far apart, and many CPUs */
	{ MACHINE(0xf, 1024, 2, 100, 0, 600, 8000, 96), .first = FIRST_EMBED, .atom = 2048,
	  .nodes = 2 },
	{ MACHINE(0x3f, 4096, 2, 300, 64, 3000, 6000, 96), .first = FIRST_EMBED, .atom = 8192,
	  .nodes = 3, .nr_bases = 3, .base = { { 0, 80 }, { 1, 78 }, { 2, 82 } } },
	{ MACHINE(0xfff, 256, 2, 24, 0, 104, 96, 256), .nodes = 4 },
	{ MACHINE(0xffff, 1024, 1, 24, 0, 104, 8000, 200), .first = FIRST_AUTO, .atom = 4096,
	  .nodes = 2 },
	/* 47 on: chunks that are blocks */
	{ MACHINE(0x1, 256, 4, 20, 0, 300, 16, 32), .backing = BACKING_KM }, /* as without SMP */
	{ MACHINE(0x7, 256, 4, 21, 64, 439, 16, 64), .backing = BACKING_KM }, /* 4 pages wasted */
	{ MACHINE(0x1, 256, 1, 20, 0, 236, 8, 12), .backing = BACKING_KM }, /* one page each */
	{ MACHINE(0x3, 256, 5, 20, 0, 300, 16, 50), .backing = BACKING_KM }, /* 6 wasted */
	/* 51: blocks above boot memory; unused units; a tail of each unit that was given back */
	{ MACHINE(0x1f, 256, 2, 100, 0, 200, 48, 128), .first = FIRST_EMBED, .atom = 2048,
	  .nr_bases = 1, .base = { { 0, 40 } }, .backing = BACKING_KM },
	{ MACHINE(0x1, 4096, 8, 1001, 0, 3095, 16, 32), .backing = BACKING_KM },
	/* 53: the first group is the smallest, so that unused units lie below those of others */
	{ MACHINE(0x7, 256, 2, 100, 0, 200, 48, 64), .first = FIRST_EMBED, .atom = 1024, .nodes = 2,
	  .given = true, .node = { 0, 1, 1 } },
	{ MACHINE(0x1d, 256, 1, 30, 0, 110, 64, 64), .first = FIRST_EMBED, .atom = 1024, .nodes = 3,
	  .given = true, .node = { 0, 1, 1, 2 } },
};

const unsigned int nr_machine_presets = sizeof(presets) / sizeof(presets[0]);

static void set_nodes(const struct preset *p, struct machine *m)
{
	m->nr_nodes = p->nodes ? p->nodes : 1;
	for (unsigned int i = 0; i < machine_nr_cpus(m); i++)
		m->node[machine_cpu(m, i)] = p->given ? p->node[i % 8] : (uint8_t)(i % m->nr_nodes);
	m->nr_near = p->nr_near;
	memcpy(m->near, p->near, sizeof(p->near));
	m->nr_bases = p->nr_bases;
	memcpy(m->base, p->base, sizeof(p->base));
}

/**
 * machine_preset - one of the machines that are worth trying
 * @i: below nr_machine_presets
 * @m: where it goes
 */
void machine_preset(unsigned int i, struct machine *m)
{
	const struct preset *p = presets + i;

	memset(m, 0, sizeof(*m));
	m->possible[0] = p->possible;
	m->page = p->size[0];
	m->unit_pages = p->size[1];
	m->static_size = p->size[2];
	m->reserved_size = p->size[3];
	m->dyn_size = p->size[4];
	m->vm_pages = p->size[5];
	m->frames = p->size[6];
	machine_defaults(m);
	if (p->va_bits)
		m->va_bits = p->va_bits;
	if (p->vm_end)
		m->vm_start = (m->va_bits == 32 ? UINT64_C(1) << 32 : 0) - m->page -
			      (uint64_t)m->vm_pages * m->page;
	m->first = p->first;
	m->backing = p->backing;
	if (p->atom)
		m->atom = p->atom;
	m->boot_pages = p->boot_pages;
	set_nodes(p, m);
}

/**
 * machine_preset_for - a machine that suits a fuzz target
 * @layer: what the target is about
 * @i: any number
 *
 * Return: index of the preset.
 */
unsigned int machine_preset_for(enum program_layer layer, unsigned int i)
{
	static const uint8_t vm[] = {
		36, 36, 37, 37, 38, 39, 40, 41, 42, 42, 34, 35, 0, 4, 5, 24, 26, 33, 43, 44, 47,
	};
	static const uint8_t boot[] = {
		25, 26, 27, 28, 29, 30, 30, 31, 31, 32, 32, 33, 33, 0,
		7,  11, 23, 34, 37, 40, 43, 44, 48, 51, 53, 53, 54,
	};

	if (layer == LAYER_VM)
		return vm[i % sizeof(vm)];
	if (layer == LAYER_BOOT)
		return boot[i % sizeof(boot)];
	return i % nr_machine_presets;
}
