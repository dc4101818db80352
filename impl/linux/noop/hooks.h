/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hooks.h - no-op, all versions: accounting, checkers, tracing, notifiers, RCU and the like.
 */
#ifndef LINUX_SHIM_HOOKS_H
#define LINUX_SHIM_HOOKS_H

#include <linux/types.h>

/* memory control groups and the profile of allocations */
struct obj_cgroup;
struct mem_cgroup;
#define MEMCG_PERCPU_B 0
#define MEMCG_VMALLOC 0
#define NR_VMALLOC 0
#define alloc_hooks(call) (call)
#define alloc_hooks_tag(tag, call) (call)
#define mem_alloc_profiling_enabled() 0
#define mem_cgroup_kmem_disabled() 1
#define mem_cgroup_disabled() 1

/* tracepoints */
#define trace_percpu_alloc_percpu(...) ((void)0)
#define trace_percpu_free_percpu(...) ((void)0)
#define trace_percpu_alloc_percpu_fail(...) ((void)0)
#define trace_percpu_create_chunk(...) ((void)0)
#define trace_percpu_destroy_chunk(...) ((void)0)
#define trace_alloc_vmap_area(...) ((void)0)
#define trace_purge_vmap_area_lazy(...) ((void)0)
#define trace_free_vmap_area_noflush(...) ((void)0)

/* address and memory sanitizers of the kernel */
typedef unsigned int kasan_vmalloc_flags_t;
#define KASAN_VMALLOC_NONE 0u
#define KASAN_VMALLOC_INIT 1u
#define KASAN_VMALLOC_VM_ALLOC 2u
#define KASAN_VMALLOC_PROT_NORMAL 4u
#define KASAN_VMALLOC_KEEP_TAG 8u
#define KASAN_VMALLOC_PAGE_RANGE 1u
#define KASAN_VMALLOC_TLB_FLUSH 2u
#define kasan_reset_tag(addr) ((void *)(addr))
#define kasan_hw_tags_enabled() 0
#define kasan_populate_vmalloc(addr, size, ...) ((void)(addr), 0)
#define kasan_populate_early_vm_area_shadow(addr, size) ((void)(addr))
#define kasan_release_vmalloc(...) ((void)0)
#define kasan_poison_vmalloc(addr, size) ((void)(addr))
#define kasan_unpoison_vmalloc(addr, ...) ((void *)(addr))
#define kasan_unpoison_vmap_areas(vms, nr, flags) ((void)(vms))
#define kasan_vrealloc(addr, from, to) ((void)(addr))
#define kasan_module_alloc(addr, size, gfp) 0
#define kasan_free_module_shadow(vm) ((void)(vm))
#define kasan_free_shadow(vm) ((void)(vm))
#define kmsan_ioremap_page_range(...) 0
#define kmsan_vmap_pages_range_noflush(...) 0
#define kmsan_vunmap_range_noflush(start, end) ((void)(start))
#define KMSAN_WARN_ON(cond) (cond)
#define debug_check_no_obj_freed(addr, size) ((void)(addr))
#define page_table_check_pmd_clear(...) ((void)0)

/* notifiers, of which there are none */
struct notifier_block;
struct blocking_notifier_head {
	int unused;
};
#define BLOCKING_NOTIFIER_HEAD(name) struct blocking_notifier_head name
#define blocking_notifier_call_chain(head, what, data) ((void)(head), (void)(data), 0)
#define blocking_notifier_chain_register(head, nb) ((void)(head), 0)
#define blocking_notifier_chain_unregister(head, nb) ((void)(head), 0)
#define NOTIFY_DONE 0

/* RCU: nobody reads while somebody writes */
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define rcu_dereference_raw(p) (p)
#define rcu_dereference(p) (p)
#define rcu_assign_pointer(p, v) ((void)((p) = (v)))
#define RCU_INIT_POINTER(p, v) ((void)((p) = (v)))
#define list_add_tail_rcu(new, head) list_add_tail(new, head)
#define list_add_rcu(new, head) list_add(new, head)
#define list_del_rcu(entry) list_del(entry)
#define list_for_each_entry_rcu(pos, head, member, ...) list_for_each_entry(pos, head, member)

/* arrays of blocks of vm_map_ram(), which nobody calls */
struct xarray {
	int xa_flags;
};
#define DEFINE_XARRAY(name) struct xarray name
#define xa_init(xa) ((void)(xa))
#define xa_insert(xa, index, entry, gfp) ((void)(xa), (void)(entry), 0)
#define xa_load(xa, index) ((void)(xa), (void)(index), (void *)NULL)
#define xa_erase(xa, index) ((void)(xa), (void)(index), (void *)NULL)
#define xa_for_each(xa, index, entry) for ((void)(xa), (index) = 0, (entry) = NULL; (entry);)

/* shrinkers: memory is never short of what they could give */
struct shrink_control {
	unsigned long nr_to_scan;
};
struct shrinker {
	unsigned long (*count_objects)(struct shrinker *s, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *s, struct shrink_control *sc);
	unsigned long flags;
	void *private_data;
};
#define SHRINK_STOP (~0ul)
#define SHRINK_EMPTY (~0ul - 1)
#define shrinker_alloc(flags, ...) \
	((struct shrinker *)linux_new(LINUX_NONE, sizeof(struct shrinker), GFP_KERNEL))
#define shrinker_register(s) ((void)(s))

/* copying to and from users */
struct iov_iter;
#define copy_page_to_iter_nofault(...) 0
#define copy_to_iter(...) 0
#define iov_iter_count(iter) 0
#define iov_iter_zero(...) 0

#endif
