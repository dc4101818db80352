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

#include "program.h"
#include "sizes.h"
#include "../../impl/pcpu.h"

/* Byte 0 of the header: below the first a preset, below the second small, else as it stands. */
#define SELECT_DRAWN 0xe0
#define SELECT_EXPLICIT 0xff

/* Bytes of the header. */
#define AT_SWARM 1
#define AT_SEED 2
#define AT_POSSIBLE 4
#define AT_PAGE 12
#define AT_UNIT 13
#define AT_STATIC 15
#define AT_RESERVED 18
#define AT_DYN 21
#define AT_VM 24
#define AT_FRAMES 27

/* Byte 3 of an op: from here on a fault. */
#define FAULT_CODES 0xe0

/* Byte 1 of an alloc: the size class, and above it a field that means reserved if it is full. */
#define FLAG_CLASS 0x1f
#define FLAG_RESERVED 0xe0

/* Byte 8 of an alloc: below which value it is which gfp. */
static const uint16_t gfp_bounds[PCPU_GFP_NR] = { 160, 176, 192, 232, 256 };

/* What byte 0 of an op selects; the ANY, STALE and INSIDE forms reach every handle. */
enum code {
	CODE_ALLOC,
	CODE_FREE,
	CODE_FREE_STALE,
	CODE_FREE_INSIDE,
	CODE_FREE_NULL,
	CODE_WRITE,
	CODE_WRITE_ANY,
	CODE_VERIFY,
	CODE_VERIFY_ANY,
	CODE_BALANCE,
	CODE_POPULATE,
	CODE_DEPOPULATE,
	CODE_NR,
};

/* How many of the 256 values each code has; they add up to 256. */
static const uint16_t direct_weight[CODE_NR] = {
	[CODE_ALLOC] = 96,     [CODE_FREE] = 56,    [CODE_FREE_STALE] = 4, [CODE_FREE_INSIDE] = 6,
	[CODE_FREE_NULL] = 2,  [CODE_WRITE] = 24,   [CODE_WRITE_ANY] = 2,  [CODE_VERIFY] = 16,
	[CODE_VERIFY_ANY] = 2, [CODE_BALANCE] = 24, [CODE_POPULATE] = 12,  [CODE_DEPOPULATE] = 12,
};

/**
 * struct dialect - how op bytes are read in one program
 * @direct:      plainly; the other members but @code do not count
 * @reserved:    reserved allocs happen
 * @recent:      frees, writes and verifies prefer the newest handles
 * @gfp:         bit per enum pcpu_gfp that happens, 0 for all
 * @align_codes: align codes are taken modulo this, 0 for as they are
 * @fault_codes: byte 3 from here on is a fault, 256 for never
 * @code:        enum code by byte 0
 * @size_class:  size class by the class bits
 */
struct dialect {
	bool direct;
	bool reserved;
	bool recent;
	uint8_t gfp;
	uint8_t align_codes;
	uint16_t fault_codes;
	uint8_t code[256];
	uint8_t size_class[SIZE_NR];
};

/**
 * struct handles - which handles are open: allocated, and not yet freed at offset 0
 * @nr:      all handles
 * @nr_open: those that are open
 * @at:      first the open ones, then the closed ones
 * @place:   where each one is in @at
 */
struct handles {
	uint32_t nr, nr_open;
	uint32_t *at, *place;
};

static uint32_t get_le(const uint8_t *b, unsigned int nr)
{
	uint32_t x = 0;

	while (nr--)
		x = x << 8 | b[nr];
	return x;
}

static void put_le(uint8_t *b, unsigned int nr, uint32_t x)
{
	unsigned int i;

	for (i = 0; i < nr; i++, x >>= 8)
		b[i] = (uint8_t)x;
}

static void handles_init(struct handles *h, size_t nr)
{
	h->nr = 0;
	h->nr_open = 0;
	h->at = malloc((nr ? nr : 1) * 2 * sizeof(*h->at));
	/* the host itself out of memory: nothing can be concluded from that */
	if (!h->at)
		abort();
	h->place = h->at + nr;
}

static void handles_swap(struct handles *h, uint32_t i, uint32_t j)
{
	uint32_t a = h->at[i], b = h->at[j];

	h->at[i] = b;
	h->place[b] = i;
	h->at[j] = a;
	h->place[a] = j;
}

