// SPDX-License-Identifier: GPL-2.0-only
/*
 * world.c - the world a subject runs in: metadata, page frames, boot memory, MMU, and the faults
 * of a program.
 *
 * Frames are separate heap blocks, so a sanitizer sees an access past the end of one.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

const char *const fault_names[PCPU_FAULT_NR] = {
	[PCPU_FAULT_NONE] = "none",   [PCPU_FAULT_PAGE] = "page", [PCPU_FAULT_CHUNK] = "chunk",
	[PCPU_FAULT_AREA] = "area",   [PCPU_FAULT_META] = "meta", [PCPU_FAULT_MAP] = "map",
	[PCPU_FAULT_TABLE] = "table", [PCPU_FAULT_BOOT] = "boot", [PCPU_FAULT_KILL] = "kill",
};

/* The host itself out of memory: nothing can be concluded from that. */
static void *host_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p) {
		fputs("pcpufuzz: out of memory\n", stderr);
		abort();
	}
	return p;
}

/**
 * budget_copy - a budget that can be tried out
 * @to: where it is stored; of its arrays only what counts
 * @from: the budget
 */
void budget_copy(struct budget *to, const struct budget *from)
{
	memcpy(to, from, offsetof(struct budget, frames_free));
	for (unsigned int i = 0; i < from->nr_nodes; i++)
		to->frames_free[i] = from->frames_free[i];
	to->nr_block_pages = from->nr_block_pages;
	if (from->nr_block_pages)
		memcpy(to->block_taken, from->block_taken, budget_block_bytes(from));
}

/**
 * budget_refuses - ask for one thing of a kind
 * @b: the budget, counted down
 * @kind: not PCPU_FAULT_NONE
 *
 * Return: true if this is the request that a fault was armed for.
 */
bool budget_refuses(struct budget *b, enum pcpu_fault kind)
{
	b->asked[kind]++;
	return b->fault[kind] && --b->fault[kind] == 0;
}

/*
 * Behind each piece of metadata lie zero bytes that must stay so.  Where AddressSanitizer watches
 * there are none: it sees a write past the end when it happens.
 */
#define GUARD (ASAN_WATCHES ? 0 : 16)

#define PIECE_TAKEN 0x70637075u

/* What a subject finds if it reads before a piece: no hint, no pointer, nothing that could be
 * right. */
#define BEFORE_JUNK 0x9d

/*
 *   size, taken | before: 64 bytes of junk | data: zeroes, then of the subject | GUARD zeroes
 *               '-- poisoned if ASan watches
 */
struct piece {
	size_t size;
	uint32_t taken;
	_Alignas(16) uint8_t before[64];
	uint8_t data[];
};

#if ASAN_WATCHES
#include <sanitizer/asan_interface.h>

static void fence(struct piece *p)
{
	ASAN_POISON_MEMORY_REGION(p->before, sizeof(p->before));
}

static bool fence_is_whole(struct piece *p)
{
	ASAN_UNPOISON_MEMORY_REGION(p->before, sizeof(p->before));
	return true;
}
#else
static void fence(struct piece *p)
{
	memset(p->before, BEFORE_JUNK, sizeof(p->before));
}

static bool fence_is_whole(struct piece *p)
{
	for (size_t i = 0; i < sizeof(p->before); i++)
		if (p->before[i] != BEFORE_JUNK)
			return false;
	return true;
}
#endif

/**
 * world_misuse - note what the subject did that no subject may
 * @w: the world
 * @rule: which rule that breaks
 * @what: a sentence; only the first is kept, and none of a rule that is left out
 */
void world_misuse(struct world *w, enum rule rule, const char *what)
{
	if (w->misuse || rule_in(&w->rules_off, rule))
		return;
	w->misuse = what;
	w->misuse_rule = rule;
}

