/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boundary.h - where units that see kernel headers meet units that see the C library.
 *
 * Plain C types only, as neither side can include the other's headers.  The kernel_*() functions
 * are implemented by kernel-*.c beside the unmodified files of mm/, the host_*() functions by
 * host.c; both act on the instance that host.c made current.  Addresses of the simulated machine
 * (window, boot memory) are numbers, never dereferenced: an access goes through host_frame_data()
 * or host_boot_data().
 *
 *   adapter.c --> host.c: make the instance current --> kernel_*() --> mm/percpu.c, mm/vmalloc.c
 *                                                                         |
 *   the world (struct pcpu_env) <-- host_*() <-- shims <------------------+
 */
#ifndef LINUX_BOUNDARY_H
#define LINUX_BOUNDARY_H

#define LINUX_CPUS_MAX 256
#define LINUX_NO_FRAME (~0u)
#define LINUX_NO_CPU (~0u)

/* As enum pcpu_fault of impl/env.h; host.c asserts that they are equal. */
enum linux_kind {
	LINUX_NONE,
	LINUX_PAGE,
	LINUX_CHUNK,
	LINUX_AREA,
	LINUX_META,
	LINUX_MAP,
	LINUX_TABLE,
	LINUX_BOOT,
};

/* As enum pcpu_owner of impl/env.h. */
enum linux_owner {
	LINUX_OWNER_CHUNK,
	LINUX_OWNER_VMALLOC,
};

/* As enum pcpu_gfp of impl/pcpu.h. */
enum linux_gfp {
	LINUX_GFP_KERNEL,
	LINUX_GFP_NOFS,
	LINUX_GFP_NOIO,
	LINUX_GFP_ATOMIC,
	LINUX_GFP_NOWAIT,
};

/* As enum machine_first of oracle/machine.h. */
enum linux_first {
	LINUX_FIRST_GIVEN,
	LINUX_FIRST_EMBED,
	LINUX_FIRST_PAGE,
	LINUX_FIRST_AUTO,
};

/* As enum subject_flag of oracle/subject.h. */
enum linux_times {
	LINUX_NO_RECLAIM = 2,
	LINUX_FULL_GFP = 4,
	LINUX_ALL_NEAR = 8,
};

/* As enum pcpu_trouble of impl/env.h. */
enum linux_trouble {
	LINUX_TROUBLE_BUG,
	LINUX_TROUBLE_WARN,
	LINUX_TROUBLE_LOCK,
};

/**
 * struct linux_config - the machine that the kernel boots on
 * @page_shift:    log2 of the page size, 8 to 16; if LINUX_PAGE_SHIFT was defined when the kernel
 *                 units were compiled, that
 * @nr_cpu_ids:    highest possible CPU id plus 1
 * @possible:      1 for each CPU that is possible (and present, and online)
 * @node:          node of each CPU id
 * @nr_nodes:      nodes there are
 * @static_size:   bytes of static per-CPU data (__per_cpu_end - __per_cpu_start), 1 or more
 * @reserved_size: PERCPU_MODULE_RESERVE
 * @dyn_size:      PERCPU_DYNAMIC_RESERVE, and also PERCPU_DYNAMIC_EARLY_SIZE
 * @min_unit_size: PCPU_MIN_UNIT_SIZE; of a layout that is given, the unit size
 * @max_alloc:     PCPU_MIN_UNIT_SIZE as pcpu_alloc() is to see it, which refuses what is larger;
 *                 a unit, if that is smaller
 * @atom_size:     for pcpu_embed_first_chunk()
 * @first:         where the layout of the first chunk comes from
 * @vm_start, @vm_end: VMALLOC_START and VMALLOC_END
 * @max_frames:    totalram_pages()
 * @static_data:   __per_cpu_load: host memory, @static_size bytes
 * @dry:           no page has contents (accesses to the simulated machine are dropped)
 */
struct linux_config {
	unsigned int page_shift, nr_cpu_ids;
	unsigned char possible[LINUX_CPUS_MAX];
	unsigned short node[LINUX_CPUS_MAX];
	unsigned int nr_nodes;
	unsigned long static_size, reserved_size, dyn_size, min_unit_size, max_alloc, atom_size;
	enum linux_first first;
	unsigned long vm_start, vm_end, max_frames;
	const void *static_data;
	int dry;
};

