// SPDX-License-Identifier: GPL-2.0-only
/*
 * oracle_vm.c - ops on the address space: foretell, let the subject act, compare, check.
 *
 * As oracle.c does for the per-CPU allocator; both work on one machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

#define VMALLOC_BYTES_PER_OP (16u << 10) /* looked at after an op, beyond that in turn */
#define AREAS_PER_OP 256u /* the same of areas */
#define AREAS_NEAR 64u /* with ORACLE_NEAR: if more, those near a change, */
#define AREAS_IN_TURN 16u /* and so many in turn */

typedef unsigned long long ull;

static bool settle(struct oracle *o, const struct budget *b)
{
	return check_refresh_view(o) && check_state(o, false) && check_requests(o, b);
}

/*
 * What was served elsewhere than foretold must at least be in the window, and overlap nothing but
 * the place that was foretold, which is entered already.
 */
static bool check_elsewhere(struct oracle *o, uint64_t addr, uint64_t size, uint64_t want,
			    uint64_t want_end)
{
	const struct vm_naive *v = &o->m.vm;

	CHECK(o, vm_overlap, addr >= v->start && addr < v->end && size <= v->end - addr, NULL, -1,
	      -1, "the area at %#llx of %llu bytes is not in the window", (ull)addr, (ull)size);
	for (unsigned int i = 0; i < v->nr; i++) {
		const struct vm_naive_area *a = v->areas + i;
		bool foretold = a->addr >= want && a->addr < want_end;

		CHECK(o, vm_overlap,
		      foretold || a->addr >= addr + size || a->addr + a->size <= addr, NULL, -1, -1,
		      "the area at %#llx of %llu bytes overlaps that at %#llx", (ull)addr,
		      (ull)size, (ull)a->addr);
	}
	return true;
}

/* The address that one area got, against the one it must get. */
static bool check_address(struct oracle *o, enum reason *reason, uint64_t want, uint64_t got,
			  uint64_t size, uint64_t tag)
{
	enum reason why = *reason;

	/* where it was foretold it overlaps nothing: the place was entered as free */
	o->checked[RULE_vm_overlap]++;
	if (got && got != want &&
	    !check_elsewhere(o, got, size ? size : 1, want, want + (why == REASON_OK)))
		return false;
	CHECK(o, vm_unexpected, why == REASON_OK || !got, NULL, -1, -1,
	      "an area at %#llx, expected none: %s", (ull)got, reason_texts[why]);
	CHECK(o, vm_refused, why != REASON_OK || got, NULL, -1, -1,
	      "no area, expected one at %#llx", (ull)want);
	CHECK(o, vm_lowest, why != REASON_OK || !got || got == want, NULL, -1, -1,
	      "an area at %#llx, expected at %#llx", (ull)got, (ull)want);
	return believe_area(o, reason, want, got, size, tag);
}

