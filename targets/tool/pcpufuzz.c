// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcpufuzz.c - the command-line tool: one table of subcommands.
 *
 * Exit codes of all: 0 clean, 1 findings, 2 bad input or usage.
 */
#include <errno.h>
#include <string.h>

#include "tool.h"

const struct command commands[] = {
	{ "run", "[options] FILE...", "run programs (text, bytes, or a folder of them)",
	  RUN_OPTIONS_HELP
	  "  --print           one line per op: result and a hash of the whole state\n"
	  "  --reverse         last file first\n"
	  "  --stats FILE      write the number of programs, ops and checks of each rule\n",
	  cmd_run },
	{ "show", "[options] FILE...", "show programs with the result of each op, or as pictures",
	  RUN_OPTIONS_HELP
	  "  --maps            draw all chunks after every op\n"
	  "  --color[=WHEN]    maps in colour: always (also if WHEN is left out), never, or auto:\n"
	  "                    if the output is a terminal and NO_COLOR is not set (the default)\n"
	  "  --html            one program as a page to step through: chunks, hints, lists,\n"
	  "                    address space and frames after each op, and the finding; one file\n"
	  "                    that needs nothing else; of several subjects, side by side\n"
	  "  --svg             the last ops of it as one picture, frame under frame\n"
	  "  --json            what --html shows as data, see docs/show.md\n"
	  "  --frames N        of these: the last N ops (default: 500; --svg: 8)\n"
	  "  --op A[..B]       of these: ops A to B, whatever --frames says\n"
	  "  -o OUT            of these: file (default: standard output)\n",
	  cmd_show },
	{ "convert", "[--text|--bytes] [--target NAME] [--subject LIST] [-o OUT] FILE...",
	  "convert programs between their forms",
	  "  --text            to text (default)\n"
	  "  --bytes           to bytes, as the fuzz engines want them\n"
	  "  --target NAME     the fuzz target that reads or wrote the bytes (default: pcpu)\n"
	  "  --subject LIST    what is to run it: a machine out of bytes becomes one that all\n"
	  "                    of these can be\n"
	  "  -o OUT            file, or folder for several (default: standard output)\n",
	  cmd_convert },
	{ "gen", "[options]", "generate random programs, and print or run them",
	  "  --seed N          decides everything, together with the target (default 1)\n"
	  "  --count N         how many programs (default 1)\n"
	  "  --ops N           ops of each at most (default 64)\n"
	  "  --run             run them, stop at the first finding\n"
	  "  --total-ops N     with --run: as many programs as it takes to run N ops; the last\n"
	  "                    line says with which --seed to go on\n"
	  "  --keep-going      with --run: do not stop\n"
	  "  --min             with --run: print the program of a finding minimised "
	  "too\n" RUN_OPTIONS_HELP,
	  cmd_gen },
	{ "min", "[options] FILE", "make the program of a finding as small as it can be",
	  RUN_OPTIONS_HELP
	  "  --time S          print the smallest one so far after S seconds (default: no limit)\n"
	  "  -o OUT            file (default: standard output)\n\n"
	  "The finding stays the same: rule and kind of op, in the same subject, under the same "
	  "options.\nThe exit code is 0 for a program that was minimised, and 2 for one that is "
	  "clean.\n",
	  cmd_min },
	{ "c", "[options] FILE", "write the program of a finding as C, to be run without this tool",
	  RUN_OPTIONS_HELP
	  "  -o OUT            file (default: standard output)\n\n"
	  "It needs impl/ and oracle/ and a plain C compiler; how to build it is in its head.  It "
	  "exits\nwith 1 if a rule is broken, and with 0 if none is.  The exit code here is 0 for "
	  "a "
	  "program\nwith a finding, and 2 for one that is clean.\n",
	  cmd_c },
	{ "exhaust", "[options]", "run every program of up to so many ops on a tiny machine",
	  RUN_OPTIONS_HELP
	  "  --ops N           ops of a program at most (default 8)\n"
	  "  --cpus N          of the tiny machine, 1 or 2 (default 1)\n"
	  "  --from FILE       the machine of this program instead, and its ops before all others\n"
	  "  --time S          stop after S seconds (default: no limit)\n"
	  "  --memory MB       stop before states take more than this (default 2048)\n\n"
	  "Which ops are tried in every state, and when two states are the same: "
	  "docs/exhaust.md.\n",
	  cmd_exhaust },
#ifdef PCPUFUZZ_TRACE
	{ "trace", "[options] FILE...", "replay traces of a real kernel",
	  "  --without QUIRK   replay without one quirk of linux-6.1, to see what it decides\n"
	  "  --full            check everything after every step, slowly\n"
	  "  --stats           one line per kind of event\n\n"
	  "*.ops.txt and *.ops.txt.xz (docs/traces.md) are replayed and compared; plain "
	  "tracepoint\n"
	  "traces, such as scripts/capture-trace records, are checked for safety.\n",
	  cmd_trace },
#endif
	{ "list", "rules|quirks|known|ops|targets|dict", "print one of the tables",
	  "  --target NAME     of dict, the dictionary of op records for engines that mutate "
	  "bytes: that\n"
	  "                    of this fuzz target (default: the first)\n",
	  cmd_list },
};

const unsigned int nr_commands = sizeof(commands) / sizeof(commands[0]);

static void print_help(void)
{
	printf("pcpufuzz - differential fuzzing of per-CPU memory allocators\n\n"
	       "usage: pcpufuzz COMMAND [options]\n\n");
	for (unsigned int i = 0; i < nr_commands; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].what);
	printf("\n'pcpufuzz COMMAND --help' tells more.\n"
	       "Exit code: 0 clean, 1 findings, 2 bad input or usage.\n");
}

static void print_command_help(const struct command *c)
{
	printf("pcpufuzz %s %s\n\n%s.\n", c->name, c->args, c->what);
	if (c->help[0])
		printf("\n%s", c->help);
	printf("\nExit code: 0 clean, 1 findings, 2 bad input or usage.\n");
}

/* What could not be printed must not look like a clean result. */
static int flushed(int ret)
{
	if (fflush(stdout) || ferror(stdout))
		return usage_error("standard output: %s", strerror(errno));
	return ret;
}

const char *tool_path = "pcpufuzz";

int main(int argc, char **argv)
{
	if (argc)
		tool_path = argv[0];
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help();
		return argc < 2 ? EXIT_USAGE : EXIT_CLEAN;
	}
	for (unsigned int i = 0; i < nr_commands; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h"))) {
			print_command_help(commands + i);
			return EXIT_CLEAN;
		}
		return flushed(commands[i].run(argc - 1, argv + 1));
	}
	return usage_error("expected a command, see 'pcpufuzz --help'; got '%s'", argv[1]);
}
