// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_slots.c - the searches that skip against those that look at everything.
 *
 * The index of a slot against a walk along its list, over random lives of many chunks; the free
 * areas of a map entered word by word against one by one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../impl/internal.h"
#include "../oracle/heap_env.h"

#define CHUNKS_MAX 300
#define OBJECTS_MAX 4000
#define MAP_BITS 1024u

static unsigned long nr_checks, nr_failures;
static uint64_t rng_state = 20240611;

static uint32_t next_random(void)
{
	uint64_t x = rng_state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(x ^ x >> 31);
}

static void check(bool good, const char *what)
{
	nr_checks++;
	if (!good && ++nr_failures <= 20)
		printf("FAILED: %s\n", what);
}

/* ---- the index of a slot ---- */

static struct pcpu_chunk *chunk_of(struct pcpu_list *node)
{
	return pcpu_container_of(node, struct pcpu_chunk, list);
}

/* The first chunk at or after a node of a list that a request of a size may fit in. */
static struct pcpu_chunk *slot_next_naive(struct pcpu_list *pos, struct pcpu_list *head, int bits)
{
	for (; pos != head; pos = pos->next)
		if (chunk_of(pos)->md.contig_hint >= bits)
			return chunk_of(pos);
	return NULL;
}

/* What is believed to have room and has not is allowed where there is no index. */
static struct pcpu_chunk *skip(struct pcpu_chunk *chunk, int bits)
{
	while (chunk && chunk->md.contig_hint < bits)
		chunk = pcpu_slot_next(chunk, bits);
	return chunk;
}

static void check_slots(const struct pcpu_allocator *a, int bits)
{
	for (int slot = 0; slot < a->nr_slots; slot++) {
		struct pcpu_list *head = a->slots + slot;
		bool indexed = slot >= PCPU_SLOT_FAIL_THRESHOLD && slot <= a->sidelined_slot;
		struct pcpu_chunk *naive = slot_next_naive(head->next, head, bits);
		struct pcpu_chunk *chunk = pcpu_slot_first(a, slot, bits);

		check(pcpu_list_empty(head) == !(a->in_use >> slot & 1), "which slots are in use");
		check(indexed || chunk == (pcpu_list_empty(head) ? NULL : chunk_of(head->next)),
		      "a slot without index begins with its first chunk");
		if (!indexed)
			chunk = skip(chunk, bits);
		for (;;) {
			check(chunk == naive, "the next chunk with room");
			if (chunk != naive || !chunk)
				break;
			check(chunk->slot == slot, "the slot of a chunk");
			naive = slot_next_naive(chunk->list.next, head, bits);
			chunk = pcpu_slot_next(chunk, bits);
			if (!indexed)
				chunk = skip(chunk, bits);
		}
	}
}

struct object {
	struct pcpu_chunk *chunk;
	int off;
};

static struct object object[OBJECTS_MAX];
static unsigned int nr_objects, nr_chunks;

/* False if a chunk more is needed. */
static bool try_alloc(struct pcpu_allocator *a)
{
	struct pcpu_request req;
	uint32_t most = 1u << (2 + next_random() % 11), size = 1 + next_random() % most;
	uint32_t align = next_random() % 40 ? 4 : 256;

	if (pcpu_prepare_request(a, size, align, false, PCPU_GFP_KERNEL, &req) != PCPU_OK)
		return true;
	object[nr_objects].chunk = pcpu_scan(a, &req, &object[nr_objects].off);
	if (!object[nr_objects].chunk)
		return false;
	pcpu_count_alloc(a, object[nr_objects++].chunk, (size_t)req.size);
	return true;
}

static void some_free(struct pcpu_allocator *a)
{
	unsigned int i = next_random() % nr_objects;
	struct object o = object[i];

	object[i] = object[--nr_objects];
	if (next_random() % 2)
		pcpu_free_at(a, o.chunk, o.off);
	else
		pcpu_free_area(o.chunk, o.off);
	if (o.chunk != a->first_chunk && next_random() % 64 == 0)
		pcpu_isolate_chunk(o.chunk);
}

/* What the worker does with the isolated and the free ones. */
static void some_work(struct pcpu_allocator *a)
{
	struct pcpu_list to_free;
	struct pcpu_chunk *chunk = pcpu_reclaim_first(a);

	if (chunk && next_random() % 3)
		pcpu_sideline_chunk(chunk);
	else if (chunk)
		pcpu_reintegrate_chunk(chunk);
	if (next_random() % 16)
		return;
	pcpu_list_init(&to_free);
	pcpu_pick_free_chunks(a, false, &to_free);
	while (!pcpu_list_empty(&to_free)) {
		pcpu_destroy_chunk(chunk_of(to_free.next));
		nr_chunks--;
	}
}

