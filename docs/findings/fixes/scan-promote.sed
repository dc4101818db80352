# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: when the contig hint is broken, look from the first free bit on, not behind the scan hint.
/^static void pcpu_block_refresh_hint(/,/^}/ {
	/promote scan_hint/ d
	/if (block->scan_hint) {/,/} else {/ d
	/block->contig_hint = 0;/ {
		s/.*/	block->contig_hint = 0;\
	block->scan_hint = 0;/
		n
		d
	}
}
/^static void pcpu_chunk_refresh_hint(/,/^}/ {
	/promote scan_hint/ d
	/if (!full_scan && chunk_md->scan_hint) {/,/} else {/ d
	/chunk_md->contig_hint = 0;/ {
		s/.*/	chunk_md->contig_hint = 0;\
	chunk_md->scan_hint = 0;/
		n
		d
	}
}
