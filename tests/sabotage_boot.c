// SPDX-License-Identifier: GPL-2.0-only
/*
 * sabotage_boot.c - the rules about booting: of the machine itself, and once more beside it.
 */
#include <string.h>

#include "sabotage.h"

/* Two nodes, so two groups; of each unit a page is given back. */
#define EMBED                                                                                     \
	HEAD "machine cpus=4 page=4096 unit_pages=2 static=20 reserved=0 dyn=3000 vm_pages=2000 " \
	     "frames=64 first=embed atom=8192 nodes=2 node=0,1,0,1\n"                             \
	     "r0 = alloc size=64 align=4\n" /* 1 */

#define PAGED                                                                                \
	HEAD "machine cpus=2 page=256 unit_pages=2 static=33 reserved=0 dyn=99 vm_pages=48 " \
	     "frames=64 first=page\n"                                                        \
	     "r0 = alloc size=64 align=4\n" /* 1 */

#define GIVEN                                                                                  \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=64 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                     \
	     "r0 = alloc size=64 align=8\n" /* 1 */

/* Once more, elsewhere. */
#define BOOTS                                                                                      \
	HEAD "machine cpus=4 page=4096 unit_pages=2 static=20 reserved=64 dyn=3000 vm_pages=2000 " \
	     "frames=64 nodes=2 node=0,1,0,1\n"                                                    \
	     "boot embed static=20 reserved=64 dyn=300 unit=8192 atom=8192\n" /* 1 */              \
	     "boot page static=20 reserved=64 dyn=300 unit=8192 atom=8192\n" /* 2 */               \
	     "boot auto static=20 reserved=64 dyn=300 unit=8192 atom=8192 (fail boot 1)\n" /* 3 */ \
	     "boot page static=20 reserved=0 dyn=300 unit=4096 atom=4096 (fail map 2)\n" /* 4:     \
											    none   \
											  */       \
	     "boot embed static=20 reserved=0 dyn=300 unit=4096 atom=8192 (fail meta 40)\n" /* 5   \
											     */

/* The machine itself does not boot. */
#define DOWN                                                                                \
	HEAD "machine cpus=2 page=256 unit_pages=2 static=33 reserved=0 dyn=99 vm_pages=1 " \
	     "frames=64 first=page\n"                                                       \
	     "r0 = alloc size=64 align=4\n"

#define LIE(name, statement)                                           \
	static void lie_##name(struct saboteur *s, struct boot_lie *b) \
	{                                                              \
		(void)s;                                               \
		statement;                                             \
	}

LIE(failed, b->status = BOOT_ENOMEM)
LIE(booted, b->status = BOOT_OK)
LIE(other_status, b->status = BOOT_ESPACE)
LIE(paged, b->areas.paged = !b->areas.paged)
LIE(left_layout, b->areas.info.groups = b->group)
LIE(static_size, b->areas.info.static_size++)
LIE(reserved_size, b->areas.info.reserved_size += 4)
LIE(dyn_size, b->areas.info.dyn_size += 4)
LIE(unit_size, b->areas.info.unit_size += 256)
LIE(atom_size, b->areas.info.atom_size *= 2)
LIE(alloc_size, b->areas.info.alloc_size *= 2)
LIE(nr_groups, b->areas.info.nr_groups--)
LIE(group_units, b->group[0].nr_units++)
LIE(group_cpu, b->cpu_map[0] = BOOT_NO_CPU)
LIE(base_addr, b->areas.base_addr += 256)
LIE(group_shared, b->group[1].base_offset = b->group[0].base_offset)
LIE(group_base, b->group[1].base_offset += 256)
LIE(group_offset, b->group_offset[1] += 256)
LIE(group_offset_0, b->group_offset[0] += 256)
LIE(group_size, b->group_size[0] += 256)
LIE(group_size_less, b->group_size[0] -= 256)
LIE(page, b->areas.pages[1] += b->w->page_size)
LIE(no_pages, b->areas.pages = NULL)
LIE(nr_units, b->areas.nr_units++)
LIE(unit_of, b->areas.unit_of[1] = 0)
LIE(unit_of_none, b->areas.unit_of[200] = 0)
LIE(unit_offset, b->areas.unit_offset[1] += 256)
LIE(cpu_offset, b->areas.cpu_offset[1] += 256)
LIE(node_of, b->areas.node_of[1] ^= 1)
LIE(low_cpu, b->areas.low_cpu++)
LIE(high_cpu, b->areas.high_cpu--)
LIE(line, b->log[3]++)
LIE(more_lines, strcat(b->log, "more\n"))
LIE(fewer_lines, b->log[strlen(b->log) - 1] = '\0')
LIE(no_log, b->areas.log = NULL)

