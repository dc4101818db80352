// SPDX-License-Identifier: GPL-2.0-only
/*
 * broken.c - a fuzz target that does one thing no target may do: that which -DBREAK_... names.
 *
 * The negative controls of scripts/ossfuzz-check are made of it.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process in a way that is seen. */
static __attribute__((unused)) void need(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "error: no %s\n", what);
	exit(1);
}

static volatile unsigned int sink;

/* Enough edges for an engine to be content; which are taken depends on the number. */
#define EDGE(n)                     \
	if (number >> (n) % 16 & 1) \
		sink += (n);
#define EDGES(n) EDGE(n) EDGE(n + 1) EDGE(n + 2) EDGE(n + 3) EDGE(n + 4)
#define MANY(n) EDGES(n) EDGES(n + 5) EDGES(n + 10) EDGES(n + 15) EDGES(n + 20)

static void many_edges(unsigned int number)
{
#ifndef BREAK_EDGES
	MANY(0) MANY(25) MANY(50) MANY(75)
#else
	sink = number;
#endif
}

#ifdef BREAK_SUMS
/* Signed sums, for a sanitizer to check: 250 of them. */
static volatile int x;

#define SUM x += x * 3;
#define SUMS SUM SUM SUM SUM SUM
#define MANY_SUMS SUMS SUMS SUMS SUMS SUMS
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int number = size ? data[0] * 257u : 0;

#ifdef BREAK_START
	exit(3);
#endif
#ifdef BREAK_OUT
	need(getenv("OUT") != NULL, "OUT");
#endif
#ifdef BREAK_PATH
	need(!access(BREAK_PATH, R_OK), "file where it was built");
#endif
#ifdef BREAK_CWD
	need(open("was-here", O_WRONLY | O_CREAT, 0600) >= 0, "file in the current folder");
#endif
#ifdef BREAK_SANDBOX
	need(open("/dev/null", O_WRONLY) >= 0, "/dev/null");
#endif
#ifdef BREAK_REPEATS
	static unsigned int runs;

	number = runs++ * 257;
#endif
#ifdef BREAK_QUIET
	puts("hello");
#endif
#ifdef BREAK_SEED
	if (size >= 5 && !memcmp(data, "CRASH", 5))
		__builtin_trap();
#endif
#ifdef BREAK_SUMS
	MANY_SUMS MANY_SUMS MANY_SUMS MANY_SUMS MANY_SUMS MANY_SUMS MANY_SUMS MANY_SUMS MANY_SUMS
		MANY_SUMS
#endif
			many_edges(number);
	return 0;
}
