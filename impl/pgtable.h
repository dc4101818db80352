/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pgtable.h - page tables of four levels over the vmalloc window.
 *
 *   |  pgd  |  pud  |  pmd  |  pte  | byte in page |   address bits, high to low
 *
 * Each table is one page of 8-byte entries, so with pages of 4096 bytes each level translates 9
 * bits, and all of them 48; smaller pages shrink the levels.  Tables are made when an address
 * below them is mapped first, and kept until the end, as the kernel does for its own part of the
 * address space.  Does not know areas, owners of frames or the TLB.
 */
#ifndef PCPU_PGTABLE_H
#define PCPU_PGTABLE_H

#include "env.h"

#define PGTABLE_LEVELS 4

struct pgtable {
	const struct pcpu_env *env;
	unsigned int page_shift, bits; /* bits per level */
	uint64_t *pgd;
};

void pgtable_init(struct pgtable *pt, const struct pcpu_env *env, unsigned int page_shift);
void pgtable_exit(struct pgtable *pt);
unsigned int pgtable_map(struct pgtable *pt, uint64_t addr, const uint32_t *frames,
			 unsigned int nr);
void pgtable_unmap(struct pgtable *pt, uint64_t addr, unsigned int nr);
uint32_t pgtable_walk(const struct pgtable *pt, uint64_t addr);

#endif
