// SPDX-License-Identifier: GPL-2.0-only
/*
 * plugin.c - our allocator as a shared object, so that loading and lockstep can be tested without
 * a kernel.
 *
 * PLUGIN_VERSION makes it say that it is Linux, with the quirks of 6.1, or those that the
 * environment variable PCPUFUZZ_PLUGIN_QUIRKS names.  It also cannot be machines of more than 64
 * CPUs, offers no vmalloc of more than 64 KiB and no listing of areas, and dies of a free where
 * nothing is mapped.  PLUGIN_ABI is added to the number by which it is recognised.
 *
 * PLUGIN_DEADLY makes the process die of a listing of areas, and hang in a purge.  PLUGIN_UNSTEADY
 * makes it run other edges in each second program.
 */
#include <stdlib.h>
#include <string.h>

#include "../impl/pcpu.h"
#include "../oracle/steps.h"

#ifdef PLUGIN_VERSION

static const struct machine *machine; /* one at a time, as for a kernel */
static struct world *world;
static bool search_length, size_wrap;

static void *create(const struct machine *m, struct world *w, unsigned int option)
{
	const char *names = getenv("PCPUFUZZ_PLUGIN_QUIRKS");

	machine = m;
	world = w;
	search_length = !names || strstr(names, "search-length");
	size_wrap = !names || strstr(names, "size-wrap");
	option |= PCPU_POLICY_LINUX_6_1;
	for (int i = 0; i < PCPU_QUIRK_NR; i++)
		if (names && !strstr(names, pcpu_quirks[i].name))
			option &= ~(1u << i);
	return subject_ours.create(m, w, option);
}

static bool free_object(void *s, uint64_t ptr)
{
	if (ptr - machine->vm_start < machine_vm_end(machine) - machine->vm_start &&
	    subject_ours.translate(s, ptr) == PCPU_NO_FRAME) {
		world->env.trouble(world->env.ctx, PCPU_TROUBLE_BUG, "nothing is mapped there");
		return false;
	}
	return subject_ours.free(s, ptr);
}

static const char *unfit(const struct machine *m)
{
	return machine_nr_cpus(m) > 64 ? "it has more than 64 CPUs" : NULL;
}

static void fit(struct machine *m)
{
	if (machine_nr_cpus(m) <= 64)
		return;
	memset(m->possible, 0, sizeof(m->possible));
	m->possible[0] = 3;
	machine_clamp(m);
}

static bool offers_vmalloc(void *s, uint64_t size)
{
	(void)s;
	return size <= 64u << 10;
}

/* Where the lowest hole of so many bytes within [from, to) begins, rounded up. */
static uint64_t lowest(void *s, uint64_t bytes, uint64_t align, uint64_t from, uint64_t to)
{
	uint64_t at = machine->vm_start;
	struct subject_area area;

	for (bool any = true; any && at < to; at = area.addr + area.size) {
		uint64_t end = to;

		any = subject_ours.areas(s, at, &area, 1);
		if (any && area.addr < to)
			end = area.addr;
		at = at < from ? from : at;
		if (end > at && end - at >= bytes)
			return (at + align - 1) & ~(align - 1);
		if (!any)
			break;
	}
	return 0;
}

/* As Linux until 6.2: a BUG() if the size is 0 with its guard page. */
static bool wraps(uint64_t size)
{
	uint64_t mask = machine_addr_mask(machine);

	if (!size_wrap || size % machine->page || !size || ((size + machine->page) & mask))
		return false;
	world->env.trouble(world->env.ctx, PCPU_TROUBLE_BUG, "plugin.c: the size wraps");
	return true;
}

/* As Linux since 5.2: in holes of size + align - 1 bytes only, unless the range is the size. */
static uint64_t get_vm_area(void *s, uint64_t size, bool ioremap, uint64_t from, uint64_t to)
{
	const struct machine *m = machine;
	uint64_t pages = size / m->page + (size % m->page != 0), full = (pages + 1) * m->page;
	uint64_t align = m->page, start = from, end = to, at;

	if (wraps(size))
		return 0;
	while (ioremap && align / m->page < pages && align / m->page < 128)
		align *= 2;
	if (!search_length || align == m->page || to - from == full || !pages || pages > 4096)
		return subject_ours.get_vm_area(s, size, ioremap, from, to);
	if (start < m->vm_start)
		start = m->vm_start;
	if (end > machine_vm_end(m))
		end = machine_vm_end(m);
	at = lowest(s, full + align - 1, align, start, end);
	if (!at && world->budget.fault[PCPU_FAULT_AREA] != 1) {
		subject_ours.purge(s);
		at = lowest(s, full + align - 1, align, start, end);
	}
	return subject_ours.get_vm_area(s, size, ioremap, at, at ? at + full : 0);
}

#define VERSION PLUGIN_VERSION
#else
#define VERSION NULL
#endif

#ifdef PLUGIN_DEADLY
static size_t die(void *s, char *buf, size_t size)
{
	(void)s;
	(void)buf;
	(void)size;
	abort();
}

static void hang(void *s)
{
	for (;;)
		subject_ours.purge(s);
}
#endif

#ifdef PLUGIN_UNSTEADY
static __attribute__((noinline)) void each_second(volatile unsigned int *n)
{
	++*n;
}

static void *create_unsteady(const struct machine *m, struct world *w, unsigned int option)
{
	static volatile unsigned int programs, n;

	if (programs++ & 1)
		each_second(&n);
	return subject_ours.create(m, w, option);
}
#endif

#ifndef PLUGIN_ABI
#define PLUGIN_ABI 0
#endif

static struct subject_ops ops;

extern const struct subject_plugin pcpufuzz_subject;

__attribute__((visibility("default"))) const struct subject_plugin pcpufuzz_subject = {
	.abi = SUBJECT_ABI + PLUGIN_ABI,
	.version = VERSION,
	.ops = &ops,
#ifndef PLUGIN_VERSION
	.steps = &subject_ours_steps,
	.space = &subject_ours_space,
#endif
};

static __attribute__((constructor)) void fill_in(void)
{
	ops = subject_ours;
	ops.name = "plugin";
#ifdef PLUGIN_UNSTEADY
	ops.create = create_unsteady;
#endif
#ifdef PLUGIN_VERSION
	ops.create = create;
	ops.free = free_object;
	ops.get_vm_area = get_vm_area;
	ops.unfit = unfit;
	ops.fit = fit;
	ops.offers_vmalloc = offers_vmalloc;
	ops.vmallocinfo = NULL;
#endif
#ifdef PLUGIN_DEADLY
	ops.vmallocinfo = die;
	ops.purge = hang;
#endif
}
