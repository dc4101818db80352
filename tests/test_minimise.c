// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_minimise.c - whatever bytes a finding comes from, what the minimiser makes of them is a
 * legal program with the same finding, no larger, that loses it with any op.
 *
 * check_input() is the property; files that are given as arguments are put to it as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "legal.h"
#include "random_input.h"
#include "../targets/exec/minimise-steps.h"

#define MAX_SIZE 5000u
#define MAX_RUNS 3000u /* of one input: then it is ended from outside */

static unsigned long nr_checks, nr_failures;
static unsigned long nr_clean, nr_found, nr_ended, nr_emptied, nr_not_needed, kinds[OP_NR],
	rules[RULE_NR];

/*
 * After a finding the subject is not asked for anything but its end, so it keeps what describes
 * congruent areas: no leak of the minimiser.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static bool check(bool good, const char *what)
{
	nr_checks++;
	if (!good && ++nr_failures <= 20)
		printf("FAILED: %s\n", what);
	return good;
}

/* Ours, each with one thing that it does wrong. */
static bool accept(void *s, uint64_t addr)
{
	(void)s;
	(void)addr;
	return true;
}

static void do_nothing(void *s)
{
	(void)s;
}

static bool no_phys(void *s, uint64_t addr, uint64_t *phys)
{
	*phys = 0;
	return subject_ours.phys(s, addr, phys) && (*phys & 4);
}

static size_t no_info(void *s, char *buf, size_t size)
{
	(void)s;
	(void)buf;
	(void)size;
	return 0;
}

static bool find_nothing(void *s, uint64_t addr, struct subject_area *area)
{
	(void)s;
	(void)addr;
	(void)area;
	return false;
}

static void free_at_once(void *s, void *set, unsigned int nr)
{
	subject_ours.free_vm_areas(s, set, nr);
	subject_ours.purge(s);
}

static int all_well(void *s, void *chunk, unsigned int start, unsigned int end)
{
	(void)s;
	(void)chunk;
	(void)start;
	(void)end;
	return 0;
}

static bool is_never_static(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr)
{
	(void)areas;
	(void)addr;
	(void)can_addr;
	return false;
}

#define NR_BROKEN 12

/* The @n-th of them; above these it is ours. */
static struct subject_ops broken(unsigned int n)
{
	struct subject_ops ops = subject_ours;

	switch (n) {
	case 0:
		ops.vfree = accept;
		break;
	case 1:
		ops.remove_vm_area = accept;
		break;
	case 2:
		ops.purge = do_nothing;
		break;
	case 3:
		ops.balance = do_nothing;
		break;
	case 4:
		ops.phys = no_phys;
		break;
	case 5:
		ops.vmallocinfo = no_info;
		break;
	case 6:
		ops.find_vm_area = find_nothing;
		break;
	case 7:
		ops.free_vm_areas = free_at_once;
		break;
	case 8:
		ops.populate = all_well;
		break;
	case 9:
		ops.depopulate = all_well;
		break;
	case 10:
		ops.boot_is_static = is_never_static;
		break;
	case 11:
		ops.free = accept;
		break;
	}
	return ops;
}

static void run(void *ctx, const struct program *p, struct trial *t)
{
	trial_run(t, p, ctx, 1);
}

static bool any_machine(void *ctx, const struct machine *m)
{
	(void)ctx;
	(void)m;
	return true;
}

static bool go_on(void *ctx, uint64_t runs, uint32_t nr_ops)
{
	(void)ctx;
	(void)nr_ops;
	return runs < MAX_RUNS;
}

static void check_legal(struct program *p)
{
	uint32_t handles = 0;
	struct program again;
	struct text_error err;
	size_t len;
	char *text;

	check(!machine_fault(&p->machine), "the machine is legal");
	for (uint32_t i = 0; i < p->nr_ops; i++) {
		check(op_is_legal(p, p->ops + i, handles), "the op is legal");
		handles += op_infos[p->ops[i].kind].letter != 0;
	}
	text = program_to_text(p, &len);
	if (check(program_from_text(&again, text, len, &err), "its text is a program")) {
		check(program_equal(p, &again), "which is the same");
		program_exit(&again);
	}
	free(text);
}

static enum rule rule_of(const char *key)
{
	const char *name = strchr(key, '=') + 1;
	char word[80];
	enum rule rule = RULE_NR;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, "."), name);
	check(rule_by_name(word, &rule), "the key has a rule");
	return rule;
}

/* Is each op needed, with all that uses what it defines? */
static bool ops_are_needed(struct program *p, const struct minimise_options *how, const char *key)
{
	const struct minimiser z = { .best = p };
	bool *keep = malloc(p->nr_ops + 1), needed = true;

	if (!keep)
		abort();
	for (uint32_t i = 0; i < p->nr_ops && needed; i++) {
		struct program less;
		struct trial t;

		for (uint32_t k = 0; k < p->nr_ops; k++)
			keep[k] = k != i;
		minimiser_copy(&z, &less, keep);
		run(how->ctx, &less, &t);
		needed = t.found < 0 || strcmp(t.key, key);
		program_exit(&less);
	}
	free(keep);
	return needed;
}

