// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_program.c - programs keep their meaning through text and bytes, whatever those contain.
 *
 * Usage: test_program [-n PROGRAMS] [FILE...]; a FILE holds a program as text.  Does not run any
 * program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program_texts.h"
#include "../targets/program/program.h"
#include "../targets/program/sizes.h"
#include "../impl/pcpu.h"

/* What the first programs of check_pinned() hash to, on every host and with every compiler. */
static const struct {
	uint64_t bytes, generated;
} pinned[LAYER_NR] = {
	[LAYER_ANY] = { 0xe4758afaaf403ee7ull, 0x9d4eeb6524ec567bull },
	[LAYER_PCPU] = { 0xf1b0850a2b3d637cull, 0xa77cc3efb1382bafull },
	[LAYER_VM] = { 0xb62212360256a89eull, 0x3579429886eeb624ull },
	[LAYER_BOOT] = { 0x5fb8c572d245d187ull, 0x679ade880cd8260dull },
};

static unsigned long nr_checks, nr_failures;

static bool check(bool good, const char *what, const char *detail)
{
	nr_checks++;
	if (good)
		return true;
	nr_failures++;
	if (nr_failures <= 20)
		printf("FAILED: %s\n%s\n", what, detail ? detail : "");
	return false;
}

static void report(const char *group)
{
	static unsigned long checks, failures;

	printf("%-32s %10lu checks, %lu failures\n", group, nr_checks - checks,
	       nr_failures - failures);
	fflush(stdout);
	checks = nr_checks;
	failures = nr_failures;
}

/* Every member that the kind does not use is 0. */
static bool unused_are_zero(const struct op *op)
{
	bool range = op->kind == OP_POPULATE || op->kind == OP_DEPOPULATE;
	bool size = op->kind == OP_ALLOC || op->kind == OP_GET_VM_AREA || op->kind == OP_VMALLOC;
	bool align = op->kind == OP_ALLOC || op->kind == OP_GET_VM_AREAS;

	if (op->kind != OP_ALLOC && (op->gfp || op->reserved))
		return false;
	if ((!size && op->size) || (!align && op->align))
		return false;
	if ((!op_uses_handle(op->kind) && op->handle) || (op->kind != OP_WRITE && op->seed))
		return false;
	if (!op_takes_offset(op->kind) && op->offset)
		return false;
	if (!range && (op->chunk || op->start || op->end))
		return false;
	if ((op->kind != OP_GET_VM_AREA && op->ioremap) || (op->kind != OP_PHYS && op->cpu) ||
	    (op->kind != OP_VMALLOC && op->node))
		return false;
	if (op->kind != OP_BOOT && (op->choice || op->boot.static_size || op->boot.reserved_size ||
				    op->boot.dyn_size || op->boot.unit || op->boot.atom))
		return false;
	return op->nr_args || !op->first_arg;
}

static bool args_are_legal(const struct program *p, const struct op *op)
{
	uint32_t max = op->kind == OP_GET_VM_AREAS ? OP_ARGS_MAX : op->kind == OP_GET_VM_AREA;

	if (op->nr_args > max || op->first_arg + op->nr_args > p->nr_args)
		return false;
	for (uint32_t i = 0; i < op->nr_args; i++)
		if (!number_is_encodable(p->args[op->first_arg + i].a) ||
		    !number_is_encodable(p->args[op->first_arg + i].b))
			return false;
	return true;
}

static bool op_is_legal(const struct program *p, const struct op *op, uint32_t handles)
{
	bool null = op->handle == PROGRAM_NO_HANDLE && !op->offset &&
		    (op->kind == OP_FREE || op->kind == OP_VFREE);

	if (op->kind >= OP_NR || op->gfp >= PCPU_GFP_NR || op->fault >= PCPU_FAULT_NR)
		return false;
	if (op_uses_handle(op->kind) && op->handle >= handles && !null)
		return false;
	if (op->kind == OP_ALLOC && op->size > UINT32_MAX)
		return false;
	if (!number_is_encodable(op->size) || !align_is_encodable(&p->machine, op->align))
		return false;
	if (op->kind == OP_BOOT &&
	    (!op->choice || op->choice >= FIRST_NR || op->boot.static_size >= OP_BOOT_MAX ||
	     op->boot.reserved_size >= OP_BOOT_MAX || op->boot.dyn_size >= OP_BOOT_MAX ||
	     op->boot.unit >= OP_BOOT_MAX || op->boot.atom < OP_ATOM_MIN ||
	     op->boot.atom > OP_ATOM_MAX || (op->boot.atom & (op->boot.atom - 1))))
		return false;
	if (!unused_are_zero(op) || !args_are_legal(p, op))
		return false;
	if (op->fault == PCPU_FAULT_NONE)
		return !op->fault_n;
	return op->fault == PCPU_FAULT_MAP || op->fault_n;
}

