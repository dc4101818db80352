// SPDX-License-Identifier: GPL-2.0-only
/*
 * afl-mutator.c - our mutator as a shared object that AFL++ loads (AFL_CUSTOM_MUTATOR_LIBRARY).
 *
 * The environment variable PCPUFUZZ_TARGET names the fuzz target, and AFL_INPUT_LEN_MAX, which
 * AFL++ has for its own mutations only, the most bytes of a result.  AFL++'s seed decides all else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "afl-mutator.h"
#include "mutator.h"

#define CROSSED_ONE_IN 2 /* as often as libFuzzer does it */
#define RESULTS_OF_ONE 50 /* AFL++ may double that some times */

struct afl_target {
	const char *name;
	enum program_layer layer;
};

static const struct afl_target afl_targets[] = {
#define TARGET(name, option, tolerate, layer, what) { #name, LAYER_##layer },
#include "targets.def"
#undef TARGET
};

#define NR_TARGETS (sizeof(afl_targets) / sizeof(afl_targets[0]))

/**
 * struct afl_mutator - what AFL++ hands back to us with each call
 * @layer: what the fuzz target is about
 * @r: random numbers
 * @limit: the most bytes of a result
 * @out: the last result
 * @size: its size
 * @room: how many bytes @out has room for
 * @crossed: it was made of two inputs
 * @text: the last description
 */
struct afl_mutator {
	enum program_layer layer;
	struct rng r;
	size_t limit;
	uint8_t *out;
	size_t size, room;
	bool crossed;
	char text[64];
};

/* AFL++ does not look at what an initialisation returns, so a wrong set-up has to end it here. */
static void die(const char *what, const char *got)
{
	fprintf(stderr, "pcpufuzz-afl-mutator: %s; got '%s'\n", what, got);
	exit(2);
}

static enum program_layer layer_from_env(void)
{
	const char *name = getenv("PCPUFUZZ_TARGET");

	for (size_t i = 0; name && i < NR_TARGETS; i++)
		if (!strcmp(name, afl_targets[i].name))
			return afl_targets[i].layer;
	die("PCPUFUZZ_TARGET: expected the name of a fuzz target", name ? name : "");
	return LAYER_ANY;
}

static size_t limit_from_env(void)
{
	const char *text = getenv("AFL_INPUT_LEN_MAX");
	unsigned long limit;
	char *end;

	if (!text)
		return SIZE_MAX;
	limit = strtoul(text, &end, 10);
	if (!limit || *end)
		die("AFL_INPUT_LEN_MAX: expected a number of bytes", text);
	return limit;
}

static void make_room(struct afl_mutator *m, size_t room)
{
	if (room <= m->room)
		return;
	free(m->out);
	m->out = malloc(room);
	if (!m->out)
		die("expected memory for an input", "none");
	m->room = room;
}

/**
 * afl_custom_init - once, when AFL++ starts
 * @afl: AFL++'s state, which is not looked at
 * @seed: decides everything
 *
 * Return: what the other functions are to be given.
 */
void *afl_custom_init(void *afl, unsigned int seed)
{
	struct afl_mutator *m = calloc(1, sizeof(*m));

	(void)afl;
	if (!m)
		die("expected memory for the mutator", "none");
	m->layer = layer_from_env();
	m->limit = limit_from_env();
	m->r.state = seed;
	make_room(m, 1); /* also an empty result has an address */
	return m;
}

/**
 * afl_custom_fuzz - make a new input of one or two
 * @data: from afl_custom_init()
 * @buf: the input
 * @size: its size
 * @out: set to the result, which stays until the next call
 * @add: another input, NULL for none
 * @add_size: its size
 * @max_size: the most bytes that the result may have
 *
 * Return: size of the result; 0 if there is room for nothing.
 */
size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t size, uint8_t **out, uint8_t *add,
		       size_t add_size, size_t max_size)
{
	struct afl_mutator *m = data;
	unsigned int seed = (unsigned int)rng_next(&m->r);

	if (max_size > m->limit)
		max_size = m->limit;
	make_room(m, size > max_size ? size : max_size);
	m->crossed = add && add_size && rng_below(&m->r, CROSSED_ONE_IN) == 0;
	if (m->crossed) {
		m->size =
			cross_programs(m->layer, buf, size, add, add_size, m->out, max_size, seed);
	} else {
		if (size)
			memcpy(m->out, buf, size);
		m->size = mutate_program(m->layer, m->out, size, max_size, seed, NULL);
	}
	*out = m->out;
	return m->size;
}

/**
 * afl_custom_fuzz_count - how many inputs to make of one before the next
 * @data: from afl_custom_init()
 * @buf: the input
 * @size: its size
 *
 * AFL++ takes over what others found only between two inputs, and left to itself it can stay with
 * one for minutes.
 *
 * Return: how many.
 */
unsigned int afl_custom_fuzz_count(void *data, const uint8_t *buf, size_t size)
{
	(void)data;
	(void)buf;
	(void)size;
	return RESULTS_OF_ONE;
}

/**
 * afl_custom_describe - what the last result is, for the name of its file
 * @data: from afl_custom_init()
 * @max_len: the most characters
 *
 * Return: the text, which stays until the next call.
 */
const char *afl_custom_describe(void *data, size_t max_len)
{
	struct afl_mutator *m = data;
	struct program p;

	program_from_bytes(&p, m->layer, m->out, m->size);
	snprintf(m->text, max_len < sizeof(m->text) ? max_len + 1 : sizeof(m->text), "%s-%u-ops",
		 m->crossed ? "cross" : "mutate", p.nr_ops);
	program_exit(&p);
	return m->text;
}

/**
 * afl_custom_deinit - once, when AFL++ ends
 * @data: from afl_custom_init()
 */
void afl_custom_deinit(void *data)
{
	struct afl_mutator *m = data;

	free(m->out);
	free(m);
}
