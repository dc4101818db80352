// SPDX-License-Identifier: GPL-2.0-only
/*
 * svg-style.c - the colours of a film strip, in light and dark.
 *
 * Those of film.css, without variables, which not every viewer of SVG knows.
 */
#include "svg.h"

/**
 * struct paint - one class
 * @light, @dark: its declarations
 */
struct paint {
	const char *cls, *light, *dark;
};

static const struct paint paints[] = {
	{ "bg", "fill:#ffffff", "fill:#0f1318" },
	{ "t", "fill:#1b1f24", "fill:#e6eaf0" },
	{ "soft", "fill:#57606a", "fill:#a0abb8" },
	{ "red", "fill:#c4161c", "fill:#ff7b72" },
	{ "low", "fill:#8a5a00", "fill:#e3b341" },
	{ "on", "fill:#10141a", "fill:#0b0e12" },
	{ "box", "fill:#ffebe9;stroke:#c4161c", "fill:#3a1417;stroke:#ff7b72" },
	{ "rule", "stroke:#d0d7de", "stroke:#333c47" },
	{ "free", "fill:#ffffff;stroke:#d0d7de", "fill:#1d242d;stroke:#333c47" },
	{ "none", "fill:#e4e7eb;stroke:#d0d7de", "fill:#0b0e12;stroke:#333c47" },
	{ "hide", "fill:#b6bdc6", "fill:#4a5461" },
	{ "end", "stroke:#1b1f24", "stroke:#e6eaf0" },
	{ "hint", "stroke:#0550ae", "stroke:#6cb6ff" },
	{ "true", "stroke:#57606a", "stroke:#a0abb8" },
	{ "hatch", "stroke:#8c959f;stroke-width:3", "stroke:#6e7a87;stroke-width:3" },
	{ "wrong", "stroke:#c4161c", "stroke:#ff7b72" },
	{ "diff", "fill:#c4161c;stroke:#c4161c", "fill:#ff7b72;stroke:#ff7b72" },
	{ "place", "fill:none;stroke:#c4161c", "fill:none;stroke:#ff7b72" },
	{ "map", "fill:#57606a", "fill:#a0abb8" },
	{ "o", "fill:#b6bdc6;stroke:#4b5563", "fill:#4a5461;stroke:#0b0e12" },
	{ "o0", "fill:#7cc4f0", "fill:#5aa9d8" },
	{ "o1", "fill:#f2c46b", "fill:#d9a648" },
	{ "o2", "fill:#6fcfae", "fill:#4fb592" },
	{ "o3", "fill:#e3a6cb", "fill:#cc85b0" },
	{ "o4", "fill:#f3ea7b", "fill:#d6cb55" },
	{ "o5", "fill:#8fa8e8", "fill:#7c93d6" },
	{ "o6", "fill:#c9b18f", "fill:#b09870" },
	{ "o7", "fill:#b5e08c", "fill:#94c266" },
};

/**
 * svg_style - the style element
 * @f: where to
 */
void svg_style(FILE *f)
{
	const size_t nr = sizeof(paints) / sizeof(paints[0]);

	fputs("<style>\ntext{font:12px system-ui,sans-serif}.m{font:11px monospace}"
	      ".b{font-weight:700}.c{text-anchor:middle}.e{text-anchor:end}"
	      ".br{fill:none;stroke-width:1.8}.diff{fill-opacity:.35;stroke-width:2}"
	      ".place{stroke-width:2;stroke-dasharray:5 3}.scan{stroke-dasharray:2 3}"
	      ".o.lazy{fill:url(#gone);stroke-dasharray:3 2}.none{stroke-dasharray:3 3}\n",
	      f);
	for (size_t i = 0; i < nr; i++)
		fprintf(f, ".%s{%s}\n", paints[i].cls, paints[i].light);
	fputs("@media (prefers-color-scheme:dark){\n", f);
	for (size_t i = 0; i < nr; i++)
		fprintf(f, ".%s{%s}\n", paints[i].cls, paints[i].dark);
	fputs("}\n</style>\n"
	      "<defs><pattern id=\"gone\" width=\"6\" height=\"6\" "
	      "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
	      "<path class=\"hatch\" d=\"M0 0v6\"/></pattern></defs>\n",
	      f);
}
