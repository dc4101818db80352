// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_boot.c - setup_per_cpu_areas() against the naive oracle, on machines of all kinds.
 *
 * Random machines with and without faults, the machines that real bugs needed, and a sabotage of
 * each rule.  Recorded boots are in test_boot_topologies.c.
 */
#include "boot_rig.h"

static uint64_t rng_state;

static uint32_t rnd(uint32_t below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (uint32_t)((rng_state >> 16) % below);
}

static bool near_by_chance(const struct rig *rig, unsigned int a, unsigned int b)
{
	uint32_t x = rig->seed ^ (a * 2654435761u) ^ (b * 40503u + 1) * 69069u;

	x ^= x >> 15;
	x *= 2246822519u;
	return (x >> 13) % 5 < 3;
}

/* 0-1, 1-2, 2-3 are near, 0-2 is not. */
static bool near_in_chain(const struct rig *rig, unsigned int a, unsigned int b)
{
	(void)rig;
	return a + 1 == b || b + 1 == a;
}

/* Nobody is near anybody from below. */
static bool near_one_way(const struct rig *rig, unsigned int a, unsigned int b)
{
	(void)rig;
	return a > b;
}

static void random_cpus(struct rig *rig)
{
	unsigned int ids = rnd(10) ? 1 + rnd(24) : 1 + rnd(BOOT_MAX_CPUS);
	unsigned int first = rnd(4) ? 0 : rnd(ids), mode = rnd(4);

	for (unsigned int cpu = first; cpu + 1 < ids; cpu++)
		if (!mode ? rnd(2) : mode > 1 || rnd(8))
			rig_possible(rig, cpu);
	rig_possible(rig, ids - 1);

	mode = rnd(4);
	rig->cfg.nr_nodes = mode ? 1 + rnd(ids < 9 ? ids : 8) : ids;
	for (unsigned int cpu = 0; cpu < ids; cpu++)
		rig->cfg.node_of[cpu] =
			(uint16_t)(mode > 1 ? rnd(rig->cfg.nr_nodes) : cpu % rig->cfg.nr_nodes);
	mode = rnd(8);
	rig->seed = rnd(1u << 30);
	rig->near = mode < 4 ? near_by_node :
		    mode < 5 ? near_in_chain :
		    mode < 6 ? near_one_way :
		    mode < 7 ? near_by_chance :
			       NULL;
}

static void random_memory(struct rig *rig)
{
	uint64_t page = UINT64_C(1) << rig->cfg.page_shift, atom = rig->cfg.atom_size;
	struct boot_mem_config *m = &rig->memory;
	uint64_t stride;

	m->page_shift = rig->cfg.page_shift;
	m->nr_nodes = rig->cfg.nr_nodes;
	m->region_size = rnd(3) ? 64 * atom + rnd(64) * page : (1 + rnd(200)) * page;
	if (rnd(2) && m->region_size < 400 * page)
		m->region_size = 400 * page;
	stride = m->region_size;
	if (rnd(2))
		stride += rnd(1u << rnd(16)) * (rnd(2) ? page : atom);
	/* an odd factor, and a power of two of places: each is met once */
	for (unsigned int node = 0, odd = 2 * rnd(200) + 1; node < m->nr_nodes; node++)
		m->base[node] = (UINT64_C(1) << 24) + page + (node * odd % 256) * stride;
	m->total_limit = rnd(4) ? UINT64_C(1) << 40 : rnd(1u << rnd(14)) * page;
}

