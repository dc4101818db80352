// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter-boot.c - starts a kernel on a machine, says what became of it, and ends it.
 */
#include <stdlib.h>
#include <string.h>

#include "adapter.h"

static struct linux_subject *subject_of(const struct boot_areas *areas)
{
	return (struct linux_subject *)((char *)areas - offsetof(struct linux_subject, areas));
}

static void config_of(const struct machine *m, const struct boot_args *args, const struct world *w,
		      struct linux_config *cfg)
{
	*cfg = (struct linux_config){
		.page_shift = (unsigned int)__builtin_ctz(m->page),
		.nr_cpu_ids = machine_nr_cpu_ids(m),
		.nr_nodes = m->nr_nodes,
		.static_size = args->static_size,
		.reserved_size = args->reserved_size,
		.dyn_size = args->dyn_size,
		.min_unit_size = args->unit,
		.max_alloc = (32768 + m->page - 1) & ~(m->page - 1),
		.atom_size = args->atom,
		.first = (enum linux_first)args->choice,
		.vm_start = (unsigned long)m->vm_start,
		.vm_end = (unsigned long)machine_vm_end(m),
		.max_frames = m->frames,
		.static_data = w->static_data,
		.dry = !w->env.frame_data, /* an environment without contents */
	};
	for (unsigned int cpu = 0; cpu < cfg->nr_cpu_ids; cpu++) {
		cfg->possible[cpu] = machine_is_possible(m, cpu);
		cfg->node[cpu] = m->node[cpu];
	}
}

/* The kernel forgets which CPU each unit of a group is for: found again from the CPUs. */
static void groups_of(struct linux_subject *l, const struct linux_layout *k)
{
	struct boot_info *info = &l->areas.info;
	uint32_t *map;

	l->group = malloc(k->nr_groups * sizeof(*l->group) + k->nr_units * sizeof(*map));
	l->areas.group_offset = malloc(2 * k->nr_groups * sizeof(*l->areas.group_offset));
	if (!l->group || !l->areas.group_offset)
		abort();
	l->areas.group_size = l->areas.group_offset + k->nr_groups;
	info->groups = l->group;
	info->nr_groups = k->nr_groups;
	map = (uint32_t *)(l->group + k->nr_groups);
	for (unsigned int unit = 0; unit < k->nr_units; unit++)
		map[unit] = BOOT_NO_CPU;
	for (unsigned int cpu = 0; cpu < BOOT_MAX_CPUS; cpu++) {
		l->areas.unit_of[cpu] = BOOT_NO_UNIT;
		if (cpu >= LINUX_CPUS_MAX || k->unit_of[cpu] == LINUX_NO_CPU)
			continue;
		l->areas.unit_of[cpu] = k->unit_of[cpu];
		if (k->unit_of[cpu] < k->nr_units)
			map[k->unit_of[cpu]] = cpu;
	}
	for (unsigned int i = 0; i < k->nr_groups; i++) {
		l->areas.group_offset[i] = k->group_offset[i];
		l->areas.group_size[i] = k->group_size[i];
		l->group[i] = (struct boot_group){
			.nr_units = (unsigned int)(k->group_size[i] / k->unit_size),
			.base_offset = k->group_offset[i],
			.cpu_map = map,
		};
		map += l->group[i].nr_units;
	}
}

static void areas_of(struct linux_subject *l, const struct linux_config *cfg)
{
	struct boot_areas *a = &l->areas;
	struct linux_layout k = { 0 };

	kernel_layout(&k);
	groups_of(l, &k);
	a->info.static_size = k.static_size;
	a->info.reserved_size = k.reserved_size;
	a->info.dyn_size = k.dyn_size;
	a->info.unit_size = k.unit_size;
	a->info.atom_size = k.atom_size;
	a->info.alloc_size = k.alloc_size;
	a->paged = k.paged;
	a->base_addr = k.base_addr;
	a->nr_units = k.nr_units;
	a->low_cpu = k.low_cpu;
	a->high_cpu = k.high_cpu;
	for (unsigned int cpu = 0; cpu < cfg->nr_cpu_ids; cpu++) {
		if (!cfg->possible[cpu])
			continue;
		a->unit_offset[cpu] = k.unit_offset[cpu];
		a->cpu_offset[cpu] = k.cpu_offset[cpu];
		a->node_of[cpu] = k.node_of[cpu];
	}
	if (!a->paged)
		return;
	a->pages = malloc((l->in.nr_early + 1) * sizeof(*a->pages));
	if (!a->pages)
		abort();
	for (unsigned int i = 0; i < l->in.nr_early; i++)
		a->pages[i] = l->in.early[i].addr;
}

