// SPDX-License-Identifier: GPL-2.0-only
/*
 * bytes.c - programs as byte strings, the form that coverage-guided engines mutate.
 *
 * Every byte string is a program, and every program has a byte string that is exactly it; the
 * layout is in docs/program-format.md.  Nothing depends on the host: fields are little-endian and
 * every draw is a statement of its own.  Does not judge what is worth running: an explicit
 * machine may be as large as a machine can be.
 */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

/* Byte 1 of an alloc: the size class, and above it a field that means reserved if it is full. */
#define FLAG_CLASS 0x1f
#define FLAG_RESERVED 0xe0

/* Byte 1 of an area: the size class, the sign, and a field that means ioremap if it is full. */
#define FLAG_NEGATIVE 0x20
#define FLAG_IOREMAP 0xc0

/* Byte 1 of an argument: the signs, and above them how it is drawn, 0 for not at all. */
#define ARG_A_NEGATIVE 1
#define ARG_B_NEGATIVE 2
#define ARG_CLASS_SHIFT 2

#define NR_ATOMS 14 /* from OP_ATOM_MIN to OP_ATOM_MAX */

/* Byte 8 of an alloc: below which value it is which gfp. */
static const uint16_t gfp_bounds[PCPU_GFP_NR] = { 160, 176, 192, 232, 256 };

/**
 * struct decoder - a byte string being decoded
 * @p:       what was decoded so far
 * @d:       how op bytes are read
 * @handles: handles so far
 * @packing: what was allocated so far
 * @space:   what address space was taken so far
 * @pending: arguments that no op has taken yet
 * @nr_pending: how many
 */
struct decoder {
	struct program *p;
	struct dialect d;
	struct handles handles;
	struct packing packing;
	struct space space;
	struct op_arg pending[OP_ARGS_MAX];
	unsigned int nr_pending;
};

static uint64_t get_signed(const uint8_t *b, bool negative)
{
	uint64_t x = get_le(b, 5);

	return negative ? ~x : x;
}

/* Return: whether the sign must be set. */
static bool put_signed(uint8_t *b, uint64_t x)
{
	bool negative = x >> 40;

	put_le(b, 5, negative ? ~x : x);
	return negative;
}

static void decode_fault(struct op *op, const struct dialect *d, uint8_t kind, uint16_t n)
{
	if (kind < d->fault_codes)
		return;
	op->fault = (uint8_t)(PCPU_FAULT_PAGE + kind % (PCPU_FAULT_NR - PCPU_FAULT_PAGE));
	if (!d->direct)
		n = op->fault == PCPU_FAULT_MAP ? n % 9 : 1 + n % 12;
	if (!n && op->fault != PCPU_FAULT_MAP)
		n = 1;
	op->fault_n = n;
}

static void decode_alloc(struct decoder *dec, struct op *op, const uint8_t *b)
{
	const struct dialect *d = &dec->d;
	struct packing *pk = &dec->packing;
	uint8_t code = d->align_codes ? b[2] % d->align_codes : b[2];

	while (b[8] >= gfp_bounds[op->gfp])
		op->gfp++;
	/* a class of context that this program does not have becomes the first that it has */
	if (d->gfp && !(d->gfp & 1 << op->gfp))
		op->gfp = (uint8_t)__builtin_ctz(d->gfp);
	op->reserved = d->reserved && (b[1] & FLAG_RESERVED) == FLAG_RESERVED;
	op->align = align_from_code(pk->m, code);
	op->size =
		size_draw(pk, op->reserved, d->size_class[b[1] & FLAG_CLASS], get_le32(b + 4, 4));
	packing_add(pk, op->reserved, (uint32_t)op->size, op->align);
}

/* What an op becomes that cannot be: nothing that needs a handle. */
static void decode_idle(const struct dialect *d, struct op *op)
{
	memset(op, 0, sizeof(*op));
	op->kind = d->layer == LAYER_VM ? OP_PURGE : OP_BALANCE;
}

