// SPDX-License-Identifier: GPL-2.0-only
/*
 * sabotage_vm.c - the rules about the address space.
 */
#include <stdio.h>
#include <string.h>

#include "sabotage.h"

#define SMALL                                                                              \
	HEAD "machine cpus=1 page=256 unit_pages=1 static=4 reserved=0 dyn=8 vm_pages=32 " \
	     "frames=16\n"

/* Areas of all kinds; the window is 8192 bytes. */
#define AREAS                                                         \
	SMALL "v0 = get_vm_area size=256\n" /* 1: 0, 512 bytes */     \
	      "v1 = vmalloc size=512\n" /* 2: 512, 768 bytes */       \
	      "v2 = get_vm_area size=0\n" /* 3 */                     \
	      "v3 = vmalloc size=100000\n" /* 4 */                    \
	      "find_vm_area v0\n" /* 5 */                             \
	      "find_vm_area v0+1\n" /* 6 */                           \
	      "vmallocinfo\n" /* 7 */                                 \
	      "g4 = get_vm_areas align=256 0+256 512+256\n" /* 8 */   \
	      "g5 = get_vm_areas align=256 0+256 0+256\n" /* 9 */     \
	      "vfree v0\n" /* 10 */                                   \
	      "remove_vm_area v1\n" /* 11 */                          \
	      "write v1 seed=1\n"                                     \
	      "remove_vm_area v0\n" /* 12 */                          \
	      "verify v1\n"                                           \
	      "vfree v1\n" /* 13 */                                   \
	      "vfree null\n" /* 14 */                                 \
	      "vfree v1\n" /* 15 */                                   \
	      "free_vm_areas g4\n" /* 16 */                           \
	      "purge\n" /* 17 */                                      \
	      "v6 = get_vm_area size=256 range=1024..2048\n" /* 18 */ \
	      "v7 = get_vm_area size=512 range=1024..1536\n" /* 19: no room */

/* A program that ends with what the oracle must look at next. */
#define CONTENT                                 \
	SMALL "v0 = vmalloc size=512\n" /* 1 */ \
	      "verify v0\n"

/* The same addresses with other frames. */
#define REUSE                                   \
	SMALL "v0 = vmalloc size=512\n" /* 1 */ \
	      "vfree v0\n" /* 2 */              \
	      "purge\n" /* 3 */                 \
	      "v1 = vmalloc size=512\n" /* 4 */

/* The same with two areas; the second one is the first to get frames again. */
#define REUSE_TWO                                    \
	SMALL "v0 = vmalloc size=256\n" /* 1: 0 */   \
	      "v1 = vmalloc size=512\n" /* 2: 512 */ \
	      "vfree v0\n" /* 3 */                   \
	      "vfree v1\n" /* 4 */                   \
	      "purge\n" /* 5 */                      \
	      "v2 = vmalloc size=1024\n" /* 6 */

/* The first chunk is mapped, two pages for each CPU. */
#define PAGED                                                                                \
	HEAD "machine cpus=2 page=256 unit_pages=2 static=33 reserved=0 dyn=99 vm_pages=48 " \
	     "frames=64 first=page\n"                                                        \
	     "v0 = vmalloc size=512\n" /* 1 */                                               \
	     "vfree v0\n" /* 2 */

/* No room: the second request purges on its own. */
#define FULL                                                  \
	SMALL "v0 = get_vm_area size=4096\n" /* 1 */          \
	      "v1 = get_vm_area size=4096\n" /* 2: no room */ \
	      "remove_vm_area v0\n" /* 3 */                   \
	      "v2 = get_vm_area size=4096\n" /* 4: purges */

#define AT(offset)                                                          \
	static uint64_t area_at_##offset(struct saboteur *s, uint64_t addr) \
	{                                                                   \
		(void)addr;                                                 \
		return s->w->vm_start + (offset);                           \
	}

AT(0)
AT(256)
AT(4096)
AT(8192)

static uint64_t area_none(struct saboteur *s, uint64_t addr)
{
	(void)s;
	(void)addr;
	return 0;
}

static uint64_t area_below(struct saboteur *s, uint64_t addr)
{
	(void)addr;
	return s->w->vm_start - 512;
}

static uint64_t area_next_page(struct saboteur *s, uint64_t addr)
{
	(void)s;
	return addr + 256;
}

