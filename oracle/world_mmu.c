// SPDX-License-Identifier: GPL-2.0-only
/*
 * world_mmu.c - what is mapped where, and what the CPUs may still believe of it.
 *
 * Told by the subject of each entry that it writes and of each flush, and judges by that; the
 * subject's own tables are none of its business.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"

/**
 * world_in_window - is an address in the vmalloc window
 * @w: the world
 * @addr: any address
 */
bool world_in_window(const struct world *w, uint64_t addr)
{
	return addr >= w->vm_start && addr < w->vm_end;
}

static uint32_t page_index(const struct world *w, uint64_t addr)
{
	return (uint32_t)((addr - w->vm_start) / w->page_size);
}

/* The frame of the ordinary ones that a page is mapped to, or NULL. */
static struct world_frame *mapped_frame(struct world *w, uint32_t page)
{
	uint32_t frame = w->pte[page];

	if (frame >= BOOT_MEM_FIRST_FRAME || w->frame[frame].at != page + 1)
		return NULL;
	return w->frame + frame;
}

/**
 * world_boot_is_mapped - is a page of boot memory mapped in the window
 * @w: the world
 * @addr: its address
 */
bool world_boot_is_mapped(struct world *w, uint64_t addr)
{
	uint32_t page;

	if (!w->boot_mapped)
		return false;
	page = boot_mem_frame(&w->boot, addr) - BOOT_MEM_FIRST_FRAME;
	return page < boot_mem_pages(&w->boot) && w->boot_mapped[page];
}

static bool is_boot_frame(uint32_t frame)
{
	return frame >= BOOT_MEM_FIRST_FRAME && frame != PCPU_NO_FRAME;
}

static void boot_frame_set(struct world *w, uint32_t frame, bool mapped)
{
	uint32_t page = frame - BOOT_MEM_FIRST_FRAME;

	if (frame < BOOT_MEM_FIRST_FRAME || page >= boot_mem_pages(&w->boot))
		return;
	if (!w->boot_mapped)
		w->boot_mapped = model_alloc(boot_mem_pages(&w->boot));
	if (mapped && w->boot_mapped[page])
		world_misuse(w, RULE_copies_distinct, "one page of boot memory is mapped twice");
	w->boot_mapped[page] = mapped;
}

/**
 * world_pte_set - the subject enters a page into its tables, or takes it out
 * @ctx: the world
 * @addr: of the page
 * @frame: what it translates to now, or PCPU_NO_FRAME
 *
 * A CPU may load a translation at any time and keep it until it is told to forget it.  So here it
 * always has: once an entry that was there has changed, the page is stale until it is flushed, even
 * if the same frame comes back.
 */
void world_pte_set(void *ctx, uint64_t addr, uint32_t frame)
{
	struct world *w = ctx;
	struct world_frame *old;
	uint32_t page;

	if (!world_in_window(w, addr) || addr % w->page_size) {
		world_misuse(w, RULE_map_range,
			     "something outside of the window was mapped or unmapped");
		return;
	}
	w->changes++;
	page = page_index(w, addr);
	old = mapped_frame(w, page);
	if (old)
		old->at = 0;
	if (w->booted && (is_boot_frame(w->pte[page]) || is_boot_frame(frame)))
		world_misuse(w, RULE_copies_distinct,
			     "boot memory was mapped or unmapped after booting");
	if (w->pte[page] != PCPU_NO_FRAME)
		w->stale[page] = 1;
	boot_frame_set(w, w->pte[page], false);
	boot_frame_set(w, frame, true);
	w->nr_mapped -= w->pte[page] != PCPU_NO_FRAME;
	w->nr_mapped += frame != PCPU_NO_FRAME;
	w->pte[page] = frame;
	if (frame == PCPU_NO_FRAME || is_boot_frame(frame))
		return;
	if (frame >= w->node_start[w->budget.nr_nodes] || !w->frame[frame].data) {
		world_misuse(w, RULE_frame_mapped, "a page frame was mapped that is not taken");
		w->pte[page] = PCPU_NO_FRAME;
		w->nr_mapped--;
		return;
	}
	if (w->frame[frame].at)
		world_misuse(w, RULE_copies_distinct, "one page frame is mapped twice");
	w->frame[frame].at = page + 1;
}

/**
 * world_tlb_flush - all CPUs forget the translations of a range
 * @ctx: the world
 * @start: first address
 * @end: the one after the last
 */
void world_tlb_flush(void *ctx, uint64_t start, uint64_t end)
{
	struct world *w = ctx;

	if (start % w->page_size || end % w->page_size || start > end)
		world_misuse(w, RULE_map_range, "a flush of the TLB is not of whole pages");
	/* to flush more than was unmapped is slow, and harms nothing */
	if (start < w->vm_start)
		start = w->vm_start;
	if (end > w->vm_end)
		end = w->vm_end;
	w->changes++;
	for (; start < end; start += w->page_size)
		w->stale[page_index(w, start)] = 0;
}

