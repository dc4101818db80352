// SPDX-License-Identifier: GPL-2.0-only
/*
 * bitmap.c - word-parallel searches and updates on bit arrays, where one word is not enough.
 *
 * The halves of the functions in bitmap.h that are called seldom; the obviously right version of
 * each is in bitmap_naive.c.
 */
#include "bitmap.h"

/* The bits of a word below @bit, where a multiple of the word size means all of them. */
static unsigned long mask_below(unsigned int bit)
{
	return ~0UL >> (-bit % PCPU_WORD_BITS);
}

/* The first bit from a word on of the map whose words are xored with @flip; four at a time. */
static inline unsigned int next_bit(const unsigned long *map, unsigned int size, unsigned int word,
				    unsigned long flip)
{
	unsigned int words = (unsigned int)PCPU_BITS_TO_WORDS(size), bit;

	while (word + 4 <= words && !((map[word] ^ flip) | (map[word + 1] ^ flip) |
				      (map[word + 2] ^ flip) | (map[word + 3] ^ flip)))
		word += 4;
	for (; word < words; word++) {
		if (!(map[word] ^ flip))
			continue;
		bit = word * PCPU_WORD_BITS + (unsigned int)__builtin_ctzl(map[word] ^ flip);
		return bit < size ? bit : size;
	}
	return size;
}

/**
 * pcpu_next_bit_far - find the first set bit from a word on
 * @map: the bit array
 * @size: number of bits in it
 * @word: first word to look at
 *
 * Return: the bit, or @size if there is none.
 */
unsigned int pcpu_next_bit_far(const unsigned long *map, unsigned int size, unsigned int word)
{
	return next_bit(map, size, word, 0);
}

/**
 * pcpu_next_zero_bit_far - find the first clear bit from a word on
 * @map: the bit array
 * @size: number of bits in it
 * @word: first word to look at
 *
 * Return: the bit, or @size if there is none.
 */
unsigned int pcpu_next_zero_bit_far(const unsigned long *map, unsigned int size, unsigned int word)
{
	return next_bit(map, size, word, ~0UL);
}

/**
 * pcpu_last_bit_far - find the last set bit of a range
 * @map: the bit array
 * @from: first bit of the range
 * @to: bit after the range, above @from
 *
 * Return: the bit, or @to if all of [@from, @to) is clear.
 */
unsigned int pcpu_last_bit_far(const unsigned long *map, unsigned int from, unsigned int to)
{
	unsigned int word = (to - 1) / PCPU_WORD_BITS, first = from / PCPU_WORD_BITS;
	unsigned long bits = map[word] & mask_below(to);

	while (!bits && word > first)
		bits = map[--word];
	if (word == first)
		bits &= pcpu_mask_from(from);
	if (!bits)
		return to;
	return word * PCPU_WORD_BITS + PCPU_WORD_BITS - 1 - (unsigned int)__builtin_clzl(bits);
}

/**
 * pcpu_bitmap_set_far - set a range of bits
 * @map: the bit array
 * @from: first bit
 * @nr: number of bits: 0, or so many that they reach into another word
 */
void pcpu_bitmap_set_far(unsigned long *map, unsigned int from, unsigned int nr)
{
	unsigned int word = from / PCPU_WORD_BITS, last = (from + nr - 1) / PCPU_WORD_BITS;

	if (!nr)
		return;
	map[word] |= pcpu_mask_from(from);
	while (++word < last)
		map[word] = ~0UL;
	map[last] |= mask_below(from + nr);
}

/**
 * pcpu_bitmap_clear_far - clear a range of bits
 * @map: the bit array
 * @from: first bit
 * @nr: number of bits: 0, or so many that they reach into another word
 */
void pcpu_bitmap_clear_far(unsigned long *map, unsigned int from, unsigned int nr)
{
	unsigned int word = from / PCPU_WORD_BITS, last = (from + nr - 1) / PCPU_WORD_BITS;

	if (!nr)
		return;
	map[word] &= ~pcpu_mask_from(from);
	while (++word < last)
		map[word] = 0;
	map[last] &= ~mask_below(from + nr);
}
