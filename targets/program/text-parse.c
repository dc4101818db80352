// SPDX-License-Identifier: GPL-2.0-only
/*
 * text-parse.c - programs from text, the form that people read and that reproducers are kept in.
 *
 * The grammar is in docs/program-format.md.  The parser takes any bytes, in time linear in their
 * number.  Comments, handle names and spacing do not survive a round trip.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "../../impl/pcpu.h"
#include "../../oracle/world.h"

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
		if (text_digits(ps, 10, UINT32_MAX, &sum)) {
			*name = (uint32_t)sum;
			return true;
		}
	}
	ps->at = start;
	return text_expected(ps, "a handle, one of r, v and g and a number up to 4294967295");
}

/* A handle that is defined, and not the space after it. */
static bool old_handle(struct parser *ps, uint32_t *handle)
{
	const char *start = ps->at;
	uint32_t name, *slot;
	unsigned int letter;

	if (!handle_name(ps, &letter, &name))
		return false;
	slot = text_name_slot(&ps->names[letter], name, false);
	if (!slot || !*slot) {
		ps->at = start;
		return text_expected(ps, "a handle that is defined above");
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
	slot = text_name_slot(&ps->names[*letter], name, true);
	if (*slot) {
		ps->at = start;
		return text_expected(ps, "a handle that is not defined yet");
	}
	*slot = ++ps->handles;
	return true;
}

/* ALIGN= and the space after it, where not every value is legal. */
static bool parse_align(struct parser *ps, struct op *op)
{
	const char *start = ps->at;

	if (!text_key(ps, "align=", UINT32_MAX, &op->align))
		return false;
	if (align_is_encodable(&ps->p->machine, op->align))
		return true;
	ps->at = start;
	return text_expected(ps, "align to be 2^K, 0, 4294967295, or 3, 5 or 7 times 2^0 to 2^13");
}

static bool parse_alloc(struct parser *ps, struct op *op)
{
	unsigned int gfp;
	uint32_t size;

	if (!text_key(ps, "size=", UINT32_MAX, &size))
		return false;
	op->size = size;
	if (!parse_align(ps, op))
		return false;

	op->reserved = text_take_word(ps, "reserved");
	for (gfp = 0; gfp < PCPU_GFP_NR; gfp++) {
		if (text_take_word(ps, gfp_names[gfp])) {
			op->gfp = (uint8_t)gfp;
			break;
		}
	}
	return true;
}

static bool parse_size(struct parser *ps, struct op *op)
{
	if (!text_take(ps, "size="))
		return text_expected(ps, "'size='");
	return text_large(ps, &op->size) && text_gap(ps);
}

/* Two numbers with something between them, and the space after them. */
static bool parse_arg(struct parser *ps, struct op *op, const char *between)
{
	uint64_t a, b;

	if (!text_large(ps, &a))
		return false;
	if (!text_take(ps, between))
		return text_expected(ps, "'%s'", between);
	if (!text_large(ps, &b) || !text_gap(ps))
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
	op->ioremap = text_take_word(ps, "ioremap");
	return !text_take(ps, "range=") || parse_arg(ps, op, "..");
}

static bool parse_vmalloc(struct parser *ps, struct op *op)
{
	uint32_t node = 0;

	if (!parse_size(ps, op))
		return false;
	if (text_take(ps, "node=") && !(text_number(ps, 0, UINT16_MAX, &node) && text_gap(ps)))
		return false;
	op->node = (uint16_t)node;
	return true;
}

static bool parse_get_vm_areas(struct parser *ps, struct op *op)
{
	if (!parse_align(ps, op))
		return false;
	while (ps->at < ps->end && text_is_digit(*ps->at)) {
		if (op->nr_args == OP_ARGS_MAX)
			return text_expected(ps, "at most %u areas", OP_ARGS_MAX);
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
	text_skip_space(ps);
	if (!text_take(ps, "="))
		return text_expected(ps, "'='");
	text_skip_space(ps);
	for (kind = 0; kind < OP_NR; kind++)
		if (op_infos[kind].letter == HANDLE_LETTERS[letter] &&
		    text_take_word(ps, op_infos[kind].name))
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
		return text_expected(ps, "%s", names[letter]);
	}
}

/* What follows the name of an op that takes a handle. */
static bool parse_using(struct parser *ps, struct op *op)
{
	bool null = op->kind == OP_FREE || op->kind == OP_VFREE;
	uint32_t cpu;

	if (null && text_take_word(ps, "null")) {
		op->handle = PROGRAM_NO_HANDLE;
		return true;
	}
	if (null && !is_handle(ps))
		return text_expected(ps, "a handle or 'null'");
	if (!old_handle(ps, &op->handle))
		return false;
	if (op_takes_offset(op->kind) && text_take(ps, "+") &&
	    !text_number(ps, 0, UINT32_MAX, &op->offset))
		return false;
	if (!text_gap(ps))
		return false;
	if (op->kind == OP_WRITE)
		return text_key(ps, "seed=", UINT32_MAX, &op->seed);
	if (op->kind == OP_PHYS) {
		if (!text_key(ps, "cpu=", UINT16_MAX, &cpu))
			return false;
		op->cpu = (uint16_t)cpu;
	}
	return true;
}

static bool parse_range(struct parser *ps, struct op *op)
{
	uint32_t chunk, start, end;

	if (!text_key(ps, "chunk=", UINT16_MAX, &chunk))
		return false;
	if (!text_take(ps, "pages="))
		return text_expected(ps, "'pages='");
	if (!text_number(ps, 0, UINT16_MAX, &start))
		return false;
	if (!text_take(ps, ".."))
		return text_expected(ps, "'..'");
	if (!text_number(ps, 0, UINT16_MAX, &end) || !text_gap(ps))
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
		if (text_take_word(ps, first_names[op->choice]))
			break;
	if (op->choice == FIRST_NR)
		return text_expected(ps, "'auto', 'embed' or 'page'");
	if (!text_key(ps, "static=", max, &op->boot.static_size) ||
	    !text_key(ps, "reserved=", max, &op->boot.reserved_size) ||
	    !text_key(ps, "dyn=", max, &op->boot.dyn_size) ||
	    !text_key(ps, "unit=", max, &op->boot.unit))
		return false;
	start = ps->at;
	if (!text_key(ps, "atom=", UINT32_MAX, &op->boot.atom))
		return false;
	if (op->boot.atom >= OP_ATOM_MIN && op->boot.atom <= OP_ATOM_MAX &&
	    !(op->boot.atom & (op->boot.atom - 1)))
		return true;
	ps->at = start;
	return text_expected(ps, "atom to be a power of two from %u to %u", OP_ATOM_MIN,
			     OP_ATOM_MAX);
}

static bool parse_fault(struct parser *ps, struct op *op)
{
	unsigned int kind;
	uint32_t n;

	if (!text_take(ps, "("))
		return true;
	text_skip_space(ps);
	if (!text_take_word(ps, "fail"))
		return text_expected(ps, "'fail'");
	for (kind = PCPU_FAULT_PAGE; kind < PCPU_FAULT_NR; kind++)
		if (text_take_word(ps, fault_names[kind]))
			break;
	if (kind == PCPU_FAULT_NR)
		return text_expected(ps, "'page', 'chunk', 'area', 'meta', 'map', 'table', 'boot' "
					 "or 'kill'");
	if (!text_number(ps, kind != PCPU_FAULT_MAP, UINT16_MAX, &n))
		return false;
	text_skip_space(ps);
	if (!text_take(ps, ")"))
		return text_expected(ps, "')'");
	text_skip_space(ps);
	op->fault = (uint8_t)kind;
	op->fault_n = (uint16_t)n;
	return true;
}

static bool parse_body(struct parser *ps, struct op *op)
{
	unsigned int kind;

	if (is_handle(ps) && ps->end - ps->at >= 2 && text_is_digit(ps->at[1]))
		return parse_defining(ps, op);

	for (kind = 0; kind < OP_NR; kind++)
		if (!op_infos[kind].letter && text_take_word(ps, op_infos[kind].name))
			break;
	op->kind = (uint8_t)kind;
	if (op_uses_handle(kind))
		return parse_using(ps, op);
	if (kind < OP_NR && op_infos[kind].takes == TAKES_NOTHING)
		return true;
	switch (kind) {
	case OP_POPULATE:
	case OP_DEPOPULATE:
		return parse_range(ps, op);
	case OP_BOOT:
		return parse_boot(ps, op);
	default:
		return text_expected(ps, "an op");
	}
}

static bool parse_op(struct parser *ps)
{
	struct op op = { 0 };

	if (ps->p->nr_ops == PROGRAM_MAX_OPS)
		return text_expected(ps, "at most %u ops", PROGRAM_MAX_OPS);
	if (!parse_body(ps, &op) || !parse_fault(ps, &op))
		return false;
	if (ps->at < ps->end)
		return text_expected(ps,
				     op.fault ? "end of line" : "'(fail KIND N)' or end of line");
	program_add(ps->p, &op);
	return true;
}

static bool parse_version(struct parser *ps)
{
	const char *start = ps->at;
	uint64_t version;

	if (text_take_word(ps, "pcpu-program") && text_digits(ps, 10, 9, &version) &&
	    version == 1) {
		text_skip_space(ps);
		if (ps->at == ps->end)
			return true;
		return text_expected(ps, "end of line");
	}
	ps->at = start;
	return text_expected(ps, "'pcpu-program 1'");
}

/* Go to the first word of a line, which may end in a carriage return or a comment. */
static void set_line(struct parser *ps, const char *start, const char *end)
{
	ps->at = start;
	for (ps->end = start; ps->end < end && *ps->end != '#'; ps->end++)
		;
	if (ps->end == end && end > start && end[-1] == '\r')
		ps->end--;
	text_skip_space(ps);
}

/* Parse all lines.  The first two that are not blank are special, which @stage counts. */
static bool parse_lines(struct parser *ps, const char *text, size_t len)
{
	static bool (*const parse[])(struct parser * ps) = {
		parse_version,
		text_machine,
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
