// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot-page.c - the first chunk page by page, mapped in the vmalloc space.
 *
 * Models pcpu_page_first_chunk() of mm/percpu.c.  Requests, in this order: metadata for the
 * layout, metadata for the addresses, one page of boot memory for each page of each unit, address
 * space, and then page tables and mappings from the lowest address on.  Where the kernel panics,
 * because mappings cannot be had, this fails.
 */
#include <string.h>

#include "boot.h"

/**
 * struct paging - a first chunk in the making
 * @unit_pages: pages per unit
 * @nr_pages:   pages of all units
 * @page:       where each of them lies in boot memory
 * @taken:      pages that were taken so far
 * @base:       where the first is to be mapped
 * @mapped:     pages that were mapped so far
 */
struct paging {
	unsigned int unit_pages, nr_pages;
	uint64_t *page;
	unsigned int taken;
	uint64_t base;
	unsigned int mapped;
};

static enum boot_status take_pages(const struct boot_config *cfg, const struct pcpu_env *env,
				   const struct boot_info *info, struct boot_areas *areas,
				   struct paging *p)
{
	uint64_t page_size = UINT64_C(1) << cfg->page_shift;

	while (p->taken < p->nr_pages) {
		unsigned int cpu = info->groups[0].cpu_map[p->taken / p->unit_pages];
		uint64_t addr = env->boot_alloc(env->ctx, cfg->node_of[cpu], page_size, page_size);

		if (!addr) {
			boot_printk(areas, "percpu: failed to allocate %lluK page for cpu%u\n",
				    (unsigned long long)page_size >> 10, cpu);
			return BOOT_ENOMEM;
		}
		p->page[p->taken++] = addr;
	}
	return BOOT_OK;
}

static void copy_static(const struct boot_config *cfg, const struct pcpu_env *env,
			const uint64_t *page)
{
	uint64_t page_size = UINT64_C(1) << cfg->page_shift;

	for (uint64_t done = 0; done < cfg->static_size; done += page_size) {
		uint64_t left = cfg->static_size - done;

		memcpy(env->boot_data(env->ctx, *page++), cfg->static_data + done,
		       left < page_size ? left : page_size);
	}
}

static enum boot_status map_units(const struct boot_config *cfg, const struct pcpu_env *env,
				  struct paging *p)
{
	while (p->mapped < p->nr_pages) {
		uint64_t addr = p->base + ((uint64_t)p->mapped << cfg->page_shift);
		uint32_t frame = env->boot_frame(env->ctx, p->page[p->mapped]);

		if (!pgtable_map(&cfg->vm->pt, addr, &frame, 1))
			return BOOT_ENOMEM;
		p->mapped++;
		if (p->mapped % p->unit_pages == 0)
			copy_static(cfg, env, p->page + p->mapped - p->unit_pages);
	}
	return BOOT_OK;
}

/* Gives back what was taken, and no more: a page that was refused is none. */
static void undo(const struct boot_config *cfg, const struct pcpu_env *env, struct paging *p)
{
	if (p->mapped) {
		pgtable_unmap(&cfg->vm->pt, p->base, p->mapped);
		env->tlb_flush(env->ctx, p->base,
			       p->base + ((uint64_t)p->mapped << cfg->page_shift));
	}
	while (p->taken)
		env->boot_free(env->ctx, p->page[--p->taken], UINT64_C(1) << cfg->page_shift);
	if (p->page)
		env->meta_free(env->ctx, p->page);
}

static enum boot_status make_pages(const struct boot_config *cfg, const struct pcpu_env *env,
				   const struct boot_info *info, struct boot_areas *areas,
				   struct paging *p)
{
	enum boot_status status;

	p->page = env->meta_alloc(env->ctx, PCPU_FAULT_META, p->nr_pages * sizeof(*p->page));
	if (!p->page)
		return BOOT_ENOMEM;
	status = take_pages(cfg, env, info, areas, p);
	if (status)
		return status;
	p->base = vm_register_early(cfg->vm, info->groups[0].nr_units * info->unit_size,
				    UINT64_C(1) << cfg->page_shift);
	return p->base ? map_units(cfg, env, p) : BOOT_ENOMEM;
}

/**
 * boot_page_first_chunk - make the first chunk of single pages
 * @cfg: the machine
 * @env: the world around it
 * @areas: zeroed, but for the log; filled in if all goes well
 *
 * All CPUs are one group, and each allocation holds one unit, as the atom is a page.
 *
 * Return: the status; unless it is BOOT_OK everything has been given back, but the area of the
 * vmalloc space if it was taken already.
 */
enum boot_status boot_page_first_chunk(const struct boot_config *cfg, const struct pcpu_env *env,
				       struct boot_areas *areas)
{
	uint64_t page_size = UINT64_C(1) << cfg->page_shift;
	struct paging p = { 0 };
	enum boot_status status;
	struct boot_info info;

	status = boot_build_alloc_info(cfg, env, 0, page_size, false, &info);
	if (status)
		return status;
	/* pages are counted in int */
	if (info.unit_size / page_size > INT32_MAX / info.groups[0].nr_units) {
		boot_free_alloc_info(env, &info);
		return BOOT_EINVAL;
	}
	p.unit_pages = (unsigned int)(info.unit_size / page_size);
	p.nr_pages = p.unit_pages * info.groups[0].nr_units;
	status = make_pages(cfg, env, &info, areas, &p);
	if (status) {
		undo(cfg, env, &p);
		boot_free_alloc_info(env, &info);
		return status;
	}

	boot_printk(areas, "percpu: %u %lluK pages/cpu s%llu r%llu d%llu\n", p.unit_pages,
		    (unsigned long long)page_size >> 10, (unsigned long long)info.static_size,
		    (unsigned long long)info.reserved_size, (unsigned long long)info.dyn_size);
	areas->paged = true;
	areas->pages = p.page;
	boot_commit(cfg, env, areas, &info, p.base);
	return BOOT_OK;
}
