/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - the world a subject runs in: metadata, page frames, boot memory, MMU, and the faults
 * of a program.
 *
 * Trusted: it keeps its own ledger, so that leaks and foreign frees are seen from outside, and
 * its own idea of what is mapped where.  Does not know what a chunk is.
 */
#ifndef ORACLE_WORLD_H
#define ORACLE_WORLD_H

#include "boot_mem.h"
#include "machine.h"
#include "rules.h"
#include "../impl/env.h"

#define WORLD_JUNK BOOT_MEM_BLOCK_JUNK
#define WORLD_NO_BLOCK UINT32_MAX

/**
 * struct budget - what can still be had, in a form that can be copied and tried out
 * @fault:       requests of each kind until one is refused: 0 never, 1 the next one
 * @asked:       requests of each kind so far
 * @nr_nodes:    nodes there are
 * @frames_free: frames left on each
 * @nr_block_pages: pages for blocks, 0 if there can be none
 * @block_taken: bit i % 64 of word i / 64 is set if page i of these is taken
 */
struct budget {
	uint32_t fault[PCPU_FAULT_NR];
	uint32_t asked[PCPU_FAULT_NR];
	uint32_t nr_nodes;
	uint32_t frames_free[MACHINE_MAX_NODES];
	uint32_t nr_block_pages;
	uint64_t block_taken[MACHINE_FRAMES_MAX / 64];
};

/* Of @block_taken, the bytes that count. */
static inline size_t budget_block_bytes(const struct budget *b)
{
	return ((size_t)b->nr_block_pages + 63) / 64 * sizeof(*b->block_taken);
}

/**
 * struct world_frame - a page frame
 * @data:  its bytes, NULL if not taken
 * @node:  where it belongs
 * @owner: what it was taken for
 * @at:    page of the window that it is mapped at plus 1, or 0
 */
struct world_frame {
	uint8_t *data;
	uint8_t node;
	uint8_t owner;
	uint32_t at;
};

/**
 * struct world - one world
 * @env:          handed to the subject
 * @machine:      what it is like
 * @budget:       what can still be had
 * @frame:        the page frames, node by node
 * @free_stack:   numbers of the frames not taken, the stack of each node from its first frame on
 * @node_start:   first frame of each node, and behind the last one the number of all
 * @owned:        frames taken for each owner
 * @boot:         boot memory, and blocks
 * @block_order:  of each page for blocks: if one starts there that is taken, its order plus 1
 * @vm_start, @vm_end: the window; the end is never 0, see machine_fault()
 * @pte:          of each page of the window: the frame that the page tables translate it to
 * @stale:        1 for each whose translation changed and was not flushed since
 * @excused:      1 for each page whose frame may be given back in this op while it is mapped
 *                there; NULL if there is none
 * @excused_warnings: how many times the subject may warn in this op
 * @boot_mapped:  1 for each page of boot memory that is mapped; made when the first one is
 * @booted:       boot memory is mapped and unmapped no more
 * @nr_mapped:    pages of the window that are mapped
 * @changes:      counts what may change which byte an address leads to: mappings, flushes, and
 *                memory that is taken or given back
 * @meta_live:    metadata blocks not given back
 * @page_size:    bytes per frame
 * @static_data:  what the static area of each CPU must start with
 * @early_node, @early_map: node of each CPU, and where a boot finds that until it is retired
 * @misuse:       what the subject did that no subject may, or NULL
 * @misuse_rule:  which rule that breaks
 * @trouble_text: its own words
 * @troubled:     that was noticed by the subject itself
 * @dead:         so that it cannot go on: nothing but its end may be asked of it
 * @rules_off:    rules that are left out, to see what the others find without them: what breaks one
 *                of these is not noted
 */
struct world {
	struct pcpu_env env;
	const struct machine *machine;
	struct budget budget;
	struct world_frame *frame;
	uint32_t *free_stack;
	uint32_t node_start[MACHINE_MAX_NODES + 1];
	uint32_t owned[PCPU_OWNER_NR];
	struct boot_mem boot;
	uint8_t *block_order;
	uint64_t vm_start, vm_end;
	uint32_t *pte;
	uint8_t *stale, *excused, *boot_mapped;
	unsigned int excused_warnings;
	bool booted;
	uint32_t nr_mapped, meta_live;
	uint64_t changes;
	uint32_t page_size;
	uint8_t *static_data;
	uint16_t early_node[MACHINE_MAX_CPUS];
	const uint16_t *early_map;
	const char *misuse;
	enum rule misuse_rule;
	bool troubled, dead;
	char trouble_text[160];
	struct rule_set rules_off;
};

void world_init(struct world *w, const struct machine *m);
void world_exit(struct world *w);
void world_boot_config(const struct machine *m, struct boot_mem_config *cfg, bool backing);
void world_arm(struct world *w, enum pcpu_fault kind, uint32_t n);
void fill_steps(uint8_t *data, uint32_t size, unsigned int first, unsigned int step);
void world_misuse(struct world *w, enum rule rule, const char *what);

/* world_mmu.c; the first two are the environment's */
void world_pte_set(void *ctx, uint64_t addr, uint32_t frame);
void world_tlb_flush(void *ctx, uint64_t start, uint64_t end);
bool world_boot_is_mapped(struct world *w, uint64_t addr);
uint8_t *world_access(struct world *w, uint64_t addr);
bool world_in_window(const struct world *w, uint64_t addr);
uint32_t world_pte(const struct world *w, uint64_t addr);
uint64_t world_first_stale(const struct world *w, uint64_t from, uint64_t to);
bool world_is_stale(const struct world *w, uint64_t addr);
unsigned int world_node(const struct world *w, uint64_t addr);
void world_excuse(struct world *w, uint64_t addr);
void world_excuse_warning(struct world *w);
void world_end_excuses(struct world *w);
bool world_is_excused(const struct world *w, uint32_t page);
void world_booted(struct world *w);
void world_ends(struct world *w);
uint64_t world_phys(struct world *w, uint64_t addr);
void budget_copy(struct budget *to, const struct budget *from);
bool budget_refuses(struct budget *b, enum pcpu_fault kind);
bool budget_take_frame(struct budget *b, unsigned int *node);
uint32_t budget_frames(const struct budget *b);
uint32_t budget_take_block(struct budget *b, unsigned int order);
void budget_give_block(struct budget *b, uint32_t page, unsigned int order);
uint32_t budget_block_pages(const struct budget *b);

extern const char *const fault_names[PCPU_FAULT_NR];

#endif
