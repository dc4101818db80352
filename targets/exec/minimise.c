// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimise.c - tries programs one after the other, and keeps those that are smaller and still have
 * the finding.
 */
#include <stdlib.h>
#include <string.h>

#include "minimise-steps.h"

#define WAYS 10u /* different orders in which ops are dropped */
#define WAYS_OPS 60000u /* no further one when so many ops were run: a few tenths of a second */
#define WAYS_SMALL 64u /* and from a program of so many ops again */

static void *must(void *memory)
{
	/* the host itself out of memory: nothing can be concluded from that */
	if (!memory)
		abort();
	return memory;
}

/* Run it; what lies behind the finding is cut off.  Return: false if it is clean. */
static bool run(struct minimiser *z, struct program *p, struct trial *t)
{
	z->r->runs++;
	z->ops += p->nr_ops;
	z->how->run(z->how->ctx, p, t);
	if (t->found >= 0)
		p->nr_ops = t->nr_ops;
	return t->found >= 0;
}

static bool may_run(struct minimiser *z)
{
	if (z->how->go_on && !z->how->go_on(z->how->ctx, z->r->runs, z->best->nr_ops))
		z->r->ended = true;
	return !z->r->ended;
}

/* Is it another program with the finding?  Then what lies behind that is cut off. */
static bool has_finding(struct minimiser *z, struct program *p)
{
	struct tried *tried;
	struct trial t;

	if (z->r->ended || machine_fault(&p->machine) || !z->how->fits(z->how->ctx, &p->machine) ||
	    program_equal(p, z->best))
		return false;
	tried = minimiser_recall(z, p);
	if (tried->left == TRIED_NEVER && may_run(z))
		tried->left = run(z, p, &t) && t.found == z->found && !strcmp(t.key, z->r->key) ?
				      t.nr_ops :
				      TRIED_IN_VAIN;
	if (tried->left == TRIED_NEVER || tried->left == TRIED_IN_VAIN)
		return false;
	p->nr_ops = tried->left;
	return true;
}

/**
 * minimiser_try - take a step, if the finding stays
 * @z: the minimiser
 * @candidate: the program to go on with; not the caller's any more
 *
 * Return: false if it does not; then nothing has changed.
 */
bool minimiser_try(struct minimiser *z, struct program *candidate)
{
	if (!has_finding(z, candidate)) {
		program_exit(candidate);
		return false;
	}
	program_exit(z->best);
	*z->best = *candidate;
	return true;
}

/**
 * minimiser_copy - a copy of some of the ops of the program, to be changed and tried
 * @z: the minimiser
 * @copy: where it goes
 * @keep: of each op whether it is kept; NULL for all of them
 *
 * Ops on handles that are not there any more are dropped too.
 */
void minimiser_copy(const struct minimiser *z, struct program *copy, const bool *keep)
{
	const struct program *p = z->best;
	uint32_t *handle = must(malloc((program_nr_handles(p, p->nr_ops) + 1) * sizeof(*handle)));
	uint32_t was = 0, is = 0;

	program_init(copy, &p->machine);
	for (uint32_t i = 0; i < p->nr_ops; i++) {
		struct op op = p->ops[i];
		bool kept = !keep || keep[i];

		if (op_infos[op.kind].letter)
			handle[was++] = kept ? is++ : PROGRAM_NO_HANDLE;
		if (kept && op_uses_handle(op.kind) && op.handle != PROGRAM_NO_HANDLE) {
			op.handle = handle[op.handle];
			kept = op.handle != PROGRAM_NO_HANDLE;
		}
		if (!kept)
			continue;
		op.first_arg = op.nr_args ? copy->nr_args : 0;
		for (uint32_t k = 0; k < op.nr_args; k++) {
			const struct op_arg *arg = program_args(p, p->ops + i) + k;

			program_add_arg(copy, arg->a, arg->b);
		}
		program_add(copy, &op);
	}
	free(handle);
}

/* In the order in which they make what follows fast, until none of them helps any more. */
static void reduce(struct minimiser *z)
{
	static bool (*const steps[])(struct minimiser * z) = {
		minimiser_drop_ops,
		minimiser_drop_faults,
		minimiser_simplify_ops,
		minimiser_simplify_machine,
	};
	bool any = true;

	while (any) {
		any = false;
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
			any |= steps[i](z);
	}
}

/*
 * Where one order of dropping ops ends, another one may not: from the same program with the others.
 * Return: true if one of them led to fewer ops.
 */
static bool reduce_in_other_ways(struct minimiser *z, const struct program *whole)
{
	struct program *best = z->best, p;
	bool any = false;

	for (unsigned int way = 1; way < WAYS && best->nr_ops > 1 && !z->r->ended; way++) {
		if (whole != best && z->ops > WAYS_OPS)
			break;
		program_copy(&p, whole);
		z->best = &p;
		minimiser_drop_otherwise(z, way);
		reduce(z);
		z->best = best;
		if (p.nr_ops < best->nr_ops) {
			program_exit(best);
			*best = p;
			any = true;
		} else {
			program_exit(&p);
		}
	}
	return any;
}

/* Until there is none that leads on from what it came to. */
static void reduce_in_all_ways(struct minimiser *z)
{
	struct program whole;

	program_copy(&whole, z->best);
	reduce(z);
	reduce_in_other_ways(z, &whole);
	program_exit(&whole);
	while (z->best->nr_ops <= WAYS_SMALL && reduce_in_other_ways(z, z->best))
		;
}

/**
 * minimise - make a program smaller, so that its finding stays the same
 * @p: the program
 * @how: how to run it
 * @r: where it is stored what came of it
 *
 * Always does the same with the same program, unless it is ended from outside.
 *
 * Return: false if the program is clean, which is then as it was.
 */
bool minimise(struct program *p, const struct minimise_options *how, struct minimise_result *r)
{
	struct minimiser z = { .how = how, .best = p, .r = r };
	struct program copy;
	struct trial t;

	*r = (struct minimise_result){ .nr_ops = p->nr_ops };
	if (!run(&z, p, &t))
		return false;
	z.found = t.found;
	memcpy(r->key, t.key, sizeof(r->key));
	minimiser_copy(&z, &copy, NULL); /* without arguments that nothing uses */
	program_exit(p);
	*p = copy;
	reduce_in_all_ways(&z);
	free(z.tried);
	return true;
}
