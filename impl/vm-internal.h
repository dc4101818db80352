/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm-internal.h - what the files of the address space share; not for its users.
 *
 * Arithmetic on addresses is here, as it wraps at va_bits whatever the host's integers are.
 */
#ifndef PCPU_VM_INTERNAL_H
#define PCPU_VM_INTERNAL_H

#include "vm.h"

static inline uint64_t vm_page(const struct vm_space *vm)
{
	return UINT64_C(1) << vm->cfg.page_shift;
}

/* The highest address there is. */
static inline uint64_t vm_mask(const struct vm_space *vm)
{
	return UINT64_MAX >> (64 - vm->cfg.va_bits);
}

/* False if the sum wraps at va_bits, or would if it were an address: 2^va_bits wraps to 0. */
static inline bool vm_add(const struct vm_space *vm, uint64_t a, uint64_t b, uint64_t *sum)
{
	*sum = a + b;
	return *sum >= a && *sum <= vm_mask(vm);
}

/* Round up to a power of two; false if that wraps. */
static inline bool vm_round_up(const struct vm_space *vm, uint64_t x, uint64_t align, uint64_t *up)
{
	*up = (x + align - 1) & ~(align - 1);
	return *up >= x && *up <= vm_mask(vm);
}

static inline bool vm_is_power_of_two(uint64_t x)
{
	return x && !(x & (x - 1));
}

static inline struct vm_area *vm_area_of(const struct pcpu_treap *n)
{
	return n ? (struct vm_area *)((char *)n - offsetof(struct vm_area, by_addr)) : NULL;
}

void vm_tree_init(struct vm_space *vm);
struct vm_area *vm_new_area(struct vm_space *vm, enum pcpu_fault kind);
void vm_free_area(struct vm_space *vm, struct vm_area *area);
void vm_make_lazy(struct vm_space *vm, struct vm_area *area);
void vm_release_frames(struct vm_space *vm, struct vm_area *area, unsigned int mapped,
		       unsigned int taken);

#endif
