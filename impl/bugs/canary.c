// SPDX-License-Identifier: GPL-2.0-only
/*
 * canary.c - notes when the error of a patched allocator is reached, and when it is first
 * triggered.
 *
 * In the file that the variable PCPUFUZZ_CANARY of the environment names, which several processes
 * may share one after the other, and which outlives them if they crash; without it, nowhere.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "canary.h"

/**
 * struct canary - what the file holds, in the byte order of the machine
 * @reached_at, @triggered_at: when for the first time, in nanoseconds of the monotonic clock; 0
 *                             never
 * @reached: how often up to the first trigger, that included
 */
struct canary {
	uint64_t reached_at, triggered_at, reached;
};

static struct canary *open_canary(void)
{
	static struct canary nowhere;
	const char *path = getenv("PCPUFUZZ_CANARY");
	void *at = MAP_FAILED;
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;

	if (fd >= 0 && !ftruncate(fd, sizeof(struct canary)))
		at = mmap(NULL, sizeof(struct canary), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return at == MAP_FAILED ? &nowhere : at;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/**
 * bug_mark - the code of the error runs
 * @differs: and does otherwise than the right code would
 */
void bug_mark(bool differs)
{
	static struct canary *c;

	if (!c)
		c = open_canary();
	if (c->triggered_at)
		return;
	c->reached++;
	if (!c->reached_at)
		c->reached_at = now();
	if (differs)
		c->triggered_at = now();
}
