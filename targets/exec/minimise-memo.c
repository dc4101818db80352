// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimise-memo.c - what came of each program that was tried, so that none is run twice.
 */
#include <stdlib.h>

#include "minimise-steps.h"

static uint64_t hash_text(const struct program *p)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t len;
	char *text = program_to_text(p, &len);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	free(text);
	return h ? h : 1;
}

/* The place of a hash in the table, or the free one where it goes. */
static struct tried *place_of(struct tried *table, size_t room, uint64_t hash)
{
	size_t i = hash % room;

	while (table[i].hash && table[i].hash != hash)
		i = (i + 1) % room;
	return table + i;
}

static void grow(struct minimiser *z)
{
	size_t room = z->room ? 2 * z->room : 1024;
	struct tried *table = calloc(room, sizeof(*table));

	/* the host itself out of memory: nothing can be concluded from that */
	if (!table)
		abort();
	for (size_t i = 0; i < z->room; i++)
		if (z->tried[i].hash)
			*place_of(table, room, z->tried[i].hash) = z->tried[i];
	free(z->tried);
	z->tried = table;
	z->room = room;
}

/**
 * minimiser_recall - what is known of a program
 * @z: the minimiser
 * @p: the program
 *
 * Return: valid until the next call.  If the program is new, its @left is TRIED_NEVER.
 */
struct tried *minimiser_recall(struct minimiser *z, const struct program *p)
{
	uint64_t hash = hash_text(p);
	struct tried *t;

	if (2 * z->nr_tried >= z->room)
		grow(z);
	t = place_of(z->tried, z->room, hash);
	if (!t->hash) {
		*t = (struct tried){ .hash = hash, .left = TRIED_NEVER };
		z->nr_tried++;
	}
	return t;
}
