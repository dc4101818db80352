// SPDX-License-Identifier: GPL-2.0-only
/*
 * options.c - the options that say on what and how strictly programs are run.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/**
 * usage_error - one line about what the user gave us
 * @fmt: without "pcpufuzz: " and newline
 *
 * Return: EXIT_USAGE.
 */
int usage_error(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("pcpufuzz: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

/**
 * parse_number - a decimal or 0x number
 * @text: all of it must be the number
 * @max: largest legal value
 * @value: where it is stored
 */
bool parse_number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);
	return !errno && !*end && *value <= max;
}

/**
 * find_target - a fuzz target by its name
 * @name: the name
 * @target: where it is stored
 *
 * Return: false after an error message.
 */
bool find_target(const char *name, const struct target **target)
{
	for (int i = 0; i < TARGET_NR; i++) {
		if (!strcmp(targets[i].name, name)) {
			*target = targets + i;
			return true;
		}
	}
	usage_error("--target: expected one of those that 'pcpufuzz list targets' shows; got '%s'",
		    name);
	return false;
}

static bool set_target(struct run_options *ro, const char *name)
{
	const struct target *t;

	if (!find_target(name, &t))
		return false;
	ro->exec.option = t->option;
	ro->exec.tolerate = t->tolerate;
	ro->layer = t->layer;
	return true;
}

static bool set_policy(struct run_options *ro, const char *name)
{
	if (!strcmp(name, "contract"))
		ro->exec.option = PCPU_POLICY_CONTRACT;
	else if (!strcmp(name, "linux-6.1"))
		ro->exec.option = PCPU_POLICY_LINUX_6_1;
	else
		usage_error("--policy: expected contract or linux-6.1; got '%s'", name);
	return !strcmp(name, "contract") || !strcmp(name, "linux-6.1");
}

static bool add_quirk(const char *option, unsigned int *quirks, const char *name)
{
	if (!strcmp(option, "--tolerate") && !strcmp(name, "linux-6.1")) {
		*quirks |= PCPU_POLICY_LINUX_6_1;
		return true;
	}
	for (int i = 0; i < PCPU_QUIRK_NR; i++) {
		if (!strcmp(pcpu_quirks[i].name, name)) {
			*quirks |= 1u << i;
			return true;
		}
	}
	usage_error("%s: expected one of those that 'pcpufuzz list quirks' shows; got '%s'", option,
		    name);
	return false;
}

static void note(struct run_options *ro, const char *option, const char *value)
{
	size_t len = strlen(ro->how);

	snprintf(ro->how + len, sizeof(ro->how) - len, "%s%s%s ", option, value[0] ? " " : "",
		 value);
}

int take_run_option(struct run_options *ro, int argc, char **argv, int *i)
{
	static const char *const with_value[] = { "--target", "--policy", "--quirk", "--tolerate" };
	const char *option = argv[*i], *value;
	bool ok = false;
	unsigned int n;

	if (!strcmp(option, "--full")) {
		ro->exec.flags |= ORACLE_FULL;
		note(ro, option, "");
		return 1;
	}
	for (n = 0; n < 4 && strcmp(option, with_value[n]); n++)
		;
	if (n == 4)
		return 0;
	if (*i + 1 == argc) {
		usage_error("%s: expected a value", option);
		return -1;
	}
	value = argv[++*i];
	switch (n) {
	case 0:
		ok = set_target(ro, value);
		break;
	case 1:
		ok = set_policy(ro, value);
		break;
	case 2:
		ok = add_quirk(option, &ro->exec.option, value);
		break;
	default:
		ok = add_quirk(option, &ro->exec.tolerate, value);
	}
	if (ok)
		note(ro, option, value);
	return ok ? 1 : -1;
}
