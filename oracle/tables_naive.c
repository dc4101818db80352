// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables_naive.c - which page tables exist, one byte each.
 *
 * Knows nothing of what is mapped: the world does.
 */
#include <stdlib.h>

#include "model.h"
#include "tables_naive.h"

/* Which table of a level an address is in; level 0 is the lowest. */
static uint64_t table_number(const struct tables_naive *t, uint64_t addr, unsigned int level)
{
	unsigned int shift = t->shift + (level + 1) * t->bits;

	return shift < 64 ? addr >> shift : 0;
}

/**
 * tables_naive_init - begin with the top level only
 * @t: the tables
 * @start: first address of the window
 * @end: address after the last
 * @page: bytes, of a page and so of a table of 8-byte entries
 */
void tables_naive_init(struct tables_naive *t, uint64_t start, uint64_t end, uint32_t page)
{
	t->shift = (unsigned int)__builtin_ctz(page);
	t->bits = t->shift - 3;
	for (unsigned int level = 0; level < TABLE_LEVELS - 1; level++) {
		t->first[level] = table_number(t, start, level);
		t->nr[level] = (uint32_t)(table_number(t, end, level) - t->first[level] + 1);
		t->have[level] = model_alloc(t->nr[level]);
	}
}

/**
 * tables_naive_exit - the end
 * @t: the tables
 */
void tables_naive_exit(struct tables_naive *t)
{
	for (unsigned int level = 0; level < TABLE_LEVELS - 1; level++)
		free(t->have[level]);
}

/**
 * tables_naive_map - the tables for a page, from the highest level down
 * @t: the tables
 * @b: what can be had, counted down
 * @addr: of the page, in the window
 *
 * Return: false if one could not be had.
 */
bool tables_naive_map(struct tables_naive *t, struct budget *b, uint64_t addr)
{
	for (unsigned int level = TABLE_LEVELS - 1; level--;) {
		uint8_t *have = t->have[level] + (table_number(t, addr, level) - t->first[level]);

		if (!*have && budget_refuses(b, PCPU_FAULT_TABLE))
			return false;
		*have = 1;
	}
	return true;
}
