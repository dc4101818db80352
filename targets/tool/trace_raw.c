// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_raw.c - lines of the kernel's own trace file as events.
 *
 *   bash-411  [001] d..1.  12.345678: percpu_free_percpu: base_addr=ffff... off=64 ptr=...
 *
 * Reads the keys that it needs by name, as kernels differ in which others there are.  Events of
 * other kinds are passed over.
 */
#include <limits.h>
#include <string.h>

#include "trace_read.h"

/* The text of key=text in @value; false if there is no such key. */
static bool find_key(const char *line, const char *key, char *value, size_t size)
{
	size_t len = strlen(key);

	for (const char *at = strstr(line, key); at; at = strstr(at + 1, key)) {
		size_t n = strcspn(at + len, " ");

		if (at == line || at[-1] != ' ' || n >= size)
			continue;
		memcpy(value, at + len, n);
		value[n] = '\0';
		return true;
	}
	return false;
}

static bool get_base(struct trace *t, const char *line, struct trace_event *e)
{
	char text[32];

	if (find_key(line, "base_addr=", text, sizeof(text)) && trace_hex(text, &e->base))
		return true;
	return trace_fail(t, "base_addr= with a hex address in this event");
}

static bool get_number(struct trace *t, const char *line, const char *key, uint64_t *value)
{
	char text[32];

	if (find_key(line, key, text, sizeof(text)) && trace_number(text, INT_MAX, value))
		return true;
	return trace_fail(t, "%s with a decimal number in this event", key);
}

static bool get_off(struct trace *t, const char *line, struct trace_event *e)
{
	uint64_t off;

	if (!get_number(t, line, "off=", &off))
		return false;
	e->off = (int)off;
	return true;
}

static bool get_size(struct trace *t, const char *line, struct trace_event *e)
{
	uint64_t size, align;

	if (!get_number(t, line, "size=", &size) || !get_number(t, line, "align=", &align))
		return false;
	if (!size || !align || (align & (align - 1)))
		return trace_fail(t, "a size of 1 or more and an align that is a power of two");
	e->size = (uint32_t)size;
	e->align = (uint32_t)align;
	return true;
}

/**
 * trace_read_raw - read one line of the kernel's trace file
 * @t: the trace
 * @line: the line
 * @e: filled in; its kind is that of the short form, or 'L' where the kernel lost events
 *
 * Return: 1 if that was an event, 0 if it is to be passed over, -1 if it is wrong.
 */
int trace_read_raw(struct trace *t, char *line, struct trace_event *e)
{
	static const struct {
		const char *name;
		char kind;
	} names[] = {
		{ ": percpu_alloc_percpu: ", 'A' },	 { ": percpu_free_percpu: ", 'F' },
		{ ": percpu_alloc_percpu_fail: ", 'X' }, { ": percpu_create_chunk: ", 'C' },
		{ ": percpu_destroy_chunk: ", 'D' },
	};
	const char *at = NULL;
	bool ok;

	memset(e, 0, sizeof(*e));
	if (strstr(line, "[LOST ") && strstr(line, " EVENTS]")) {
		e->kind = 'L';
		return 1;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !at; i++) {
		at = strstr(line, names[i].name);
		e->kind = names[i].kind;
	}
	if (!at && strstr(line, ": "))
		return 0;
	if (!at) {
		trace_fail(t, "an event as in the kernel's trace file");
		return -1;
	}

	switch (e->kind) {
	case 'A':
		ok = get_base(t, at, e) && get_off(t, at, e) && get_size(t, at, e);
		break;
	case 'F':
		ok = get_base(t, at, e) && get_off(t, at, e);
		break;
	case 'X':
		ok = get_size(t, at, e);
		break;
	default:
		ok = get_base(t, at, e);
	}
	return ok ? 1 : -1;
}