static void *world_meta_alloc(void *ctx, enum pcpu_fault kind, size_t size)
{
	struct world *w = ctx;
	struct piece *p;

	if (kind != PCPU_FAULT_NONE && budget_refuses(&w->budget, kind))
		return NULL;
	p = host_alloc(sizeof(*p) + size + GUARD);
	p->size = size;
	p->taken = PIECE_TAKEN;
	fence(p);
	memset(p->data, 0, size + GUARD);
	w->meta_live++;
	return p->data;
}

static void world_meta_free(void *ctx, void *data)
{
	struct world *w = ctx;
	struct piece *p = (struct piece *)((uint8_t *)data - offsetof(struct piece, data));

	if (p->taken != PIECE_TAKEN) {
		world_misuse(w, RULE_world_misuse, "metadata was given back that was not taken");
		return;
	}
	p->taken = 0;
	if (!fence_is_whole(p))
		world_misuse(w, RULE_world_misuse, "metadata was written before its start");
	for (size_t i = p->size; i < p->size + GUARD; i++)
		if (p->data[i])
			world_misuse(w, RULE_world_misuse, "metadata was written behind its end");
	w->meta_live--;
	free(p);
}

/**
 * budget_take_frame - take a page frame of a node, or of the next one that has any
 * @b: the budget, counted down
 * @node: below its nr_nodes
 *
 * Return: false if there is none, or this is the request that a fault was armed for.
 */
bool budget_take_frame(struct budget *b, unsigned int *node)
{
	if (budget_refuses(b, PCPU_FAULT_PAGE))
		return false;
	for (unsigned int i = 0; i < b->nr_nodes; i++, *node = (*node + 1) % b->nr_nodes) {
		if (b->frames_free[*node]) {
			b->frames_free[*node]--;
			return true;
		}
	}
	return false;
}

/**
 * budget_frames - page frames left on all nodes together
 * @b: the budget
 */
uint32_t budget_frames(const struct budget *b)
{
	uint32_t nr = 0;

	for (unsigned int i = 0; i < b->nr_nodes; i++)
		nr += b->frames_free[i];
	return nr;
}

static bool block_page_is_taken(const struct budget *b, uint32_t page)
{
	return b->block_taken[page / 64] >> page % 64 & 1;
}

/**
 * budget_take_block - take the lowest free block, aligned to its size
 * @b: the budget, counted down
 * @order: log2 of its pages
 *
 * Return: its first page, or WORLD_NO_BLOCK if there is none, or this is the request that a fault
 * was armed for.
 */
uint32_t budget_take_block(struct budget *b, unsigned int order)
{
	uint64_t nr = UINT64_C(1) << order;

	if (budget_refuses(b, PCPU_FAULT_PAGE))
		return WORLD_NO_BLOCK;
	for (uint32_t page = 0; page + nr <= b->nr_block_pages; page += (uint32_t)nr) {
		uint32_t i = 0;

		while (i < nr && !block_page_is_taken(b, page + i))
			i++;
		if (i < nr)
			continue;
		for (i = 0; i < nr; i++)
			b->block_taken[(page + i) / 64] |= UINT64_C(1) << (page + i) % 64;
		return page;
	}
	return WORLD_NO_BLOCK;
}

/**
 * budget_give_block - a block returns
 * @b: the budget
 * @page: its first page
 * @order: log2 of its pages
 */
void budget_give_block(struct budget *b, uint32_t page, unsigned int order)
{
	for (uint32_t end = page + (1u << order); page < end; page++)
		b->block_taken[page / 64] &= ~(UINT64_C(1) << page % 64);
}

/**
 * budget_block_pages - pages that are taken in blocks
 * @b: the budget
 */
uint32_t budget_block_pages(const struct budget *b)
{
	uint32_t nr = 0;

	for (uint32_t page = 0; page < b->nr_block_pages; page++)
		nr += block_page_is_taken(b, page);
	return nr;
}

