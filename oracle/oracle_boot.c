// SPDX-License-Identifier: GPL-2.0-only
/*
 * oracle_boot.c - booting: of the machine that the program runs on, and of others beside it.
 *
 * boot_naive.c foretells what it must come to and judges what it came to; this puts the question
 * and enters the answer into the model.
 */
#include <stdlib.h>
#include <string.h>

#include "boot_machine.h"
#include "boot_naive.h"
#include "oracle.h"

/**
 * struct trial - one boot: what is asked and what is foretold
 */
struct trial {
	const struct machine *m;
	struct vm_space vm;
	struct boot_config cfg;
	struct boot_naive_machine naive;
	struct boot_forecast f;
};

/* Nothing is taken while booting, so an early area lies where the window starts. */
static uint64_t early_area(const void *ctx, uint64_t size, uint64_t align)
{
	const struct trial *t = ctx;
	uint64_t start = (t->vm.cfg.start + align - 1) & ~(align - 1);
	uint64_t skip = start - t->vm.cfg.start, room = t->vm.cfg.end - t->vm.cfg.start;

	return size <= room && skip <= room - size ? start : 0;
}

/* @t need not be cleared: it is large, and all of it that is looked at is set. */
static void trial_init(struct trial *t, const struct machine *m, const struct boot_args *args,
		       struct world *w, unsigned int times)
{
	memset(&t->vm, 0, sizeof(t->vm));
	t->m = m;
	vm_config_of(m, &t->vm.cfg);
	boot_config_of(m, args, w, &t->vm, &t->cfg);
	t->naive.cfg = &t->cfg;
	budget_copy(&t->naive.budget, &w->budget);
	t->naive.early = early_area;
	t->naive.early_ctx = t;
	t->naive.all_near = times & SUBJECT_ALL_NEAR;
	world_boot_config(m, &t->naive.mem, false);
	boot_naive_forecast(&t->naive, &t->f);
}

static uint32_t frame_at(const void *ctx, uint64_t addr)
{
	return world_pte(ctx, addr);
}

/* The nodes of the CPUs are known from the areas from now on, and from nowhere else. */
static bool check_early_map(struct oracle *o, const struct machine *m, const struct world *w,
			    const struct boot_areas *areas)
{
	CHECK(o, boot_units, !w->early_map == (areas != NULL), NULL, -1, -1,
	      "the early map of nodes was %sretired", w->early_map ? "not " : "");
	for (unsigned int i = 0; areas && i < machine_nr_cpus(m); i++) {
		unsigned int cpu = machine_cpu(m, i);

		CHECK(o, boot_units, areas->node_of[cpu] == m->node[cpu], NULL, -1, -1,
		      "cpu %u is on node %u, expected %u", cpu, areas->node_of[cpu], m->node[cpu]);
	}
	return true;
}

/* Hold what became of a boot against what had to. */
static bool trial_check(struct oracle *o, const struct trial *t, struct world *w,
			enum boot_status status, const struct boot_areas *areas)
{
	static const enum rule rules[BOOT_RULE_NR] = {
#define RULE_OF(name) [BOOT_RULE_##name] = RULE_##name,
		BOOT_RULES(RULE_OF)
#undef RULE_OF
	};
	struct boot_naive_got got = {
		.status = status,
		.areas = areas,
		.mem = &w->boot,
		.frame_at = frame_at,
		.frame_ctx = w,
		.per_cpu_ptr = o->ops->per_cpu_ptr,
		.in_first_chunk = o->ops->in_first_chunk,
		.is_static = o->ops->boot_is_static,
	};
	enum boot_rule rule;
	char what[200];

