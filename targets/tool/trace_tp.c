// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_tp.c - what can be checked of a trace that has tracepoint events only.
 *
 * Keeps a sparse map of what is known to be live or free.  The tracepoint of an allocation fires
 * after the lock was dropped, so the order of events on different regions can be inverted; on one
 * region it is right.  Nothing here depends on more than that, so placement is not predicted.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_tp.h"

#define PART_UNITS 1024
#define MAX_OFF (int)TRACE_MAX_UNIT
#define MAX_CHUNKS 4096

/* Of a unit; memory that was not seen yet is unknown. */
enum known { UNKNOWN, FREE, START, BODY };

/**
 * struct part - what is known of a stretch of units
 * @line: where each came to be what it is
 */
struct part {
	uint8_t state[PART_UNITS];
	uint32_t line[PART_UNITS];
};

/**
 * struct tp_chunk - what is known of a chunk
 * @whole: its creation was seen, so what was not allocated since is free
 */
struct tp_chunk {
	uint64_t base;
	bool whole;
	unsigned long live;
	struct part *part[MAX_OFF / 4 / PART_UNITS];
};

struct tp {
	struct tp_chunk **chunk;
	size_t nr, capacity;
};

static void *must(void *p)
{
	if (!p) {
		fputs("pcpufuzz: out of memory\n", stderr);
		abort();
	}
	return p;
}

/**
 * tp_new - nothing is known
 */
struct tp *tp_new(void)
{
	return must(calloc(1, sizeof(struct tp)));
}

static void drop_chunk(struct tp *tp, size_t i)
{
	for (size_t part = 0; part < sizeof(tp->chunk[i]->part) / sizeof(void *); part++)
		free(tp->chunk[i]->part[part]);
	free(tp->chunk[i]);
	tp->chunk[i] = tp->chunk[--tp->nr];
}

static void forget_all(struct tp *tp)
{
	while (tp->nr)
		drop_chunk(tp, tp->nr - 1);
}

/**
 * tp_delete - the end of it
 * @tp: what was made by tp_new()
 */
void tp_delete(struct tp *tp)
{
	forget_all(tp);
	free(tp->chunk);
	free(tp);
}

/* The index of a chunk, or tp->nr. */
static size_t find(const struct tp *tp, uint64_t base)
{
	size_t i = 0;

	while (i < tp->nr && tp->chunk[i]->base != base)
		i++;
	return i;
}

static struct tp_chunk *chunk_at(struct tp *tp, uint64_t base)
{
	size_t i = find(tp, base);

	if (i < tp->nr)
		return tp->chunk[i];
	if (tp->nr == tp->capacity) {
		tp->capacity = tp->capacity * 2 + 16;
		tp->chunk = must(realloc(tp->chunk, tp->capacity * sizeof(*tp->chunk)));
	}
	tp->chunk[i] = must(calloc(1, sizeof(**tp->chunk)));
	tp->chunk[i]->base = base;
	tp->nr++;
	return tp->chunk[i];
}

static uint8_t *state_of(struct tp_chunk *c, int unit, uint32_t **line)
{
	struct part **p = c->part + unit / PART_UNITS;

	if (!*p) {
		*p = must(calloc(1, sizeof(**p)));
		memset((*p)->state, c->whole ? FREE : UNKNOWN, PART_UNITS);
	}
	*line = (*p)->line + unit % PART_UNITS;
	return (*p)->state + unit % PART_UNITS;
}

