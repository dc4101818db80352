// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_index.c - all chunks by address, those that are due to be looked at, and sums over them.
 *
 * Each is what asking every chunk would say, which the *_naive functions here do; but an op costs
 * no more for chunks that it leaves alone.
 */
#include <string.h>

#include "model.h"

/**
 * model_due - something of a chunk changes: it is looked at, and added up, again
 * @m: the model
 * @c: the chunk
 */
void model_due(struct model *m, struct model_chunk *c)
{
	if (c->due)
		return;
	c->due = true;
	m->due[m->nr_due++] = c;
}

/* What one chunk adds to the sums. */
static struct model_sums sums_of(const struct model *m, const struct model_chunk *c)
{
	struct model_sums s = { 0 };

	if (!c->reserved && !c->isolated)
		s.empty = c->nr_empty;
	if (!c->immutable)
		s.populated = c->nr_populated;
	if (!c->immutable && !c->is_block)
		s.frames = (uint32_t)c->nr_populated * m->nr_cpus;
	for (unsigned int i = 0; c->has_stale && i < m->nr_cpus * (unsigned int)c->nr_pages; i++)
		s.stale += c->stale[i];
	return s;
}

static void add_sums(struct model_sums *to, const struct model_sums *s)
{
	to->empty += s->empty;
	to->populated += s->populated;
	to->frames += s->frames;
	to->stale += s->stale;
}

static void subtract_sums(struct model_sums *from, const struct model_sums *s)
{
	from->empty -= s->empty;
	from->populated -= s->populated;
	from->frames -= s->frames;
	from->stale -= s->stale;
}

/**
 * model_sums_naive - add up all chunks
 * @m: the model
 */
struct model_sums model_sums_naive(const struct model *m)
{
	struct model_sums sums = { 0 };

	for (unsigned int i = 0; i < m->nr_chunks; i++) {
		struct model_sums s = sums_of(m, m->chunk[i]);

		add_sums(&sums, &s);
	}
	return sums;
}

/**
 * model_sums - the same, from the last sums and the chunks that are due
 * @m: the model
 */
const struct model_sums *model_sums(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_due; i++) {
		struct model_chunk *c = m->due[i];

		subtract_sums(&m->sums, &c->counted);
		c->counted = sums_of(m, c);
		add_sums(&m->sums, &c->counted);
	}
	return &m->sums;
}

/**
 * model_none_due - all that was due has been looked at
 * @m: the model
 */
void model_none_due(struct model *m)
{
	model_sums(m);
	for (unsigned int i = 0; i < m->nr_due; i++)
		m->due[i]->due = false;
	m->nr_due = 0;
}

/**
 * model_empty_total - empty populated pages of all chunks that are in use
 * @m: the model
 */
long model_empty_total(struct model *m)
{
	return model_sums(m)->empty;
}

/**
 * model_populated_total - populated pages of all chunks
 * @m: the model
 *
 * The first unit counts with the whole pages of its three regions together.
 */
long model_populated_total(struct model *m)
{
	return m->first_populated + model_sums(m)->populated;
}

static uint64_t served_from(const struct model_chunk *c)
{
	return c->base + 4 * (uint64_t)c->start;
}

/* How many of the chunks by address serve from @addr or below. */
static unsigned int nr_below(const struct model *m, unsigned int nr, uint64_t addr)
{
	unsigned int low = 0, high = nr;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (served_from(m->by_addr[mid]) <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Enter a chunk into those by address: it is one more than @nr_chunks says. */
static void sort_in(struct model *m, struct model_chunk *c)
{
	unsigned int at = nr_below(m, m->nr_chunks, served_from(c));

	memmove(m->by_addr + at + 1, m->by_addr + at, (m->nr_chunks - at) * sizeof(*m->by_addr));
	m->by_addr[at] = c;
}

/* Take a chunk out of an array of them, if it is there. */
static void take_out(struct model_chunk **array, unsigned int nr, const struct model_chunk *c)
{
	unsigned int i = 0;

	while (i < nr && array[i] != c)
		i++;
	if (i < nr)
		memmove(array + i, array + i + 1, (nr - i - 1) * sizeof(*array));
}

/**
 * model_index - a chunk was made
 * @m: the model, with room for one more; it is not among all chunks yet
 * @c: the chunk
 */
void model_index(struct model *m, struct model_chunk *c)
{
	sort_in(m, c);
	m->nr_pages += (unsigned int)c->nr_pages;
	m->reshaped = true;
	model_due(m, c);
}

/**
 * model_unindex - a chunk was destroyed
 * @m: the model
 * @c: the chunk, which is taken out of all arrays
 */
void model_unindex(struct model *m, struct model_chunk *c)
{
	take_out(m->by_addr, m->nr_chunks, c);
	take_out(m->chunk, m->nr_chunks--, c);
	if (c->due)
		take_out(m->due, m->nr_due--, c);
	subtract_sums(&m->sums, &c->counted);
	m->nr_pages -= (unsigned int)c->nr_pages;
	m->reshaped = true;
}

/**
 * model_move_base - a chunk lies elsewhere than it was thought to
 * @m: the model
 * @c: the chunk
 * @base: its address
 */
void model_move_base(struct model *m, struct model_chunk *c, uint64_t base)
{
	take_out(m->by_addr, m->nr_chunks--, c);
	c->base = base;
	sort_in(m, c);
	m->nr_chunks++;
}

/**
 * model_chunk_at_naive - the chunk whose served region an address lies in, by asking each
 * @m: the model
 * @ptr: any address
 */
struct model_chunk *model_chunk_at_naive(const struct model *m, uint64_t ptr)
{
	for (unsigned int i = 0; i < m->nr_chunks; i++) {
		struct model_chunk *c = m->chunk[i];

		if (ptr >= c->base + 4 * (uint64_t)c->start && ptr < c->base + 4 * (uint64_t)c->end)
			return c;
	}
	return NULL;
}

/**
 * model_chunk_at - the same, by halves
 * @m: the model
 * @ptr: any address
 */
struct model_chunk *model_chunk_at(const struct model *m, uint64_t ptr)
{
	unsigned int at = nr_below(m, m->nr_chunks, ptr);
	struct model_chunk *c = at ? m->by_addr[at - 1] : NULL;

	return c && ptr < c->base + 4 * (uint64_t)c->end ? c : NULL;
}

/**
 * model_chunk_by_base - the chunk at an address
 * @m: the model
 * @base: the address; reserved and first chunk may share one, then this is the first chunk
 */
struct model_chunk *model_chunk_by_base(const struct model *m, uint64_t base)
{
	for (unsigned int i = m->nr_chunks; i--;)
		if (m->chunk[i]->base == base)
			return m->chunk[i];
	return NULL;
}
