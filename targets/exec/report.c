// SPDX-License-Identifier: GPL-2.0-only
/*
 * report.c - a finding as a person reads it, and as a crash that engines can tell apart.
 */
#include <stdlib.h>
#include <string.h>

#include "exec.h"

/**
 * report_key - the line by which ClusterFuzz and libFuzzer bucket the crash
 * @buf: where it goes
 * @size: room there
 * @e: a run with a finding
 *
 * Below 80 characters and without values: one key for each rule and kind of op.
 */
void report_key(char *buf, size_t size, const struct exec *e)
{
	snprintf(buf, size, "ASSERTION FAILED: pcpu divergence FuzzerHash=%s.%s",
		 rule_infos[e->oracle.finding.rule].name, exec_op_name(e));
}

/**
 * report_program - the program up to the op with the finding
 * @f: where to
 * @e: a run with a finding
 */
void report_program(FILE *f, const struct exec *e)
{
	struct program head = *e->program;
	char *text;
	size_t len;

	if (e->at < head.nr_ops)
		head.nr_ops = e->at + 1;
	text = program_to_text(&head, &len);
	fwrite(text, 1, len, f);
	free(text);
}

/**
 * report_rules_off - which rules were left out
 * @f: where to
 * @what: what comes before them
 * @rules_off: these; if there are none, nothing is said
 */
void report_rules_off(FILE *f, const char *what, const struct rule_set *rules_off)
{
	for (int i = 0; i < RULE_NR; i++) {
		if (!rule_in(rules_off, (enum rule)i))
			continue;
		fprintf(f, "%s %s", what, rule_infos[i].name);
		what = "";
	}
}

/**
 * report_finding - what was found at which op
 * @f: where to
 * @e: a run with a finding
 */
void report_finding(FILE *f, const struct exec *e)
{
	const struct finding *fi = &e->oracle.finding;
	const struct rule_info *rule = rule_infos + fi->rule;
	const struct rule_set none = { { 0 } };
	char op[256] = "";

	fputs("---- finding ----\n", f);
	if (e->opts.name && fi->rule != RULE_lockstep)
		fprintf(f, "subject: %s\n", e->opts.name);
	if (e->at < e->program->nr_ops)
		op_to_text(e->program, e->at, op, sizeof(op));
	if (op[0])
		fprintf(f, "op:      %u: %s\n", e->at, op);
	else
		fprintf(f, "op:      none, at the %s\n", exec_op_name(e));
	fprintf(f, "rule:    %s (%s): %s\n", rule->name, rule->group, rule->statement);
	fprintf(f, "source:  %s\n", rule->source);
	fprintf(f, "found:   %s\n", fi->what);
	report_rules_off(f, "without:", &e->opts.rules_off);
	if (memcmp(&e->opts.rules_off, &none, sizeof(none)))
		fputc('\n', f);
}

/**
 * report_print - all that is known of a finding
 * @f: where to
 * @e: a run with a finding, not yet ended by exec_exit()
 * @reproduce: a command, or NULL
 */
void report_print(FILE *f, const struct exec *e, const char *reproduce)
{
	const struct finding *fi = &e->oracle.finding;

	fputs("---- program up to the finding ----\n", f);
	report_program(f, e);
	report_finding(f, e);
	if (e->oracle.s)
		map_print(f, e, fi->chunk, fi->from, fi->to);
	if (reproduce)
		fprintf(f, "reproduce: %s\n", reproduce);
}

/*
 * One function per rule, so that the top frame names the rule.  A trap, as abort() would put the
 * same frames on top of every crash.  The store keeps compilers from folding them into one.
 */
static volatile enum rule trapped;

#define RULE(name, group, statement, source)                    \
	static __attribute__((noinline)) void rule_##name(void) \
	{                                                       \
		trapped = RULE_##name;                          \
		__builtin_trap();                               \
	}
#include "../../oracle/rules.def"
#undef RULE

/**
 * report_crash - end the process with the key, in the function that is named for the broken rule
 * @e: a run with a finding
 */
void report_crash(const struct exec *e)
{
	char key[120];
	static void (*const trap[RULE_NR])(void) = {
#define RULE(name, group, statement, source) rule_##name,
#include "../../oracle/rules.def"
#undef RULE
	};

	report_key(key, sizeof(key), e);
	fprintf(stderr, "%s\n", key);
	fflush(NULL);
	trap[e->oracle.finding.rule]();
	__builtin_unreachable();
}