static uint64_t area_inside_page(struct saboteur *s, uint64_t addr)
{
	(void)s;
	return addr + 8;
}

static void *set_none(struct saboteur *s, void *set, uint64_t *addr)
{
	(void)s;
	(void)set;
	(void)addr;
	return NULL;
}

static void *set_anyway(struct saboteur *s, void *set, uint64_t *addr)
{
	(void)set;
	addr[0] = addr[1] = s->w->vm_start + 4096;
	return s;
}

static void *set_lower(struct saboteur *s, void *set, uint64_t *addr)
{
	(void)s;
	addr[0] -= 256;
	addr[1] -= 256;
	return set;
}

static void *set_apart(struct saboteur *s, void *set, uint64_t *addr)
{
	(void)s;
	addr[1] -= 256;
	return set;
}

static void *set_exchanged(struct saboteur *s, void *set, uint64_t *addr)
{
	uint64_t first = addr[0];

	(void)s;
	addr[0] = addr[1];
	addr[1] = first;
	return set;
}

/* Over v0 and v1. */
static void *set_over_areas(struct saboteur *s, void *set, uint64_t *addr)
{
	addr[0] = s->w->vm_start;
	addr[1] = addr[0] + 512;
	return set;
}

static void *set_outside(struct saboteur *s, void *set, uint64_t *addr)
{
	addr[0] = s->w->vm_end - 512;
	addr[1] = addr[0] + 512;
	return set;
}

static bool vfree_accept(struct saboteur *s, uint64_t addr)
{
	(void)s;
	(void)addr;
	return true;
}

static bool vfree_refuse(struct saboteur *s, uint64_t addr)
{
	(void)s;
	(void)addr;
	return false;
}

static bool find_none(struct saboteur *s, bool found, struct subject_area *area)
{
	(void)s;
	(void)found;
	(void)area;
	return false;
}

static bool find_anyway(struct saboteur *s, bool found, struct subject_area *area)
{
	(void)found;
	*area = (struct subject_area){ .addr = s->w->vm_start, .size = 512 };
	return true;
}

static bool find_other_size(struct saboteur *s, bool found, struct subject_area *area)
{
	(void)s;
	area->size += 256;
	return found;
}

static bool find_other_addr(struct saboteur *s, bool found, struct subject_area *area)
{
	(void)s;
	area->addr += 256;
	return found;
}

static bool find_other_flags(struct saboteur *s, bool found, struct subject_area *area)
{
	(void)s;
	area->flags ^= VM_IOREMAP;
	return found;
}

static bool find_other_pages(struct saboteur *s, bool found, struct subject_area *area)
{
	(void)s;
	area->nr_pages++;
	return found;
}

static bool find_lazy(struct saboteur *s, bool found, struct subject_area *area)
{
	(void)s;
	area->lazy = true;
	return found;
}

static size_t info_changed(char *buf, size_t len)
{
	buf[len - 2]++;
	return len;
}

static size_t info_longer(char *buf, size_t len)
{
	strcpy(buf + len, "more\n");
	return len + 5;
}

static size_t info_shorter(char *buf, size_t len)
{
	len = (size_t)(strchr(buf, '\n') - buf) + 1;
	buf[len] = '\0';
	return len;
}

static size_t info_empty(char *buf, size_t len)
{
	(void)len;
	buf[0] = '\0';
	return 0;
}

/* The right length, but of other text. */
static size_t info_length_only(char *buf, size_t len)
{
	buf[0] = '\0';
	return len;
}

/* The right text, which nothing ends. */
static size_t info_unended(char *buf, size_t len)
{
	buf[len] = 'x';
	return len;
}

static unsigned int areas_fewer(struct subject_area *area, unsigned int nr)
{
	(void)area;
	return nr - 1;
}

static unsigned int areas_more(struct subject_area *area, unsigned int nr)
{
	(void)area;
	return nr + 1;
}

#define AREA_LIE(name, statement)                                                    \
	static unsigned int areas_##name(struct subject_area *area, unsigned int nr) \
	{                                                                            \
		statement;                                                           \
		return nr;                                                           \
	}

AREA_LIE(lazy, area[0].lazy ^= true)
AREA_LIE(flags, area[0].flags ^= VM_ALLOC)
AREA_LIE(size, area[0].size += 256)
AREA_LIE(addr, area[0].addr += 256)
AREA_LIE(pages, area[0].nr_pages++)

