# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: an area as large as the contig hint is the scan hint only if it lies after it.
/^static void pcpu_block_update(/,/^}/ {
	s/if (start <=\{0,1\} block->scan_hint_start &&$/if (contig == block->scan_hint ?\
			    block->scan_hint_start <= start :\
			    start < block->scan_hint_start \&\&/
	s/} else if (start > block->scan_hint_start ||$/} else if (start <= block->contig_hint_start) {\
			if (start < block->scan_hint_start \&\&\
			    contig > block->scan_hint)\
				block->scan_hint = 0;\
		&/
}
