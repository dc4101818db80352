// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel-percpu.c - the unmodified mm/percpu.c, and what the rig asks of it.
 *
 * Included, so that its statics can be reached.  Its single steps, for traces, are in
 * kernel-steps.h.
 */
#define LINUX_UNIT_PERCPU
#define LINUX_OWNER LINUX_OWNER_CHUNK
#define KBUILD_MODNAME "percpu"
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/mm.h>
#include <linux/kernel.h>
#include <linux/cpumask.h>
#include <linux/memblock.h>
#include <linux/percpu.h>
#include <linux/vmalloc.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include "boundary.h"

/* where the tree has constants, the machine decides */
#undef PCPU_MIN_UNIT_SIZE
#define PCPU_MIN_UNIT_SIZE (linux_world.min_unit)
#undef PERCPU_DYNAMIC_EARLY_SIZE
#define PERCPU_DYNAMIC_EARLY_SIZE (linux_world.dyn_early)

/* metadata of any size comes from the rig's heap */
#undef __vmalloc
#define __vmalloc(size, gfp) linux_new(linux_percpu_kind(), size, gfp)

/* what goes to a void * goes to the simulated machine; all that is copied there is static data */
#define LINUX_SIMULATED(to) __builtin_types_compatible_p(typeof(to), void *)
#define memset(to, byte, size)                                               \
	(LINUX_SIMULATED(to) ? linux_fill((unsigned long)(to), byte, size) : \
			       (void)__builtin_memset((void *)(to), byte, size))
#define memcpy(to, from, size)                                                \
	(LINUX_SIMULATED(to) ? linux_copy_static((unsigned long)(to), size) : \
			       (void)__builtin_memcpy((void *)(to), from, size))

/*
 * The size of a chunk descriptor is a variable.  As a function's result it tells when it is asked
 * for, and the next piece of metadata is a descriptor then.
 */
static size_t chunk_struct_size;
static bool chunk_is_next;
#define pcpu_chunk_struct_size (*linux_chunk_size())

/* not all trees notice that the window is too small for a first chunk of pages */
static void __maybe_unused register_early(struct vm_struct *vm, size_t align)
{
	vm_area_register_early(vm, align);
	if ((unsigned long)vm->addr > VMALLOC_END ||
	    VMALLOC_END - (unsigned long)vm->addr < vm->size)
		linux_boot_failed(-ENOMEM);
}
#define vm_area_register_early(vm, align) register_early(vm, align)

#include LINUX_PERCPU_C

#undef memset
#undef memcpy

static size_t *linux_chunk_size(void)
{
	chunk_is_next = true;
	return &chunk_struct_size;
}

enum linux_kind linux_percpu_kind(void)
{
	enum linux_kind kind = chunk_is_next ? LINUX_CHUNK : LINUX_META;

	chunk_is_next = false;
	return kind;
}

struct percpu_stats pcpu_stats;
struct pcpu_alloc_info pcpu_stats_ai;

/* ---- what differs between trees ---- */

#ifdef HAVE_CHUNK_TYPES
#define SLOTS pcpu_chunk_list(PCPU_CHUNK_ROOT)
#define EMPTY_POP_PAGES pcpu_nr_empty_pop_pages[PCPU_CHUNK_ROOT]
#define alloc_chunk(gfp) pcpu_alloc_chunk(PCPU_CHUNK_ROOT, gfp)
#else
#define SLOTS pcpu_chunk_lists
#define EMPTY_POP_PAGES pcpu_nr_empty_pop_pages
#define alloc_chunk(gfp) pcpu_alloc_chunk(gfp)
#endif

#ifdef HAVE_ISOLATED
#define FREE_SLOT pcpu_free_slot
#define SLOTS_ADDED 0
#else
#define FREE_SLOT (pcpu_nr_slots - 1)
#define SLOTS_ADDED 2 /* those of isolated chunks, around the free one */
#endif

static bool is_isolated(const struct pcpu_chunk *chunk)
{
#ifdef HAVE_ISOLATED
	return chunk->isolated;
#else
	(void)chunk;
	return false;
#endif
}

