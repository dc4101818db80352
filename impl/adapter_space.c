// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter_space.c - our address space on its own, as a recording drives it.
 *
 * Purges are recorded too, so freed areas are kept out of the allocator's own list of them.  A
 * recording covers more than the vmalloc window: what is above it is a second window.
 */
#include "adapter.h"
#include "vm.h"
#include "../oracle/steps.h"

#define WINDOWS 2

struct ours_space {
	struct vm_space vm[WINDOWS];
	const struct pcpu_env *env;
};

static struct vm_space *space_of(struct ours_space *s, uint64_t addr)
{
	return s->vm + (addr >= s->vm[1].cfg.start);
}

static struct vm_area *put(struct ours_space *s, uint64_t start, uint64_t end)
{
	struct vm_area *area = s->env->meta_alloc(s->env->ctx, PCPU_FAULT_NONE, sizeof(*area));

	*area = (struct vm_area){ .addr = start, .size = end - start };
	vm_tree_insert(space_of(s, start), area);
	return area;
}

static void drop(struct ours_space *s, struct vm_area *area)
{
	vm_tree_remove(space_of(s, area->addr), area);
	s->env->meta_free(s->env->ctx, area);
}

/* What is not free in a window is taken. */
static void fill(struct ours_space *s, const struct vm_config *cfg, const struct space_geometry *g)
{
	uint64_t at = cfg->start;

	for (unsigned int i = 0; i < g->nr_free && at < cfg->end; i++) {
		uint64_t start = g->free[i][0] < cfg->end ? g->free[i][0] : cfg->end;

		if (start > at)
			put(s, at, start);
		if (g->free[i][1] > at)
			at = g->free[i][1];
	}
	if (at < cfg->end)
		put(s, at, cfg->end);
}

static void *ours_create(const struct space_geometry *g, struct world *w)
{
	struct ours_space *s = w->env.meta_alloc(w->env.ctx, PCPU_FAULT_NONE, sizeof(*s));
	uint64_t above = g->last & ~(SPACE_PAGE - 1);
	const uint64_t window[WINDOWS][2] = { { g->start, above }, { above, -SPACE_PAGE } };

	s->env = &w->env;
	for (int i = 0; i < WINDOWS; i++) {
		struct vm_config cfg = { .page_shift = (unsigned int)__builtin_ctzll(SPACE_PAGE),
					 .va_bits = 64,
					 .start = window[i][0],
					 .end = window[i][1],
					 .dry = true };

		vm_init(s->vm + i, &cfg, s->env);
	}
	for (int i = 0; i < WINDOWS; i++)
		fill(s, &s->vm[i].cfg, g);
	return s;
}

static void ours_destroy(void *p)
{
	struct ours_space *s = p;

	for (int i = 0; i < WINDOWS; i++)
		vm_exit(s->vm + i);
	s->env->meta_free(s->env->ctx, s);
}

static bool ours_take(void *p, uint64_t size, uint64_t align, uint64_t from, uint64_t to,
		      uint64_t *addr)
{
	struct ours_space *s = p;

	if (!vm_tree_lowest_fit(space_of(s, from), size, align, from, to, addr))
		return false;
	put(s, *addr, *addr + size);
	return true;
}

static bool ours_congruent(void *p, const uint64_t *offsets, const uint64_t *sizes, unsigned int nr,
			   uint64_t align, uint64_t *addr)
{
	struct ours_space *s = p;
	struct vm_area **areas = vm_pcpu_get_areas(s->vm, offsets, sizes, nr, align);

	for (unsigned int i = 0; areas && i < nr; i++)
		addr[i] = areas[i]->addr;
	if (areas)
		s->env->meta_free(s->env->ctx, areas);
	return areas != NULL;
}

static bool ours_fits(void *p, const uint64_t *offsets, const uint64_t *sizes, unsigned int nr,
		      uint64_t align, uint64_t *base)
{
	struct ours_space *s = p;
	struct vm_area **areas = vm_pcpu_get_areas(s->vm, offsets, sizes, nr, align);

	if (areas)
		*base = areas[0]->addr - offsets[0];
	for (unsigned int i = 0; areas && i < nr; i++)
		drop(s, areas[i]);
	if (areas)
		s->env->meta_free(s->env->ctx, areas);
	return areas != NULL;
}

/* Cut the area that is there, so that one begins at @addr. */
static void cut(struct ours_space *s, uint64_t addr)
{
	struct vm_area *area = vm_tree_at(space_of(s, addr), addr);
	uint64_t start, end;
	bool lazy;

	if (!area || area->addr == addr)
		return;
	start = area->addr;
	end = start + area->size;
	lazy = area->lazy;
	drop(s, area);
	put(s, start, addr)->lazy = lazy;
	put(s, addr, end)->lazy = lazy;
}

static bool ours_lazy(void *p, uint64_t start, uint64_t end)
{
	struct ours_space *s = p;
	struct vm_area *area;

	cut(s, start);
	cut(s, end);
	area = vm_tree_at(space_of(s, start), start);
	if (!area || area->lazy || area->size != end - start)
		return false;
	area->lazy = true;
	return true;
}

static bool ours_give(void *p, uint64_t start, uint64_t end)
{
	struct ours_space *s = p;

	cut(s, start);
	cut(s, end);
	while (start < end) {
		struct vm_area *area = vm_tree_at(space_of(s, start), start);

		if (!area)
			return false;
		start += area->size;
		drop(s, area);
	}
	return true;
}

static bool ours_next_free(void *p, uint64_t from, uint64_t to, uint64_t range[2])
{
	struct ours_space *s = p;
	struct vm_space *vm = space_of(s, from);
	const struct vm_area *area;

	while (from < to && (area = vm_tree_at(vm, from)))
		from = area->addr + area->size;
	if (from >= to)
		return false;
	area = vm_tree_next(vm, from);
	range[0] = from;
	range[1] = area && area->addr < to ? area->addr : to;
	return true;
}

const struct subject_space_ops subject_ours_space = {
	.create = ours_create,
	.destroy = ours_destroy,
	.take = ours_take,
	.congruent = ours_congruent,
	.fits = ours_fits,
	.lazy = ours_lazy,
	.give = ours_give,
	.next_free = ours_next_free,
};
