/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * repro.h - what the C programs that 'pcpufuzz c' writes include: one call for each op.
 *
 * Each lets the oracle ask the allocator, and hold what it did and all it believes against the
 * contract.  The first broken rule ends the process with 1.  Needs impl/ and oracle/, nothing else
 * of the rig.  A header with its functions, so that a reproducer is one file and one command.
 *
 * Of the includer: REPRO_SUBJECT, if it is defined, is the shared object with the subject.
 */
#ifndef REPRO_H
#define REPRO_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../oracle/oracle.h"
#ifdef REPRO_SUBJECT
#include <dlfcn.h>
#endif

/**
 * struct repro - a finding
 * @key:       rule and kind of op, or how else the process ended
 * @machine:   what it was found on
 * @quirks:    of our allocator, bits 1 << PCPU_QUIRK_*
 * @tolerate:  known errors that are none here: 1 << PCPU_QUIRK_*, 1 << KNOWN_*
 * @flags:     ORACLE_*
 * @rules_off: rules that are left out
 */
struct repro {
	const char *key;
	const struct machine *machine;
	unsigned int quirks, tolerate, flags;
	struct rule_set rules_off;
};

/**
 * struct repro_areas - the congruent areas of an op
 * @set:  these
 * @next: those of the op before
 */
struct repro_areas {
	struct area_set set;
	struct repro_areas *next;
};

/* The run. */
static struct {
	const struct repro *of;
	const struct subject_ops *subject;
	struct world world;
	struct oracle oracle;
	struct outcome out;
	struct repro_areas *areas;
	const char *line;
	unsigned int nr;
} repro_run = { .line = "none, at the start" };

static inline void repro_exit(int status)
{
	oracle_exit(&repro_run.oracle);
	world_exit(&repro_run.world);
	exit(status);
}

/* An op of this kind is done; @ok is what the oracle says. */
static inline void repro_done(const char *kind, bool ok)
{
	const struct oracle *o = &repro_run.oracle;
	const struct rule_info *rule = rule_infos + o->finding.rule;
	char key[120];

	if (ok && !o->over)
		return;
	if (!o->failed) { /* no finding, but the oracle cannot go on */
		printf("over: the oracle cannot follow what a bad free did\n");
		repro_exit(0);
	}
	snprintf(key, sizeof(key), "%s.%s", rule->name, kind);
	if (repro_run.nr)
		printf("op:      %u: %s\n", repro_run.nr - 1, repro_run.line);
	else
		printf("op:      %s\n", repro_run.line);
	printf("rule:    %s (%s): %s\n", rule->name, rule->group, rule->statement);
	printf("found:   %s\n", o->finding.what);
	if (strcmp(key, repro_run.of->key))
		printf("note:    this program was made for another finding, %s\n",
		       repro_run.of->key);
	printf("ASSERTION FAILED: pcpu divergence FuzzerHash=%s\n", key);
	repro_exit(1);
}

static inline void repro_load(const char *path)
{
#ifdef REPRO_SUBJECT
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct subject_plugin *plugin = object ? dlsym(object, SUBJECT_SYMBOL) : NULL;

	if (!plugin || plugin->abi != SUBJECT_ABI) {
		fprintf(stderr, "%s: %s\n", path,
			!object ? dlerror() :
			!plugin ? "expected a subject of pcpufuzz" :
				  "was built for another state of pcpufuzz");
		exit(2);
	}
	repro_run.subject = plugin->ops;
	if (plugin->ops->unfit && plugin->ops->unfit(repro_run.of->machine)) {
		fprintf(stderr, "%s: cannot be this machine: %s\n", path,
			plugin->ops->unfit(repro_run.of->machine));
		exit(2);
	}
#else
	(void)path;
	repro_run.subject = &subject_ours;
#endif
}

/**
 * repro_start - boot the machine
 * @r: the finding
 * @argc: of main()
 * @argv: of main(): another shared object than REPRO_SUBJECT can be given
 */
static inline void repro_start(const struct repro *r, int argc, char **argv)
{
	repro_run.of = r;
#ifdef REPRO_SUBJECT
	repro_load(argc > 1 ? argv[1] : REPRO_SUBJECT);
#else
	(void)argc;
	repro_load(argv[0]);
#endif
	setvbuf(stdout, NULL, _IOLBF, 0);
	world_init(&repro_run.world, r->machine);
	repro_run.world.rules_off = r->rules_off;
	repro_done("start", oracle_init(&repro_run.oracle, r->machine, repro_run.subject,
					&repro_run.world, r->quirks, r->tolerate, r->flags));
}

/**
 * repro_end - free all that is left, and see that all comes back
 *
 * Return: 0, for main() to return.
 */
static inline int repro_end(void)
{
	repro_run.nr = 0;
	repro_run.line = "none, at the end";
	memset(repro_run.world.budget.fault, 0, sizeof(repro_run.world.budget.fault));
	for (struct repro_areas *a = repro_run.areas; a; a = a->next)
		repro_done("end", oracle_free_vm_areas(&repro_run.oracle, &a->set));
	repro_done("end", oracle_end(&repro_run.oracle));
	puts("clean");
	repro_exit(0);
	return 0;
}

/* What comes next, as the program says it. */
static inline void step(const char *line)
{
	repro_run.line = line;
	repro_run.nr++;
	repro_run.out = (struct outcome){ .reason = REASON_OK };
}

/* The @n-th request of that kind is refused from here on; of PCPU_FAULT_MAP, @n pages map before.
 */
