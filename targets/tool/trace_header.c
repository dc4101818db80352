// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_header.c - the '#' lines at the start of a trace: geometry and snapshots.
 *
 * Lines that it does not know are comments.  What it knows it reads strictly, and a geometry that
 * no kernel could have booted with is refused.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "trace_read.h"

/* The text after "key=", up to the next blank, in @value. */
static bool find_value(const char *line, const char *key, char *value, size_t size)
{
	size_t len = strlen(key), n;
	const char *at = line;

	while ((at = strstr(at, key))) {
		if (at > line && at[-1] == ' ' && at[len] == '=') {
			n = strcspn(at + len + 1, " ");
			if (n >= size)
				return false;
			memcpy(value, at + len + 1, n);
			value[n] = '\0';
			return true;
		}
		at += len;
	}
	return false;
}

static bool number(struct trace *t, const char *line, const char *key, uint32_t *value)
{
	char text[24];
	uint64_t x;

	if (!find_value(line, key, text, sizeof(text)) || !trace_number(text, INT32_MAX, &x))
		return trace_fail(t, "%s=N with a decimal number in this header line", key);
	*value = (uint32_t)x;
	return true;
}

static bool read_geom(struct trace *t, const char *line)
{
	struct trace_header *h = &t->header;
	char text[24];

	h->has_geom = true;
	if (find_value(line, "page", text, sizeof(text)) && !number(t, line, "page", &h->page))
		return false;
	return number(t, line, "static", &h->static_size) &&
	       number(t, line, "reserved", &h->reserved_size) &&
	       number(t, line, "dyn", &h->dyn_size) && number(t, line, "unit", &h->unit_size) &&
	       number(t, line, "nr_units", &h->nr_units);
}

/* Units over all groups must be as many as the geom line says. */
static bool read_groups(struct trace *t, const char *line)
{
	json_t *groups = json_loads(line, 0, NULL), *group;
	json_int_t units = 0;
	size_t i;

	if (!t->header.has_geom) {
		json_decref(groups);
		return trace_fail(t, "a header line '# geom static=... unit=...' before this line");
	}
	json_array_foreach(groups, i, group)
	{
		json_int_t nr = json_integer_value(json_object_get(group, "nr_units"));

		if (nr < 0 || nr > TRACE_MAX_CPUS || units > TRACE_MAX_CPUS)
			units = TRACE_MAX_CPUS + 1; /* more than any header can say */
		else
			units += nr;
	}
	json_decref(groups);
	return units == (json_int_t)t->header.nr_units ||
	       trace_fail(t, "a JSON array of groups with nr_units that sum up to %u",
			  t->header.nr_units);
}

/* unit_offsets ['0x0', '0x80000'] */
static bool read_offsets(struct trace *t, const char *line)
{
	struct trace_header *h = &t->header;
	const char *at = strstr(line, "unit_offsets [");

	if (!at)
		return trace_fail(t, "unit_offsets [...] in this header line");
	at += strlen("unit_offsets [");
	free(h->unit_offset);
	h->unit_offset = calloc(TRACE_MAX_CPUS, sizeof(*h->unit_offset));
	h->nr_unit_offsets = 0;
	while (h->unit_offset && *at == '\'' && h->nr_unit_offsets < TRACE_MAX_CPUS) {
		char text[24];
		size_t n = strcspn(++at, "'");

		if (n >= sizeof(text))
			break;
		memcpy(text, at, n);
		text[n] = '\0';
		if (!trace_hex(text, h->unit_offset + h->nr_unit_offsets++))
			break;
		at += n;
		if (*at == '\'')
			at++;
		if (*at == ',' && at[1] == ' ')
			at += 2;
	}
	return (*at == ']' && !at[1]) ||
	       trace_fail(t, "unit_offsets ['0x...', ...] at the end of this header line");
}

static bool read_region(struct trace *t, const char *line, struct trace_region *r)
{
	char text[24];

	r->given = true;
	if (!find_value(line, "base", text, sizeof(text)) || !trace_hex(text, &r->base))
		return trace_fail(t, "base=0x... for each chunk in this header line");
	return number(t, line, "start_off", &r->start_offset) &&
	       number(t, line, "end_off", &r->end_offset) && number(t, line, "pages", &r->pages);
}

