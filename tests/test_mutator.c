// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_mutator.c - whatever bytes are mutated or crossed, the result is a legal program that fits.
 *
 * Buffers are heap blocks of exactly the size that the engine promises, so a sanitizer sees an
 * access past the end.  Also counts that every kind of edit and op really comes up.  Does not run
 * any program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "legal.h"
#include "random_input.h"
#include "../targets/mutator.h"

#define MAX_SIZE 5000u
#define MIN_MUTABLE (BYTES_HEADER + BYTES_OP)

/* What one mutation did, as far as it can be told from outside. */
#define EFFECTS       \
	X(nothing)    \
	X(many)       \
	X(machine)    \
	X(inserted)   \
	X(appended)   \
	X(deleted)    \
	X(swapped)    \
	X(duplicated) \
	X(comb)       \
	X(size)       \
	X(align)      \
	X(context)    \
	X(reserved)   \
	X(handle) X(offset) X(fault) X(pages) X(ioremap) X(node) X(cpu) X(args) X(boot)

enum effect {
#define X(name) EFFECT_##name,
	EFFECTS
#undef X
		EFFECT_NR,
};

static const char *const effect_names[EFFECT_NR] = {
#define X(name) #name,
	EFFECTS
#undef X
};

static unsigned long nr_checks, nr_failures, nr_byte_calls;
static unsigned long nr_followed, nr_not_followed;
static unsigned long effects[EFFECT_NR], kinds[OP_NR], gfps[PCPU_GFP_NR], faults[PCPU_FAULT_NR];

static bool check(bool good, const char *what)
{
	nr_checks++;
	if (!good && ++nr_failures <= 20)
		printf("FAILED: %s\n", what);
	return good;
}

/* What the fuzz target is about that is being tested. */
static enum program_layer layer;

/* The result of a mutation is legal, and is exactly what its program is encoded as. */
static void check_result(const uint8_t *data, size_t size, bool encoded)
{
	struct program p;
	uint32_t handles = 0;
	uint8_t *again;
	size_t len;

	program_from_bytes(&p, layer, data, size);
	check(!machine_fault(&p.machine), "machine is legal");
	for (uint32_t i = 0; i < p.nr_ops; i++) {
		const struct op *op = p.ops + i;

		check(op_is_legal(&p, op, handles), "op is legal");
		handles += op_infos[op->kind].letter != 0;
		kinds[op->kind]++;
		gfps[op->gfp]++;
		faults[op->fault]++;
	}
	if (encoded) {
		again = program_to_bytes(&p, layer, &len);
		check(len == size && !memcmp(again, data, len), "encoded canonically");
		free(again);
	}
	program_exit(&p);
}

static bool same_args(const struct program *p, const struct op *a, const struct program *q,
		      const struct op *b)
{
	if (a->nr_args != b->nr_args)
		return false;
	for (uint32_t i = 0; i < a->nr_args; i++)
		if (p->args[a->first_arg + i].a != q->args[b->first_arg + i].a ||
		    p->args[a->first_arg + i].b != q->args[b->first_arg + i].b)
			return false;
	return true;
}

static bool same_boot(const struct op *a, const struct op *b)
{
	return a->choice == b->choice && a->boot.static_size == b->boot.static_size &&
	       a->boot.reserved_size == b->boot.reserved_size &&
	       a->boot.dyn_size == b->boot.dyn_size && a->boot.unit == b->boot.unit &&
	       a->boot.atom == b->boot.atom;
}

static bool same_op(const struct program *p, const struct op *a, const struct program *q,
		    const struct op *b)
{
	return a->kind == b->kind && a->gfp == b->gfp && a->reserved == b->reserved &&
	       a->fault == b->fault && a->fault_n == b->fault_n && a->handle == b->handle &&
	       a->size == b->size && a->align == b->align && a->offset == b->offset &&
	       a->seed == b->seed && a->chunk == b->chunk && a->start == b->start &&
	       a->end == b->end && a->ioremap == b->ioremap && a->node == b->node &&
	       a->cpu == b->cpu && same_boot(a, b) && same_args(p, a, q, b);
}

