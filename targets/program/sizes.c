// SPDX-License-Identifier: GPL-2.0-only
/*
 * sizes.c - the sizes and alignments that are worth trying.
 *
 * Every number here is about where an allocator changes its mind: page ends, chunk ends, powers
 * of two, limits.  Does not know what is live, so the page ends are a guess.
 */
#include "sizes.h"

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