/* Follow one op that was decoded or is being encoded. */
static void handles_op(struct handles *h, const struct op *op)
{
	if (op->kind == OP_ALLOC) {
		h->at[h->nr] = h->nr;
		h->place[h->nr] = h->nr;
		handles_swap(h, h->nr, h->nr_open);
		h->nr++;
		h->nr_open++;
	} else if (op->kind == OP_FREE && op->handle != PROGRAM_NO_HANDLE && !op->offset &&
		   h->place[op->handle] < h->nr_open) {
		h->nr_open--;
		handles_swap(h, h->place[op->handle], h->nr_open);
	}
}

static void machine_from_bytes(struct machine *m, const uint8_t *header)
{
	if (header[0] < SELECT_DRAWN) {
		machine_preset(header[0] % nr_machine_presets, m);
		return;
	}

	memset(m, 0, sizeof(*m));
	m->possible[0] = get_le(header + AT_POSSIBLE + 4, 4);
	m->possible[0] = m->possible[0] << 32 | get_le(header + AT_POSSIBLE, 4);
	m->page = MACHINE_PAGE_MIN << (header[AT_PAGE] % 9);
	m->unit_pages = get_le(header + AT_UNIT, 2);
	m->static_size = get_le(header + AT_STATIC, 3);
	m->reserved_size = get_le(header + AT_RESERVED, 3);
	m->dyn_size = get_le(header + AT_DYN, 3);
	m->vm_pages = get_le(header + AT_VM, 3);
	m->frames = get_le(header + AT_FRAMES, 2);

	machine_defaults(m);
	if (header[0] < SELECT_EXPLICIT) {
		/* mostly one or two CPUs; a few pages of 256 or 512; few chunks */
		m->possible[0] &= m->possible[0] >> 32 & (header[0] & 1 ? 0xff : 0x3);
		m->page = MACHINE_PAGE_MIN << (header[AT_PAGE] % 8 == 0);
		m->atom = m->page;
		m->unit_pages = 1 + m->unit_pages % 8;
		m->static_size = 1 + m->static_size % m->page;
		m->reserved_size = m->reserved_size & 1 ? 0 : m->reserved_size % (2 * m->page);
		m->dyn_size = 8 + m->dyn_size % (m->page * m->unit_pages);
		m->vm_pages %= 8 * m->unit_pages + 1;
		m->frames %= 128;
	}
	machine_clamp(m);
}

static void machine_to_bytes(const struct machine *m, uint8_t *header)
{
	struct machine preset;
	unsigned int i;

	for (i = 0; i < nr_machine_presets; i++) {
		machine_preset(i, &preset);
		if (machine_equal(&preset, m)) {
			header[0] = (uint8_t)i;
			return;
		}
	}

	header[0] = SELECT_EXPLICIT;
	put_le(header + AT_POSSIBLE, 4, (uint32_t)m->possible[0]);
	put_le(header + AT_POSSIBLE + 4, 4, (uint32_t)(m->possible[0] >> 32));
	header[AT_PAGE] = (uint8_t)(__builtin_ctz(m->page) - __builtin_ctz(MACHINE_PAGE_MIN));
	put_le(header + AT_UNIT, 2, m->unit_pages);
	put_le(header + AT_STATIC, 3, m->static_size);
	put_le(header + AT_RESERVED, 3, m->reserved_size);
	put_le(header + AT_DYN, 3, m->dyn_size);
	put_le(header + AT_VM, 3, m->vm_pages);
	put_le(header + AT_FRAMES, 2, m->frames);
}

/* Spread the 256 values over the codes in proportion. */
static void dialect_codes(struct dialect *d, const uint16_t *weight)
{
	uint32_t total = 0, sum, i;
	uint8_t code = 0;

	for (i = 0; i < CODE_NR; i++)
		total += weight[i];
	sum = weight[0];
	for (i = 0; i < 256; i++) {
		while (i * total >= sum * 256)
			sum += weight[++code];
		d->code[i] = code;
	}
}

static void dialect_direct(struct dialect *d)
{
	uint8_t i;

	memset(d, 0, sizeof(*d));
	d->direct = true;
	d->reserved = true;
	d->fault_codes = FAULT_CODES;
	for (i = 0; i < SIZE_NR; i++)
		d->size_class[i] = i;
	dialect_codes(d, direct_weight);
}

