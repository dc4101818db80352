// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_read.c - the lines of a trace as events.
 *
 * Strict: a line that is not exactly as documented ends the reading, with the name of the file,
 * the line, and what was expected there.  Whether an event can have happened is not its business.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "slurp.h"
#include "trace_read.h"

#define MAX_COLUMNS 16
#define MAX_HOLD 40

/* What a column holds; the codes are used in the table of kinds below. */
static const struct column {
	char code;
	const char *name, *what;
} columns[] = {
	{ 't', "ts", "a decimal time stamp" },
	{ 'c', "cpu", "a decimal CPU number or -" },
	{ 'i', "pid", "a decimal pid or -" },
	{ 'R', "resv", "0 or 1" },
	{ 'A', "atomic", "0 or 1" },
	{ 's', "size", "a decimal size of 1 or more" },
	{ 'a', "align", "a decimal power of two" },
	{ 'b', "base", "a hex chunk base address" },
	{ 'o', "off", "a decimal byte offset" },
	{ 'u', "page_start", "a decimal page number" },
	{ 'v', "page_end", "a decimal page number" },
	{ 'w', "alloc|balance", "alloc or balance" },
	{ 'E', "empty_only", "0 or 1" },
	{ 'N', "nr_empty", "a decimal number" },
	{ 'F', "atomic_failed", "0 or 1" },
	{ 'r', "ret", "a decimal number" },
	{ 'x', "text", "a word" },
	{ '*', "text", "a word" },
};

/* One line per kind: its letter, its columns, and the flags that may follow them. */
static const struct kind {
	char letter;
	const char *columns, *flags;
	bool tp, ops;
} kinds[] = {
	{ 'Z', "Rsaxbo", "", true, true },     { 'a', "tciRAsabo", "tm", false, true },
	{ 'c', "tciRAsabo", "", false, true }, { 'r', "tciRAsabo", "", false, true },
	{ 'n', "tciRAsa", "", false, true },   { 'x', "tciRAsa", "", false, true },
	{ 'k', "tcibw", "", false, true },     { 'f', "tcibo", "t", false, true },
	{ 'g', "tcibo", "", false, true },     { 'p', "tcibuv", "s", false, true },
	{ 'q', "tcibuv", "s", false, true },   { 'C', "tcib", "", true, true },
	{ 'D', "tcib", "", true, true },       { 'B', "tciEN", "", false, true },
	{ 'R', "tcib", "", false, true },      { 'S', "tcib", "", false, true },
	{ 'I', "tcib", "", false, true },      { 'P', "tciNF", "", false, true },
	{ 'E', "tciN", "", false, true },      { 'e', "tcir", "", false, true },
	{ 'M', "tci*", "", true, true },       { 'A', "tciRAsaboxxxx", "", true, false },
	{ 'F', "tcibox", "", true, false },    { 'X', "tciRAsa", "", true, false },
};

/**
 * trace_fail - note what was expected on the line read last
 * @t: the trace
 * @fmt: as of printf, to follow "expected "
 *
 * Return: false.
 */
bool trace_fail(struct trace *t, const char *fmt, ...)
{
	va_list args;
	int len;

	len = snprintf(t->error, sizeof(t->error), "pcpufuzz: %.200s:%lu: expected ", t->name,
		       t->line ? t->line : 1);
	va_start(args, fmt);
	vsnprintf(t->error + len, sizeof(t->error) - (size_t)len, fmt, args);
	va_end(args);
	/* one line, whatever the file holds */
	for (char *p = t->error; *p; p++)
		if (!isprint((unsigned char)*p))
			*p = '?';
	return false;
}

/**
 * trace_number - a decimal number that is all of a text
 * @text: the text
 * @max: the largest value
 * @value: where it is stored
 */
bool trace_number(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t x = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (!isdigit((unsigned char)*text) || x > (max - digit) / 10 || digit > max)
			return false;
		x = x * 10 + digit;
	}
	*value = x;
	return true;
}

/**
 * trace_hex - a hex number that is all of a text, with or without 0x
 * @text: the text
 * @value: where it is stored
 */
bool trace_hex(const char *text, uint64_t *value)
{
	uint64_t x = 0;

	if (text[0] == '0' && text[1] == 'x')
		text += 2;
	if (!*text || strlen(text) > 16)
		return false;
	for (; *text; text++) {
		if (!isxdigit((unsigned char)*text))
			return false;
		x = x << 4 | (uint64_t)(isdigit((unsigned char)*text) ?
						*text - '0' :
						tolower((unsigned char)*text) - 'a' + 10);
	}
	*value = x;
	return true;
}

static bool read_int(const char *text, bool negative, int *value)
{
	bool minus = negative && *text == '-';
	uint64_t x;

	if (!trace_number(text + minus, INT_MAX, &x))
		return false;
	*value = minus ? -(int)x : (int)x;
	return true;
}

static bool read_bool(const char *text, bool *value)
{
	*value = *text == '1';
	return (*text == '0' || *text == '1') && !text[1];
}

