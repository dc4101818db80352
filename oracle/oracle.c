// SPDX-License-Identifier: GPL-2.0-only
/*
 * oracle.c - one op at a time: foretell, let the subject act, compare, check the state.
 *
 * What is foretold comes from the truth and the hints validated after the last op.  Slots follow
 * from the hints after this op, so lists are settled only when these have been validated.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

static void set_outcome(struct outcome *out, enum reason reason, const struct model_chunk *c,
			int off)
{
	*out = (struct outcome){ .reason = reason, .off = off };
	if (c)
		memcpy(out->chunk, c->name, sizeof(out->chunk));
}

/**
 * oracle_init_first_unit - the truth about the two chunks of the first unit
 * @o: the oracle, its model without chunks
 *
 * See the picture in impl/percpu-setup.c.
 */
void oracle_init_first_unit(struct oracle *o)
{
	struct model *m = &o->m;
	const struct layout *l = &m->layout;
	uint64_t base = l->base_addr;
	uint32_t static_size = (l->static_size + 3) & ~3u;
	uint32_t dyn_size = l->dyn_size - (static_size - l->static_size);
	uint32_t start[2] = { static_size, static_size + l->reserved_size };
	uint32_t size[2] = { l->reserved_size, dyn_size };

	for (int i = 0; i < 2; i++) {
		uint32_t page = start[i] / m->page;
		uint32_t in_page = start[i] % m->page;
		uint32_t nr_pages = (in_page + size[i] + m->page - 1) / m->page;
		struct model_chunk *c;

		if (!size[i])
			continue;
		c = model_new_chunk(m, base + (uint64_t)page * m->page, (int)nr_pages,
				    (int)in_page / 4, (int)(in_page + size[i]) / 4);
		model_set_populated(m, c, 0, (int)nr_pages, true);
		c->immutable = true;
		c->reserved = i == 0;
		if (c->reserved) {
			m->reserved = c;
			memcpy(c->name, "cr", 3);
		} else {
			m->first = c;
			memcpy(c->name, "c0", 3);
		}
		/* boot memory is zero, not junk */
		for (unsigned int p = 0; !m->dry && p < m->nr_cpus * nr_pages; p++)
			memset(c->shadow[p], 0, m->page);
	}
	m->serial = 1;
	m->first_populated = (l->static_size + l->reserved_size + l->dyn_size) / m->page;
	m->stats.nr_chunks = 1;
	m->stats.nr_max_chunks = 1;
}

/**
 * oracle_init - start a subject and check its first state
 * @o: the oracle
 * @machine: a legal machine
 * @ops: the subject
 * @w: its world, already initialised
 * @option: passed to the subject
 * @tolerate: quirks whose rules are not enforced
 * @flags: ORACLE_*
 *
 * Return: false if that was a finding.
 */
bool oracle_init(struct oracle *o, const struct machine *machine, const struct subject_ops *ops,
		 struct world *w, unsigned int option, unsigned int tolerate, unsigned int flags)
{
	struct layout layout;

	memset(o, 0, offsetof(struct oracle, view_chunk));
	memset(&o->machine, 0, sizeof(*o) - offsetof(struct oracle, machine));
	o->machine = machine;
	o->ops = ops;
	o->w = w;
	o->tolerate = tolerate;
	o->flags = flags;
	o->times = ops->flags(NULL);
	oracle_foretell_boot(o, &layout);
	model_init(&o->m, machine, &layout, false);
	o->s = ops->create(machine, w, option);
	o->m.times = o->times;
	CHECK_TROUBLE(o);
	if (!oracle_check_boot(o))
		return false;
	o->down = !layout.booted;
	if (o->down)
		return true;
	oracle_init_first_unit(o);
	if (!static_write(o) || !check_refresh_view(o) || !check_hints_of(o, o->m.first) ||
	    (o->m.reserved && !check_hints_of(o, o->m.reserved)))
		return false;
	model_relocate(&o->m, o->m.first, -1);
	return check_state(o, false); /* everything is new, and so looked at */
}

