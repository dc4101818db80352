// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzzer.c - the entry point of libFuzzer and its likes; built once for each line of targets.def.
 */
#include "mutator.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max_out, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Every run frees all it took: a small quarantine sees the same errors in less memory. */
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8:malloc_context_size=8";
}

/* Here, so that an engine sees the edges of what is loaded from the start. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	target_init(targets + PCPUFUZZ_TARGET);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return target_run_bytes(targets + PCPUFUZZ_TARGET, data, size);
}

/* Without: to see what an engine makes of bytes that it knows nothing of (scripts/bugs hunt). */
#ifndef PCPUFUZZ_BYTES_ONLY
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return mutate_program(targets[PCPUFUZZ_TARGET].layer, data, size, max_size, seed,
			      LLVMFuzzerMutate);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max_out, unsigned int seed)
{
	return cross_sometimes(targets[PCPUFUZZ_TARGET].layer, data1, size1, data2, size2, out,
			       max_out, seed);
}
#endif
