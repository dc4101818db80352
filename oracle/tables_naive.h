/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables_naive.h - which page tables exist, so that requests for further ones can be foretold.
 *
 * A table is made when a page below it is mapped first, and stays.
 */
#ifndef ORACLE_TABLES_NAIVE_H
#define ORACLE_TABLES_NAIVE_H

#include "world.h"

#define TABLE_LEVELS 4

/**
 * struct tables_naive - the tables
 * @bits:  address bits that each level translates
 * @shift: of the lowest of them
 * @first: of each level below the top: number of the table that the window starts in
 * @nr:    and how many tables it touches
 * @have:  1 for each that exists
 */
struct tables_naive {
	unsigned int bits, shift;
	uint64_t first[TABLE_LEVELS - 1];
	uint32_t nr[TABLE_LEVELS - 1];
	uint8_t *have[TABLE_LEVELS - 1];
};

void tables_naive_init(struct tables_naive *t, uint64_t start, uint64_t end, uint32_t page);
void tables_naive_exit(struct tables_naive *t);
bool tables_naive_map(struct tables_naive *t, struct budget *b, uint64_t addr);

#endif
