// SPDX-License-Identifier: GPL-2.0-only
/*
 * model.c - the truth about chunks: which unit is used, which page has memory.
 *
 * Nothing here looks at the subject.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static void *not_null(void *p)
{
	if (!p) {
		fputs("pcpufuzz: out of memory\n", stderr);
		abort();
	}
	return p;
}

/**
 * model_alloc - zeroed memory for the oracle's own use
 * @size: bytes
 *
 * The host running out of it proves nothing about the subject: the process ends.
 */
void *model_alloc(size_t size)
{
	return not_null(calloc(1, size ? size : 1));
}

/**
 * model_alloc_raw - the same, not cleared
 * @size: bytes
 */
void *model_alloc_raw(size_t size)
{
	return not_null(malloc(size ? size : 1));
}

/**
 * truth_naive - look at every unit of a stretch
 * @unit: enum unit_state of each
 * @nr: how many
 */
struct truth truth_naive(const uint8_t *unit, int nr)
{
	struct truth t = { .first_free = nr };
	int run = 0;

	for (int i = 0; i < nr; i++) {
		t.nr_used += unit[i] == UNIT_START || unit[i] == UNIT_BODY;
		if (unit[i] != UNIT_FREE) {
			run = 0;
			continue;
		}
		if (run == 0 && t.nr_free == 0)
			t.first_free = i;
		t.nr_free++;
		run++;
		if (run == i + 1)
			t.left = run;
		if (run > t.contig)
			t.contig = run;
	}
	t.right = run;
	return t;
}

/**
 * first_used_unit - the first unit of a range that is not free
 * @unit: enum unit_state of all
 * @from: first of the range
 * @to: unit after the last
 *
 * Eight at a time, as UNIT_FREE is 0.
 *
 * Return: the unit, or @to.
 */
int first_used_unit(const uint8_t *unit, int from, int to)
{
	uint64_t eight;

	for (; from + 8 <= to; from += 8) {
		memcpy(&eight, unit + from, 8);
		if (eight)
			break;
	}
	while (from < to && unit[from] == UNIT_FREE)
		from++;
	return from;
}

/* The first unit of a range that is free, or @to; no byte of eight used ones is 0. */
static int first_free_unit(const uint8_t *unit, int from, int to)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t eight;

	for (; from + 8 <= to; from += 8) {
		memcpy(&eight, unit + from, 8);
		if ((eight - ones) & ~eight & (ones << 7))
			break;
	}
	while (from < to && unit[from] != UNIT_FREE)
		from++;
	return from;
}

/* As truth_naive(), but from run to run; of the units @hidden are not served at all. */
static struct truth truth_of(const uint8_t *unit, int nr, int hidden)
{
	struct truth t = { .first_free = nr };

	for (int start = first_free_unit(unit, 0, nr), end; start < nr;
	     start = first_free_unit(unit, end, nr)) {
		end = first_used_unit(unit, start, nr);
		if (!t.nr_free)
			t.first_free = start;
		if (start == 0)
			t.left = end;
		if (end == nr)
			t.right = end - start;
		if (end - start > t.contig)
			t.contig = end - start;
		t.nr_free += end - start;
	}
	t.nr_used = nr - hidden - t.nr_free;
	return t;
}

/* How many units of a page its chunk does not serve. */
static int hidden_units(const struct model_chunk *c, int page)
{
	int from = page * c->block_units, to = from + c->block_units;
	int start = c->start > from ? c->start : from;
	int end = c->end < to ? c->end : to;

	return c->block_units - (end > start ? end - start : 0);
}

/*
 * A page counts as empty if it has memory and no unit of it is used.  One that is used while its
 * memory is still to come counts against that, which is visible only between single steps.
 */
static void count_pages(struct model_chunk *c)
{
	c->nr_populated = 0;
	c->nr_empty = 0;
	for (int i = 0; i < c->nr_pages; i++) {
		bool unused = c->block[i].nr_free == c->block_units;

		c->nr_populated += c->populated[i];
		c->nr_empty += c->populated[i] ? unused : unused - 1;
	}
}

