// SPDX-License-Identifier: GPL-2.0-only
/*
 * sabotage_world.c - the rules about memory, page tables and what is asked of the world.
 */
#include "sabotage.h"

/* c1 gets all its pages, loses two and gets them back. */
#define PAGES                                                                                 \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                    \
	     "r0 = alloc size=384 align=4\n" /* 1: c1+0 */                                    \
	     "populate chunk=1 pages=2..4\n" /* 2 */                                          \
	     "depopulate chunk=1 pages=2..4\n" /* 3 */                                        \
	     "populate chunk=1 pages=2..4\n" /* 4 */                                          \
	     "r1 = alloc size=512 align=4\n" /* 5: c1+384 */

/* The same with one page on one CPU: the frame given back last is the next one taken. */
#define ONE_FRAME                                                                             \
	HEAD "machine cpus=1 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                    \
	     "r0 = alloc size=384 align=4\n" /* 1: c1+0 */                                    \
	     "populate chunk=1 pages=2..3\n" /* 2 */                                          \
	     "depopulate chunk=1 pages=2..3\n" /* 3 */                                        \
	     "populate chunk=1 pages=2..3\n" /* 4 */                                          \
	     "r1 = alloc size=256 align=4\n" /* 5: c1+384 */

/* Mapping fails on the second CPU, and succeeds later. */
#define FAILS                                                                                 \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                    \
	     "r0 = alloc size=384 align=4\n" /* 1: c1+0 */                                    \
	     "populate chunk=1 pages=2..4 (fail map 3)\n" /* 2 */                             \
	     "populate chunk=1 pages=2..4\n" /* 3 */                                          \
	     "r1 = alloc size=512 align=4\n" /* 4: c1+384 */

/* The pages stay away for good. */
#define NO_REUSE                                                                              \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                    \
	     "r0 = alloc size=384 align=4\n" /* 1: c1+0 */                                    \
	     "populate chunk=1 pages=2..4\n" /* 2 */                                          \
	     "depopulate chunk=1 pages=2..4\n" /* 3 */

/* One CPU on each of two nodes. */
#define NODES                                                                                 \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 " \
	     "frames=64 nodes=2 node=0,1\n"                                                   \
	     "r0 = alloc size=384 align=4\n" /* 1: c1+0 */                                    \
	     "balance\n" /* 2 */

/* A fault that is far away is counted down by every request. */
#define ARMED(kind)                                                                       \
	HEAD "machine cpus=1 page=256 unit_pages=1 static=4 reserved=0 dyn=8 vm_pages=8 " \
	     "frames=8\n"                                                                 \
	     "r0 = alloc size=4 align=4 (fail " kind " 40)\n" /* 1 */                     \
	     "balance\n" /* 2 */                                                          \
	     "v1 = get_vm_area size=256\n" /* 3 */                                        \
	     "find_vm_area v1\n" /* 4 */                                                  \
	     "r2 = alloc size=200 align=4\n" /* 5: c1 */

/* A write is the first to look at the pages again. */
#define WRITE                                                                             \
	HEAD "machine cpus=1 page=256 unit_pages=1 static=4 reserved=0 dyn=8 vm_pages=8 " \
	     "frames=8\n"                                                                 \
	     "r0 = alloc size=64 align=4\n"                                               \
	     "write r0 seed=1\n"

/* Pages of c1 that are not populated, and an address in the static area of the next CPU. */
#define PHYS                                                                                  \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                    \
	     "r0 = alloc size=64 align=4\n" /* 1: c0+20 */                                    \
	     "r1 = alloc size=384 align=4\n" /* 2: c1+0 */                                    \
	     "phys r0 cpu=1\n" /* 3 */                                                        \
	     "phys r1 cpu=0\n" /* 4 */                                                        \
	     "phys r1+700 cpu=0\n" /* 5: nothing there */                                     \
	     "phys r0+1010 cpu=0\n" /* 6: 6 bytes into the static area of CPU 1 */            \
	     "balance\n" /* 7 */

