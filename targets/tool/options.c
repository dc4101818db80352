// SPDX-License-Identifier: GPL-2.0-only
/*
 * options.c - the options that say on what and how strictly programs are run.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
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
	ro->policy.option = t->option;
	ro->policy.tolerate = t->tolerate;
	ro->layer = t->layer;
	return true;
}

static bool set_policy(struct run_options *ro, const char *name)
{
	unsigned int known = 0;

	ro->policy.chosen = true;
	ro->policy.option = PCPU_POLICY_CONTRACT;
	if (!strcmp(name, "contract"))
		return true;
	if (strncmp(name, "linux-", 6) || !known_by_name(name, &known)) {
		usage_error("--policy: expected contract or linux-VERSION; got '%s'", name);
		return false;
	}
	ro->policy.option = known & KNOWN_QUIRKS;
	return true;
}

static bool find_quirk(const char *option, const char *name, unsigned int *mask)
{
	unsigned int known = 0;

	if (!strncmp(name, "linux-", 6) || !known_by_name(name, &known) ||
	    (known & ~KNOWN_QUIRKS)) {
		usage_error("%s: expected one of those that 'pcpufuzz list quirks' shows; got '%s'",
			    option, name);
		return false;
	}
	*mask |= known;
	return true;
}

static bool add_quirk(struct run_options *ro, const char *name)
{
	ro->policy.chosen = true;
	return find_quirk("--quirk", name, &ro->policy.option);
}

/* Of the policy that was chosen, or of the one that a Linux in lockstep brings along. */
static bool drop_quirk(struct run_options *ro, const char *name)
{
	return find_quirk("--no-quirk", name, &ro->policy.without);
}

static bool add_tolerance(struct run_options *ro, const char *name)
{
	if (known_by_name(name, &ro->policy.named))
		return true;
	usage_error("--tolerate: expected one of those that 'pcpufuzz list known' shows, or "
		    "linux-VERSION; got '%s'",
		    name);
	return false;
}

static bool leave_out(struct run_options *ro, const char *name)
{
	enum rule rule;

	if (!rule_by_name(name, &rule)) {
		usage_error("--without-rule: expected one of those that 'pcpufuzz list rules' "
			    "shows; got '%s'",
			    name);
		return false;
	}
	rule_add(&ro->policy.rules_off, rule);
	return true;
}

static bool set_subjects(struct run_options *ro, const char *names)
{
	char error[512];

	if (subjects_find(&ro->subjects, names, error, sizeof(error)))
		return true;
	usage_error("%s", error);
	return false;
}

static void note(struct run_options *ro, const char *option, const char *value)
{
	size_t len = strlen(ro->how);

	snprintf(ro->how + len, sizeof(ro->how) - len, "%s%s%s ", option, value[0] ? " " : "",
		 value);
}

/**
 * init_run_options - our allocator under the contract
 * @ro: the options
 */
void init_run_options(struct run_options *ro)
{
	*ro = (struct run_options){ .how = "" };
	subjects_default(&ro->subjects);
}

static bool take_flag(struct run_options *ro, const char *option)
{
	if (!strcmp(option, "--full"))
		ro->policy.flags |= ORACLE_FULL;
	else if (!strcmp(option, "--bad-frees"))
		ro->policy.flags |= ORACLE_BAD_FREE;
	else if (!strcmp(option, "--effects"))
		ro->policy.flags |= ORACLE_EFFECTS;
	else if (!strcmp(option, "--strict"))
		ro->policy.strict = true;
	else
		return false;
	return true;
}

/**
 * take_run_option - take an argument if it is one of RUN_OPTIONS_HELP
 * @ro: where it goes
 * @argc: number of arguments
 * @argv: the arguments
 * @i: the one to look at; moved to the value if it has one
 *
 * Return: 1 if it was taken, 0 if it is something else, -1 after an error message.
 */
