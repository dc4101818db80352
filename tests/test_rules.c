// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_rules.c - every rule of the oracle can fail: a saboteur breaks one at a time.
 *
 * The saboteur is our allocator behind a wrapper that is honest up to one call, and then lies in
 * what it shows or does one wrong thing.  Exactly that rule must be reported, by the op in which
 * it was broken, and nothing without the sabotage.  Does not judge the allocator itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sabotage.h"
#include "../targets/exec/lockstep.h"

static const struct sabotage_table *const tables[] = { &sabotage_pcpu,	  &sabotage_world,
						       &sabotage_vm,	  &sabotage_boot,
						       &sabotage_trouble, &sabotage_km };

/* What the next subject does, and the subject that runs: functions of an environment get neither.
 */
static const struct sabotage *chosen;
static struct saboteur *running;

bool is_sabotage_due(void)
{
	return running && running->how && running->calls == running->how->from;
}

const struct pcpu_env *sabotage_env(void)
{
	return &running->env;
}

uint64_t first_base(struct saboteur *s)
{
	const struct boot_areas *areas;

	subject_ours.layout(s->s, &areas);
	return areas->base_addr;
}

/* The copy on the second CPU, whose id is 1. */
uint64_t on_cpu1(struct saboteur *s, uint64_t ptr)
{
	const struct boot_areas *areas;

	subject_ours.layout(s->s, &areas);
	return ptr + areas->unit_offset[1];
}

/* What was asked of a subject that had said that it cannot go on. */
static unsigned long calls_of_the_dead;

static void note_call(const struct saboteur *s)
{
	calls_of_the_dead += s->w->dead;
}

/* Begin a call; true if it is the one. */
static bool begin(struct saboteur *s)
{
	note_call(s);
	if (++s->calls && !is_sabotage_due())
		return false;
	if (s->how->before)
		s->how->before(s);
	return true;
}

static void end(struct saboteur *s)
{
	if (is_sabotage_due() && s->how->after)
		s->how->after(s);
}

static bool is_lying(const struct saboteur *s)
{
	return s->how && s->how->from && s->calls + sabotage_is_early(s->how) >= s->how->from;
}

/* The env is that of @w, which may be another world than that of the subject. */
static void wrap_env(struct saboteur *s, struct world *w)
{
	s->env = w->env;
	if (s->how && s->how->wrap)
		s->how->wrap(&w->env);
}

/* What a saboteur kept: not a leak of the test. */
static void drop_leaked(struct world *w)
{
	if (!sabotage_leaked)
		return;
	w->meta_live++;
	w->env.meta_free(w, sabotage_leaked);
	sabotage_leaked = NULL;
}

static void *sab_create(const struct machine *m, struct world *w, unsigned int option)
{
	struct saboteur *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	drop_leaked(w); /* by the run before */
	s->w = w;
	s->how = chosen;
	s->calls = AT_START;
	running = s;
	wrap_env(s, w);
	s->s = subject_ours.create(m, w, option);
	return s;
}

/* A copy of what a boot came to, changed. */
static void lie_about_boot(struct saboteur *s, struct world *w, enum boot_status *status,
			   const struct boot_areas **areas)
{
	struct boot_lie *b = &s->boot;
	const struct boot_areas *a = *areas;

	b->w = w;
	b->status = *status;
	b->areas = *a;
	snprintf(b->log, sizeof(b->log), "%s", a->log);
	b->areas.log = b->log;
	if (a->info.nr_groups > LIE_MAX || a->nr_units > LIE_MAX)
		abort();
	if (*status == BOOT_OK) {
		unsigned int nr = a->info.nr_groups;

		memcpy(b->group, a->info.groups, nr * sizeof(*b->group));
		memcpy(b->cpu_map, b->group[0].cpu_map, b->group[0].nr_units * sizeof(*b->cpu_map));
		b->group[0].cpu_map = b->cpu_map;
		memcpy(b->group_offset, a->group_offset, nr * sizeof(*b->group_offset));
		memcpy(b->group_size, a->group_size, nr * sizeof(*b->group_size));
		b->areas.info.groups = b->group;
		b->areas.group_offset = b->group_offset;
		b->areas.group_size = b->group_size;
	}
	if (a->pages) {
		uint64_t nr = a->nr_units * (a->info.unit_size / w->page_size);

		memcpy(b->pages, a->pages,
		       (size_t)(nr < LIE_MAX ? nr : LIE_MAX) * sizeof(*b->pages));
		if (nr <= LIE_MAX)
			b->areas.pages = b->pages;
	}
	s->how->boot(s, b);
	*status = b->status;
	*areas = &b->areas;
}

