// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtrace_vec.c - recorded requests for congruent areas, each with all that was free before it.
 *
 * Each line stands for itself; nothing is carried over to the next one.
 */
#include <stdlib.h>

#include "vmtrace.h"

struct vec {
	struct trace *t;
	const struct vmtrace_groups *groups;
	struct vmtrace_space *s;
	struct vmtrace_counts *n;
	struct vmtrace_ranges free_ranges, placed;
};

/* The recorded places must be those at one base. */
static bool same_places(struct vec *v, bool fits, uint64_t base)
{
	const struct vmtrace_groups *g = v->groups;

	for (unsigned int i = 0; i < g->nr; i++) {
		const uint64_t *want = v->placed.range[i];
		uint64_t at = base + g->offset[i];

		if (!fits)
			return vmtrace_differ(v->s, "expected %#llx-%#llx, actual no room",
					      (unsigned long long)want[0],
					      (unsigned long long)want[1]);
		if (want[0] != at || want[1] != at + g->size[i])
			return vmtrace_differ(v->s, "expected %#llx-%#llx, actual %#llx-%#llx",
					      (unsigned long long)want[0],
					      (unsigned long long)want[1], (unsigned long long)at,
					      (unsigned long long)(at + g->size[i]));
	}
	return true;
}

static bool replay(struct vec *v, bool failure)
{
	uint64_t base;
	bool fits;

	if (!vmtrace_congruent(v->s, v->groups, &fits, &base))
		return false;
	if (failure && fits)
		return vmtrace_differ(v->s, "expected no room, actual %#llx",
				      (unsigned long long)base);
	v->n->failures += failure;
	v->n->congruent += !failure;
	return failure || same_places(v, fits, base);
}

/* 0, 1 or -1 as for all of them. */
static int run_line(struct vec *v, const char *text)
{
	bool unknown, failure, equal;

	if (!vmtrace_ranges(text, v->t->len, "free", &v->free_ranges, &unknown) ||
	    !vmtrace_ranges(text, v->t->len, "res", &v->placed, &failure)) {
		trace_fail(v->t, "a line with the lists of ranges free and res");
		return -1;
	}
	if (!failure && v->placed.nr != v->groups->nr) {
		trace_fail(v->t, "%u ranges in res, found %u", v->groups->nr, v->placed.nr);
		return -1;
	}
	v->n->events++;
	if (unknown) {
		v->n->skipped++;
		return 0;
	}
	vmtrace_space_init(v->s, &v->free_ranges);
	equal = replay(v, failure);
	equal = equal && vmtrace_space_end(v->s);
	if (equal)
		vmtrace_space_exit(v->s);
	return !equal;
}

/**
 * vmtrace_replay_vec - replay requests
 * @t: their text
 * @g: what is asked for
 * @s: the address space, all zero
 * @n: counts what was compared
 *
 * Return: 0 if all was equal, 1 if not, -1 if the input is bad.
 */
int vmtrace_replay_vec(struct trace *t, const struct vmtrace_groups *g, struct vmtrace_space *s,
		       struct vmtrace_counts *n)
{
	struct vec v = { .t = t, .groups = g, .s = s, .n = n };
	const char *text;
	int status = 0;

	while (!status && (text = trace_next_line(t)))
		status = run_line(&v, text);
	free(v.free_ranges.range);
	free(v.placed.range);
	return status;
}
