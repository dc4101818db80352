// SPDX-License-Identifier: GPL-2.0-only
/*
 * text.c - programs as text, the form that people read and that reproducers are kept in.
 *
 * The grammar is in docs/program-format.md.  The parser takes any bytes, in time linear in their
 * number.  Comments, handle names and spacing do not survive a round trip.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "../../impl/pcpu.h"
#include "../../oracle/world.h"

/* Upper bounds of what the printer prints. */
#define TEXT_HEAD_MAX 512
#define TEXT_OP_MAX 96

/* How much of the offending text an error quotes. */
#define QUOTE_MAX 40

/* The machine keys in the order they are printed in; cpus is the only one that is no number. */
enum machine_key {
	KEY_CPUS,
	KEY_PAGE,
	KEY_UNIT,
	KEY_STATIC,
	KEY_RESERVED,
	KEY_DYN,
	KEY_VM,
	KEY_FRAMES,
	KEY_NR
};

static const char *const key_names[KEY_NR] = {
	[KEY_CPUS] = "cpus=",	  [KEY_PAGE] = "page=",		[KEY_UNIT] = "unit_pages=",
	[KEY_STATIC] = "static=", [KEY_RESERVED] = "reserved=", [KEY_DYN] = "dyn=",
	[KEY_VM] = "vm_pages=",	  [KEY_FRAMES] = "frames=",
};

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
 * @names:   their names
 * @err:     filled in on error
 */