static enum boot_status sab_layout(void *subject, const struct boot_areas **areas)
{
	struct saboteur *s = subject;
	enum boot_status status = subject_ours.layout(s->s, areas);

	if (s->calls != AT_START)
		return status;
	if (is_sabotage_due() && s->how->boot)
		lie_about_boot(s, s->w, &status, areas);
	end(s);
	return status;
}

static void drop_copies(struct saboteur *s)
{
	while (s->nr_copies)
		free(s->copy[--s->nr_copies]);
}

static void sab_destroy(void *subject)
{
	struct saboteur *s = subject;
	struct world *w = s->w;
	const struct sabotage *how = s->how;

	if (s->set)
		subject_ours.free_vm_areas(s->s, s->set, s->nr_set);
	s->calls = 0;
	subject_ours.destroy(s->s);
	drop_copies(s);
	free(s);
	running = NULL;
	if (how && how->destroy)
		how->destroy(w);
}

static unsigned int sab_flags(void *subject)
{
	const struct saboteur *s = subject;

	return subject_ours.flags(s ? s->s : NULL);
}

static uint64_t sab_alloc(void *subject, const struct alloc_args *args)
{
	struct saboteur *s = subject;

	if (begin(s) && s->how->alloc)
		s->ptr = s->how->alloc(s, args);
	else
		s->ptr = subject_ours.alloc(s->s, args);
	if (!s->first)
		s->first = s->ptr;
	end(s);
	return s->ptr;
}

static bool sab_free(void *subject, uint64_t ptr)
{
	struct saboteur *s = subject;
	bool good;

	if (begin(s) && s->how->free)
		good = s->how->free(s, ptr);
	else
		good = subject_ours.free(s->s, ptr);
	end(s);
	return good;
}

static void sab_balance(void *subject)
{
	struct saboteur *s = subject;

	if (begin(s) && s->how->balance)
		s->how->balance(s);
	else if (!is_sabotage_due() || !s->how->skip)
		subject_ours.balance(s->s);
	end(s);
}

static int sab_populate(void *subject, void *chunk, unsigned int start, unsigned int to)
{
	struct saboteur *s = subject;
	int ret;

	if (begin(s) && s->how->populate)
		ret = s->how->populate(s);
	else
		ret = subject_ours.populate(s->s, chunk, start, to);
	end(s);
	return ret;
}

static int sab_depopulate(void *subject, void *chunk, unsigned int start, unsigned int to)
{
	struct saboteur *s = subject;
	int ret;

	if (begin(s) && s->how->populate)
		ret = s->how->populate(s);
	else
		ret = subject_ours.depopulate(s->s, chunk, start, to);
	end(s);
	return ret;
}

static uint32_t sab_translate(void *subject, uint64_t addr)
{
	struct saboteur *s = subject;
	uint32_t frame = subject_ours.translate(s->s, addr);

	note_call(s);
	return is_lying(s) && s->how->translate ? s->how->translate(s, addr, frame) : frame;
}

static bool sab_phys(void *subject, uint64_t addr, uint64_t *phys)
{
	struct saboteur *s = subject;
	bool there;

	if (begin(s) && s->how->phys)
		there = s->how->phys(s, addr, phys);
	else
		there = subject_ours.phys(s->s, addr, phys);
	end(s);
	return there;
}