/**
 * oracle_exit - end the subject, if oracle_end() has not, and the oracle
 * @o: the oracle
 */
void oracle_exit(struct oracle *o)
{
	world_ends(o->w);
	if (o->s)
		o->ops->destroy(o->s);
	if (o->boot)
		boot_forecast_drop(o->boot);
	model_exit(&o->m);
	free(o->area);
	free(o->static_want);
	free(o->static_data);
}

static bool legal_request(const struct model *m, const struct alloc_args *args, uint32_t *align)
{
	*align = args->align < 4 ? 4 : args->align;
	return args->size && args->size <= m->max_alloc && *align <= m->page &&
	       !(*align & (*align - 1));
}

/* Nothing that is documented excuses refusing this fit. */
static bool check_refusal(struct oracle *o, int bytes, int align, bool reserved, bool atomic)
{
	for (unsigned int i = 0; i < o->m.nr_chunks; i++) {
		const struct model_chunk *c = o->m.chunk[i];
		/* the search itself may have moved it to slot 0 */
		int before = model_slot_before(&o->m, c);
		bool looked_at =
			before >= model_size_to_slot(&o->m, bytes) && before <= o->m.free_slot;

		/* a low hint was let pass, but not that the chunk is on a low list for it */
		if ((o->flags & ORACLE_EFFECTS) && before >= 0 && before <= o->m.free_slot &&
		    c->md.contig_hint < least_chunk_hint(o, c))
			looked_at = true;

		if (reserved ? !c->reserved : !looked_at)
			continue;
		CHECK(o, fit_refused,
		      c->whole.contig < bytes / 4 ||
			      fit_is_excused(o, c, bytes / 4, align / 4, atomic),
		      c, -1, -1, "%d bytes were refused, %s has %d in one piece", bytes, c->name,
		      4 * c->whole.contig);
	}
	return true;
}

/* Whether and where there is room; a chunk is made if that is called for. */
static struct forecast foretell_room(struct oracle *o, struct budget *b, int bytes, int align,
				     bool reserved, bool atomic)
{
	struct forecast f = { .why = REASON_OK, .units = bytes / 4 };
	struct model_chunk *made;

	o->m.search++;
	f.c = search_naive(o, bytes, align, reserved, atomic, &f.unit);
	if (f.c)
		return f;
	if (reserved || atomic) {
		f.why = reserved ? REASON_RESERVED_FULL : REASON_NOT_POPULATED;
		return f;
	}
	if ((o->flags & ORACLE_EFFECTS) && !check_refusal(o, bytes, align, reserved, atomic))
		return f;
	if (!o->m.slots[o->m.free_slot].nr) {
		f.why = try_create(o, b, &made);
		if (f.why != REASON_OK)
			return f;
		model_relocate(&o->m, made, -1);
	}
	f.c = search_naive(o, bytes, align, false, false, &f.unit);
	return f;
}

/**
 * check_budget - what was asked for is what had to be
 * @o: the oracle
 * @b: what should be left
 * @got: what is left
 */
bool check_budget(struct oracle *o, const struct budget *b, const struct budget *got)
{
	unsigned int kind = PCPU_FAULT_NONE + 1, node = 0;

	o->checked[RULE_requests]++;
	while (kind < PCPU_FAULT_NR && got->fault[kind] == b->fault[kind])
		kind++;
	if (kind < PCPU_FAULT_NR)
		return oracle_fail(o, RULE_requests, NULL, -1, -1,
				   "%u %s requests are left to the fault, expected %u",
				   got->fault[kind], fault_names[kind], b->fault[kind]);
	for (kind = PCPU_FAULT_NONE + 1; kind < PCPU_FAULT_NR; kind++)
		if (got->asked[kind] != b->asked[kind])
			return oracle_fail(o, RULE_requests, NULL, -1, -1,
					   "%u %s requests were made so far, expected %u",
					   got->asked[kind], fault_names[kind], b->asked[kind]);
	while (node < b->nr_nodes && got->frames_free[node] == b->frames_free[node])
		node++;
	if (node < b->nr_nodes)
		return oracle_fail(o, RULE_requests, NULL, -1, -1,
				   "%u frames are left on node %u, expected %u",
				   got->frames_free[node], node, b->frames_free[node]);
	if (memcmp(got->block_taken, b->block_taken, budget_block_bytes(b)))
		return oracle_fail(o, RULE_requests, NULL, -1, -1,
				   "%u pages are taken in blocks, expected %u, or others",
				   budget_block_pages(got), budget_block_pages(b));
	return true;
}

