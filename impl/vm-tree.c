// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-tree.c - all areas by address, in an AVL tree that also knows the gaps between them.
 *
 *   start |gap A [A]  gap B [B][C]    gap top | top (size 0, at the end)
 *
 * The gap below an area belongs to it, so every free byte is in exactly one gap, and the largest
 * gap of each subtree tells a search which ones to skip.  The largest one is known for each
 * alignment of VM_IOREMAP, as ioremap areas and their guard pages leave many gaps that are large
 * enough, but never once aligned.  Does not know which areas are live, nor who frees them.
 */
#include <assert.h>

#include "vm-internal.h"

static int height_of(const struct vm_area *a)
{
	return a ? a->height : 0;
}

/* What an area knows of the tree below it. */
static void update(struct vm_area *a, uint64_t page)
{
	static const struct vm_area none;
	const struct vm_area *left = a->left ? a->left : &none;
	const struct vm_area *right = a->right ? a->right : &none;
	uint64_t lo = a->addr - a->gap;

	a->height = 1 + (left->height > right->height ? left->height : right->height);
	for (int order = 0; order <= VM_IOREMAP_MAX_ORDER; order++) {
		uint64_t skip = -lo & ((page << order) - 1);
		uint64_t most = skip < a->gap ? a->gap - skip : 0;

		if (left->max_gap[order] > most)
			most = left->max_gap[order];
		if (right->max_gap[order] > most)
			most = right->max_gap[order];
		a->max_gap[order] = most;
	}
}

static struct vm_area *rotate_right(struct vm_area *a, uint64_t page)
{
	struct vm_area *up = a->left;

	a->left = up->right;
	up->right = a;
	update(a, page);
	update(up, page);
	return up;
}

static struct vm_area *rotate_left(struct vm_area *a, uint64_t page)
{
	struct vm_area *up = a->right;

	a->right = up->left;
	up->left = a;
	update(a, page);
	update(up, page);
	return up;
}

/* The root of a subtree whose sides differ in height by at most 2, after making that 1. */
static struct vm_area *balance(struct vm_area *a, uint64_t page)
{
	int lean = height_of(a->left) - height_of(a->right);

	if (lean > 1) {
		if (height_of(a->left->left) < height_of(a->left->right))
			a->left = rotate_left(a->left, page);
		return rotate_right(a, page);
	}
	if (lean < -1) {
		if (height_of(a->right->right) < height_of(a->right->left))
			a->right = rotate_right(a->right, page);
		return rotate_left(a, page);
	}
	update(a, page);
	return a;
}

static struct vm_area *insert(struct vm_area *root, struct vm_area *a, uint64_t page)
{
	if (!root)
		return a;
	if (a->addr < root->addr)
		root->left = insert(root->left, a, page);
	else
		root->right = insert(root->right, a, page);
	return balance(root, page);
}

static struct vm_area *detach_first(struct vm_area *root, struct vm_area **first, uint64_t page)
{
	if (!root->left) {
		*first = root;
		return root->right;
	}
	root->left = detach_first(root->left, first, page);
	return balance(root, page);
}

static struct vm_area *detach(struct vm_area *root, const struct vm_area *a, uint64_t page)
{
	struct vm_area *up;

	if (a->addr < root->addr) {
		root->left = detach(root->left, a, page);
	} else if (a->addr > root->addr) {
		root->right = detach(root->right, a, page);
	} else if (!root->left || !root->right) {
		if (root->right)
			update(root->right, page);
		return root->left ? root->left : root->right;
	} else {
		struct vm_area *right = detach_first(root->right, &up, page);

		up->right = right;
		up->left = root->left;
		root = up;
	}
	return balance(root, page);
}

/* The end of the last area below an address, or the start of the window. */
static uint64_t end_below(const struct vm_space *vm, uint64_t addr)
{
	uint64_t end = vm->cfg.start;

	for (const struct vm_area *a = vm->root; a;) {
		if (a->addr < addr) {
			end = a->addr + a->size;
			a = a->right;
		} else {
			a = a->left;
		}
	}
	return end;
}

/* The lowest area at or above an address: at least @top. */
static struct vm_area *at_or_above(const struct vm_space *vm, uint64_t addr)
{
	struct vm_area *found = NULL;

	for (struct vm_area *a = vm->root; a;) {
		if (a->addr >= addr) {
			found = a;
			a = a->left;
		} else {
			a = a->right;
		}
	}
	return found;
}

/**
 * vm_tree_init - begin with no areas
 * @vm: the address space, its configuration set
 */
void vm_tree_init(struct vm_space *vm)
{
	vm->top = (struct vm_area){ .addr = vm->cfg.end, .gap = vm->cfg.end - vm->cfg.start };
	update(&vm->top, vm_page(vm));
	vm->root = &vm->top;
	vm->nr_areas = 0;
}

/**
 * vm_tree_insert - take the bytes of an area
 * @vm: the address space
 * @area: addr and size are set, size is not 0, and all of it is free
 */
void vm_tree_insert(struct vm_space *vm, struct vm_area *area)
{
	struct vm_area *next = at_or_above(vm, area->addr);
	uint64_t below = end_below(vm, area->addr);

	assert(area->size && area->addr >= below);
	assert(next && next->addr >= area->addr && next->addr - area->addr >= area->size);
	area->left = area->right = NULL;
	area->gap = area->addr - below;
	update(area, vm_page(vm));
	/* the next one is on the way to where this one is added, so it is updated, too */
	next->gap = next->addr - (area->addr + area->size);
	vm->root = insert(vm->root, area, vm_page(vm));
	vm->nr_areas++;
}

