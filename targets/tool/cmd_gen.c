// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_gen.c - pcpufuzz gen: random programs, to look at, to keep, or to run on the spot.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/**
 * struct gen_options - what to generate
 * @seed: decides everything
 * @count: programs
 * @ops: ops of each at most
 * @run: run them instead of printing them
 * @keep_going: do not stop at the first finding
 */
struct gen_options {
	uint64_t seed, count, ops;
	bool run, keep_going;
};

/* Run one; false if there was a finding. */
static bool run_one(const struct run_options *ro, const struct program *p, uint64_t number,
		    uint64_t *ops)
{
	static struct exec e;
	bool clean = exec_run(&e, p, &ro->exec);
	char key[120];

	if (!clean) {
		printf("program %" PRIu64 ": finding\n", number);
		report_print(stdout, &e, NULL);
		report_key(key, sizeof(key), &e);
		printf("%s\n\n", key);
	}
	*ops += e.oracle.nr_ops;
	exec_exit(&e);
	return clean;
}

static int generate(const struct run_options *ro, const struct gen_options *go)
{
	struct rng r = { .state = go->seed };
	uint64_t ops = 0, findings = 0, n;

	for (n = 0; n < go->count && (!findings || go->keep_going); n++) {
		struct program p;
		char *text;
		size_t len;

		program_generate(&p, ro->layer, &r, (uint32_t)go->ops);
		if (go->run) {
			findings += !run_one(ro, &p, n, &ops);
		} else {
			text = program_to_text(&p, &len);
			fwrite(text, 1, len, stdout);
			if (n + 1 < go->count)
				putchar('\n');
			free(text);
		}
		program_exit(&p);
	}
	if (go->run)
		printf("%" PRIu64 " programs, %" PRIu64 " ops, %" PRIu64 " findings\n", n, ops,
		       findings);
	return findings ? EXIT_FINDING : EXIT_CLEAN;
}

static bool take_number(const char *option, const char *text, uint64_t max, uint64_t *value)
{
	if (text && parse_number(text, max, value))
		return true;
	usage_error("gen: %s: expected a number up to %" PRIu64, option, max);
	return false;
}

/**
 * cmd_gen - generate programs
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_gen(int argc, char **argv)
{
	struct gen_options go = { .seed = 1, .count = 1, .ops = 64 };
	struct run_options ro = { .how = "" };
	bool ok = true;

	for (int i = 1; i < argc && ok; i++) {
		const char *option = argv[i];
		int taken = take_run_option(&ro, argc, argv, &i);

		if (taken)
			ok = taken > 0;
		else if (!strcmp(option, "--seed"))
			ok = take_number(option, argv[++i], UINT64_MAX, &go.seed);
		else if (!strcmp(option, "--count"))
			ok = take_number(option, argv[++i], UINT64_MAX, &go.count);
		else if (!strcmp(option, "--ops"))
			ok = take_number(option, argv[++i], PROGRAM_MAX_OPS, &go.ops);
		else if (!strcmp(option, "--run"))
			go.run = true;
		else if (!strcmp(option, "--keep-going"))
			go.keep_going = true;
		else
			ok = !usage_error("gen: unknown option '%s', see 'pcpufuzz gen --help'",
					  option);
	}
	return ok ? generate(&ro, &go) : EXIT_USAGE;
}