static bool is_legal(const struct program *p)
{
	uint32_t handles = 0, i;

	if (machine_fault(&p->machine) || p->nr_ops > PROGRAM_MAX_OPS)
		return false;
	for (i = 0; i < p->nr_ops; i++) {
		if (!op_is_legal(p, &p->ops[i], handles))
			return false;
		handles += op_infos[p->ops[i].kind].letter != 0;
	}
	return program_nr_handles(p, p->nr_ops) == handles;
}

/* Bytes for a fuzz target and back. */
static void check_layer(const struct program *p, enum program_layer layer, const char *text)
{
	struct program q;
	size_t len;
	uint8_t *bytes = program_to_bytes(p, layer, &len);

	check(len == program_bytes_len(p), "length of bytes", text);
	program_from_bytes(&q, layer, bytes, len);
	check(program_equal(&q, p), "bytes round trip", text);
	check(is_legal(&q), "decoded program is legal", text);
	program_exit(&q);
	free(bytes);
}

/* Text to program to bytes to program to text: all equal. */
static void check_round_trip(const struct program *p)
{
	static unsigned int turn;
	struct text_error err = { 0 };
	struct program q;
	size_t text_len, again_len;
	char *text, *again;

	if (!check(is_legal(p), "program is legal", NULL))
		return;
	text = program_to_text(p, &text_len);
	check(strlen(text) == text_len, "length of the text", text);
	if (!check(program_from_text(&q, text, text_len, &err), "text is accepted", err.what)) {
		free(text);
		return;
	}
	check(is_legal(&q), "parsed program is legal", text);
	check(program_equal(p, &q), "text round trip", text);
	again = program_to_text(&q, &again_len);
	check(again_len == text_len && !memcmp(again, text, text_len), "text is the same", text);
	/* the targets in turn: it would take too long with all of them */
	check_layer(&q, turn++ % LAYER_NR, text);
	free(again);
	free(text);
	program_exit(&q);
}

static void check_presets(void)
{
	uint8_t header[1];
	struct program p;
	unsigned int i;

	for (i = 0; i < nr_machine_presets; i++) {
		struct machine m;
		const char *fault;
		size_t len;
		uint8_t *bytes;

		machine_preset(i, &m);
		fault = machine_fault(&m);
		check(!fault, "preset is legal", fault);
		header[0] = (uint8_t)i;
		program_from_bytes(&p, LAYER_ANY, header, 1);
		bytes = program_to_bytes(&p, i % LAYER_NR, &len);
		check(bytes[0] == i, "preset is encoded as one, and there is one of each", NULL);
		check_round_trip(&p);
		free(bytes);
		program_exit(&p);
	}
	check(nr_machine_presets <= 0xe0, "presets have room", NULL);
	program_from_bytes(&p, LAYER_ANY, NULL, 0);
	check(!p.nr_ops, "no bytes, no ops", NULL);
	check_round_trip(&p);
	program_exit(&p);
	report("presets");
}

static void check_aligns(void)
{
	struct machine preset;
	const struct machine *m = &preset;
	bool seen[4096] = { false };
	unsigned int code, i;

	machine_preset(0, &preset);
	for (code = 0; code < 256; code++) {
		uint32_t align = align_from_code(m, (uint8_t)code);

		check(align_is_encodable(m, align), "align of a code has a code", NULL);
		if (align < 4096)
			seen[align] = true;
	}
	for (i = 0; i < 4096; i++)
		check(align_is_encodable(m, i) == seen[i], "encodable if and only if seen", NULL);
	for (i = 0; i < 32; i++)
		check(align_from_code(m, (uint8_t)align_to_code(1u << i)) == 1u << i,
		      "every power of two", NULL);
	for (code = 0; code < ALIGN_CODES_PAGE; code++)
		check(align_from_code(m, (uint8_t)code) <= 2 * m->page, "small codes", NULL);
	report("alignments");
}

/* A number of at most so many bits, small ones as likely as large ones. */
static uint32_t draw_bits(struct rng *r, uint32_t bits)
{
	uint32_t fewer = rng_below(r, bits);

	return rng_below(r, 1u << (bits - fewer));
}

