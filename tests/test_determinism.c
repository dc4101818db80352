// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_determinism.c - a run depends on nothing but its program, and a quick check is as good as
 * a full one.
 *
 * Compares verdicts and hashes of the whole state after every op: alone, after and before other
 * programs, many times over, and with ORACLE_FULL; without quirks and with each single one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../impl/pcpu.h"
#include "../targets/exec/exec.h"

#define REPEATS 100u

/**
 * struct verdict - what a run came to
 * @clean: no finding
 * @rule, @at, @what: of the finding
 * @hash: over state, result and reason of every op before the finding
 * @ops: how many these were
 */
struct verdict {
	bool clean;
	enum rule rule;
	uint32_t at, ops;
	char what[256];
	uint64_t hash;
};

static unsigned long nr_checks, nr_failures, nr_findings;
static unsigned long found_by_quirk[PCPU_QUIRK_NR];

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

/* The op with the finding counts by its verdict alone: after it a view may be an old one. */
static void observe(void *ctx, const struct exec *e, uint32_t index, const struct outcome *out)
{
	struct verdict *v = ctx;

	if (e->oracle.failed)
		return;
	v->hash = mix(mix(v->hash, exec_state_hash(e)), index);
	v->hash = mix(mix(v->hash, out->ptr), out->reason);
	v->ops++;
}

static struct verdict run(const struct program *p, unsigned int option, unsigned int flags)
{
	static struct exec e;
	struct verdict v = { .clean = true };
	const struct exec_options opts = {
		.option = option, .flags = flags, .observer = observe, .ctx = &v
	};

	v.clean = exec_run(&e, p, &opts);
	v.at = e.at;
	if (!v.clean) {
		v.rule = e.oracle.finding.rule;
		memcpy(v.what, e.oracle.finding.what, sizeof(v.what));
		v.what[sizeof(v.what) - 1] = 0;
		nr_findings++;
	}
	exec_exit(&e);
	return v;
}

static void print_verdict(const char *name, const struct verdict *v)
{
	printf("  %s: %s at op %u of %u, hash %016llx: %s\n", name,
	       v->clean ? "clean" : rule_infos[v->rule].name, v->at, v->ops,
	       (unsigned long long)v->hash, v->what);
}

static void check_same(const struct verdict *a, const struct verdict *b, const char *what,
		       const struct program *p, const char *quirk)
{
	size_t len;
	char *text;

	nr_checks++;
	if (a->clean == b->clean && a->rule == b->rule && a->at == b->at && a->ops == b->ops &&
	    a->hash == b->hash && !strcmp(a->what, b->what))
		return;
	if (++nr_failures > 5)
		return;
	printf("FAILED: %s, quirk %s\n", what, quirk);
	print_verdict("one", a);
	print_verdict("other", b);
	text = program_to_text(p, &len);
	fwrite(text, 1, len, stdout);
	free(text);
}

/* Alone, then two programs in both orders. */
static void check_order(const struct program *a, const struct program *b, unsigned int option)
{
	struct verdict alone = run(a, option, 0), b_first = run(b, option, 0);
	struct verdict a_after = run(a, option, 0), b_after = run(b, option, 0);

	check_same(&alone, &a_after, "after another program", a, "");
	check_same(&b_first, &b_after, "after another program", b, "");
}

static void check_repeats(const struct program *p, unsigned int option)
{
	struct verdict first = run(p, option, 0);

	for (unsigned int i = 1; i < REPEATS; i++) {
		struct verdict again = run(p, option, 0);

		check_same(&first, &again, "repeated", p, "");
	}
}

/*
 * Looked at only near what each op changes, and at all of it at the end, something is found too, at
 * that op or later.  Without quirks at least one of these would be a false finding.
 */
static void check_near(const struct program *p, unsigned int option, const struct verdict *quick)
{
	static struct exec e;
	const struct exec_options opts = { .option = option,
					   .flags = ORACLE_NEAR | ORACLE_NEAR_ALWAYS };
	bool clean = exec_run(&e, p, &opts);

	nr_checks++;
	if (clean != quick->clean || (!clean && e.at < quick->at)) {
		nr_failures++;
		print_verdict("near", quick);
		printf("  looked at near it is %s at op %u: %s\n", clean ? "clean" : "found", e.at,
		       clean ? "" : e.oracle.finding.what);
	}
	exec_exit(&e);
}

/* Quick and full find the same, at the same op. */
static void check_full(const struct program *p, int quirk)
{
	unsigned int option = quirk < 0 ? PCPU_POLICY_CONTRACT : 1u << quirk;
	struct verdict quick = run(p, option, 0), full = run(p, option, ORACLE_FULL);

	check_same(&quick, &full, "quick and full", p, quirk < 0 ? "" : pcpu_quirks[quirk].name);
	check_near(p, option, &quick);
	if (quirk >= 0)
		found_by_quirk[quirk] += !quick.clean;
	nr_checks++;
	if (quirk < 0 && !quick.clean) {
		nr_failures++;
		print_verdict("the contract is broken", &quick);
	}
}

int main(int argc, char **argv)
{
	unsigned long usual = getenv("PCPUFUZZ_SANITIZED") ? 500 : 2000;
	unsigned long nr = argc > 1 ? strtoul(argv[1], NULL, 0) : usual;
	struct rng r = { 20240613 };
	struct program last;

	program_generate(&last, LAYER_PCPU, &r, 40);
	for (unsigned long i = 0; i < nr; i++) {
		struct program p;

		/* now and then one that is long enough to fill the machine several times */
		program_generate(&p, LAYER_PCPU, &r, i % 64 ? 48 : 400);
		check_full(&p, -1);
		/* the quirks in turn, a quarter of them at a time */
		for (int quirk = (int)(i % 4); quirk < PCPU_QUIRK_NR; quirk += 4)
			check_full(&p, quirk);
		if (i % 8 == 0)
			check_order(&p, &last, i % 16 ? PCPU_POLICY_LINUX_6_1 : 0);
		if (i % 200 == 1)
			check_repeats(&p, i % 400 == 1 ? PCPU_POLICY_LINUX_6_1 : 0);
		program_exit(&last);
		last = p;
	}
	program_exit(&last);

	for (int quirk = 0; quirk < PCPU_QUIRK_NR; quirk++)
		printf("%s%s %lu", quirk ? ", " : "found: ", pcpu_quirks[quirk].name,
		       found_by_quirk[quirk]);
	printf("\n%lu programs, %lu findings, %lu checks, %lu failures\n", nr, nr_findings,
	       nr_checks, nr_failures);
	return nr_failures != 0;
}
