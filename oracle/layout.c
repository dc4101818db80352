// SPDX-License-Identifier: GPL-2.0-only
/*
 * layout.c - where the units of all CPUs must lie, of a machine whose layout is given.
 *
 * The other machines boot: boot_naive.c knows what that comes to.
 */
#include <string.h>

#include "layout.h"

/**
 * layout_given - the layout of a machine with FIRST_GIVEN
 * @l: where it is stored
 * @m: the machine
 *
 * One group, its units one behind the other in the order of the CPU ids, at the top of the boot
 * memory of node 0.
 */
void layout_given(struct layout *l, const struct machine *m)
{
	uint64_t size = (uint64_t)machine_unit_size(m) * machine_nr_cpus(m);

	memset(l, 0, sizeof(*l));
	l->booted = true;
	l->base_addr = machine_boot_base(m, 0) + MACHINE_BOOT_REGION - size;
	l->unit_size = machine_unit_size(m);
	l->static_size = m->static_size;
	l->reserved_size = m->reserved_size;
	l->dyn_size = m->dyn_size;
	l->atom_size = m->page;
	l->nr_cpus = machine_nr_cpus(m);
	for (unsigned int i = 0; i < l->nr_cpus; i++) {
		l->unit_offset[i] = (uint64_t)i * l->unit_size;
		l->node[i] = m->node[machine_cpu(m, i)];
	}
	l->nr_groups = 1;
	l->group_size[0] = size;
}