/* Find the handle; false if there is none of that form. */
static bool decode_handle(struct decoder *dec, struct op *op, enum form form, uint32_t x)
{
	const struct handles *h = &dec->handles;
	bool null = op->kind == OP_FREE || op->kind == OP_VFREE;
	bool strict = op->kind == OP_REMOVE_VM_AREA || op->kind == OP_FREE_VM_AREAS;
	uint32_t nr_open = handles_nr_open(h, op->kind);

	if (form == FORM_OPEN && nr_open) {
		op->handle = handles_open(h, op->kind, x, dec->d.recent);
		return true;
	}
	if (form == FORM_STALE && handles_nr_closed(h, op->kind)) {
		op->handle = handles_closed(h, op->kind, x);
		return true;
	}
	/* what does no harm is done to any handle rather than not at all */
	if (h->nr && (form == FORM_ANY || (form == FORM_OPEN && !null && !strict))) {
		op->handle = x % h->nr;
		return true;
	}
	op->handle = PROGRAM_NO_HANDLE;
	return null;
}

static void decode_using(struct decoder *dec, struct op *op, enum form form, const uint8_t *b)
{
	const struct machine *m = &dec->p->machine;
	uint32_t step = op_infos[op->kind].layer == LAYER_VM ? m->page : 4;

	if (!decode_handle(dec, op, form, get_le32(b + 8, 2))) {
		decode_idle(&dec->d, op);
		return;
	}
	if (op->kind == OP_WRITE)
		op->seed = get_le32(b + 4, 4);
	if (op->kind == OP_PHYS)
		op->cpu = (uint16_t)get_le(b + 1, 2);
	if (form == FORM_ANY && op->handle != PROGRAM_NO_HANDLE && op_takes_offset(op->kind)) {
		op->offset = get_le32(b + 4, 4);
		/* swarm: mostly the next few units or pages, sometimes inside one */
		if (!dec->d.direct)
			op->offset = op->offset & 7 ? (op->offset >> 3) % 16 * step :
						      (op->offset >> 3) % 64;
	} else if (op->kind == OP_PHYS && op->handle != PROGRAM_NO_HANDLE) {
		op->offset = b[4];
	}
}

static void decode_range(struct decoder *dec, struct op *op, const uint8_t *b)
{
	uint32_t pages = dec->p->machine.unit_pages;

	op->chunk = (uint16_t)get_le(b + 8, 2);
	op->start = (uint16_t)get_le(b + 4, 2);
	op->end = (uint16_t)get_le(b + 10, 2);
	if (!dec->d.direct) {
		/* mostly legal, sometimes empty or one page too long */
		op->chunk %= 16;
		op->start = (uint16_t)(op->start % pages);
		op->end = (uint16_t)(op->start + op->end % (pages - op->start + 2));
	}
}

/* Give an op a list. */
static void set_args(struct decoder *dec, struct op *op, const struct op_arg *args, unsigned int nr)
{
	op->nr_args = (uint16_t)nr;
	op->first_arg = nr ? dec->p->nr_args : 0;
	for (unsigned int i = 0; i < nr; i++)
		program_add_arg(dec->p, args[i].a, args[i].b);
}

static void decode_arg(struct decoder *dec, const uint8_t *b)
{
	unsigned int class = b[1] >> ARG_CLASS_SHIFT;
	struct op_arg arg;

	if (dec->nr_pending == OP_ARGS_MAX)
		return;
	if (class || !dec->d.direct) {
		vm_arg_draw(&dec->space, class, get_le(b + 2, 5), get_le(b + 7, 5), &arg);
	} else {
		arg.a = get_signed(b + 2, b[1] & ARG_A_NEGATIVE);
		arg.b = get_signed(b + 7, b[1] & ARG_B_NEGATIVE);
	}
	dec->pending[dec->nr_pending++] = arg;
}

