/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - no-op, all versions: what only functions use that read and write bitmaps as text, which
 * nobody calls: declared so that they compile, defined nowhere.
 */
#ifndef LINUX_SHIM_TEXT_H
#define LINUX_SHIM_TEXT_H

#include <linux/kernel.h>
#include <linux/slab.h>

struct device;
int linux_nowhere(void);
#define isspace(c) linux_nowhere()
#define isalnum(c) linux_nowhere()
#define isdigit(c) linux_nowhere()
#define isxdigit(c) linux_nowhere()
#define isupper(c) linux_nowhere()
#define tolower(c) linux_nowhere()
#define _tolower(c) linux_nowhere()
#define hex_to_bin(c) linux_nowhere()
#define scnprintf(...) linux_nowhere()
#define kasprintf(...) ((char *)NULL)
#define kstrdup(...) ((char *)NULL)
#define kvasprintf(...) ((char *)NULL)
#define memdup_user_nul(...) ((char *)NULL)
#define strnchrnul(s, n, c) ((char *)(s) + linux_nowhere())
#define strchrnul(s, c) ((char *)(s) + linux_nowhere())
#define strncasecmp(...) linux_nowhere()
#define strncmp(...) linux_nowhere()
#define memory_read_from_buffer(...) linux_nowhere()
#define devm_add_action_or_reset(...) linux_nowhere()
#define copy_from_user(...) linux_nowhere()
#define get_user(...) linux_nowhere()
#define access_ok(...) linux_nowhere()
#define get_random_u32_below(n) linux_nowhere()

#endif