/**
 * model_refresh_chunk_naive - find the truth about a chunk by looking at every unit
 * @c: the chunk
 */
void model_refresh_chunk_naive(struct model_chunk *c)
{
	c->in_block = 0;
	for (int i = 0; i < c->nr_pages; i++) {
		c->block[i] = truth_naive(c->unit + i * c->block_units, c->block_units);
		if (c->block[i].contig > c->in_block)
			c->in_block = c->block[i].contig;
	}
	c->whole = truth_naive(c->unit, c->nr_units);
	count_pages(c);
}

/**
 * model_refresh_chunk - the same, looking only at pages where units changed
 * @c: the chunk
 * @from: first of these pages
 * @to: page after the last
 *
 * The runs of the other pages have not changed, so runs over pages can be pieced together.
 */
void model_refresh_chunk(struct model_chunk *c, int from, int to)
{
	struct truth t = { .first_free = c->nr_units };
	int run = 0;
	bool all_free = true;

	for (int i = from; i < to; i++)
		c->block[i] =
			truth_of(c->unit + i * c->block_units, c->block_units, hidden_units(c, i));

	c->in_block = 0;
	for (int i = 0; i < c->nr_pages; i++) {
		const struct truth *b = c->block + i;

		if (b->nr_free && t.nr_free == 0)
			t.first_free = i * c->block_units + b->first_free;
		t.nr_free += b->nr_free;
		t.nr_used += b->nr_used;
		if (b->contig > c->in_block)
			c->in_block = b->contig;
		if (b->contig > t.contig)
			t.contig = b->contig;
		if (run + b->left > t.contig)
			t.contig = run + b->left;
		if (all_free)
			t.left += b->left;
		if (b->left != c->block_units)
			all_free = false;
		run = b->right == c->block_units ? run + b->right : b->right;
	}
	t.right = run;
	c->whole = t;
	count_pages(c);
}

/* The units [from_unit, to_unit) changed: find the truth again, and note what to check. */
static void touch(struct model *m, struct model_chunk *c, int from_unit, int to_unit)
{
	int from = from_unit / c->block_units;
	int to = (to_unit + c->block_units - 1) / c->block_units;

	if (from < c->touched_from)
		c->touched_from = from;
	if (to > c->touched_to)
		c->touched_to = to;
	c->touched = true;
	model_due(m, c);
	model_refresh_chunk(c, from, to);
}

/* Set or clear bits of the maps as they should look, a word at a time. */
static void expect_bits(unsigned long *map, int from, int to, bool on)
{
	const int word = 8 * (int)sizeof(long);

	while (from < to) {
		int in_word = from % word;
		int nr = to - from < word - in_word ? to - from : word - in_word;
		unsigned long mask = (nr == word ? 0 : 1UL << nr) - 1;

		mask <<= in_word;
		map[from / word] = on ? map[from / word] | mask : map[from / word] & ~mask;
		from += nr;
	}
}

/* What marking or clearing an object does to the maps; a free leaves the boundary map alone. */
static void expect_maps(struct model_chunk *c, int unit, int nr, bool on)
{
	expect_bits(c->alloc_seen, unit, unit + nr, on);
	if (!on)
		return;
	expect_bits(c->bound_seen, unit, unit + 1, true);
	expect_bits(c->bound_seen, unit + 1, unit + nr, false);
	if (unit + nr < c->nr_units)
		expect_bits(c->bound_seen, unit + nr, unit + nr + 1, true);
}

/**
 * model_init - the truth about a machine without chunks
 * @m: the model
 * @machine: the machine
 * @layout: what booting it must come to
 * @dry: pages have no contents, and chunks no address space
 */
