// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_lists.c - which list a chunk is on, by the documented rules.
 *
 * Lists are plain arrays.  The slot follows from the contig hint, after that was validated.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/**
 * model_size_class - the slot of a size, were there no slot for free chunks
 * @bytes: the size
 *
 * Up to 15 bytes slot 1, up to 31 slot 2, up to 63 slot 3, and so on.
 */
int model_size_class(int bytes)
{
	int slot = 1;

	for (int limit = 16; bytes >= limit && limit < 1 << 30; limit *= 2)
		slot++;
	return slot;
}

/**
 * model_size_to_slot - the slot of a size
 * @m: the model
 * @bytes: the size; a whole unit has a slot of its own
 */
int model_size_to_slot(const struct model *m, int bytes)
{
	return bytes == (int)m->unit_size ? m->free_slot : model_size_class(bytes);
}

/**
 * model_hint_slot - the slot that a chunk's contig hint calls for
 * @m: the model
 * @c: the chunk, its hint validated
 */
int model_hint_slot(const struct model *m, const struct model_chunk *c)
{
	if (c->whole.nr_free == 0 || c->md.contig_hint == 0)
		return 0;
	return model_size_to_slot(m, 4 * c->md.contig_hint);
}

/**
 * model_unlist - take a chunk off its list
 * @m: the model
 * @c: the chunk
 */
void model_unlist(struct model *m, struct model_chunk *c)
{
	struct model_list *l;
	unsigned int i = 0;

	if (c->slot < 0)
		return;
	l = m->slots + c->slot;
	while (l->chunk[i] != c)
		i++;
	memmove(l->chunk + i, l->chunk + i + 1, (l->nr - i - 1) * sizeof(*l->chunk));
	l->nr--;
	c->slot = -1;
}

/**
 * model_move - put a chunk on a list
 * @m: the model
 * @c: the chunk; the reserved chunk is never on one
 * @slot: the list
 * @front: at its front, or its tail
 */
void model_move(struct model *m, struct model_chunk *c, int slot, bool front)
{
	struct model_list *l = m->slots + slot;

	if (c->reserved)
		return;
	if (c->moved_in != m->search) {
		c->moved_in = m->search;
		c->slot_before = c->slot;
	}
	model_due(m, c);
	model_unlist(m, c);
	if (l->nr == l->capacity) {
		l->capacity = l->capacity * 2 + 4;
		l->chunk = realloc(l->chunk, l->capacity * sizeof(*l->chunk));
		if (!l->chunk)
			abort();
	}
	if (front) {
		memmove(l->chunk + 1, l->chunk, l->nr * sizeof(*l->chunk));
		l->chunk[0] = c;
	} else {
		l->chunk[l->nr] = c;
	}
	l->nr++;
	c->slot = slot;
}

/**
 * model_relocate - put a chunk where its hint calls for
 * @m: the model
 * @c: the chunk, its hint validated
 * @oslot: the slot that its hint called for before, or -1 to move it in any case
 *
 * It goes to the front if it gained and to the tail if it lost; isolated chunks stay.
 */
void model_relocate(struct model *m, struct model_chunk *c, int oslot)
{
	int nslot = model_hint_slot(m, c);

	if (!c->isolated && oslot != nslot)
		model_move(m, c, nslot, oslot < nslot);
}

/**
 * model_isolate - queue a chunk for giving its empty pages back
 * @m: the model
 * @c: the chunk
 */
void model_isolate(struct model *m, struct model_chunk *c)
{
	c->isolated = true;
	model_move(m, c, m->to_depopulate, true);
}

/**
 * model_reintegrate - take an isolated chunk back into use
 * @m: the model
 * @c: the chunk; nothing happens if it is not isolated
 */
void model_reintegrate(struct model *m, struct model_chunk *c)
{
	if (!c->isolated)
		return;
	c->isolated = false;
	model_relocate(m, c, -1);
}

/**
 * model_slot_before - the list that a chunk was on before the last search for room
 * @m: the model
 * @c: the chunk
 */
int model_slot_before(const struct model *m, const struct model_chunk *c)
{
	return c->moved_in == m->search ? c->slot_before : c->slot;
}
