// SPDX-License-Identifier: GPL-2.0-only
/*
 * gen-boot.c - phases of random programs that boot the machine once more, and again.
 */
#include "gen.h"
#include "../../impl/pcpu.h"

static void add_boot(struct gen *g, struct op *op)
{
	/* choices that have to do with each other are compared best without a fault between */
	op->fault = 0;
	op->fault_n = 0;
	gen_add(g, op);
}

/* Boots that have nothing to do with each other. */
static void phase_boots(struct gen *g)
{
	uint32_t nr = gen_between(g, 2, 12);

	while (nr--) {
		struct op op = { 0 };

		boot_draw(&g->p->machine, (uint32_t)rng_next(g->r), &op);
		add_boot(g, &op);
	}
}

/* The same sizes with every atom and every choice: where one layout turns into another. */
static void phase_atoms(struct gen *g)
{
	uint32_t most = gen_between(g, 3, 10);
	struct op op = { 0 };

	boot_draw(&g->p->machine, (uint32_t)rng_next(g->r), &op);
	op.boot.atom = g->p->machine.page;
	for (uint32_t i = 0; i < most && op.boot.atom <= OP_ATOM_MAX; i++) {
		op.choice = (uint8_t)gen_between(g, 1, FIRST_NR - 1);
		add_boot(g, &op);
		op.boot.atom *= 2;
	}
}

/* One size that grows in small steps, over the end of a page or a unit. */
static void phase_sizes(struct gen *g)
{
	uint32_t nr = gen_between(g, 2, 8), which = rng_below(g->r, 3), *size;
	uint32_t step = gen_one_in(g, 2) ? g->p->machine.page : gen_between(g, 1, 64);
	struct op op = { 0 };

	boot_draw(&g->p->machine, (uint32_t)rng_next(g->r), &op);
	size = which == 0 ? &op.boot.static_size :
	       which == 1 ? &op.boot.reserved_size :
			    &op.boot.dyn_size;
	while (nr--) {
		add_boot(g, &op);
		*size = (*size + step) % OP_BOOT_MAX;
	}
}

/* Each request refused once, up to where nothing is refused any more. */
static void phase_refusals(struct gen *g)
{
	static const uint8_t kinds[] = {
		PCPU_FAULT_BOOT, PCPU_FAULT_BOOT, PCPU_FAULT_META, PCPU_FAULT_TABLE,
		PCPU_FAULT_MAP,	 PCPU_FAULT_AREA, PCPU_FAULT_PAGE,
	};
	uint32_t nr = gen_between(g, 2, 10);
	struct op op = { 0 };

	boot_draw(&g->p->machine, (uint32_t)rng_next(g->r), &op);
	op.fault = kinds[rng_below(g->r, sizeof(kinds))];
	for (uint32_t i = 1; i <= nr; i++) {
		op.fault_n = (uint16_t)i;
		gen_add(g, &op);
	}
}

const gen_phase gen_boot_phases[] = { phase_boots, phase_atoms, phase_sizes, phase_refusals };

const unsigned int gen_nr_boot_phases = sizeof(gen_boot_phases) / sizeof(gen_boot_phases[0]);
