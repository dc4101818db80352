// SPDX-License-Identifier: GPL-2.0-only
/*
 * believe.c - takes over from the subject what a rule that is left out is about.
 *
 * An oracle without a rule has no idea of its own of what that rule is about: it would go by what
 * the subject does, or the next thing that follows from it would trip another rule, and no rule
 * would ever be needed.  So where the subject decides otherwise than foretold, and the rule that
 * says so is left out, the model follows the subject, as far as the model can hold it; where it
 * cannot, the run ends.  Nothing here does anything while all rules are checked.
 */
#include <string.h>

#include "oracle.h"

/* The place is one that an object can have in the model: free, and with memory. */
static bool can_hold(const struct model_chunk *c, int unit, int units)
{
	if (unit < c->start || unit + units > c->end ||
	    first_used_unit(c->unit, unit, unit + units) != unit + units)
		return false;
	for (int page = unit / c->block_units; page * c->block_units < unit + units; page++)
		if (!c->populated[page])
			return false;
	return true;
}

/**
 * believe_served - an object was served elsewhere than foretold, or though it had to be refused
 * @o: the oracle
 * @ptr: where, in some chunk
 * @f: what was foretold; becomes what happened
 *
 * Return: false if the model cannot follow.
 */
bool believe_served(struct oracle *o, uint64_t ptr, struct forecast *f)
{
	struct model_chunk *c = model_chunk_at(&o->m, ptr);
	int unit = (int)((ptr - c->base) / 4);

	if ((ptr - c->base) % 4 || !f->units || !can_hold(c, unit, f->units))
		return oracle_stop(o);
	f->why = REASON_OK;
	f->c = c;
	f->unit = unit;
	return true;
}

static struct model_list *list_of(struct model *m, const struct model_chunk *c)
{
	return m->slots + c->slot;
}

/* Where a chunk is among those that are shown. */
static int shown_at(const struct oracle *o, const struct model_chunk *c)
{
	for (unsigned int i = 0; i < o->view.nr_chunks; i++)
		if (o->view.chunk[i].base == c->base &&
		    (o->view.chunk[i].slot == -1) == c->reserved)
			return (int)i;
	return SUBJECT_MAX_CHUNKS;
}

/* Sort a list as it is shown. */
static void sort_as_shown(struct oracle *o, struct model_list *l)
{
	for (unsigned int i = 1; i < l->nr; i++) {
		struct model_chunk *c = l->chunk[i];
		unsigned int k = i;

		for (; k && shown_at(o, l->chunk[k - 1]) > shown_at(o, c); k--)
			l->chunk[k] = l->chunk[k - 1];
		l->chunk[k] = c;
	}
}

/* Move a chunk to the list that it is shown on, to its place among those that are there. */
static void move_as_shown(struct oracle *o, struct model_chunk *c, int slot)
{
	struct model_list *l;
	unsigned int k;

	model_move(&o->m, c, slot, false);
	l = list_of(&o->m, c);
	for (k = l->nr - 1; k && shown_at(o, l->chunk[k - 1]) > shown_at(o, c); k--)
		l->chunk[k] = l->chunk[k - 1];
	l->chunk[k] = c;
}

/**
 * believe_lists - which chunks are isolated, on which lists they are, and in which order
 * @o: the oracle, its view fresh
 */
void believe_lists(struct oracle *o)
{
	struct model *m = &o->m;
	bool isolated = oracle_leaves_out(o, RULE_isolated), slot = oracle_leaves_out(o, RULE_slot);

	for (unsigned int i = 0; (isolated || slot) && i < o->view.nr_chunks; i++) {
		const struct subject_chunk *v = o->view.chunk + i;
		struct model_chunk *c = model_chunk_by_base(m, v->base);

		/* those between two lists are on none */
		if (!c || v->slot < 0 || v->slot >= m->nr_slots || c->slot < 0)
			continue;
		if (isolated && c->isolated != v->isolated) {
			c->isolated = v->isolated;
			move_as_shown(o, c, v->slot);
		}
		if (slot && c->slot != v->slot)
			move_as_shown(o, c, v->slot);
	}
	for (int i = 0; oracle_leaves_out(o, RULE_list_order) && i < m->nr_slots; i++)
		sort_as_shown(o, m->slots + i);
}

/* A chunk that was just made lies elsewhere: so do its areas. */
static void rebase(struct oracle *o, struct model_chunk *c, uint64_t base)
{
	struct model *m = &o->m;
	const struct layout *l = &m->layout;
	struct budget none = { 0 };

	for (unsigned int i = 0; i < l->nr_groups; i++)
		vm_naive_remove(&m->vm, c->base + l->group_offset[i]);
	for (unsigned int i = 0; i < l->nr_groups; i++)
		vm_naive_insert(&m->vm, base + l->group_offset[i], l->group_size[i], AREA_CHUNK);
	m->vm_touched = true;
	model_move_base(m, c, base);
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++)
		for (int page = 0; page < c->nr_pages; page++)
			if (c->populated[page])
				tables_naive_map(&m->tables, &none,
						 model_page_addr(m, c, cpu, page));
}

