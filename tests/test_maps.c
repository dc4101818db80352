// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_maps.c - the oracle's look at the maps of a chunk word by word against that unit by unit.
 *
 * Over random objects, with maps that are right, and with each of their bits wrong in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../oracle/oracle.h"

#define UNITS_MAX 512
#define WORD (8 * (int)sizeof(long))

static unsigned long nr_checks, nr_wrong, nr_failures;
static uint64_t rng_state = 20250713;

static uint32_t next_random(void)
{
	uint64_t x = rng_state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(x ^ x >> 31);
}

/* One chunk as it is, and as the subject shows it. */
struct maps {
	struct model_chunk c;
	struct subject_chunk v;
	uint8_t unit[UNITS_MAX];
	unsigned long alloc[UNITS_MAX / (8 * sizeof(long)) + 1];
	unsigned long bound[UNITS_MAX / (8 * sizeof(long)) + 1];
};

static void set(unsigned long *map, int i)
{
	map[i / WORD] |= 1ul << i % WORD;
}

static void flip(unsigned long *map, int i)
{
	map[i / WORD] ^= 1ul << i % WORD;
}

/* Objects and holes one after the other, with something hidden in front and behind. */
static void fill(struct maps *m)
{
	int nr = 64 * (1 + (int)(next_random() % (UNITS_MAX / 64))), longest = 1, at = 0, end;

	memset(m, 0, sizeof(*m));
	longest <<= next_random() % 8;
	m->c.unit = m->unit;
	m->c.nr_units = nr;
	m->v.alloc_map = m->alloc;
	m->v.bound_map = m->bound;
	for (int i = 0; i < UNITS_MAX / WORD + 1; i++) /* in free space any bit will do */
		m->bound[i] = (unsigned long)next_random() << (WORD - 32) | next_random();
	for (; at < nr; at = end) {
		uint32_t kind = next_random() % 3;

		end = at + 1 + (int)(next_random() % (uint32_t)longest);
		if (end > nr)
			end = nr;
		if (kind == 2 && at && end < nr)
			kind = 1;
		for (int i = at; i < end && kind; i++) {
			set(m->alloc, i);
			m->unit[i] = kind == 2 ? UNIT_HIDDEN : i == at ? UNIT_START : UNIT_BODY;
			m->bound[i / WORD] &= ~(1ul << i % WORD);
		}
		if (kind == 1)
			set(m->bound, at);
	}
	for (int i = 0; i < nr; i++)
		if ((m->unit[i] == UNIT_START || m->unit[i] == UNIT_BODY) &&
		    (i + 1 == nr || m->unit[i + 1] != UNIT_BODY))
			set(m->bound, i + 1);
}

static bool compare(struct oracle *o, struct maps *m)
{
	bool slow;

	o->failed = false;
	slow = check_maps_naive(o, &m->c, &m->v);
	nr_checks++;
	nr_wrong += !slow;
	if (maps_are_right(&m->c, &m->v) != slow && ++nr_failures <= 20)
		printf("FAILED: %d units: slowly they are %s: %s\n", m->c.nr_units,
		       slow ? "right" : "wrong", slow ? "" : o->finding.what);
	return slow;
}

int main(void)
{
	static struct oracle o;
	static struct world w;
	static struct maps m;

	o.w = &w;
	for (int round = 0; round < 500; round++) {
		fill(&m);
		if (!compare(&o, &m) && ++nr_failures <= 20)
			printf("FAILED: %s\n", o.finding.what);
		for (int i = 0; i < m.c.nr_units; i++) {
			flip(m.alloc, i);
			if (compare(&o, &m) && ++nr_failures <= 20)
				printf("FAILED: unit %d is marked wrongly, and passes\n", i);
			flip(m.alloc, i);
		}
		for (int i = 0; i <= m.c.nr_units; i++) {
			flip(m.bound, i);
			compare(&o, &m);
			flip(m.bound, i);
		}
	}
	printf("%lu checks, %lu of maps that are wrong, %lu failed\n", nr_checks, nr_wrong,
	       nr_failures);
	return nr_failures != 0 || !nr_wrong;
}