/**
 * oracle_get_vm_area - take address space
 * @o: the oracle
 * @size: bytes
 * @ioremap: with VM_IOREMAP
 * @from: lowest address
 * @to: address after the highest
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_get_vm_area(struct oracle *o, uint64_t size, bool ioremap, uint64_t from, uint64_t to,
			struct outcome *out)
{
	uint64_t want = 0, tag = ioremap ? AREA_IOREMAP : AREA_PLAIN, full, align;
	struct budget b;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	if (known_size_wrap(o, size)) {
		out->reason = REASON_WRAP_NOT_ISSUED;
		return true;
	}
	if (vm_naive_area_args(&o->m.vm, size, ioremap, MAX_ORDER, &full, &align) &&
	    known_search_length(o, full, align, ioremap, from, to) &&
	    !budget_refuses(&b, PCPU_FAULT_AREA)) {
		out->ptr = o->ops->get_vm_area(o->s, size, ioremap, from, to);
		CHECK_TROUBLE(o);
		return known_settle_area(o, full, align, from, to, tag, out) && settle(o, &b);
	}
	budget_copy(&b, &o->w->budget);
	out->reason = try_area(o, &b, size, from, to, tag, &want);
	out->ptr = o->ops->get_vm_area(o->s, size, ioremap, from, to);
	CHECK_TROUBLE(o);
	return check_address(o, &out->reason, want, out->ptr, size, tag) && settle(o, &b);
}

/* All pages of a vmalloc area are mapped, and hold what they should. */
static bool check_vmalloc(struct oracle *o, const struct model_vmalloc *v)
{
	for (unsigned int i = 0; i < v->nr_pages; i++) {
		uint64_t addr = v->addr + (uint64_t)i * o->m.page;
		const uint8_t *data = world_access(o->w, addr);

		CHECK(o, vm_content, data, NULL, -1, -1,
		      "page %u of the vmalloc area at %#llx is not mapped", i, (ull)v->addr);
		CHECK(o, page_table, o->ops->translate(o->s, addr) == world_pte(o->w, addr), NULL,
		      -1, -1, "page %u of the vmalloc area at %#llx: the tables say otherwise", i,
		      (ull)v->addr);
		CHECK(o, frame_node, world_node(o->w, addr) == v->node[i], NULL, -1, -1,
		      "page %u of the vmalloc area at %#llx comes from node %u, expected %u", i,
		      (ull)v->addr, world_node(o->w, addr), v->node[i]);
		CHECK(o, vm_content,
		      !data || !memcmp(data, v->shadow + (size_t)i * o->m.page, o->m.page), NULL,
		      -1, -1, "page %u of the vmalloc area at %#llx changed", i, (ull)v->addr);
	}
	return check_misuse(o);
}

/* Too many to look at all of them after each op? */
static bool vmallocs_are_many(const struct model *m)
{
	return (uint64_t)m->nr_vmalloc * m->page > VMALLOC_BYTES_PER_OP;
}

/**
 * check_vmallocs - the contents of live vmalloc areas
 * @o: the oracle
 * @everything: all of them; otherwise some in turn if they are many
 */
bool check_vmallocs(struct oracle *o, bool everything)
{
	const struct vm_naive *v = &o->m.vm;
	uint64_t bytes = 0;

	if (!o->m.nr_vmalloc)
		return true;
	everything |= !vmallocs_are_many(&o->m);
	for (unsigned int i = 0; i < v->nr && (everything || bytes < VMALLOC_BYTES_PER_OP); i++) {
		const struct vm_naive_area *a = v->areas + (o->vmalloc_cursor++ % v->nr);

		if (a->lazy || AREA_KIND(a->tag) != AREA_VMALLOC)
			continue;
		if (!check_vmalloc(o, model_vmalloc_of(a->tag)))
			return false;
		bytes += a->size;
	}
	return true;
}

/**
 * oracle_vmalloc - take address space with pages
 * @o: the oracle
 * @size: bytes
 * @node: where the pages are to come from, taken modulo the number of nodes
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_vmalloc(struct oracle *o, uint64_t size, unsigned int node, struct outcome *out)
{
	struct budget b;
	uint64_t want = 0;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	node %= b.nr_nodes;
	out->reason = try_vmalloc(o, &b, size, node, &want);
	out->ptr = o->ops->vmalloc(o->s, size, node);
	CHECK_TROUBLE(o);
	if (!check_address(o, &out->reason, want, out->ptr, size, AREA_VMALLOC) || !settle(o, &b))
		return false;
	/* if they are few, this one was looked at with all the others */
	return !out->ptr || !vmallocs_are_many(&o->m) ||
	       check_vmalloc(o, model_vmalloc_of(vm_naive_find(&o->m.vm, out->ptr)->tag));
}

