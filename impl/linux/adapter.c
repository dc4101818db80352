// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter.c - the kernel as a subject of the oracle: requests to it, and its internals as they are.
 *
 * What the kernel forbids its callers (a free of what was never allocated, congruent areas that
 * overlap) is refused here if the kernel itself would not.  adapter-boot.c starts and ends it,
 * adapter-steps.c drives it step by step, adapter-space.c its address space alone.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "adapter.h"

static_assert((int)LINUX_GFP_KERNEL == PCPU_GFP_KERNEL && (int)LINUX_GFP_NOFS == PCPU_GFP_NOFS &&
		      (int)LINUX_GFP_NOIO == PCPU_GFP_NOIO &&
		      (int)LINUX_GFP_ATOMIC == PCPU_GFP_ATOMIC &&
		      (int)LINUX_GFP_NOWAIT == PCPU_GFP_NOWAIT,
	      "classes have two names");

static_assert((int)LINUX_NO_RECLAIM == SUBJECT_NO_RECLAIM &&
		      (int)LINUX_FULL_GFP == SUBJECT_FULL_GFP &&
		      (int)LINUX_ALL_NEAR == SUBJECT_ALL_NEAR,
	      "flags have two names");

/**
 * linux_flags - what the kernel shows, and what its time did otherwise
 * @s: not used: all are of one tree
 */
unsigned int linux_flags(void *s)
{
	(void)s;
	return SUBJECT_HAS_STATS | kernel_times();
}

static uint64_t linux_alloc(void *s, const struct alloc_args *args)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, 0);
	return kernel_alloc(args->size, args->align, args->reserved, (enum linux_gfp)args->gfp);
}

static int remember_chunk(void *ctx, const struct linux_chunk *c)
{
	struct linux_subject *l = ctx;

	if (l->nr_shown == l->shown_capacity) {
		l->shown_capacity = 2 * l->shown_capacity + 16;
		l->shown = realloc(l->shown, l->shown_capacity * sizeof(*l->shown));
		if (!l->shown)
			abort();
	}
	l->shown[l->nr_shown++] = *c;
	return 1;
}

static void remember_chunks(struct linux_subject *l)
{
	struct linux_view v = { 0 };

	l->nr_shown = 0;
	kernel_chunks(remember_chunk, l, &v);
}

/* Is an address in a block of the linear map that is a chunk? */
static bool is_in_block(struct linux_subject *l, uint64_t addr)
{
	if (l->in.m->backing != BACKING_KM)
		return false;
	remember_chunks(l);
	for (unsigned int i = 0; i < l->nr_shown; i++)
		if (!l->shown[i].immutable &&
		    addr - l->shown[i].base < l->areas.nr_units * l->areas.info.unit_size)
			return true;
	return false;
}

/* Is there anything at an address: in the first chunk, or mapped, or in a block? */
static bool is_somewhere(struct linux_subject *l, uint64_t addr)
{
	if (addr - l->vm_start < l->vm_size)
		return kernel_translate((unsigned long)addr) != LINUX_NO_FRAME;
	return linux_in_first_chunk(&l->areas, addr) || is_in_block(l, addr);
}

/*
 * The kernel finds the chunk by the page struct of the first unit's page; where there is none, it
 * is gone.  Since 2026 it warns of a free of what is no live object, and does nothing.
 */
static bool linux_free(void *s, uint64_t ptr)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, false);
	if (!ptr) {
		kernel_free(0);
		return true;
	}
	if (!is_somewhere(l, ptr + l->first_unit_offset))
		host_trouble(LINUX_TROUBLE_BUG,
			     "free_percpu() of an address at which nothing is mapped");
	l->in.freeing = true;
	l->in.refused = false;
	kernel_free((unsigned long)ptr);
	l->in.freeing = false;
	return !l->in.refused;
}

static void linux_balance(void *s)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_balance();
}

