// SPDX-License-Identifier: GPL-2.0-only
/*
 * text-lex.c - the words, numbers and names of program text, and what an error says of them.
 *
 * Never looks beyond the end of the line that is being parsed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* How much of the offending text an error quotes. */
#define QUOTE_MAX 40

static uint32_t names_node(struct names *n)
{
	if (n->nr == n->capacity) {
		n->capacity = n->capacity ? 2 * n->capacity : 64;
		n->node = realloc(n->node, n->capacity * sizeof(*n->node));
		/* the host itself out of memory: nothing can be concluded from that */
		if (!n->node)
			abort();
	}
	memset(n->node[n->nr], 0, sizeof(*n->node));
	return n->nr++;
}

/**
 * text_name_slot - where the handle of a name is kept, plus 1
 * @n: the names
 * @name: the name
 * @make: make a slot if there is none
 *
 * Return: the slot, or NULL if there is none.
 */
uint32_t *text_name_slot(struct names *n, uint32_t name, bool make)
{
	uint32_t node = 0, next;
	int shift;

	if (!n->nr)
		names_node(n);
	for (shift = 28; shift; shift -= 4) {
		next = n->node[node][name >> shift & 15];
		if (!next) {
			if (!make)
				return NULL;
			next = names_node(n);
			n->node[node][name >> shift & 15] = next;
		}
		node = next;
	}
	return &n->node[node][name & 15];
}

static bool is_word(char c)
{
	return text_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/**
 * text_expected - report what was expected where the parser is
 * @ps: the parser
 * @format: what was expected
 *
 * Return: false.
 */
bool text_expected(struct parser *ps, const char *format, ...)
{
	char what[sizeof(ps->err->what)], quote[QUOTE_MAX + 1];
	const char *nothing = ps->at < ps->end ? "a space" : "end of line";
	size_t nr = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);

	while (nr < QUOTE_MAX && ps->at + nr < ps->end && !text_is_space(ps->at[nr])) {
		char c = ps->at[nr];

		quote[nr++] = c >= ' ' && c <= '~' ? c : '?';
	}
	quote[nr] = '\0';

	ps->err->line = ps->line;
	if (nr)
		snprintf(ps->err->what, sizeof(ps->err->what), "expected %.*s; got '%s'",
			 (int)sizeof(what) - 60, what, quote);
	else
		snprintf(ps->err->what, sizeof(ps->err->what), "expected %.*s; got %s",
			 (int)sizeof(what) - 60, what, nothing);
	return false;
}

/**
 * text_skip_space - go to what follows the space
 * @ps: the parser
 */
void text_skip_space(struct parser *ps)
{
	while (ps->at < ps->end && text_is_space(*ps->at))
		ps->at++;
}

/**
 * text_take - take exactly this text, if it is next
 * @ps: the parser
 * @text: the text
 */
bool text_take(struct parser *ps, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(ps->end - ps->at) < len || memcmp(ps->at, text, len))
		return false;
	ps->at += len;
	return true;
}

/**
 * text_take_word - take a whole word, if it is next, and the space after it
 * @ps: the parser
 * @word: the word
 */
bool text_take_word(struct parser *ps, const char *word)
{
	const char *start = ps->at;

	if (!text_take(ps, word))
		return false;
	if (ps->at < ps->end && !text_is_space(*ps->at) && *ps->at != '(' && *ps->at != ')') {
		ps->at = start;
		return false;
	}
	text_skip_space(ps);
	return true;
}

/* The value of a digit in base 10 or 16, or -1. */
static int digit_value(char c, unsigned int base)
{
	if (text_is_digit(c))
		return c - '0';
	if (base == 16 && c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (base == 16 && c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/**
 * text_digits - take digits up to the end of the word
 * @ps: the parser
 * @base: 10 or 16
 * @max: largest legal value, above any digit
 * @x: where it is stored
 *
 * Return: false if they are none, or not all digits, or too large.
 */
bool text_digits(struct parser *ps, unsigned int base, uint64_t max, uint64_t *x)
{
	const char *start = ps->at;
	uint64_t sum = 0;

	for (; ps->at < ps->end && digit_value(*ps->at, base) >= 0; ps->at++) {
		unsigned int digit = (unsigned int)digit_value(*ps->at, base);

		if (sum > (max - digit) / base)
			return false;
		sum = sum * base + digit;
	}
	*x = sum;
	return ps->at > start && (ps->at == ps->end || !is_word(*ps->at));
}

/**
 * text_number - take a number
 * @ps: the parser
 * @min: smallest legal value
 * @max: largest legal value
 * @x: where it is stored
 *
 * Return: false after an error.
 */
bool text_number(struct parser *ps, uint32_t min, uint32_t max, uint32_t *x)
{
	const char *start = ps->at;
	unsigned int base = text_take(ps, "0x") ? 16 : 10;
	uint64_t sum;

	if (text_digits(ps, base, max > 16 ? max : 16, &sum) && sum >= min && sum <= max) {
		*x = (uint32_t)sum;
		return true;
	}
	ps->at = start;
	return text_expected(ps, "a number from %u to %u", min, max);
}

/**
 * text_large - take a size or an offset in the address space
 * @ps: the parser
 * @x: where it is stored
 *
 * Return: false after an error.
 */
bool text_large(struct parser *ps, uint64_t *x)
{
	const char *start = ps->at;
	unsigned int base = text_take(ps, "0x") ? 16 : 10;

	if (text_digits(ps, base, UINT64_MAX, x) && number_is_encodable(*x))
		return true;
	ps->at = start;
	return text_expected(ps, "a number below 2^40, or from 2^64 - 2^40 on");
}

/**
 * text_gap - take what follows a number that ends a word: space, or nothing, or a parenthesis
 * @ps: the parser
 *
 * Return: false after an error.
 */
bool text_gap(struct parser *ps)
{
	if (ps->at < ps->end && !text_is_space(*ps->at) && *ps->at != '(')
		return text_expected(ps, "a space");
	text_skip_space(ps);
	return true;
}

/**
 * text_key - take KEY=NUMBER and the space after it
 * @ps: the parser
 * @key: with its "="
 * @max: largest legal value
 * @x: where it is stored
 *
 * Return: false after an error.
 */
bool text_key(struct parser *ps, const char *key, uint32_t max, uint32_t *x)
{
	if (!text_take(ps, key))
		return text_expected(ps, "'%s'", key);
	return text_number(ps, 0, max, x) && text_gap(ps);
}