/**
 * oracle_vfree - free a vmalloc area
 * @o: the oracle
 * @addr: any address, or 0 for nothing
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_vfree(struct oracle *o, uint64_t addr, struct outcome *out)
{
	const struct vm_naive_area *area = addr ? vm_naive_find(&o->m.vm, addr) : NULL;
	bool live = area && AREA_KIND(area->tag) == AREA_VMALLOC;
	struct budget b;
	bool taken;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	if (addr && !live)
		out->reason = REASON_NO_AREA;
	if (live) {
		if (!check_vmalloc(o, model_vmalloc_of(area->tag)))
			return false;
		vfree_naive(&o->m, &b, model_vmalloc_of(area->tag));
	}
	taken = o->ops->vfree(o->s, addr);
	CHECK_TROUBLE(o);
	CHECK(o, vm_free, taken == (live || !addr), NULL, -1, -1, "vfree of %#llx was %s",
	      (ull)addr, taken ? "not refused" : "refused");
	return settle(o, &b);
}

/**
 * oracle_remove_vm_area - free address space
 * @o: the oracle
 * @addr: any address
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_remove_vm_area(struct oracle *o, uint64_t addr, struct outcome *out)
{
	const struct vm_naive_area *area = vm_naive_find(&o->m.vm, addr);
	bool live = area && AREA_KIND(area->tag) <= AREA_IOREMAP;
	struct budget b;
	bool taken;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	if (live) {
		vm_naive_set_lazy(&o->m.vm, addr);
		o->m.vm_touched = true;
	} else {
		out->reason = REASON_NO_AREA;
	}
	taken = o->ops->remove_vm_area(o->s, addr);
	CHECK_TROUBLE(o);
	CHECK(o, vm_free, taken == live, NULL, -1, -1, "remove_vm_area of %#llx was %s", (ull)addr,
	      taken ? "not refused" : "refused");
	return settle(o, &b);
}

static bool same_area(const struct vm_naive_area *want, const struct subject_area *got)
{
	static const unsigned int flags[] = {
		[AREA_PLAIN] = 0,
		[AREA_IOREMAP] = VM_IOREMAP,
		[AREA_VMALLOC] = VM_ALLOC,
		[AREA_SET] = VM_ALLOC | VM_PCPU,
		[AREA_CHUNK] = VM_ALLOC | VM_PCPU,
		[AREA_EARLY] = VM_ALLOC | VM_PCPU,
	};
	enum area_kind kind = AREA_KIND(want->tag);
	unsigned int nr_pages = 0;

	if (kind == AREA_VMALLOC && !want->lazy)
		nr_pages = model_vmalloc_of(want->tag)->nr_pages;
	return want->addr == got->addr && want->size == got->size && want->lazy == got->lazy &&
	       flags[kind] == got->flags && (want->lazy || nr_pages == got->nr_pages);
}

/**
 * oracle_find_vm_area - look an area up
 * @o: the oracle
 * @addr: any address
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_find_vm_area(struct oracle *o, uint64_t addr, struct outcome *out)
{
	const struct vm_naive_area *area = vm_naive_find(&o->m.vm, addr);
	struct subject_area got = { 0 };
	struct budget b;
	bool found;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	found = o->ops->find_vm_area(o->s, addr, &got);
	CHECK_TROUBLE(o);
	if (!area)
		out->reason = REASON_NO_AREA;
	CHECK(o, vm_find, found == (area != NULL), NULL, -1, -1,
	      "find_vm_area of %#llx found %s, expected %s", (ull)addr, found ? "one" : "none",
	      area ? "one" : "none");
	CHECK(o, vm_find, !found || !area || same_area(area, &got), NULL, -1, -1,
	      "find_vm_area of %#llx found %#llx with %llu bytes, flags %#x, %u pages%s; expected "
	      "%llu bytes",
	      (ull)addr, (ull)got.addr, (ull)got.size, got.flags, got.nr_pages,
	      got.lazy ? ", freed" : "", area ? (ull)area->size : 0);
	return settle(o, &b);
}

/* Congruent areas lie apart as they should, and if elsewhere than foretold, free. */
static bool check_set(struct oracle *o, const struct area_set *set, const uint64_t *sizes,
		      const uint64_t *addr, uint64_t want, enum reason why)
{
	uint64_t end = want;

	for (unsigned int i = 0; i < set->nr && why == REASON_OK; i++)
		if (want + set->offset[i] + sizes[i] > end)
			end = want + set->offset[i] + sizes[i];
	for (unsigned int i = 0; i < set->nr; i++) {
		CHECK(o, vm_congruent, addr[i] - addr[0] == set->offset[i] - set->offset[0], NULL,
		      -1, -1, "area %u lies %#llx behind area 0, expected %#llx", i,
		      (ull)(addr[i] - addr[0]), (ull)(set->offset[i] - set->offset[0]));
		if (set->base != want && !check_elsewhere(o, addr[i], sizes[i], want, end))
			return false;
	}
	return true;
}