/* Deeds.  A unit of the CPU that is not the lowest, by what the boot said. */
static uint64_t unit_of_cpu1(const struct boot_lie *b)
{
	uint64_t addr = b->areas.base_addr + b->areas.unit_offset[1];

	if (b->areas.paged)
		addr = b->areas.pages[b->areas.unit_of[1] *
				      (b->areas.info.unit_size / b->w->page_size)];
	return addr;
}

LIE(static_byte, b->w->env.boot_data(b->w, unit_of_cpu1(b))[0] ^= 1)
LIE(dynamic_byte, b->w->env.boot_data(b->w, unit_of_cpu1(b))[255] ^= 1)
LIE(gone, b->w->env.boot_free(b->w, unit_of_cpu1(b), b->w->page_size))
LIE(taken, b->w->env.boot_alloc(b->w, 0, b->w->page_size, b->w->page_size))
LIE(wrong_free, b->w->env.boot_free(b->w, b->w->page_size, b->w->page_size))
LIE(odd_alloc, b->w->env.boot_alloc(b->w, 0, 100, b->w->page_size))
LIE(meta_taken, sabotage_leaked = b->w->env.meta_alloc(b->w, PCPU_FAULT_NONE, 8))
LIE(frame_taken, b->w->env.frame_alloc(b->w, 0, PCPU_OWNER_CHUNK))
LIE(asked, b->w->env.may_map(b->w))
LIE(map_range, b->w->env.pte_set(b->w, 256, 1))
LIE(stray_map, b->w->env.pte_set(b->w, b->w->vm_end - b->w->page_size, BOOT_MEM_FIRST_FRAME))

/* Two pages of the first unit exchanged where they are mapped. */
static void lie_mapped(struct saboteur *s, struct boot_lie *b)
{
	uint64_t addr = b->areas.base_addr;
	uint32_t frame[2] = { world_pte(b->w, addr), world_pte(b->w, addr + b->w->page_size) };

	(void)s;
	b->w->env.pte_set(b->w, addr, frame[1]);
	b->w->env.pte_set(b->w, addr + b->w->page_size, frame[0]);
}

static void lie_unmapped(struct saboteur *s, struct boot_lie *b)
{
	(void)s;
	b->w->env.pte_set(b->w, b->areas.base_addr + b->w->page_size, PCPU_NO_FRAME);
}

static uint64_t ptr_off(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu)
{
	return subject_ours.per_cpu_ptr(areas, ptr, cpu) + 1;
}

static bool first_never(const struct boot_areas *areas, uint64_t addr)
{
	(void)areas;
	(void)addr;
	return false;
}

static bool first_always(const struct boot_areas *areas, uint64_t addr)
{
	(void)areas;
	(void)addr;
	return true;
}

static bool static_never(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr)
{
	(void)areas;
	(void)addr;
	(void)can_addr;
	return false;
}

static bool static_off(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr)
{
	bool is = subject_ours.boot_is_static(areas, addr, can_addr);

	*can_addr += 4;
	return is;
}

/* Environments, for what is given back. */
static void lost_boot(void *ctx, uint64_t addr, uint64_t size)
{
	if (!is_sabotage_due())
		sabotage_env()->boot_free(ctx, addr, size);
}

static void wrap_lose_boot(struct pcpu_env *env)
{
	env->boot_free = lost_boot;
}

static void lost_unmap(void *ctx, uint64_t addr, uint32_t frame)
{
	if (!is_sabotage_due() || frame != PCPU_NO_FRAME)
		sabotage_env()->pte_set(ctx, addr, frame);
}

static void wrap_lose_unmap(struct pcpu_env *env)
{
	env->pte_set = lost_unmap;
}