/**
 * world_access - the byte at an address, as a CPU would find it
 * @w: the world
 * @addr: an address of the linear map or of the window
 *
 * An access through a translation that is not that of the page tables is a misuse.
 *
 * Return: the byte, good up to the end of its page, or NULL if nothing is there.
 */
uint8_t *world_access(struct world *w, uint64_t addr)
{
	uint32_t page;
	uint8_t *data;

	if (!world_in_window(w, addr))
		return boot_mem_data(&w->boot, addr);
	page = page_index(w, addr);
	if (w->pte[page] == PCPU_NO_FRAME)
		return NULL;
	if (w->stale[page])
		world_misuse(w, RULE_tlb_stale,
			     "an access went through a translation that was unmapped "
			     "and not flushed");
	data = w->env.frame_data(w, w->pte[page]);
	return data ? data + addr % w->page_size : NULL;
}

/**
 * world_pte - what the page tables translate a page to
 * @w: the world
 * @addr: any address
 *
 * Return: the frame, or PCPU_NO_FRAME.
 */
uint32_t world_pte(const struct world *w, uint64_t addr)
{
	return world_in_window(w, addr) ? w->pte[page_index(w, addr)] : PCPU_NO_FRAME;
}

/**
 * world_first_stale - the first page of a range that is stale, see world_is_stale()
 * @w: the world
 * @from: where in the window the range starts, page-aligned
 * @to: where it ends
 *
 * Return: its address, or @to.
 */
uint64_t world_first_stale(const struct world *w, uint64_t from, uint64_t to)
{
	const uint8_t *first = w->stale + page_index(w, from);
	const uint8_t *found;

	if (from >= to)
		return to;
	found = memchr(first, 1, (to - from) / w->page_size);
	return found ? from + (uint64_t)(found - first) * w->page_size : to;
}

/**
 * world_is_stale - may a CPU still use a translation that is no longer there
 * @w: the world
 * @addr: an address of the window
 */
bool world_is_stale(const struct world *w, uint64_t addr)
{
	return w->stale[page_index(w, addr)];
}

/**
 * world_node - the node that the frame of a page belongs to
 * @w: the world
 * @addr: an address of the window
 *
 * Return: UINT32_MAX if no ordinary frame is mapped there.
 */
unsigned int world_node(const struct world *w, uint64_t addr)
{
	uint32_t frame = w->pte[page_index(w, addr)];

	return frame < w->node_start[w->budget.nr_nodes] ? w->frame[frame].node : UINT32_MAX;
}

/**
 * world_excuse - the frame of a page may be given back although it stays mapped there
 * @w: the world
 * @addr: address of the page, in the window
 *
 * For what a tolerated quirk leaves mapped in the op that is about to run, and nothing else.
 */
void world_excuse(struct world *w, uint64_t addr)
{
	if (!w->excused)
		w->excused = model_alloc(w->machine->vm_pages);
	w->excused[page_index(w, addr)] = 1;
}

/**
 * world_excuse_warning - in the op that is about to run the subject may warn once
 * @w: the world
 *
 * Of the page that a tolerated quirk left mapped, when it is found to be so.
 */
void world_excuse_warning(struct world *w)
{
	w->excused_warnings++;
}

/**
 * world_end_excuses - the op that they were for is over
 * @w: the world
 */
void world_end_excuses(struct world *w)
{
	free(w->excused);
	w->excused = NULL;
	w->excused_warnings = 0;
}

/**
 * world_is_excused - was world_excuse() called for a page
 * @w: the world
 * @page: its index in the window
 */
bool world_is_excused(const struct world *w, uint32_t page)
{
	return w->excused && w->excused[page];
}

/**
 * world_booted - from now on boot memory stays mapped as it is
 * @w: the world
 */
void world_booted(struct world *w)
{
	w->booted = true;
}

/**
 * world_ends - the machine goes down, and may undo what it did when it booted
 * @w: the world
 */
void world_ends(struct world *w)
{
	w->booted = false;
}

/**
 * world_phys - the physical address of an address
 * @w: the world
 * @addr: an address of taken boot memory, or one that is mapped
 *
 * Return: UINT64_MAX if nothing is there.
 */
uint64_t world_phys(struct world *w, uint64_t addr)
{
	uint64_t start = addr - addr % w->page_size;
	uint32_t frame;

	if (world_in_window(w, addr))
		frame = w->pte[page_index(w, addr)];
	else
		frame = boot_mem_frame(&w->boot, start);
	return frame == PCPU_NO_FRAME ? UINT64_MAX :
					w->env.frame_phys(w, frame) + addr % w->page_size;
}
