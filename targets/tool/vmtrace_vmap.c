// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtrace_vmap.c - a recorded stream of changes of the address space, replayed line by line.
 *
 * Where each area goes is foretold; when one is freed and when a purge runs is taken as recorded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"
#include "vmtrace.h"

#define MAX_PENDING 16
#define MAX_VALUES 5

/**
 * struct pending - a request for congruent areas, of which the result is not known yet
 * @pid: of the task
 * @may_fail: since it began there was a moment at which it fitted nowhere
 */
struct pending {
	uint64_t pid;
	bool may_fail;
};

/**
 * struct vmap - one stream on its way
 * @archive: where the snapshots are
 * @next:    the snapshot that is due next
 */
struct vmap {
	struct trace *t;
	struct vmtrace_space *s;
	struct vmtrace_counts *n;
	struct vmtrace_groups groups;
	struct vmtrace_ranges ranges;
	char archive[4096];
	uint32_t next;
	struct pending pending[MAX_PENDING];
	unsigned int nr_pending;
	bool bad;
};

/**
 * struct vmap_line - one line
 * @v: the numbers after ts, cpu and pid
 */
struct vmap_line {
	char kind;
	uint64_t ts, pid, v[MAX_VALUES];
};

static bool fail(struct vmap *m)
{
	m->bad = true;
	return false;
}

static bool read_line(struct trace *t, const char *text, struct vmap_line *line)
{
	static const char kinds[] = "VUgGhl", columns[] = "522222";
	char copy[256], *word[4 + MAX_VALUES + 1], *save = NULL;
	const char *kind;
	int nr = 0, want;

	if (t->len >= sizeof(copy) || memchr(text, '\0', t->len))
		return trace_fail(t, "a line of text of at most %zu characters", sizeof(copy) - 1);
	memcpy(copy, text, t->len);
	copy[t->len] = '\0';
	for (char *w = strtok_r(copy, " ", &save); w && nr < 4 + MAX_VALUES + 1;
	     w = strtok_r(NULL, " ", &save))
		word[nr++] = w;
	kind = nr && !word[0][1] ? strchr(kinds, word[0][0]) : NULL;
	if (!kind || !*kind)
		return trace_fail(t, "one of the letters %s in column 1", kinds);
	line->kind = *kind;
	want = 4 + columns[kind - kinds] - '0';
	if (nr != want)
		return trace_fail(t, "%d columns, found %d", want, nr);
	if (!trace_number(word[1], UINT64_MAX, &line->ts) ||
	    !trace_number(word[3], UINT64_MAX, &line->pid))
		return trace_fail(t, "decimal numbers in columns 2 (ts) and 4 (pid)");
	for (int i = 4; i < want; i++)
		if (!trace_hex(word[i], &line->v[i - 4]))
			return trace_fail(t, "a hex number in column %d, found '%.40s'", i + 1,
					  word[i]);
	if (line->kind == 'V' && (!line->v[2] || line->v[2] & (line->v[2] - 1)))
		return trace_fail(t, "an alignment that is a power of two in column 7");
	if (line->ts < t->max_ts)
		return trace_fail(t, "a time stamp of at least %llu in column 2",
				  (unsigned long long)t->max_ts);
	t->max_ts = line->ts;
	return true;
}

static void forget(struct vmap *m, unsigned int i)
{
	m->pending[i] = m->pending[--m->nr_pending];
}

static unsigned int find_pending(const struct vmap *m, uint64_t pid)
{
	unsigned int i = 0;

	while (i < m->nr_pending && m->pending[i].pid != pid)
		i++;
	return i;
}

/* A request that did not say that it succeeded has failed. */
static bool failed(struct vmap *m, unsigned int i)
{
	if (!m->pending[i].may_fail)
		return vmtrace_differ(m->s,
				      "expected congruent areas of pid %llu to fit nowhere, "
				      "actual they always fitted",
				      (unsigned long long)m->pending[i].pid);
	m->n->failures++;
	forget(m, i);
	return true;
}

/* After a change: is this the moment at which a request can fail? */
static bool watch_pending(struct vmap *m)
{
	for (unsigned int i = 0; i < m->nr_pending; i++) {
		bool fits;

		if (m->pending[i].may_fail)
			continue;
		if (!vmtrace_fits(m->s, &m->groups, &fits))
			return false;
		m->pending[i].may_fail = !fits;
	}
	return true;
}

