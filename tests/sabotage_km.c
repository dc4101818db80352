// SPDX-License-Identifier: GPL-2.0-only
/*
 * sabotage_km.c - the rules about chunks that are blocks of the linear map, and about the mutex.
 */
#include <string.h>

#include "sabotage.h"

/* Three CPUs with 4 pages each: 12 pages of a block of 16.  There are three blocks. */
#define MACHINE                                                                               \
	HEAD "machine cpus=3 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=16 " \
	     "frames=48 backing=km\n"

#define BLOCKS                                               \
	MACHINE "r0 = alloc size=384 align=4\n" /* 1: c1 */  \
		"r1 = alloc size=1024 align=4\n" /* 2: c2 */ \
		"write r0 seed=1\n"                          \
		"write r1 seed=2\n"                          \
		"phys r0 cpu=2\n" /* 3 */                    \
		"free null\n" /* 4 */                        \
		"verify r0\n"

/* All of c2 is free, c1 is the free chunk that is kept. */
#define DESTROYS                                             \
	MACHINE "r0 = alloc size=384 align=4\n" /* 1: c1 */  \
		"r1 = alloc size=1024 align=4\n" /* 2: c2 */ \
		"free r1\n" /* 3 */                          \
		"free r0\n" /* 4 */                          \
		"balance\n" /* 5: c2 goes */                 \
		"r2 = alloc size=1024 align=4\n" /* 6 */     \
		"r3 = alloc size=1024 align=4\n" /* 7 */

/* Units that no CPU uses, and a first chunk that was embedded. */
#define EMBEDDED                                                                               \
	HEAD "machine cpus=5 page=256 unit_pages=2 static=100 reserved=0 dyn=200 vm_pages=48 " \
	     "frames=64 first=embed backing=km atom=2048\n"                                    \
	     "r0 = alloc size=384 align=4\n"

/* Books and memory of a page apart from each other. */
#define BOOKS                                               \
	MACHINE "r0 = alloc size=384 align=4\n" /* 1: c1 */ \
		"depopulate chunk=1 pages=2..4\n" /* 2 */   \
		"populate chunk=1 pages=2..3\n" /* 3 */     \
		"r1 = alloc size=512 align=4\n" /* 4: c1+384 */

#define KILLED                                                              \
	MACHINE "r0 = alloc size=64 align=4\n" /* 1 */                      \
		"r1 = alloc size=64 align=4 (fail kill 1)\n" /* 2 */        \
		"r2 = alloc size=64 align=4 atomic (fail kill 9)\n" /* 3 */ \
		"r3 = alloc size=0 align=4\n" /* 4 */                       \
		"balance\n" /* 5 */                                         \
		"free r0\n" /* 6 */                                         \
		"populate chunk=0 pages=0..1\n" /* 7 */

static uint64_t world_end(const struct saboteur *s)
{
	return MACHINE_BLOCK_BASE + (uint64_t)s->w->budget.nr_block_pages * s->w->page_size;
}

/* Deeds. */
static void take_block(struct saboteur *s)
{
	s->env.block_alloc(s->w, 0);
}

static void ask_one_block(struct saboteur *s)
{
	s->env.block_free(s->w, s->env.block_alloc(s->w, 0), 0);
}

static void ask_large_block(struct saboteur *s)
{
	s->env.block_alloc(s->w, 6);
}

static void ask_huge_block(struct saboteur *s)
{
	s->env.block_alloc(s->w, 64);
}

static void give_block(struct saboteur *s)
{
	s->env.block_free(s->w, s->last_base, 4);
}

static void give_other_order(struct saboteur *s)
{
	s->env.block_free(s->w, s->last_base, 3);
}

static void give_inside_block(struct saboteur *s)
{
	s->env.block_free(s->w, s->last_base + 256, 4);
}

static void give_odd_address(struct saboteur *s)
{
	s->env.block_free(s->w, s->last_base + 4, 4);
}

static void give_wild_block(struct saboteur *s)
{
	s->env.block_free(s->w, world_end(s), 4);
}

static void give_free_block(struct saboteur *s)
{
	s->env.block_free(s->w, world_end(s) - 16 * 256, 4);
}

static void give_block_as_boot_memory(struct saboteur *s)
{
	s->env.boot_free(s->w, s->last_base, 16 * 256);
}

static void look_behind_blocks(struct saboteur *s)
{
	s->env.boot_data(s->w, world_end(s) - 256);
}

