// SPDX-License-Identifier: GPL-2.0-only
/*
 * exhaust.c - from each state by each op to the next ones, level by level.
 *
 * To be in a state again the runs are put back into a copy of it, or where there can be no copies
 * its program is run again.  What leaves the state as it is costs neither, as the next op can be
 * tried right behind it.  Does not know what a state is, nor which ops there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exhaust-steps.h"

#define ROOM_FOR_TRIES 64u /* ops that change nothing before a run begins anew */
#define FAULT_N_MAX 4095u
#define PROGRAMS_PER_LOOK 64u

/**
 * struct exhauster - where it is
 * @how:      what the caller wants
 * @r:        result so far
 * @states:   all states
 * @alphabet: the ops
 * @p:        what is run: the ops of @how->from, those that lead to @at, and what is tried there
 * @nr_path:  how many of these there are before what is tried
 * @copy:     for each number of ops the last state that was entered there, if there can be copies
 * @l:        the runs
 * @running:  they were started
 * @intact:   and are in the state @at
 * @ending:   and free what is left
 * @at:       the state that is being followed
 * @hash:     of it
 */
struct exhauster {
	const struct exhaust_options *how;
	struct exhaust_result *r;
	struct exhaust_states states;
	struct exhaust_alphabet alphabet;
	struct program p;
	uint32_t nr_path;
	struct exhaust_copy *copy;
	struct lockstep *l;
	bool running, intact, ending;
	uint32_t at;
	uint64_t hash;
};

/* For who has to say what the process died of. */
static const struct exhauster *current;

static void copy_from(struct program *p, const struct program *from)
{
	program_init(p, &from->machine);
	for (uint32_t i = 0; i < from->nr_args; i++)
		program_add_arg(p, from->args[i].a, from->args[i].b);
	for (uint32_t i = 0; i < from->nr_ops; i++)
		program_add(p, from->ops + i);
}

/* What the runs take while this is on is in the heap that is copied. */
static void use_heap(const struct exhauster *x, bool on)
{
	if (x->how->heap)
		x->how->heap->on(on);
}

/* End the runs; frees what they took, in whatever state. */
static void leave(struct exhauster *x)
{
	if (x->running)
		lockstep_exit(x->l);
	x->running = x->intact = false;
}

static bool start(struct exhauster *x)
{
	bool ok;

	leave(x);
	x->running = true;
	x->r->progress.runs++;
	use_heap(x, true);
	ok = lockstep_start(x->l, &x->p, x->how->opts, x->how->nr);
	use_heap(x, false);
	return ok;
}

static bool run_step(struct exhauster *x)
{
	bool ok;

	x->r->progress.ops++;
	use_heap(x, true);
	ok = lockstep_step(x->l);
	use_heap(x, false);
	return ok;
}

static bool finish(struct exhauster *x)
{
	uint64_t before = x->l->e[0].oracle.nr_ops;
	bool ok;

	x->ending = true;
	use_heap(x, true);
	ok = lockstep_finish(x->l);
	use_heap(x, false);
	x->ending = false;
	x->r->progress.ops += x->l->e[0].oracle.nr_ops - before;
	return ok;
}

/* The program that is known to have led to a state, without what was tried and changed nothing. */
static uint32_t set_path(struct exhauster *x, uint32_t state)
{
	const struct exhaust_state *s = x->states.one;
	uint32_t nr = x->how->from->nr_ops;

	for (uint32_t i = state; s[i].parent != EXHAUST_NO_STATE; i = s[i].parent)
		nr++;
	for (uint32_t i = state, at = nr; s[i].parent != EXHAUST_NO_STATE; i = s[i].parent)
		x->p.ops[--at] = exhaust_op(&x->alphabet, s[i].step);
	return nr;
}

/* How many ops of the program had been run, or were running, when the finding was made. */
static uint32_t nr_until_found(const struct exhauster *x)
{
	const struct exec *e = x->l->e + (x->l->found >= 0 ? x->l->found : 0);

	if (e->ended)
		return x->l->at;
	return x->l->at == x->p.nr_ops ? 0 : x->l->at + 1; /* if none is, it is the start */
}

/*
 * What was found is shown by the program that leads there alone.  If not, what was tried before and
 * seemed to change nothing is part of it, and stays.
 */
