/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * minimise.h - makes a program smaller whose run is a finding, so that the finding stays the same.
 *
 * The same is: the same key (rule and kind of op, see report_key()), in the run of the same
 * subject.  Knows nothing of files and options.  A program at which the process itself dies cannot
 * be made smaller this way.
 */
#ifndef MINIMISE_H
#define MINIMISE_H

#include "lockstep.h"

/**
 * struct minimise_options - how to run, and when to end
 * @opts:  how to run each subject; without observers
 * @nr:    subjects
 * @fits:  whether all subjects can be such a machine
 * @go_on: called before each run with the runs so far and the ops of the smallest program so far;
 *         false ends it; or NULL
 * @ctx:   passed to both
 */
struct minimise_options {
	const struct exec_options *opts;
	unsigned int nr;
	bool (*fits)(void *ctx, const struct machine *m);
	bool (*go_on)(void *ctx, uint64_t runs, uint32_t nr_ops);
	void *ctx;
};

/**
 * struct minimise_result - what came of it
 * @key:    of the finding, as report_key() writes it
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
