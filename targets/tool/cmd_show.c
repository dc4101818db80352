// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_show.c - pcpufuzz show: a program with what each op came to, and chunk maps.
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/**
 * struct show - how to show
 * @maps: draw all chunks after every op
 */
struct show {
	bool maps;
};

static void show_op(void *ctx, const struct exec *e, uint32_t index, const struct outcome *out)
{
	const struct show *sh = ctx;
	char op[256], result[160];

	op_to_text(e->program, index, op, sizeof(op));
	outcome_to_text(e->program->ops + index, out, result, sizeof(result));
	printf("%4u  %-56s # %s\n", index, op, result);
	if (sh->maps)
		map_print(stdout, e, NULL, -1, -1);
}

static int show_file(const struct run_options *ro, const char *path)
{
	static struct lockstep l;
	const char *unfit, *name;
	struct program p, head;
	char how[5600];
	bool clean;
	char *text;
	size_t len;

	if (!load_for(&p, ro, path, &unfit, &name))
		return EXIT_USAGE;
	head = p;
	head.nr_ops = 0;
	text = program_to_text(&head, &len);
	fwrite(text, 1, len, stdout);
	free(text);

	if (unfit) {
		fflush(stdout);
		usage_error("%s: not applicable to %s: %s", path, name, unfit);
		program_exit(&p);
		return EXIT_USAGE;
	}
	clean = run_program(&l, ro, &p);
	if (clean) {
		printf("# clean: %u ops, all memory returned\n", p.nr_ops);
	} else {
		snprintf(how, sizeof(how), "%s run %s%s", tool_path, ro->how, path);
		lockstep_report(stdout, &l, how);
	}
	lockstep_exit(&l);
	program_exit(&p);
	return clean ? EXIT_CLEAN : EXIT_FINDING;
}

/**
 * cmd_show - show programs
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_show(int argc, char **argv)
{
	struct show sh = { .maps = false };
	struct run_options ro;
	struct input in = { 0 };
	int ret = EXIT_CLEAN;
	bool ok = true;

	init_run_options(&ro);
	ro.observer = show_op;
	ro.ctx = &sh;
	for (int i = 1; i < argc && ok; i++) {
		int taken = take_run_option(&ro, argc, argv, &i);

		if (taken)
			ok = taken > 0;
		else if (!strcmp(argv[i], "--maps"))
			sh.maps = true;
		else if (argv[i][0] == '-' && argv[i][1])
			ok = !usage_error("show: unknown option '%s', see 'pcpufuzz show --help'",
					  argv[i]);
		else
			ok = strcmp(argv[i], "-") ? input_add(&in, argv[i]) :
						    input_add(&in, "/dev/stdin");
	}
	if (ok && !in.nr)
		ok = !usage_error("show: expected a file with a program");
	settle_run_options(&ro);
	for (size_t i = 0; ok && i < in.nr; i++) {
		int one = show_file(&ro, in.path[i]);

		if (one > ret)
			ret = one;
	}
	input_free(&in);
	return ok ? ret : EXIT_USAGE;
}
