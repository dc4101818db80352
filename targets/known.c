// SPDX-License-Identifier: GPL-2.0-only
/*
 * known.c - findings that are filed already, so that they do not end a fuzz target again.
 *
 * The environment variable PCPUFUZZ_KNOWN names a file with a key on each line, as in
 * "FuzzerHash=KEY".  It is read again when it changes, so what one job has found does not end the
 * others.  Unset, as everywhere but under scripts/run and scripts/fuzz, nothing is known.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "known.h"

#define KEYS_MAX 512
#define KEY_MAX 120

static struct {
	char text[KEY_MAX];
	unsigned long long times;
	bool listed;
} keys[KEYS_MAX];
static unsigned int nr_keys;
static struct stat last;

static void add(const char *key)
{
	unsigned int i = 0;

	while (i < nr_keys && strcmp(keys[i].text, key))
		i++;
	if (i == KEYS_MAX)
		return;
	if (i == nr_keys)
		snprintf(keys[nr_keys++].text, KEY_MAX, "%s", key);
	keys[i].listed = true;
}

static void read_again(const char *path)
{
	char line[KEY_MAX];
	struct stat now;
	FILE *f;

	if (stat(path, &now))
		return;
	if (now.st_ino == last.st_ino && now.st_size == last.st_size &&
	    now.st_mtim.tv_sec == last.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == last.st_mtim.tv_nsec)
		return;
	f = fopen(path, "r");
	if (!f)
		return;
	last = now;
	for (unsigned int i = 0; i < nr_keys; i++)
		keys[i].listed = false;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line)
			add(line);
	}
	fclose(f);
}

/**
 * known_key - is a finding filed already; counts it if so
 * @key: rule and kind of op, as in the report
 */
bool known_key(const char *key)
{
	const char *path = getenv("PCPUFUZZ_KNOWN");

	if (!path)
		return false;
	read_again(path);
	for (unsigned int i = 0; i < nr_keys; i++) {
		if (keys[i].listed && !strcmp(keys[i].text, key)) {
			keys[i].times++;
			return true;
		}
	}
	return false;
}

/**
 * known_print - write how often each was seen, as lines "known.KEY number"
 * @f: where to
 */
void known_print(FILE *f)
{
	for (unsigned int i = 0; i < nr_keys; i++)
		if (keys[i].times)
			fprintf(f, "known.%s %llu\n", keys[i].text, keys[i].times);
}