static bool bad_pages(const struct linux_subject *l, void *chunk, unsigned int start,
		      unsigned int end, int *status)
{
	for (unsigned int i = 0; i < l->nr_shown; i++) {
		if (l->shown[i].id != chunk)
			continue;
		*status = l->shown[i].immutable ? -PCPU_EIMMUTABLE : -PCPU_EINVAL;
		return l->shown[i].immutable || start >= end ||
		       end > (unsigned int)l->shown[i].nr_pages;
	}
	*status = -PCPU_EINVAL;
	return true;
}

static int linux_populate(void *s, void *chunk, unsigned int start, unsigned int end)
{
	struct linux_subject *l = s;
	int status;

	HOST_ENTER(&l->in, -PCPU_EPOPULATE);
	remember_chunks(l);
	if (bad_pages(l, chunk, start, end, &status))
		return status;
	return kernel_populate(chunk, (int)start, (int)end) ? -PCPU_EPOPULATE : 0;
}

static int linux_depopulate(void *s, void *chunk, unsigned int start, unsigned int end)
{
	struct linux_subject *l = s;
	int status;

	HOST_ENTER(&l->in, -PCPU_EINVAL);
	remember_chunks(l);
	if (bad_pages(l, chunk, start, end, &status))
		return status;
	kernel_depopulate(chunk, (int)start, (int)end);
	return 0;
}

/**
 * linux_show_chunk - enter a chunk into a view
 * @ctx: the struct subject_view
 * @c: the chunk
 *
 * Return: 0 if there is no more room.
 */
int linux_show_chunk(void *ctx, const struct linux_chunk *c)
{
	struct subject_view *v = ctx;

	if (v->nr_chunks == SUBJECT_MAX_CHUNKS) {
		v->fault = "more chunks than can be";
		return 0;
	}
	v->chunk[v->nr_chunks++] = (struct subject_chunk){
		.id = c->id,
		.slot = c->slot,
		.base = c->base,
		.free_bytes = c->free_bytes,
		.nr_pages = c->nr_pages,
		.nr_populated = c->nr_populated,
		.nr_empty_pop_pages = c->nr_empty_pop_pages,
		.nr_alloc = c->nr_alloc,
		.max_alloc_size = c->max_alloc_size,
		.start_offset = c->start_offset,
		.end_offset = c->end_offset,
		.immutable = c->immutable,
		.isolated = c->isolated,
		.md = c->md,
		.blocks = c->blocks,
		.alloc_map = c->alloc_map,
		.bound_map = c->bound_map,
		.populated = c->populated,
	};
	return 1;
}

/**
 * linux_show - show the internals of the kernel that is current
 * @v: where to
 */
void linux_show(struct subject_view *v)
{
	struct linux_view k = { 0 };

	for (unsigned int i = 0; v->only && i < v->nr_only; i++)
		kernel_chunk(v->only[i], linux_show_chunk, v);
	if (!v->only)
		kernel_chunks(linux_show_chunk, v, &k);
	kernel_figures(&k);
	if (k.fault)
		v->fault = k.fault;
	v->nr_slots = k.nr_slots;
	v->nr_empty_pop_pages = k.nr_empty_pop_pages;
	v->nr_populated = k.nr_populated;
	v->atomic_failed = k.atomic_failed;
	v->work_pending = k.work_pending;
	v->stats = (struct subject_stats){
		.nr_alloc = k.nr_alloc,
		.nr_dealloc = k.nr_dealloc,
		.nr_cur_alloc = k.nr_cur_alloc,
		.nr_max_alloc = k.nr_max_alloc,
		.nr_chunks = k.nr_chunks,
		.nr_max_chunks = k.nr_max_chunks,
		.min_alloc_size = k.min_alloc_size,
		.max_alloc_size = k.max_alloc_size,
	};
}

static void linux_view(void *s, struct subject_view *v)
{
	struct linux_subject *l = s;

	v->fault = "the kernel came to a BUG()";
	HOST_ENTER(&l->in, );
	v->fault = NULL;
	linux_show(v);
}

