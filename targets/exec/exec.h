/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec.h - runs a program on a subject under an oracle, and tells what happened.
 *
 * No state is left from one run to the next.  Does not read files or options.
 */
#ifndef EXEC_H
#define EXEC_H

#include <stdio.h>

#include "../program/program.h"
#include "../../oracle/oracle.h"

struct exec;

/* Called after each op; @index is nr_ops for what is checked at the start and the end. */
typedef void (*exec_observer)(void *ctx, const struct exec *e, uint32_t index,
			      const struct outcome *out);

/**
 * struct exec_options - how to run
 * @subject:  what to run on; NULL is our allocator
 * @name:     what it is called in reports; NULL if it is not called anything
 * @option:   passed to the subject: for ours the quirks to switch on
 * @tolerate: known errors that the oracle tolerates
 * @flags:    ORACLE_*
 * @rules_off: rules that are left out, see oracle.h
 * @color:    maps are drawn in the colours of a terminal
 * @observer: called after each op, or NULL
 * @ctx:      passed to it
 */
struct exec_options {
	const struct subject_ops *subject;
	const char *name;
	unsigned int option, tolerate, flags;
	struct rule_set rules_off;
	bool color;
	exec_observer observer;
	void *ctx;
};

/**
 * struct exec_set - congruent areas that a get_vm_areas op took
 * @handle:  which handle that defined
 * @areas:   the areas
 * @offsets: and then sizes, as asked for
 */
struct exec_set {
	uint32_t handle;
	struct area_set areas;
	uint64_t *offsets;
};

/**
 * struct exec - one run
 * @program: what is run
 * @opts:    how
 * @world:   the world of the subject
 * @oracle:  the oracle
 * @handle:  address that each op which defines a handle returned so far
 * @letter:  letter of that op
 * @nr_handles: how many there are so far
 * @set:     the congruent areas among them
 * @nr_sets: how many
 * @nr_not_offered: ops that were not run as some subject does not offer them
 * @at:      the op that is running; nr_ops at the start and the end
 * @ended:   all ops were run, and the end was reached
 */
struct exec {
	const struct program *program;
	struct exec_options opts;
	struct world world;
	struct oracle oracle;
	uint64_t *handle;
	char *letter;
	uint32_t nr_handles;
	struct exec_set *set;
	uint32_t nr_sets, nr_not_offered;
	uint32_t at;
	bool ended;
};

bool exec_start(struct exec *e, const struct program *p, const struct exec_options *opts);
bool exec_step(struct exec *e, const char *not_offered_by, struct outcome *out);
bool exec_finish(struct exec *e);
bool exec_run(struct exec *e, const struct program *p, const struct exec_options *opts);
void exec_exit(struct exec *e);

/* exec_ops.c */
bool exec_run_op(struct exec *e, const struct op *op, struct outcome *out);
bool exec_skip_op(struct exec *e, const struct op *op, const char *by, struct outcome *out);
const char *exec_not_offered_by(const struct exec *e);
void exec_area_range(const struct program *p, const struct op *op, uint64_t *from, uint64_t *to);
struct boot_args exec_boot_args(const struct program *p, const struct op *op);

/* exec.c */
const char *exec_op_name(const struct exec *e);

/* Print an op's outcome, as "c1+64" or "null (why)". */
size_t outcome_to_text(const struct op *op, const struct outcome *out, char *buf, size_t size);

/* state_hash.c */
uint64_t exec_state_hash(const struct exec *e);

/**
 * struct owner - what an address was served to
 * @addr:   the address
 * @handle: which handle
 * @number: of its name
 * @letter: of its name: 'r' of "r3"
 */
struct owner {
	uint64_t addr;
	uint32_t handle, number;
	char letter;
};

/**
 * struct owners - the handles of a run by address, then by handle
 */
struct owners {
	uint32_t nr;
	struct owner *owner;
};

/* owners.c */
void owners_init(struct owners *o, const struct exec *e);
void owners_exit(struct owners *o);
const struct owner *owners_find(const struct owners *o, char letter, uint64_t addr);

/* map.c */
enum unit_state map_believed_unit(const struct model_chunk *c, const struct subject_chunk *v,
				  int unit);
void map_print(FILE *f, const struct exec *e, const char *chunk, int from, int to);

/* report.c */
void report_program(FILE *f, const struct exec *e);
void report_rules_off(FILE *f, const char *what, const struct rule_set *rules_off);
void report_finding(FILE *f, const struct exec *e);
void report_print(FILE *f, const struct exec *e, const char *reproduce);
void report_key(char *buf, size_t size, const struct exec *e);
void report_crash(const struct exec *e) __attribute__((noreturn));

#endif
