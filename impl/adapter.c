// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter.c - our allocator as a subject of the oracle.
 *
 * Shows its internals as they are; computes nothing.
 */
#include <assert.h>
#include <string.h>

#include "internal.h"
#include "adapter.h"
#include "../oracle/boot_machine.h"

static_assert(sizeof(struct subject_md) == sizeof(struct pcpu_block_md), "same layout");

/**
 * struct ours - one machine
 * @w: the world
 * @vm: its address space
 * @boot: how it was booted
 * @status: what that came to
 * @areas: the first units
 * @a: the allocator on top, or NULL
 */
struct ours {
	struct world *w;
	struct vm_space vm;
	struct boot_config boot;
	enum boot_status status;
	struct boot_areas areas;
	struct pcpu_allocator *a;
};

static struct ours *start(const struct machine *m, const struct boot_args *args, struct world *w)
{
	struct ours *o = w->env.meta_alloc(w->env.ctx, PCPU_FAULT_NONE, sizeof(*o));
	struct vm_config vm;

	o->w = w;
	vm_config_of(m, &vm);
	vm_init(&o->vm, &vm, &w->env);
	boot_config_of(m, args, w, &o->vm, &o->boot);
	o->status = boot_setup_per_cpu_areas(&o->boot, &w->env, &o->areas);
	return o;
}

static void *ours_create(const struct machine *m, struct world *w, unsigned int option)
{
	struct boot_args args;
	const struct boot_info *info;
	struct pcpu_config cfg = {
		.page_shift = (unsigned int)__builtin_ctz(m->page),
		.nr_cpus = machine_nr_cpus(m),
		.backing = m->backing == BACKING_KM ? PCPU_BACKING_KM : PCPU_BACKING_VM,
		.quirks = option,
	};
	struct ours *o;

	boot_args_of(m, &args);
	o = start(m, &args, w);
	if (o->status != BOOT_OK)
		return o;
	info = &o->areas.info;
	cfg.unit_pages = (unsigned int)(info->unit_size / m->page);
	cfg.static_size = info->static_size;
	cfg.reserved_size = info->reserved_size;
	cfg.dyn_size = info->dyn_size;
	cfg.nr_groups = info->nr_groups;
	cfg.group_offset = o->areas.group_offset;
	cfg.group_size = o->areas.group_size;
	cfg.atom_size = info->atom_size;
	cfg.base_addr = o->areas.base_addr;
	for (unsigned int i = 0; i < cfg.nr_cpus; i++) {
		unsigned int cpu = machine_cpu(m, i);

		cfg.unit_offset[i] = o->areas.unit_offset[cpu];
		cfg.node[i] = o->areas.node_of[cpu];
		if (cpu == o->areas.low_cpu)
			cfg.low_cpu = i;
		if (cpu == o->areas.high_cpu)
			cfg.high_cpu = i;
	}
	o->a = pcpu_create(&cfg, &o->vm, &w->env);
	return o;
}

static void ours_destroy(void *s)
{
	struct ours *o = s;

	if (o->a)
		pcpu_destroy(o->a);
	boot_release(&o->boot, &o->w->env, &o->areas);
	vm_exit(&o->vm);
	o->w->env.meta_free(o->w->env.ctx, o);
}

static enum boot_status ours_layout(void *s, const struct boot_areas **areas)
{
	struct ours *o = s;

	*areas = &o->areas;
	return o->status;
}

static unsigned int ours_flags(void *s)
{
	(void)s;
	return SUBJECT_HAS_STATS;
}

static uint64_t ours_alloc(void *s, const struct alloc_args *args)
{
	struct ours *o = s;
	uint64_t ptr;

	if (pcpu_alloc(o->a, args->size, args->align, args->reserved, args->gfp, &ptr) != PCPU_OK)
		return 0;
	return ptr;
}

static bool ours_free(void *s, uint64_t ptr)
{
	struct ours *o = s;

	return pcpu_free(o->a, ptr) == PCPU_OK;
}

