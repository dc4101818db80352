/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shot.h - one subject after one op: the oracle's truth, and what the subject believes beside it.
 *
 * Nothing is copied: a shot is valid until the next op.  Does not draw.
 */
#ifndef SHOW_SHOT_H
#define SHOW_SHOT_H

#include "../exec/exec.h"

#define SHOT_NAME 48

/**
 * struct shot - what can be seen
 * @e:      the run
 * @asked:  the subject could be asked; if not, only the truth is there
 * @view:   what it shows of its chunks, if @asked
 * @chunk:  room for that
 * @area:   its areas, if @asked
 * @nr_areas: how many
 * @capacity: for how many there is room
 * @owners: handles by address
 */
struct shot {
	const struct exec *e;
	bool asked;
	struct subject_view view;
	struct subject_chunk chunk[SUBJECT_MAX_CHUNKS];
	struct subject_area *area;
	unsigned int nr_areas, capacity;
	struct owners owners;
};

void shot_take(struct shot *s, const struct exec *e);
void shot_exit(struct shot *s);

/* The truth can be drawn: the machine booted. */
static inline bool shot_is_up(const struct shot *s)
{
	return !s->e->oracle.down && s->e->oracle.m.nr_chunks;
}

const struct subject_chunk *shot_chunk(const struct shot *s, const struct model_chunk *c);
void shot_object_name(const struct shot *s, const struct model_chunk *c, int unit, char *name);
void shot_area_name(const struct shot *s, const struct vm_naive_area *area, char *name);
const char *shot_area_kind(const struct vm_naive_area *area);
bool shot_page_wrong(const struct shot *s, uint64_t addr);
int shot_longest(const struct model_chunk *c, int from, int to, int *start);
bool shot_next_difference(const struct model_chunk *c, const struct subject_chunk *v, int *from,
			  int *to);

/* enum shot_page: a page of the window, for comparing. */
enum shot_page {
	SHOT_FREE,
	SHOT_START,
	SHOT_BODY,
	SHOT_LAZY,
};

/* 1 for each page of the window that the subject has otherwise; to be freed; NULL if none. */
uint8_t *shot_space_difference(const struct shot *s, uint32_t *nr_pages);

#endif
