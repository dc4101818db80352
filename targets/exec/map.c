// SPDX-License-Identifier: GPL-2.0-only
/*
 * map.c - a chunk drawn in characters: what is true above what the subject believes.
 *
 *   truth  +0      P |#===.....#=......|
 *   ours           P |#===.....##......|
 *                               ^
 */
#include <string.h>

#include "exec.h"

/*
 * Colours of a terminal: red is for what differs, the others are for the owners of objects, by the
 * numbers of their names.  All of them can be told apart by their characters too.
 */
#define PLAIN "\033[0m"
#define RED "\033[1;31m"
#define DIM "\033[2m"
#define GREEN "\033[32m"
static const char *const owner_colors[] = { "\033[36m", "\033[33m", "\033[32m",
					    "\033[35m", "\033[34m", "\033[96m" };

#define COLUMNS 64
#define LINES_MAX 24

static const char unit_chars[] = {
	[UNIT_FREE] = '.', [UNIT_START] = '#', [UNIT_BODY] = '=', [UNIT_HIDDEN] = 'x'
};

/**
 * map_believed_unit - what a subject believes of one unit
 * @c: the truth about the chunk, for what is not served
 * @v: what the subject shows of it
 * @unit: which unit
 */
enum unit_state map_believed_unit(const struct model_chunk *c, const struct subject_chunk *v,
				  int unit)
{
	if (!subject_bit(v->alloc_map, unit))
		return UNIT_FREE;
	if (c->unit[unit] == UNIT_HIDDEN)
		return UNIT_HIDDEN;
	return subject_bit(v->bound_map, unit) ? UNIT_START : UNIT_BODY;
}

static const char *owner_color(const struct owners *owners, const struct model_chunk *c, int unit)
{
	const struct owner *w;

	if (c->unit[unit] == UNIT_FREE || c->unit[unit] == UNIT_HIDDEN)
		return DIM;
	while (unit && c->unit[unit] == UNIT_BODY)
		unit--;
	w = owners_find(owners, 'r', c->base + 4 * (uint64_t)unit);
	return w ? owner_colors[w->number % (sizeof(owner_colors) / sizeof(owner_colors[0]))] : "";
}

/* A colour lasts until the next one. */
static void print_units(FILE *f, const struct owners *owners, const struct model_chunk *c,
			int start, const char *text, const char *mark, bool red)
{
	const char *color = "", *last = "";

	for (int i = 0; text[i]; i++) {
		if (owners)
			color = red && mark[i] != ' ' ? RED : owner_color(owners, c, start + i);
		if (strcmp(color, last))
			fprintf(f, PLAIN "%s", color);
		fputc(text[i], f);
		last = color;
	}
	if (owners)
		fputs(PLAIN, f);
}

/* One line of units; the second and third only if the subject differs or the finding is here. */
static bool print_line(FILE *f, const struct exec *e, const struct owners *owners,
		       const struct model_chunk *c, const struct subject_chunk *v, int start,
		       int from, int to)
{
	const char *on = owners ? GREEN : "", *red = owners ? RED : "", *off = owners ? PLAIN : "";
	char truth[COLUMNS + 1] = "", got[COLUMNS + 1] = "", mark[COLUMNS + 1] = "";
	int nr = c->nr_units - start < COLUMNS ? c->nr_units - start : COLUMNS;
	int page = start / c->block_units;
	bool differs = false;

	for (int i = 0; i < nr; i++) {
		truth[i] = unit_chars[c->unit[start + i]];
		got[i] = v ? unit_chars[map_believed_unit(c, v, start + i)] : '?';
		mark[i] = start + i >= from && start + i < to ? '~' : ' ';
		if (v && truth[i] != got[i])
			mark[i] = '^';
		differs |= mark[i] != ' ';
	}
	fprintf(f, "  %-6s +%-6d %s%c%s |", "truth", 4 * start, c->populated[page] ? on : "",
		c->populated[page] ? 'P' : '-', off);
	print_units(f, owners, c, start, truth, mark, false);
	fputs("|\n", f);
	if (!differs)
		return false;
	fprintf(f, "  %-6s         %c |", e->oracle.ops->name,
		v && subject_bit(v->populated, page) ? 'P' : '-');
	print_units(f, owners, c, start, got, mark, true);
	fprintf(f, "|\n                   %s%s%s\n", red, mark, off);
	return true;
}