/* One op with the above, and so one call. */
static bool sab_is_static(void *subject, uint64_t addr, uint64_t *can_addr)
{
	struct saboteur *s = subject;

	if (is_sabotage_due() && s->how->is_static)
		return s->how->is_static(s, addr, can_addr);
	return subject_ours.is_static(s->s, addr, can_addr);
}

static uint64_t served_area(struct saboteur *s, uint64_t addr)
{
	s->ptr = addr;
	if (is_sabotage_due() && s->how->area)
		s->ptr = s->how->area(s, addr);
	end(s);
	return s->ptr;
}

static uint64_t sab_get_vm_area(void *subject, uint64_t size, bool ioremap, uint64_t from,
				uint64_t to)
{
	struct saboteur *s = subject;

	begin(s);
	return served_area(s, subject_ours.get_vm_area(s->s, size, ioremap, from, to));
}

static uint64_t sab_vmalloc(void *subject, uint64_t size, unsigned int node)
{
	struct saboteur *s = subject;

	begin(s);
	return served_area(s, subject_ours.vmalloc(s->s, size, node));
}

static bool sab_vfree(void *subject, uint64_t addr)
{
	struct saboteur *s = subject;
	bool good;

	if (begin(s) && s->how->vfree)
		good = s->how->vfree(s, addr);
	else
		good = subject_ours.vfree(s->s, addr);
	end(s);
	return good;
}

static bool sab_remove_vm_area(void *subject, uint64_t addr)
{
	struct saboteur *s = subject;
	bool good;

	if (begin(s) && s->how->vfree)
		good = s->how->vfree(s, addr);
	else
		good = subject_ours.remove_vm_area(s->s, addr);
	end(s);
	return good;
}

static bool sab_find_vm_area(void *subject, uint64_t addr, struct subject_area *area)
{
	struct saboteur *s = subject;
	bool found;

	begin(s);
	found = subject_ours.find_vm_area(s->s, addr, area);
	if (is_sabotage_due() && s->how->find)
		found = s->how->find(s, found, area);
	end(s);
	return found;
}

static void *sab_get_vm_areas(void *subject, const uint64_t *offsets, const uint64_t *sizes,
			      unsigned int nr, uint64_t align, uint64_t *addr)
{
	struct saboteur *s = subject;
	void *set;

	begin(s);
	set = subject_ours.get_vm_areas(s->s, offsets, sizes, nr, align, addr);
	if (set) {
		s->set = set;
		s->nr_set = nr;
	}
	if (is_sabotage_due() && s->how->set)
		set = s->how->set(s, set, addr);
	end(s);
	return set;
}

static void sab_free_vm_areas(void *subject, void *set, unsigned int nr)
{
	struct saboteur *s = subject;

	if (!begin(s) || !s->how->skip) {
		subject_ours.free_vm_areas(s->s, set, nr);
		s->set = NULL;
	}
	end(s);
}

static void sab_purge(void *subject)
{
	struct saboteur *s = subject;

	if (!begin(s) || !s->how->skip)
		subject_ours.purge(s->s);
	end(s);
}

/* Called for the length first, and then for the text, which is the call that counts. */
static size_t sab_vmallocinfo(void *subject, char *buf, size_t size)
{
	struct saboteur *s = subject;
	char text[4096];
	size_t len = subject_ours.vmallocinfo(s->s, text, sizeof(text));
	bool whole = size > len, due;

	/* the op asks for the length, for the text, and for a part of it */
	if (len + 16 > sizeof(text))
		abort();
	if (whole)
		due = begin(s);
	else
		due = s->how && s->calls + !size == s->how->from;
	if (due && s->how->info)
		len = s->how->info(text, len);
	if (size)
		snprintf(buf, size, "%s", text);
	/* what the sabotage did not end is not ended here */
	if (whole && text[len])
		buf[len] = text[len];
	if (whole)
		end(s);
	return len;
}

