// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot_naive_check.c - did what boot_naive.c foretold?
 *
 * Compares everything that can be seen of the areas, and reads the memory itself.  Does not look
 * at metadata: the world counts that.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot_naive.h"

const char *const boot_rule_names[BOOT_RULE_NR] = { [BOOT_RULE_NONE] = "none",
#define RULE_OF(name) [BOOT_RULE_##name] = #name,
						    BOOT_RULES(RULE_OF)
#undef RULE_OF
};

/* One comparison: what is right, what there is, and where to say so. */
struct look {
	const struct boot_naive_machine *m;
	const struct boot_config *cfg;
	const struct boot_forecast *f;
	const struct boot_naive_got *got;
	const struct boot_areas *areas;
	char *msg;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static bool wrong(const struct look *l, const char *format,
							...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(l->msg, l->size, format, args);
	va_end(args);
	return false;
}

static bool same(const struct look *l, const char *what, uint64_t expected, uint64_t actual)
{
	return expected == actual ||
	       wrong(l, "%s: expected 0x%" PRIx64 ", actual 0x%" PRIx64, what, expected, actual);
}

static bool possible(const struct look *l, unsigned int cpu)
{
	return cpu < l->cfg->nr_cpu_ids && (l->cfg->possible[cpu >> 6] & UINT64_C(1) << (cpu & 63));
}

static bool status_right(const struct look *l)
{
	if (!same(l, "status", l->f->status, l->got->status))
		return false;
	if (l->f->status)
		return !l->areas->info.groups || wrong(l, "a layout is left after a failure");
	return same(l, "made by page", l->f->paged, l->areas->paged);
}

static bool layout_right(const struct look *l)
{
	const struct boot_info *info = &l->areas->info;
	unsigned int unit = 0;

	if (!same(l, "static_size", l->cfg->static_size, info->static_size) ||
	    !same(l, "reserved_size", l->cfg->reserved_size, info->reserved_size) ||
	    !same(l, "dyn_size", l->f->dyn_size, info->dyn_size) ||
	    !same(l, "unit_size", l->f->unit_size, info->unit_size) ||
	    !same(l, "atom_size", l->f->atom_size, info->atom_size) ||
	    !same(l, "alloc_size", l->f->alloc_size, info->alloc_size) ||
	    !same(l, "groups", l->f->nr_groups, info->nr_groups))
		return false;
	if (!info->groups || !l->areas->group_offset || !l->areas->group_size)
		return wrong(l, "no groups were left behind");
	for (unsigned int g = 0; g < l->f->nr_groups; g++) {
		if (!same(l, "units of a group", l->f->nr_units_of[g], info->groups[g].nr_units))
			return false;
		for (unsigned int u = 0; u < l->f->nr_units_of[g]; u++, unit++)
			if (!same(l, "CPU of a unit", l->f->unit_cpu[unit],
				  info->groups[g].cpu_map[u]))
				return false;
	}
	return true;
}

/* By the implementation's own words, so that it need not agree with the forecast otherwise. */
static bool units_disjoint(const struct look *l)
{
	const struct boot_areas *a = l->areas;

	for (unsigned int i = 0; i < a->info.nr_groups; i++)
		for (unsigned int k = i + 1; k < a->info.nr_groups; k++) {
			uint64_t di = a->info.groups[i].base_offset;
			uint64_t dk = a->info.groups[k].base_offset;

			if (di < dk + a->info.groups[k].nr_units * a->info.unit_size &&
			    dk < di + a->info.groups[i].nr_units * a->info.unit_size)
				return wrong(l, "groups %u and %u share memory", i, k);
		}
	return true;
}

static bool pages_right(const struct look *l)
{
	uint64_t page = UINT64_C(1) << l->cfg->page_shift;
	uint64_t nr = l->f->nr_units * (l->f->unit_size / page);

	if (!l->areas->pages)
		return wrong(l, "no list of pages");
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t addr = l->f->base + i * page, at = l->f->pages[i];

		if (!same(l, "page in boot memory", at, l->areas->pages[i]) ||
		    !same(l, "where a mapped page lies", at,
			  boot_mem_frame_addr(l->got->mem,
					      l->got->frame_at(l->got->frame_ctx, addr))))
			return false;
	}
	return true;
}

static bool place_right(const struct look *l)
{
	unsigned int unit = 0;

	if (!units_disjoint(l))
		return false;
	if (!same(l, "base_addr", l->f->base, l->areas->base_addr))
		return false;
	for (unsigned int g = 0; g < l->f->nr_groups; g++) {
		uint64_t offset = l->f->unit_addr[unit] - l->f->base;

		if (!same(l, "base_offset", offset, l->areas->info.groups[g].base_offset) ||
		    !same(l, "group_offset", offset, l->areas->group_offset[g]) ||
		    !same(l, "group_size", l->f->nr_units_of[g] * l->f->unit_size,
			  l->areas->group_size[g]))
			return false;
		unit += l->f->nr_units_of[g];
	}
	return !l->f->paged || pages_right(l);
}

