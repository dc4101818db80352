// SPDX-License-Identifier: GPL-2.0-only
/*
 * sizes-vm.c - the sizes, ranges and layouts of address space that are worth trying.
 *
 * Guard pages, exact fits, ends of the window, sums that wrap.  Does not know what is live.
 */
#include "sizes-vm.h"
#include "sizes.h"

/**
 * space_init - start with an empty window
 * @s: the space
 * @m: the machine, which must outlive @s
 */
void space_init(struct space *s, const struct machine *m)
{
	s->m = m;
	s->low = 0;
	s->high = 0;
	s->last = m->page;
}

static uint64_t window_bytes(const struct machine *m)
{
	return (uint64_t)m->vm_pages * m->page;
}

/**
 * space_add - account for an op
 * @s: the space
 * @op: any op
 * @args: its list, if it has one
 */
void space_add(struct space *s, const struct op *op, const struct op_arg *args)
{
	uint64_t most = 0;

	if (op->kind == OP_GET_VM_AREA || op->kind == OP_VMALLOC) {
		s->last = op->size;
		/* a guard page goes with each area */
		if (op->size && op->size < window_bytes(s->m) && !op->nr_args)
			s->low += (op->size + s->m->page - 1) / s->m->page + 1;
	} else if (op->kind == OP_GET_VM_AREAS) {
		for (uint32_t i = 0; i < op->nr_args; i++)
			if (args[i].a + args[i].b > most)
				most = args[i].a + args[i].b;
		if (most <= window_bytes(s->m))
			s->high += most / s->m->page;
	} else if (op->kind == OP_PURGE && s->low + s->high > s->m->vm_pages) {
		/* full, and so much freed: start again */
		s->low = 0;
		s->high = 0;
	}
}

static uint64_t space_left(const struct space *s)
{
	uint64_t used = s->low + s->high;

	return used + 1 < s->m->vm_pages ? s->m->vm_pages - used - 1 : s->m->vm_pages / 3;
}

/* One less, the same, or one more, of something; never below 0. */
static uint64_t one_off(uint64_t x, uint64_t value, uint64_t step)
{
	x += value % 3 * step;
	return x >= step ? x - step : 0;
}

/* The classes that are not small. */
static uint64_t draw_large(const struct space *s, unsigned int class, uint64_t value)
{
	const struct machine *m = s->m;
	uint64_t page = m->page;

	switch (class) {
	case VM_SIZE_POWER:
		return one_off(page << value % 11, value >> 4, value & 0x100 ? page : 1);
	case VM_SIZE_REST:
		return space_left(s) * page - page * (value % 3 < space_left(s) ? value % 3 : 0);
	case VM_SIZE_FRACTION:
	case VM_SIZE_FRACTION + 1:
		return window_bytes(m) / (2 + value % 8);
	case VM_SIZE_HOLE:
		return one_off(value & 64 ? 2 * s->last + page : s->last, value, page) &
		       ((UINT64_C(1) << 40) - 1);
	case VM_SIZE_FRAMES:
		return page * one_off(m->frames, value, 1 + (value >> 8) % 4);
	case VM_SIZE_WINDOW:
		return one_off(window_bytes(m), value, value & 0x100 ? page : 1);
	case VM_SIZE_ZERO:
		return 0;
	case VM_SIZE_FOUR_GIB:
		return one_off(UINT64_C(1) << 32, value, value & 0x100 ? 1 + value % 64 * page : 1);
	case VM_SIZE_WRAP:
		return -(value & 0x100 ? 1 + value % 16 : page * (1 + value % 64));
	case VM_SIZE_LARGE:
		return UINT64_C(1) << (20 + value % 20);
	default:
		return s->last;
	}
}

/**
 * vm_size_draw - the size that a class and a number stand for
 * @s: what was taken so far
 * @class: below VM_SIZE_NR
 * @value: any number
 *
 * Return: a size that number_is_encodable() accepts, unless raw.
 */