static inline void fail(enum pcpu_fault kind, unsigned int n)
{
	world_arm(&repro_run.world, kind, n);
}

/* A machine that did not boot can only be booted in other ways. */
static inline bool repro_is_down(void)
{
	return repro_run.oracle.down;
}

/* What was not served has no inside either. */
static inline uint64_t repro_at(uint64_t ptr, uint64_t offset)
{
	return ptr ? ptr + offset : 0;
}

#define REPRO_ASK(kind, call)                       \
	do {                                        \
		if (!repro_is_down())               \
			repro_done((kind), (call)); \
	} while (0)

/* From the reserved chunk, if there is one, or not; @gfp is enum pcpu_gfp. */
static inline uint64_t op_alloc(uint32_t size, uint32_t align, bool reserved, unsigned int gfp)
{
	struct alloc_args args = { .size = size, .align = align, .reserved = reserved, .gfp = gfp };

	REPRO_ASK("alloc", oracle_alloc(&repro_run.oracle, &args, &repro_run.out));
	return repro_run.out.ptr;
}

static inline void op_free(uint64_t ptr, uint64_t offset)
{
	REPRO_ASK("free", oracle_free(&repro_run.oracle, repro_at(ptr, offset), &repro_run.out));
}

static inline void op_write(uint64_t ptr, uint32_t seed)
{
	REPRO_ASK("write", oracle_write(&repro_run.oracle, ptr, seed));
}

static inline void op_verify(uint64_t ptr)
{
	REPRO_ASK("verify", oracle_verify(&repro_run.oracle, ptr));
}

/* The same of a vmalloc area. */
static inline void op_write_vm(uint64_t addr, uint32_t seed)
{
	REPRO_ASK("write", oracle_vm_access(&repro_run.oracle, addr, true, seed));
}

static inline void op_verify_vm(uint64_t addr)
{
	REPRO_ASK("verify", oracle_vm_access(&repro_run.oracle, addr, false, 0));
}

static inline void op_balance(void)
{
	REPRO_ASK("balance", oracle_balance(&repro_run.oracle));
}

static inline void op_populate(unsigned int chunk, unsigned int from, unsigned int to)
{
	REPRO_ASK("populate",
		  oracle_populate(&repro_run.oracle, chunk, from, to, true, &repro_run.out));
}

static inline void op_depopulate(unsigned int chunk, unsigned int from, unsigned int to)
{
	REPRO_ASK("depopulate",
		  oracle_populate(&repro_run.oracle, chunk, from, to, false, &repro_run.out));
}

static inline void op_phys(uint64_t ptr, uint64_t offset, unsigned int cpu)
{
	REPRO_ASK("phys",
		  oracle_phys(&repro_run.oracle, repro_at(ptr, offset), cpu, &repro_run.out));
}

static inline uint64_t op_get_vm_area(uint64_t size, bool ioremap, uint64_t from, uint64_t to)
{
	REPRO_ASK("get_vm_area",
		  oracle_get_vm_area(&repro_run.oracle, size, ioremap, from, to, &repro_run.out));
	return repro_run.out.ptr;
}

static inline uint64_t op_vmalloc(uint64_t size, unsigned int node)
{
	const struct oracle *o = &repro_run.oracle;

	if (!repro_is_down() && o->ops->offers_vmalloc && !o->ops->offers_vmalloc(o->s, size))
		return 0;
	REPRO_ASK("vmalloc", oracle_vmalloc(&repro_run.oracle, size, node, &repro_run.out));
	return repro_run.out.ptr;
}

static inline void op_vfree(uint64_t addr, uint64_t offset)
{
	REPRO_ASK("vfree", oracle_vfree(&repro_run.oracle, repro_at(addr, offset), &repro_run.out));
}

static inline void op_remove_vm_area(uint64_t addr, uint64_t offset)
{
	REPRO_ASK("remove_vm_area",
		  oracle_remove_vm_area(&repro_run.oracle, repro_at(addr, offset), &repro_run.out));
}

static inline void op_find_vm_area(uint64_t addr, uint64_t offset)
{
	REPRO_ASK("find_vm_area",
		  oracle_find_vm_area(&repro_run.oracle, repro_at(addr, offset), &repro_run.out));
}

static inline void op_vmallocinfo(void)
{
	if (repro_run.subject->vmallocinfo)
		REPRO_ASK("vmallocinfo", oracle_vmallocinfo(&repro_run.oracle));
}

/* The arrays must stay as they are until the end. */
static inline uint64_t op_get_vm_areas(struct repro_areas *areas, const uint64_t *offsets,
				       const uint64_t *sizes, unsigned int nr, uint64_t align)
{
	if (repro_is_down())
		return 0;
	areas->next = repro_run.areas;
	repro_run.areas = areas;
	repro_done("get_vm_areas", oracle_get_vm_areas(&repro_run.oracle, offsets, sizes, nr, align,
						       &areas->set, &repro_run.out));
	return repro_run.out.ptr;
}

static inline void op_free_vm_areas(struct repro_areas *areas)
{
	if (areas->set.id)
		REPRO_ASK("free_vm_areas", oracle_free_vm_areas(&repro_run.oracle, &areas->set));
}

static inline void op_purge(void)
{
	REPRO_ASK("purge", oracle_purge(&repro_run.oracle));
}

static inline void op_boot(struct boot_args args)
{
	const struct subject_ops *ops = repro_run.subject;

	if (!ops->offers_boot || ops->offers_boot(repro_run.of->machine, args.choice))
		repro_done("boot", oracle_boot(&repro_run.oracle, &args, &repro_run.out));
}

#endif
