// SPDX-License-Identifier: GPL-2.0-only
/*
 * broken_report.c - ends of a report by which crashes cannot be told apart, in the place of
 * report_crash(); for the negative controls of scripts/ossfuzz-check.
 */
#include <stdlib.h>

#include "../../targets/exec/exec.h"

void __wrap_report_crash(const struct exec *e);

void __wrap_report_crash(const struct exec *e)
{
	const char *rule = rule_infos[e->oracle.finding.rule].name;

#ifdef BREAK_ABORT
	fprintf(stderr, "pcpufuzz: rule %s is broken\n", rule);
	abort();
#elif defined(BREAK_VALUE)
	fprintf(stderr, "ASSERTION FAILED: pcpu divergence FuzzerHash=%s.op at %p\n", rule,
		(const void *)e);
	__builtin_trap();
#else /* hidden behind a word that means something else, and with the same frames */
	fprintf(stderr, "ASSERTION FAILED: pcpu divergence FuzzerHash=%s.op\n", rule);
	fprintf(stderr, "Kernel panic - not syncing: rule %s is broken\n", rule);
	__builtin_trap();
#endif
}