static void random_machine(struct rig *rig)
{
	struct boot_config *cfg = &rig->cfg;
	uint64_t page, size;

	memset(rig, 0, sizeof(*rig));
	random_cpus(rig);
	cfg->page_shift = rnd(3) ? 8 + rnd(3) : 8 + rnd(boot_nr_possible(cfg) > 24 ? 3 : 9);
	page = UINT64_C(1) << cfg->page_shift;
	cfg->static_size = 1 + rnd((uint32_t)(2 * page));
	cfg->reserved_size = rnd(2) ? 4 * rnd((uint32_t)page / 4) : 0;
	cfg->dyn_size = rnd(2) ? rnd((uint32_t)(3 * page)) : 0;
	cfg->dyn_early = 4 + rnd((uint32_t)page);
	cfg->min_unit_size = page * (1 + rnd(8));
	cfg->atom_size = page << rnd(10);
	if (cfg->atom_size > 1u << 21 || (cfg->atom_size > 1u << 17 && rnd(8)))
		cfg->atom_size = page;
	cfg->nr_cpus_max = 8192;
	cfg->choice = (enum boot_choice)rnd(BOOT_CHOICE_NR);
	random_memory(rig);

	/* as large as the tables can tell apart at most */
	size = page * (1 + rnd(1u << (4 + rnd(14))));
	rig->window = (struct vm_config){ .page_shift = cfg->page_shift,
					  .va_bits = 64,
					  .start = (UINT64_C(1) << 36) + rnd(100000) * page,
					  .max_frames = 16 };
	rig->window.end = rig->window.start + size;
	if (!rnd(4) && size > 8 * page)
		rig->early = page * (1 + rnd(4));
}

/* Faults at the first requests one by one, and at some of the later ones. */
static bool sweep_faults(struct rig *rig, enum pcpu_fault kind)
{
	for (uint32_t n = 1; n < 4000; n += n < 8 ? 1 : 1 + rnd(n)) {
		struct budget budget = { 0 }, left;

		budget.fault[kind] = n;
		if (!rig_run(rig, &budget, &left))
			return false;
		if (left.fault[kind])
			break;
	}
	return true;
}

static void test_random(void)
{
	static const enum pcpu_fault kinds[] = { PCPU_FAULT_META, PCPU_FAULT_BOOT, PCPU_FAULT_TABLE,
						 PCPU_FAULT_MAP };
	unsigned int seen[4] = { 0 }, paged = 0;
	struct rig *rig = malloc(sizeof(*rig));

	for (unsigned int i = 1; i <= 800; i++) {
		bool ok = true;

		rng_state = i * UINT64_C(0x9e3779b97f4a7c15);
		random_machine(rig);
		ok = rig_run(rig, &no_faults, NULL);
		seen[rig->status]++;
		for (unsigned int k = 0; ok && i % 3 == 0 && k < 4; k++) {
			ok = sweep_faults(rig, kinds[k]);
			paged += !rig->status && rig->cfg.choice != BOOT_PAGE;
		}
		if (!ok) {
			printf("FAILED: random machine %u\n", i);
			break;
		}
	}
	check(seen[BOOT_OK] > 300 && seen[BOOT_ENOMEM] > 50, "successes and failures are met");
	check(paged > 50, "and fallbacks");
	free(rig);
}

/* CPUs 0-2 and an unused unit on node 0, CPUs 3 and 4 on node 1 far above; two units make an atom.
 */
static void plain(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	for (unsigned int cpu = 0; cpu < 5; cpu++)
		rig_possible(rig, cpu);
	rig->cfg.node_of[3] = rig->cfg.node_of[4] = 1;
	rig->near = near_by_node;
	rig->cfg.page_shift = 8;
	rig->cfg.nr_nodes = 2;
	rig->cfg.static_size = 300;
	rig->cfg.reserved_size = 100;
	rig->cfg.dyn_size = 40;
	rig->cfg.dyn_early = 48;
	rig->cfg.min_unit_size = 512;
	rig->cfg.atom_size = 1024;
	rig->cfg.nr_cpus_max = 64;
	rig->memory = (struct boot_mem_config){ .page_shift = 8,
						.nr_nodes = 2,
						.base = { 0x10000, 0x40000 },
						.region_size = 0x10000,
						.total_limit = 0x20000 };
	rig->window = (struct vm_config){
		.page_shift = 8, .va_bits = 64, .start = 0x1000000, .end = 0x1100000
	};
}

static uint64_t layout(struct rig *rig, unsigned int *nr_groups)
{
	uint64_t unit;

	rig_boot(rig, &no_faults);
	*nr_groups = rig->areas.info.nr_groups;
	unit = rig->areas.info.unit_size;
	rig_exit(rig);
	return unit;
}

