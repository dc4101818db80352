/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sizes.h - the machines, sizes and alignments that are worth trying.
 *
 * Shared by bytes.c and gen.c, so that both engines look at the same corners.  Does not choose:
 * the caller brings every random number.
 */
#ifndef PROGRAM_SIZES_H
#define PROGRAM_SIZES_H

#include <stdbool.h>
#include <stdint.h>

#include "program.h"
#include "sizes-vm.h"

/* presets.c: the index is part of the byte encoding. */
extern const unsigned int nr_machine_presets;
void machine_preset(unsigned int i, struct machine *m);
unsigned int machine_preset_for(enum program_layer layer, unsigned int i);

/**
 * enum size_class - where a size comes from
 *
 * The values are part of the byte encoding.  Several numbers without a name draw small sizes, so
 * that a random number does mostly that.
 */
enum size_class {
	SIZE_RAW = 0,
	SIZE_SMALL = 1, /* 4 to 64, a multiple of 4; also 2 to 7 */
	SIZE_ODD = 8, /* 1 to 64; also 9 */
	SIZE_PAGE_OR_LESS = 10, /* 1 to a page; also 11 */
	SIZE_TO_PAGE_END = 12, /* exactly to the end of the page that is being filled */
	SIZE_NEAR_PAGE_END = 13, /* to the end of that page or a later one, or 4 off */
	SIZE_REST = 14, /* what the chunk has left, or a bit less */
	SIZE_PAGES = 15, /* whole pages */
	SIZE_BELOW_PAGE = 16,
	SIZE_ABOVE_PAGE = 17,
	SIZE_POWER = 18,
	SIZE_POWER_LESS = 19,
	SIZE_POWER_MORE = 20,
	SIZE_UNIT = 21, /* a unit, or 4 less */
	SIZE_HALF_UNIT = 22, /* half a unit, or 4 more */
	SIZE_DYN = 23, /* the dynamic region, or 4 off */
	SIZE_RESERVED = 24, /* the reserved region, or 4 off */
	SIZE_ZERO = 25,
	SIZE_LIMIT = 26, /* the largest legal size, or 4 off */
	SIZE_HUGE = 27, /* where 32-bit sums wrap */
	SIZE_ANY = 28, /* 4 to a unit, a multiple of 4 */
	SIZE_LAST = 29, /* that of the previous alloc */
	SIZE_LAST_OFF = 30, /* 4 off that */
	SIZE_FRACTION = 31, /* a half to an eighth of a unit */
	SIZE_NR = 32,
};

/**
 * struct packing - where the next object would go if nothing were ever freed
 * @m:    the machine
 * @pos:  offset of the next object in its unit: of normal and of reserved allocs
 * @end:  end of the region that @pos is in
 * @last: previous size
 *
 * A guess, made from the program alone, at where page and chunk ends are near.
 */
struct packing {
	const struct machine *m;
	uint32_t pos[2], end[2];
	uint32_t last;
};

void packing_init(struct packing *pk, const struct machine *m);
void packing_add(struct packing *pk, bool reserved, uint32_t size, uint32_t align);
uint32_t size_draw(const struct packing *pk, bool reserved, enum size_class class, uint32_t value);

/* Alignment codes: below the first bound mostly tiny, below the second legal or just above. */
#define ALIGN_CODES_SMALL 128
#define ALIGN_CODES_PAGE 176
#define ALIGN_CODES_POWER 208

uint32_t align_from_code(const struct machine *m, uint8_t code);
int align_to_code(uint32_t align);

#endif