static void decode_area(struct decoder *dec, struct op *op, enum form form, const uint8_t *b)
{
	unsigned int class = dec->d.vm_class[b[1] & FLAG_CLASS];
	struct op_arg range;

	if (class == VM_SIZE_RAW)
		op->size = get_signed(b + 4, b[1] & FLAG_NEGATIVE);
	else
		op->size = vm_size_draw(&dec->space, class, get_le(b + 4, 5));
	if (op->kind == OP_VMALLOC) {
		op->node = (uint16_t)(b[2] | b[9] << 8);
		if (class != VM_SIZE_RAW)
			op->node = (uint16_t)(op->node % dec->p->machine.nr_nodes);
		return;
	}
	op->ioremap = (b[1] & FLAG_IOREMAP) == FLAG_IOREMAP;
	if (form == FORM_DRAWN) {
		vm_range_draw(&dec->space, op->size, b[2] | (uint32_t)b[9] << 8, &range);
		set_args(dec, op, &range, 1);
	} else if (dec->nr_pending) {
		set_args(dec, op, dec->pending + dec->nr_pending - 1, 1);
		dec->nr_pending = 0;
	}
}

static void decode_areas(struct decoder *dec, struct op *op, enum form form, const uint8_t *b)
{
	struct op_arg args[OP_ARGS_MAX];

	if (form == FORM_DRAWN) {
		op->align = vm_align_draw(&dec->p->machine, b[2]);
		set_args(dec, op, args,
			 vm_areas_draw(&dec->space, op->align, get_le32(b + 4, 4), args));
	} else {
		op->align = align_from_code(&dec->p->machine, b[2]);
		set_args(dec, op, dec->pending, dec->nr_pending);
		dec->nr_pending = 0;
	}
}

static void decode_boot(struct decoder *dec, struct op *op, enum form form, const uint8_t *b)
{
	const struct op_arg *last;

	if (form == FORM_DRAWN || dec->nr_pending < 2) {
		boot_draw(&dec->p->machine, get_le32(b + 4, 4), op);
		return;
	}
	last = dec->pending + dec->nr_pending - 2;
	op->choice = (uint8_t)(1 + b[1] % (FIRST_NR - 1));
	op->boot.static_size = last[0].a % OP_BOOT_MAX;
	op->boot.reserved_size = last[0].b % OP_BOOT_MAX;
	op->boot.dyn_size = last[1].a % OP_BOOT_MAX;
	op->boot.unit = last[1].b % OP_BOOT_MAX;
	op->boot.atom = OP_ATOM_MIN << (b[2] % NR_ATOMS);
	dec->nr_pending = 0;
}

/* Return: false if the bytes are no op but an argument. */
static bool decode_op(struct decoder *dec, struct op *op, const uint8_t *b)
{
	const struct code_info *code = code_infos + dec->d.code[b[0]];
	uint16_t n = (uint16_t)get_le(b + 10, 2);

	memset(op, 0, sizeof(*op));
	if (code->form == FORM_ARG) {
		decode_arg(dec, b);
		return false;
	}
	op->kind = code->kind;
	switch (code->kind) {
	case OP_ALLOC:
		decode_alloc(dec, op, b);
		break;
	case OP_POPULATE:
	case OP_DEPOPULATE:
		decode_range(dec, op, b);
		n = (uint16_t)get_le(b + 6, 2);
		break;
	case OP_GET_VM_AREA:
	case OP_VMALLOC:
		decode_area(dec, op, code->form, b);
		break;
	case OP_GET_VM_AREAS:
		decode_areas(dec, op, code->form, b);
		break;
	case OP_BOOT:
		decode_boot(dec, op, code->form, b);
		break;
	default:
		if (op_uses_handle(code->kind))
			decode_using(dec, op, code->form, b);
	}
	decode_fault(op, &dec->d, b[3], n);
	return true;
}

/**
 * program_from_bytes - decode a byte string
 * @p: the program; what it held is overwritten, not freed
 * @layer: what the fuzz target is about: the same bytes mean other programs to other targets
 * @data: the bytes; every string of them is a legal program
 * @len: how many; missing header bytes are 0, a partial op at the end is ignored
 */
