// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel-world.c - what stands behind the shims: locks, pages, page tables, boot memory, panic.
 *
 * Sees kernel headers, not mm/ files; everything that it remembers lies in kdata and kbss.
 */
#include <linux/kernel.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/mutex.h>

struct linux_world linux_world = { .page_shift = 12 };
struct task_struct linux_task;
struct mm_struct init_mm;
unsigned long __per_cpu_offset[LINUX_CPUS_MAX];
const char kernel_version[] = LINUX_VERSION;

#ifdef HAVE_ERROR_ADDRESSES
const int kernel_has_error_addresses = 1;
#else
const int kernel_has_error_addresses = 0;
#endif

unsigned int nr_cpu_ids = NR_CPUS;
#ifdef HAVE_NR_POSSIBLE_VARIABLE
unsigned int __num_possible_cpus = 1;
#endif
struct cpumask __cpu_possible_mask, __cpu_present_mask, __cpu_online_mask, __cpu_active_mask;
atomic_t __num_online_cpus;

_Static_assert(sizeof(phys_addr_t) == 8, "physical addresses have 64 bits");
_Static_assert(sizeof(unsigned long) == sizeof(void *), "addresses are unsigned long");
_Static_assert(sizeof(size_t) == sizeof(void *), "size_t is as wide as a pointer");
_Static_assert(BITS_PER_LONG == 8 * sizeof(long), "long has the bits that the kernel believes");
_Static_assert(NR_CPUS == LINUX_CPUS_MAX, "room for all CPUs");

/* ---- trouble ---- */

static int map_refused;
static void *boot_frame[5];
static int boot_err, boot_panicked;
static int spins_held;

void linux_bug(const char *file, int line, const char *text)
{
	for (;;)
		host_trouble(LINUX_TROUBLE_BUG, "%s:%d: %s", file, line, text);
}

void linux_warn(const char *file, int line, const char *text)
{
	host_trouble(LINUX_TROUBLE_WARN, "%s:%d: %s", file, line, text);
}

void linux_boot_failed(int err)
{
	if (!linux_world.booting)
		linux_bug("boot", 0, "the kernel gave up after it had booted");
	boot_err = err;
	boot_panicked = 1;
	__builtin_longjmp(boot_frame, 1);
}

int kernel_panicked(void)
{
	return boot_panicked;
}

void linux_panic(const char *text)
{
	if (linux_world.booting)
		linux_boot_failed(-ENOMEM);
	linux_bug("panic", 0, text);
}

/**
 * linux_catch_boot - boot, and come back also when the kernel panics
 * @boot: what boots
 * @cfg: passed to it
 *
 * Return: what @boot returned, or -errno.
 */
int linux_catch_boot(int (*boot)(const struct linux_config *cfg), const struct linux_config *cfg)
{
	int err;

	linux_world.booting = 1;
	if (__builtin_setjmp(boot_frame))
		err = boot_err;
	else
		err = boot(cfg);
	linux_world.booting = 0;
	return err;
}

/* ---- locks ---- */

void linux_may_sleep(const char *file, int line)
{
	if (unlikely(spins_held))
		host_trouble(LINUX_TROUBLE_LOCK, "%s:%d: may sleep under a spinlock", file, line);
}

void linux_lock(int *held, int spins, const char *name)
{
	if (unlikely(*held))
		host_trouble(LINUX_TROUBLE_LOCK, "%s is taken while it is held", name);
	*held = 1;
	spins_held += spins;
}

void linux_unlock(int *held, int spins, const char *name)
{
	if (unlikely(!*held))
		host_trouble(LINUX_TROUBLE_LOCK, "%s is released while it is not held", name);
	*held = 0;
	spins_held -= spins;
}

void linux_must_hold(int held, const char *name)
{
	if (unlikely(!held))
		host_trouble(LINUX_TROUBLE_LOCK, "%s is not held", name);
}

static void check_gfp(gfp_t gfp)
{
	if (gfpflags_allow_blocking(gfp))
		linux_may_sleep("allocation", 0);
}

/* ---- memory ---- */

void *linux_new(enum linux_kind kind, unsigned long size, unsigned int gfp)
{
	check_gfp(gfp);
	return host_meta_alloc(kind, size);
}

static struct page *frames; /* by number */
static pgd_t *pgd_table;
static unsigned long pgd_first, pgd_nr;
static pgd_t pgd_outside; /* never an entry */

#define BOOT_BUCKETS 4096u
static struct page **boot_pages; /* by address; made when the first is wanted */

