// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_exhaust.c - pcpufuzz exhaust: every program up to a number of ops, on a tiny machine.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "tool.h"

#define SECONDS_MAX 1000000u
#define MEMORY_MAX 65536u

/**
 * struct search_options - how far to go
 * @ops: ops of a program at most
 * @seconds: limit; 0 is none
 * @memory: for states, in MB
 * @cpus: of the tiny machine
 * @from: file with another machine, and the ops that come first; or NULL
 */
struct search_options {
	uint64_t ops, seconds, memory, cpus;
	const char *from;
};

/**
 * struct watch - when it began, when it is enough, and when the live line was written last
 * @begin, @end, @shown: in milliseconds; @end is 0 for never
 * @live: there is a terminal for the live line
 */
struct watch {
	uint64_t begin, end, shown;
	bool live;
};

static uint64_t clock_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

/* What it would take on a core that nobody else uses. */
static double cpu_seconds(void)
{
	return (double)clock_ms(CLOCK_PROCESS_CPUTIME_ID) / 1000;
}

static bool go_on(void *ctx, const struct exhaust_progress *n)
{
	struct watch *w = ctx;
	uint64_t now = now_ms();

	if (w->live && now - w->shown >= 200) {
		uint64_t ms = now - w->begin;

		w->shown = now;
		fprintf(stderr,
			"\rops %" PRIu32 ": %" PRIu64 " of %" PRIu64 " states followed, %" PRIu64
			" new, %" PRIu64 " in all, %" PRIu64 " runs, %" PRIu64 " ops/s\033[K",
			n->depth, n->done, n->parents, n->fresh, n->states, n->runs,
			n->ops * 1000 / (ms ? ms : 1));
	}
	return !w->end || now < w->end;
}

static void level(void *ctx, const struct exhaust_progress *n)
{
	struct watch *w = ctx;

	if (w->live)
		fputs("\r\033[K", stderr);
	printf("%2" PRIu32 " ops: %9" PRIu64 " new states, %9" PRIu64 " states, %10" PRIu64
	       " programs, %10" PRIu64 " ops checked, %7.1f s\n",
	       n->depth, n->fresh, n->states, n->programs, n->ops, cpu_seconds());
	fflush(stdout);
}

/*
 * One page is one word of the map, the least that the allocators can have.  The first chunk begins
 * and ends inside a page; there is room for two more, and there are frames for one and a half.
 */
static void tiny_machine(struct machine *m, unsigned int cpus)
{
	memset(m, 0, sizeof(*m));
	m->possible[0] = (UINT64_C(1) << cpus) - 1;
	m->page = MACHINE_PAGE_MIN;
	m->unit_pages = 2;
	m->static_size = m->page / 4;
	m->dyn_size = m->page;
	m->vm_pages = 2 * m->unit_pages * cpus;
	m->frames = 3 * cpus;
	machine_defaults(m);
}

/* How likely it is that somewhere a state was taken for another one. */
static double doubt(const struct exhaust_progress *n)
{
	return (double)n->states * (double)n->states / 2 / 18446744073709551616.0;
}

static void report(const struct run_options *ro, const struct search_options *so,
		   struct exhaust_result *r)
{
	static struct lockstep l;
	char how[1600], cpus[32];

	snprintf(cpus, sizeof(cpus), "--cpus %" PRIu64, so->cpus);
	snprintf(how, sizeof(how), "%s exhaust %s%s%s --ops %" PRIu32, tool_path, ro->how,
		 so->from ? "--from " : "", so->from ? so->from : cpus,
		 r->progress.depth ? r->progress.depth : 1);
	if (r->tried)
		printf("ops that changed nothing are part of this program: without them it is "
		       "clean\n");
	if (!run_program(&l, ro, &r->finding))
		print_finding(&l, how);
	else
		printf("the finding does not show again\n");
	lockstep_exit(&l);
	program_exit(&r->finding);
}

static void print_summary(const struct exhaust_result *r, const struct watch *w)
{
	const struct exhaust_progress *n = &r->progress;
	uint32_t complete = n->depth;

	if (r->end == EXHAUST_STOPPED || r->end == EXHAUST_MEMORY) {
		complete -= complete > 0;
		printf("the %s is over: of programs of %" PRIu32 " ops, those are done that begin "
		       "in %" PRIu64 " of %" PRIu64 " states\n",
		       r->end == EXHAUST_MEMORY ? "memory" : "time", n->depth, n->done, n->parents);
	}
	if (r->end == EXHAUST_CLOSED)
		printf("longer programs come to no other states\n");
	printf("%s %" PRIu32 " ops: %" PRIu64 " states, %" PRIu64 " programs, %" PRIu64
	       " ops checked, %.1f s of CPU in %.1f s, %d findings; chance that two states were "
	       "taken for one: %.0e\n",
	       r->end == EXHAUST_FINDING ? "stopped at a program of" : "all programs of up to",
	       complete, n->states, n->programs, n->ops, cpu_seconds(),
	       (double)(now_ms() - w->begin) / 1000, r->end == EXHAUST_FINDING, doubt(n));
}