static unsigned int sab_areas(void *subject, uint64_t from, struct subject_area *area,
			      unsigned int max)
{
	struct saboteur *s = subject;
	unsigned int nr = subject_ours.areas(s->s, from, area, max);

	note_call(s);
	return is_lying(s) && s->how->areas ? s->how->areas(area, nr) : nr;
}

static void *sab_boot(const struct machine *m, const struct boot_args *args, struct world *w,
		      enum boot_status *status, const struct boot_areas **areas)
{
	struct saboteur *s = running;
	struct world *own = s->w;
	void *boot;

	wrap_env(s, w);
	s->w = w;
	begin(s);
	boot = subject_ours.boot(m, args, w, status, areas);
	if (is_sabotage_due() && s->how->boot)
		lie_about_boot(s, w, status, areas);
	end(s);
	s->w = own;
	return boot;
}

static void sab_boot_end(void *boot)
{
	subject_ours.boot_end(boot);
}

static uint64_t sab_per_cpu_ptr(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu)
{
	if (is_sabotage_due() && running->how->per_cpu_ptr)
		return running->how->per_cpu_ptr(areas, ptr, cpu);
	return subject_ours.per_cpu_ptr(areas, ptr, cpu);
}

static bool sab_in_first_chunk(const struct boot_areas *areas, uint64_t addr)
{
	if (is_sabotage_due() && running->how->in_first_chunk)
		return running->how->in_first_chunk(areas, addr);
	return subject_ours.in_first_chunk(areas, addr);
}

static bool sab_boot_is_static(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr)
{
	if (is_sabotage_due() && running->how->boot_is_static)
		return running->how->boot_is_static(areas, addr, can_addr);
	return subject_ours.boot_is_static(areas, addr, can_addr);
}

static void *copy_of(struct saboteur *s, const void *from, size_t size)
{
	void *to = malloc(size);

	if (!to || s->nr_copies == sizeof(s->copy) / sizeof(s->copy[0]))
		abort();
	s->copy[s->nr_copies++] = to;
	return memcpy(to, from, size);
}

static struct shown copy_chunk(struct saboteur *s, struct subject_chunk *c)
{
	size_t word = 8 * sizeof(long);
	size_t bits = (size_t)c->md->nr_bits, pages = (size_t)c->nr_pages;
	struct shown k = {
		.c = c,
		.md = copy_of(s, c->md, sizeof(*c->md)),
		.blocks = copy_of(s, c->blocks, pages * sizeof(*c->blocks)),
		.alloc_map = copy_of(s, c->alloc_map, (bits + word - 1) / word * sizeof(long)),
		.bound_map = copy_of(s, c->bound_map, (bits + word) / word * sizeof(long)),
		.populated = copy_of(s, c->populated, (pages + word - 1) / word * sizeof(long)),
	};

	c->md = k.md;
	c->blocks = k.blocks;
	c->alloc_map = k.alloc_map;
	c->bound_map = k.bound_map;
	c->populated = k.populated;
	return k;
}

static void sab_view(void *subject, struct subject_view *v)
{
	struct saboteur *s = subject;
	struct shown last = { .c = NULL };

	if (s->calls == AT_START)
		s->calls = 0; /* the first look is after the boot */
	note_call(s);
	drop_copies(s);
	subject_ours.view(s->s, v);
	for (unsigned int i = 0; i < v->nr_chunks; i++) {
		struct shown k = { .c = v->chunk + i };

		if (!s->how || !s->how->in_place)
			k = copy_chunk(s, v->chunk + i);
		if (k.c->immutable)
			continue;
		last = k;
		s->last_base = k.c->base;
	}
	if (is_lying(s) && s->how->view && last.c)
		s->how->view(v, &last);
}