static void one_life(unsigned int unit_pages, unsigned int ops, unsigned int quirks)
{
	const struct pcpu_config cfg = { .page_shift = 8,
					 .unit_pages = unit_pages,
					 .static_size = 64,
					 .dyn_size = 512,
					 .nr_cpus = 1,
					 .base_addr = 0x10000,
					 .quirks = quirks,
					 .dry = true };
	struct pcpu_allocator *a = pcpu_create(&cfg, NULL, &heap_env);
	unsigned int target = 0;

	nr_objects = nr_chunks = 0;
	for (unsigned int i = 0; i < ops; i++) {
		if (i % 512 == 0)
			target = next_random() % OBJECTS_MAX;
		if (nr_objects && (nr_objects > target || next_random() % 4 == 0)) {
			some_free(a);
		} else if (!try_alloc(a) && nr_chunks < CHUNKS_MAX) {
			pcpu_chunk_relocate(pcpu_create_chunk_at(a, (uint64_t)(i + 2) << 24), -1);
			nr_chunks++;
		}
		if (next_random() % 8 == 0)
			some_work(a);
		if (i % 16 == 0) {
			uint32_t most = 1u << next_random() % 10;

			check_slots(a, 1 + (int)(next_random() % most));
		}
	}
	pcpu_destroy(a);
}

/* ---- free areas of a map ---- */

static void enter_map_naive(const struct pcpu_allocator *a, struct pcpu_block_md *b,
			    const unsigned long *map, unsigned int start, unsigned int end)
{
	while ((start = pcpu_next_zero_bit_naive(map, end, start)) < end) {
		unsigned int behind = pcpu_next_bit_naive(map, end, start + 1);

		pcpu_hint_enter(a, b, (int)start, (int)behind);
		start = behind;
	}
}

/* Alternating runs: of one length, of few, or of any. */
static void fill_map(unsigned long *map)
{
	unsigned int longest = 1u << next_random() % 9;
	unsigned int fixed = next_random() % 3, at = 0;

	memset(map, 0, MAP_BITS / 8);
	while (at < MAP_BITS) {
		unsigned int used = 1 + next_random() % longest;
		unsigned int free = 1 + next_random() % longest;

		if (fixed == 0)
			used = free = longest / 2 + 1;
		else if (fixed == 1)
			free = longest - next_random() % 2;
		if (next_random() % 16 == 0)
			free += next_random() % 200;
		if (at + used > MAP_BITS)
			used = MAP_BITS - at;
		if (at || next_random() % 2)
			pcpu_bitmap_set_naive(map, at, used);
		at += used + free;
	}
}

static void one_map(unsigned int quirks)
{
	static unsigned long map[PCPU_BITS_TO_WORDS(MAP_BITS)];
	struct pcpu_allocator a = { .cfg = { .quirks = quirks } };
	struct pcpu_block_md fast = { .nr_bits = (int)MAP_BITS,
				      .contig_hint_start = (int)(next_random() % MAP_BITS),
				      .scan_hint_start = (int)(next_random() % MAP_BITS) };
	struct pcpu_block_md slow;
	unsigned int start, end = MAP_BITS;

	fill_map(map);
	start = pcpu_next_zero_bit(map, MAP_BITS, 0);
	if (start == MAP_BITS)
		return;
	fast.first_free = (int)start;
	if (next_random() % 2) {
		/* the scan hint was promoted */
		unsigned int behind = pcpu_next_bit(map, MAP_BITS, start);

		fast.contig_hint_start = (int)start;
		fast.contig_hint = (int)(behind - start);
		start = behind;
	}
	if (next_random() % 2) {
		end = 1 + next_random() % MAP_BITS;
		if (end <= start || !pcpu_test_bit(map, end - 1))
			end = MAP_BITS;
	}
	slow = fast;
	pcpu_hint_enter_map(&a, &fast, map, (int)start, (int)end);
	enter_map_naive(&a, &slow, map, start, end);
	check(!memcmp(&fast, &slow, sizeof(fast)), "the hints from a map");
}

int main(void)
{
	for (unsigned int i = 0; i < 40; i++)
		one_life(3 + i % 8, 4000, i % 2 ? PCPU_POLICY_LINUX_6_1 : 0);
	for (unsigned int i = 0; i < 300000; i++)
		one_map(i % 2 ? PCPU_POLICY_LINUX_6_1 : 0);
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}
