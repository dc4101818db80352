// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm_forecast.c - what becomes of a wish for address space, given what can be had.
 *
 * The order of requests is part of the contract, as faults are counted: one area takes its
 * descriptor; congruent areas take an array and then a descriptor each; a vmalloc area takes the
 * array of its pages next, then all frames, then all mappings, each with the tables it needs
 * first.  Where an area must lie, vm_naive.c knows.
 */
#include <string.h>

#include "oracle.h"

#define TRIES_MAX 4096 /* areas times bases that are looked at one by one */

/**
 * purge_naive - freed address space becomes usable
 * @m: the model
 */
void purge_naive(struct model *m)
{
	uint64_t start, end;

	if (vm_naive_purge(&m->vm, &start, &end))
		m->vm_touched = true;
}

/**
 * try_area - take one area, if it can be had
 * @o: the oracle
 * @b: what can be had, counted down
 * @size: bytes, without the guard page
 * @from: lowest address
 * @to: address after the highest
 * @tag: what it is
 * @addr: where its address is stored
 */
enum reason try_area(struct oracle *o, struct budget *b, uint64_t size, uint64_t from, uint64_t to,
		     uint64_t tag, uint64_t *addr)
{
	struct model *m = &o->m;
	uint64_t full, align;

	if (!vm_naive_area_args(&m->vm, size, AREA_KIND(tag) == AREA_IOREMAP, MAX_ORDER, &full,
				&align))
		return REASON_BAD_REQUEST;
	if (budget_refuses(b, PCPU_FAULT_AREA))
		return REASON_AREA_FAULT;
	if (!vm_naive_lowest(&m->vm, full, align, from, to, addr)) {
		purge_naive(m);
		if (!vm_naive_lowest(&m->vm, full, align, from, to, addr))
			return REASON_NO_WINDOW;
	}
	vm_naive_insert(&m->vm, *addr, full, tag);
	m->vm_touched = true;
	return REASON_OK;
}

/*
 * Where congruent areas must lie.  Every base is tried where that is quick; elsewhere those are
 * left out of which vm_naive_highest() explains that they cannot do.  In full checks both must
 * agree.
 */
static bool highest(struct oracle *o, const uint64_t *offsets, const uint64_t *sizes,
		    unsigned int nr, uint64_t align, uint64_t *base)
{
	const struct vm_naive *v = &o->m.vm;
	uint64_t tries = (v->end - v->start) / align * nr, other = 0;
	bool found;

	if (tries <= TRIES_MAX)
		return vm_naive_highest_every(v, offsets, sizes, nr, align, base);
	found = vm_naive_highest(v, offsets, sizes, nr, align, base);
	if (o->flags & ORACLE_FULL) {
		o->checked[RULE_self_check]++;
		if (vm_naive_highest_every(v, offsets, sizes, nr, align, &other) != found ||
		    (found && other != *base))
			oracle_fail(o, RULE_self_check, NULL, -1, -1,
				    "the highest base is %#llx, by trying every one %#llx",
				    (unsigned long long)*base, (unsigned long long)other);
	}
	return found;
}

/**
 * try_congruent - take congruent areas, if they can be had
 * @o: the oracle
 * @b: what can be had, counted down
 * @offsets: of each from the base
 * @sizes: of each
 * @nr: how many
 * @align: of all
 * @tag: what they are
 * @base: where the base is stored
 */
enum reason try_congruent(struct oracle *o, struct budget *b, const uint64_t *offsets,
			  const uint64_t *sizes, unsigned int nr, uint64_t align, uint64_t tag,
			  uint64_t *base)
{
	struct model *m = &o->m;

	if (!vm_naive_congruent_args(&m->vm, offsets, sizes, nr, align, ORACLE_AREAS_MAX))
		return REASON_BAD_REQUEST;
	for (unsigned int i = 0; i <= nr; i++)
		if (budget_refuses(b, PCPU_FAULT_AREA))
			return REASON_AREA_FAULT;
	if (!highest(o, offsets, sizes, nr, align, base)) {
		purge_naive(m);
		if (!highest(o, offsets, sizes, nr, align, base))
			return REASON_NO_WINDOW;
	}
	for (unsigned int i = 0; i < nr; i++)
		vm_naive_insert(&m->vm, *base + offsets[i], sizes[i], tag);
	m->vm_touched = true;
	return REASON_OK;
}