static uint32_t world_frame_alloc(void *ctx, unsigned int node, enum pcpu_owner owner)
{
	struct world *w = ctx;
	uint32_t frame;

	if (node >= w->budget.nr_nodes) {
		world_misuse(w, RULE_world_misuse,
			     "a page frame of a node that there is not was asked for");
		return PCPU_NO_FRAME;
	}
	if (!budget_take_frame(&w->budget, &node))
		return PCPU_NO_FRAME;
	frame = w->free_stack[w->node_start[node] + w->budget.frames_free[node]];
	w->frame[frame].data = memset(host_alloc(w->page_size), WORLD_JUNK, w->page_size);
	w->frame[frame].owner = (uint8_t)owner;
	w->owned[owner]++;
	w->changes++;
	return frame;
}

static void world_frame_free(void *ctx, uint32_t frame)
{
	struct world *w = ctx;
	struct world_frame *f;

	if (frame >= w->node_start[w->budget.nr_nodes] || !w->frame[frame].data) {
		world_misuse(w, RULE_world_misuse,
			     "a page frame was given back that was not taken");
		return;
	}
	f = w->frame + frame;
	if (f->at && !world_is_excused(w, f->at - 1))
		world_misuse(w, RULE_frame_mapped,
			     "a page frame was given back that is still mapped");
	f->at = 0;
	w->changes++;
	free(f->data);
	f->data = NULL;
	w->owned[f->owner]--;
	w->free_stack[w->node_start[f->node] + w->budget.frames_free[f->node]++] = frame;
}

static uint8_t *world_frame_data(void *ctx, uint32_t frame)
{
	struct world *w = ctx;

	if (frame >= BOOT_MEM_FIRST_FRAME)
		return boot_mem_data(&w->boot, boot_mem_frame_addr(&w->boot, frame));
	return frame < w->node_start[w->budget.nr_nodes] ? w->frame[frame].data : NULL;
}

/* Physical memory: the boot memory at its address in the linear map, the frames above it. */
static uint64_t world_frame_phys(void *ctx, uint32_t frame)
{
	struct world *w = ctx;

	if (frame >= BOOT_MEM_FIRST_FRAME)
		return boot_mem_frame_addr(&w->boot, frame);
	return MACHINE_VM_START + (uint64_t)frame * w->page_size;
}

static bool world_may_map(void *ctx)
{
	struct world *w = ctx;

	return !budget_refuses(&w->budget, PCPU_FAULT_MAP);
}

static uint64_t world_boot_alloc(void *ctx, unsigned int node, uint64_t size, uint64_t align)
{
	struct world *w = ctx;

	if (budget_refuses(&w->budget, PCPU_FAULT_BOOT))
		return 0;
	w->changes++;
	return boot_mem_alloc(&w->boot, node, size, align);
}

static void world_boot_free(void *ctx, uint64_t addr, uint64_t size)
{
	struct world *w = ctx;

	for (uint64_t at = addr; w->boot_mapped && at < addr + size; at += w->page_size)
		if (world_boot_is_mapped(w, at))
			world_misuse(w, RULE_frame_mapped,
				     "boot memory was given back that is still mapped");
	w->changes++;
	boot_mem_free(&w->boot, addr, size);
	if (w->boot.misuse)
		world_misuse(w, RULE_world_misuse, w->boot.misuse);
}

static uint8_t *world_boot_data(void *ctx, uint64_t addr)
{
	struct world *w = ctx;

	return boot_mem_data(&w->boot, addr);
}

static uint32_t world_boot_frame(void *ctx, uint64_t addr)
{
	struct world *w = ctx;

	return boot_mem_frame(&w->boot, addr);
}

