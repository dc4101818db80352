// SPDX-License-Identifier: GPL-2.0-only
/*
 * finding.c - recording the first broken rule, and the texts of reasons.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "oracle.h"

const char *const reason_texts[REASON_NR] = {
	[REASON_OK] = "ok",
	[REASON_BAD_REQUEST] = "illegal size or alignment",
	[REASON_RESERVED_FULL] = "no fit in the reserved chunk",
	[REASON_NOT_POPULATED] = "no populated fit for an atomic request",
	[REASON_CHUNK_FAULT] = "no chunk: descriptor refused",
	[REASON_META_FAULT] = "metadata refused",
	[REASON_AREA_FAULT] = "address space: descriptor refused",
	[REASON_NO_WINDOW] = "address space: fits nowhere",
	[REASON_PAGE_FAULT] = "page frame refused",
	[REASON_NO_FRAMES] = "out of page frames",
	[REASON_MAP_FAULT] = "mapping refused",
	[REASON_MAP_STALE] = "page still mapped by an earlier failure",
	[REASON_BAD_FREE] = "no live object",
	[REASON_BAD_FREE_NOT_ISSUED] = "no live object, not issued",
	[REASON_IMMUTABLE] = "immutable chunk",
	[REASON_TABLE_FAULT] = "page table refused",
	[REASON_NO_AREA] = "no such area",
	[REASON_BOOT_MEMORY] = "memory could not be had while booting",
	[REASON_BOOT_REFUSED] = "the machine cannot be laid out like this",
	[REASON_DOWN] = "the machine did not boot",
	[REASON_NOT_OFFERED] = "not offered",
	[REASON_WRAP_NOT_ISSUED] = "the size wraps, not issued",
	[REASON_NOTHING] = "there is nothing",
	[REASON_NO_BLOCK] = "no block of pages is free",
	[REASON_KILLED] = "a fatal signal ended the wait for the mutex",
	[REASON_PAGE_RANGE] = "illegal page range",
};

/**
 * oracle_fail - record a broken rule
 * @o: the oracle
 * @rule: which
 * @c: the chunk it is about, or NULL
 * @from: first unit that differs, or -1
 * @to: unit after the last
 * @fmt: one line with expected and actual
 *
 * Return: false, for the caller to return; true if the rule is left out, so that the caller is to
 * go on as if it held.
 */
bool oracle_fail(struct oracle *o, enum rule rule, const struct model_chunk *c, int from, int to,
		 const char *fmt, ...)
{
	va_list ap;

	if (o->failed)
		return false;
	if (oracle_leaves_out(o, rule))
		return true;
	o->failed = true;
	o->finding = (struct finding){ .rule = rule, .from = from, .to = to };
	if (c)
		memcpy(o->finding.chunk, c->name, sizeof(o->finding.chunk));
	va_start(ap, fmt);
	vsnprintf(o->finding.what, sizeof(o->finding.what), fmt, ap);
	va_end(ap);
	return false;
}

/**
 * oracle_stop - the model cannot follow what breaks a rule that is left out
 * @o: the oracle
 *
 * Without the rule nothing is wrong with it, and nothing more can be said: the run is over.
 *
 * Return: false, for the caller to return.
 */
bool oracle_stop(struct oracle *o)
{
	static const struct rule_set none;

	assert(memcmp(&o->w->rules_off, &none, sizeof(none)));
	o->over = true;
	o->view.nr_chunks = 0; /* what was shown may be gone */
	return false;
}

/**
 * oracle_leaves_out - is a rule left out
 * @o: the oracle
 * @rule: which
 */
bool oracle_leaves_out(const struct oracle *o, enum rule rule)
{
	return rule_in(&o->w->rules_off, rule);
}

/**
 * oracle_tolerates - is an error of the subject known and tolerated
 * @o: the oracle
 * @known: a quirk, or another known error
 */
bool oracle_tolerates(const struct oracle *o, unsigned int known)
{
	return (o->tolerate >> known) & 1;
}