static bool say(char *diff, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool say(char *diff, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(diff, size, fmt, args);
	va_end(args);
	return false;
}

static bool add(struct tp *tp, const struct trace *t, const struct trace_event *e, char *diff,
		size_t size)
{
	struct tp_chunk *c = chunk_at(tp, e->base);
	unsigned long long base = e->base;
	int unit = e->off / 4, end = unit + (int)((e->size + 3) / 4);
	uint32_t align = e->align < 4 ? 4 : e->align, *line;

	if (e->off % 4 || (uint32_t)e->off % align)
		return say(diff, size, "expected an offset aligned to %u, actual %#llx+%d", align,
			   base, e->off);
	if (e->off >= MAX_OFF || e->size > TRACE_MAX_UNIT || 4 * (int64_t)end > MAX_OFF)
		return say(diff, size, "expected an object within %d bytes, actual %#llx+%d",
			   MAX_OFF, base, e->off);
	for (int i = unit; i < end; i++) {
		uint8_t *state = state_of(c, i, &line);

		if (*state == START || *state == BODY)
			return say(diff, size,
				   "expected free memory, actual %u bytes at "
				   "%#llx+%d overlap at +%d the live object of line %u",
				   e->size, base, e->off, 4 * i, *line);
		*state = i == unit ? START : BODY;
		*line = (uint32_t)t->line;
	}
	c->live++;
	return true;
}

static bool take(struct tp *tp, const struct trace *t, const struct trace_event *e,
		 struct tp_counts *n, char *diff, size_t size)
{
	struct tp_chunk *c = chunk_at(tp, e->base);
	unsigned long long base = e->base;
	int unit = e->off / 4;
	uint32_t *line;
	uint8_t *state;

	if (e->off % 4 || e->off >= MAX_OFF)
		return say(diff, size, "expected the offset of an object, actual %#llx+%d", base,
			   e->off);
	state = state_of(c, unit, &line);
	if (*state == UNKNOWN) {
		n->unknown++;
		*state = FREE; /* this much is known now */
		*line = (uint32_t)t->line;
		return true;
	}
	if (*state == FREE && !*line)
		return say(diff, size, "expected a live object at %#llx+%d, actual never allocated",
			   base, e->off);
	if (*state != START)
		return say(diff, size, "expected a live object at %#llx+%d, actual %s line %u",
			   base, e->off, *state == FREE ? "freed by" : "inside the object of",
			   *line);
	do {
		*state = FREE;
		*line = (uint32_t)t->line;
		if (++unit == MAX_OFF / 4)
			break;
		state = state_of(c, unit, &line);
	} while (*state == BODY);
	c->live--;
	return true;
}

static bool destroy(struct tp *tp, const struct trace_event *e, char *diff, size_t size)
{
	size_t i = find(tp, e->base);

	if (i == tp->nr)
		return true;
	if (tp->chunk[i]->live)
		return say(diff, size, "expected no live object in chunk %#llx, actual %lu",
			   (unsigned long long)e->base, tp->chunk[i]->live);
	drop_chunk(tp, i);
	return true;
}

/**
 * tp_event - check one event against what is known, and learn from it
 * @tp: what is known
 * @t: the trace, for its line number
 * @e: the event
 * @n: counted up
 * @diff: filled in on a finding
 * @size: room there
 *
 * Return: false if that was a finding.
 */
bool tp_event(struct tp *tp, const struct trace *t, const struct trace_event *e,
	      struct tp_counts *n, char *diff, size_t size)
{
	n->events++;
	if (tp->nr == MAX_CHUNKS && e->base && find(tp, e->base) == tp->nr)
		return say(diff, size, "expected at most %d chunks at a time, actual one more",
			   MAX_CHUNKS);
	switch (e->kind) {
	case 'Z':
	case 'A':
		n->allocs++;
		return add(tp, t, e, diff, size);
	case 'F':
		n->frees++;
		return take(tp, t, e, n, diff, size);
	case 'X':
		n->failed++;
		return true;
	case 'C':
		n->created++;
		if (!destroy(tp, e, diff, size))
			return false;
		chunk_at(tp, e->base)->whole = true;
		return true;
	case 'D':
		n->destroyed++;
		return destroy(tp, e, diff, size);
	case 'L':
		n->lost++;
		forget_all(tp);
		return true;
	default:
		return true;
	}
}
