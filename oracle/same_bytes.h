/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * same_bytes.h - memcmp() for what is compared after every op, quick also with AddressSanitizer.
 *
 * Says only whether, not where, and no order.
 */
#ifndef ORACLE_SAME_BYTES_H
#define ORACLE_SAME_BYTES_H

#include <string.h>

#include "boot_mem.h"

#if ASAN_WATCHES
__attribute__((no_sanitize("address", "undefined"))) static inline bool
same_bytes(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;
	uint64_t differs = 0, p, q;
	size_t i = 0;

	for (; i + sizeof(p) <= size; i += sizeof(p)) {
		__builtin_memcpy(&p, x + i, sizeof(p));
		__builtin_memcpy(&q, y + i, sizeof(q));
		differs |= p ^ q;
	}
	for (; i < size; i++)
		differs |= (uint64_t)(x[i] ^ y[i]);
	return !differs;
}

/* No redzone is smaller than 16 bytes: one byte in each 16 and the last one see any of them. */
static inline void look_for_poison(const void *data, size_t size)
{
	const volatile uint8_t *at = data;

	for (size_t i = 0; i < size; i += 16)
		(void)at[i];
	if (size)
		(void)at[size - 1];
}
#else
static inline bool same_bytes(const void *a, const void *b, size_t size)
{
	return !memcmp(a, b, size);
}

static inline void look_for_poison(const void *data, size_t size)
{
	(void)data;
	(void)size;
}
#endif

/**
 * same_as_shown - does the subject show the same as before?
 * @shown: memory of the subject: that it is there is not taken for granted
 * @want: memory of the oracle
 * @size: bytes
 */
static inline bool same_as_shown(const void *shown, const void *want, size_t size)
{
	look_for_poison(shown, size);
	return same_bytes(shown, want, size);
}

#endif
