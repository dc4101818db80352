// SPDX-License-Identifier: GPL-2.0-only
/*
 * oracle_boot.c - booting: of the machine that the program runs on, and of others beside it.
 *
 * boot_naive.c foretells what it must come to and judges what it came to; this puts the question
 * and enters the answer into the model.
 */
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

static void trial_init(struct trial *t, const struct machine *m, const struct boot_args *args,
		       struct world *w)
{
	memset(&t->vm, 0, sizeof(t->vm));
	t->m = m;
	vm_config_of(m, &t->vm.cfg);
	boot_config_of(m, args, w, &t->vm, &t->cfg);
	t->naive = (struct boot_naive_machine){
		.cfg = &t->cfg,
		.budget = w->budget,
		.early = early_area,
		.early_ctx = t,
	};
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
		o->checked[rules[i]]++;
	rule = boot_naive_check(&t->naive, &t->f, &got, what, sizeof(what));
	if (rule != BOOT_RULE_NONE)
		return oracle_fail(o, rules[rule], NULL, -1, -1, "%s", what);
	CHECK(o, requests, !memcmp(t->f.budget.fault, w->budget.fault, sizeof(w->budget.fault)),
	      NULL, -1, -1, "other requests than expected were made while booting");
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

/* Static data at the start of a unit, and zeros behind it. */
static bool unit_is_fresh(const struct oracle *o, uint64_t addr)
{
	const struct layout *l = &o->m.layout;
	const uint8_t *unit = world_access(o->w, addr); /* taken in one piece */
	const uint8_t *rest = unit + l->static_size;
	uint32_t nr = l->unit_size - l->static_size;

	return !memcmp(unit, o->w->static_data, l->static_size) &&
	       (!nr || (!rest[0] && !memcmp(rest, rest + 1, nr - 1)));
}

/* A given layout, as it was entered into the maps. */
static bool check_given(struct oracle *o, enum boot_status status, const struct boot_areas *areas)
{
	const struct layout *l = &o->m.layout;

	CHECK(o, boot_status, status == BOOT_OK, NULL, -1, -1, "booting failed with %d", status);
	CHECK(o, boot_place, areas->base_addr == l->base_addr, NULL, -1, -1,
	      "the first unit lies at %#llx, expected at %#llx",
	      (unsigned long long)areas->base_addr, (unsigned long long)l->base_addr);
	for (unsigned int i = 0; i < l->nr_cpus; i++) {
		unsigned int cpu = machine_cpu(o->machine, i);

		CHECK(o, boot_units, areas->unit_offset[cpu] == l->unit_offset[i], NULL, -1, -1,
		      "cpu %u: unit offset %#llx, expected %#llx", cpu,
		      (unsigned long long)areas->unit_offset[cpu],
		      (unsigned long long)l->unit_offset[i]);
		CHECK(o, boot_static, unit_is_fresh(o, l->base_addr + l->unit_offset[i]), NULL, -1,
		      -1, "cpu %u: its unit is not static data and zeros after booting", cpu);
	}
	return check_early_map(o, o->machine, o->w, areas);
}

/**
 * oracle_foretell_boot - what the machine of a program must come to
 * @machine: the machine
 * @w: its world, in which nothing has happened yet
 * @l: where it is stored
 */
void oracle_foretell_boot(const struct machine *machine, struct world *w, struct layout *l)
{
	struct boot_args args;
	struct trial t;

	if (machine->first == FIRST_GIVEN) {
		layout_given(l, machine);
		return;
	}
	boot_args_of(machine, &args);
	trial_init(&t, machine, &args, w);
	layout_of_forecast(l, &t);
	boot_forecast_free(&t.f);
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
	const struct layout *l = &o->m.layout;
	const struct boot_areas *areas;
	enum boot_status status = o->ops->layout(o->s, &areas);
	struct budget none = { 0 };
	struct boot_args args;
	struct trial t;
	bool ok;

	if (o->machine->first == FIRST_GIVEN)
		return check_given(o, status, areas);
	boot_args_of(o->machine, &args);
	trial_init(&t, o->machine, &args, o->w);
	ok = trial_check(o, &t, o->w, status, areas);
	boot_forecast_free(&t.f);
	if (!ok || !l->paged)
		return ok;
	vm_naive_insert(&o->m.vm, l->base_addr, l->group_size[0], AREA_EARLY);
	for (uint64_t i = 0; i < l->group_size[0]; i += o->m.page)
		tables_naive_map(&o->m.tables, &none, l->base_addr + i);
	o->m.nr_early = (uint32_t)(l->group_size[0] / o->m.page);
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
	struct world w;
	struct trial t;
	void *boot;
	bool ok;

	o->nr_ops++;
	m.static_size = args->static_size;
	world_init(&w, &m);
	memcpy(w.budget.fault, o->w->budget.fault, sizeof(w.budget.fault));
	trial_init(&t, &m, args, &w);
	boot = o->ops->boot(&m, args, &w, &status, &areas);
	ok = trial_check(o, &t, &w, status, areas);
	if (t.f.status != BOOT_OK)
		out->reason = t.f.status == BOOT_ENOMEM ? REASON_BOOT_MEMORY : REASON_BOOT_REFUSED;
	out->ptr = t.f.status == BOOT_OK ? t.f.base : 0;
	memcpy(o->w->budget.fault, w.budget.fault, sizeof(w.budget.fault));
	o->ops->boot_end(boot);
	if (ok && (w.meta_live || w.boot.live || w.misuse))
		ok = oracle_fail(o, w.misuse ? w.misuse_rule : RULE_boot_leak, NULL, -1, -1, "%s",
				 w.misuse ? w.misuse :
					    "not all memory returned after booting once more");
	boot_forecast_free(&t.f);
	world_exit(&w);
	return ok;
}
