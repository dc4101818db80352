// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot-info.c - the layout: which CPUs share a group, and how large a unit is.
 *
 * Models pcpu_build_alloc_info() of mm/percpu.c.  Takes no boot memory and knows no addresses:
 * groups lie back to back here, and whoever takes the memory says where they really are.
 */
#include <assert.h>
#include <limits.h>

#include "boot.h"

/**
 * struct grouping - who is with whom
 * @nr:    groups
 * @first: lowest CPU of each group
 * @count: CPUs of each group
 * @of:    group of each possible CPU
 */
struct grouping {
	unsigned int nr;
	unsigned int first[BOOT_MAX_CPUS], count[BOOT_MAX_CPUS];
	unsigned int of[BOOT_MAX_CPUS];
};

static bool is_local(const struct boot_config *cfg, unsigned int a, unsigned int b)
{
	return cfg->distance(cfg->distance_ctx, a, b) == BOOT_LOCAL_DISTANCE &&
	       cfg->distance(cfg->distance_ctx, b, a) == BOOT_LOCAL_DISTANCE;
}

/*
 * A CPU joins the first group whose first CPU is local to it, in both directions.  What it is to
 * the other members does not matter; older kernels compared with all of them, which makes a
 * difference where nearness is not transitive.
 */
static void group_cpus(const struct boot_config *cfg, bool by_distance, struct grouping *g)
{
	by_distance = by_distance && cfg->distance;
	g->nr = 0;
	for (unsigned int cpu = 0; cpu < cfg->nr_cpu_ids; cpu++) {
		unsigned int group = 0;

		if (!boot_cpu_possible(cfg, cpu))
			continue;
		while (group < g->nr && by_distance && !is_local(cfg, g->first[group], cpu))
			group++;
		if (group == g->nr) {
			g->first[group] = cpu;
			g->count[group] = 0;
			g->nr++;
		}
		g->count[group]++;
		g->of[cpu] = group;
	}
}

/* The kernel computes in unsigned long and trusts its input; here a wrap is an error. */
static uint64_t size_limit(const struct boot_config *cfg)
{
	return cfg->vm->cfg.va_bits == 32 ? UINT32_MAX : UINT64_MAX;
}

static bool grow(uint64_t *sum, uint64_t more, uint64_t limit)
{
	if (more > limit - *sum)
		return false;
	*sum += more;
	return true;
}

static bool grow_to_multiple(uint64_t *sum, uint64_t of, uint64_t limit)
{
	return *sum % of == 0 || grow(sum, of - *sum % of, limit);
}

/* Fills in all sizes but that of the unit; *@min_unit is the least that it can be. */
static bool sizes(const struct boot_config *cfg, uint64_t dyn_size, uint64_t atom_size,
		  struct boot_info *info, uint64_t *min_unit)
{
	uint64_t limit = size_limit(cfg), sum = 0;

	if (dyn_size < cfg->dyn_early)
		dyn_size = cfg->dyn_early;
	if (!grow(&sum, cfg->static_size, limit) || !grow(&sum, cfg->reserved_size, limit) ||
	    !grow(&sum, dyn_size, limit) ||
	    !grow_to_multiple(&sum, UINT64_C(1) << cfg->page_shift, limit))
		return false;

	*min_unit = sum > cfg->min_unit_size ? sum : cfg->min_unit_size;
	info->static_size = cfg->static_size;
	info->reserved_size = cfg->reserved_size;
	info->dyn_size = sum - cfg->static_size - cfg->reserved_size;
	info->atom_size = atom_size;
	info->alloc_size = *min_unit;
	return *min_unit <= limit && grow_to_multiple(&info->alloc_size, atom_size, limit);
}

/*
 * Units per allocation.  More units mean fewer allocations, but also more units that no CPU uses,
 * as groups share no allocation; a third of the number of CPUs may be wasted.  Of those that need
 * the fewest allocations, the one with the largest units wins.  A single unit per allocation
 * wastes none, so there always is one.
 */