static void ours_balance(void *s)
{
	struct ours *o = s;

	pcpu_balance(o->a);
}

static int ours_populate(void *s, void *chunk, unsigned int start, unsigned int end)
{
	struct ours *o = s;

	return -(int)pcpu_populate(o->a, chunk, start, end);
}

static int ours_depopulate(void *s, void *chunk, unsigned int start, unsigned int end)
{
	struct ours *o = s;

	return -(int)pcpu_depopulate(o->a, chunk, start, end);
}

static void show_chunk(struct subject_view *v, struct pcpu_chunk *chunk, int slot)
{
	if (v->nr_chunks == SUBJECT_MAX_CHUNKS) {
		v->fault = "more chunks than can be";
		return;
	}
	v->chunk[v->nr_chunks++] = (struct subject_chunk){
		.id = chunk,
		.slot = slot,
		.base = chunk->base,
		.free_bytes = chunk->free_bytes,
		.nr_pages = chunk->nr_pages,
		.nr_populated = chunk->nr_populated,
		.nr_empty_pop_pages = chunk->nr_empty_pop_pages,
		.nr_alloc = chunk->nr_alloc,
		.max_alloc_size = chunk->max_alloc_size,
		.start_offset = chunk->start_offset,
		.end_offset = chunk->end_offset,
		.immutable = chunk->immutable,
		.isolated = chunk->isolated,
		.md = (const struct subject_md *)&chunk->md,
		.blocks = (const struct subject_md *)chunk->blocks,
		.alloc_map = chunk->alloc_map,
		.bound_map = chunk->bound_map,
		.populated = chunk->populated,
	};
}

static void show_all_chunks(struct pcpu_allocator *a, struct subject_view *v)
{
	struct pcpu_list *pos;

	if (a->reserved_chunk)
		show_chunk(v, a->reserved_chunk, -1);
	for (int slot = 0; slot < a->nr_slots; slot++) {
		pcpu_list_for_each(pos, a->slots + slot) {
			if (pos->next->prev != pos || pos->prev->next != pos) {
				v->fault = "a list is not linked both ways";
				return;
			}
			show_chunk(v, pcpu_container_of(pos, struct pcpu_chunk, list), slot);
		}
	}
}

/**
 * ours_show - show the internals of an allocator
 * @a: the allocator
 * @v: where to
 */
void ours_show(struct pcpu_allocator *a, struct subject_view *v)
{
	const struct pcpu_stats *st = &a->stats;

	for (unsigned int i = 0; v->only && i < v->nr_only; i++)
		show_chunk(v, v->only[i], 0);
	if (!v->only)
		show_all_chunks(a, v);
	v->nr_slots = a->nr_slots;
	v->nr_empty_pop_pages = a->nr_empty_pop_pages;
	v->nr_populated = (long)a->nr_populated;
	v->atomic_failed = a->atomic_failed;
	v->work_pending = a->work_pending;
	v->stats = (struct subject_stats){
		.nr_alloc = st->nr_alloc,
		.nr_dealloc = st->nr_dealloc,
		.nr_cur_alloc = st->nr_cur_alloc,
		.nr_max_alloc = st->nr_max_alloc,
		.nr_chunks = st->nr_chunks,
		.nr_max_chunks = st->nr_max_chunks,
		.min_alloc_size = st->min_alloc_size,
		.max_alloc_size = st->max_alloc_size,
	};
}

static void ours_view(void *s, struct subject_view *v)
{
	struct ours *o = s;

	ours_show(o->a, v);
}

static uint32_t ours_translate(void *s, uint64_t addr)
{
	struct ours *o = s;

	return pgtable_walk(&o->vm.pt, addr);
}

static bool ours_phys(void *s, uint64_t addr, uint64_t *phys)
{
	struct ours *o = s;

	return pcpu_ptr_to_phys(o->a, addr, phys);
}

static bool ours_is_static(void *s, uint64_t addr, uint64_t *can_addr)
{
	struct ours *o = s;

	return boot_is_static(&o->areas, addr, can_addr);
}

