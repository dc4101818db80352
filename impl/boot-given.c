// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot-given.c - the first chunk of an architecture that has a layout of its own.
 *
 * One group, a unit for each possible CPU in the order of their ids, all sizes as they stand, as
 * kernels without SMP call pcpu_setup_first_chunk().  Metadata for the layout first, then one
 * piece of boot memory on node 0; neither is expected to fail.
 */
#include <string.h>

#include "boot.h"

/* Written so that nothing can wrap: each part is taken from what the unit has left. */
static bool regions_fit(const struct boot_config *cfg)
{
	uint64_t left = cfg->min_unit_size, nr = boot_nr_possible(cfg);

	if (!nr || !cfg->static_size || cfg->static_size > left)
		return false;
	left -= cfg->static_size;
	if (cfg->reserved_size > left || cfg->dyn_size > left - cfg->reserved_size)
		return false;
	return cfg->min_unit_size <= (UINT64_MAX >> (64 - cfg->vm->cfg.va_bits)) / nr;
}

static void given_info(const struct boot_config *cfg, const struct pcpu_env *env,
		       struct boot_info *info)
{
	struct boot_group *group;

	*info = (struct boot_info){
		.static_size = cfg->static_size,
		.reserved_size = cfg->reserved_size,
		.dyn_size = cfg->dyn_size,
		.unit_size = cfg->min_unit_size,
		.atom_size = cfg->atom_size,
		.alloc_size = cfg->min_unit_size,
		.nr_groups = 1,
	};
	/* the map lies behind the only group, as boot_free_alloc_info() frees one piece */
	info->groups = env->meta_alloc(env->ctx, PCPU_FAULT_NONE,
				       sizeof(*group) + cfg->nr_cpu_ids * sizeof(*group->cpu_map));
	group = info->groups;
	group->cpu_map = (uint32_t *)(group + 1);
	for (unsigned int cpu = 0; cpu < cfg->nr_cpu_ids; cpu++)
		if (boot_cpu_possible(cfg, cpu))
			group->cpu_map[group->nr_units++] = cpu;
}

/**
 * boot_given_first_chunk - make the first chunk with the layout that is given
 * @cfg: the machine
 * @env: the world around it
 * @areas: zeroed, but for the log; filled in if all goes well
 *
 * Return: BOOT_EINVAL if the regions do not fit into a unit, or all units not into the address
 * space; BOOT_ENOMEM if there is no memory.  Everything is given back then.
 */
enum boot_status boot_given_first_chunk(const struct boot_config *cfg, const struct pcpu_env *env,
					struct boot_areas *areas)
{
	struct boot_info info;
	uint64_t base;

	if (!regions_fit(cfg))
		return BOOT_EINVAL;
	given_info(cfg, env, &info);
	base = env->boot_alloc(env->ctx, 0, info.groups->nr_units * info.unit_size, info.atom_size);
	if (!base) {
		boot_free_alloc_info(env, &info);
		return BOOT_ENOMEM;
	}
	for (unsigned int i = 0; i < info.groups->nr_units; i++)
		memcpy(env->boot_data(env->ctx, base + i * info.unit_size), cfg->static_data,
		       info.static_size);
	boot_commit(cfg, env, areas, &info, base);
	return BOOT_OK;
}
