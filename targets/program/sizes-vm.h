/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sizes-vm.h - the sizes, ranges and layouts of address space that are worth trying.
 *
 * Shared by bytes.c, gen.c and the mutator.  Does not choose: the caller brings every number.
 */
#ifndef PROGRAM_SIZES_VM_H
#define PROGRAM_SIZES_VM_H

#include "program.h"

/**
 * enum vm_size_class - where the size of an area comes from
 *
 * The values are part of the byte encoding; those without a name draw small sizes.
 */
enum vm_size_class {
	VM_SIZE_RAW = 0,
	VM_SIZE_SMALL = 1, /* 1 to 8 pages; also 2 to 8 */
	VM_SIZE_PAGES = 9, /* 0 to 64 pages; also 10 */
	VM_SIZE_ODD = 11, /* up to 8 pages, any number of bytes */
	VM_SIZE_NEAR_PAGES = 12, /* 1 to 8 pages, or 1 off */
	VM_SIZE_LAST = 13,
	VM_SIZE_LAST_OFF = 14, /* a page off the one before */
	VM_SIZE_POWER = 15, /* 1 to 1024 pages, or one off: what ioremap rounds up to */
	VM_SIZE_REST = 16, /* what is left if nothing was freed, or a page or two less */
	VM_SIZE_FRACTION = 17, /* a half to a ninth of the window; also 18 */
	VM_SIZE_HOLE = 19, /* fits exactly where one or two of the last ones were, or not quite */
	VM_SIZE_FRAMES = 20, /* all page frames, or a few more or less */
	VM_SIZE_WINDOW = 21, /* the window without a guard page, or a page off */
	VM_SIZE_ZERO = 22,
	VM_SIZE_FOUR_GIB = 23, /* about 2^32: 0 in an address of 32 bits */
	VM_SIZE_WRAP = 24, /* about 2^64 */
	VM_SIZE_LARGE = 25, /* a power of two from 2^20 to 2^39 */
	VM_SIZE_NR = 32,
};

/**
 * struct space - what address space is in use if nothing was freed
 * @m:    the machine
 * @low:  pages taken from below
 * @high: pages taken from above
 * @last: previous size
 *
 * A guess, made from the program alone.
 */
struct space {
	const struct machine *m;
	uint64_t low, high, last;
};

void space_init(struct space *s, const struct machine *m);
void space_add(struct space *s, const struct op *op, const struct op_arg *args);
uint64_t vm_size_draw(const struct space *s, unsigned int class, uint64_t value);
void vm_range_draw(const struct space *s, uint64_t size, uint32_t seed, struct op_arg *range);
uint32_t vm_align_draw(const struct machine *m, uint8_t code);
unsigned int vm_areas_draw(const struct space *s, uint32_t align, uint32_t seed,
			   struct op_arg args[OP_ARGS_MAX]);
void vm_arg_draw(const struct space *s, unsigned int class, uint64_t x, uint64_t y,
		 struct op_arg *arg);
void boot_draw(const struct machine *m, uint32_t seed, struct op *op);

#endif
