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

/* A piece of a run, to or from a copy. */
static size_t move_piece(uint8_t *data, size_t at, void *piece, size_t size, bool save)
{
	if (data && save)
		memcpy(data + at, piece, size);
	else if (data)
		memcpy(piece, data + at, size);
	return at + size;
}

/*
 * All of it but what the view has no chunks for.  Without @data only the size is counted.  How many
 * chunks there are is in the first piece, so that it is right when the second is put back.
 */
static size_t move_runs(uint8_t *data, const struct exhaust_heap *heap, struct lockstep *l,
			size_t heap_size, bool save)
{
	size_t at = move_piece(data, 0, heap->start, heap_size, save);

	for (unsigned int i = 0; i < l->nr; i++) {
		struct exec *e = l->e + i;
		struct oracle *o = &e->oracle;
		uint8_t *head = (uint8_t *)e, *chunks = (uint8_t *)o->view_chunk,
			*tail = chunks + sizeof(o->view_chunk);

		at = move_piece(data, at, head, (size_t)(chunks - head), save);
		at = move_piece(data, at, chunks, o->view.nr_chunks * sizeof(o->view_chunk[0]),
				save);
		at = move_piece(data, at, tail, (size_t)(head + sizeof(*e) - tail), save);
	}
	at = move_piece(data, at, &l->at, sizeof(l->at), save);
	return move_piece(data, at, &l->parted, sizeof(l->parted), save);
}

/**
 * exhaust_copy_save - copy the runs
 * @c: where to
 * @heap: their heap
 * @l: the runs
 * @state: the state they are in
 */
void exhaust_copy_save(struct exhaust_copy *c, const struct exhaust_heap *heap,
		       const struct lockstep *l, uint32_t state)
{
	struct lockstep *runs = (struct lockstep *)l; /* which is only read */
	size_t heap_size = heap->used(), size = move_runs(NULL, heap, runs, heap_size, true);

	if (c->room < size) {
		free(c->data);
		c->data = malloc(size + size / 2);
		c->room = size + size / 2;
		if (!c->data) {
			fputs("pcpufuzz: out of memory\n", stderr);
			abort();
		}
	}
	move_runs(c->data, heap, runs, heap_size, true);
	c->size = heap_size;
	c->state = state;
}

/**
 * exhaust_copy_put_back - the runs are as they were when they were copied
 * @c: the copy
 * @heap: their heap
 * @l: the runs
 */
void exhaust_copy_put_back(const struct exhaust_copy *c, const struct exhaust_heap *heap,
			   struct lockstep *l)
{
	move_runs(c->data, heap, l, c->size, false);
}