/* Two ops at one place that differ: in what alone? */
static enum effect op_effect(const struct program *p, const struct op *a, const struct program *q,
			     const struct op *b)
{
	const struct {
		enum effect effect;
		bool differs;
	} by[] = {
		{ EFFECT_size, a->size != b->size },
		{ EFFECT_align, a->align != b->align },
		{ EFFECT_context, a->gfp != b->gfp },
		{ EFFECT_reserved, a->reserved != b->reserved },
		{ EFFECT_handle, a->handle != b->handle },
		{ EFFECT_offset, a->offset != b->offset },
		{ EFFECT_fault, a->fault != b->fault || a->fault_n != b->fault_n },
		{ EFFECT_pages, a->chunk != b->chunk || a->start != b->start || a->end != b->end },
		{ EFFECT_ioremap, a->ioremap != b->ioremap },
		{ EFFECT_node, a->node != b->node },
		{ EFFECT_cpu, a->cpu != b->cpu },
		{ EFFECT_args, !same_args(p, a, q, b) },
		{ EFFECT_boot, !same_boot(a, b) },
		{ EFFECT_many, a->seed != b->seed },
	};
	enum effect found = EFFECT_many;
	unsigned int nr = 0;

	if (a->kind != b->kind)
		return EFFECT_many;
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		if (by[i].differs) {
			found = by[i].effect;
			nr++;
		}
	}
	return nr == 1 ? found : EFFECT_many;
}

/* As many ops as before. */
static enum effect same_length_effect(const struct program *a, const struct program *b)
{
	uint32_t at[3], nr = 0;

	for (uint32_t i = 0; i < a->nr_ops && nr < 3; i++)
		if (!same_op(a, a->ops + i, b, b->ops + i))
			at[nr++] = i;
	if (!nr)
		return EFFECT_nothing;
	if (nr == 1)
		return op_effect(a, a->ops + at[0], b, b->ops + at[0]);
	if (nr == 2 && same_op(a, a->ops + at[0], b, b->ops + at[1]) &&
	    same_op(a, a->ops + at[1], b, b->ops + at[0]))
		return EFFECT_swapped;
	return EFFECT_many;
}

/* More ops than before, those from @from on are new: is that a comb of frees? */
static bool is_comb(const struct program *p, uint32_t from)
{
	for (uint32_t i = from; i < p->nr_ops; i++) {
		const struct op *op = p->ops + i;

		if (!op_uses_handle(op->kind) || op->offset || op->fault ||
		    op->handle - p->ops[from].handle !=
			    (i - from) * (p->ops[from + 1].handle - p->ops[from].handle))
			return false;
	}
	return true;
}

/* Is a run of ops that is new at @at the copy of another run of the old ones? */
static bool is_copy(const struct program *old, const struct program *p, uint32_t at, uint32_t nr)
{
	for (uint32_t from = 0; from + nr <= old->nr_ops; from++) {
		uint32_t i = 0;

		while (i < nr && old->ops[from + i].kind == p->ops[at + i].kind &&
		       old->ops[from + i].size == p->ops[at + i].size &&
		       old->ops[from + i].align == p->ops[at + i].align)
			i++;
		if (i == nr)
			return true;
	}
	return false;
}

static uint32_t first_difference(const struct program *a, const struct program *b)
{
	uint32_t i = 0;

	while (i < a->nr_ops && i < b->nr_ops && same_op(a, a->ops + i, b, b->ops + i))
		i++;
	return i;
}

/*
 * One alloc was inserted or deleted: do the handles behind it still mean the same allocs?  A
 * further edit, or an equal alloc beside it, can make it look as if not; so this is only counted.
 */