static void lost_flush(void *ctx, uint64_t start, uint64_t end)
{
	if (!is_sabotage_due())
		sabotage_env()->tlb_flush(ctx, start, end);
}

static void wrap_lose_flush(struct pcpu_env *env)
{
	env->tlb_flush = lost_flush;
}

/* The same memory once more. */
static uint64_t same_boot(void *ctx, unsigned int node, uint64_t size, uint64_t align)
{
	static uint64_t first;
	static void *world;

	if (!is_sabotage_due())
		return sabotage_env()->boot_alloc(ctx, node, size, align);
	if (!((struct world *)ctx)->boot.live || world != ctx)
		first = sabotage_env()->boot_alloc(ctx, node, size, align);
	world = ctx;
	return first;
}

static void wrap_same_boot(struct pcpu_env *env)
{
	env->boot_alloc = same_boot;
}

static uint64_t boot_of_other_node(void *ctx, unsigned int node, uint64_t size, uint64_t align)
{
	return sabotage_env()->boot_alloc(ctx, is_sabotage_due() ? !node : node, size, align);
}

static void wrap_other_node(struct pcpu_env *env)
{
	env->boot_alloc = boot_of_other_node;
}

static void destroy_take_boot(struct world *w)
{
	w->env.boot_alloc(w->env.ctx, 0, 256, 256);
}

