// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec.c - runs a program: one oracle call per op, up to the first finding.
 */
#include <stdlib.h>
#include <string.h>

#include "exec.h"

static uint64_t address_of(const struct exec *e, const struct op *op)
{
	uint64_t ptr = op->handle == PROGRAM_NO_HANDLE ? 0 : e->handle[op->handle];

	/* nothing was allocated: nothing has an inside either */
	return ptr ? ptr + op->offset : 0;
}

static bool run_op(struct exec *e, const struct op *op, struct outcome *out)
{
	struct oracle *o = &e->oracle;
	struct alloc_args args;
	bool ok;

	switch (op->kind) {
	case OP_ALLOC:
		args = (struct alloc_args){ .size = op->size,
					    .align = op->align,
					    .reserved = op->reserved,
					    .gfp = op->gfp };
		ok = oracle_alloc(o, &args, out);
		e->handle[e->nr_handles++] = out->ptr;
		return ok;
	case OP_FREE:
		return oracle_free(o, address_of(e, op), out);
	case OP_WRITE:
		return oracle_write(o, address_of(e, op), op->seed);
	case OP_VERIFY:
		return oracle_verify(o, address_of(e, op));
	case OP_BALANCE:
		return oracle_balance(o);
	case OP_POPULATE:
	case OP_DEPOPULATE:
		return oracle_populate(o, op->chunk, op->start, op->end, op->kind == OP_POPULATE,
				       out);
	default:
		/* not run yet; what defines a handle still takes one */
		if (op_infos[op->kind].letter)
			e->handle[e->nr_handles++] = 0;
		return true;
	}
}

static void observe(const struct exec *e, const struct outcome *out)
{
	if (e->opts.observer)
		e->opts.observer(e->opts.ctx, e, e->at, out);
}

/**
 * exec_run - run a program to its end or to the first finding
 * @e: the run; exec_exit() must follow
 * @p: the program; must outlive the run
 * @opts: how
 *
 * Return: false if there was a finding, which is in @e->oracle.finding.
 */
bool exec_run(struct exec *e, const struct program *p, const struct exec_options *opts)
{
	struct outcome out = { .reason = REASON_OK };
	const struct subject_ops *subject = opts->subject ? opts->subject : &subject_ours;

	e->program = p;
	e->opts = *opts;
	e->nr_handles = 0;
	e->ended = false;
	e->at = p->nr_ops;
	e->handle = malloc((p->nr_ops + 1) * sizeof(*e->handle));
	if (!e->handle)
		abort();
	world_init(&e->world, &p->machine);
	if (!oracle_init(&e->oracle, &p->machine, subject, &e->world, opts->option, opts->tolerate,
			 opts->flags))
		return false;

	for (e->at = 0; e->at < p->nr_ops; e->at++) {
		const struct op *op = p->ops + e->at;
		bool ok;

		out = (struct outcome){ .reason = REASON_OK };
		world_arm(&e->world, op->fault, op->fault_n);
		ok = run_op(e, op, &out);
		observe(e, &out);
		if (!ok)
			return false;
	}

	/* what was armed and never came up must not disturb the end */
	memset(e->world.budget.fault, 0, sizeof(e->world.budget.fault));
	e->ended = true;
	return oracle_end(&e->oracle);
}

/**
 * exec_exit - end a run and free what it took
 * @e: the run
 */
void exec_exit(struct exec *e)
{
	oracle_exit(&e->oracle);
	world_exit(&e->world);
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

	if (op->kind == OP_ALLOC && out->ptr)
		n = snprintf(buf, size, "%s+%d", out->chunk, out->off);
	else if (op->kind == OP_ALLOC)
		n = snprintf(buf, size, "null (%s)", why);
	else if (op->kind == OP_FREE && out->reason == REASON_OK && out->chunk[0])
		n = snprintf(buf, size, "%s+%d", out->chunk, out->off);
	else if (out->reason != REASON_OK)
		n = snprintf(buf, size, "refused (%s)", why);
	else
		n = snprintf(buf, size, "ok");
	return n < 0 ? 0 : (size_t)n;
}