	for (unsigned int i = BOOT_RULE_NONE + 1; i < BOOT_RULE_NR; i++)
		if (oracle_leaves_out(o, rules[i]))
			got.left_out |= 1u << i;
	if (w->troubled || (w->dead && w->misuse))
		return oracle_fail(o, w->misuse_rule, NULL, -1, -1, "while booting: %s", w->misuse);
	if (w->dead)
		return oracle_stop(o);
	for (unsigned int i = BOOT_RULE_NONE + 1; i < BOOT_RULE_NR; i++)
		o->checked[rules[i]]++;
	rule = boot_naive_check(&t->naive, &t->f, &got, what, sizeof(what));
	if (rule != BOOT_RULE_NONE)
		return oracle_fail(o, rules[rule], NULL, -1, -1, "%s", what);
	if (!check_budget(o, &t->f.budget, &w->budget))
		return false;
	if (status != t->f.status) /* that is left out: there is nothing to compare */
		return true;
	CHECK(o, tlb_stale, world_first_stale(w, w->vm_start, w->vm_end) == w->vm_end, NULL, -1, -1,
	      "a page that was unmapped while booting was not flushed");
	CHECK(o, boot_place,
	      w->nr_mapped == (t->f.paged && status == BOOT_OK ?
				       t->f.nr_units * (uint32_t)(t->f.unit_size / t->m->page) :
				       0),
	      NULL, -1, -1, "%u pages are mapped after booting", w->nr_mapped);
	if (w->misuse)
		return oracle_fail(o, w->misuse_rule, NULL, -1, -1, "while booting: %s", w->misuse);
	return check_early_map(o, t->m, w, status == BOOT_OK ? areas : NULL);
}

/* The layout that a forecast says. */
static void layout_of_forecast(struct layout *l, const struct trial *t)
{
	const struct boot_forecast *f = &t->f;
	unsigned int unit = 0;

	memset(l, 0, sizeof(*l));
	l->booted = f->status == BOOT_OK;
	l->nr_cpus = machine_nr_cpus(t->m);
	l->static_size = (uint32_t)t->cfg.static_size;
	l->reserved_size = (uint32_t)t->cfg.reserved_size;
	if (!l->booted) {
		l->unit_size = machine_unit_size(t->m);
		return;
	}
	l->paged = f->paged;
	l->base_addr = f->base;
	l->unit_size = (uint32_t)f->unit_size;
	l->dyn_size = (uint32_t)f->dyn_size;
	l->atom_size = f->atom_size;
	l->nr_groups = f->nr_groups;
	for (unsigned int g = 0; g < f->nr_groups; g++) {
		l->group_offset[g] = f->unit_addr[unit] - f->base;
		l->group_size[g] = f->nr_units_of[g] * f->unit_size;
		unit += f->nr_units_of[g];
	}
	for (unsigned int i = 0; i < l->nr_cpus; i++) {
		unsigned int cpu = machine_cpu(t->m, i);

		for (unit = 0; f->unit_cpu[unit] != cpu;)
			unit++;
		l->unit_offset[i] = f->unit_addr[unit] - f->base;
		l->node[i] = t->m->node[cpu];
	}
}

/**
 * oracle_foretell_boot - what the machine of a program must come to
 * @o: the oracle, its machine and world set, nothing having happened in either
 * @l: where it is stored
 */
void oracle_foretell_boot(struct oracle *o, struct layout *l)
{
	struct boot_args args;

	o->boot = model_alloc_raw(sizeof(*o->boot));
	boot_args_of(o->machine, &args);
	trial_init(o->boot, o->machine, &args, o->w, o->times);
	layout_of_forecast(l, o->boot);
}

/* The first chunk lies in the window: note what is there, and that it must stay. */
static void enter_early_area(struct oracle *o)
{
	const struct layout *l = &o->m.layout;
	struct budget none = { 0 };

	vm_naive_insert(&o->m.vm, l->base_addr, l->group_size[0], AREA_EARLY);
	o->m.nr_early = (uint32_t)(l->group_size[0] / o->m.page);
	for (uint32_t i = 0; i < o->m.nr_early; i++)
		tables_naive_map(&o->m.tables, &none, l->base_addr + (uint64_t)i * o->m.page);
}

/**
 * boot_forecast_drop - forget what was foretold
 * @boot: from oracle_foretell_boot()
 */
void boot_forecast_drop(struct trial *boot)
{
	boot_forecast_free(&boot->f);
	free(boot);
}

/**
 * oracle_check_boot - the machine of a program booted as it must
 * @o: the oracle, its subject created
 *
 * What lies in the address space already is entered into the model.
 *
 * Return: false if that was a finding.
 */
bool oracle_check_boot(struct oracle *o)
{
	const struct boot_areas *areas;
	enum boot_status status = o->ops->layout(o->s, &areas);
	bool ok = trial_check(o, o->boot, o->w, status, areas);

	boot_forecast_drop(o->boot);
	o->boot = NULL;
	/* that is left out: there is no machine to go on with, or none is expected */
	if (ok && o->m.layout.booted != (status == BOOT_OK))
		return oracle_stop(o);
	if (ok && o->m.layout.paged)
		enter_early_area(o);
	if (ok)
		world_booted(o->w);
	return ok;
}

