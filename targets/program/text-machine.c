// SPDX-License-Identifier: GPL-2.0-only
/*
 * text-machine.c - the line of program text that describes the machine.
 *
 * Its keys may come in any order, so it is put together when all of them were read.
 */
#include <stdio.h>
#include <string.h>

#include "text.h"

static bool parse_cpus(struct parser *ps, struct machine *m)
{
	const char *c = ps->at;
	uint32_t from = 0, to, cpu;

	/* either how many CPUs, or a list of ids and ranges; a list has a comma or a dash */
	while (c < ps->end && !text_is_space(*c) && *c != ',' && *c != '-')
		c++;
	if (c == ps->end || text_is_space(*c)) {
		if (!text_number(ps, 0, MACHINE_MAX_CPUS, &to))
			return false;
		for (cpu = 0; cpu < to; cpu++)
			m->possible[cpu / 64] |= UINT64_C(1) << cpu % 64;
		return true;
	}

	do {
		if (!text_number(ps, 0, MACHINE_MAX_CPUS - 1, &from))
			return false;
		to = from;
		if (text_take(ps, "-") && !text_number(ps, from, MACHINE_MAX_CPUS - 1, &to))
			return false;
		for (cpu = from; cpu <= to; cpu++)
			m->possible[cpu / 64] |= UINT64_C(1) << cpu % 64;
	} while (text_take(ps, ","));
	return true;
}

/**
 * struct machine_text - what is known of a machine when its line was only read in part
 * @m: the machine
 * @value: of the keys that are plain numbers
 * @seen: bit per key
 * @node: of each possible CPU, in the order of their ids
 * @nr_nodes: how many of these
 */
struct machine_text {
	struct machine m;
	uint32_t value[KEY_NR];
	unsigned int seen;
	uint8_t node[MACHINE_MAX_CPUS];
	unsigned int nr_nodes;
};

static bool parse_node(struct parser *ps, struct machine_text *t)
{
	uint32_t node;

	do {
		if (t->nr_nodes == MACHINE_MAX_CPUS)
			return text_expected(ps, "at most %u nodes", MACHINE_MAX_CPUS);
		if (!text_number(ps, 0, MACHINE_MAX_NODES - 1, &node))
			return false;
		t->node[t->nr_nodes++] = (uint8_t)node;
	} while (text_take(ps, ","));
	return true;
}

static bool parse_near(struct parser *ps, struct machine *m)
{
	uint32_t from, to;

	do {
		if (m->nr_near == MACHINE_NEAR_MAX)
			return text_expected(ps, "at most %u pairs", MACHINE_NEAR_MAX);
		if (!text_number(ps, 0, MACHINE_MAX_NODES - 1, &from))
			return false;
		if (!text_take(ps, ">"))
			return text_expected(ps, "'>'");
		if (!text_number(ps, 0, MACHINE_MAX_NODES - 1, &to))
			return false;
		m->near[m->nr_near++] = (struct machine_near){ (uint8_t)from, (uint8_t)to };
	} while (text_take(ps, ","));
	return true;
}

static bool parse_bases(struct parser *ps, struct machine *m)
{
	const char *start;
	uint32_t node, at;

	do {
		if (m->nr_bases == MACHINE_BASES_MAX)
			return text_expected(ps, "at most %u bases", MACHINE_BASES_MAX);
		if (!text_number(ps, 0, MACHINE_MAX_NODES - 1, &node))
			return false;
		if (!text_take(ps, ":"))
			return text_expected(ps, "':'");
		start = ps->at;
		if (!text_number(ps, 0, MACHINE_VM_START - 1, &at))
			return false;
		if (at % MACHINE_BOOT_REGION) {
			ps->at = start;
			return text_expected(ps, "a multiple of 0x400000");
		}
		m->base[m->nr_bases++] =
			(struct machine_base){ (uint8_t)node,
					       (uint16_t)(at / MACHINE_BOOT_REGION) };
	} while (text_take(ps, ","));
	return true;
}

static bool parse_vm_start(struct parser *ps, uint64_t *x)
{
	const char *start = ps->at;
	unsigned int base = text_take(ps, "0x") ? 16 : 10;

	if (text_digits(ps, base, UINT64_MAX, x))
		return true;
	ps->at = start;
	return text_expected(ps, "a number below 2^64");
}

