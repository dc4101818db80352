/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_naive.h - the naive oracle of the boot half: what must become of a machine, and whether it
 * did.
 *
 * Works on a fresh world: nothing taken of the boot memory, no page tables yet.  Does not know how
 * the vmalloc space places an early area; whoever does must say.
 */
#ifndef ORACLE_BOOT_NAIVE_H
#define ORACLE_BOOT_NAIVE_H

#include "boot_mem.h"
#include "world.h"
#include "../impl/boot.h"

#define BOOT_NAIVE_MAX_UNITS 1024

/**
 * enum boot_rule - what can be wrong
 * @BOOT_RULE_NONE: nothing
 * @boot_status:    the choice of the way, success and failure
 * @boot_layout:    groups, units, sizes
 * @boot_place:     addresses, group offsets; no two units share memory
 * @boot_units:     the maps of units and CPUs
 * @boot_static:    each unit starts with the static data and is zero behind it
 * @boot_lines:     what is printed
 * @boot_ptr:       translation of addresses
 * @boot_leak:      what is not used is given back, and only that
 */
#define BOOT_RULES(_)  \
	_(boot_status) \
	_(boot_layout) \
	_(boot_place)  \
	_(boot_units)  \
	_(boot_static) \
	_(boot_lines)  \
	_(boot_ptr)    \
	_(boot_leak)

enum boot_rule {
	BOOT_RULE_NONE,
#define RULE_OF(name) BOOT_RULE_##name,
	BOOT_RULES(RULE_OF)
#undef RULE_OF
		BOOT_RULE_NR,
};

extern const char *const boot_rule_names[BOOT_RULE_NR];

/**
 * struct boot_naive_machine - what the oracle is told
 * @cfg:       the machine
 * @mem:       its boot memory, all of it free
 * @budget:    faults armed before
 * @early:     where the vmalloc space puts an early area, or 0 if nowhere
 * @early_ctx: passed to it
 * @all_near:  a CPU has to be near all others of its group, not only the first
 */
struct boot_naive_machine {
	const struct boot_config *cfg;
	struct boot_mem_config mem;
	struct budget budget;
	uint64_t (*early)(const void *ctx, uint64_t size, uint64_t align);
	const void *early_ctx;
	bool all_near;
};

/**
 * struct boot_forecast - what must happen
 * @status:     what setup_per_cpu_areas() must return; all but @log and @budget only if BOOT_OK
 * @paged:      made by page
 * @used:       bytes of each used unit that stay taken
 * @group_of:   group of each possible CPU
 * @nr_units_of: units of each group
 * @unit_cpu:   CPU of each unit, or BOOT_NO_CPU
 * @unit_addr:  address of each unit
 * @base:       lowest of them
 * @pages:      if @paged, where each page lies in boot memory; else NULL
 * @budget:     faults armed afterwards
 * @log:        what must be printed
 */
struct boot_forecast {
	enum boot_status status;
	bool paged;
	uint64_t dyn_size, unit_size, atom_size, alloc_size, used;
	unsigned int nr_cpus, nr_groups, nr_units;
	uint64_t base;
	uint64_t *pages;
	struct budget budget;
	unsigned int group_of[BOOT_MAX_CPUS];
	unsigned int nr_units_of[BOOT_MAX_CPUS];
	uint32_t unit_cpu[BOOT_NAIVE_MAX_UNITS];
	uint64_t unit_addr[BOOT_NAIVE_MAX_UNITS];
	char log[BOOT_LOG_SIZE];
};

/**
 * struct boot_naive_got - what did happen
 * @status:         what setup_per_cpu_areas() returned
 * @areas:          and left behind
 * @mem:            the boot memory now
 * @frame_at:       the frame that an address of the vmalloc space is translated to
 * @frame_ctx:      passed to it
 * @per_cpu_ptr, @in_first_chunk, @is_static: the translations
 * @left_out:       bits 1 << BOOT_RULE_*: rules that are not looked at
 */
struct boot_naive_got {
	enum boot_status status;
	const struct boot_areas *areas;
	struct boot_mem *mem;
	uint32_t (*frame_at)(const void *ctx, uint64_t addr);
	const void *frame_ctx;
	uint64_t (*per_cpu_ptr)(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu);
	bool (*in_first_chunk)(const struct boot_areas *areas, uint64_t addr);
	bool (*is_static)(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr);
	unsigned int left_out;
};

/* boot_naive.c */
void boot_naive_forecast(const struct boot_naive_machine *m, struct boot_forecast *f);
void boot_forecast_free(struct boot_forecast *f);

/* boot_naive_check.c */
enum boot_rule boot_naive_check(const struct boot_naive_machine *m, const struct boot_forecast *f,
				const struct boot_naive_got *got, char *msg, size_t size);

#endif
