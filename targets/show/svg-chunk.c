// SPDX-License-Identifier: GPL-2.0-only
/*
 * svg-chunk.c - a chunk in a film strip: rows of units, hints as brackets, the difference in red.
 *
 * The geometry is that of film.js.
 */
#include <stdarg.h>
#include <string.h>

#include "markup.h"
#include "svg.h"

#define ROWS_MAX 8
#define ROW_HEIGHT 16
#define ROW_STEP 34
#define LANE_HINT 3
#define LANE_TRUE 9
#define OVERVIEW_HEIGHT 9

/**
 * struct grid - where units lie
 * @f: where to
 * @per_row: units in a row
 * @px: width of one
 * @y: of the first row
 * @step: from row to row
 * @height: of the bar of a row
 */
struct grid {
	FILE *f;
	int per_row;
	double px;
	int y, step, height;
};

void svg_label(FILE *f, const char *cls, double x, double y, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(f, "<text class=\"%s\" x=\"%g\" y=\"%g\">", cls, x, y);
	markup_text(f, text);
	fputs("</text>\n", f);
}

void svg_rect(FILE *f, const char *cls, double x, double y, double width, double height)
{
	fprintf(f, "<rect class=\"%s\" x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\"/>\n", cls, x, y,
		width, height);
}

/* The part of [*@at, @end) that is in one row; false if there is none left. */
static bool next_piece(const struct grid *g, int *at, int end, double *x, double *y, double *width)
{
	int row = *at / g->per_row,
	    to = (row + 1) * g->per_row < end ? (row + 1) * g->per_row : end;

	if (*at >= end)
		return false;
	*x = SVG_LEFT + (*at - row * g->per_row) * g->px;
	*y = g->y + row * g->step;
	*width = (to - *at) * g->px;
	*at = to;
	return true;
}

static void stretch(const struct grid *g, const char *cls, int from, int to, int grow)
{
	double x, y, width;

	while (next_piece(g, &from, to, &x, &y, &width))
		svg_rect(g->f, cls, x, y - grow, width, g->height + 2 * grow);
}

static void bracket(const struct grid *g, const char *cls, int from, int nr, int lane)
{
	int at = from, end = from + nr;
	double x, y, width;

	while (next_piece(g, &at, end, &x, &y, &width))
		fprintf(g->f, "<path class=\"br %s\" d=\"M%g %gv4H%gv-4\"/>\n", cls, x + 0.5,
			y + g->height + lane, x + (width > 2 ? width - 0.5 : 1.5));
}

static void object(const struct grid *g, const struct shot *s, const struct model_chunk *c,
		   int from, int to)
{
	const struct owner *w = owners_find(&s->owners, 'r', c->base + 4 * (uint64_t)from);
	char cls[16] = "o", name[SHOT_NAME];
	double x, y, width;

	shot_object_name(s, c, from, name);
	if (w)
		snprintf(cls, sizeof(cls), "o o%u", w->number % SVG_COLORS);
	while (next_piece(g, &from, to, &x, &y, &width)) {
		svg_rect(g->f, cls, x, y, width, g->height);
		if (g->height >= 12 && width > 8 * (double)strlen(name) + 4)
			svg_label(g->f, "on b c", x + width / 2, y + 12, "%s", name);
	}
}

static void units(const struct grid *g, const struct shot *s, const struct model_chunk *c)
{
	stretch(g, "free", 0, c->nr_units, 0);
	for (int page = 0; page < c->nr_pages; page++)
		if (!c->populated[page])
			stretch(g, "none", page * c->block_units, (page + 1) * c->block_units, 0);
	for (int i = 0, to; i < c->nr_units; i = to) {
		to = i + 1;
		if (c->unit[i] == UNIT_FREE)
			continue;
		while (to < c->nr_units && (c->unit[i] == UNIT_START ? c->unit[to] == UNIT_BODY :
								       c->unit[to] == c->unit[i]))
			to++;
		if (c->unit[i] == UNIT_HIDDEN)
			stretch(g, "hide", i, to, 0);
		else
			object(g, s, c, i, to);
	}
	for (int i = c->block_units; i < c->nr_units; i += c->block_units)
		if (i % g->per_row && c->block_units * g->px > 4)
			fprintf(g->f, "<path class=\"end\" d=\"M%g %dv%d\"/>\n",
				SVG_LEFT + i % g->per_row * g->px,
				g->y + i / g->per_row * g->step - 2, g->height + 4);
}

