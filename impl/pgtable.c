// SPDX-License-Identifier: GPL-2.0-only
/*
 * pgtable.c - page tables of four levels: mapping, unmapping and walking.
 *
 * Models vmap_pages_range() and vunmap_range() of mm/vmalloc.c with pages of one size.  Does not
 * flush: who unmaps knows when the translations must be forgotten.
 */
#include <assert.h>

#include "pgtable.h"

/* An entry is 0, or the table below it, or in the pte level the frame in its upper half. */
#define PTE_PRESENT 1u

static uint64_t *new_table(struct pgtable *pt, enum pcpu_fault kind)
{
	return pt->env->meta_alloc(pt->env->ctx, kind, sizeof(uint64_t) << pt->bits);
}

static uint64_t *table_of(uint64_t entry)
{
	return (uint64_t *)(uintptr_t)entry;
}

/* Index into the table of a level, 0 being the pte level. */
static unsigned int index_at(const struct pgtable *pt, uint64_t addr, unsigned int level)
{
	unsigned int shift = pt->page_shift + level * pt->bits;

	return shift < 64 ? (unsigned int)(addr >> shift) & ((1u << pt->bits) - 1) : 0;
}

/**
 * pgtable_init - start with nothing mapped
 * @pt: the tables
 * @env: the world around them, which must outlive them
 * @page_shift: log2 of the page size, 8 to 16
 *
 * The top level is boot memory, so this cannot fail.
 */
void pgtable_init(struct pgtable *pt, const struct pcpu_env *env, unsigned int page_shift)
{
	pt->env = env;
	pt->page_shift = page_shift;
	pt->bits = page_shift - 3;
	pt->pgd = new_table(pt, PCPU_FAULT_NONE);
}

static void free_table(struct pgtable *pt, uint64_t *table, unsigned int level)
{
	for (unsigned int i = 0; level && i < 1u << pt->bits; i++)
		if (table[i])
			free_table(pt, table_of(table[i]), level - 1);
	pt->env->meta_free(pt->env->ctx, table);
}

/**
 * pgtable_exit - give all tables back
 * @pt: the tables; what is still mapped is forgotten
 */
void pgtable_exit(struct pgtable *pt)
{
	free_table(pt, pt->pgd, PGTABLE_LEVELS - 1);
	pt->pgd = NULL;
}

/* The pte table that an address is in; NULL if there is none, or none can be had. */
static uint64_t *pte_table(struct pgtable *pt, uint64_t addr, bool make)
{
	uint64_t *table = pt->pgd;

	for (unsigned int level = PGTABLE_LEVELS - 1; level; level--) {
		uint64_t *entry = table + index_at(pt, addr, level);

		if (!*entry && make)
			*entry = (uintptr_t)new_table(pt, PCPU_FAULT_TABLE);
		if (!*entry)
			return NULL;
		table = table_of(*entry);
	}
	return table;
}

/**
 * pgtable_map - map pages one after the other
 * @pt: the tables
 * @addr: address of the first page, page-aligned
 * @frames: their frames
 * @nr: how many, 1 or more
 *
 * Stops at the first page that is mapped already, or whose table or entry cannot be had; what was
 * mapped before it stays, for the caller to unmap.
 *
 * Return: pages mapped, @nr if all went well.
 */
unsigned int pgtable_map(struct pgtable *pt, uint64_t addr, const uint32_t *frames, unsigned int nr)
{
	uint64_t *table = NULL;

	for (unsigned int i = 0; i < nr; i++, addr += UINT64_C(1) << pt->page_shift) {
		unsigned int index = index_at(pt, addr, 0);

		if (!table || !index)
			table = pte_table(pt, addr, true);
		if (!table || table[index] || !pt->env->may_map(pt->env->ctx))
			return i;
		table[index] = (uint64_t)frames[i] << 32 | PTE_PRESENT;
		pt->env->pte_set(pt->env->ctx, addr, frames[i]);
	}
	return nr;
}

/**
 * pgtable_unmap - unmap pages
 * @pt: the tables
 * @addr: address of the first page, page-aligned
 * @nr: how many; those that are not mapped are skipped
 */
void pgtable_unmap(struct pgtable *pt, uint64_t addr, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++, addr += UINT64_C(1) << pt->page_shift) {
		uint64_t *table = pte_table(pt, addr, false);
		unsigned int index = index_at(pt, addr, 0);

		if (!table || !table[index])
			continue;
		table[index] = 0;
		pt->env->pte_set(pt->env->ctx, addr, PCPU_NO_FRAME);
	}
}

/**
 * pgtable_walk - translate an address
 * @pt: the tables
 * @addr: any address
 *
 * Return: the frame of its page, or PCPU_NO_FRAME.
 */
uint32_t pgtable_walk(const struct pgtable *pt, uint64_t addr)
{
	const uint64_t *table = pt->pgd;

	for (unsigned int level = PGTABLE_LEVELS - 1; level; level--) {
		table = table_of(table[index_at(pt, addr, level)]);
		if (!table)
			return PCPU_NO_FRAME;
	}
	if (!(table[index_at(pt, addr, 0)] & PTE_PRESENT))
		return PCPU_NO_FRAME;
	return (uint32_t)(table[index_at(pt, addr, 0)] >> 32);
}
