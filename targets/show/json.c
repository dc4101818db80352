// SPDX-License-Identifier: GPL-2.0-only
/*
 * json.c - writes JSON to a stream.
 *
 * Does not check that what is opened is closed.
 */
#include <inttypes.h>

#include "json.h"
#include "utf8.h"

/* A byte that is part of no character becomes U+FFFD. */
static void put_string(FILE *f, const char *s)
{
	fputc('"', f);
	while (*s) {
		unsigned char c = (unsigned char)*s;
		size_t nr = utf8_length(s);

		if (c == '\n')
			fputs("\\n", f);
		else if (c < ' ' || c == '<' || c == 0x7f)
			fprintf(f, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (nr)
			fwrite(s, 1, nr, f);
		else
			fputs("\\ufffd", f);
		s += nr ? nr : 1;
	}
	fputc('"', f);
}

static void before(struct json *j, const char *key)
{
	if (j->comma)
		fputc(',', j->f);
	j->comma = true;
	if (key) {
		put_string(j->f, key);
		fputc(':', j->f);
	}
}

/**
 * json_open - begin an object or an array
 * @j: the document
 * @key: its name, or NULL
 * @bracket: '{' or '['
 */
void json_open(struct json *j, const char *key, char bracket)
{
	before(j, key);
	fputc(bracket, j->f);
	j->comma = false;
}

/**
 * json_close - end it
 * @j: the document
 * @bracket: '}' or ']'
 */
void json_close(struct json *j, char bracket)
{
	fputc(bracket, j->f);
	j->comma = true;
}

/**
 * json_int - a number
 * @j: the document
 * @key: its name, or NULL
 * @value: the number, small enough to be exact in JavaScript
 */
void json_int(struct json *j, const char *key, long long value)
{
	before(j, key);
	fprintf(j->f, "%lld", value);
}

/**
 * json_int_array - numbers; see json_ints()
 * @j: the document
 * @key: their name, or NULL
 * @value: the numbers
 * @nr: how many
 */
void json_int_array(struct json *j, const char *key, const long long *value, size_t nr)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < nr; i++)
		json_int(j, NULL, value[i]);
	json_close(j, ']');
}

/**
 * json_bool - true or false
 * @j: the document
 * @key: its name, or NULL
 * @value: which
 */
void json_bool(struct json *j, const char *key, bool value)
{
	before(j, key);
	fputs(value ? "true" : "false", j->f);
}

/**
 * json_string - a string
 * @j: the document
 * @key: its name, or NULL
 * @value: the string; NULL becomes null
 */
void json_string(struct json *j, const char *key, const char *value)
{
	before(j, key);
	if (value)
		put_string(j->f, value);
	else
		fputs("null", j->f);
}

/**
 * json_address - an address, as a string in hex
 * @j: the document
 * @key: its name, or NULL
 * @value: the address
 */
void json_address(struct json *j, const char *key, uint64_t value)
{
	before(j, key);
	fprintf(j->f, "\"%#" PRIx64 "\"", value);
}

/**
 * json_raw - what is JSON already
 * @j: the document
 * @key: its name, or NULL
 * @text: the JSON
 */
void json_raw(struct json *j, const char *key, const char *text)
{
	before(j, key);
	fputs(text, j->f);
}
