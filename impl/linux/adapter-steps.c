// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter-steps.c - the kernel driven step by step, as trace replay does.
 *
 * One CPU, pages without contents, chunks without address space.
 */
#include <stdlib.h>

#include "adapter.h"

static void *linux_step_create(const struct step_geometry *g, struct world *w, unsigned int option)
{
	struct linux_subject *l = calloc(1, sizeof(*l));
	uint32_t limit = (32768 + g->page - 1) & ~(g->page - 1), unit = g->page * g->unit_pages;
	struct linux_config cfg = {
		.page_shift = (unsigned int)__builtin_ctz(g->page),
		.nr_cpu_ids = 1,
		.possible = { 1 },
		.nr_nodes = 1,
		.static_size = g->static_size,
		.reserved_size = g->reserved_size,
		.dyn_size = g->dyn_size,
		.min_unit_size = unit,
		.max_alloc = limit < unit ? limit : unit,
		.atom_size = g->page,
		.first = LINUX_FIRST_GIVEN,
		.vm_start = (unsigned long)w->vm_start,
		.vm_end = (unsigned long)w->vm_end,
		.dry = 1,
	};

	(void)option;
	if (!l)
		abort();
	host_init(&l->in, w->machine, w);
	HOST_ENTER(&l->in, l);
	if (kernel_boot_dry(&cfg, unit, (unsigned long)g->base_addr))
		l->in.dead = true;
	l->in.booting = false;
	return l;
}

/* Chunks have no pages and no areas here: nothing but metadata to give back. */
static void linux_step_destroy(void *s)
{
	struct linux_subject *l = s;

	l->in.dead = true;
	host_exit(&l->in, 0);
	free(l);
}

static void linux_step_view(void *s, struct subject_view *v)
{
	struct linux_subject *l = s;

	v->fault = "the kernel came to a BUG()";
	HOST_ENTER(&l->in, );
	v->fault = NULL;
	linux_show(v);
}

static bool linux_step_alloc(void *s, const struct step_request *req, struct step_place *place)
{
	struct linux_subject *l = s;
	unsigned long base;
	int off;

	HOST_ENTER(&l->in, false);
	if (!kernel_step_alloc(req->size, req->align, req->reserved, req->atomic, &base, &off))
		return false;
	place->base = base;
	place->off = off;
	return true;
}

static void linux_step_free(void *s, void *chunk, int off, bool decide)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_step_free(chunk, off, decide);
}

static bool linux_step_insert(void *s, uint64_t base)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, false);
	return kernel_step_insert((unsigned long)base);
}

static void linux_step_set_populated(void *s, void *chunk, int from, int to, bool on)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_step_set_populated(chunk, from, to, on);
}

static void linux_step_pick_free(void *s, bool empty_only)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_step_pick_free(empty_only);
}

static void *linux_step_picked(void *s)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, NULL);
	return kernel_step_picked();
}

static void linux_step_destroy_chunk(void *s, void *chunk)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_step_destroy_chunk(chunk);
}

static void *linux_step_reclaim_first(void *s)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, NULL);
	return kernel_step_reclaim_first();
}

static void linux_step_put_back(void *s, void *chunk, bool reintegrate)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_step_put_back(chunk, reintegrate);
}

static void linux_step_begin_refill(void *s)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_step_begin_refill();
}

static void linux_step_atomic_failed(void *s)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, );
	kernel_step_atomic_failed();
}

const struct subject_step_ops linux_step_ops = {
	.common = {
		.name = "linux",
		.destroy = linux_step_destroy,
		.flags = linux_flags,
		.view = linux_step_view,
	},
	.create = linux_step_create,
	.alloc = linux_step_alloc,
	.free = linux_step_free,
	.insert = linux_step_insert,
	.set_populated = linux_step_set_populated,
	.pick_free = linux_step_pick_free,
	.picked = linux_step_picked,
	.destroy_chunk = linux_step_destroy_chunk,
	.reclaim_first = linux_step_reclaim_first,
	.put_back = linux_step_put_back,
	.begin_refill = linux_step_begin_refill,
	.atomic_failed = linux_step_atomic_failed,
};
