// SPDX-License-Identifier: GPL-2.0-only
/*
 * worker.c - a process that runs programs, and how it died if it did.
 *
 * It lives until a program kills it, so that most runs cost no fork().  Time is that of the CPU: a
 * machine that is busy otherwise makes nothing hang.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

/* A program that takes longer hangs: most ops take microseconds, a thousand times that sanitized.
 */
#define HANG_MS 2000u
#define HANG_MS_PER_OP 10u
#define HANG_MS_MAX 20000u
#define HANG_AGAIN 10u /* if that is known of what is made smaller: so much less */

/* A program that takes more runs out of memory.  It is reached before the time to hang is over, so
 * that a loop that takes memory is not mistaken for one that only takes time. */
#define MEMORY_MAX ((rlim_t)256 << 20) /* no legal machine takes half of it */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/**
 * struct worker_shared - what both can see
 * @t:       what came of the run so far
 * @ms:      how long it may take
 * @p:       the program, but for its lists
 * @data:    its ops, and then the arguments
 */
struct worker_shared {
	struct trial t;
	uint32_t ms;
	struct program p;
	_Alignas(16) uint8_t data[];
};

static void serve(struct worker *w, int link)
{
	struct worker_shared *s = w->shared;
	char byte;

	while (read(link, &byte, 1) == 1) {
		struct itimerval limit = { .it_value = { s->ms / 1000, s->ms % 1000 * 1000 } };
		struct itimerval none = { 0 };

		setitimer(ITIMER_PROF, &limit, NULL);
		trial_run(&s->t, &s->p, w->opts, w->nr);
		setitimer(ITIMER_PROF, &none, NULL);
		if (write(link, &byte, 1) != 1)
			break;
	}
	_exit(0);
}

static void must(bool ok, const char *what)
{
	/* the host itself out of processes or memory: nothing can be concluded from that */
	if (ok)
		return;
	fprintf(stderr, "pcpufuzz: %s: %s\n", what, strerror(errno));
	exit(2);
}

/*
 * No more memory than it has now and a bound, which is reached long before it would be taken for a
 * hang. A build with sanitizers has terabytes of shadow, so there it is what is written to that
 * counts.
 */
static void limit_memory(void)
{
	const char *what = SANITIZED ? "VmData: %llu kB" : "VmSize: %llu kB";
	unsigned long long kilobytes = 0;
	struct rlimit limit;
	char line[128];
	FILE *f;

	if (sizeof(long) < 8)
		return;
	f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, what, &kilobytes) == 1)
			break;
	if (f)
		fclose(f);
	limit.rlim_cur = limit.rlim_max = kilobytes * 1024 + MEMORY_MAX;
	if (kilobytes)
		setrlimit(SANITIZED ? RLIMIT_DATA : RLIMIT_AS, &limit);
}

static void start(struct worker *w)
{
	struct rlimit core = { 0, 0 };
	int ends[2];

	fflush(NULL);
	must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	w->pid = fork();
	must(w->pid >= 0, "fork");
	if (!w->pid) {
		/* it may be in a hang when nobody waits for it any more */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		dup2(fileno(w->err), STDOUT_FILENO);
		dup2(fileno(w->err), STDERR_FILENO);
		setrlimit(RLIMIT_CORE, &core);
		limit_memory();
		serve(w, ends[1]);
	}
	close(ends[1]);
	w->link = ends[0];
}

/**
 * worker_init - get ready to run programs
 * @w: the worker; worker_exit() must follow
 * @p: the largest of them: none has more ops or arguments
 * @opts: how, of each subject; without observers; must stay where it is
 * @nr: subjects
 *
 * Return: false if the host has no memory for it.
 */
