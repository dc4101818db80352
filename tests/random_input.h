/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * random_input.h - bytes as a fuzz engine may hand them in.
 */
#ifndef TESTS_RANDOM_INPUT_H
#define TESTS_RANDOM_INPUT_H

#include <stdlib.h>
#include <string.h>

#include "../targets/program/bytes.h"
#include "../targets/program/gen.h"

/*
 * Random bytes, or a generated program with some of its bytes changed, perhaps cut off; up to @max
 * of them.
 */
static inline size_t random_input(struct rng *r, enum program_layer layer, uint8_t *data,
				  uint32_t max)
{
	size_t len = rng_below(r, rng_below(r, 4) ? 400 : max + 1);
	struct program p;
	uint8_t *bytes;

	if (rng_below(r, 3) == 0) {
		for (size_t i = 0; i < len; i++)
			data[i] = (uint8_t)rng_next(r);
		return len;
	}
	program_generate(&p, layer, r, rng_below(r, rng_below(r, 4) ? 100 : 400));
	bytes = program_to_bytes(&p, layer, &len);
	program_exit(&p);
	len = len < max ? len : max;
	memcpy(data, bytes, len);
	free(bytes);
	for (uint32_t n = rng_below(r, 2) ? rng_below(r, 20) : 0; n-- && len;)
		data[rng_below(r, (uint32_t)len)] ^= (uint8_t)rng_next(r);
	return rng_below(r, 8) ? len : rng_below(r, (uint32_t)len + 1);
}

#endif
