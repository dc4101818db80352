/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmtrace.h - recorded requests for address space, replayed; the formats are in docs/traces.md.
 */
#ifndef TOOL_VMTRACE_H
#define TOOL_VMTRACE_H

#include "trace_read.h"
#include "../subjects.h"
#include "../../impl/vm.h"
#include "../../oracle/steps.h"
#include "../../oracle/vm_naive.h"

/**
 * struct vmtrace_counts - what was compared
 * @areas:      single areas, by address
 * @congruent:  groups of congruent areas, by address
 * @failures:   groups that fitted nowhere
 * @returned:   ranges given back by a purge
 * @skipped:    vectors without a list of what was free
 * @deviations: single areas higher than the lowest place, as Linux 5.2 and later search for a
 *              length of size + align - 1; see deviates() in vmtrace_space.c
 * @shorter:    how many of these went to a range that is shorter than that
 * @followed:   how many the subject had at the recorded place
 */
struct vmtrace_counts {
	unsigned long events, areas, congruent, failures, returned, snapshots, skipped, deviations,
		shorter, followed, differences;
};

/**
 * struct vmtrace_ranges - ranges of addresses
 * @range: each from the first address to the one after the last
 */
struct vmtrace_ranges {
	unsigned int nr, capacity;
	uint64_t (*range)[2];
};

/**
 * struct vmtrace_groups - the congruent areas of the recorded kernel
 */
struct vmtrace_groups {
	unsigned int nr;
	uint64_t offset[VM_PCPU_AREAS_MAX], size[VM_PCPU_AREAS_MAX], align;
};

/* What the addresses of a window are taken for. */
enum vmtrace_tag { VMTRACE_BEFORE, VMTRACE_AREA, VMTRACE_PCPU };

#define VMTRACE_WINDOWS 2

/**
 * struct vmtrace_space - what is taken, as a subject and as the oracle see it
 * @choice:  the subject
 * @subject: its address space, NULL before the start
 * @world:   what it lives in
 * @machine: and what that is like
 * @twin:    of each window: that of vmalloc, and that above it, where modules are
 * @diff:    what differs, for people
 */
struct vmtrace_space {
	const struct subject_choice *choice;
	void *subject;
	struct world world;
	struct machine machine;
	struct vm_naive twin[VMTRACE_WINDOWS];
	char diff[240];
};

/* vmtrace_scan.c: lists of numbers; false if the text has none such */
bool vmtrace_ranges(const char *text, size_t len, const char *key, struct vmtrace_ranges *r,
		    bool *is_null);
void vmtrace_subtract(struct vmtrace_ranges *r, uint64_t start, uint64_t end);
bool vmtrace_read_groups(const char *text, size_t len, struct vmtrace_groups *g);

/* vmtrace_space.c: false if what is recorded cannot be, or differs; then @diff says it */
void vmtrace_space_init(struct vmtrace_space *s, const struct vmtrace_ranges *free_ranges);
bool vmtrace_space_end(struct vmtrace_space *s);
void vmtrace_space_exit(struct vmtrace_space *s);
bool vmtrace_area(struct vmtrace_space *s, const uint64_t v[5], struct vmtrace_counts *n);
bool vmtrace_fits(struct vmtrace_space *s, const struct vmtrace_groups *g, bool *fits);
bool vmtrace_congruent(struct vmtrace_space *s, const struct vmtrace_groups *g, bool *fits,
		       uint64_t *base);
bool vmtrace_lazy(struct vmtrace_space *s, uint64_t start, uint64_t end);
bool vmtrace_give(struct vmtrace_space *s, uint64_t start, uint64_t end);
bool vmtrace_same_free(struct vmtrace_space *s, const struct vmtrace_ranges *want);
struct vm_naive_area *vmtrace_at(const struct vmtrace_space *s, uint64_t addr);
bool vmtrace_differ(struct vmtrace_space *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* vmtrace_vmap.c, vmtrace_vec.c: -1 if the input is bad, then @t->error is set */
int vmtrace_replay_vmap(struct trace *t, struct vmtrace_space *s, struct vmtrace_counts *n);
int vmtrace_replay_vec(struct trace *t, const struct vmtrace_groups *g, struct vmtrace_space *s,
		       struct vmtrace_counts *n);

/* vmtrace_run.c */
bool vmtrace_is(const char *path);
int vmtrace_run(const char *path, const struct subject_choice *choice, const char *on,
		struct vmtrace_counts *n);

#endif