/* B14: as many groups as there can be CPUs; the fill loop must end with the groups. */
static void test_b14(struct rig *rig)
{
	unsigned int nr_groups;

	plain(rig);
	for (unsigned int cpu = 0; cpu < BOOT_MAX_CPUS; cpu++) {
		rig_possible(rig, cpu);
		rig->cfg.node_of[cpu] = (uint16_t)cpu;
		rig->memory.base[cpu] = 0x10000 + cpu * 0x1000;
	}
	rig->cfg.nr_nodes = rig->memory.nr_nodes = 256;
	rig->memory.region_size = 0x1000;
	rig->memory.total_limit = 0x1000000;
	rig->window.end = rig->window.start + 0x1000000;
	check(layout(rig, &nr_groups) == 1024 && nr_groups == 256,
	      "B14: 256 groups, one unit each");
	check(rig_run(rig, &no_faults, NULL), "B14: as many groups as CPUs");
}

/* B15: where every larger number of units per allocation wastes too many, one is left. */
static void test_b15(struct rig *rig)
{
	unsigned int nr_groups;

	plain(rig);
	rig->near = near_one_way;
	rig->cfg.atom_size = 16384;
	check(layout(rig, &nr_groups) == 16384 && nr_groups == 5, "B15: one unit per allocation");
	check(rig_run(rig, &no_faults, NULL),
	      "B15: all but one unit per allocation waste too many");
}

/* B50: CPUs 0 and 2; the number of CPUs is not the number of CPU ids. */
static void test_b50(struct rig *rig)
{
	plain(rig);
	rig->cfg.possible[0] = 5;
	rig->cfg.nr_cpu_ids = 3;
	rig_boot(rig, &no_faults);
	check(rig->areas.unit_of[0] == 0 && rig->areas.unit_of[1] == BOOT_NO_UNIT &&
		      rig->areas.unit_of[2] == 1 && rig->areas.cpu_offset[2],
	      "B50: the second unit is CPU 2's");
	rig_exit(rig);
	check(rig_run(rig, &no_faults, NULL), "B50: sparse CPU ids");
}

/* B51: there is no CPU 0. */
static void test_b51(struct rig *rig)
{
	uint64_t can = 0, addr;

	plain(rig);
	rig->cfg.possible[0] = 0xc;
	rig_boot(rig, &no_faults);
	addr = rig->areas.cpu_offset[3] + 5;
	check(boot_is_static(&rig->areas, addr, &can) && can == rig->areas.cpu_offset[2] + 5,
	      "B51: the canonical address is in the copy of the lowest CPU");
	rig_exit(rig);
	for (int choice = 0; choice < BOOT_CHOICE_NR; choice++) {
		rig->cfg.choice = (enum boot_choice)choice;
		check(rig_run(rig, &no_faults, NULL), "B51: no CPU 0");
	}
}

/* B52: more units than CPU ids, so no CPU id can stand for "none". */
static void test_b52(struct rig *rig)
{
	plain(rig);
	rig->cfg.min_unit_size = 256;
	rig->cfg.node_of[2] = 1;
	rig_boot(rig, &no_faults);
	check(rig->areas.nr_units == 6 && rig->areas.unit_of[3] == 3 && rig->areas.unit_of[4] == 4,
	      "B52: unit 5 is unused, and there is a CPU 4 and no CPU 5");
	rig_exit(rig);
	check(rig_run(rig, &no_faults, NULL), "B52: more units than CPU ids");
}

/* B53: embed fails, and page builds its layout from nothing. */
static void test_b53(struct rig *rig)
{
	struct budget budget = { .fault[PCPU_FAULT_BOOT] = 2 };

	plain(rig);
	rig_boot(rig, &budget);
	check(!rig->status && rig->areas.paged && rig->areas.info.nr_groups == 1 &&
		      rig->areas.nr_units == 5,
	      "B53: one group of five after a failure with two groups");
	rig_exit(rig);
	check(rig_run(rig, &budget, NULL), "B53: two layouts in one boot");
}