/* ---- booting ---- */

static bool paged;

static int __maybe_unused distance(unsigned int from, unsigned int to)
{
	return (int)host_distance(from, to);
}

static int __maybe_unused node_of(int cpu)
{
	return cpu_to_node(cpu);
}

static void *__maybe_unused take_boot(unsigned int cpu, size_t size, size_t align)
{
	return (void *)host_boot_alloc((unsigned int)cpu_to_node(cpu), size, align);
}

static void __maybe_unused give_boot(void *ptr, size_t size)
{
	linux_give_boot((unsigned long)ptr, size);
}

static void __maybe_unused populate_pte(unsigned long addr)
{
	(void)addr;
}

static int embed(const struct linux_config *cfg)
{
#ifdef HAVE_EMBED_NODE_FN
	return pcpu_embed_first_chunk(cfg->reserved_size, cfg->dyn_size, cfg->atom_size, distance,
				      node_of);
#else
	return pcpu_embed_first_chunk(cfg->reserved_size, cfg->dyn_size, cfg->atom_size, distance,
				      take_boot, give_boot);
#endif
}

static int page(const struct linux_config *cfg)
{
	int err = -EINVAL;

#ifdef CONFIG_NEED_PER_CPU_PAGE_FIRST_CHUNK
#ifdef HAVE_EMBED_NODE_FN
	err = pcpu_page_first_chunk(cfg->reserved_size, node_of);
#else
	err = pcpu_page_first_chunk(cfg->reserved_size, take_boot, give_boot, populate_pte);
#endif
#endif
	paged = !err;
	return err;
}

/* Do the regions fit into a unit, and all units between 0 and the highest address? */
static bool regions_fit(const struct linux_config *cfg)
{
	unsigned long left = cfg->min_unit_size, nr = num_possible_cpus();

	if (!nr || !cfg->static_size || cfg->static_size > left)
		return false;
	left -= cfg->static_size;
	if (cfg->reserved_size > left || cfg->dyn_size > left - cfg->reserved_size)
		return false;
	return cfg->min_unit_size <= ULONG_MAX / nr;
}

static int set_up(const struct linux_config *cfg, unsigned long unit_size, unsigned long base)
{
	struct pcpu_alloc_info *ai;
	unsigned int cpu;

	linux_world.given = 1;
	ai = pcpu_alloc_alloc_info(1, (int)num_possible_cpus());
	ai->static_size = cfg->static_size;
	ai->reserved_size = cfg->reserved_size;
	ai->dyn_size = cfg->dyn_size;
	ai->unit_size = unit_size;
	ai->atom_size = cfg->atom_size;
	ai->alloc_size = unit_size;
	for_each_possible_cpu(cpu)
		ai->groups[0].cpu_map[ai->groups[0].nr_units++] = cpu;
	if (!base)
		base = host_boot_alloc(0, (unsigned long)ai->groups[0].nr_units * unit_size,
				       cfg->atom_size);
	if (base) {
		for (int i = 0; i < ai->groups[0].nr_units; i++)
			linux_copy_static(base + (unsigned long)i * unit_size, cfg->static_size);
		pcpu_setup_first_chunk(ai, (void *)base);
	}
	pcpu_free_alloc_info(ai);
	return base ? 0 : -ENOMEM;
}

static int first_chunk(const struct linux_config *cfg)
{
	int err;

	if (cfg->first == LINUX_FIRST_GIVEN)
		return regions_fit(cfg) ? set_up(cfg, cfg->min_unit_size, 0) : -EINVAL;
	if (cfg->first != LINUX_FIRST_PAGE) {
		err = embed(cfg);
		if (err >= 0)
			return 0;
		if (!IS_ENABLED(CONFIG_NEED_PER_CPU_PAGE_FIRST_CHUNK))
			return err;
		host_printk("setup_percpu: %s allocator failed (%d), falling back to page size\n",
			    cfg->first == LINUX_FIRST_AUTO ? "auto" : "embed", err);
	}
	return page(cfg);
}

