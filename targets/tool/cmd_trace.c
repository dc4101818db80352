// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_trace.c - pcpufuzz trace: what a booted kernel did against what a subject does.
 *
 * Replays a lock-ordered trace step by step under the oracle and compares every placement and
 * every snapshot; of plain tracepoint events only safety can be checked.  The formats, and what
 * is taken as recorded rather than foretold, are in docs/traces.md.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snapshot.h"
#include "trace_read.h"
#include "trace_tp.h"
#include "vmtrace.h"
#include "../../oracle/steps.h"

int cmd_trace(int argc, char **argv);

enum { EXIT_EQUAL, EXIT_DIFFERS, EXIT_BAD };

static const char usage[] =
	"usage: pcpufuzz trace [OPTION]... FILE...\n"
	"Compare traces of a booted kernel's per-CPU allocator with ours, or another subject,\n"
	"under the oracle.\n"
	"\n"
	"FILE is NAME.ops.txt (lock-ordered: replayed, every placement compared; with the "
	"snapshots\n"
	"of NAME.state.tar.xz if that is beside it), NAME.tp.txt, or the text of the kernel's own\n"
	"trace file (tracepoints: safety is checked).  Each may be compressed by xz.  Requests "
	"for\n"
	"address space are replayed from NAME.vmap.txt with NAME.state.tar.xz beside it, or, one "
	"by\n"
	"one, from a NAME.state.tar.xz that has vec.jsonl, or from a vec.jsonl.\n"
	"\n"
	"  --subject LIST   on what: ours (the default), linux-6.1 or another one that "
	"scripts/kernel\n"
	"                   has built; of two or three, with commas between them, each in turn\n"
	"  --without QUIRK  ours: replay without one quirk of policy linux-6.1; repeatable\n"
	"  --full           check everything after every step; slow\n"
	"  --stats          print how often each rule was checked\n"
	"  --help           print this\n"
	"\n"
	"Exit status: 0 all equal, 1 a difference or finding, 2 bad input or usage.\n";

/**
 * struct counts - what was compared
 */
struct counts {
	unsigned long events, allocs, not_found, frees, worker, snapshots, skipped, differences;
	unsigned long unpredicted;
	unsigned long areas, congruent, no_room, deviations;
	uint64_t checked[RULE_NR];
};

/**
 * struct options - how to replay
 * @subjects: on what, one after the other
 * @quirks:   of ours
 * @flags:    ORACLE_*
 * @stats:    print how often each rule was checked
 */
struct options {
	struct subject_list subjects;
	unsigned int quirks, flags;
	bool stats;
};

/**
 * struct replay - one lock-ordered trace on its way
 * @archive: name of the file with the snapshots, or empty
 * @next:    the snapshot that is due next
 * @early:   allocations before the snapshot pretrace, -1 if that is not known
 * @seen:    allocations so far from before the trace began
 * @names:   names of the snapshots that were compared
 */
struct replay {
	struct trace trace;
	struct steps st;
	struct world world;
	struct counts n;
	char archive[4096];
	uint32_t next;
	int early, seen;
	bool bad;
	char names[512];
};

static struct step_place place_of(const struct trace_event *e)
{
	return (struct step_place){ .base = e->base, .off = e->off };
}

/*
 * In the first part of a boot a chunk that an allocation made has no lines of its own: the scan
 * before found nothing.
 */
static bool make_early_chunk(struct replay *r, const struct step_request *req, uint64_t base)
{
	const struct step_place none = { 0 };

	r->n.not_found++;
	return steps_alloc(&r->st, req, &none) && steps_insert(&r->st, base);
}

static bool replay_alloc(struct replay *r, const struct trace_event *e, bool found)
{
	struct step_request req = { .size = (e->size + 3) & ~3u,
				    .align = e->align,
				    .reserved = e->reserved,
				    .atomic = e->atomic };
	struct step_place place = place_of(e);

	if (req.align < 4)
		req.align = 4;
	if (!found)
		place.base = 0;
	if (found && !place.base)
		return steps_differ(&r->st, "expected a place that is not 0, actual 0");
	if (found && e->flag && !e->atomic && !model_chunk_by_base(&r->st.o.m, place.base) &&
	    !make_early_chunk(r, &req, place.base))
		return false;
	r->n.allocs += found;
	r->n.not_found += !found;
	if (!steps_alloc(&r->st, &req, &place))
		return false;
	if (!found && e->atomic)
		return steps_atomic_failed(&r->st);
	/* of the first allocations the population was not recorded */
	if (found && !e->atomic && (e->kind == 'Z' || e->flag))
		return steps_populate_object(&r->st, &place);
	return true;
}