static bool begin_congruent(struct vmap *m, const struct vmap_line *l)
{
	unsigned int i = find_pending(m, l->pid);

	if (l->v[0] != m->groups.nr || l->v[1] != m->groups.align) {
		trace_fail(m->t, "%u areas aligned to %#llx", m->groups.nr,
			   (unsigned long long)m->groups.align);
		return fail(m);
	}
	if (i < m->nr_pending && !failed(m, i))
		return false;
	if (m->nr_pending == MAX_PENDING) {
		trace_fail(m->t, "at most %d requests at once", MAX_PENDING);
		return fail(m);
	}
	m->pending[m->nr_pending++] = (struct pending){ .pid = l->pid };
	return true;
}

static bool end_congruent(struct vmap *m, const struct vmap_line *l)
{
	const struct vmtrace_groups *g = &m->groups;
	unsigned int p = find_pending(m, l->pid);
	uint64_t base;
	bool fits;

	if (p == m->nr_pending) {
		trace_fail(m->t, "a line g of the same pid before");
		return fail(m);
	}
	forget(m, p);
	if (!vmtrace_congruent(m->s, g, &fits, &base))
		return false;
	if (!fits)
		return vmtrace_differ(m->s, "expected congruent areas at %#llx, actual no room",
				      (unsigned long long)l->v[0]);
	if (base + g->offset[0] != l->v[0] || base + g->offset[0] + g->size[0] != l->v[1])
		return vmtrace_differ(m->s, "expected %#llx-%#llx, actual %#llx-%#llx",
				      (unsigned long long)l->v[0], (unsigned long long)l->v[1],
				      (unsigned long long)(base + g->offset[0]),
				      (unsigned long long)(base + g->offset[0] + g->size[0]));
	m->n->congruent++;
	return true;
}

static bool replay_line(struct vmap *m, const struct vmap_line *l)
{
	const struct vm_naive_area *area;

	m->n->events++;
	switch (l->kind) {
	case 'V':
		return vmtrace_area(m->s, l->v, m->n) && watch_pending(m);
	case 'U':
		m->n->returned++;
		return vmtrace_give(m->s, l->v[0], l->v[1]) && watch_pending(m);
	case 'l':
		return vmtrace_lazy(m->s, l->v[0], l->v[1]);
	case 'g':
		return begin_congruent(m, l) && watch_pending(m);
	case 'G':
		return end_congruent(m, l) && watch_pending(m);
	default: /* h: lines l follow for each area */
		area = vmtrace_at(m->s, l->v[1]);
		return (area && !area->lazy && area->tag != VMTRACE_AREA) ||
		       vmtrace_differ(m->s, "expected a live congruent area at %#llx, actual none",
				      (unsigned long long)l->v[1]);
	}
}

/* A snapshot: @r are what was free, @m->groups what a chunk asks for. */
static bool load_snapshot(struct vmap *m, const char *tag, struct vmtrace_ranges *r)
{
	char file[48], *text;
	bool is_null, ok;
	size_t len;

	snprintf(file, sizeof(file), "snap-%s.json", tag);
	if (!snapshot_load(m->archive, file, &text, &len)) {
		trace_fail(m->t, "the start of the replay in %s of %.160s", file, m->archive);
		return fail(m);
	}
	ok = vmtrace_ranges(text, len, "vm_free", r, &is_null) && !is_null &&
	     vmtrace_read_groups(text, len, &m->groups);
	free(text);
	if (ok)
		return true;
	trace_fail(m->t, "vm_free, group_offsets, group_sizes and pcpu_atom_size in %s", file);
	return fail(m);
}

/* What is due before a line; @l is NULL at the end. */
static bool compare_due(struct vmap *m, const struct vmap_line *l)
{
	const struct trace_header *h = &m->t->header;

	for (; m->next < h->nr_snapshots; m->next++) {
		const char *tag = h->snapshot[m->next].tag;

		if (l && l->ts <= h->snapshot[m->next].ts)
			return true;
		if (!load_snapshot(m, tag, &m->ranges))
			return false;
		if (!vmtrace_same_free(m->s, &m->ranges)) {
			char diff[160];

			snprintf(diff, sizeof(diff), "%.159s", m->s->diff);
			return vmtrace_differ(m->s, "snapshot %s: %s", tag, diff);
		}
		m->n->snapshots++;
	}
	return true;
}

/* The areas that the lines up to @until took are not looked for any more. */
static bool subtract_recorded(struct vmap *m, uint64_t from, uint64_t until,
			      struct vmtrace_ranges *r)
{
	const struct vmtrace_groups *g = &m->groups;
	struct trace before = *m->t;
	struct vmap_line l;
	const char *text;

