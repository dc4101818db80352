/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pgtable.h - customised, all versions: page tables of four levels, of the size of a page each.
 *
 * The rig counts a table when it is made, is told of each entry that is written, and may refuse to
 * have a page entered.  The level between the first two is folded.  The first table covers the
 * vmalloc window only, however small the pages, and is never refused.
 */
#ifndef LINUX_SHIM_PGTABLE_H
#define LINUX_SHIM_PGTABLE_H

#include <shim/customised/page.h>

typedef struct {
	unsigned long v;
} pte_t;
typedef struct {
	unsigned long v;
} pmd_t;
typedef struct {
	unsigned long v;
} pud_t;
typedef struct {
	unsigned long v;
} pgd_t;
typedef struct {
	pgd_t pgd;
} p4d_t;
typedef struct {
	unsigned long pgprot;
} pgprot_t;
typedef unsigned int pgtbl_mod_mask;

struct mm_struct {
	int unused;
};

extern struct mm_struct init_mm;

#define LINUX_LEVEL_BITS (PAGE_SHIFT - 3)
#define PMD_SHIFT (PAGE_SHIFT + LINUX_LEVEL_BITS)
#define PUD_SHIFT (PMD_SHIFT + LINUX_LEVEL_BITS)
#define PGDIR_SHIFT (PUD_SHIFT + LINUX_LEVEL_BITS)
#define P4D_SHIFT PGDIR_SHIFT
#define PMD_SIZE (1UL << PMD_SHIFT)
#define PUD_SIZE (1UL << PUD_SHIFT)
#define P4D_SIZE (1UL << P4D_SHIFT)
#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PMD_MASK (~(PMD_SIZE - 1))
#define PUD_MASK (~(PUD_SIZE - 1))
#define P4D_MASK (~(P4D_SIZE - 1))
#define PTRS_PER_PTE (1UL << LINUX_LEVEL_BITS)

#define PAGE_KERNEL ((pgprot_t){ 1 })
#define PAGE_KERNEL_EXEC PAGE_KERNEL
#define pgprot_val(prot) ((prot).pgprot)
#define __pgprot(x) ((pgprot_t){ x })
#define pgprot_nx(prot) (prot)
#define pgprot_decrypted(prot) (prot)

#define PGTBL_PGD_MODIFIED 1u
#define PGTBL_P4D_MODIFIED 2u
#define PGTBL_PUD_MODIFIED 4u
#define PGTBL_PMD_MODIFIED 8u
#define PGTBL_PTE_MODIFIED 16u
#define ARCH_PAGE_TABLE_SYNC_MASK 0u

static inline void arch_sync_kernel_mappings(unsigned long start, unsigned long end)
{
	(void)start;
	(void)end;
}

pgd_t *linux_pgd(unsigned long addr);
int linux_make_table(unsigned long *entry);
void linux_pte_set(unsigned long addr, pte_t *ptep, pte_t pte);
pte_t linux_pte_clear(unsigned long addr, pte_t *ptep);

static inline unsigned long linux_index(unsigned long addr, unsigned int shift)
{
	return shift < BITS_PER_LONG ? (addr >> shift) & (PTRS_PER_PTE - 1) : 0;
}

/* Where the entry that @addr is in ends, at most @end; a level may reach beyond all addresses. */
static inline unsigned long linux_entry_end(unsigned long addr, unsigned long end,
					    unsigned int shift)
{
	unsigned long next;

	if (shift >= BITS_PER_LONG)
		return end;
	next = ((addr >> shift) + 1) << shift;
	return next - 1 < end - 1 ? next : end;
}

#define pgd_addr_end(addr, end) linux_entry_end(addr, end, PGDIR_SHIFT)
#define p4d_addr_end(addr, end) ((void)(addr), (end))
#define pud_addr_end(addr, end) linux_entry_end(addr, end, PUD_SHIFT)
#define pmd_addr_end(addr, end) linux_entry_end(addr, end, PMD_SHIFT)

#define pgd_offset_k(addr) linux_pgd(addr)
#define p4d_offset(pgdp, addr) ((p4d_t *)(pgdp))
#define pud_offset(p4dp, addr) ((pud_t *)(p4dp)->pgd.v + linux_index(addr, PUD_SHIFT))
#define pmd_offset(pudp, addr) ((pmd_t *)(pudp)->v + linux_index(addr, PMD_SHIFT))
#define pte_offset_kernel(pmdp, addr) ((pte_t *)(pmdp)->v + linux_index(addr, PAGE_SHIFT))
#define pte_offset_map(pmdp, addr) pte_offset_kernel(pmdp, addr)
#define pte_unmap(ptep) ((void)(ptep))
#define pmd_page_vaddr(pmd) ((pmd).v)

