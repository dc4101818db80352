// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict.c - which of the subjects that differ is wrong, if any.
 *
 * Each runs the program again, alone and under an oracle that tolerates nothing.  By then all runs
 * have ended, as a subject need not be able to exist twice.
 */
#include <stdlib.h>

#include "lockstep.h"

/**
 * struct alone - what became of a subject alone
 * @clean: nothing was found
 * @accepted: it ended with a bad free that was not refused
 * @finding: else this
 * @at: at this op; -1 at the start, and behind the last op at the end
 */
struct alone {
	bool clean, accepted;
	struct finding finding;
	long at;
};

static struct alone run_alone(const struct program *p, const struct exec_options *opts,
			      unsigned int tolerate)
{
	struct exec_options o = *opts;
	struct exec *e = malloc(sizeof(*e));
	struct alone a;

	if (!e)
		abort();
	o.observer = NULL;
	o.tolerate = tolerate;
	a.clean = exec_run(e, p, &o);
	a.accepted = e->oracle.accepted;
	a.finding = e->oracle.finding;
	a.at = e->at == p->nr_ops && !e->ended ? -1 : (long)e->at;
	if (a.accepted)
		a.at = (long)e->at - 1;
	exec_exit(e);
	free(e);
	return a;
}

/*
 * Name those of the known errors with which the finding goes away, or another one of a later op
 * takes its place.  Returns what must be tolerated to look for more; 0 if none explains it.
 */
static unsigned int print_known(FILE *f, const struct program *p, const struct exec_options *opts,
				const struct alone *found, unsigned int tolerate)
{
	const char *word = ", known as ";
	unsigned int rest = opts->tolerate & ~tolerate, first = 0;

	for (unsigned int i = 0; i < KNOWN_NR; i++) {
		struct alone a;

		if (!(rest >> i & 1))
			continue;
		a = run_alone(p, opts, tolerate | 1u << i);
		if (!a.clean && a.at <= found->at && a.finding.rule == found->finding.rule)
			continue;
		fprintf(f, "%s%s", word, known_infos[i].name);
		word = " or ";
		first = first ? first : 1u << i;
	}
	if (!first && rest && run_alone(p, opts, opts->tolerate).clean)
		fputs(", known, for more than one reason", f);
	else if (!first)
		fputs(", not known", f);
	return first;
}

static void print_broken(FILE *f, const struct program *p, const struct exec *e,
			 const struct alone *a)
{
	const struct rule_info *rule = rule_infos + a->finding.rule;

	fprintf(f, "verdict: %s: breaks %s (%s) ", compare_name(e), rule->name, rule->group);
	if (a->at < 0)
		fputs("at the start", f);
	else if (a->at < (long)p->nr_ops)
		fprintf(f, "at op %ld", a->at);
	else
		fputs("at the end", f);
}

/*
 * Every rule that a subject breaks up to here, the known ones first.  A free of what is no object
 * is not issued to what is known to accept it: it could do anything.
 */
static bool judge(FILE *f, const struct program *p, const struct exec *e)
{
	unsigned int tolerate = e->opts.tolerate & 1u << PCPU_QUIRK_BAD_FREE;
	bool right = true;

	for (;;) {
		struct alone a = run_alone(p, &e->opts, tolerate);
		unsigned int known;

		if (a.accepted)
			fprintf(f,
				"verdict: %s: breaks bad_free (safety) at op %ld, known as "
				"bad-free\n",
				compare_name(e), a.at);
		right &= !a.accepted;
		if (a.clean)
			break;
		right = false;
		print_broken(f, p, e, &a);
		known = print_known(f, p, &e->opts, &a, tolerate);
		fprintf(f, ": %s\n", a.finding.what);
		if (!known)
			break;
		tolerate |= known;
	}
	if (right)
		fprintf(f, "verdict: %s: keeps the contract\n", compare_name(e));
	return right;
}

static void report_difference(FILE *f, struct lockstep *l, const char *reproduce)
{
	const struct exec *e = l->e;
	struct program p = *l->program;
	unsigned int right = 0;

	report_program(f, e);
	report_finding(f, e);
	for (unsigned int i = 0; i < l->nr; i++) {
		char text[160] = "started";

		if (l->at < p.nr_ops)
			outcome_to_text(p.ops + l->at, l->out + i, text, sizeof(text));
		fprintf(f, "subject: %s: %s\n", compare_name(l->e + i), text);
		if (e->oracle.finding.chunk[0])
			map_print(f, l->e + i, e->oracle.finding.chunk, -1, -1);
	}
	lockstep_exit(l);
	if (l->at < p.nr_ops)
		p.nr_ops = l->at + 1;
	for (unsigned int i = 0; i < l->nr; i++)
		right += judge(f, &p, l->e + i);
	if (right == l->nr)
		fprintf(f, "verdict: %s breaks a rule: %s allowed\n",
			l->nr == 2 ? "neither" : "none", l->nr == 2 ? "both are" : "all are");
	if (reproduce)
		fprintf(f, "reproduce: %s\n", reproduce);
}

/**
 * lockstep_report - all that is known of a finding
 * @f: where to
 * @l: runs with a finding, not yet ended; of a difference they are ended here
 * @reproduce: a command, or NULL
 */
void lockstep_report(FILE *f, struct lockstep *l, const char *reproduce)
{
	if (!lockstep_differs(l)) {
		report_print(f, l->e + l->found, reproduce);
		return;
	}
	fputs("---- program up to the finding ----\n", f);
	report_difference(f, l, reproduce);
}