/* The keys that most machines go without. */
static void draw_rare(struct rng *r, struct machine *m)
{
	m->vm_start = rng_below(r, 2) ? MACHINE_VM_START : rng_next(r) >> rng_below(r, 34);
	m->va_bits = rng_below(r, 3) ? 64 : 32;
	m->first = (uint8_t)rng_below(r, FIRST_NR);
	m->backing = (uint8_t)!rng_below(r, 4);
	m->atom = m->page << rng_below(r, 6);
	m->boot_pages = rng_below(r, 2) ? 0 : draw_bits(r, 15);
	m->nr_nodes = rng_below(r, 2) ? draw_bits(r, 9) : 1;
	for (unsigned int i = 0; i < MACHINE_MAX_CPUS; i++)
		m->node[i] = (uint8_t)rng_next(r);
	m->nr_near = rng_below(r, MACHINE_NEAR_MAX + 3);
	for (unsigned int i = 0; i < MACHINE_NEAR_MAX; i++)
		m->near[i] = (struct machine_near){ (uint8_t)rng_next(r), (uint8_t)rng_next(r) };
	m->nr_bases = rng_below(r, MACHINE_BASES_MAX + 3);
	for (unsigned int i = 0; i < MACHINE_BASES_MAX; i++)
		m->base[i] = (struct machine_base){ (uint8_t)rng_next(r), (uint16_t)rng_next(r) };
}

/* Any machine at all, legal by force. */
static void draw_machine(struct rng *r, struct machine *m)
{
	uint32_t shift = rng_below(r, 32);

	memset(m, 0, sizeof(*m));
	m->possible[0] = rng_next(r);
	m->possible[0] &= rng_next(r);
	m->possible[0] >>= shift;
	for (unsigned int i = 1; i < MACHINE_MAX_CPUS / 64 && shift < 8; i++)
		m->possible[i] = rng_below(r, 2) ? rng_next(r) & rng_next(r) : 0;
	shift = rng_below(r, 9);
	m->page = 256u << shift;
	m->unit_pages = draw_bits(r, 13);
	m->static_size = draw_bits(r, 21);
	m->reserved_size = draw_bits(r, 21);
	m->dyn_size = draw_bits(r, 21);
	m->vm_pages = draw_bits(r, 18);
	m->frames = draw_bits(r, 16);
	machine_defaults(m);
	if (rng_below(r, 3))
		draw_rare(r, m);
	machine_clamp(m);
}

/* A clamped machine is legal, and clamping it once more changes nothing. */
static void check_clamped(const struct machine *m)
{
	struct machine again = *m;
	const char *fault = machine_fault(m);

	check(!fault, "clamped machine is legal", fault);
	machine_clamp(&again);
	check(machine_equal(&again, m), "clamping changes nothing in a legal machine", NULL);
}

static void check_machines(struct rng *r, unsigned long nr)
{
	static const uint64_t extreme[][8] = {
		{ ~0ull, 65536, 1, 1, 0, 65535, 64000, 64 },
		{ 1ull << 63, 256, 1024, 262136, 0, 8, 0, 0 },
		{ 1, 1024, 1024, 4, 1048564, 8, 65536, 4096 },
		{ 3ull << 62, 65536, 16, 1, 4, 1048571, 1, 1 },
		{ 0xaaaaaaaaaaaaaaaaull, 256, 1, 1, 0, 11, 32000, 4096 },
		{ 0xffull, 256, 1, 1, 0, 11, 8007, 4096 },
	};
	struct machine m;
	struct program p;
	unsigned int i;

	for (i = 0; i < sizeof(extreme) / sizeof(extreme[0]); i++) {
		memset(&m, 0, sizeof(m));
		m.possible[0] = extreme[i][0];
		m.page = (uint32_t)extreme[i][1];
		m.unit_pages = (uint32_t)extreme[i][2];
		m.static_size = (uint32_t)extreme[i][3];
		m.reserved_size = (uint32_t)extreme[i][4];
		m.dyn_size = (uint32_t)extreme[i][5];
		m.vm_pages = (uint32_t)extreme[i][6];
		m.frames = (uint32_t)extreme[i][7];
		machine_defaults(&m);
		check_clamped(&m);
		program_init(&p, &m);
		check_round_trip(&p);
	}
	while (nr--) {
		draw_machine(r, &m);
		check_clamped(&m);
		program_init(&p, &m);
		check_round_trip(&p);
	}
	report("machines");
}

