/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bytes.h - the parts of the byte format: the machine, how op bytes are read, which handles are
 * open.
 */
#ifndef PROGRAM_BYTES_H
#define PROGRAM_BYTES_H

#include <string.h>

#include "program.h"
#include "sizes.h"
#include "../../impl/pcpu.h"

/* Bytes 1 to 3 of the header. */
#define AT_SWARM 1
#define AT_SEED 2

/* Byte 3 of an op: from here on a fault. */
#define FAULT_CODES 0xe0

/**
 * enum form - how an op names its handle, or where its numbers come from
 * @FORM_RAW:   as they stand
 * @FORM_DRAWN: drawn from fewer
 * @FORM_OPEN:  an open handle of the right kind
 * @FORM_STALE: a closed one
 * @FORM_ANY:   any handle, with an offset
 * @FORM_NULL:  no handle
 * @FORM_ARG:   no op, but two numbers for one of the next ops
 */
enum form {
	FORM_RAW,
	FORM_DRAWN,
	FORM_OPEN,
	FORM_STALE,
	FORM_ANY,
	FORM_NULL,
	FORM_ARG,
};

#define MAX_CODES 64

/**
 * struct code_info - what a value of byte 0 of an op may mean
 * @kind: enum op_kind
 * @form: enum form
 * @error: mostly an error of the caller
 * @weight: how often, by layer; all together are 256 or less
 */
struct code_info {
	uint8_t kind, form;
	bool error;
	uint8_t weight[LAYER_NR];
};

extern const struct code_info code_infos[];
extern const unsigned int nr_codes;

/**
 * struct dialect - how op bytes are read in one program
 * @layer:       what the fuzz target is about
 * @direct:      plainly; the members from @reserved to @fault_codes do not count
 * @reserved:    reserved allocs happen
 * @recent:      frees, writes and verifies prefer the newest handles
 * @gfp:         bit per enum pcpu_gfp that happens, 0 for all
 * @align_codes: align codes are taken modulo this, 0 for as they are
 * @fault_codes: byte 3 from here on is a fault, 256 for never
 * @code:        index of code_infos by byte 0
 * @size_class:  size class of an alloc by the class bits
 * @vm_class:    the same of areas
 */
struct dialect {
	enum program_layer layer;
	bool direct;
	bool reserved;
	bool recent;
	uint8_t gfp;
	uint8_t align_codes;
	uint16_t fault_codes;
	uint8_t code[256];
	uint8_t size_class[SIZE_NR];
	uint8_t vm_class[VM_SIZE_NR];
};

/* dialect.c */
void dialect_direct(struct dialect *d, enum program_layer layer);
void dialect_swarm(struct dialect *d, enum program_layer layer, uint32_t seed);

#define NR_HANDLE_LISTS 4

/**
 * struct handles - which handles are open: not yet given back at offset 0, in the way that suits
 *                  the op that defined them
 * @nr:    all handles
 * @list:  those of one kind of op that defines them: first the open ones, then the closed ones
 * @place: where each one is in its list
 * @of:    which list that is
 */
struct handles {
	uint32_t nr;
	struct {
		uint32_t nr, nr_open;
		uint32_t *at;
	} list[NR_HANDLE_LISTS];
	uint32_t *place;
	uint8_t *of;
};

/* bytes-handles.c */
void handles_init(struct handles *h, size_t nr);
void handles_exit(struct handles *h);
void handles_op(struct handles *h, const struct op *op);
uint32_t handles_nr_open(const struct handles *h, unsigned int kind);
uint32_t handles_nr_closed(const struct handles *h, unsigned int kind);
uint32_t handles_open(const struct handles *h, unsigned int kind, uint32_t x, bool recent);
uint32_t handles_closed(const struct handles *h, unsigned int kind, uint32_t x);
enum form handles_find(const struct handles *h, unsigned int kind, uint32_t handle, uint32_t *x);

/* bytes-machine.c */
size_t machine_from_bytes(struct machine *m, enum program_layer layer, const uint8_t *header,
			  const uint8_t *records, size_t nr_records);
size_t machine_nr_records(const struct machine *m);
void machine_to_bytes(const struct machine *m, uint8_t *header, uint8_t *records);

static inline uint64_t get_le(const uint8_t *b, unsigned int nr)
{
	uint64_t x = 0;

	while (nr--)
		x = x << 8 | b[nr];
	return x;
}

static inline uint32_t get_le32(const uint8_t *b, unsigned int nr)
{
	return (uint32_t)get_le(b, nr);
}

static inline void put_le(uint8_t *b, unsigned int nr, uint64_t x)
{
	for (unsigned int i = 0; i < nr; i++, x >>= 8)
		b[i] = (uint8_t)x;
}

#endif
