/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - instances of the kernel in one process: whose state is in place, and what it took.
 *
 * All writable variables of the kernel units lie in two sections of the shared object.  An
 * instance is current if its values are there; another one becomes so by exchanging them.  A new
 * one begins with the values that the object was loaded with.
 */
#ifndef LINUX_HOST_H
#define LINUX_HOST_H

#include <setjmp.h>

#include "boundary.h"
#include "../../oracle/subject.h"

struct host_block;

/**
 * struct host_piece - a piece of boot memory
 */
struct host_piece {
	uint64_t addr, size;
};

/**
 * struct host_instance - one kernel
 * @w: its world
 * @state: the values of its variables while another instance is current
 * @blocks: metadata that it holds, in a ring
 * @booting: until it is up; what is allocated before is never given back
 * @dead: it came to a BUG(): nothing can be asked of it any more
 * @freeing: a warning means that a free was refused
 * @refused: there was one
 * @log, @log_used: what it printed while it booted
 * @early: boot memory that is taken, in the order in which it was
 * @nr_early: how many pieces
 * @m: the machine
 */
struct host_instance {
	struct world *w;
	void *state;
	struct host_block *blocks;
	bool booting, dead, freeing, refused;
	char *log;
	size_t log_used;
	struct host_piece *early;
	unsigned int nr_early;
	const struct machine *m;
};

extern jmp_buf host_bug;

void host_init(struct host_instance *in, const struct machine *m, struct world *w);
void host_exit(struct host_instance *in, size_t kept);
void host_enter(struct host_instance *in);

/*
 * Make an instance current.  If it is dead, or dies of what the caller goes on to do, return
 * @failed from the caller.
 */
#define HOST_ENTER(in, failed)             \
	do {                               \
		if ((in)->dead)            \
			return failed;     \
		host_enter(in);            \
		if (_setjmp(host_bug)) {   \
			(in)->dead = true; \
			return failed;     \
		}                          \
	} while (0)

#endif
