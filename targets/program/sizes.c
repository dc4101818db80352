// SPDX-License-Identifier: GPL-2.0-only
/*
 * sizes.c - the machines, sizes and alignments that are worth trying.
 *
 * Every number here is about where an allocator changes its mind: page ends, chunk ends, powers
 * of two, limits.  Does not know what is live, so the page ends are a guess.
 */
#include "sizes.h"

/*
 * cpus, page, unit_pages, static, reserved, dyn, vm_pages, frames.  Small on purpose: the first
 * chunk is full after a handful of ops, and address space and frames run out within a program.
 */
const struct machine machine_presets[] = {
	{ 0x3, 256, 4, 20, 0, 300, 32, 64 }, /* first chunk ends inside a page */
	{ 0x3, 256, 4, 21, 64, 439, 32, 64 }, /* odd static size */
	{ 0x1, 256, 4, 20, 0, 492, 16, 24 }, /* first chunk ends with a page */
	{ 0x1, 256, 8, 100, 128, 540, 24, 16 }, /* fewer frames than two chunks have pages */
	{ 0x3, 256, 1, 20, 0, 236, 8, 8 }, /* one page per unit, window exactly used up */
	{ 0x3, 256, 2, 33, 0, 99, 9, 12 }, /* a page of the window always left over */
	{ 0x1, 256, 3, 50, 100, 202, 24, 32 }, /* eight chunks, three pages each */
	{ 0xa, 256, 4, 20, 0, 236, 32, 64 }, /* cpus 1 and 3 */
	{ 0x4, 256, 4, 20, 64, 172, 8, 10 }, /* cpu 2 only */
	{ 0x4, 512, 2, 301, 0, 99, 6, 6 },
	{ 0xf, 256, 4, 40, 0, 728, 64, 128 },
	{ 0xff, 256, 2, 24, 0, 104, 48, 64 },
	{ 0xaa, 256, 4, 60, 64, 388, 64, 256 },
	{ 0x1, 256, 16, 300, 512, 1236, 64, 128 }, /* regions start and end inside pages */
	{ 0x3, 256, 16, 21, 0, 999, 96, 40 },
	{ 0x3, 256, 8, 255, 4, 253, 16, 32 }, /* one further chunk, tiny reserved region */
	{ 0x1, 256, 4, 256, 256, 512, 4, 6 }, /* all regions are whole pages */
	{ 0x1, 256, 2, 20, 64, 428, 0, 6 }, /* no further chunk ever */
	{ 0x1, 512, 4, 20, 0, 2028, 12, 16 }, /* first chunk fills its unit */
	{ 0x3, 512, 3, 130, 200, 330, 18, 24 },
	{ 0x1, 1024, 4, 100, 0, 1436, 16, 32 },
	{ 0x3, 1024, 2, 77, 64, 883, 8, 16 },
	{ 0x1, 4096, 4, 1001, 0, 3095, 16, 32 },
	{ 0x3, 4096, 8, 9984, 8192, 14592, 48, 256 }, /* like a real one */
	{ 0x1, 65536, 1, 20, 0, 4076, 4, 8 },
};

const unsigned int nr_machine_presets = sizeof(machine_presets) / sizeof(machine_presets[0]);

/* Largest legal size of an alloc: 32 KiB in whole pages. */
static uint32_t size_limit(const struct machine *m)
{
	return m->page > 32768 ? m->page : 32768;
}

/**
 * packing_init - start with an empty first chunk
 * @pk: the packing
 * @m: the machine, which must outlive @pk
 */
void packing_init(struct packing *pk, const struct machine *m)
{
	pk->m = m;
	pk->pos[1] = m->static_size;
	pk->end[1] = m->static_size + m->reserved_size;
	pk->pos[0] = pk->end[1];
	pk->end[0] = pk->end[1] + m->dyn_size;
	pk->last = 4;
}

/**
 * packing_add - account for an alloc
 * @pk: the packing
 * @reserved: from the reserved chunk
 * @size: any value; illegal ones take no room
 * @align: any value; illegal ones take no room
 */
void packing_add(struct packing *pk, bool reserved, uint32_t size, uint32_t align)
{
	uint32_t unit = machine_unit_size(pk->m), start;

	pk->last = size;
	if (!size || size > unit || size > size_limit(pk->m))
		return;
	if (!align || align > pk->m->page || (align & (align - 1)))
		return;

	align = align < 4 ? 4 : align;
	size = (size + 3) & ~3u;
	start = (pk->pos[reserved] + align - 1) & ~(align - 1);
	if (start + size > pk->end[reserved]) {
		/* there is one reserved chunk, but a normal alloc goes on in a new one */
		if (reserved)
			return;
		start = 0;
		pk->end[0] = unit;
	}
	pk->pos[reserved] = start + size;
}

static uint32_t to_page_end(const struct packing *pk, bool reserved)
{
	uint32_t page = pk->m->page;

	return page - pk->pos[reserved] % page;
}

/* 4 less, the same, or 4 more; 0 and below become 4. */
static uint32_t four_off(uint32_t size, uint32_t value)
{
	uint32_t off = size + 4 * (value % 3);

	return off > 4 ? off - 4 : 4;
}

