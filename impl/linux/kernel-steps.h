/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel-steps.h - the end of kernel-percpu.c: single steps of the allocator, for replaying traces.
 *
 * Each is what pcpu_alloc(), free_percpu() or the balance work do between two places where a trace
 * of a booted kernel can be taken.  No chunk has address space here.
 */
static LIST_HEAD(step_picked);

int kernel_boot_dry(const struct linux_config *cfg, unsigned long unit_size,
		    unsigned long base_addr)
{
	linux_world_start(cfg);
	linux_world.dry = 1;
	linux_world.min_unit = unit_size;
	set_up(cfg, unit_size, base_addr);
	booted(cfg);
	return 0;
}

static int take_from(struct pcpu_chunk *chunk, size_t bits, size_t bit_align, bool atomic)
{
	int off = pcpu_find_block_fit(chunk, (int)bits, bit_align, atomic);

	return off < 0 ? off : pcpu_alloc_area(chunk, (int)bits, bit_align, off);
}

/* The scan of pcpu_alloc(), once: all lists from the one of the size upwards. */
static struct pcpu_chunk *scan(size_t size, size_t bits, size_t bit_align, bool atomic, int *off)
{
	struct pcpu_chunk *chunk, *next;

	for (int slot = pcpu_size_to_slot((int)size); slot <= FREE_SLOT; slot++) {
		list_for_each_entry_safe(chunk, next, &SLOTS[slot], list) {
			int start = pcpu_find_block_fit(chunk, (int)bits, bit_align, atomic);

			if (start < 0) {
				if (slot < PCPU_SLOT_FAIL_THRESHOLD)
					pcpu_chunk_move(chunk, 0);
				continue;
			}
			*off = pcpu_alloc_area(chunk, (int)bits, bit_align, start);
			if (*off < 0)
				continue;
#ifdef HAVE_ISOLATED
			pcpu_reintegrate_chunk(chunk);
#endif
			return chunk;
		}
	}
	return NULL;
}

int kernel_step_alloc(unsigned long size, unsigned long align, int reserved, int atomic,
		      unsigned long *base, int *off)
{
	struct pcpu_chunk *chunk;
	size_t bits, bit_align;

	if (align < PCPU_MIN_ALLOC_SIZE)
		align = PCPU_MIN_ALLOC_SIZE;
	size = ALIGN(size, PCPU_MIN_ALLOC_SIZE);
	bits = size >> PCPU_MIN_ALLOC_SHIFT;
	bit_align = align >> PCPU_MIN_ALLOC_SHIFT;
	if (!size || size > PCPU_MIN_UNIT_SIZE || align > PAGE_SIZE || !is_power_of_2(align))
		return 0;

	spin_lock_irq(&pcpu_lock);
	if (reserved && pcpu_reserved_chunk) {
		*off = take_from(pcpu_reserved_chunk, bits, bit_align, atomic);
		chunk = *off < 0 ? NULL : pcpu_reserved_chunk;
	} else {
		chunk = scan(size, bits, bit_align, atomic, off);
	}
	if (chunk) {
		pcpu_stats_area_alloc(chunk, size);
		*base = (unsigned long)chunk->base_addr;
	}
	spin_unlock_irq(&pcpu_lock);
	return chunk != NULL;
}

/* Is there a fully free chunk besides @chunk? */
static bool other_is_free(struct pcpu_chunk *chunk)
{
	struct pcpu_chunk *pos;

	list_for_each_entry(pos, &SLOTS[FREE_SLOT], list)
		if (pos != chunk)
			return true;
	return false;
}

void kernel_step_free(void *p, int off, int decide)
{
	struct pcpu_chunk *chunk = p;
	bool need_balance = false;

	spin_lock_irq(&pcpu_lock);
	pcpu_free_area(chunk, off);
	if (decide && !is_isolated(chunk) && chunk->free_bytes == pcpu_unit_size) {
		need_balance = other_is_free(chunk);
#ifdef HAVE_ISOLATED
	} else if (decide && pcpu_should_reclaim_chunk(chunk)) {
		pcpu_isolate_chunk(chunk);
		need_balance = true;
#endif
	}
	spin_unlock_irq(&pcpu_lock);
	if (need_balance)
		pcpu_schedule_balance_work();
}

int kernel_step_insert(unsigned long base)
{
	struct pcpu_chunk *chunk = alloc_chunk(GFP_KERNEL);

	if (!chunk)
		return 0;
	chunk->base_addr = (void *)base;
	pcpu_stats_chunk_alloc();
	spin_lock_irq(&pcpu_lock);
	pcpu_chunk_relocate(chunk, -1);
	spin_unlock_irq(&pcpu_lock);
	return 1;
}

void kernel_step_set_populated(void *chunk, int from, int to, int on)
{
	spin_lock_irq(&pcpu_lock);
	if (on)
		pcpu_chunk_populated(chunk, from, to);
	else
		pcpu_chunk_depopulated(chunk, from, to);
	spin_unlock_irq(&pcpu_lock);
}

void kernel_step_pick_free(int empty_only)
{
	struct list_head *head = &SLOTS[FREE_SLOT];
	struct pcpu_chunk *chunk, *next;

	if (!empty_only)
		pcpu_balance_work.pending = 0;
	list_for_each_entry_safe(chunk, next, head, list)
		if (&chunk->list != head->next && (!empty_only || !chunk->nr_empty_pop_pages))
			list_move(&chunk->list, &step_picked);
}

void *kernel_step_picked(void)
{
	return list_empty(&step_picked) ? NULL :
					  list_first_entry(&step_picked, struct pcpu_chunk, list);
}

void kernel_step_destroy_chunk(void *p)
{
	struct pcpu_chunk *chunk = p;

	list_del(&chunk->list);
	pcpu_destroy_chunk(chunk);
}

void *kernel_step_reclaim_first(void)
{
#ifdef HAVE_ISOLATED
	struct list_head *head = &SLOTS[pcpu_to_depopulate_slot];

	if (!list_empty(head))
		return list_first_entry(head, struct pcpu_chunk, list);
#endif
	return NULL;
}

void kernel_step_put_back(void *p, int reintegrate)
{
#ifdef HAVE_ISOLATED
	struct pcpu_chunk *chunk = p;

	spin_lock_irq(&pcpu_lock);
	if (reintegrate)
		pcpu_reintegrate_chunk(chunk);
	else
		list_move_tail(&chunk->list, &SLOTS[pcpu_sidelined_slot]);
	spin_unlock_irq(&pcpu_lock);
#endif
}

void kernel_step_begin_refill(void)
{
	pcpu_atomic_alloc_failed = false;
}

void kernel_step_atomic_failed(void)
{
	pcpu_atomic_alloc_failed = true;
	pcpu_schedule_balance_work();
}
