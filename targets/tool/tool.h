/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool.h - what the subcommands of pcpufuzz share: reading inputs and options.
 */
#ifndef TOOL_H
#define TOOL_H

#include "../exec/minimise.h"
#include "../subjects.h"
#include "../target.h"

#define EXIT_CLEAN 0
#define EXIT_FINDING 1
#define EXIT_USAGE 2

/**
 * struct command - one subcommand
 * @name: as typed
 * @args: what follows it
 * @what: one sentence
 * @help: its options, a line each
 * @run:  the command; gets its own name as argv[0]
 */
struct command {
	const char *name, *args, *what, *help;
	int (*run)(int argc, char **argv);
};

extern const struct command commands[];
extern const unsigned int nr_commands;

extern const char *tool_path; /* as it was called, for lines that can be typed again */

int cmd_run(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_convert(int argc, char **argv);
int cmd_gen(int argc, char **argv);
int cmd_min(int argc, char **argv);
int cmd_c(int argc, char **argv);
int cmd_exhaust(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_list(int argc, char **argv);

/* One line on stderr that begins with "pcpufuzz: "; returns EXIT_USAGE. */
int usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* options.c */

/**
 * struct run_options - how to run programs
 * @subjects: on what
 * @policy: how these are to decide, and to be judged
 * @layer: how bytes are decoded, and what is generated: that of the target
 * @observer: called after each op of the first subject, or NULL
 * @ctx: passed to it
 * @opts: all that as lockstep_run() wants it, by settle_run_options()
 * @how: the options as typed, for reproduce lines
 */
struct run_options {
	struct subject_list subjects;
	struct subject_policy policy;
	enum program_layer layer;
	exec_observer observer;
	void *ctx;
	struct exec_options opts[LOCKSTEP_MAX];
	char how[1200];
};

void init_run_options(struct run_options *ro);

int take_run_option(struct run_options *ro, int argc, char **argv, int *i);
void settle_run_options(struct run_options *ro);
bool run_program(struct lockstep *l, const struct run_options *ro, const struct program *p);
void print_finding(struct lockstep *l, const char *how);

/**
 * struct tool_option - an option that only one command has
 * @name:   as typed
 * @flag:   set to true; or
 * @text:   where its value is stored; or
 * @number: where its number is stored,
 * @min, @max: if it is one of these
 */
struct tool_option {
	const char *name;
	bool *flag;
	const char **text;
	uint64_t *number, min, max;
};

bool take_options(const char *command, struct run_options *ro, int argc, char **argv,
		  const struct tool_option *own, const char **file);
bool find_target(const char *name, const struct target **target);
bool parse_number(const char *text, uint64_t max, uint64_t *value);

#define RUN_OPTIONS_HELP                                                                       \
	"  --target NAME     policy and tolerance of a fuzz target, and how bytes are\n"       \
	"                    decoded (default: pcpu)\n"                                        \
	"  --subject LIST    what to run on: ours (the default), linux-6.1 or another one\n"   \
	"                    that scripts/kernel has built, or the path of a shared\n"         \
	"                    object; two or three with commas between them run in\n"           \
	"                    lockstep, and must do and believe the same\n"                     \
	"  --policy NAME     how ours decides: contract, or linux-6.1, linux-6.12, ... with\n" \
	"                    the quirks of that version: findings, unless they are\n"          \
	"                    tolerated too (default in lockstep with a Linux: as that one)\n"  \
	"  --quirk NAME      switch one quirk on; see 'pcpufuzz list quirks'\n"                \
	"  --no-quirk NAME   switch one quirk of the policy off; what is tolerated stays\n"    \
	"  --tolerate NAME   tolerate one known error, or 'linux-6.1' for all of a version;\n" \
	"                    see 'pcpufuzz list known'; a Linux as subject gets those of\n"    \
	"                    its own version\n"                                                \
	"  --strict          tolerate nothing but what --tolerate names\n"                     \
	"  --bad-frees       issue a free inside a live object also if bad-free is\n"          \
	"                    tolerated: what it does is compared in lockstep, and it ends\n"   \
	"                    the program\n"                                                    \
	"  --effects         do not judge how low or out of order hints are, but what comes\n" \
	"                    of it: fits that are refused (with --strict)\n"                   \
	"  --full            check everything after every op, slowly\n"                        \
	"  --without-rule NAME\n"                                                              \
	"                    leave a rule out, to see what only it catches: for testing\n"     \
	"                    the oracle itself; the output says so\n"

/* cmd_min.c */
bool minimise_program(struct program *p, const struct run_options *ro, uint64_t seconds,
		      struct minimise_result *r);

/* input.c */

/**
 * struct input - a list of files
 */
struct input {
	char **path;
	size_t nr, capacity;
	unsigned int depth; /* folders above the one that is being read */
};

bool input_add(struct input *in, const char *path);
bool input_unique(struct input *in, const char *path);
void input_free(struct input *in);
uint8_t *read_file(const char *path, size_t *len);
bool is_text_program(const uint8_t *data, size_t len);
bool load_program(struct program *p, enum program_layer layer, const char *path, bool *is_bytes);
bool load_for(struct program *p, const struct run_options *ro, const char *path, const char **unfit,
	      const char **name);

#endif
