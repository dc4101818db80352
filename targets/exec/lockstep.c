// SPDX-License-Identifier: GPL-2.0-only
/*
 * lockstep.c - runs a program on several subjects, and compares them after every op.
 */
#include "lockstep.h"

/**
 * lockstep_differs - is the finding a difference between two subjects
 * @l: a run with a finding
 *
 * If not, one of the oracles has made it.
 */
bool lockstep_differs(const struct lockstep *l)
{
	return l->found >= 0 && l->e[l->found].oracle.finding.rule == RULE_lockstep;
}

static bool found_by_oracle(struct lockstep *l, unsigned int i)
{
	l->found = (int)i;
	return false;
}

/*
 * They differ.  If one of them did what is known of it and no other can be made to do, they go on
 * alone, each under its own oracle.
 */
static bool part(struct lockstep *l, unsigned int other, const struct difference *d)
{
	struct oracle *o = &l->e[0].oracle;
	struct model_chunk c = { .name = "" };

	for (unsigned int i = 0; i < l->nr; i++)
		l->parted |= l->e[i].oracle.used;
	if (l->parted)
		return true;
	if (oracle_leaves_out(o, RULE_lockstep))
		return true;
	for (unsigned int i = 0; i < l->nr; i++)
		l->e[i].at = l->at;
	for (unsigned int i = 0; i < sizeof(c.name); i++)
		c.name[i] = d->chunk[i];
	l->found = 0;
	l->other = other;
	return oracle_fail(o, RULE_lockstep, &c, -1, -1, "%s", d->what);
}

static bool compare(struct lockstep *l, const struct op *op)
{
	struct difference d;

	if (l->nr < 2 || l->parted)
		return true;
	l->compared++;
	l->e[0].oracle.checked[RULE_lockstep]++;
	for (unsigned int i = 1; i < l->nr; i++) {
		const struct exec *a = l->e, *b = l->e + i;

		if ((op && !compare_outcomes(a, b, op, l->out, l->out + i, &d)) ||
		    !compare_states(a, b, &d))
			return part(l, i, &d);
	}
	return true;
}

/**
 * lockstep_step - run the next op on all subjects
 * @l: the runs, not at their end, without a finding
 *
 * Return: false if there was a finding; then @l->at stays at the op.
 */
bool lockstep_step(struct lockstep *l)
{
	const struct op *op = l->program->ops + l->at;
	const char *by = NULL;

	for (unsigned int i = 0; i < l->nr && !by; i++)
		by = exec_not_offered_by(l->e + i);
	for (unsigned int i = 0; i < l->nr; i++)
		if (!exec_step(l->e + i, by, l->out + i))
			return found_by_oracle(l, i);
	if (!compare(l, op))
		return false;
	l->at++;
	return true;
}

/**
 * lockstep_is_over - has any of them come to where its oracle cannot go on?
 * @l: the runs
 */
bool lockstep_is_over(const struct lockstep *l)
{
	bool over = false;

	for (unsigned int i = 0; i < l->nr; i++)
		over |= l->e[i].oracle.over;
	return over;
}

/**
 * lockstep_finish - free all that the program left on all subjects, and see that all returned
 * @l: the runs, all of their ops run
 *
 * Return: false if there was a finding.
 */
bool lockstep_finish(struct lockstep *l)
{
	for (unsigned int i = 0; i < l->nr; i++)
		if (!exec_finish(l->e + i))
			return found_by_oracle(l, i);
	return true;
}

/**
 * lockstep_start - create all subjects
 * @l: the runs; lockstep_exit() must follow
 * @p: the program; must outlive the runs
 * @opts: how, of each subject
 * @nr: subjects, 1 to LOCKSTEP_MAX
 *
 * Return: false if there was a finding, which is in the oracle of run @l->found.
 */
bool lockstep_start(struct lockstep *l, const struct program *p, const struct exec_options *opts,
		    unsigned int nr)
{
	l->program = p;
	l->nr = nr;
	l->started = l->live = 0;
	l->at = p->nr_ops;
	l->found = -1;
	l->other = 0;
	l->parted = 0;
	l->compared = 0;
	for (unsigned int i = 0; i < nr; i++) {
		l->started = l->live = i + 1;
		if (!exec_start(l->e + i, p, opts + i))
			return found_by_oracle(l, i);
	}
	if (!lockstep_is_over(l) && !compare(l, NULL))
		return false;
	l->at = 0;
	return true;
}

static bool run_once(struct lockstep *l, const struct program *p, const struct exec_options *opts,
		     unsigned int nr)
{
	if (!lockstep_start(l, p, opts, nr))
		return false;
	while (!lockstep_is_over(l) && l->at < p->nr_ops)
		if (!lockstep_step(l))
			return false;
	return lockstep_is_over(l) || lockstep_finish(l);
}

/**
 * lockstep_run - run a program on all subjects, to its end or to the first finding
 * @l: the runs; lockstep_exit() must follow
 * @p: the program; must outlive the runs
 * @opts: how, of each subject
 * @nr: subjects, 1 to LOCKSTEP_MAX
 *
 * One subject that nobody observes is looked at with ORACLE_NEAR first.  If that finds anything,
 * and something was skipped, the finding of a run that looks at everything is the one that counts:
 * it is at the op that did it, with all that can be shown there.  It cannot be missing, as that run
 * makes all checks that the other one makes and more; should it be, the subject is not
 * deterministic, and what was found first is found again or not.
 *
 * Return: false if there was a finding, which is in the oracle of run @l->found.
 */
bool lockstep_run(struct lockstep *l, const struct program *p, const struct exec_options *opts,
		  unsigned int nr)
{
	struct exec_options near = opts[0];

	if (nr > 1 || opts->observer || opts->flags & ORACLE_FULL)
		return run_once(l, p, opts, nr);
	near.flags |= ORACLE_NEAR;
	if (run_once(l, p, &near, 1))
		return true;
	if (!l->e[0].oracle.skipped)
		return false;
	lockstep_exit(l);
	if (!run_once(l, p, opts, 1))
		return false;
	lockstep_exit(l);
	return run_once(l, p, &near, 1);
}

/**
 * lockstep_exit - end all runs; what they found and counted can still be read
 * @l: the runs
 */
void lockstep_exit(struct lockstep *l)
{
	while (l->live)
		exec_exit(l->e + --l->live);
}