#define pgd_none(pgd) ((void)(pgd), 0)
#define pgd_present(pgd) ((void)(pgd), 1)
#define p4d_none(p4d) (!(p4d).pgd.v)
#define pud_none(pud) (!(pud).v)
#define pmd_none(pmd) (!(pmd).v)
#define p4d_present(p4d) ((p4d).pgd.v != 0)
#define pud_present(pud) ((pud).v != 0)
#define pmd_present(pmd) ((pmd).v != 0)
#define pgd_bad(pgd) ((void)(pgd), 0)
#define p4d_bad(p4d) ((void)(p4d), 0)
#define pud_bad(pud) ((void)(pud), 0)
#define pmd_bad(pmd) ((void)(pmd), 0)
#define pgd_leaf(pgd) ((void)(pgd), 0)
#define p4d_leaf(p4d) ((void)(p4d), 0)
#define pud_leaf(pud) ((void)(pud), 0)
#define pmd_leaf(pmd) ((void)(pmd), 0)
#define pgd_none_or_clear_bad(pgdp) ((void)(pgdp), 0)
#define p4d_none_or_clear_bad(p4dp) p4d_none(*(p4dp))
#define pud_none_or_clear_bad(pudp) pud_none(*(pudp))
#define pmd_none_or_clear_bad(pmdp) pmd_none(*(pmdp))

#define __p4d_alloc(mm, pgdp, addr) ((void)(pgdp), 0)
#define __pud_alloc(mm, p4dp, addr) linux_make_table(&(p4dp)->pgd.v)
#define __pmd_alloc(mm, pudp, addr) linux_make_table(&(pudp)->v)
#define __pte_alloc_kernel(pmdp) linux_make_table(&(pmdp)->v)
#define pgd_populate_kernel(addr, pgdp, new) ((void)(new))
#define p4d_populate_kernel(addr, p4dp, new) ((void)((p4dp)->pgd.v = (unsigned long)(new)))
#define pgd_populate(mm, pgdp, new) ((void)(new))
#define p4d_populate(mm, p4dp, new) ((void)((p4dp)->pgd.v = (unsigned long)(new)))
#define pud_populate(mm, pudp, new) ((void)((pudp)->v = (unsigned long)(new)))
#define pmd_populate_kernel(mm, pmdp, new) ((void)((pmdp)->v = (unsigned long)(new)))

/* an entry is the struct page with the lowest bit set */
#define pte_none(pte) (!(pte).v)
#define pte_present(pte) ((pte).v & 1)
#define pte_page(pte) ((struct page *)((pte).v & ~1UL))
#define pte_pfn(pte) page_to_pfn(pte_page(pte))
#define pte_val(pte) ((pte).v)
#define mk_pte(page, prot) ((void)(prot), (pte_t){ (unsigned long)(page) | 1 })
#define ptep_get(ptep) (*(ptep))
#define set_pte_at(mm, addr, ptep, pte) linux_pte_set(addr, ptep, pte)
#define ptep_get_and_clear(mm, addr, ptep) linux_pte_clear(addr, ptep)

/* huge pages, and frames without a struct page: compiled, never run */
#define pfn_pte(pfn, prot) ((void)(pfn), (void)(prot), (pte_t){ 0 })
#define pfn_to_page(pfn) ((void)(pfn), (struct page *)NULL)
#define dump_page(page, why) ((void)(page))
#define pte_mkspecial(pte) (pte)
#define p4d_page(p4d) ((void)(p4d), (struct page *)NULL)
#define pud_page(pud) ((void)(pud), (struct page *)NULL)
#define pmd_page(pmd) ((void)(pmd), (struct page *)NULL)
#define p4d_set_huge(p4dp, phys, prot) 0
#define pud_set_huge(pudp, phys, prot) 0
#define pmd_set_huge(pmdp, phys, prot) 0
#define p4d_clear_huge(p4dp) ((void)(p4dp), 0)
#define pud_clear_huge(pudp) ((void)(pudp), 0)
#define pmd_clear_huge(pmdp) ((void)(pmdp), 0)
#define p4d_free_pud_page(p4dp, addr) 0
#define pud_free_pmd_page(pudp, addr) 0
#define pmd_free_pte_page(pmdp, addr) 0
#define mmap_read_trylock(mm) 1
#define mmap_read_unlock(mm) ((void)(mm))
#define lazy_mmu_mode_enable() ((void)0)
#define lazy_mmu_mode_disable() ((void)0)
#define arch_enter_lazy_mmu_mode() ((void)0)
#define arch_leave_lazy_mmu_mode() ((void)0)

#define VMALLOC_START (linux_world.vm_start)
#define VMALLOC_END (linux_world.vm_end)
#define VMALLOC_TOTAL (VMALLOC_END - VMALLOC_START)

#define flush_cache_vmap(start, end) ((void)(start), (void)(end))
#define flush_cache_vmap_early(start, end) ((void)(start), (void)(end))
#define flush_cache_vunmap(start, end) ((void)(start), (void)(end))
#define flush_tlb_kernel_range(start, end) host_tlb_flush(start, end)

#endif
