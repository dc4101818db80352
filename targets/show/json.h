/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - writes JSON to a stream.
 *
 * What is written can stand in a script element of a page too: it never holds a '<'.  Does not
 * read JSON.
 */
#ifndef SHOW_JSON_H
#define SHOW_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct json - a document that is being written
 * @f:     where to
 * @comma: the next value is not the first one where it stands
 */
struct json {
	FILE *f;
	bool comma;
};

/* In all of these @key is NULL for an element of an array and for the document itself. */
void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_int(struct json *j, const char *key, long long value);
void json_int_array(struct json *j, const char *key, const long long *value, size_t nr);
#define json_ints(j, key, ...)                                         \
	json_int_array((j), (key), (const long long[]){ __VA_ARGS__ }, \
		       sizeof((const long long[]){ __VA_ARGS__ }) / sizeof(long long))
void json_bool(struct json *j, const char *key, bool value);
void json_string(struct json *j, const char *key, const char *value);
void json_address(struct json *j, const char *key, uint64_t value);
void json_raw(struct json *j, const char *key, const char *text);

#endif
