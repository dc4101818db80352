// SPDX-License-Identifier: GPL-2.0-only
/*
 * text-parse.c - programs from text, the form that people read and that reproducers are kept in.
 *
 * The grammar is in docs/program-format.md.  The parser takes any bytes, in time linear in their
 * number.  Comments, handle names and spacing do not survive a round trip.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "text.h"
#include "../../impl/pcpu.h"
#include "../../oracle/world.h"

/* How much of the offending text an error quotes. */
#define QUOTE_MAX 40

/**
 * struct names - which handle a name stands for: a tree that branches on hex digits
 * @node: each entry is a node, or in the last level a handle plus 1; 0 for none
 * @nr: nodes there are, the first being the root
 * @capacity: room in @node
 *
 * A hash table would do too, but not in linear time whatever the input is.
 */
struct names {
	uint32_t (*node)[16];
	uint32_t nr, capacity;
};

/**
 * struct parser - where the parser is
 * @at:      next character of the line
 * @end:     end of the line, or of what is before a comment
 * @line:    its number
 * @p:       what was parsed so far
 * @handles: handles defined so far
 * @names:   their names, of each letter
 * @err:     filled in on error
 */
struct parser {
	const char *at, *end;
	unsigned int line;
	struct program *p;
	uint32_t handles;
	struct names names[NR_HANDLE_LETTERS];
	struct text_error *err;
};

static uint32_t names_node(struct names *n)
{
	if (n->nr == n->capacity) {
		n->capacity = n->capacity ? 2 * n->capacity : 64;
		n->node = realloc(n->node, n->capacity * sizeof(*n->node));
		/* the host itself out of memory: nothing can be concluded from that */
		if (!n->node)
			abort();
	}
	memset(n->node[n->nr], 0, sizeof(*n->node));
	return n->nr++;
}

/* Where the handle of a name is kept, plus 1; NULL if there is none and @make is false. */
static uint32_t *names_slot(struct names *n, uint32_t name, bool make)
{
	uint32_t node = 0, next;
	int shift;

	if (!n->nr)
		names_node(n);
	for (shift = 28; shift; shift -= 4) {
		next = n->node[node][name >> shift & 15];
		if (!next) {
			if (!make)
				return NULL;
			next = names_node(n);
			n->node[node][name >> shift & 15] = next;
		}
		node = next;
	}
	return &n->node[node][name & 15];
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Report what was expected where the parser is.  Return: false. */
__attribute__((format(printf, 2, 3))) static bool expected(struct parser *ps, const char *format,
							   ...)
{
	char what[sizeof(ps->err->what)], quote[QUOTE_MAX + 1];
	const char *nothing = ps->at < ps->end ? "a space" : "end of line";
	size_t nr = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);

	while (nr < QUOTE_MAX && ps->at + nr < ps->end && !is_space(ps->at[nr])) {
		char c = ps->at[nr];

		quote[nr++] = c >= ' ' && c <= '~' ? c : '?';
	}
	quote[nr] = '\0';

	ps->err->line = ps->line;
	if (nr)
		snprintf(ps->err->what, sizeof(ps->err->what), "expected %.*s; got '%s'",
			 (int)sizeof(what) - 60, what, quote);
	else
		snprintf(ps->err->what, sizeof(ps->err->what), "expected %.*s; got %s",
			 (int)sizeof(what) - 60, what, nothing);
	return false;
}

static void skip_space(struct parser *ps)
{
	while (ps->at < ps->end && is_space(*ps->at))
		ps->at++;
}

/* Take exactly this text, if it is next. */
static bool take(struct parser *ps, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(ps->end - ps->at) < len || memcmp(ps->at, text, len))
		return false;
	ps->at += len;
	return true;
}

/* Take a whole word, if it is next, and the space after it. */
static bool take_word(struct parser *ps, const char *word)
{
	const char *start = ps->at;

	if (!take(ps, word))
		return false;
	if (ps->at < ps->end && !is_space(*ps->at) && *ps->at != '(' && *ps->at != ')') {
		ps->at = start;
		return false;
	}
	skip_space(ps);
	return true;
}

