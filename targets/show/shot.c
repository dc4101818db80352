// SPDX-License-Identifier: GPL-2.0-only
/*
 * shot.c - one subject after one op: asks it, names things, and finds what differs.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "shot.h"

/* What broke down, or has no machine to run on, is asked nothing. */
static bool can_ask(const struct exec *e)
{
	const struct oracle *o = &e->oracle;

	return o->s && !o->down && o->m.nr_chunks && !e->world.dead && !e->world.troubled;
}

static void ask_areas(struct shot *s)
{
	const struct oracle *o = &s->e->oracle;

	do {
		if (s->nr_areas == s->capacity) {
			s->capacity = 2 * s->capacity + 64;
			free(s->area);
			s->area = model_alloc(s->capacity * sizeof(*s->area));
		}
		s->nr_areas = o->ops->areas(o->s, o->m.vm.start, s->area, s->capacity);
	} while (s->nr_areas == s->capacity);
}

/**
 * shot_take - look at a run
 * @s: all 0, or one that was taken before; shot_exit() must follow
 * @e: the run, begun and not yet ended
 */
void shot_take(struct shot *s, const struct exec *e)
{
	const struct oracle *o = &e->oracle;

	owners_exit(&s->owners);
	owners_init(&s->owners, e);
	s->e = e;
	s->asked = can_ask(e);
	s->view = (struct subject_view){ .chunk = s->chunk };
	s->nr_areas = 0;
	if (!s->asked)
		return;
	o->ops->view(o->s, &s->view);
	ask_areas(s);
}

/**
 * shot_exit - free what a shot took
 * @s: the shot
 */
void shot_exit(struct shot *s)
{
	owners_exit(&s->owners);
	free(s->area);
}

/**
 * shot_chunk - what the subject shows of a chunk
 * @s: the shot
 * @c: the chunk
 *
 * By its address, as one that is new has not told its name yet; the reserved chunk and the first
 * one have the same.
 *
 * Return: NULL if it does not show it, or was not asked.
 */
const struct subject_chunk *shot_chunk(const struct shot *s, const struct model_chunk *c)
{
	for (unsigned int i = 0; i < s->view.nr_chunks; i++) {
		const struct subject_chunk *v = s->view.chunk + i;

		if (v->base == c->base && (v->slot < 0) == c->reserved &&
		    v->nr_pages == c->nr_pages)
			return v;
	}
	return NULL;
}

static bool name_owner(const struct shot *s, char letter, uint64_t addr, char *name)
{
	const struct owner *w = owners_find(&s->owners, letter, addr);

	if (w)
		snprintf(name, SHOT_NAME, "%c%" PRIu32, letter, w->number);
	return w;
}

/**
 * shot_object_name - the handle of an object
 * @s: the shot
 * @c: the chunk it is in
 * @unit: where it starts
 * @name: where it is stored, SHOT_NAME bytes; empty if no handle has it
 */
void shot_object_name(const struct shot *s, const struct model_chunk *c, int unit, char *name)
{
	name[0] = 0;
	name_owner(s, 'r', c->base + 4 * (uint64_t)unit, name);
}

static const struct model_chunk *chunk_of_area(const struct model *m, uint64_t addr,
					       unsigned int *group)
{
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		for (*group = 0; *group < m->layout.nr_groups; ++*group)
			if (m->chunk[i]->base + m->layout.group_offset[*group] == addr)
				return m->chunk[i];
	return NULL;
}

/**
 * shot_area_name - what an area of the address space belongs to
 * @s: the shot
 * @area: the area
 * @name: where it is stored, SHOT_NAME bytes; empty if that is not known
 */
void shot_area_name(const struct shot *s, const struct vm_naive_area *area, char *name)
{
	const struct model *m = &s->e->oracle.m;
	const struct model_chunk *c;
	unsigned int group = 0;

	name[0] = 0;
	if (AREA_KIND(area->tag) == AREA_CHUNK || AREA_KIND(area->tag) == AREA_EARLY) {
		c = chunk_of_area(m, area->addr, &group);
		if (c && m->layout.nr_groups > 1)
			snprintf(name, SHOT_NAME, "%s group %u", c->name, group);
		else if (c)
			snprintf(name, SHOT_NAME, "%s", c->name);
		return;
	}
	if (AREA_KIND(area->tag) != AREA_SET) {
		name_owner(s, 'v', area->addr, name);
		return;
	}
	for (uint32_t i = 0; i < s->e->nr_sets; i++) {
		const struct area_set *set = &s->e->set[i].areas;

		for (unsigned int k = 0; set->id && k < set->nr; k++)
			if (set->base + set->offset[k] == area->addr)
				name_owner(s, 'g', set->base, name);
	}
}