/**
 * check_requests - the subject asked for exactly what was foretold, in the foretold order
 * @o: the oracle
 * @b: what should be left
 */
bool check_requests(struct oracle *o, const struct budget *b)
{
	/* the oracle may have found itself wrong while foretelling */
	return check_budget(o, b, &o->w->budget) && !o->failed;
}

/* What was served is in no chunk that there should be: is it in one that there should not be? */
static bool fail_stray(struct oracle *o, uint64_t ptr)
{
	for (unsigned int i = 0; i < o->view.nr_chunks; i++) {
		const struct subject_chunk *v = o->view.chunk + i;

		if (ptr >= v->base && ptr - v->base < o->m.unit_size &&
		    !model_chunk_by_base(&o->m, v->base))
			return oracle_fail(o, RULE_place_area, NULL, -1, -1,
					   "there is a chunk at %#llx, where none is expected",
					   (unsigned long long)v->base);
	}
	return oracle_fail(o, RULE_alloc_range, NULL, -1, -1, "%#llx is in no chunk",
			   (unsigned long long)ptr);
}

/* What was served must be usable, wherever it is. */
static bool check_served(struct oracle *o, uint64_t ptr, const struct alloc_args *args,
			 uint32_t align, bool reserved)
{
	struct model_chunk *c = model_chunk_at(&o->m, ptr);
	int unit, units = (int)((args->size + 3) / 4);

	o->checked[RULE_alloc_range]++;
	if (!c) {
		if (!check_refresh_whole_view(o))
			return false;
		/* unless a new chunk lies elsewhere than foretold, and that was believed */
		c = model_chunk_at(&o->m, ptr);
		if (!c)
			return fail_stray(o, ptr);
	}
	unit = (int)((ptr - c->base) / 4);
	CHECK(o, alloc_range, unit + units <= c->end, c, unit, c->end,
	      "%u bytes at %s+%d reach past the end", args->size, c->name, 4 * unit);
	CHECK(o, alloc_align, (ptr - c->base) % align == 0, c, unit, unit + units,
	      "%s+%d is not aligned to %u", c->name, 4 * unit, align);
	CHECK(o, alloc_reserved, c->reserved == reserved, c, unit, unit + units,
	      "%s served a request that was %sreserved", c->name, reserved ? "" : "not ");
	o->checked[RULE_alloc_overlap]++;
	for (int i = unit; i < unit + units && i < c->end; i++)
		if (c->unit[i] != UNIT_FREE &&
		    !oracle_fail(o, RULE_alloc_overlap, c, unit, unit + units,
				 "%u bytes at %s+%d overlap a live object at +%d", args->size,
				 c->name, 4 * unit, 4 * i))
			return false;
	for (int page = unit / c->block_units;
	     page * c->block_units < unit + units && page < c->nr_pages; page++)
		CHECK(o, alloc_unpopulated, c->populated[page], c, unit, unit + units,
		      "%s+%d was served, its page %d is not populated", c->name, 4 * unit, page);
	return true;
}