static void booted(const struct linux_config *cfg)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		__per_cpu_offset[cpu] = (unsigned long)pcpu_base_addr + pcpu_unit_offsets[cpu];
	/* no unit is below 32 KiB there, so that a request that large always fits into a chunk */
	linux_world.min_unit = min_t(unsigned long, cfg->max_alloc, pcpu_unit_size);
	chunk_is_next = false;
	linux_called_percpu_enable_async();
}

/* What setup_per_cpu_areas() of an architecture does. */
int kernel_boot(const struct linux_config *cfg)
{
	int err;

#ifdef LINUX_PAGE_SHIFT
	if (cfg->page_shift != LINUX_PAGE_SHIFT)
		return -EINVAL;
#endif
	linux_world_start(cfg);
	host_printk("setup_percpu: NR_CPUS:%u nr_cpumask_bits:%u nr_cpu_ids:%u nr_node_ids:%u\n",
		    (unsigned int)NR_CPUS, (unsigned int)nr_cpu_ids, (unsigned int)nr_cpu_ids,
		    cfg->nr_nodes);
	err = linux_catch_boot(first_chunk, cfg);
	if (err) {
		host_printk("Kernel panic - not syncing: cannot initialize percpu area (err=%d)\n",
			    err);
		return err;
	}
	booted(cfg);
	linux_vmalloc_start();
	return 0;
}

void kernel_layout(struct linux_layout *l)
{
	*l = (struct linux_layout){
		.static_size = pcpu_stats_ai.static_size,
		.reserved_size = pcpu_stats_ai.reserved_size,
		.dyn_size = pcpu_stats_ai.dyn_size,
		.unit_size = pcpu_stats_ai.unit_size,
		.atom_size = pcpu_stats_ai.atom_size,
		.alloc_size = pcpu_stats_ai.alloc_size,
		.nr_groups = (unsigned int)pcpu_nr_groups,
		.group_offset = pcpu_group_offsets,
		.group_size = (const unsigned long *)pcpu_group_sizes,
		.nr_units = (unsigned int)pcpu_nr_units,
		.base_addr = (unsigned long)pcpu_base_addr,
		.low_cpu = pcpu_low_unit_cpu,
		.high_cpu = pcpu_high_unit_cpu,
		.paged = paged,
	};
	for (unsigned int cpu = 0; cpu < LINUX_CPUS_MAX; cpu++) {
		l->unit_of[cpu] = LINUX_NO_CPU;
		if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
			continue;
		l->unit_of[cpu] = (unsigned int)pcpu_unit_map[cpu];
		l->unit_offset[cpu] = pcpu_unit_offsets[cpu];
		l->cpu_offset[cpu] = __per_cpu_offset[cpu];
		l->node_of[cpu] = linux_world.node[cpu];
	}
}

/* ---- allocating and freeing ---- */

unsigned long kernel_alloc(unsigned long size, unsigned long align, int reserved,
			   enum linux_gfp gfp)
{
	static const gfp_t flags[] = {
		[LINUX_GFP_KERNEL] = GFP_KERNEL, [LINUX_GFP_NOFS] = GFP_NOFS,
		[LINUX_GFP_NOIO] = GFP_NOIO,	 [LINUX_GFP_ATOMIC] = GFP_ATOMIC,
		[LINUX_GFP_NOWAIT] = GFP_NOWAIT,
	};
	void __percpu *ptr;

#ifdef HAVE_NOPROF
	ptr = pcpu_alloc_noprof(size, align, reserved, flags[gfp] | __GFP_NOWARN);
#else
	ptr = pcpu_alloc(size, align, reserved, flags[gfp] | __GFP_NOWARN);
#endif
	return ptr ? (unsigned long)__pcpu_ptr_to_addr(ptr) : 0;
}

