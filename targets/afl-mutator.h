/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * afl-mutator.h - what AFL++ 4 calls of a custom mutator, with the types it has there.
 */
#ifndef AFL_MUTATOR_H
#define AFL_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

#define AFL_CALLS __attribute__((visibility("default")))

AFL_CALLS void *afl_custom_init(void *afl, unsigned int seed);
AFL_CALLS size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t size, uint8_t **out, uint8_t *add,
				 size_t add_size, size_t max_size);
AFL_CALLS unsigned int afl_custom_fuzz_count(void *data, const uint8_t *buf, size_t size);
AFL_CALLS const char *afl_custom_describe(void *data, size_t max_len);
AFL_CALLS void afl_custom_deinit(void *data);

#endif