static const struct subject_ops saboteur_ops = {
	.name = "saboteur",
	.create = sab_create,
	.layout = sab_layout,
	.destroy = sab_destroy,
	.flags = sab_flags,
	.alloc = sab_alloc,
	.free = sab_free,
	.balance = sab_balance,
	.populate = sab_populate,
	.depopulate = sab_depopulate,
	.view = sab_view,
	.translate = sab_translate,
	.phys = sab_phys,
	.is_static = sab_is_static,
	.get_vm_area = sab_get_vm_area,
	.vmalloc = sab_vmalloc,
	.vfree = sab_vfree,
	.remove_vm_area = sab_remove_vm_area,
	.find_vm_area = sab_find_vm_area,
	.get_vm_areas = sab_get_vm_areas,
	.free_vm_areas = sab_free_vm_areas,
	.purge = sab_purge,
	.vmallocinfo = sab_vmallocinfo,
	.areas = sab_areas,
	.boot = sab_boot,
	.boot_end = sab_boot_end,
	.per_cpu_ptr = sab_per_cpu_ptr,
	.in_first_chunk = sab_in_first_chunk,
	.boot_is_static = sab_boot_is_static,
};

static unsigned long nr_checks, nr_failures;
static const char *at_table;
static size_t at_row;

static void check(bool good, const char *what, const char *detail)
{
	nr_checks++;
	if (good)
		return;
	nr_failures++;
	printf("FAILED: %s, sabotage %zu, rule %s: %s%s%s\n", at_table, at_row,
	       rule_infos[chosen->rule].name, what, *detail ? ": " : "", detail);
}

/* The op that makes the n-th call; the number of ops if n is 0. */
static uint32_t op_of_call(const struct program *p, uint32_t n)
{
	uint32_t i = 0;

	if (!n || n >= AT_END)
		return p->nr_ops;
	for (; i < p->nr_ops; i++)
		if (p->ops[i].kind != OP_WRITE && p->ops[i].kind != OP_VERIFY && !--n)
			break;
	return i;
}

/**
 * struct damage - damage to the oracle, done by the observer
 */
struct damage {
	void (*observe)(struct oracle *o);
	uint32_t at;
};

static void damage(void *ctx, const struct exec *e, uint32_t index, const struct outcome *out)
{
	const struct damage *d = ctx;

	(void)out;
	if (index == d->at)
		d->observe((struct oracle *)&e->oracle);
}

/* The report names the rule, and can be drawn however broken the state is. */
static void check_report(const struct exec *e)
{
	const struct rule_info *rule = rule_infos + chosen->rule;
	char key[120], want[120], *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	report_print(f, e, "a command");
	fclose(f);
	snprintf(want, sizeof(want), "\nrule:    %s (%s): ", rule->name, rule->group);
	check(strstr(text, want) && strstr(text, "\nreproduce: a command\n"), "report", text);
	free(text);

	report_key(key, sizeof(key), e);
	snprintf(want, sizeof(want), "FuzzerHash=%s.%s", rule->name, exec_op_name(e));
	check(strstr(key, want) && strlen(key) < 80, "key", key);
}

static void check_finding(const struct exec *e, uint32_t at)
{
	const struct finding *fi = &e->oracle.finding;

	check(e->oracle.failed, "was not found", "");
	if (!e->oracle.failed)
		return;
	check(fi->rule == chosen->rule, rule_infos[fi->rule].name, fi->what);
	check(e->at == at, "was not found by the op it was in", fi->what);
	check(fi->what[0], "says nothing", "");
	if (fi->rule == chosen->rule)
		check_report(e);
}

