// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_contents.c - the bytes of live objects and static areas, and the memory behind pages.
 *
 * Only bytes of live objects count: what an allocator does to free space is its own business.
 */
#include <string.h>

#include "oracle.h"
#include "same_bytes.h"

#define CONTENTS_PER_OP (16u << 10) /* bytes looked at after an op, beyond that round robin */
#define PAGES_PER_OP 1024u /* of these pages, with objects or without */

/**
 * pattern_fill - what a write op puts into an object
 * @data: where it goes
 * @seed: of the op
 * @cpu: index of the possible CPU
 * @from: first byte of the object
 * @nr: how many
 *
 * Neighbouring CPUs, seeds and bytes all differ, so that a mix-up of any two shows.
 */
void pattern_fill(uint8_t *data, uint32_t seed, unsigned int cpu, uint32_t from, uint32_t nr)
{
	uint32_t x = (seed + 1) * 0x9e3779b1u + cpu * 0x85ebca77u + from * 0xc2b2ae3du;

	for (uint32_t i = 0; i < nr; i++, x += 0xc2b2ae3du)
		data[i] = (uint8_t)((x ^ x >> 15) >> 3);
}

/**
 * static_fill - what the static area of a CPU holds
 * @data: where it goes
 * @size: bytes, 1 or more
 * @cpu: index of the possible CPU
 */
void static_fill(uint8_t *data, uint32_t size, unsigned int cpu)
{
	fill_steps(data, size, 0x51 + cpu * 29, 7);
}

static uint8_t **shadow_of(const struct model_chunk *c, unsigned int cpu, int page)
{
	return c->shadow + cpu * (unsigned int)c->nr_pages + page;
}

/**
 * shadow_zero - a new object must read as zero from here on
 * @o: the oracle
 * @c: the chunk
 * @unit: its first unit
 * @units: how many
 */
void shadow_zero(struct oracle *o, struct model_chunk *c, int unit, int units)
{
	for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++) {
		for (int i = unit; i < unit + units;) {
			int page = i / c->block_units, in_page = i % c->block_units;
			int nr = c->block_units - in_page;

			if (nr > unit + units - i)
				nr = unit + units - i;
			memset(*shadow_of(c, cpu, page) + 4 * in_page, 0, (size_t)nr * 4);
			i += nr;
		}
	}
}

/**
 * check_zeroed - a new object is mapped and zero on every CPU
 * @o: the oracle
 * @c: the chunk
 * @unit: its first unit
 * @units: how many
 */
bool check_zeroed(struct oracle *o, struct model_chunk *c, int unit, int units)
{
	for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++) {
		for (int i = unit; i < unit + units;) {
			int page = i / c->block_units, in_page = i % c->block_units;
			const uint8_t *data =
				world_access(o->w, model_page_addr(&o->m, c, cpu, page));
			uint8_t *want = *shadow_of(c, cpu, page);
			int nr = c->block_units - in_page;

			if (nr > unit + units - i)
				nr = unit + units - i;
			CHECK(o, page_mapped, data, c, i, i + nr,
			      "page %d of %s is not mapped on CPU index %u", page, c->name, cpu);
			CHECK(o, alloc_zeroed,
			      !data || same_bytes(data + 4 * in_page, want + 4 * in_page,
						  (size_t)nr * 4),
			      c, i, i + nr, "new object at %s+%d is not zero on CPU index %u",
			      c->name, 4 * unit, cpu);
			/* what there is is believed: from here on that must stay */
			if (data && oracle_leaves_out(o, RULE_alloc_zeroed))
				memcpy(want + 4 * in_page, data + 4 * in_page, (size_t)nr * 4);
			i += nr;
		}
	}
	return true;
}

