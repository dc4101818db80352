// SPDX-License-Identifier: GPL-2.0-only
/*
 * exhaust-copy.c - runs that are put back into a state that they were in.
 *
 * All that a run is lies in its struct exec or in the heap that is copied with it; the world, the
 * oracle and our allocator keep nothing elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exhaust-steps.h"

static void add(struct exhaust_copy *c, void *start, size_t size)
{
	c->piece[c->nr++] = (struct exhaust_piece){ start, size };
}

/* All of a run but the room for chunks that its view does not have. */
static void add_run(struct exhaust_copy *c, struct exec *e)
{
	struct oracle *o = &e->oracle;
	uint8_t *chunks = (uint8_t *)o->view_chunk, *rest = (uint8_t *)&o->machine;

	add(c, e, (size_t)(chunks - (uint8_t *)e));
	add(c, chunks, o->view.nr_chunks * sizeof(o->view_chunk[0]));
	add(c, rest, (size_t)((uint8_t *)(e + 1) - rest));
}

static void make_room(struct exhaust_copy *c, size_t size)
{
	if (size <= c->room)
		return;
	free(c->data);
	c->room = size + size / 2;
	c->data = malloc(c->room);
	if (!c->data) {
		fputs("pcpufuzz: out of memory\n", stderr);
		abort();
	}
}

/**
 * exhaust_copy_save - copy the runs
 * @c: where to
 * @heap: their heap
 * @l: the runs
 * @state: the state they are in
 */
void exhaust_copy_save(struct exhaust_copy *c, const struct exhaust_heap *heap, struct lockstep *l,
		       uint32_t state)
{
	size_t size = 0;

	c->state = state;
	c->nr = heap->pieces(c->piece);
	for (unsigned int i = 0; i < l->nr; i++)
		add_run(c, l->e + i);
	add(c, l->out, sizeof(*l) - offsetof(struct lockstep, out)); /* what is behind the runs */
	for (unsigned int i = 0; i < c->nr; i++)
		size += c->piece[i].size;
	make_room(c, size);
	size = 0;
	for (unsigned int i = 0; i < c->nr; i++) {
		memcpy(c->data + size, c->piece[i].start, c->piece[i].size);
		size += c->piece[i].size;
	}
}

/**
 * exhaust_copy_put_back - the runs are as they were when they were copied
 * @c: the copy
 */
void exhaust_copy_put_back(const struct exhaust_copy *c)
{
	const uint8_t *data = c->data;

	for (unsigned int i = 0; i < c->nr; i++) {
		memcpy(c->piece[i].start, data, c->piece[i].size);
		data += c->piece[i].size;
	}
}
