// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-space.c - a whole address space: its beginning, its end, and areas freed lazily.
 *
 * Does not look for free places: vm-area.c and vm-congruent.c do.
 */
#include <assert.h>

#include "vm-internal.h"

/**
 * vm_init - begin with an empty address space
 * @vm: the address space
 * @cfg: see &struct vm_config; copied
 * @env: the world around it, which must outlive it
 */
void vm_init(struct vm_space *vm, const struct vm_config *cfg, const struct pcpu_env *env)
{
	*vm = (struct vm_space){ .cfg = *cfg, .env = env };
	assert(cfg->va_bits == 32 || cfg->va_bits == 64);
	assert(cfg->start && !(cfg->start & (vm_page(vm) - 1)) && !(cfg->end & (vm_page(vm) - 1)));
	assert(cfg->start <= cfg->end && cfg->end <= vm_mask(vm));
	vm_tree_init(vm);
	if (!cfg->dry)
		pgtable_init(&vm->pt, env, cfg->page_shift);
}

/* Below every area, in the order of a walk; depth is logarithmic. */
static void exit_tree(struct vm_space *vm, struct pcpu_treap *n)
{
	struct vm_area *area = vm_area_of(n);

	if (!area)
		return;
	exit_tree(vm, n->left);
	exit_tree(vm, n->right);
	if (area == &vm->top)
		return;
	if (area->frames)
		vm_release_frames(vm, area, area->nr_pages, area->nr_pages);
	vm_free_area(vm, area);
}

/**
 * vm_exit - free all areas, live or not, and the page tables
 * @vm: the address space
 *
 * Flushes nothing, as nobody can use it any more.
 */
void vm_exit(struct vm_space *vm)
{
	exit_tree(vm, vm->root);
	vm->root = NULL;
	vm->lazy = NULL;
	if (!vm->cfg.dry)
		pgtable_exit(&vm->pt);
}

/**
 * vm_new_area - a descriptor
 * @vm: the address space
 * @kind: of the request, AREA or NONE
 *
 * Return: the descriptor, all zero, or NULL.
 */
struct vm_area *vm_new_area(struct vm_space *vm, enum pcpu_fault kind)
{
	return vm->env->meta_alloc(vm->env->ctx, kind, sizeof(struct vm_area));
}

/**
 * vm_free_area - give a descriptor back
 * @vm: the address space
 * @area: not in the tree, or the tree is no longer used
 */
void vm_free_area(struct vm_space *vm, struct vm_area *area)
{
	vm->env->meta_free(vm->env->ctx, area);
}

/**
 * vm_make_lazy - free an area, but keep its addresses until the next purge
 * @vm: the address space
 * @area: a live area, with nothing mapped there
 */
void vm_make_lazy(struct vm_space *vm, struct vm_area *area)
{
	assert(!area->lazy && !area->frames);
	area->lazy = true;
	area->next_lazy = vm->lazy;
	vm->lazy = area;
}

/**
 * vm_purge_lazy - make the addresses of freed areas usable again
 * @vm: the address space
 *
 * One flush covers all of them, and all that lies between.  It must come first: a CPU could still
 * reach what was mapped there.
 */
void vm_purge_lazy(struct vm_space *vm)
{
	struct vm_area *area = vm->lazy, *next;
	uint64_t start, end;

	if (!area)
		return;
	start = area->addr;
	end = area->addr + area->size;
	for (; area; area = area->next_lazy) {
		if (area->addr < start)
			start = area->addr;
		if (area->addr + area->size > end)
			end = area->addr + area->size;
	}
	vm->env->tlb_flush(vm->env->ctx, start, end);

	for (area = vm->lazy; area; area = next) {
		next = area->next_lazy;
		vm_tree_remove(vm, area);
		vm_free_area(vm, area);
	}
	vm->lazy = NULL;
}