static struct page **bucket_of(unsigned long addr)
{
	if (!boot_pages)
		boot_pages = host_meta_alloc(LINUX_NONE, BOOT_BUCKETS * sizeof(*boot_pages));
	return boot_pages + (addr >> PAGE_SHIFT) % BOOT_BUCKETS;
}

static void add_boot_page(struct page *page, unsigned long addr)
{
	struct page **bucket = bucket_of(addr);

	page->linux_addr = addr;
	page->linux_frame = host_boot_frame(addr);
	page->linux_next = *bucket;
	*bucket = page;
}

static struct page **find_boot_page(unsigned long addr)
{
	struct page **at = bucket_of(addr);

	while (*at && (*at)->linux_addr != addr)
		at = &(*at)->linux_next;
	return at;
}

/**
 * linux_page_at - virt_to_page()
 * @addr: an address of boot memory
 */
struct page *linux_page_at(unsigned long addr)
{
	struct page *page;

	addr &= PAGE_MASK;
	page = *find_boot_page(addr);
	if (!page) {
		page = host_meta_alloc(LINUX_NONE, sizeof(*page));
		add_boot_page(page, addr);
	}
	return page;
}

struct page *linux_take_page(int node, gfp_t gfp, enum linux_owner owner)
{
	unsigned int frame;

	check_gfp(gfp);
	frame = host_frame_alloc(node < 0 ? 0 : (unsigned int)node, owner);
	if (frame == LINUX_NO_FRAME)
		return NULL;
	frames[frame] = (struct page){ .linux_frame = frame };
	return frames + frame;
}

/**
 * linux_take_block - 2^order pages that are contiguous in the linear map
 * @gfp: context
 * @order: order
 *
 * Return: the first of as many struct page, in one array; or NULL.
 */
struct page *linux_take_block(gfp_t gfp, unsigned int order)
{
	struct page *pages;
	unsigned long addr;

	check_gfp(gfp);
	addr = host_block_alloc(order);
	if (!addr)
		return NULL;
	pages = host_meta_alloc(LINUX_NONE, sizeof(*pages) << order);
	for (unsigned long i = 0; i < 1ul << order; i++)
		add_boot_page(pages + i, addr + (i << PAGE_SHIFT));
	return pages;
}

void linux_give_page(struct page *page, unsigned int order)
{
	unsigned long addr = page->linux_addr;

	if (!addr) {
		host_frame_free(page->linux_frame);
		return;
	}
	for (unsigned long i = 0; i < 1ul << order; i++) {
		struct page **at = find_boot_page(addr + (i << PAGE_SHIFT));

		*at = (*at)->linux_next;
	}
	host_meta_free(page);
	host_block_free(addr, order);
}

unsigned long long linux_pa(unsigned long addr)
{
	if (!addr)
		return 0;
	return host_frame_phys(host_boot_frame(addr & PAGE_MASK)) + offset_in_page(addr);
}

/* The byte at an address of the simulated machine, good up to the end of its page, or NULL. */
static unsigned char *byte_at(unsigned long addr)
{
	struct page *page;
	unsigned char *data;

	if (addr < VMALLOC_START || addr >= VMALLOC_END)
		return host_boot_data(addr);
	page = vmalloc_to_page((void *)addr);
	if (!page) {
		linux_bug("memory", 0, "an address is used that is not mapped");
		return NULL;
	}
	data = host_frame_data(page->linux_frame);
	return data ? data + offset_in_page(addr) : NULL;
}

/* The pages of a range one after the other: filled, or copied from @from if that is not NULL. */
static void write_range(unsigned long addr, int byte, const unsigned char *from, unsigned long size)
{
	while (size) {
		unsigned long part = min(size, PAGE_SIZE - offset_in_page(addr));
		unsigned char *data = byte_at(addr);

		if (data && from)
			memcpy(data, from, part);
		else if (data)
			memset(data, byte, part);
		addr += part;
		size -= part;
		if (from)
			from += part;
	}
}

/* memset() and memcpy() of mm/percpu.c, where they mean the simulated machine */
void linux_fill(unsigned long addr, int byte, unsigned long size)
{
	if (!linux_world.dry)
		write_range(addr, byte, NULL, size);
}

void linux_copy_static(unsigned long addr, unsigned long size)
{
	if (!linux_world.dry)
		write_range(addr, 0, linux_world.static_data, size);
}

/* ---- page tables ---- */

