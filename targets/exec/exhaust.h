/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exhaust.h - runs every program over a small alphabet of ops, level by level, up to a number of
 * ops or to the first finding.
 *
 * Programs that come to the same state are followed once.  docs/exhaust.md says what a state is,
 * and which ops there are.  Knows nothing of files and options.
 */
#ifndef EXHAUST_H
#define EXHAUST_H

#include "lockstep.h"

#define EXHAUST_OPS_MAX 64u

/**
 * struct exhaust_progress - how far it is
 * @depth:    ops of the programs that are being run
 * @parents:  states that are followed on this level
 * @done:     of these, how many were
 * @fresh:    states that this level has added
 * @states:   all states
 * @programs: programs that were run, each once: a way to a state, and one more op
 * @runs:     times that the subjects were started, or put back into a state
 * @ops:      ops done and checked on each subject, those included that led to a state and that
 *            freed all at the end
 */
struct exhaust_progress {
	uint32_t depth;
	uint64_t parents, done, fresh, states, programs, runs, ops;
};

/**
 * struct exhaust_piece - memory that is copied
 */
struct exhaust_piece {
	void *start;
	size_t size;
};

#define EXHAUST_PIECES_MAX 16

/**
 * struct exhaust_heap - memory of runs that can be copied, and put back as it was
 * @pieces: what there is to copy, at most EXHAUST_PIECES_MAX pieces; how many
 * @on:     from now on memory is taken from there, or no longer
 */
struct exhaust_heap {
	unsigned int (*pieces)(struct exhaust_piece *piece);
	void (*on)(bool on);
};

/**
 * struct exhaust_options - what to run, and when to end
 * @opts:    how to run each subject; without observers
 * @nr:      subjects
 * @from:    the machine, and ops that come before all others
 * @max_ops: ops of a program at most, without those of @from, up to EXHAUST_OPS_MAX
 * @memory:  bytes that states may take
 * @heap:    all that the runs take is in there; NULL: programs are run again instead
 * @go_on:   called now and then; false ends it
 * @level:   called after each level that is complete
 * @ctx:     passed to both
 */
struct exhaust_options {
	const struct exec_options *opts;
	unsigned int nr;
	const struct program *from;
	uint32_t max_ops;
	uint64_t memory;
	const struct exhaust_heap *heap;
	bool (*go_on)(void *ctx, const struct exhaust_progress *n);
	void (*level)(void *ctx, const struct exhaust_progress *n);
	void *ctx;
};

/**
 * enum exhaust_end - how it ended
 * @EXHAUST_COMPLETE: every program was run
 * @EXHAUST_CLOSED:   the same, and longer ones would come to no other states
 * @EXHAUST_FINDING:  there is a finding
 * @EXHAUST_STOPPED:  @go_on ended it
 * @EXHAUST_MEMORY:   the states would take more than they may
 */
enum exhaust_end {
	EXHAUST_COMPLETE,
	EXHAUST_CLOSED,
	EXHAUST_FINDING,
	EXHAUST_STOPPED,
	EXHAUST_MEMORY,
};

/**
 * struct exhaust_result - what came of it
 * @end:      how it ended
 * @progress: how far it was then
 * @finding:  the program of the finding; program_exit() must follow
 * @tried:    that program has ops which changed nothing: without them the finding does not show,
 *            so it depends on something that is no part of a state
 */
struct exhaust_result {
	enum exhaust_end end;
	struct exhaust_progress progress;
	struct program finding;
	bool tried;
};

void exhaust(const struct exhaust_options *how, struct exhaust_result *r);
const struct program *exhaust_running(uint32_t *nr_ops);

#endif