void program_from_bytes(struct program *p, enum program_layer layer, const uint8_t *data,
			size_t len)
{
	uint8_t header[BYTES_HEADER] = { 0 };
	const uint8_t *records = len > BYTES_HEADER ? data + BYTES_HEADER : header;
	struct decoder dec = { .p = p };
	struct machine machine;
	struct op op;
	size_t nr, i;

	if (len)
		memcpy(header, data, len < BYTES_HEADER ? len : BYTES_HEADER);
	nr = len < BYTES_HEADER ? 0 : (len - BYTES_HEADER) / BYTES_OP;

	i = machine_from_bytes(&machine, layer, header, records, nr);
	program_init(p, &machine);
	packing_init(&dec.packing, &p->machine);
	space_init(&dec.space, &p->machine);
	if (header[AT_SWARM])
		dialect_swarm(&dec.d, layer, get_le32(header + AT_SWARM, 3));
	else
		dialect_direct(&dec.d, layer);

	handles_init(&dec.handles, nr);
	for (; i < nr && p->nr_ops < PROGRAM_MAX_OPS; i++) {
		if (!decode_op(&dec, &op, records + i * BYTES_OP))
			continue;
		handles_op(&dec.handles, &op);
		space_add(&dec.space, &op, program_args(p, &op));
		program_add(p, &op);
	}
	handles_exit(&dec.handles);
}

/* The first value of byte 0 that has a kind and form; -1 if there is none. */
static int find_code(const struct dialect *d, unsigned int kind, enum form form)
{
	for (int i = 0; i < 256; i++)
		if (code_infos[d->code[i]].kind == kind && code_infos[d->code[i]].form == form)
			return i;
	return -1;
}

static void encode_arg(const struct dialect *d, uint64_t first, uint64_t second, uint8_t *b)
{
	b[0] = (uint8_t)find_code(d, OP_NR, FORM_ARG);
	b[1] = put_signed(b + 2, first) ? ARG_A_NEGATIVE : 0;
	b[1] |= put_signed(b + 7, second) ? ARG_B_NEGATIVE : 0;
}

/* Arguments that come before an op. */
static uint32_t nr_arg_records(const struct op *op)
{
	return op->kind == OP_BOOT ? 2 : op->nr_args;
}

static void encode_args(const struct program *p, const struct op *op, const struct dialect *d,
			uint8_t *b)
{
	if (op->kind == OP_BOOT) {
		encode_arg(d, op->boot.static_size, op->boot.reserved_size, b);
		encode_arg(d, op->boot.dyn_size, op->boot.unit, b + BYTES_OP);
		return;
	}
	for (uint32_t i = 0; i < op->nr_args; i++)
		encode_arg(d, p->args[op->first_arg + i].a, p->args[op->first_arg + i].b,
			   b + (size_t)i * BYTES_OP);
}

static void encode_using(const struct op *op, const struct handles *h, const struct dialect *d,
			 uint8_t *b)
{
	enum form form = FORM_NULL;
	uint32_t x = 0;
	int code;

	if (op->handle != PROGRAM_NO_HANDLE)
		form = handles_find(h, op->kind, op->handle, &x);
	if (op->offset && (op->kind != OP_PHYS || op->offset > UINT8_MAX))
		form = FORM_ANY;
	code = find_code(d, op->kind, form);
	if (code < 0)
		code = find_code(d, op->kind, FORM_ANY);
	if (code_infos[d->code[code]].form == FORM_ANY)
		x = op->handle;

	b[0] = (uint8_t)code;
	put_le(b + 8, 2, x);
	if (op->kind == OP_PHYS)
		put_le(b + 1, 2, op->cpu);
	put_le(b + 4, 4, op->kind == OP_WRITE ? op->seed : op->offset);
}

static void encode_area(const struct op *op, uint8_t *b)
{
	b[1] = VM_SIZE_RAW | (op->ioremap ? FLAG_IOREMAP : 0);
	b[1] |= put_signed(b + 4, op->size) ? FLAG_NEGATIVE : 0;
	b[2] = (uint8_t)op->node;
	b[9] = (uint8_t)(op->node >> 8);
}

