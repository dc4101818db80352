// SPDX-License-Identifier: GPL-2.0-only
/*
 * snapshot.c - the state of a booted kernel's allocator against that of a subject.
 *
 * Compares whatever both have: lists in order, all maps, all hints, all counters and the
 * geometry.  Address space, statistics and what hangs off the kernel's own structures is not
 * compared.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "slurp.h"
#include "snapshot.h"

/**
 * struct comparison - where the comparison is
 * @root:   the snapshot
 * @h:      header of the trace
 * @o:      the oracle, its view fresh
 * @result: so far
 * @text, @size: what differs
 */
struct comparison {
	json_t *root;
	const struct trace_header *h;
	const struct oracle *o;
	enum snapshot_result result;
	char *text;
	size_t size;
};

static bool stop(struct comparison *cmp, enum snapshot_result result, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool stop(struct comparison *cmp, enum snapshot_result result, const char *fmt, ...)
{
	va_list args;

	cmp->result = result;
	va_start(args, fmt);
	vsnprintf(cmp->text, cmp->size, fmt, args);
	va_end(args);
	return false;
}

/* One integer of an object; @name says whose it is, or is empty. */
static bool same_int(struct comparison *cmp, const json_t *obj, const char *name, const char *key,
		     long long actual)
{
	const json_t *want = json_object_get(obj, key);

	if (!json_is_number(want))
		return stop(cmp, SNAPSHOT_BAD, "an integer %s", key);
	return json_number_value(want) == (double)actual ||
	       stop(cmp, SNAPSHOT_DIFFERS, "expected %s%s%s %.0f, actual %lld", name,
		    *name ? " " : "", key, json_number_value(want), actual);
}

static bool read_address(struct comparison *cmp, const json_t *obj, const char *key,
			 uint64_t *value)
{
	const char *text = json_string_value(json_object_get(obj, key));

	return (text && trace_hex(text, value)) || stop(cmp, SNAPSHOT_BAD, "an address %s", key);
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A map as hex digits, two for each byte, lowest byte first; the last @extra bits are optional. */
static bool same_map(struct comparison *cmp, const json_t *obj, const char *name, const char *key,
		     const unsigned long *map, int bits, int extra)
{
	const char *text = json_string_value(json_object_get(obj, key));
	size_t len = text ? strlen(text) : 0;

	if (len * 4 < (size_t)bits)
		return stop(cmp, SNAPSHOT_BAD, "a map %s of %d bits or more", key, bits);
	for (int i = 0; i < bits + extra && (size_t)i < len * 4; i++) {
		int digit = nibble(text[i / 8 * 2 + (i % 8 < 4)]);

		if (digit < 0)
			return stop(cmp, SNAPSHOT_BAD, "hex digits in %s", key);
		if (((digit >> i % 4) & 1) != subject_bit(map, i))
			return stop(cmp, SNAPSHOT_DIFFERS,
				    "expected %s %s bit %d to be %d, actual %d", name, key, i,
				    (digit >> i % 4) & 1, subject_bit(map, i));
	}
	return true;
}

/* Eight integers in the order of the structure. */
static bool same_md(struct comparison *cmp, const json_t *list, const char *name, const char *what,
		    int index, const struct subject_md *md)
{
	static const char *const members[] = { "scan_hint",   "scan_hint_start",
					       "contig_hint", "contig_hint_start",
					       "left_free",   "right_free",
					       "first_free",  "nr_bits" };
	const int actual[] = { md->scan_hint,	      md->scan_hint_start, md->contig_hint,
			       md->contig_hint_start, md->left_free,	   md->right_free,
			       md->first_free,	      md->nr_bits };

	for (size_t i = 0; i < 8; i++) {
		const json_t *want = json_array_get(list, i);

		if (!json_is_number(want))
			return stop(cmp, SNAPSHOT_BAD, "8 integers in %s", what);
		if (json_number_value(want) != actual[i])
			return stop(cmp, SNAPSHOT_DIFFERS, "expected %s %s %d %s %.0f, actual %d",
				    name, what, index, members[i], json_number_value(want),
				    actual[i]);
	}
	return true;
}

static bool same_chunk(struct comparison *cmp, const json_t *c, const struct subject_chunk *v)
{
	const json_t *blocks = json_object_get(c, "md_blocks");
	int bits = v->nr_pages * v->blocks->nr_bits;
	char name[40];

	snprintf(name, sizeof(name), "chunk %#llx", (unsigned long long)v->base);
	if (!same_int(cmp, c, name, "free_bytes", v->free_bytes) ||
	    !same_int(cmp, c, name, "immutable", v->immutable) ||
	    !same_int(cmp, c, name, "isolated", v->isolated) ||
	    !same_int(cmp, c, name, "start_offset", v->start_offset) ||
	    !same_int(cmp, c, name, "end_offset", v->end_offset) ||
	    !same_int(cmp, c, name, "nr_pages", v->nr_pages) ||
	    !same_int(cmp, c, name, "nr_populated", v->nr_populated) ||
	    !same_int(cmp, c, name, "nr_empty_pop_pages", v->nr_empty_pop_pages) ||
	    !same_map(cmp, c, name, "populated", v->populated, v->nr_pages, 0) ||
	    !same_map(cmp, c, name, "alloc_map", v->alloc_map, bits, 0) ||
	    /* one bit more than the others: the end of an object at the end of the map */
	    !same_map(cmp, c, name, "bound_map", v->bound_map, bits, 1) ||
	    !same_md(cmp, json_object_get(c, "chunk_md"), name, "chunk_md", 0, v->md))
		return false;
	for (int i = 0; i < v->nr_pages; i++)
		if (!same_md(cmp, json_array_get(blocks, (size_t)i), name, "md_blocks", i,
			     v->blocks + i))
			return false;
	return true;
}

/* The chunk that a pointer of the snapshot names must be the one at @at in the view. */
static bool same_pointer(struct comparison *cmp, const json_t *pointer, unsigned int at, int slot)
{
	const struct subject_view *view = &cmp->o->view;
	const struct subject_chunk *v = view->chunk + at;
	const char *key = json_string_value(pointer);
	const json_t *c = json_object_get(json_object_get(cmp->root, "chunks"), key ? key : "");
	uint64_t base;

	if (!c)
		return stop(cmp, SNAPSHOT_BAD, "chunks to hold each chunk named in slots");
	if (!read_address(cmp, c, "base_addr", &base))
		return false;
	if (at >= view->nr_chunks)
		return stop(cmp, SNAPSHOT_DIFFERS, "expected chunk %#llx on list %d, actual none",
			    (unsigned long long)base, slot);
	if (v->base != base || v->slot != slot)
		return stop(cmp, SNAPSHOT_DIFFERS,
			    "expected chunk %#llx on list %d, actual next is %#llx on list %d",
			    (unsigned long long)base, slot, (unsigned long long)v->base, v->slot);
	return same_chunk(cmp, c, v);
}

static bool same_lists(struct comparison *cmp)
{
	const json_t *slots = json_object_get(cmp->root, "slots");
	const json_t *reserved = json_object_get(cmp->root, "reserved_chunk");
	const struct subject_view *view = &cmp->o->view;
	unsigned int at = 0;

	if (json_array_size(slots) != (size_t)view->nr_slots)
		return stop(cmp, SNAPSHOT_BAD, "%d lists in slots", view->nr_slots);
	if (cmp->o->m.reserved && !same_pointer(cmp, reserved, at++, -1))
		return false;
	for (int slot = 0; slot < view->nr_slots; slot++) {
		const json_t *list = json_array_get(slots, (size_t)slot);

		for (size_t i = 0; i < json_array_size(list); i++)
			if (!same_pointer(cmp, json_array_get(list, i), at++, slot))
				return false;
	}
	return at == view->nr_chunks ||
	       stop(cmp, SNAPSHOT_DIFFERS, "expected %u chunks, actual %u", at, view->nr_chunks);
}

/* Against the header as well, as our allocator knows one unit only. */
static bool same_geometry(struct comparison *cmp)
{
	const json_t *offsets = json_object_get(cmp->root, "unit_offsets");
	const struct trace_header *h = cmp->h;
	const struct model *m = &cmp->o->m;
	uint64_t base, offset;

	if (!read_address(cmp, cmp->root, "pcpu_base_addr", &base))
		return false;
	if (base != h->base_addr)
		return stop(cmp, SNAPSHOT_DIFFERS, "expected pcpu_base_addr %#llx, actual %#llx",
			    (unsigned long long)base, (unsigned long long)h->base_addr);
	if (h->nr_unit_offsets && json_array_size(offsets) != h->nr_unit_offsets)
		return stop(cmp, SNAPSHOT_BAD, "%u unit_offsets", h->nr_unit_offsets);
	for (uint32_t i = 0; i < h->nr_unit_offsets; i++) {
		const char *text = json_string_value(json_array_get(offsets, i));

		if (!text || !trace_hex(text, &offset) || offset != h->unit_offset[i])
			return stop(cmp, SNAPSHOT_DIFFERS,
				    "expected unit offset %u to be %s, actual %#llx", i,
				    text ? text : "null", (unsigned long long)h->unit_offset[i]);
	}
	return same_int(cmp, cmp->root, "", "pcpu_unit_size", m->unit_size) &&
	       same_int(cmp, cmp->root, "", "pcpu_unit_pages", m->unit_size / m->page) &&
	       same_int(cmp, cmp->root, "", "pcpu_nr_units", h->nr_units) &&
	       same_int(cmp, cmp->root, "", "pcpu_nr_slots", m->nr_slots) &&
	       same_int(cmp, cmp->root, "", "pcpu_free_slot", m->free_slot) &&
	       same_int(cmp, cmp->root, "", "pcpu_sidelined_slot", m->sidelined) &&
	       same_int(cmp, cmp->root, "", "pcpu_to_depopulate_slot", m->to_depopulate);
}

/**
 * snapshot_load - read a file of an archive
 * @archive: name of the .state.tar.xz file
 * @file: name of the file, whatever its folder is called there
 * @text: its bytes and a NUL, to be freed by the caller
 * @size: without the NUL
 *
 * Return: false if it cannot be had.
 */
bool snapshot_load(const char *archive, const char *file, char **text, size_t *size)
{
	char pattern[64];
	char *argv[] = { "tar", "--force-local", "--wildcards", "-xJOf", (char *)archive,
			 "--",	pattern,	 NULL };

	snprintf(pattern, sizeof(pattern), "*/%s", file);
	return slurp_command(argv, text, size);
}

/**
 * snapshot_compare - compare a whole state
 * @archive: name of the .state.tar.xz file
 * @tag: which snapshot in it
 * @h: header of the trace
 * @o: the oracle, its view fresh
 * @text: where it goes what differs, or what was expected of the archive
 * @size: room there
 */
enum snapshot_result snapshot_compare(const char *archive, const char *tag,
				      const struct trace_header *h, const struct oracle *o,
				      char *text, size_t size)
{
	struct comparison cmp = { .h = h, .o = o, .text = text, .size = size };
	const struct subject_view *v = &o->view;
	json_error_t error;
	char file[48], *json;
	size_t len;

	snprintf(file, sizeof(file), "snap-%s.json", tag);
	if (!snapshot_load(archive, file, &json, &len)) {
		stop(&cmp, SNAPSHOT_BAD,
		     "an intact .tar.xz file with %s, and the programs tar "
		     "and xz to read it",
		     file);
		return cmp.result;
	}
	/* the address lists, not read here, hold integers that jansson has no room for */
	cmp.root = json_loadb(json, len, JSON_DECODE_INT_AS_REAL, &error);
	free(json);
	if (!cmp.root) {
		stop(&cmp, SNAPSHOT_BAD, "JSON in %s: %s in its line %d", file, error.text,
		     error.line);
		return cmp.result;
	}

	if (same_geometry(&cmp) && same_lists(&cmp) &&
	    same_int(&cmp, cmp.root, "", "pcpu_nr_empty_pop_pages", v->nr_empty_pop_pages) &&
	    same_int(&cmp, cmp.root, "", "pcpu_nr_populated", v->nr_populated))
		same_int(&cmp, cmp.root, "", "pcpu_atomic_alloc_failed", v->atomic_failed);
	json_decref(cmp.root);
	return cmp.result;
}

/**
 * snapshot_early_calls - how many allocations came before the snapshot "pretrace"
 * @archive: name of the .state.tar.xz file
 *
 * Return: the number, or -1 if the archive does not say.
 */
int snapshot_early_calls(const char *archive)
{
	char *text, *at;
	size_t size;
	int nr = 0;

	if (!snapshot_load(archive, "early.txt", &text, &size))
		return -1;
	for (at = text; (at = strstr(at, " pre\n")); at++)
		nr++;
	free(text);
	return nr;
}
