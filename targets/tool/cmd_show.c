// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_show.c - pcpufuzz show: a program with what each op came to, as text or as pictures.
 *
 * What the pictures show is the business of targets/show and of targets/exec/map.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../show/film.h"
#include "tool.h"

/**
 * struct form - one form of output besides text
 * @option: what chooses it
 * @write:  writes it
 * @frames: ops that it shows, if the user does not say how many
 */
struct form {
	const char *option;
	void (*write)(FILE *f, struct film *film);
	uint32_t frames;
};

static const struct form forms[] = {
	{ "--html", film_html, FILM_FRAMES_PAGE },
	{ "--svg", film_svg, FILM_FRAMES_STRIP },
	{ "--json", film_json, FILM_FRAMES_PAGE },
};

/**
 * struct show - how to show
 * @ro: how to run
 * @maps: draw all chunks after every op
 * @color: in colour
 * @form: NULL for text
 * @range: of ops, if it is not text
 * @out: file, or NULL for standard output
 */
struct show {
	struct run_options ro;
	bool maps, color;
	const struct form *form;
	struct film_range range;
	const char *out;
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

static bool show_text(const struct show *sh, const struct program *p, const char *how)
{
	static struct lockstep l;
	bool clean = run_program(&l, &sh->ro, p);

	if (clean)
		printf("# clean: %u ops, all memory returned\n", p->nr_ops);
	else
		lockstep_report(stdout, &l, how);
	lockstep_exit(&l);
	return clean;
}

static void print_head(const struct program *p)
{
	struct program head = *p;
	char *text;
	size_t len;

	head.nr_ops = 0;
	text = program_to_text(&head, &len);
	fwrite(text, 1, len, stdout);
	free(text);
}

static int show_film(const struct show *sh, const struct program *p, const char *path,
		     const char *how)
{
	struct film film = { .file = path, .how = how };
	FILE *f = sh->out ? fopen(sh->out, "w") : stdout;
	bool failed;
	int ret;

	if (!f)
		return usage_error("%s: %s", sh->out, strerror(errno));
	film_init(&film, p, sh->ro.opts, sh->ro.subjects.nr, &sh->range);
	ret = film.clean ? EXIT_CLEAN : EXIT_FINDING;
	if (sh->range.chosen && film.from >= film.to) {
		ret = usage_error("show: --op: expected some of the %u ops that were run",
				  film.nr_out[0]);
	} else {
		sh->form->write(f, &film);
		failed = fflush(f) || ferror(f);
		if (failed && sh->out)
			ret = usage_error("%s: cannot be written", sh->out);
	}
	if (sh->out)
		fclose(f);
	film_exit(&film);
	return ret;
}

static int show_file(const struct show *sh, const char *path)
{
	const char *unfit, *name;
	struct program p;
	char how[5600];
	int ret;

	if (!load_for(&p, &sh->ro, path, &unfit, &name))
		return EXIT_USAGE;
	snprintf(how, sizeof(how), "%s run %s%s", tool_path, sh->ro.how, path);
	if (!sh->form)
		print_head(&p);
	if (unfit) {
		fflush(stdout);
		ret = usage_error("%s: not applicable to %s: %s", path, name, unfit);
	} else if (sh->form) {
		ret = show_film(sh, &p, path, how);
	} else {
		ret = show_text(sh, &p, how) ? EXIT_CLEAN : EXIT_FINDING;
	}
	program_exit(&p);
	return ret;
}

static bool set_form(struct show *sh, const struct form *form)
{
	if (sh->form && sh->form != form)
		return !usage_error("show: %s and %s cannot be had at once", sh->form->option,
				    form->option);
	sh->form = form;
	return true;
}

/* "4..12", both included, or "4" */
static bool set_ops(struct film_range *r, const char *text)
{
	char from[12];
	const char *dots = strstr(text, "..");
	size_t len = dots ? (size_t)(dots - text) : strlen(text);
	uint64_t a, b;

	snprintf(from, sizeof(from), "%.*s", len < sizeof(from) ? (int)len : 0, text);
	if (!parse_number(from, PROGRAM_MAX_OPS - 1, &a) ||
	    !parse_number(dots ? dots + 2 : from, PROGRAM_MAX_OPS - 1, &b) || b < a)
		return !usage_error("show: --op: expected numbers of ops, as 4 or 4..12; got '%s'",
				    text);
	*r = (struct film_range){ .chosen = true, .from = (uint32_t)a, .to = (uint32_t)b + 1 };
	return true;
}

static bool set_frames(struct film_range *r, const char *text)
{
	uint64_t nr;

	if (!parse_number(text, PROGRAM_MAX_OPS, &nr) || !nr)
		return !usage_error("show: --frames: expected a number from 1 to %u; got '%s'",
				    PROGRAM_MAX_OPS, text);
	r->frames = (uint32_t)nr;
	return true;
}

static bool set_color(struct show *sh, const char *when)
{
	if (!strcmp(when, "always") || !strcmp(when, "never"))
		sh->color = when[0] == 'a';
	else if (strcmp(when, "auto"))
		return !usage_error("show: --color: expected auto, always or never; got '%s'",
				    when);
	return true;
}

/* 1 if it was taken, 0 if it is none of these, -1 after an error message. */
static int take_value(struct show *sh, int argc, char **argv, int *i)
{
	const char *option = argv[*i];
	bool ok;

	if (strcmp(option, "-o") && strcmp(option, "--op") && strcmp(option, "--frames"))
		return 0;
	if (*i + 1 == argc) {
		usage_error("show: %s: expected a value", option);
		return -1;
	}
	++*i;
	if (option[1] == 'o')
		sh->out = argv[*i];
	ok = option[1] == 'o' ||
	     (option[2] == 'o' ? set_ops(&sh->range, argv[*i]) : set_frames(&sh->range, argv[*i]));
	return ok ? 1 : -1;
}

static int take_flag(struct show *sh, const char *option)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (!strcmp(option, forms[i].option))
			return set_form(sh, forms + i) ? 1 : -1;
	if (!strcmp(option, "--maps"))
		sh->maps = true;
	else if (!strcmp(option, "--color"))
		return set_color(sh, "always") ? 1 : -1;
	else if (!strncmp(option, "--color=", 8))
		return set_color(sh, option + 8) ? 1 : -1;
	else
		return 0;
	return 1;
}

