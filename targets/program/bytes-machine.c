// SPDX-License-Identifier: GPL-2.0-only
/*
 * bytes-machine.c - machines as bytes: presets, small ones drawn at random, or any one exactly.
 *
 * What does not fit into the header of an exact one follows in records as long as an op.
 */
#include "bytes.h"

/* Byte 0 of the header: below the first a preset, below the second drawn, else as it stands. */
#define SELECT_DRAWN 0xe0
#define SELECT_EXPLICIT 0xff

/* Bytes of the header. */
#define AT_POSSIBLE 4
#define AT_PAGE 12
#define AT_UNIT 13
#define AT_STATIC 15
#define AT_RESERVED 18
#define AT_DYN 21
#define AT_VM 24
#define AT_FRAMES 27
#define AT_RECORDS 29 /* explicit: how many records follow */
#define AT_NODES 29 /* else: how CPUs are spread over nodes, */
#define AT_SHAPE_SEED 30 /* what is random in that, */
#define AT_SHAPE 31 /* and where the window and the layout come from */

#define MAX_RECORDS 64

/* Byte 0 of a record, and what it says from byte 4 on. */
enum record {
	RECORD_CPUS, /* byte 1: which 64 CPUs: a mask */
	RECORD_NODES, /* byte 1: which 8 CPUs: the node of each */
	RECORD_NEAR, /* byte 1: how many pairs */
	RECORD_BASES, /* byte 1: how many bases, 4 bytes each */
	RECORD_WINDOW, /* byte 1: 1 for 32 bits: vm_start */
	RECORD_BOOT, /* byte 1: first, above it backing, bytes 2 and 3: nodes: atom, boot_pages */
	RECORD_NR,
};

#define BOOT_BACKING 0x80 /* in byte 1 of a RECORD_BOOT: km */

#define RECORD_PAIRS 4
#define RECORD_BASE_MAX 2

static void record_from_bytes(struct machine *m, const uint8_t *b)
{
	unsigned int i, nr;

	switch (b[0] % RECORD_NR) {
	case RECORD_CPUS:
		m->possible[b[1] % (MACHINE_MAX_CPUS / 64)] = get_le(b + 4, 8);
		break;
	case RECORD_NODES:
		memcpy(m->node + b[1] % (MACHINE_MAX_CPUS / 8) * 8, b + 4, 8);
		break;
	case RECORD_NEAR:
		nr = b[1] % (RECORD_PAIRS + 1);
		for (i = 0; i < nr && m->nr_near < MACHINE_NEAR_MAX; i++) {
			m->near[m->nr_near].from = b[4 + 2 * i];
			m->near[m->nr_near++].to = b[5 + 2 * i];
		}
		break;
	case RECORD_BASES:
		nr = b[1] % (RECORD_BASE_MAX + 1);
		for (i = 0; i < nr && m->nr_bases < MACHINE_BASES_MAX; i++) {
			m->base[m->nr_bases].node = b[4 + 4 * i];
			m->base[m->nr_bases++].at = (uint16_t)get_le(b + 5 + 4 * i, 2);
		}
		break;
	case RECORD_WINDOW:
		m->va_bits = b[1] & 1 ? 32 : 64;
		m->vm_start = get_le(b + 4, 8);
		break;
	case RECORD_BOOT:
		m->first = b[1] % FIRST_NR;
		m->backing = b[1] & BOOT_BACKING ? BACKING_KM : BACKING_VM;
		m->nr_nodes = get_le32(b + 2, 2);
		m->atom = get_le32(b + 4, 4);
		m->boot_pages = get_le32(b + 8, 4);
		break;
	}
}