	while ((text = trace_next_line(m->t))) {
		if (*text == '#')
			continue;
		if (!read_line(m->t, text, &l))
			return fail(m);
		if (l.ts > until)
			break;
		if (l.ts > from && l.kind == 'V')
			vmtrace_subtract(r, l.v[0], l.v[0] + l.v[1]);
		for (unsigned int i = 0; l.ts > from && l.kind == 'G' && i < g->nr; i++) {
			uint64_t at = l.v[0] - g->offset[0] + g->offset[i];

			vmtrace_subtract(r, at, at + g->size[i]);
		}
	}
	*m->t = before;
	return true;
}

/*
 * What was free at a snapshot before the first line, without what is known to have been taken
 * between the two: no line says so, but it was not free later.
 */
static bool free_at_first(struct vmap *m, const char *tag, uint64_t from, uint64_t until,
			  const struct vmtrace_ranges *later)
{
	struct vmtrace_ranges taken = { 0 };
	bool ok = load_snapshot(m, tag, &taken);

	for (unsigned int i = 0; ok && i < later->nr; i++)
		vmtrace_subtract(&taken, later->range[i][0], later->range[i][1]);
	ok = ok && subtract_recorded(m, from, until, &taken) && load_snapshot(m, tag, &m->ranges);
	for (unsigned int i = 0; ok && i < taken.nr; i++)
		vmtrace_subtract(&m->ranges, taken.range[i][0], taken.range[i][1]);
	free(taken.range);
	return ok;
}

static bool has_tag(const struct trace_header *h, uint32_t i, const char *tag)
{
	return i < h->nr_snapshots && !strcmp(h->snapshot[i].tag, tag);
}

/*
 * From which snapshot on address space is replayed; m->next is the one to compare then.  All lines
 * come after fsinit; a recording without it begins with boot_done.
 */
static bool start(struct vmap *m, uint64_t *from)
{
	const struct trace_header *h = &m->t->header;
	struct vmtrace_ranges later = { 0 };
	size_t stem = strlen(m->t->name);
	uint32_t done = 0;
	bool ok;

	/* the name ends so, or this would not be taken for a stream */
	stem -= strlen(m->t->name[stem - 1] == 'z' ? ".vmap.txt.xz" : ".vmap.txt");
	if (stem + sizeof(".state.tar.xz") > sizeof(m->archive)) {
		trace_fail(m->t, "a shorter name of the file");
		return fail(m);
	}
	snprintf(m->archive, sizeof(m->archive), "%.*s.state.tar.xz", (int)stem, m->t->name);
	while (done < h->nr_snapshots && !has_tag(h, done, "boot_done"))
		done++;
	if (done == h->nr_snapshots) {
		trace_fail(m->t, "a header line '# snapshot boot_done ts=N'");
		return fail(m);
	}
	*from = h->snapshot[done].ts;
	m->next = done + 1;
	if (done && has_tag(h, done - 1, "fsinit")) {
		*from = h->snapshot[done - 1].ts;
		m->next = done;
		ok = load_snapshot(m, "boot_done", &later) &&
		     free_at_first(m, "fsinit", *from, h->snapshot[done].ts, &later);
	} else {
		ok = load_snapshot(m, "boot_done", &m->ranges);
	}
	free(later.range);
	if (ok)
		vmtrace_space_init(m->s, &m->ranges);
	return ok;
}

static bool run(struct vmap *m)
{
	struct vmap_line line;
	const char *text;
	uint64_t from;

	if (!start(m, &from))
		return false;
	while ((text = trace_next_line(m->t))) {
		if (*text == '#')
			continue;
		if (!read_line(m->t, text, &line))
			return fail(m);
		if (line.ts <= from)
			continue;
		if (!compare_due(m, &line) || !replay_line(m, &line))
			return false;
	}
	while (m->nr_pending)
		if (!failed(m, 0))
			return false;
	return compare_due(m, NULL);
}

/**
 * vmtrace_replay_vmap - replay a stream
 * @t: the trace, opened
 * @s: the address space, all zero
 * @n: counts what was compared
 *
 * Return: 0 if all was equal, 1 if not, -1 if the input is bad.
 */
int vmtrace_replay_vmap(struct trace *t, struct vmtrace_space *s, struct vmtrace_counts *n)
{
	struct vmap m = { .t = t, .s = s, .n = n };
	bool equal = run(&m);

	free(m.ranges.range);
	return m.bad ? -1 : !equal;
}
