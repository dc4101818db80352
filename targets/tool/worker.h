/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * worker.h - runs programs in a process of its own, which may die of them.
 */
#ifndef WORKER_H
#define WORKER_H

#include <sys/types.h>

#include "../exec/trial.h"

/**
 * struct worker - such a process
 * @opts, @nr: how to run, of each subject
 * @shared: memory of both, @size bytes
 * @pid:    the process, 0 if there is none
 * @link:   this end of what goes to and fro
 * @err:    where it writes what a sanitizer has to say
 * @hangs:  a program made it hang
 * @fresh:  for the caller to set: each program gets a process of its own, as what one leaves behind
 *          may decide what becomes of the next
 */
struct worker {
	const struct exec_options *opts;
	unsigned int nr;
	struct worker_shared *shared;
	size_t size;
	pid_t pid;
	int link;
	FILE *err;
	bool hangs, fresh;
};

bool worker_init(struct worker *w, const struct program *p, const struct exec_options *opts,
		 unsigned int nr);
void worker_run(struct worker *w, const struct program *p, struct trial *t);
void worker_renew(struct worker *w);
void worker_exit(struct worker *w);

#endif
