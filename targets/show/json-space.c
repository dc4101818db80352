// SPDX-License-Identifier: GPL-2.0-only
/*
 * json-space.c - what there is besides chunks as JSON: layout, slots, address space, frames.
 */
#include <stdlib.h>

#include "film-json.h"

#define FRAMES_SHOWN 64 /* of each area */
#define FRAME_CELLS 1024 /* if there are more frames, only their number is told */

static unsigned int group_of(const struct layout *l, unsigned int i)
{
	for (unsigned int g = 0; g < l->nr_groups; g++)
		if (l->unit_offset[i] - l->group_offset[g] < l->group_size[g])
			return g;
	return 0;
}

/**
 * json_layout - where the units of the CPUs lie
 * @j: where to
 * @e: the run, begun
 */
void json_layout(struct json *j, const struct exec *e)
{
	const struct layout *l = &e->oracle.m.layout;
	const struct machine *m = &e->program->machine;

	json_open(j, "layout", '{');
	json_bool(j, "booted", l->booted);
	if (l->booted) {
		json_bool(j, "paged", l->paged);
		json_address(j, "base", l->base_addr);
		json_int(j, "unit", l->unit_size);
		json_int(j, "static", l->static_size);
		json_int(j, "reserved", l->reserved_size);
		json_int(j, "dyn", l->dyn_size);
		json_open(j, "groups", '[');
		for (unsigned int g = 0; g < l->nr_groups; g++) {
			json_open(j, NULL, '[');
			json_address(j, NULL, l->group_offset[g]);
			json_int(j, NULL, (long long)l->group_size[g]);
			json_close(j, ']');
		}
		json_close(j, ']');
		json_open(j, "cpus", '[');
		for (unsigned int i = 0; i < l->nr_cpus; i++) {
			json_open(j, NULL, '[');
			json_int(j, NULL, machine_cpu(m, i));
			json_int(j, NULL, l->node[i]);
			json_int(j, NULL, group_of(l, i));
			json_address(j, NULL, l->unit_offset[i]);
			json_close(j, ']');
		}
		json_close(j, ']');
	}
	json_close(j, '}');
}

static void expected_lists(struct json *j, const struct model *m)
{
	json_open(j, "lists", '[');
	for (int slot = 0; slot < m->nr_slots; slot++) {
		if (!m->slots[slot].nr)
			continue;
		json_open(j, NULL, '[');
		json_int(j, NULL, slot);
		for (unsigned int i = 0; i < m->slots[slot].nr; i++)
			json_string(j, NULL, m->slots[slot].chunk[i]->name);
		json_close(j, ']');
	}
	json_close(j, ']');
}

/* A chunk that should not be there has no name but its address. */
static void believed_lists(struct json *j, const struct shot *s)
{
	const struct model *m = &s->e->oracle.m;
	char base[24];
	int slot = -1;

	json_open(j, "seen_lists", '[');
	for (unsigned int i = 0; i < s->view.nr_chunks; i++) {
		const struct subject_chunk *v = s->view.chunk + i;
		const struct model_chunk *c = model_chunk_by_base(m, v->base);

		if (v->slot < 0)
			continue;
		if (v->slot != slot) {
			if (slot >= 0)
				json_close(j, ']');
			slot = v->slot;
			json_open(j, NULL, '[');
			json_int(j, NULL, slot);
		}
		snprintf(base, sizeof(base), "%#llx", (unsigned long long)v->base);
		json_string(j, NULL, c ? c->name : base);
	}
	if (slot >= 0)
		json_close(j, ']');
	json_close(j, ']');
}

/**
 * json_lists - which chunks are on which list, in order
 * @j: where to
 * @s: the subject, up
 */
void json_lists(struct json *j, const struct shot *s)
{
	const struct model *m = &s->e->oracle.m;

	json_open(j, NULL, '{');
	json_int(j, "nr", m->nr_slots);
	json_int(j, "sidelined", m->sidelined);
	json_int(j, "free", m->free_slot);
	json_int(j, "to_depopulate", m->to_depopulate);
	expected_lists(j, m);
	if (s->asked)
		believed_lists(j, s);
	else
		json_string(j, "seen_lists", NULL);
	json_bool(j, "work", m->work_pending);
	json_bool(j, "atomic_failed", m->atomic_failed);
	json_int(j, "empty_pages", model_sums_naive(m).empty);
	json_close(j, '}');
}

