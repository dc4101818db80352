// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel-vmalloc.c - the unmodified mm/vmalloc.c, and what the rig asks of it.
 *
 * Included, so that its statics can be reached.
 */
#define LINUX_UNIT_VMALLOC
#define LINUX_OWNER LINUX_OWNER_VMALLOC
#define KBUILD_MODNAME "vmalloc"
#include <linux/mm.h>
#include <linux/kernel.h>
#include <linux/cpumask.h>
#include <linux/vmalloc.h>
#include <linux/bitmap.h>
#include "boundary.h"

/*
 * Blocks of vm_map_ram(), which nobody calls, have a map whose size depends on that of a page; no
 * array of a struct can.
 */
#undef DECLARE_BITMAP
#define DECLARE_BITMAP(name, bits) unsigned long name[1024 / BITS_PER_LONG]

/*
 * A vmap node per CPU is a cache in front of the address space: with it, freed addresses come back
 * to the CPU that freed them.  One node has none.
 */
#undef num_possible_cpus
#define num_possible_cpus() 1U

/*
 * Of these depends how much may be freed lazily before it is purged, by trees before 5.13 at once:
 * that is the program's business, so as many as can be.
 */
#define fls(x) (fls(x) << 16)

/*
 * A long array of pages would be vmalloc memory itself; here it comes from the heap like a short
 * one.  Told from the definition, and from other calls, by the first word of the first argument.
 */
#define LINUX_NODE_unsigned (LINUX_VMALLOC_NODE)(unsigned
#define LINUX_NODE_size (LINUX_VMALLOC_NODE)(size
#define LINUX_NODE_array_size linux_pages_array(array_size
#ifdef HAVE_NOPROF
#define LINUX_VMALLOC_NODE __vmalloc_node_noprof
#define __vmalloc_node_noprof(a, ...) LINUX_NODE_##a, __VA_ARGS__)
#else
#define LINUX_VMALLOC_NODE __vmalloc_node
#define __vmalloc_node(a, ...) LINUX_NODE_##a, __VA_ARGS__)
#endif
#define linux_pages_array(size, align, gfp, ...) linux_new(LINUX_META, size, gfp)

#include LINUX_VMALLOC_C

#undef num_possible_cpus
#undef fls

void linux_vmalloc_start(void)
{
	vmalloc_init();
}

unsigned long kernel_get_vm_area(unsigned long size, int ioremap, unsigned long from,
				 unsigned long to)
{
	struct vm_struct *area =
		__get_vm_area_caller(size, ioremap ? VM_IOREMAP : 0, from, to, NULL);

	return area ? (unsigned long)area->addr : 0;
}

/* Nothing of no bytes, which the kernel would warn about. */
unsigned long kernel_vmalloc(unsigned long size, unsigned int node)
{
	unsigned long addr = size ? (unsigned long)vmalloc_node(size, (int)node) : 0;

#ifdef HAVE_CLEANUP_WORK
	/* what a failure leaves to a worker is done at once, as older kernels do */
	if (cleanup_vm_area.pending) {
		cleanup_vm_area.pending = 0;
		cleanup_vm_area_work(&cleanup_vm_area);
	}
#endif
	return addr;
}

void kernel_vfree(unsigned long addr)
{
	vfree((void *)addr);
}

void kernel_remove_vm_area(unsigned long addr)
{
	struct vm_struct *area = find_vm_area((void *)addr);

	if (area && (unsigned long)area->addr == addr)
		free_vm_area(area);
}

/* The area of the first chunk was registered before there were callers to remember. */
static bool is_pcpu(const struct vm_struct *vm)
{
	return vm->caller == (const void *)pcpu_get_vm_areas ||
	       (!vm->caller && vm->flags & VM_ALLOC);
}

static struct linux_area area_of(const struct vmap_area *va)
{
	struct linux_area area = { .addr = va->va_start, .size = va->va_end - va->va_start };