static void check_bad_text(const struct bad_text *bad, const char *text, size_t len)
{
	struct text_error err = { 0 };
	struct program p;

	if (!check(!program_from_text(&p, text, len, &err), "bad text is refused", bad->text))
		program_exit(&p);
	else
		check(!p.ops && !p.nr_ops, "refused text leaves nothing", NULL);
	check(err.line == bad->line, "line of the error", bad->text);
	check(strstr(err.what, bad->what), bad->what, err.what);
}

static void check_errors(void)
{
	static const char nul[] = HEAD MACHINE "bal\0ance\n";
	const struct bad_text bad_nul = { "NUL", 3, "expected an op; got 'bal?ance'" };
	unsigned int i;

	for (i = 0; i < sizeof(bad_texts) / sizeof(bad_texts[0]); i++)
		check_bad_text(&bad_texts[i], bad_texts[i].text, strlen(bad_texts[i].text));
	check_bad_text(&bad_nul, nul, sizeof(nul) - 1);
	report("text errors");
}

/* op_to_text() of every op is the line that program_to_text() has for it. */
static void check_op_lines(const struct program *p)
{
	size_t text_len, len;
	char *text = program_to_text(p, &text_len), *line;
	static char buf[16384];
	char cut[8];
	uint32_t i;

	line = strchr(strchr(text, '\n') + 1, '\n') + 1;
	for (i = 0; i < p->nr_ops; i++) {
		len = op_to_text(p, i, buf, sizeof(buf));
		check(len < sizeof(buf) && strlen(buf) == len, "length of an op", buf);
		check(!strncmp(line, buf, len) && line[len] == '\n', "line of an op", buf);
		check(op_to_text(p, i, cut, sizeof(cut)) == len && !strncmp(cut, buf, 7) &&
			      strlen(cut) <= 7,
		      "op cut off", buf);
		check(op_to_text(p, i, NULL, 0) == len, "op measured", buf);
		line += len + 1;
	}
	check(!*line, "nothing after the last op", text);
	free(text);
}

static void check_good_texts(void)
{
	struct text_error err = { 0 };
	struct program p;
	unsigned int i;
	size_t len;
	char *text;

	for (i = 0; i < sizeof(good_texts) / sizeof(good_texts[0]); i++) {
		const char *in = good_texts[i][0], *out = good_texts[i][1];

		if (!check(program_from_text(&p, in, strlen(in), &err), "good text", err.what))
			continue;
		text = program_to_text(&p, &len);
		check(!strcmp(text, out), "printed canonically", text);
		check_round_trip(&p);
		check_op_lines(&p);
		free(text);
		program_exit(&p);
	}
	report("good text");
}

/* The largest program there can be, with handle names far apart, and one op more. */
static void check_largest(void)
{
	size_t room = 512 + (PROGRAM_MAX_OPS + 2) * 48, len, i;
	char *text = malloc(room);
	struct text_error err = { 0 };
	struct program p;

	if (!text)
		abort();
	len = (size_t)snprintf(text, room, HEAD MACHINE);
	for (i = 0; i < PROGRAM_MAX_OPS; i++)
		len += (size_t)snprintf(text + len, room - len, "r%u = alloc size=4 align=4\n",
					(uint32_t)i * 2654435761u);
	if (check(program_from_text(&p, text, len, &err), "as many ops as may be", err.what)) {
		check(p.nr_ops == PROGRAM_MAX_OPS, "all of them", NULL);
		check_round_trip(&p);
		check(!program_add(&p, &p.ops[0]), "no op more", NULL);
		program_exit(&p);
	}
	len += (size_t)snprintf(text + len, room - len, "balance\n");
	check(!program_from_text(&p, text, len, &err), "one op too many", NULL);
	check(strstr(err.what, "expected at most 65536 ops; got 'balance'") &&
		      err.line == PROGRAM_MAX_OPS + 3,
	      "one op too many", err.what);

	/* one line that never ends */
	memset(text, 'r', room);
	memcpy(text, HEAD, sizeof(HEAD) - 1);
	check(!program_from_text(&p, text, room, &err) && err.line == 2, "long line", err.what);
	memset(text, ' ', room);
	check(!program_from_text(&p, text, room, &err) && err.line == 1, "long blank", err.what);
	free(text);
	report("largest program");
}

static uint64_t draw_large(struct rng *r)
{
	uint64_t x = rng_next(r) >> (24 + rng_below(r, 40));

	return rng_below(r, 4) ? x : ~x;
}

static void draw_args(struct rng *r, struct program *p, struct op *op)
{
	op->nr_args = (uint16_t)rng_below(r, 2);
	if (op->kind == OP_GET_VM_AREAS)
		op->nr_args = (uint16_t)rng_below(r, rng_below(r, 32) ? 6 : OP_ARGS_MAX + 1);
	op->first_arg = op->nr_args ? p->nr_args : 0;
	for (uint32_t i = 0; i < op->nr_args; i++) {
		uint64_t a = draw_large(r), b = draw_large(r);

		program_add_arg(p, a, b);
	}
}

