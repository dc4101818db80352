// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit-c.c - writes a program as C: the machine, and a call of targets/repro.h for each op.
 *
 * What an op means is decided here as exec_ops.c decides it.  Does not run anything.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emit-c.h"
#include "../../oracle/world.h"

/**
 * struct emitter - a file that is being written
 * @f:    the file
 * @p:    the program
 * @name: what each handle is called
 * @used: is it named by a later op
 */
struct emitter {
	FILE *f;
	const struct program *p;
	char (*name)[16];
	bool *used;
};

static const char *const known_enums[KNOWN_NR] = {
#define QUIRK(name, text, rule, since, until, where, what) \
	[PCPU_QUIRK_##name] = "PCPU_QUIRK_" #name,
#include "../../impl/quirks.def"
#undef QUIRK
#define KNOWN(name, text, rule, since, until, witness, what) [KNOWN_##name] = "KNOWN_" #name,
#include "../../oracle/known.def"
#undef KNOWN
};

/* Enumerators are called as their texts are, after a prefix. */
static void put_enum(FILE *f, const char *prefix, const char *text)
{
	fputs(prefix, f);
	for (; *text; text++)
		fputc(toupper((unsigned char)*text), f);
}

/* Such that it can neither end a comment nor a string. */
static void put_safely(FILE *f, const char *text)
{
	for (; *text; text++) {
		bool plain = isprint((unsigned char)*text) && *text != '\\' && *text != '"';

		fputc(plain ? *text : '?', f);
	}
}

static void put_comment(FILE *f, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		fputs(len ? "// " : "//", f);
		for (size_t i = 0; i < len; i++)
			fputc(isprint((unsigned char)lines[i]) && lines[i] != '\\' ? lines[i] : '?',
			      f);
		fputc('\n', f);
		lines += len + (lines[len] == '\n');
	}
}

/* In // comments, as the command has a comment's beginning in it. */
static void put_head(const struct emitter *e, const struct emit_c *how)
{
	FILE *f = e->f;

	fprintf(f, "// SPDX-License-Identifier: GPL-2.0-only\n//\n// %s\n//\n", how->key);
	put_comment(f, how->facts);
	fputs("//\n// In the top folder of pcpufuzz:\n//\n//\tcc ", f);
	fprintf(f, "%s-I. -o repro ", how->flags);
	put_safely(f, how->file);
	fprintf(f, " impl/*.c oracle/*.c%s && ./repro\n", how->subject ? " -ldl" : "");
	fputs("//\n// Exit code: 1 if a rule is broken, which is printed, 0 if none is.\n", f);
	if (how->subject)
		fputs("// Another build of the kernel can be given as argument.\n", f);
	else
		fputs("// With -DQUIRKS=0 it is the allocator without its known errors.\n", f);
	if (how->subject) {
		fputs("#define REPRO_SUBJECT \"", f);
		put_safely(f, how->subject);
		fputs("\"\n", f);
	}
	fputs("#include \"targets/repro.h\"\n\n", f);
}

static void put_known(FILE *f, unsigned int mask)
{
	const char *before = "";

	for (unsigned int i = 0; i < KNOWN_NR; i++) {
		if (!(mask >> i & 1))
			continue;
		fprintf(f, "%s1u << %s", before, known_enums[i]);
		before = " | ";
	}
	if (!mask)
		fputc('0', f);
}

static void put_machine_lists(FILE *f, const struct machine *m)
{
	const char *before = "\t.node = { ";

	for (unsigned int i = 0; i < MACHINE_MAX_CPUS; i++) {
		if (!m->node[i])
			continue;
		fprintf(f, "%s[%u] = %u", before, i, m->node[i]);
		before = ", ";
	}
	if (before[0] == ',')
		fputs(" },\n", f);
	if (m->nr_near)
		fprintf(f, "\t.nr_near = %" PRIu32 ",\n\t.near = { ", m->nr_near);
	for (unsigned int i = 0; i < m->nr_near; i++)
		fprintf(f, "{ %u, %u }%s", m->near[i].from, m->near[i].to,
			i + 1 < m->nr_near ? ", " : " },\n");
	if (m->nr_bases)
		fprintf(f, "\t.nr_bases = %" PRIu32 ",\n\t.base = { ", m->nr_bases);
	for (unsigned int i = 0; i < m->nr_bases; i++)
		fprintf(f, "{ %u, %u }%s", m->base[i].node, m->base[i].at,
			i + 1 < m->nr_bases ? ", " : " },\n");
}