static bool check_placement(struct oracle *o, uint64_t ptr, struct forecast *f)
{
	struct model_chunk *c = model_chunk_at(&o->m, ptr);
	int off;

	/* only if that is left out: then it is the state that shows what was served */
	if (!c)
		return true;
	off = (int)(ptr - c->base);
	CHECK(o, null_expected, f->why == REASON_OK, c, off / 4, off / 4 + f->units,
	      "%s+%d was served, expected none: %s", c->name, off, reason_texts[f->why]);
	CHECK(o, null_expected, f->c, c, off / 4, off / 4 + f->units,
	      "%s+%d was served, expected no chunk to serve it", c->name, off);
	CHECK(o, place_chunk, !f->c || c == f->c, c, off / 4, off / 4 + f->units,
	      "%s+%d was served, expected %s+%d", c->name, off, f->c->name, 4 * f->unit);
	CHECK(o, place_offset, c != f->c || off == 4 * f->unit, c, off / 4, off / 4 + f->units,
	      "%s+%d was served, expected %s+%d", c->name, off, f->c->name, 4 * f->unit);
	return (f->why == REASON_OK && c == f->c && off == 4 * f->unit) ||
	       believe_served(o, ptr, f);
}

static bool is_shown_first(const struct oracle *o, const struct model_chunk *c)
{
	for (unsigned int i = 0; i < o->view.nr_chunks; i++)
		if (o->view.chunk[i].slot == c->slot)
			return o->view.chunk[i].base == c->base;
	return false;
}

/*
 * Pages that could not be had: the object was there for a moment, and the chunk may have moved.
 *
 * Where scan-promote is tolerated, the hint that was found again may have been lower than the
 * truth: then the chunk left its list, and came back to the front.
 */
static bool settle_failed_population(struct oracle *o, struct forecast *f, int oslot)
{
	struct model *m = &o->m;
	struct subject_md *md = &f->c->md;
	int hint_before = md->contig_hint, slot_with;
	bool broken = md->contig_hint_start < f->unit + f->units &&
		      f->unit < md->contig_hint_start + md->contig_hint;

	/* while the object was there: found again from the blocks if broken, else as before */
	if (broken)
		md->contig_hint = f->c->whole.contig;
	model_relocate(m, f->c, oslot);
	model_reintegrate(m, f->c);
	slot_with = model_hint_slot(m, f->c);
	md->contig_hint = hint_before;

	model_unmark(m, f->c, f->unit);
	if (!check_refresh_whole_view(o) || !check_hints_of(o, f->c))
		return false;
	model_relocate(m, f->c, slot_with);
	if (broken && !f->c->isolated &&
	    (oracle_tolerates(o, PCPU_QUIRK_SCAN_PROMOTE) || (o->flags & ORACLE_EFFECTS)) &&
	    is_shown_first(o, f->c))
		model_move(m, f->c, f->c->slot, true);
	return true;
}

static bool settle_served(struct oracle *o, struct forecast *f, int oslot)
{
	if (!o->m.dry)
		shadow_zero(o, f->c, f->unit, f->units);
	if (!check_refresh_view(o) || !check_hints_of(o, f->c))
		return false;
	model_relocate(&o->m, f->c, oslot);
	model_reintegrate(&o->m, f->c);
	if (!oracle_tolerates(o, KNOWN_EARLY_WORK) && model_empty_total(&o->m) < EMPTY_PAGES_LOW)
		o->m.work_pending = true;
	return true;
}

/* What was served though it was illegal is an object all the same, if that rule is left out. */
static bool settle_illegal(struct oracle *o, uint64_t ptr, uint32_t size, const struct budget *b,
			   struct outcome *out)
{
	struct forecast f = { .why = REASON_BAD_REQUEST, .units = (int)((size + 3) / 4) };
	int oslot;

	if (model_chunk_at(&o->m, ptr)) {
		if (!believe_served(o, ptr, &f))
			return false;
		set_outcome(out, REASON_OK, f.c, 4 * f.unit);
		out->ptr = ptr;
		oslot = model_hint_slot(&o->m, f.c);
		model_mark(&o->m, f.c, f.unit, f.units);
		if (!settle_served(o, &f, oslot))
			return false;
	}
	return check_refresh_view(o) && check_state(o, false) && check_requests(o, b);
}

/* An illegal request changes nothing, nor does one whose task is killed before it has the mutex. */
static bool refuse_request(struct oracle *o, const struct alloc_args *args, const struct budget *b,
			   enum reason why, struct outcome *out)
{
	uint64_t ptr = o->ops->alloc(o->s, args);