static bool take_argument(struct show *sh, struct input *in, int argc, char **argv, int *i)
{
	int taken = take_run_option(&sh->ro, argc, argv, i);

	if (!taken)
		taken = take_flag(sh, argv[*i]);
	if (!taken)
		taken = take_value(sh, argc, argv, i);
	if (taken)
		return taken > 0;
	if (argv[*i][0] == '-' && argv[*i][1])
		return !usage_error("show: unknown option '%s', see 'pcpufuzz show --help'",
				    argv[*i]);
	return input_add(in, strcmp(argv[*i], "-") ? argv[*i] : "/dev/stdin");
}

/* Options that belong together, or exclude each other. */
static bool settle(struct show *sh, const struct input *in)
{
	if (!in->nr)
		return !usage_error("show: expected a file with a program");
	if (sh->form && in->nr > 1)
		return !usage_error("show: %s: expected one program, got %zu", sh->form->option,
				    in->nr);
	if (sh->form && sh->maps)
		return !usage_error("show: %s has the maps; --maps is for text", sh->form->option);
	if (!sh->form && (sh->out || sh->range.chosen || sh->range.frames))
		return !usage_error("show: -o, --op and --frames are for pictures");
	if (sh->form && !sh->range.frames)
		sh->range.frames = sh->form->frames;
	settle_run_options(&sh->ro);
	for (unsigned int i = 0; i < LOCKSTEP_MAX; i++)
		sh->ro.opts[i].color = sh->color;
	return true;
}

/**
 * cmd_show - show programs
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_show(int argc, char **argv)
{
	struct show sh = { .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") };
	struct input in = { 0 };
	int ret = EXIT_CLEAN;
	bool ok = true;

	init_run_options(&sh.ro);
	sh.ro.observer = show_op;
	sh.ro.ctx = &sh;
	for (int i = 1; i < argc && ok; i++)
		ok = take_argument(&sh, &in, argc, argv, &i);
	ok = ok && settle(&sh, &in);
	for (size_t i = 0; ok && i < in.nr; i++) {
		int one = show_file(&sh, in.path[i]);

		if (one > ret)
			ret = one;
	}
	input_free(&in);
	return ok ? ret : EXIT_USAGE;
}