void model_init(struct model *m, const struct machine *machine, const struct layout *layout,
		bool dry)
{
	uint32_t limit = (32768 + machine->page - 1) / machine->page * machine->page;

	*m = (struct model){
		.page = machine->page,
		.unit_size = layout->unit_size,
		.static_size = layout->static_size,
		.nr_cpus = layout->nr_cpus,
		.layout = *layout,
		.max_frames = machine->frames,
		.km = machine->backing == BACKING_KM,
		.dry = dry,
	};
	m->max_alloc = limit < m->unit_size ? limit : m->unit_size;
	m->sidelined = model_size_class((int)m->unit_size) + 1;
	m->free_slot = m->sidelined + 1;
	m->to_depopulate = m->free_slot + 1;
	m->nr_slots = m->to_depopulate + 1;
	m->stats.min_alloc_size = m->unit_size;
	if (m->km)
		while ((uint64_t)m->page << m->block_order < layout->group_size[0])
			m->block_order++;
	if (!dry) {
		uint64_t end = machine_vm_end(machine);

		vm_naive_init(&m->vm, machine->vm_start, end, machine->page, machine->va_bits);
		tables_naive_init(&m->tables, machine->vm_start, end, machine->page);
		m->vm_touched = true;
	}
}

#define SHADOW_SMALL                                                                 \
	(32u << 10) /* up to here the contents of all pages are in the chunk's block \
		     */

static size_t words_of(int bits)
{
	return ((size_t)bits + 8 * sizeof(long) - 1) / (8 * sizeof(long));
}

static void free_chunk(const struct model *m, struct model_chunk *c)
{
	unsigned int nr = c->shadow && !c->shadow_room ? m->nr_cpus * (unsigned int)c->nr_pages : 0;

	for (unsigned int i = 0; i < nr; i++)
		free(c->shadow[i]);
	free(c);
}

/**
 * model_vmalloc_of - the vmalloc area that a tag belongs to
 * @tag: of an area of kind AREA_VMALLOC
 */
struct model_vmalloc *model_vmalloc_of(uint64_t tag)
{
	return (struct model_vmalloc *)(uintptr_t)(tag & ~UINT64_C(7));
}

/**
 * model_free_vmalloc - forget a vmalloc area
 * @v: the area, which is in no list any more
 */
void model_free_vmalloc(struct model_vmalloc *v)
{
	free(v->node);
	free(v->shadow);
	free(v);
}

/**
 * model_exit - free what a model owns
 * @m: the model
 */
void model_exit(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		free_chunk(m, m->chunk[i]);
	for (int i = 0; i < m->nr_slots; i++)
		free(m->slots[i].chunk);
	free(m->chunk);
	free(m->by_addr);
	free(m->due);
	for (unsigned int i = 0; i < m->vm.nr; i++)
		if (!m->vm.areas[i].lazy && AREA_KIND(m->vm.areas[i].tag) == AREA_VMALLOC)
			model_free_vmalloc(model_vmalloc_of(m->vm.areas[i].tag));
	if (!m->dry) {
		vm_naive_exit(&m->vm);
		tables_naive_exit(&m->tables);
	}
}

/* A piece of a chunk's one block of memory; none yet if there is only counted what it needs. */
static void *piece(uint8_t *block, size_t *used, size_t size)
{
	void *p = block ? block + *used : NULL;

	*used += (size + 15) & ~(size_t)15;
	return p;
}

/* The arrays of a chunk, behind it in its block; how large the block must be. */
static size_t place_arrays(const struct model *m, struct model_chunk *c, uint8_t *block)
{
	size_t nr = (size_t)c->nr_pages, copies = m->dry ? 0 : m->nr_cpus * nr, used = 0;
	bool small = copies * m->page <= SHADOW_SMALL;

	piece(block, &used, sizeof(*c));
	c->unit = piece(block, &used, (size_t)c->nr_units);
	c->block = piece(block, &used, nr * sizeof(*c->block));
	c->populated = piece(block, &used, nr);
	c->populated_seen = piece(block, &used, c->populated_bytes);
	c->blocks = piece(block, &used, nr * sizeof(*c->blocks));
	c->alloc_seen = piece(block, &used, c->map_words * sizeof(long));
	c->bound_seen = piece(block, &used, c->map_words * sizeof(long));
	if (copies) {
		c->stale = piece(block, &used, copies);
		c->shadow = piece(block, &used, copies * sizeof(*c->shadow));
		c->data = small ? piece(block, &used, copies * sizeof(*c->data)) : NULL;
		c->node = piece(block, &used, copies);
	}
	c->cleared = used;
	if (copies && small)
		c->shadow_room = piece(block, &used, copies * m->page);
	return used;
}

