// SPDX-License-Identifier: GPL-2.0-only
/*
 * look.c - what of the subject is looked at after an op, and that its lists are right.
 *
 *   chunks up to 16, or no ORACLE_NEAR:  all after each op
 *   more:   op   1   2   3   4   5   6 ...
 *           all  x           x            every so often, so that they come to 16 per op
 *           due      x   x       x   x    those that the op should have changed
 *
 * What else changed is seen with the next look at all.  Does not check what is shown of a chunk:
 * check.c.
 */
#include <string.h>

#include "oracle.h"

#define CHUNKS_PER_OP 16u

/* May the chunks that are due be enough for now? */
static bool may_look_near(const struct oracle *o)
{
	static const struct rule_set none;
	const struct model *m = &o->m;
	bool many = m->nr_chunks > CHUNKS_PER_OP && m->nr_due < CHUNKS_PER_OP && o->near_left;

	if (!many && !(o->flags & ORACLE_NEAR_ALWAYS))
		return false;
	return (o->flags & (ORACLE_NEAR | ORACLE_FULL | ORACLE_EFFECTS)) == ORACLE_NEAR &&
	       !m->reshaped && !m->dry && !memcmp(&o->w->rules_off, &none, sizeof(none));
}

/* What is shown of chunks that were asked for does not say which list they are on. */
static void set_slots_of_due(struct oracle *o)
{
	for (unsigned int i = 0; i < o->view.nr_chunks; i++)
		o->view_chunk[i].slot = o->shown[i]->reserved ? -1 : o->shown[i]->slot;
}

static bool shows_what_is_due(const struct oracle *o)
{
	for (unsigned int i = 0; i < o->view.nr_chunks && i < o->view.nr_only; i++)
		if (o->view.chunk[i].id != o->only[i])
			return false;
	return o->view.nr_chunks == o->view.nr_only;
}

static bool look(struct oracle *o, bool near)
{
	unsigned int nr = near ? o->m.nr_due : o->m.nr_chunks;

	CHECK_TROUBLE(o);
	o->near = near;
	o->skipped |= near;
	for (unsigned int i = 0; near && i < nr; i++) {
		o->shown[i] = o->m.due[i];
		o->only[i] = o->m.due[i]->id;
	}
	o->view.only = near ? o->only : NULL;
	o->view.nr_only = nr;
	o->view.chunk = o->view_chunk;
	o->view.nr_chunks = 0;
	o->view.fault = NULL;
	/* padding too: what was shown is compared as memory */
	memset(o->view_chunk, 0, (nr + 1) * sizeof(*o->view_chunk));
	o->ops->view(o->s, &o->view);
	CHECK_TROUBLE(o);
	CHECK(o, list_integrity, !o->view.fault, NULL, -1, -1, "%s", o->view.fault);
	if (o->view.fault)
		return oracle_stop(o);
	CHECK(o, list_integrity, !near || shows_what_is_due(o), NULL, -1, -1,
	      "%u chunks were asked for by name, %u or others were shown", nr, o->view.nr_chunks);
	if (near)
		set_slots_of_due(o);
	believe_new_chunks(o);
	return check_misuse(o);
}

/**
 * check_refresh_view - look at the subject, and see that its lists can be walked
 * @o: the oracle
 *
 * Shows all chunks, or with ORACLE_NEAR sometimes only those that are due.
 */
bool check_refresh_view(struct oracle *o)
{
	return look(o, may_look_near(o));
}

/**
 * check_refresh_whole_view - the same, of all chunks in any case
 * @o: the oracle
 */
bool check_refresh_whole_view(struct oracle *o)
{
	return look(o, false);
}

static bool view_has_base(const struct oracle *o, uint64_t base)
{
	for (unsigned int i = 0; i < o->view.nr_chunks; i++)
		if (o->view.chunk[i].base == base)
			return true;
	return false;
}