static bool found(struct exhauster *x)
{
	uint32_t nr = nr_until_found(x);
	struct program tried, *p = &x->r->finding;

	x->r->end = EXHAUST_FINDING;
	leave(x);
	x->p.nr_ops = nr;
	copy_from(&tried, &x->p);
	copy_from(p, &x->p);
	if (nr > x->nr_path) {
		p->ops[x->nr_path] = p->ops[nr - 1];
		p->nr_ops = x->nr_path + 1;
	}
	x->r->tried = lockstep_run(x->l, p, x->how->opts, x->how->nr);
	lockstep_exit(x->l);
	if (x->r->tried) {
		program_exit(p);
		*p = tried;
	} else {
		program_exit(&tried);
	}
	return false;
}

static bool step_to(struct exhauster *x, uint32_t nr)
{
	while (x->l->at < nr)
		if (!run_step(x))
			return found(x);
	return true;
}

/* Be in the state @at, by running its program. */
static bool run_path(struct exhauster *x)
{
	return (start(x) || found(x)) && step_to(x, x->nr_path);
}

/*
 * The same by copies: of the state itself, or of the last one on the way there of which there is
 * one.  States come in the order of those before them, so that is mostly one op away.
 */
static bool put_back(struct exhauster *x)
{
	const struct exhaust_state *s = x->states.one;
	uint32_t base = x->how->from->nr_ops, nr = x->nr_path - base;
	uint32_t way[EXHAUST_OPS_MAX + 1] = { 0 };
	uint32_t at = nr;

	for (uint32_t i = x->at, k = nr; i != EXHAUST_NO_STATE; i = s[i].parent)
		way[k--] = i;
	while (at && x->copy[at].state != way[at])
		at--;
	if (x->copy[at].state != way[at]) {
		if (!(start(x) || found(x)) || !step_to(x, base))
			return false;
		exhaust_copy_save(x->copy, x->how->heap, x->l, way[0]);
	} else {
		x->r->progress.runs++;
		exhaust_copy_put_back(x->copy + at);
	}
	for (; at < nr; at++) {
		if (!step_to(x, base + at + 1))
			return false;
		exhaust_copy_save(x->copy + at + 1, x->how->heap, x->l, way[at + 1]);
	}
	return true;
}

/* Be in the state @at again. */
static bool enter(struct exhauster *x)
{
	if (!(x->copy && x->states.nr ? put_back(x) : run_path(x)))
		return false;
	if (x->states.nr && exhaust_hash(x->l) != x->hash) {
		fputs("pcpufuzz: exhaust: a program came to another state than before\n", stderr);
		abort();
	}
	x->intact = true;
	return true;
}

/* The runs are in a state: is it new? */
static bool arrive(struct exhauster *x, const struct exhaust_state *state)
{
	x->intact = false;
	switch (exhaust_states_add(&x->states, state)) {
	case EXHAUST_KNOWN:
		return true;
	case EXHAUST_FULL:
		x->r->end = EXHAUST_MEMORY;
		return false;
	case EXHAUST_NEW:
		break;
	}
	x->r->progress.states++;
	x->r->progress.fresh++;
	return finish(x) || found(x);
}

static bool go_on(struct exhauster *x)
{
	if (x->r->progress.programs++ % PROGRAMS_PER_LOOK ||
	    x->how->go_on(x->how->ctx, &x->r->progress))
		return true;
	x->r->end = EXHAUST_STOPPED;
	return false;
}

/* Try one op; how many requests of each kind the first subject made is stored in @asked. */
static bool try_step(struct exhauster *x, struct exhaust_step step, uint32_t *asked)
{
	struct exhaust_state next = { .parent = x->at, .step = step };
	const struct budget *b = &x->l->e[0].world.budget;

	if (!go_on(x))
		return false;
	if ((!x->intact || x->l->at == x->p.nr_ops) && !enter(x))
		return false;
	memcpy(asked, b->asked, sizeof(b->asked));
	x->p.ops[x->l->at] = exhaust_op(&x->alphabet, step);
	if (!run_step(x))
		return found(x);
	for (unsigned int kind = 0; kind < PCPU_FAULT_NR; kind++)
		asked[kind] = b->asked[kind] - asked[kind];
	if (lockstep_is_over(x->l)) {
		x->intact = false;
		return true;
	}
	next.hash = exhaust_hash(x->l);
	return next.hash == x->hash || arrive(x, &next);
}