static bool replay_free(struct replay *r, const struct trace_event *e)
{
	struct step_place place = place_of(e);

	r->n.frees++;
	return steps_free(&r->st, &place, e->kind == 'f');
}

static bool replay_event(struct replay *r, const struct trace_event *e)
{
	struct steps *st = &r->st;

	r->n.events++;
	if (strchr("kpqDBRSIPE", e->kind))
		r->n.worker++;
	switch (e->kind) {
	case 'Z':
		r->seen++;
		/* fall through */
	case 'a':
	case 'c':
	case 'r':
		return replay_alloc(r, e, true);
	case 'n':
	case 'x':
		return replay_alloc(r, e, false);
	case 'f':
	case 'g':
		return replay_free(r, e);
	case 'k':
		return steps_insert(st, e->base);
	case 'p':
	case 'q':
		return steps_set_populated(st, e->base, e->from, e->to, e->kind == 'p');
	case 'D':
		return steps_destroy_chunk(st, e->base);
	case 'B':
		return steps_pick_free(st, e->empty_only, e->nr_empty);
	case 'R':
		return steps_reclaim(st, e->base);
	case 'S':
	case 'I':
		return steps_put_back(st, e->base, e->kind == 'I');
	case 'P':
		return steps_refill(st, e->nr_empty, e->atomic_failed);
	case 'E':
		return steps_balance_end(st, e->nr_empty);
	default:
		return true; /* C, e and M change nothing under the lock */
	}
}

/* Print a difference or finding at the line read last. */
static void print_difference(const struct trace *t, const struct oracle *o, const char *diff)
{
	bool found = o && o->failed;

	printf("%s:%lu: %s\n", t->name, t->line, found ? o->finding.what : diff);
	printf("  line: %.*s\n", (int)(t->len < 400 ? t->len : 400), t->text + t->start);
	if (found)
		printf("  rule: %s: %s\n", rule_infos[o->finding.rule].name,
		       rule_infos[o->finding.rule].statement);
}

static bool fail_snapshot(struct replay *r, const char *tag, enum snapshot_result result,
			  const char *text)
{
	if (result == SNAPSHOT_BAD) {
		snprintf(r->trace.error, sizeof(r->trace.error), "pcpufuzz: %.200s:1: expected %s",
			 r->archive, text);
		r->bad = true;
		return false;
	}
	return steps_differ(&r->st, "snapshot %s: %s", tag, text);
}

/* The state after the line read last must be that of the snapshot that is due. */
static bool compare_snapshot(struct replay *r)
{
	const char *tag = r->trace.header.snapshot[r->next++].tag;
	size_t len = strlen(r->names);
	enum snapshot_result result;
	char text[240];

	if (!r->archive[0])
		return true;
	if (!steps_check_all(&r->st))
		return false;
	result = snapshot_compare(r->archive, tag, &r->trace.header, &r->st.o, text, sizeof(text));
	if (result != SNAPSHOT_EQUAL)
		return fail_snapshot(r, tag, result, text);
	r->n.snapshots++;
	snprintf(r->names + len, sizeof(r->names) - len, "%s%s", len ? " " : "", tag);
	return true;
}

/* A line that was moved to its right place happened before the line that it stands before. */
static uint64_t time_of(const struct replay *r, const struct trace_event *e)
{
	struct trace ahead = r->trace;
	struct trace_event next = *e;

	while (next.flag == 'm')
		if (trace_next(&ahead, &next) <= 0)
			return e->ts;
	return next.ts;
}

