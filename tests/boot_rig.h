/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_rig.h - a world with boot memory, for the tests of the boot half.
 *
 * One machine, booted once, compared with the naive oracle and released.  Does not choose the
 * machines.
 */
#ifndef TESTS_BOOT_RIG_H
#define TESTS_BOOT_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../oracle/boot_naive.h"

/* As long as there is no address space, one that can place early areas only. */
#if !__has_include("../impl/vm-area.c")
void vm_init(struct vm_space *vm, const struct vm_config *cfg, const struct pcpu_env *env)
{
	*vm = (struct vm_space){ .cfg = *cfg, .env = env };
	pgtable_init(&vm->pt, env, cfg->page_shift);
	vm->top.addr = cfg->start;
}

void vm_exit(struct vm_space *vm)
{
	pgtable_exit(&vm->pt);
}

uint64_t vm_register_early(struct vm_space *vm, uint64_t size, uint64_t align)
{
	uint64_t addr = (vm->top.addr + align - 1) & ~(align - 1);

	if (addr > vm->cfg.end || size > vm->cfg.end - addr)
		return 0;
	vm->top.addr = addr + size;
	return addr;
}
#endif

/**
 * struct rig - a machine and its world
 * @w:       metadata and faults; must be first, as it is the context of all calls
 * @mem:     boot memory
 * @vm:      address space
 * @cfg:     the machine; @static_data and @vm are filled in by rig_boot()
 * @memory:  its boot memory
 * @window:  its vmalloc window
 * @early:   bytes of a page-aligned early area that is registered before
 * @near:    if not NULL, cfg.distance: are two CPUs local?
 * @seed:    for @near
 * @areas, @status: what came of it
 * @dirty_start, @dirty_end: unmapped, and not flushed yet
 * @mapped:  pages that are mapped
 * @misuse:  what may not happen and the world does not see, or NULL
 */
struct rig {
	struct world w;
	struct machine machine;
	struct boot_mem mem;
	struct vm_space vm;
	struct boot_config cfg;
	struct boot_mem_config memory;
	struct vm_config window;
	uint64_t early;
	bool (*near)(const struct rig *rig, unsigned int a, unsigned int b);
	uint32_t seed;
	struct boot_areas areas;
	enum boot_status status;
	uint64_t dirty_start, dirty_end;
	unsigned int mapped;
	const char *misuse;
};

static unsigned int checks, failures;

static inline void check(bool ok, const char *what)
{
	checks++;
	if (!ok) {
		failures++;
		printf("FAILED: %s\n", what);
	}
}

static uint64_t rig_alloc(void *ctx, unsigned int node, uint64_t size, uint64_t align)
{
	struct rig *rig = ctx;

	if (budget_refuses(&rig->w.budget, PCPU_FAULT_BOOT))
		return 0;
	return boot_mem_alloc(&rig->mem, node, size, align);
}

static void rig_free(void *ctx, uint64_t addr, uint64_t size)
{
	struct rig *rig = ctx;

	boot_mem_free(&rig->mem, addr, size);
}

static uint8_t *rig_data(void *ctx, uint64_t addr)
{
	struct rig *rig = ctx;

	return boot_mem_data(&rig->mem, addr);
}

static uint32_t rig_frame(void *ctx, uint64_t addr)
{
	struct rig *rig = ctx;

	return boot_mem_frame(&rig->mem, addr);
}

static void rig_pte_set(void *ctx, uint64_t addr, uint32_t frame)
{
	struct rig *rig = ctx;

	if (frame != PCPU_NO_FRAME) {
		rig->mapped++;
		return;
	}
	rig->mapped--;
	if (!rig->dirty_end || addr < rig->dirty_start)
		rig->dirty_start = addr;
	if (addr + rig->w.page_size > rig->dirty_end)
		rig->dirty_end = addr + rig->w.page_size;
}

static void rig_flush(void *ctx, uint64_t start, uint64_t end)
{
	struct rig *rig = ctx;

	if (start >= end || start % rig->w.page_size || end % rig->w.page_size)
		rig->misuse = "an illegal range was flushed";
	if (start != rig->dirty_start || end != rig->dirty_end)
		rig->misuse = "what was flushed is not what was unmapped";
	rig->dirty_start = rig->dirty_end = 0;
}

static uint64_t rig_early(const void *ctx, uint64_t size, uint64_t align)
{
	const struct rig *rig = ctx;
	uint64_t addr = (rig->window.start + rig->early + align - 1) & ~(align - 1);

	return addr <= rig->window.end && size <= rig->window.end - addr ? addr : 0;
}

static uint32_t rig_frame_at(const void *ctx, uint64_t addr)
{
	const struct rig *rig = ctx;

	return pgtable_walk(&rig->vm.pt, addr);
}

static unsigned int rig_distance(const void *ctx, unsigned int from, unsigned int to)
{
	const struct rig *rig = ctx;

	return rig->near(rig, from, to) ? BOOT_LOCAL_DISTANCE : BOOT_LOCAL_DISTANCE + 10;
}

static inline bool near_by_node(const struct rig *rig, unsigned int a, unsigned int b)
{
	return rig->cfg.node_of[a] == rig->cfg.node_of[b];
}

