// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-tree.c - all areas by address, in a tree that also knows the gaps between them.
 *
 *   start |gap A [A]  gap B [B][C]    gap top | top (size 0, at the end)
 *
 * The gap below an area belongs to it, so every free byte is in exactly one gap, and a bound for
 * the gaps of each subtree tells a search which ones to skip.  There is one for each alignment of
 * VM_IOREMAP, as ioremap areas and their guard pages leave many gaps that are large enough, but
 * never once aligned.  Bounds are raised when a gap grows; when one shrinks they are left as they
 * are, and a search that fails below one corrects it (see treap.h).  Does not know which areas are
 * live, nor who frees them.
 */
#include <assert.h>

#include "vm-internal.h"

/* What is left of the gap below an area once it is aligned to 2^order pages. */
static uint64_t aligned_gap(const struct vm_area *a, uint64_t page, unsigned int order)
{
	uint64_t skip = (a->gap - a->addr) & ((page << order) - 1);

	return skip < a->gap ? a->gap - skip : 0;
}

static void cover(struct pcpu_treap *up, const struct pcpu_treap *down)
{
	uint64_t *most = vm_area_of(up)->max_gap;
	const uint64_t *below = vm_area_of(down)->max_gap;

	for (int order = 0; order <= VM_IOREMAP_MAX_ORDER; order++)
		if (most[order] < below[order])
			most[order] = below[order];
}

/*
 * The gap below an area is new, or has grown: no bound at or above it may be less.  What alignment
 * takes from it is left to the searches that it would lead astray.
 */
static void raise(struct vm_area *a)
{
	uint64_t gap = a->gap;

	for (; a; a = vm_area_of(a->by_addr.parent)) {
		bool raised = false;

		for (int order = 0; order <= VM_IOREMAP_MAX_ORDER; order++) {
			if (a->max_gap[order] < gap) {
				a->max_gap[order] = gap;
				raised = true;
			}
		}
		if (!raised)
			return;
	}
}

/* The bound of one order from those right below and the own gap. */
static void correct(struct vm_area *a, uint64_t page, unsigned int order)
{
	const struct vm_area *left = vm_area_of(a->by_addr.left);
	const struct vm_area *right = vm_area_of(a->by_addr.right);
	uint64_t most = aligned_gap(a, page, order);

	if (left && left->max_gap[order] > most)
		most = left->max_gap[order];
	if (right && right->max_gap[order] > most)
		most = right->max_gap[order];
	a->max_gap[order] = most;
}

/* The area behind one that is not @top. */
static struct vm_area *next_of(const struct vm_area *a)
{
	const struct pcpu_treap *n = &a->by_addr;

	if (n->right) {
		for (n = n->right; n->left;)
			n = n->left;
		return vm_area_of(n);
	}
	while (n->parent->right == n)
		n = n->parent;
	return vm_area_of(n->parent);
}

/* The node before one, or NULL. */
static struct pcpu_treap *prev_of(struct pcpu_treap *n)
{
	if (n->left) {
		for (n = n->left; n->right;)
			n = n->right;
		return n;
	}
	while (n->parent && n->parent->left == n)
		n = n->parent;
	return n->parent;
}

/* The lowest area at or above an address: at least @top. */
static struct vm_area *at_or_above(const struct vm_space *vm, uint64_t addr)
{
	struct pcpu_treap *found = NULL;