	if (va->vm) {
		area.flags = (unsigned int)va->vm->flags & (VM_IOREMAP | VM_ALLOC);
		if (is_pcpu(va->vm))
			area.flags |= 0x80000000u;
		area.nr_pages = va->vm->nr_pages;
	}
	return area;
}

int kernel_find_vm_area(unsigned long addr, struct linux_area *area)
{
	struct vmap_area *va = find_vmap_area(addr);

	if (!va || !va->vm || va->va_start != addr)
		return 0;
	*area = area_of(va);
	return 1;
}

void *kernel_get_vm_areas(const unsigned long *offsets, const unsigned long *sizes, int nr,
			  unsigned long align)
{
#ifdef HAVE_VM_AREAS_GFP
	return pcpu_get_vm_areas(offsets, (const size_t *)sizes, nr, align, GFP_KERNEL);
#else
	return pcpu_get_vm_areas(offsets, (const size_t *)sizes, nr, align);
#endif
}

unsigned long kernel_vm_areas_addr(void *set, int i)
{
	struct vm_struct **vms = set;

	return (unsigned long)vms[i]->addr;
}

void kernel_free_vm_areas(void *set, int nr)
{
	pcpu_free_vm_areas(set, nr);
}

void kernel_purge(void)
{
#ifdef HAVE_PURGE_AND_RECLAIM
	reclaim_and_purge_vmap_areas();
#else
	purge_vmap_area_lazy();
#endif
}

/* The lists of all areas, by address, and of those that were freed. */
#ifdef HAVE_VMAP_NODES
#define BUSY_LIST (&vmap_nodes[0].busy.head)
#define BUSY_ROOT (&vmap_nodes[0].busy.root)
#define LAZY_LIST (&vmap_nodes[0].lazy.head)
#else
#define BUSY_LIST (&vmap_area_list)
#define BUSY_ROOT (&vmap_area_root)
#define LAZY_LIST (&purge_vmap_area_list)
#endif

/* The first entry of the list that begins at @from or above, or its head. */
static struct list_head *first_busy(unsigned long from)
{
	struct list_head *first = BUSY_LIST->next, *found = BUSY_LIST;
	struct rb_node *n = BUSY_ROOT->rb_node;

	if (first == BUSY_LIST || list_entry(first, struct vmap_area, list)->va_start >= from)
		return first;
	while (n) {
		struct vmap_area *va = rb_entry(n, struct vmap_area, rb_node);

		if (va->va_start >= from)
			found = &va->list;
		n = va->va_start >= from ? n->rb_left : n->rb_right;
	}
	return found;
}

static struct vmap_area *first_lazy(unsigned long from)
{
	struct vmap_area *va, *first = NULL;

#ifdef HAVE_PURGE_LLIST
	llist_for_each_entry(va, vmap_purge_list.first, purge_list)
		if (va->va_start >= from && (!first || va->va_start < first->va_start))
			first = va;
#else
	list_for_each_entry(va, LAZY_LIST, list)
		if (va->va_start >= from) {
			first = va;
			break;
		}
#endif
	return first;
}

void kernel_areas(unsigned long from, int (*show)(void *ctx, const struct linux_area *a), void *ctx)
{
	struct list_head *busy = first_busy(from);
	struct vmap_area *lazy = first_lazy(from);

	while (busy != BUSY_LIST || lazy) {
		struct vmap_area *va = NULL;
		struct linux_area area;

		if (busy != BUSY_LIST)
			va = list_entry(busy, struct vmap_area, list);
		if (va && (!lazy || va->va_start < lazy->va_start)) {
			area = area_of(va);
			busy = busy->next;
		} else {
			/* nothing but its addresses is left of it */
			area = (struct linux_area){
				.addr = lazy->va_start,
				.size = lazy->va_end - lazy->va_start,
				.lazy = 1,
			};
			lazy = first_lazy(lazy->va_start + 1);
		}
		if (!show(ctx, &area))
			return;
	}
}

#include "kernel-space.h"
