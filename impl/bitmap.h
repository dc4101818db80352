/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitmap.h - word-parallel searches and updates on bit arrays.
 *
 * Most calls are decided by one word, inline; bitmap.c has the rest.  Every function has a twin
 * named *_naive in bitmap_naive.c that looks at one bit at a time; the unit test compares the two.
 * Covers no allocation and no locking.
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

/* The bits of a word at and above @bit. */
static inline unsigned long pcpu_mask_from(unsigned int bit)
{
	return ~0UL << (bit % PCPU_WORD_BITS);
}

/* What is left when the first word, or the only one, did not decide. */
unsigned int pcpu_next_bit_far(const unsigned long *map, unsigned int size, unsigned int word);
unsigned int pcpu_next_zero_bit_far(const unsigned long *map, unsigned int size, unsigned int word);
unsigned int pcpu_last_bit_far(const unsigned long *map, unsigned int from, unsigned int to);
void pcpu_bitmap_set_far(unsigned long *map, unsigned int from, unsigned int nr);
void pcpu_bitmap_clear_far(unsigned long *map, unsigned int from, unsigned int nr);

/* The lowest bit of @bits, which are those of the word that @from is in; at most @size. */
static inline unsigned int pcpu_bit_in_word(unsigned long bits, unsigned int size,
					    unsigned int from)
{
	from = (from & ~(PCPU_WORD_BITS - 1)) + (unsigned int)__builtin_ctzl(bits);
	return from < size ? from : size;
}

/**
 * pcpu_next_bit - find the first set bit at or after a position
 * @map: the bit array
 * @size: number of bits in it
 * @from: first bit to look at; may be @size or above
 *
 * Return: the bit, or @size if there is none in [@from, @size).
 */
static inline unsigned int pcpu_next_bit(const unsigned long *map, unsigned int size,
					 unsigned int from)
{
	unsigned long bits;

	if (from >= size)
		return size;
	bits = map[from / PCPU_WORD_BITS] & pcpu_mask_from(from);
	if (bits)
		return pcpu_bit_in_word(bits, size, from);
	from = from / PCPU_WORD_BITS + 1;
	return from * PCPU_WORD_BITS < size ? pcpu_next_bit_far(map, size, from) : size;
}

/**
 * pcpu_next_zero_bit - find the first clear bit at or after a position
 * @map: the bit array
 * @size: number of bits in it
 * @from: first bit to look at; may be @size or above
 *
 * Return: the bit, or @size if there is none in [@from, @size).
 */
static inline unsigned int pcpu_next_zero_bit(const unsigned long *map, unsigned int size,
					      unsigned int from)
{
	unsigned long bits;

	if (from >= size)
		return size;
	bits = ~map[from / PCPU_WORD_BITS] & pcpu_mask_from(from);
	if (bits)
		return pcpu_bit_in_word(bits, size, from);
	from = from / PCPU_WORD_BITS + 1;
	return from * PCPU_WORD_BITS < size ? pcpu_next_zero_bit_far(map, size, from) : size;
}

/**
 * pcpu_last_bit - find the last set bit of a range
 * @map: the bit array
 * @from: first bit of the range
 * @to: bit after the range
 *
 * Return: the bit, or @to if all of [@from, @to) is clear.
 */
static inline unsigned int pcpu_last_bit(const unsigned long *map, unsigned int from,
					 unsigned int to)
{
	if (from >= to)
		return to;
	if (pcpu_test_bit(map, to - 1))
		return to - 1;
	return pcpu_last_bit_far(map, from, to);
}

/**
 * pcpu_bitmap_set - set a range of bits
 * @map: the bit array
 * @from: first bit
 * @nr: number of bits; 0 is allowed
 */
static inline void pcpu_bitmap_set(unsigned long *map, unsigned int from, unsigned int nr)
{
	unsigned int bit = from % PCPU_WORD_BITS;

	if (nr && bit + nr <= PCPU_WORD_BITS)
		map[from / PCPU_WORD_BITS] |= ~0UL >> (PCPU_WORD_BITS - nr) << bit;
	else
		pcpu_bitmap_set_far(map, from, nr);
}

/**
 * pcpu_bitmap_clear - clear a range of bits
 * @map: the bit array
 * @from: first bit
 * @nr: number of bits; 0 is allowed
 */
static inline void pcpu_bitmap_clear(unsigned long *map, unsigned int from, unsigned int nr)
{
	unsigned int bit = from % PCPU_WORD_BITS;

	if (nr && bit + nr <= PCPU_WORD_BITS)
		map[from / PCPU_WORD_BITS] &= ~(~0UL >> (PCPU_WORD_BITS - nr) << bit);
	else
		pcpu_bitmap_clear_far(map, from, nr);
}

unsigned int pcpu_next_bit_naive(const unsigned long *map, unsigned int size, unsigned int from);
unsigned int pcpu_next_zero_bit_naive(const unsigned long *map, unsigned int size,
				      unsigned int from);
unsigned int pcpu_last_bit_naive(const unsigned long *map, unsigned int from, unsigned int to);
void pcpu_bitmap_set_naive(unsigned long *map, unsigned int from, unsigned int nr);
void pcpu_bitmap_clear_naive(unsigned long *map, unsigned int from, unsigned int nr);

#endif
