# SPDX-License-Identifier: GPL-2.0-only
# mm/vmalloc.c: look for the size itself; whether it fits when aligned is asked of each area anyway.
/^find_vmap_lowest_match(/,/^}/ s/length = .*align - 1.*/length = size;/