/* Which rule is that? */
static bool fail_list_rule(struct oracle *o, const struct model_chunk *want,
			   const struct subject_chunk *got)
{
	const struct model_chunk *c = got ? model_chunk_by_base(&o->m, got->base) : NULL;

	if (want && !want->id && !view_has_base(o, want->base))
		return oracle_fail(o, RULE_place_area, want, -1, -1,
				   "new chunk %s must lie at %#llx", want->name,
				   (unsigned long long)want->base);
	if (!c)
		return oracle_fail(o, RULE_list_integrity, want, -1, -1,
				   want ? "%s is missing from the lists" :
					  "a chunk that does not exist is on a list",
				   want ? want->name : "");
	if (c->isolated != got->isolated)
		return oracle_fail(o, RULE_isolated, c, -1, -1, "%s: isolated %d, expected %d",
				   c->name, got->isolated, c->isolated);
	if (c->slot != got->slot)
		return oracle_fail(o, RULE_slot, c, -1, -1, "%s is on list %d, expected %d",
				   c->name, got->slot, c->slot);
	return oracle_fail(o, RULE_list_order, c, -1, -1, "%s where %s is expected on list %d",
			   c->name, want ? want->name : "no chunk", got->slot);
}

/**
 * look_misses - the chunk is somewhere else than it should be
 * @o: the oracle, its view fresh
 * @want: what should be there, or NULL for nothing
 * @got: what is, or NULL
 *
 * If that rule is left out, there is still no chunk to hold the truth against: the run ends.
 */
bool look_misses(struct oracle *o, const struct model_chunk *want, const struct subject_chunk *got)
{
	return fail_list_rule(o, want, got) && oracle_stop(o);
}

/* The lists hold the right chunks in the right order; pair each chunk with its view. */
static bool check_lists(struct oracle *o)
{
	struct model *m = &o->m;
	const struct subject_view *v = &o->view;
	unsigned int at = 0;

	o->checked[RULE_list_integrity]++;
	o->checked[RULE_slot]++;
	o->checked[RULE_list_order]++;
	believe_lists(o);
	if (m->reserved) {
		if (!v->nr_chunks || v->chunk[0].slot != -1)
			return look_misses(o, m->reserved, NULL);
		m->reserved->id = v->chunk[0].id;
		o->shown[0] = m->reserved;
		at = 1;
	}
	for (int slot = 0; slot < m->nr_slots; slot++) {
		for (unsigned int i = 0; i < m->slots[slot].nr; i++, at++) {
			struct model_chunk *c = m->slots[slot].chunk[i];
			const struct subject_chunk *got = v->chunk + at;

			if (at >= v->nr_chunks)
				return look_misses(o, c, NULL);
			if (got->base != c->base || got->slot != slot ||
			    (c->id && c->id != got->id))
				return look_misses(o, c, got);
			c->id = got->id;
			o->shown[at] = c;
		}
	}
	return at == v->nr_chunks ? true : look_misses(o, NULL, v->chunk + at);
}

/**
 * look_pairs - pair what is shown with the chunks there are
 * @o: the oracle, its view fresh
 *
 * If all are shown, the lists hold the right ones in the right order.
 */
bool look_pairs(struct oracle *o)
{
	if (!o->near)
		return check_lists(o);
	set_slots_of_due(o); /* by what followed from their hints */
	return true;
}

/**
 * look_is_checked - what was shown has been held against the truth
 * @o: the oracle
 *
 * A chunk that became due after the look is due next time; so are all if there has been no look at
 * all of them for long.
 */
void look_is_checked(struct oracle *o)
{
	struct model *m = &o->m;

	if (!o->near) {
		m->reshaped = false;
		o->near_left = m->nr_chunks / CHUNKS_PER_OP;
		model_none_due(m);
	} else if (m->nr_due == o->view.nr_chunks) {
		model_none_due(m);
	}
	o->near_left -= o->near && o->near_left;
}
