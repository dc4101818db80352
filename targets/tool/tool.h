/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool.h - what the subcommands of pcpufuzz share: reading inputs and options.
 */
#ifndef TOOL_H
#define TOOL_H

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
int cmd_trace(int argc, char **argv);
int cmd_list(int argc, char **argv);

/* One line on stderr that begins with "pcpufuzz: "; returns EXIT_USAGE. */
int usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* options.c */

/**
 * struct run_options - how to run programs
 * @exec: handed to exec_run()
 * @layer: how bytes are decoded, and what is generated: that of the target
 * @how: the options as typed, for reproduce lines
 */
struct run_options {
	struct exec_options exec;
	enum program_layer layer;
	char how[640];
};

/*
 * If argv[*i] is one of --target, --policy, --quirk, --tolerate or --full, take it and return 1;
 * 0 if it is something else, -1 after an error message.
 */
int take_run_option(struct run_options *ro, int argc, char **argv, int *i);
bool find_target(const char *name, const struct target **target);
bool parse_number(const char *text, uint64_t max, uint64_t *value);

#define RUN_OPTIONS_HELP                                                                       \
	"  --target NAME     policy and tolerance of a fuzz target, and how bytes are\n"       \
	"                    decoded (default: pcpu)\n"                                        \
	"  --policy NAME     contract, or linux-6.1 which switches all quirks on: findings,\n" \
	"                    unless they are tolerated too\n"                                  \
	"  --quirk NAME      switch one quirk on; see 'pcpufuzz list quirks'\n"                \
	"  --tolerate NAME   tolerate one quirk, or 'linux-6.1' for all\n"                     \
	"  --full            check everything after every op, slowly\n"

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
bool load_program(struct program *p, enum program_layer layer, const char *path);

#endif
