// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_c.c - pcpufuzz c: the program of a finding as a C program.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "worker.h"
#include "../exec/emit-c.h"

/* If the process dies of the program, what sees that has to be built in again. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZER "-fsanitize=address,undefined -fno-sanitize-recover=undefined "
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZER "-fsanitize=address,undefined -fno-sanitize-recover=undefined "
#elif __has_feature(memory_sanitizer)
#define SANITIZER "-fsanitize=memory "
#endif
#endif
#ifndef SANITIZER
#define SANITIZER ""
#endif

/* In a process of its own: it may die of it. */
static void try_program(const struct run_options *ro, const struct program *p, struct trial *t)
{
	struct worker w;

	if (!worker_init(&w, p, ro->opts, ro->subjects.nr)) {
		usage_error("no memory for another process: %s", strerror(errno));
		exit(EXIT_USAGE);
	}
	worker_run(&w, p, t);
	worker_exit(&w);
}

static void put_facts(FILE *f, const struct run_options *ro, const struct program *p,
		      const struct trial *t)
{
	const struct rule_info *rule = rule_infos + t->finding.rule;
	size_t how = strlen(ro->how);
	char line[512];

	if (t->nr_ops && strcmp(t->op, "end")) {
		op_to_text(p, t->nr_ops - 1, line, sizeof(line));
		fprintf(f, "op:      %u: %s\n", t->nr_ops - 1, line);
	} else {
		fprintf(f, "op:      none, at the %s\n", t->op);
	}
	if (t->died) {
		fprintf(f, "found:   the process dies of it: %.*s\n", (int)strcspn(t->key, "."),
			t->key);
	} else {
		fprintf(f, "rule:    %s (%s): %s\n", rule->name, rule->group, rule->statement);
		fprintf(f, "source:  %s\n", rule->source);
		fprintf(f, "found:   %s\n", t->finding.what);
	}
	if (how)
		fprintf(f, "options: %.*s\n", (int)how - 1, ro->how);
}

static char *facts_of(const struct run_options *ro, const struct program *p, const struct trial *t)
{
	char *facts = NULL;
	size_t size;
	FILE *f = open_memstream(&facts, &size);

	if (!f)
		abort();
	put_facts(f, ro, p, t);
	fclose(f);
	return facts;
}

/* Its shared object, seen from the top folder if it was built there; NULL if it is ours. */
static const char *subject_of(const struct run_options *ro)
{
	const char *path = ro->subjects.one[0].path, *build = NULL;

	for (const char *at = path; (at = strstr(at, "/build/")); at++)
		build = at + 1;
	return path[0] ? (build ? build : path) : NULL;
}

static bool write_c(const char *out, const struct run_options *ro, struct program *p,
		    const struct trial *t)
{
	const char *key = strchr(t->key, '=');
	char *facts = facts_of(ro, p, t);
	struct emit_c how = {
		.key = key ? key + 1 : t->key,
		.facts = facts,
		.file = strcmp(out, "-") ? out : "repro.c",
		.flags = t->died ? SANITIZER : "",
		.subject = subject_of(ro),
	};
	FILE *f = strcmp(out, "-") ? fopen(out, "wb") : stdout;
	bool ok = f != NULL;

	p->nr_ops = t->nr_ops;
	if (ok) {
		emit_c(f, p, ro->opts, &how);
		ok = !ferror(f);
		ok = !(f == stdout ? fflush(f) : fclose(f)) && ok;
	}
	free(facts);
	if (!ok)
		usage_error("%s: %s", out, strerror(errno));
	return ok;
}

static int emit_file(const struct run_options *ro, const char *path, const char *out)
{
	const char *unfit, *name;
	struct program p;
	struct trial t;
	bool ok = false;

	if (!load_for(&p, ro, path, &unfit, &name))
		return EXIT_USAGE;
	if (!unfit)
		try_program(ro, &p, &t);
	if (unfit)
		usage_error("%s: not applicable to %s: %s", path, name, unfit);
	else if (t.found < 0)
		usage_error("%s: expected a program with a finding; it is clean", path);
	else
		ok = write_c(out, ro, &p, &t);
	program_exit(&p);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}

/**
 * cmd_c - write the program of a finding as C
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_c(int argc, char **argv)
{
	const char *path = NULL, *out = "-";
	struct run_options ro;
	const struct tool_option own[] = { { "-o", .text = &out }, { 0 } };
	bool ok;

	init_run_options(&ro);
	ok = take_options("c", &ro, argc, argv, own, &path);
	if (ok && !path)
		ok = !usage_error("c: expected a file with a program");
	if (ok && ro.subjects.nr != 1)
		ok = !usage_error("c: --subject: expected one; a difference between several is "
				  "no C program, but what one of them breaks is");
	if (!ok)
		return EXIT_USAGE;
	settle_run_options(&ro);
	return emit_file(&ro, path, out);
}