/**
 * shot_area_kind - what an area is, in a word
 * @area: the area
 */
const char *shot_area_kind(const struct vm_naive_area *area)
{
	static const char *const kinds[] = {
		[AREA_PLAIN] = "area",	  [AREA_IOREMAP] = "ioremap", [AREA_VMALLOC] = "vmalloc",
		[AREA_SET] = "congruent", [AREA_CHUNK] = "chunk",     [AREA_EARLY] = "first",
	};

	return kinds[AREA_KIND(area->tag)];
}

/**
 * shot_page_wrong - is a page of a chunk's area mapped that must not be, or the other way round
 * @s: the shot
 * @addr: address of the page
 *
 * A chunk that keeps pages of a failed population mapped is excused where that is known.
 */
bool shot_page_wrong(const struct shot *s, uint64_t addr)
{
	const struct model *m = &s->e->oracle.m;
	bool mapped = world_pte(&s->e->world, addr) != PCPU_NO_FRAME;

	for (unsigned int i = 0; i < m->nr_chunks; i++) {
		const struct model_chunk *c = m->chunk[i];

		for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++) {
			uint64_t off = addr - c->base - m->layout.unit_offset[cpu];

			if (off < m->unit_size && off / m->page < (uint64_t)c->nr_pages)
				return !c->has_stale && mapped != c->populated[off / m->page];
		}
	}
	return mapped;
}

/**
 * shot_longest - the first of the longest free runs of a stretch
 * @c: the chunk
 * @from: first unit
 * @to: unit after the last
 * @start: where it starts, counted from @from
 *
 * Return: its length.
 */
int shot_longest(const struct model_chunk *c, int from, int to, int *start)
{
	int best = 0, run = 0;

	*start = 0;
	for (int i = from; i < to; i++) {
		run = c->unit[i] == UNIT_FREE ? run + 1 : 0;
		if (run > best) {
			best = run;
			*start = i + 1 - run - from;
		}
	}
	return best;
}

/**
 * shot_next_difference - units that the subject has otherwise
 * @c: the truth
 * @v: what the subject shows of it
 * @from: from where to look; where they start is stored
 * @to: where they end is stored
 *
 * Return: false if there are no more.
 */
bool shot_next_difference(const struct model_chunk *c, const struct subject_chunk *v, int *from,
			  int *to)
{
	int i = *from;

	while (i < c->nr_units && map_believed_unit(c, v, i) == c->unit[i])
		i++;
	*from = i;
	while (i < c->nr_units && map_believed_unit(c, v, i) != c->unit[i])
		i++;
	*to = i;
	return *from < *to;
}

static void mark_pages(uint8_t *page, const struct vm_naive *v, uint64_t addr, uint64_t size,
		       bool lazy)
{
	for (uint64_t at = addr; at - addr < size; at += v->page)
		if (at >= v->start && at < v->end)
			page[(at - v->start) / v->page] = lazy	     ? SHOT_LAZY :
							  at == addr ? SHOT_START :
								       SHOT_BODY;
}

uint8_t *shot_space_difference(const struct shot *s, uint32_t *nr_pages)
{
	const struct vm_naive *v = &s->e->oracle.m.vm;
	uint32_t nr = (uint32_t)((v->end - v->start) / v->page);
	uint8_t *want = model_alloc(2 * (size_t)nr), *got = want + nr;
	bool differs = false;

	*nr_pages = nr;
	if (!s->asked) {
		free(want);
		return NULL;
	}
	for (unsigned int i = 0; i < v->nr; i++)
		mark_pages(want, v, v->areas[i].addr, v->areas[i].size, v->areas[i].lazy);
	for (unsigned int i = 0; i < s->nr_areas; i++)
		mark_pages(got, v, s->area[i].addr, s->area[i].size, s->area[i].lazy);
	for (uint32_t i = 0; i < nr; i++) {
		want[i] = want[i] != got[i];
		differs |= want[i];
	}
	if (!differs) {
		free(want);
		return NULL;
	}
	return want;
}