/* B54: the groups lie so far apart that no further chunk would fit. */
static void test_b54(struct rig *rig)
{
	plain(rig);
	rig->window.end = rig->window.start + 0x20000;
	rig_boot(rig, &no_faults);
	check(!rig->status && rig->areas.paged && strstr(rig->areas.log, "max_distance=0x30"),
	      "B54: groups too far apart make it fall back");
	rig_exit(rig);
	check(rig_run(rig, &no_faults, NULL), "B54: groups too far apart");
}

/* B55: what counts is the end of the highest group, all its units included. */
static void test_b55(struct rig *rig)
{
	plain(rig);
	/* the end is 0x30400 above the base; with one unit only it would be 0x2fe00 */
	for (unsigned int cpu = 1; cpu < 5; cpu++)
		rig->cfg.node_of[cpu] = 1;
	rig->window.end = rig->window.start + 0x40500;
	rig_boot(rig, &no_faults);
	check(!rig->status && rig->areas.paged && strstr(rig->areas.log, "max_distance=0x30400 "),
	      "B55: all units of the highest group count");
	rig_exit(rig);
	for (uint64_t size = 0x40000; size < 0x42000; size += 0x100) {
		rig->window.end = rig->window.start + size;
		check(rig_run(rig, &no_faults, NULL), "B55: near the limit");
	}
}

/* B56: nothing is left of the groups that lay too far apart. */
static void test_b56(struct rig *rig)
{
	struct budget budget = { .fault[PCPU_FAULT_BOOT] = 3 };

	plain(rig);
	rig->window.end = rig->window.start + 0x20000;
	check(rig_run(rig, &budget, NULL), "B56: too far apart, and page fails too");
	rig_boot(rig, &budget);
	check(rig->status == BOOT_ENOMEM && !rig->mem.live, "B56: all boot memory is given back");
	rig_exit(rig);
}

/*
 * B57: what group 0 does not use must not be given back before group 1 is taken.  Memory is short
 * here by just that much.  (Regions are filled from above with multiples of an atom, so groups
 * cannot come to overlap in this world; boot_place looks for that nevertheless.)
 */
static void test_b57(struct rig *rig)
{
	plain(rig);
	rig->memory.total_limit = 0xc00;
	rig_boot(rig, &no_faults);
	check(!rig->status && !rig->areas.paged && rig->mem.live == 0xa00,
	      "B57: room for both groups");
	rig_exit(rig);
	check(rig_run(rig, &no_faults, NULL), "B57: with room");
	rig->memory.total_limit = 0xa00;
	rig_boot(rig, &no_faults);
	check(!rig->status && rig->areas.paged, "B57: room only for what is used in the end");
	rig_exit(rig);
	check(rig_run(rig, &no_faults, NULL), "B57: without room");
}

/* B58: page fails at each of its requests, and gives back what it took and nothing else. */
static void test_b58(struct rig *rig)
{
	plain(rig);
	rig->cfg.choice = BOOT_PAGE;
	for (uint32_t n = 1; n <= 16; n++) {
		struct budget budget = { .fault[PCPU_FAULT_BOOT] = n };

		check(rig_run(rig, &budget, NULL), "B58: a page is refused");
		budget = (struct budget){ .fault[PCPU_FAULT_MAP] = n };
		check(rig_run(rig, &budget, NULL), "B58: a mapping is refused");
	}
}

/* B59: the highest CPU id is nr_cpu_ids - 1; what lies behind it is not possible. */
static void test_b59(struct rig *rig)
{
	plain(rig);
	for (unsigned int i = 0; i < 4; i++)
		rig->cfg.possible[i] = UINT64_MAX;
	check(rig_run(rig, &no_faults, NULL), "B59: bits behind nr_cpu_ids");
	rig->cfg.nr_cpu_ids = BOOT_MAX_CPUS;
	rig->memory.total_limit = rig->memory.region_size = 0x100000;
	rig->memory.base[1] = 0x400000;
	rig->window.end = rig->window.start + 0x1000000;
	check(rig_run(rig, &no_faults, NULL) && !rig->status, "B59: all CPU ids there can be");
}

