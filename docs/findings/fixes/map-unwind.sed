# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu-vm.c: the CPU whose mapping failed is unmapped too.
/^static int pcpu_map_pages(/,/^}/ {
	/if (tcpu == cpu)/ {
		N
		d
	}
	/__pcpu_unmap_pages(/ {
		N
		a\
		if (tcpu == cpu)\
			break;
	}
}