/* Compare what is due before an event; @e is NULL at the end. */
static bool compare_due(struct replay *r, const struct trace_event *e)
{
	const struct trace_header *h = &r->trace.header;

	while (r->next < h->nr_snapshots) {
		bool early = !strcmp(h->snapshot[r->next].tag, "pretrace");

		if (early && r->early < 0) {
			r->n.skipped += r->archive[0] != '\0';
			r->next++;
			continue;
		}
		/* allocations from before the trace have no time stamp, but are counted */
		if (e && e->kind == 'Z' && (!early || r->seen < r->early))
			return true;
		if (e && e->kind != 'Z' && time_of(r, e) <= h->snapshot[r->next].ts)
			return true;
		if (!compare_snapshot(r))
			return false;
	}
	return true;
}

/* What the header says of the first unit and the lists must be what we come to. */
static bool compare_header(struct replay *r)
{
	const struct trace_header *h = &r->trace.header;
	const struct model *m = &r->st.o.m;

	for (int i = 0; i < 2; i++) {
		const struct trace_region *want = i ? &h->reserved : &h->first;
		const struct model_chunk *c = i ? m->reserved : m->first;

		if (!want->given)
			continue;
		if (!c || c->base != want->base || c->nr_pages != (int)want->pages ||
		    4 * c->start != (int)want->start_offset ||
		    4 * (c->nr_units - c->end) != (int)want->end_offset)
			return steps_differ(&r->st,
					    "expected the %s chunk at %#llx with %u pages, "
					    "actual %#llx with %d",
					    i ? "reserved" : "first",
					    (unsigned long long)want->base, want->pages,
					    c ? (unsigned long long)c->base : 0,
					    c ? c->nr_pages : 0);
	}
	if (h->has_slots &&
	    (h->nr_slots != (uint32_t)m->nr_slots || h->free_slot != (uint32_t)m->free_slot ||
	     h->sidelined != (uint32_t)m->sidelined ||
	     h->to_depopulate != (uint32_t)m->to_depopulate))
		return steps_differ(&r->st,
				    "expected %u slots with free slot %u, actual %d with "
				    "%d",
				    h->nr_slots, h->free_slot, m->nr_slots, m->free_slot);
	return true;
}

static void find_archive(struct replay *r, const char *path)
{
	static const char *const ends[] = { ".ops.txt.xz", ".ops.txt" };
	size_t len = strlen(path);

	for (size_t i = 0; i < 2; i++) {
		size_t end = strlen(ends[i]);

		if (len <= end || strcmp(path + len - end, ends[i]))
			continue;
		if (len - end + sizeof(".state.tar.xz") > sizeof(r->archive))
			return;
		snprintf(r->archive, sizeof(r->archive), "%.*s.state.tar.xz", (int)(len - end),
			 path);
		if (access(r->archive, F_OK))
			r->archive[0] = '\0';
		return;
	}
}

/* All events and snapshots; false on a difference, a finding or bad input. */
static bool run(struct replay *r)
{
	struct trace_event e;
	int got;

	if (!compare_header(r))
		return false;
	while ((got = trace_next(&r->trace, &e)) > 0)
		if (!compare_due(r, &e) || !replay_event(r, &e))
			return false;
	if (got < 0) {
		r->bad = true;
		return false;
	}
	return compare_due(r, NULL) && steps_check_all(&r->st);
}

static void print_replay(const struct replay *r, const char *on)
{
	const struct counts *n = &r->n;

	printf("%s: %s%s\n", r->trace.name, n->differences ? "DIFFERS" : "equal", on);
	printf("  events %lu: allocations compared %lu, not-found compared %lu, frees %lu, "
	       "worker steps %lu\n",
	       n->events, n->allocs, n->not_found, n->frees, n->worker);
	if (r->archive[0])
		printf("  snapshots compared %lu (%s), skipped %lu\n", n->snapshots, r->names,
		       n->skipped);
	else
		printf("  snapshots not compared: there is no .state.tar.xz file beside it\n");
	printf("  differences %lu\n", n->differences);
}

