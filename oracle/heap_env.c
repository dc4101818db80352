// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap_env.c - an environment with metadata from the heap and nothing else, nothing ever refused.
 */
#include <stdlib.h>

#include "heap_env.h"
#include "model.h"

static void *meta_alloc(void *ctx, enum pcpu_fault kind, size_t size)
{
	(void)ctx;
	(void)kind;
	return model_alloc(size);
}

static void meta_free(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

static void tlb_flush(void *ctx, uint64_t start, uint64_t end)
{
	(void)ctx;
	(void)start;
	(void)end;
}

const struct pcpu_env heap_env = {
	.meta_alloc = meta_alloc,
	.meta_free = meta_free,
	.tlb_flush = tlb_flush,
};