static bool read_size(const char *text, uint32_t *value)
{
	uint64_t x;

	if (!trace_number(text, INT_MAX, &x) || !x)
		return false;
	*value = (uint32_t)x;
	return true;
}

static bool read_column(const char *text, char code, struct trace_event *e)
{
	uint64_t ignored;

	switch (code) {
	case 't':
		e->has_ts = true;
		return trace_number(text, UINT64_MAX, &e->ts);
	case 'c':
	case 'i':
		return !strcmp(text, "-") || trace_number(text, UINT32_MAX, &ignored);
	case 'R':
		return read_bool(text, &e->reserved);
	case 'A':
		return read_bool(text, &e->atomic);
	case 's':
		return read_size(text, &e->size);
	case 'a':
		return read_size(text, &e->align) && !(e->align & (e->align - 1));
	case 'b':
		return trace_hex(text, &e->base);
	case 'o':
		return read_int(text, false, &e->off);
	case 'u':
		return read_int(text, false, &e->from);
	case 'v':
		return read_int(text, false, &e->to);
	case 'w':
		e->by_alloc = !strcmp(text, "alloc");
		return e->by_alloc || !strcmp(text, "balance");
	case 'E':
		return read_bool(text, &e->empty_only);
	case 'N':
		return read_int(text, true, &e->nr_empty);
	case 'F':
		return read_bool(text, &e->atomic_failed);
	case 'r':
		return read_int(text, true, &e->ret);
	default:
		return *text;
	}
}

static const struct column *column_of(char code)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (columns[i].code == code)
			return columns + i;
	return columns;
}

/* "10 columns (a ts cpu ...)", and the flags there may be. */
static bool fail_columns(struct trace *t, const struct kind *k, int found)
{
	char names[200];
	size_t len = (size_t)snprintf(names, sizeof(names), "%c", k->letter);

	for (const char *code = k->columns; *code && len < sizeof(names); code++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, " %s",
					column_of(*code)->name);
	for (const char *flag = k->flags; *flag && len < sizeof(names); flag++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, " [%s]",
					*flag == 'm' ? "t*" :
					*flag == 't' ? "t" :
						       "s");
	return trace_fail(t, "%zu columns (%s), found %d", strlen(k->columns) + 1, names, found);
}

/* Cut a line at its single spaces; the number of pieces, the last one holding what is left. */
static int split(char *line, char **word)
{
	int nr = 0;

	for (;;) {
		char *space = strchr(line, ' ');

		word[nr++] = line;
		if (!space || nr == MAX_COLUMNS)
			return nr;
		*space = '\0';
		line = space + 1;
	}
}

static bool read_flag(struct trace *t, const struct kind *k, const char *text,
		      struct trace_event *e)
{
	e->flag = !strcmp(text, "t*") ? 'm' : text[0] && !text[1] ? text[0] : '?';
	if (strchr(k->flags, e->flag) && e->flag)
		return true;
	return trace_fail(t, "the flag %s after the columns, found '%.*s'",
			  *k->flags == 's' ? "s" :
			  k->flags[1]	   ? "t or t*" :
					     "t",
			  MAX_HOLD, text);
}

static bool check_order(struct trace *t, const struct trace_event *e)
{
	if (!e->has_ts || e->flag == 'm')
		return true;
	if (e->ts < t->max_ts)
		return trace_fail(t, "a time stamp of at least %llu in column 2 (ts), found %llu",
				  (unsigned long long)t->max_ts, (unsigned long long)e->ts);
	t->max_ts = e->ts;
	return true;
}

static bool read_event(struct trace *t, char *line, struct trace_event *e)
{
	const struct kind *k = kinds, *end = kinds + sizeof(kinds) / sizeof(*kinds);
	char *word[MAX_COLUMNS];
	int nr = split(line, word), want;

	memset(e, 0, sizeof(*e));
	while (k < end &&
	       (word[0][0] != k->letter || word[0][1] || !(t->format == TRACE_TP ? k->tp : k->ops)))
		k++;
	if (k == end)
		return trace_fail(t, "one of the letters %s in column 1, found '%.*s'",
				  t->format == TRACE_TP ?
					  "Z A F X C D M" :
					  "Z a c r n x k f g p q C D B R S I P E e M",
				  MAX_HOLD, word[0]);

	e->kind = k->letter;
	want = 1 + (int)strlen(k->columns);
	if (nr < want || (nr > want + (*k->flags != '\0') && !strchr(k->columns, '*')))
		return fail_columns(t, k, nr);
	for (int i = 1; i < want; i++) {
		const struct column *c = column_of(k->columns[i - 1]);

		if (!read_column(word[i], c->code, e))
			return trace_fail(t, "%s in column %d (%s), found '%.*s'", c->what, i + 1,
					  c->name, MAX_HOLD, word[i]);
	}
	if (nr > want && *k->flags && !read_flag(t, k, word[want], e))
		return false;
	return check_order(t, e);
}