/* Which ops a swarm program has, and how often: each is off, rarer, as usual, or more frequent. */
static void swarm_codes(struct dialect *d, struct rng *r)
{
	static const uint8_t quarters[] = { 0, 0, 1, 4, 4, 4, 8, 16 };
	uint16_t weight[CODE_NR];
	unsigned int i;

	for (i = 0; i < CODE_NR; i++) {
		uint32_t draw = rng_below(r, 8);
		uint32_t keep = rng_below(r, 4);

		weight[i] = (uint16_t)(direct_weight[i] * quarters[draw]);
		if (i == CODE_ALLOC && !quarters[draw])
			weight[i] = direct_weight[i] * 4;
		/* callers' errors in one program of four, lest they drown the rest */
		if ((i == CODE_FREE_STALE || i == CODE_FREE_INSIDE || i == CODE_FREE_NULL ||
		     i == CODE_WRITE_ANY || i == CODE_VERIFY_ANY) &&
		    keep)
			weight[i] = 0;
	}
	dialect_codes(d, weight);
}

/* Which sizes: a few classes only, or all; illegal ones seldom. */
static void swarm_sizes(struct dialect *d, struct rng *r)
{
	uint32_t nr = rng_below(r, 8);
	bool illegal = !rng_below(r, 4);
	uint8_t some[8];
	unsigned int i;

	for (i = 0; i < 8; i++)
		some[i] = (uint8_t)(1 + rng_below(r, SIZE_NR - 1));
	for (i = 0; i < SIZE_NR; i++) {
		d->size_class[i] = nr ? some[i % nr] : (uint8_t)i;
		if (d->size_class[i] == SIZE_RAW)
			d->size_class[i] = SIZE_SMALL;
		if (!illegal && d->size_class[i] >= SIZE_ZERO && d->size_class[i] <= SIZE_HUGE)
			d->size_class[i] = SIZE_ANY;
	}
}

