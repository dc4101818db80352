// SPDX-License-Identifier: GPL-2.0-only
/*
 * known.c - which version of Linux has which known error.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"

const struct known_info known_infos[KNOWN_NR] = {
#define QUIRK(name, text, rule, since, until, where, what) \
	{ text, rule, since, until, "corpus/upstream/" text ".pcpu", what },
#include "../impl/quirks.def"
#undef QUIRK
#define KNOWN(name, text, rule, since, until, witness, what) \
	{ text, rule, since, until, witness, what },
#include "known.def"
#undef KNOWN
};

#define PARTS 3

/* "6.1.192" as numbers; parts that are not there are @missing. */
static bool parse(const char *version, unsigned long missing, unsigned long *part)
{
	unsigned int nr = 0;

	while (nr < PARTS && isdigit((unsigned char)*version)) {
		char *end;

		part[nr++] = strtoul(version, &end, 10);
		version = end;
		if (*version != '.')
			break;
		version++;
	}
	for (unsigned int i = nr; i < PARTS; i++)
		part[i] = missing;
	/* what follows, as in 6.1-rc3, is of no interest */
	return nr >= 2;
}

static int compare(const unsigned long *a, const unsigned long *b)
{
	for (unsigned int i = 0; i < PARTS; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/**
 * known_is_version - does a text begin with a version of Linux
 * @version: as "6.1" or "6.1.192"
 */
bool known_is_version(const char *version)
{
	unsigned long part[PARTS];

	return parse(version, 0, part);
}

/**
 * known_of_version - what a version of Linux is known to have
 * @version: as "6.1" or "6.1.192"
 *
 * Return: a bit for each quirk and each other known error; those of KNOWN_QUIRKS are its policy.
 */
unsigned int known_of_version(const char *version)
{
	unsigned long at[PARTS], since[PARTS], until[PARTS];
	unsigned int mask = 0;

	if (!parse(version, 0, at))
		return 0;
	for (unsigned int i = 0; i < KNOWN_NR; i++) {
		const struct known_info *k = known_infos + i;

		parse(k->since, 0, since);
		/* the last version that has it: with all its updates */
		if (!parse(k->until, (unsigned long)-1, until))
			memset(until, 0xff, sizeof(until));
		if (compare(at, since) >= 0 && compare(at, until) <= 0)
			mask |= 1u << i;
	}
	return mask;
}

/**
 * known_by_name - one known error, or all of a version
 * @name: that of a quirk or other known error, or "linux-" and a version
 * @mask: where its bits are added
 *
 * Return: false if there is no such thing.
 */
bool known_by_name(const char *name, unsigned int *mask)
{
	if (!strncmp(name, "linux-", 6) && known_is_version(name + 6)) {
		*mask |= known_of_version(name + 6);
		return true;
	}
	for (unsigned int i = 0; i < KNOWN_NR; i++) {
		if (!strcmp(known_infos[i].name, name)) {
			*mask |= 1u << i;
			return true;
		}
	}
	return false;
}