static const int deaths[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
#define NR_DEATHS (sizeof(deaths) / sizeof(deaths[0]))
static struct sigaction others[NR_DEATHS]; /* of a sanitizer, say */

/*
 * An assertion of the subject, or worse: this program did it.  Not what a signal handler may do,
 * but there is nothing left to lose.
 */
static void say_what_died(int sig)
{
	uint32_t nr_ops = 0;
	const struct program *p = exhaust_running(&nr_ops);

	for (unsigned int i = 0; i < NR_DEATHS; i++)
		sigaction(deaths[i], others + i, NULL);
	if (p) {
		struct program head = *p;
		size_t len;
		char *text;

		head.nr_ops = nr_ops;
		text = program_to_text(&head, &len);
		printf("---- program that the process died of: signal %d ----\n", sig);
		fwrite(text, 1, len, stdout);
		fflush(stdout);
	}
	raise(sig);
}

static void watch_deaths(void)
{
	struct sigaction how = { .sa_handler = say_what_died };

	for (unsigned int i = 0; i < NR_DEATHS; i++)
		sigaction(deaths[i], &how, others + i);
}

/* What a shared object keeps to itself cannot be put back. */
static bool can_be_copied(const struct run_options *ro)
{
	for (unsigned int i = 0; i < ro->subjects.nr; i++)
		if (ro->subjects.one[i].ops != &subject_ours)
			return false;
	return true;
}

static int search(const struct run_options *ro, const struct search_options *so,
		  const struct program *from)
{
	struct watch w = { .begin = now_ms(), .live = isatty(STDERR_FILENO) };
	struct exhaust_heap heap;
	struct exhaust_options how = { .opts = ro->opts,
				       .nr = ro->subjects.nr,
				       .from = from,
				       .max_ops = (uint32_t)so->ops,
				       .memory = so->memory << 20,
				       .go_on = go_on,
				       .level = level,
				       .ctx = &w };
	struct exhaust_result r;

	w.shown = w.begin;
	w.end = so->seconds ? w.begin + 1000 * so->seconds : 0;
	if (can_be_copied(ro) && arena_open(&heap))
		how.heap = &heap;
	watch_deaths();
	exhaust(&how, &r);
	if (how.heap)
		arena_close();
	if (w.live)
		fputs("\r\033[K", stderr);
	if (r.end == EXHAUST_FINDING)
		report(ro, so, &r);
	print_summary(&r, &w);
	return r.end == EXHAUST_FINDING ? EXIT_FINDING : EXIT_CLEAN;
}

static int begin(const struct run_options *ro, const struct search_options *so)
{
	const char *unfit, *name;
	struct program from;
	struct machine m;
	int ret;

	if (so->from) {
		if (!load_for(&from, ro, so->from, &unfit, &name))
			return EXIT_USAGE;
	} else {
		tiny_machine(&m, (unsigned int)so->cpus);
		program_init(&from, &m);
		unfit = subjects_unfit(&ro->subjects, &m, &name);
	}
	if (unfit)
		ret = usage_error("exhaust: not applicable to %s: %s", name, unfit);
	else
		ret = search(ro, so, &from);
	program_exit(&from);
	return ret;
}

/**
 * cmd_exhaust - run every small program
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_exhaust(int argc, char **argv)
{
	struct search_options so = { .ops = 8, .memory = 2048, .cpus = 1 };
	struct run_options ro;
	const struct tool_option own[] = {
		{ "--ops", .number = &so.ops, .min = 1, .max = EXHAUST_OPS_MAX },
		{ "--time", .number = &so.seconds, .min = 1, .max = SECONDS_MAX },
		{ "--memory", .number = &so.memory, .min = 1, .max = MEMORY_MAX },
		{ "--cpus", .number = &so.cpus, .min = 1, .max = 2 },
		{ "--from", .text = &so.from },
		{ 0 },
	};
	bool ok;

	init_run_options(&ro);
	ok = take_options("exhaust", &ro, argc, argv, own, NULL);
	for (unsigned int i = 0; i < RULE_NR && ok; i++)
		if (rule_in(&ro.policy.rules_off, i)) /* the model would follow the subject */
			ok = !usage_error("exhaust: --without-rule: not possible here");
	if (!ok)
		return EXIT_USAGE;
	settle_run_options(&ro);
	return begin(&ro, &so);
}
