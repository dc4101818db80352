/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snapshot.h - the state of a booted kernel's allocator, as it was dumped beside a trace.
 */
#ifndef TOOL_SNAPSHOT_H
#define TOOL_SNAPSHOT_H

#include "trace_read.h"
#include "../../oracle/oracle.h"

/**
 * enum snapshot_result - what became of a comparison
 * @SNAPSHOT_EQUAL:   everything is equal
 * @SNAPSHOT_DIFFERS: the text says what is not
 * @SNAPSHOT_BAD:     the snapshot cannot be read; the text says what was expected of it
 */
enum snapshot_result {
	SNAPSHOT_EQUAL,
	SNAPSHOT_DIFFERS,
	SNAPSHOT_BAD,
};

enum snapshot_result snapshot_compare(const char *archive, const char *tag,
				      const struct trace_header *h, const struct oracle *o,
				      char *text, size_t size);
int snapshot_early_calls(const char *archive);
bool snapshot_load(const char *archive, const char *file, char **text, size_t *size);

#endif