/* One bracket for what is believed, one below it for what is true. */
static void hint(const struct grid *g, const struct subject_md *md, int true_at, int nr, int base,
		 bool red)
{
	bool wrong = md && md->contig_hint != nr;

	if (nr)
		bracket(g, wrong && red ? "wrong" : "true", true_at, nr, LANE_TRUE);
	if (md && md->contig_hint > 0 && md->contig_hint_start >= 0)
		bracket(g, wrong && red ? "wrong" : "hint", base + md->contig_hint_start,
			md->contig_hint, LANE_HINT);
	if (md && md->scan_hint > 0 && md->scan_hint_start >= 0)
		bracket(g, "hint scan", base + md->scan_hint_start, md->scan_hint, LANE_HINT);
}

static void note(FILE *f, double y, const struct subject_md *md, int nr, bool red)
{
	if (!md)
		svg_label(f, "m soft", SVG_NOTE, y, "true %d", nr);
	else if (md->contig_hint == nr)
		svg_label(f, "m soft", SVG_NOTE, y, "hint %d", nr);
	else
		svg_label(f, red ? "m b red" : "m low", SVG_NOTE, y, "hint %d \xe2\x89\xa0 true %d",
			  md->contig_hint, nr);
}

static void overview(FILE *f, int y, const struct shot *s, const struct model_chunk *c,
		     const struct finding *finding)
{
	const struct subject_chunk *v = shot_chunk(s, c);
	struct grid g = { f, c->nr_units, (double)SVG_MAP / c->nr_units, y, 0, OVERVIEW_HEIGHT };
	int at, nr = shot_longest(c, 0, c->nr_units, &at);

	units(&g, s, c);
	hint(&g, v ? v->md : NULL, at, nr, 0, finding);
	svg_label(f, "m soft e", SVG_LEFT - 22, y + 9, "all");
	note(f, y + 10, v ? v->md : NULL, nr, finding);
}

static void blocks(const struct grid *g, const struct model_chunk *c, const struct subject_chunk *v,
		   const struct finding *finding)
{
	for (int b = 0; b < c->nr_pages; b++) {
		int from = b * c->block_units, at;
		int nr = shot_longest(c, from, from + c->block_units, &at);
		const struct subject_md *md = v ? v->blocks + b : NULL;

		hint(g, md, from + at, nr, from, finding);
		if (g->per_row <= c->block_units || (md && md->contig_hint != nr))
			note(g->f, g->y + from / g->per_row * g->step + 12, md, nr, finding);
	}
}

static void difference(const struct grid *g, const struct model_chunk *c,
		       const struct subject_chunk *v, const struct finding *finding)
{
	for (int from = 0, to; v && shot_next_difference(c, v, &from, &to); from = to)
		stretch(g, "diff", from, to, 1);
	if (finding && !strcmp(finding->chunk, c->name) && finding->from >= 0)
		stretch(g, "place", finding->from,
			finding->to < c->nr_units ? finding->to : c->nr_units, 2);
}

static int units_per_row(const struct model_chunk *c)
{
	int nr = c->block_units;

	if (c->nr_pages > ROWS_MAX)
		nr *= (c->nr_pages + ROWS_MAX - 1) / ROWS_MAX;
	while (nr > 64 && c->nr_units / nr * 2 <= 4)
		nr /= 2;
	return nr;
}

/**
 * svg_chunk - draw a chunk
 * @f: where to
 * @y: where
 * @s: the subject
 * @c: the chunk
 * @brief: only all units in one line
 * @finding: what was found in this frame, or NULL
 *
 * Return: its height.
 */
int svg_chunk(FILE *f, int y, const struct shot *s, const struct model_chunk *c, bool brief,
	      const struct finding *finding)
{
	struct grid g = { f, units_per_row(c), 0, y + 56, ROW_STEP, ROW_HEIGHT };
	int rows = (c->nr_units + g.per_row - 1) / g.per_row;

	g.px = (double)SVG_MAP / g.per_row;
	svg_label(f, "t b", 16, y + 13, "%s", c->name);
	svg_label(f, "soft", SVG_LEFT, y + 13, "list %d \xc2\xb7 %d of %d units free%s%s", c->slot,
		  c->whole.nr_free, c->nr_units, c->immutable ? " \xc2\xb7 immutable" : "",
		  c->isolated ? " \xc2\xb7 isolated" : "");
	overview(f, y + 22, s, c, finding);
	if (brief)
		return 50;
	units(&g, s, c);
	for (int row = 0; row < rows; row++)
		svg_label(f, "m soft e", SVG_LEFT - 22, g.y + row * g.step + 12, "+%d",
			  4 * row * g.per_row);
	blocks(&g, c, shot_chunk(s, c), finding);
	difference(&g, c, shot_chunk(s, c), finding);
	return 56 + rows * ROW_STEP + 4;
}