static uint32_t draw_any_align(struct rng *r, const struct machine *m)
{
	return align_from_code(m, (uint8_t)rng_next(r));
}

/* An op with any legal members. */
static struct op draw_op(struct rng *r, struct program *p)
{
	struct op op = { .kind = (uint8_t)rng_below(r, OP_NR) };
	uint32_t handles = program_nr_handles(p, p->nr_ops);
	bool null = op.kind == OP_FREE || op.kind == OP_VFREE;

	if (op_uses_handle(op.kind) && handles && (!null || rng_below(r, 16)))
		op.handle = rng_below(r, handles);
	else if (null)
		op.handle = PROGRAM_NO_HANDLE;
	else if (op_uses_handle(op.kind))
		op.kind = OP_PURGE;
	if (op_takes_offset(op.kind) && op.handle != PROGRAM_NO_HANDLE && !rng_below(r, 3))
		op.offset = draw_bits(r, 31);

	if (op.kind == OP_ALLOC) {
		op.gfp = (uint8_t)rng_below(r, PCPU_GFP_NR);
		op.reserved = rng_below(r, 2);
		op.size = (uint32_t)rng_next(r);
		op.align = draw_any_align(r, &p->machine);
	} else if (op.kind == OP_WRITE) {
		op.seed = (uint32_t)rng_next(r);
	} else if (op.kind == OP_PHYS) {
		op.cpu = (uint16_t)draw_bits(r, 16);
	} else if (op.kind == OP_POPULATE || op.kind == OP_DEPOPULATE) {
		op.chunk = (uint16_t)rng_next(r);
		op.start = (uint16_t)rng_next(r);
		op.end = (uint16_t)rng_next(r);
	} else if (op.kind == OP_GET_VM_AREA || op.kind == OP_VMALLOC) {
		op.size = draw_large(r);
		op.ioremap = op.kind == OP_GET_VM_AREA && rng_below(r, 2);
		op.node = op.kind == OP_VMALLOC ? (uint16_t)draw_bits(r, 16) : 0;
	} else if (op.kind == OP_GET_VM_AREAS) {
		op.align = draw_any_align(r, &p->machine);
	} else if (op.kind == OP_BOOT) {
		op.choice = (uint8_t)(1 + rng_below(r, FIRST_NR - 1));
		op.boot.static_size = draw_bits(r, 24);
		op.boot.reserved_size = draw_bits(r, 24);
		op.boot.dyn_size = draw_bits(r, 24);
		op.boot.unit = draw_bits(r, 24);
		op.boot.atom = OP_ATOM_MIN << rng_below(r, 14);
	}
	if (op.kind == OP_GET_VM_AREA || op.kind == OP_GET_VM_AREAS)
		draw_args(r, p, &op);
	if (!rng_below(r, 4)) {
		op.fault = (uint8_t)(1 + rng_below(r, PCPU_FAULT_NR - 1));
		op.fault_n = (uint16_t)(1 + rng_below(r, UINT16_MAX));
	}
	return op;
}

/* Programs that no engine would make: every op with every value, on any machine, for any target. */
static void check_any(struct rng *r, unsigned long nr)
{
	struct machine m;
	struct program p;

	while (nr--) {
		uint32_t ops = rng_below(r, 40);

		draw_machine(r, &m);
		program_init(&p, &m);
		while (ops--) {
			struct op op = draw_op(r, &p);

			program_add(&p, &op);
		}
		check_round_trip(&p);
		if (nr % 16 == 0)
			check_op_lines(&p);
		program_exit(&p);
	}
	report("any program");
}

/* What random programs have reached: each must happen sometimes. */
struct reach {
	unsigned long kind[OP_NR], gfp[PCPU_GFP_NR], fault[PCPU_FAULT_NR], first[FIRST_NR];
	unsigned long reserved, null, inside, stale, bad_align, zero, huge, bad_range, ops;
	unsigned long ranges, nodes, near, bases, narrow, km, programs;
	unsigned long areas[4], vm_zero, vm_huge, vm_wraps, outside;
};

static void reach_machine(struct reach *c, const struct machine *m)
{
	c->programs++;
	c->first[m->first]++;
	c->nodes += m->nr_nodes > 1;
	c->near += m->nr_near != 0;
	c->bases += m->nr_bases != 0;
	c->narrow += m->va_bits == 32;
	c->km += m->backing == BACKING_KM;
}

