// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimise.c - tries programs one after the other, and keeps those that are smaller and still have
 * the finding.
 */
#include <stdlib.h>
#include <string.h>

#include "minimise-steps.h"

static void *must(void *memory)
{
	/* the host itself out of memory: nothing can be concluded from that */
	if (!memory)
		abort();
	return memory;
}

static uint64_t hash_text(const struct program *p)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t len;
	char *text = program_to_text(p, &len);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	free(text);
	return h ? h : 1;
}

static bool insert(uint64_t *table, size_t room, uint64_t h)
{
	size_t i = h % room;

	while (table[i] && table[i] != h)
		i = (i + 1) % room;
	if (table[i] == h)
		return false;
	table[i] = h;
	return true;
}

/* Return: false if it was seen before. */
static bool see(struct minimiser *z, const struct program *p)
{
	if (2 * z->nr_seen >= z->room) {
		size_t room = z->room ? 2 * z->room : 1024;
		uint64_t *table = must(calloc(room, sizeof(*table)));

		for (size_t i = 0; i < z->room; i++)
			if (z->seen[i])
				insert(table, room, z->seen[i]);
		free(z->seen);
		z->seen = table;
		z->room = room;
	}
	if (!insert(z->seen, z->room, hash_text(p)))
		return false;
	z->nr_seen++;
	return true;
}

static bool may_run(struct minimiser *z, const struct program *p)
{
	if (z->r->ended || machine_fault(&p->machine) || !z->how->fits(z->how->ctx, &p->machine) ||
	    !see(z, p))
		return false;
	if (z->how->go_on && !z->how->go_on(z->how->ctx, z->r->runs, z->best->nr_ops))
		z->r->ended = true;
	return !z->r->ended;
}

/* Run it; what lies behind the finding is cut off.  Return: false if it is clean. */
static bool run(struct minimiser *z, struct program *p, struct trial *t)
{
	z->r->runs++;
	z->how->run(z->how->ctx, p, t);
	if (t->found >= 0)
		p->nr_ops = t->nr_ops;
	return t->found >= 0;
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
	struct trial t;

	if (!may_run(z, candidate) || !run(z, candidate, &t) || t.found != z->found ||
	    strcmp(t.key, z->r->key)) {
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
	see(&z, p);
	reduce(&z);
	free(z.seen);
	return true;
}
