// SPDX-License-Identifier: GPL-2.0-only
/*
 * bytes-handles.c - which handles are open while ops are decoded or encoded.
 *
 * As the program has it: the decoder does not know what succeeds.
 */
#include <stdlib.h>

#include "bytes.h"

/* The op that defines the handles of a list, and the op that closes them. */
static const struct {
	uint8_t opens, closes;
} lists[NR_HANDLE_LISTS] = {
	{ OP_ALLOC, OP_FREE },
	{ OP_VMALLOC, OP_VFREE },
	{ OP_GET_VM_AREA, OP_REMOVE_VM_AREA },
	{ OP_GET_VM_AREAS, OP_FREE_VM_AREAS },
};

/* The lists that suit an op, first to last; NR_HANDLE_LISTS for no second one. */
static void lists_of(unsigned int kind, unsigned int of[2])
{
	of[1] = NR_HANDLE_LISTS;
	switch (kind) {
	case OP_WRITE:
	case OP_VERIFY:
		of[0] = 0;
		of[1] = 1;
		break;
	case OP_FIND_VM_AREA:
		of[0] = 2;
		of[1] = 1;
		break;
	case OP_VFREE:
		of[0] = 1;
		break;
	case OP_REMOVE_VM_AREA:
		of[0] = 2;
		break;
	case OP_FREE_VM_AREAS:
		of[0] = 3;
		break;
	default:
		of[0] = 0;
	}
}

/**
 * handles_init - start without handles
 * @h: the handles; handles_exit() must follow
 * @nr: how many there can be
 */
void handles_init(struct handles *h, size_t nr)
{
	uint32_t *all = malloc((nr + 1) * (NR_HANDLE_LISTS + 1) * sizeof(*all));

	memset(h, 0, sizeof(*h));
	h->of = malloc(nr + 1);
	/* the host itself out of memory: nothing can be concluded from that */
	if (!all || !h->of)
		abort();
	h->place = all;
	for (unsigned int i = 0; i < NR_HANDLE_LISTS; i++)
		h->list[i].at = all + (i + 1) * (nr + 1);
}

/**
 * handles_exit - free what they took
 * @h: the handles
 */
void handles_exit(struct handles *h)
{
	free(h->place);
	free(h->of);
}

static void handles_swap(struct handles *h, unsigned int list, uint32_t i, uint32_t j)
{
	uint32_t *at = h->list[list].at;
	uint32_t a = at[i], b = at[j];

	at[i] = b;
	h->place[b] = i;
	at[j] = a;
	h->place[a] = j;
}

/**
 * handles_op - follow one op that was decoded or is being encoded
 * @h: the handles
 * @op: the op
 */
void handles_op(struct handles *h, const struct op *op)
{
	for (unsigned int i = 0; i < NR_HANDLE_LISTS; i++) {
		if (op->kind == lists[i].opens) {
			h->list[i].at[h->list[i].nr] = h->nr;
			h->place[h->nr] = h->list[i].nr;
			h->of[h->nr++] = (uint8_t)i;
			handles_swap(h, i, h->list[i].nr++, h->list[i].nr_open++);
		} else if (op->kind == lists[i].closes && op->handle != PROGRAM_NO_HANDLE &&
			   !op->offset && h->of[op->handle] == i &&
			   h->place[op->handle] < h->list[i].nr_open) {
			handles_swap(h, i, h->place[op->handle], --h->list[i].nr_open);
		}
	}
}

/**
 * handles_nr_open - how many open handles suit an op
 * @h: the handles
 * @kind: of the op
 */
uint32_t handles_nr_open(const struct handles *h, unsigned int kind)
{
	unsigned int of[2];

	lists_of(kind, of);
	return h->list[of[0]].nr_open + (of[1] < NR_HANDLE_LISTS ? h->list[of[1]].nr_open : 0);
}

/**
 * handles_nr_closed - how many closed handles an op could have closed
 * @h: the handles
 * @kind: of the op
 */
uint32_t handles_nr_closed(const struct handles *h, unsigned int kind)
{
	unsigned int of[2];

	lists_of(kind, of);
	return h->list[of[0]].nr - h->list[of[0]].nr_open;
}

/**
 * handles_open - one of the open handles that suit an op, of which there must be one
 * @h: the handles
 * @kind: of the op
 * @x: which; any number
 * @recent: one of the newest
 */
uint32_t handles_open(const struct handles *h, unsigned int kind, uint32_t x, bool recent)
{
	uint32_t nr = handles_nr_open(h, kind), first;
	unsigned int of[2], list;

	lists_of(kind, of);
	first = h->list[of[0]].nr_open;
	if (recent) {
		list = first && (first == nr || !(x & 0x100)) ? of[0] : of[1];
		nr = h->list[list].nr_open;
		if (nr > 3)
			return h->list[list].at[nr - 1 - x % 3];
		return h->list[list].at[x % nr];
	}
	x %= nr;
	return x < first ? h->list[of[0]].at[x] : h->list[of[1]].at[x - first];
}

/**
 * handles_closed - one of the closed handles of an op, of which there must be one
 * @h: the handles
 * @kind: of the op
 * @x: which; any number
 */
uint32_t handles_closed(const struct handles *h, unsigned int kind, uint32_t x)
{
	unsigned int of[2];

	lists_of(kind, of);
	return h->list[of[0]].at[h->list[of[0]].nr_open + x % handles_nr_closed(h, kind)];
}

/**
 * handles_find - how a handle is named
 * @h: the handles
 * @kind: of the op that names it
 * @handle: the handle
 * @x: set to the number by which handles_open() or handles_closed() give it
 *
 * Return: FORM_OPEN or FORM_STALE, or FORM_ANY if the number is that of the handle itself.
 */
enum form handles_find(const struct handles *h, unsigned int kind, uint32_t handle, uint32_t *x)
{
	unsigned int of[2], list = h->of[handle];
	uint32_t place = h->place[handle];

	lists_of(kind, of);
	*x = place;
	if (list == of[0] && place >= h->list[list].nr_open) {
		*x = place - h->list[list].nr_open;
		return FORM_STALE;
	}
	if (list == of[0])
		return FORM_OPEN;
	if (list == of[1] && place < h->list[list].nr_open) {
		*x = h->list[of[0]].nr_open + place;
		return FORM_OPEN;
	}
	*x = handle;
	return FORM_ANY;
}
