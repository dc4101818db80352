// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot_naive.c - what must become of a machine that sets up its per-CPU areas.
 *
 * Written from the documentation in mm/percpu.c, by trying all there is to try, and shares no code
 * with impl/boot-*.c.  Plays the requests on boot memory without backing, faults included.  Does
 * not look at what the implementation did: boot_naive_check.c does.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_naive.h"

/* One forecast in the making. */
struct play {
	const struct boot_naive_machine *m;
	const struct boot_config *cfg;
	struct boot_forecast *f;
	struct boot_mem mem;
	uint64_t page;
};

__attribute__((format(printf, 2, 3))) static void say(struct boot_forecast *f, const char *format,
						      ...)
{
	size_t len = strlen(f->log);
	va_list args;

	va_start(args, format);
	vsnprintf(f->log + len, sizeof(f->log) - len, format, args);
	va_end(args);
}

static bool possible(const struct boot_config *cfg, unsigned int cpu)
{
	return cfg->possible[cpu >> 6] & UINT64_C(1) << (cpu & 63);
}

static bool near(const struct boot_config *cfg, unsigned int a, unsigned int b)
{
	return cfg->distance(cfg->distance_ctx, a, b) == BOOT_LOCAL_DISTANCE &&
	       cfg->distance(cfg->distance_ctx, b, a) == BOOT_LOCAL_DISTANCE;
}

/* Take the lowest CPU that has no group, and all that have none and are near it; repeat. */
static void play_groups_by_first(struct play *p, bool by_distance)
{
	bool placed[BOOT_MAX_CPUS] = { false };

	p->f->nr_groups = p->f->nr_cpus = 0;
	for (unsigned int leader = 0; leader < p->cfg->nr_cpu_ids; leader++) {
		if (!possible(p->cfg, leader) || placed[leader])
			continue;
		for (unsigned int cpu = leader; cpu < p->cfg->nr_cpu_ids; cpu++) {
			if (!possible(p->cfg, cpu) || placed[cpu])
				continue;
			if (cpu != leader && by_distance && p->cfg->distance &&
			    !near(p->cfg, leader, cpu))
				continue;
			placed[cpu] = true;
			p->f->group_of[cpu] = p->f->nr_groups;
			p->f->nr_cpus++;
		}
		p->f->nr_groups++;
	}
}

/* Is a CPU near all CPUs before it that are in a group? */
static bool near_all(const struct play *p, unsigned int cpu, unsigned int group)
{
	for (unsigned int other = 0; other < cpu; other++)
		if (possible(p->cfg, other) && p->f->group_of[other] == group &&
		    !near(p->cfg, other, cpu))
			return false;
	return true;
}

/* As long ago: each CPU goes to the first group that it is near all CPUs of. */
static void play_groups(struct play *p, bool by_distance)
{
	if (!p->m->all_near || !by_distance || !p->cfg->distance) {
		play_groups_by_first(p, by_distance);
		return;
	}
	p->f->nr_groups = p->f->nr_cpus = 0;
	for (unsigned int cpu = 0; cpu < p->cfg->nr_cpu_ids; cpu++) {
		unsigned int group = 0;

		if (!possible(p->cfg, cpu))
			continue;
		while (!near_all(p, cpu, group))
			group++;
		p->f->group_of[cpu] = group;
		p->f->nr_cpus++;
		if (group == p->f->nr_groups)
			p->f->nr_groups++;
	}
}

static unsigned int cpus_in(const struct play *p, unsigned int group)
{
	unsigned int nr = 0;

	for (unsigned int cpu = 0; cpu < p->cfg->nr_cpu_ids; cpu++)
		if (possible(p->cfg, cpu) && p->f->group_of[cpu] == group)
			nr++;
	return nr;
}

