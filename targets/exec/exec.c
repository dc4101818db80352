// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec.c - runs a program: one oracle call per op, up to the first finding.
 */
#include <stdlib.h>
#include <string.h>

#include "exec.h"

static void observe(const struct exec *e, const struct outcome *out)
{
	if (e->opts.observer)
		e->opts.observer(e->opts.ctx, e, e->at, out);
}

/* No finding, but the oracle cannot go on. */
static bool is_over(const struct exec *e)
{
	return e->oracle.over && !e->oracle.failed;
}

/**
 * exec_start - create the subject of a run
 * @e: the run; exec_exit() must follow
 * @p: the program; must outlive the run
 * @opts: how
 *
 * Return: false if there was a finding, which is in @e->oracle.finding.
 */
bool exec_start(struct exec *e, const struct program *p, const struct exec_options *opts)
{
	const struct subject_ops *subject = opts->subject ? opts->subject : &subject_ours;
	uint32_t nr_sets = 0;

	e->program = p;
	e->opts = *opts;
	e->nr_handles = 0;
	e->nr_not_offered = 0;
	e->ended = false;
	e->at = p->nr_ops;
	e->nr_sets = 0;
	for (uint32_t i = 0; i < p->nr_ops; i++)
		nr_sets += p->ops[i].kind == OP_GET_VM_AREAS;
	e->handle = malloc((p->nr_ops + 1) * sizeof(*e->handle));
	e->letter = malloc(p->nr_ops + 1);
	e->set = malloc((nr_sets + 1) * sizeof(*e->set));
	if (!e->handle || !e->letter || !e->set)
		abort();
	world_init(&e->world, &p->machine);
	e->world.rules_off = opts->rules_off;
	if (!oracle_init(&e->oracle, &p->machine, subject, &e->world, opts->option, opts->tolerate,
			 opts->flags))
		return is_over(e);
	e->at = 0;
	return true;
}

/**
 * exec_step - run the next op
 * @e: the run, not at its end, without a finding
 * @not_offered_by: the subject that does not offer it, so that it is not run; NULL if all do
 * @out: what it came to
 *
 * Return: false if there was a finding; then @e->at stays at the op.
 */
bool exec_step(struct exec *e, const char *not_offered_by, struct outcome *out)
{
	const struct op *op = e->program->ops + e->at;
	bool ok;

	*out = (struct outcome){ .reason = REASON_OK };
	world_arm(&e->world, op->fault, op->fault_n);
	ok = not_offered_by ? exec_skip_op(e, op, not_offered_by, out) : exec_run_op(e, op, out);
	observe(e, out);
	ok = ok || is_over(e);
	e->at += ok;
	return ok;
}

/**
 * exec_finish - free all that the program left, and see that all returned
 * @e: the run, all of its ops run
 *
 * Return: false if there was a finding.
 */
bool exec_finish(struct exec *e)
{
	/* what was armed and never came up must not disturb the end */
	memset(e->world.budget.fault, 0, sizeof(e->world.budget.fault));
	e->ended = true;
	for (uint32_t i = e->nr_sets; i--;)
		if (!oracle_free_vm_areas(&e->oracle, &e->set[i].areas))
			return is_over(e);
	return oracle_end(&e->oracle) || is_over(e);
}

/**
 * exec_run - run a program to its end or to the first finding
 * @e: the run; exec_exit() must follow
 * @p: the program; must outlive the run
 * @opts: how
 *
 * A free that the model cannot follow, see ORACLE_BAD_FREE, is the end too.
 *
 * Return: false if there was a finding, which is in @e->oracle.finding.
 */
bool exec_run(struct exec *e, const struct program *p, const struct exec_options *opts)
{
	struct outcome out;

	if (!exec_start(e, p, opts))
		return false;
	while (e->at < p->nr_ops && !e->oracle.over)
		if (!exec_step(e, exec_not_offered_by(e), &out))
			return false;
	return e->oracle.over || exec_finish(e);
}

/**
 * exec_exit - end a run and free what it took
 * @e: the run
 */
void exec_exit(struct exec *e)
{
	oracle_exit(&e->oracle);
	world_exit(&e->world);
	for (uint32_t i = 0; i < e->nr_sets; i++)
		free(e->set[i].offsets);
	free(e->set);
	free(e->letter);
	free(e->handle);
}

/**
 * exec_op_name - what was running when the finding was made
 * @e: the run
 *
 * Return: the name of an op, or "start" or "end".
 */
const char *exec_op_name(const struct exec *e)
{
	if (e->at < e->program->nr_ops)
		return op_infos[e->program->ops[e->at].kind].name;
	return e->ended ? "end" : "start";
}

/**
 * outcome_to_text - what an op came to
 * @op: the op
 * @out: its outcome
 * @buf: where the text goes
 * @size: room there
 *
 * Return: length of the text, as snprintf().
 */
size_t outcome_to_text(const struct op *op, const struct outcome *out, char *buf, size_t size)
{
	const char *why = reason_texts[out->reason];
	int n = 0;

	if (out->reason == REASON_OK && out->chunk[0] &&
	    (op->kind == OP_ALLOC || op->kind == OP_FREE))
		n = snprintf(buf, size, "%s+%d", out->chunk, out->off);
	else if (out->reason == REASON_OK && out->ptr)
		n = snprintf(buf, size, "%#llx", (unsigned long long)out->ptr);
	else if (out->reason == REASON_OK)
		n = snprintf(buf, size, "ok");
	else if (out->reason == REASON_NOT_OFFERED)
		n = snprintf(buf, size, "not run (not offered by %s)", out->by);
	else if (out->reason == REASON_NOTHING)
		n = snprintf(buf, size, "not run (%s)", why);
	else if (op_infos[op->kind].letter)
		n = snprintf(buf, size, "null (%s)", why);
	else
		n = snprintf(buf, size, "refused (%s)", why);
	return n < 0 ? 0 : (size_t)n;
}