/* A page differs from what it should hold: does a live object? */
static bool check_differing_page(struct oracle *o, struct model_chunk *c, unsigned int cpu,
				 int page, const uint8_t *data, uint8_t *want)
{
	for (int i = 0; i < c->block_units; i++) {
		int unit = page * c->block_units + i;
		bool live = c->unit[unit] == UNIT_START || c->unit[unit] == UNIT_BODY;

		CHECK(o, content_intact, !live || !memcmp(data + 4 * i, want + 4 * i, 4), c, unit,
		      unit + 1, "%s+%d on CPU index %u: %02x%02x%02x%02x, written %02x%02x%02x%02x",
		      c->name, 4 * unit, cpu, data[4 * i], data[4 * i + 1], data[4 * i + 2],
		      data[4 * i + 3], want[4 * i], want[4 * i + 1], want[4 * i + 2],
		      want[4 * i + 3]);
	}
	/* free space may hold anything: note it, so that the next look is quick */
	for (int i = 0; i < c->block_units; i++) {
		uint8_t state = c->unit[page * c->block_units + i];

		if (state == UNIT_FREE || state == UNIT_HIDDEN)
			memcpy(want + 4 * i, data + 4 * i, 4);
	}
	return true;
}

/* As world_access(), which must say the same as the last time, if it was asked before. */
static uint8_t *look_up(struct oracle *o, uint64_t addr, uint8_t **last)
{
	uint8_t *before = *last;

	*last = world_access(o->w, addr);
	o->checked[RULE_self_check] += before != NULL;
	if (before && *last != before)
		oracle_fail(o, RULE_self_check, NULL, -1, -1,
			    "%#llx leads elsewhere, and the world says that nothing changed",
			    (unsigned long long)addr);
	return *last;
}

static void forget_old_data(const struct oracle *o, struct model_chunk *c)
{
	if (c->data_as_of == o->w->changes)
		return;
	memset(c->data, 0, o->m.nr_cpus * (size_t)c->nr_pages * sizeof(*c->data));
	c->data_as_of = o->w->changes;
}

/*
 * As world_access() of the start of a page.  As long as the world has not changed the answer is
 * that of the last time, and so is what was wrong with it: a misuse that was noted stays so.
 */
static uint8_t *page_data(struct oracle *o, struct model_chunk *c, unsigned int cpu, int page)
{
	uint8_t **data;

	if (!c->data)
		return world_access(o->w, model_page_addr(&o->m, c, cpu, page));
	forget_old_data(o, c);
	data = c->data + cpu * (unsigned int)c->nr_pages + page;
	if (!*data || (o->flags & ORACLE_FULL))
		return look_up(o, model_page_addr(&o->m, c, cpu, page), data);
	return *data;
}

static bool check_page_contents(struct oracle *o, struct model_chunk *c, int page)
{
	const unsigned int nr_cpus = o->m.nr_cpus, size = o->m.page;

	o->checked[RULE_content_intact] += nr_cpus;
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		uint8_t *want = *shadow_of(c, cpu, page);
		const uint8_t *data = page_data(o, c, cpu, page);

		if (o->failed)
			return false;
		if (data && same_bytes(data, want, size))
			continue;
		CHECK(o, page_mapped, data, c, page * c->block_units, (page + 1) * c->block_units,
		      "page %d of %s is not mapped on CPU index %u", page, c->name, cpu);
		if (data && !check_differing_page(o, c, cpu, page, data, want))
			return false;
	}
	return true;
}

static bool has_objects(const struct model_chunk *c, int page)
{
	return c->populated[page] && c->block[page].nr_used;
}

/* Is the machine too large to compare all contents after each op? */
static bool contents_are_large(const struct model *m)
{
	return (uint64_t)m->nr_pages * m->page * m->nr_cpus > CONTENTS_PER_OP;
}

/* A page of a chunk, if there is one with objects, and what the other first chunk has of it. */
static bool check_page_of(struct oracle *o, struct model_chunk *c, int page)
{
	struct model *m = &o->m;
	struct model_chunk *other = c->reserved ? m->first : c == m->first ? m->reserved : NULL;

	if (page >= 0 && page < c->nr_pages && has_objects(c, page) &&
	    !check_page_contents(o, c, page))
		return false;
	if (!other)
		return true;
	/* both are in the first units, and one may begin on the page on which the other ends */
	page += ((int64_t)c->base - (int64_t)other->base) / (int64_t)m->page;
	return page < 0 || page >= other->nr_pages || !has_objects(other, page) ||
	       check_page_contents(o, other, page);
}

/**
 * check_object - the contents of all pages that an object lies on, or next to
 * @o: the oracle
 * @c: the chunk
 * @unit: its first unit
 * @units: how many
 *
 * After this op, or before it is freed, its bytes and those of its neighbours must be right.  On
 * machines that are not large that was seen after this op, or the last one.
 */