/* The unit of a CPU, by looking at all of them. */
static unsigned int unit_of(const struct look *l, unsigned int cpu)
{
	for (unsigned int unit = 0; unit < l->f->nr_units; unit++)
		if (l->f->unit_cpu[unit] == cpu)
			return unit;
	return BOOT_NO_UNIT;
}

static bool cpu_right(const struct look *l, unsigned int cpu)
{
	unsigned int unit = unit_of(l, cpu);
	uint64_t addr = 0, offset = 0;

	if (unit != BOOT_NO_UNIT) {
		addr = l->f->unit_addr[unit];
		offset = addr - l->f->base;
	}
	return same(l, "unit of a CPU", unit, l->areas->unit_of[cpu]) &&
	       same(l, "unit offset", offset, l->areas->unit_offset[cpu]) &&
	       same(l, "cpu offset", addr, l->areas->cpu_offset[cpu]) &&
	       same(l, "node", possible(l, cpu) ? l->cfg->node_of[cpu] : 0, l->areas->node_of[cpu]);
}

static bool units_right(const struct look *l)
{
	unsigned int low = BOOT_NO_UNIT, high = BOOT_NO_UNIT;

	if (!same(l, "nr_units", l->f->nr_units, l->areas->nr_units))
		return false;
	for (unsigned int cpu = 0; cpu < BOOT_MAX_CPUS; cpu++)
		if (!cpu_right(l, cpu))
			return false;
	for (unsigned int u = 0; u < l->f->nr_units; u++) {
		if (l->f->unit_cpu[u] == BOOT_NO_CPU)
			continue;
		if (low == BOOT_NO_UNIT || l->f->unit_addr[u] < l->f->unit_addr[low])
			low = u;
		if (high == BOOT_NO_UNIT || l->f->unit_addr[u] > l->f->unit_addr[high])
			high = u;
	}
	return same(l, "low_cpu", l->f->unit_cpu[low], l->areas->low_cpu) &&
	       same(l, "high_cpu", l->f->unit_cpu[high], l->areas->high_cpu);
}

/* Where page @page of unit @unit lies in boot memory. */
static uint64_t memory_of(const struct look *l, unsigned int unit, uint64_t page)
{
	if (l->f->paged)
		return l->f->pages[unit * (l->f->unit_size >> l->cfg->page_shift) + page];
	return l->f->unit_addr[unit] + (page << l->cfg->page_shift);
}

/* A page at byte @at of a unit: static data as far as there is any, then zeros. */
static bool page_right(const struct look *l, const uint8_t *data, uint64_t at, uint64_t page)
{
	uint64_t nr = 0;

	if (at < l->cfg->static_size)
		nr = l->cfg->static_size - at < page ? l->cfg->static_size - at : page;
	if (nr && memcmp(data, l->cfg->static_data + at, nr))
		return false;
	/* the rest is zero if its first byte is, and each byte equals the one before */
	return nr == page || (!data[nr] && !memcmp(data + nr, data + nr + 1, page - nr - 1));
}

static bool contents_right(const struct look *l)
{
	uint64_t page = UINT64_C(1) << l->cfg->page_shift;

	for (unsigned int u = 0; u < l->f->nr_units; u++)
		for (uint64_t at = 0; l->f->unit_cpu[u] != BOOT_NO_CPU && at < l->f->used;
		     at += page) {
			uint64_t addr = memory_of(l, u, at / page);
			const uint8_t *data;

			/* that it is not taken is for another rule */
			if (!boot_mem_is_live(l->got->mem, addr, page))
				continue;
			data = boot_mem_data(l->got->mem, addr);
			if (data && !page_right(l, data, at, page))
				return wrong(l, "CPU %u, from byte %" PRIu64 " of its unit on",
					     l->f->unit_cpu[u], at);
		}
	return true;
}

static bool lines_right(const struct look *l)
{
	const char *expected = l->f->log, *actual = l->areas->log ? l->areas->log : "";
	unsigned int line = 1;

	while (*expected && *expected == *actual) {
		line += *expected == '\n';
		expected++;
		actual++;
	}
	if (*expected == *actual)
		return true;
	return wrong(l, "line %u: expected '%.*s', actual '%.*s'", line,
		     (int)strcspn(expected, "\n"), expected, (int)strcspn(actual, "\n"), actual);
}

