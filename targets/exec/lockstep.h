/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lockstep.h - one program on one to three subjects, op by op, each with its own world and oracle.
 *
 * With one subject it is exec_run(), quicker.  With more, what they do and what they believe of
 * themselves must be the same after every op.
 */
#ifndef LOCKSTEP_H
#define LOCKSTEP_H

#include "exec.h"

#define LOCKSTEP_MAX 3

/**
 * struct lockstep - one program on all subjects
 * @program:  the program
 * @nr:       subjects
 * @e:        their runs; the finding is in one of them
 * @out:      what the last op came to on each
 * @started:  runs that began
 * @live:     of these, how many exec_exit() must end
 * @at:       the op they are at; nr_ops at the start and the end
 * @found:    index of the run with the finding, or -1
 * @other:    of a difference: the run that @found differs from
 * @parted:   known errors without a quirk for which they were not compared any further
 * @compared: ops after which they were compared
 */
struct lockstep {
	const struct program *program;
	unsigned int nr;
	struct exec e[LOCKSTEP_MAX];
	struct outcome out[LOCKSTEP_MAX];
	unsigned int started, live;
	uint32_t at;
	int found;
	unsigned int other, parted;
	uint64_t compared;
};

bool lockstep_run(struct lockstep *l, const struct program *p, const struct exec_options *opts,
		  unsigned int nr);
bool lockstep_start(struct lockstep *l, const struct program *p, const struct exec_options *opts,
		    unsigned int nr);
bool lockstep_step(struct lockstep *l);
bool lockstep_is_over(const struct lockstep *l);
bool lockstep_finish(struct lockstep *l);
void lockstep_exit(struct lockstep *l);
bool lockstep_differs(const struct lockstep *l);

/* compare.c */

/**
 * struct difference - where two runs differ
 * @what:  one line with the values of both
 * @chunk: name of the chunk it is about, or empty
 */
struct difference {
	char what[256];
	char chunk[12];
};

bool compare_outcomes(const struct exec *a, const struct exec *b, const struct op *op,
		      const struct outcome *x, const struct outcome *y, struct difference *d);
bool compare_states(const struct exec *a, const struct exec *b, struct difference *d);
const char *compare_name(const struct exec *e);

/* verdict.c */
void lockstep_report(FILE *f, struct lockstep *l, const char *reproduce);

#endif
