// SPDX-License-Identifier: GPL-2.0-only
/*
 * world.c - the world a subject runs in: metadata heap, page frames, and the faults of a program.
 *
 * Frames are separate heap blocks, so a sanitizer sees an access past the end of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

const char *const fault_names[PCPU_FAULT_NR] = {
	[PCPU_FAULT_NONE] = "none",   [PCPU_FAULT_PAGE] = "page", [PCPU_FAULT_CHUNK] = "chunk",
	[PCPU_FAULT_AREA] = "area",   [PCPU_FAULT_META] = "meta", [PCPU_FAULT_MAP] = "map",
	[PCPU_FAULT_TABLE] = "table", [PCPU_FAULT_BOOT] = "boot",
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
 * budget_refuses - ask for one thing of a kind
 * @b: the budget, counted down
 * @kind: not PCPU_FAULT_NONE
 *
 * Return: true if this is the request that a fault was armed for.
 */
bool budget_refuses(struct budget *b, enum pcpu_fault kind)
{
	return b->fault[kind] && --b->fault[kind] == 0;
}

/*
 * Behind each piece of metadata lie zero bytes that must stay so.  Where AddressSanitizer watches
 * there are none: it sees a write past the end when it happens.
 */
#if defined(__SANITIZE_ADDRESS__)
#define GUARD 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARD 0
#endif
#endif
#ifndef GUARD
#define GUARD 16
#endif

#define PIECE_TAKEN 0x70637075u

struct piece {
	size_t size;
	uint32_t taken;
	_Alignas(16) uint8_t data[];
};

static void *world_meta_alloc(void *ctx, enum pcpu_fault kind, size_t size)
{
	struct world *w = ctx;
	struct piece *p;

	if (kind != PCPU_FAULT_NONE && budget_refuses(&w->budget, kind))
		return NULL;
	p = host_alloc(sizeof(*p) + size + GUARD);
	p->size = size;
	p->taken = PIECE_TAKEN;
	memset(p->data, 0, size + GUARD);
	w->meta_live++;
	return p->data;
}

static void world_meta_free(void *ctx, void *data)
{
	struct world *w = ctx;
	struct piece *p = (struct piece *)((uint8_t *)data - offsetof(struct piece, data));

	if (p->taken != PIECE_TAKEN) {
		w->misuse = "metadata was given back that was not taken";
		return;
	}
	p->taken = 0;
	for (size_t i = p->size; i < p->size + GUARD; i++)
		if (p->data[i])
			w->misuse = "metadata was written behind its end";
	w->meta_live--;
	free(p);
}

static uint32_t world_frame_alloc(void *ctx, unsigned int node, enum pcpu_owner owner)
{
	struct world *w = ctx;
	uint32_t frame;

	(void)node;
	(void)owner;
	if (budget_refuses(&w->budget, PCPU_FAULT_PAGE) || !w->budget.frames_free)
		return PCPU_NO_FRAME;
	frame = w->free_stack[--w->budget.frames_free];
	w->frame[frame] = memset(host_alloc(w->page_size), WORLD_JUNK, w->page_size);
	return frame;
}

static void world_frame_free(void *ctx, uint32_t frame)
{
	struct world *w = ctx;

	if (frame >= w->nr_frames || !w->frame[frame]) {
		w->misuse = "a page frame was given back that was not taken";
		return;
	}
	free(w->frame[frame]);
	w->frame[frame] = NULL;
	w->free_stack[w->budget.frames_free++] = frame;
}

static uint8_t *world_frame_data(void *ctx, uint32_t frame)
{
	struct world *w = ctx;

	return frame < w->nr_frames ? w->frame[frame] : NULL;
}

static bool world_may_map(void *ctx)
{
	struct world *w = ctx;

	return !budget_refuses(&w->budget, PCPU_FAULT_MAP);
}

static bool world_may_area(void *ctx)
{
	struct world *w = ctx;

	return !budget_refuses(&w->budget, PCPU_FAULT_AREA);
}

/**
 * world_init - a world with all frames free and no fault armed
 * @w: the world
 * @m: the machine
 */
void world_init(struct world *w, const struct machine *m)
{
	*w = (struct world){
		.env =
			{
				.ctx = w,
				.meta_alloc = world_meta_alloc,
				.meta_free = world_meta_free,
				.frame_alloc = world_frame_alloc,
				.frame_free = world_frame_free,
				.frame_data = world_frame_data,
				.may_map = world_may_map,
				.may_area = world_may_area,
			},
		.budget.frames_free = m->frames,
		.nr_frames = m->frames,
		.page_size = m->page,
	};
	w->frame = host_alloc(m->frames * sizeof(*w->frame));
	w->free_stack = host_alloc(m->frames * sizeof(*w->free_stack));
	for (uint32_t i = 0; i < m->frames; i++) {
		w->frame[i] = NULL;
		w->free_stack[i] = m->frames - 1 - i;
	}
}

/**
 * world_exit - the end of a world, after its subject's
 * @w: the world
 *
 * Frames still taken are freed, so that a leak is the ledger's finding and not the sanitizer's.
 */
void world_exit(struct world *w)
{
	for (uint32_t i = 0; i < w->nr_frames; i++)
		free(w->frame[i]);
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
