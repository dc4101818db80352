// SPDX-License-Identifier: GPL-2.0-only
/*
 * bitmap_naive.c - the searches and updates of bitmap.c, one bit at a time.
 *
 * The slow twin that is obviously right.  Only tests call it.
 */
#include "bitmap.h"

unsigned int pcpu_next_bit_naive(const unsigned long *map, unsigned int size, unsigned int from)
{
	while (from < size && !pcpu_test_bit(map, from))
		from++;
	return from < size ? from : size;
}

unsigned int pcpu_next_zero_bit_naive(const unsigned long *map, unsigned int size,
				      unsigned int from)
{
	while (from < size && pcpu_test_bit(map, from))
		from++;
	return from < size ? from : size;
}

unsigned int pcpu_last_bit_naive(const unsigned long *map, unsigned int from, unsigned int to)
{
	unsigned int bit = to;

	while (bit > from) {
		bit--;
		if (pcpu_test_bit(map, bit))
			return bit;
	}
	return to;
}

void pcpu_bitmap_set_naive(unsigned long *map, unsigned int from, unsigned int nr)
{
	for (unsigned int bit = from; bit < from + nr; bit++)
		map[bit / PCPU_WORD_BITS] |= 1UL << (bit % PCPU_WORD_BITS);
}

void pcpu_bitmap_clear_naive(unsigned long *map, unsigned int from, unsigned int nr)
{
	for (unsigned int bit = from; bit < from + nr; bit++)
		map[bit / PCPU_WORD_BITS] &= ~(1UL << (bit % PCPU_WORD_BITS));
}