static void count_followers(const struct program *longer, const struct program *shorter)
{
	uint32_t at = first_difference(longer, shorter), handle, nr = 0;
	bool good = true;

	if (longer->nr_ops != shorter->nr_ops + 1 || !op_infos[longer->ops[at].kind].letter)
		return;
	handle = program_nr_handles(longer, at);
	for (uint32_t i = at; i < shorter->nr_ops; i++) {
		const struct op *l = longer->ops + i + 1, *s = shorter->ops + i;

		if (l->kind != s->kind || l->size != s->size || l->align != s->align)
			return;
		if (!op_uses_handle(l->kind) || l->handle == handle ||
		    l->handle == PROGRAM_NO_HANDLE)
			continue;
		good = good && s->handle == l->handle - (l->handle > handle);
		nr++;
	}
	nr_followed += nr && good;
	nr_not_followed += !good;
}

static enum effect longer_effect(const struct program *a, const struct program *b)
{
	uint32_t same = first_difference(a, b), more = b->nr_ops - a->nr_ops;

	/* a copied run has at most 8 ops */
	if (same == a->nr_ops && more > 8 && is_comb(b, same))
		return EFFECT_comb;
	if (more > 1 && is_copy(a, b, same, more))
		return EFFECT_duplicated;
	if (same == a->nr_ops)
		return EFFECT_appended;
	return more == 1 ? EFFECT_inserted : EFFECT_many;
}

static void count_effect(const uint8_t *before, size_t size, const uint8_t *after, size_t len)
{
	struct program a, b;
	struct machine *m = &a.machine, *n = &b.machine;
	enum effect effect;

	program_from_bytes(&a, layer, before, size);
	program_from_bytes(&b, layer, after, len);
	if (!machine_equal(m, n))
		effect = EFFECT_machine;
	else if (a.nr_ops > b.nr_ops)
		effect = EFFECT_deleted;
	else if (a.nr_ops < b.nr_ops)
		effect = longer_effect(&a, &b);
	else
		effect = same_length_effect(&a, &b);
	effects[effect]++;
	if (a.nr_ops > b.nr_ops)
		count_followers(&a, &b);
	else
		count_followers(&b, &a);
	program_exit(&b);
	program_exit(&a);
}

/* The engine's mutator: within its rights, but rude. */
static size_t rude_bytes(uint8_t *data, size_t size, size_t max_size)
{
	struct rng r = { size * 31 + (size ? data[0] : 0) };
	size_t want = rng_below(&r, (uint32_t)max_size + 1);

	nr_byte_calls++;
	check(size <= max_size, "bytes are mutated only where they fit");
	for (size_t i = size; i < want; i++)
		data[i] = (uint8_t)rng_next(&r);
	for (uint32_t n = rng_below(&r, 9); n-- && want;)
		data[rng_below(&r, (uint32_t)want)] ^= (uint8_t)rng_next(&r);
	return want;
}

/* A copy in a block of exactly @room bytes, junk behind it. */
static uint8_t *exact(const uint8_t *data, size_t size, size_t room, uint8_t junk)
{
	uint8_t *p = malloc(room + !room);

	if (!p)
		abort();
	memset(p, junk, room + !room);
	if (size)
		memcpy(p, data, size);
	return p;
}

/* Mutate twice: the same must come out.  The result replaces @data, which has room for all. */
static size_t check_mutation(uint8_t *data, size_t size, size_t max_size, unsigned int seed,
			     byte_mutator bytes)
{
	size_t room = size > max_size ? size : max_size;
	uint8_t *one = exact(data, size, room, 0), *two = exact(data, size, room, 0xee);
	unsigned long calls = nr_byte_calls;
	size_t len = mutate_program(layer, one, size, max_size, seed, bytes);
	bool by_bytes = nr_byte_calls != calls;

	check(len <= max_size, "result fits");
	check(mutate_program(layer, two, size, max_size, seed, bytes) == len &&
		      !memcmp(one, two, len),
	      "same seed, same result");
	if (max_size < MIN_MUTABLE)
		check(len == (size < max_size ? size : max_size) && !memcmp(one, data, len),
		      "nothing to mutate");
	check_result(one, len, !by_bytes && max_size >= MIN_MUTABLE);
	if (!by_bytes && max_size >= MIN_MUTABLE && size >= MIN_MUTABLE && size <= max_size)
		count_effect(data, size, one, len);
	if (len)
		memcpy(data, one, len);
	free(two);
	free(one);
	return len;
}

