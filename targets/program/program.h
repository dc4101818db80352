/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - a test program: a machine and a list of ops.
 *
 * The durable form is text (text.c), the form that engines mutate is bytes (bytes.c); both are
 * views of this one.  Running a program is the business of targets/exec.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../../oracle/machine.h"

#define PROGRAM_MAX_OPS 65536u
#define PROGRAM_NO_HANDLE UINT32_MAX

enum op_kind {
#define OP(NAME, text, letter, layer, takes, syntax, what) OP_##NAME,
#include "ops.def"
#undef OP
	OP_NR,
};

/**
 * enum program_layer - what a fuzz target is about
 * @LAYER_ANY:  every op
 * @LAYER_PCPU: the per-CPU allocator
 * @LAYER_VM:   the address space
 * @LAYER_BOOT: setup_per_cpu_areas()
 */
enum program_layer {
	LAYER_ANY,
	LAYER_PCPU,
	LAYER_VM,
	LAYER_BOOT,
	LAYER_NR,
};

/**
 * enum op_takes - what an op is about
 * @TAKES_NOTHING: its name is all of it
 * @TAKES_HANDLE:  a handle that was defined before
 * @TAKES_ADDRESS: such a handle, and maybe an offset to what it stands for
 * @TAKES_FIELDS:  other things
 */
enum op_takes {
	TAKES_NOTHING,
	TAKES_HANDLE,
	TAKES_ADDRESS,
	TAKES_FIELDS,
};

/**
 * struct op_info - what an op is called and how it is written
 * @name:   in text
 * @letter: of the handle that it defines, or 0
 * @layer:  the targets that it is for
 * @takes:  what it is about
 * @syntax: for the user
 * @what:   what it does
 */
struct op_info {
	const char *name;
	char letter;
	enum program_layer layer;
	enum op_takes takes;
	const char *syntax, *what;
};

extern const struct op_info op_infos[OP_NR];

/* Names of enum pcpu_gfp, as written in text; gfp_names[PCPU_GFP_KERNEL] is "kernel". */
extern const char *const gfp_names[];

/* Names of enum machine_first, as written in text. */
extern const char *const first_names[FIRST_NR];

/* Names of enum machine_backing. */
extern const char *const backing_names[BACKING_NR];

/**
 * struct op_arg - two numbers of an op that takes a list
 *
 * get_vm_areas: offset and size of an area; get_vm_area: start and end of the range.
 */
struct op_arg {
	uint64_t a, b;
};

#define OP_ARGS_MAX 256
#define OP_BOOT_MAX (1u << 24) /* sizes of a boot are below this */
#define OP_ATOM_MIN 256u
#define OP_ATOM_MAX (1u << 21)

/**
 * struct op - one op
 * @kind:     enum op_kind
 * @gfp:      alloc: enum pcpu_gfp
 * @reserved: alloc: from the reserved chunk
 * @ioremap:  get_vm_area: with VM_IOREMAP
 * @choice:   boot: enum machine_first, not FIRST_GIVEN
 * @fault:    enum pcpu_fault, armed when the op starts; PCPU_FAULT_NONE for none
 * @fault_n:  1 to 65535: the n-th request of that kind is refused; PCPU_FAULT_MAP: 0 to 65535
 *            pages map before one fails; 0 if there is no fault
 * @handle:   free, write, verify, phys, vfree, remove_vm_area, find_vm_area, free_vm_areas: which
 *            of the ops that define a handle of any letter, counted from 0 in program order; always
 *            that of an earlier op.  PROGRAM_NO_HANDLE: free or vfree of NULL
 * @size:     alloc: bytes, any 32-bit value; get_vm_area, vmalloc: bytes, one that
 *            number_is_encodable() accepts
 * @align:    alloc, get_vm_areas: bytes, one of those that align_is_encodable() accepts
 * @offset:   free, phys, vfree, remove_vm_area, find_vm_area: bytes added to the address
 * @seed:     write: what is written
 * @chunk:    populate, depopulate: which chunk, taken modulo the number there are
 * @start:    populate, depopulate: first page
 * @end:      populate, depopulate: page after the last
 * @cpu:      phys: which CPU, an index taken modulo the number of possible ones
 * @node:     vmalloc: which node, taken modulo the number there are
 * @first_arg, @nr_args: get_vm_areas: the areas, in struct program; get_vm_area: the range, one
 *            or none; both 0 if none
 * @boot:     boot: the sizes, any values below OP_BOOT_MAX; the atom a power of two from
 *            OP_ATOM_MIN to OP_ATOM_MAX
 *
 * Members that the kind does not use are 0 (handle: 0).
 */
struct op {
	uint8_t kind;
	uint8_t gfp;
	bool reserved, ioremap;
	uint8_t choice;
	uint8_t fault;
	uint16_t fault_n;
	uint32_t handle;
	uint64_t size;
	uint32_t align;
	uint32_t offset;
	uint32_t seed;
	uint16_t chunk;
	uint16_t start, end;
	uint16_t cpu, node;
	uint16_t nr_args;
	uint32_t first_arg;
	struct {
		uint32_t static_size, reserved_size, dyn_size, unit, atom;
	} boot;
};

/**
 * struct program - one program
 * @machine: legal, see machine_fault()
 * @nr_ops:  number of ops
 * @capacity: room in @ops
 * @ops:     the ops
 * @nr_args: numbers in @args
 * @args_capacity: room in @args
 * @args:    the lists of those ops that have one
 */
struct program {
	struct machine machine;
	uint32_t nr_ops, capacity;
	struct op *ops;
	uint32_t nr_args, args_capacity;
	struct op_arg *args;
};

/* program.c */
void program_init(struct program *p, const struct machine *m);
void program_exit(struct program *p);
void program_copy(struct program *to, const struct program *from);
struct op *program_add(struct program *p, const struct op *op);
void program_add_arg(struct program *p, uint64_t a, uint64_t b);
const struct op_arg *program_args(const struct program *p, const struct op *op);
bool op_equal(const struct op *a, const struct op *b);
bool program_equal(const struct program *a, const struct program *b);
bool op_uses_handle(unsigned int kind);
bool op_takes_offset(unsigned int kind);
uint32_t program_nr_handles(const struct program *p, uint32_t nr_ops);

/* text-parse.c, text-print.c */
struct text_error {
	unsigned int line;
	char what[160];
};

bool program_from_text(struct program *p, const char *text, size_t len, struct text_error *err);
char *program_to_text(const struct program *p, size_t *len);
size_t op_to_text(const struct program *p, uint32_t index, char *buf, size_t size);

/* bytes.c */
#define BYTES_HEADER 32u
#define BYTES_OP 12u

void program_from_bytes(struct program *p, enum program_layer layer, const uint8_t *data,
			size_t len);
uint8_t *program_to_bytes(const struct program *p, enum program_layer layer, size_t *len);
size_t op_bytes_len(const struct op *op);
size_t program_bytes_len(const struct program *p);
bool align_is_encodable(const struct machine *m, uint32_t align);
bool number_is_encodable(uint64_t x);

/* dict.c */
void dict_print(FILE *f, enum program_layer layer);

/* gen.c */
struct rng {
	uint64_t state;
};

uint64_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n);
void program_generate(struct program *p, enum program_layer layer, struct rng *r, uint32_t max_ops);
void program_continue(struct program *p, enum program_layer layer, struct rng *r, uint32_t max_ops);

#endif
