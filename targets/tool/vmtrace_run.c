// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtrace_run.c - files with recorded requests for address space: which they are, what is said.
 *
 * NAME.vmap.txt is a stream, replayed from a snapshot in NAME.state.tar.xz.  That archive given
 * itself, or a vec.jsonl beside its snapshots, has single requests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slurp.h"
#include "snapshot.h"
#include "vmtrace.h"

static bool ends_with(const char *path, const char *end)
{
	size_t len = strlen(path), n = strlen(end);

	return len >= n && !strcmp(path + len - n, end);
}

/**
 * vmtrace_is - is this a file with requests for address space?
 * @path: its name
 */
bool vmtrace_is(const char *path)
{
	return ends_with(path, ".vmap.txt") || ends_with(path, ".vmap.txt.xz") ||
	       ends_with(path, ".state.tar.xz") || ends_with(path, ".jsonl");
}

/* A snapshot that lies beside a file. */
static bool load_beside(const char *path, const char *file, char **text, size_t *len)
{
	const char *slash = strrchr(path, '/');
	char name[4096];
	int n = snprintf(name, sizeof(name), "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path,
			 file);

	return n > 0 && (size_t)n < sizeof(name) && slurp_file(name, text, len);
}

/* The requests and, from a snapshot, what all of them ask for. */
static bool load_vec(struct trace *t, const char *path, struct vmtrace_groups *g)
{
	static const char file[] = "snap-boot_done.json";
	bool archive = ends_with(path, ".state.tar.xz"), ok;
	char *snapshot;
	size_t len;

	t->name = path;
	if (archive && !snapshot_load(path, "vec.jsonl", &t->text, &t->size)) {
		t->text = NULL;
		return trace_fail(t, "an intact .tar.xz file with vec.jsonl, and the programs tar "
				     "and xz to read it");
	}
	if (!archive && !slurp_file(path, &t->text, &t->size))
		return trace_fail(t, "a readable file: %s", strerror(errno));
	if (!t->size)
		return trace_fail(t, "requests, found an empty file");
	if (!(archive ? snapshot_load : load_beside)(path, file, &snapshot, &len))
		return trace_fail(t, "a file %s %s it", file, archive ? "in" : "beside");
	ok = vmtrace_read_groups(snapshot, len, g);
	free(snapshot);
	return ok || trace_fail(t, "group_offsets, group_sizes and pcpu_atom_size in %s", file);
}

static void print_result(const struct trace *t, const struct vmtrace_space *s, const char *on,
			 const struct vmtrace_counts *n)
{
	if (n->differences) {
		printf("%s:%lu: %s\n", t->name, t->line, s->diff);
		printf("  line: %.*s\n", (int)(t->len < 400 ? t->len : 400), t->text + t->start);
	}
	printf("%s: %s%s\n", t->name, n->differences ? "DIFFERS" : "equal", on);
	printf("  events %lu: areas compared %lu, congruent compared %lu, failures compared %lu, "
	       "ranges given back %lu, snapshots compared %lu, skipped %lu\n",
	       n->events, n->areas, n->congruent, n->failures, n->returned, n->snapshots,
	       n->skipped);
	if (n->deviations)
		printf("  upstream deviations %lu: linux-search-length, not the lowest place, as "
		       "Linux looked for size + align - 1 bytes; it took the first range that "
		       "long, or %lu times a shorter one before it\n",
		       n->deviations, n->shorter);
	if (n->followed)
		printf("  of these %lu times the subject took the same place\n", n->followed);
	printf("  differences %lu\n", n->differences);
}

/**
 * vmtrace_run - replay one file, and print what came of it
 * @path: its name
 * @choice: on what
 * @on: said of it behind the result
 * @n: counts what was compared, from 0
 *
 * Return: 0 if all was equal, 1 if not, 2 if the input is bad.
 */
int vmtrace_run(const char *path, const struct subject_choice *choice, const char *on,
		struct vmtrace_counts *n)
{
	struct vmtrace_groups *groups = calloc(1, sizeof(*groups));
	struct vmtrace_space *s = calloc(1, sizeof(*s));
	struct trace t = { 0 };
	int status = -1;

	if (!groups || !s)
		abort();
	s->choice = choice;
	if (ends_with(path, ".vmap.txt") || ends_with(path, ".vmap.txt.xz")) {
		if (trace_open(&t, path))
			status = vmtrace_replay_vmap(&t, s, n);
	} else if (load_vec(&t, path, groups)) {
		status = vmtrace_replay_vec(&t, groups, s, n);
	}
	if (!status && !vmtrace_space_end(s))
		status = 1;
	n->differences = status == 1;
	if (status < 0)
		fprintf(stderr, "%s\n", t.error);
	else
		print_result(&t, s, on, n);
	vmtrace_space_exit(s);
	trace_close(&t);
	free(groups);
	free(s);
	return status < 0 ? 2 : status;
}
