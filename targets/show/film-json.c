// SPDX-License-Identifier: GPL-2.0-only
/*
 * film-json.c - a film as one JSON document; docs/show.md has the format.
 *
 * A chunk or an address space that is as it was in the frame before is not written again: frames
 * have numbers of states.
 */
#include <stdlib.h>
#include <string.h>

#include "film-json.h"

/**
 * struct state - what was written last of one thing
 * @key:  of which
 * @text: what
 * @number: of the state
 */
struct state {
	char key[32];
	char *text;
	uint32_t number;
};

/**
 * struct reel - a film that is being written
 * @states: the array of states so far
 * @frames: the array of frames so far
 * @layout: of each subject
 * @last:   the states of the frame before
 * @nr, @capacity: how many, and for how many there is room
 * @nr_states: states written
 */
struct reel {
	struct json states, frames;
	char *layout[LOCKSTEP_MAX];
	struct state *last;
	unsigned int nr, capacity;
	uint32_t nr_states;
};

static FILE *open_text(char **text, size_t *len)
{
	FILE *f = open_memstream(text, len);

	if (!f)
		abort();
	return f;
}

static struct state *find_state(struct reel *r, const char *key)
{
	struct state *st;

	for (unsigned int i = 0; i < r->nr; i++)
		if (!strcmp(r->last[i].key, key))
			return r->last + i;
	if (r->nr == r->capacity) {
		r->capacity = 2 * r->capacity + 16;
		r->last = realloc(r->last, r->capacity * sizeof(*r->last));
		if (!r->last)
			abort();
	}
	st = r->last + r->nr++;
	memset(st, 0, sizeof(*st));
	snprintf(st->key, sizeof(st->key), "%s", key);
	return st;
}

/* The number of a state; it is written if it is not as it was. */
static uint32_t state_number(struct reel *r, const char *key, char *text)
{
	struct state *st = find_state(r, key);

	if (st->text && !strcmp(st->text, text)) {
		free(text);
		return st->number;
	}
	free(st->text);
	st->text = text;
	st->number = r->nr_states++;
	fputc('\n', r->states.f);
	json_raw(&r->states, NULL, text);
	return st->number;
}

static uint32_t chunk_state(struct reel *r, const struct shot *s, unsigned int subject,
			    const struct model_chunk *c)
{
	struct json j = { .comma = false };
	char key[32], *text;
	size_t len;

	j.f = open_text(&text, &len);
	json_chunk(&j, s, c);
	fclose(j.f);
	snprintf(key, sizeof(key), "%u/%s", subject, c->name);
	return state_number(r, key, text);
}

static uint32_t other_state(struct reel *r, const struct shot *s, unsigned int subject,
			    const char *what, void (*write)(struct json *j, const struct shot *s))
{
	struct json j = { .comma = false };
	char key[32], *text;
	size_t len;

	j.f = open_text(&text, &len);
	write(&j, s);
	fclose(j.f);
	snprintf(key, sizeof(key), "%u.%s", subject, what);
	return state_number(r, key, text);
}

static void add_subject(struct reel *r, const struct film *film, const struct film_frame *fr,
			unsigned int i)
{
	const struct shot *s = fr->shot + i;
	const struct op *op = fr->when == FILM_OP ? film->p->ops + fr->op : NULL;
	struct json *j = &r->frames;

	json_open(j, NULL, '{');
	if (shot_is_up(s)) {
		json_open(j, "chunks", '[');
		for (unsigned int k = 0; k < s->e->oracle.m.nr_chunks; k++)
			json_int(j, NULL, chunk_state(r, s, i, s->e->oracle.m.chunk[k]));
		json_close(j, ']');
		json_int(j, "lists", other_state(r, s, i, "lists", json_lists));
		json_int(j, "space", other_state(r, s, i, "space", json_space));
	}
	if (op && op->kind == OP_BOOT)
		json_boot(j, s, op, fr->fault[i]);
	json_close(j, '}');
}

static void note_layout(struct reel *r, const struct film_frame *fr, unsigned int i)
{
	struct json j = { .comma = false };
	size_t len;

	if (r->layout[i])
		return;
	j.f = open_text(&r->layout[i], &len);
	json_layout(&j, fr->shot[i].e);
	fclose(j.f);
}

