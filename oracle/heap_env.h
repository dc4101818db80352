/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap_env.h - an environment with metadata from the heap and nothing else, nothing ever refused.
 *
 * For address spaces without page tables: replays and benchmarks.  Keeps no ledger.
 */
#ifndef ORACLE_HEAP_ENV_H
#define ORACLE_HEAP_ENV_H

#include "../impl/env.h"

extern const struct pcpu_env heap_env;

#endif