/*
 * The kernel panics, or runs into a BUG(), if the first chunk cannot be had in its last way.  What
 * it held then is of no interest any more.
 */
static void boot_failed(struct linux_subject *l, int err)
{
	const struct pcpu_env *env = &l->in.w->env;
	uint64_t page = l->in.m->page;

	if (kernel_panicked()) {
		for (uint64_t at = 0; at < l->vm_size; at += page)
			if (kernel_translate((unsigned long)(l->vm_start + at)) != LINUX_NO_FRAME)
				env->pte_set(env->ctx, l->vm_start + at, PCPU_NO_FRAME);
		env->tlb_flush(env->ctx, l->vm_start, l->vm_start + l->vm_size);
		while (l->in.nr_early--)
			env->boot_free(env->ctx, l->in.early[l->in.nr_early].addr,
				       l->in.early[l->in.nr_early].size);
	}
	l->in.booting = false;
	l->status = err == -12 ? BOOT_ENOMEM : BOOT_EINVAL;
}

static int boot(struct linux_subject *l, const struct linux_config *cfg)
{
	HOST_ENTER(&l->in, -12);
	return kernel_boot(cfg);
}

static void *start(const struct machine *m, const struct boot_args *args, struct world *w)
{
	struct linux_subject *l = calloc(1, sizeof(*l));
	struct linux_config cfg;
	int err;

	if (!l)
		abort();
	host_init(&l->in, m, w);
	l->areas.log = l->in.log;
	l->vm_start = m->vm_start;
	l->vm_size = machine_vm_end(m) - m->vm_start;
	l->given = args->choice == FIRST_GIVEN;
	config_of(m, args, w, &cfg);
	err = boot(l, &cfg);
	if (err) {
		boot_failed(l, err);
		return l;
	}
	l->in.booting = false;
	areas_of(l, &cfg);
	l->first_unit_offset = l->areas.unit_offset[machine_cpu(m, 0)];
	l->status = BOOT_OK;
	w->early_map = NULL; /* the architecture's code retires it, which is ours */
	return l;
}

void *linux_create(const struct machine *m, struct world *w, unsigned int option)
{
	struct boot_args args = {
		.choice = m->first,
		.static_size = m->static_size,
		.reserved_size = m->reserved_size,
		.dyn_size = m->dyn_size,
		.unit = machine_unit_size(m),
		.atom = m->atom,
	};

	(void)option;
	return start(m, &args, w);
}

enum boot_status linux_layout(void *s, const struct boot_areas **areas)
{
	struct linux_subject *l = s;

	*areas = &l->areas;
	return l->status;
}

static void release_first_chunk(struct linux_subject *l)
{
	const struct boot_areas *a = &l->areas;
	const struct pcpu_env *env = &l->in.w->env;
	uint64_t page = l->in.m->page, size = a->nr_units * a->info.unit_size;

	for (uint64_t at = 0; a->paged && at < size; at += page)
		env->pte_set(env->ctx, a->base_addr + at, PCPU_NO_FRAME);
	if (a->paged)
		env->tlb_flush(env->ctx, a->base_addr, a->base_addr + size);
	for (uint64_t i = size / page; a->paged && i--;)
		env->boot_free(env->ctx, a->pages[i], page);
	for (unsigned int cpu = 0; !a->paged && cpu < BOOT_MAX_CPUS; cpu++)
		if (a->unit_of[cpu] != BOOT_NO_UNIT)
			env->boot_free(env->ctx, a->base_addr + a->unit_offset[cpu],
				       l->given ? a->info.unit_size : boot_size_sum(&a->info));
}

static int has_objects(void *ctx, const struct linux_chunk *c)
{
	bool *found = ctx;

	*found |= c->nr_alloc != 0;
	return !*found;
}

