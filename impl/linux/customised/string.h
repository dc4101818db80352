/* SPDX-License-Identifier: GPL-2.0-only */
/* string.h - customised, all versions: memory and strings are the C library's business. */
#ifndef LINUX_SHIM_STRING_H
#define LINUX_SHIM_STRING_H

#include <linux/types.h>
#include <linux/stddef.h>

void *memset(void *to, int byte, __kernel_size_t size);
void *memcpy(void *to, const void *from, __kernel_size_t size);
void *memmove(void *to, const void *from, __kernel_size_t size);
int memcmp(const void *a, const void *b, __kernel_size_t size);
int strcmp(const char *a, const char *b);
__kernel_size_t strlen(const char *text);

#endif
