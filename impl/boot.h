/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.h - setup_per_cpu_areas(): where the first unit of every CPU comes to lie.
 *
 *   node 0                          node 1
 *   |[unit of cpu0][unit of cpu2]   |[unit of cpu1][unused, freed again]
 *   ^ base_addr, group 0            ^ group 1: its offset is the distance to base_addr
 *
 * Groups CPUs by distance, chooses how many units one allocation holds, takes the memory either in
 * one piece per group (embed) or page by page, mapped in the vmalloc space (page), copies the
 * static data into each unit and translates addresses afterwards.  Models
 * pcpu_build_alloc_info(), pcpu_embed_first_chunk(), pcpu_page_first_chunk() and the layout half
 * of pcpu_setup_first_chunk() of mm/percpu.c, and setup_per_cpu_areas() of
 * arch/x86/kernel/setup_percpu.c, all of Linux 6.1.  Does not cover the chunks that serve the first
 * unit: percpu-setup.c does.
 */
#ifndef PCPU_BOOT_H
#define PCPU_BOOT_H

#include "env.h"
#include "vm.h"

#define BOOT_MAX_CPUS 256
#define BOOT_MAX_NODES 256
#define BOOT_NO_CPU UINT32_MAX /* a unit that no CPU uses */
#define BOOT_NO_UNIT UINT32_MAX /* a CPU that is not possible */
#define BOOT_LOCAL_DISTANCE 10 /* CPUs exactly this far from each other share a group */
#define BOOT_LOG_SIZE 16384 /* the lines of the largest machine, twice over */

/**
 * enum boot_choice - how the first chunk is made (percpu_alloc= on the kernel's command line)
 * @BOOT_AUTO:  embed, and if that fails page
 * @BOOT_EMBED: the same: naming embed does not forbid the fallback
 * @BOOT_PAGE:  page
 * @BOOT_GIVEN: neither: the architecture has a layout of its own
 */
enum boot_choice {
	BOOT_AUTO,
	BOOT_EMBED,
	BOOT_PAGE,
	BOOT_GIVEN,
	BOOT_CHOICE_NR,
};

/**
 * struct boot_config - what the machine is like, and what is asked for
 * @page_shift:    log2 of the page size, 8 to 16
 * @nr_cpu_ids:    highest possible CPU id plus 1, 1 to 256
 * @possible:      bit per CPU id; bits from @nr_cpu_ids on are not looked at
 * @node_of:       node of each CPU id, as the firmware says
 * @early_node_of: the map of that which is used until the areas are up: copied into them, and then
 *                 retired by setting this to NULL; NULL if there is none
 * @nr_nodes:      nodes there are, for the printed line only
 * @distance:      distance between two CPU ids, in one direction; NULL: all are local
 * @distance_ctx:  passed to it
 * @static_data:   what every unit starts with
 * @static_size:   its bytes, 1 or more
 * @reserved_size: bytes of the reserved region
 * @dyn_size:      bytes of the dynamic region that embed asks for (page asks for none); it is
 *                 extended to the end of its page
 * @dyn_early:     the least that @dyn_size is raised to (PERCPU_DYNAMIC_EARLY_SIZE)
 * @min_unit_size: the least that a unit is raised to, page-aligned (PCPU_MIN_UNIT_SIZE)
 * @atom_size:     unit of boot memory, a power of two, a page or more
 * @choice:        which way
 * @km:            chunks will be blocks of the linear map (CONFIG_NEED_PER_CPU_KM): the way by
 *                 pages is not there to fall back to, so groups far apart are only warned of
 * @vm:            the address space, for its size and for page
 * @nr_cpus_max:   NR_CPUS, for the printed line only
 */
struct boot_config {
	unsigned int page_shift;
	unsigned int nr_cpu_ids;
	uint64_t possible[BOOT_MAX_CPUS / 64];
	uint16_t node_of[BOOT_MAX_CPUS];
	const uint16_t **early_node_of;
	unsigned int nr_nodes;
	unsigned int (*distance)(const void *ctx, unsigned int from, unsigned int to);
	const void *distance_ctx;
	const uint8_t *static_data;
	uint64_t static_size, reserved_size, dyn_size;
	uint64_t dyn_early, min_unit_size, atom_size;
	enum boot_choice choice;
	bool km;
	struct vm_space *vm;
	unsigned int nr_cpus_max;
};

/**
 * struct boot_group - CPUs that are near each other (struct pcpu_group_info)
 * @nr_units:    units, unused ones at the end included
 * @base_offset: bytes from base_addr
 * @cpu_map:     CPU of each unit, or BOOT_NO_CPU
 */
struct boot_group {
	unsigned int nr_units;
	uint64_t base_offset;
	uint32_t *cpu_map;
};