static void dialect_swarm(struct dialect *d, uint32_t seed)
{
	static const uint8_t gfps[] = {
		1 << PCPU_GFP_KERNEL,
		1 << PCPU_GFP_KERNEL,
		1 << PCPU_GFP_KERNEL,
		1 << PCPU_GFP_KERNEL | 1 << PCPU_GFP_ATOMIC,
		1 << PCPU_GFP_ATOMIC,
		0,
		0,
		0,
	};
	static const uint8_t aligns[] = {
		2,
		16,
		ALIGN_CODES_SMALL,
		ALIGN_CODES_SMALL,
		ALIGN_CODES_PAGE,
		ALIGN_CODES_PAGE,
		ALIGN_CODES_PAGE,
		0,
	};
	static const uint16_t faults[] = {
		256, 256, 256, 256, FAULT_CODES, FAULT_CODES, 0xf8, 160,
	};
	struct rng r = { seed };

	memset(d, 0, sizeof(*d));
	swarm_codes(d, &r);
	swarm_sizes(d, &r);
	d->reserved = !rng_below(&r, 3);
	d->recent = !rng_below(&r, 3);
	d->gfp = gfps[rng_below(&r, 8)];
	d->align_codes = aligns[rng_below(&r, 8)];
	d->fault_codes = faults[rng_below(&r, 8)];
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

static void decode_alloc(struct op *op, const struct dialect *d, struct packing *pk,
			 const uint8_t *b)
{
	uint8_t code = d->align_codes ? b[2] % d->align_codes : b[2];

	op->kind = OP_ALLOC;
	while (b[8] >= gfp_bounds[op->gfp])
		op->gfp++;
	/* a class of context that this program does not have becomes the first that it has */
	if (d->gfp && !(d->gfp & 1 << op->gfp))
		op->gfp = (uint8_t)__builtin_ctz(d->gfp);
	op->reserved = d->reserved && (b[1] & FLAG_RESERVED) == FLAG_RESERVED;
	op->align = align_from_code(pk->m, code);
	op->size = size_draw(pk, op->reserved, d->size_class[b[1] & FLAG_CLASS], get_le(b + 4, 4));
	packing_add(pk, op->reserved, (uint32_t)op->size, op->align);
}

static uint32_t pick_open(const struct handles *h, const struct dialect *d, uint32_t x)
{
	if (d->recent && h->nr_open > 3)
		return h->at[h->nr_open - 1 - x % 3];
	return h->at[x % h->nr_open];
}

static void decode_free(struct op *op, const struct dialect *d, const struct handles *h,
			enum code code, const uint8_t *b)
{
	uint32_t x = get_le(b + 8, 2);

	op->kind = OP_FREE;
	op->handle = PROGRAM_NO_HANDLE;
	if (code == CODE_FREE && h->nr_open) {
		op->handle = pick_open(h, d, x);
	} else if (code == CODE_FREE_STALE && h->nr > h->nr_open) {
		op->handle = h->at[h->nr_open + x % (h->nr - h->nr_open)];
	} else if (code == CODE_FREE_INSIDE && h->nr) {
		op->handle = x % h->nr;
		op->offset = get_le(b + 4, 4);
		/* swarm: mostly the next few units, sometimes inside one */
		if (!d->direct)
			op->offset = op->offset & 7 ? (op->offset >> 3) % 16 * 4 :
						      (op->offset >> 3) % 64;
	}
}

static void decode_access(struct op *op, const struct dialect *d, const struct handles *h,
			  enum code code, const uint8_t *b)
{
	bool write = code == CODE_WRITE || code == CODE_WRITE_ANY;
	bool any = code == CODE_WRITE_ANY || code == CODE_VERIFY_ANY;
	uint32_t x = get_le(b + 8, 2);

	if (!h->nr) {
		op->kind = OP_BALANCE;
		return;
	}
	op->kind = write ? OP_WRITE : OP_VERIFY;
	op->handle = any || !h->nr_open ? x % h->nr : pick_open(h, d, x);
	if (write)
		op->seed = get_le(b + 4, 4);
}

static void decode_range(struct op *op, const struct dialect *d, const struct machine *m,
			 enum code code, const uint8_t *b)
{
	op->kind = code == CODE_POPULATE ? OP_POPULATE : OP_DEPOPULATE;
	op->chunk = (uint16_t)get_le(b + 8, 2);
	op->start = (uint16_t)get_le(b + 4, 2);
	op->end = (uint16_t)get_le(b + 10, 2);
	if (!d->direct) {
		/* mostly legal, sometimes empty or one page too long */
		op->chunk %= 16;
		op->start %= m->unit_pages;
		op->end = (uint16_t)(op->start + op->end % (m->unit_pages - op->start + 2));
	}
}

static void decode_op(struct op *op, const struct dialect *d, const struct handles *h,
		      struct packing *pk, const uint8_t *b)
{
	enum code code = d->code[b[0]];
	uint16_t n = (uint16_t)get_le(b + 10, 2);

	memset(op, 0, sizeof(*op));
	switch (code) {
	case CODE_ALLOC:
		decode_alloc(op, d, pk, b);
		break;
	case CODE_FREE ... CODE_FREE_NULL:
		decode_free(op, d, h, code, b);
		break;
	case CODE_WRITE ... CODE_VERIFY_ANY:
		decode_access(op, d, h, code, b);
		break;
	case CODE_POPULATE:
	case CODE_DEPOPULATE:
		decode_range(op, d, pk->m, code, b);
		n = (uint16_t)get_le(b + 6, 2);
		break;
	default:
		op->kind = OP_BALANCE;
	}
	decode_fault(op, d, b[3], n);
}

/**
 * program_from_bytes - decode a byte string
 * @p: the program; what it held is overwritten, not freed
 * @data: the bytes; every string of them is a legal program
 * @len: how many; missing header bytes are 0, a partial op at the end is ignored
 */
void program_from_bytes(struct program *p, enum program_layer layer, const uint8_t *data,
			size_t len)
{
	uint8_t header[BYTES_HEADER] = { 0 };
	struct handles handles;
	struct dialect dialect;
	struct packing packing;
	struct machine machine;
	struct op op;
	size_t nr, i;

	if (len)
		memcpy(header, data, len < BYTES_HEADER ? len : BYTES_HEADER);
	nr = len < BYTES_HEADER ? 0 : (len - BYTES_HEADER) / BYTES_OP;
	nr = nr < PROGRAM_MAX_OPS ? nr : PROGRAM_MAX_OPS;

	(void)layer;
	machine_from_bytes(&machine, header);
	program_init(p, &machine);
	packing_init(&packing, &machine);
	if (header[AT_SWARM])
		dialect_swarm(&dialect, get_le(header + AT_SWARM, 3));
	else
		dialect_direct(&dialect);

	handles_init(&handles, nr);
	for (i = 0; i < nr; i++) {
		decode_op(&op, &dialect, &handles, &packing, data + BYTES_HEADER + i * BYTES_OP);
		handles_op(&handles, &op);
		program_add(p, &op);
	}
	free(handles.at);
}

static void encode_free(const struct op *op, const struct handles *h, uint8_t *b, enum code *code)
{
	uint32_t place;

	if (op->handle == PROGRAM_NO_HANDLE) {
		*code = CODE_FREE_NULL;
		return;
	}

	place = h->place[op->handle];
	if (op->offset) {
		*code = CODE_FREE_INSIDE;
		put_le(b + 4, 4, op->offset);
		put_le(b + 8, 2, op->handle);
	} else if (place < h->nr_open) {
		*code = CODE_FREE;
		put_le(b + 8, 2, place);
	} else {
		*code = CODE_FREE_STALE;
		put_le(b + 8, 2, place - h->nr_open);
	}
}

static void encode_access(const struct op *op, const struct handles *h, uint8_t *b, enum code *code)
{
	uint32_t place = h->place[op->handle];
	bool open = place < h->nr_open;

	if (op->kind == OP_WRITE)
		*code = open ? CODE_WRITE : CODE_WRITE_ANY;
	else
		*code = open ? CODE_VERIFY : CODE_VERIFY_ANY;
	put_le(b + 8, 2, open ? place : op->handle);
	put_le(b + 4, 4, op->seed);
}

static void encode_op(const struct op *op, const struct handles *h, const struct dialect *d,
		      uint8_t *b)
{
	enum code code = CODE_BALANCE;
	unsigned int fault_at = 10;

	switch ((enum op_kind)op->kind) {
	case OP_ALLOC:
		code = CODE_ALLOC;
		b[1] = SIZE_RAW | (op->reserved ? FLAG_RESERVED : 0);
		b[2] = (uint8_t)align_to_code(op->align);
		put_le(b + 4, 4, (uint32_t)op->size);
		b[8] = (uint8_t)(gfp_bounds[op->gfp] - 1);
		break;
	case OP_FREE:
		encode_free(op, h, b, &code);
		break;
	case OP_WRITE:
	case OP_VERIFY:
		encode_access(op, h, b, &code);
		break;
	case OP_POPULATE:
	case OP_DEPOPULATE:
		code = op->kind == OP_POPULATE ? CODE_POPULATE : CODE_DEPOPULATE;
		put_le(b + 8, 2, op->chunk);
		put_le(b + 4, 2, op->start);
		put_le(b + 10, 2, op->end);
		fault_at = 6;
		break;
	default:
		break;
	}

	while (d->code[b[0]] != code)
		b[0]++;
	if (op->fault) {
		/* the first value from FAULT_CODES on that means this kind */
		b[3] = FAULT_CODES;
		while (PCPU_FAULT_PAGE + b[3] % (PCPU_FAULT_NR - PCPU_FAULT_PAGE) != op->fault)
			b[3]++;
		put_le(b + fault_at, 2, op->fault_n);
	}
}

/**
 * program_to_bytes - encode a program
 * @p: a legal program
 * @len: set to the number of bytes
 *
 * Return: the bytes, to be freed by the caller; program_from_bytes() makes the same program.
 */
uint8_t *program_to_bytes(const struct program *p, enum program_layer layer, size_t *len)
{
	struct handles handles;
	struct dialect dialect;
	uint8_t *bytes;
	uint32_t i;

	(void)layer;
	*len = program_bytes_len(p);
	bytes = calloc(1, *len);
	if (!bytes)
		abort();

	dialect_direct(&dialect);
	machine_to_bytes(&p->machine, bytes);
	handles_init(&handles, p->nr_ops);
	for (i = 0; i < p->nr_ops; i++) {
		encode_op(&p->ops[i], &handles, &dialect,
			  bytes + BYTES_HEADER + (size_t)i * BYTES_OP);
		handles_op(&handles, &p->ops[i]);
	}
	free(handles.at);
	return bytes;
}

/**
 * program_bytes_len - how long the encoding of a program is
 * @p: the program
 */
size_t program_bytes_len(const struct program *p)
{
	return BYTES_HEADER + (size_t)p->nr_ops * BYTES_OP;
}

/**
 * number_is_encodable - whether programs can have a number of the address space
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