/**
 * struct linux_layout - what booting came to, from the kernel's own variables
 * @static_size, @reserved_size, @dyn_size, @unit_size, @atom_size, @alloc_size: bytes, of the
 *                 struct pcpu_alloc_info that reached pcpu_setup_first_chunk()
 * @nr_groups:     groups
 * @group_offset, @group_size: of each, owned by the kernel side
 * @nr_units:      units, unused ones included
 * @unit_of:       pcpu_unit_map: unit of each CPU id, or LINUX_NO_CPU
 * @unit_offset:   of each CPU id
 * @cpu_offset:    __per_cpu_offset of each CPU id
 * @node_of:       of each possible CPU id
 * @base_addr:     pcpu_base_addr
 * @low_cpu, @high_cpu: the kernel's
 * @paged:         made by pcpu_page_first_chunk()
 */
struct linux_layout {
	unsigned long static_size, reserved_size, dyn_size, unit_size, atom_size, alloc_size;
	unsigned int nr_groups;
	const unsigned long *group_offset, *group_size;
	unsigned int nr_units;
	unsigned int unit_of[LINUX_CPUS_MAX];
	unsigned long unit_offset[LINUX_CPUS_MAX], cpu_offset[LINUX_CPUS_MAX];
	unsigned short node_of[LINUX_CPUS_MAX];
	unsigned long base_addr;
	unsigned int low_cpu, high_cpu;
	int paged;
};

/**
 * struct linux_chunk - one struct pcpu_chunk, as struct subject_chunk of oracle/subject.h
 */
struct linux_chunk {
	void *id;
	int slot;
	unsigned long base;
	int free_bytes, nr_pages, nr_populated, nr_empty_pop_pages, nr_alloc;
	unsigned long max_alloc_size;
	unsigned int start_offset, end_offset;
	int immutable, isolated;
	const void *md, *blocks;
	const unsigned long *alloc_map, *bound_map, *populated;
};

/**
 * struct linux_view - the other figures of the allocator, as struct subject_view
 * @nr_slots: lists; the kernel side numbers them as 6.1 does: of trees before 5.14, the list of
 *            fully free chunks has the number that it has there, and those that they do not have
 *            are empty
 * @fault:    a list is not linked both ways, or NULL
 */
struct linux_view {
	int nr_slots;
	const char *fault;
	long nr_empty_pop_pages, nr_populated;
	int atomic_failed, work_pending;
	unsigned long long nr_alloc, nr_dealloc, nr_cur_alloc, nr_max_alloc;
	unsigned int nr_chunks, nr_max_chunks;
	unsigned long min_alloc_size, max_alloc_size;
};

/**
 * struct linux_area - one vmap_area, as struct subject_area
 * @flags: as impl/vm.h: VM_IOREMAP, VM_ALLOC, and VM_PCPU for those of pcpu_get_vm_areas() and of
 *         the first chunk
 */
struct linux_area {
	unsigned long addr, size;
	unsigned int flags;
	int lazy;
	unsigned int nr_pages;
};

/* ---- implemented by the kernel units ---- */

/* The tree they were built from, "6.1.192". */
extern const char kernel_version[];
extern const int kernel_has_error_addresses; /* an area in the last 4095 bytes is none */

/* 0 or -errno; the lines that the kernel prints go to host_printk(). */
int kernel_boot(const struct linux_config *cfg);
/* Did it end in a panic or a BUG(), so that nothing was given back? */
int kernel_panicked(void);
void kernel_layout(struct linux_layout *l);

/* Address at unit offset 0, or 0. */
/* LINUX_NO_RECLAIM and so on, by features of the tree. */
unsigned int kernel_times(void);
unsigned long kernel_alloc(unsigned long size, unsigned long align, int reserved,
			   enum linux_gfp gfp);
void kernel_free(unsigned long addr);
void kernel_balance(void);
/* The chunk is one that kernel_chunks() shows, not immutable, the range inside it; 0 or -errno. */
int kernel_populate(void *chunk, int start, int end);
void kernel_depopulate(void *chunk, int start, int end);

/* Calls @show for the reserved chunk, slot -1, and then slot by slot; stops if that returns 0. */
void kernel_chunks(int (*show)(void *ctx, const struct linux_chunk *c), void *ctx,
		   struct linux_view *v);
/* Calls @show for one chunk that it showed before, its slot not looked for. */
void kernel_chunk(void *chunk, int (*show)(void *ctx, const struct linux_chunk *c), void *ctx);
void kernel_figures(struct linux_view *v);

/* Frame that the kernel's page tables translate an address to, or LINUX_NO_FRAME. */
unsigned int kernel_translate(unsigned long addr);
/* per_cpu_ptr_to_phys(); the caller has made sure that something is there. */
unsigned long long kernel_phys(unsigned long addr);
int kernel_is_static(unsigned long addr, unsigned long *can_addr);
unsigned long kernel_per_cpu_ptr(unsigned long ptr, unsigned int cpu);

