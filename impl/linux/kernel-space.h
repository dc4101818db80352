/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel-space.h - the end of kernel-vmalloc.c: address space on its own, for replaying traces.
 *
 * Where an area goes is left to alloc_vmap_area() and pcpu_get_vm_areas(), and what happens to the
 * tree of free ranges in a purge to merge_or_add_vmap_area_augment().  A trace says when each range
 * is purged, so that step of the purge is done here for one range at a time.  Nothing is mapped.
 */
#ifdef HAVE_VMAP_NODES
#define BUSY_ROOT (&vmap_nodes[0].busy.root)
#define LAZY_ROOT (&vmap_nodes[0].lazy.root)
#else
#define BUSY_ROOT (&vmap_area_root)
#define LAZY_ROOT (&purge_vmap_area_root)
#endif

#ifdef HAVE_MERGE_AUGMENT
#define add_free(va) merge_or_add_vmap_area_augment(va, &free_vmap_area_root, &free_vmap_area_list)
#else
#define add_free(va) merge_or_add_vmap_area(va, &free_vmap_area_root, &free_vmap_area_list)
#endif

#ifdef HAVE_VMAP_AREA_VM
#define TAKE(...) alloc_vmap_area(__VA_ARGS__, NUMA_NO_NODE, GFP_KERNEL | __GFP_NOWARN, 0, NULL)
#elif defined(HAVE_VMAP_AREA_FLAGS)
#define TAKE(...) alloc_vmap_area(__VA_ARGS__, NUMA_NO_NODE, GFP_KERNEL | __GFP_NOWARN, 0)
#else
#define TAKE(...) alloc_vmap_area(__VA_ARGS__, NUMA_NO_NODE, GFP_KERNEL | __GFP_NOWARN)
#endif

int kernel_space_start(const struct linux_config *cfg)
{
	linux_world_start(cfg);
	linux_vmalloc_start();
	return 0;
}

int kernel_space_take(unsigned long size, unsigned long align, unsigned long from, unsigned long to,
		      unsigned long *addr)
{
	struct vmap_area *va = TAKE(size, align, from, to);

	if (IS_ERR(va))
		return 0;
	*addr = va->va_start;
	return 1;
}

/* ---- the trees of live and of freed areas ---- */

static struct vmap_area *lazy_at(unsigned long addr)
{
#ifdef HAVE_PURGE_LLIST
	struct vmap_area *va;

	llist_for_each_entry(va, vmap_purge_list.first, purge_list)
		if (addr >= va->va_start && addr < va->va_end)
			return va;
	return NULL;
#else
	return __find_vmap_area(addr, LAZY_ROOT);
#endif
}

static void put_lazy(struct vmap_area *va)
{
#ifdef HAVE_PURGE_LLIST
	llist_add(&va->purge_list, &vmap_purge_list);
#else
	insert_vmap_area(va, LAZY_ROOT, LAZY_LIST);
#endif
}

static void unlink_lazy(struct vmap_area *va)
{
#ifdef HAVE_PURGE_LLIST
	struct llist_node **at = &vmap_purge_list.first;

	while (*at != &va->purge_list)
		at = &(*at)->next;
	*at = va->purge_list.next;
#else
	unlink_va(va, LAZY_ROOT);
#endif
}

/* Cut what is live or freed at an address, so that an area begins there. */
static void cut_at(unsigned long addr)
{
	struct vmap_area *busy = find_vmap_area(addr), *va = busy ? busy : lazy_at(addr), *rest;

	if (!va || va->va_start == addr)
		return;
	rest = kmem_cache_zalloc(vmap_area_cachep, GFP_KERNEL);
	rest->va_start = addr;
	rest->va_end = va->va_end;
	va->va_end = addr;
	if (busy)
		insert_vmap_area(rest, BUSY_ROOT, BUSY_LIST);
	else
		put_lazy(rest);
}

int kernel_space_lazy(unsigned long start, unsigned long end)
{
	struct vmap_area *va;

	cut_at(start);
	cut_at(end);
	va = find_vmap_area(start);
	if (!va || va->va_end != end)
		return 0;
#ifdef HAVE_PURGE_LLIST
	/* free_vmap_area_noflush(), which purges by itself if much is freed */
	unlink_va(va, BUSY_ROOT);
	atomic_long_add((long)((end - start) >> PAGE_SHIFT), &vmap_lazy_nr);
	put_lazy(va);
#else
#ifdef HAVE_FIND_UNLINK
	va = find_unlink_vmap_area(start);
#endif
	free_vmap_area_noflush(va);
#endif
	return 1;
}

/* What is live or freed at an address where it begins, in no tree any more; or NULL. */
static struct vmap_area *take_off(unsigned long addr)
{
	struct vmap_area *va = find_vmap_area(addr);

	if (va) {
		unlink_va(va, BUSY_ROOT);
		return va;
	}
	va = lazy_at(addr);
	if (va) {
		unlink_lazy(va);
		atomic_long_sub((long)((va->va_end - addr) >> PAGE_SHIFT), &vmap_lazy_nr);
	}
	return va;
}

/* As one range, as it was recorded; by themselves not all trees join areas side by side before. */
int kernel_space_give(unsigned long start, unsigned long end)
{
	struct vmap_area *whole = NULL;

	cut_at(start);
	cut_at(end);
	for (unsigned long at = start; at < end;) {
		struct vmap_area *va = take_off(at);

		if (!va)
			return 0;
		at = va->va_end;
		if (whole)
			kmem_cache_free(vmap_area_cachep, va);
		else
			whole = va;
	}
	whole->va_end = end;
	spin_lock(&free_vmap_area_lock);
	add_free(whole);
	spin_unlock(&free_vmap_area_lock);
	return 1;
}

/* The first free range that ends behind @from; 0 if there is none. */
int kernel_space_next_free(unsigned long from, unsigned long range[2])
{
	struct vmap_area *va;

	list_for_each_entry(va, &free_vmap_area_list, list) {
		if (va->va_end <= from)
			continue;
		range[0] = va->va_start;
		range[1] = va->va_end;
		return 1;
	}
	return 0;
}