static void encode_op(const struct op *op, const struct handles *h, const struct dialect *d,
		      uint8_t *b)
{
	unsigned int fault_at = 10;

	if (op_uses_handle(op->kind))
		encode_using(op, h, d, b);
	else
		b[0] = (uint8_t)find_code(d, op->kind, FORM_RAW);

	switch (op->kind) {
	case OP_ALLOC:
		b[1] = SIZE_RAW | (op->reserved ? FLAG_RESERVED : 0);
		b[2] = (uint8_t)align_to_code(op->align);
		put_le(b + 4, 4, op->size);
		b[8] = (uint8_t)(gfp_bounds[op->gfp] - 1);
		break;
	case OP_POPULATE:
	case OP_DEPOPULATE:
		put_le(b + 8, 2, op->chunk);
		put_le(b + 4, 2, op->start);
		put_le(b + 10, 2, op->end);
		fault_at = 6;
		break;
	case OP_GET_VM_AREA:
	case OP_VMALLOC:
		encode_area(op, b);
		break;
	case OP_GET_VM_AREAS:
		b[2] = (uint8_t)align_to_code(op->align);
		break;
	case OP_BOOT:
		b[1] = (uint8_t)(op->choice - 1);
		b[2] = (uint8_t)(__builtin_ctz(op->boot.atom) - __builtin_ctz(OP_ATOM_MIN));
		break;
	}

	if (op->fault) {
		/* the first value from FAULT_CODES on that means this kind */
		b[3] = FAULT_CODES;
		while (PCPU_FAULT_PAGE + b[3] % (PCPU_FAULT_NR - PCPU_FAULT_PAGE) != op->fault)
			b[3]++;
		put_le(b + fault_at, 2, op->fault_n);
	}
}

/**
 * op_bytes_len - how long the encoding of an op is
 * @op: the op
 */
size_t op_bytes_len(const struct op *op)
{
	return (nr_arg_records(op) + 1) * (size_t)BYTES_OP;
}

/**
 * program_bytes_len - how long the encoding of a program is
 * @p: a legal program
 */
size_t program_bytes_len(const struct program *p)
{
	size_t len = BYTES_HEADER + machine_nr_records(&p->machine) * BYTES_OP;

	for (uint32_t i = 0; i < p->nr_ops; i++)
		len += op_bytes_len(p->ops + i);
	return len;
}

/**
 * program_to_bytes - encode a program
 * @p: a legal program
 * @layer: what the fuzz target is about that is to decode it
 * @len: set to the number of bytes
 *
 * Return: the bytes, to be freed by the caller; program_from_bytes() makes the same program.
 */
uint8_t *program_to_bytes(const struct program *p, enum program_layer layer, size_t *len)
{
	struct handles handles;
	struct dialect dialect;
	uint8_t *bytes, *b;

	*len = program_bytes_len(p);
	bytes = calloc(1, *len);
	if (!bytes)
		abort();

	dialect_direct(&dialect, layer);
	b = bytes + BYTES_HEADER;
	machine_to_bytes(&p->machine, bytes, b);
	b += machine_nr_records(&p->machine) * BYTES_OP;
	handles_init(&handles, p->nr_ops);
	for (uint32_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = p->ops + i;

		encode_args(p, op, &dialect, b);
		b += op_bytes_len(op);
		encode_op(op, &handles, &dialect, b - BYTES_OP);
		handles_op(&handles, op);
	}
	handles_exit(&handles);
	return bytes;
}

/**
 * number_is_encodable - whether programs can have a size or offset in the address space
 * @x: any value
 */
bool number_is_encodable(uint64_t x)
{
	return x < UINT64_C(1) << 40 || -x <= UINT64_C(1) << 40;
}

/**
 * align_is_encodable - whether programs can have an alignment
 * @m: the machine; at present the answer is the same for all
 * @align: any value
 */
bool align_is_encodable(const struct machine *m, uint32_t align)
{
	(void)m;
	return align_to_code(align) >= 0;
}
