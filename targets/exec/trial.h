/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trial.h - one run of a program, and what came of it in a few words.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "lockstep.h"

/**
 * struct trial - what came of a run
 * @found:  index of the subject with the finding, -1 if there is none
 * @died:   the process did not survive it; then @found is 0
 * @key:    of the finding, as report_key() writes it; or how the process died, and in which op
 * @finding: it, if there is one and the process lives
 * @op:     name of the op that was running last, or "start" or "end"
 * @nr_ops: ops up to that one
 */
struct trial {
	int found;
	bool died;
	char key[120];
	struct finding finding;
	char op[24];
	uint32_t nr_ops;
};

void trial_run(struct trial *t, const struct program *p, const struct exec_options *opts,
	       unsigned int nr);

#endif