int take_run_option(struct run_options *ro, int argc, char **argv, int *i)
{
	static const struct {
		const char *name;
		bool (*take)(struct run_options *ro, const char *value);
	} with_value[] = {
		{ "--target", set_target },	 { "--policy", set_policy },
		{ "--quirk", add_quirk },	 { "--tolerate", add_tolerance },
		{ "--subject", set_subjects },	 { "--no-quirk", drop_quirk },
		{ "--without-rule", leave_out },
	};
	const char *option = argv[*i], *value;
	unsigned int n, nr = sizeof(with_value) / sizeof(with_value[0]);

	if (take_flag(ro, option)) {
		note(ro, option, "");
		return 1;
	}
	for (n = 0; n < nr && strcmp(option, with_value[n].name); n++)
		;
	if (n == nr)
		return 0;
	if (*i + 1 == argc) {
		usage_error("%s: expected a value", option);
		return -1;
	}
	value = argv[++*i];
	if (!with_value[n].take(ro, value))
		return -1;
	note(ro, option, value);
	return 1;
}

/* What follows an option of a command: its value, if it takes one. */
static bool take_own(const char *command, const struct tool_option *o, const char *value)
{
	if (o->flag)
		return *o->flag = true;
	if (o->text && value) {
		*o->text = value;
		return true;
	}
	if (o->text)
		return !usage_error("%s: %s: expected a value", command, o->name);
	return (value && parse_number(value, o->max, o->number) && *o->number >= o->min) ||
	       !usage_error("%s: %s: expected a number, %" PRIu64 " to %" PRIu64, command, o->name,
			    o->min, o->max);
}

static bool take_file(const char *command, const char *arg, const char **file)
{
	if (!file || (arg[0] == '-' && arg[1]))
		return !usage_error("%s: unknown option '%s', see 'pcpufuzz %s --help'", command,
				    arg, command);
	if (*file)
		return !usage_error("%s: expected one file; got '%s' too", command, arg);
	*file = arg;
	return true;
}

/**
 * take_options - all arguments of a command that runs programs, but takes at most one file
 * @command: its name
 * @ro: where those of RUN_OPTIONS_HELP go
 * @argc: number of arguments
 * @argv: the arguments, the command's name first
 * @own: its own options, and then one without a name
 * @file: where the file is stored, before: NULL; or NULL if it takes none
 *
 * Return: false after an error message.
 */
bool take_options(const char *command, struct run_options *ro, int argc, char **argv,
		  const struct tool_option *own, const char **file)
{
	for (int i = 1; i < argc; i++) {
		int taken = take_run_option(ro, argc, argv, &i);
		const struct tool_option *o = own;

		if (taken < 0)
			return false;
		if (taken)
			continue;
		while (o->name && strcmp(o->name, argv[i]))
			o++;
		if (!o->name) {
			if (!take_file(command, argv[i], file))
				return false;
			continue;
		}
		if (!take_own(command, o, o->flag || i + 1 == argc ? NULL : argv[i + 1]))
			return false;
		i += !o->flag;
	}
	return true;
}

/**
 * settle_run_options - all options have been taken
 * @ro: the options, which must stay where they are
 */
void settle_run_options(struct run_options *ro)
{
	subjects_options(&ro->subjects, &ro->policy, ro->opts);
	ro->opts[0].observer = ro->observer;
	ro->opts[0].ctx = ro->ctx;
}

/**
 * run_program - run a program on all subjects
 * @l: the runs; lockstep_exit() must follow
 * @ro: how, settled
 * @p: the program; must outlive the runs
 *
 * Return: false if there was a finding.
 */
bool run_program(struct lockstep *l, const struct run_options *ro, const struct program *p)
{
	return lockstep_run(l, p, ro->opts, ro->subjects.nr);
}

/**
 * print_finding - a finding with its key, as scripts read it
 * @l: the runs, not yet ended
 * @how: the command that reproduces it, or NULL
 */
void print_finding(struct lockstep *l, const char *how)
{
	char key[120];

	lockstep_report(stdout, l, how);
	report_key(key, sizeof(key), l->e + l->found);
	printf("%s\n\n", key);
	/* a subject that broke a rule may not survive its end */
	fflush(stdout);
}