static uint32_t draw_power(const struct packing *pk, uint32_t value)
{
	uint32_t log = 31 - (uint32_t)__builtin_clz(machine_unit_size(pk->m));

	return 1u << (value % (log + 1));
}

/* The classes that depend on pages and on what is already there. */
static uint32_t draw_edge(const struct packing *pk, bool reserved, enum size_class class,
			  uint32_t value)
{
	uint32_t page = pk->m->page;
	uint32_t rest = pk->end[reserved] - pk->pos[reserved];

	switch (class) {
	case SIZE_TO_PAGE_END:
		return to_page_end(pk, reserved);
	case SIZE_NEAR_PAGE_END:
		return four_off(to_page_end(pk, reserved) + (value & 3) * page, value >> 2);
	case SIZE_REST:
		return rest > 8 ? rest - 4 * (value % 3) : machine_unit_size(pk->m);
	case SIZE_PAGES:
		return page * (1 + value % (pk->m->unit_pages < 4 ? pk->m->unit_pages : 4));
	case SIZE_BELOW_PAGE:
		return page - 4;
	case SIZE_ABOVE_PAGE:
		return page + 4;
	case SIZE_LAST_OFF:
		return four_off(pk->last, value);
	default:
		return pk->last;
	}
}

/**
 * size_draw - the size that a class and a number stand for
 * @pk: what was allocated so far
 * @reserved: whether the alloc is from the reserved chunk
 * @class: below SIZE_NR
 * @value: any number
 */
uint32_t size_draw(const struct packing *pk, bool reserved, enum size_class class, uint32_t value)
{
	const struct machine *m = pk->m;
	uint32_t unit = machine_unit_size(m);

	switch ((unsigned int)class) {
	case SIZE_RAW:
		return value;
	case SIZE_ODD:
	case SIZE_ODD + 1:
		return 1 + value % 64;
	case SIZE_PAGE_OR_LESS:
	case SIZE_PAGE_OR_LESS + 1:
		return 1 + value % m->page;
	case SIZE_TO_PAGE_END ... SIZE_ABOVE_PAGE:
	case SIZE_LAST:
	case SIZE_LAST_OFF:
		return draw_edge(pk, reserved, class, value);
	case SIZE_POWER:
		return draw_power(pk, value);
	case SIZE_POWER_LESS:
		return draw_power(pk, value) - 1;
	case SIZE_POWER_MORE:
		return draw_power(pk, value) + 1;
	case SIZE_UNIT:
		return unit - 4 * (value % 2);
	case SIZE_HALF_UNIT:
		return unit / 2 + 4 * (value % 2);
	case SIZE_DYN:
		return four_off(m->dyn_size, value);
	case SIZE_RESERVED:
		return four_off(m->reserved_size, value);
	case SIZE_ZERO:
		return 0;
	case SIZE_LIMIT:
		return four_off(size_limit(m), value);
	case SIZE_HUGE:
		return (value & 16 ? 0x7ffffff8u : 0xfffffff0u) + (value & 15);
	case SIZE_ANY:
		return 4 + value % (unit / 4) * 4;
	case SIZE_FRACTION:
		return unit / (2 + value % 7);
	default:
		return 4 + value % 16 * 4;
	}
}

/* Alignments that are no powers of two, so all of them illegal. */
static uint32_t bad_align(unsigned int i)
{
	static const uint32_t odd[] = { 3, 5, 7 };

	if (i == 0)
		return 0;
	if (i == 43)
		return UINT32_MAX;
	return odd[(i - 1) / 14] << ((i - 1) % 14);
}

#define NR_BAD_ALIGN 44

/**
 * align_from_code - the alignment that a code stands for
 * @m: the machine
 * @code: any value
 */
uint32_t align_from_code(const struct machine *m, uint8_t code)
{
	static const uint8_t small[16] = { 4, 8, 4, 8, 4, 8, 4, 16, 4, 8, 1, 2, 32, 8, 4, 64 };
	unsigned int page_shift = (unsigned int)__builtin_ctz(m->page);

	if (code < ALIGN_CODES_SMALL)
		return small[code % 16];
	if (code < ALIGN_CODES_PAGE)
		return 1u << ((code - ALIGN_CODES_SMALL) % (page_shift + 2));
	if (code < ALIGN_CODES_POWER)
		return 1u << (code - ALIGN_CODES_PAGE);
	return bad_align((code - ALIGN_CODES_POWER) % NR_BAD_ALIGN);
}

/**
 * align_to_code - the code of an alignment, the same for every machine
 * @align: any value
 *
 * Return: the code, or -1 if there is none.
 */
int align_to_code(uint32_t align)
{
	unsigned int i;

	if (align && !(align & (align - 1)))
		return ALIGN_CODES_PAGE + __builtin_ctz(align);
	for (i = 0; i < NR_BAD_ALIGN; i++)
		if (bad_align(i) == align)
			return ALIGN_CODES_POWER + (int)i;
	return -1;
}
