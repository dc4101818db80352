// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_min.c - pcpufuzz min: the program of a finding, made as small as it can be.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"
#include "worker.h"

#define SECONDS_MAX 1000000u

/**
 * struct watch - who may be looking, and when it is enough
 * @ro:    what it is run on
 * @worker: the process that runs it
 * @begin: when it began, in milliseconds
 * @end:   when it is enough; 0: never
 * @shown: when the live line was written last
 * @live:  there is a terminal for it
 */
struct watch {
	const struct run_options *ro;
	struct worker worker;
	uint64_t begin, end, shown;
	bool live;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void run(void *ctx, const struct program *p, struct trial *t)
{
	struct watch *w = ctx;

	worker_run(&w->worker, p, t);
}

static bool fits(void *ctx, const struct machine *m)
{
	const struct watch *w = ctx;
	const char *name;

	return !subjects_unfit(&w->ro->subjects, m, &name);
}

static bool go_on(void *ctx, uint64_t runs, uint32_t nr_ops)
{
	struct watch *w = ctx;
	uint64_t now = now_ms();

	if (w->live && now - w->shown >= 200) {
		w->shown = now;
		fprintf(stderr, "\r%" PRIu32 " ops, %" PRIu64 " runs, %" PRIu64 " s\033[K", nr_ops,
			runs, (now - w->begin) / 1000);
	}
	return !w->end || now < w->end;
}

/* Does it show the same in a process in which nothing was run before? */
static bool shows_it_alone(struct worker *w, const struct program *p,
			   const struct minimise_result *r)
{
	struct trial t;

	worker_renew(w);
	worker_run(w, p, &t);
	worker_renew(w);
	return t.found >= 0 && !strcmp(t.key, r->key);
}

/*
 * If what is under test leaves something behind from one program to the next, each needs a process
 * of its own: slower, but what comes out can be reproduced.
 */
static bool minimise_in(struct watch *w, struct program *p, struct minimise_result *r)
{
	struct minimise_options how = { .run = run, .fits = fits, .go_on = go_on, .ctx = w };
	struct program whole;
	bool found;

	program_copy(&whole, p);
	found = minimise(p, &how, r);
	if (found && !shows_it_alone(&w->worker, p, r)) {
		program_exit(p);
		program_copy(p, &whole);
		w->worker.fresh = true;
		found = minimise(p, &how, r);
	}
	program_exit(&whole);
	return found;
}

/**
 * minimise_program - make a program smaller, with a live line if there is a terminal
 * @p: the program, on a machine that all subjects can be
 * @ro: how to run it, settled
 * @seconds: limit; 0 is none
 * @r: where it is stored what came of it
 *
 * Return: false if it is clean.
 */
bool minimise_program(struct program *p, const struct run_options *ro, uint64_t seconds,
		      struct minimise_result *r)
{
	struct exec_options opts[LOCKSTEP_MAX];
	struct watch w = { .ro = ro, .begin = now_ms(), .live = isatty(STDERR_FILENO) };
	bool found;

	memcpy(opts, ro->opts, sizeof(opts));
	opts[0].observer = NULL;
	w.shown = w.begin;
	w.end = seconds ? w.begin + 1000 * seconds : 0;
	if (!worker_init(&w.worker, p, opts, ro->subjects.nr)) {
		usage_error("no memory for another process: %s", strerror(errno));
		exit(EXIT_USAGE);
	}
	found = minimise_in(&w, p, r);
	worker_exit(&w.worker);
	if (w.live && w.shown != w.begin)
		fputs("\r\033[K", stderr);
	return found;
}

/* Its key and the options first, so that the file says what it shows. */
static bool write_program(const char *out, const struct program *p, const struct run_options *ro,
			  const struct minimise_result *r)
{
	FILE *f = strcmp(out, "-") ? fopen(out, "wb") : stdout;
	const char *key = strchr(r->key, '=');
	size_t len, how = strlen(ro->how);
	char *text = program_to_text(p, &len);
	bool ok = f != NULL;

	if (ok) {
		fprintf(f, "# finding: %s\n", key ? key + 1 : r->key);
		if (how)
			fprintf(f, "# options: %.*s\n", (int)how - 1, ro->how);
		ok = fwrite(text, 1, len, f) == len && !ferror(f);
		ok = !(f == stdout ? fflush(f) : fclose(f)) && ok;
	}
	free(text);
	if (!ok)
		usage_error("%s: %s", out, strerror(errno));
	return ok;
}

static int minimise_file(const struct run_options *ro, const char *path, uint64_t seconds,
			 const char *out)
{
	const char *unfit, *name;
	struct minimise_result r;
	struct program p;
	bool ok;

	if (!load_for(&p, ro, path, &unfit, &name))
		return EXIT_USAGE;
	if (unfit)
		ok = !usage_error("%s: not applicable to %s: %s", path, name, unfit);
	else if (!minimise_program(&p, ro, seconds, &r))
		ok = !usage_error("%s: expected a program with a finding; it is clean", path);
	else
		ok = write_program(out, &p, ro, &r);
	if (ok && !unfit)
		fprintf(stderr, "%s: %" PRIu32 " ops of %" PRIu32 ", %" PRIu64 " runs%s\n", path,
			p.nr_ops, r.nr_ops, r.runs, r.ended ? ", the time is over" : "");
	program_exit(&p);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}

/**
 * cmd_min - make a program smaller
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_min(int argc, char **argv)
{
	const char *path = NULL, *out = "-";
	struct run_options ro;
	uint64_t seconds = 0;
	const struct tool_option own[] = {
		{ "--time", .number = &seconds, .min = 1, .max = SECONDS_MAX },
		{ "-o", .text = &out },
		{ 0 },
	};
	bool ok;

	init_run_options(&ro);
	ok = take_options("min", &ro, argc, argv, own, &path);
	if (ok && !path)
		ok = !usage_error("min: expected a file with a program");
	if (!ok)
		return EXIT_USAGE;
	settle_run_options(&ro);
	return minimise_file(&ro, path, seconds, out);
}