	CHECK_TROUBLE(o);
	if (why == REASON_KILLED)
		CHECK(o, null_expected, !ptr, NULL, -1, -1, "%#llx was served, expected none: %s",
		      (unsigned long long)ptr, reason_texts[why]);
	else
		CHECK(o, bad_request, !ptr, NULL, -1, -1, "size=%u align=%u was served", args->size,
		      args->align);
	set_outcome(out, why, NULL, 0);
	if (ptr)
		return settle_illegal(o, ptr, args->size, b, out);
	return check_refresh_view(o) && check_state(o, false) && check_requests(o, b);
}

/* May this caller not wait? */
static bool is_atomic(const struct oracle *o, unsigned int gfp)
{
	if (o->m.times & SUBJECT_FULL_GFP)
		return gfp != PCPU_GFP_KERNEL;
	return gfp == PCPU_GFP_ATOMIC || gfp == PCPU_GFP_NOWAIT;
}

/*
 * Where early-work is tolerated, that moment counts: too few empty pages when the object has its
 * place, and its pages are not there yet.  A page counts as used from then on, whether it has
 * memory or not.
 */
static bool is_short_before_population(struct oracle *o, const struct forecast *f)
{
	const struct model_chunk *c = f->c;
	long nr = model_empty_total(&o->m);

	if (!oracle_tolerates(o, KNOWN_EARLY_WORK))
		return false;
	if (c->isolated)
		nr += c->nr_empty;
	for (int page = f->unit / c->block_units;
	     !c->reserved && page * c->block_units < f->unit + f->units; page++)
		nr -= c->block[page].nr_free == c->block_units;
	if (nr < EMPTY_PAGES_LOW && !o->m.work_pending)
		o->used |= 1u << KNOWN_EARLY_WORK;
	return nr < EMPTY_PAGES_LOW;
}

/**
 * oracle_alloc - allocate
 * @o: the oracle
 * @args: the request
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_alloc(struct oracle *o, const struct alloc_args *args, struct outcome *out)
{
	bool atomic = is_atomic(o, args->gfp), early;
	bool reserved = args->reserved && o->m.reserved;
	struct budget b;
	int bytes = (int)((args->size + 3) & ~3u);
	struct forecast f;
	int oslot = 0;
	uint32_t align;
	uint64_t ptr;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	set_outcome(out, REASON_OK, NULL, 0);
	if (!legal_request(&o->m, args, &align))
		return refuse_request(o, args, &b, REASON_BAD_REQUEST, out);
	if (!atomic && budget_refuses(&b, PCPU_FAULT_KILL))
		return refuse_request(o, args, &b, REASON_KILLED, out);
	f = foretell_room(o, &b, bytes, (int)align, reserved, atomic);
	early = f.c && is_short_before_population(o, &f);
	if (f.c && !atomic)
		f.why = try_populate_missing(o, &b, f.c, f.unit * 4 / (int)o->m.page,
					     (f.unit * 4 + bytes + (int)o->m.page - 1) /
						     (int)o->m.page);
	ptr = o->ops->alloc(o->s, args);
	CHECK_TROUBLE(o);

	if (ptr) {
		if (!check_served(o, ptr, args, align, reserved) || !check_placement(o, ptr, &f))
			return false;
	} else {
		CHECK(o, null_reason, f.why != REASON_OK, f.c, f.unit, f.unit + f.units,
		      "NULL, expected %s+%d", f.c ? f.c->name : "", 4 * f.unit);
		if (!f.c && !check_refusal(o, bytes, (int)align, reserved, atomic))
			return false;
		if (f.why == REASON_OK) /* left out: it has its reasons */
			f = (struct forecast){ .why = REASON_NOT_POPULATED };
	}

	set_outcome(out, f.why, f.c, 4 * f.unit);
	out->ptr = ptr;
	if (!f.c) {
		if (atomic) {
			o->m.atomic_failed = true;
			o->m.work_pending = true;
		}
		return check_refresh_view(o) && check_state(o, false) && check_requests(o, &b);
	}

	o->m.work_pending |= early;
	oslot = model_hint_slot(&o->m, f.c);
	model_mark(&o->m, f.c, f.unit, f.units);
	if (f.why != REASON_OK)
		return settle_failed_population(o, &f, oslot) && check_state(o, false) &&
		       check_requests(o, &b);
	return settle_served(o, &f, oslot) && (o->m.dry || check_zeroed(o, f.c, f.unit, f.units)) &&
	       check_state(o, false) && check_object(o, f.c, f.unit, f.units) &&
	       check_requests(o, &b);
}

