// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-area.c - single areas: getting, finding, removing and printing them.
 *
 * Each ends with a guard page, except those of the boot.  Maps nothing: vm-vmalloc.c does.
 */
#include <inttypes.h>
#include <stdio.h>

#include "vm-internal.h"

/* VM_IOREMAP: the size, a multiple of a page, rounded up to a power of two within limits. */
static uint64_t ioremap_align(const struct vm_space *vm, uint64_t size)
{
	uint64_t align = vm_page(vm), most = align << VM_IOREMAP_MAX_ORDER;

	while (align < size && align < most)
		align <<= 1;
	return align;
}

/**
 * vm_get_area - reserve the lowest free addresses
 * @vm: the address space
 * @size: bytes, rounded up to a page; a guard page is added
 * @flags: VM_IOREMAP, VM_ALLOC or 0
 * @start: lowest address
 * @end: address after the highest, guard page included
 *
 * Purges and looks once more if it fits nowhere.
 *
 * Return: the area; or NULL, with nothing taken: the size is 0 or so large that addresses wrap,
 * the descriptor cannot be had, or there is no room.
 */
struct vm_area *vm_get_area(struct vm_space *vm, uint64_t size, unsigned int flags, uint64_t start,
			    uint64_t end)
{
	uint64_t align = vm_page(vm), addr;
	struct vm_area *area;

	if (!vm_round_up(vm, size, align, &size) || !size)
		return NULL;
	if (flags & VM_IOREMAP)
		align = ioremap_align(vm, size);
	if (!vm_add(vm, size, vm_page(vm), &size))
		return NULL;

	area = vm_new_area(vm, PCPU_FAULT_AREA);
	if (!area)
		return NULL;
	if (!vm_tree_lowest_fit(vm, size, align, start, end, &addr)) {
		vm_purge_lazy(vm);
		if (!vm_tree_lowest_fit(vm, size, align, start, end, &addr)) {
			vm_free_area(vm, area);
			return NULL;
		}
	}
	area->addr = addr;
	area->size = size;
	area->flags = flags & (VM_IOREMAP | VM_ALLOC);
	vm_tree_insert(vm, area);
	return area;
}

/**
 * vm_find_area - the live area that starts at an address
 * @vm: the address space
 * @addr: any address
 *
 * Return: the area, or NULL.
 */
struct vm_area *vm_find_area(const struct vm_space *vm, uint64_t addr)
{
	struct vm_area *area = vm_tree_at(vm, addr);

	return area && area->addr == addr && !area->lazy ? area : NULL;
}

/**
 * vm_remove_area - free an area of vm_get_area()
 * @vm: the address space
 * @addr: where it starts; the caller has unmapped what it mapped there
 *
 * Its addresses are kept until the next purge.
 *
 * Return: false, and nothing changes, if there is none: not those of vm_vmalloc(), nor per-CPU
 * ones.
 */
bool vm_remove_area(struct vm_space *vm, uint64_t addr)
{
	struct vm_area *area = vm_find_area(vm, addr);

	if (!area || area->frames || area->flags & VM_PCPU)
		return false;
	vm_make_lazy(vm, area);
	return true;
}

/**
 * vm_register_early - an area of the boot, which stays for ever
 * @vm: the address space
 * @size: bytes, rounded up to a page; there is no guard page
 * @align: a power of two; a page if less than that
 *
 * Never purges, and its descriptor is never refused.
 *
 * Return: its address, or 0 if the size is 0 or wraps, or there is no room.
 */
uint64_t vm_register_early(struct vm_space *vm, uint64_t size, uint64_t align)
{
	struct vm_area *area;
	uint64_t addr;

	if (align < vm_page(vm))
		align = vm_page(vm);
	if (!vm_is_power_of_two(align) || !vm_round_up(vm, size, vm_page(vm), &size))
		return 0;
	if (!vm_tree_lowest_fit(vm, size, align, vm->cfg.start, vm->cfg.end, &addr))
		return 0;

	area = vm_new_area(vm, PCPU_FAULT_NONE);
	area->addr = addr;
	area->size = size;
	area->flags = VM_ALLOC | VM_PCPU;
	vm_tree_insert(vm, area);
	return addr;
}

static const char *kind_of(const struct vm_area *area)
{
	if (area->flags & VM_PCPU)
		return "pcpu";
	if (area->frames)
		return "vmalloc";
	return area->flags & VM_IOREMAP ? "ioremap" : "vm";
}

/**
 * vm_vmallocinfo - print the live areas, one line each, by address
 * @vm: the address space
 * @buf: where to; may be NULL if @size is 0
 * @size: room there, the NUL included; what is longer is cut off
 *
 * A line is "0xSTART-0xEND BYTES KIND"; BYTES include the guard page, KIND is vmalloc, ioremap,
 * vm or pcpu, and that of vmalloc is followed by " pages=N".
 *
 * Return: length of the whole text without the NUL.
 */
size_t vm_vmallocinfo(const struct vm_space *vm, char *buf, size_t size)
{
	size_t len = 0;

	if (size)
		buf[0] = '\0';
	for (const struct vm_area *a = vm_tree_next(vm, 0); a; a = vm_tree_next(vm, a->addr + 1)) {
		char line[128], pages[32] = "";
		size_t nr;

		if (a->lazy)
			continue;
		if (a->frames)
			snprintf(pages, sizeof(pages), " pages=%u", a->nr_pages);
		nr = (size_t)snprintf(line, sizeof(line),
				      "0x%016" PRIx64 "-0x%016" PRIx64 " %" PRIu64 " %s%s\n",
				      a->addr, a->addr + a->size, a->size, kind_of(a), pages);
		if (len < size)
			snprintf(buf + len, size - len, "%s", line);
		len += nr;
	}
	return len;
}
