// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_bitmap.c - the word-parallel bit operations against their twins that look bit by bit.
 *
 * All ranges of many random maps, and all maps of a few bits around a word boundary.  Maps are
 * heap blocks of exactly the words they need, so a sanitizer sees an access past the end.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../impl/bitmap.h"

#define MAX_BITS 260u
#define SMALL_BITS 9u

static unsigned long nr_checks, nr_failures;
static uint64_t rng_state = 20240607;

static uint64_t next_random(void)
{
	uint64_t x = rng_state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void check(bool good, const char *what, unsigned int a, unsigned int b)
{
	nr_checks++;
	if (good)
		return;
	nr_failures++;
	if (nr_failures <= 20)
		printf("FAILED: %s(%u, %u)\n", what, a, b);
}

static unsigned long *new_map(unsigned int bits)
{
	unsigned long *map = malloc(PCPU_BITS_TO_WORDS(bits) * sizeof(*map) + !bits);

	if (!map)
		abort();
	return map;
}

/* From all clear over sparse, even and dense to all set; bits past the end are junk. */
static void fill(unsigned long *map, unsigned int bits, unsigned int density)
{
	for (size_t w = 0; w < PCPU_BITS_TO_WORDS(bits); w++) {
		map[w] = 0;
		for (unsigned int i = 0; i < PCPU_WORD_BITS; i++)
			map[w] |= (unsigned long)(next_random() % 64 < density) << i;
	}
}

static void check_search(const unsigned long *map, unsigned int size, unsigned int from)
{
	check(pcpu_next_bit(map, size, from) == pcpu_next_bit_naive(map, size, from),
	      "pcpu_next_bit", size, from);
	check(pcpu_next_zero_bit(map, size, from) == pcpu_next_zero_bit_naive(map, size, from),
	      "pcpu_next_zero_bit", size, from);
}

static void check_last(const unsigned long *map, unsigned int from, unsigned int to)
{
	check(pcpu_last_bit(map, from, to) == pcpu_last_bit_naive(map, from, to), "pcpu_last_bit",
	      from, to);
}

/* Set and clear [from, from + nr) of a map; no other bit may change. */
static void check_update(const unsigned long *map, unsigned int bits, unsigned int from,
			 unsigned int nr)
{
	size_t bytes = PCPU_BITS_TO_WORDS(bits) * sizeof(*map);
	unsigned long *fast = new_map(bits), *slow = new_map(bits);

	memcpy(fast, map, bytes);
	memcpy(slow, map, bytes);
	pcpu_bitmap_set(fast, from, nr);
	pcpu_bitmap_set_naive(slow, from, nr);
	check(!memcmp(fast, slow, bytes), "pcpu_bitmap_set", from, nr);
	memcpy(fast, map, bytes);
	memcpy(slow, map, bytes);
	pcpu_bitmap_clear(fast, from, nr);
	pcpu_bitmap_clear_naive(slow, from, nr);
	check(!memcmp(fast, slow, bytes), "pcpu_bitmap_clear", from, nr);
	free(slow);
	free(fast);
}

static void check_bits(const unsigned long *map, unsigned int bits)
{
	unsigned long *one = new_map(bits);

	for (unsigned int i = 0; i < bits; i++) {
		memset(one, 0, PCPU_BITS_TO_WORDS(bits) * sizeof(*one));
		pcpu_set_bit(one, i);
		check(pcpu_next_bit_naive(one, bits, 0) == i && pcpu_test_bit(one, i),
		      "pcpu_set_bit", i, 0);
		check(pcpu_test_bit(map, i) == (map[i / PCPU_WORD_BITS] >> i % PCPU_WORD_BITS & 1),
		      "pcpu_test_bit", i, 0);
	}
	free(one);
}

/* Every size with every start; the searches must not look at bits past the size. */
static void check_sizes(void)
{
	static const unsigned int densities[] = { 0, 1, 32, 63, 64 };

	for (unsigned int size = 0; size <= MAX_BITS; size++) {
		for (size_t d = 0; d < sizeof(densities) / sizeof(densities[0]); d++) {
			unsigned long *map = new_map(size);

			fill(map, size, densities[d]);
			for (unsigned int from = 0; from <= size + 70; from++)
				check_search(map, size, from);
			for (unsigned int from = 0; from <= size; from++) {
				check_last(map, from, size);
				check_update(map, size, from, size - from);
			}
			check_bits(map, size);
			free(map);
		}
	}
}

/* Every range of a few large maps. */
static void check_ranges(void)
{
	static const unsigned int densities[] = { 0, 1, 2, 32, 62, 64 };

	for (size_t d = 0; d < sizeof(densities) / sizeof(densities[0]); d++) {
		unsigned long *map = new_map(MAX_BITS);

		fill(map, MAX_BITS, densities[d]);
		for (unsigned int from = 0; from <= MAX_BITS; from++) {
			for (unsigned int to = 0; to <= MAX_BITS; to++) {
				check_last(map, from, to);
				check_search(map, to, from);
				if (from <= to)
					check_update(map, MAX_BITS, from, to - from);
			}
		}
		free(map);
	}
}

/* Every map of a few bits across the end of a word, and every range in it; the rest as given. */
static void check_small(unsigned long around)
{
	unsigned int at = PCPU_WORD_BITS - SMALL_BITS / 2, end = at + SMALL_BITS;

	for (unsigned int bits = 0; bits < 1u << SMALL_BITS; bits++) {
		unsigned long *map = new_map(end);

		map[0] = map[1] = around;
		for (unsigned int i = 0; i < SMALL_BITS; i++) {
			pcpu_set_bit(map, at + i);
			if (!(bits >> i & 1))
				map[(at + i) / PCPU_WORD_BITS] ^= 1UL << (at + i) % PCPU_WORD_BITS;
		}
		for (unsigned int from = at; from <= end; from++) {
			for (unsigned int to = from; to <= end; to++) {
				check_search(map, to, from);
				check_last(map, from, to);
				check_update(map, end, from, to - from);
			}
		}
		free(map);
	}
}

int main(void)
{
	check_sizes();
	check_ranges();
	check_small(0);
	check_small(~0UL);
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}
