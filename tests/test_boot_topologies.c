// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_boot_topologies.c - the first chunks of recorded kernels, to the last printed character.
 *
 * Boots each machine of tests/data/boot-topologies.txt with the arguments that x86-64 passes, and
 * with boot memory that ends where the recorded groups end.  What the real boot memory looked like
 * besides is not modelled.
 */
#include <inttypes.h>

#include "boot_rig.h"

#define FIXTURE "tests/data/boot-topologies.txt"
#define MAX_GROUPS 16
#define MAX_CPUS 64

/* One block of the fixture. */
struct topology {
	char name[32];
	unsigned int nr_cpus, nr_nodes, nr_groups;
	bool page;
	uint64_t start, end, base;
	unsigned int node_of[MAX_CPUS];
	uint64_t sizes[6];
	uint64_t offset[MAX_GROUPS], size[MAX_GROUPS];
	unsigned int nr_units[MAX_GROUPS];
	uint32_t cpu_map[MAX_GROUPS][MAX_CPUS];
	uint64_t unit_offset[MAX_CPUS];
	char log[2000];
};

/* Numbers, '-' for none, up to the end of the line. */
static unsigned int numbers(const char *p, int base, uint64_t *to, unsigned int max)
{
	unsigned int nr = 0;
	char *end;

	while (nr < max) {
		p += strspn(p, " ");
		if (*p == '-') {
			to[nr++] = BOOT_NO_CPU;
			p++;
			continue;
		}
		to[nr] = strtoull(p, &end, base);
		if (end == p)
			break;
		p = end;
		nr++;
	}
	return nr;
}

static void read_group(struct topology *t, const char *rest)
{
	unsigned int g = t->nr_groups++;
	uint64_t n[MAX_CPUS];
	char *end;

	t->offset[g] = strtoull(rest, &end, 16);
	t->size[g] = strtoull(end, &end, 16);
	t->nr_units[g] = numbers(end, 10, n, MAX_CPUS);
	for (unsigned int i = 0; i < t->nr_units[g]; i++)
		t->cpu_map[g][i] = (uint32_t)n[i];
}

static void read_line(struct topology *t, const char *key, const char *rest)
{
	uint64_t n[MAX_CPUS];

	if (!strcmp(key, "topology"))
		sscanf(rest, "%31s", t->name);
	else if (!strcmp(key, "cpus"))
		t->nr_cpus = (unsigned int)atoi(rest);
	else if (!strcmp(key, "nodes"))
		t->nr_nodes = (unsigned int)atoi(rest);
	else if (!strcmp(key, "choice"))
		t->page = !strncmp(rest, "page", 4);
	else if (!strcmp(key, "window"))
		sscanf(rest, "%" SCNx64 " %" SCNx64, &t->start, &t->end);
	else if (!strcmp(key, "base"))
		sscanf(rest, "%" SCNx64, &t->base);
	else if (!strcmp(key, "sizes"))
		check(numbers(rest, 10, t->sizes, 6) == 6, "six sizes");
	else if (!strcmp(key, "unit_offsets"))
		check(numbers(rest, 16, t->unit_offset, MAX_CPUS) == t->nr_cpus, "an offset each");
	else if (!strcmp(key, "group"))
		read_group(t, rest);
	else if (!strcmp(key, "node_of"))
		for (unsigned int i = numbers(rest, 10, n, MAX_CPUS); i--;)
			t->node_of[i] = (unsigned int)n[i];
	else if (!strcmp(key, "line"))
		strcat(strncat(t->log, rest, strcspn(rest, "|")), "\n");
	else
		check(false, "a line of the fixture is understood");
}

/* Reads up to and with the next "end"; false if there is none. */
static bool read_topology(FILE *file, struct topology *t)
{
	char line[400], *rest;

	memset(t, 0, sizeof(*t));
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (!strcmp(line, "end\n"))
			return true;
		rest = strchr(line, ' ');
		check(rest, "a key and values");
		if (!rest)
			return false;
		*rest = 0;
		read_line(t, line, rest + 1);
	}
	return false;
}

/* Regions that end where the recorded groups end; a node without group has one out of the way. */
static void set_memory(struct rig *rig, const struct topology *t)
{
	struct boot_mem_config *m = &rig->memory;

	*m = (struct boot_mem_config){ .page_shift = 12,
				       .nr_nodes = t->nr_nodes,
				       .region_size = 0x800000,
				       .total_limit = UINT64_C(1) << 30 };
	for (unsigned int node = 0; node < t->nr_nodes; node++)
		m->base[node] = 0x1000000 * (node + 1);
	for (unsigned int g = 0; g < t->nr_groups && !t->page; g++)
		m->base[t->node_of[t->cpu_map[g][0]]] =
			t->base + t->offset[g] + t->size[g] - m->region_size;
}