static int replay_ops(struct replay *r, const struct options *opts,
		      const struct subject_choice *choice, const char *on)
{
	const struct trace_header *h = &r->trace.header;
	struct machine machine = { .possible = { 1 }, .page = h->page };
	struct step_geometry g = { .page = h->page,
				   .unit_pages = h->unit_size / h->page,
				   .static_size = h->static_size,
				   .reserved_size = h->reserved_size,
				   .dyn_size = h->dyn_size,
				   .base_addr = h->base_addr };
	bool equal;

	machine_defaults(&machine);
	find_archive(r, r->trace.name);
	r->early = r->archive[0] ? snapshot_early_calls(r->archive) : -1;
	world_init(&r->world, &machine);
	/* the quirks are those of the recorded kernel, so its own rules are what counts */
	equal = steps_init(&r->st, &g, choice->steps, &r->world, choice->version ? 0 : opts->quirks,
			   choice->version ? known_of_version(choice->version) :
					     PCPU_POLICY_LINUX_6_1,
			   opts->flags) &&
		run(r) && steps_end(&r->st);
	memcpy(r->n.checked, r->st.o.checked, sizeof(r->n.checked));
	if (!equal && !r->bad) {
		r->n.differences++;
		print_difference(&r->trace, &r->st.o, r->st.diff);
	}
	if (r->bad)
		fprintf(stderr, "%s\n", r->trace.error);
	else
		print_replay(r, on);
	steps_exit(&r->st);
	world_exit(&r->world);
	return r->bad ? EXIT_BAD : equal ? EXIT_EQUAL : EXIT_DIFFERS;
}

static int check_tp(struct replay *r)
{
	struct tp *tp = tp_new();
	struct tp_counts n = { 0 };
	struct trace_event e;
	char diff[240];
	bool equal = true;
	int got;

	while (equal && (got = trace_next(&r->trace, &e)) > 0)
		equal = tp_event(tp, &r->trace, &e, &n, diff, sizeof(diff));
	tp_delete(tp);
	if (equal && got < 0) {
		fprintf(stderr, "%s\n", r->trace.error);
		return EXIT_BAD;
	}
	if (!equal) {
		r->n.differences++;
		print_difference(&r->trace, NULL, diff);
	}
	r->n.events = n.events;
	r->n.unpredicted = n.allocs;
	r->n.frees = n.frees;
	printf("%s: %s\n", r->trace.name, equal ? "safe" : "NOT SAFE");
	printf("  tracepoints only: placement is not predicted, as they show neither the order "
	       "of the lock nor populated pages\n");
	printf("  events %lu: allocations checked %lu, failed %lu, frees %lu (%lu of them of "
	       "objects from before), chunks created %lu, destroyed %lu\n",
	       n.events, n.allocs, n.failed, n.frees, n.unknown, n.created, n.destroyed);
	if (n.lost)
		printf("  the kernel lost events at %lu places; after each nothing was known\n",
		       n.lost);
	printf("  unsafe events %lu\n", r->n.differences);
	return equal ? EXIT_EQUAL : EXIT_DIFFERS;
}

/* A file with requests for address space. */
static int run_vmtrace(const char *path, const struct subject_choice *choice, const char *on,
		       struct counts *n)
{
	struct vmtrace_counts one = { 0 };
	int status = vmtrace_run(path, choice, on, &one);

	fflush(stdout);
	n->events += one.events;
	n->areas += one.areas;
	n->congruent += one.congruent;
	n->no_room += one.failures;
	n->deviations += one.deviations;
	n->snapshots += one.snapshots;
	n->differences += one.differences;
	return status;
}

/* Can a file be replayed on a subject? */
static bool is_replayable(const char *path, const struct subject_choice *choice)
{
	if (vmtrace_is(path) ? choice->space != NULL : choice->steps != NULL)
		return true;
	fprintf(stderr, "pcpufuzz: trace: --subject %s: it offers no single %s\n", choice->name,
		vmtrace_is(path) ? "requests for address space" : "steps");
	return false;
}