/* Give back what the kernel never does; false if it dies of that, or has live objects. */
static bool shut_down(struct linux_subject *l)
{
	struct linux_view v = { 0 };
	bool objects = false;

	HOST_ENTER(&l->in, false);
	kernel_chunks(has_objects, &objects, &v);
	if (objects || v.fault)
		return false;
	kernel_shutdown();
	return true;
}

/*
 * Where the end was reached, all that the kernel still holds after it was shut down is a leak.
 * Elsewhere there was a finding, and the ledger of the world does not matter any more.
 */
void linux_destroy(void *s)
{
	struct linux_subject *l = s;
	size_t once = 0;

	if (l->status == BOOT_OK) {
		once = l->areas.nr_units * (l->areas.info.unit_size / l->in.m->page) *
		       sizeof(void *);
		if (!shut_down(l))
			l->in.dead = true;
		release_first_chunk(l);
	}
	host_exit(&l->in, once);
	free(l->group);
	free(l->areas.group_offset);
	free(l->areas.pages);
	free(l->shown);
	free(l);
}

/* Where chunks are blocks of the linear map, the kernel has no first chunk of pages at all. */
bool linux_offers_boot(const struct machine *m, unsigned int choice)
{
	return m->backing != BACKING_KM || choice == FIRST_EMBED;
}

void *linux_boot(const struct machine *m, const struct boot_args *args, struct world *w,
		 enum boot_status *status, const struct boot_areas **areas)
{
	struct linux_subject *l = start(m, args, w);

	*status = linux_layout(l, areas);
	return l;
}

#define WORD_BITS (8 * sizeof(long))
#ifndef LINUX_KM
#define LINUX_KM 0 /* else chunks are made by mm/percpu-km.c */
#endif

/*
 * Newer kernels return an address or an error number.  No page of 4096 bytes and more starts at
 * such a number, but smaller ones do.
 */
static bool has_error_addresses(const struct machine *m)
{
	return kernel_has_error_addresses && machine_vm_end(m) > UINTPTR_MAX - 4094 &&
	       m->page < 4096;
}

const char *linux_unfit(const struct machine *m)
{
#ifdef LINUX_PAGE_SHIFT
	if (m->page != 1u << LINUX_PAGE_SHIFT)
		return "it was built for pages of another size";
#endif
	if ((m->backing == BACKING_KM) != LINUX_KM)
		return LINUX_KM ? "its chunks are blocks of the linear map (backing=km)" :
				  "its chunks are mapped (backing=vm)";
	if (m->va_bits != WORD_BITS)
		return WORD_BITS == 64 ? "its addresses have 64 bits" :
					 "its addresses have 32 bits";
	if (has_error_addresses(m))
		return "its last addresses are error numbers";
	return NULL;
}

void linux_fit(struct machine *m)
{
#ifdef LINUX_PAGE_SHIFT
	m->page = 1u << LINUX_PAGE_SHIFT;
#endif
	m->backing = LINUX_KM ? BACKING_KM : BACKING_VM;
	m->va_bits = WORD_BITS;
	if ((WORD_BITS == 32 && machine_vm_end(m) - 1 > UINT32_MAX) || has_error_addresses(m))
		m->vm_start = MACHINE_VM_START;
	machine_clamp(m);
}

uint64_t linux_per_cpu_ptr(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu)
{
	struct linux_subject *l = subject_of(areas);

	HOST_ENTER(&l->in, 0);
	return kernel_per_cpu_ptr((unsigned long)ptr, cpu);
}

/* per_cpu_ptr_to_phys() decides this in passing: asked here of the map that it uses. */
bool linux_in_first_chunk(const struct boot_areas *areas, uint64_t addr)
{
	for (unsigned int cpu = 0; cpu < BOOT_MAX_CPUS; cpu++)
		if (areas->unit_of[cpu] != BOOT_NO_UNIT &&
		    addr - (areas->base_addr + areas->unit_offset[cpu]) < areas->info.unit_size)
			return true;
	return false;
}

bool linux_boot_is_static(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr)
{
	struct linux_subject *l = subject_of(areas);
	unsigned long can = 0;

	HOST_ENTER(&l->in, false);
	if (!kernel_is_static((unsigned long)addr, &can))
		return false;
	if (can_addr)
		*can_addr = can;
	return true;
}