/**
 * oracle_settle_free - what a free must lead to
 * @m: the model
 * @c: the chunk that was freed from, where its hint calls for
 */
void oracle_settle_free(struct model *m, struct model_chunk *c)
{
	if (!c->isolated && c->whole.nr_free == (int)m->unit_size / 4) {
		struct model_list *l = m->slots + m->free_slot;

		for (unsigned int i = 0; i < l->nr; i++)
			if (l->chunk[i] != c)
				m->work_pending = true;
	} else if (model_should_reclaim(m, c)) {
		model_isolate(m, c);
		m->work_pending = true;
	}
}

/* Is a free of what is no live object known to go wrong? */
static bool is_known_bad_free(const struct oracle *o, const struct model_chunk *c, int off)
{
	if (oracle_tolerates(o, PCPU_QUIRK_BAD_FREE))
		return true;
	if (!c || !c->populated[off / (int)o->m.page])
		return oracle_tolerates(o, KNOWN_WILD_FREE);
	return off % 4 && c->unit[off / 4] == UNIT_START &&
	       oracle_tolerates(o, KNOWN_UNALIGNED_FREE);
}

/*
 * A free that the subject is known to accept, though it should not.  It is not issued, as it could
 * do anything; but inside a live object it does what can be compared, if that was asked for.
 */
static bool settle_known_bad_free(struct oracle *o, uint64_t ptr, const struct model_chunk *c,
				  int off, struct outcome *out)
{
	bool inside =
		c && off >= 0 &&
		(c->unit[off / 4] == UNIT_BODY || (off % 4 && c->unit[off / 4] == UNIT_START));

	out->reason = REASON_BAD_FREE_NOT_ISSUED;
	if (!inside || !(o->flags & ORACLE_BAD_FREE))
		return true;
	o->accepted = o->ops->free(o->s, ptr);
	o->over = true;
	out->reason = o->accepted ? REASON_OK : REASON_BAD_FREE;
	return check_refresh_view(o);
}

/**
 * oracle_free - free
 * @o: the oracle
 * @ptr: any address, or 0 for nothing
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_free(struct oracle *o, uint64_t ptr, struct outcome *out)
{
	struct model *m = &o->m;
	struct model_chunk *c = ptr ? model_chunk_at(m, ptr) : NULL;
	int off = c ? (int)(ptr - c->base) : 0;
	bool live = c && off % 4 == 0 && c->unit[off / 4] == UNIT_START;
	struct budget b;
	bool taken;
	int oslot;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	set_outcome(out, REASON_OK, c, off);
	if (ptr && !live) {
		out->reason = REASON_BAD_FREE;
		if (is_known_bad_free(o, c, off))
			return settle_known_bad_free(o, ptr, c, off, out);
	}
	if (!live) {
		taken = o->ops->free(o->s, ptr);
		CHECK_TROUBLE(o);
		CHECK(o, bad_free, taken == !ptr, c, off / 4, off / 4 + 1,
		      "the free of %s+%d, no live object, was %s", c ? c->name : "nothing", off,
		      taken ? "not refused" : "refused");
		return check_refresh_view(o) && check_state(o, false) && check_requests(o, &b);
	}

	if (!check_object(o, c, off / 4, model_object_units(c, off / 4)))
		return false;
	oslot = model_hint_slot(m, c);
	taken = o->ops->free(o->s, ptr);
	CHECK_TROUBLE(o);
	CHECK(o, bad_free, taken, c, off / 4, off / 4 + 1,
	      "the free of the live object at %s+%d was refused", c->name, off);
	model_unmark(m, c, off / 4);
	if (!check_refresh_view(o) || !check_hints_of(o, c))
		return false;
	model_relocate(m, c, oslot);
	oracle_settle_free(m, c);
	return check_state(o, false) && check_requests(o, &b);
}

/**
 * oracle_balance - run the balance work
 * @o: the oracle
 *
 * Return: false if that was a finding.
 */