/* The line of the text that says the same. */
static void put_machine_line(FILE *f, const struct machine *m)
{
	struct program none = { .machine = *m };
	size_t len;
	char *text = program_to_text(&none, &len);

	put_comment(f, text + strcspn(text, "\n") + 1);
	free(text);
}

static void put_machine(FILE *f, const struct machine *m)
{
	put_machine_line(f, m);
	fputs("static const struct machine machine = {\n\t.possible = { ", f);
	for (unsigned int i = 0; i < MACHINE_MAX_CPUS / 64; i++)
		fprintf(f, "%#" PRIx64 "%s", m->possible[i],
			i + 1 < MACHINE_MAX_CPUS / 64 ? ", " : " },\n");
	fprintf(f, "\t.page = %" PRIu32 ",\n\t.unit_pages = %" PRIu32 ",\n", m->page,
		m->unit_pages);
	fprintf(f, "\t.static_size = %" PRIu32 ",\n\t.reserved_size = %" PRIu32 ",\n",
		m->static_size, m->reserved_size);
	fprintf(f, "\t.dyn_size = %" PRIu32 ",\n\t.vm_pages = %" PRIu32 ",\n", m->dyn_size,
		m->vm_pages);
	fprintf(f, "\t.frames = %" PRIu32 ",\n\t.vm_start = UINT64_C(%#" PRIx64 "),\n", m->frames,
		m->vm_start);
	fprintf(f, "\t.va_bits = %u,\n", m->va_bits);
	put_enum(f, "\t.first = FIRST_", first_names[m->first]);
	put_enum(f, ",\n\t.backing = BACKING_", backing_names[m->backing]);
	fprintf(f, ",\n\t.atom = %" PRIu32 ",\n\t.boot_pages = %" PRIu32 ",\n", m->atom,
		m->boot_pages);
	fprintf(f, "\t.nr_nodes = %" PRIu32 ",\n", m->nr_nodes);
	put_machine_lists(f, m);
	fputs("};\n\n", f);
}