#define ALL(rule, lie)                                               \
	{ RULE_##rule, EMBED, AT_START, .boot = lie_##lie },         \
		{ RULE_##rule, PAGED, AT_START, .boot = lie_##lie }, \
		{ RULE_##rule, BOOTS, 1, .boot = lie_##lie },        \
	{                                                            \
		RULE_##rule, BOOTS, 2, .boot = lie_##lie             \
	}

static const struct sabotage rows[] = {
	ALL(boot_status, failed),
	ALL(boot_status, paged),
	{ RULE_boot_status, GIVEN, AT_START, .boot = lie_failed },
	{ RULE_boot_status, BOOTS, 3, .boot = lie_failed },
	{ RULE_boot_status, BOOTS, 4, .boot = lie_booted },
	{ RULE_boot_status, BOOTS, 4, .boot = lie_other_status },
	{ RULE_boot_status, BOOTS, 4, .boot = lie_left_layout },
	{ RULE_boot_status, DOWN, AT_START, .boot = lie_booted },
	ALL(boot_layout, static_size),
	ALL(boot_layout, reserved_size),
	ALL(boot_layout, dyn_size),
	ALL(boot_layout, unit_size),
	ALL(boot_layout, atom_size),
	ALL(boot_layout, alloc_size),
	ALL(boot_layout, nr_groups),
	ALL(boot_layout, group_units),
	ALL(boot_layout, group_cpu),
	ALL(boot_place, base_addr),
	ALL(boot_place, group_size),
	ALL(boot_place, group_offset_0),
	{ RULE_boot_place, EMBED, AT_START, .boot = lie_group_shared },
	{ RULE_boot_place, EMBED, AT_START, .boot = lie_group_base },
	{ RULE_boot_place, EMBED, AT_START, .boot = lie_group_offset },
	{ RULE_boot_place, BOOTS, 1, .boot = lie_group_shared },
	{ RULE_boot_place, PAGED, AT_START, .boot = lie_page },
	{ RULE_boot_place, PAGED, AT_START, .boot = lie_no_pages },
	{ RULE_boot_place, PAGED, AT_START, .boot = lie_mapped },
	{ RULE_boot_place, PAGED, AT_START, .boot = lie_unmapped },
	{ RULE_boot_place, BOOTS, 2, .boot = lie_mapped },
	{ RULE_boot_place, EMBED, AT_START, .wrap = wrap_same_boot },
	{ RULE_boot_place, EMBED, AT_START, .wrap = wrap_other_node },
	{ RULE_boot_place, GIVEN, AT_START, .boot = lie_base_addr },
	ALL(boot_units, nr_units),
	ALL(boot_units, unit_of),
	ALL(boot_units, unit_of_none),
	ALL(boot_units, unit_offset),
	ALL(boot_units, cpu_offset),
	ALL(boot_units, node_of),
	ALL(boot_units, low_cpu),
	ALL(boot_units, high_cpu),
	{ RULE_boot_units, GIVEN, AT_START, .boot = lie_unit_offset },
	{ RULE_boot_units, GIVEN, AT_START, .boot = lie_node_of },
	ALL(boot_static, static_byte),
	ALL(boot_static, dynamic_byte),
	{ RULE_boot_static, GIVEN, AT_START, .boot = lie_static_byte },
	{ RULE_boot_static, GIVEN, AT_START, .boot = lie_dynamic_byte },
	ALL(boot_lines, line),
	ALL(boot_lines, more_lines),
	ALL(boot_lines, fewer_lines),
	ALL(boot_lines, no_log),
	{ RULE_boot_lines, BOOTS, 4, .boot = lie_line },
	{ RULE_boot_lines, DOWN, AT_START, .boot = lie_line },
	{ RULE_boot_ptr, EMBED, AT_START, .per_cpu_ptr = ptr_off },
	{ RULE_boot_ptr, EMBED, AT_START, .in_first_chunk = first_never },
	{ RULE_boot_ptr, PAGED, AT_START, .in_first_chunk = first_always },
	{ RULE_boot_ptr, EMBED, AT_START, .boot_is_static = static_never },
	{ RULE_boot_ptr, BOOTS, 1, .boot_is_static = static_off },
	{ RULE_boot_ptr, BOOTS, 2, .per_cpu_ptr = ptr_off },
	ALL(boot_leak, gone),
	ALL(boot_leak, taken),
	ALL(boot_leak, wrong_free),
	ALL(boot_leak, odd_alloc),
	{ RULE_boot_leak, EMBED, AT_START, .wrap = wrap_lose_boot },
	{ RULE_boot_leak, BOOTS, 1, .wrap = wrap_lose_boot },
	{ RULE_boot_leak, BOOTS, 2, .wrap = wrap_lose_boot },
	{ RULE_boot_leak, BOOTS, 4, .wrap = wrap_lose_boot },
	{ RULE_boot_leak, BOOTS, 4, .boot = lie_taken },
	{ RULE_boot_leak, DOWN, AT_START, .boot = lie_taken },
	{ RULE_boot_leak, BOOTS, 1, .boot = lie_meta_taken },
	{ RULE_requests, BOOTS, 5, .boot = lie_asked },
	{ RULE_map_range, BOOTS, 1, .boot = lie_map_range },
	{ RULE_map_range, EMBED, AT_START, .boot = lie_map_range },
	{ RULE_tlb_stale, BOOTS, 2, .wrap = wrap_lose_flush },
	{ RULE_tlb_stale, BOOTS, 4, .wrap = wrap_lose_flush },
	/* what went unnoticed until sabotage showed it */
	{ RULE_boot_place, DOWN, AT_START, .boot = lie_stray_map },
	{ RULE_requests, BOOTS, 1, .boot = lie_frame_taken },
	{ RULE_boot_place, BOOTS, 4, .wrap = wrap_lose_unmap },
	{ RULE_frame_mapped, BOOTS, 2, .wrap = wrap_lose_unmap },
	{ RULE_boot_place, BOOTS, 1, .boot = lie_stray_map },
	{ RULE_boot_place, GIVEN, AT_START, .boot = lie_group_offset_0 },
	{ RULE_boot_place, GIVEN, AT_START, .boot = lie_group_size_less },
	{ RULE_boot_layout, GIVEN, AT_START, .boot = lie_dyn_size },
	{ RULE_boot_units, GIVEN, AT_START, .boot = lie_cpu_offset },
	{ RULE_boot_units, GIVEN, AT_START, .boot = lie_low_cpu },
	{ RULE_boot_lines, GIVEN, AT_START, .boot = lie_line },
	{ RULE_boot_leak, GIVEN, AT_START, .boot = lie_taken },
	{ RULE_leak_boot, PLAIN, 0, .destroy = destroy_take_boot },
	{ RULE_leak_boot, PAGED, 0, .destroy = destroy_take_boot },
	{ RULE_leak_boot, PAGED, 0, .wrap = wrap_lose_boot },
};

const struct sabotage_table sabotage_boot = SABOTAGE_TABLE("boot", rows);
