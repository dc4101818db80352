/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * film.h - a program as a film: after each op a frame of all that can be seen of each subject.
 *
 * The program is run twice: to learn where it ends and what was found, and to take the frames,
 * which are passed on one by one and not kept.
 */
#ifndef SHOW_FILM_H
#define SHOW_FILM_H

#include "../exec/lockstep.h"
#include "shot.h"

#define FILM_FRAMES_PAGE 500u /* at most, if the user does not say otherwise */
#define FILM_FRAMES_STRIP 8u

/**
 * enum film_when - what a frame comes after
 */
enum film_when {
	FILM_START,
	FILM_OP,
	FILM_END,
};

/**
 * struct film_range - which frames
 * @chosen: the user chose ops @from to @to
 * @frames: if not, the last ones: so many at most
 */
struct film_range {
	bool chosen;
	uint32_t from, to, frames;
};

/**
 * struct film - one program on its subjects
 * @p:       the program
 * @opts:    how it is run, of each subject
 * @nr:      subjects
 * @file:    its name
 * @how:     the command that runs it
 * @from, @to: ops that have frames; @to is the one after the last
 * @clean:   nothing was found
 * @finding: what was found, if not
 * @found:   by which subject's oracle; of a difference, the first of the two
 * @other:   of a difference: the second
 * @differs: it is a difference between subjects
 * @when, @at: after what; @at is nr_ops at the start and the end
 * @report:  all that is known of it, as text
 * @out:     what each op came to on each subject, for those that were run
 * @nr_out:  how many of them
 * @name:    of each subject
 * @l:       the runs
 */
struct film {
	const struct program *p;
	struct exec_options opts[LOCKSTEP_MAX];
	unsigned int nr;
	const char *file, *how;
	uint32_t from, to;
	bool clean, differs;
	struct finding finding;
	unsigned int found, other;
	enum film_when when;
	uint32_t at;
	char *report;
	struct outcome *out[LOCKSTEP_MAX];
	uint32_t nr_out[LOCKSTEP_MAX];
	const char *name[LOCKSTEP_MAX];
	struct lockstep *l;
};

/**
 * struct film_frame - one frame
 * @when, @op: after what
 * @shot: of each subject
 * @ran:  the op was run on it
 * @found: this is where the finding was made
 * @fault: what was armed before the op, of each subject
 */
struct film_frame {
	enum film_when when;
	uint32_t op;
	const struct shot *shot;
	bool ran[LOCKSTEP_MAX];
	bool found;
	uint32_t fault[LOCKSTEP_MAX][PCPU_FAULT_NR];
};

typedef void (*film_visitor)(void *ctx, const struct film *film, const struct film_frame *frame);

/* film.c */
void film_init(struct film *film, const struct program *p, const struct exec_options *opts,
	       unsigned int nr, const struct film_range *range);
void film_visit(struct film *film, film_visitor visit, void *ctx);
void film_exit(struct film *film);
bool film_has_result(const struct film *film, unsigned int subject, uint32_t op, char *buf,
		     size_t size);

/* film-json.c */
void film_json(FILE *f, struct film *film);

/* film-html.c */
void film_html(FILE *f, struct film *film);

/* film-svg.c */
void film_svg(FILE *f, struct film *film);

#endif