/**
 * model_new_chunk - a chunk that was just made
 * @m: the model
 * @base: its address
 * @nr_pages: pages it spans
 * @start: first unit that it serves
 * @end: unit after the last
 *
 * All its pages are without memory, and its hints are those that a free chunk has by definition.
 */
struct model_chunk *model_new_chunk(struct model *m, uint64_t base, int nr_pages, int start,
				    int end)
{
	struct model_chunk like = {
		.base = base,
		.nr_pages = nr_pages,
		.block_units = (int)m->page / 4,
		.nr_units = nr_pages * (int)m->page / 4,
		.start = start,
		.end = end,
		.slot = -1,
	}, *c;

	like.populated_bytes = words_of(nr_pages) * sizeof(long);
	like.map_words = words_of(like.nr_units);
	c = model_alloc_raw(place_arrays(m, &like, NULL));
	place_arrays(m, &like, (uint8_t *)c);
	memset(c, 0, like.cleared);
	*c = like;
	memset(c->unit, UNIT_HIDDEN, (size_t)c->nr_units);
	memset(c->unit + start, UNIT_FREE, (size_t)(end - start));
	for (int i = 0; i < nr_pages; i++)
		c->blocks[i] = (struct subject_md){ .contig_hint = c->block_units,
						    .left_free = c->block_units,
						    .right_free = c->block_units,
						    .nr_bits = c->block_units };
	c->md = (struct subject_md){ .contig_hint = c->nr_units,
				     .left_free = c->nr_units,
				     .right_free = c->nr_units,
				     .nr_bits = c->nr_units };
	c->touched_from = 0;
	c->touched_to = nr_pages;
	c->touched = true;
	c->pages_touched = true;
	model_refresh_chunk(c, 0, nr_pages);

	if (m->nr_chunks == m->chunk_capacity) {
		size_t room = (m->chunk_capacity = m->chunk_capacity * 2 + 8) * sizeof(*m->chunk);

		m->chunk = not_null(realloc(m->chunk, room));
		m->by_addr = not_null(realloc(m->by_addr, room));
		m->due = not_null(realloc(m->due, room));
	}
	model_index(m, c);
	m->chunk[m->nr_chunks++] = c;
	return c;
}

/**
 * model_name_chunk - the name of the next chunk: c and its number
 * @m: the model
 * @c: the chunk
 */
void model_name_chunk(struct model *m, struct model_chunk *c)
{
	unsigned int nr = m->serial++, digits = 1, at;

	for (unsigned int rest = nr; rest >= 10; rest /= 10)
		digits++;
	memset(c->name, 0, sizeof(c->name));
	for (at = digits; at; at--, nr /= 10)
		c->name[at] = (char)('0' + nr % 10);
	c->name[0] = 'c';
}

/**
 * model_drop_chunk - a chunk that was destroyed
 * @m: the model
 * @c: the chunk
 */
void model_drop_chunk(struct model *m, struct model_chunk *c)
{
	model_unlist(m, c);
	model_unindex(m, c);
	free_chunk(m, c);
}

/**
 * model_page_addr - address of one CPU's copy of a page
 * @m: the model
 * @c: the chunk
 * @cpu: index into the possible CPUs
 * @page: the page
 */
uint64_t model_page_addr(const struct model *m, const struct model_chunk *c, unsigned int cpu,
			 int page)
{
	return c->base + m->layout.unit_offset[cpu] + (uint64_t)(unsigned int)page * m->page;
}

/**
 * model_give_frames - the page frames of populated pages return to their nodes
 * @m: the model
 * @c: the chunk
 * @from: first page
 * @to: page after the last; those not populated are skipped
 * @b: where they return to
 */
