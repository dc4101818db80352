// SPDX-License-Identifier: GPL-2.0-only
/*
 * state_hash.c - one number for all that a subject believes of itself.
 *
 * Equal on every compiler and word size, so that runs can be compared by their output.  Leaves
 * out addresses of the host, and the contents of pages, which the oracle compares.
 */
#include "exec.h"

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t mix_md(uint64_t h, const struct subject_md *md)
{
	const int *x = (const int *)md;

	for (size_t i = 0; i < sizeof(*md) / sizeof(int); i++)
		h = mix(h, (uint32_t)x[i]);
	return h;
}

/* The map as bytes, least significant bit first, whatever the size of a word. */
static uint64_t mix_map(uint64_t h, const unsigned long *map, int bits)
{
	const int word = 8 * (int)sizeof(long);

	for (int at = 0; at < bits; at += 8) {
		unsigned int byte = (unsigned int)(map[at / word] >> at % word) & 0xff;

		if (bits - at < 8)
			byte &= 0xffu >> (8 - (bits - at));
		h = mix(h, byte);
	}
	return h;
}

static uint64_t mix_chunk(uint64_t h, const struct subject_chunk *c)
{
	h = mix(mix(mix(h, (uint32_t)c->slot), c->base), (uint32_t)c->free_bytes);
	h = mix(mix(h, (uint32_t)c->nr_populated), (uint32_t)c->nr_empty_pop_pages);
	h = mix(mix(h, (uint32_t)c->nr_alloc), c->max_alloc_size);
	h = mix(mix(mix(h, (uint32_t)c->nr_pages), c->start_offset), c->end_offset);
	h = mix_md(mix(h, c->immutable + 2u * c->isolated), c->md);
	for (int i = 0; i < c->nr_pages; i++)
		h = mix_md(h, c->blocks + i);
	h = mix_map(h, c->alloc_map, c->md->nr_bits);
	h = mix_map(h, c->bound_map, c->md->nr_bits + 1);
	return mix_map(h, c->populated, c->nr_pages);
}

/* The areas, and what each page of the window is translated to. */
static uint64_t mix_address_space(uint64_t h, const struct exec *e)
{
	const struct oracle *o = &e->oracle;
	struct subject_area area;

	for (uint64_t at = o->w->vm_start; o->ops->areas(o->s, at, &area, 1);
	     at = area.addr + area.size) {
		h = mix(mix(h, area.addr), area.size);
		h = mix(h, area.flags + (uint64_t)area.lazy + 2u * area.nr_pages);
	}
	for (uint64_t at = o->w->vm_start; at < o->w->vm_end; at += o->m.page) {
		uint32_t frame = o->ops->translate(o->s, at);

		if (frame != PCPU_NO_FRAME)
			h = mix(mix(h, at), frame);
	}
	return h;
}

/**
 * exec_state_hash - hash of the subject's internals after the last op
 * @e: the run
 */
uint64_t exec_state_hash(const struct exec *e)
{
	const struct subject_view *v = &e->oracle.view;
	uint64_t h = mix(mix(0, v->nr_chunks), e->oracle.down);

	if (e->world.dead)
		return h;
	if (e->oracle.s && !e->oracle.down)
		h = mix_address_space(h, e);

	for (unsigned int i = 0; i < v->nr_chunks; i++)
		h = mix_chunk(h, v->chunk + i);
	h = mix(mix(h, (uint64_t)v->nr_empty_pop_pages), (uint64_t)v->nr_populated);
	h = mix(h, v->atomic_failed + 2u * v->work_pending);
	h = mix(mix(mix(h, v->stats.nr_alloc), v->stats.nr_dealloc), v->stats.nr_cur_alloc);
	h = mix(mix(mix(h, v->stats.nr_max_alloc), v->stats.nr_chunks), v->stats.nr_max_chunks);
	return mix(mix(h, v->stats.min_alloc_size), v->stats.max_alloc_size);
}