/**
 * trace_next_line - go to the next line
 * @t: the trace; start, len and line are then those of it
 *
 * Return: its text, which goes on behind its end, or NULL if there is none.
 */
char *trace_next_line(struct trace *t)
{
	char *line = t->text + t->at, *end;

	if (t->at >= t->size)
		return NULL;
	end = memchr(line, '\n', t->size - t->at);
	t->start = t->at;
	t->len = end ? (size_t)(end - line) : t->size - t->at;
	t->at += t->len + 1;
	t->line++;
	return line;
}

/* A copy that can be cut up, so that messages can show the line as it was. */
static char *copy_line(struct trace *t, char *buf, size_t size)
{
	const char *line = trace_next_line(t);

	if (!line)
		return NULL;
	if (t->len >= size || memchr(line, '\0', t->len)) {
		trace_fail(t, "a line of text of at most %zu characters, found %s", size - 1,
			   t->len >= size ? "a longer one" : "a NUL character");
		return NULL;
	}
	memcpy(buf, line, t->len);
	buf[t->len] = '\0';
	return buf;
}

/*
 * The head of the kernel's trace file counts events that were overwritten.  These can be any of
 * the older ones, as each CPU has a buffer of its own, so what is left proves nothing.
 */
static bool check_entries(struct trace *t, const char *line)
{
	unsigned long long kept, written;

	if (sscanf(line, "# entries-in-buffer/entries-written: %llu/%llu", &kept, &written) != 2)
		return true;
	return kept == written ||
	       trace_fail(t,
			  "all %llu events that were written, found %llu: record again with a "
			  "larger buffer",
			  written, kept);
}

/**
 * trace_next - read the next event
 * @t: the trace
 * @e: filled in
 *
 * Return: 1, 0 at the end, or -1 if a line is wrong; then @t->error is the message.
 */
int trace_next(struct trace *t, struct trace_event *e)
{
	char buf[4096], *line;

	while ((line = copy_line(t, buf, sizeof(buf)))) {
		int got;

		if (*line == '#' && t->format == TRACE_RAW && !check_entries(t, line))
			return -1;
		if (*line == '#' || (!*line && t->format == TRACE_RAW))
			continue;
		if (t->format != TRACE_RAW)
			return read_event(t, line, e) ? 1 : -1;
		got = trace_read_raw(t, line, e);
		if (got)
			return got;
	}
	return t->error[0] ? -1 : 0;
}

/* What the first line that tells them apart is like. */
static enum trace_format detect(const struct trace *t)
{
	const char *at = t->text;

	while (at && *at) {
		if (!strncmp(at, "# tracer:", 9))
			return TRACE_RAW;
		if (*at != '#' && *at != 'Z' && *at != '\n') {
			const char *end = strchr(at, '\n');
			const char *event = strstr(at, ": ");

			if (event && (!end || event < end))
				return TRACE_RAW;
			return strchr("AFX", *at) && at[1] == ' ' ? TRACE_TP : TRACE_OPS;
		}
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return TRACE_OPS;
}

static bool load(struct trace *t, const char *path)
{
	static const char magic[6] = "\xfd"
				     "7zXZ";
	size_t len = strlen(path);
	char *argv[] = { "xz", "-dc", "--", (char *)path, NULL };
	struct stat st;

	if (stat(path, &st))
		return trace_fail(t, "a readable file: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return trace_fail(t, "a trace file, found a directory");
	if (!slurp_file(path, &t->text, &t->size))
		return trace_fail(t, "a readable file: %s", strerror(errno));
	if ((len > 3 && !strcmp(path + len - 3, ".xz")) ||
	    (t->size >= sizeof(magic) && !memcmp(t->text, magic, sizeof(magic)))) {
		free(t->text);
		t->text = NULL;
		if (!slurp_command(argv, &t->text, &t->size)) {
			t->text = NULL;
			return trace_fail(t, "an intact .xz file, and the program xz to read it");
		}
	}
	return t->size || trace_fail(t, "a trace, found an empty file");
}

/**
 * trace_open - read a trace into memory, and its header
 * @t: the trace; to be closed in any case
 * @path: name of the file, compressed by xz or not
 *
 * Return: false if it cannot be read or is no trace; then @t->error is the message.
 */
bool trace_open(struct trace *t, const char *path)
{
	char buf[4096], *line;

	memset(t, 0, sizeof(*t));
	t->name = path;
	t->header.page = 4096;
	if (!load(t, path))
		return false;
	t->format = detect(t);
	if (t->format == TRACE_RAW)
		return true;

	while (t->at < t->size && t->text[t->at] == '#') {
		line = copy_line(t, buf, sizeof(buf));
		if (!line || !trace_read_header(t, line))
			return false;
	}
	return t->format == TRACE_TP || trace_check_header(t);
}

/**
 * trace_close - forget a trace
 * @t: the trace
 */
void trace_close(struct trace *t)
{
	free(t->header.unit_offset);
	free(t->text);
}