/**
 * oracle_get_vm_areas - take congruent areas
 * @o: the oracle
 * @offsets: of each from the base
 * @sizes: of each
 * @nr: how many
 * @align: of all
 * @set: what oracle_free_vm_areas() takes; its @base is 0 if they could not be had
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_get_vm_areas(struct oracle *o, const uint64_t *offsets, const uint64_t *sizes,
			 unsigned int nr, uint64_t align, struct area_set *set, struct outcome *out)
{
	uint64_t addr[ORACLE_AREAS_MAX] = { 0 }, base = 0;
	struct budget b;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	*set = (struct area_set){ .nr = nr, .offset = offsets };
	out->reason = try_congruent(o, &b, offsets, sizes, nr, align, AREA_SET, &base);
	set->id = o->ops->get_vm_areas(o->s, offsets, sizes, nr, align, addr);
	CHECK_TROUBLE(o);
	if (set->id) {
		set->base = addr[0] - offsets[0];
		out->ptr = addr[0];
		if (!check_set(o, set, sizes, addr, base, out->reason))
			return false;
	}
	CHECK(o, vm_unexpected, out->reason == REASON_OK || !set->id, NULL, -1, -1,
	      "congruent areas at %#llx, expected none: %s", (ull)set->base,
	      reason_texts[out->reason]);
	CHECK(o, vm_refused, out->reason != REASON_OK || set->id, NULL, -1, -1,
	      "no congruent areas, expected them at %#llx", (ull)base);
	CHECK(o, vm_highest, !set->id || out->reason != REASON_OK || set->base == base, NULL, -1,
	      -1, "congruent areas at %#llx, expected at %#llx", (ull)set->base, (ull)base);
	if ((set->id != NULL) != (out->reason == REASON_OK) || set->base != base)
		return believe_areas(o, &out->reason, base, set->base, offsets, sizes, nr) &&
		       settle(o, &b);
	return settle(o, &b);
}

/**
 * oracle_free_vm_areas - free congruent areas
 * @o: the oracle
 * @set: the areas; nothing happens if they could not be had, or were freed
 *
 * Return: false if that was a finding.
 */
bool oracle_free_vm_areas(struct oracle *o, struct area_set *set)
{
	struct budget b;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	if (!set->id)
		return true;
	for (unsigned int i = 0; i < set->nr; i++)
		vm_naive_set_lazy(&o->m.vm, set->base + set->offset[i]);
	o->m.vm_touched = true;
	o->ops->free_vm_areas(o->s, set->id, set->nr);
	set->id = NULL;
	return settle(o, &b);
}

/**
 * oracle_purge - make freed address space usable again
 * @o: the oracle
 *
 * Return: false if that was a finding.
 */
bool oracle_purge(struct oracle *o)
{
	struct budget b;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	purge_naive(&o->m);
	o->ops->purge(o->s);
	return settle(o, &b);
}

/* What the listing must say of an area. */
static int info_line(const struct vm_naive_area *area, char *buf, size_t size)
{
	static const char *const names[] = {
		[AREA_PLAIN] = "vm", [AREA_IOREMAP] = "ioremap", [AREA_VMALLOC] = "vmalloc",
		[AREA_SET] = "pcpu", [AREA_CHUNK] = "pcpu",	 [AREA_EARLY] = "pcpu",
	};
	enum area_kind kind = AREA_KIND(area->tag);
	char pages[24] = "";

	if (kind == AREA_VMALLOC)
		snprintf(pages, sizeof(pages), " pages=%u", model_vmalloc_of(area->tag)->nr_pages);
	return snprintf(buf, size, "0x%016llx-0x%016llx %llu %s%s\n", (ull)area->addr,
			(ull)(area->addr + area->size), (ull)area->size, names[kind], pages);
}