static void purge_early(struct saboteur *s)
{
	subject_ours.purge(s->s);
}

static void change_byte(struct saboteur *s)
{
	*world_access(s->w, s->ptr + 511) ^= 1;
}

/* The last page of the first chunk, which no object lies on, goes to where an area was. */
static void move_page(struct saboteur *s)
{
	uint64_t from = on_cpu1(s, first_base(s)) + 256;
	uint32_t frame = world_pte(s->w, from);

	s->env.pte_set(s->w, from, PCPU_NO_FRAME);
	s->env.pte_set(s->w, s->ptr, frame);
}

/* The two pages of the area exchanged, which still hold the same. */
static void exchange_pages(struct saboteur *s)
{
	uint32_t frame[2] = { world_pte(s->w, s->ptr), world_pte(s->w, s->ptr + 256) };

	for (int i = 0; i < 2; i++)
		s->env.pte_set(s->w, s->ptr + 256 * (uint64_t)i, PCPU_NO_FRAME);
	for (int i = 0; i < 2; i++)
		s->env.pte_set(s->w, s->ptr + 256 * (uint64_t)i, frame[1 - i]);
}

static void exchange_pages_and_flush(struct saboteur *s)
{
	exchange_pages(s);
	s->env.tlb_flush(s->w, s->ptr, s->ptr + 512);
}

static uint32_t translate_as_world(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	(void)frame;
	return world_pte(s->w, addr);
}

static uint32_t translate_to_none(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	(void)s;
	(void)addr;
	(void)frame;
	return PCPU_NO_FRAME;
}

static uint32_t translate_always(struct saboteur *s, uint64_t addr, uint32_t frame)
{
	(void)s;
	(void)addr;
	return frame == PCPU_NO_FRAME ? 0 : frame;
}

static void lost_flush(void *ctx, uint64_t start, uint64_t end)
{
	if (!is_sabotage_due())
		sabotage_env()->tlb_flush(ctx, start, end);
}

static void wrap_lose_flush(struct pcpu_env *env)
{
	env->tlb_flush = lost_flush;
}

/* Of all areas, the first page only. */
static void first_flush(void *ctx, uint64_t start, uint64_t end)
{
	sabotage_env()->tlb_flush(ctx, start, is_sabotage_due() ? start + 256 : end);
}

static void wrap_first_flush(struct pcpu_env *env)
{
	env->tlb_flush = first_flush;
}

static void lost_unmap(void *ctx, uint64_t addr, uint32_t frame)
{
	if (!is_sabotage_due() || frame != PCPU_NO_FRAME)
		sabotage_env()->pte_set(ctx, addr, frame);
}

static void wrap_lose_unmap(struct pcpu_env *env)
{
	env->pte_set = lost_unmap;
}

static void lost_frame(void *ctx, uint32_t frame)
{
	if (!is_sabotage_due())
		sabotage_env()->frame_free(ctx, frame);
}

static void wrap_lose_frame(struct pcpu_env *env)
{
	env->frame_free = lost_frame;
}

static void change_behind(struct oracle *o)
{
	*world_access(o->w, o->m.vm.start + 256) ^= 0x10;
}

static void unmap_behind(struct oracle *o)
{
	o->w->env.pte_set(o->w, o->m.vm.start + 256, PCPU_NO_FRAME);
}

