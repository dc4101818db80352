/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arena.h - a heap that can be copied, and put back as it was.
 *
 * While it is on, all that the tool itself allocates is in one piece of memory at one address; what
 * shared objects allocate is not.
 */
#ifndef ARENA_H
#define ARENA_H

#include "../exec/exhaust.h"

bool arena_open(struct exhaust_heap *heap);
void arena_close(void);

#endif