static void add_frame(void *ctx, const struct film *film, const struct film_frame *fr)
{
	static const char *const when[] = { "start", "op", "end" };
	struct reel *r = ctx;
	struct json *j = &r->frames;

	fputc('\n', j->f);
	json_open(j, NULL, '{');
	json_string(j, "when", when[fr->when]);
	json_int(j, "op", fr->when == FILM_START ? -1 : (long long)fr->op);
	json_bool(j, "finding", fr->found);
	json_open(j, "subjects", '[');
	for (unsigned int i = 0; i < film->nr; i++) {
		if (fr->ran[i]) {
			note_layout(r, fr, i);
			add_subject(r, film, fr, i);
		} else {
			json_string(j, NULL, NULL);
		}
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void head(struct json *j, const struct film *film)
{
	struct program empty = *film->p;
	size_t len;
	char *text;

	empty.nr_ops = 0;
	text = program_to_text(&empty, &len);
	text[strcspn(text, "\n")] = 0; /* the first line names the format, the second the machine */
	text[len - 1] = 0;
	json_string(j, "format", "pcpufuzz-film 1");
	json_string(j, "file", film->file);
	json_string(j, "command", film->how);
	json_string(j, "machine", text + strlen(text) + 1);
	json_int(j, "page", film->p->machine.page);
	free(text);
}

static void ops(struct json *j, const struct film *film)
{
	char text[256];

	json_open(j, "ops", '[');
	for (uint32_t i = 0; i < film->p->nr_ops; i++) {
		op_to_text(film->p, i, text, sizeof(text));
		json_open(j, NULL, '{');
		json_string(j, "text", text);
		json_open(j, "results", '[');
		for (unsigned int k = 0; k < film->nr; k++)
			json_string(j, NULL,
				    film_has_result(film, k, i, text, sizeof(text)) ? text : NULL);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* The lines of the report that say what is wrong with whom. */
static void verdicts(struct json *j, const char *report)
{
	static const char word[] = "verdict: ";
	char *copy = strdup(report), *rest = copy, *line;

	if (!copy)
		abort();
	json_open(j, "verdicts", '[');
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, word, sizeof(word) - 1))
			json_string(j, NULL, line + sizeof(word) - 1);
	json_close(j, ']');
	free(copy);
}

static void finding(struct json *j, const struct film *film)
{
	static const char *const when[] = { "start", "op", "end" };
	const struct rule_info *rule = rule_infos + film->finding.rule;

	if (film->clean) {
		json_string(j, "finding", NULL);
		return;
	}
	json_open(j, "finding", '{');
	json_string(j, "when", when[film->when]);
	json_int(j, "op", film->when == FILM_OP ? (long long)film->at : -1);
	json_int(j, "subject", film->found);
	if (film->differs)
		json_int(j, "other", film->other);
	json_string(j, "rule", rule->name);
	json_string(j, "group", rule->group);
	json_string(j, "statement", rule->statement);
	json_string(j, "source", rule->source);
	json_string(j, "found", film->finding.what);
	json_string(j, "chunk", film->finding.chunk);
	json_int(j, "from", film->finding.from);
	json_int(j, "to", film->finding.to);
	json_string(j, "report", film->report);
	verdicts(j, film->report);
	json_close(j, '}');
}

static void put_film(struct json *j, const struct film *film, const struct reel *r,
		     const char *states, const char *frames)
{
	json_open(j, NULL, '{');
	head(j, film);
	json_open(j, "subjects", '[');
	for (unsigned int i = 0; i < film->nr; i++) {
		json_open(j, NULL, '{');
		json_string(j, "name", film->name[i]);
		if (r->layout[i])
			fprintf(j->f, ",%s", r->layout[i]);
		json_close(j, '}');
	}
	json_close(j, ']');
	fputc('\n', j->f);
	ops(j, film);
	fputc('\n', j->f);
	finding(j, film);
	json_raw(j, "states", states);
	json_raw(j, "frames", frames);
	json_close(j, '}');
	fputc('\n', j->f);
}

/**
 * film_json - write a film as JSON
 * @f: where to
 * @film: the film
 */
void film_json(FILE *f, struct film *film)
{
	struct reel r = { .nr = 0 };
	struct json j = { .f = f };
	char *states, *frames;
	size_t len[2];

	r.states.f = open_text(&states, len);
	r.frames.f = open_text(&frames, len + 1);
	json_open(&r.states, NULL, '[');
	json_open(&r.frames, NULL, '[');
	film_visit(film, add_frame, &r);
	json_close(&r.states, ']');
	json_close(&r.frames, ']');
	fclose(r.states.f);
	fclose(r.frames.f);
	put_film(&j, film, &r, states, frames);
	free(states);
	free(frames);
	for (unsigned int i = 0; i < LOCKSTEP_MAX; i++)
		free(r.layout[i]);
	for (unsigned int i = 0; i < r.nr; i++)
		free(r.last[i].text);
	free(r.last);
}