static const struct sabotage rows[] = {
	{ RULE_vm_overlap, AREAS, 2, .area = area_at_0 },
	{ RULE_vm_overlap, AREAS, 2, .area = area_at_256 },
	{ RULE_vm_overlap, AREAS, 1, .area = area_at_8192 },
	{ RULE_vm_overlap, AREAS, 1, .area = area_below },
	{ RULE_vm_overlap, AREAS, 8, .set = set_over_areas },
	{ RULE_vm_overlap, AREAS, 8, .set = set_outside },
	{ RULE_vm_unexpected, AREAS, 3, .area = area_at_4096 },
	{ RULE_vm_overlap, FULL, 2, .area = area_at_4096 },
	{ RULE_vm_unexpected, AREAS, 19, .area = area_at_4096 },
	{ RULE_vm_unexpected, AREAS, 9, .set = set_anyway },
	{ RULE_vm_refused, AREAS, 1, .area = area_none },
	{ RULE_vm_refused, AREAS, 2, .area = area_none },
	{ RULE_vm_refused, AREAS, 18, .area = area_none },
	{ RULE_vm_refused, FULL, 4, .area = area_none },
	{ RULE_vm_refused, AREAS, 8, .set = set_none },
	{ RULE_vm_lowest, AREAS, 1, .area = area_next_page },
	{ RULE_vm_lowest, AREAS, 1, .area = area_inside_page },
	{ RULE_vm_lowest, AREAS, 2, .area = area_at_4096 },
	{ RULE_vm_lowest, AREAS, 18, .area = area_at_0 },
	{ RULE_vm_highest, AREAS, 8, .set = set_lower },
	{ RULE_vm_congruent, AREAS, 8, .set = set_apart },
	{ RULE_vm_congruent, AREAS, 8, .set = set_exchanged },
	{ RULE_vm_free, AREAS, 10, .vfree = vfree_accept },
	{ RULE_vm_free, AREAS, 11, .vfree = vfree_accept },
	{ RULE_vm_free, AREAS, 12, .vfree = vfree_refuse },
	{ RULE_vm_free, AREAS, 13, .vfree = vfree_refuse },
	{ RULE_vm_free, AREAS, 14, .vfree = vfree_refuse },
	{ RULE_vm_free, AREAS, 15, .vfree = vfree_accept },
	{ RULE_vm_find, AREAS, 5, .find = find_none },
	{ RULE_vm_find, AREAS, 5, .find = find_other_size },
	{ RULE_vm_find, AREAS, 5, .find = find_other_addr },
	{ RULE_vm_find, AREAS, 6, .find = find_anyway },
	{ RULE_vm_find, AREAS, 5, .find = find_other_flags },
	{ RULE_vm_find, AREAS, 5, .find = find_other_pages },
	{ RULE_vm_find, AREAS, 5, .find = find_lazy },
	{ RULE_vm_areas, AREAS, 1, .areas = areas_fewer },
	{ RULE_vm_areas, AREAS, 1, .areas = areas_more },
	{ RULE_vm_areas, AREAS, 1, .areas = areas_lazy },
	{ RULE_vm_areas, AREAS, 1, .areas = areas_flags },
	{ RULE_vm_areas, AREAS, 1, .areas = areas_size },
	{ RULE_vm_areas, AREAS, 1, .areas = areas_addr },
	{ RULE_vm_areas, CONTENT, 1, .areas = areas_pages },
	{ RULE_vm_areas, AREAS, 12, .after = purge_early },
	{ RULE_frames_used, AREAS, 13, .vfree = vfree_accept },
	{ RULE_vm_areas, AREAS, 16, .skip = true },
	{ RULE_vm_areas, AREAS, 17, .skip = true },
	{ RULE_vm_info, AREAS, 7, .info = info_changed },
	{ RULE_vm_info, AREAS, 7, .info = info_longer },
	{ RULE_vm_info, AREAS, 7, .info = info_shorter },
	{ RULE_vm_info, AREAS, 7, .info = info_empty },
	{ RULE_vm_info, AREAS, 7, .info = info_length_only },
	{ RULE_vm_info, AREAS, 7, .info = info_unended },
	{ RULE_vm_content, CONTENT, 1, .after = change_byte },
	{ RULE_vm_content, CONTENT, 1, .observe = change_behind },
	{ RULE_vm_content, CONTENT, 1, .observe = unmap_behind },
	{ RULE_page_table, CONTENT, 1, .translate = translate_to_none },
	{ RULE_page_table, CONTENT, 1, .after = exchange_pages_and_flush },
	{ RULE_tlb_stale, CONTENT, 1, .after = exchange_pages, .translate = translate_as_world },
	{ RULE_tlb_stale, REUSE, 3, .wrap = wrap_lose_flush },
	{ RULE_tlb_stale, REUSE_TWO, 5, .wrap = wrap_first_flush },
	{ RULE_frame_mapped, REUSE, 2, .wrap = wrap_lose_unmap },
	{ RULE_frames_used, REUSE, 2, .wrap = wrap_lose_frame },
	{ RULE_copies_distinct, PAGED, 2, .after = move_page },
	{ RULE_vm_unmapped, AREAS, 13, .translate = translate_always },
};

const struct sabotage_table sabotage_vm = SABOTAGE_TABLE("vm", rows);
