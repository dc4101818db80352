/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * subjects.h - what can be run on, by name: our allocator, and shared objects that are loaded.
 */
#ifndef SUBJECTS_H
#define SUBJECTS_H

#include "exec/lockstep.h"

#define SUBJECT_NAME_MAX 64
#define SUBJECT_PATH_MAX 4096

/**
 * struct subject_choice - one subject
 * @name:    as it is called in reports
 * @ops:     its adapter
 * @steps:   that for single steps, or NULL
 * @space:   that for address space on its own, or NULL
 * @path:    its file, empty for ours
 * @version: of Linux, NULL if it is none; such a subject can have quirks switched on
 */
struct subject_choice {
	char name[SUBJECT_NAME_MAX];
	char path[SUBJECT_PATH_MAX];
	const struct subject_ops *ops;
	const struct subject_step_ops *steps;
	const struct subject_space_ops *space;
	const char *version;
};

/**
 * struct subject_list - one subject, or several in lockstep
 * @nr:    how many
 * @one:   these
 * @named: the user named them
 */
struct subject_list {
	unsigned int nr;
	struct subject_choice one[LOCKSTEP_MAX];
	bool named;
};

/**
 * struct subject_policy - how they are to decide, and how strictly to be judged
 * @option:   quirks of those that can have some
 * @chosen:   that was said by the user; if not, they take on the quirks of the first Linux in the
 *            list
 * @without:  quirks that they do not have all the same; what is tolerated stays as it is
 * @tolerate: known errors to tolerate, besides those of the version
 * @named:    and these, even if strict
 * @strict:   tolerate nothing else
 * @flags:    ORACLE_*
 * @rules_off: rules that are left out
 */
struct subject_policy {
	unsigned int option, without, tolerate, named, flags;
	bool chosen, strict;
	struct rule_set rules_off;
};

void subjects_default(struct subject_list *l);
bool subjects_find(struct subject_list *l, const char *names, char *error, size_t size);
void subjects_options(const struct subject_list *l, const struct subject_policy *how,
		      struct exec_options *opts);
const char *subjects_unfit(const struct subject_list *l, const struct machine *m,
			   const char **name);
bool subjects_fit(const struct subject_list *l, struct machine *m);

#endif