pgd_t *linux_pgd(unsigned long addr)
{
	unsigned long index;

	if (addr < VMALLOC_START || addr >= VMALLOC_END)
		return &pgd_outside;
	index = PGDIR_SHIFT < BITS_PER_LONG ? (addr >> PGDIR_SHIFT) - pgd_first : 0;
	return pgd_table + index;
}

int linux_make_table(unsigned long *entry)
{
	if (entry == &pgd_outside.v) {
		if (linux_world.booting)
			linux_boot_failed(-ENOMEM);
		linux_bug("page tables", 0, "a page outside of the window is mapped");
	}
	linux_may_sleep("page tables", 0);
	*entry = (unsigned long)host_meta_alloc(LINUX_TABLE, PTRS_PER_PTE * sizeof(pte_t));
	return *entry ? 0 : -ENOMEM;
}

/* pfn_valid(), of each page that is about to be mapped */
bool linux_may_map(void)
{
	if (host_may_map())
		return true;
	map_refused = 1;
	return false;
}

/* Is the warning that comes now about that? */
int linux_refused_map(void)
{
	int refused = map_refused;

	map_refused = 0;
	return refused;
}

void linux_pte_set(unsigned long addr, pte_t *ptep, pte_t pte)
{
	*ptep = pte;
	host_pte_set(addr, pte_page(pte)->linux_frame);
}

pte_t linux_pte_clear(unsigned long addr, pte_t *ptep)
{
	pte_t old = *ptep;

	ptep->v = 0;
	if (pte_present(old))
		host_pte_set(addr, LINUX_NO_FRAME);
	return old;
}

/*
 * Called by pcpu_page_first_chunk() to make tables beforehand; here they are made when pages are
 * entered, as after booting.
 */
void pcpu_populate_pte(unsigned long addr);
void pcpu_populate_pte(unsigned long addr)
{
	(void)addr;
}

/* ---- the machine ---- */

static void start_cpus(const struct linux_config *cfg)
{
	unsigned int nr = 0;

	linux_world.cpu = LINUX_NO_CPU;
	nr_cpu_ids = cfg->nr_cpu_ids;
	for (unsigned int cpu = 0; cpu < cfg->nr_cpu_ids; cpu++) {
		linux_world.node[cpu] = cfg->node[cpu];
		if (!cfg->possible[cpu])
			continue;
		if (linux_world.cpu == LINUX_NO_CPU)
			linux_world.cpu = cpu;
		cpumask_set_cpu(cpu, &__cpu_possible_mask);
		cpumask_set_cpu(cpu, &__cpu_present_mask);
		cpumask_set_cpu(cpu, &__cpu_online_mask);
		nr++;
	}
#ifdef HAVE_NR_POSSIBLE_VARIABLE
	__num_possible_cpus = nr;
#endif
	atomic_set(&__num_online_cpus, nr);
}

/**
 * linux_world_start - what a machine has before it boots
 * @cfg: the machine
 */
void linux_world_start(const struct linux_config *cfg)
{
	linux_world.page_shift = cfg->page_shift;
	linux_world.static_size = cfg->static_size;
	linux_world.static_data = cfg->static_data;
	linux_world.vm_start = cfg->vm_start;
	linux_world.vm_end = cfg->vm_end;
	linux_world.max_frames = cfg->max_frames;
	linux_world.min_unit = cfg->min_unit_size;
	linux_world.dyn_early = cfg->dyn_size;
	linux_world.nr_nodes = cfg->nr_nodes;
	linux_world.dry = cfg->dry;
	start_cpus(cfg);

	pgd_first = 0;
	pgd_nr = 1;
	if (PGDIR_SHIFT < BITS_PER_LONG) {
		pgd_first = cfg->vm_start >> PGDIR_SHIFT;
		pgd_nr = (cfg->vm_end >> PGDIR_SHIFT) - pgd_first + 1;
	}
	pgd_table = host_meta_alloc(LINUX_NONE, (pgd_nr + 1) * sizeof(*pgd_table));
	frames = host_meta_alloc(LINUX_NONE, (cfg->max_frames + 1) * sizeof(*frames));
}

/* ---- addresses ---- */

unsigned int kernel_translate(unsigned long addr)
{
	struct page *page;

	if (addr < VMALLOC_START || addr >= VMALLOC_END)
		return LINUX_NO_FRAME;
	page = vmalloc_to_page((void *)addr);
	return page ? page->linux_frame : LINUX_NO_FRAME;
}
