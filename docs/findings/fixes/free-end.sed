# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: both ends of the freed area count from the start of the chunk.
/^static void pcpu_block_update_hint_free(/,/^}/ s/^\([[:space:]]*\)end);$/\1pcpu_block_off_to_off(s_index, end));/
