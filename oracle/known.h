/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * known.h - what is known to be wrong with released kernels: the quirks that our allocator can take
 * on, and what it cannot; known.def is the table of these.
 *
 * One mask has a bit for each, the quirks first.
 */
#ifndef ORACLE_KNOWN_H
#define ORACLE_KNOWN_H

#include <stdbool.h>

#include "../impl/pcpu.h"

enum known {
	KNOWN_BEFORE_FIRST = PCPU_QUIRK_NR - 1, /* so that they count on from the quirks */
#define KNOWN(name, text, rule, since, until, witness, what) KNOWN_##name,
#include "known.def"
#undef KNOWN
	KNOWN_NR,
};

/**
 * struct known_info - one of them
 * @name: as written on the command line
 * @rule: the rule of the oracle that it breaks
 * @since: the first version of Linux that has it
 * @until: the last one, "" if it is still there
 * @witness: a program that shows it
 * @what: one sentence
 */
struct known_info {
	const char *name, *rule, *since, *until, *witness, *what;
};

extern const struct known_info known_infos[KNOWN_NR];

#define KNOWN_QUIRKS ((1u << PCPU_QUIRK_NR) - 1) /* of a mask, what our allocator can take on */

bool known_is_version(const char *version);
unsigned int known_of_version(const char *version);
bool known_by_name(const char *name, unsigned int *mask);

#endif
