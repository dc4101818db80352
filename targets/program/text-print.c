// SPDX-License-Identifier: GPL-2.0-only
/*
 * text-print.c - programs as canonical text.
 *
 * The grammar is in docs/program-format.md.  Does not check anything: the program must be legal.
 */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "../../impl/pcpu.h"
#include "../../oracle/world.h"

/* From here on sizes and offsets of the address space are printed in hexadecimal. */
#define HEX_FROM 65536

const char *const machine_key_names[KEY_NR] = {
	[KEY_CPUS] = "cpus=",	      [KEY_PAGE] = "page=",
	[KEY_UNIT] = "unit_pages=",   [KEY_STATIC] = "static=",
	[KEY_RESERVED] = "reserved=", [KEY_DYN] = "dyn=",
	[KEY_VM] = "vm_pages=",	      [KEY_FRAMES] = "frames=",
	[KEY_VM_START] = "vm_start=", [KEY_VA] = "va=",
	[KEY_FIRST] = "first=",	      [KEY_BACKING] = "backing=",
	[KEY_ATOM] = "atom=",	      [KEY_BOOT_PAGES] = "boot_pages=",
	[KEY_NODES] = "nodes=",	      [KEY_NODE] = "node=",
	[KEY_NEAR] = "near=",	      [KEY_BASES] = "bases=",
};

/**
 * struct name - what a handle is called
 */
struct name {
	char letter[2];
	uint32_t nr;
};

/**
 * struct out - text being printed
 * @p:    the program
 * @names: of all handles, or NULL to look for each when it is printed
 * @grow: @buf is made larger when it is full
 * @buf:  where to; not terminated until the end
 * @size: room there
 * @len:  characters printed, counting those for which there was no room
 */
struct out {
	const struct program *p;
	const struct name *names;
	bool grow;
	char *buf;
	size_t size, len;
};

static void out_text(struct out *o, const char *text)
{
	for (; *text; text++, o->len++) {
		if (o->grow && o->len == o->size) {
			o->size = 2 * o->size + 256;
			o->buf = realloc(o->buf, o->size);
			/* the host itself out of memory: nothing can be concluded from that */
			if (!o->buf)
				abort();
		}
		if (o->len < o->size)
			o->buf[o->len] = *text;
	}
}

static void out_base(struct out *o, const char *before, uint64_t x, unsigned int base)
{
	char digits[24];
	unsigned int at = sizeof(digits) - 1;

	digits[at] = '\0';
	do
		digits[--at] = "0123456789abcdef"[x % base];
	while (x /= base);
	out_text(o, before);
	if (base == 16)
		out_text(o, "0x");
	out_text(o, digits + at);
}

static void out_number(struct out *o, const char *before, uint32_t x)
{
	out_base(o, before, x, 10);
}

static void out_large(struct out *o, const char *before, uint64_t x)
{
	out_base(o, before, x, x < HEX_FROM ? 10 : 16);
}

static void out_key(struct out *o, enum machine_key key)
{
	out_text(o, key ? " " : "machine ");
	out_text(o, machine_key_names[key]);
}

static void out_cpus(struct out *o, const struct machine *m)
{
	unsigned int nr = machine_nr_cpus(m), ids = machine_nr_cpu_ids(m), cpu, to;
	const char *before = "";

	out_key(o, KEY_CPUS);
	if (nr == ids) {
		out_number(o, "", nr);
		return;
	}
	for (cpu = 0; cpu < ids; cpu++) {
		if (!machine_is_possible(m, cpu))
			continue;
		for (to = cpu; to + 1 < ids && machine_is_possible(m, to + 1); to++)
			;
		out_number(o, before, cpu);
		before = ",";
		/* a single CPU is written as a range, to be a list at all */
		if (to > cpu || nr == 1)
			out_number(o, "-", to);
		cpu = to;
	}
}

static void out_nodes(struct out *o, const struct machine *m)
{
	bool any = false;

	if (m->nr_nodes != 1) {
		out_key(o, KEY_NODES);
		out_number(o, "", m->nr_nodes);
	}
	for (unsigned int cpu = 0; cpu < MACHINE_MAX_CPUS; cpu++)
		any |= m->node[cpu] != 0;
	if (any) {
		out_key(o, KEY_NODE);
		for (unsigned int i = 0; i < machine_nr_cpus(m); i++)
			out_number(o, i ? "," : "", m->node[machine_cpu(m, i)]);
	}
	if (m->nr_near)
		out_key(o, KEY_NEAR);
	for (unsigned int i = 0; i < m->nr_near; i++) {
		out_number(o, i ? "," : "", m->near[i].from);
		out_number(o, ">", m->near[i].to);
	}
	if (m->nr_bases)
		out_key(o, KEY_BASES);
	for (unsigned int i = 0; i < m->nr_bases; i++) {
		out_number(o, i ? "," : "", m->base[i].node);
		out_base(o, ":", m->base[i].at * MACHINE_BOOT_REGION, 16);
	}
}