static unsigned int choose_upa(const struct boot_config *cfg, const struct boot_info *info,
			       uint64_t min_unit, const struct grouping *g)
{
	unsigned int nr_cpus = boot_nr_possible(cfg), may_waste = nr_cpus / 3;
	unsigned int best = 0, best_allocs = UINT_MAX;
	uint64_t max = info->alloc_size / min_unit;

	/* with more than this, a single allocation wastes too much already */
	if (max > nr_cpus + may_waste)
		max = nr_cpus + may_waste;
	for (unsigned int upa = (unsigned int)max; upa; upa--) {
		unsigned int allocs = 0;

		if (info->alloc_size % upa ||
		    info->alloc_size / upa % (UINT64_C(1) << cfg->page_shift))
			continue;
		for (unsigned int i = 0; i < g->nr; i++)
			allocs += (g->count[i] + upa - 1) / upa;
		if (allocs * upa - nr_cpus > may_waste)
			continue;
		/* fewer units in each never need fewer allocations, so from here on it gets worse
		 */
		if (allocs > best_allocs)
			break;
		best_allocs = allocs;
		best = upa;
	}
	assert(best);
	return best;
}

static void fill_groups(const struct boot_config *cfg, const struct grouping *g, unsigned int upa,
			struct boot_info *info)
{
	uint32_t *map = (uint32_t *)(info->groups + g->nr);
	uint64_t offset = 0;

	for (unsigned int i = 0; i < g->nr; i++) {
		struct boot_group *group = info->groups + i;
		unsigned int used = 0;

		group->nr_units = (g->count[i] + upa - 1) / upa * upa;
		group->base_offset = offset;
		group->cpu_map = map;
		for (unsigned int cpu = 0; cpu < cfg->nr_cpu_ids; cpu++)
			if (boot_cpu_possible(cfg, cpu) && g->of[cpu] == i)
				map[used++] = cpu;
		while (used < group->nr_units)
			map[used++] = BOOT_NO_CPU;
		map += group->nr_units;
		offset += group->nr_units * info->unit_size;
	}
}

/**
 * boot_build_alloc_info - decide on groups, units and sizes
 * @cfg: the machine; atom and page sizes must be legal, the rest may be anything
 * @env: asked for one piece of metadata, after all that can be wrong with @cfg was looked at
 * @dyn_size: dynamic region that is asked for
 * @atom_size: a power of two, a page or more
 * @by_distance: false puts all CPUs into one group
 * @info: where the layout is stored
 *
 * May be called again for the same machine, as it keeps nothing.
 *
 * Return: BOOT_OK; or BOOT_EINVAL or BOOT_ENOMEM and an @info without groups.
 */
enum boot_status boot_build_alloc_info(const struct boot_config *cfg, const struct pcpu_env *env,
				       uint64_t dyn_size, uint64_t atom_size, bool by_distance,
				       struct boot_info *info)
{
	unsigned int upa, nr_units = 0;
	uint64_t min_unit;
	struct grouping g;

	*info = (struct boot_info){ 0 };
	assert(cfg->nr_cpu_ids <= BOOT_MAX_CPUS && atom_size >> cfg->page_shift);
	assert(!(atom_size & (atom_size - 1)));
	group_cpus(cfg, by_distance, &g);
	if (!g.nr || !cfg->static_size || !sizes(cfg, dyn_size, atom_size, info, &min_unit))
		return BOOT_EINVAL;

	upa = choose_upa(cfg, info, min_unit, &g);
	info->unit_size = info->alloc_size / upa;
	for (unsigned int i = 0; i < g.nr; i++)
		nr_units += (g.count[i] + upa - 1) / upa * upa;
	if (nr_units > size_limit(cfg) / info->unit_size)
		return BOOT_EINVAL;

	info->groups = env->meta_alloc(env->ctx, PCPU_FAULT_META,
				       g.nr * sizeof(*info->groups) + nr_units * sizeof(uint32_t));
	if (!info->groups)
		return BOOT_ENOMEM;
	info->nr_groups = g.nr;
	fill_groups(cfg, &g, upa, info);
	return BOOT_OK;
}

/**
 * boot_free_alloc_info - forget a layout
 * @env: as given when it was made
 * @info: the layout
 */
void boot_free_alloc_info(const struct pcpu_env *env, struct boot_info *info)
{
	if (info->groups)
		env->meta_free(env->ctx, info->groups);
	*info = (struct boot_info){ 0 };
}