/* The first chunk mapped page by page. */
#define PAGED                                                                                \
	HEAD "machine cpus=2 page=256 unit_pages=2 static=33 reserved=0 dyn=99 vm_pages=48 " \
	     "frames=64 first=page\n"                                                        \
	     "r0 = alloc size=64 align=4\n" /* 1 */                                          \
	     "r1 = alloc size=400 align=4\n" /* 2: c1+0 */                                   \
	     "balance\n" /* 3 */

static void pte_set(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	s->env.pte_set(s->w, addr, frame);
}

/* The frame that an address is mapped to. */
static uint32_t frame_of(struct saboteur *s, uint64_t addr)
{
	return world_pte(s->w, addr);
}

/* A frame of node 0 that is not taken. */
static uint32_t free_frame(const struct world *w)
{
	return w->free_stack[w->budget.frames_free[0] - 1];
}

/* Deeds of the right op at the wrong thing. */
static void map_twice(struct saboteur *s)
{
	pte_set(s, on_cpu1(s, s->last_base), frame_of(s, s->last_base));
}

static void map_not_taken(struct saboteur *s)
{
	pte_set(s, s->w->vm_start, free_frame(s->w));
}

static void map_no_such_frame(struct saboteur *s)
{
	pte_set(s, s->w->vm_start, s->w->node_start[s->w->budget.nr_nodes]);
}

static void free_mapped(struct saboteur *s)
{
	s->env.frame_free(s->w, frame_of(s, s->last_base));
}

static void map_below_window(struct saboteur *s)
{
	pte_set(s, s->w->vm_start - 256, PCPU_NO_FRAME);
}

static void map_above_window(struct saboteur *s)
{
	pte_set(s, s->w->vm_end, PCPU_NO_FRAME);
}

static void map_inside_page(struct saboteur *s)
{
	pte_set(s, s->w->vm_start + 4, PCPU_NO_FRAME);
}

static void flush_part(struct saboteur *s)
{
	s->env.tlb_flush(s->w, s->w->vm_start, s->w->vm_start + 4);
}

static void flush_backwards(struct saboteur *s)
{
	s->env.tlb_flush(s->w, s->w->vm_start + 512, s->w->vm_start);
}

static void give_free_frame(struct saboteur *s)
{
	s->env.frame_free(s->w, free_frame(s->w));
}

static void give_wild_frame(struct saboteur *s)
{
	s->env.frame_free(s->w, s->w->node_start[s->w->budget.nr_nodes]);
}

static void take_wild_node(struct saboteur *s)
{
	s->env.frame_alloc(s->w, s->w->budget.nr_nodes, PCPU_OWNER_CHUNK);
}

static void give_free_boot(struct saboteur *s)
{
	s->env.boot_free(s->w, first_base(s) - 256, 256);
}

static void give_part_of_boot_page(struct saboteur *s)
{
	s->env.boot_free(s->w, first_base(s), 4);
}

static void take_frame(struct saboteur *s)
{
	s->env.frame_alloc(s->w, 0, PCPU_OWNER_CHUNK);
}

static void take_vmalloc_frame(struct saboteur *s)
{
	s->env.frame_alloc(s->w, 0, PCPU_OWNER_VMALLOC);
}

/* A frame of boot memory in a page that nobody asked for. */
static void map_boot_frame(struct saboteur *s)
{
	pte_set(s, s->w->vm_start, s->env.boot_frame(s->w, first_base(s)));
}

/* The last page of the first chunk on CPU 1, which no object lies on. */
static void unmap_first_chunk(struct saboteur *s)
{
	pte_set(s, on_cpu1(s, first_base(s)) + 256, PCPU_NO_FRAME);
}

static void unmap_served(struct saboteur *s)
{
	pte_set(s, on_cpu1(s, s->ptr), PCPU_NO_FRAME);
}

static void unmap_base(struct saboteur *s)
{
	pte_set(s, s->last_base, PCPU_NO_FRAME);
}

static void map_unpopulated(struct saboteur *s)
{
	pte_set(s, s->ptr + 768, s->env.boot_frame(s->w, first_base(s)));
}