static uint64_t world_block_alloc(void *ctx, unsigned int order)
{
	struct world *w = ctx;
	uint64_t addr, size;
	uint32_t page;

	if (order > 31) {
		world_misuse(w, RULE_world_misuse, "a block was asked for that cannot be");
		return 0;
	}
	page = budget_take_block(&w->budget, order);
	if (page == WORLD_NO_BLOCK)
		return 0;
	addr = MACHINE_BLOCK_BASE + (uint64_t)page * w->page_size;
	size = (uint64_t)w->page_size << order;
	w->block_order[page] = (uint8_t)(order + 1);
	w->changes++;
	boot_mem_take_block(&w->boot, addr, size);
	return addr;
}

static void world_block_free(void *ctx, uint64_t addr, unsigned int order)
{
	struct world *w = ctx;
	uint64_t page = (addr - MACHINE_BLOCK_BASE) / w->page_size;

	if (addr % w->page_size || page >= w->budget.nr_block_pages ||
	    w->block_order[page] != order + 1) {
		world_misuse(w, RULE_world_misuse, "a block was given back that was not taken");
		return;
	}
	w->block_order[page] = 0;
	w->changes++;
	boot_mem_give_block(&w->boot, addr, (uint64_t)w->page_size << order);
	budget_give_block(&w->budget, (uint32_t)page, order);
}

static bool world_may_lock(void *ctx)
{
	struct world *w = ctx;

	return !budget_refuses(&w->budget, PCPU_FAULT_KILL);
}

/* What the subject says of itself. */
static void world_trouble(void *ctx, enum pcpu_trouble trouble, const char *what)
{
	static const enum rule rules[PCPU_TROUBLE_NR] = {
		[PCPU_TROUBLE_BUG] = RULE_kernel_bug,
		[PCPU_TROUBLE_WARN] = RULE_kernel_warn,
		[PCPU_TROUBLE_LOCK] = RULE_kernel_lock,
	};
	struct world *w = ctx;

	if (trouble == PCPU_TROUBLE_WARN && w->excused_warnings) {
		w->excused_warnings--;
		return;
	}
	w->dead |= trouble == PCPU_TROUBLE_BUG;
	if (w->misuse || rule_in(&w->rules_off, rules[trouble]))
		return;
	w->troubled = true;
	snprintf(w->trouble_text, sizeof(w->trouble_text), "%s", what);
	world_misuse(w, rules[trouble], w->trouble_text);
}

static void init_frames(struct world *w, const struct machine *m)
{
	uint32_t frame = 0;

	w->frame = host_alloc(m->frames * sizeof(*w->frame));
	w->free_stack = host_alloc(m->frames * sizeof(*w->free_stack));
	memset(w->frame, 0, m->frames * sizeof(*w->frame));
	w->budget.nr_nodes = m->nr_nodes;
	for (unsigned int node = 0; node < m->nr_nodes; node++) {
		uint32_t nr = machine_node_frames(m, node);

		w->node_start[node] = frame;
		w->budget.frames_free[node] = nr;
		for (uint32_t i = 0; i < nr; i++) {
			w->frame[frame + i].node = (uint8_t)node;
			w->free_stack[frame + i] = frame + nr - 1 - i;
		}
		frame += nr;
	}
	w->node_start[m->nr_nodes] = frame;
}

static void init_window(struct world *w, const struct machine *m)
{
	size_t size = (size_t)m->vm_pages * sizeof(*w->pte);

	w->vm_start = m->vm_start;
	w->vm_end = machine_vm_end(m);
	w->pte = memset(host_alloc(size), 0xff, size);
	w->stale = memset(host_alloc(m->vm_pages), 0, m->vm_pages);
}

/**
 * world_boot_config - the boot memory of a machine
 * @m: the machine
 * @cfg: where it is stored
 * @backing: it has contents
 */
