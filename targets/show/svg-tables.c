// SPDX-License-Identifier: GPL-2.0-only
/*
 * svg-tables.c - page tables and page frames in a film strip.
 *
 * Says which pages of the window are mapped, not to which frame: a strip has no room for that; a
 * page (film-json.c) does.
 */
#include "svg.h"

#define CELLS_MAX 512 /* frames that get a cell each */

/* What the page tables say of a page of the window. */
enum entry {
	ENTRY_NONE,
	ENTRY_MAPPED,
	ENTRY_WRONG, /* the subject's say otherwise than it told the MMU */
};

static enum entry entry_of(const struct shot *s, uint64_t addr)
{
	const struct oracle *o = &s->e->oracle;
	uint32_t frame = world_pte(&s->e->world, addr);

	if (s->asked && o->ops->translate(o->s, addr) != frame)
		return ENTRY_WRONG;
	return frame != PCPU_NO_FRAME ? ENTRY_MAPPED : ENTRY_NONE;
}

static void entries(FILE *f, int y, const struct shot *s, uint32_t nr, double px)
{
	const struct vm_naive *v = &s->e->oracle.m.vm;

	svg_rect(f, "none", SVG_LEFT, y, nr * px, 8);
	for (uint32_t i = 0, to; i < nr; i = to) {
		enum entry entry = entry_of(s, v->start + i * v->page);

		for (to = i + 1; to < nr && entry_of(s, v->start + to * v->page) == entry;)
			to++;
		if (entry != ENTRY_NONE)
			svg_rect(f, entry == ENTRY_WRONG ? "diff" : "map", SVG_LEFT + i * px, y,
				 (to - i) * px, 8);
	}
}

/**
 * svg_tables - the pages of the window that are mapped, under svg_space()
 * @f: where to
 * @y: where
 * @s: the subject, up
 *
 * Return: its height.
 */
int svg_tables(FILE *f, int y, const struct shot *s)
{
	const struct tables_naive *t = &s->e->oracle.m.tables;
	const struct vm_naive *v = &s->e->oracle.m.vm;
	uint32_t nr = (uint32_t)((v->end - v->start) / v->page), have[TABLE_LEVELS] = { 0 };

	for (int level = 0; level < TABLE_LEVELS - 1; level++)
		for (uint32_t i = 0; i < t->nr[level]; i++)
			have[level] += t->have[level][i];
	svg_label(f, "soft", 16, y + 9, "Mapped");
	entries(f, y, s, nr, (double)(SVG_WIDTH - SVG_LEFT - 16) / nr);
	svg_label(f, "m soft", SVG_LEFT, y + 22,
		  "%u pages mapped \xc2\xb7 page tables below the top level: %u, %u, %u",
		  s->e->world.nr_mapped, have[0], have[1], have[2]);
	return 32;
}

static const char *frame_class(const struct world_frame *frame)
{
	if (!frame->data)
		return "free";
	return frame->owner == PCPU_OWNER_CHUNK ? "o o0" : "o o2";
}

/**
 * svg_frames - page frames, node by node: free, of chunks, of vmalloc areas
 * @f: where to
 * @y: where
 * @s: the subject, up
 *
 * Return: its height; nothing is drawn of more than fit in a line.
 */
int svg_frames(FILE *f, int y, const struct shot *s)
{
	const struct world *w = &s->e->world;
	uint32_t nr = w->node_start[w->budget.nr_nodes];
	double px = (double)(SVG_WIDTH - SVG_LEFT - 16) / (nr < 64 ? 64 : nr);

	if (!nr || nr > CELLS_MAX)
		return 0;
	svg_label(f, "soft", 16, y + 10, "Frames");
	for (uint32_t i = 0; i < nr; i++)
		svg_rect(f, frame_class(w->frame + i), SVG_LEFT + i * px, y, px, 10);
	for (uint32_t node = 1; node < w->budget.nr_nodes; node++)
		fprintf(f, "<path class=\"end\" d=\"M%.1f %dv14\"/>\n",
			SVG_LEFT + w->node_start[node] * px, y - 2);
	return 20;
}
