// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_afl_mutator.c - the shared object that AFL++ loads: whatever it is given, the result is a
 * legal program that fits, and follows from the seed.
 *
 * What programs come out is the matter of test_mutator.c.  Does not need AFL++.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../targets/afl-mutator.h"
#include "../targets/program/program.h"
#include "../targets/target.h"

#define MAX_SIZE 3000u
#define MIN_MUTABLE (BYTES_HEADER + BYTES_OP)

static __typeof__(afl_custom_init) *init;
static __typeof__(afl_custom_fuzz) *fuzz;
static __typeof__(afl_custom_fuzz_count) *fuzz_count;
static __typeof__(afl_custom_describe) *describe;
static __typeof__(afl_custom_deinit) *deinit;

static unsigned long nr_checks, nr_failures, nr_crossed, nr_mutated;

static bool check(bool good, const char *what)
{
	nr_checks++;
	if (!good && ++nr_failures <= 20)
		printf("FAILED: %s\n", what);
	return good;
}

static void *symbol(void *object, const char *name)
{
	void *p = dlsym(object, name);

	if (!p) {
		printf("FAILED: %s\n", dlerror());
		exit(1);
	}
	return p;
}

static void load(void)
{
	void *object = dlopen(AFL_MUTATOR, RTLD_NOW | RTLD_LOCAL);

	if (!object) {
		printf("FAILED: %s\n", dlerror());
		exit(1);
	}
	init = symbol(object, "afl_custom_init");
	fuzz = symbol(object, "afl_custom_fuzz");
	fuzz_count = symbol(object, "afl_custom_fuzz_count");
	describe = symbol(object, "afl_custom_describe");
	deinit = symbol(object, "afl_custom_deinit");
}

static const struct target *choose_target(unsigned long n)
{
	const struct target *t = targets + n % TARGET_NR;

	setenv("PCPUFUZZ_TARGET", t->name, 1);
	return t;
}

/* A copy in a block of exactly that size, so that a sanitizer sees an access past the end. */
static uint8_t *exact(const uint8_t *data, size_t size)
{
	uint8_t *p = malloc(size + !size);

	if (!p)
		abort();
	memcpy(p, data, size);
	return p;
}

static void check_legal(enum program_layer layer, const uint8_t *data, size_t size)
{
	struct program p;
	uint8_t *again;
	size_t len;

	program_from_bytes(&p, layer, data, size);
	check(!machine_fault(&p.machine), "the machine is legal");
	again = program_to_bytes(&p, layer, &len);
	check(len == size && !memcmp(again, data, len), "the result is encoded canonically");
	free(again);
	program_exit(&p);
}

/* Its form is "cross-N-ops" or "mutate-N-ops": it becomes part of a file name. */
static void check_description(void *m, size_t max_len)
{
	const char *text = describe(m, max_len);

	check(strlen(text) <= max_len, "a description fits");
	check(strspn(text, "abcdefghijklmnopqrstuvwxyz-0123456789") == strlen(text),
	      "a description can be in a file name");
	nr_crossed += !strncmp(text, "cross-", 6);
	nr_mutated += !strncmp(text, "mutate-", 7);
}

struct input {
	uint8_t *data, *add;
	size_t size, add_size, max_size;
};

static struct input random_input(struct rng *r)
{
	uint8_t data[MAX_SIZE], add[MAX_SIZE];
	struct input in = { .size = rng_below(r, rng_below(r, 3) ? 300 : MAX_SIZE + 1),
			    .add_size = rng_below(r, rng_below(r, 3) ? 300 : MAX_SIZE + 1),
			    .max_size = rng_below(r, rng_below(r, 3) ? 4 * MAX_SIZE : 80) };

	for (size_t i = 0; i < MAX_SIZE; i++) {
		data[i] = (uint8_t)rng_next(r);
		add[i] = (uint8_t)rng_next(r);
	}
	in.data = exact(data, in.size);
	if (rng_below(r, 4))
		in.add = exact(add, in.add_size);
	else
		in.add_size = 0;
	return in;
}

