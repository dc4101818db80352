// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_gen.c - pcpufuzz gen: random programs, to look at, to keep, or to run on the spot.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

/**
 * struct gen_options - what to generate
 * @seed: decides everything
 * @count: programs
 * @ops: ops of each at most
 * @total_ops: stop when so many have been run; 0: never
 * @run: run them instead of printing them
 * @keep_going: do not stop at the first finding
 * @min: print the programs of findings minimised too
 */
struct gen_options {
	uint64_t seed, count, ops, total_ops;
	bool run, keep_going, min;
};

/**
 * struct progress - what came of the programs so far
 * @programs, @ops, @findings: run, done on each subject, made
 * @compared: ops after which subjects were compared
 * @parted, @unfit: programs that ended that early for a known error; that no subject can run
 * @not_offered: ops that were not run, as a subject does not offer them
 * @last: when the live line was written
 */
struct progress {
	uint64_t programs, ops, findings;
	uint64_t compared, parted, unfit, not_offered;
	time_t begin, last;
};

/* Whoever ends it early is told what was done. */
static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* "12 programs, 640 ops, 0 findings", and what else there is to count */
static void print_progress(FILE *f, const struct progress *n)
{
	fprintf(f, "%" PRIu64 " programs, %" PRIu64 " ops, %" PRIu64 " findings", n->programs,
		n->ops, n->findings);
	if (n->compared)
		fprintf(f, ", %" PRIu64 " ops compared", n->compared);
	if (n->parted)
		fprintf(f, ", %" PRIu64 " programs parted for a known error", n->parted);
	if (n->unfit)
		fprintf(f, ", %" PRIu64 " not applicable", n->unfit);
	if (n->not_offered)
		fprintf(f, ", %" PRIu64 " ops not offered", n->not_offered);
}

/* Once a second, if somebody may be looking. */
static void show_progress(struct progress *n)
{
	time_t now = time(NULL);

	if (now == n->last)
		return;
	n->last = now;
	if (!isatty(STDERR_FILENO))
		return;
	fputc('\r', stderr);
	print_progress(stderr, n);
	fprintf(stderr, ", %" PRIu64 " ops/s\033[K",
		n->ops / (uint64_t)(now > n->begin ? now - n->begin : 1));
}

static void print_one(const struct program *p, bool last)
{
	size_t len;
	char *text = program_to_text(p, &len);

	fwrite(text, 1, len, stdout);
	if (!last)
		putchar('\n');
	free(text);
}

static void print_minimised(const struct run_options *ro, struct program *p)
{
	struct minimise_result r;

	if (!minimise_program(p, ro, 0, &r))
		return;
	printf("---- minimised: %" PRIu32 " ops of %" PRIu32 " ----\n", p->nr_ops, r.nr_ops);
	print_one(p, false);
}

/* Run one; @seed makes it again. */
static void run_one(const struct run_options *ro, const struct gen_options *go, struct program *p,
		    uint64_t seed, struct progress *n)
{
	static struct lockstep l;
	uint32_t nr_ops = 0;
	bool clean;
	char how[1600];

	if (!subjects_fit(&ro->subjects, &p->machine)) {
		n->unfit++;
		return;
	}
	clean = run_program(&l, ro, p);
	if (!clean) {
		printf("program %" PRIu64 ": finding\n", n->programs);
		n->findings++;
		snprintf(how, sizeof(how), "%s gen --run %s--ops %" PRIu64 " --seed %#" PRIx64,
			 tool_path, ro->how, go->ops, seed);
		print_finding(&l, how);
	}
	nr_ops = (uint32_t)l.e[0].oracle.nr_ops;
	n->programs++;
	n->ops += nr_ops;
	n->compared += l.compared;
	n->parted += l.parted != 0;
	n->not_offered += l.e[0].nr_not_offered;
	lockstep_exit(&l);
	if (!clean && go->min)
		print_minimised(ro, p);
}

static int generate(const struct run_options *ro, const struct gen_options *go)
{
	struct rng r = { .state = go->seed };
	struct progress n = { .begin = time(NULL) };

	if (go->run) {
		signal(SIGINT, stop);
		signal(SIGTERM, stop);
	}
	for (uint64_t i = 0; i < go->count && !stopped && (!n.findings || go->keep_going) &&
			     (!go->total_ops || n.ops < go->total_ops);
	     i++) {
		uint64_t seed = r.state;
		struct program p;

		program_generate(&p, ro->layer, &r, (uint32_t)go->ops);
		if (go->run) {
			run_one(ro, go, &p, seed, &n);
			show_progress(&n);
		} else {
			subjects_fit(&ro->subjects, &p.machine);
			print_one(&p, i + 1 == go->count);
		}
		program_exit(&p);
	}
	if (!go->run)
		return EXIT_CLEAN;
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	print_progress(stdout, &n);
	report_rules_off(stdout, ", without the rules", &ro->policy.rules_off);
	if (go->total_ops || stopped)
		printf("; to go on: --seed %#" PRIx64, r.state);
	putchar('\n');
	if (stopped && !n.findings)
		return usage_error("ended early");
	return n.findings ? EXIT_FINDING : EXIT_CLEAN;
}

/**
 * cmd_gen - generate programs
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_gen(int argc, char **argv)
{
	struct gen_options go = { .seed = 1, .count = UINT64_MAX, .ops = 64 };
	struct run_options ro;
	const struct tool_option own[] = {
		{ "--seed", .number = &go.seed, .max = UINT64_MAX },
		{ "--count", .number = &go.count, .max = UINT64_MAX - 1 },
		{ "--total-ops", .number = &go.total_ops, .max = UINT64_MAX },
		{ "--ops", .number = &go.ops, .max = PROGRAM_MAX_OPS },
		{ "--run", .flag = &go.run },
		{ "--keep-going", .flag = &go.keep_going },
		{ "--min", .flag = &go.min },
		{ 0 },
	};
	bool ok;

	init_run_options(&ro);
	ok = take_options("gen", &ro, argc, argv, own, NULL);
	if (go.count == UINT64_MAX && !go.total_ops)
		go.count = 1;
	if (ok && go.total_ops && !go.run)
		ok = !usage_error("gen: --total-ops: expected with --run");
	if (ok && go.min && !go.run)
		ok = !usage_error("gen: --min: expected with --run");
	settle_run_options(&ro);
	return ok ? generate(&ro, &go) : EXIT_USAGE;
}