/* One file on one subject; tracepoints alone are checked without any. */
static int run_file(const char *path, const struct options *opts,
		    const struct subject_choice *choice, struct counts *n)
{
	struct replay *r;
	char on[80] = "";
	int status;

	if (opts->subjects.named)
		snprintf(on, sizeof(on), " on %s", choice->name);
	if (!is_replayable(path, choice))
		return EXIT_BAD;
	if (vmtrace_is(path))
		return run_vmtrace(path, choice, on, n);
	r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	if (!trace_open(&r->trace, path)) {
		fprintf(stderr, "%s\n", r->trace.error);
		status = EXIT_BAD;
	} else if (r->trace.format == TRACE_OPS) {
		status = replay_ops(r, opts, choice, on);
	} else {
		status = check_tp(r);
	}
	fflush(stdout);

	n->events += r->n.events;
	n->allocs += r->n.allocs;
	n->not_found += r->n.not_found;
	n->frees += r->n.frees;
	n->worker += r->n.worker;
	n->snapshots += r->n.snapshots;
	n->unpredicted += r->n.unpredicted;
	n->differences += r->n.differences;
	for (int i = 0; i < RULE_NR; i++)
		n->checked[i] += r->n.checked[i];
	trace_close(&r->trace);
	free(r);
	return status;
}

static bool drop_quirk(const char *name, unsigned int *quirks)
{
	for (unsigned int i = 0; i < PCPU_QUIRK_NR; i++) {
		if (!strcmp(name, pcpu_quirks[i].name)) {
			*quirks &= ~(1u << i);
			return true;
		}
	}
	fprintf(stderr, "pcpufuzz: trace: expected a quirk, found '%s'; see pcpufuzz list quirks\n",
		name);
	return false;
}

/* -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *opts)
{
	static const struct option longs[] = {
		{ "subject", required_argument, NULL, 'u' },
		{ "without", required_argument, NULL, 'w' },
		{ "full", no_argument, NULL, 'f' },
		{ "stats", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	char error[512];
	int c;

	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'u':
			if (subjects_find(&opts->subjects, optarg, error, sizeof(error)))
				break;
			fprintf(stderr, "pcpufuzz: trace: %s\n", error);
			return EXIT_BAD;
		case 'w':
			if (!drop_quirk(optarg, &opts->quirks))
				return EXIT_BAD;
			break;
		case 'f':
			opts->flags |= ORACLE_FULL;
			break;
		case 's':
			opts->stats = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_EQUAL;
		default:
			fprintf(stderr,
				"pcpufuzz: trace: expected an option, found '%s'; "
				"see pcpufuzz trace --help\n",
				argv[optind - 1]);
			return EXIT_BAD;
		}
	}
	if (optind < argc)
		return -1;
	fputs("pcpufuzz: trace: expected a FILE; see pcpufuzz trace --help\n", stderr);
	return EXIT_BAD;
}

/* All files on one subject. */
static int run_files(char *const *path, int nr, const struct options *opts,
		     const struct subject_choice *choice)
{
	struct counts n = { 0 };
	int status = EXIT_EQUAL;

	for (int i = 0; i < nr; i++) {
		int one = run_file(path[i], opts, choice, &n);

		/* bad input is the worst: part of what was asked for was not done */
		if (one > status)
			status = one;
	}
	printf("total%s%s: %d file%s, events %lu, allocations compared %lu, not predicted %lu, "
	       "not-found compared %lu, frees %lu, worker steps %lu, snapshots %lu, "
	       "differences %lu, areas %lu, congruent %lu, no room %lu, upstream deviations %lu\n",
	       opts->subjects.named ? " on " : "", opts->subjects.named ? choice->name : "", nr,
	       nr == 1 ? "" : "s", n.events, n.allocs, n.unpredicted, n.not_found, n.frees,
	       n.worker, n.snapshots, n.differences, n.areas, n.congruent, n.no_room, n.deviations);
	for (int i = 0; opts->stats && i < RULE_NR; i++)
		if (n.checked[i])
			printf("  %-20s %llu\n", rule_infos[i].name,
			       (unsigned long long)n.checked[i]);
	return status;
}

/**
 * cmd_trace - the subcommand
 * @argc: arguments, the name of the subcommand among them
 * @argv: the arguments
 *
 * Return: the exit status.
 */
int cmd_trace(int argc, char **argv)
{
	struct options opts = { .quirks = PCPU_POLICY_LINUX_6_1 };
	int status;

	subjects_default(&opts.subjects);
	status = parse_options(argc, argv, &opts);
	if (status >= 0)
		return status;
	status = EXIT_EQUAL;
	for (unsigned int i = 0; i < opts.subjects.nr; i++) {
		int one = run_files(argv + optind, argc - optind, &opts, opts.subjects.one + i);

		if (one > status)
			status = one;
	}
	return status;
}
