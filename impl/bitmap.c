// SPDX-License-Identifier: GPL-2.0-only
/*
 * bitmap.c - word-parallel searches and updates on bit arrays.
 *
 * Covers the five operations the allocator needs; the obviously right version of each is in
 * bitmap_naive.c.
 */
#include "bitmap.h"

/* The bits of a word at and above @bit. */
static unsigned long mask_from(unsigned int bit)
{
	return ~0UL << (bit % PCPU_WORD_BITS);
}

/* The bits of a word below @bit, where a multiple of the word size means all of them. */
static unsigned long mask_below(unsigned int bit)
{
	return ~0UL >> (-bit % PCPU_WORD_BITS);
}

/* The first bit in [from, size) of the map whose words are xored with @flip. */
static unsigned int next_bit(const unsigned long *map, unsigned int size, unsigned int from,
			     unsigned long flip)
{
	unsigned int word;
	unsigned long bits;

	if (from >= size)
		return size;

	word = from / PCPU_WORD_BITS;
	bits = (map[word] ^ flip) & mask_from(from);
	while (!bits) {
		word++;
		if (word * PCPU_WORD_BITS >= size)
			return size;
		bits = map[word] ^ flip;
	}

	from = word * PCPU_WORD_BITS + (unsigned int)__builtin_ctzl(bits);
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
unsigned int pcpu_next_bit(const unsigned long *map, unsigned int size, unsigned int from)
{
	return next_bit(map, size, from, 0);
}

/**
 * pcpu_next_zero_bit - find the first clear bit at or after a position
 * @map: the bit array
 * @size: number of bits in it
 * @from: first bit to look at; may be @size or above
 *
 * Return: the bit, or @size if there is none in [@from, @size).
 */
unsigned int pcpu_next_zero_bit(const unsigned long *map, unsigned int size, unsigned int from)
{
	return next_bit(map, size, from, ~0UL);
}

/**
 * pcpu_last_bit - find the last set bit of a range
 * @map: the bit array
 * @from: first bit of the range
 * @to: bit after the range
 *
 * Return: the bit, or @to if all of [@from, @to) is clear.
 */
unsigned int pcpu_last_bit(const unsigned long *map, unsigned int from, unsigned int to)
{
	unsigned int word;
	unsigned long bits;

	if (from >= to)
		return to;

	word = (to - 1) / PCPU_WORD_BITS;
	bits = map[word] & mask_below(to);
	while (!bits) {
		if (word == from / PCPU_WORD_BITS)
			return to;
		bits = map[--word];
	}
	if (word == from / PCPU_WORD_BITS) {
		bits &= mask_from(from);
		if (!bits)
			return to;
	}

	return word * PCPU_WORD_BITS + PCPU_WORD_BITS - 1 - (unsigned int)__builtin_clzl(bits);
}

/**
 * pcpu_bitmap_set - set a range of bits
 * @map: the bit array
 * @from: first bit
 * @nr: number of bits; 0 is allowed
 */
void pcpu_bitmap_set(unsigned long *map, unsigned int from, unsigned int nr)
{
	unsigned int end = from + nr, word = from / PCPU_WORD_BITS;
	unsigned long mask = mask_from(from);

	if (!nr)
		return;
	for (; (word + 1) * PCPU_WORD_BITS < end; word++, mask = ~0UL)
		map[word] |= mask;
	map[word] |= mask & mask_below(end);
}

/**
 * pcpu_bitmap_clear - clear a range of bits
 * @map: the bit array
 * @from: first bit
 * @nr: number of bits; 0 is allowed
 */
void pcpu_bitmap_clear(unsigned long *map, unsigned int from, unsigned int nr)
{
	unsigned int end = from + nr, word = from / PCPU_WORD_BITS;
	unsigned long mask = mask_from(from);

	if (!nr)
		return;
	for (; (word + 1) * PCPU_WORD_BITS < end; word++, mask = ~0UL)
		map[word] &= ~mask;
	map[word] &= ~(mask & mask_below(end));
}
