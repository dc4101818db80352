# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: an area that touches an edge of its block may go on behind it, so look at all blocks.
/^static void pcpu_block_update_hint_free(/,/^}/ s/|| s_index != e_index)$/|| s_index != e_index ||\
	    !start || end == PCPU_BITMAP_BLOCK_BITS)/
