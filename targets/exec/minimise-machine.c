// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimise-machine.c - simpler machines: fewer CPUs and nodes, the plainest layout, less memory.
 */
#include <string.h>

#include "minimise-steps.h"

/* CPUs 0 to @nr - 1, on the nodes of those that there were, in their order and without CPU @not. */
static void keep_cpus(struct machine *m, unsigned int nr, unsigned int not )
{
	const struct machine old = *m;

	memset(m->possible, 0, sizeof(m->possible));
	memset(m->node, 0, sizeof(m->node));
	for (unsigned int i = 0; i < nr; i++) {
		m->possible[i / 64] |= UINT64_C(1) << i % 64;
		m->node[i] = old.node[machine_cpu(&old, i + (i >= not ))];
	}
}

static bool fewer_cpus(struct machine *m, unsigned int n)
{
	unsigned int nr = machine_nr_cpus(m);

	if (!n)
		keep_cpus(m, 1, nr);
	else if (n == 1)
		keep_cpus(m, (nr + 1) / 2, nr);
	else if (n == 2)
		keep_cpus(m, nr, nr);
	else if (n - 3 < nr && nr > 1)
		keep_cpus(m, nr - 1, nr - 1 - (n - 3));
	else
		return false;
	return true;
}

static void drop_near(struct machine *m, unsigned int i)
{
	m->nr_near--;
	memmove(m->near + i, m->near + i + 1, (m->nr_near - i) * sizeof(m->near[0]));
}

static void drop_base(struct machine *m, unsigned int i)
{
	m->nr_bases--;
	memmove(m->base + i, m->base + i + 1, (m->nr_bases - i) * sizeof(m->base[0]));
}

/* Only the nodes below @nr; CPUs of others move to node 0. */
static void keep_nodes(struct machine *m, unsigned int nr)
{
	m->nr_nodes = nr;
	for (unsigned int i = 0; i < MACHINE_MAX_CPUS; i++)
		m->node[i] = m->node[i] < nr ? m->node[i] : 0;
	for (unsigned int i = m->nr_near; i--;)
		if (m->near[i].from >= nr || m->near[i].to >= nr)
			drop_near(m, i);
	for (unsigned int i = m->nr_bases; i--;)
		if (m->base[i].node >= nr)
			drop_base(m, i);
}

static bool fewer_nodes(struct machine *m, unsigned int n)
{
	unsigned int nr = m->nr_nodes;

	if (n > 2 || nr == 1)
		return false;
	keep_nodes(m, !n ? 1 : n == 1 ? (nr + 1) / 2 : nr - 1);
	return true;
}

static bool no_near(struct machine *m, unsigned int n)
{
	if (n >= m->nr_near)
		return false;
	drop_near(m, n);
	return true;
}

static bool no_base(struct machine *m, unsigned int n)
{
	if (n >= m->nr_bases)
		return false;
	drop_base(m, n);
	return true;
}

static bool on_node_0(struct machine *m, unsigned int n)
{
	if (n >= machine_nr_cpus(m))
		return false;
	m->node[machine_cpu(m, n)] = 0;
	return true;
}

static bool given(struct machine *m, unsigned int n)
{
	if (n)
		return false;
	m->first = FIRST_GIVEN;
	m->atom = m->page;
	m->boot_pages = 0;
	return true;
}

static bool plain_backing(struct machine *m, unsigned int n)
{
	m->backing = BACKING_VM;
	return !n;
}

static bool plain_window(struct machine *m, unsigned int n)
{
	m->vm_start = MACHINE_VM_START;
	if (!n)
		m->va_bits = 64;
	return n < 2;
}

/* Each makes the @n-th of some changes; false if there are not as many. */
static bool (*const changes[])(struct machine *m, unsigned int n) = {
	fewer_cpus, given, fewer_nodes, no_near, no_base, on_node_0, plain_backing, plain_window,
};

static bool change(struct minimiser *z, bool (*how)(struct machine *m, unsigned int n))
{
	bool any = false;

	for (unsigned int n = 0; !z->r->ended; n++) {
		struct program p;

		minimiser_copy(z, &p, NULL);
		if (!how(&p.machine, n)) {
			program_exit(&p);
			break;
		}
		any |= minimiser_try(z, &p);
	}
	return any;
}

/**
 * minimiser_simplify_machine - a plain and small machine
 * @z: the minimiser
 *
 * Return: false if nothing changed.
 */
bool minimiser_simplify_machine(struct minimiser *z)
{
	static const struct {
		enum place_of of;
		uint64_t least, step;
	} number[] = {
		{ OF_STATIC, 4, 4 },	 { OF_RESERVED, 0, 4 }, { OF_DYN, 8, 4 },
		{ OF_UNIT_PAGES, 1, 1 }, { OF_VM_PAGES, 0, 1 }, { OF_FRAMES, 0, 1 },
		{ OF_BOOT_PAGES, 0, 1 },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		any |= change(z, changes[i]);
	any |= minimiser_power(z, (struct place){ OF_ATOM, 0, 0 }, z->best->machine.page);
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		any |= minimiser_number(z, (struct place){ .of = number[i].of }, number[i].least,
					number[i].step);
	return any;
}
