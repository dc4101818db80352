// SPDX-License-Identifier: GPL-2.0-only
/*
 * markup.c - text in HTML and SVG, be it of an element or of an attribute in double quotes.
 */
#include "markup.h"
#include "utf8.h"

/**
 * markup_text - print text that may hold anything
 * @f: where to
 * @s: the text; what is no character, or one that XML forbids, becomes U+FFFD
 */
void markup_text(FILE *f, const char *s)
{
	while (*s) {
		unsigned char c = (unsigned char)*s;
		size_t nr = utf8_length(s);

		if (c == '&')
			fputs("&amp;", f);
		else if (c == '<')
			fputs("&lt;", f);
		else if (c == '>')
			fputs("&gt;", f);
		else if (c == '"')
			fputs("&quot;", f);
		else if (!nr || (c < ' ' && c != '\n' && c != '\t'))
			fputs("\xef\xbf\xbd", f);
		else
			fwrite(s, 1, nr, f);
		s += nr ? nr : 1;
	}
}
