// SPDX-License-Identifier: GPL-2.0-only
/*
 * plugin.c - our allocator as a shared object, so that loading and lockstep can be tested without
 * a kernel.
 *
 * PLUGIN_VERSION makes it say that it is Linux, with the quirks of 6.1, or those that the
 * environment variable PCPUFUZZ_PLUGIN_QUIRKS names.  It also cannot be machines of more than 64
 * CPUs, offers no vmalloc of more than 64 KiB and no listing of areas.  PLUGIN_ABI is added to the
 * number by which it is recognised.
 */
#include <stdlib.h>
#include <string.h>

#include "../impl/pcpu.h"
#include "../oracle/subject.h"

#ifdef PLUGIN_VERSION

static void *create(const struct machine *m, struct world *w, unsigned int option)
{
	const char *names = getenv("PCPUFUZZ_PLUGIN_QUIRKS");

	option |= PCPU_POLICY_LINUX_6_1;
	for (int i = 0; i < PCPU_QUIRK_NR; i++)
		if (names && !strstr(names, pcpu_quirks[i].name))
			option &= ~(1u << i);
	return subject_ours.create(m, w, option);
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

#define VERSION PLUGIN_VERSION
#else
#define VERSION NULL
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
};

static __attribute__((constructor)) void fill_in(void)
{
	ops = subject_ours;
	ops.name = "plugin";
#ifdef PLUGIN_VERSION
	ops.create = create;
	ops.unfit = unfit;
	ops.fit = fit;
	ops.offers_vmalloc = offers_vmalloc;
	ops.vmallocinfo = NULL;
#endif
}