static uint32_t linux_translate(void *s, uint64_t addr)
{
	struct linux_subject *l = s;
	unsigned int frame;

	HOST_ENTER(&l->in, PCPU_NO_FRAME);
	frame = kernel_translate((unsigned long)addr);
	return frame == LINUX_NO_FRAME ? PCPU_NO_FRAME : frame;
}

static bool linux_phys(void *s, uint64_t addr, uint64_t *phys)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, false);
	if (!is_somewhere(l, addr))
		return false;
	*phys = kernel_phys((unsigned long)addr);
	return true;
}

static bool linux_is_static(void *s, uint64_t addr, uint64_t *can_addr)
{
	struct linux_subject *l = s;

	return linux_boot_is_static(&l->areas, addr, can_addr);
}

/*
 * The kernel serves any range of addresses, and from any byte on; a machine has no more than its
 * window, and callers begin at a page.
 */
static uint64_t linux_get_vm_area(void *s, uint64_t size, bool ioremap, uint64_t from, uint64_t to)
{
	struct linux_subject *l = s;
	uint64_t page = l->in.m->page;

	from = from > UINT64_MAX - page ? UINT64_MAX : (from + page - 1) & ~(page - 1);
	if (from < l->vm_start)
		from = l->vm_start;
	if (to - l->vm_start > l->vm_size)
		to = to < l->vm_start ? l->vm_start : l->vm_start + l->vm_size;
	if (to < from)
		to = from;
	HOST_ENTER(&l->in, 0);
	return kernel_get_vm_area((unsigned long)size, ioremap, (unsigned long)from,
				  (unsigned long)to);
}

/*
 * What is more than all memory only by a part of a page the kernel finds to be so only when memory
 * has run out.
 */
static bool linux_offers_vmalloc(void *s, uint64_t size)
{
	struct linux_subject *l = s;
	uint64_t page = l->in.m->page;

	return size % page == 0 || size / page != l->in.m->frames;
}

static uint64_t linux_vmalloc(void *s, uint64_t size, unsigned int node)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, 0);
	return kernel_vmalloc((unsigned long)size, node);
}

/* Callers give the start of an area; the kernel's lookup takes any address inside. */
static bool find(unsigned long addr, struct linux_area *area)
{
	return kernel_find_vm_area(addr, area) && area->addr == addr;
}

static bool linux_vfree(void *s, uint64_t addr)
{
	struct linux_subject *l = s;
	struct linux_area area;

	HOST_ENTER(&l->in, false);
	if (addr && (!find((unsigned long)addr, &area) || !area.nr_pages))
		return false;
	kernel_vfree((unsigned long)addr);
	return true;
}

static bool linux_remove_vm_area(void *s, uint64_t addr)
{
	struct linux_subject *l = s;
	struct linux_area area;

	HOST_ENTER(&l->in, false);
	if (!find((unsigned long)addr, &area) || area.nr_pages || area.flags & VM_PCPU)
		return false;
	kernel_remove_vm_area((unsigned long)addr);
	return true;
}

static struct subject_area show_area(const struct linux_area *area)
{
	return (struct subject_area){
		.addr = area->addr,
		.size = area->size,
		.flags = area->flags,
		.lazy = area->lazy,
		.nr_pages = area->nr_pages,
	};
}

static bool linux_find_vm_area(void *s, uint64_t addr, struct subject_area *area)
{
	struct linux_subject *l = s;
	struct linux_area found;

	HOST_ENTER(&l->in, false);
	if (!find((unsigned long)addr, &found))
		return false;
	*area = show_area(&found);
	return true;
}

/*
 * What pcpu_get_vm_areas() demands of its callers, and dies of if it is not so.  That the last area
 * reaches behind the window it checks by itself, but with a warning.
 */