/* B60: numbers of CPUs that are no multiple of the units per allocation are no error. */
static void test_b60(struct rig *rig)
{
	for (unsigned int nr = 1; nr <= 40; nr++)
		for (int choice = 0; choice < BOOT_CHOICE_NR; choice++) {
			plain(rig);
			rig->cfg.possible[0] = (UINT64_C(1) << nr) - 1;
			rig->cfg.nr_cpu_ids = nr;
			rig->cfg.atom_size = 8192;
			rig->cfg.choice = (enum boot_choice)choice;
			check(rig_run(rig, &no_faults, NULL) && !rig->status, "B60: CPU counts");
		}
}

/* B61: the first chunk is all units, not only the first one. */
static void test_b61(struct rig *rig)
{
	plain(rig);
	for (int choice = 0; choice < BOOT_CHOICE_NR; choice++) {
		rig->cfg.choice = (enum boot_choice)choice;
		rig_boot(rig, &no_faults);
		for (unsigned int cpu = 0; cpu < 4; cpu++)
			check(boot_in_first_chunk(&rig->areas,
						  boot_per_cpu_ptr(&rig->areas, 17, cpu)),
			      "B61: an address of each CPU is in the first chunk");
		rig_exit(rig);
	}
}

/* B62: the last unit is unused; what is highest is the last one that is used. */
static void test_b62(struct rig *rig)
{
	plain(rig);
	rig->cfg.possible[0] = 7;
	rig->cfg.nr_cpu_ids = 3;
	rig_boot(rig, &no_faults);
	check(rig->areas.nr_units == 4 && rig->areas.high_cpu == 2, "B62: CPU 2 is the highest");
	rig_exit(rig);
	check(rig_run(rig, &no_faults, NULL), "B62: the last unit is unused");
}

/* B63: the second group lies below the first. */
static void test_b63(struct rig *rig)
{
	plain(rig);
	rig->memory.base[0] = 0x40000;
	rig->memory.base[1] = 0x10000;
	rig_boot(rig, &no_faults);
	check(rig->areas.low_cpu == 3 && rig->areas.high_cpu == 2 && !rig->areas.group_offset[1],
	      "B63: lowest and highest go by the offset");
	check(boot_in_first_chunk(&rig->areas, rig->areas.cpu_offset[3]) &&
		      boot_in_first_chunk(&rig->areas, rig->areas.cpu_offset[0]),
	      "B63: both are in the first chunk");
	rig_exit(rig);
	check(rig_run(rig, &no_faults, NULL), "B63: groups in descending order");
}

/* B84: the start of the window is taken already. */
static void test_b84(struct rig *rig)
{
	plain(rig);
	rig->cfg.choice = BOOT_PAGE;
	rig->early = 0x300;
	rig_boot(rig, &no_faults);
	check(rig->areas.base_addr == rig->window.start + 0x300, "B84: behind what is there");
	rig_exit(rig);
	check(rig_run(rig, &no_faults, NULL), "B84: an early area is there already");
}

/* Sums that wrap, of 32 and of 64 bits, are an error before anything is asked for. */
static void test_overflow(struct rig *rig)
{
	for (unsigned int i = 0; i < 12; i++)
		for (int choice = 0; choice < BOOT_CHOICE_NR; choice++) {
			uint64_t max = i < 6 ? UINT32_MAX : UINT64_MAX;
			uint64_t big[] = { max,		max - 300,  max / 2,
					   max / 4 + 1, max - 1023, max - 0x10000 };

			plain(rig);
			rig->window.va_bits = i < 6 ? 32 : 64;
			rig->cfg.choice = (enum boot_choice)choice;
			rig->cfg.static_size = big[i % 6];
			check(rig_run(rig, &no_faults, NULL) && rig->status, "a huge static size");
			rig->cfg.static_size = 300;
			rig->cfg.dyn_size = big[i % 6];
			check(rig_run(rig, &no_faults, NULL), "a huge dynamic size");
			rig->cfg.dyn_size = 40;
			rig->cfg.reserved_size = big[i % 6];
			check(rig_run(rig, &no_faults, NULL) && rig->status,
			      "a huge reserved size");
			rig->cfg.reserved_size = 0;
			rig->cfg.min_unit_size = big[i % 6] & ~UINT64_C(255);
			check(rig_run(rig, &no_faults, NULL) && rig->status, "a huge unit");
		}
	plain(rig);
	rig->cfg.possible[0] = 0;
	check(rig_run(rig, &no_faults, NULL) && rig->status == BOOT_EINVAL, "no CPU");
}