/* The next unit's, but no object's of this one. */
static void write_other_unit(struct saboteur *s)
{
	s->env.boot_data(s->w, s->first + 1024)[0] ^= 1;
}

static void map_block(struct saboteur *s)
{
	s->env.pte_set(s->w, s->w->vm_start, s->env.boot_frame(s->w, s->last_base));
}

static void flush_part(struct saboteur *s)
{
	s->env.tlb_flush(s->w, s->w->vm_start, s->w->vm_start + 4);
}

static void ask_lock(struct saboteur *s)
{
	s->env.may_lock(s->w);
}

static void destroy_take_block(struct world *w)
{
	w->env.block_alloc(w->env.ctx, 2);
}

/* Environments. */
static void lost_block(void *ctx, uint64_t addr, unsigned int order)
{
	if (!is_sabotage_due())
		sabotage_env()->block_free(ctx, addr, order);
}

static void wrap_lose_block(struct pcpu_env *env)
{
	env->block_free = lost_block;
}

static uint64_t larger_block(void *ctx, unsigned int order)
{
	return sabotage_env()->block_alloc(ctx, order + is_sabotage_due());
}

static void wrap_larger_block(struct pcpu_env *env)
{
	env->block_alloc = larger_block;
}

static uint64_t smaller_block(void *ctx, unsigned int order)
{
	return sabotage_env()->block_alloc(ctx, order - is_sabotage_due());
}

static void wrap_smaller_block(struct pcpu_env *env)
{
	env->block_alloc = smaller_block;
}

/* A block more than needed, and that is the one used. */
static uint64_t second_block(void *ctx, unsigned int order)
{
	if (is_sabotage_due())
		sabotage_env()->block_alloc(ctx, order);
	return sabotage_env()->block_alloc(ctx, order);
}

static void wrap_second_block(struct pcpu_env *env)
{
	env->block_alloc = second_block;
}

static bool never_ask(void *ctx)
{
	return is_sabotage_due() || sabotage_env()->may_lock(ctx);
}

static void wrap_never_ask(struct pcpu_env *env)
{
	env->may_lock = never_ask;
}

/* Asks, and goes on all the same. */
static bool ask_in_vain(void *ctx)
{
	return sabotage_env()->may_lock(ctx) || is_sabotage_due();
}

static void wrap_ask_in_vain(struct pcpu_env *env)
{
	env->may_lock = ask_in_vain;
}

/* Asks when all is done, and says that nothing is. */
static uint64_t alloc_then_ask(struct saboteur *s, const struct alloc_args *args)
{
	struct alloc_args atomic = *args;
	uint64_t ptr;

	atomic.gfp = PCPU_GFP_ATOMIC;
	ptr = subject_ours.alloc(s->s, &atomic);
	return s->env.may_lock(s->w) ? ptr : 0;
}

/* Asks when all is done, and undoes it, but for what counts it. */
static uint64_t alloc_ask_free(struct saboteur *s, const struct alloc_args *args)
{
	uint64_t ptr = alloc_then_ask(s, args);

	if (!ptr)
		subject_ours.free(s->s, s->first + 64);
	return ptr;
}

/* What is told. */
#define LIE(name, statement)                                                  \
	static void lie_##name(struct subject_view *v, const struct shown *k) \
	{                                                                     \
		(void)v;                                                      \
		(void)k;                                                      \
		statement;                                                    \
	}

LIE(base, k->c->base += 4096)
LIE(not_populated, k->populated[0] = 0)
LIE(page_not_populated, k->populated[0] &= ~4ul)
LIE(page_populated, k->populated[0] |= 8)
LIE(nr_populated, k->c->nr_populated = 2)
LIE(empty_pages, k->c->nr_empty_pop_pages--)
LIE(empty_total, v->nr_empty_pop_pages = 0)
LIE(populated_total, v->nr_populated -= 4)
LIE(isolated, k->c->isolated = true)

static bool phys_next_page(struct saboteur *s, uint64_t addr, uint64_t *phys)
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

/* The line of what is wasted is the only one that has this word. */
static void no_waste(struct saboteur *s, struct boot_lie *b)
{
	char *line = strstr(b->log, "percpu: wasting"), *next = line ? strchr(line, '\n') : NULL;

	(void)s;
	if (next)
		memmove(line, next + 1, strlen(next));
}

