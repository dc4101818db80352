// SPDX-License-Identifier: GPL-2.0-only
/*
 * film-svg.c - a film as a strip: frames one under another in one picture.
 */
#include <stdlib.h>
#include <string.h>

#include "svg.h"

#define FULL_CHUNKS 2 /* so many are drawn in full; of more, those that the op or finding names */
#define TEXT_COLUMNS 130

/**
 * struct strip - a strip that is being drawn
 * @f: where to
 * @y: how high it is
 */
struct strip {
	FILE *f;
	int y;
};

/* Text of any length in lines, broken between words. */
static void paragraph(struct strip *st, const char *cls, const char *text)
{
	while (*text) {
		size_t len = strlen(text), cut = len;

		if (len > TEXT_COLUMNS)
			for (cut = TEXT_COLUMNS; cut && text[cut] != ' '; cut--)
				;
		cut = cut ? cut : TEXT_COLUMNS;
		svg_label(st->f, cls, 28, st->y + 13, "%.*s", (int)cut, text);
		st->y += 17;
		text += cut;
		text += strspn(text, " ");
	}
}

static void finding(struct strip *st, const struct film *film)
{
	const struct rule_info *rule = rule_infos + film->finding.rule;
	char head[160];
	int top = st->y;
	size_t len = 0;
	char *body;
	FILE *f = st->f;

	/* the box is behind the text, and as high as that turns out to be */
	st->f = open_memstream(&body, &len);
	if (!st->f)
		abort();
	st->y += 4;
	snprintf(head, sizeof(head), "\xe2\x9c\x97 %s (%s)", rule->name, rule->group);
	paragraph(st, "b red", head);
	paragraph(st, "t b", film->finding.what);
	paragraph(st, "t", rule->statement);
	paragraph(st, "soft", rule->source);
	st->y += 4;
	fclose(st->f);
	st->f = f;
	svg_rect(f, "box", 16, top, SVG_WIDTH - 32, st->y - top);
	fwrite(body, 1, len, f);
	free(body);
	st->y += 10;
}

static void subject(struct strip *st, const struct film *film, const struct film_frame *fr,
		    unsigned int i)
{
	const struct shot *s = fr->shot + i;
	const struct finding *fi = fr->found ? &film->finding : NULL;
	const char *touched = fr->when == FILM_OP ? film->out[i][fr->op].chunk : "";
	const struct model *m = &s->e->oracle.m;

	if (film->nr > 1) {
		svg_label(st->f, "t b", 16, st->y + 13, "%s", film->name[i]);
		st->y += 22;
	}
	if (!fr->ran[i] || !shot_is_up(s)) {
		svg_label(st->f, "soft", 16, st->y + 13, "%s",
			  fr->ran[i] ? "there is no machine: it did not boot" :
				       "the op was not run on this one any more");
		st->y += 22;
		return;
	}
	for (unsigned int k = 0; k < m->nr_chunks; k++) {
		const struct model_chunk *c = m->chunk[k];
		bool full = m->nr_chunks <= FULL_CHUNKS || !strcmp(c->name, touched) ||
			    (fi && !strcmp(c->name, fi->chunk));

		st->y += svg_chunk(st->f, st->y, s, c, !full, fi);
	}
	st->y += svg_lists(st->f, st->y, s);
	st->y += svg_space(st->f, st->y, s);
	st->y += svg_tables(st->f, st->y, s);
	st->y += svg_frames(st->f, st->y, s);
}

static void frame_title(struct strip *st, const struct film *film, const struct film_frame *fr)
{
	char op[256], result[160] = "";

	if (fr->when != FILM_OP) {
		svg_label(st->f, "t b", 16, st->y + 14, "%s",
			  fr->when == FILM_START ? "start" : "end: all is freed");
	} else {
		op_to_text(film->p, fr->op, op, sizeof(op));
		film_has_result(film, 0, fr->op, result, sizeof(result));
		svg_label(st->f, fr->found ? "red b" : "t b", 16, st->y + 14,
			  "%s%u: %.90s%s \xe2\x86\x92 %s", fr->found ? "\xe2\x9c\x97 " : "", fr->op,
			  op, strlen(op) > 90 ? " \xe2\x80\xa6" : "", result);
	}
	st->y += 24;
}

static void add_frame(void *ctx, const struct film *film, const struct film_frame *fr)
{
	struct strip *st = ctx;

	fprintf(st->f, "<g>\n<path class=\"rule\" d=\"M0 %dh%d\"/>\n", st->y, SVG_WIDTH);
	st->y += 8;
	frame_title(st, film, fr);
	if (fr->found)
		finding(st, film);
	for (unsigned int i = 0; i < film->nr; i++)
		subject(st, film, fr, i);
	st->y += 4;
	fputs("</g>\n", st->f);
}

static void head(struct strip *st, const struct film *film)
{
	const char *slash = strrchr(film->file, '/');
	char how[400];

	svg_label(st->f, "t b", 16, st->y + 18, "%s", slash ? slash + 1 : film->file);
	snprintf(how, sizeof(how), "ops %u to %u of %u%s", film->from, film->to ? film->to - 1 : 0,
		 film->p->nr_ops, film->clean ? ": clean" : "");
	svg_label(st->f, "soft", 16, st->y + 36, "%s", how);
	svg_label(st->f, "soft", SVG_LEFT + 150, st->y + 36,
		  "brackets below units: contig hint (dotted: scan hint), and under it the longest "
		  "free area in truth");
	st->y += 46;
}

/**
 * film_svg - write a film as one picture
 * @f: where to
 * @film: the film
 */
void film_svg(FILE *f, struct film *film)
{
	struct strip st = { .y = 0 };
	size_t len;
	char *body;

	st.f = open_memstream(&body, &len);
	if (!st.f)
		abort();
	head(&st, film);
	film_visit(film, add_frame, &st);
	fclose(st.f);
	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 "
		"0 %d %d\" role=\"img\" aria-label=\"film strip\">\n",
		SVG_WIDTH, st.y, SVG_WIDTH, st.y);
	svg_style(f);
	svg_rect(f, "bg", 0, 0, SVG_WIDTH, st.y);
	fwrite(body, 1, len, f);
	fputs("</svg>\n", f);
	free(body);
}
