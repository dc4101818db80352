// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu-setup.c - the first chunk, and the end of an allocator.
 *
 * Models pcpu_setup_first_chunk() of mm/percpu.c.  How the first unit came to be laid out is the
 * caller's business: it hands over the finished geometry.
 */
#include <assert.h>

#include "internal.h"

static void *boot(struct pcpu_allocator *a, size_t size)
{
	return a->env.meta_alloc(a->env.ctx, PCPU_FAULT_NONE, size);
}

static void setup_slots(struct pcpu_allocator *a)
{
	a->sidelined_slot = pcpu_size_class((int)a->unit_size) + 1;
	a->free_slot = a->sidelined_slot + 1;
	a->to_depopulate_slot = a->free_slot + 1;
	a->nr_slots = a->to_depopulate_slot + 1;
	assert(a->nr_slots <= PCPU_SLOTS_MAX);
	a->slots = boot(a, (size_t)a->nr_slots * sizeof(*a->slots));
	for (int i = 0; i < a->nr_slots; i++)
		pcpu_list_init(a->slots + i);
}

/*
 *   |<------------------ unit ------------------------>|
 *   | static | reserved |     dynamic     |   unused   |
 *             ^ reserved  ^ first chunk
 *               chunk
 *
 * A static size that is no multiple of 4 is rounded up at the expense of the dynamic area.
 */
static void setup_first_chunk(struct pcpu_allocator *a)
{
	const struct pcpu_config *cfg = &a->cfg;
	size_t static_size =
		(cfg->static_size + PCPU_MIN_ALLOC_SIZE - 1) & ~(size_t)(PCPU_MIN_ALLOC_SIZE - 1);
	size_t dyn_size = cfg->dyn_size - (static_size - cfg->static_size);
	size_t sum = cfg->static_size + cfg->reserved_size + cfg->dyn_size;
	uint64_t addr = cfg->base_addr + static_size;

	if (cfg->reserved_size) {
		a->reserved_chunk = pcpu_alloc_first_chunk(a, addr, (int)cfg->reserved_size);
		addr += cfg->reserved_size;
	}
	a->first_chunk = pcpu_alloc_first_chunk(a, addr, (int)dyn_size);

	a->nr_empty_pop_pages = a->first_chunk->nr_empty_pop_pages;
	pcpu_chunk_relocate(a->first_chunk, -1);
	a->nr_populated = sum / a->page_size;
	a->stats.nr_chunks = 1;
	a->stats.nr_max_chunks = 1;
	a->stats.min_alloc_size = a->unit_size;
}

/**
 * pcpu_create - start an allocator
 * @cfg: the machine; must be legal, see struct pcpu_config; its groups must outlive the allocator
 * @vm: the address space that further chunks come from; NULL in a dry allocator
 * @env: the world around it, which must outlive it
 *
 * Return: the allocator; its metadata is boot memory, which is never refused.
 */
struct pcpu_allocator *pcpu_create(const struct pcpu_config *cfg, struct vm_space *vm,
				   const struct pcpu_env *env)
{
	size_t sum = cfg->static_size + cfg->reserved_size + cfg->dyn_size;
	struct pcpu_allocator *a = env->meta_alloc(env->ctx, PCPU_FAULT_NONE, sizeof(*a));
	unsigned int max_alloc;

	a->cfg = *cfg;
	a->vm = vm;
	a->env = *env;
	a->page_size = 1u << cfg->page_shift;
	a->block_bits = (int)(a->page_size >> PCPU_MIN_ALLOC_SHIFT);
	a->block_shift = (int)cfg->page_shift - PCPU_MIN_ALLOC_SHIFT;
	a->unit_size = cfg->unit_pages * a->page_size;
	a->known_shift = (unsigned int)pcpu_fls(a->unit_size - 1);
	max_alloc = (PCPU_MAX_ALLOC + a->page_size - 1) & ~(a->page_size - 1);
	a->max_alloc = max_alloc < a->unit_size ? max_alloc : a->unit_size;

	assert(cfg->static_size && cfg->dyn_size >= 2 * PCPU_MIN_ALLOC_SIZE);
	assert(sum <= a->unit_size && sum % PCPU_MIN_ALLOC_SIZE == 0);
	assert(cfg->reserved_size % PCPU_MIN_ALLOC_SIZE == 0);
	assert(cfg->nr_cpus && cfg->nr_cpus <= PCPU_MAX_CPUS);
	assert(cfg->backing != PCPU_BACKING_KM || cfg->nr_groups == 1);

	setup_slots(a);
	setup_first_chunk(a);
	return a;
}

static void destroy_list(struct pcpu_allocator *a, struct pcpu_list *head)
{
	struct pcpu_list *pos, *next;

	pcpu_list_for_each_safe(pos, next, head) {
		struct pcpu_chunk *chunk = pcpu_container_of(pos, struct pcpu_chunk, list);

		if (chunk == a->first_chunk)
			continue;
		for (int page = 0; chunk->areas && page < chunk->nr_pages; page++) {
			if (!pcpu_test_bit(chunk->populated, (unsigned int)page))
				continue;
			pcpu_depopulate_pages(chunk, page, page + 1);
			pcpu_chunk_depopulated(chunk, page, page + 1);
		}
		chunk->nr_populated = 0;
		chunk->nr_alloc = 0;
		pcpu_destroy_chunk(chunk);
	}
}

/**
 * pcpu_destroy - end an allocator and give everything back
 * @a: the allocator
 *
 * Objects may still be live; what they hold goes too.
 */
void pcpu_destroy(struct pcpu_allocator *a)
{
	struct pcpu_env env = a->env;

	for (int i = 0; i < a->nr_slots; i++)
		destroy_list(a, a->slots + i);
	pcpu_free_chunk_md(a->first_chunk);
	if (a->reserved_chunk)
		pcpu_free_chunk_md(a->reserved_chunk);
	if (a->pages)
		env.meta_free(env.ctx, a->pages);
	env.meta_free(env.ctx, a->slots);
	env.meta_free(env.ctx, a);
}