/* Without a fault, and then with each request refused that was made without. */
static bool try_with_faults(struct exhauster *x, uint16_t what)
{
	uint32_t asked[PCPU_FAULT_NR], ignored[PCPU_FAULT_NR];

	if (!try_step(x, (struct exhaust_step){ .what = what }, asked))
		return false;
	for (unsigned int kind = PCPU_FAULT_NONE + 1; kind < PCPU_FAULT_NR; kind++) {
		for (uint32_t n = 1; n <= asked[kind] && n <= FAULT_N_MAX; n++) {
			struct exhaust_step refused = { .what = what };

			refused.fault = kind & 0xf;
			refused.fault_n = (n - (kind == PCPU_FAULT_MAP)) & FAULT_N_MAX;
			if (!try_step(x, refused, ignored))
				return false;
		}
	}
	return true;
}

/* Try everything in one state. */
static bool follow(struct exhauster *x, uint32_t state)
{
	uint16_t *what, nr;
	bool ok = true;

	x->at = state;
	x->hash = x->states.one[state].hash;
	x->nr_path = set_path(x, state);
	if (!enter(x))
		return false;
	what = calloc(exhaust_steps_max(&x->alphabet, x->l->e[0].nr_handles), sizeof(*what));
	if (!what)
		abort();
	nr = exhaust_steps(&x->alphabet, &x->l->e[0], what);
	for (uint16_t i = 0; i < nr && ok; i++)
		ok = try_with_faults(x, what[i]);
	free(what);
	return ok;
}

static bool begin(struct exhauster *x)
{
	struct exhaust_state first = { .parent = EXHAUST_NO_STATE };

	x->nr_path = x->how->from->nr_ops;
	if (!enter(x))
		return false;
	first.hash = exhaust_hash(x->l);
	return arrive(x, &first);
}

static void levels(struct exhauster *x)
{
	struct exhaust_progress *n = &x->r->progress;
	uint32_t from = 0, to;

	if (!begin(x))
		return;
	x->how->level(x->how->ctx, n);
	for (n->depth = 1; n->depth <= x->how->max_ops; n->depth++, from = to) {
		to = x->states.nr;
		n->fresh = n->done = 0;
		n->parents = to - from;
		for (uint32_t i = from; i < to; i++, n->done++)
			if (!follow(x, i))
				return;
		x->how->level(x->how->ctx, n);
		if (x->states.nr == to) {
			x->r->end = EXHAUST_CLOSED;
			return;
		}
	}
	n->depth = x->how->max_ops;
}

static void copies_init(struct exhauster *x)
{
	x->copy = calloc(x->how->max_ops + 1, sizeof(*x->copy));
	if (!x->copy)
		abort();
	for (uint32_t i = 0; i <= x->how->max_ops; i++)
		x->copy[i].state = EXHAUST_NO_STATE;
}

/**
 * exhaust - run every program up to a number of ops, or to the first finding
 * @how: what to run
 * @r: where it is stored what came of it
 */
void exhaust(const struct exhaust_options *how, struct exhaust_result *r)
{
	struct exhauster x = { .how = how, .r = r };
	const struct op nothing = { .kind = OP_BALANCE };

	*r = (struct exhaust_result){ .end = EXHAUST_COMPLETE };
	x.l = calloc(1, sizeof(*x.l));
	if (!x.l)
		abort();
	exhaust_states_init(&x.states, how->memory);
	exhaust_alphabet_init(&x.alphabet, &how->from->machine);
	copy_from(&x.p, how->from);
	for (uint32_t i = 0; i < how->max_ops + ROOM_FOR_TRIES; i++)
		program_add(&x.p, &nothing);
	if (how->heap)
		copies_init(&x);
	current = &x;
	levels(&x);
	leave(&x);
	current = NULL;
	for (uint32_t i = 0; x.copy && i <= how->max_ops; i++)
		free(x.copy[i].data);
	free(x.copy);
	program_exit(&x.p);
	exhaust_alphabet_exit(&x.alphabet);
	exhaust_states_exit(&x.states);
	free(x.l);
}

/**
 * exhaust_running - what is being run, should the process die of it
 * @nr_ops: where it is stored how many ops of it were run, or were running
 *
 * Return: the program, or NULL if there is none; ops that change nothing may be part of it.
 */
const struct program *exhaust_running(uint32_t *nr_ops)
{
	if (!current || !current->running)
		return NULL;
	use_heap(current, false);
	*nr_ops = current->l->at + !current->ending;
	if (*nr_ops > current->p.nr_ops)
		*nr_ops = 0; /* at the start */
	return &current->p;
}