/* The value of a digit in base 10 or 16, or -1. */
static int digit_value(char c, unsigned int base)
{
	if (is_digit(c))
		return c - '0';
	if (base == 16 && c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (base == 16 && c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Take digits up to the end of the word; false if they are none, or not all digits, or too big. */
static bool take_digits(struct parser *ps, unsigned int base, uint64_t max, uint64_t *x)
{
	const char *start = ps->at;
	uint64_t sum = 0;

	for (; ps->at < ps->end && digit_value(*ps->at, base) >= 0; ps->at++) {
		unsigned int digit = (unsigned int)digit_value(*ps->at, base);

		if (sum > (max - digit) / base)
			return false;
		sum = sum * base + digit;
	}
	*x = sum;
	return ps->at > start && (ps->at == ps->end || !is_word(*ps->at));
}

static bool number(struct parser *ps, uint32_t min, uint32_t max, uint32_t *x)
{
	const char *start = ps->at;
	unsigned int base = take(ps, "0x") ? 16 : 10;
	uint64_t sum;

	if (take_digits(ps, base, max > 16 ? max : 16, &sum) && sum >= min && sum <= max) {
		*x = (uint32_t)sum;
		return true;
	}
	ps->at = start;
	return expected(ps, "a number from %u to %u", min, max);
}

/* A size or offset in the address space. */
static bool large_number(struct parser *ps, uint64_t *x)
{
	const char *start = ps->at;
	unsigned int base = take(ps, "0x") ? 16 : 10;

	if (take_digits(ps, base, UINT64_MAX, x) && number_is_encodable(*x))
		return true;
	ps->at = start;
	return expected(ps, "a number below 2^40, or from 2^64 - 2^40 on");
}

/* What follows a number that ends a word: space, or nothing, or a parenthesis. */
static bool gap(struct parser *ps)
{
	if (ps->at < ps->end && !is_space(*ps->at) && *ps->at != '(')
		return expected(ps, "a space");
	skip_space(ps);
	return true;
}

/* KEY=NUMBER and the space after it. */
static bool key_number(struct parser *ps, const char *key, uint32_t max, uint32_t *x)
{
	if (!take(ps, key))
		return expected(ps, "'%s'", key);
	return number(ps, 0, max, x) && gap(ps);
}

static bool is_handle(const struct parser *ps)
{
	return ps->at < ps->end && *ps->at && strchr(HANDLE_LETTERS, *ps->at);
}

/* The name of a handle: which letter, counted from 0, and its number. */
static bool handle_name(struct parser *ps, unsigned int *letter, uint32_t *name)
{
	const char *start = ps->at;
	uint64_t sum;

	if (is_handle(ps)) {
		*letter = (unsigned int)(strchr(HANDLE_LETTERS, *ps->at++) - HANDLE_LETTERS);
		if (take_digits(ps, 10, UINT32_MAX, &sum)) {
			*name = (uint32_t)sum;
			return true;
		}
	}
	ps->at = start;
	return expected(ps, "a handle, one of r, v and g and a number up to 4294967295");
}

/* A handle that is defined, and not the space after it. */
static bool old_handle(struct parser *ps, uint32_t *handle)
{
	const char *start = ps->at;
	uint32_t name, *slot;
	unsigned int letter;

	if (!handle_name(ps, &letter, &name))
		return false;
	slot = names_slot(&ps->names[letter], name, false);
	if (!slot || !*slot) {
		ps->at = start;
		return expected(ps, "a handle that is defined above");
	}
	*handle = *slot - 1;
	return true;
}

static bool new_handle(struct parser *ps, unsigned int *letter)
{
	const char *start = ps->at;
	uint32_t name, *slot;

	if (!handle_name(ps, letter, &name))
		return false;
	slot = names_slot(&ps->names[*letter], name, true);
	if (*slot) {
		ps->at = start;
		return expected(ps, "a handle that is not defined yet");
	}
	*slot = ++ps->handles;
	return true;
}

static bool parse_cpus(struct parser *ps, struct machine *m)
{
	const char *c = ps->at;
	uint32_t from = 0, to, cpu;

	/* either how many CPUs, or a list of ids and ranges; a list has a comma or a dash */
	while (c < ps->end && !is_space(*c) && *c != ',' && *c != '-')
		c++;
	if (c == ps->end || is_space(*c)) {
		if (!number(ps, 0, MACHINE_MAX_CPUS, &to))
			return false;
		for (cpu = 0; cpu < to; cpu++)
			m->possible[cpu / 64] |= UINT64_C(1) << cpu % 64;
		return true;
	}

	do {
		if (!number(ps, 0, MACHINE_MAX_CPUS - 1, &from))
			return false;
		to = from;
		if (take(ps, "-") && !number(ps, from, MACHINE_MAX_CPUS - 1, &to))
			return false;
		for (cpu = from; cpu <= to; cpu++)
			m->possible[cpu / 64] |= UINT64_C(1) << cpu % 64;
	} while (take(ps, ","));
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
			return expected(ps, "at most %u nodes", MACHINE_MAX_CPUS);
		if (!number(ps, 0, MACHINE_MAX_NODES - 1, &node))
			return false;
		t->node[t->nr_nodes++] = (uint8_t)node;
	} while (take(ps, ","));
	return true;
}

static bool parse_near(struct parser *ps, struct machine *m)
{
	uint32_t from, to;

	do {
		if (m->nr_near == MACHINE_NEAR_MAX)
			return expected(ps, "at most %u pairs", MACHINE_NEAR_MAX);
		if (!number(ps, 0, MACHINE_MAX_NODES - 1, &from))
			return false;
		if (!take(ps, ">"))
			return expected(ps, "'>'");
		if (!number(ps, 0, MACHINE_MAX_NODES - 1, &to))
			return false;
		m->near[m->nr_near++] = (struct machine_near){ (uint8_t)from, (uint8_t)to };
	} while (take(ps, ","));
	return true;
}

static bool parse_bases(struct parser *ps, struct machine *m)
{
	const char *start;
	uint32_t node, at;

	do {
		if (m->nr_bases == MACHINE_BASES_MAX)
			return expected(ps, "at most %u bases", MACHINE_BASES_MAX);
		if (!number(ps, 0, MACHINE_MAX_NODES - 1, &node))
			return false;
		if (!take(ps, ":"))
			return expected(ps, "':'");
		start = ps->at;
		if (!number(ps, 0, MACHINE_VM_START - 1, &at))
			return false;
		if (at % MACHINE_BOOT_REGION) {
			ps->at = start;
			return expected(ps, "a multiple of 0x400000");
		}
		m->base[m->nr_bases++] =
			(struct machine_base){ (uint8_t)node,
					       (uint16_t)(at / MACHINE_BOOT_REGION) };
	} while (take(ps, ","));
	return true;
}

static bool parse_vm_start(struct parser *ps, uint64_t *x)
{
	const char *start = ps->at;
	unsigned int base = take(ps, "0x") ? 16 : 10;

	if (take_digits(ps, base, UINT64_MAX, x))
		return true;
	ps->at = start;
	return expected(ps, "a number below 2^64");
}

static bool parse_first(struct parser *ps, uint8_t *first)
{
	for (*first = 0; *first < FIRST_NR; ++*first)
		if (take_word(ps, first_names[*first]))
			return true;
	return expected(ps, "'given', 'embed', 'page' or 'auto'");
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
	case KEY_NODE:
		return parse_node(ps, t);
	case KEY_NEAR:
		return parse_near(ps, &t->m);
	case KEY_BASES:
		return parse_bases(ps, &t->m);
	default:
		return number(ps, 0, UINT32_MAX, &t->value[key]);
	}
}

static bool parse_keys(struct parser *ps, struct machine_text *t)
{
	unsigned int key;

	while (ps->at < ps->end) {
		const char *start = ps->at;

		for (key = 0; key < KEY_NR && !take(ps, machine_key_names[key]); key++)
			;
		if (key == KEY_NR)
			return expected(ps, "a machine key such as 'cpus='");
		if (t->seen & 1u << key) {
			ps->at = start;
			return expected(ps, "each machine key once");
		}
		t->seen |= 1u << key;
		/* a word takes the space after it */
		if (!parse_key(ps, t, key) || (key != KEY_FIRST && !gap(ps)))
			return false;
	}

	for (key = 0; key < KEY_OPTIONAL; key++)
		if (!(t->seen & 1u << key))
			return expected(ps, "'%s'", machine_key_names[key]);
	return true;
}

/* Put the machine together.  Return: what is wrong with it, or NULL. */
static const char *finish_machine(struct machine_text *t)
{
	struct machine *m = &t->m;
	const uint32_t *value = t->value;
	uint64_t vm_start = m->vm_start;
	uint8_t first = m->first;
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

static bool parse_machine(struct parser *ps)
{
	struct machine_text t = { 0 };
	const char *fault;

	if (!take_word(ps, "machine"))
		return expected(ps, "'machine'");
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

/* ALIGN= and the space after it, where not every value is legal. */
static bool parse_align(struct parser *ps, struct op *op)
{
	const char *start = ps->at;

	if (!key_number(ps, "align=", UINT32_MAX, &op->align))
		return false;
	if (align_is_encodable(&ps->p->machine, op->align))
		return true;
	ps->at = start;
	return expected(ps, "align to be 2^K, 0, 4294967295, or 3, 5 or 7 times 2^0 to 2^13");
}

static bool parse_alloc(struct parser *ps, struct op *op)
{
	unsigned int gfp;
	uint32_t size;

	if (!key_number(ps, "size=", UINT32_MAX, &size))
		return false;
	op->size = size;
	if (!parse_align(ps, op))
		return false;

	op->reserved = take_word(ps, "reserved");
	for (gfp = 0; gfp < PCPU_GFP_NR; gfp++) {
		if (take_word(ps, gfp_names[gfp])) {
			op->gfp = (uint8_t)gfp;
			break;
		}
	}
	return true;
}

static bool parse_size(struct parser *ps, struct op *op)
{
	if (!take(ps, "size="))
		return expected(ps, "'size='");
	return large_number(ps, &op->size) && gap(ps);
}

/* Two numbers with something between them, and the space after them. */
static bool parse_arg(struct parser *ps, struct op *op, const char *between)
{
	uint64_t a, b;

	if (!large_number(ps, &a))
		return false;
	if (!take(ps, between))
		return expected(ps, "'%s'", between);
	if (!large_number(ps, &b) || !gap(ps))
		return false;
	if (!op->nr_args++)
		op->first_arg = ps->p->nr_args;
	program_add_arg(ps->p, a, b);
	return true;
}

static bool parse_get_vm_area(struct parser *ps, struct op *op)
{
	if (!parse_size(ps, op))
		return false;
	op->ioremap = take_word(ps, "ioremap");
	return !take(ps, "range=") || parse_arg(ps, op, "..");
}

static bool parse_vmalloc(struct parser *ps, struct op *op)
{
	uint32_t node = 0;

	if (!parse_size(ps, op))
		return false;
	if (take(ps, "node=") && !(number(ps, 0, UINT16_MAX, &node) && gap(ps)))
		return false;
	op->node = (uint16_t)node;
	return true;
}

static bool parse_get_vm_areas(struct parser *ps, struct op *op)
{
	if (!parse_align(ps, op))
		return false;
	while (ps->at < ps->end && is_digit(*ps->at)) {
		if (op->nr_args == OP_ARGS_MAX)
			return expected(ps, "at most %u areas", OP_ARGS_MAX);
		if (!parse_arg(ps, op, "+"))
			return false;
	}
	return true;
}

/* An op that defines a handle. */
static bool parse_defining(struct parser *ps, struct op *op)
{
	static const char *const names[NR_HANDLE_LETTERS] = {
		"'alloc'",
		"'get_vm_area' or 'vmalloc'",
		"'get_vm_areas'",
	};
	unsigned int kind, letter;

	if (!new_handle(ps, &letter))
		return false;
	skip_space(ps);
	if (!take(ps, "="))
		return expected(ps, "'='");
	skip_space(ps);
	for (kind = 0; kind < OP_NR; kind++)
		if (op_infos[kind].letter == HANDLE_LETTERS[letter] &&
		    take_word(ps, op_infos[kind].name))
			break;
	op->kind = (uint8_t)kind;
	switch (kind) {
	case OP_ALLOC:
		return parse_alloc(ps, op);
	case OP_GET_VM_AREA:
		return parse_get_vm_area(ps, op);
	case OP_VMALLOC:
		return parse_vmalloc(ps, op);
	case OP_GET_VM_AREAS:
		return parse_get_vm_areas(ps, op);
	default:
		return expected(ps, "%s", names[letter]);
	}
}

/* What follows the name of an op that takes a handle. */
static bool parse_using(struct parser *ps, struct op *op)
{
	bool null = op->kind == OP_FREE || op->kind == OP_VFREE;
	uint32_t cpu;

	if (null && take_word(ps, "null")) {
		op->handle = PROGRAM_NO_HANDLE;
		return true;
	}
	if (null && !is_handle(ps))
		return expected(ps, "a handle or 'null'");
	if (!old_handle(ps, &op->handle))
		return false;
	if (op_takes_offset(op->kind) && take(ps, "+") && !number(ps, 0, UINT32_MAX, &op->offset))
		return false;
	if (!gap(ps))
		return false;
	if (op->kind == OP_WRITE)
		return key_number(ps, "seed=", UINT32_MAX, &op->seed);
	if (op->kind == OP_PHYS) {
		if (!key_number(ps, "cpu=", UINT16_MAX, &cpu))
			return false;
		op->cpu = (uint16_t)cpu;
	}
	return true;
}

static bool parse_range(struct parser *ps, struct op *op)
{
	uint32_t chunk, start, end;

	if (!key_number(ps, "chunk=", UINT16_MAX, &chunk))
		return false;
	if (!take(ps, "pages="))
		return expected(ps, "'pages='");
	if (!number(ps, 0, UINT16_MAX, &start))
		return false;
	if (!take(ps, ".."))
		return expected(ps, "'..'");
	if (!number(ps, 0, UINT16_MAX, &end) || !gap(ps))
		return false;
	op->chunk = (uint16_t)chunk;
	op->start = (uint16_t)start;
	op->end = (uint16_t)end;
	return true;
}

static bool parse_boot(struct parser *ps, struct op *op)
{
	const uint32_t max = OP_BOOT_MAX - 1;
	const char *start;

	for (op->choice = FIRST_GIVEN + 1; op->choice < FIRST_NR; op->choice++)
		if (take_word(ps, first_names[op->choice]))
			break;
	if (op->choice == FIRST_NR)
		return expected(ps, "'auto', 'embed' or 'page'");
	if (!key_number(ps, "static=", max, &op->boot.static_size) ||
	    !key_number(ps, "reserved=", max, &op->boot.reserved_size) ||
	    !key_number(ps, "dyn=", max, &op->boot.dyn_size) ||
	    !key_number(ps, "unit=", max, &op->boot.unit))
		return false;
	start = ps->at;
	if (!key_number(ps, "atom=", UINT32_MAX, &op->boot.atom))
		return false;
	if (op->boot.atom >= OP_ATOM_MIN && op->boot.atom <= OP_ATOM_MAX &&
	    !(op->boot.atom & (op->boot.atom - 1)))
		return true;
	ps->at = start;
	return expected(ps, "atom to be a power of two from %u to %u", OP_ATOM_MIN, OP_ATOM_MAX);
}

static bool parse_fault(struct parser *ps, struct op *op)
{
	unsigned int kind;
	uint32_t n;

	if (!take(ps, "("))
		return true;
	skip_space(ps);
	if (!take_word(ps, "fail"))
		return expected(ps, "'fail'");
	for (kind = PCPU_FAULT_PAGE; kind < PCPU_FAULT_NR; kind++)
		if (take_word(ps, fault_names[kind]))
			break;
	if (kind == PCPU_FAULT_NR)
		return expected(ps, "'page', 'chunk', 'area', 'meta', 'map', 'table' or 'boot'");
	if (!number(ps, kind != PCPU_FAULT_MAP, UINT16_MAX, &n))
		return false;
	skip_space(ps);
	if (!take(ps, ")"))
		return expected(ps, "')'");
	skip_space(ps);
	op->fault = (uint8_t)kind;
	op->fault_n = (uint16_t)n;
	return true;
}

static bool parse_body(struct parser *ps, struct op *op)
{
	unsigned int kind;

	if (is_handle(ps) && ps->end - ps->at >= 2 && is_digit(ps->at[1]))
		return parse_defining(ps, op);

	for (kind = 0; kind < OP_NR; kind++)
		if (!op_infos[kind].letter && take_word(ps, op_infos[kind].name))
			break;
	op->kind = (uint8_t)kind;
	if (op_uses_handle(kind))
		return parse_using(ps, op);
	switch (kind) {
	case OP_BALANCE:
	case OP_VMALLOCINFO:
	case OP_PURGE:
		return true;
	case OP_POPULATE:
	case OP_DEPOPULATE:
		return parse_range(ps, op);
	case OP_BOOT:
		return parse_boot(ps, op);
	default:
		return expected(ps, "an op");
	}
}

static bool parse_op(struct parser *ps)
{
	struct op op = { 0 };

	if (ps->p->nr_ops == PROGRAM_MAX_OPS)
		return expected(ps, "at most %u ops", PROGRAM_MAX_OPS);
	if (!parse_body(ps, &op) || !parse_fault(ps, &op))
		return false;
	if (ps->at < ps->end)
		return expected(ps, op.fault ? "end of line" : "'(fail KIND N)' or end of line");
	program_add(ps->p, &op);
	return true;
}

static bool parse_version(struct parser *ps)
{
	const char *start = ps->at;
	uint64_t version;

	if (take_word(ps, "pcpu-program") && take_digits(ps, 10, 9, &version) && version == 1) {
		skip_space(ps);
		if (ps->at == ps->end)
			return true;
		return expected(ps, "end of line");
	}
	ps->at = start;
	return expected(ps, "'pcpu-program 1'");
}

/* Go to the first word of a line, which may end in a carriage return or a comment. */
static void set_line(struct parser *ps, const char *start, const char *end)
{
	ps->at = start;
	for (ps->end = start; ps->end < end && *ps->end != '#'; ps->end++)
		;
	if (ps->end == end && end > start && end[-1] == '\r')
		ps->end--;
	skip_space(ps);
}

/* Parse all lines.  The first two that are not blank are special, which @stage counts. */
static bool parse_lines(struct parser *ps, const char *text, size_t len)
{
	static bool (*const parse[])(struct parser * ps) = {
		parse_version,
		parse_machine,
		parse_op,
	};
	const char *stop = text + len, *line = text, *next;
	unsigned int stage = 0;

	while (line < stop) {
		next = memchr(line, '\n', (size_t)(stop - line));
		ps->line++;
		set_line(ps, line, next ? next : stop);
		line = next ? next + 1 : stop;
		if (ps->at == ps->end)
			continue;
		if (!parse[stage](ps))
			return false;
		stage += stage < 2;
	}

	if (stage == 2)
		return true;
	ps->err->line = ps->line ? ps->line : 1;
	snprintf(ps->err->what, sizeof(ps->err->what), "expected '%s'; got end of text",
		 stage ? "machine" : "pcpu-program 1");
	return false;
}

/**
 * program_from_text - parse a program
 * @p: the program; what it held is overwritten, not freed
 * @text: any bytes
 * @len: how many
 * @err: filled in on error
 *
 * Return: false on error; then @p is empty, and owns nothing.
 */
bool program_from_text(struct program *p, const char *text, size_t len, struct text_error *err)
{
	struct machine none = { 0 };
	struct parser ps = { .p = p, .err = err };
	bool good;

	program_init(p, &none);
	good = parse_lines(&ps, text ? text : "", text ? len : 0);
	for (unsigned int i = 0; i < NR_HANDLE_LETTERS; i++)
		free(ps.names[i].node);
	if (!good)
		program_exit(p);
	return good;
}
