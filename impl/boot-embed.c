// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot-embed.c - the first chunk in boot memory, one piece per group.
 *
 * Models pcpu_embed_first_chunk() of mm/percpu.c.  Requests, in this order: metadata for the
 * layout, metadata for the addresses, then boot memory for each group from the first on.  Does not
 * decide what happens when it fails: boot-setup.c does.
 */
#include <string.h>

#include "boot.h"

static uint64_t group_size(const struct boot_info *info, unsigned int group)
{
	return info->groups[group].nr_units * info->unit_size;
}

static void give_groups(const struct pcpu_env *env, const struct boot_info *info,
			const uint64_t *addr, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		env->boot_free(env->ctx, addr[i], group_size(info, i));
}

static enum boot_status take_groups(const struct boot_config *cfg, const struct pcpu_env *env,
				    const struct boot_info *info, uint64_t *addr)
{
	for (unsigned int i = 0; i < info->nr_groups; i++) {
		unsigned int node = cfg->node_of[info->groups[i].cpu_map[0]];

		addr[i] = env->boot_alloc(env->ctx, node, group_size(info, i), info->atom_size);
		if (!addr[i]) {
			give_groups(env, info, addr, i);
			return BOOT_ENOMEM;
		}
	}
	return BOOT_OK;
}

/*
 * All further chunks are laid out like the first, in the vmalloc window: if the groups lie so far
 * apart that they take up most of it, there will be no further chunks.
 */
static bool too_far_apart(const struct boot_config *cfg, const struct boot_info *info,
			  const uint64_t *addr, uint64_t base, struct boot_areas *areas)
{
	uint64_t window = cfg->vm->cfg.end - cfg->vm->cfg.start, distance;
	unsigned int highest = 0;

	for (unsigned int i = 1; i < info->nr_groups; i++)
		if (addr[i] > addr[highest])
			highest = i;
	distance = addr[highest] - base + group_size(info, highest);
	if (distance <= window / 4 * 3 + window % 4 * 3 / 4)
		return false;
	boot_printk(areas, "percpu: max_distance=0x%llx too large for vmalloc space 0x%llx\n",
		    (unsigned long long)distance, (unsigned long long)window);
	return true;
}

/* Only now that all groups have their memory: what is given back could become another group's. */
static void fill_units(const struct boot_config *cfg, const struct pcpu_env *env,
		       const struct boot_info *info, const uint64_t *addr)
{
	uint64_t used = boot_size_sum(info);

	for (unsigned int i = 0; i < info->nr_groups; i++)
		for (unsigned int u = 0; u < info->groups[i].nr_units; u++) {
			uint64_t unit = addr[i] + u * info->unit_size;

			if (info->groups[i].cpu_map[u] == BOOT_NO_CPU) {
				env->boot_free(env->ctx, unit, info->unit_size);
				continue;
			}
			memcpy(env->boot_data(env->ctx, unit), cfg->static_data, info->static_size);
			if (used < info->unit_size)
				env->boot_free(env->ctx, unit + used, info->unit_size - used);
		}
}

/**
 * boot_embed_first_chunk - make the first chunk in boot memory
 * @cfg: the machine
 * @env: the world around it
 * @areas: zeroed, but for the log; filled in if all goes well
 *
 * Return: the status; unless it is BOOT_OK everything has been given back.
 */
enum boot_status boot_embed_first_chunk(const struct boot_config *cfg, const struct pcpu_env *env,
					struct boot_areas *areas)
{
	uint64_t *addr, base = UINT64_MAX;
	enum boot_status status;
	struct boot_info info;

	status = boot_build_alloc_info(cfg, env, cfg->dyn_size, cfg->atom_size, true, &info);
	if (status)
		return status;
	addr = env->meta_alloc(env->ctx, PCPU_FAULT_META, info.nr_groups * sizeof(*addr));
	if (!addr) {
		boot_free_alloc_info(env, &info);
		return BOOT_ENOMEM;
	}

	status = take_groups(cfg, env, &info, addr);
	if (status)
		goto fail;
	for (unsigned int i = 0; i < info.nr_groups; i++)
		base = addr[i] < base ? addr[i] : base;
	if (too_far_apart(cfg, &info, addr, base, areas) && !cfg->km) {
		give_groups(env, &info, addr, info.nr_groups);
		status = BOOT_ESPACE;
		goto fail;
	}

	fill_units(cfg, env, &info, addr);
	for (unsigned int i = 0; i < info.nr_groups; i++)
		info.groups[i].base_offset = addr[i] - base;
	env->meta_free(env->ctx, addr);
	boot_printk(areas, "percpu: Embedded %llu pages/cpu s%llu r%llu d%llu u%llu\n",
		    (unsigned long long)boot_size_sum(&info) >> cfg->page_shift,
		    (unsigned long long)info.static_size, (unsigned long long)info.reserved_size,
		    (unsigned long long)info.dyn_size, (unsigned long long)info.unit_size);
	boot_commit(cfg, env, areas, &info, base);
	return BOOT_OK;
fail:
	env->meta_free(env->ctx, addr);
	boot_free_alloc_info(env, &info);
	return status;
}
