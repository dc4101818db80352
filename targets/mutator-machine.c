// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutator-machine.c - edits of the machine: sizes, CPUs, nodes, windows, layouts.
 */
#include <string.h>

#include "mutator-edits.h"
#include "program/sizes.h"

static void edit_window(struct machine *m, struct rng *r)
{
	uint64_t bytes = (uint64_t)m->vm_pages * m->page;

	switch (rng_below(r, 5)) {
	case 0:
		m->va_bits = m->va_bits == 64 ? 32 : 64;
		break;
	case 1:
		m->vm_start = (m->va_bits == 32 ? UINT64_C(1) << 32 : 0) - m->page - bytes;
		break;
	case 2:
		m->vm_start = MACHINE_VM_START;
		break;
	case 3:
		m->vm_start += rng_next(r) >> 33;
		break;
	default:
		m->vm_pages = 1 + rng_below(r, rng_below(r, 2) ? 64 : 1000);
	}
}

static void edit_nodes(struct machine *m, struct rng *r)
{
	unsigned int nr = machine_nr_cpus(m), cpu = machine_cpu(m, rng_below(r, nr));

	switch (rng_below(r, 5)) {
	case 0:
		m->nr_nodes = 1 + rng_below(r, nr < 8 ? 8 : nr);
		for (unsigned int i = 0; i < nr; i++)
			m->node[machine_cpu(m, i)] = (uint8_t)(i % m->nr_nodes);
		break;
	case 1:
		m->node[cpu] = (uint8_t)rng_below(r, m->nr_nodes);
		break;
	case 2:
		if (m->nr_near && rng_below(r, 3) == 0) {
			m->nr_near--;
		} else if (m->nr_near < MACHINE_NEAR_MAX) {
			m->near[m->nr_near].from = (uint8_t)rng_below(r, m->nr_nodes);
			m->near[m->nr_near++].to = (uint8_t)rng_below(r, m->nr_nodes);
		}
		break;
	case 3:
		if (m->nr_bases && rng_below(r, 3) == 0) {
			m->nr_bases--;
		} else if (m->nr_bases < MACHINE_BASES_MAX) {
			m->base[m->nr_bases].node = (uint8_t)rng_below(r, m->nr_nodes);
			m->base[m->nr_bases++].at = (uint16_t)(1 + rng_below(r, 511));
		}
		break;
	default:
		m->nr_near = 0;
		m->nr_bases = 0;
	}
}

static void edit_layout(struct machine *m, struct rng *r)
{
	switch (rng_below(r, 4)) {
	case 0:
		m->first = (uint8_t)rng_below(r, FIRST_NR);
		break;
	case 1:
		m->first = (uint8_t)(1 + rng_below(r, FIRST_NR - 1));
		m->atom = m->page << rng_below(r, 6);
		break;
	case 2:
		m->backing = !m->backing;
		break;
	default:
		m->first = (uint8_t)(1 + rng_below(r, FIRST_NR - 1));
		m->boot_pages = rng_below(r, 64);
	}
}

static void edit_cpus(struct machine *m, enum program_layer layer, struct rng *r)
{
	unsigned int cpu = rng_below(r, layer == LAYER_BOOT ? MACHINE_MAX_CPUS : 8);

	if (rng_below(r, 2)) {
		m->possible[cpu / 64] ^= UINT64_C(1) << cpu % 64;
	} else {
		memset(m->possible, 0, sizeof(m->possible));
		m->possible[0] = rng_next(r) & 0xf;
	}
}

/* Without the window: what a first chunk and those after it are made of. */
static void edit_sizes(struct machine *m, struct rng *r)
{
	uint32_t by = rng_below(r, 3) * 4 + 4;

	switch (rng_below(r, 6)) {
	case 0:
		m->frames = rng_below(r, 2) ? m->frames + by : m->frames / 2;
		break;
	case 1:
		m->vm_pages = rng_below(r, 2) ? m->vm_pages + by : m->vm_pages / 2;
		break;
	case 2:
		m->dyn_size += rng_below(r, 2) ? by : -by;
		break;
	case 3:
		m->reserved_size = rng_below(r, 2) ? m->reserved_size + by : 0;
		break;
	case 4:
		m->static_size += rng_below(r, 9);
		break;
	default:
		m->unit_pages = 1 + rng_below(r, 16);
	}
}

/**
 * edit_machine - change something in the machine
 * @e: the edit
 */
void edit_machine(struct edit *e)
{
	struct machine *m = &e->p->machine;
	uint32_t what = rng_below(e->r, 16);

	if (what < 6)
		edit_sizes(m, e->r);
	else if (what < 8)
		edit_cpus(m, e->layer, e->r);
	else if (what < 10)
		machine_preset(machine_preset_for(e->layer, rng_below(e->r, 1u << 16)), m);
	else if (what < 12)
		edit_nodes(m, e->r);
	else if (what < 14)
		edit_window(m, e->r);
	else
		edit_layout(m, e->r);
	/* CPUs may all be gone, which the edits above do not expect of each other */
	machine_clamp(m);
}
