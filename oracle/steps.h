/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * steps.h - the allocator's single steps, driven and checked one by one.
 *
 * For replaying what a real kernel did in the order in which it took its lock.  A step is held
 * against two things: the truth, which gives a finding, and the recording, which gives a
 * difference.  Pages have no contents here.  Does not know how traces are written down.
 */
#ifndef ORACLE_STEPS_H
#define ORACLE_STEPS_H

#include "oracle.h"

/**
 * struct step_geometry - the shape of the machine that was recorded
 * @page:          page size in bytes
 * @unit_pages:    pages per unit
 * @static_size:   bytes of static per-CPU data
 * @reserved_size: bytes of the reserved region, or 0
 * @dyn_size:      bytes of the dynamic region of the first chunk
 * @base_addr:     address of the first unit of the first chunk
 */
struct step_geometry {
	uint32_t page, unit_pages;
	uint32_t static_size, reserved_size, dyn_size;
	uint64_t base_addr;
};

/**
 * struct step_request - one request, as the search sees it
 * @size:     bytes, a multiple of 4
 * @align:    bytes, a power of two from 4 to a page
 * @reserved: from the reserved chunk if there is one
 * @atomic:   populated pages only
 */
struct step_request {
	uint32_t size, align;
	bool reserved, atomic;
};

/**
 * struct step_place - where a request was served
 * @base: address of the chunk, 0 if no chunk served it
 * @off:  byte offset in the unit
 */
struct step_place {
	uint64_t base;
	int off;
};

/**
 * struct subject_step_ops - the adapter of a subject that can be driven step by step
 * @common:        of the ops of whole requests: name, destroy, flags and view
 * @create:        a subject in its first state, without page contents
 * @alloc:         searches the chunks there are; false if none fits
 * @free:          frees an object; with @decide, decides what follows for the chunk
 * @insert:        makes a chunk at an address and puts it on its list; false if it cannot
 * @set_populated: enters into the books that pages got or lost memory
 * @pick_free:     takes the free chunks that are too many off their list
 * @picked:        the first of these, or NULL
 * @destroy_chunk: destroys it
 * @reclaim_first: the chunk whose empty pages are given back next, or NULL
 * @put_back:      ends that: reintegrates the chunk or sidelines it
 * @begin_refill:  reads and forgets whether an atomic request failed
 * @atomic_failed: notes that one did
 *
 * Chunks are named by the id that @common.view shows.
 */
struct subject_step_ops {
	struct subject_ops common;
	void *(*create)(const struct step_geometry *g, struct world *w, unsigned int option);
	bool (*alloc)(void *s, const struct step_request *req, struct step_place *place);
	void (*free)(void *s, void *chunk, int off, bool decide);
	bool (*insert)(void *s, uint64_t base);
	void (*set_populated)(void *s, void *chunk, int from, int to, bool on);
	void (*pick_free)(void *s, bool empty_only);
	void *(*picked)(void *s);
	void (*destroy_chunk)(void *s, void *chunk);
	void *(*reclaim_first)(void *s);
	void (*put_back)(void *s, void *chunk, bool reintegrate);
	void (*begin_refill)(void *s);
	void (*atomic_failed)(void *s);
};

extern const struct subject_step_ops subject_ours_steps;

/**
 * struct space_geometry - an address space that was recorded, with pages of 4096 bytes
 * @start:    first address of the vmalloc window
 * @last:     last address of it
 * @free:     what is free, by address: first address and the one after the last; above the window
 *            too, and, of Linux, below
 * @nr_free:  how many ranges
 */
struct space_geometry {
	uint64_t start, last;
	const uint64_t (*free)[2];
	unsigned int nr_free;
};

#define SPACE_PAGE UINT64_C(4096)

/**
 * struct subject_space_ops - the adapter of a subject whose address space is driven on its own
 * @create:    an address space of which is taken what is not free; nothing is mapped
 * @destroy:   ends it
 * @take:      an area with the guard page in @size, where the subject wants it in [@from, @to);
 *             false if there is no room
 * @congruent: the same of congruent areas, their addresses into @addr
 * @fits:      are there places for these, if that can be told without taking them, or NULL
 * @lazy:      frees what is live at [@start, @end), to be purged; if that is part of what was
 *             taken at first, the rest stays; false if it is not live
 * @give:      purges [@start, @end): of what was taken at first, or freed
 * @next_free: the first free range in [@from, @to), cut to that; false if there is none
 */
struct subject_space_ops {
	void *(*create)(const struct space_geometry *g, struct world *w);
	void (*destroy)(void *s);
	bool (*take)(void *s, uint64_t size, uint64_t align, uint64_t from, uint64_t to,
		     uint64_t *addr);
	bool (*congruent)(void *s, const uint64_t *offsets, const uint64_t *sizes, unsigned int nr,
			  uint64_t align, uint64_t *addr);
	bool (*fits)(void *s, const uint64_t *offsets, const uint64_t *sizes, unsigned int nr,
		     uint64_t align, uint64_t *base);
	bool (*lazy)(void *s, uint64_t start, uint64_t end);
	bool (*give)(void *s, uint64_t start, uint64_t end);
	bool (*next_free)(void *s, uint64_t from, uint64_t to, uint64_t range[2]);
};

extern const struct subject_space_ops subject_ours_space;

/**
 * enum reclaim - what the worker does next to the chunk whose pages it gives back
 */
enum reclaim {
	RECLAIM_NONE,
	RECLAIM_PAGES,
	RECLAIM_PUT_BACK,
};

/**
 * struct steps - one subject driven step by step
 * @o:       the oracle, with the findings
 * @ops:     the subject's steps
 * @picked:  chunks the worker took off the free list, in the order in which they must go
 * @reclaim: the chunk whose empty pages the worker gives back, or NULL
 * @next:    what must happen to it next
 * @from:    for RECLAIM_PAGES, the first page
 * @to:      and the page after the last
 * @cursor:  the page where the worker goes on after that
 * @scarce:  for RECLAIM_PUT_BACK, the other chunks have too few empty pages
 * @diff:    how subject and truth differ from the recording, or empty
 */
struct steps {
	struct oracle o;
	const struct subject_step_ops *ops;
	struct model_list picked;
	struct model_chunk *reclaim;
	enum reclaim next;
	int from, to, cursor;
	bool scarce;
	char diff[256];
};

bool steps_init(struct steps *st, const struct step_geometry *g, const struct subject_step_ops *ops,
		struct world *w, unsigned int option, unsigned int tolerate, unsigned int flags);
bool steps_end(struct steps *st);
void steps_exit(struct steps *st);
bool steps_alloc(struct steps *st, const struct step_request *req,
		 const struct step_place *recorded);
bool steps_free(struct steps *st, const struct step_place *at, bool decide);
bool steps_insert(struct steps *st, uint64_t base);
bool steps_set_populated(struct steps *st, uint64_t base, int from, int to, bool on);
bool steps_populate_object(struct steps *st, const struct step_place *at);
bool steps_pick_free(struct steps *st, bool empty_only, int nr_empty);
bool steps_destroy_chunk(struct steps *st, uint64_t base);
bool steps_reclaim(struct steps *st, uint64_t base);
bool steps_put_back(struct steps *st, uint64_t base, bool reintegrate);
bool steps_refill(struct steps *st, int nr_empty, bool atomic_failed);
bool steps_balance_end(struct steps *st, int nr_empty);
bool steps_atomic_failed(struct steps *st);
bool steps_check_all(struct steps *st);
bool steps_differ(struct steps *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