static void set_machine(struct rig *rig, const struct topology *t)
{
	memset(rig, 0, sizeof(*rig));
	for (unsigned int cpu = 0; cpu < t->nr_cpus; cpu++) {
		rig_possible(rig, cpu);
		rig->cfg.node_of[cpu] = (uint16_t)t->node_of[cpu];
	}
	rig->near = near_by_node;
	rig->cfg.page_shift = 12;
	rig->cfg.nr_nodes = t->nr_nodes;
	rig->cfg.static_size = t->sizes[0];
	rig->cfg.reserved_size = 8 << 10; /* for modules */
	rig->cfg.dyn_size = (8 << 10) + (28 << 10) - (8 << 10); /* modules are served already */
	rig->cfg.dyn_early = 12 << 10;
	rig->cfg.min_unit_size = 32 << 10;
	rig->cfg.atom_size = 2 << 20; /* what one pmd entry maps */
	rig->cfg.choice = t->page ? BOOT_PAGE : BOOT_AUTO;
	rig->cfg.nr_cpus_max = 8192;
	rig->window = (struct vm_config){
		.page_shift = 12, .va_bits = 64, .start = t->start, .end = t->end, .max_frames = 16
	};
	set_memory(rig, t);
}

static void compare(const struct rig *rig, const struct topology *t)
{
	const struct boot_areas *a = &rig->areas;
	const struct boot_info *i = &a->info;

	check(!rig->status && a->paged == t->page, "it boots the same way");
	check(i->static_size == t->sizes[0] && i->reserved_size == t->sizes[1] &&
		      i->dyn_size == t->sizes[2] && i->unit_size == t->sizes[3] &&
		      i->atom_size == t->sizes[4] && i->alloc_size == t->sizes[5],
	      "alloc_info: sizes");
	check(a->base_addr == t->base, "base address");
	check(i->nr_groups == t->nr_groups, "alloc_info: number of groups");
	for (unsigned int g = 0; g < i->nr_groups && g < t->nr_groups; g++) {
		check(i->groups[g].nr_units == t->nr_units[g] &&
			      !memcmp(i->groups[g].cpu_map, t->cpu_map[g],
				      t->nr_units[g] * sizeof(uint32_t)),
		      "alloc_info: units of a group");
		check(i->groups[g].base_offset == t->offset[g] &&
			      a->group_offset[g] == t->offset[g] && a->group_size[g] == t->size[g],
		      "offset and size of a group");
	}
	for (unsigned int cpu = 0; cpu < t->nr_cpus; cpu++)
		check(a->unit_offset[cpu] == t->unit_offset[cpu], "unit offset");
	check(!strcmp(a->log, t->log), "printed lines");
	if (strcmp(a->log, t->log))
		printf("expected:\n%sactual:\n%s", t->log, a->log);
}

/* Two machines that are documented, but of which there is no recording. */
static void test_documented(struct rig *rig)
{
	static const struct topology s8 = { .nr_cpus = 8,
					    .nr_nodes = 1,
					    .sizes = { 217088 },
					    .start = 0xffffc90000000000,
					    .end = 0xffffe90000000000 };
	static const struct topology n2 = { .nr_cpus = 4,
					    .nr_nodes = 2,
					    .node_of = { 0, 0, 1, 1 },
					    .sizes = { 217088 },
					    .start = 0xffffc90000000000,
					    .end = 0xffffe90000000000 };

	set_machine(rig, &s8);
	rig_boot(rig, &no_faults);
	check(rig->areas.info.unit_size == 262144 && rig->areas.group_size[0] == 0x200000, "s8");
	rig_exit(rig);
	set_machine(rig, &n2);
	rig_boot(rig, &no_faults);
	check(rig->areas.info.unit_size == 1048576 && rig->areas.info.nr_groups == 2 &&
		      rig->areas.group_size[0] == 0x200000 && rig->areas.group_size[1] == 0x200000,
	      "n2");
	rig_exit(rig);
}

int main(void)
{
	struct topology *t = malloc(sizeof(*t));
	struct rig *rig = malloc(sizeof(*rig));
	FILE *file = fopen(FIXTURE, "r");
	unsigned int nr = 0;

	if (!file) {
		perror(FIXTURE);
		return 1;
	}
	while (read_topology(file, t)) {
		unsigned int before = failures;

		set_machine(rig, t);
		rig_boot(rig, &no_faults);
		compare(rig, t);
		check(!rig_exit(rig), "everything is given back");
		check(rig_run(rig, &no_faults, NULL), "the naive oracle agrees");
		printf("%s: %s\n", t->name, failures == before ? "identical" : "DIFFERENT");
		nr++;
	}
	check(nr == 6, "six topologies");
	test_documented(rig);
	fclose(file);
	free(rig);
	free(t);
	printf("%u checks, %u failures\n", checks, failures);
	return failures > 0;
}
