/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * subject.h - the one interface to whatever is under test.
 *
 * A subject is our allocator, an unmodified kernel file, or deliberately broken code.  It takes
 * requests, and shows its internals read-only so that each can be held against the truth.
 */
#ifndef ORACLE_SUBJECT_H
#define ORACLE_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"
#include "world.h"

/* Where the first unit of the first chunk starts, and the window of further chunks. */
#define SUBJECT_BASE_ADDR UINT64_C(0x10000000)
#define SUBJECT_VM_START UINT64_C(0x80000000)

/**
 * struct subject_md - the hints of a block or chunk, laid out as struct pcpu_block_md in Linux
 */
struct subject_md {
	int scan_hint, scan_hint_start;
	int contig_hint, contig_hint_start;
	int left_free, right_free, first_free, nr_bits;
};

/**
 * struct subject_chunk - what a subject believes of one chunk
 * @id:   the subject's own name for it
 * @slot: the list it was found on, -1 for the reserved chunk
 *
 * The other members are those of struct pcpu_chunk in mm/percpu-internal.h.
 */
struct subject_chunk {
	void *id;
	int slot;
	uint64_t base;
	int free_bytes, nr_pages, nr_populated, nr_empty_pop_pages, nr_alloc;
	size_t max_alloc_size;
	unsigned int start_offset, end_offset;
	bool immutable, isolated;
	const struct subject_md *md, *blocks;
	const unsigned long *alloc_map, *bound_map, *populated;
};

/**
 * struct subject_stats - life-time figures
 */
struct subject_stats {
	uint64_t nr_alloc, nr_dealloc, nr_cur_alloc, nr_max_alloc;
	uint32_t nr_chunks, nr_max_chunks;
	size_t min_alloc_size, max_alloc_size;
};

#define SUBJECT_MAX_CHUNKS 1024

/**
 * struct subject_view - what a subject believes of itself
 * @nr_chunks: chunks in @chunk
 * @chunk:     the reserved chunk first, if any, then slot by slot in the order of the lists
 * @fault:     what was wrong with them, or NULL
 */
struct subject_view {
	unsigned int nr_chunks;
	struct subject_chunk *chunk;
	const char *fault;
	int nr_slots;
	long nr_empty_pop_pages, nr_populated;
	bool atomic_failed, work_pending;
	struct subject_stats stats;
};

/**
 * struct alloc_args - one request
 * @size: bytes
 * @align: bytes
 * @reserved: from the reserved chunk if there is one
 * @gfp: enum pcpu_gfp
 */
struct alloc_args {
	uint32_t size, align;
	bool reserved;
	unsigned int gfp;
};

/* Subject flags. */
#define SUBJECT_HAS_STATS 1u /* keeps struct subject_stats and the per-chunk figures */

/**
 * struct subject_ops - the adapter
 * @name:        for the user
 * @create:      a subject in its first state; @option is for the subject to interpret
 * @destroy:     gives everything back to the world
 * @flags:       SUBJECT_*
 * @alloc:       address at unit offset 0, or 0
 * @free:        false if the address was refused
 * @balance:     runs the worker
 * @populate:    gives pages memory; 0 or a negative value
 * @depopulate:  takes the memory of the empty ones of a range of pages
 * @view:        shows the internals; valid until the next call
 * @mapped:      is a page of one possible CPU (index, not id) in the page tables
 * @page:        bytes of one possible CPU's copy of a page (index, not id), NULL if unmapped
 * @static_data: bytes of one possible CPU's static area
 */
struct subject_ops {
	const char *name;
	void *(*create)(const struct machine *m, struct world *w, unsigned int option);
	void (*destroy)(void *s);
	unsigned int (*flags)(void *s);
	uint64_t (*alloc)(void *s, const struct alloc_args *args);
	bool (*free)(void *s, uint64_t ptr);
	void (*balance)(void *s);
	int (*populate)(void *s, void *chunk, unsigned int start, unsigned int end);
	int (*depopulate)(void *s, void *chunk, unsigned int start, unsigned int end);
	void (*view)(void *s, struct subject_view *v);
	bool (*mapped)(void *s, void *chunk, unsigned int cpu, unsigned int page);
	uint8_t *(*page)(void *s, void *chunk, unsigned int cpu, unsigned int page);
	uint8_t *(*static_data)(void *s, unsigned int cpu);
};

/* A bit of one of the maps that a subject shows. */
static inline bool subject_bit(const unsigned long *map, int i)
{
	return (map[(size_t)i / (8 * sizeof(long))] >> ((size_t)i % (8 * sizeof(long)))) & 1;
}

extern const struct subject_ops subject_ours;

#endif
