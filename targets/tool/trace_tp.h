/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_tp.h - what can be checked of a trace that has tracepoint events only.
 */
#ifndef TOOL_TRACE_TP_H
#define TOOL_TRACE_TP_H

#include "trace_read.h"

/**
 * struct tp_counts - what was seen
 * @unknown: frees of objects whose allocation was not seen
 * @lost:    places where the kernel lost events, after which nothing is known of what is live
 */
struct tp_counts {
	unsigned long events, allocs, frees, unknown, failed, created, destroyed, lost;
};

struct tp;

struct tp *tp_new(void);
void tp_delete(struct tp *tp);
bool tp_event(struct tp *tp, const struct trace *t, const struct trace_event *e,
	      struct tp_counts *n, char *diff, size_t size);

#endif