/* The same twice, from two mutators of one seed. */
static void check_fuzz(void *one, void *two, enum program_layer layer, const struct input *in,
		       size_t limit)
{
	uint8_t *before = exact(in->data, in->size), *out1 = NULL, *out2 = NULL;
	size_t most = in->max_size < limit ? in->max_size : limit;
	size_t len1 = fuzz(one, in->data, in->size, &out1, in->add, in->add_size, in->max_size);
	size_t len2 = fuzz(two, in->data, in->size, &out2, in->add, in->add_size, in->max_size);

	check(len1 <= most, "a result fits");
	check(out1 && out2, "a result has an address");
	check(!memcmp(before, in->data, in->size), "the input stays as it is");
	check(len1 == len2 && !memcmp(out1, out2, len1), "the same seed, the same result");
	if (most >= MIN_MUTABLE && check(len1 > 0, "a result is not empty"))
		check_legal(layer, out1, len1);
	check(fuzz_count(one, in->data, in->size) > 0, "an input is not left out");
	check_description(one, 40);
	free(before);
}

static void check_many(struct rng *r, unsigned long nr)
{
	static const char *const limits[] = { NULL, "4096", "100", "1" };

	while (nr--) {
		const struct target *t = choose_target(nr);
		const char *limit = limits[rng_below(r, 4)];
		unsigned int seed = (unsigned int)rng_next(r);
		void *one, *two;

		if (limit)
			setenv("AFL_INPUT_LEN_MAX", limit, 1);
		else
			unsetenv("AFL_INPUT_LEN_MAX");
		one = init(NULL, seed);
		two = init(NULL, seed);
		check_description(one, rng_below(r, 40));
		for (unsigned int i = 0; i < 12; i++) {
			struct input in = random_input(r);

			check_fuzz(one, two, t->layer, &in,
				   limit ? strtoul(limit, NULL, 10) : SIZE_MAX);
			free(in.add);
			free(in.data);
		}
		deinit(two);
		deinit(one);
	}
}

/* Two seeds must not come to the same. */
static void check_seeds(void)
{
	uint8_t input[64] = { 1 };
	unsigned int same = 0;

	unsetenv("AFL_INPUT_LEN_MAX");
	choose_target(0);
	for (unsigned int seed = 0; seed < 50; seed++) {
		void *one = init(NULL, seed), *two = init(NULL, seed + 1);
		uint8_t *out1, *out2;
		size_t len1 = fuzz(one, input, sizeof(input), &out1, NULL, 0, MAX_SIZE);
		size_t len2 = fuzz(two, input, sizeof(input), &out2, NULL, 0, MAX_SIZE);

		same += len1 == len2 && !memcmp(out1, out2, len1);
		deinit(two);
		deinit(one);
	}
	check(same < 5, "another seed, another result");
}

/* Every size and limit around the header and the first ops. */
static void check_small_sizes(struct rng *r)
{
	void *one, *two;

	unsetenv("AFL_INPUT_LEN_MAX");
	for (size_t size = 0; size <= 60; size++) {
		const struct target *t = choose_target(size);

		one = init(NULL, (unsigned int)size);
		two = init(NULL, (unsigned int)size);
		for (size_t max_size = 0; max_size <= 60; max_size++) {
			struct input in = random_input(r);
			uint8_t *data = in.data;

			in.size = size < in.size ? size : in.size;
			in.data = exact(data, in.size);
			in.max_size = max_size;
			check_fuzz(one, two, t->layer, &in, SIZE_MAX);
			free(in.data);
			free(in.add);
			free(data);
		}
		deinit(two);
		deinit(one);
	}
}

/* What afl_custom_init() makes of a wrong environment: it must end AFL++, with exit code 2. */
static void check_refused(const char *name, const char *value)
{
	int status = 0;
	pid_t child;

	choose_target(0);
	unsetenv("AFL_INPUT_LEN_MAX");
	fflush(stdout);
	child = fork();
	if (!child) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(3);
		if (value)
			setenv(name, value, 1);
		else
			unsetenv(name);
		init(NULL, 1);
		_exit(0);
	}
	check(child > 0 && waitpid(child, &status, 0) == child, "a process can be started");
	check(WIFEXITED(status) && WEXITSTATUS(status) == 2, "a wrong environment is refused");
}

int main(int argc, char **argv)
{
	unsigned long nr = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000;
	struct rng r = { 5 };

	load();
	check_refused("PCPUFUZZ_TARGET", NULL);
	check_refused("PCPUFUZZ_TARGET", "");
	check_refused("PCPUFUZZ_TARGET", "pcp");
	check_refused("AFL_INPUT_LEN_MAX", "0");
	check_refused("AFL_INPUT_LEN_MAX", "4k");
	check_small_sizes(&r);
	check_many(&r, nr);
	check_seeds();
	printf("%lu mutated, %lu crossed\n", nr_mutated, nr_crossed);
	check(nr_crossed > nr && nr_mutated > nr, "inputs are mutated and crossed");
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}