static void one_area(struct json *j, const struct shot *s, const struct vm_naive_area *area)
{
	const struct vm_naive *v = &s->e->oracle.m.vm;
	uint64_t nr = area->size / v->page;
	char name[SHOT_NAME];

	shot_area_name(s, area, name);
	json_open(j, NULL, '{');
	json_int(j, "at", (long long)((area->addr - v->start) / v->page));
	json_int(j, "pages", (long long)nr);
	json_string(j, "kind", shot_area_kind(area));
	json_bool(j, "lazy", area->lazy);
	json_string(j, "name", name);
	json_open(j, "frames", '[');
	for (uint64_t i = 0; i < nr && i < FRAMES_SHOWN; i++) {
		uint32_t frame = world_pte(&s->e->world, area->addr + i * v->page);

		json_int(j, NULL, frame == PCPU_NO_FRAME ? -1 : (long long)frame);
	}
	json_close(j, ']');
	json_open(j, "wrong", '[');
	for (uint64_t i = 0; i < nr && !area->lazy && AREA_KIND(area->tag) == AREA_CHUNK; i++)
		if (shot_page_wrong(s, area->addr + i * v->page))
			json_int(j, NULL, (long long)i);
	json_close(j, ']');
	json_close(j, '}');
}

static void space_difference(struct json *j, const struct shot *s)
{
	uint32_t nr;
	uint8_t *differs = shot_space_difference(s, &nr);

	json_open(j, "diff", '[');
	for (uint32_t i = 0, to; differs && i < nr; i = to) {
		for (to = i + 1; to < nr && differs[to] == differs[i]; to++)
			;
		if (!differs[i])
			continue;
		json_ints(j, NULL, i, to - i);
	}
	json_close(j, ']');
	free(differs);
	if (!s->asked)
		return;
	json_open(j, "seen", '[');
	for (unsigned int i = 0; i < s->nr_areas; i++) {
		const struct vm_naive *v = &s->e->oracle.m.vm;

		json_open(j, NULL, '[');
		json_int(j, NULL, (long long)((s->area[i].addr - v->start) / v->page));
		json_int(j, NULL, (long long)(s->area[i].size / v->page));
		json_bool(j, NULL, s->area[i].lazy);
		json_close(j, ']');
	}
	json_close(j, ']');
}

static char frame_char(const struct world_frame *f)
{
	if (!f->data)
		return '.';
	return f->owner == PCPU_OWNER_CHUNK ? 'c' : 'v';
}

static void frames(struct json *j, const struct world *w)
{
	uint32_t nr = w->node_start[w->budget.nr_nodes];
	char cells[FRAME_CELLS + 1];

	json_open(j, "frames", '[');
	for (uint32_t node = 0; node < w->budget.nr_nodes; node++) {
		json_ints(j, NULL, w->node_start[node + 1] - w->node_start[node],
			  w->budget.frames_free[node]);
	}
	json_close(j, ']');
	if (nr <= FRAME_CELLS && !w->budget.nr_block_pages) {
		for (uint32_t i = 0; i < nr; i++)
			cells[i] = frame_char(w->frame + i);
		cells[nr] = 0;
		json_string(j, "cells", cells);
	}
	json_ints(j, "block_pages", w->budget.nr_block_pages, budget_block_pages(&w->budget));
}

static void tables(struct json *j, const struct tables_naive *t)
{
	json_open(j, "tables", '[');
	for (int level = 0; level < TABLE_LEVELS - 1; level++) {
		uint32_t nr = 0;

		for (uint32_t i = 0; i < t->nr[level]; i++)
			nr += t->have[level][i];
		json_ints(j, NULL, nr, t->nr[level]);
	}
	json_close(j, ']');
}

/**
 * json_space - the address space, its page tables and the frames behind them
 * @j: where to
 * @s: the subject, up
 */
void json_space(struct json *j, const struct shot *s)
{
	const struct vm_naive *v = &s->e->oracle.m.vm;

	json_open(j, NULL, '{');
	json_address(j, "start", v->start);
	json_int(j, "pages", (long long)((v->end - v->start) / v->page));
	json_open(j, "areas", '[');
	for (unsigned int i = 0; i < v->nr; i++)
		one_area(j, s, v->areas + i);
	json_close(j, ']');
	space_difference(j, s);
	json_int(j, "mapped", s->e->world.nr_mapped);
	frames(j, &s->e->world);
	tables(j, &s->e->oracle.m.tables);
	json_close(j, '}');
}