/* Beside an honest subject a difference is found that the saboteur's own oracle allows. */
static void check_lockstep(const struct program *p, uint32_t at, unsigned int flags)
{
	static struct lockstep l;
	const struct exec_options opts[2] = {
		{ .name = "ours", .flags = flags },
		{ .subject = &saboteur_ops, .name = "saboteur", .flags = flags },
	};
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	check(!lockstep_run(&l, p, opts, 2), "was not found", "");
	check(l.found == 0 && lockstep_differs(&l), "is another finding",
	      l.e[0].oracle.finding.what);
	check(l.at == at, "was not found by the op it was in", l.e[0].oracle.finding.what);
	if (l.found >= 0)
		lockstep_report(f, &l, "a command");
	lockstep_exit(&l);
	fclose(f);
	check(strstr(text, "\nrule:    lockstep (lockstep): ") &&
		      strstr(text, "\nverdict: ours: keeps the contract\n") &&
		      strstr(text, "\nverdict: saboteur: keeps the contract\n") &&
		      strstr(text, "\nverdict: neither breaks a rule: both are allowed\n") &&
		      strstr(text, "\nreproduce: a command\n"),
	      "report", text);
	free(text);

	chosen = NULL;
	check(lockstep_run(&l, p, opts, 2), "is not clean without", l.e[0].oracle.finding.what);
	lockstep_exit(&l);
}

static void check_sabotage(const struct sabotage *how, unsigned int flags)
{
	static struct exec e;
	struct exec_options opts = { .subject = &saboteur_ops, .flags = flags };
	struct damage dmg = { .observe = how->observe };
	struct text_error err = { 0 };
	struct program p;
	uint32_t at;

	chosen = how;
	if (!program_from_text(&p, how->program, strlen(how->program), &err)) {
		check(false, "program", err.what);
		return;
	}
	at = op_of_call(&p, how->found ? how->found : how->from);
	if (how->observe) {
		dmg.at = at++;
		opts.observer = damage;
		opts.ctx = &dmg;
	}
	if (how->rule == RULE_lockstep) {
		check_lockstep(&p, at, flags);
		program_exit(&p);
		return;
	}
	calls_of_the_dead = 0;
	exec_run(&e, &p, &opts);
	check_finding(&e, at);
	exec_exit(&e);
	check(!calls_of_the_dead, "was called after it could not go on", "");
	drop_leaked(&e.world);

	chosen = NULL;
	opts.observer = NULL;
	exec_run(&e, &p, &opts);
	chosen = how;
	check(!e.oracle.failed, "is not clean without", e.oracle.finding.what);
	exec_exit(&e);
	program_exit(&p);
}

/*
 * Looked at only near what each op changes, and at all of it at the end, it is found as well; what
 * comes of that is the finding of a run that looks at everything.
 */
static void check_near(const struct sabotage *how)
{
	static struct lockstep l;
	struct exec_options opts = { .subject = &saboteur_ops, .flags = ORACLE_NEAR_ALWAYS };
	struct text_error err = { 0 };
	struct program p;

	chosen = how;
	if (how->full || how->observe || how->rule == RULE_lockstep ||
	    !program_from_text(&p, how->program, strlen(how->program), &err))
		return;
	check(!lockstep_run(&l, &p, &opts, 1), "was not found by looking near", "");
	check_finding(l.e, op_of_call(&p, how->found ? how->found : how->from));
	lockstep_exit(&l);
	drop_leaked(&l.e[0].world);
	program_exit(&p);
}

/* Run it as a fuzz target does, with or without its own rule; false if that cannot be. */
static bool run_as_target(struct lockstep *l, struct program *p, const struct sabotage *how,
			  bool with_rule, bool *clean)
{
	unsigned int flags = how->full ? ORACLE_FULL : 0;
	struct exec_options opts[2] = {
		{ .name = "ours", .flags = flags },
		{ .subject = &saboteur_ops, .name = "saboteur", .flags = flags },
	};
	bool alone = how->rule != RULE_lockstep;
	struct damage dmg = { .observe = how->observe };
	struct text_error err = { 0 };

	chosen = how;
	if (!program_from_text(p, how->program, strlen(how->program), &err))
		return false;
	for (int i = 0; i < 2 && !with_rule; i++)
		rule_add(&opts[i].rules_off, how->rule);
	if (how->observe) {
		dmg.at = op_of_call(p, how->found ? how->found : how->from);
		opts[1].observer = damage;
		opts[1].ctx = &dmg;
	}
	*clean = lockstep_run(l, p, opts + alone, 2u - alone);
	return true;
}

