// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtrace_scan.c - lists of addresses in JSON text.
 *
 * Addresses of 64 bits do not fit into the integers of common JSON libraries, so the few lists
 * that a replay needs are read here.  Does not check the rest of the text.
 */
#define _GNU_SOURCE /* memmem() */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmtrace.h"

struct scan {
	const char *at, *end;
};

static void skip_blanks(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
}

static bool take(struct scan *s, char c)
{
	skip_blanks(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool take_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	skip_blanks(s);
	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len))
		return false;
	s->at += len;
	return true;
}

/* To behind the first "key": of a text. */
static bool find_key(struct scan *s, const char *text, size_t len, const char *key)
{
	char quoted[40];
	int n = snprintf(quoted, sizeof(quoted), "\"%s\":", key);

	s->at = memmem(text, len, quoted, (size_t)n);
	s->end = text + len;
	if (s->at)
		s->at += n;
	return s->at != NULL;
}

/* A decimal number; in quotes, a hex one. */
static bool take_number(struct scan *s, uint64_t *value)
{
	bool quoted = take(s, '"');
	char word[24];
	size_t n = 0;

	skip_blanks(s);
	while (s->at < s->end && isalnum((unsigned char)*s->at) && n + 1 < sizeof(word))
		word[n++] = *s->at++;
	word[n] = '\0';
	if (quoted)
		return trace_hex(word, value) && take(s, '"');
	return trace_number(word, UINT64_MAX, value);
}

static void add_range(struct vmtrace_ranges *r, const uint64_t range[2])
{
	if (r->nr == r->capacity) {
		r->capacity = r->capacity ? 2 * r->capacity : 256;
		r->range = realloc(r->range, r->capacity * sizeof(*r->range));
		if (!r->range)
			abort();
	}
	memcpy(r->range[r->nr++], range, sizeof(*r->range));
}

/**
 * vmtrace_subtract - take a range out of ranges
 * @r: the ranges, by address
 * @start: its first address
 * @end: the address after it
 */
void vmtrace_subtract(struct vmtrace_ranges *r, uint64_t start, uint64_t end)
{
	struct vmtrace_ranges left = { 0 };

	for (unsigned int i = 0; i < r->nr; i++) {
		const uint64_t *old = r->range[i];
		const uint64_t below[2] = { old[0], old[1] < start ? old[1] : start };
		const uint64_t above[2] = { old[0] > end ? old[0] : end, old[1] };

		if (below[0] < below[1])
			add_range(&left, below);
		if (above[0] < above[1])
			add_range(&left, above);
	}
	free(r->range);
	*r = left;
}

/**
 * vmtrace_ranges - read "key": [[start, end], ...]
 * @text: where to look
 * @len: its length
 * @key: the key
 * @r: the ranges, to be freed by the caller; they replace what was there
 * @is_null: set if the value is null instead
 *
 * Return: false if there is no such list, or its ranges are empty, overlap, or do not ascend.
 */
bool vmtrace_ranges(const char *text, size_t len, const char *key, struct vmtrace_ranges *r,
		    bool *is_null)
{
	struct scan s;

	r->nr = 0;
	*is_null = false;
	if (!find_key(&s, text, len, key))
		return false;
	if (take_word(&s, "null")) {
		*is_null = true;
		return true;
	}
	if (!take(&s, '['))
		return false;
	while (!take(&s, ']')) {
		uint64_t range[2];

		if ((r->nr && !take(&s, ',')) || !take(&s, '[') || !take_number(&s, range) ||
		    !take(&s, ',') || !take_number(&s, range + 1) || !take(&s, ']'))
			return false;
		if (range[0] >= range[1])
			return false;
		add_range(r, range);
	}
	return true;
}

static bool read_list(const char *text, size_t len, const char *key, uint64_t *list,
		      unsigned int *nr)
{
	struct scan s;

	*nr = 0;
	if (!find_key(&s, text, len, key) || !take(&s, '['))
		return false;
	while (!take(&s, ']'))
		if (*nr == VM_PCPU_AREAS_MAX || (*nr && !take(&s, ',')) ||
		    !take_number(&s, list + (*nr)++))
			return false;
	return *nr != 0;
}

/**
 * vmtrace_read_groups - read what a kernel asks for when it makes a chunk
 * @text: a snapshot
 * @len: its length
 * @g: filled in
 *
 * Return: false if the snapshot does not say, or says what cannot be.
 */
bool vmtrace_read_groups(const char *text, size_t len, struct vmtrace_groups *g)
{
	unsigned int nr_sizes;
	struct scan s;

	return read_list(text, len, "group_offsets", g->offset, &g->nr) &&
	       read_list(text, len, "group_sizes", g->size, &nr_sizes) && nr_sizes == g->nr &&
	       find_key(&s, text, len, "pcpu_atom_size") && take_number(&s, &g->align) &&
	       g->align >= 4096 && !(g->align & (g->align - 1));
}
