/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * canary.h - how the patches of the bug bank mark their error, so that what reaches it, what
 * triggers it and what is detected can be told apart.
 *
 * The compiler includes it before each file of a patched allocator (-include); the allocator as it
 * is knows nothing of it.  A mark decides nothing: with or without it the patched code does the
 * same.
 *
 *   reached    the code of the error ran
 *   triggered  it ran, and did otherwise than the right code would have
 *   detected   the rig reports it; not the canary's business
 *
 * Only the first trigger counts: after it the state is not what the right code would have made of
 * it, so what the marks say later means nothing.
 */
#ifndef BUGS_CANARY_H
#define BUGS_CANARY_H

#include <stdbool.h>

void bug_mark(bool differs);

/*
 * The @wrong value where the code had the @right one; both are evaluated, and neither may have side
 * effects.
 */
#define BUG(wrong, right)                              \
	__extension__({                                \
		__typeof__(wrong) bug_wrong = (wrong); \
		bug_mark(bug_wrong != (right));        \
		bug_wrong;                             \
	})

/* A statement is missing, or another one is there: @differs is true if that changes anything. */
#define BUG_HERE(differs) bug_mark(differs)

#endif
