// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot-setup.c - which way the first chunk is made, and the maps that everybody uses afterwards.
 *
 * Models setup_per_cpu_areas() of arch/x86/kernel/setup_percpu.c and the layout half of
 * pcpu_setup_first_chunk() of mm/percpu.c, with __per_cpu_start at 0.  Of the early maps it copies
 * the one of the nodes; registers, segments and APIC ids are not modelled.
 */
#include <assert.h>

#include "boot.h"

static void map_unit(const struct boot_config *cfg, struct boot_areas *areas, unsigned int cpu,
		     unsigned int unit, uint64_t offset)
{
	assert(boot_cpu_possible(cfg, cpu) && areas->unit_of[cpu] == BOOT_NO_UNIT);
	areas->unit_of[cpu] = unit;
	areas->unit_offset[cpu] = offset;
	/* neither the first unit nor the first CPU need be the lowest */
	if (areas->low_cpu == BOOT_NO_CPU || offset < areas->unit_offset[areas->low_cpu])
		areas->low_cpu = cpu;
	if (areas->high_cpu == BOOT_NO_CPU || offset > areas->unit_offset[areas->high_cpu])
		areas->high_cpu = cpu;
}

/* What a chunk leaves of its block, if anything; after it the kernel prints the layout. */
static void print_waste(const struct boot_config *cfg, struct boot_areas *areas)
{
	uint64_t nr_pages = areas->group_size[0] >> cfg->page_shift, block = 1;

	assert(areas->info.nr_groups == 1);
	while (block < nr_pages)
		block *= 2;
	if (block > nr_pages)
		boot_printk(areas, "percpu: wasting %llu pages per chunk\n",
			    (unsigned long long)(block - nr_pages));
}

/**
 * boot_commit - the first chunk is there: enter it into the maps, and print the layout
 * @cfg: the machine
 * @env: the world around it; what is asked for here is never refused
 * @areas: filled in
 * @info: the layout, which belongs to @areas from now on
 * @base_addr: address of the unit with offset 0
 */
void boot_commit(const struct boot_config *cfg, const struct pcpu_env *env,
		 struct boot_areas *areas, const struct boot_info *info, uint64_t base_addr)
{
	size_t used;

	assert(base_addr && boot_size_sum(info) <= info->unit_size);
	areas->info = *info;
	areas->base_addr = base_addr;
	areas->group_offset = env->meta_alloc(env->ctx, PCPU_FAULT_NONE,
					      info->nr_groups * sizeof(*areas->group_offset));
	areas->group_size = env->meta_alloc(env->ctx, PCPU_FAULT_NONE,
					    info->nr_groups * sizeof(*areas->group_size));
	for (unsigned int cpu = 0; cpu < BOOT_MAX_CPUS; cpu++)
		areas->unit_of[cpu] = BOOT_NO_UNIT;
	areas->low_cpu = areas->high_cpu = BOOT_NO_CPU;
	areas->nr_units = 0;

	for (unsigned int i = 0; i < info->nr_groups; i++) {
		const struct boot_group *group = info->groups + i;

		areas->group_offset[i] = group->base_offset;
		areas->group_size[i] = group->nr_units * info->unit_size;
		for (unsigned int u = 0; u < group->nr_units; u++)
			if (group->cpu_map[u] != BOOT_NO_CPU)
				map_unit(cfg, areas, group->cpu_map[u], areas->nr_units + u,
					 group->base_offset + u * info->unit_size);
		areas->nr_units += group->nr_units;
	}
	assert(areas->log);
	if (cfg->km)
		print_waste(cfg, areas);
	for (used = 0; areas->log[used];)
		used++;
	boot_print_info(cfg, info, areas->log + used, BOOT_LOG_SIZE - used);
}

/* What the kernel would return, for the lines that name it. */
static int error_of(enum boot_status status)
{
	return status == BOOT_ENOMEM ? -12 : -22;
}