/* Does it go unnoticed if the rule is left out, so that no other sees it? */
static bool escapes(const struct sabotage *how)
{
	static struct lockstep l;
	struct program p;
	bool clean;

	if (!run_as_target(&l, &p, how, false, &clean))
		return false;
	if (!clean)
		check(l.e[l.found].oracle.finding.rule != how->rule,
		      "was found though it is left out", l.e[l.found].oracle.finding.what);
	lockstep_exit(&l);
	drop_leaked(&l.e[0].world);
	program_exit(&p);
	return clean;
}

/* End as a fuzz target does that finds this rule broken; returns if there is no such rule. */
static void crash_by(const char *name)
{
	static struct lockstep l;
	struct program p;
	bool clean;

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (size_t row = 0; row < tables[t]->nr; row++) {
			const struct sabotage *how = tables[t]->row + row;

			if (strcmp(rule_infos[how->rule].name, name))
				continue;
			if (!run_as_target(&l, &p, how, true, &clean) || clean)
				abort();
			lockstep_report(stderr, &l, "pcpufuzz run FILE");
			report_crash(l.e + l.found);
		}
	}
}

/*
 * No rule is dead weight: without it some sabotage escapes.  Of those that say so in alone.def some
 * error of the bank does, see scripts/weaken, or none can.
 */
static void check_alone(const unsigned int *alone)
{
	static const struct {
		enum rule rule;
		enum { NONE, SABOTAGE, BANK, REDUNDANT } kind;
	} entries[] = {
#define ALONE(name, kind, why) { RULE_##name, kind },
#include "alone.def"
#undef ALONE
	};
	unsigned int kind[RULE_NR] = { NONE };

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		kind[entries[i].rule] = entries[i].kind;
	for (int i = 0; i < RULE_NR; i++) {
		bool some = kind[i] == NONE || kind[i] == SABOTAGE;

		nr_checks++;
		if (some == (alone[i] != 0))
			continue;
		nr_failures++;
		printf("FAILED: %u sabotages of rule %s escape without it, alone.def expects %s\n",
		       alone[i], rule_infos[i].name, some ? "some" : "none");
	}
}

/*
 * With --alone: how many sabotages of each rule escape without it, as scripts/weaken wants it.
 * With --crash RULE: the report and the crash by which engines would tell this rule from others.
 */
int main(int argc, char **argv)
{
	unsigned int ways[RULE_NR] = { 0 }, alone[RULE_NR] = { 0 };
	bool list = argc == 2 && !strcmp(argv[1], "--alone");
	size_t nr = 0;

	if (argc == 3 && !strcmp(argv[1], "--crash")) {
		crash_by(argv[2]);
		return 2;
	}
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		at_table = tables[t]->name;
		for (at_row = 0; at_row < tables[t]->nr; at_row++, nr++) {
			const struct sabotage *how = tables[t]->row + at_row;

			ways[how->rule]++;
			if (!how->full)
				check_sabotage(how, 0);
			check_sabotage(how, ORACLE_FULL);
			check_near(how);
			alone[how->rule] += escapes(how);
		}
	}
	for (int i = 0; i < RULE_NR; i++) {
		nr_checks++;
		if (ways[i])
			continue;
		nr_failures++;
		printf("FAILED: no sabotage of rule %s\n", rule_infos[i].name);
	}
	check_alone(alone);
	for (int i = 0; list && i < RULE_NR; i++)
		printf("%s %u\n", rule_infos[i].name, alone[i]);
	printf("%d rules, %zu sabotages, %lu checks, %lu failures\n", RULE_NR, nr, nr_checks,
	       nr_failures);
	return nr_failures != 0;
}