void model_give_frames(const struct model *m, const struct model_chunk *c, int from, int to,
		       struct budget *b)
{
	for (unsigned int cpu = 0; !c->is_block && cpu < m->nr_cpus; cpu++)
		for (int page = from; page < to; page++)
			if (c->populated[page])
				b->frames_free[c->node[cpu * (unsigned int)c->nr_pages +
						       (unsigned int)page]]++;
}

/**
 * model_mark - make units a live object
 * @m: the model
 * @c: the chunk
 * @unit: the first one
 * @nr: how many; all must be free
 */
void model_mark(struct model *m, struct model_chunk *c, int unit, int nr)
{
	size_t size = (size_t)nr * 4;
	struct subject_stats *st = &m->stats;

	assert(first_used_unit(c->unit, unit, unit + nr) == unit + nr);
	memset(c->unit + unit, UNIT_BODY, (size_t)nr);
	c->unit[unit] = UNIT_START;
	touch(m, c, unit, unit + nr);
	expect_maps(c, unit, nr, true);

	c->nr_alloc++;
	if (c->max_alloc_size < size)
		c->max_alloc_size = size;
	st->nr_alloc++;
	st->nr_cur_alloc++;
	if (st->nr_max_alloc < st->nr_cur_alloc)
		st->nr_max_alloc = st->nr_cur_alloc;
	if (st->min_alloc_size > size)
		st->min_alloc_size = size;
	if (st->max_alloc_size < size)
		st->max_alloc_size = size;
}

/**
 * model_object_units - how long the object is that starts at a unit
 * @c: the chunk
 * @unit: the unit
 *
 * Return: units, or 0 if no live object starts there.
 */
int model_object_units(const struct model_chunk *c, int unit)
{
	static const uint64_t bodies = UNIT_BODY * UINT64_C(0x0101010101010101);
	int end = unit + 1;
	uint64_t eight;

	if (unit < 0 || unit >= c->nr_units || c->unit[unit] != UNIT_START)
		return 0;
	for (; end + 8 <= c->nr_units; end += 8) {
		memcpy(&eight, c->unit + end, 8);
		if (eight != bodies)
			break;
	}
	while (end < c->nr_units && c->unit[end] == UNIT_BODY)
		end++;
	return end - unit;
}

/**
 * model_unmark - make the units of a live object free
 * @m: the model
 * @c: the chunk
 * @unit: its first unit
 *
 * Return: how many they were.
 */
int model_unmark(struct model *m, struct model_chunk *c, int unit)
{
	int nr = model_object_units(c, unit);

	assert(nr);
	memset(c->unit + unit, UNIT_FREE, (size_t)nr);
	touch(m, c, unit, unit + nr);
	expect_maps(c, unit, nr, false);

	c->nr_alloc--;
	m->stats.nr_dealloc++;
	m->stats.nr_cur_alloc--;
	return nr;
}

/**
 * model_set_populated - give pages memory, or take it
 * @m: the model
 * @c: the chunk
 * @from: first page
 * @to: page after the last
 * @on: give or take
 *
 * What is given holds junk on every CPU.  The memory of a block was there before, and stays.
 */
void model_set_populated(struct model *m, struct model_chunk *c, int from, int to, bool on)
{
	for (int page = from; page < to; page++) {
		assert(c->populated[page] != on);
		c->populated[page] = on;
		for (unsigned int cpu = 0; !m->dry && cpu < m->nr_cpus; cpu++) {
			unsigned int i = cpu * (unsigned int)c->nr_pages + (unsigned int)page;
			uint8_t **s = c->shadow + i, *room = NULL;

			if (c->is_block && *s)
				continue;
			if (!c->shadow_room)
				free(*s);
			if (on)
				room = c->shadow_room ? c->shadow_room + (size_t)i * m->page :
							model_alloc_raw(m->page);
			*s = on ? memset(room, WORLD_JUNK, m->page) : NULL;
		}
	}
	c->touched = true;
	c->pages_touched = true;
	model_due(m, c);
	count_pages(c);
}
