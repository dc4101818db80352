/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_read.h - recorded traces as events; the formats are in docs/traces.md.
 *
 * Knows lines and columns, and which values cannot be.  Does not know what an event means.
 */
#ifndef TOOL_TRACE_READ_H
#define TOOL_TRACE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_MAX_SNAPSHOTS 32
#define TRACE_MAX_CPUS 8192
#define TRACE_MAX_UNIT (64u << 20)

/**
 * enum trace_format - how a trace is written down
 * @TRACE_OPS: one line per lock section, in lock order: can be replayed
 * @TRACE_TP:  one line per tracepoint event, shortened
 * @TRACE_RAW: the text of the kernel's own trace file
 */
enum trace_format {
	TRACE_OPS,
	TRACE_TP,
	TRACE_RAW,
};

/**
 * struct trace_region - one of the two chunks of the first unit, as the header says
 */
struct trace_region {
	bool given;
	uint64_t base;
	uint32_t start_offset, end_offset, pages;
};

/**
 * struct trace_header - what the '#' lines before the first event say
 * @has_geom: there was a geom line, whose values follow; the page size is 4096 if it has none
 * @has_base: there was a pcpu_base_addr line
 * @has_slots: there was a slots line
 * @nr_unit_offsets: entries in @unit_offset; 0 if there was no such line
 * @nr_snapshots: entries in @snapshot
 */
struct trace_header {
	bool has_geom, has_base, has_slots;
	uint32_t page, static_size, reserved_size, dyn_size, unit_size, nr_units;
	uint64_t base_addr;
	struct trace_region first, reserved;
	uint32_t nr_slots, free_slot, sidelined, to_depopulate;
	uint32_t nr_unit_offsets;
	uint64_t *unit_offset;
	uint32_t nr_snapshots;
	struct {
		char tag[32];
		uint64_t ts;
	} snapshot[TRACE_MAX_SNAPSHOTS];
};

/**
 * struct trace - one trace in memory
 * @name:   name of the file, as messages have it
 * @text:   all of it, uncompressed
 * @at:     where the next line starts
 * @line:   number of the last line that was read
 * @start, @len: where that line is, for messages
 * @max_ts: largest time stamp so far
 * @error:  if reading failed, the complete message
 */
struct trace {
	const char *name;
	char *text;
	size_t size, at;
	unsigned long line;
	size_t start, len;
	enum trace_format format;
	struct trace_header header;
	uint64_t max_ts;
	char error[512];
};

/**
 * struct trace_event - one line
 * @kind: its letter
 * @has_ts: it has a time stamp
 * @flag: what follows the columns: 0, 't', 's', or 'm' for t*
 *
 * Which of the other members are set depends on the letter.
 */
struct trace_event {
	char kind, flag;
	bool has_ts;
	uint64_t ts;
	bool reserved, atomic, by_alloc, empty_only, atomic_failed;
	uint32_t size, align;
	uint64_t base;
	int off, from, to, nr_empty, ret;
};

bool trace_open(struct trace *t, const char *path);
int trace_next(struct trace *t, struct trace_event *e);
char *trace_next_line(struct trace *t);
void trace_close(struct trace *t);
bool trace_fail(struct trace *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* trace_header.c */
bool trace_read_header(struct trace *t, char *line);
bool trace_check_header(struct trace *t);

/* trace_raw.c: 1 if the line is an event, 0 if it is to be skipped, -1 if it is wrong */
int trace_read_raw(struct trace *t, char *line, struct trace_event *e);

/* numbers; the whole text must be one */
bool trace_number(const char *text, uint64_t max, uint64_t *value);
bool trace_hex(const char *text, uint64_t *value);

#endif
