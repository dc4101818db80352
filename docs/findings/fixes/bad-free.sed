# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: of the addresses in a chunk, only that of a live object is freed.
/^void free_percpu(/,/^}/ {
	/size = pcpu_free_area(chunk, off);/ i\
	if (WARN_ON_ONCE(!IS_ALIGNED(off, PCPU_MIN_ALLOC_SIZE) ||\
			 !test_bit(off / PCPU_MIN_ALLOC_SIZE, chunk->alloc_map) ||\
			 !test_bit(off / PCPU_MIN_ALLOC_SIZE, chunk->bound_map))) {\
		spin_unlock_irqrestore(&pcpu_lock, flags);\
		return;\
	}\

}