/*
 * Is @p the first @cut ops of @a and those of @b from @from on, each handle of these meaning the
 * alloc that came with it?  Of handles whose alloc was left behind nothing is expected.
 */
static bool is_crossing(const struct program *p, const struct program *a, uint32_t cut,
			const struct program *b, uint32_t from)
{
	uint32_t before = program_nr_handles(a, cut), left = program_nr_handles(b, from);

	for (uint32_t i = 0; i < p->nr_ops; i++) {
		const struct op *got = p->ops + i;
		struct op want = i < cut ? a->ops[i] : b->ops[from + i - cut];

		if (i >= cut && op_uses_handle(want.kind) && want.handle != PROGRAM_NO_HANDLE) {
			if (want.handle < left)
				continue;
			want.handle += before - left;
		}
		if (!same_op(p, got, i < cut ? a : b, &want))
			return false;
	}
	return true;
}

/* The start of the one and the end of the other, cut somewhere; only where that is quick. */
static void check_halves(const struct program *p, const struct program *a, const struct program *b,
			 size_t max_out)
{
	bool found = false;

	/* a further op may have been left out for its list */
	if (p->nr_ops > 60 || program_bytes_len(p) + (OP_ARGS_MAX + 1) * BYTES_OP > max_out)
		return;
	for (uint32_t cut = 0; cut <= a->nr_ops && cut <= p->nr_ops && !found; cut++)
		if (p->nr_ops - cut <= b->nr_ops)
			found = is_crossing(p, a, cut, b, b->nr_ops - (p->nr_ops - cut));
	check(found, "crossing is the start of one and the end of the other");
}

static void check_crossing(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
			   size_t max_out, unsigned int seed)
{
	uint8_t *first = exact(a, size_a, size_a, 0), *second = exact(b, size_b, size_b, 0);
	uint8_t *one = exact(NULL, 0, max_out, 0), *two = exact(NULL, 0, max_out, 0xee);
	size_t len = cross_programs(layer, first, size_a, second, size_b, one, max_out, seed);
	struct program p, q, other;

	check(len <= max_out, "crossing fits");
	check(cross_programs(layer, first, size_a, second, size_b, two, max_out, seed) == len &&
		      !memcmp(one, two, len),
	      "same seed, same crossing");
	check(len || max_out < BYTES_HEADER, "crossing is not empty");
	check_result(one, len, max_out >= BYTES_HEADER);
	if (len) {
		program_from_bytes(&p, layer, first, size_a);
		program_from_bytes(&q, layer, one, len);
		program_from_bytes(&other, layer, second, size_b);
		check_halves(&q, &p, &other, max_out);
		program_exit(&other);
		p.nr_ops = q.nr_ops = 0;
		check(program_equal(&p, &q) || program_bytes_len(&p) > max_out,
		      "crossing has the machine of the first, unless there is no room for it");
		program_exit(&q);
		program_exit(&p);
	}
	free(two);
	free(one);
	free(second);
	free(first);
}

/* Crossed, or the first one mutated: nothing else, and both come. */
static uint32_t sometimes[2];

static void check_sometimes(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
			    size_t max_out, unsigned int seed)
{
	uint8_t *first = exact(a, size_a, size_a, 0), *second = exact(b, size_b, size_b, 0);
	uint8_t *one = exact(NULL, 0, max_out, 0), *two = exact(NULL, 0, max_out, 0xee);
	size_t len = cross_sometimes(layer, first, size_a, second, size_b, one, max_out, seed);
	bool crossed =
		len == cross_programs(layer, first, size_a, second, size_b, two, max_out, seed) &&
		!memcmp(one, two, len);
	size_t size = size_a < max_out ? size_a : max_out;
	bool mutated;

	if (size)
		memcpy(two, first, size);
	mutated = len == mutate_program(layer, two, size, max_out, seed, NULL) &&
		  !memcmp(one, two, len);
	check(len <= max_out && (crossed || mutated), "crossing sometimes is crossing or mutating");
	sometimes[crossed && !mutated]++;
	free(two);
	free(one);
	free(second);
	free(first);
}