bool check_object(struct oracle *o, struct model_chunk *c, int unit, int units)
{
	int first = unit ? (unit - 1) / c->block_units : -1;
	int last = (unit + units) / c->block_units;

	if (o->m.dry || !contents_are_large(&o->m))
		return true;
	for (int page = first; page <= last; page++)
		if (!check_page_of(o, c, page))
			return false;
	return true;
}

/* Are all pages where they were found last, and as they should be?  False if any is not. */
static bool contents_same(struct oracle *o, struct model_chunk *c)
{
	const unsigned int nr_pages = (unsigned int)c->nr_pages;
	unsigned int nr = 0;

	if (!c->data || (o->flags & ORACLE_FULL))
		return false;
	forget_old_data(o, c);
	for (unsigned int page = 0; page < nr_pages; page++) {
		if (!has_objects(c, (int)page))
			continue;
		for (unsigned int i = page; i < o->m.nr_cpus * nr_pages; i += nr_pages, nr++)
			if (!c->data[i] || !same_bytes(c->data[i], c->shadow[i], o->m.page))
				return false;
	}
	o->checked[RULE_content_intact] += nr;
	return true;
}

static bool check_chunk_contents(struct oracle *o, struct model_chunk *c)
{
	if (contents_same(o, c))
		return true;
	for (int page = 0; page < c->nr_pages; page++)
		if (has_objects(c, page) && !check_page_contents(o, c, page))
			return false;
	return true;
}

/*
 * Pages in turn, up to CONTENTS_PER_OP bytes and at least one if it does not take too long to find
 * any, from where the last call ended.
 */
static bool check_some_contents(struct oracle *o)
{
	const struct model *m = &o->m;
	uint32_t step = m->page * m->nr_cpus;
	unsigned int looks = step < CONTENTS_PER_OP ? CONTENTS_PER_OP / step : 1;

	for (unsigned int i = 0; i < m->nr_pages && i < PAGES_PER_OP && looks;
	     i++, o->page_cursor++) {
		struct model_chunk *c;

		if (o->chunk_cursor >= m->nr_chunks ||
		    o->page_cursor >= (unsigned int)m->chunk[o->chunk_cursor]->nr_pages) {
			o->chunk_cursor = (o->chunk_cursor + 1) % m->nr_chunks;
			o->page_cursor = 0;
		}
		c = m->chunk[o->chunk_cursor];
		if (!has_objects(c, (int)o->page_cursor))
			continue;
		if (!check_page_contents(o, c, (int)o->page_cursor))
			return false;
		looks--;
	}
	return true;
}

/**
 * check_contents - the contents of all live objects
 * @o: the oracle
 * @everything: also on machines that are too large to do this after each op
 */
bool check_contents(struct oracle *o, bool everything)
{
	struct model *m = &o->m;

	if (m->dry)
		return true;
	if (!everything && contents_are_large(m))
		return check_some_contents(o);

	for (unsigned int i = 0; i < m->nr_chunks; i++)
		if (m->chunk[i]->nr_alloc && !check_chunk_contents(o, m->chunk[i]))
			return false;
	return true;
}

/* A block is there, on every CPU, and nothing of it is mapped elsewhere. */
static bool check_block(struct oracle *o, const struct model_chunk *c)
{
	for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++)
		CHECK(o, page_mapped,
		      boot_mem_is_live(&o->w->boot, model_page_addr(&o->m, c, cpu, 0),
				       o->m.unit_size),
		      c, -1, -1, "the unit of CPU index %u of %s is not there", cpu, c->name);
	return true;
}

/**
 * check_pages - every populated page of a chunk is mapped on every CPU, and no other page
 * @o: the oracle
 * @c: the chunk
 *
 * Of a block, all of it has memory.
 */