static enum boot_status first_chunk(const struct boot_config *cfg, const struct pcpu_env *env,
				    struct boot_areas *areas)
{
	if (cfg->choice == BOOT_GIVEN)
		return boot_given_first_chunk(cfg, env, areas);
	if (cfg->choice != BOOT_PAGE) {
		enum boot_status status = boot_embed_first_chunk(cfg, env, areas);

		if (status == BOOT_OK || cfg->km)
			return status;
		boot_printk(areas,
			    "setup_percpu: %s allocator failed (%d), falling back to page size\n",
			    cfg->choice == BOOT_AUTO ? "auto" : "embed", error_of(status));
	}
	return boot_page_first_chunk(cfg, env, areas);
}

/**
 * boot_setup_per_cpu_areas - get the per-CPU areas up and running
 * @cfg: the machine
 * @env: the world around it
 * @areas: filled in
 *
 * The caller owes a boot_release(), also after a failure: then only the log is left.
 *
 * Return: BOOT_OK, or why the last way that was tried failed, upon which the kernel panics.
 */
enum boot_status boot_setup_per_cpu_areas(const struct boot_config *cfg, const struct pcpu_env *env,
					  struct boot_areas *areas)
{
	enum boot_status status;

	*areas = (struct boot_areas){ 0 };
	areas->log = env->meta_alloc(env->ctx, PCPU_FAULT_NONE, BOOT_LOG_SIZE);
	/* masks are off the stack, so they have no more bits than there are CPU ids */
	boot_printk(areas,
		    "setup_percpu: NR_CPUS:%u nr_cpumask_bits:%u nr_cpu_ids:%u nr_node_ids:%u\n",
		    cfg->nr_cpus_max, cfg->nr_cpu_ids, cfg->nr_cpu_ids, cfg->nr_nodes);
	status = first_chunk(cfg, env, areas);
	if (status) {
		boot_printk(areas,
			    "Kernel panic - not syncing: cannot initialize percpu area (err=%d)\n",
			    error_of(status));
		return status;
	}

	for (unsigned int cpu = 0; cpu < cfg->nr_cpu_ids; cpu++) {
		if (!boot_cpu_possible(cfg, cpu))
			continue;
		areas->cpu_offset[cpu] = areas->base_addr + areas->unit_offset[cpu];
		areas->node_of[cpu] =
			cfg->early_node_of ? (*cfg->early_node_of)[cpu] : cfg->node_of[cpu];
	}
	if (cfg->early_node_of)
		*cfg->early_node_of = NULL; /* from now on there is one copy */
	return BOOT_OK;
}

static void release_pages(const struct boot_config *cfg, const struct pcpu_env *env,
			  struct boot_areas *areas)
{
	uint64_t page_size = UINT64_C(1) << cfg->page_shift;
	uint64_t size = areas->nr_units * areas->info.unit_size;
	unsigned int nr = (unsigned int)(size / page_size);

	pgtable_unmap(&cfg->vm->pt, areas->base_addr, nr);
	env->tlb_flush(env->ctx, areas->base_addr, areas->base_addr + size);
	while (nr)
		env->boot_free(env->ctx, areas->pages[--nr], page_size);
	env->meta_free(env->ctx, areas->pages);
}

/**
 * boot_release - give everything back; the kernel never does
 * @cfg: the machine
 * @env: the world around it
 * @areas: what boot_setup_per_cpu_areas() made, or left over when it failed
 *
 * An area of the vmalloc space stays registered.
 */
void boot_release(const struct boot_config *cfg, const struct pcpu_env *env,
		  struct boot_areas *areas)
{
	if (areas->info.groups) {
		if (areas->paged)
			release_pages(cfg, env, areas);
		for (unsigned int cpu = 0; !areas->paged && cpu < cfg->nr_cpu_ids; cpu++)
			if (boot_cpu_possible(cfg, cpu))
				env->boot_free(env->ctx, areas->base_addr + areas->unit_offset[cpu],
					       cfg->choice == BOOT_GIVEN ?
						       areas->info.unit_size :
						       boot_size_sum(&areas->info));
		env->meta_free(env->ctx, areas->group_offset);
		env->meta_free(env->ctx, areas->group_size);
		boot_free_alloc_info(env, &areas->info);
	}
	if (areas->log)
		env->meta_free(env->ctx, areas->log);
	*areas = (struct boot_areas){ 0 };
}