bool oracle_balance(struct oracle *o)
{
	struct budget b;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	balance_naive(o, &b);
	o->ops->balance(o->s);
	return check_refresh_view(o) && check_state(o, false) && check_requests(o, &b);
}

/* Take the memory of those pages of a range that have some and hold no object. */
static void depopulate_empty(struct model *m, struct model_chunk *c, int from, int to,
			     struct budget *b)
{
	for (int page = from; page < to; page++) {
		if (!c->populated[page] || c->block[page].nr_free != c->block_units)
			continue;
		model_give_frames(m, c, page, page + 1, b);
		model_set_populated(m, c, page, page + 1, false);
	}
}

/**
 * oracle_populate - give pages memory, or take it from empty ones
 * @o: the oracle
 * @index: which chunk, modulo the number there are
 * @from: first page
 * @to: page after the last
 * @on: give or take
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_populate(struct oracle *o, unsigned int index, unsigned int from, unsigned int to,
		     bool on, struct outcome *out)
{
	struct model *m = &o->m;
	struct model_chunk *c = m->chunk[index % m->nr_chunks];
	struct budget b;
	int ret;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	set_outcome(out, REASON_OK, c, 0);
	if (c->immutable)
		out->reason = REASON_IMMUTABLE;
	else if (from >= to || to > (unsigned int)c->nr_pages)
		out->reason = REASON_PAGE_RANGE;
	else if (on)
		out->reason = try_populate_missing(o, &b, c, (int)from, (int)to);
	else
		depopulate_empty(m, c, (int)from, (int)to, &b);

	ret = on ? o->ops->populate(o->s, c->id, from, to) :
		   o->ops->depopulate(o->s, c->id, from, to);
	CHECK_TROUBLE(o);
	CHECK(o, page_range, ret <= 0 && (ret == 0) == (out->reason == REASON_OK), c, -1, -1,
	      "%s of pages %u to %u of %s gave %d, expected: %s",
	      on ? "population" : "depopulation", from, to, c->name, ret,
	      reason_texts[out->reason]);
	return check_refresh_view(o) && check_state(o, false) && check_requests(o, &b);
}

/* Write or compare the pattern of @seed over an object; false if its memory is not there. */
static bool object_bytes(struct oracle *o, struct model_chunk *c, int unit, uint32_t seed)
{
	int size = 4 * model_object_units(c, unit), off = 4 * unit;

	for (unsigned int cpu = 0; cpu < o->m.nr_cpus; cpu++) {
		for (int i = 0; i < size;) {
			int page = (off + i) / (int)o->m.page, at = (off + i) % (int)o->m.page;
			int end = size - i < (int)o->m.page - at ? size : i + (int)o->m.page - at;
			uint8_t *data = world_access(o->w, model_page_addr(&o->m, c, cpu, page));
			uint8_t *want = c->shadow[cpu * (unsigned int)c->nr_pages + page];

			CHECK(o, page_mapped, data, c, unit, unit + size / 4,
			      "page %d of %s is not mapped on CPU index %u", page, c->name, cpu);
			pattern_fill(want + at, seed, cpu, (uint32_t)i, (uint32_t)(end - i));
			if (data)
				memcpy(data + at, want + at, (size_t)(end - i));
			i = end;
		}
	}
	return true;
}

/**
 * oracle_write - fill a live object with other bytes on every CPU
 * @o: the oracle
 * @ptr: its address; nothing happens if no live object starts there
 * @seed: which bytes
 *
 * Return: false if that was a finding.
 */
