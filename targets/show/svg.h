/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svg.h - the parts of a film strip, each drawn at a height.
 */
#ifndef SHOW_SVG_H
#define SHOW_SVG_H

#include "film.h"

#define SVG_WIDTH 960
#define SVG_LEFT 84 /* where maps begin */
#define SVG_MAP 640 /* and how wide they are */
#define SVG_NOTE (SVG_LEFT + SVG_MAP + 10)
#define SVG_COLORS 8

/* svg-style.c */
void svg_style(FILE *f);

/* svg-chunk.c */
void svg_label(FILE *f, const char *cls, double x, double y, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void svg_rect(FILE *f, const char *cls, double x, double y, double width, double height);
int svg_chunk(FILE *f, int y, const struct shot *s, const struct model_chunk *c, bool brief,
	      const struct finding *finding);

/* svg-space.c */
int svg_lists(FILE *f, int y, const struct shot *s);
int svg_space(FILE *f, int y, const struct shot *s);

/* svg-tables.c */
int svg_tables(FILE *f, int y, const struct shot *s);
int svg_frames(FILE *f, int y, const struct shot *s);

#endif