/* Instead of its own memory, the page of an object has that of the first chunk as well. */
static void map_shared_boot_frame(struct saboteur *s)
{
	pte_set(s, s->ptr, frame_of(s, first_base(s) + 256));
	s->env.tlb_flush(s->w, s->ptr, s->ptr + 256);
}

/* Pages of two CPUs exchanged, which hold the same. */
static void exchange_pages(struct saboteur *s)
{
	uint64_t a = s->last_base, b = on_cpu1(s, a);
	uint32_t frame_a = frame_of(s, a), frame_b = frame_of(s, b);

	pte_set(s, a, PCPU_NO_FRAME);
	pte_set(s, b, frame_a);
	pte_set(s, a, frame_b);
}

/* The last page of the first chunk on two CPUs. */
static void exchange_first_chunk(struct saboteur *s)
{
	uint64_t a = first_base(s) + 256, b = on_cpu1(s, a);
	uint32_t frame_a = frame_of(s, a), frame_b = frame_of(s, b);

	pte_set(s, a, frame_b);
	pte_set(s, b, frame_a);
	s->env.tlb_flush(s->w, a, b + 256);
}

/* A page of boot memory that is mapped. */
static void give_mapped_boot_page(struct saboteur *s)
{
	uint32_t frame = frame_of(s, on_cpu1(s, first_base(s)) + 256);

	s->env.boot_free(s->w, boot_mem_frame_addr(&s->w->boot, frame), 256);
}

/* Requests that are not needed; all is given back at once. */
#if !ASAN_WATCHES /* which ends the process */
static void write_at(struct saboteur *s, int at)
{
	uint8_t *piece = s->env.meta_alloc(s->w, PCPU_FAULT_NONE, 8);

	piece[at] = 1;
	s->env.meta_free(s->w, piece);
}

static void write_before_meta(struct saboteur *s)
{
	write_at(s, -1);
}

static void write_behind_meta(struct saboteur *s)
{
	write_at(s, 8);
}
#endif

static void ask_meta(struct saboteur *s, enum pcpu_fault kind)
{
	s->env.meta_free(s->w, s->env.meta_alloc(s->w, kind, 8));
}

