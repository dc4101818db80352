# SPDX-License-Identifier: GPL-2.0-only
# mm/vmalloc.c: a size that wraps with the guard page is refused before anything is taken for it.
/^\(static \)\{0,1\}struct vm_struct \*__get_vm_area_node(/,/^}/ {
	/if (unlikely(!size))/ i\
	if (!(flags & VM_NO_GUARD) && size > ULONG_MAX - PAGE_SIZE)\
		return NULL;
}