static void check_result(struct program *p, const struct minimise_options *how,
			 const struct minimise_result *r)
{
	struct minimise_result again;
	struct program copy;
	struct trial t;

	check(p->nr_ops <= r->nr_ops, "it has not grown");
	check_legal(p);
	run(how->ctx, p, &t);
	check(!t.found && !strcmp(t.key, r->key), "the finding is the same");
	check(t.nr_ops == p->nr_ops, "it ends with it");
	nr_emptied += !p->nr_ops;
	if (rule_of(r->key) < RULE_NR)
		rules[rule_of(r->key)]++;
	nr_ended += r->ended;
	if (r->ended)
		return;
	for (uint32_t i = 0; i < p->nr_ops; i++)
		kinds[p->ops[i].kind]++;
	check(ops_are_needed(p, how, r->key), "without any op the finding is lost");
	program_copy(&copy, p);
	check(minimise(&copy, how, &again) && program_equal(&copy, p),
	      "it cannot be made smaller once more");
	program_exit(&copy);
}

/* The property: of any bytes, as the fuzz target of @layer reads them, and of an error. */
static void check_input(enum program_layer layer, unsigned int error, unsigned int quirks,
			const uint8_t *data, size_t size)
{
	const struct subject_ops ops = broken(error);
	/* of chunk-edges most machines break a rule when they boot */
	struct exec_options opts = { .subject = &ops,
				     .option = quirks,
				     .tolerate = 1u << PCPU_QUIRK_CHUNK_EDGES };
	struct minimise_options how = {
		.run = run, .fits = any_machine, .go_on = go_on, .ctx = &opts
	};
	struct minimise_result r;
	struct program p, before;

	program_from_bytes(&p, layer, data, size);
	program_copy(&before, &p);
	if (minimise(&p, &how, &r)) {
		nr_found++;
		nr_not_needed += !ops_are_needed(&before, &how, r.key);
		check_result(&p, &how, &r);
	} else {
		nr_clean++;
		check(p.nr_ops == r.nr_ops && program_equal(&p, &before),
		      "what is clean is as it was");
	}
	program_exit(&before);
	program_exit(&p);
}

/* Two at a time: with all of them no program comes far. */
static unsigned int some_quirks(struct rng *r)
{
	return 1u << rng_below(r, PCPU_QUIRK_NR) | 1u << rng_below(r, PCPU_QUIRK_NR);
}

static void check_file(const char *path)
{
	uint8_t *data = malloc(1 << 20);
	FILE *f = fopen(path, "rb");
	size_t len;

	if (!data || !f) {
		check(false, path);
		free(data);
		return;
	}
	len = fread(data, 1, 1 << 20, f);
	fclose(f);
	for (int layer = 0; layer < LAYER_NR; layer++)
		check_input((enum program_layer)layer, NR_BROKEN, PCPU_POLICY_LINUX_6_1, data, len);
	free(data);
}

static void check_counts(void)
{
	unsigned int nr_rules = 0, nr_kinds = 0;

	for (int i = 0; i < RULE_NR; i++)
		nr_rules += rules[i] != 0;
	for (int i = 0; i < OP_NR; i++)
		nr_kinds += kinds[i] != 0;
	printf("%lu findings of %u rules, %lu without any op, %lu ended early; %u kinds of op "
	       "left; "
	       "%lu clean\n",
	       nr_found, nr_rules, nr_emptied, nr_ended, nr_kinds, nr_clean);
	check(nr_clean && nr_found > 50 && nr_emptied < nr_found / 2, "many inputs are findings");
	check(nr_not_needed > 20, "programs that were not minimised have ops that are not needed");
	check(nr_rules >= 10 && nr_kinds >= 12, "of many kinds");
}

int main(int argc, char **argv)
{
	struct rng r = { 23 };
	uint8_t data[MAX_SIZE + 1];

	for (int i = 1; i < argc; i++)
		check_file(argv[i]);
	for (unsigned int i = 0; i < 400; i++) {
		enum program_layer layer = (enum program_layer)(i % LAYER_NR);
		size_t len = random_input(&r, layer, data, MAX_SIZE);

		check_input(layer, i / LAYER_NR % (2 * NR_BROKEN), i & 1 ? some_quirks(&r) : 0,
			    data, len);
	}
	for (size_t len = 0; len <= BYTES_HEADER + BYTES_OP + 1; len++)
		check_input(LAYER_ANY, (unsigned int)len % NR_BROKEN, 0, data, len);
	check_counts();
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}