bool check_pages(struct oracle *o, struct model_chunk *c)
{
	if (o->m.dry || c->immutable)
		return true;
	if (c->is_block)
		return check_block(o, c);
	for (int page = 0; page < c->nr_pages; page++) {
		for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++) {
			uint64_t addr = model_page_addr(&o->m, c, cpu, page);
			uint32_t frame = world_pte(o->w, addr);
			bool mapped = frame != PCPU_NO_FRAME;

			CHECK(o, page_table, o->ops->translate(o->s, addr) == frame, c,
			      page * c->block_units, (page + 1) * c->block_units,
			      "page %d of %s on CPU index %u: the tables say otherwise than they "
			      "were set",
			      page, c->name, cpu);
			if (c->stale[cpu * (unsigned int)c->nr_pages + (unsigned int)page])
				continue;
			CHECK(o, tlb_stale, !world_is_stale(o->w, addr), c, page * c->block_units,
			      (page + 1) * c->block_units,
			      "page %d of %s on CPU index %u was unmapped and not flushed, and the "
			      "chunk lives on",
			      page, c->name, cpu);
			CHECK(o, frame_node,
			      !mapped || !c->populated[page] ||
				      world_node(o->w, addr) ==
					      c->node[cpu * (unsigned int)c->nr_pages +
						      (unsigned int)page],
			      c, page * c->block_units, (page + 1) * c->block_units,
			      "page %d of %s on CPU index %u comes from node %u", page, c->name,
			      cpu, world_node(o->w, addr));
			CHECK(o, page_mapped, mapped == c->populated[page], c,
			      page * c->block_units, (page + 1) * c->block_units,
			      "page %d of %s on CPU index %u is %smapped, but %spopulated", page,
			      c->name, cpu, mapped ? "" : "not ", c->populated[page] ? "" : "not ");
		}
	}
	return true;
}

/* Copy to or compare with memory at an address, page by page; false if it differs. */
static bool static_bytes(struct oracle *o, uint64_t addr, uint8_t *want, uint32_t size, bool write)
{
	while (size) {
		uint32_t nr = o->m.page - (uint32_t)(addr % o->m.page);
		uint8_t *data = world_access(o->w, addr);

		if (nr > size)
			nr = size;
		if (!data || (!write && memcmp(data, want, nr)))
			return false;
		if (write)
			memcpy(data, want, nr);
		addr += nr;
		want += nr;
		size -= nr;
	}
	return true;
}

static uint64_t static_addr(const struct model *m, unsigned int cpu)
{
	return m->layout.base_addr + m->layout.unit_offset[cpu];
}

/**
 * static_write - give the static area of every CPU contents of its own
 * @o: the oracle
 */
bool static_write(struct oracle *o)
{
	uint32_t size = o->m.static_size;

	o->static_want = model_alloc((size_t)o->m.nr_cpus * size);
	o->static_data = model_alloc(o->m.nr_cpus * sizeof(*o->static_data));
	for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++) {
		uint8_t *want = o->static_want + (size_t)cpu * size;

		static_fill(want, size, cpu);
		CHECK(o, static_intact, static_bytes(o, static_addr(&o->m, cpu), want, size, true),
		      NULL, -1, -1, "the static area of CPU index %u is not there", cpu);
	}
	return true;
}

/* The same of the end of one CPU's, quickly; false also if that cannot be done. */
static bool static_end_right(struct oracle *o, unsigned int cpu, const uint8_t *want, uint32_t from)
{
	uint64_t addr = static_addr(&o->m, cpu) + from;
	uint32_t nr = o->m.static_size - from;
	const uint8_t *data;

	if ((addr & (o->m.page - 1)) + nr > o->m.page)
		return false;
	data = o->static_data[cpu];
	if (!data)
		data = look_up(o, addr, o->static_data + cpu);
	return data && same_bytes(data, want, nr);
}

/**
 * check_static - the static area of every CPU is as it was set up
 * @o: the oracle
 * @everything: all of it; otherwise the part next to the chunks, where an error would begin
 */
bool check_static(struct oracle *o, bool everything)
{
	uint32_t size = o->m.static_size;
	uint32_t from = everything || size < 32 ? 0 : size - 32;

	if (o->m.dry)
		return true;
	if (o->static_as_of != o->w->changes) {
		memset(o->static_data, 0, o->m.nr_cpus * sizeof(*o->static_data));
		o->static_as_of = o->w->changes;
	}
	for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++) {
		uint8_t *want = o->static_want + (size_t)cpu * size;

		if (!everything && static_end_right(o, cpu, want + from, from)) {
			o->checked[RULE_static_intact]++;
			continue;
		}
		CHECK(o, static_intact,
		      static_bytes(o, static_addr(&o->m, cpu) + from, want + from, size - from,
				   false),
		      NULL, -1, -1, "the static area of CPU index %u changed behind byte %u", cpu,
		      from);
	}
	return true;
}
