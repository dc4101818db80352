// SPDX-License-Identifier: GPL-2.0-only
/*
 * trial.c - runs a program once, and notes how far it came before each op, so that whoever shares
 * the memory knows that even if the process dies of it.
 */
#include "trial.h"

static void at(struct trial *t, const char *op, uint32_t nr_ops)
{
	t->nr_ops = nr_ops;
	snprintf(t->op, sizeof(t->op), "%s", op);
}

static bool run_all(struct trial *t, struct lockstep *l, const struct program *p,
		    const struct exec_options *opts, unsigned int nr)
{
	at(t, "start", 0);
	if (!lockstep_start(l, p, opts, nr))
		return false;
	while (!lockstep_is_over(l) && l->at < p->nr_ops) {
		at(t, op_infos[p->ops[l->at].kind].name, l->at + 1);
		if (!lockstep_step(l))
			return false;
	}
	if (lockstep_is_over(l))
		return true;
	at(t, "end", p->nr_ops);
	return lockstep_finish(l);
}

/**
 * trial_run - run a program on all subjects
 * @t: what came of it
 * @p: the program
 * @opts: how, of each subject; without observers
 * @nr: subjects
 */
void trial_run(struct trial *t, const struct program *p, const struct exec_options *opts,
	       unsigned int nr)
{
	static struct lockstep l;

	*t = (struct trial){ .found = -1 };
	if (!run_all(t, &l, p, opts, nr)) {
		t->found = l.found;
		t->finding = l.e[l.found].oracle.finding;
		report_key(t->key, sizeof(t->key), l.e + l.found);
	}
	lockstep_exit(&l);
}