/* Cut off where the room ends, it must be the same up to there, and as long as before. */
static bool info_cut_off(struct oracle *o, const char *text, size_t len)
{
	size_t room = len / 2 + 1;
	char *part = model_alloc(room + 1);
	bool same;

	/* so that what is not written is not taken for the end */
	memset(part, 'x', room + 1);
	same = o->ops->vmallocinfo(o->s, part, room) == len && !memcmp(part, text, room - 1) &&
	       !part[room - 1] && part[room] == 'x';
	free(part);
	return same;
}

/**
 * oracle_vmallocinfo - list all live areas
 * @o: the oracle
 *
 * Return: false if that was a finding.
 */
bool oracle_vmallocinfo(struct oracle *o)
{
	size_t len = o->ops->vmallocinfo(o->s, NULL, 0), at = 0;
	char *text = model_alloc(len + 1), line[128];
	struct budget b;
	bool same = true;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	memset(text, 'x', len + 1);
	if (!o->w->troubled && !o->w->dead)
		o->ops->vmallocinfo(o->s, text, len + 1);
	for (unsigned int i = 0; i < o->m.vm.nr && same; i++) {
		size_t nr;

		if (o->m.vm.areas[i].lazy)
			continue;
		nr = (size_t)info_line(o->m.vm.areas + i, line, sizeof(line));
		same = at + nr <= len && !memcmp(text + at, line, nr);
		at += nr;
	}
	same = same && at == len && !text[len] && !o->w->troubled && !o->w->dead &&
	       info_cut_off(o, text, len);
	free(text);
	CHECK_TROUBLE(o);
	CHECK(o, vm_info, same, NULL, -1, -1, "the listing differs from the live areas at byte %zu",
	      at);
	return settle(o, &b);
}

/**
 * oracle_vm_access - fill a live vmalloc area with other bytes, or read it back
 * @o: the oracle
 * @addr: its address; nothing happens if none starts there
 * @write: fill it
 * @seed: with what
 *
 * Return: false if that was a finding.
 */
bool oracle_vm_access(struct oracle *o, uint64_t addr, bool write, uint32_t seed)
{
	const struct vm_naive_area *area = vm_naive_find(&o->m.vm, addr);
	struct model_vmalloc *v;

	o->nr_ops++;
	if (!area || AREA_KIND(area->tag) != AREA_VMALLOC)
		return true;
	v = model_vmalloc_of(area->tag);
	if (!check_vmalloc(o, v))
		return false;
	for (unsigned int i = 0; write && i < v->nr_pages; i++) {
		uint8_t *data = world_access(o->w, addr + (uint64_t)i * o->m.page);
		uint8_t *want = v->shadow + (size_t)i * o->m.page;

		pattern_fill(want, seed, 0, i * o->m.page, o->m.page);
		if (data)
			memcpy(data, want, o->m.page);
	}
	return check_misuse(o);
}

/* What is free was flushed before it became so. */
static bool check_gap(struct oracle *o, uint64_t from, uint64_t to)
{
	uint64_t stale = world_first_stale(o->w, from, to);

	CHECK(o, tlb_stale, stale == to, NULL, -1, -1,
	      "the page at %#llx is free to be taken, but was not flushed", (ull)stale);
	return true;
}

/* Nothing is mapped in an area that was freed. */
static bool check_lazy(struct oracle *o, const struct vm_naive_area *a)
{
	for (uint64_t at = a->addr; a->lazy && at < a->addr + a->size; at += o->m.page)
		CHECK(o, vm_unmapped,
		      world_pte(o->w, at) == PCPU_NO_FRAME &&
			      o->ops->translate(o->s, at) == PCPU_NO_FRAME,
		      NULL, -1, -1, "the page at %#llx of a freed area is still mapped", (ull)at);
	return true;
}

/* Did something come, go or get freed there since areas were looked at last? */
static bool has_changed(const struct vm_naive *v, const struct vm_naive_area *a)
{
	return a->addr < v->changed_to && v->changed_from < a->addr + a->size;
}