void world_boot_config(const struct machine *m, struct boot_mem_config *cfg, bool backing)
{
	cfg->page_shift = (unsigned int)__builtin_ctz(m->page);
	cfg->nr_nodes = m->nr_nodes;
	for (unsigned int node = 0; node < m->nr_nodes; node++)
		cfg->base[node] = machine_boot_base(m, node);
	cfg->region_size = m->boot_pages ? (uint64_t)m->boot_pages * m->page : MACHINE_BOOT_REGION;
	cfg->total_limit = MACHINE_BOOT_MAX;
	cfg->block_base = MACHINE_BLOCK_BASE;
	cfg->block_size = (uint64_t)machine_block_pages(m) * m->page;
	cfg->backing = backing;
}

/**
 * fill_steps - bytes that count up by a step, and so repeat after 256
 * @data: where they go
 * @size: how many, 1 or more
 * @first: the first
 * @step: odd
 */
void fill_steps(uint8_t *data, uint32_t size, unsigned int first, unsigned int step)
{
	uint32_t period = size < 256 ? size : 256;

	for (uint32_t i = 0; i < period; i++)
		data[i] = (uint8_t)(first + i * step);
	for (uint32_t i = period; i < size; i += period)
		memcpy(data + i, data, size - i < period ? size - i : period);
}

/**
 * world_init - a world with nothing taken and no fault armed
 * @w: the world
 * @m: the machine, which must outlive it
 */
void world_init(struct world *w, const struct machine *m)
{
	static const struct pcpu_env env = {
		.meta_alloc = world_meta_alloc,
		.meta_free = world_meta_free,
		.frame_alloc = world_frame_alloc,
		.frame_free = world_frame_free,
		.frame_data = world_frame_data,
		.frame_phys = world_frame_phys,
		.may_map = world_may_map,
		.pte_set = world_pte_set,
		.tlb_flush = world_tlb_flush,
		.boot_alloc = world_boot_alloc,
		.boot_free = world_boot_free,
		.boot_data = world_boot_data,
		.boot_frame = world_boot_frame,
		.block_alloc = world_block_alloc,
		.block_free = world_block_free,
		.may_lock = world_may_lock,
		.trouble = world_trouble,
	};
	struct boot_mem_config boot;

	/* all but the boot memory, which is large, and mostly of nodes that there are not */
	memset(w, 0, offsetof(struct world, boot));
	memset(&w->block_order, 0, sizeof(*w) - offsetof(struct world, block_order));
	w->env = env;
	w->env.ctx = w;
	w->machine = m;
	w->page_size = m->page;
	init_frames(w, m);
	init_window(w, m);
	w->budget.nr_block_pages = machine_block_pages(m);
	w->block_order = memset(host_alloc(w->budget.nr_block_pages), 0, w->budget.nr_block_pages);
	world_boot_config(m, &boot, true);
	boot_mem_init(&w->boot, &boot);
	for (unsigned int cpu = 0; cpu < MACHINE_MAX_CPUS; cpu++)
		w->early_node[cpu] = m->node[cpu];
	w->early_map = w->early_node;
	w->static_data = host_alloc(m->static_size);
	fill_steps(w->static_data, m->static_size, 0x3b, 11);
}

/**
 * world_exit - the end of a world, after its subject's
 * @w: the world
 *
 * Frames still taken are freed, so that a leak is the ledger's finding and not the sanitizer's.
 */
void world_exit(struct world *w)
{
	for (uint32_t i = 0; i < w->node_start[w->budget.nr_nodes]; i++)
		free(w->frame[i].data);
	boot_mem_exit(&w->boot);
	free(w->block_order);
	free(w->static_data);
	free(w->pte);
	free(w->stale);
	free(w->excused);
	free(w->boot_mapped);
	free(w->frame);
	free(w->free_stack);
}

/**
 * world_arm - make a coming request fail
 * @w: the world
 * @kind: what kind
 * @n: the n-th from here, counted from 1; for PCPU_FAULT_MAP as many pages map before
 */
void world_arm(struct world *w, enum pcpu_fault kind, uint32_t n)
{
	if (kind != PCPU_FAULT_NONE)
		w->budget.fault[kind] = kind == PCPU_FAULT_MAP ? n + 1 : n;
}