/* Pieces that are given back in parts, and taken anew in between. */
static void test_boot_mem(void)
{
	struct boot_mem_config cfg = { .page_shift = 8,
				       .nr_nodes = 2,
				       .base = { 0x10000, 0x20000 },
				       .region_size = 0x1000,
				       .total_limit = 0x1800,
				       .backing = true };
	struct boot_mem *mem = malloc(sizeof(*mem));
	uint64_t a, b, c;

	boot_mem_init(mem, &cfg);
	a = boot_mem_alloc(mem, 0, 0x800, 0x100);
	check(a == 0x10800 && !boot_mem_data(mem, a)[0x7ff], "the top of the region, zeroed");
	memset(boot_mem_data(mem, a), 1, 0x800);
	boot_mem_free(mem, a + 0x200, 0x300);
	b = boot_mem_alloc(mem, 2, 0x100, 0x100);
	c = boot_mem_alloc(mem, 0, 0x200, 0x200);
	check(b == a + 0x400 && c == a + 0x200, "holes are filled from above");
	memset(boot_mem_data(mem, b), 2, 0x100);
	check(*boot_mem_data(mem, a + 0x1ff) == 1 && *boot_mem_data(mem, a + 0x500) == 1 &&
		      !*boot_mem_data(mem, c + 0x1ff) && *boot_mem_data(mem, b + 0xff) == 2,
	      "each byte is its piece's");
	check(boot_mem_alloc(mem, 1, 0x1000, 0x1000) == 0x20000, "a whole region");
	check(!boot_mem_alloc(mem, 1, 0x100, 0x100), "no more than the limit");
	boot_mem_free(mem, c, 0x200);
	check(boot_mem_alloc(mem, 1, 0x100, 0x100) == a + 0x300,
	      "the next node, where one is full");
	check(boot_mem_frame_addr(mem, boot_mem_frame(mem, 0x20f00)) == 0x20f00 &&
		      boot_mem_frame(mem, 0x20000) == BOOT_MEM_FIRST_FRAME + 16,
	      "frames have numbers");
	check(!mem->misuse, "no misuse so far");
	boot_mem_free(mem, a + 0x200, 0x100);
	check(mem->misuse, "a double free is noticed");
	mem->misuse = NULL;
	boot_mem_free(mem, 0x30000, 0x100);
	check(mem->misuse, "a foreign free is noticed");
	mem->misuse = NULL;
	check(!boot_mem_data(mem, a + 0x200) && mem->misuse, "so is a look at what is free");
	boot_mem_exit(mem);
	free(mem);
}

static uint64_t lying_ptr(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu)
{
	return boot_per_cpu_ptr(areas, ptr, cpu) + (cpu == 3);
}

static bool lying_first(const struct boot_areas *areas, uint64_t addr)
{
	return boot_in_first_chunk(areas, addr) ||
	       addr == areas->cpu_offset[areas->high_cpu] + areas->info.unit_size;
}

static bool lying_static(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr)
{
	bool ret = boot_is_static(areas, addr, can_addr);

	if (ret)
		++*can_addr;
	return ret;
}

/* Does one wrong thing to what came out, and says which rule it breaks. */
static enum boot_rule sabotage(struct rig *rig, struct boot_naive_got *got, unsigned int which)
{
	struct boot_areas *a = &rig->areas;

