/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutator.h - changes programs as programs: ops, sizes, handles, machines, not bytes.
 */
#ifndef MUTATOR_H
#define MUTATOR_H

#include <stddef.h>
#include <stdint.h>

#include "program/program.h"

/* The engine's own mutator of bytes; NULL if it has none. */
typedef size_t (*byte_mutator)(uint8_t *data, size_t size, size_t max_size);

size_t mutate_program(enum program_layer layer, uint8_t *data, size_t size, size_t max_size,
		      unsigned int seed, byte_mutator bytes);
size_t cross_programs(enum program_layer layer, const uint8_t *data1, size_t size1,
		      const uint8_t *data2, size_t size2, uint8_t *out, size_t max_out,
		      unsigned int seed);
size_t cross_sometimes(enum program_layer layer, const uint8_t *data1, size_t size1,
		       const uint8_t *data2, size_t size2, uint8_t *out, size_t max_out,
		       unsigned int seed);

#endif
