/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sabotage.h - the ways in which test_rules.c breaks rules, and what they are written with.
 *
 * Does not know how a sabotage is run: test_rules.c does.
 */
#ifndef TESTS_SABOTAGE_H
#define TESTS_SABOTAGE_H

#include "../impl/pcpu.h"
#include "../oracle/oracle.h"

#define HEAD "pcpu-program 1\n"
#define AT_START UINT32_MAX /* in struct sabotage: while the machine boots, before any op */
#define AT_END (UINT32_MAX - 1) /* in @found: not before all is freed */

/* Two CPUs, all regions, chunks of four pages; c1 gets two of them. */
#define PLAIN                                                                                  \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=64 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                     \
	     "r0 = alloc size=64 align=8\n" /* 1: c0+88 */                                     \
	     "r1 = alloc size=384 align=4\n" /* 2: c1+0 */                                     \
	     "r2 = alloc size=8 align=4 reserved\n" /* 3 */                                    \
	     "write r0 seed=1\n"                                                               \
	     "write r1 seed=2\n"                                                               \
	     "r3 = alloc size=64 align=8\n" /* 4: c0+152 */                                    \
	     "free r3\n" /* 5 */                                                               \
	     "balance\n" /* 6 */                                                               \
	     "verify r1\n"

/**
 * struct shown - the chunk that view lies are about: the last one that is not immutable
 * @c: what is shown of it
 * @md, @blocks, @alloc_map, @bound_map, @populated: private copies that @c points to
 */
struct shown {
	struct subject_chunk *c;
	struct subject_md *md, *blocks;
	unsigned long *alloc_map, *bound_map, *populated;
};

#define LIE_MAX 64

/**
 * struct boot_lie - what a boot came to, in a copy that can be changed
 * @w: its world
 * @status, @areas: what is told
 * @group, @cpu_map, @group_offset, @group_size, @pages, @log: what @areas points to, up to LIE_MAX
 *                  each; @cpu_map is that of the first group
 */
struct boot_lie {
	struct world *w;
	enum boot_status status;
	struct boot_areas areas;
	struct boot_group group[LIE_MAX];
	uint32_t cpu_map[LIE_MAX];
	uint64_t group_offset[LIE_MAX], group_size[LIE_MAX], pages[LIE_MAX];
	char log[BOOT_LOG_SIZE];
};

/**
 * struct saboteur - the subject
 * @s:       our allocator
 * @w:       its world
 * @env:     the environment that it would have had
 * @how:     what to break, or NULL
 * @calls:   calls so far
 * @first:   what the first alloc returned
 * @ptr:     what the last op that returned an address returned
 * @last_base: address of the chunk that lies are about
 * @set, @nr_set: congruent areas that are still to be freed
 * @boot:    what the last boot that was lied about is said to have come to
 * @copy:    what the last view points to
 */
struct saboteur {
	void *s;
	struct world *w;
	struct pcpu_env env;
	const struct sabotage *how;
	uint32_t calls;
	uint64_t first, ptr, last_base;
	void *set;
	unsigned int nr_set;
	struct boot_lie boot;
	void *copy[512];
	size_t nr_copies;
};

/**
 * struct sabotage - one rule, and one way to break it
 * @rule:    must be reported
 * @program: run with the sabotage, and without: then it must be clean
 * @from:    the call (from 1; all ops but write and verify make one) that it begins with; 0 is the
 *           end, AT_START the boot
 * @found:   the call that reports it, if that is a later one
 * @full:    only ORACLE_FULL can see it
 * @in_place: maps and hints are shown where they lie, as a real subject does; @view must not
 *           change them
 *
 * In that call only:
 * @wrap:    the environment of the subject, whose functions must ask is_sabotage_due()
 * @skip:    the op is not done: a balance, a purge, a free of congruent areas
 * @before, @after: done besides the op
 * @alloc, @free, @balance, @populate, @phys, @is_static, @vfree: done instead of the op; @vfree
 * also stands for remove_vm_area
 * @area, @find, @set, @info: what is told, given what would be; @area of get_vm_area and vmalloc
 * @boot:    the same of a boot
 *
 * From then on:
 * @view, @areas, @translate: what is told, given what would be
 * @per_cpu_ptr, @in_first_chunk, @boot_is_static: told instead
 *
 * Besides:
 * @destroy: done after the subject ended
 * @observe: done after that call, to the oracle itself; must be reported by the op after it
 */
struct sabotage {
	enum rule rule;
	const char *program;
	uint32_t from, found;
	bool full, in_place, skip;
	void (*wrap)(struct pcpu_env *env);
	void (*before)(struct saboteur *s);
	void (*after)(struct saboteur *s);
	uint64_t (*alloc)(struct saboteur *s, const struct alloc_args *args);
	bool (*free)(struct saboteur *s, uint64_t ptr);
	void (*balance)(struct saboteur *s);
	int (*populate)(struct saboteur *s);
	bool (*phys)(struct saboteur *s, uint64_t addr, uint64_t *phys);
	bool (*is_static)(struct saboteur *s, uint64_t addr, uint64_t *can_addr);
	bool (*vfree)(struct saboteur *s, uint64_t addr);
	uint64_t (*area)(struct saboteur *s, uint64_t addr);
	bool (*find)(struct saboteur *s, bool found, struct subject_area *area);
	void *(*set)(struct saboteur *s, void *set, uint64_t *addr);
	size_t (*info)(char *buf, size_t len);
	void (*boot)(struct saboteur *s, struct boot_lie *b);
	void (*view)(struct subject_view *v, const struct shown *k);
	unsigned int (*areas)(struct subject_area *area, unsigned int nr);
	uint32_t (*translate)(struct saboteur *s, uint64_t addr, uint32_t frame);
	uint64_t (*per_cpu_ptr)(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu);
	bool (*in_first_chunk)(const struct boot_areas *areas, uint64_t addr);
	bool (*boot_is_static)(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr);
	void (*destroy)(struct world *w);
	void (*observe)(struct oracle *o);
};

/**
 * struct sabotage_table - the sabotages of one file
 */
struct sabotage_table {
	const char *name;
	const struct sabotage *row;
	size_t nr;
};

#define SABOTAGE_TABLE(title, rows)                                                  \
	{                                                                            \
		.name = (title), .row = (rows), .nr = sizeof(rows) / sizeof(*(rows)) \
	}

extern const struct sabotage_table sabotage_pcpu, sabotage_world, sabotage_vm, sabotage_boot,
	sabotage_trouble, sabotage_km;

/* test_rules.c */
bool is_sabotage_due(void);
const struct pcpu_env *sabotage_env(void);
uint64_t first_base(struct saboteur *s);
uint64_t on_cpu1(struct saboteur *s, uint64_t ptr);

/* sabotage_pcpu.c: metadata that was kept, for the sanitizer's sake */
extern void *sabotage_leaked;

/* TWO_LARGEST and TWO_SMALL have to lie about the state that the call finds. */
bool sabotage_is_early(const struct sabotage *how);

#endif
