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
#define NR_CLASSES 64u /* by grains; larger ones by powers of two */
#define NR_LISTS (NR_CLASSES + 40u)
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

/* Which list a size belongs to; it is rounded up to what blocks there have. */
static unsigned int list_of(size_t *size)
{
	unsigned int order;

	*size = (*size + !*size + GRAIN - 1) & ~(size_t)(GRAIN - 1);
	if (*size <= (size_t)GRAIN * NR_CLASSES)
		return (unsigned int)(*size / GRAIN) - 1;
	order = 64 - (unsigned int)__builtin_clzll((unsigned long long)*size - 1);
	*size = (size_t)1 << order;
	return NR_CLASSES + order - 10;
}

static void *arena_alloc(size_t size)
{
	unsigned int list = list_of(&size);
	struct block *b = arena->free[list];

	if (b) {
		arena->free[list] = b->next;
		return b->data;
	}
	if (ARENA_SIZE - arena->used < sizeof(*b) + size) {
		fputs("pcpufuzz: this machine needs more memory than can be put back\n", stderr);
		abort();
	}
	b = (struct block *)((uint8_t *)arena + arena->used);
	arena->used += sizeof(*b) + size;
	b->size = size;
	return b->data;
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
	struct block *b = block_of(p);
	unsigned int list;

	if (!is_inside(p)) {
		__real_free(p);
		return;
	}
	list = list_of(&b->size);
	b->next = arena->free[list];
	arena->free[list] = b;
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

static size_t used(void)
{
	return arena->used;
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
	*heap = (struct exhaust_heap){ .start = p, .used = used, .on = set_on };
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
