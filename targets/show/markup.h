/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * markup.h - text in HTML and SVG.
 */
#ifndef SHOW_MARKUP_H
#define SHOW_MARKUP_H

#include <stdio.h>

void markup_text(FILE *f, const char *s);

#endif
