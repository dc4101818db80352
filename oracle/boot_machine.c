// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot_machine.c - how a machine of a program is booted: the inputs of setup_per_cpu_areas().
 *
 * Decides nothing.
 */
#include <string.h>

#include "boot_machine.h"

static unsigned int distance(const void *ctx, unsigned int from, unsigned int to)
{
	const struct machine *m = ctx;

	return machine_is_near(m, m->node[from], m->node[to]) ? BOOT_LOCAL_DISTANCE :
								2 * BOOT_LOCAL_DISTANCE;
}

/**
 * boot_args_of - the sizes that a machine itself boots with
 * @m: the machine
 * @args: where they are stored
 */
void boot_args_of(const struct machine *m, struct boot_args *args)
{
	*args = (struct boot_args){
		.choice = m->first,
		.static_size = m->static_size,
		.reserved_size = m->reserved_size,
		.dyn_size = m->dyn_size,
		.unit = machine_unit_size(m),
		.atom = m->atom,
	};
}

/**
 * boot_config_of - all inputs
 * @m: the machine, which must outlive @cfg
 * @args: the sizes
 * @w: its world, which has the static data and the early maps
 * @vm: its address space
 * @cfg: where they are stored
 *
 * The dynamic region is never less than asked for, also where the kernel would ask for none and
 * take PERCPU_DYNAMIC_EARLY_SIZE.
 */
void boot_config_of(const struct machine *m, const struct boot_args *args, struct world *w,
		    struct vm_space *vm, struct boot_config *cfg)
{
	static const enum boot_choice choice[FIRST_NR] = {
		[FIRST_GIVEN] = BOOT_GIVEN,
		[FIRST_EMBED] = BOOT_EMBED,
		[FIRST_PAGE] = BOOT_PAGE,
		[FIRST_AUTO] = BOOT_AUTO,
	};

	*cfg = (struct boot_config){
		.page_shift = (unsigned int)__builtin_ctz(m->page),
		.nr_cpu_ids = machine_nr_cpu_ids(m),
		.nr_nodes = m->nr_nodes,
		.distance = distance,
		.distance_ctx = m,
		.early_node_of = &w->early_map,
		.static_data = w->static_data,
		.static_size = args->static_size,
		.reserved_size = args->reserved_size,
		.dyn_size = args->dyn_size,
		.dyn_early = args->dyn_size,
		.min_unit_size = args->unit,
		.atom_size = args->atom,
		.choice = choice[args->choice],
		.km = m->backing == BACKING_KM &&
		      (args->choice == FIRST_GIVEN || args->choice == FIRST_EMBED),
		.vm = vm,
		.nr_cpus_max = MACHINE_MAX_CPUS,
	};
	memcpy(cfg->possible, m->possible, sizeof(cfg->possible));
	for (unsigned int cpu = 0; cpu < MACHINE_MAX_CPUS; cpu++)
		cfg->node_of[cpu] = m->node[cpu];
}

/**
 * vm_config_of - the address space of a machine
 * @m: the machine
 * @cfg: where it is stored
 */
void vm_config_of(const struct machine *m, struct vm_config *cfg)
{
	*cfg = (struct vm_config){
		.page_shift = (unsigned int)__builtin_ctz(m->page),
		.va_bits = m->va_bits,
		.start = m->vm_start,
		.end = machine_vm_end(m),
		.max_frames = m->frames,
	};
}
