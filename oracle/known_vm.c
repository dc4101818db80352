// SPDX-License-Identifier: GPL-2.0-only
/*
 * known_vm.c - the known errors of the address space.
 *
 * search-length: an aligned area is looked for in holes that have room for it wherever they start,
 * so that a tight one is passed over.  Then it need not lie at the lowest place.  Where it lies,
 * and whether freed address space was purged for it, is taken from the subject, after it was held
 * against the truth.
 *
 * size-wrap: a request that ends in a BUG(), which is not issued.
 */
#include "oracle.h"

typedef unsigned long long ull;

/* Is there a hole of so many bytes in the range, whatever its alignment. */
static bool has_hole(const struct vm_naive *v, uint64_t bytes, uint64_t from, uint64_t to)
{
	uint64_t addr;

	return vm_naive_lowest(v, bytes, 1, from, to, &addr);
}

/* Does the subject no longer show what was freed? */
static bool has_purged(const struct oracle *o)
{
	const struct vm_naive *v = &o->m.vm;
	struct subject_area got;
	unsigned int i = 0;

	if (!v->nr_lazy)
		return false;
	while (!v->areas[i].lazy)
		i++;
	return !o->ops->areas(o->s, v->areas[i].addr, &got, 1) || got.addr != v->areas[i].addr ||
	       !got.lazy;
}

/* What was served is aligned, in the range, and free. */
static bool check_place(struct oracle *o, uint64_t got, uint64_t full, uint64_t align,
			uint64_t from, uint64_t to)
{
	const struct vm_naive *v = &o->m.vm;
	uint64_t at;

	CHECK(o, vm_overlap, got >= v->start && got < v->end && full <= v->end - got, NULL, -1, -1,
	      "the area at %#llx of %llu bytes is not in the window", (ull)got, (ull)full);
	CHECK(o, vm_lowest, got % align == 0 && got >= from && got < to && full <= to - got, NULL,
	      -1, -1, "the area at %#llx of %llu bytes is not aligned to %#llx, or out of range",
	      (ull)got, (ull)full, (ull)align);
	CHECK(o, vm_overlap, vm_naive_lowest(v, full, 1, got, got + full, &at), NULL, -1, -1,
	      "the area at %#llx of %llu bytes overlaps another", (ull)got, (ull)full);
	return true;
}

/**
 * known_search_length - may this request be served elsewhere than at the lowest place
 * @o: the oracle
 * @full: bytes, with the guard page
 * @align: of it
 * @ioremap: with VM_IOREMAP; else the kernel asks for no alignment, as sizes are pages anyway
 * @from: lowest address
 * @to: address after the highest
 */
bool known_search_length(const struct oracle *o, uint64_t full, uint64_t align, bool ioremap,
			 uint64_t from, uint64_t to)
{
	if (full + align - 1 <= full)
		return false;
	if (ioremap && oracle_tolerates(o, KNOWN_SEARCH_PAGE))
		return true;
	return oracle_tolerates(o, KNOWN_SEARCH_LENGTH) && align > o->m.page && to - from != full;
}

/**
 * known_settle_area - enter what became of such a request into the model
 * @o: the oracle; the subject has served it or not, its descriptor was not refused
 * @full: as above
 * @align: as above
 * @from: as above
 * @to: as above
 * @tag: what it is
 * @out: its @ptr is what the subject returned; the reason is stored
 *
 * Return: false if that was a finding all the same.
 */
bool known_settle_area(struct oracle *o, uint64_t full, uint64_t align, uint64_t from, uint64_t to,
		       uint64_t tag, struct outcome *out)
{
	struct vm_naive *v = &o->m.vm;
	uint64_t want = 0, at;
	bool fits = vm_naive_lowest(v, full, align, from, to, &want), otherwise = false;

	o->m.vm_touched = true;
	if (!out->ptr || has_purged(o)) {
		CHECK(o, vm_refused, !has_hole(v, full + align - 1, from, to), NULL, -1, -1,
		      "no area or only after a purge, expected one: a hole has %llu bytes and more",
		      (ull)(full + align - 1));
		otherwise = fits;
		purge_naive(&o->m);
		fits = vm_naive_lowest(v, full, align, from, to, &want);
	}
	if (!out->ptr) {
		CHECK(o, vm_refused, !has_hole(v, full + align - 1, from, to), NULL, -1, -1,
		      "no area, expected one: a hole has %llu bytes and more",
		      (ull)(full + align - 1));
		out->reason = REASON_NO_WINDOW;
		otherwise |= fits;
	} else {
		if (!check_place(o, out->ptr, full, align, from, to))
			return false;
		/* that is left out: two areas cannot be entered at one place */
		if (!vm_naive_lowest(v, full, 1, out->ptr, out->ptr + full, &at))
			return oracle_stop(o);
		otherwise |= out->ptr != want;
		vm_naive_insert(v, out->ptr, full, tag);
	}
	if (otherwise)
		o->used |= 1u << KNOWN_SEARCH_LENGTH;
	return true;
}

/**
 * known_size_wrap - is a request not to be issued, as its size is 0 with the guard page
 * @o: the oracle
 * @size: bytes
 */
bool known_size_wrap(const struct oracle *o, uint64_t size)
{
	uint64_t mask = machine_addr_mask(o->machine), page = o->m.page;
	uint64_t pages = (size + page - 1) & ~(page - 1) & mask;

	if (!oracle_tolerates(o, KNOWN_SIZE_WRAP) && !oracle_tolerates(o, KNOWN_WRAP_LATE))
		return false;
	return pages >= size && pages && !((pages + page) & mask);
}