/*
 * What lies behind one another and was freed counts as one piece, on both sides: a subject need not
 * remember where one area ended and the next began, as both become usable in the same purge.
 */
static unsigned int freed_run(const struct vm_naive *v, unsigned int i, uint64_t *end)
{
	*end = v->areas[i].addr + v->areas[i].size;
	for (i++; i < v->nr && v->areas[i - 1].lazy && v->areas[i].lazy && v->areas[i].addr == *end;
	     i++)
		*end += v->areas[i].size;
	return i;
}

static unsigned int shown_run(const struct subject_area *a, unsigned int i, unsigned int nr,
			      uint64_t *end)
{
	*end = a[i].addr + a[i].size;
	for (i++; i < nr && a[i - 1].lazy && a[i].lazy && a[i].addr == *end; i++)
		*end += a[i].size;
	return i;
}

/*
 * Areas [first, last) of the truth are the subject's, and the gaps between them flushed.  If not
 * @everything, the pages of freed areas are looked at only where something changed.
 */
static bool check_areas_from(struct oracle *o, unsigned int first, unsigned int last,
			     bool everything)
{
	const struct vm_naive *v = &o->m.vm;
	uint64_t from = first ? v->areas[first - 1].addr + v->areas[first - 1].size : v->start;
	unsigned int got = o->ops->areas(o->s, from, o->area, last - first + 1), k = 0;

	for (unsigned int i = first, next; i < last; i = next) {
		const struct vm_naive_area *want = v->areas + i;
		const struct subject_area *a = o->area + k;
		uint64_t end, shown_end = 0;
		bool there;

		CHECK(o, vm_areas, k < got, NULL, -1, -1,
		      "there is no area from %#llx on, expected one at %#llx", (ull)from,
		      (ull)want->addr);
		next = freed_run(v, i, &end);
		there = k < got; /* or that is left out */
		if (there)
			k = shown_run(o->area, k, got, &shown_end);
		CHECK(o, vm_areas,
		      !there	 ? true :
		      want->lazy ? a->lazy && a->addr == want->addr && shown_end == end :
				   same_area(want, a),
		      NULL, -1, -1,
		      "area %u is %#llx with %llu bytes, flags %#x, %u pages%s; expected %#llx "
		      "with %llu%s",
		      i, (ull)a->addr, (ull)(shown_end - a->addr), a->flags, a->nr_pages,
		      a->lazy ? ", freed" : "", (ull)want->addr, (ull)(end - want->addr),
		      want->lazy ? ", freed" : "");
		if (!check_gap(o, from, want->addr))
			return false;
		for (unsigned int j = i; j < next; j++) {
			if (!everything && !has_changed(v, v->areas + j))
				o->skipped = true;
			else if (!check_lazy(o, v->areas + j))
				return false;
		}
		from = end;
	}
	if (last < v->nr)
		return true;
	CHECK(o, vm_areas, k == got, NULL, -1, -1, "there are areas from %#llx on, expected none",
	      (ull)o->area[k < got ? k : 0].addr);
	return check_gap(o, from, v->end);
}

/* The same; pieces that count as one are looked at together. */
static bool check_areas_around(struct oracle *o, unsigned int first, unsigned int last,
			       bool everything)
{
	const struct vm_naive *v = &o->m.vm;
	uint64_t end;

	if (last > v->nr)
		last = v->nr;
	while (first && freed_run(v, first - 1, &end) > first)
		first--;
	if (last > first)
		last = freed_run(v, last - 1, &end);
	if (o->area_capacity < last - first + 1) {
		o->area_capacity = last - first + AREAS_PER_OP;
		free(o->area);
		o->area = model_alloc(o->area_capacity * sizeof(*o->area));
	}
	return check_areas_from(o, first, last, everything);
}