/* pcpu_base_addr 0x...  first_chunk base=... reserved_chunk base=... */
static bool read_base(struct trace *t, char *line)
{
	struct trace_header *h = &t->header;
	char *reserved = strstr(line, "reserved_chunk");
	char *first = strstr(line, "first_chunk");
	char *addr = line + strlen("# pcpu_base_addr ");

	addr[strcspn(addr, " ")] = '\0';
	h->has_base = true;
	if (!trace_hex(addr, &h->base_addr))
		return trace_fail(t, "a hex address after pcpu_base_addr, found '%.40s'", addr);
	if (reserved > addr && reserved[-1] == ' ') {
		if (!read_region(t, reserved, &h->reserved))
			return false;
		reserved[0] = '\0';
	}
	return first <= addr || read_region(t, first, &h->first);
}

static bool read_snapshot(struct trace *t, const char *line)
{
	struct trace_header *h = &t->header;
	char tag[32], text[24];
	uint64_t ts;

	if (sscanf(line, "# snapshot %31[A-Za-z0-9_] ", tag) != 1 ||
	    !find_value(line, "ts", text, sizeof(text)) || !trace_number(text, UINT64_MAX, &ts))
		return trace_fail(t, "'# snapshot TAG ts=N'");
	if (h->nr_snapshots == TRACE_MAX_SNAPSHOTS)
		return trace_fail(t, "at most %d snapshot lines", TRACE_MAX_SNAPSHOTS);
	if (h->nr_snapshots && h->snapshot[h->nr_snapshots - 1].ts > ts)
		return trace_fail(t, "snapshot lines with ascending ts");
	memcpy(h->snapshot[h->nr_snapshots].tag, tag, sizeof(tag));
	h->snapshot[h->nr_snapshots++].ts = ts;
	return true;
}

static bool starts(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/**
 * trace_read_header - take in one '#' line
 * @t: the trace
 * @line: the line; it is changed
 *
 * Return: false if it is wrong.
 */
bool trace_read_header(struct trace *t, char *line)
{
	struct trace_header *h = &t->header;

	if (starts(line, "# geom "))
		return read_geom(t, line);
	if (starts(line, "# groups "))
		return read_groups(t, line + strlen("# groups "));
	if (starts(line, "# group_offsets "))
		return read_offsets(t, line);
	if (starts(line, "# pcpu_base_addr "))
		return read_base(t, line);
	if (starts(line, "# snapshot "))
		return read_snapshot(t, line);
	if (!starts(line, "# slots "))
		return true;
	h->has_slots = true;
	return number(t, line, "nr", &h->nr_slots) && number(t, line, "free", &h->free_slot) &&
	       number(t, line, "sidelined", &h->sidelined) &&
	       number(t, line, "to_depopulate", &h->to_depopulate);
}

/**
 * trace_check_header - could a kernel have booted with this
 * @t: the trace, its header read
 *
 * Return: false if not, or if what a replay needs is missing.
 */
bool trace_check_header(struct trace *t)
{
	const struct trace_header *h = &t->header;
	uint64_t sum = (uint64_t)h->static_size + h->reserved_size + h->dyn_size;

	t->line++; /* the line that is no header line any more */
	if (!h->has_geom)
		return trace_fail(t, "a header line '# geom static=... unit=...' before this line");
	if (!h->has_base)
		return trace_fail(t, "a header line '# pcpu_base_addr ...' before this line");
	t->line--;
	if (h->page < 256 || h->page > 65536 || (h->page & (h->page - 1)))
		return trace_fail(t, "a page size that is a power of two from 256 to 65536");
	if (!h->unit_size || h->unit_size % h->page || h->unit_size > TRACE_MAX_UNIT)
		return trace_fail(t, "a unit of whole pages, at most %u bytes", TRACE_MAX_UNIT);
	if (!h->static_size || h->reserved_size % 4 || h->dyn_size < 8 || sum % 4 ||
	    sum > h->unit_size)
		return trace_fail(t, "static, reserved and dyn sizes that fit into a unit");
	if (h->base_addr % h->page || h->base_addr + h->unit_size < h->base_addr)
		return trace_fail(t, "a pcpu_base_addr at a page");
	return true;
}
