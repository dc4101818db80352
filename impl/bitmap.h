/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitmap.h - word-parallel searches and updates on bit arrays.
 *
 * Every function has a twin named *_naive in bitmap_naive.c that looks at one bit at a time; the
 * unit test compares the two.  Covers no allocation and no locking.
 */
#ifndef PCPU_BITMAP_H
#define PCPU_BITMAP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define PCPU_WORD_BITS ((unsigned int)(sizeof(unsigned long) * CHAR_BIT))
#define PCPU_BITS_TO_WORDS(nr) (((size_t)(nr) + PCPU_WORD_BITS - 1) / PCPU_WORD_BITS)

static inline bool pcpu_test_bit(const unsigned long *map, unsigned int bit)
{
	return (map[bit / PCPU_WORD_BITS] >> (bit % PCPU_WORD_BITS)) & 1;
}

static inline void pcpu_set_bit(unsigned long *map, unsigned int bit)
{
	map[bit / PCPU_WORD_BITS] |= 1UL << (bit % PCPU_WORD_BITS);
}

unsigned int pcpu_next_bit(const unsigned long *map, unsigned int size, unsigned int from);
unsigned int pcpu_next_zero_bit(const unsigned long *map, unsigned int size, unsigned int from);
unsigned int pcpu_last_bit(const unsigned long *map, unsigned int from, unsigned int to);
void pcpu_bitmap_set(unsigned long *map, unsigned int from, unsigned int nr);
void pcpu_bitmap_clear(unsigned long *map, unsigned int from, unsigned int nr);

unsigned int pcpu_next_bit_naive(const unsigned long *map, unsigned int size, unsigned int from);
unsigned int pcpu_next_zero_bit_naive(const unsigned long *map, unsigned int size,
				      unsigned int from);
unsigned int pcpu_last_bit_naive(const unsigned long *map, unsigned int from, unsigned int to);
void pcpu_bitmap_set_naive(unsigned long *map, unsigned int from, unsigned int nr);
void pcpu_bitmap_clear_naive(unsigned long *map, unsigned int from, unsigned int nr);

#endif
