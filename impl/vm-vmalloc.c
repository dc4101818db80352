// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-vmalloc.c - memory that is contiguous by address only: one frame for each page.
 *
 * Models vmalloc_node() and vfree() without their flags, huge pages and zeroing.
 */
#include <assert.h>

#include "vm-internal.h"

/**
 * vm_release_frames - undo what vm_vmalloc() did, except for the addresses
 * @vm: the address space
 * @area: with frames
 * @mapped: how many pages are mapped
 * @taken: how many frames were taken, at least @mapped
 *
 * Does not flush: the addresses are not used again before a purge.
 */
void vm_release_frames(struct vm_space *vm, struct vm_area *area, unsigned int mapped,
		       unsigned int taken)
{
	const struct pcpu_env *env = vm->env;

	pgtable_unmap(&vm->pt, area->addr, mapped);
	for (unsigned int i = 0; i < taken; i++)
		env->frame_free(env->ctx, area->frames[i]);
	env->meta_free(env->ctx, area->frames);
	area->frames = NULL;
	area->nr_pages = 0;
}

/* Frames for all pages of an area, mapped there; or none. */
static bool populate(struct vm_space *vm, struct vm_area *area, unsigned int nr, unsigned int node)
{
	const struct pcpu_env *env = vm->env;
	unsigned int taken = 0, mapped = 0;

	area->frames = env->meta_alloc(env->ctx, PCPU_FAULT_META, nr * sizeof(*area->frames));
	if (!area->frames)
		return false;
	for (; taken < nr; taken++) {
		area->frames[taken] = env->frame_alloc(env->ctx, node, PCPU_OWNER_VMALLOC);
		if (area->frames[taken] == PCPU_NO_FRAME)
			break;
	}
	if (taken == nr)
		mapped = pgtable_map(&vm->pt, area->addr, area->frames, nr);
	if (mapped < nr) {
		vm_release_frames(vm, area, mapped, taken);
		return false;
	}
	area->nr_pages = nr;
	return true;
}

/**
 * vm_vmalloc - allocate memory
 * @vm: the address space, not a dry one
 * @size: bytes, rounded up to a page
 * @node: where frames are taken, as long as there are any
 *
 * Return: its address; or 0: the size is 0, wraps or is more than all frames together, and nothing
 * was taken; or there was no room, frame, table or metadata, and at most addresses are kept until
 * the next purge.
 */
uint64_t vm_vmalloc(struct vm_space *vm, uint64_t size, unsigned int node)
{
	struct vm_area *area;
	uint64_t pages;

	assert(!vm->cfg.dry);
	if (!vm_round_up(vm, size, vm_page(vm), &size))
		return 0;
	pages = size >> vm->cfg.page_shift;
	if (!pages || pages > vm->cfg.max_frames)
		return 0;

	area = vm_get_area(vm, size, VM_ALLOC, vm->cfg.start, vm->cfg.end);
	if (!area)
		return 0;
	if (!populate(vm, area, (unsigned int)pages, node)) {
		vm_make_lazy(vm, area);
		return 0;
	}
	return area->addr;
}

/**
 * vm_vfree - free memory
 * @vm: the address space
 * @addr: what vm_vmalloc() returned; nothing happens if 0
 *
 * Its addresses are kept until the next purge, which flushes.
 *
 * Return: false, and nothing changes, if no memory of vm_vmalloc() starts there.
 */
bool vm_vfree(struct vm_space *vm, uint64_t addr)
{
	struct vm_area *area = vm_find_area(vm, addr);

	if (!addr)
		return true;
	if (!area || !area->frames)
		return false;
	vm_release_frames(vm, area, area->nr_pages, area->nr_pages);
	vm_make_lazy(vm, area);
	return true;
}