/* Where no chunk has an address, the kernel follows NULL. */
static bool __maybe_unused has_chunk(unsigned long addr)
{
	void *p = (void *)addr;

	if (pcpu_addr_in_chunk(pcpu_first_chunk, p) || pcpu_addr_in_chunk(pcpu_reserved_chunk, p))
		return true;
#ifndef LINUX_KM
	if (kernel_translate(addr + pcpu_unit_offsets[linux_world.cpu]) == LINUX_NO_FRAME)
		return false;
#endif
	return pcpu_chunk_addr_search(p) != NULL;
}

void kernel_free(unsigned long addr)
{
	if (!addr)
		return;
#ifndef LINUX_PAGE_SHIFT
	if (!has_chunk(addr))
		linux_bug("mm/percpu.c", 0, "free_percpu() of an address that no chunk has");
#endif
	free_percpu(__addr_to_pcpu_ptr(addr));
}

void kernel_balance(void)
{
	pcpu_balance_work.pending = 0;
	pcpu_balance_workfn(&pcpu_balance_work);
}

/* The first run of pages of [@start, @end) that are populated, or that are not. */
static bool next_run(struct pcpu_chunk *chunk, bool populated, int *start, int *stop, int end)
{
	while (*start < end && test_bit(*start, chunk->populated) != populated)
		++*start;
	for (*stop = *start; *stop < end; ++*stop)
		if (test_bit(*stop, chunk->populated) != populated)
			break;
	return *start < end;
}

int kernel_populate(void *p, int start, int end)
{
	struct pcpu_chunk *chunk = p;
	int err = 0, stop;

	mutex_lock(&pcpu_alloc_mutex);
	for (; !err && next_run(chunk, false, &start, &stop, end); start = stop) {
		err = pcpu_populate_chunk(chunk, start, stop, GFP_KERNEL | __GFP_NOWARN);
		spin_lock_irq(&pcpu_lock);
		if (!err)
			pcpu_chunk_populated(chunk, start, stop);
		spin_unlock_irq(&pcpu_lock);
	}
	mutex_unlock(&pcpu_alloc_mutex);
	return err;
}

void kernel_depopulate(void *p, int start, int end)
{
	struct pcpu_chunk *chunk = p;

	mutex_lock(&pcpu_alloc_mutex);
	for (int i = start; i < end; i++) {
		if (chunk->md_blocks[i].contig_hint != PCPU_BITMAP_BLOCK_BITS ||
		    !test_bit(i, chunk->populated))
			continue;
		pcpu_depopulate_chunk(chunk, i, i + 1);
		spin_lock_irq(&pcpu_lock);
		pcpu_chunk_depopulated(chunk, i, i + 1);
		spin_unlock_irq(&pcpu_lock);
	}
#if defined(HAVE_DEPOP_FLUSH) || !defined(LINUX_KM)
	pcpu_post_unmap_tlb_flush(chunk, start, end);
#endif
	mutex_unlock(&pcpu_alloc_mutex);
}

/* ---- what it is like inside ---- */

static int shown_slot(int slot)
{
	return slot == FREE_SLOT ? slot + SLOTS_ADDED / 2 : slot;
}

static int show_chunk(struct pcpu_chunk *chunk, int slot,
		      int (*show)(void *ctx, const struct linux_chunk *c), void *ctx)
{
	struct linux_chunk c = {
		.id = chunk,
		.slot = slot,
		.base = (unsigned long)chunk->base_addr,
		.free_bytes = chunk->free_bytes,
		.nr_pages = chunk->nr_pages,
		.nr_populated = chunk->nr_populated,
		.nr_empty_pop_pages = chunk->nr_empty_pop_pages,
		.nr_alloc = chunk->nr_alloc,
		.max_alloc_size = chunk->max_alloc_size,
		.start_offset = (unsigned int)chunk->start_offset,
		.end_offset = (unsigned int)chunk->end_offset,
		.immutable = chunk->immutable,
		.isolated = is_isolated(chunk),
		.md = &chunk->chunk_md,
		.blocks = chunk->md_blocks,
		.alloc_map = chunk->alloc_map,
		.bound_map = chunk->bound_map,
		.populated = chunk->populated,
	};

	return show(ctx, &c);
}

