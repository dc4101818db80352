// SPDX-License-Identifier: GPL-2.0-only
/*
 * sabotage_trouble.c - the subject notices by itself that it is broken, in each kind of op; and
 * what only another subject beside it can show.
 */
#include "sabotage.h"

/* Every op that calls the subject. */
#define OPS                                                                                   \
	HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 " \
	     "frames=64\n"                                                                    \
	     "r0 = alloc size=64 align=8\n" /* 1 */                                           \
	     "r1 = alloc size=384 align=4\n" /* 2: c1+0 */                                    \
	     "free r0\n" /* 3 */                                                              \
	     "free r0\n" /* 4: refused */                                                     \
	     "r2 = alloc size=0 align=4\n" /* 5: refused */                                   \
	     "balance\n" /* 6 */                                                              \
	     "populate chunk=1 pages=2..4\n" /* 7 */                                          \
	     "depopulate chunk=1 pages=2..4\n" /* 8 */                                        \
	     "phys r1 cpu=0\n" /* 9 */                                                        \
	     "v3 = get_vm_area size=256\n" /* 10 */                                           \
	     "v4 = vmalloc size=300 node=0\n" /* 11 */                                        \
	     "find_vm_area v3\n" /* 12 */                                                     \
	     "vmallocinfo\n" /* 13 */                                                         \
	     "remove_vm_area v3\n" /* 14 */                                                   \
	     "vfree v4\n" /* 15 */                                                            \
	     "g5 = get_vm_areas align=256 0+512 4096+256\n" /* 16 */                          \
	     "free_vm_areas g5\n" /* 17 */                                                    \
	     "purge\n" /* 18 */                                                               \
	     "boot embed static=100 reserved=0 dyn=900 unit=1024 atom=4096\n" /* 19 */        \
	     "free r1\n" /* 20 */

static void trouble(struct saboteur *s, enum pcpu_trouble kind)
{
	s->w->env.trouble(s->w->env.ctx, kind, "something is wrong");
}

static void bug(struct saboteur *s)
{
	trouble(s, PCPU_TROUBLE_BUG);
}

static void warn(struct saboteur *s)
{
	trouble(s, PCPU_TROUBLE_WARN);
}

static void lock(struct saboteur *s)
{
	trouble(s, PCPU_TROUBLE_LOCK);
}

/* The first counts, and that it cannot go on is not forgotten. */
static void warn_then_bug(struct saboteur *s)
{
	warn(s);
	bug(s);
}

/* What it did before counts too, and still nothing more may be asked of it. */
static void misuse_then_bug(struct saboteur *s)
{
	s->w->env.frame_free(s->w->env.ctx, PCPU_NO_FRAME);
	bug(s);
}

/* What is returned means nothing. */
static uint64_t bug_and_junk(struct saboteur *s, const struct alloc_args *args)
{
	(void)args;
	bug(s);
	return UINT64_C(0x1234567);
}

static bool bug_and_refuse(struct saboteur *s, uint64_t ptr)
{
	(void)ptr;
	bug(s);
	return false;
}

static void destroy_bug(struct world *w)
{
	w->env.trouble(w->env.ctx, PCPU_TROUBLE_BUG, "something is wrong");
}

static void destroy_warn(struct world *w)
{
	w->env.trouble(w->env.ctx, PCPU_TROUBLE_WARN, "something is wrong");
}

/* Allowed, as it is only a hint; but no other subject says so. */
static void forget_first_free(struct subject_view *v, const struct shown *k)
{
	(void)v;
	k->md->first_free = 0;
}

#define BUGS(call)                                             \
	{ RULE_kernel_bug, OPS, call, .after = bug },          \
		{ RULE_kernel_bug, OPS, call, .before = bug }, \
	{                                                      \
		RULE_kernel_warn, OPS, call, .after = warn     \
	}

static const struct sabotage rows[] = {
	BUGS(1),
	BUGS(2),
	BUGS(3),
	BUGS(4),
	BUGS(5),
	BUGS(6),
	BUGS(7),
	BUGS(8),
	BUGS(9),
	BUGS(10),
	BUGS(11),
	BUGS(12),
	BUGS(13),
	BUGS(14),
	BUGS(15),
	BUGS(16),
	BUGS(17),
	BUGS(18),
	BUGS(19),
	BUGS(20),
	{ RULE_kernel_bug, OPS, 2, .alloc = bug_and_junk },
	{ RULE_kernel_bug, OPS, 3, .free = bug_and_refuse },
	{ RULE_kernel_bug, OPS, AT_START, .after = bug },
	{ RULE_kernel_warn, OPS, AT_START, .after = warn },
	{ RULE_kernel_bug, OPS, 0, .destroy = destroy_bug },
	{ RULE_kernel_warn, OPS, 0, .destroy = destroy_warn },
	{ RULE_kernel_warn, OPS, 6, .after = warn_then_bug },
	{ RULE_world_misuse, OPS, 2, .after = misuse_then_bug },
	{ RULE_world_misuse, OPS, 13, .after = misuse_then_bug },
	{ RULE_world_misuse, OPS, 19, .after = misuse_then_bug },
	{ RULE_kernel_lock, OPS, 1, .after = lock },
	{ RULE_kernel_lock, OPS, 6, .before = lock },
	{ RULE_kernel_lock, OPS, 18, .after = lock },
	{ RULE_lockstep, PLAIN, 2, .view = forget_first_free },
	{ RULE_lockstep, PLAIN, 3, .view = forget_first_free },
};

const struct sabotage_table sabotage_trouble = SABOTAGE_TABLE("trouble", rows);
