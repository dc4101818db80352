/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * embedded.h - the files of this folder that are part of the tool, as strings.
 */
#ifndef SHOW_EMBEDDED_H
#define SHOW_EMBEDDED_H

extern const char show_film_js[], show_film_css[];

#endif
