// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-congruent.c - several areas at fixed distances from one base, as high as possible.
 *
 *   base --offset 0--> [area 0]
 *        --offset 1------------------> [area 1]
 *
 * A per-CPU chunk is one base, and the units of each memory node are near that node's first ones.
 * Models pcpu_get_vm_areas(); what is mapped there is the caller's.
 */
#include "vm-internal.h"

/**
 * struct congruent - a checked request
 * @start, @end: the window, aligned
 * @last_end: bytes from the base to the end of the highest area
 */
struct congruent {
	const uint64_t *offsets, *sizes;
	unsigned int nr, highest;
	uint64_t align, start, end, last_end;
};

static bool overlap(const struct congruent *c, unsigned int i, unsigned int k)
{
	return c->offsets[i] < c->offsets[k] + c->sizes[k] &&
	       c->offsets[k] < c->offsets[i] + c->sizes[i];
}

/* Nothing is believed: aligned, not empty, without wrapping, without overlap, within the window. */
static bool check_request(const struct vm_space *vm, struct congruent *c)
{
	if (!c->nr || c->nr > VM_PCPU_AREAS_MAX)
		return false;
	if (!vm_is_power_of_two(c->align) || c->align < vm_page(vm))
		return false;
	for (unsigned int i = 0; i < c->nr; i++) {
		uint64_t end;

		if (!c->sizes[i] || (c->offsets[i] | c->sizes[i]) & (c->align - 1) ||
		    !vm_add(vm, c->offsets[i], c->sizes[i], &end))
			return false;
		for (unsigned int k = 0; k < i; k++)
			if (overlap(c, i, k))
				return false;
		if (end > c->last_end) {
			c->last_end = end;
			c->highest = i;
		}
	}
	if (!vm_round_up(vm, vm->cfg.start, c->align, &c->start))
		return false;
	c->end = vm->cfg.end & ~(c->align - 1);
	return c->start <= c->end && c->last_end <= c->end - c->start;
}

/*
 * From the top: where an area does not fit, the base goes down to where it does, and all others
 * must be looked at again.  The base never goes below the window, as each area is kept from
 * going below its own lowest place.
 */
static bool find_base(struct vm_space *vm, const struct congruent *c, uint64_t *base)
{
	unsigned int i = c->highest, fitting = 0;

	*base = c->end - c->last_end;
	for (; fitting < c->nr; i = (i + 1) % c->nr) {
		uint64_t offset = c->offsets[i], size = c->sizes[i], addr;

		if (!vm_tree_highest_fit(vm, size, c->align, c->start + offset,
					 *base + offset + size, &addr))
			return false;
		fitting = addr == *base + offset ? fitting + 1 : 1;
		*base = addr - offset;
	}
	return true;
}

/* The array, and a descriptor for each area, or NULL. */
static struct vm_area **new_areas(struct vm_space *vm, unsigned int nr)
{
	struct vm_area **areas =
		vm->env->meta_alloc(vm->env->ctx, PCPU_FAULT_AREA, nr * sizeof(struct vm_area *));

	for (unsigned int i = 0; areas && i < nr; i++) {
		areas[i] = vm_new_area(vm, PCPU_FAULT_AREA);
		if (areas[i])
			continue;
		while (i--)
			vm_free_area(vm, areas[i]);
		vm->env->meta_free(vm->env->ctx, areas);
		return NULL;
	}
	return areas;
}

/**
 * vm_pcpu_get_areas - reserve congruent areas
 * @vm: the address space
 * @offsets: of each area from the base
 * @sizes: of each area
 * @nr: how many
 * @align: of the base, and of all offsets and sizes
 *
 * They lie at the highest base at which all of them are free and the base itself, too, is within
 * the window.  Purges and looks once more if there is none.
 *
 * Return: the areas, which have no guard pages, in an array; or NULL with nothing taken: the
 * request makes no sense, a descriptor cannot be had, or there is no room.
 */
struct vm_area **vm_pcpu_get_areas(struct vm_space *vm, const uint64_t *offsets,
				   const uint64_t *sizes, unsigned int nr, uint64_t align)
{
	struct congruent c = { .offsets = offsets, .sizes = sizes, .nr = nr, .align = align };
	struct vm_area **areas;
	uint64_t base;

	if (!check_request(vm, &c))
		return NULL;
	areas = new_areas(vm, nr);
	if (!areas)
		return NULL;
	if (!find_base(vm, &c, &base)) {
		vm_purge_lazy(vm);
		if (!find_base(vm, &c, &base)) {
			for (unsigned int i = 0; i < nr; i++)
				vm_free_area(vm, areas[i]);
			vm->env->meta_free(vm->env->ctx, areas);
			return NULL;
		}
	}
	for (unsigned int i = 0; i < nr; i++) {
		areas[i]->addr = base + offsets[i];
		areas[i]->size = sizes[i];
		areas[i]->flags = VM_ALLOC | VM_PCPU;
		vm_tree_insert(vm, areas[i]);
	}
	return areas;
}

/**
 * vm_pcpu_free_areas - free congruent areas
 * @vm: the address space
 * @areas: what vm_pcpu_get_areas() returned; the caller has unmapped what it mapped there
 * @nr: how many
 *
 * Their addresses are kept until the next purge.
 */
void vm_pcpu_free_areas(struct vm_space *vm, struct vm_area **areas, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		vm_make_lazy(vm, areas[i]);
	vm->env->meta_free(vm->env->ctx, areas);
}
