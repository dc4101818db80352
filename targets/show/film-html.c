// SPDX-License-Identifier: GPL-2.0-only
/*
 * film-html.c - a film as a page in one file, which loads nothing from anywhere.
 *
 * The frames are drawn by film.js; without JavaScript there is the program with its results and
 * the report.
 */
#include <string.h>

#include "embedded.h"
#include "film.h"
#include "markup.h"

static void title(FILE *f, const struct film *film)
{
	const char *slash = strrchr(film->file, '/');

	markup_text(f, slash ? slash + 1 : film->file);
	fputs(film->clean ? ": clean" : ": ", f);
	if (!film->clean)
		markup_text(f, rule_infos[film->finding.rule].name);
}

static void plain(FILE *f, const struct film *film)
{
	char op[256], result[160];

	fputs("<noscript>\n<p>The pictures need JavaScript. This is what happened:</p>\n<pre>", f);
	for (uint32_t i = 0; i < film->p->nr_ops; i++) {
		op_to_text(film->p, i, op, sizeof(op));
		fprintf(f, "%4u  ", i);
		markup_text(f, op);
		for (unsigned int k = 0; k < film->nr; k++) {
			if (!film_has_result(film, k, i, result, sizeof(result)))
				continue;
			fputs("  # ", f);
			markup_text(f, result);
		}
		fputc('\n', f);
	}
	fputs("</pre>\n<pre>", f);
	if (film->clean)
		fputs("clean", f);
	else
		markup_text(f, film->report);
	fputs("</pre>\n</noscript>\n", f);
}

/**
 * film_html - write a film as a page
 * @f: where to
 * @film: the film
 */
void film_html(FILE *f, struct film *film)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" "
	      "href=\"data:,\">\n<title>",
	      f);
	title(f, film);
	fputs("</title>\n<style>\n", f);
	fputs(show_film_css, f);
	fputs("</style>\n</head>\n<body>\n<div id=\"film\"></div>\n", f);
	plain(f, film);
	fputs("<script type=\"application/json\" id=\"film-data\">\n", f);
	film_json(f, film);
	fputs("</script>\n<script>\n", f);
	fputs(show_film_js, f);
	fputs("pcpufuzzFilm(document.getElementById(\"film\"),\n"
	      "\tJSON.parse(document.getElementById(\"film-data\").textContent), { page: true });\n"
	      "</script>\n</body>\n</html>\n",
	      f);
}
