# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: what becomes the contig hint and starts where the scan hint did takes that in.
/^static void pcpu_block_update(/,/^}/ s/start < block->scan_hint_start\( &&\|) {\)/start <= block->scan_hint_start\1/