static bool may_ask(const struct linux_subject *l, const uint64_t *offsets, const uint64_t *sizes,
		    unsigned int nr, uint64_t align)
{
	uint64_t last_end = 0, start, end;

	if (!nr || nr > VM_PCPU_AREAS_MAX || align & (align - 1) || align < l->in.m->page)
		return false;
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t area_end = (unsigned long)(offsets[i] + sizes[i]);

		if (!sizes[i] || (offsets[i] | sizes[i]) & (align - 1) || area_end < offsets[i])
			return false;
		for (unsigned int k = 0; k < i; k++)
			if (offsets[i] < offsets[k] + sizes[k] &&
			    offsets[k] < offsets[i] + sizes[i])
				return false;
		if (area_end > last_end)
			last_end = area_end;
	}
	start = (l->vm_start + align - 1) & ~(align - 1);
	end = (l->vm_start + l->vm_size) & ~(align - 1);
	return start >= l->vm_start && start <= end && last_end <= end - start;
}

static void *linux_get_vm_areas(void *s, const uint64_t *offsets, const uint64_t *sizes,
				unsigned int nr, uint64_t align, uint64_t *addr)
{
	unsigned long o[VM_PCPU_AREAS_MAX], z[VM_PCPU_AREAS_MAX];
	struct linux_subject *l = s;
	void *set;

	if (!may_ask(l, offsets, sizes, nr, align))
		return NULL;
	for (unsigned int i = 0; i < nr; i++) {
		o[i] = (unsigned long)offsets[i];
		z[i] = (unsigned long)sizes[i];
	}
	HOST_ENTER(&l->in, NULL);
	set = kernel_get_vm_areas(o, z, (int)nr, (unsigned long)align);
	for (unsigned int i = 0; set && i < nr; i++)
		addr[i] = kernel_vm_areas_addr(set, (int)i);
	return set;
}

static void linux_free_vm_areas(void *s, void *set, unsigned int nr)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_free_vm_areas(set, (int)nr);
}

static void linux_purge(void *s)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_purge();
}

struct area_list {
	struct subject_area *area;
	unsigned int nr, max;
};

static int add_area(void *ctx, const struct linux_area *area)
{
	struct area_list *list = ctx;

	if (list->nr < list->max)
		list->area[list->nr++] = show_area(area);
	return list->nr < list->max;
}

static unsigned int linux_areas(void *s, uint64_t from, struct subject_area *area, unsigned int max)
{
	struct linux_subject *l = s;
	struct area_list list = { .area = area, .max = max };

	HOST_ENTER(&l->in, 0);
	if (max)
		kernel_areas((unsigned long)from, add_area, &list);
	return list.nr;
}

static const struct subject_ops linux_ops = {
	.name = "linux",
	.create = linux_create,
	.layout = linux_layout,
	.destroy = linux_destroy,
	.flags = linux_flags,
	.alloc = linux_alloc,
	.free = linux_free,
	.balance = linux_balance,
	.populate = linux_populate,
	.depopulate = linux_depopulate,
	.view = linux_view,
	.translate = linux_translate,
	.phys = linux_phys,
	.is_static = linux_is_static,
	.get_vm_area = linux_get_vm_area,
	.vmalloc = linux_vmalloc,
	.vfree = linux_vfree,
	.remove_vm_area = linux_remove_vm_area,
	.find_vm_area = linux_find_vm_area,
	.get_vm_areas = linux_get_vm_areas,
	.free_vm_areas = linux_free_vm_areas,
	.purge = linux_purge,
	.areas = linux_areas,
	.unfit = linux_unfit,
	.fit = linux_fit,
	.offers_vmalloc = linux_offers_vmalloc,
	.offers_boot = linux_offers_boot,
	.boot = linux_boot,
	.boot_end = linux_destroy,
	.per_cpu_ptr = linux_per_cpu_ptr,
	.in_first_chunk = linux_in_first_chunk,
	.boot_is_static = linux_boot_is_static,
};

__attribute__((visibility("default"))) extern const struct subject_plugin pcpufuzz_subject;
const struct subject_plugin pcpufuzz_subject = {
	.abi = SUBJECT_ABI,
	.version = kernel_version,
	.ops = &linux_ops,
	.steps = &linux_step_ops,
	.space = &linux_space_ops,
};