bool oracle_write(struct oracle *o, uint64_t ptr, uint32_t seed)
{
	struct model_chunk *c = model_chunk_at(&o->m, ptr);

	o->nr_ops++;
	if (!c || !model_object_units(c, (int)((ptr - c->base) / 4)))
		return true;
	return object_bytes(o, c, (int)((ptr - c->base) / 4), seed) &&
	       check_object(o, c, (int)((ptr - c->base) / 4), 1) && check_contents(o, false);
}

/**
 * oracle_verify - read a live object back on every CPU
 * @o: the oracle
 * @ptr: its address; nothing happens if no live object starts there
 *
 * Return: false if that was a finding.
 */
bool oracle_verify(struct oracle *o, uint64_t ptr)
{
	struct model_chunk *c = model_chunk_at(&o->m, ptr);

	o->nr_ops++;
	if (!c || !model_object_units(c, (int)((ptr - c->base) / 4)))
		return true;
	return check_contents(o, true);
}

/* Free all areas that the program took and did not free, highest first. */
static bool free_areas(struct oracle *o)
{
	struct outcome out;

	for (unsigned int i = o->m.vm.nr; i--;) {
		const struct vm_naive_area *area = o->m.vm.areas + i;
		enum area_kind kind = AREA_KIND(area->tag);

		out.reason = REASON_OK;
		if (area->lazy)
			continue;
		if (kind == AREA_VMALLOC && !oracle_vfree(o, area->addr, &out))
			return false;
		if (kind <= AREA_IOREMAP && !oracle_remove_vm_area(o, area->addr, &out))
			return false;
	}
	return true;
}

static bool end_subject(struct oracle *o)
{
	world_ends(o->w);
	o->ops->destroy(o->s);
	o->s = NULL;
	if (!check_misuse(o))
		return false;
	CHECK(o, leak_frames, !o->w->owned[PCPU_OWNER_CHUNK] && !o->w->owned[PCPU_OWNER_VMALLOC],
	      NULL, -1, -1, "%u page frames of chunks and %u of vmalloc areas did not return",
	      o->w->owned[PCPU_OWNER_CHUNK], o->w->owned[PCPU_OWNER_VMALLOC]);
	CHECK(o, leak_frames, !budget_block_pages(&o->w->budget), NULL, -1, -1,
	      "blocks of %u pages did not return", budget_block_pages(&o->w->budget));
	CHECK(o, mapped_total, !o->w->nr_mapped, NULL, -1, -1, "%u pages are still mapped",
	      o->w->nr_mapped);
	CHECK(o, leak_meta, !o->w->meta_live, NULL, -1, -1, "%u pieces of metadata did not return",
	      o->w->meta_live);
	CHECK(o, leak_boot, !o->w->boot.live, NULL, -1, -1,
	      "%llu bytes of boot memory did not return", (unsigned long long)o->w->boot.live);
	return true;
}

/* All has been looked at after each op, or something was skipped, and is looked at now. */
static bool check_end_state(struct oracle *o)
{
	return !o->skipped || (check_refresh_whole_view(o) && check_state(o, true));
}

/**
 * oracle_end - free everything, end the subject, and see that all returned
 * @o: the oracle
 *
 * Return: false if that was a finding.
 */
bool oracle_end(struct oracle *o)
{
	struct model *m = &o->m;
	struct outcome out;

	if (o->down)
		return end_subject(o);
	if (!check_refresh_whole_view(o) || !check_state(o, true) || !free_areas(o))
		return false;
	for (unsigned int i = 0; i < m->nr_chunks; i++) {
		struct model_chunk *c = m->chunk[i];
		const uint8_t *end = c->unit + c->nr_units, *at = c->unit;

		while ((at = memchr(at, UNIT_START, (size_t)(end - at))))
			if (!oracle_free(o, c->base + 4 * (uint64_t)(at++ - c->unit), &out))
				return false;
	}
	return oracle_balance(o) && oracle_purge(o) && check_end_state(o) && end_subject(o);
}
