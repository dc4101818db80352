// SPDX-License-Identifier: GPL-2.0-only
/*
 * owners.c - which handle of a program an address belongs to, and what that is called.
 *
 * An address can have been served more than once: the last handle that got it has it.  Says
 * nothing of whether that is live; the model knows.
 */
#include <stdlib.h>

#include "exec.h"

static int compare_owners(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->handle < y->handle ? -1 : x->handle > y->handle;
}

/**
 * owners_init - sort the handles of a run by address
 * @o: to be freed by owners_exit()
 * @e: the run
 */
void owners_init(struct owners *o, const struct exec *e)
{
	uint32_t nr[256] = { 0 };

	o->nr = 0;
	o->owner = malloc((e->nr_handles + 1) * sizeof(*o->owner));
	if (!o->owner)
		abort();
	for (uint32_t i = 0; i < e->nr_handles; i++) {
		unsigned char letter = (unsigned char)e->letter[i];
		uint32_t number = nr[letter]++;

		if (e->handle[i])
			o->owner[o->nr++] = (struct owner){ .addr = e->handle[i],
							    .handle = i,
							    .number = number,
							    .letter = letter };
	}
	qsort(o->owner, o->nr, sizeof(*o->owner), compare_owners);
}

/**
 * owners_exit - forget them
 * @o: from owners_init()
 */
void owners_exit(struct owners *o)
{
	free(o->owner);
}

/**
 * owners_find - the handle that an address was served to last
 * @o: the handles
 * @letter: of which kind: 'r', 'v' or 'g'
 * @addr: the address
 *
 * Return: NULL if it was never served to one of these.
 */
const struct owner *owners_find(const struct owners *o, char letter, uint64_t addr)
{
	uint32_t low = 0, high = o->nr;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (o->owner[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	while (low-- && o->owner[low].addr == addr)
		if (o->owner[low].letter == letter)
			return o->owner + low;
	return NULL;
}