static const struct sabotage rows[] = {
	/* blocks */
	{ RULE_leak_frames, BLOCKS, 0, .destroy = destroy_take_block },
	{ RULE_leak_frames, BLOCKS, 0, .wrap = wrap_lose_block },
	{ RULE_requests, DESTROYS, 5, .wrap = wrap_lose_block },
	{ RULE_requests, BLOCKS, 4, .after = take_block },
	{ RULE_requests, BLOCKS, 4, .after = ask_one_block },
	{ RULE_requests, BLOCKS, 4, .after = ask_large_block },
	{ RULE_requests, BLOCKS, 1, .wrap = wrap_larger_block },
	{ RULE_requests, BOOKS, 3, .after = ask_one_block },
	{ RULE_null_reason, BLOCKS, 2, .wrap = wrap_larger_block },
	{ RULE_place_area, BLOCKS, 1, .wrap = wrap_second_block },
	{ RULE_world_misuse, BLOCKS, 1, .wrap = wrap_smaller_block },
	{ RULE_page_mapped, BOOKS, 2, .after = give_block },
	{ RULE_page_mapped, BOOKS, 3, .after = give_block },
	{ RULE_world_misuse, BLOCKS, 4, .after = ask_huge_block },
	{ RULE_world_misuse, BLOCKS, 4, .after = give_other_order },
	{ RULE_world_misuse, BLOCKS, 4, .after = give_inside_block },
	{ RULE_world_misuse, BLOCKS, 4, .after = give_odd_address },
	{ RULE_world_misuse, BLOCKS, 4, .after = give_wild_block },
	{ RULE_world_misuse, BLOCKS, 4, .after = give_free_block },
	{ RULE_world_misuse, BLOCKS, 4, .after = give_block_as_boot_memory },
	{ RULE_world_misuse, BLOCKS, 4, .after = look_behind_blocks },
	{ RULE_content_intact, BLOCKS, 4, .after = write_other_unit },
	{ RULE_alloc_zeroed, BLOCKS, 1, .after = write_other_unit },
	{ RULE_copies_distinct, BLOCKS, 4, .after = map_block },
	{ RULE_map_range, BOOKS, 2, .after = flush_part },
	/* pages */
	{ RULE_place_area, BLOCKS, 1, .view = lie_base },
	{ RULE_populated_map, BLOCKS, 1, .view = lie_not_populated },
	{ RULE_populated_map, BOOKS, 1, .view = lie_page_not_populated },
	{ RULE_populated_map, BOOKS, 2, .view = lie_page_populated },
	{ RULE_populated_map, BOOKS, 3, .view = lie_page_not_populated },
	{ RULE_nr_populated, BLOCKS, 1, .view = lie_nr_populated },
	{ RULE_empty_pages, BLOCKS, 1, .view = lie_empty_pages },
	{ RULE_empty_pages_total, BLOCKS, 1, .view = lie_empty_total },
	{ RULE_populated_total, BLOCKS, 1, .view = lie_populated_total },
	{ RULE_isolated, BLOCKS, 4, .view = lie_isolated },
	{ RULE_phys, BLOCKS, 3, .phys = phys_next_page },
	{ RULE_phys, BLOCKS, 3, .phys = phys_none },
	{ RULE_boot_lines, BLOCKS, AT_START, .boot = no_waste },
	{ RULE_boot_lines, EMBEDDED, AT_START, .boot = no_waste },
	/* the mutex */
	{ RULE_requests, KILLED, 1, .after = ask_lock },
	{ RULE_requests, KILLED, 1, .wrap = wrap_never_ask },
	{ RULE_null_expected, KILLED, 2, .wrap = wrap_never_ask },
	{ RULE_null_expected, KILLED, 2, .wrap = wrap_ask_in_vain },
	{ RULE_alloc_map, KILLED, 2, .alloc = alloc_then_ask },
	{ RULE_stats, KILLED, 2, .alloc = alloc_ask_free },
	{ RULE_requests, KILLED, 3, .after = ask_lock },
	{ RULE_requests, KILLED, 4, .before = ask_lock },
	{ RULE_requests, KILLED, 5, .before = ask_lock },
	{ RULE_requests, KILLED, 6, .before = ask_lock },
	{ RULE_requests, KILLED, 7, .before = ask_lock },
};

const struct sabotage_table sabotage_km = SABOTAGE_TABLE("km", rows);