static bool parse_first(struct parser *ps, uint8_t *first)
{
	for (*first = 0; *first < FIRST_NR; ++*first)
		if (text_take_word(ps, first_names[*first]))
			return true;
	return text_expected(ps, "'given', 'embed', 'page' or 'auto'");
}

static bool parse_backing(struct parser *ps, uint8_t *backing)
{
	for (*backing = 0; *backing < BACKING_NR; ++*backing)
		if (text_take_word(ps, backing_names[*backing]))
			return true;
	return text_expected(ps, "'vm' or 'km'");
}

static bool parse_key(struct parser *ps, struct machine_text *t, enum machine_key key)
{
	switch (key) {
	case KEY_CPUS:
		return parse_cpus(ps, &t->m);
	case KEY_VM_START:
		return parse_vm_start(ps, &t->m.vm_start);
	case KEY_FIRST:
		return parse_first(ps, &t->m.first);
	case KEY_BACKING:
		return parse_backing(ps, &t->m.backing);
	case KEY_NODE:
		return parse_node(ps, t);
	case KEY_NEAR:
		return parse_near(ps, &t->m);
	case KEY_BASES:
		return parse_bases(ps, &t->m);
	default:
		return text_number(ps, 0, UINT32_MAX, &t->value[key]);
	}
}

static bool parse_keys(struct parser *ps, struct machine_text *t)
{
	unsigned int key;

	while (ps->at < ps->end) {
		const char *start = ps->at;

		for (key = 0; key < KEY_NR && !text_take(ps, machine_key_names[key]); key++)
			;
		if (key == KEY_NR)
			return text_expected(ps, "a machine key such as 'cpus='");
		if (t->seen & 1u << key) {
			ps->at = start;
			return text_expected(ps, "each machine key once");
		}
		t->seen |= 1u << key;
		if (!parse_key(ps, t, key))
			return false;
		/* a word takes the space after it */
		if (key != KEY_FIRST && key != KEY_BACKING && !text_gap(ps))
			return false;
	}

	for (key = 0; key < KEY_OPTIONAL; key++)
		if (!(t->seen & 1u << key))
			return text_expected(ps, "'%s'", machine_key_names[key]);
	return true;
}

/* Put the machine together.  Return: what is wrong with it, or NULL. */
static const char *finish_machine(struct machine_text *t)
{
	struct machine *m = &t->m;
	const uint32_t *value = t->value;
	uint64_t vm_start = m->vm_start;
	uint8_t first = m->first, backing = m->backing;
	struct machine_text read = *t;

	m->page = value[KEY_PAGE];
	m->unit_pages = value[KEY_UNIT];
	m->static_size = value[KEY_STATIC];
	m->reserved_size = value[KEY_RESERVED];
	m->dyn_size = value[KEY_DYN];
	m->vm_pages = value[KEY_VM];
	m->frames = value[KEY_FRAMES];
	machine_defaults(m);
	if (t->seen & 1u << KEY_VM_START)
		m->vm_start = vm_start;
	/* what does not fit is no legal value either, as 0 is not */
	if (t->seen & 1u << KEY_VA)
		m->va_bits = value[KEY_VA] > UINT8_MAX ? 0 : (uint8_t)value[KEY_VA];
	m->first = first;
	m->backing = backing;
	if (t->seen & 1u << KEY_ATOM)
		m->atom = value[KEY_ATOM];
	m->boot_pages = value[KEY_BOOT_PAGES];
	if (t->seen & 1u << KEY_NODES)
		m->nr_nodes = value[KEY_NODES];
	m->nr_near = read.m.nr_near;
	m->nr_bases = read.m.nr_bases;
	if (t->nr_nodes && t->nr_nodes != machine_nr_cpus(m))
		return "node must have one node for each possible CPU";
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		m->node[machine_cpu(m, i)] = t->node[i];
	return machine_fault(m);
}

/**
 * text_machine - parse the line of the machine
 * @ps: the parser
 *
 * Return: false after an error.
 */
bool text_machine(struct parser *ps)
{
	struct machine_text t = { 0 };
	const char *fault;

	if (!text_take_word(ps, "machine"))
		return text_expected(ps, "'machine'");
	if (!parse_keys(ps, &t))
		return false;
	fault = finish_machine(&t);
	if (fault) {
		ps->err->line = ps->line;
		snprintf(ps->err->what, sizeof(ps->err->what), "illegal machine: %s", fault);
		return false;
	}
	ps->p->machine = t.m;
	return true;
}