static void put_repro(FILE *f, const struct exec_options *opts, const struct emit_c *how)
{
	static const char *const flags[] = { "ORACLE_FULL", "ORACLE_BAD_FREE", "ORACLE_EFFECTS" };

	if (!how->subject) {
		fputs("#ifndef QUIRKS\n#define QUIRKS (", f);
		put_known(f, opts->option);
		fputs(")\n#endif\n\n", f);
	}
	fprintf(f, "static const struct repro repro = {\n\t.key = \"%s\",\n", how->key);
	fprintf(f, "\t.machine = &machine,\n\t.quirks = %s,\n\t.tolerate = ",
		how->subject ? "0" : "QUIRKS");
	put_known(f, opts->tolerate);
	fputs(",\n\t.flags = 0", f);
	for (unsigned int i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (opts->flags >> i & 1)
			fprintf(f, " | %s", flags[i]);
	fputs(",\n\t.rules_off = { { ", f);
	for (unsigned int i = 0; i < (RULE_NR + 63) / 64; i++)
		fprintf(f, "%s%#" PRIx64, i ? ", " : "", opts->rules_off.bits[i]);
	fputs(" } },\n};\n\n", f);
}

/* Names as in the text of the program. */
static void name_handles(struct emitter *e)
{
	const struct program *p = e->p;
	unsigned int nr[UINT8_MAX + 1] = { 0 };
	size_t handles = program_nr_handles(p, p->nr_ops);
	uint32_t handle = 0;

	e->name = calloc(handles + 1, sizeof(*e->name));
	e->used = calloc(handles + 1, sizeof(*e->used));
	if (!e->name || !e->used)
		abort();
	for (uint32_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = p->ops + i;
		char letter = op_infos[op->kind].letter;

		if (op_uses_handle(op->kind) && op->handle != PROGRAM_NO_HANDLE)
			e->used[op->handle] |= op->kind != OP_FREE_VM_AREAS;
		if (letter)
			snprintf(e->name[handle++], sizeof(*e->name), "%c%u", letter,
				 nr[(unsigned char)letter]++);
	}
}

static void put_array(const struct emitter *e, const struct op *op, const char *name,
		      const char *what)
{
	const struct op_arg *args = program_args(e->p, op);
	uint64_t mask = machine_addr_mask(&e->p->machine);

	fprintf(e->f, "static const uint64_t %s_%s[] = {", name, what);
	for (unsigned int i = 0; i < op->nr_args; i++)
		fprintf(e->f, "%s UINT64_C(%#" PRIx64 ")", i ? "," : "",
			(what[0] == 'o' ? args[i].a : args[i].b) & mask);
	fputs(op->nr_args ? " };\n" : " 0 };\n", e->f);
}

static void put_areas(const struct emitter *e)
{
	uint32_t handle = 0;

	for (uint32_t i = 0; i < e->p->nr_ops; i++) {
		const struct op *op = e->p->ops + i;

		if (op->kind == OP_GET_VM_AREAS) {
			put_array(e, op, e->name[handle], "offsets");
			put_array(e, op, e->name[handle], "sizes");
			fprintf(e->f, "static struct repro_areas %s_areas;\n\n", e->name[handle]);
		}
		handle += op_infos[op->kind].letter != 0;
	}
}

static void put_variables(const struct emitter *e)
{
	uint32_t handles = program_nr_handles(e->p, e->p->nr_ops);
	unsigned int on_line = 0;

	put_areas(e);
	fputs("int main(int argc, char **argv)\n{\n", e->f);
	for (uint32_t i = 0; i < handles; i++) {
		if (!e->used[i])
			continue;
		fprintf(e->f, "%s%s", on_line ? ", " : "\tuint64_t ", e->name[i]);
		if (++on_line == 12) {
			fputs(";\n", e->f);
			on_line = 0;
		}
	}
	fputs(on_line ? ";\n\n" : "\n", e->f);
	fputs("\trepro_start(&repro, argc, argv);\n", e->f);
}

/* What the handle of an op is called; null is 0. */
static const char *handle_of(const struct emitter *e, const struct op *op)
{
	return op->handle == PROGRAM_NO_HANDLE ? "0" : e->name[op->handle];
}

static void put_alloc(const struct emitter *e, const struct op *op)
{
	fprintf(e->f, "op_alloc(%" PRIu32 ", %" PRIu32 ", %s, ", (uint32_t)op->size, op->align,
		op->reserved ? "true" : "false");
	put_enum(e->f, "PCPU_GFP_", gfp_names[op->gfp]);
	fputs(");\n", e->f);
}

static void put_pointer_op(const struct emitter *e, const struct op *op)
{
	fprintf(e->f, "op_%s(%s, %" PRIu32 ");\n", op_infos[op->kind].name, handle_of(e, op),
		op->offset);
}

static void put_access(const struct emitter *e, const struct op *op)
{
	const char *name = handle_of(e, op);

	fprintf(e->f, "op_%s%s(%s", op_infos[op->kind].name, name[0] == 'r' ? "" : "_vm", name);
	if (op->kind == OP_WRITE)
		fprintf(e->f, ", %" PRIu32, op->seed);
	fputs(");\n", e->f);
}

static void put_populate(const struct emitter *e, const struct op *op)
{
	fprintf(e->f, "op_%s(%u, %u, %u);\n", op_infos[op->kind].name, op->chunk, op->start,
		op->end);
}

static void put_phys(const struct emitter *e, const struct op *op)
{
	fprintf(e->f, "op_phys(%s, %" PRIu32 ", %u);\n", handle_of(e, op), op->offset, op->cpu);
}

static void put_get_vm_area(const struct emitter *e, const struct op *op)
{
	uint64_t from, to;

	exec_area_range(e->p, op, &from, &to);
	fprintf(e->f,
		"op_get_vm_area(UINT64_C(%#" PRIx64 "), %s, UINT64_C(%#" PRIx64
		"), UINT64_C(%#" PRIx64 "));\n",
		op->size & machine_addr_mask(&e->p->machine), op->ioremap ? "true" : "false", from,
		to);
}

static void put_vmalloc(const struct emitter *e, const struct op *op)
{
	fprintf(e->f, "op_vmalloc(UINT64_C(%#" PRIx64 "), %u);\n",
		op->size & machine_addr_mask(&e->p->machine), op->node);
}

static void put_get_vm_areas(const struct emitter *e, const struct op *op)
{
	const char *name = e->name[program_nr_handles(e->p, (uint32_t)(op - e->p->ops))];

	fprintf(e->f, "op_get_vm_areas(&%s_areas, %s_offsets, %s_sizes, %u, %" PRIu32 ");\n", name,
		name, name, op->nr_args, op->align);
}

static void put_free_vm_areas(const struct emitter *e, const struct op *op)
{
	if (handle_of(e, op)[0] == 'g')
		fprintf(e->f, "op_free_vm_areas(&%s_areas);\n", handle_of(e, op));
	else
		fputs("; /* what is freed so is of get_vm_areas only */\n", e->f);
}

static void put_plain(const struct emitter *e, const struct op *op)
{
	fprintf(e->f, "op_%s();\n", op_infos[op->kind].name);
}

static void put_boot(const struct emitter *e, const struct op *op)
{
	struct boot_args args = exec_boot_args(e->p, op);

	put_enum(e->f, "op_boot((struct boot_args){ FIRST_", first_names[args.choice]);
	fprintf(e->f, ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 " });\n",
		args.static_size, args.reserved_size, args.dyn_size, args.unit, args.atom);
}

/* Ops that are more than their name, or their name, an address and an offset. */
static void (*const puts_op[OP_NR])(const struct emitter *e, const struct op *op) = {
	[OP_ALLOC] = put_alloc,
	[OP_WRITE] = put_access,
	[OP_VERIFY] = put_access,
	[OP_POPULATE] = put_populate,
	[OP_DEPOPULATE] = put_populate,
	[OP_PHYS] = put_phys,
	[OP_GET_VM_AREA] = put_get_vm_area,
	[OP_VMALLOC] = put_vmalloc,
	[OP_GET_VM_AREAS] = put_get_vm_areas,
	[OP_FREE_VM_AREAS] = put_free_vm_areas,
	[OP_BOOT] = put_boot,
};

static void put_op(const struct emitter *e, const struct op *op)
{
	if (puts_op[op->kind])
		puts_op[op->kind](e, op);
	else if (op_infos[op->kind].takes == TAKES_NOTHING)
		put_plain(e, op);
	else
		put_pointer_op(e, op);
}

static void put_ops(const struct emitter *e)
{
	const struct program *p = e->p;
	uint32_t handle = 0;
	char line[16384];

	for (uint32_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = p->ops + i;

		op_to_text(p, i, line, sizeof(line));
		fputs("\n\tstep(\"", e->f);
		put_safely(e->f, line);
		fputs("\");\n", e->f);
		if (op->fault) {
			put_enum(e->f, "\tfail(PCPU_FAULT_", fault_names[op->fault]);
			fprintf(e->f, ", %u);\n", op->fault_n);
		}
		fputc('\t', e->f);
		if (op_infos[op->kind].letter && e->used[handle])
			fprintf(e->f, "%s = ", e->name[handle]);
		handle += op_infos[op->kind].letter != 0;
		put_op(e, op);
	}
	fputs("\n\treturn repro_end();\n}\n", e->f);
}

/**
 * emit_c - write a program as C
 * @f: where to
 * @p: the program, which ends with the finding
 * @opts: how it was run
 * @how: what is known of the finding
 */
void emit_c(FILE *f, const struct program *p, const struct exec_options *opts,
	    const struct emit_c *how)
{
	struct emitter e = { .f = f, .p = p };

	name_handles(&e);
	put_head(&e, how);
	put_machine(f, &p->machine);
	put_repro(f, opts, how);
	put_variables(&e);
	put_ops(&e);
	free(e.name);
	free(e.used);
}
