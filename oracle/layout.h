/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layout.h - where the units of all CPUs must lie: what booting a machine must come to.
 *
 * The oracle's own, from the machine alone.
 */
#ifndef ORACLE_LAYOUT_H
#define ORACLE_LAYOUT_H

#include "machine.h"

/**
 * struct layout - the outcome
 * @booted:        it works out at all; if not, the other members mean nothing
 * @paged:         the first chunk is mapped in the window, else it lies in boot memory
 * @base_addr:     address of the unit with offset 0 in the first chunk
 * @unit_size, @static_size, @reserved_size, @dyn_size, @atom_size: bytes
 * @nr_cpus:       possible CPUs
 * @unit_offset:   of each of them, in ascending order of their ids
 * @node:          of each of them
 * @nr_groups:     congruent areas per chunk
 * @group_offset, @group_size: of each, bytes
 */
struct layout {
	bool booted, paged;
	uint64_t base_addr;
	uint32_t unit_size, static_size, reserved_size, dyn_size;
	uint64_t atom_size;
	unsigned int nr_cpus;
	uint64_t unit_offset[MACHINE_MAX_CPUS];
	uint8_t node[MACHINE_MAX_CPUS];
	unsigned int nr_groups;
	uint64_t group_offset[MACHINE_MAX_CPUS], group_size[MACHINE_MAX_CPUS];
};

#endif