/**
 * struct boot_info - a layout (struct pcpu_alloc_info)
 *
 * @alloc_size: bytes of one allocation, a multiple of the atom size; holds one or more units
 */
struct boot_info {
	uint64_t static_size, reserved_size, dyn_size;
	uint64_t unit_size, atom_size, alloc_size;
	unsigned int nr_groups;
	struct boot_group *groups;
};

/**
 * struct boot_areas - per-CPU areas up and running
 * @info:         the layout
 * @paged:        made by page, so mapped in the vmalloc space; else in boot memory
 * @base_addr:    address of the unit with offset 0
 * @nr_units:     units, unused ones included
 * @unit_of:      unit of each CPU id, or BOOT_NO_UNIT
 * @unit_offset:  of each CPU id: offset of its unit from the base of every chunk
 * @cpu_offset:   __per_cpu_offset of each CPU id; 0 if not possible
 * @node_of:      of each possible CPU id, copied from the early map, which is retired
 * @low_cpu, @high_cpu: the CPUs with the lowest and the highest unit offset
 * @group_offset, @group_size: of each group, bytes; @group_size covers unused units too
 * @pages:        if @paged, where each page lies in boot memory, unit by unit; else NULL
 * @log:          what was printed, one line each, ending in '\n'; also there after a failure
 *
 * The two arrays of the groups, and @log, are never refused: the kernel could not go on either.
 */
struct boot_areas {
	struct boot_info info;
	bool paged;
	uint64_t base_addr;
	unsigned int nr_units;
	uint32_t unit_of[BOOT_MAX_CPUS];
	uint64_t unit_offset[BOOT_MAX_CPUS];
	uint64_t cpu_offset[BOOT_MAX_CPUS];
	uint16_t node_of[BOOT_MAX_CPUS];
	unsigned int low_cpu, high_cpu;
	uint64_t *group_offset, *group_size;
	uint64_t *pages;
	char *log;
};

/**
 * enum boot_status - what became of it
 * @BOOT_OK:      up and running
 * @BOOT_ENOMEM:  boot memory, metadata or a mapping could not be had
 * @BOOT_ESPACE:  groups lie farther apart than 75 % of the vmalloc space (embed only)
 * @BOOT_EINVAL:  no CPU, sizes that overflow
 */
enum boot_status {
	BOOT_OK,
	BOOT_ENOMEM,
	BOOT_ESPACE,
	BOOT_EINVAL,
};

static inline bool boot_cpu_possible(const struct boot_config *cfg, unsigned int cpu)
{
	return cpu < cfg->nr_cpu_ids && cfg->possible[cpu / 64] >> cpu % 64 & 1;
}

static inline unsigned int boot_nr_possible(const struct boot_config *cfg)
{
	unsigned int nr = 0;

	for (unsigned int cpu = 0; cpu < cfg->nr_cpu_ids; cpu++)
		nr += boot_cpu_possible(cfg, cpu);
	return nr;
}

static inline uint64_t boot_size_sum(const struct boot_info *info)
{
	return info->static_size + info->reserved_size + info->dyn_size;
}

/* boot-info.c */
enum boot_status boot_build_alloc_info(const struct boot_config *cfg, const struct pcpu_env *env,
				       uint64_t dyn_size, uint64_t atom_size, bool by_distance,
				       struct boot_info *info);
void boot_free_alloc_info(const struct pcpu_env *env, struct boot_info *info);

/* boot-embed.c, boot-page.c: one way each */
enum boot_status boot_embed_first_chunk(const struct boot_config *cfg, const struct pcpu_env *env,
					struct boot_areas *areas);
enum boot_status boot_page_first_chunk(const struct boot_config *cfg, const struct pcpu_env *env,
				       struct boot_areas *areas);

/* boot-given.c */
enum boot_status boot_given_first_chunk(const struct boot_config *cfg, const struct pcpu_env *env,
					struct boot_areas *areas);

/* boot-setup.c */
void boot_commit(const struct boot_config *cfg, const struct pcpu_env *env,
		 struct boot_areas *areas, const struct boot_info *info, uint64_t base_addr);
enum boot_status boot_setup_per_cpu_areas(const struct boot_config *cfg, const struct pcpu_env *env,
					  struct boot_areas *areas);
void boot_release(const struct boot_config *cfg, const struct pcpu_env *env,
		  struct boot_areas *areas);

/* boot-ptr.c: addresses of the first chunk */
uint64_t boot_per_cpu_ptr(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu);
bool boot_in_first_chunk(const struct boot_areas *areas, uint64_t addr);
bool boot_is_static(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr);

/* boot-print.c: what the kernel prints */
void boot_print_info(const struct boot_config *cfg, const struct boot_info *info, char *buf,
		     size_t size);
void boot_printk(struct boot_areas *areas, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