static void set_cpu(struct machine *m, unsigned int cpu)
{
	m->possible[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

/* CPUs as no sane machine has them: few of 256, many, or the uppermost. */
static void odd_cpus(struct machine *m, uint8_t how, struct rng *r)
{
	/* many take long, and rarely show what few do not */
	unsigned int nr = how % 2 || rng_below(r, 3) ? 1 + rng_below(r, 9) : 1 + rng_below(r, 250);

	memset(m->possible, 0, sizeof(m->possible));
	for (unsigned int i = 0; i < nr; i++)
		set_cpu(m, how & 4 ? MACHINE_MAX_CPUS - 1 - i : rng_below(r, MACHINE_MAX_CPUS));
	if (how & 8)
		m->possible[0] &= ~UINT64_C(1);
	/* their units must fit into memory */
	if (machine_nr_cpus(m) > 16)
		m->unit_pages = 1 + m->unit_pages % 2;
}

/* What a header with random fields comes to: mostly small. */
static void shrink(struct machine *m, enum program_layer layer, const uint8_t *header)
{
	struct rng r = { get_le(header + AT_POSSIBLE, 8) };

	/* mostly one or two CPUs; a few pages of 256 or 512; few chunks */
	m->possible[0] &= m->possible[0] >> 32 & (header[0] & 1 ? 0xff : 0x3);
	if (layer == LAYER_VM)
		m->possible[0] &= 1;
	m->page = MACHINE_PAGE_MIN << (header[AT_PAGE] % 8 == 0);
	m->unit_pages = 1 + m->unit_pages % (layer == LAYER_VM ? 4 : 8);
	if (layer == LAYER_BOOT && header[0] & 2)
		odd_cpus(m, header[0] >> 2, &r);
	m->static_size = 1 + m->static_size % m->page;
	m->reserved_size = m->reserved_size & 1 ? 0 : m->reserved_size % (2 * m->page);
	m->dyn_size = 8 + m->dyn_size % (m->page * m->unit_pages);
	if (layer == LAYER_VM) {
		m->vm_pages %= header[0] & 2 ? 100 : 1000;
		m->frames %= header[0] & 4 ? 64 : 512;
	} else {
		m->vm_pages %= 8 * m->unit_pages + 1;
		m->frames %= 128;
	}
	machine_defaults(m);
}

/*
 * Which node each CPU is on: in turn, in rows as on real machines, so that the groups are of
 * different sizes and the first need not be the largest, or at random.
 */
static void spread_cpus(struct machine *m, bool random, struct rng *r)
{
	unsigned int nr = machine_nr_cpus(m), node = 0;
	bool rows = !random && m->nr_nodes < nr && rng_below(r, 2);

	for (unsigned int i = 0; i < nr; i++) {
		if (random)
			node = rng_below(r, m->nr_nodes);
		else if (!rows)
			node = i % m->nr_nodes;
		else if (i && node + 1 < m->nr_nodes && rng_below(r, nr) < m->nr_nodes)
			node++;
		m->node[machine_cpu(m, i)] = (uint8_t)node;
	}
}

static void shape_nodes(struct machine *m, enum program_layer layer, uint8_t how, struct rng *r)
{
	unsigned int spread = how % 16, near = how / 16 % 4, bases = how / 64,
		     nr = machine_nr_cpus(m);
	/* below this it stays as it is */
	unsigned int as_is = layer == LAYER_BOOT ? 3 : 9;

	if (spread < as_is)
		return;
	if (spread % 4 == 0)
		m->nr_nodes = 2;
	else if (spread % 4 == 1)
		m->nr_nodes = 4;
	else if (spread % 4 == 2)
		m->nr_nodes = nr;
	else
		m->nr_nodes = 1 + rng_below(r, nr < 8 ? 8 : 2 * nr);
	spread_cpus(m, spread % 4 == 3, r);

	m->nr_near = near < 2 ? 0 : 1 + rng_below(r, MACHINE_NEAR_MAX);
	for (unsigned int i = 0; i < m->nr_near; i++) {
		m->near[i].from = (uint8_t)rng_below(r, m->nr_nodes);
		m->near[i].to = (uint8_t)rng_below(r, m->nr_nodes);
	}
	m->nr_bases = bases ? 1 + rng_below(r, MACHINE_BASES_MAX) : 0;
	for (unsigned int i = 0; i < m->nr_bases; i++) {
		/* far apart, or close together and the other way around */
		m->base[i].node = (uint8_t)(bases == 1 ? rng_below(r, m->nr_nodes) : i);
		m->base[i].at = (uint16_t)(bases == 1 ? 1 + rng_below(r, 511) : 330 - i);
	}
}

static void shape_window(struct machine *m, unsigned int how, struct rng *r)
{
	uint64_t bytes = (uint64_t)m->vm_pages * m->page;

	m->va_bits = how % 2 ? 64 : 32;
	if (how % 4 < 2)
		m->vm_start = (m->va_bits == 32 ? UINT64_C(1) << 32 : 0) - m->page - bytes;
	else
		m->vm_start += rng_next(r) >> (m->va_bits == 32 ? 33 : 16);
	/* too large a window is cut, and one with odd ends is moved, by who clamps it */
}

/* Nodes, the window and where the layout comes from, chosen by three bytes; 0 changes nothing. */
static void shape_machine(struct machine *m, enum program_layer layer, const uint8_t *header)
{
	uint8_t shape = header[AT_SHAPE];
	struct rng r = { header[AT_SHAPE_SEED] };
	unsigned int window = shape % 16, first = shape / 16 % 4, atom = shape / 64;

	shape_nodes(m, layer, header[AT_NODES], &r);
	if (window >= (layer == LAYER_VM ? 6 : 12))
		shape_window(m, window, &r);
	if (layer == LAYER_BOOT ? first : first == 3 && atom == 3) {
		m->first = (uint8_t)(layer == LAYER_BOOT ? first : 1 + rng_below(&r, FIRST_NR - 1));
		m->atom = m->page << (layer == LAYER_BOOT ? 2 * atom : rng_below(&r, 4));
		if (!rng_below(&r, 8))
			m->boot_pages = 1 + rng_below(&r, 64);
	}
	/* blocks; the nodes are then one */
	if (layer <= LAYER_PCPU && first == 3 && atom == 2) {
		m->backing = BACKING_KM;
		if (!rng_below(&r, 3))
			m->first = FIRST_EMBED;
	}
}

/**
 * machine_from_bytes - the machine that a header and the records behind it stand for
 * @m: filled in; legal
 * @layer: what the fuzz target is about
 * @header: BYTES_HEADER bytes
 * @records: what follows
 * @nr_records: how many whole records or ops that is
 *
 * Return: how many of these were for the machine.
 */
size_t machine_from_bytes(struct machine *m, enum program_layer layer, const uint8_t *header,
			  const uint8_t *records, size_t nr_records)
{
	size_t nr = header[AT_RECORDS] % MAX_RECORDS;

	if (header[0] < SELECT_DRAWN) {
		machine_preset(header[0] < nr_machine_presets ?
				       header[0] :
				       machine_preset_for(layer, header[0] - nr_machine_presets),
			       m);
		shape_machine(m, layer, header);
		machine_clamp(m);
		return 0;
	}

	memset(m, 0, sizeof(*m));
	m->possible[0] = get_le(header + AT_POSSIBLE, 8);
	m->page = MACHINE_PAGE_MIN << (header[AT_PAGE] % 9);
	m->unit_pages = get_le32(header + AT_UNIT, 2);
	m->static_size = get_le32(header + AT_STATIC, 3);
	m->reserved_size = get_le32(header + AT_RESERVED, 3);
	m->dyn_size = get_le32(header + AT_DYN, 3);
	m->vm_pages = get_le32(header + AT_VM, 3);
	m->frames = get_le32(header + AT_FRAMES, 2);
	machine_defaults(m);
	if (header[0] < SELECT_EXPLICIT) {
		shrink(m, layer, header);
		if (!machine_nr_cpus(m))
			set_cpu(m, 0);
		shape_machine(m, layer, header);
		machine_clamp(m);
		return 0;
	}

	nr = nr < nr_records ? nr : nr_records;
	for (size_t i = 0; i < nr; i++)
		record_from_bytes(m, records + i * BYTES_OP);
	machine_clamp(m);
	return nr;
}

/* The preset that a machine is, or -1. */
static int find_preset(const struct machine *m)
{
	struct machine preset;

	for (unsigned int i = 0; i < nr_machine_presets; i++) {
		machine_preset(i, &preset);
		if (machine_equal(&preset, m))
			return (int)i;
	}
	return -1;
}

static bool any_bytes(const uint8_t *b, size_t nr)
{
	while (nr--)
		if (b[nr])
			return true;
	return false;
}

/* Write the records of an explicit machine, or only count them if @to is NULL. */
static size_t write_records(const struct machine *m, uint8_t *to)
{
	uint8_t none[BYTES_OP] = { 0 }, *b = none;
	size_t nr = 0;

#define NEXT(type, byte1) (b = to ? to + nr * BYTES_OP : none, nr++, b[0] = (type), b[1] = (byte1))
	for (unsigned int i = 1; i < MACHINE_MAX_CPUS / 64; i++) {
		if (m->possible[i]) {
			NEXT(RECORD_CPUS, (uint8_t)i);
			put_le(b + 4, 8, m->possible[i]);
		}
	}
	for (unsigned int i = 0; i < MACHINE_MAX_CPUS / 8; i++) {
		if (any_bytes(m->node + 8 * i, 8)) {
			NEXT(RECORD_NODES, (uint8_t)i);
			memcpy(b + 4, m->node + 8 * i, 8);
		}
	}
	for (unsigned int i = 0; i < m->nr_near; i++) {
		if (i % RECORD_PAIRS == 0)
			NEXT(RECORD_NEAR, 0);
		b[1]++;
		b[4 + 2 * (i % RECORD_PAIRS)] = m->near[i].from;
		b[5 + 2 * (i % RECORD_PAIRS)] = m->near[i].to;
	}
	for (unsigned int i = 0; i < m->nr_bases; i++) {
		if (i % RECORD_BASE_MAX == 0)
			NEXT(RECORD_BASES, 0);
		b[1]++;
		b[4 + 4 * (i % RECORD_BASE_MAX)] = m->base[i].node;
		put_le(b + 5 + 4 * (i % RECORD_BASE_MAX), 2, m->base[i].at);
	}
	if (m->vm_start != MACHINE_VM_START || m->va_bits != 64) {
		NEXT(RECORD_WINDOW, m->va_bits == 32);
		put_le(b + 4, 8, m->vm_start);
	}
	if (m->first != FIRST_GIVEN || m->nr_nodes != 1 || m->backing != BACKING_VM) {
		NEXT(RECORD_BOOT, m->first | (m->backing == BACKING_KM ? BOOT_BACKING : 0));
		put_le(b + 2, 2, m->nr_nodes);
		put_le(b + 4, 4, m->atom);
		put_le(b + 8, 4, m->boot_pages);
	}
#undef NEXT
	return nr;
}

/**
 * machine_nr_records - how many records the encoding of a machine has behind the header
 * @m: a legal machine
 */
size_t machine_nr_records(const struct machine *m)
{
	return find_preset(m) < 0 ? write_records(m, NULL) : 0;
}

/**
 * machine_to_bytes - encode a machine
 * @m: a legal machine
 * @header: BYTES_HEADER bytes, all 0 so far
 * @records: room for machine_nr_records() records, all 0 so far
 */
void machine_to_bytes(const struct machine *m, uint8_t *header, uint8_t *records)
{
	int preset = find_preset(m);

	if (preset >= 0) {
		header[0] = (uint8_t)preset;
		return;
	}
	header[0] = SELECT_EXPLICIT;
	put_le(header + AT_POSSIBLE, 8, m->possible[0]);
	header[AT_PAGE] = (uint8_t)(__builtin_ctz(m->page) - __builtin_ctz(MACHINE_PAGE_MIN));
	put_le(header + AT_UNIT, 2, m->unit_pages);
	put_le(header + AT_STATIC, 3, m->static_size);
	put_le(header + AT_RESERVED, 3, m->reserved_size);
	put_le(header + AT_DYN, 3, m->dyn_size);
	put_le(header + AT_VM, 3, m->vm_pages);
	put_le(header + AT_FRAMES, 2, m->frames);
	header[AT_RECORDS] = (uint8_t)write_records(m, records);
}
