// SPDX-License-Identifier: GPL-2.0-only
/*
 * standin.c - runs a fuzz target where its engine cannot be had, and says if it is deterministic.
 *
 * usage: TARGET [--repeat N] FILE...
 *
 * Each file is run N times (1 by default), then all of them once more in reverse order.  If the
 * target is built with trace-pc-guard, every run of a file must take the same edges in the same
 * order.  The last line is 'standin: N inputs, M edges, K differ'.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEAK __attribute__((weak))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
WEAK int LLVMFuzzerInitialize(int *argc, char ***argv);
WEAK size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
void __sanitizer_cov_trace_pc_guard(uint32_t *guard);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);

static uint32_t edges;
static uint64_t trace;

/* As in honggfuzz and AFL++, which have no use for mutators of our own. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	(void)data;
	(void)max_size;
	return size;
}

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop)
{
	if (start == stop || *start)
		return;
	while (start < stop)
		*start++ = ++edges;
}

void __sanitizer_cov_trace_pc_guard(uint32_t *guard)
{
	trace = (trace ^ *guard) * UINT64_C(0x100000001b3);
}

static uint64_t run(const uint8_t *data, size_t size)
{
	int ret;

	trace = UINT64_C(0xcbf29ce484222325);
	ret = LLVMFuzzerTestOneInput(data, size);
	if (ret) {
		printf("standin: the target returned %d\n", ret);
		exit(1);
	}
	return trace;
}

/* The contents in a buffer of just that size, so that a sanitizer sees what is read behind it. */
static uint8_t *load(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long len;

	if (!f || fseek(f, 0, SEEK_END) || (len = ftell(f)) < 0) {
		perror(path);
		exit(2);
	}
	rewind(f);
	*size = (size_t)len;
	data = malloc(*size);
	if ((!data && *size) || fread(data, 1, *size, f) != *size) {
		perror(path);
		exit(2);
	}
	fclose(f);
	return data;
}

/* Return: whether this run and the one before, if there was one, are the same. */
static int same(const char *path, uint64_t *first, int again, long repeat)
{
	size_t size;
	uint8_t *data = load(path, &size);
	int good = 1;

	for (long i = 0; i < repeat; i++, again = 1) {
		uint64_t t = run(data, size);

		if (!again)
			*first = t;
		good &= t == *first;
	}
	free(data);
	if (!good)
		printf("standin: %s: other edges in another run\n", path);
	return good;
}

int main(int argc, char **argv)
{
	long repeat = 1, nr, differ = 0;
	uint64_t *first;
	int at = 1;

	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	if (argc > 2 && !strcmp(argv[1], "--repeat")) {
		repeat = strtol(argv[2], NULL, 10);
		at = 3;
	}
	nr = argc - at;
	first = calloc((size_t)nr + 1, sizeof(*first));
	if (!first)
		return 2;
	for (long i = 0; i < nr; i++)
		differ += !same(argv[at + i], first + i, 0, repeat);
	for (long i = nr; i-- > 0;)
		differ += !same(argv[at + i], first + i, 1, 1);
	free(first);
	printf("standin: %ld inputs, %u edges, %ld differ\n", nr, edges, differ);
	return differ != 0;
}