#define ASK(name, kind)                            \
	static void ask_##name(struct saboteur *s) \
	{                                          \
		ask_meta(s, PCPU_FAULT_##kind);    \
	}

ASK(one_meta, META)
ASK(one_chunk, CHUNK)
ASK(one_area, AREA)
ASK(one_table, TABLE)

static void ask_one_frame(struct saboteur *s)
{
	s->env.frame_free(s->w, s->env.frame_alloc(s->w, 0, PCPU_OWNER_CHUNK));
}

static void ask_one_map(struct saboteur *s)
{
	s->env.may_map(s->w);
}

static void ask_one_boot(struct saboteur *s)
{
	s->env.boot_free(s->w, s->env.boot_alloc(s->w, 0, 256, 256), 256);
}

static void boot_alloc_no_pages(struct saboteur *s)
{
	s->env.boot_alloc(s->w, 0, 100, 256);
}

static void boot_look_at_free(struct saboteur *s)
{
	s->env.boot_data(s->w, first_base(s) - 256);
}

/* Environments. */
static void lost_flush(void *ctx, uint64_t start, uint64_t end)
{
	if (!is_sabotage_due())
		sabotage_env()->tlb_flush(ctx, start, end);
}

static void wrap_lose_flush(struct pcpu_env *env)
{
	env->tlb_flush = lost_flush;
}

static void short_flush(void *ctx, uint64_t start, uint64_t end)
{
	sabotage_env()->tlb_flush(ctx, start, is_sabotage_due() ? end - 256 : end);
}

static void wrap_short_flush(struct pcpu_env *env)
{
	env->tlb_flush = short_flush;
}

static void lost_unmap(void *ctx, uint64_t addr, uint32_t frame)
{
	if (!is_sabotage_due() || frame != PCPU_NO_FRAME)
		sabotage_env()->pte_set(ctx, addr, frame);
}

static void wrap_lose_unmap(struct pcpu_env *env)
{
	env->pte_set = lost_unmap;
}

/* The first chunk lies where the window starts. */
static void lost_first_unmap(void *ctx, uint64_t addr, uint32_t frame)
{
	const struct world *w = ctx;

	if (!is_sabotage_due() || frame != PCPU_NO_FRAME || addr >= w->vm_start + 1024)
		sabotage_env()->pte_set(ctx, addr, frame);
}

static void wrap_lose_first_unmap(struct pcpu_env *env)
{
	env->pte_set = lost_first_unmap;
}

/* The first mapping of the op is not entered into the page tables. */
static void lost_map(void *ctx, uint64_t addr, uint32_t frame)
{
	static uint64_t lost;

	if (is_sabotage_due() && (!lost || lost == addr)) {
		lost = addr;
		return;
	}
	lost = 0;
	sabotage_env()->pte_set(ctx, addr, frame);
}

static void wrap_lose_map(struct pcpu_env *env)
{
	env->pte_set = lost_map;
}

static uint32_t frame_of_node_0(void *ctx, unsigned int node, enum pcpu_owner owner)
{
	return sabotage_env()->frame_alloc(ctx, is_sabotage_due() ? 0 : node, owner);
}

static void wrap_node_0(struct pcpu_env *env)
{
	env->frame_alloc = frame_of_node_0;
}

/* As many of each node as there should be, but those of the other CPU. */
static uint32_t frame_of_other_node(void *ctx, unsigned int node, enum pcpu_owner owner)
{
	return sabotage_env()->frame_alloc(ctx, is_sabotage_due() ? !node : node, owner);
}

static void wrap_other_node(struct pcpu_env *env)
{
	env->frame_alloc = frame_of_other_node;
}

static uint32_t frame_of_other_owner(void *ctx, unsigned int node, enum pcpu_owner owner)
{
	return sabotage_env()->frame_alloc(ctx, node,
					   is_sabotage_due() ? PCPU_OWNER_NR - 1 - owner : owner);
}

static void wrap_other_owner(struct pcpu_env *env)
{
	env->frame_alloc = frame_of_other_owner;
}

/* Every frame is the one taken first. */
static uint32_t same_frame(void *ctx, unsigned int node, enum pcpu_owner owner)
{
	static uint32_t taken;

	if (!is_sabotage_due())
		return sabotage_env()->frame_alloc(ctx, node, owner);
	if (!((struct world *)ctx)->owned[owner])
		taken = sabotage_env()->frame_alloc(ctx, node, owner);
	return taken;
}

static void wrap_same_frame(struct pcpu_env *env)
{
	env->frame_alloc = same_frame;
}

/* Metadata for which no fault can be armed. */
static void *unasked_meta(void *ctx, enum pcpu_fault kind, size_t size)
{
	if (is_sabotage_due())
		kind = PCPU_FAULT_NONE;
	return sabotage_env()->meta_alloc(ctx, kind, size);
}

static void wrap_unasked_meta(struct pcpu_env *env)
{
	env->meta_alloc = unasked_meta;
}

/* What is told. */
static uint32_t translate_as_world(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	(void)frame;
	return frame_of(s, addr);
}

static uint32_t translate_to_none(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	(void)s;
	(void)addr;
	(void)frame;
	return PCPU_NO_FRAME;
}

static uint32_t translate_to_next(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	(void)s;
	(void)addr;
	return frame == PCPU_NO_FRAME ? frame : frame + 1;
}

static uint32_t translate_always(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	(void)s;
	(void)addr;
	return frame == PCPU_NO_FRAME ? 0 : frame;
}

/* Of the first chunk only, which lies where the window starts. */
static uint32_t translate_first_to_none(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	return addr < s->w->vm_start + 1024 ? PCPU_NO_FRAME : frame;
}

static bool phys_off(struct saboteur *s, uint64_t addr, uint64_t *phys)
{
	bool there = subject_ours.phys(s->s, addr, phys);

	*phys += 256;
	return there;
}

static bool phys_none(struct saboteur *s, uint64_t addr, uint64_t *phys)
{
	(void)s;
	(void)addr;
	(void)phys;
	return false;
}

static bool phys_same(struct saboteur *s, uint64_t addr, uint64_t *phys)
{
	(void)s;
	*phys = addr;
	return true;
}

static bool static_never(struct saboteur *s, uint64_t addr, uint64_t *can_addr)
{
	(void)s;
	(void)addr;
	(void)can_addr;
	return false;
}

static bool static_always(struct saboteur *s, uint64_t addr, uint64_t *can_addr)
{
	(void)s;
	*can_addr = addr;
	return true;
}

/* To the damage of the oracle. */
static void unmap_behind(struct oracle *o)
{
	o->w->env.pte_set(o->w, o->m.chunk[1]->base, PCPU_NO_FRAME);
}

static void destroy_take_frame(struct world *w)
{
	w->env.frame_alloc(w->env.ctx, 0, PCPU_OWNER_CHUNK);
}

static void destroy_take_vmalloc_frame(struct world *w)
{
	w->env.frame_alloc(w->env.ctx, 0, PCPU_OWNER_VMALLOC);
}

static void destroy_give_frame(struct world *w)
{
	w->env.frame_free(w->env.ctx, 0);
}

static void destroy_map(struct world *w)
{
	w->env.pte_set(w->env.ctx, w->vm_start, BOOT_MEM_FIRST_FRAME);
}

static const struct sabotage rows[] = {
	{ RULE_copies_distinct, PLAIN, 6, .after = map_twice },
	{ RULE_copies_distinct, PLAIN, 2, .wrap = wrap_same_frame },
	{ RULE_frame_mapped, PLAIN, 6, .after = free_mapped },
	{ RULE_frame_mapped, PLAIN, 6, .after = map_not_taken },
	{ RULE_frame_mapped, PLAIN, 6, .after = map_no_such_frame },
	{ RULE_frame_mapped, PAGES, 3, .wrap = wrap_lose_unmap },
	{ RULE_tlb_stale, PAGES, 3, .wrap = wrap_lose_flush },
	{ RULE_tlb_stale, PAGES, 3, .wrap = wrap_short_flush },
	{ RULE_tlb_stale, FAILS, 2, .wrap = wrap_lose_flush },
	{ RULE_frame_mapped, FAILS, 2, .wrap = wrap_lose_unmap },
	{ RULE_tlb_stale, PAGES, 4, .before = exchange_pages, .translate = translate_as_world },
	{ RULE_map_range, PLAIN, 6, .after = map_below_window },
	{ RULE_map_range, PLAIN, 6, .after = map_above_window },
	{ RULE_map_range, PLAIN, 6, .after = map_inside_page },
	{ RULE_map_range, PLAIN, 6, .after = flush_part },
	{ RULE_map_range, PLAIN, 6, .after = flush_backwards },
	{ RULE_world_misuse, PLAIN, 6, .after = give_free_frame },
	{ RULE_world_misuse, PLAIN, 6, .after = give_wild_frame },
#if !ASAN_WATCHES
	{ RULE_world_misuse, PLAIN, 6, .after = write_before_meta },
	{ RULE_world_misuse, PLAIN, 6, .after = write_behind_meta },
#endif
	{ RULE_world_misuse, PLAIN, 6, .after = take_wild_node },
	{ RULE_world_misuse, PLAIN, 6, .after = give_free_boot },
	{ RULE_world_misuse, PLAIN, 6, .after = give_part_of_boot_page },
	{ RULE_world_misuse, PLAIN, 0, .destroy = destroy_give_frame },
	{ RULE_world_misuse, PLAIN, 6, .after = boot_alloc_no_pages },
	{ RULE_world_misuse, PLAIN, 6, .after = boot_look_at_free },
	{ RULE_world_misuse, PHYS, 3, .after = give_free_frame },
	{ RULE_frame_mapped, PAGED, 3, .after = give_mapped_boot_page },
	{ RULE_requests, ARMED("meta"), 2, .after = ask_one_meta },
	{ RULE_requests, ARMED("chunk"), 2, .after = ask_one_chunk },
	{ RULE_requests, ARMED("area"), 2, .after = ask_one_area },
	{ RULE_requests, ARMED("table"), 2, .after = ask_one_table },
	{ RULE_requests, ARMED("page"), 2, .after = ask_one_frame },
	{ RULE_requests, ARMED("map"), 2, .after = ask_one_map },
	{ RULE_requests, ARMED("boot"), 2, .after = ask_one_boot },
	{ RULE_requests, ARMED("meta"), 3, .after = ask_one_meta },
	{ RULE_requests, ARMED("meta"), 2, .wrap = wrap_unasked_meta },
	{ RULE_requests, ARMED("table"), 2, .wrap = wrap_unasked_meta },
	{ RULE_frame_node, NODES, 1, .wrap = wrap_node_0 },
	{ RULE_page_mapped, PLAIN, 2, .after = unmap_served, .translate = translate_as_world },
	{ RULE_copies_distinct, PLAIN, 2, .after = map_unpopulated,
	  .translate = translate_as_world },
	{ RULE_page_mapped, PAGES, 4, .wrap = wrap_lose_map, .translate = translate_as_world },
	{ RULE_page_mapped, WRITE, 1, .observe = unmap_behind },
	{ RULE_page_table, PLAIN, 2, .translate = translate_to_none },
	{ RULE_page_table, PLAIN, 2, .translate = translate_to_next },
	{ RULE_page_table, PLAIN, 2, .translate = translate_always },
	{ RULE_page_table, PAGES, 4, .wrap = wrap_lose_map },
	{ RULE_page_table, PLAIN, 6, .full = true, .before = unmap_base },
	{ RULE_copies_distinct, PLAIN, 6, .after = map_boot_frame },
	{ RULE_copies_distinct, PAGED, 3, .after = unmap_first_chunk },
	{ RULE_frames_used, PLAIN, 6, .after = take_frame },
	{ RULE_frames_used, PLAIN, 6, .after = take_vmalloc_frame },
	{ RULE_frames_used, PLAIN, 2, .wrap = wrap_other_owner },
	{ RULE_phys, PHYS, 3, .phys = phys_off },
	{ RULE_phys, PHYS, 3, .phys = phys_none },
	{ RULE_phys, PHYS, 4, .phys = phys_off },
	{ RULE_phys, PHYS, 4, .phys = phys_same },
	{ RULE_phys, PHYS, 5, .phys = phys_same },
	{ RULE_is_static, PHYS, 3, .is_static = static_always },
	{ RULE_is_static, PHYS, 6, .is_static = static_always },
	{ RULE_is_static, PHYS, 6, .is_static = static_never },
	{ RULE_leak_frames, PLAIN, 0, .destroy = destroy_take_frame },
	{ RULE_leak_frames, PLAIN, 0, .destroy = destroy_take_vmalloc_frame },
	/* what went unnoticed until sabotage showed it */
	{ RULE_copies_distinct, PAGED, 2, .after = map_shared_boot_frame,
	  .translate = translate_as_world },
	{ RULE_frame_mapped, PAGED, 0, .wrap = wrap_lose_first_unmap },
	{ RULE_tlb_stale, ONE_FRAME, 3, .wrap = wrap_lose_flush },
	{ RULE_tlb_stale, NO_REUSE, 3, .wrap = wrap_lose_flush },
	{ RULE_requests, ARMED("meta"), 4, .after = ask_one_meta },
	{ RULE_frame_node, NODES, 1, .wrap = wrap_other_node },
	{ RULE_page_table, PAGED, 1, .translate = translate_first_to_none },
	{ RULE_copies_distinct, PAGED, 3, .after = exchange_first_chunk },
	{ RULE_mapped_total, PLAIN, 0, .destroy = destroy_map },
};

const struct sabotage_table sabotage_world = SABOTAGE_TABLE("world", rows);