static void reach_vm_op(struct reach *c, const struct op *op)
{
	c->ranges += op->kind == OP_GET_VM_AREA && op->nr_args;
	if (op->kind == OP_GET_VM_AREAS)
		c->areas[op->nr_args > 32 ? 3 : op->nr_args > 1 ? 2 : op->nr_args]++;
	if (op->kind == OP_GET_VM_AREA || op->kind == OP_VMALLOC) {
		c->vm_zero += !op->size;
		c->vm_huge += op->size >= UINT64_C(1) << 32;
		c->vm_wraps += op->size >> 40 != 0;
	}
}

static void reach_add(struct reach *c, const struct program *p, enum program_layer layer)
{
	bool *freed = calloc(p->nr_ops + 1, sizeof(*freed));
	uint32_t i;

	if (!freed)
		abort();
	reach_machine(c, &p->machine);
	for (i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->ops[i];

		c->ops++;
		c->kind[op->kind]++;
		c->gfp[op->gfp]++;
		c->fault[op->fault]++;
		c->reserved += op->reserved;
		c->inside += op->offset != 0;
		c->bad_range += op->end > p->machine.unit_pages || op->start > op->end;
		c->outside += layer != LAYER_ANY && op_infos[op->kind].layer != layer &&
			      op_infos[op->kind].layer != LAYER_ANY;
		reach_vm_op(c, op);
		if (op->kind == OP_ALLOC) {
			c->bad_align += !op->align || (op->align & (op->align - 1)) != 0;
			c->zero += !op->size;
			c->huge += op->size > 1u << 30;
		} else if (op->handle == PROGRAM_NO_HANDLE) {
			c->null++;
		} else if ((op->kind == OP_FREE || op->kind == OP_VFREE) && !op->offset) {
			c->stale += freed[op->handle];
			freed[op->handle] = true;
		}
	}
	free(freed);
}

/* Is an op one that a fuzz target is about? */
static bool wanted(enum program_layer layer, unsigned int kind)
{
	return layer == LAYER_ANY || op_infos[kind].layer == layer ||
	       (op_infos[kind].layer == LAYER_ANY && layer != LAYER_BOOT);
}

static void check_reach(const struct reach *c, enum program_layer layer, const char *what)
{
	static const char *const names[LAYER_NR] = { "any", "pcpu", "vm", "boot" };
	bool vm = layer == LAYER_ANY || layer == LAYER_VM;
	unsigned long frees = 0, areas = 0;
	unsigned int i;

	/* too few to expect everything of */
	if (c->ops < 20000)
		return;
	for (i = 0; i < OP_NR; i++) {
		check(c->kind[i] || !wanted(layer, i), what, op_infos[i].name);
		frees += i == OP_FREE || i == OP_VFREE || i == OP_REMOVE_VM_AREA ? c->kind[i] : 0;
		areas += op_infos[i].layer == LAYER_VM ? c->kind[i] : 0;
	}
	for (i = 0; i < PCPU_GFP_NR; i++)
		check(c->gfp[i] || layer >= LAYER_VM, what, gfp_names[i]);
	for (i = 0; i < PCPU_FAULT_NR; i++)
		check(c->fault[i], what, "a fault");
	if (layer != LAYER_BOOT)
		check(c->null && c->inside && c->stale, what, "odd frees");
	if (layer < LAYER_VM)
		check(c->reserved && c->bad_align && c->zero && c->huge && c->bad_range, what,
		      "illegal arguments");
	if (vm)
		check(c->ranges && c->areas[1] && c->areas[2] && c->areas[3] && c->vm_zero &&
			      c->vm_huge && c->vm_wraps,
		      what, "odd areas");
	for (i = 0; i < FIRST_NR; i++)
		check(c->first[i], what, first_names[i]);
	check(c->nodes && c->near && c->bases && c->narrow && c->km, what, "odd machines");
	check(c->outside * (layer == LAYER_BOOT ? 5 : 10) < c->ops, what,
	      "few ops that the target is not about");
	printf("  %s, %s: %lu ops, %lu%% alloc, %lu%% frees, %lu%% areas, %lu%% boot, %lu%% with "
	       "fault, %lu%% outside\n",
	       what, names[layer], c->ops, c->kind[OP_ALLOC] * 100 / c->ops, frees * 100 / c->ops,
	       areas * 100 / c->ops, c->kind[OP_BOOT] * 100 / c->ops,
	       (c->ops - c->fault[PCPU_FAULT_NONE]) * 100 / c->ops, c->outside * 100 / c->ops);
}