/**
 * oracle_early_page - a page of the first chunk is mapped as it was after booting
 * @o: the oracle; the first chunk is mapped in the window
 * @page: below the model's nr_early
 */
bool oracle_early_page(struct oracle *o, uint32_t page)
{
	uint64_t addr = o->m.layout.base_addr + (uint64_t)page * o->m.page;

	/* that the entry did not change, the world sees to */
	CHECK(o, page_table, o->ops->translate(o->s, addr) == world_pte(o->w, addr), NULL, -1, -1,
	      "page %u of the first chunk: the tables say otherwise than they were set", page);
	return true;
}

/* All that a boot took returned. */
static bool check_all_returned(struct oracle *o, const struct world *w)
{
	if (w->misuse)
		return oracle_fail(o, w->misuse_rule, NULL, -1, -1, "%s", w->misuse);
	CHECK(o, tlb_stale, world_first_stale(w, w->vm_start, w->vm_end) == w->vm_end, NULL, -1, -1,
	      "the first chunk was unmapped and not flushed");
	CHECK(o, boot_leak,
	      !w->meta_live && !w->boot.live && !w->nr_mapped && !w->owned[PCPU_OWNER_CHUNK] &&
		      !w->owned[PCPU_OWNER_VMALLOC],
	      NULL, -1, -1,
	      "after booting once more %u pieces of metadata, %llu bytes of boot memory, %u "
	      "mappings and %u frames are left",
	      w->meta_live, (unsigned long long)w->boot.live, w->nr_mapped,
	      w->owned[PCPU_OWNER_CHUNK] + w->owned[PCPU_OWNER_VMALLOC]);
	return true;
}

/**
 * oracle_boot - boot once more beside the machine, with other sizes
 * @o: the oracle
 * @args: the sizes
 * @out: what it came to
 *
 * In a world of its own, with the faults that are armed.
 *
 * Return: false if that was a finding.
 */
bool oracle_boot(struct oracle *o, const struct boot_args *args, struct outcome *out)
{
	struct machine m = *o->machine;
	const struct boot_areas *areas;
	enum boot_status status;
	struct trial *t = model_alloc_raw(sizeof(*t));
	struct world w;
	void *boot;
	bool ok;

	o->nr_ops++;
	m.static_size = args->static_size;
	world_init(&w, &m);
	w.rules_off = o->w->rules_off;
	memcpy(w.budget.fault, o->w->budget.fault, sizeof(w.budget.fault));
	trial_init(t, &m, args, &w, o->times);
	boot = o->ops->boot(&m, args, &w, &status, &areas);
	ok = trial_check(o, t, &w, status, areas);
	if (t->f.status != BOOT_OK)
		out->reason = t->f.status == BOOT_ENOMEM ? REASON_BOOT_MEMORY : REASON_BOOT_REFUSED;
	out->ptr = t->f.status == BOOT_OK ? t->f.base : 0;
	memcpy(o->w->budget.fault, w.budget.fault, sizeof(w.budget.fault));
	o->ops->boot_end(boot);
	ok = ok && check_all_returned(o, &w);
	boot_forecast_free(&t->f);
	free(t);
	world_exit(&w);
	return ok;
}

/**
 * oracle_show_boot - what an oracle_boot() must come to, without a subject
 * @o: the oracle
 * @args: the sizes
 * @faults: armed before, of each kind
 * @kind: armed for it, or PCPU_FAULT_NONE
 * @n: which request of that kind
 * @show: called with the forecast
 * @ctx: passed to it
 */
void oracle_show_boot(const struct oracle *o, const struct boot_args *args, const uint32_t *faults,
		      enum pcpu_fault kind, uint32_t n,
		      void (*show)(void *ctx, const struct boot_forecast *f), void *ctx)
{
	struct machine m = *o->machine;
	struct trial *t = model_alloc_raw(sizeof(*t));
	struct world w;

	m.static_size = args->static_size;
	world_init(&w, &m);
	memcpy(w.budget.fault, faults, sizeof(w.budget.fault));
	world_arm(&w, kind, n);
	trial_init(t, &m, args, &w, o->times);
	show(ctx, &t->f);
	boot_forecast_free(&t->f);
	free(t);
	world_exit(&w);
}