	switch (which) {
	case 0:
		got->status = BOOT_ENOMEM;
		return BOOT_RULE_boot_status;
	case 1:
		a->paged = !a->paged;
		return BOOT_RULE_boot_status;
	case 2:
		a->info.dyn_size += 4;
		return BOOT_RULE_boot_layout;
	case 3:
		a->info.groups[0].cpu_map[1] = 2;
		return BOOT_RULE_boot_layout;
	case 4:
		a->base_addr += 256;
		return BOOT_RULE_boot_place;
	case 5:
		a->group_size[a->info.nr_groups - 1] -= 256;
		return BOOT_RULE_boot_place;
	case 6:
		a->high_cpu = 0;
		return BOOT_RULE_boot_units;
	case 7:
		a->cpu_offset[2]++;
		return BOOT_RULE_boot_units;
	case 8:
		a->node_of[3] ^= 1;
		return BOOT_RULE_boot_units;
	case 9:
		*boot_mem_data(&rig->mem, a->pages ? a->pages[0] : a->cpu_offset[3]) ^= 1;
		return BOOT_RULE_boot_static;
	case 10:
		strchr(a->log, '[')[-1] = '\t';
		return BOOT_RULE_boot_lines;
	case 11:
		got->per_cpu_ptr = lying_ptr;
		return BOOT_RULE_boot_ptr;
	case 12:
		got->in_first_chunk = lying_first;
		return BOOT_RULE_boot_ptr;
	case 13:
		got->is_static = lying_static;
		return BOOT_RULE_boot_ptr;
	case 14:
		boot_mem_alloc(&rig->mem, 0, 256, 256);
		return BOOT_RULE_boot_leak;
	case 15:
		boot_mem_free(&rig->mem, a->pages ? a->pages[1] : a->cpu_offset[1], 256);
		boot_mem_alloc(&rig->mem, 1, 256, 0x10000);
		return BOOT_RULE_boot_leak;
	default:
		return BOOT_RULE_NONE;
	}
}

#define NR_SABOTAGES 16

static void test_sabotage(struct rig *rig, enum boot_choice choice)
{
	struct boot_forecast *f = malloc(sizeof(*f));
	unsigned int tripped[BOOT_RULE_NR] = { 0 };

	for (unsigned int i = 0; i <= NR_SABOTAGES; i++) {
		struct boot_naive_machine m;
		struct boot_naive_got got;
		enum boot_rule due, rule;
		struct boot_areas areas;
		char msg[300];

		plain(rig);
		rig->cfg.choice = choice;
		rig_boot(rig, &no_faults);
		areas = rig->areas;
		m = rig_machine(rig, &no_faults);
		boot_naive_forecast(&m, f);
		got = rig_got(rig);
		due = sabotage(rig, &got, i);
		rule = boot_naive_check(&m, f, &got, msg, sizeof(msg));
		if (rule != due)
			printf("sabotage %u: %s: %s\n", i, boot_rule_names[rule], msg);
		check(rule == due, "the rule that was broken is named");
		tripped[rule]++;
		rig->areas = areas;
		rig_exit(rig);
		boot_forecast_free(f);
	}
	for (unsigned int rule = 0; rule < BOOT_RULE_NR; rule++)
		check(tripped[rule], boot_rule_names[rule]);
	free(f);
}

int main(void)
{
	struct rig *rig = malloc(sizeof(*rig));

	test_boot_mem();
	test_b14(rig);
	test_b15(rig);
	test_b50(rig);
	test_b51(rig);
	test_b52(rig);
	test_b53(rig);
	test_b54(rig);
	test_b55(rig);
	test_b56(rig);
	test_b57(rig);
	test_b58(rig);
	test_b59(rig);
	test_b60(rig);
	test_b61(rig);
	test_b62(rig);
	test_b63(rig);
	test_b84(rig);
	test_overflow(rig);
	test_sabotage(rig, BOOT_AUTO);
	test_sabotage(rig, BOOT_PAGE);
	free(rig);
	test_random();
	printf("%u checks, %u failures\n", checks, failures);
	return failures > 0;
}
