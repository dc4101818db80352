// SPDX-License-Identifier: GPL-2.0-only
/*
 * film.c - runs a program, and shows each frame to whoever draws it.
 */
#include <stdlib.h>
#include <string.h>

#include "film.h"

/**
 * struct play - one run of the program
 * @film:  the film
 * @visit: called for each frame in range; NULL if none is wanted
 * @ctx:   passed to it
 * @shot:  of each subject
 * @frame: the frame that is made
 */
struct play {
	struct film *film;
	film_visitor visit;
	void *ctx;
	struct shot *shot;
	struct film_frame frame;
};

static bool is_wanted(const struct play *pl, enum film_when when, uint32_t op, bool found)
{
	const struct film *film = pl->film;

	if (!pl->visit)
		return false;
	if (when == FILM_START)
		return found || !film->from;
	return when == FILM_END || (op >= film->from && op < film->to);
}

static void show(struct play *pl, enum film_when when, uint32_t op, bool found)
{
	const struct lockstep *l = pl->film->l;
	struct film_frame *fr = &pl->frame;

	if (!is_wanted(pl, when, op, found))
		return;
	fr->when = when;
	fr->op = op;
	fr->found = found;
	for (unsigned int i = 0; i < l->nr; i++) {
		/* those after the one with the finding were not asked any more */
		fr->ran[i] = i < l->live && (!found || lockstep_differs(l) || (int)i <= l->found);
		if (fr->ran[i])
			shot_take(pl->shot + i, l->e + i);
	}
	fr->shot = pl->shot;
	pl->visit(pl->ctx, pl->film, fr);
}

static void note_outcomes(struct film *film, uint32_t op, bool found)
{
	const struct lockstep *l = film->l;

	for (unsigned int i = 0; i < l->nr; i++) {
		if (found && !lockstep_differs(l) && (int)i > l->found)
			break;
		film->out[i][op] = l->out[i];
		film->nr_out[i] = op + 1;
	}
}

static void note_faults(struct play *pl)
{
	for (unsigned int i = 0; i < pl->film->nr; i++)
		memcpy(pl->frame.fault[i], pl->film->l->e[i].world.budget.fault,
		       sizeof(pl->frame.fault[i]));
}

/* As lockstep_run(), with a look at each state. */
static bool play(struct play *pl, enum film_when *when)
{
	struct film *film = pl->film;
	struct lockstep *l = film->l;
	bool ok = lockstep_start(l, film->p, film->opts, film->nr);

	*when = FILM_START;
	show(pl, FILM_START, 0, !ok);
	while (ok && !lockstep_is_over(l) && l->at < film->p->nr_ops) {
		uint32_t at = l->at;

		*when = FILM_OP;
		note_faults(pl);
		ok = lockstep_step(l);
		note_outcomes(film, at, !ok);
		show(pl, FILM_OP, at, !ok);
	}
	if (!ok || lockstep_is_over(l))
		return ok;
	*when = FILM_END;
	ok = lockstep_finish(l);
	if (!ok)
		show(pl, FILM_END, film->p->nr_ops, true);
	return ok;
}

static void note_finding(struct film *film)
{
	struct lockstep *l = film->l;
	const struct exec *e = l->e + l->found;
	size_t len;
	FILE *f = open_memstream(&film->report, &len);

	if (!f)
		abort();
	film->finding = e->oracle.finding;
	film->found = (unsigned int)l->found;
	film->other = l->other;
	film->differs = lockstep_differs(l);
	film->at = film->when == FILM_OP ? l->at : film->p->nr_ops;
	lockstep_report(f, l, film->how);
	fclose(f);
}

static void settle_range(struct film *film, const struct film_range *range)
{
	uint32_t done = film->nr_out[0];

	film->to = done;
	film->from = done > range->frames ? done - range->frames : 0;
	if (range->chosen) {
		film->from = range->from;
		film->to = range->to < done ? range->to : done;
	}
}

/**
 * film_init - run the program once, to know what comes of it
 * @film: @how and @file set; film_exit() must follow
 * @p: the program; must outlive the film
 * @opts: how, of each subject
 * @nr: subjects
 * @range: which frames are wanted
 */
void film_init(struct film *film, const struct program *p, const struct exec_options *opts,
	       unsigned int nr, const struct film_range *range)
{
	struct play pl = { .film = film };

	film->p = p;
	film->nr = nr;
	film->report = NULL;
	film->l = model_alloc(sizeof(*film->l));
	for (unsigned int i = 0; i < nr; i++) {
		film->opts[i] = opts[i];
		film->opts[i].observer = NULL;
		film->opts[i].color = false;
		film->out[i] = model_alloc((p->nr_ops + 1) * sizeof(*film->out[i]));
		film->nr_out[i] = 0;
	}
	film->clean = play(&pl, &film->when);
	for (unsigned int i = 0; i < nr; i++)
		film->name[i] =
			i < film->l->started ? compare_name(film->l->e + i) : film->opts[i].name;
	if (!film->clean)
		note_finding(film);
	lockstep_exit(film->l);
	settle_range(film, range);
}

/**
 * film_visit - run it again, and take the frames
 * @film: the film
 * @visit: called with each
 * @ctx: passed to it
 */
void film_visit(struct film *film, film_visitor visit, void *ctx)
{
	struct play pl = { .film = film, .visit = visit, .ctx = ctx };
	enum film_when when;

	pl.shot = model_alloc(film->nr * sizeof(*pl.shot));
	play(&pl, &when);
	lockstep_exit(film->l);
	for (unsigned int i = 0; i < film->nr; i++)
		shot_exit(pl.shot + i);
	free(pl.shot);
}

/**
 * film_exit - free what a film took
 * @film: the film
 */
void film_exit(struct film *film)
{
	for (unsigned int i = 0; i < film->nr; i++)
		free(film->out[i]);
	free(film->report);
	free(film->l);
}

/**
 * film_has_result - what an op came to on a subject
 * @film: the film
 * @subject: which subject
 * @op: which op
 * @buf: where the text goes
 * @size: room there
 *
 * Return: false if it was not run.
 */
bool film_has_result(const struct film *film, unsigned int subject, uint32_t op, char *buf,
		     size_t size)
{
	if (op >= film->nr_out[subject])
		return false;
	outcome_to_text(film->p->ops + op, film->out[subject] + op, buf, size);
	return true;
}