uint64_t vm_size_draw(const struct space *s, unsigned int class, uint64_t value)
{
	uint64_t page = s->m->page;

	switch (class) {
	case VM_SIZE_RAW:
		return value;
	case VM_SIZE_PAGES:
	case VM_SIZE_PAGES + 1:
		return page * (value % 65);
	case VM_SIZE_ODD:
		return 1 + value % (8 * page);
	case VM_SIZE_NEAR_PAGES:
		return one_off(page * (1 + value % 8), value >> 3, 1);
	case VM_SIZE_LAST_OFF:
		return one_off(s->last, value, page) & ((UINT64_C(1) << 40) - 1);
	case VM_SIZE_LAST:
	case VM_SIZE_POWER ... VM_SIZE_LARGE:
		return draw_large(s, class, value);
	default:
		return page * (1 + value % 8);
	}
}

/**
 * vm_range_draw - where an area may be, from the start of the window
 * @s: what was taken so far
 * @size: of the area
 * @seed: decides everything
 * @range: filled in; what number_is_encodable() accepts
 */
void vm_range_draw(const struct space *s, uint64_t size, uint32_t seed, struct op_arg *range)
{
	struct rng r = { seed };
	uint64_t page = s->m->page, end = window_bytes(s->m), length;
	uint32_t how = rng_below(&r, 16);

	/* sizes that no range can hold are tried with small ones */
	length = size < end ? (size + page - 1) / page * page : page;
	range->a = page * rng_below(&r, s->m->vm_pages + 1);
	if (how < 5) {
		/* exactly the area and its guard page, or a little less or more */
		range->b = range->a + one_off(length + page, rng_below(&r, 6), page);
	} else if (how < 8) {
		range->b = range->a + page * rng_below(&r, 17);
	} else if (how < 10) {
		range->b = range->a + 2 * length + page * rng_below(&r, 8);
	} else if (how == 10) {
		range->a = 0;
		range->b = end;
	} else if (how == 11) {
		range->b = end;
		range->a = end - (length + page <= end ? length + page : 0);
	} else if (how == 12) {
		/* not at page ends */
		range->b = range->a + length + page + rng_below(&r, 3);
		range->a += rng_below(&r, 9);
	} else if (how == 13) {
		range->b = range->a;
		range->a += page * rng_below(&r, 3);
	} else if (how == 14) {
		/* starts below the window, or ends where addresses do */
		range->b = range->a + length + page;
		range->a = -page * (1 + rng_below(&r, 32));
	} else {
		range->b = -page * (1 + rng_below(&r, 4));
	}
}

/**
 * vm_align_draw - the alignment of congruent areas
 * @m: the machine
 * @code: any value
 *
 * Mostly a page or a few; sometimes what is illegal.
 */
uint32_t vm_align_draw(const struct machine *m, uint8_t code)
{
	static const uint8_t shift[] = { 0, 0, 0, 1, 0, 2, 3, 0 };

	if (code < 0xe0)
		return m->page << shift[code % 8];
	return align_from_code(m, code & 1 ? code : (uint8_t)(ALIGN_CODES_PAGE + code % 32));
}

/* Spoil one of the areas: what a caller may not ask for. */
static void spoil_areas(struct rng *r, uint32_t align, struct op_arg *args, unsigned int nr)
{
	struct op_arg *arg = args + rng_below(r, nr);
	uint32_t how = rng_below(r, 6);

	if (how == 0)
		arg->a += 1;
	else if (how == 1)
		arg->b += 4;
	else if (how == 2)
		arg->b = 0;
	else if (how == 3)
		arg->a = args[0].a;
	else if (how == 4)
		arg->a = -(uint64_t)(align & 0xffff ? align & 0xffff : 256);
	else
		arg->b = UINT64_C(1) << 32;
}

/**
 * vm_areas_draw - a layout of congruent areas
 * @s: what was taken so far
 * @align: any value; illegal ones are taken for a page
 * @seed: decides everything
 * @args: filled in
 *
 * Return: how many areas.
 */
