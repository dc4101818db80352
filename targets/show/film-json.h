/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * film-json.h - the parts of the JSON of a film; docs/show.md has the format.
 */
#ifndef SHOW_FILM_JSON_H
#define SHOW_FILM_JSON_H

#include "film.h"
#include "json.h"

/* json-chunk.c */
void json_chunk(struct json *j, const struct shot *s, const struct model_chunk *c);

/* json-space.c */
void json_layout(struct json *j, const struct exec *e);
void json_lists(struct json *j, const struct shot *s);
void json_space(struct json *j, const struct shot *s);

/* json-boot.c */
void json_boot(struct json *j, const struct shot *s, const struct op *op, const uint32_t *fault);

#endif
