/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * minimise.h - makes a program smaller whose run is a finding, so that the finding stays the same.
 *
 * The same is: the same key (rule and kind of op, or how the process died and in which op, see
 * struct trial), in the run of the same subject.  Knows nothing of files and options.
 */
#ifndef MINIMISE_H
#define MINIMISE_H

#include "trial.h"

/**
 * struct minimise_options - how to run, and when to end
 * @run:   runs a program
 * @fits:  whether all subjects can be such a machine
 * @go_on: called before each run with the runs so far and the ops of the smallest program so far;
 *         false ends it; or NULL
 * @ctx:   passed to all
 */
struct minimise_options {
	void (*run)(void *ctx, const struct program *p, struct trial *t);
	bool (*fits)(void *ctx, const struct machine *m);
	bool (*go_on)(void *ctx, uint64_t runs, uint32_t nr_ops);
	void *ctx;
};

/**
 * struct minimise_result - what came of it
 * @key:    of the finding, as in struct trial
 * @runs:   programs that were run
 * @nr_ops: ops there were at first
 * @ended:  @go_on ended it: the program may become smaller yet
 */
struct minimise_result {
	char key[120];
	uint64_t runs;
	uint32_t nr_ops;
	bool ended;
};

bool minimise(struct program *p, const struct minimise_options *how, struct minimise_result *r);

#endif