unsigned int vm_areas_draw(const struct space *s, uint32_t align, uint32_t seed,
			   struct op_arg args[OP_ARGS_MAX])
{
	struct rng r = { seed };
	uint64_t step =
		align && !(align & (align - 1)) && align <= 64 * s->m->page && align >= s->m->page ?
			align :
			s->m->page;
	uint32_t many = rng_below(&r, 8), gaps = rng_below(&r, 4), same = rng_below(&r, 3);
	unsigned int nr = many < 5 ? 1 + rng_below(&r, 4) : 1 + rng_below(&r, 32);
	uint64_t at = step * (rng_below(&r, 4) ? 0 : rng_below(&r, 8)), size = step;
	bool down;

	if (!rng_below(&r, 256))
		nr = OP_ARGS_MAX;
	for (unsigned int i = 0; i < nr; i++) {
		if (!i || !same)
			size = step * (1 + rng_below(&r, same ? 8 : 4));
		args[i].a = at;
		args[i].b = size;
		at += size + step * (gaps ? rng_below(&r, 1u << 2 * gaps) : 0);
	}
	/* in another order the areas are the same, but they must be found to be */
	down = !rng_below(&r, 3);
	for (unsigned int i = 0; down && i < nr / 2; i++) {
		struct op_arg arg = args[i];

		args[i] = args[nr - 1 - i];
		args[nr - 1 - i] = arg;
	}
	if (!rng_below(&r, 12))
		spoil_areas(&r, align, args, nr);
	return nr;
}

/**
 * vm_arg_draw - two numbers for some list
 * @s: what was taken so far
 * @class: an even one is an offset and a size, an odd one two ends
 * @x: any number
 * @y: any number
 * @arg: filled in
 */
void vm_arg_draw(const struct space *s, unsigned int class, uint64_t x, uint64_t y,
		 struct op_arg *arg)
{
	uint64_t page = s->m->page;

	arg->a = page * (x % (class & 2 ? 32 : s->m->vm_pages + 1));
	arg->b = page * (1 + y % (class & 4 ? 64 : 8));
	if (class & 1)
		arg->b += arg->a;
	/* rarely unaligned, by 1 or by 4 */
	if (class >= 60)
		arg->a += class & 2 ? 1 : 4;
}

static uint32_t boot_size(struct rng *r, const struct machine *m, uint32_t own)
{
	uint32_t how = rng_below(r, 16), value = (uint32_t)rng_next(r);

	if (how < 5)
		return own;
	if (how < 8)
		return value % (2 * m->page);
	if (how < 10)
		return m->page * (value % 9);
	if (how == 10)
		return m->page * (1 + value % 8) - 1 + (value >> 8) % 3;
	if (how == 11)
		return value % 65536;
	if (how == 12)
		return 0;
	if (how == 13)
		return own + 1 + value % 64;
	if (how == 14)
		return OP_BOOT_MAX - 1 - value % 3 * m->page;
	return value % OP_BOOT_MAX;
}

/**
 * boot_draw - a boot op
 * @m: the machine
 * @seed: decides everything
 * @op: filled in, but for its fault
 */
void boot_draw(const struct machine *m, uint32_t seed, struct op *op)
{
	struct rng r = { seed };
	uint32_t how;

	op->kind = OP_BOOT;
	op->choice = (uint8_t)(1 + rng_below(&r, FIRST_NR - 1));
	op->boot.static_size = boot_size(&r, m, m->static_size);
	op->boot.reserved_size = boot_size(&r, m, m->reserved_size);
	op->boot.dyn_size = boot_size(&r, m, m->dyn_size);
	op->boot.unit = boot_size(&r, m, machine_unit_size(m));
	how = rng_below(&r, 8);
	op->boot.atom = m->page << rng_below(&r, how < 6 ? 5 : 14);
	if (how == 7 && m->page > OP_ATOM_MIN)
		op->boot.atom = m->page >> 1;
	if (op->boot.atom > OP_ATOM_MAX)
		op->boot.atom = OP_ATOM_MAX;
}