static uint64_t ours_get_vm_area(void *s, uint64_t size, bool ioremap, uint64_t from, uint64_t to)
{
	struct ours *o = s;
	struct vm_area *area = vm_get_area(&o->vm, size, ioremap ? VM_IOREMAP : 0, from, to);

	return area ? area->addr : 0;
}

static uint64_t ours_vmalloc(void *s, uint64_t size, unsigned int node)
{
	struct ours *o = s;

	return vm_vmalloc(&o->vm, size, node);
}

static bool ours_vfree(void *s, uint64_t addr)
{
	struct ours *o = s;

	return vm_vfree(&o->vm, addr);
}

static bool ours_remove_vm_area(void *s, uint64_t addr)
{
	struct ours *o = s;

	return vm_remove_area(&o->vm, addr);
}

static struct subject_area show_area(const struct vm_area *area)
{
	return (struct subject_area){
		.addr = area->addr,
		.size = area->size,
		.flags = area->flags,
		.lazy = area->lazy,
		.nr_pages = area->nr_pages,
	};
}

static bool ours_find_vm_area(void *s, uint64_t addr, struct subject_area *area)
{
	struct ours *o = s;
	const struct vm_area *found = vm_find_area(&o->vm, addr);

	if (found)
		*area = show_area(found);
	return found;
}

static void *ours_get_vm_areas(void *s, const uint64_t *offsets, const uint64_t *sizes,
			       unsigned int nr, uint64_t align, uint64_t *addr)
{
	struct ours *o = s;
	struct vm_area **areas = vm_pcpu_get_areas(&o->vm, offsets, sizes, nr, align);

	for (unsigned int i = 0; areas && i < nr; i++)
		addr[i] = areas[i]->addr;
	return areas;
}

static void ours_free_vm_areas(void *s, void *set, unsigned int nr)
{
	struct ours *o = s;

	vm_pcpu_free_areas(&o->vm, set, nr);
}

static void ours_purge(void *s)
{
	struct ours *o = s;

	vm_purge_lazy(&o->vm);
}

static size_t ours_vmallocinfo(void *s, char *buf, size_t size)
{
	struct ours *o = s;

	return vm_vmallocinfo(&o->vm, buf, size);
}

static unsigned int ours_areas(void *s, uint64_t from, struct subject_area *area, unsigned int max)
{
	struct ours *o = s;
	unsigned int nr = 0;

	for (const struct vm_area *at = vm_tree_next(&o->vm, from); at && nr < max;
	     at = vm_tree_next(&o->vm, at->addr + at->size))
		area[nr++] = show_area(at);
	return nr;
}

static void *ours_boot(const struct machine *m, const struct boot_args *args, struct world *w,
		       enum boot_status *status, const struct boot_areas **areas)
{
	struct ours *o = start(m, args, w);

	*status = ours_layout(o, areas);
	return o;
}

const struct subject_ops subject_ours = {
	.name = "ours",
	.create = ours_create,
	.layout = ours_layout,
	.destroy = ours_destroy,
	.flags = ours_flags,
	.alloc = ours_alloc,
	.free = ours_free,
	.balance = ours_balance,
	.populate = ours_populate,
	.depopulate = ours_depopulate,
	.view = ours_view,
	.translate = ours_translate,
	.phys = ours_phys,
	.is_static = ours_is_static,
	.get_vm_area = ours_get_vm_area,
	.vmalloc = ours_vmalloc,
	.vfree = ours_vfree,
	.remove_vm_area = ours_remove_vm_area,
	.find_vm_area = ours_find_vm_area,
	.get_vm_areas = ours_get_vm_areas,
	.free_vm_areas = ours_free_vm_areas,
	.purge = ours_purge,
	.vmallocinfo = ours_vmallocinfo,
	.areas = ours_areas,
	.boot = ours_boot,
	.boot_end = ours_destroy,
	.per_cpu_ptr = boot_per_cpu_ptr,
	.in_first_chunk = boot_in_first_chunk,
	.boot_is_static = boot_is_static,
};