static void out_machine(struct out *o, const struct machine *m)
{
	const uint32_t value[KEY_OPTIONAL] = {
		[KEY_PAGE] = m->page,	       [KEY_UNIT] = m->unit_pages,
		[KEY_STATIC] = m->static_size, [KEY_RESERVED] = m->reserved_size,
		[KEY_DYN] = m->dyn_size,       [KEY_VM] = m->vm_pages,
		[KEY_FRAMES] = m->frames,
	};

	out_cpus(o, m);
	for (unsigned int key = KEY_PAGE; key < KEY_OPTIONAL; key++) {
		out_key(o, key);
		out_number(o, "", value[key]);
	}
	if (m->vm_start != MACHINE_VM_START) {
		out_key(o, KEY_VM_START);
		out_base(o, "", m->vm_start, 16);
	}
	if (m->va_bits != 64) {
		out_key(o, KEY_VA);
		out_number(o, "", m->va_bits);
	}
	if (m->first != FIRST_GIVEN) {
		out_key(o, KEY_FIRST);
		out_text(o, first_names[m->first]);
	}
	if (m->backing != BACKING_VM) {
		out_key(o, KEY_BACKING);
		out_text(o, backing_names[m->backing]);
	}
	if (m->atom != m->page) {
		out_key(o, KEY_ATOM);
		out_number(o, "", m->atom);
	}
	if (m->boot_pages) {
		out_key(o, KEY_BOOT_PAGES);
		out_number(o, "", m->boot_pages);
	}
	out_nodes(o, m);
	out_text(o, "\n");
}

/* What the op at @index calls the handle that it defines. */
static struct name name_at(const struct program *p, uint32_t index)
{
	struct name name = { { op_infos[p->ops[index].kind].letter }, 0 };

	for (uint32_t i = 0; i < index; i++)
		name.nr += op_infos[p->ops[i].kind].letter == name.letter[0];
	return name;
}

static void out_name(struct out *o, const char *before, struct name name)
{
	out_text(o, before);
	out_number(o, name.letter, name.nr);
}

static void out_handle(struct out *o, uint32_t handle)
{
	uint32_t index = 0;

	if (handle == PROGRAM_NO_HANDLE) {
		out_text(o, " null");
		return;
	}
	if (o->names) {
		out_name(o, " ", o->names[handle]);
		return;
	}
	for (; !op_infos[o->p->ops[index].kind].letter || handle--; index++)
		;
	out_name(o, " ", name_at(o->p, index));
}

static void out_alloc(struct out *o, const struct op *op)
{
	out_number(o, " size=", (uint32_t)op->size);
	out_number(o, " align=", op->align);
	if (op->reserved)
		out_text(o, " reserved");
	if (op->gfp != PCPU_GFP_KERNEL) {
		out_text(o, " ");
		out_text(o, gfp_names[op->gfp]);
	}
}

/* What follows the name of an op that is about the address space or the boot. */
static void out_vm_op(struct out *o, const struct op *op)
{
	const struct op_arg *args = program_args(o->p, op);

	switch (op->kind) {
	case OP_GET_VM_AREA:
		out_large(o, " size=", op->size);
		if (op->ioremap)
			out_text(o, " ioremap");
		if (op->nr_args) {
			out_large(o, " range=", args->a);
			out_large(o, "..", args->b);
		}
		break;
	case OP_VMALLOC:
		out_large(o, " size=", op->size);
		if (op->node)
			out_number(o, " node=", op->node);
		break;
	case OP_GET_VM_AREAS:
		out_number(o, " align=", op->align);
		for (uint32_t i = 0; i < op->nr_args; i++) {
			out_large(o, " ", args[i].a);
			out_large(o, "+", args[i].b);
		}
		break;
	case OP_BOOT:
		out_text(o, " ");
		out_text(o, first_names[op->choice]);
		out_number(o, " static=", op->boot.static_size);
		out_number(o, " reserved=", op->boot.reserved_size);
		out_number(o, " dyn=", op->boot.dyn_size);
		out_number(o, " unit=", op->boot.unit);
		out_number(o, " atom=", op->boot.atom);
		break;
	}
}

/* @name: what an op that defines a handle calls it */
static void out_op(struct out *o, const struct op *op, struct name name)
{
	if (name.letter[0]) {
		out_name(o, "", name);
		out_text(o, " = ");
	}
	out_text(o, op_infos[op->kind].name);
	if (op_uses_handle(op->kind))
		out_handle(o, op->handle);
	if (op->offset)
		out_number(o, "+", op->offset);

	if (op->kind == OP_ALLOC)
		out_alloc(o, op);
	else if (op->kind == OP_WRITE)
		out_number(o, " seed=", op->seed);
	else if (op->kind == OP_PHYS)
		out_number(o, " cpu=", op->cpu);
	else
		out_vm_op(o, op);
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

/* The names of all handles, in program order. */
static struct name *all_names(const struct program *p)
{
	uint32_t nr[NR_HANDLE_LETTERS] = { 0 }, handle = 0;
	struct name *names = calloc((size_t)p->nr_ops + 1, sizeof(*names));

	if (!names)
		abort();
	for (uint32_t i = 0; i < p->nr_ops; i++) {
		char letter = op_infos[p->ops[i].kind].letter;

		if (!letter)
			continue;
		names[handle].letter[0] = letter;
		names[handle++].nr = nr[strchr(HANDLE_LETTERS, letter) - HANDLE_LETTERS]++;
	}
	return names;
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
	struct name *names = all_names(p);
	struct out o = { .p = p, .names = names, .grow = true };
	uint32_t handle = 0;

	out_text(&o, "pcpu-program 1\n");
	out_machine(&o, &p->machine);
	for (uint32_t i = 0; i < p->nr_ops; i++) {
		struct name none = { "", 0 };
		bool defines = op_infos[p->ops[i].kind].letter;

		out_op(&o, &p->ops[i], defines ? names[handle] : none);
		out_text(&o, "\n");
		handle += defines;
	}
	free(names);
	o.buf = realloc(o.buf, o.len + 1);
	if (!o.buf)
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
	struct out o = { .p = p, .buf = buf, .size = size };
	const struct op *op = &p->ops[index];

	out_op(&o, op, op_infos[op->kind].letter ? name_at(p, index) : (struct name){ "", 0 });
	if (size)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return o.len;
}