/* A contig hint that is not the truth is red where there are colours. */
static void print_hints(FILE *f, const struct model_chunk *c, const struct subject_md *md,
			bool color)
{
	const char *red = color && md->contig_hint != c->whole.contig ? RED : "";

	fprintf(f,
		"  hints: %scontig %d at %d%s, scan %d at %d, first_free %d; truth: %scontig %d%s, "
		"first_free %d\n",
		red, md->contig_hint, md->contig_hint_start, red[0] ? PLAIN : "", md->scan_hint,
		md->scan_hint_start, md->first_free, red, c->whole.contig, red[0] ? PLAIN : "",
		c->whole.first_free);
}

static void print_chunk(FILE *f, const struct exec *e, const struct owners *owners,
			const struct model_chunk *c, const struct subject_chunk *v, int from,
			int to)
{
	int around = from >= 0 ? from / COLUMNS * COLUMNS : 0;
	int first = c->nr_units <= COLUMNS * LINES_MAX ? 0 : around - 2 * COLUMNS;
	int lines = 0;

	fprintf(f, "%s: %d pages of %u bytes, list %d, %d of %d units free%s%s\n", c->name,
		c->nr_pages, e->oracle.m.page, c->slot, c->whole.nr_free, c->nr_units,
		c->immutable ? ", immutable" : "", c->isolated ? ", isolated" : "");
	if (v)
		print_hints(f, c, v->md, owners);
	for (int start = first < 0 ? 0 : first; start < c->nr_units && lines < LINES_MAX;
	     start += COLUMNS, lines++)
		print_line(f, e, owners, c, v, start, from, to);
}

static const struct subject_chunk *view_of(const struct exec *e, const struct model_chunk *c)
{
	const struct subject_view *v = &e->oracle.view;

	for (unsigned int i = 0; i < v->nr_chunks; i++)
		if (v->chunk[i].id == c->id)
			return v->chunk + i;
	return NULL;
}

/* What a page of the window is used for. */
static char page_char(const struct vm_naive *v, uint64_t addr)
{
	static const char chars[] = {
		[AREA_PLAIN] = 'a', [AREA_IOREMAP] = 'i', [AREA_VMALLOC] = 'v',
		[AREA_SET] = 'g',   [AREA_CHUNK] = 'c',	  [AREA_EARLY] = 'e',
	};
	const struct vm_naive_area *area = vm_naive_at(v, addr);

	if (!area)
		return '.';
	return area->lazy ? '-' : chars[AREA_KIND(area->tag)];
}

/* One character per page, or if these are too many, one line per area. */
static void print_window(FILE *f, const struct vm_naive *v)
{
	uint64_t nr = (v->end - v->start) / v->page;

	fprintf(f,
		"address space: %llu pages from %#llx, %u areas, %u of them freed and not purged\n",
		(unsigned long long)nr, (unsigned long long)v->start, v->nr, v->nr_lazy);
	for (uint64_t at = 0; at < nr && nr <= COLUMNS * LINES_MAX; at += COLUMNS) {
		fprintf(f, "  %#-14llx |", (unsigned long long)(v->start + at * v->page));
		for (uint64_t i = at; i < nr && i < at + COLUMNS; i++)
			fputc(page_char(v, v->start + i * v->page), f);
		fputs("|\n", f);
	}
	for (unsigned int i = 0; i < v->nr && nr > COLUMNS * LINES_MAX; i++) {
		if (i == LINES_MAX) {
			fprintf(f, "  and %u more\n", v->nr - i);
			break;
		}
		fprintf(f, "  %#-14llx %c %llu bytes\n", (unsigned long long)v->areas[i].addr,
			page_char(v, v->areas[i].addr), (unsigned long long)v->areas[i].size);
	}
}

/**
 * map_print - draw chunks, and if it is all of them, the address space
 * @f: where to
 * @e: a run, its subject still alive
 * @chunk: name of the one to draw, NULL or empty for all
 * @from: first unit to mark, or -1
 * @to: unit after the last
 */
void map_print(FILE *f, const struct exec *e, const char *chunk, int from, int to)
{
	const struct model *m = &e->oracle.m;
	struct owners owners, *colors = NULL;

	if (e->opts.color) {
		owners_init(&owners, e);
		colors = &owners;
	}
	for (unsigned int i = 0; i < m->nr_chunks; i++) {
		const struct model_chunk *c = m->chunk[i];

		if (!chunk || !chunk[0] || !strcmp(c->name, chunk))
			print_chunk(f, e, colors, c, view_of(e, c), from, to);
	}
	if ((!chunk || !chunk[0]) && !m->dry && !e->oracle.down)
		print_window(f, &m->vm);
	if (colors)
		owners_exit(colors);
}