bool worker_init(struct worker *w, const struct program *p, const struct exec_options *opts,
		 unsigned int nr)
{
	*w = (struct worker){ .opts = opts, .nr = nr };
	w->size = sizeof(*w->shared) + p->nr_ops * sizeof(*p->ops) + p->nr_args * sizeof(*p->args);
	w->shared = mmap(NULL, w->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	w->err = tmpfile();
	return w->shared != MAP_FAILED && w->err;
}

/**
 * worker_renew - run what follows in a new process
 * @w: the worker
 */
void worker_renew(struct worker *w)
{
	if (!w->pid)
		return;
	close(w->link);
	waitpid(w->pid, NULL, 0);
	w->pid = 0;
}

/* "heap-use-after-free" of "ERROR: AddressSanitizer: heap-use-after-free on address ..." */
static bool word_after(const char *text, const char *what, char *word, size_t size)
{
	const char *found = strstr(text, what);

	if (!found)
		return false;
	found += strlen(what);
	snprintf(word, size, "%.*s", (int)strcspn(found, " :\n"), found);
	return true;
}

static void how_it_died(struct worker *w, int status, char *word, size_t size)
{
	static char text[1 << 16];
	size_t len;

	rewind(w->err);
	len = fread(text, 1, sizeof(text) - 1, w->err);
	text[len] = '\0';
	if (strstr(text, "pcpufuzz: out of memory\n") || strstr(text, "rss limit exhausted") ||
	    strstr(text, "ERROR: AddressSanitizer: out of memory") ||
	    strstr(text, "allocator is out of memory") || strstr(text, "ERROR: Failed to mmap") ||
	    strstr(text, "ERROR: AddressSanitizer failed to allocate"))
		snprintf(word, size, "out-of-memory");
	else if (word_after(text, "ERROR: AddressSanitizer: ", word, size) ||
		 word_after(text, "WARNING: MemorySanitizer: ", word, size))
		;
	else if (strstr(text, "runtime error:"))
		snprintf(word, size, "undefined-behaviour");
	else if (strstr(text, "Assertion `"))
		snprintf(word, size, "assertion");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
		snprintf(word, size, "hang");
	else if (WIFSIGNALED(status))
		snprintf(word, size, "signal-%d", WTERMSIG(status));
	else
		snprintf(word, size, "exit-%d", WEXITSTATUS(status));
}

static void bury(struct worker *w, struct trial *t)
{
	int status = 0;
	char word[64];

	close(w->link);
	must(waitpid(w->pid, &status, 0) == w->pid, "waitpid");
	w->pid = 0;
	/* a finding came first, and the process died of it on the way out */
	if (t->found >= 0)
		return;
	how_it_died(w, status, word, sizeof(word));
	w->hangs |= !strcmp(word, "hang");
	t->died = true;
	t->found = 0;
	snprintf(t->key, sizeof(t->key), "%s.%s", word, t->op);
}

static uint32_t time_for(const struct worker *w, const struct program *p)
{
	uint32_t ms = HANG_MS + HANG_MS_PER_OP * p->nr_ops;

	ms = ms < HANG_MS_MAX ? ms : HANG_MS_MAX;
	return w->hangs ? ms / HANG_AGAIN : ms;
}

/**
 * worker_run - run a program
 * @w: the worker
 * @p: the program
 * @t: what came of it
 */
void worker_run(struct worker *w, const struct program *p, struct trial *t)
{
	struct worker_shared *s = w->shared;
	size_t ops = p->nr_ops * sizeof(*p->ops), args = p->nr_args * sizeof(*p->args);
	char byte = 0;
	bool ok;

	if (sizeof(*s) + ops + args > w->size)
		abort();
	s->p = *p;
	s->p.ops = (struct op *)s->data;
	s->p.args = (struct op_arg *)(s->data + ops);
	if (ops)
		memcpy(s->p.ops, p->ops, ops);
	if (args)
		memcpy(s->p.args, p->args, args);
	s->ms = time_for(w, p);
	if (!w->pid) {
		rewind(w->err);
		must(!ftruncate(fileno(w->err), 0), "temporary file");
		start(w);
	}
	ok = send(w->link, &byte, 1, MSG_NOSIGNAL) == 1 && read(w->link, &byte, 1) == 1;
	*t = s->t;
	if (!ok)
		bury(w, t);
	else if (w->fresh)
		worker_renew(w);
}

/**
 * worker_exit - end it
 * @w: the worker
 */
void worker_exit(struct worker *w)
{
	worker_renew(w);
	if (w->shared && w->shared != MAP_FAILED)
		munmap(w->shared, w->size);
	if (w->err)
		fclose(w->err);
}