struct parser {
	const char *at, *end;
	unsigned int line;
	struct program *p;
	uint32_t handles;
	struct names names;
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
static bool take_digits(struct parser *ps, unsigned int base, uint32_t max, uint32_t *x)
{
	const char *start = ps->at;
	uint64_t sum = 0;

	for (; ps->at < ps->end && digit_value(*ps->at, base) >= 0; ps->at++) {
		sum = sum * base + (unsigned int)digit_value(*ps->at, base);
		if (sum > max)
			return false;
	}
	*x = (uint32_t)sum;
	return ps->at > start && (ps->at == ps->end || !is_word(*ps->at));
}

static bool number(struct parser *ps, uint32_t min, uint32_t max, uint32_t *x)
{
	const char *start = ps->at;
	unsigned int base = take(ps, "0x") ? 16 : 10;

	if (take_digits(ps, base, max, x) && *x >= min)
		return true;
	ps->at = start;
	return expected(ps, "a number from %u to %u", min, max);
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

/* A handle that is defined, and not the space after it. */
static bool old_handle(struct parser *ps, uint32_t *handle)
{
	const char *start = ps->at;
	uint32_t name, *slot;

	if (!take(ps, "r") || !take_digits(ps, 10, UINT32_MAX, &name)) {
		ps->at = start;
		return expected(ps, "a handle, r0 to r4294967295");
	}
	slot = names_slot(&ps->names, name, false);
	if (!slot || !*slot) {
		ps->at = start;
		return expected(ps, "a handle that is defined above");
	}
	*handle = *slot - 1;
	return true;
}

static bool new_handle(struct parser *ps)
{
	const char *start = ps->at;
	uint32_t name, *slot;

	if (!take(ps, "r") || !take_digits(ps, 10, UINT32_MAX, &name)) {
		ps->at = start;
		return expected(ps, "a handle, r0 to r4294967295");
	}
	slot = names_slot(&ps->names, name, true);
	if (*slot) {
		ps->at = start;
		return expected(ps, "a handle that is not defined yet");
	}
	*slot = ++ps->handles;
	return true;
}

/* Either how many CPUs, or a list of ids and ranges; a list has a comma or a dash. */
static bool parse_cpus(struct parser *ps, uint64_t *possible)
{
	const char *c = ps->at;
	uint32_t from, to;

	while (c < ps->end && !is_space(*c) && *c != ',' && *c != '-')
		c++;
	if (c == ps->end || is_space(*c)) {
		if (!number(ps, 0, 64, &to))
			return false;
		*possible = to ? ~0ull >> (64 - to) : 0;
		return true;
	}

	*possible = 0;
	do {
		if (!number(ps, 0, 63, &from))
			return false;
		to = from;
		if (take(ps, "-") && !number(ps, from, 63, &to))
			return false;
		*possible |= (~0ull >> (63 - (to - from))) << from;
	} while (take(ps, ","));
	return true;
}

static bool parse_keys(struct parser *ps, uint64_t *possible, uint32_t *value)
{
	unsigned int seen = 0, key;

	while (ps->at < ps->end) {
		const char *start = ps->at;

		for (key = 0; key < KEY_NR && !take(ps, key_names[key]); key++)
			;
		if (key == KEY_NR)
			return expected(ps, "a machine key such as 'cpus='");
		if (seen & 1u << key) {
			ps->at = start;
			return expected(ps, "each machine key once");
		}
		seen |= 1u << key;
		if (key == KEY_CPUS ? !parse_cpus(ps, possible) :
				      !number(ps, 0, UINT32_MAX, &value[key]))
			return false;
		if (!gap(ps))
			return false;
	}

	for (key = 0; key < KEY_NR; key++)
		if (!(seen & 1u << key))
			return expected(ps, "'%s'", key_names[key]);
	return true;
}

static bool parse_machine(struct parser *ps)
{
	uint32_t value[KEY_NR] = { 0 };
	struct machine m = { 0 };
	const char *fault;

	if (!take_word(ps, "machine"))
		return expected(ps, "'machine'");
	if (!parse_keys(ps, m.possible, value))
		return false;

	m.page = value[KEY_PAGE];
	m.unit_pages = value[KEY_UNIT];
	m.static_size = value[KEY_STATIC];
	m.reserved_size = value[KEY_RESERVED];
	m.dyn_size = value[KEY_DYN];
	m.vm_pages = value[KEY_VM];
	m.frames = value[KEY_FRAMES];
	machine_defaults(&m);
	fault = machine_fault(&m);
	if (fault) {
		ps->err->line = ps->line;
		snprintf(ps->err->what, sizeof(ps->err->what), "illegal machine: %s", fault);
		return false;
	}
	ps->p->machine = m;
	return true;
}

static bool parse_alloc(struct parser *ps, struct op *op)
{
	const char *start;
	unsigned int gfp;
	uint32_t size;

	op->kind = OP_ALLOC;
	if (!new_handle(ps))
		return false;
	skip_space(ps);
	if (!take(ps, "="))
		return expected(ps, "'='");
	skip_space(ps);
	if (!take_word(ps, op_infos[OP_ALLOC].name))
		return expected(ps, "'%s'", op_infos[OP_ALLOC].name);
	if (!key_number(ps, "size=", UINT32_MAX, &size))
		return false;
	op->size = size;

	start = ps->at;
	if (!key_number(ps, "align=", UINT32_MAX, &op->align))
		return false;
	if (!align_is_encodable(&ps->p->machine, op->align)) {
		ps->at = start;
		return expected(ps, "align to be 2^K, 0, 4294967295, or 3, 5 or 7 times 2^0 "
				    "to 2^13");
	}

	op->reserved = take_word(ps, "reserved");
	for (gfp = 0; gfp < PCPU_GFP_NR; gfp++) {
		if (take_word(ps, gfp_names[gfp])) {
			op->gfp = (uint8_t)gfp;
			break;
		}
	}
	return true;
}

static bool parse_free(struct parser *ps, struct op *op)
{
	if (take_word(ps, "null")) {
		op->handle = PROGRAM_NO_HANDLE;
		return true;
	}
	if (ps->at == ps->end || *ps->at != 'r')
		return expected(ps, "a handle or 'null'");
	if (!old_handle(ps, &op->handle))
		return false;
	if (take(ps, "+") && !number(ps, 0, UINT32_MAX, &op->offset))
		return false;
	return gap(ps);
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
		return expected(ps, "'page', 'chunk', 'area', 'meta' or 'map'");
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

	if (ps->end - ps->at >= 2 && *ps->at == 'r' && is_digit(ps->at[1]))
		return parse_alloc(ps, op);

	for (kind = OP_ALLOC + 1; kind < OP_NR; kind++)
		if (take_word(ps, op_infos[kind].name))
			break;
	op->kind = (uint8_t)kind;
	switch (kind) {
	case OP_FREE:
		return parse_free(ps, op);
	case OP_WRITE:
		return old_handle(ps, &op->handle) && gap(ps) &&
		       key_number(ps, "seed=", UINT32_MAX, &op->seed);
	case OP_VERIFY:
		return old_handle(ps, &op->handle) && gap(ps);
	case OP_BALANCE:
		return true;
	case OP_POPULATE:
	case OP_DEPOPULATE:
		return parse_range(ps, op);
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
	uint32_t version;

	if (take_word(ps, "pcpu-program") && take_digits(ps, 10, 1, &version) && version == 1) {
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
	free(ps.names.node);
	if (!good)
		program_exit(p);
	return good;
}

/**
 * struct out - text being printed
 * @buf: where to; not terminated until the end
 * @size: room there
 * @len: characters printed, counting those for which there was no room
 */
struct out {
	char *buf;
	size_t size, len;
};

static void out_text(struct out *o, const char *text)
{
	for (; *text; text++, o->len++)
		if (o->len < o->size)
			o->buf[o->len] = *text;
}

static void out_number(struct out *o, const char *before, uint32_t x)
{
	char digits[11];
	unsigned int at = sizeof(digits) - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + x % 10);
	while (x /= 10);
	out_text(o, before);
	out_text(o, digits + at);
}

static void out_cpus(struct out *o, uint64_t possible)
{
	const char *before = "machine cpus=";
	unsigned int cpu, to;

	if (!(possible & (possible + 1))) {
		out_number(o, before, (uint32_t)__builtin_popcountll(possible));
		return;
	}
	for (cpu = 0; cpu < 64; cpu++) {
		if (!(possible >> cpu & 1))
			continue;
		for (to = cpu; to + 1 < 64 && possible >> (to + 1) & 1; to++)
			;
		out_number(o, before, cpu);
		before = ",";
		/* a single CPU is written as a range, to be a list at all */
		if (to > cpu || !(possible & (possible - 1)))
			out_number(o, "-", to);
		cpu = to;
	}
}

static void out_machine(struct out *o, const struct machine *m)
{
	out_cpus(o, m->possible[0]);
	out_number(o, " page=", m->page);
	out_number(o, " unit_pages=", m->unit_pages);
	out_number(o, " static=", m->static_size);
	out_number(o, " reserved=", m->reserved_size);
	out_number(o, " dyn=", m->dyn_size);
	out_number(o, " vm_pages=", m->vm_pages);
	out_number(o, " frames=", m->frames);
	out_text(o, "\n");
}

static void out_alloc(struct out *o, const struct op *op, uint32_t handle)
{
	out_number(o, "r", handle);
	out_text(o, " = alloc");
	out_number(o, " size=", (uint32_t)op->size);
	out_number(o, " align=", op->align);
	if (op->reserved)
		out_text(o, " reserved");
	if (op->gfp != PCPU_GFP_KERNEL) {
		out_text(o, " ");
		out_text(o, gfp_names[op->gfp]);
	}
}

/* @handle: what an alloc op is to be called */
static void out_op(struct out *o, const struct op *op, uint32_t handle)
{
	if (op->kind == OP_ALLOC)
		out_alloc(o, op, handle);
	else
		out_text(o, op_infos[op->kind].name);

	if (op->kind == OP_FREE && op->handle == PROGRAM_NO_HANDLE)
		out_text(o, " null");
	else if (op->kind == OP_FREE || op->kind == OP_WRITE || op->kind == OP_VERIFY)
		out_number(o, " r", op->handle);
	if (op->offset)
		out_number(o, "+", op->offset);
	if (op->kind == OP_WRITE)
		out_number(o, " seed=", op->seed);
	if (op->kind == OP_POPULATE || op->kind == OP_DEPOPULATE) {
		out_number(o, " chunk=", op->chunk);
		out_number(o, " pages=", op->start);
		out_number(o, "..", op->end);
	}

	if (op->fault) {
		out_text(o, " (fail ");
		out_text(o, fault_names[op->fault]);
		out_number(o, " ", op->fault_n);
		out_text(o, ")");
	}
}

/**
 * program_to_text - print a program
 * @p: a legal program
 * @len: set to the length of the text
 *
 * Return: the text, NUL-terminated, to be freed by the caller; program_from_text() makes the same
 * program.
 */
char *program_to_text(const struct program *p, size_t *len)
{
	struct out o = { .size = TEXT_HEAD_MAX + (size_t)p->nr_ops * TEXT_OP_MAX };
	uint32_t handle = 0, i;

	o.buf = malloc(o.size + 1);
	if (!o.buf)
		abort();

	out_text(&o, "pcpu-program 1\n");
	out_machine(&o, &p->machine);
	for (i = 0; i < p->nr_ops; i++) {
		out_op(&o, &p->ops[i], handle);
		out_text(&o, "\n");
		handle += p->ops[i].kind == OP_ALLOC;
	}
	if (o.len > o.size)
		abort();
	o.buf[o.len] = '\0';
	*len = o.len;
	return o.buf;
}

/**
 * op_to_text - print one op as one line without its end
 * @p: a legal program
 * @index: which op
 * @buf: where to; always terminated unless @size is 0
 * @size: room in @buf
 *
 * Return: the length of the whole line, as snprintf() does.
 */
size_t op_to_text(const struct program *p, uint32_t index, char *buf, size_t size)
{
	struct out o = { .buf = buf, .size = size };
	const struct op *op = &p->ops[index];

	out_op(&o, op, op->kind == OP_ALLOC ? program_nr_handles(p, index) : 0);
	if (size)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return o.len;
}