static size_t random_bytes(struct rng *r, uint8_t *b, size_t max)
{
	uint32_t longest = rng_below(r, 8) ? 220 : (uint32_t)max;
	size_t len = rng_below(r, longest + 1), i;

	for (i = 0; i < len; i++)
		b[i] = (uint8_t)rng_next(r);
	if (len > 1 && rng_below(r, 2))
		b[1] = 0;
	return len;
}

static void check_bytes(struct rng *r, unsigned long nr)
{
	struct reach reach[LAYER_NR] = { 0 };
	uint8_t b[600];
	struct program p;

	while (nr--) {
		size_t len = random_bytes(r, b, sizeof(b));
		enum program_layer layer = nr % LAYER_NR;

		program_from_bytes(&p, layer, b, len);
		check_round_trip(&p);
		reach_add(reach + layer, &p, layer);
		program_exit(&p);
	}
	for (unsigned int i = 0; i < LAYER_NR; i++)
		check_reach(reach + i, i, "random bytes");
	report("random bytes");
}

static void mutate(struct rng *r, uint8_t *b, size_t len)
{
	uint32_t nr = 1 + rng_below(r, 8);

	while (nr-- && len) {
		uint32_t at = rng_below(r, (uint32_t)len);
		uint32_t from = rng_below(r, (uint32_t)len);
		uint32_t how = rng_below(r, 4);

		if (how == 0)
			b[at] ^= (uint8_t)(1u << rng_below(r, 8));
		else if (how == 1)
			b[at] = (uint8_t)rng_next(r);
		else if (how == 2)
			b[at] = (uint8_t)(b[at] + rng_below(r, 9) - 4);
		else
			memmove(b + at, b + from, (len - (at > from ? at : from)) / 2);
	}
}

static void check_mutants(struct rng *r, unsigned long nr)
{
	struct program p;
	size_t len;
	uint8_t *b;

	while (nr--) {
		enum program_layer layer = nr % LAYER_NR;

		program_generate(&p, layer, r, 1 + rng_below(r, 30));
		b = program_to_bytes(&p, layer, &len);
		program_exit(&p);
		mutate(r, b, len);
		len -= rng_below(r, 4) ? 0 : rng_below(r, (uint32_t)len);
		program_from_bytes(&p, layer, b, len);
		check_round_trip(&p);
		program_exit(&p);
		free(b);
	}
	report("mutated bytes");
}

static void check_generated(struct rng *r, unsigned long nr)
{
	struct reach reach[LAYER_NR] = { 0 };
	struct program p, q;

	while (nr--) {
		uint32_t max = rng_below(r, 16) ? rng_below(r, 40) : rng_below(r, 400);
		enum program_layer layer = nr % LAYER_NR;
		struct rng same = *r;

		program_generate(&p, layer, r, max);
		check(p.nr_ops <= max, "no more ops than asked for", NULL);
		check_round_trip(&p);
		reach_add(reach + layer, &p, layer);
		if (nr % 17 == 0) {
			program_generate(&q, layer, &same, max);
			check(program_equal(&p, &q) && same.state == r->state, "repeatable", NULL);
			check_op_lines(&p);
			program_exit(&q);
		}
		program_exit(&p);
	}
	for (unsigned int i = 0; i < LAYER_NR; i++)
		check_reach(reach + i, i, "generated");
	report("generated programs");
}

/* What goes on in another way keeps what it had. */
static void check_continued(struct rng *r, unsigned long nr)
{
	unsigned long longer = 0, total = nr, freed = 0;
	struct program p, q;

	while (nr--) {
		uint32_t max = rng_below(r, 60), n;
		enum program_layer layer = nr % LAYER_NR;
		struct rng same = *r;

		program_generate(&p, layer, r, max);
		program_generate(&q, layer, &same, max);
		n = p.nr_ops;
		max = rng_below(r, 80);
		program_continue(&p, layer, r, max);
		check(p.nr_ops <= max || p.nr_ops == n, "no more ops than asked for", NULL);
		check_round_trip(&p);
		for (uint32_t i = n; i < p.nr_ops; i++)
			freed += p.ops[i].kind == OP_FREE &&
				 p.ops[i].handle < program_nr_handles(&p, n);
		longer += p.nr_ops > n;
		p.nr_ops = n;
		check(program_equal(&p, &q), "the start is as it was", NULL);
		program_exit(&q);
		program_exit(&p);
	}
	check(longer > total / 4, "many are longer", NULL);
	check(freed > total / 4, "and free what the start made", NULL);
	report("continued programs");
}