/* Is all of the window that areas would take free, or taken by what moves away? */
static bool all_free(const struct oracle *o, uint64_t base, const uint64_t *offsets,
		     const uint64_t *sizes, unsigned int nr, uint64_t from)
{
	const struct vm_naive *v = &o->m.vm;

	for (unsigned int i = 0; i < nr; i++) {
		uint64_t addr = base + offsets[i];

		if (!sizes[i] || addr < v->start || addr >= v->end || sizes[i] > v->end - addr)
			return false;
		for (unsigned int k = 0; k < v->nr; k++) {
			const struct vm_naive_area *a = v->areas + k;
			bool moves = false;

			for (unsigned int j = 0; from && j < nr; j++)
				moves |= a->addr == from + offsets[j];
			if (!moves && a->addr < addr + sizes[i] && addr < a->addr + a->size)
				return false;
		}
	}
	return true;
}

/**
 * believe_new_chunks - where chunks lie that were just made
 * @o: the oracle, its view fresh
 */
void believe_new_chunks(struct oracle *o)
{
	struct model *m = &o->m;
	const struct layout *l = &m->layout;

	if (!oracle_leaves_out(o, RULE_place_area) || m->dry)
		return;
	for (unsigned int i = 0; i < m->nr_chunks; i++) {
		struct model_chunk *c = m->chunk[i];

		if (c->id || c->immutable || c->is_block || shown_at(o, c) < SUBJECT_MAX_CHUNKS)
			continue;
		for (unsigned int k = 0; k < o->view.nr_chunks; k++) {
			uint64_t base = o->view.chunk[k].base;

			if (model_chunk_by_base(m, base) || o->view.chunk[k].slot < 0 ||
			    !all_free(o, base, l->group_offset, l->group_size, l->nr_groups,
				      c->base))
				continue;
			rebase(o, c, base);
			break;
		}
	}
}

/* The areas at these addresses were not taken. */
static void forget_areas(struct oracle *o, uint64_t base, const uint64_t *offsets, unsigned int nr)
{
	struct model *m = &o->m;

	for (unsigned int i = 0; i < nr; i++) {
		struct vm_naive_area *a = vm_naive_find(&m->vm, base + offsets[i]);

		if (a && AREA_KIND(a->tag) == AREA_VMALLOC) {
			m->nr_vmalloc -= model_vmalloc_of(a->tag)->nr_pages;
			model_free_vmalloc(model_vmalloc_of(a->tag));
		}
		vm_naive_remove(&m->vm, base + offsets[i]);
	}
	m->vm_touched = true;
}

/**
 * believe_areas - congruent areas lie elsewhere than foretold, or could not be had, or were
 * @o: the oracle
 * @why: what was foretold; becomes what happened
 * @want: the base foretold
 * @got: the base that there is, or 0
 * @offsets: of each from the base
 * @sizes: of each
 * @nr: how many
 *
 * Return: false if the model cannot follow.
 */
bool believe_areas(struct oracle *o, enum reason *why, uint64_t want, uint64_t got,
		   const uint64_t *offsets, const uint64_t *sizes, unsigned int nr)
{
	bool there = *why == REASON_OK;

	/* those of an illegal request may overlap each other */
	for (unsigned int i = 0; got && i < nr; i++)
		for (unsigned int k = 0; k < i; k++)
			if (offsets[i] - offsets[k] < sizes[k] ||
			    offsets[k] - offsets[i] < sizes[i])
				return oracle_stop(o);
	if (got && !all_free(o, got, offsets, sizes, nr, there ? want : 0))
		return oracle_stop(o);
	if (there)
		forget_areas(o, want, offsets, nr);
	for (unsigned int i = 0; got && i < nr; i++)
		vm_naive_insert(&o->m.vm, got + offsets[i], sizes[i], AREA_SET);
	*why = got ? REASON_OK : REASON_NO_WINDOW;
	o->m.vm_touched = true;
	return true;
}

/**
 * believe_area - an area lies elsewhere than foretold, or could not be had, or was
 * @o: the oracle
 * @why: what was foretold; becomes what happened
 * @want: the address foretold
 * @got: that which there is, or 0
 * @size: bytes that were asked for
 * @tag: what it is, if it could not be had by the forecast
 *
 * Return: false if the model cannot follow.
 */
bool believe_area(struct oracle *o, enum reason *why, uint64_t want, uint64_t got, uint64_t size,
		  uint64_t tag)
{
	struct model *m = &o->m;
	const uint64_t page = m->page, offset = 0;
	bool there = *why == REASON_OK;
	struct vm_naive_area *area = there ? vm_naive_find(&m->vm, want) : NULL;
	uint64_t full = area ? area->size : (size + page - 1) / page * page + page;

	if (there == (got != 0) && (!there || got == want))
		return true;
	if (area)
		tag = area->tag;
	/* pages come with a vmalloc area, of which nothing was foretold */
	if (got && ((!there && AREA_KIND(tag) == AREA_VMALLOC) ||
		    !all_free(o, got, &offset, &full, 1, there ? want : 0)))
		return oracle_stop(o);
	if (!got) {
		forget_areas(o, want, &offset, 1);
		*why = REASON_NO_WINDOW;
		return true;
	}
	if (there)
		vm_naive_remove(&m->vm, want);
	vm_naive_insert(&m->vm, got, full, tag);
	if (AREA_KIND(tag) == AREA_VMALLOC)
		model_vmalloc_of(tag)->addr = got;
	*why = REASON_OK;
	m->vm_touched = true;
	return true;
}