static uint64_t ceil_div(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

/* ceil(a / b) * b, or false if that does not fit below the limit. */
static bool round_up(uint64_t a, uint64_t b, uint64_t limit, uint64_t *to)
{
	return !__builtin_mul_overflow(ceil_div(a, b), b, to) && *to <= limit;
}

static bool play_sizes(struct play *p, uint64_t dyn, uint64_t atom, uint64_t limit,
		       uint64_t *min_unit)
{
	struct boot_forecast *f = p->f;
	uint64_t sum;

	if (p->cfg->dyn_early > dyn)
		dyn = p->cfg->dyn_early;
	if (__builtin_add_overflow(p->cfg->static_size, p->cfg->reserved_size, &sum) ||
	    __builtin_add_overflow(sum, dyn, &sum) || !round_up(sum, p->page, limit, &f->used))
		return false;
	f->dyn_size = f->used - p->cfg->static_size - p->cfg->reserved_size;
	f->atom_size = atom;
	*min_unit = f->used < p->cfg->min_unit_size ? p->cfg->min_unit_size : f->used;
	return round_up(*min_unit, atom, limit, &f->alloc_size);
}

/* All numbers of units that an allocation could hold, tried one by one. */
static unsigned int best_upa(const struct play *p, uint64_t min_unit)
{
	uint64_t best_allocs = UINT64_MAX;
	unsigned int best = 0;

	/* of more than twice the CPUs, more than a third stays unused for certain */
	for (unsigned int upa = 1; upa <= 2 * p->f->nr_cpus; upa++) {
		uint64_t unit = p->f->alloc_size / upa, allocs = 0;

		if (unit < min_unit || unit * upa != p->f->alloc_size || unit % p->page)
			continue;
		for (unsigned int group = 0; group < p->f->nr_groups; group++)
			allocs += ceil_div(cpus_in(p, group), upa);
		if (allocs * upa > p->f->nr_cpus + p->f->nr_cpus / 3)
			continue;
		if (allocs < best_allocs) {
			best_allocs = allocs;
			best = upa;
		}
	}
	return best;
}

static enum boot_status play_layout(struct play *p, uint64_t dyn, uint64_t atom, bool by_distance)
{
	uint64_t limit = p->cfg->vm->cfg.va_bits == 32 ? UINT32_MAX : UINT64_MAX;
	struct boot_forecast *f = p->f;
	uint64_t min_unit, total;
	unsigned int upa;

	play_groups(p, by_distance);
	if (!f->nr_cpus || !p->cfg->static_size || !play_sizes(p, dyn, atom, limit, &min_unit))
		return BOOT_EINVAL;
	upa = best_upa(p, min_unit);
	f->unit_size = f->alloc_size / upa;
	f->nr_units = 0;
	for (unsigned int group = 0; group < f->nr_groups; group++) {
		unsigned int first = f->nr_units;

		for (unsigned int cpu = 0; cpu < p->cfg->nr_cpu_ids; cpu++)
			if (possible(p->cfg, cpu) && f->group_of[cpu] == group)
				f->unit_cpu[f->nr_units++] = cpu;
		while ((f->nr_units - first) % upa)
			f->unit_cpu[f->nr_units++] = BOOT_NO_CPU;
		f->nr_units_of[group] = f->nr_units - first;
	}
	if (__builtin_mul_overflow(f->unit_size, (uint64_t)f->nr_units, &total) || total > limit)
		return BOOT_EINVAL;
	return BOOT_OK;
}

static uint64_t play_boot_alloc(struct play *p, unsigned int cpu, uint64_t size, uint64_t align)
{
	if (budget_refuses(&p->f->budget, PCPU_FAULT_BOOT))
		return 0;
	return boot_mem_alloc(&p->mem, p->cfg->node_of[cpu], size, align);
}

/* More than three quarters, without a product that could wrap. */
static bool over_three_quarters(uint64_t distance, uint64_t window)
{
	uint64_t quarter = ceil_div(window, 4); /* what may be left over at least */

	return distance > window || window - distance < quarter;
}

static enum boot_status play_embed(struct play *p)
{
	uint64_t low = UINT64_MAX, high = 0, high_end = 0;
	uint64_t window = p->cfg->vm->cfg.end - p->cfg->vm->cfg.start;
	struct boot_forecast *f = p->f;
	unsigned int unit = 0;
	enum boot_status status = play_layout(p, p->cfg->dyn_size, p->cfg->atom_size, true);

	if (status)
		return status;
	if (budget_refuses(&f->budget, PCPU_FAULT_META) ||
	    budget_refuses(&f->budget, PCPU_FAULT_META))
		return BOOT_ENOMEM;
	for (unsigned int group = 0; group < f->nr_groups; group++) {
		uint64_t size = f->nr_units_of[group] * f->unit_size;
		uint64_t addr = play_boot_alloc(p, f->unit_cpu[unit], size, p->cfg->atom_size);

		if (!addr)
			return BOOT_ENOMEM;
		if (addr < low)
			low = addr;
		if (addr >= high) {
			high = addr;
			high_end = addr + size;
		}
		for (unsigned int i = 0; i < f->nr_units_of[group]; i++)
			f->unit_addr[unit++] = addr + i * f->unit_size;
	}
	if (over_three_quarters(high_end - low, window)) {
		say(f, "percpu: max_distance=0x%" PRIx64, high_end - low);
		say(f, " too large for vmalloc space 0x%" PRIx64 "\n", window);
		/* a warning only if there is nothing to fall back to */
		if (!p->cfg->km)
			return BOOT_ESPACE;
	}
	f->base = low;
	f->paged = false;
	say(f, "percpu: Embedded %" PRIu64 " pages/cpu", f->used / p->page);
	say(f, " s%" PRIu64 " r%" PRIu64 " d%" PRIu64 " u%" PRIu64 "\n", p->cfg->static_size,
	    p->cfg->reserved_size, f->dyn_size, f->unit_size);
	return BOOT_OK;
}

static uint64_t *new_pages(uint64_t nr)
{
	uint64_t *pages = calloc(nr, sizeof(*pages));

	if (!pages) {
		fputs("pcpufuzz: out of memory\n", stderr);
		abort();
	}
	return pages;
}

/* Tables of a level are made when the first address below them is mapped. */
static bool play_map(struct play *p, uint64_t nr)
{
	unsigned int bits = p->cfg->page_shift - 3;

	for (uint64_t i = 0; i < nr; i++) {
		uint64_t addr = p->f->base + i * p->page;

		for (unsigned int level = PGTABLE_LEVELS - 1; level; level--) {
			unsigned int shift = p->cfg->page_shift + level * bits;
			bool known = shift >= 64 ? i > 0 :
						   i && addr >> shift == (addr - p->page) >> shift;

			if (!known && budget_refuses(&p->f->budget, PCPU_FAULT_TABLE))
				return false;
		}
		if (budget_refuses(&p->f->budget, PCPU_FAULT_MAP))
			return false;
	}
	return true;
}

static enum boot_status play_page(struct play *p)
{
	enum boot_status status = play_layout(p, 0, p->page, false);
	struct boot_forecast *f = p->f;
	uint64_t nr, per_unit;

	if (status)
		return status;
	if (budget_refuses(&f->budget, PCPU_FAULT_META))
		return BOOT_ENOMEM;
	per_unit = f->unit_size / p->page;
	if (__builtin_mul_overflow(per_unit, (uint64_t)f->nr_cpus, &nr) || nr > INT_MAX)
		return BOOT_EINVAL;
	if (budget_refuses(&f->budget, PCPU_FAULT_META))
		return BOOT_ENOMEM;
	f->pages = new_pages(nr);
	for (uint64_t i = 0; i < nr; i++) {
		unsigned int cpu = f->unit_cpu[i / per_unit];

		f->pages[i] = play_boot_alloc(p, cpu, p->page, p->page);
		if (!f->pages[i]) {
			say(f, "percpu: failed to allocate %" PRIu64 "K page", p->page / 1024);
			say(f, " for cpu%u\n", cpu);
			return BOOT_ENOMEM;
		}
	}
	f->base = p->m->early(p->m->early_ctx, nr * p->page, p->page);
	if (!f->base || !play_map(p, nr))
		return BOOT_ENOMEM;
	f->paged = true;
	f->used = f->unit_size;
	for (unsigned int i = 0; i < f->nr_units; i++)
		f->unit_addr[i] = f->base + i * f->unit_size;
	say(f, "percpu: %" PRIu64 " %" PRIu64 "K pages/cpu", per_unit, p->page / 1024);
	say(f, " s%" PRIu64 " r%" PRIu64 " d%" PRIu64 "\n", p->cfg->static_size,
	    p->cfg->reserved_size, f->dyn_size);
	return BOOT_OK;
}

/* The layout is given: one group, a unit for each CPU in the order of their ids. */
static enum boot_status play_given(struct play *p)
{
	uint64_t limit = p->cfg->vm->cfg.va_bits == 32 ? UINT32_MAX : UINT64_MAX;
	struct boot_forecast *f = p->f;
	uint64_t addr, sum;

	play_groups(p, false);
	if (!f->nr_cpus || !p->cfg->static_size ||
	    __builtin_add_overflow(p->cfg->static_size, p->cfg->reserved_size, &sum) ||
	    __builtin_add_overflow(sum, p->cfg->dyn_size, &sum) || sum > p->cfg->min_unit_size ||
	    __builtin_mul_overflow(p->cfg->min_unit_size, (uint64_t)f->nr_cpus, &sum) ||
	    sum > limit)
		return BOOT_EINVAL;
	f->dyn_size = p->cfg->dyn_size;
	f->atom_size = p->cfg->atom_size;
	f->alloc_size = f->unit_size = f->used = p->cfg->min_unit_size;
	f->nr_units = f->nr_units_of[0] = f->nr_cpus;
	if (budget_refuses(&f->budget, PCPU_FAULT_BOOT))
		return BOOT_ENOMEM;
	addr = boot_mem_alloc(&p->mem, 0, f->nr_units * f->unit_size, f->atom_size);
	if (!addr)
		return BOOT_ENOMEM;
	f->base = addr;
	for (unsigned int cpu = 0, unit = 0; cpu < p->cfg->nr_cpu_ids; cpu++) {
		if (!possible(p->cfg, cpu))
			continue;
		f->unit_cpu[unit] = cpu;
		f->unit_addr[unit++] = addr;
		addr += f->unit_size;
	}
	return BOOT_OK;
}

static int columns(unsigned int n)
{
	return snprintf(NULL, 0, "%u", n);
}

/*
 * Each allocation is a text of fixed width, for a machine whose CPU ids are not sparse.  The
 * largest power of two of them that fits into 60 columns makes a line; at least one.
 */
static void say_layout(struct play *p)
{
	unsigned int upa = (unsigned int)(p->f->alloc_size / p->f->unit_size);
	int group_columns = columns(p->f->nr_groups), cpu_columns = columns(p->f->nr_cpus);
	unsigned int width = (unsigned int)strlen("[] ") + (unsigned int)group_columns;
	unsigned int fit, in_line = 0, group = 0, left = p->f->nr_units_of[0];

	width += upa * ((unsigned int)cpu_columns + (unsigned int)strlen(" "));
	for (fit = 64; fit > 1 && fit * width > 60;)
		fit /= 2;
	say(p->f, "pcpu-alloc: s%" PRIu64 " r%" PRIu64, p->cfg->static_size, p->cfg->reserved_size);
	say(p->f, " d%" PRIu64 " u%" PRIu64 " alloc=%" PRIu64 "*%" PRIu64 "\n", p->f->dyn_size,
	    p->f->unit_size, p->f->alloc_size / p->f->atom_size, p->f->atom_size);
	for (unsigned int unit = 0; unit < p->f->nr_units; unit++) {
		if (!left)
			left = p->f->nr_units_of[++group];
		if (unit % upa == 0) {
			if (in_line == fit)
				say(p->f, "\n");
			in_line = in_line % fit + 1;
			if (in_line == 1)
				say(p->f, "pcpu-alloc: ");
			say(p->f, "[%0*u] ", group_columns, group);
		}
		if (p->f->unit_cpu[unit] == BOOT_NO_CPU)
			say(p->f, "%s ", cpu_columns == 1 ? "-" : cpu_columns == 2 ? "--" : "---");
		else
			say(p->f, "%0*u ", cpu_columns, p->f->unit_cpu[unit]);
		left--;
	}
	say(p->f, "\n");
}

/* Chunks as large as the first one, each in a power of two of pages. */
static void say_waste(struct play *p)
{
	uint64_t pages = p->f->nr_units * p->f->unit_size / p->page, waste = 0;

	while ((pages + waste) & (pages + waste - 1))
		waste++;
	if (waste)
		say(p->f, "percpu: wasting %" PRIu64 " pages per chunk\n", waste);
}

static int error_number(enum boot_status status)
{
	static const int numbers[] = {
		[BOOT_OK] = 0, [BOOT_ENOMEM] = -12, [BOOT_ESPACE] = -22, [BOOT_EINVAL] = -22
	};

	return numbers[status];
}

static void start_memory(struct play *p)
{
	boot_mem_init(&p->mem, &p->m->mem);
	p->mem.cfg.backing = false;
}

/**
 * boot_naive_forecast - say what must happen
 * @m: the machine
 * @f: where it is stored; free with boot_forecast_free()
 */
void boot_naive_forecast(const struct boot_naive_machine *m, struct boot_forecast *f)
{
	struct play p; /* not cleared, as it is large: each member is set, the memory by its own */

	/* the arrays are filled as far as they are used */
	memset(f, 0, offsetof(struct boot_forecast, group_of));
	f->log[0] = '\0';
	f->budget = m->budget;
	f->status = BOOT_EINVAL;
	p.m = m;
	p.cfg = m->cfg;
	p.f = f;
	p.page = UINT64_C(1) << m->cfg->page_shift;
	start_memory(&p);
	say(f, "setup_percpu: NR_CPUS:%u", m->cfg->nr_cpus_max);
	say(f, " nr_cpumask_bits:%u nr_cpu_ids:%u", m->cfg->nr_cpu_ids, m->cfg->nr_cpu_ids);
	say(f, " nr_node_ids:%u\n", m->cfg->nr_nodes);
	if (m->cfg->choice == BOOT_GIVEN) {
		f->status = play_given(&p);
	} else if (m->cfg->choice != BOOT_PAGE) {
		f->status = play_embed(&p);
		if (f->status && !m->cfg->km)
			say(f,
			    "setup_percpu: %s allocator failed (%d), falling back to page size\n",
			    m->cfg->choice == BOOT_EMBED ? "embed" : "auto",
			    error_number(f->status));
	}
	if (f->status && m->cfg->choice != BOOT_GIVEN && !m->cfg->km) {
		/* a failed embed has given everything back */
		boot_mem_exit(&p.mem);
		start_memory(&p);
		f->status = play_page(&p);
	}
	if (f->status)
		say(f, "Kernel panic - not syncing: cannot initialize percpu area (err=%d)\n",
		    error_number(f->status));
	if (!f->status && m->cfg->km)
		say_waste(&p);
	if (!f->status)
		say_layout(&p);
	boot_mem_exit(&p.mem);
}

/**
 * boot_forecast_free - free what a forecast holds
 * @f: the forecast
 */
void boot_forecast_free(struct boot_forecast *f)
{
	free(f->pages);
	f->pages = NULL;
}