unsigned long kernel_get_vm_area(unsigned long size, int ioremap, unsigned long from,
				 unsigned long to);
unsigned long kernel_vmalloc(unsigned long size, unsigned int node);
void kernel_vfree(unsigned long addr);
void kernel_remove_vm_area(unsigned long addr);
/* find_vm_area(); 0 if there is none that starts at @addr. */
int kernel_find_vm_area(unsigned long addr, struct linux_area *area);
/* pcpu_get_vm_areas(); the caller has made sure that no BUG_ON() of it holds. */
void *kernel_get_vm_areas(const unsigned long *offsets, const unsigned long *sizes, int nr,
			  unsigned long align);
unsigned long kernel_vm_areas_addr(void *set, int i);
void kernel_free_vm_areas(void *set, int nr);
/* As the retry of alloc_vmap_area() does: everything that was freed lazily becomes usable. */
void kernel_purge(void);
/* Calls @show for each area that starts at @from or above, by address; stops if it returns 0. */
void kernel_areas(unsigned long from, int (*show)(void *ctx, const struct linux_area *a),
		  void *ctx);

/*
 * Gives back what the kernel never does: destroys all chunks but the first and the reserved one, as
 * the balance work does, with their pages, and purges.  No object is live.
 */
void kernel_shutdown(void);

/*
 * Single steps, for replaying traces, on a kernel booted with kernel_boot_dry(): one CPU, a first
 * chunk at a given address, no contents and no address space.  As struct subject_step_ops.
 */
int kernel_boot_dry(const struct linux_config *cfg, unsigned long unit_size,
		    unsigned long base_addr);
/* 0 if no chunk fits; else *base and *off. */
int kernel_step_alloc(unsigned long size, unsigned long align, int reserved, int atomic,
		      unsigned long *base, int *off);
void kernel_step_free(void *chunk, int off, int decide);
int kernel_step_insert(unsigned long base);
void kernel_step_set_populated(void *chunk, int from, int to, int on);
void kernel_step_pick_free(int empty_only);
void *kernel_step_picked(void);
void kernel_step_destroy_chunk(void *chunk);
void *kernel_step_reclaim_first(void);
void kernel_step_put_back(void *chunk, int reintegrate);
void kernel_step_begin_refill(void);
void kernel_step_atomic_failed(void);

/*
 * Address space on its own, for replaying traces: all of it free, and nothing is mapped.  As struct
 * subject_space_ops.
 */
int kernel_space_start(const struct linux_config *cfg);
/* 0 if there is no room. */
int kernel_space_take(unsigned long size, unsigned long align, unsigned long from, unsigned long to,
		      unsigned long *addr);
int kernel_space_lazy(unsigned long start, unsigned long end);
int kernel_space_give(unsigned long start, unsigned long end);
int kernel_space_next_free(unsigned long from, unsigned long range[2]);

/* ---- implemented by the host units; as the members of struct pcpu_env ---- */

void *host_meta_alloc(enum linux_kind kind, unsigned long size);
void host_meta_free(void *p);
unsigned int host_frame_alloc(unsigned int node, enum linux_owner owner);
void host_frame_free(unsigned int frame);
unsigned char *host_frame_data(unsigned int frame);
unsigned long long host_frame_phys(unsigned int frame);
int host_may_map(void);
void host_pte_set(unsigned long addr, unsigned int frame);
void host_tlb_flush(unsigned long start, unsigned long end);
unsigned long host_boot_alloc(unsigned int node, unsigned long size, unsigned long align);
void host_boot_free(unsigned long addr, unsigned long size);
unsigned char *host_boot_data(unsigned long addr);
unsigned int host_boot_frame(unsigned long addr);
/* percpu-km.c: 2^order pages in the linear map; what host_boot_data() and -frame() know. */
unsigned long host_block_alloc(unsigned int order);
void host_block_free(unsigned long addr, unsigned int order);
/* 0 if mutex_lock_killable() must fail. */
int host_may_lock(void);
unsigned int host_distance(unsigned int from, unsigned int to);

/* One piece of what the kernel prints; kept only while it boots. */
void host_printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * The kernel noticed that it is broken, or a shim did: BUG(), WARN(), a lock taken twice.  Does
 * not return from LINUX_TROUBLE_BUG: control goes back to the adapter, and the instance is used no
 * more.
 */
void host_trouble(enum linux_trouble trouble, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
