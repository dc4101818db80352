// SPDX-License-Identifier: GPL-2.0-only
/*
 * json-chunk.c - the state of one chunk as JSON: the truth, and what the subject believes.
 */
#include <stdlib.h>

#include "film-json.h"

static void one_run(struct json *j, int from, int to, const char *text)
{
	json_open(j, NULL, '[');
	json_int(j, NULL, from);
	json_int(j, NULL, to - from);
	if (text)
		json_string(j, NULL, text);
	json_close(j, ']');
}

static void objects(struct json *j, const struct shot *s, const struct model_chunk *c)
{
	char name[SHOT_NAME];

	json_open(j, "objects", '[');
	for (int i = 0, to; i < c->nr_units; i = to) {
		to = i + 1;
		if (c->unit[i] != UNIT_START)
			continue;
		while (to < c->nr_units && c->unit[to] == UNIT_BODY)
			to++;
		shot_object_name(s, c, i, name);
		one_run(j, i, to, name);
	}
	json_close(j, ']');
	json_open(j, "hidden", '[');
	for (int i = 0, to; i < c->nr_units; i = to) {
		to = i + 1;
		if (c->unit[i] != UNIT_HIDDEN)
			continue;
		while (to < c->nr_units && c->unit[to] == UNIT_HIDDEN)
			to++;
		one_run(j, i, to, NULL);
	}
	json_close(j, ']');
}

static void bits(struct json *j, const char *key, const struct model_chunk *c,
		 const struct subject_chunk *v)
{
	char *text = model_alloc((size_t)c->nr_pages + 1);

	for (int i = 0; i < c->nr_pages; i++)
		text[i] = (v ? subject_bit(v->populated, i) : c->populated[i]) ? '1' : '0';
	json_string(j, key, text);
	free(text);
}

/* Of one block, or of the chunk: what is true. */
static void truth(struct json *j, const char *key, const struct truth *t)
{
	json_ints(j, key, t->contig, t->left, t->right, t->first_free, t->nr_free);
}

/* And what the subject has for it. */
static void hints(struct json *j, const char *key, const struct subject_md *md)
{
	json_ints(j, key, md->contig_hint, md->left_free, md->right_free, md->first_free,
		  md->contig_hint_start, md->scan_hint, md->scan_hint_start);
}

static void differences(struct json *j, const struct model_chunk *c, const struct subject_chunk *v)
{
	int to;

	json_open(j, "diff", '[');
	for (int from = 0; shot_next_difference(c, v, &from, &to); from = to) {
		for (int i = from, end; i < to; i = end) {
			enum unit_state state = map_believed_unit(c, v, i);

			for (end = i + 1; end < to && map_believed_unit(c, v, end) == state &&
					  state != UNIT_START;
			     end++)
				;
			one_run(j, i, end,
				state == UNIT_FREE  ? "free" :
				state == UNIT_START ? "start" :
						      "body");
		}
	}
	json_close(j, ']');
}

static void believed(struct json *j, const struct exec *e, const struct model_chunk *c,
		     const struct subject_chunk *v)
{
	json_open(j, "seen", '{');
	json_int(j, "slot", v->slot);
	json_int(j, "free", v->free_bytes / 4);
	if (e->oracle.times & SUBJECT_HAS_STATS)
		json_int(j, "nr_alloc", v->nr_alloc);
	json_int(j, "nr_populated", v->nr_populated);
	json_int(j, "nr_empty", v->nr_empty_pop_pages);
	json_bool(j, "immutable", v->immutable);
	json_bool(j, "isolated", v->isolated);
	bits(j, "populated", c, v);
	hints(j, "hint", v->md);
	json_open(j, "blocks", '[');
	for (int i = 0; i < c->nr_pages; i++)
		hints(j, NULL, v->blocks + i);
	json_close(j, ']');
	differences(j, c, v);
	json_close(j, '}');
}

/**
 * json_chunk - one chunk
 * @j: where to
 * @s: the subject
 * @c: the truth about the chunk
 */
void json_chunk(struct json *j, const struct shot *s, const struct model_chunk *c)
{
	const struct subject_chunk *v = shot_chunk(s, c);
	int start;

	json_open(j, NULL, '{');
	json_string(j, "name", c->name);
	json_address(j, "base", c->base);
	json_int(j, "pages", c->nr_pages);
	json_int(j, "block", c->block_units);
	json_int(j, "slot", c->slot);
	json_int(j, "nr_alloc", c->nr_alloc);
	json_int(j, "nr_populated", c->nr_populated);
	json_int(j, "nr_empty", c->nr_empty);
	json_bool(j, "immutable", c->immutable);
	json_bool(j, "isolated", c->isolated);
	json_bool(j, "reserved", c->reserved);
	bits(j, "populated", c, NULL);
	objects(j, s, c);
	truth(j, "truth", &c->whole);
	shot_longest(c, 0, c->nr_units, &start);
	json_int(j, "longest_at", start);
	json_int(j, "in_block", c->in_block);
	json_open(j, "blocks", '[');
	for (int i = 0; i < c->nr_pages; i++)
		truth(j, NULL, c->block + i);
	json_close(j, ']');
	if (v)
		believed(j, s->e, c, v);
	else
		json_string(j, "seen", NULL);
	json_close(j, '}');
}
