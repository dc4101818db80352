/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bug.h - customised, all versions: BUG() and WARN() are reported to the rig.
 *
 * Four conditions are no bugs here but a refusal of the world, or the end of the window; they are
 * told by their text.
 */
#ifndef LINUX_SHIM_BUG_H
#define LINUX_SHIM_BUG_H

#include <linux/compiler.h>
#include <linux/build_bug.h>
#include "boundary.h"

void linux_bug(const char *file, int line, const char *text) __attribute__((noreturn));
void linux_warn(const char *file, int line, const char *text);
int linux_refused_map(void);
void linux_boot_failed(int err) __attribute__((noreturn));
void linux_panic(const char *text) __attribute__((noreturn));

#define LINUX_IS(text, is) (!__builtin_strcmp(text, is))

#define BUG() linux_bug(__FILE__, __LINE__, "BUG()")
/* the window is too small for a first chunk of single pages */
#define BUG_ON(cond)                                                          \
	do {                                                                  \
		if (unlikely(cond)) {                                         \
			if (LINUX_IS(#cond, "addr > VMALLOC_END - vm->size")) \
				linux_boot_failed(-12);                       \
			linux_bug(__FILE__, __LINE__, #cond);                 \
		}                                                             \
	} while (0)

/* before 5.18 no place in the mapping of a page asked whether its frame is valid */
#if defined(LINUX_UNIT_VMALLOC) && !defined(HAVE_MAP_PFN_VALID)
#define LINUX_ASK_MAP(text) (LINUX_IS(text, "!page") && !host_may_map())
#else
#define LINUX_ASK_MAP(text) 0
#endif

/*
 * A page that may not be mapped makes the kernel warn, and so does a window that has no room for
 * even one chunk.
 */
#define WARN_ON(cond)                                                         \
	({                                                                    \
		int linux_true = !!(cond);                                    \
		if (unlikely(linux_true)) {                                   \
			if (!linux_refused_map() && !LINUX_IS(#cond, "true")) \
				linux_warn(__FILE__, __LINE__, #cond);        \
		} else if (LINUX_ASK_MAP(#cond)) {                            \
			linux_true = 1;                                       \
		}                                                             \
		unlikely(linux_true);                                         \
	})
#define WARN(cond, ...)                                        \
	({                                                     \
		int linux_true = !!(cond);                     \
		if (unlikely(linux_true))                      \
			linux_warn(__FILE__, __LINE__, #cond); \
		unlikely(linux_true);                          \
	})
#define WARN_ON_ONCE(cond) WARN_ON(cond)
#define WARN_ONCE(cond, ...) WARN(cond, __VA_ARGS__)
#define WARN_ON_SMP(cond) WARN_ON(cond)

#define panic(...) linux_panic(LINUX_FIRST(__VA_ARGS__, ))
#define LINUX_FIRST(a, ...) a
#define dump_stack() ((void)0)

#define VM_BUG_ON(cond) BUG_ON(cond)
#define VM_WARN_ON(cond) WARN_ON(cond)
#define VM_WARN_ON_ONCE(cond) WARN_ON(cond)
#define VIRTUAL_BUG_ON(cond) ((void)0)
#define VM_BUG_ON_PAGE(cond, page) BUG_ON(cond)

#endif