static inline void rig_possible(struct rig *rig, unsigned int cpu)
{
	rig->cfg.possible[cpu / 64] |= UINT64_C(1) << cpu % 64;
	if (cpu >= rig->cfg.nr_cpu_ids)
		rig->cfg.nr_cpu_ids = cpu + 1;
}

/* Boots; @rig holds the machine and armed faults, and nothing from before. */
static inline void rig_boot(struct rig *rig, const struct budget *budget)
{
	uint32_t page = 1u << rig->cfg.page_shift;
	uint64_t size = rig->cfg.static_size <= 1u << 24 ? rig->cfg.static_size : 0;
	uint8_t *data = malloc(size + 1);

	for (uint64_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + i / 251 + 1);
	rig->machine = (struct machine){ .page = page };
	machine_defaults(&rig->machine);
	world_init(&rig->w, &rig->machine);
	rig->w.budget = *budget;
	rig->w.env.boot_alloc = rig_alloc;
	rig->w.env.boot_free = rig_free;
	rig->w.env.boot_data = rig_data;
	rig->w.env.boot_frame = rig_frame;
	rig->w.env.pte_set = rig_pte_set;
	rig->w.env.tlb_flush = rig_flush;
	rig->memory.backing = true;
	boot_mem_init(&rig->mem, &rig->memory);
	vm_init(&rig->vm, &rig->window, &rig->w.env);
	if (rig->early)
		vm_register_early(&rig->vm, rig->early, page);
	rig->cfg.static_data = data;
	rig->cfg.vm = &rig->vm;
	rig->cfg.distance = rig->near ? rig_distance : NULL;
	rig->cfg.distance_ctx = rig;
	rig->dirty_start = rig->dirty_end = 0;
	rig->mapped = 0;
	rig->misuse = NULL;
	rig->status = boot_setup_per_cpu_areas(&rig->cfg, &rig->w.env, &rig->areas);
}

static inline struct boot_naive_machine rig_machine(const struct rig *rig,
						    const struct budget *budget)
{
	return (struct boot_naive_machine){ .cfg = &rig->cfg,
					    .mem = rig->memory,
					    .budget = *budget,
					    .early = rig_early,
					    .early_ctx = rig };
}

static inline struct boot_naive_got rig_got(struct rig *rig)
{
	return (struct boot_naive_got){ .status = rig->status,
					.areas = &rig->areas,
					.mem = &rig->mem,
					.frame_at = rig_frame_at,
					.frame_ctx = rig,
					.per_cpu_ptr = boot_per_cpu_ptr,
					.in_first_chunk = boot_in_first_chunk,
					.is_static = boot_is_static };
}

/* Gives everything back; what is wrong with that, or NULL. */
static inline const char *rig_exit(struct rig *rig)
{
	const char *wrong = rig->misuse;

	boot_release(&rig->cfg, &rig->w.env, &rig->areas);
	wrong = wrong ? wrong : rig->misuse;
	if (!wrong && rig->mem.misuse)
		wrong = rig->mem.misuse;
	if (!wrong && rig->mem.live)
		wrong = "boot memory is left after the end";
	if (!wrong && (rig->mapped || rig->dirty_end))
		wrong = "pages are mapped, or not flushed, after the end";
	vm_exit(&rig->vm);
	if (!wrong && rig->w.misuse)
		wrong = rig->w.misuse;
	if (!wrong && rig->w.meta_live)
		wrong = "metadata is left after the end";
	boot_mem_exit(&rig->mem);
	world_exit(&rig->w);
	free((void *)rig->cfg.static_data);
	rig->cfg.static_data = NULL;
	return wrong;
}

/* Boots and compares with the oracle; *@left is what is left of the faults. */
static inline bool rig_run(struct rig *rig, const struct budget *budget, struct budget *left)
{
	struct boot_forecast *f = malloc(sizeof(*f));
	struct boot_naive_machine m;
	struct boot_naive_got got;
	const char *wrong = NULL;
	char msg[300] = "";
	enum boot_rule rule;

	rig_boot(rig, budget);
	m = rig_machine(rig, budget);
	got = rig_got(rig);
	boot_naive_forecast(&m, f);
	rule = boot_naive_check(&m, f, &got, msg, sizeof(msg));
	if (memcmp(f->budget.fault, rig->w.budget.fault, sizeof(f->budget.fault)))
		wrong = "not the requests that were foretold";
	if (rig->mapped && !rig->areas.paged)
		wrong = "pages are mapped that nobody knows of";
	if (left)
		*left = rig->w.budget;
	if (rule || wrong)
		printf("%s: %s\n%s", wrong ? wrong : boot_rule_names[rule], msg,
		       rig->areas.log ? rig->areas.log : "");
	boot_forecast_free(f);
	free(f);
	if (!rule && !wrong) {
		wrong = rig_exit(rig);
		if (wrong)
			printf("%s\n", wrong);
	} else {
		rig_exit(rig);
	}
	checks++;
	failures += rule || wrong;
	return !rule && !wrong;
}

static const struct budget no_faults;

#endif