/**
 * vm_drop_chunk_naive - the areas of a chunk that was destroyed
 * @m: the model
 * @c: the chunk
 */
void vm_drop_chunk_naive(struct model *m, const struct model_chunk *c)
{
	for (unsigned int i = 0; i < m->layout.nr_groups; i++)
		vm_naive_set_lazy(&m->vm, c->base + m->layout.group_offset[i]);
	m->vm_touched = true;
}

static enum reason try_vmalloc_pages(struct oracle *o, struct budget *b, struct model_vmalloc *v,
				     unsigned int node)
{
	for (unsigned int i = 0; i < v->nr_pages; i++) {
		unsigned int from = node;
		enum reason why = try_frame(b, &from);

		if (why != REASON_OK)
			return why;
		v->node[i] = (uint8_t)from;
	}
	for (unsigned int i = 0; i < v->nr_pages; i++) {
		if (!tables_naive_map(&o->m.tables, b, v->addr + (uint64_t)i * o->m.page))
			return REASON_TABLE_FAULT;
		if (budget_refuses(b, PCPU_FAULT_MAP))
			return REASON_MAP_FAULT;
	}
	return REASON_OK;
}

/**
 * try_vmalloc - take an area with pages, if it can be had
 * @o: the oracle
 * @b: what can be had, counted down
 * @size: bytes
 * @node: where the pages are to come from
 * @addr: where its address is stored
 *
 * If only the pages cannot be had, the area is freed again, and so stays unusable for a while.
 */
enum reason try_vmalloc(struct oracle *o, struct budget *b, uint64_t size, unsigned int node,
			uint64_t *addr)
{
	struct model *m = &o->m;
	uint32_t left[MACHINE_MAX_NODES];
	struct model_vmalloc *v;
	uint64_t full, align;
	enum reason why;

	if (!vm_naive_area_args(&m->vm, size, false, 0, &full, &align) ||
	    full / m->page - 1 > m->max_frames)
		return REASON_BAD_REQUEST;

	v = model_alloc(sizeof(*v));
	v->nr_pages = (unsigned int)(full / m->page - 1);
	v->node = model_alloc(v->nr_pages);
	why = try_area(o, b, size, m->vm.start, m->vm.end, (uintptr_t)v | AREA_VMALLOC, addr);
	if (why != REASON_OK) {
		model_free_vmalloc(v);
		return why;
	}
	v->addr = *addr;
	memcpy(left, b->frames_free, b->nr_nodes * sizeof(*left));
	why = budget_refuses(b, PCPU_FAULT_META) ? REASON_META_FAULT :
						   try_vmalloc_pages(o, b, v, node);
	if (why != REASON_OK) {
		memcpy(b->frames_free, left, b->nr_nodes * sizeof(*left));
		vm_naive_set_lazy(&m->vm, *addr);
		model_free_vmalloc(v);
		return why;
	}
	v->shadow = memset(model_alloc((size_t)v->nr_pages * m->page), WORLD_JUNK,
			   (size_t)v->nr_pages * m->page);
	m->nr_vmalloc += v->nr_pages;
	return REASON_OK;
}

/**
 * vfree_naive - free a live vmalloc area
 * @m: the model
 * @b: where its frames return to
 * @v: the area
 */
void vfree_naive(struct model *m, struct budget *b, struct model_vmalloc *v)
{
	for (unsigned int i = 0; i < v->nr_pages; i++)
		b->frames_free[v->node[i]]++;
	m->nr_vmalloc -= v->nr_pages;
	vm_naive_set_lazy(&m->vm, v->addr);
	m->vm_touched = true;
	model_free_vmalloc(v);
}
