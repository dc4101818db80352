// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter-space.c - the kernel's address space on its own, as trace replay drives it.
 *
 * No per-CPU allocator is booted, and nothing is mapped.
 */
#include <stdlib.h>

#include "adapter.h"

/*
 * By address, as a boot takes its areas: that makes the tree of free ranges what it is, and with it
 * the places of what is aligned to more than a page.
 */
static bool take_all_else(const struct space_geometry *g)
{
	for (unsigned int i = 1; i <= g->nr_free; i++) {
		unsigned long start = (unsigned long)g->free[i - 1][1], got;
		unsigned long end = i < g->nr_free ? (unsigned long)g->free[i][0] : ~0ul;

		if (start < end && !kernel_space_take(end - start, 1, start, end, &got))
			return false;
	}
	return true;
}

static void *linux_space_create(const struct space_geometry *g, struct world *w)
{
	struct linux_subject *l = calloc(1, sizeof(*l));
	struct linux_config cfg = {
		.page_shift = (unsigned int)__builtin_ctzll(SPACE_PAGE),
		.nr_cpu_ids = 1,
		.possible = { 1 },
		.nr_nodes = 1,
		.vm_start = (unsigned long)g->start,
		.vm_end = (unsigned long)g->last,
		.dry = 1,
	};

	if (!l)
		abort();
	host_init(&l->in, w->machine, w);
	HOST_ENTER(&l->in, l);
	if (kernel_space_start(&cfg) || !take_all_else(g))
		l->in.dead = true;
	l->in.booting = false;
	return l;
}

static void linux_space_destroy(void *s)
{
	struct linux_subject *l = s;

	l->in.dead = true;
	host_exit(&l->in, 0);
	free(l);
}

static bool linux_space_take(void *s, uint64_t size, uint64_t align, uint64_t from, uint64_t to,
			     uint64_t *addr)
{
	struct linux_subject *l = s;
	unsigned long got;

	HOST_ENTER(&l->in, false);
	if (!kernel_space_take((unsigned long)size, (unsigned long)align, (unsigned long)from,
			       (unsigned long)to, &got))
		return false;
	*addr = got;
	return true;
}

static bool linux_space_congruent(void *s, const uint64_t *offsets, const uint64_t *sizes,
				  unsigned int nr, uint64_t align, uint64_t *addr)
{
	unsigned long o[VM_PCPU_AREAS_MAX], z[VM_PCPU_AREAS_MAX];
	struct linux_subject *l = s;
	void *set;

	for (unsigned int i = 0; i < nr; i++) {
		o[i] = (unsigned long)offsets[i];
		z[i] = (unsigned long)sizes[i];
	}
	HOST_ENTER(&l->in, false);
	set = kernel_get_vm_areas(o, z, (int)nr, (unsigned long)align);
	for (unsigned int i = 0; set && i < nr; i++)
		addr[i] = kernel_vm_areas_addr(set, (int)i);
	return set != NULL;
}

static bool linux_space_lazy(void *s, uint64_t start, uint64_t end)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, false);
	return kernel_space_lazy((unsigned long)start, (unsigned long)end);
}

static bool linux_space_give(void *s, uint64_t start, uint64_t end)
{
	struct linux_subject *l = s;

	HOST_ENTER(&l->in, false);
	return kernel_space_give((unsigned long)start, (unsigned long)end);
}

static bool linux_space_next_free(void *s, uint64_t from, uint64_t to, uint64_t range[2])
{
	struct linux_subject *l = s;
	unsigned long found[2];

	HOST_ENTER(&l->in, false);
	if (from >= to || !kernel_space_next_free((unsigned long)from, found) || found[0] >= to)
		return false;
	range[0] = found[0] < from ? from : found[0];
	range[1] = found[1] < to ? found[1] : to;
	return true;
}

const struct subject_space_ops linux_space_ops = {
	.create = linux_space_create,
	.destroy = linux_space_destroy,
	.take = linux_space_take,
	.congruent = linux_space_congruent,
	.lazy = linux_space_lazy,
	.give = linux_space_give,
	.next_free = linux_space_next_free,
};
