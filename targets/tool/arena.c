// SPDX-License-Identifier: GPL-2.0-only
/*
 * arena.c - a heap that can be copied, and put back as it was.
 *
 * The linker turns each malloc() of the tool into __wrap_malloc() (CMakeLists.txt).  What is free
 * is kept by size, and never joined: runs that are put back again and again ask for the same sizes.
 * Not where a sanitizer watches: it must see every block.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"

#define GRAIN 16u
#define SMALL 2048u /* up to here each size has a list of its own */
#define NR_LISTS (SMALL / GRAIN + 1) /* the last one is for all that are larger */
#define ARENA_SIZE ((size_t)(sizeof(long) == 8 ? 1024 : 128) << 20)

/**
 * struct block - in front of each block
 * @size: bytes that follow
 * @next: of a free one: the next of that size
 */
struct block {
	size_t size;
	struct block *next;
	_Alignas(GRAIN) uint8_t data[];
};

/**
 * struct arena - at the start of the arena, so that it is copied with it
 * @used: bytes from the start of the arena that were ever used
 * @free: blocks of each size that are free
 */
struct arena {
	size_t used;
	struct block *free[NR_LISTS];
};

static struct arena *arena;
static bool is_on;

void *__real_malloc(size_t size);
void *__real_calloc(size_t nr, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t nr, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);

static void *new_block(size_t size)
{
	struct block *b = (struct block *)((uint8_t *)arena + arena->used);

	if (size > ARENA_SIZE || ARENA_SIZE - arena->used < sizeof(*b) + size) {
		fputs("pcpufuzz: this machine needs more memory than can be put back\n", stderr);
		abort();
	}
	arena->used += sizeof(*b) + size;
	b->size = size;
	return b->data;
}

static struct block **list_of(size_t size)
{
	return arena->free + (size <= SMALL ? size / GRAIN - 1 : NR_LISTS - 1);
}

static void *arena_alloc(size_t size)
{
	struct block **b;

	size = (size + !size + GRAIN - 1) & ~(size_t)(GRAIN - 1);
	for (b = list_of(size); *b && (*b)->size != size;)
		b = &(*b)->next;
	if (*b) {
		void *data = (*b)->data;

		*b = (*b)->next;
		return data;
	}
	return new_block(size);
}

static struct block *block_of(void *p)
{
	return (struct block *)((uint8_t *)p - offsetof(struct block, data));
}

static bool is_inside(const void *p)
{
	return arena && (uintptr_t)p - (uintptr_t)arena < ARENA_SIZE;
}

void *__wrap_malloc(size_t size)
{
	return is_on ? arena_alloc(size) : __real_malloc(size);
}

void *__wrap_calloc(size_t nr, size_t size)
{
	if (!is_on)
		return __real_calloc(nr, size);
	if (size && nr > ARENA_SIZE / size)
		return NULL;
	return memset(arena_alloc(nr * size), 0, nr * size);
}

void __wrap_free(void *p)
{
	struct block *b, **list;

	if (!is_inside(p)) {
		__real_free(p);
		return;
	}
	b = block_of(p);
	list = list_of(b->size);
	b->next = *list;
	*list = b;
}

void *__wrap_realloc(void *p, size_t size)
{
	void *to;

	if (p ? !is_inside(p) : !is_on)
		return __real_realloc(p, size);
	if (p && block_of(p)->size >= size)
		return p;
	to = arena_alloc(size);
	if (p) {
		memcpy(to, p, block_of(p)->size);
		__wrap_free(p);
	}
	return to;
}

static void set_on(bool on)
{
	is_on = on;
}

/* All but what the largest free blocks held. */
static unsigned int pieces(struct exhaust_piece *piece)
{
	struct block *gap[EXHAUST_PIECES_MAX - 1];
	uint8_t *from = (uint8_t *)arena;
	unsigned int nr = 0;

	for (struct block *b = arena->free[NR_LISTS - 1]; b; b = b->next) {
		unsigned int at = nr;

		if (nr == EXHAUST_PIECES_MAX - 1)
			break;
		for (; at && gap[at - 1] > b; at--)
			gap[at] = gap[at - 1];
		gap[at] = b;
		nr++;
	}
	for (unsigned int i = 0; i < nr; i++) {
		piece[i] = (struct exhaust_piece){ from, (size_t)(gap[i]->data - from) };
		from = gap[i]->data + gap[i]->size;
	}
	piece[nr].start = from;
	piece[nr].size = (size_t)((uint8_t *)arena + arena->used - from);
	return nr + 1;
}

/**
 * arena_open - have an empty arena
 * @heap: how to use it
 *
 * Return: false if there can be none.
 */
bool arena_open(struct exhaust_heap *heap)
{
	void *p;

#if defined(__SANITIZE_ADDRESS__)
	return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
	return false;
#endif
#endif
	p = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return false;
	arena = p;
	arena->used = (sizeof(*arena) + GRAIN - 1) & ~(size_t)(GRAIN - 1);
	*heap = (struct exhaust_heap){ .pieces = pieces, .on = set_on };
	return true;
}

/**
 * arena_close - give it back, with all that is in it
 */
void arena_close(void)
{
	munmap(arena, ARENA_SIZE);
	arena = NULL;
}