/* Those around what changed; and some more in turn. */
static bool check_areas_near(struct oracle *o, unsigned int in_turn)
{
	const struct vm_naive *v = &o->m.vm;
	unsigned int from = vm_naive_index(v, v->changed_from);
	unsigned int to = vm_naive_index(v, v->changed_to) + 1;

	o->skipped = true;
	/* the gaps on both sides as well */
	if (v->changed_from < v->changed_to && !check_areas_around(o, from, to, false))
		return false;
	if (!in_turn || !v->nr)
		return true;
	from = o->area_cursor++ % ((v->nr + in_turn - 1) / in_turn) * in_turn;
	return check_areas_around(o, from, from + in_turn, true);
}

/**
 * check_areas - the subject's areas are those there are
 * @o: the oracle
 * @everything: all of them, also if none came or went; otherwise some in turn if they are many
 */
bool check_areas(struct oracle *o, bool everything)
{
	const struct vm_naive *v = &o->m.vm;
	bool near = o->flags & ORACLE_NEAR && !(o->flags & ORACLE_FULL), ok;
	unsigned int first = 0, nr = AREAS_PER_OP;

	if (!o->m.vm_touched && !everything)
		return true;
	o->m.vm_touched = false;
	if (everything) {
		ok = check_areas_around(o, 0, v->nr, true);
	} else if (near && o->flags & ORACLE_NEAR_ALWAYS) {
		ok = check_areas_near(o, 0);
	} else if (near && v->nr > AREAS_NEAR) {
		ok = check_areas_near(o, AREAS_IN_TURN);
	} else if (v->nr > nr) {
		first = o->area_cursor++ % ((v->nr + nr - 1) / nr) * nr;
		ok = check_areas_around(o, first, first + nr, true);
	} else {
		ok = check_areas_around(o, 0, v->nr, !near);
	}
	vm_naive_seen(&o->m.vm);
	return ok;
}

/* Is an address in some CPU's unit of the first chunk, or of another one? */
static bool in_units(const struct model *m, uint64_t addr)
{
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++)
		if (addr - (m->layout.base_addr + m->layout.unit_offset[cpu]) < m->unit_size)
			return true;
	return false;
}

/* From the first unit of a chunk to the last, if it is a block. */
static bool in_blocks(const struct model *m, uint64_t addr)
{
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		if (m->chunk[i]->is_block && addr - m->chunk[i]->base < m->layout.group_size[0])
			return true;
	return false;
}

/**
 * oracle_phys - translate an address on one CPU
 * @o: the oracle
 * @ptr: address at unit offset 0
 * @cpu: index of a possible CPU, taken modulo their number
 * @out: what it came to
 *
 * Return: false if that was a finding.
 */
bool oracle_phys(struct oracle *o, uint64_t ptr, unsigned int cpu, struct outcome *out)
{
	const struct layout *l = &o->m.layout;
	uint64_t addr = ptr + l->unit_offset[cpu % l->nr_cpus];
	/* @got: who says that there is something must say where */
	uint64_t want = UINT64_MAX, got = UINT64_MAX - 1, can_want = 0, can_got = 0;
	struct budget b;
	bool is_static = false;

	budget_copy(&b, &o->w->budget);
	o->nr_ops++;
	if (world_in_window(o->w, addr) || in_units(&o->m, addr) || in_blocks(&o->m, addr))
		want = world_phys(o->w, addr);
	for (unsigned int i = 0; i < l->nr_cpus && !is_static; i++) {
		is_static = addr - (l->base_addr + l->unit_offset[i]) < l->static_size;
		can_want = addr - l->unit_offset[i] + l->unit_offset[0];
	}
	if (!o->ops->phys(o->s, addr, &got))
		got = UINT64_MAX;
	CHECK_TROUBLE(o);
	CHECK(o, phys, got == want, NULL, -1, -1, "%#llx is at %#llx physically, expected %#llx",
	      (ull)addr, (ull)got, (ull)want);
	CHECK(o, is_static,
	      o->ops->is_static(o->s, addr, &can_got) == is_static &&
		      (!is_static || can_got == can_want),
	      NULL, -1, -1, "%#llx: static at %#llx, expected %s at %#llx", (ull)addr, (ull)can_got,
	      is_static ? "static" : "not static", (ull)can_want);
	out->ptr = want == UINT64_MAX ? 0 : want;
	return settle(o, &b);
}
