/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checks.h - what a test counts and says, and the random numbers it draws.
 *
 * Each is of the test alone that includes it.  Does not end a test: all its checks are made.
 */
#ifndef TESTS_CHECKS_H
#define TESTS_CHECKS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static unsigned long nr_checks, nr_failures;

static inline bool check(bool good, const char *what)
{
	nr_checks++;
	if (!good && ++nr_failures <= 20)
		printf("FAILED: %s\n", what);
	return good;
}

static inline int tests_end(void)
{
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}

/* xorshift: the same on every host */
static inline uint32_t draw(uint32_t limit)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % limit;
}

#endif