/**
 * vm_tree_remove - give the bytes of an area back
 * @vm: the address space
 * @area: in the tree
 */
void vm_tree_remove(struct vm_space *vm, struct vm_area *area)
{
	struct vm_area *next = at_or_above(vm, area->addr + area->size);

	assert(area != &vm->top && next);
	/* the next one is above this one, or comes into its place, so it is updated, too */
	next->gap += area->gap + area->size;
	vm->root = detach(vm->root, area, vm_page(vm));
	vm->nr_areas--;
}

/**
 * vm_tree_at - the area that a byte is in, live or not yet purged
 * @vm: the address space
 * @addr: any address
 *
 * Return: the area, or NULL if the byte is free or outside of the window.
 */
struct vm_area *vm_tree_at(const struct vm_space *vm, uint64_t addr)
{
	struct vm_area *a = vm->root;

	while (a && (addr < a->addr || addr - a->addr >= a->size))
		a = addr < a->addr ? a->left : a->right;
	return a;
}

/**
 * vm_tree_next - the lowest area that starts at or above an address
 * @vm: the address space
 * @addr: any address
 *
 * Return: the area, live or not yet purged, or NULL if there is none.
 */
struct vm_area *vm_tree_next(const struct vm_space *vm, uint64_t addr)
{
	struct vm_area *a = at_or_above(vm, addr);

	return a != &vm->top ? a : NULL;
}

/**
 * struct request - what is looked for
 * @from, @to: in the window
 * @order: the alignment in 2^order pages, as far as gaps are known for it
 */
struct request {
	uint64_t size, align, from, to;
	unsigned int order;
};

/* The part of the gap below an area that may be used; false if that is too small. */
static bool usable_gap(const struct vm_area *a, const struct request *q, uint64_t *lo, uint64_t *hi)
{
	*lo = a->addr - a->gap;
	*hi = a->addr;
	if (*lo < q->from)
		*lo = q->from;
	if (*hi > q->to)
		*hi = q->to;
	return *lo < *hi && *hi - *lo >= q->size;
}

static bool lowest_in_gap(const struct vm_area *a, const struct request *q, uint64_t *addr)
{
	uint64_t lo, hi;

	if (!usable_gap(a, q, &lo, &hi))
		return false;
	*addr = (lo + q->align - 1) & ~(q->align - 1);
	return *addr >= lo && *addr <= hi && hi - *addr >= q->size;
}

static bool highest_in_gap(const struct vm_area *a, const struct request *q, uint64_t *addr)
{
	uint64_t lo, hi;

	if (!usable_gap(a, q, &lo, &hi))
		return false;
	*addr = (hi - q->size) & ~(q->align - 1);
	return *addr >= lo;
}

/*
 * Both searches skip subtrees without a gap that is large enough and those outside of
 * [from, to).  So they go wrong at most where a gap is cut off by that range, that is, twice, or
 * where an alignment larger than those of VM_IOREMAP leaves too little of it.
 */
static bool lowest(const struct vm_area *a, const struct request *q, uint64_t *addr)
{
	if (!a || a->max_gap[q->order] < q->size)
		return false;
	if (a->addr - a->gap > q->from && lowest(a->left, q, addr))
		return true;
	if (lowest_in_gap(a, q, addr))
		return true;
	return a->addr + a->size < q->to && lowest(a->right, q, addr);
}

static bool highest(const struct vm_area *a, const struct request *q, uint64_t *addr)
{
	if (!a || a->max_gap[q->order] < q->size)
		return false;
	if (a->addr + a->size < q->to && highest(a->right, q, addr))
		return true;
	if (highest_in_gap(a, q, addr))
		return true;
	return a->addr - a->gap > q->from && highest(a->left, q, addr);
}

static bool clamp_request(const struct vm_space *vm, struct request *q)
{
	if (q->from < vm->cfg.start)
		q->from = vm->cfg.start;
	if (q->to > vm->cfg.end)
		q->to = vm->cfg.end;
	while (q->order < VM_IOREMAP_MAX_ORDER && vm_page(vm) << (q->order + 1) <= q->align)
		q->order++;
	return q->size && q->from < q->to && q->size <= q->to - q->from;
}

/**
 * vm_tree_lowest_fit - the lowest free place
 * @vm: the address space
 * @size: bytes; nothing fits if 0
 * @align: a power of two
 * @from: lowest address
 * @to: address after the highest; what lies outside of the window is left out
 * @addr: where the place is stored
 *
 * Return: false if it fits nowhere.
 */
bool vm_tree_lowest_fit(const struct vm_space *vm, uint64_t size, uint64_t align, uint64_t from,
			uint64_t to, uint64_t *addr)
{
	struct request q = { .size = size, .align = align, .from = from, .to = to };

	return clamp_request(vm, &q) && lowest(vm->root, &q, addr);
}

/**
 * vm_tree_highest_fit - the highest free place
 * @vm: the address space
 * @size: bytes; nothing fits if 0
 * @align: a power of two
 * @from: lowest address
 * @to: address after the highest; what lies outside of the window is left out
 * @addr: where the place is stored
 *
 * Return: false if it fits nowhere.
 */
bool vm_tree_highest_fit(const struct vm_space *vm, uint64_t size, uint64_t align, uint64_t from,
			 uint64_t to, uint64_t *addr)
{
	struct request q = { .size = size, .align = align, .from = from, .to = to };

	return clamp_request(vm, &q) && highest(vm->root, &q, addr);
}