/* Break text at random; if it is still accepted, it must round trip. */
static void check_corrupted(struct rng *r, unsigned long nr)
{
	static const char pieces[] = " \t\r\n#=()+-,.0x19rnull\0\xff";
	struct text_error err;
	struct program p;
	unsigned long accepted = 0, total = nr;

	while (nr--) {
		size_t len, i;
		uint32_t times = 1 + rng_below(r, 3);
		char *text;

		program_generate(&p, nr % LAYER_NR, r, rng_below(r, 12));
		text = program_to_text(&p, &len);
		program_exit(&p);
		for (i = 0; i < times; i++) {
			uint32_t at = rng_below(r, (uint32_t)len);

			text[at] = rng_below(r, 4) ? pieces[rng_below(r, sizeof(pieces) - 1)] :
						     (char)rng_next(r);
		}
		if (!rng_below(r, 4))
			mutate(r, (uint8_t *)text, len);
		len -= rng_below(r, 4) ? 0 : rng_below(r, (uint32_t)len);
		/* exactly as long as it is, for the sanitizer to see what is read beyond */
		text = realloc(text, len);
		if (!text)
			abort();
		memset(&err, 0, sizeof(err));
		if (program_from_text(&p, text, len, &err)) {
			check_round_trip(&p);
			program_exit(&p);
			accepted++;
		} else {
			check(err.line && memchr(err.what, '\0', sizeof(err.what)) && *err.what,
			      "error is filled in", err.what);
		}
		free(text);
	}
	check(total < 1000 || accepted, "some corrupted text is still accepted", NULL);
	report("corrupted text");
}

static uint64_t hash_text(uint64_t hash, const struct program *p)
{
	size_t len, i;
	char *text = program_to_text(p, &len);

	for (i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3ull;
	free(text);
	return hash;
}

/* The meaning of bytes and of seeds is kept: corpora and reported seeds depend on it. */
static void check_pinned(void)
{
	struct rng r = { 1 };
	char line[64];
	struct program p;
	uint8_t b[600];

	for (unsigned int layer = 0; layer < LAYER_NR; layer++) {
		uint64_t bytes = 0xcbf29ce484222325ull, generated = bytes;

		for (unsigned int i = 0; i < 3000; i++) {
			size_t len = random_bytes(&r, b, sizeof(b));

			program_from_bytes(&p, layer, b, len);
			bytes = hash_text(bytes, &p);
			program_exit(&p);
			program_generate(&p, layer, &r, 100);
			generated = hash_text(generated, &p);
			program_exit(&p);
		}
		snprintf(line, sizeof(line), "layer %u: 0x%llxull", layer,
			 (unsigned long long)bytes);
		check(bytes == pinned[layer].bytes, "meaning of bytes has changed", line);
		snprintf(line, sizeof(line), "layer %u: 0x%llxull", layer,
			 (unsigned long long)generated);
		check(generated == pinned[layer].generated, "meaning of seeds has changed", line);
	}
	report("pinned meanings");
}

static void check_file(const char *name)
{
	static char text[1u << 24];
	struct text_error err = { 0 };
	struct program p;
	FILE *f = fopen(name, "rb");
	size_t len;

	if (!check(f, "file can be opened", name))
		return;
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	if (!check(program_from_text(&p, text, len, &err), name, err.what))
		return;
	check_round_trip(&p);
	check_op_lines(&p);
	program_exit(&p);
}

/* Under a sanitizer a part of the programs has to do: the plain build runs all. */
#if defined(__SANITIZE_ADDRESS__)
#define PROGRAMS 100000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define PROGRAMS 100000
#endif
#endif
#ifndef PROGRAMS
#define PROGRAMS 1000000
#endif

int main(int argc, char **argv)
{
	unsigned long nr = PROGRAMS;
	struct rng r = { 20240601 };
	int i = 1;

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		nr = strtoul(argv[2], NULL, 0);
		i = 3;
	}
	check_presets();
	check_aligns();
	check_errors();
	check_good_texts();
	check_largest();
	check_pinned();
	check_machines(&r, nr / 20);
	check_any(&r, nr / 40);
	check_bytes(&r, nr / 20 * 11);
	check_mutants(&r, nr / 20 * 3);
	check_generated(&r, nr / 20 * 3);
	check_continued(&r, nr / 20);
	check_corrupted(&r, nr / 20 * 2);
	if (i < argc) {
		for (; i < argc; i++)
			check_file(argv[i]);
		report("files");
	}
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}
