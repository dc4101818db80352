// SPDX-License-Identifier: GPL-2.0-only
/*
 * exhaust-states.c - the table of all states that were reached.
 *
 * Grows by doubling, so that a small scope takes little.  Does not know what a state is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exhaust-steps.h"

#define ROOM_MIN 4096u
#define ROOM_MAX (1u << 30)

static void *resized(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		fputs("pcpufuzz: out of memory\n", stderr);
		abort();
	}
	return p;
}

/* Where a hash is in the table, or the empty place where it belongs. */
static uint32_t place(const struct exhaust_states *s, uint64_t hash)
{
	uint32_t mask = 2 * s->room - 1, at = (uint32_t)hash & mask;

	while (s->table[at] && s->one[s->table[at] - 1].hash != hash)
		at = (at + 1) & mask;
	return at;
}

static void set_room(struct exhaust_states *s, uint32_t room)
{
	s->room = room;
	s->one = resized(s->one, room * sizeof(*s->one));
	s->table = resized(s->table, 2 * (size_t)room * sizeof(*s->table));
	memset(s->table, 0, 2 * (size_t)room * sizeof(*s->table));
	for (uint32_t i = 0; i < s->nr; i++)
		s->table[place(s, s->one[i].hash)] = i + 1;
}

/**
 * exhaust_states_init - no states yet
 * @s: the states
 * @memory: bytes that they may take
 */
void exhaust_states_init(struct exhaust_states *s, uint64_t memory)
{
	*s = (struct exhaust_states){ .memory = memory };
	set_room(s, ROOM_MIN);
}

/**
 * exhaust_states_exit - the end
 * @s: the states
 */
void exhaust_states_exit(struct exhaust_states *s)
{
	free(s->one);
	free(s->table);
}

/**
 * exhaust_states_add - a state was reached
 * @s: the states
 * @state: it, and how
 *
 * Return: whether it is new; if so it is the last one now, unless there is no room for it.
 */
enum exhaust_added exhaust_states_add(struct exhaust_states *s, const struct exhaust_state *state)
{
	uint64_t each = sizeof(*s->one) + 2 * sizeof(*s->table);
	uint32_t at = place(s, state->hash);

	if (s->table[at])
		return EXHAUST_KNOWN;
	if (s->nr == s->room) {
		if (s->room == ROOM_MAX || 2 * s->room * each > s->memory)
			return EXHAUST_FULL;
		set_room(s, 2 * s->room);
		at = place(s, state->hash);
	}
	s->one[s->nr++] = *state;
	s->table[at] = s->nr;
	return EXHAUST_NEW;
}