/* Mutations of mutations, as an engine does it. */
static void check_chains(struct rng *r, unsigned long nr)
{
	uint8_t data[MAX_SIZE + 1], other[MAX_SIZE + 1];

	while (nr--) {
		size_t size, size2;
		size_t max_size = rng_below(r, 4) ? MAX_SIZE : rng_below(r, MAX_SIZE + 1);

		layer = nr % LAYER_NR;
		size = random_input(r, layer, data, MAX_SIZE);
		size2 = random_input(r, layer, other, MAX_SIZE);
		for (uint32_t n = 1 + rng_below(r, 6); n--;) {
			unsigned int seed = (unsigned int)rng_next(r);

			size = check_mutation(data, size, max_size, seed,
					      rng_below(r, 2) ? rude_bytes : NULL);
		}
		max_size = rng_below(r, 4) ? MAX_SIZE : rng_below(r, MAX_SIZE + 1);
		check_crossing(data, size, other, size2, max_size, (unsigned int)rng_next(r));
		check_sometimes(data, size, other, size2, max_size, (unsigned int)rng_next(r));
	}
}

/* Every size and limit around the header and the first ops. */
static void check_small_sizes(struct rng *r)
{
	uint8_t data[MAX_SIZE + 1];

	for (size_t size = 0; size <= 72; size++) {
		for (size_t max_size = 0; max_size <= 72; max_size++) {
			layer = (size + max_size) % LAYER_NR;
			for (size_t i = 0; i < size; i++)
				data[i] = (uint8_t)rng_next(r);
			/* one in two with a machine that has records of its own */
			if (size && max_size & 4)
				data[0] = 0xff;
			check_crossing(data, size, data, size / 2, max_size,
				       (unsigned int)rng_next(r));
			check_sometimes(data, size, data, size / 2, max_size,
					(unsigned int)rng_next(r));
			check_mutation(data, size, max_size, (unsigned int)rng_next(r),
				       size & 1 ? rude_bytes : NULL);
		}
	}
}

/* Inputs that cannot become longer, that are far too long, and with as many ops as can be. */
static void check_limits(struct rng *r)
{
	const size_t largest = BYTES_HEADER + (size_t)BYTES_OP * PROGRAM_MAX_OPS;
	uint8_t *data = malloc(largest + 40);

	if (!data)
		abort();
	for (unsigned int i = 0; i < 24; i++) {
		size_t size = i < 8 ? largest + 5 * i : 300 + rng_below(r, 100000);

		for (size_t b = 0; b < size; b++)
			data[b] = (uint8_t)rng_next(r);
		data[0] = 1;
		layer = i % LAYER_NR;
		check_mutation(data, size, i % 2 ? 300 : size, i, NULL);
	}
	free(data);
}

static void check_counts(void)
{
	unsigned long all = 0;

	for (int i = 0; i < EFFECT_NR; i++) {
		printf("%s%s %lu", i ? ", " : "", effect_names[i], effects[i]);
		check(effects[i], effect_names[i]);
		all += effects[i];
	}
	putchar('\n');
	for (int i = 0; i < OP_NR; i++)
		check(kinds[i], op_infos[i].name);
	for (int i = 0; i < PCPU_GFP_NR; i++)
		check(gfps[i], gfp_names[i]);
	for (int i = 0; i < PCPU_FAULT_NR; i++)
		check(faults[i], "each fault occurs");
	printf("handles followed %lu, not %lu\n", nr_followed, nr_not_followed);
	/* one result in eight is an edit */
	check(nr_followed > 50 && nr_followed > 4 * nr_not_followed, "a handle follows its alloc");
	check(nr_byte_calls, "the engine's own mutator is used");
	check(effects[EFFECT_nothing] * 10 < all, "most mutations change something");
}

int main(int argc, char **argv)
{
	unsigned long nr = argc > 1 ? strtoul(argv[1], NULL, 0) : 12000;
	struct rng r = { 11 };

	check_small_sizes(&r);
	check_limits(&r);
	check_chains(&r, nr);
	check_counts();
	check(sometimes[1] && sometimes[0] > 4 * sometimes[1], "few are crossed");
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}
