// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_env.c - an environment without contents that checks nothing and refuses nothing.
 *
 * Pieces of metadata up to 4 KiB are kept in free lists by size, like slabs, so that the heap of
 * the host does not decide what is measured.
 */
#include <stdlib.h>
#include <string.h>

#include "bench_env.h"

#define STEP 32u /* also what lies before each piece, so that it is aligned */
#define CLASSES 129u
#define BOOT_BYTES (UINT64_C(8) << 20)

struct piece {
	struct piece *next;
	size_t class;
};

struct env_state {
	struct piece *spare[CLASSES];
	uint32_t *spare_frame;
	size_t nr_spare, room;
	uint32_t next_frame;
	uint8_t *boot;
	uint64_t boot_next;
};

static void *get(void *p)
{
	if (!p)
		abort();
	return p;
}

static void *meta_alloc(void *ctx, enum pcpu_fault kind, size_t size)
{
	struct env_state *s = ctx;
	size_t class = (size + STEP - 1) / STEP;
	struct piece *p = class < CLASSES ? s->spare[class] : NULL;

	(void)kind;
	if (p)
		s->spare[class] = p->next;
	else
		p = get(malloc((class + 1) * STEP));
	p->class = class;
	return memset((char *)p + STEP, 0, size);
}

static void meta_free(void *ctx, void *data)
{
	struct env_state *s = ctx;
	struct piece *p = (struct piece *)((char *)data - STEP);

	if (p->class >= CLASSES) {
		free(p);
		return;
	}
	p->next = s->spare[p->class];
	s->spare[p->class] = p;
}

static uint32_t frame_alloc(void *ctx, unsigned int node, enum pcpu_owner owner)
{
	struct env_state *s = ctx;

	(void)node;
	(void)owner;
	return s->nr_spare ? s->spare_frame[--s->nr_spare] : s->next_frame++;
}

static void frame_free(void *ctx, uint32_t frame)
{
	struct env_state *s = ctx;

	if (s->nr_spare == s->room) {
		s->room = s->room ? 2 * s->room : 1024;
		s->spare_frame = get(realloc(s->spare_frame, s->room * sizeof(*s->spare_frame)));
	}
	s->spare_frame[s->nr_spare++] = frame;
}

static uint64_t frame_phys(void *ctx, uint32_t frame)
{
	(void)ctx;
	return (uint64_t)frame << 12;
}

static bool always(void *ctx)
{
	(void)ctx;
	return true;
}

static void pte_set(void *ctx, uint64_t addr, uint32_t frame)
{
	(void)ctx;
	(void)addr;
	(void)frame;
}

static void tlb_flush(void *ctx, uint64_t start, uint64_t end)
{
	(void)ctx;
	(void)start;
	(void)end;
}

static uint64_t boot_alloc(void *ctx, unsigned int node, uint64_t size, uint64_t align)
{
	struct env_state *s = ctx;
	uint64_t addr = (s->boot_next + align - 1) & ~(align - 1);

	(void)node;
	if (addr + size > MACHINE_BOOT_BASE + BOOT_BYTES)
		return 0;
	s->boot_next = addr + size;
	return addr;
}

static void boot_free(void *ctx, uint64_t addr, uint64_t size)
{
	(void)ctx;
	(void)addr;
	(void)size;
}

static uint8_t *boot_data(void *ctx, uint64_t addr)
{
	struct env_state *s = ctx;

	return addr - MACHINE_BOOT_BASE < BOOT_BYTES ? s->boot + (addr - MACHINE_BOOT_BASE) : NULL;
}

static uint32_t boot_frame(void *ctx, uint64_t addr)
{
	(void)ctx;
	return BOOT_MEM_FIRST_FRAME + (uint32_t)(addr >> 12);
}

/* Far above all else in the linear map, without contents. */
static uint64_t block_alloc(void *ctx, unsigned int order)
{
	return boot_alloc(ctx, 0, UINT64_C(4096) << order, UINT64_C(4096) << order);
}

static void block_free(void *ctx, uint64_t addr, unsigned int order)
{
	boot_free(ctx, addr, UINT64_C(4096) << order);
}

static void trouble(void *ctx, enum pcpu_trouble trouble, const char *what)
{
	(void)ctx;
	(void)trouble;
	(void)what;
	abort();
}

/**
 * bench_env_init - a world of which only the environment and what a boot reads are there
 * @w: the world; nothing of it is ever given back
 * @m: the machine, which must outlive it
 */
void bench_env_init(struct world *w, const struct machine *m)
{
	struct env_state *s = get(calloc(1, sizeof(*s)));

	s->boot = get(calloc(1, BOOT_BYTES));
	s->boot_next = MACHINE_BOOT_BASE;
	*w = (struct world){
		.env = {
			.ctx = s,
			.meta_alloc = meta_alloc,
			.meta_free = meta_free,
			.frame_alloc = frame_alloc,
			.frame_free = frame_free,
			.frame_phys = frame_phys,
			.may_map = always,
			.pte_set = pte_set,
			.tlb_flush = tlb_flush,
			.boot_alloc = boot_alloc,
			.boot_free = boot_free,
			.boot_data = boot_data,
			.boot_frame = boot_frame,
			.block_alloc = block_alloc,
			.block_free = block_free,
			.may_lock = always,
			.trouble = trouble,
		},
		.machine = m,
		.page_size = m->page,
	};
	for (unsigned int cpu = 0; cpu < MACHINE_MAX_CPUS; cpu++)
		w->early_node[cpu] = m->node[cpu];
	w->early_map = w->early_node;
	w->static_data = get(calloc(1, m->static_size));
}