void kernel_chunks(int (*show)(void *ctx, const struct linux_chunk *c), void *ctx,
		   struct linux_view *v)
{
	v->fault = NULL;
	if (pcpu_reserved_chunk && !show_chunk(pcpu_reserved_chunk, -1, show, ctx))
		return;
	for (int slot = 0; slot < pcpu_nr_slots; slot++) {
		struct list_head *head = SLOTS + slot, *pos;

		for (pos = head->next; pos != head; pos = pos->next) {
			if (pos->next->prev != pos || pos->prev->next != pos) {
				v->fault = "a list is not linked both ways";
				return;
			}
			if (!show_chunk(list_entry(pos, struct pcpu_chunk, list), shown_slot(slot),
					show, ctx))
				return;
		}
	}
}

void kernel_chunk(void *chunk, int (*show)(void *ctx, const struct linux_chunk *c), void *ctx)
{
	show_chunk(chunk, 0, show, ctx);
}

void kernel_figures(struct linux_view *v)
{
	v->nr_slots = pcpu_nr_slots + SLOTS_ADDED;
	v->nr_empty_pop_pages = EMPTY_POP_PAGES;
	v->nr_populated = (long)pcpu_nr_populated;
	v->atomic_failed = pcpu_atomic_alloc_failed;
	v->work_pending = pcpu_balance_work.pending;
	v->nr_alloc = pcpu_stats.nr_alloc;
	v->nr_dealloc = pcpu_stats.nr_dealloc;
	v->nr_cur_alloc = pcpu_stats.nr_cur_alloc;
	v->nr_max_alloc = pcpu_stats.nr_max_alloc;
	v->nr_chunks = pcpu_stats.nr_chunks;
	v->nr_max_chunks = pcpu_stats.nr_max_chunks;
	v->min_alloc_size = pcpu_stats.min_alloc_size;
	v->max_alloc_size = pcpu_stats.max_alloc_size;
}

unsigned long long kernel_phys(unsigned long addr)
{
	return per_cpu_ptr_to_phys((void *)addr);
}

int kernel_is_static(unsigned long addr, unsigned long *can_addr)
{
	return __is_kernel_percpu_address(addr, can_addr);
}

unsigned long kernel_per_cpu_ptr(unsigned long ptr, unsigned int cpu)
{
	return (unsigned long)per_cpu_ptr((void *)ptr, cpu);
}

#include "kernel-steps.h"

/* A chunk that no object lives in: its pages, and then itself, as the balance work does it. */
static void shut_down_chunk(struct pcpu_chunk *chunk)
{
	int start = 0, stop;

	for (; next_run(chunk, true, &start, &stop, chunk->nr_pages); start = stop) {
		pcpu_depopulate_chunk(chunk, start, stop);
		spin_lock_irq(&pcpu_lock);
		pcpu_chunk_depopulated(chunk, start, stop);
		spin_unlock_irq(&pcpu_lock);
	}
	pcpu_destroy_chunk(chunk);
}

void kernel_shutdown(void)
{
	struct pcpu_chunk *chunk, *next;

	mutex_lock(&pcpu_alloc_mutex);
	for (int slot = 0; slot < pcpu_nr_slots; slot++) {
		list_for_each_entry_safe(chunk, next, &SLOTS[slot], list) {
			if (chunk->immutable)
				continue;
			list_del(&chunk->list);
			shut_down_chunk(chunk);
		}
	}
	mutex_unlock(&pcpu_alloc_mutex);
	kernel_purge();
}

unsigned int kernel_times(void)
{
	unsigned int times = 0;

#ifndef HAVE_ISOLATED
	times |= LINUX_NO_RECLAIM;
#endif
#ifndef HAVE_MAY_BLOCK
	times |= LINUX_FULL_GFP;
#endif
#ifdef HAVE_ALL_NEAR
	times |= LINUX_ALL_NEAR;
#endif
	return times;
}