	for (struct pcpu_treap *n = vm->root; n;) {
		if (vm_area_of(n)->addr >= addr) {
			found = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return vm_area_of(found);
}

/**
 * vm_tree_init - begin with no areas
 * @vm: the address space, its configuration set
 */
void vm_tree_init(struct vm_space *vm)
{
	vm->top = (struct vm_area){ .addr = vm->cfg.end, .gap = vm->cfg.end - vm->cfg.start };
	raise(&vm->top);
	vm->root = &vm->top.by_addr;
	vm->nr_areas = 0;
}

/**
 * vm_tree_insert - take the bytes of an area
 * @vm: the address space
 * @area: addr and size are set, size is not 0, and all of it is free
 */
void vm_tree_insert(struct vm_space *vm, struct vm_area *area)
{
	struct vm_area *next = vm->found;
	struct pcpu_treap *prev;
	uint64_t below;

	if (!next || area->addr > next->addr || next->addr - area->addr > next->gap)
		next = at_or_above(vm, area->addr);
	prev = prev_of(&next->by_addr);
	below = prev ? vm_area_of(prev)->addr + vm_area_of(prev)->size : vm->cfg.start;

	assert(area->size && area->addr >= below);
	assert(next->addr >= area->addr && next->addr - area->addr >= area->size);
	area->gap = area->addr - below;
	next->gap = next->addr - (area->addr + area->size);
	area->by_addr.rank = pcpu_treap_rank(&vm->dice);
	pcpu_treap_insert(&vm->root, &area->by_addr, prev, &next->by_addr, cover);
	raise(area);
	vm->nr_areas++;
}

/**
 * vm_tree_remove - give the bytes of an area back
 * @vm: the address space
 * @area: in the tree
 */
void vm_tree_remove(struct vm_space *vm, struct vm_area *area)
{
	struct vm_area *next;

	assert(area != &vm->top);
	next = next_of(area);
	vm->found = NULL;
	next->gap += area->gap + area->size;
	pcpu_treap_remove(&vm->root, &area->by_addr, cover);
	raise(next);
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
	struct pcpu_treap *n = vm->root;

	while (n && addr - vm_area_of(n)->addr >= vm_area_of(n)->size)
		n = addr < vm_area_of(n)->addr ? n->left : n->right;
	return vm_area_of(n);
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
	uint64_t page, size, align, from, to;
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

static bool may_have(const struct pcpu_treap *n, const struct request *q)
{
	return n && vm_area_of(n)->max_gap[q->order] >= q->size;
}

/*
 * Both searches skip subtrees without a gap that is large enough and those outside of
 * [from, to).  So they go wrong where a bound is too high, which they correct; else at most where a
 * gap is cut off by that range, that is, twice, or where an alignment larger than those of
 * VM_IOREMAP leaves too little of it.
 */
static struct vm_area *lowest(struct pcpu_treap *n, const struct request *q, uint64_t *addr)
{
	struct vm_area *a = vm_area_of(n);

	if (!may_have(n, q))
		return NULL;
down:
	for (; may_have(n->left, q) && a->addr - a->gap > q->from; a = vm_area_of(n))
		n = n->left;
own:
	if (lowest_in_gap(a, q, addr))
		return a;
	if (may_have(n->right, q) && a->addr + a->size < q->to) {
		n = n->right;
		a = vm_area_of(n);
		goto down;
	}
	/* nothing at or below this one, nor below those that it is the last of */
	for (;;) {
		const struct pcpu_treap *from = n;

		correct(a, q->page, q->order);
		n = n->parent;
		if (!n)
			return NULL;
		a = vm_area_of(n);
		if (n->left == from)
			goto own;
	}
}

/* The mirror image. */
static struct vm_area *highest(struct pcpu_treap *n, const struct request *q, uint64_t *addr)
{
	struct vm_area *a = vm_area_of(n);

	if (!may_have(n, q))
		return NULL;
down:
	for (; may_have(n->right, q) && a->addr + a->size < q->to; a = vm_area_of(n))
		n = n->right;
own:
	if (highest_in_gap(a, q, addr))
		return a;
	if (may_have(n->left, q) && a->addr - a->gap > q->from) {
		n = n->left;
		a = vm_area_of(n);
		goto down;
	}
	for (;;) {
		const struct pcpu_treap *from = n;

		correct(a, q->page, q->order);
		n = n->parent;
		if (!n)
			return NULL;
		a = vm_area_of(n);
		if (n->right == from)
			goto own;
	}
}

static bool clamp_request(const struct vm_space *vm, struct request *q)
{
	if (q->from < vm->cfg.start)
		q->from = vm->cfg.start;
	if (q->to > vm->cfg.end)
		q->to = vm->cfg.end;
	q->page = vm_page(vm);
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
bool vm_tree_lowest_fit(struct vm_space *vm, uint64_t size, uint64_t align, uint64_t from,
			uint64_t to, uint64_t *addr)
{
	struct request q = { .size = size, .align = align, .from = from, .to = to };

	vm->found = clamp_request(vm, &q) ? lowest(vm->root, &q, addr) : NULL;
	return vm->found;
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
bool vm_tree_highest_fit(struct vm_space *vm, uint64_t size, uint64_t align, uint64_t from,
			 uint64_t to, uint64_t *addr)
{
	struct request q = { .size = size, .align = align, .from = from, .to = to };

	vm->found = clamp_request(vm, &q) ? highest(vm->root, &q, addr) : NULL;
	return vm->found;
}
