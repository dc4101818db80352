/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * utf8.h - names of files are any bytes; JSON, HTML and SVG are UTF-8.
 */
#ifndef SHOW_UTF8_H
#define SHOW_UTF8_H

#include <stddef.h>

/* Bytes of the character that starts at @s, 0 if it is not UTF-8.  @s is not at its end. */
static inline size_t utf8_length(const char *s)
{
	unsigned char c = (unsigned char)s[0];
	size_t nr = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : 0;

	if ((c & 0xf8) == 0xf0 && c < 0xf5)
		nr = 4;
	for (size_t i = 1; i < nr; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	if (nr == 3 && ((c == 0xe0 && (unsigned char)s[1] < 0xa0) ||
			(c == 0xed && (unsigned char)s[1] > 0x9f)))
		return 0;
	if (nr == 4 && ((c == 0xf0 && (unsigned char)s[1] < 0x90) ||
			(c == 0xf4 && (unsigned char)s[1] > 0x8f)))
		return 0;
	return nr;
}

#endif