/* The used unit that an address lies in, by looking at all of them; with the place in it. */
static unsigned int find_unit(const struct look *l, uint64_t addr, uint64_t *place)
{
	for (unsigned int u = 0; u < l->f->nr_units; u++) {
		*place = addr - l->f->unit_addr[u];
		if (l->f->unit_cpu[u] != BOOT_NO_CPU && *place < l->f->unit_size)
			return u;
	}
	return BOOT_NO_UNIT;
}

static unsigned int lowest_cpu(const struct look *l)
{
	unsigned int cpu = 0;

	while (!possible(l, cpu))
		cpu++;
	return cpu;
}

static bool address_right(const struct look *l, uint64_t addr)
{
	uint64_t place, can = 0, boot = l->f->unit_addr[unit_of(l, lowest_cpu(l))];
	unsigned int unit = find_unit(l, addr, &place);
	bool is_static = unit != BOOT_NO_UNIT && place < l->cfg->static_size;

	if (l->got->in_first_chunk(l->areas, addr) != (unit != BOOT_NO_UNIT))
		return wrong(l, "0x%" PRIx64 " in the first chunk: expected %d", addr,
			     unit != BOOT_NO_UNIT);
	if (l->got->is_static(l->areas, addr, &can) != is_static)
		return wrong(l, "0x%" PRIx64 " static: expected %d", addr, is_static);
	return !is_static || same(l, "canonical address", boot + place, can);
}

static bool ptr_right(const struct look *l)
{
	uint64_t end = l->f->unit_size, middle = l->cfg->static_size;
	const uint64_t places[] = { 0, 1, middle - 1, middle, end - 1, end, -UINT64_C(1) };

	for (unsigned int u = 0; u < l->f->nr_units; u++)
		for (unsigned int i = 0; i < sizeof(places) / sizeof(*places); i++) {
			uint64_t addr = l->f->unit_addr[u] + places[i];

			if (!address_right(l, addr))
				return false;
			if (l->f->unit_cpu[u] != BOOT_NO_CPU &&
			    !same(l, "address of a copy", addr,
				  l->got->per_cpu_ptr(l->areas, places[i], l->f->unit_cpu[u])))
				return false;
		}
	return address_right(l, 0) && address_right(l, UINT64_MAX);
}

static bool leak_free(const struct look *l)
{
	uint64_t page = UINT64_C(1) << l->cfg->page_shift;

	if (l->got->mem->misuse)
		return wrong(l, "%s", l->got->mem->misuse);
	if (!same(l, "bytes taken", l->f->status ? 0 : l->f->nr_cpus * l->f->used,
		  l->got->mem->live))
		return false;
	for (unsigned int u = 0; !l->f->status && u < l->f->nr_units; u++)
		for (uint64_t at = 0; l->f->unit_cpu[u] != BOOT_NO_CPU && at < l->f->used;
		     at += page)
			if (!boot_mem_is_live(l->got->mem, memory_of(l, u, at / page), page))
				return wrong(l, "page %" PRIu64 " of CPU %u is not taken",
					     at / page, l->f->unit_cpu[u]);
	return true;
}

#define looks(l, rule) (!((l)->got->left_out >> BOOT_RULE_##rule & 1))

/**
 * boot_naive_check - did it come as it must?
 * @m: the machine
 * @f: what boot_naive_forecast() said
 * @got: what happened, before anything is released
 * @msg: where a broken rule is explained
 * @size: its bytes
 *
 * Return: the first rule that is broken, or BOOT_RULE_NONE.
 */
enum boot_rule boot_naive_check(const struct boot_naive_machine *m, const struct boot_forecast *f,
				const struct boot_naive_got *got, char *msg, size_t size)
{
	const struct look l = { m, m->cfg, f, got, got->areas, msg, size };

	/* a layout of its own must be there to be compared, also if it need not be right */
	bool made = !f->status && !got->status && l.areas->info.groups && l.areas->group_offset &&
		    l.areas->group_size && l.areas->info.nr_groups == f->nr_groups;

	if (looks(&l, boot_status) && !status_right(&l))
		return BOOT_RULE_boot_status;
	if (!f->status && !got->status && looks(&l, boot_layout) && !layout_right(&l))
		return BOOT_RULE_boot_layout;
	if (made && looks(&l, boot_place) && !place_right(&l))
		return BOOT_RULE_boot_place;
	if (made && looks(&l, boot_units) && !units_right(&l))
		return BOOT_RULE_boot_units;
	if (made && looks(&l, boot_static) && !contents_right(&l))
		return BOOT_RULE_boot_static;
	if (looks(&l, boot_lines) && !lines_right(&l))
		return BOOT_RULE_boot_lines;
	if (made && looks(&l, boot_ptr) && !ptr_right(&l))
		return BOOT_RULE_boot_ptr;
	if (f->status == got->status && looks(&l, boot_leak) && !leak_free(&l))
		return BOOT_RULE_boot_leak;
	return BOOT_RULE_NONE;
}
