# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: an allocation lowers the chunk's edges, as it does those of its blocks.
/^static void pcpu_block_update_hint_alloc(/,/^}/ {
	/if (pcpu_region_overlap(chunk_md->scan_hint_start,/ i\
	chunk_md->left_free = min(chunk_md->left_free, bit_off);\
	chunk_md->right_free = min(chunk_md->right_free,\
				   chunk_md->nr_bits - (bit_off + bits));\

}
