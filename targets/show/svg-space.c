// SPDX-License-Identifier: GPL-2.0-only
/*
 * svg-space.c - lists and address space in a film strip.
 *
 * Does not draw what is mapped there: svg-tables.c.
 */
#include <stdlib.h>
#include <string.h>

#include "svg.h"

#define LINE 500

/**
 * svg_lists - the lists that have chunks, in one line
 * @f: where to
 * @y: where
 * @s: the subject, up
 *
 * As the subject has them; where that cannot be seen, as they must be.
 *
 * Return: its height.
 */
int svg_lists(FILE *f, int y, const struct shot *s)
{
	const struct model *m = &s->e->oracle.m;
	char line[LINE] = "";
	size_t len = 0;
	int slot = -1;

	for (unsigned int i = 0; i < s->view.nr_chunks && len < LINE - 60; i++) {
		const struct subject_chunk *v = s->view.chunk + i;
		const struct model_chunk *c = model_chunk_by_base(m, v->base);

		if (v->slot < 0)
			continue;
		len += (size_t)(v->slot == slot ?
					snprintf(line + len, LINE - len, " \xe2\x86\x92 ") :
					snprintf(line + len, LINE - len,
						 "%slist %d%s: ", slot < 0 ? "" : "  \xc2\xb7  ",
						 v->slot, v->slot == m->free_slot ? " free" : ""));
		len += (size_t)(c ? snprintf(line + len, LINE - len, "%s", c->name) :
				    snprintf(line + len, LINE - len, "%#llx",
					     (unsigned long long)v->base));
		slot = v->slot;
	}
	svg_label(f, "soft", 16, y + 13, "Lists");
	svg_label(f, "t", SVG_LEFT, y + 13, "%s",
		  !s->asked	   ? "the subject cannot be asked any more" :
		  len >= LINE - 60 ? "too many to be shown" :
				     line);
	return 24;
}

static const char *area_class(const struct vm_naive_area *area)
{
	static const char *const classes[][2] = {
		[AREA_PLAIN] = { "o o1", "o o1 lazy" },	  [AREA_IOREMAP] = { "o o3", "o o3 lazy" },
		[AREA_VMALLOC] = { "o o2", "o o2 lazy" }, [AREA_SET] = { "o o4", "o o4 lazy" },
		[AREA_CHUNK] = { "o o0", "o o0 lazy" },	  [AREA_EARLY] = { "o o0", "o o0 lazy" },
	};

	return classes[AREA_KIND(area->tag)][area->lazy];
}

static void areas(FILE *f, int y, const struct shot *s, double px)
{
	const struct vm_naive *v = &s->e->oracle.m.vm;
	char name[SHOT_NAME];

	for (unsigned int i = 0; i < v->nr; i++) {
		const struct vm_naive_area *area = v->areas + i;
		double x = SVG_LEFT + (double)((area->addr - v->start) / v->page) * px;
		double width = (double)(area->size / v->page) * px;

		shot_area_name(s, area, name);
		if (!name[0])
			snprintf(name, sizeof(name), "%s", shot_area_kind(area));
		svg_rect(f, area_class(area), x, y, width < 1.5 ? 1.5 : width, 18);
		if (width > 7 * (double)strlen(name) + 4)
			svg_label(f, area->lazy ? "t c" : "on b c", x + width / 2, y + 13, "%s",
				  name);
	}
}

/**
 * svg_space - the address space as a bar
 * @f: where to
 * @y: where
 * @s: the subject, up
 *
 * Return: its height.
 */
int svg_space(FILE *f, int y, const struct shot *s)
{
	uint32_t nr;
	uint8_t *differs = shot_space_difference(s, &nr);
	double px = (double)(SVG_WIDTH - SVG_LEFT - 16) / nr;

	svg_label(f, "soft", 16, y + 14, "Addresses");
	svg_rect(f, "free", SVG_LEFT, y, nr * px, 18);
	areas(f, y, s, px);
	for (uint32_t i = 0, to; differs && i < nr; i = to) {
		for (to = i + 1; to < nr && differs[to] == differs[i]; to++)
			;
		if (differs[i])
			svg_rect(f, "diff", SVG_LEFT + i * px, y - 1, (to - i) * px, 20);
	}
	free(differs);
	svg_label(f, "m soft", SVG_LEFT, y + 32, "%u pages \xc2\xb7 %u frames free", nr,
		  budget_frames(&s->e->world.budget));
	return 42;
}
