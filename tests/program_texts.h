/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program_texts.h - texts of programs, wrong ones with the error that they must give, and right
 * ones.
 *
 * The tables of test_text.c.
 */
#ifndef TESTS_PROGRAM_TEXTS_H
#define TESTS_PROGRAM_TEXTS_H

#define HEAD "pcpu-program 1\n"
#define MACHINE                                                                          \
	"machine cpus=2 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 " \
	"frames=64\n"

/* The same machine with as many CPUs as @cpus says, and further keys. */
#define KEYS(cpus, more)                                                                        \
	"machine cpus=" cpus " page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 " \
	"frames=64 " more "\n"

struct bad_text {
	const char *text;
	unsigned int line;
	const char *what;
};

static const struct bad_text bad_texts[] = {
	{ "", 1, "expected 'pcpu-program 1'; got end of text" },
	{ "# nothing\n\n", 2, "expected 'pcpu-program 1'" },
	{ "pcpu-program 2\n", 1, "expected 'pcpu-program 1'; got 'pcpu-program'" },
	{ "pcpu-program 1 x\n", 1, "expected end of line; got 'x'" },
	{ "pcpu-program 11\n", 1, "'pcpu-program 1'" },
	{ "pcpu-program\n", 1, "'pcpu-program 1'" },
	{ HEAD, 1, "expected 'machine'; got end of text" },
	{ HEAD "balance\n", 2, "expected 'machine'; got 'balance'" },
	{ HEAD "machine\n", 2, "expected 'cpus='; got end of line" },
	{ HEAD "machine cpus=1 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32\n", 2,
	  "expected 'frames='" },
	{ HEAD "machine cpus=1 cpus=2\n", 2, "each machine key once; got 'cpus=2'" },
	{ HEAD "machine frobs=1\n", 2, "expected a machine key such as 'cpus='; got 'frobs=1'" },
	{ HEAD "machine page=-1\n", 2, "expected a number from 0 to 4294967295; got '-1'" },
	{ HEAD "machine page=0x\n", 2, "expected a number" },
	{ HEAD "machine page=4294967296\n", 2, "expected a number" },
	{ HEAD "machine page=99999999999999999999999999999\n", 2, "expected a number" },
	{ HEAD "machine page=1,2\n", 2, "expected a space; got ',2'" },
	{ HEAD "machine cpus=257\n", 2, "expected a number from 0 to 256; got '257'" },
	{ HEAD "machine cpus=1,256\n", 2, "expected a number from 0 to 255; got '256'" },
	{ HEAD "machine cpus=1,\n", 2, "expected a number from 0 to 255; got end of line" },
	{ HEAD "machine cpus=7-5\n", 2, "expected a number from 7 to 255; got '5'" },
	{ HEAD "machine cpus=1-2-3\n", 2, "expected a space; got '-3'" },
	{ HEAD "machine cpus=0 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 "
	       "frames=64\n",
	  2, "illegal machine: cpus must name" },
	{ HEAD "machine cpus=1 page=300 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 "
	       "frames=64\n",
	  2, "illegal machine: page must be a power of two" },
	{ HEAD MACHINE "r0 = alloc siez=4\n", 3, "expected 'size='; got 'siez=4'" },
	{ HEAD MACHINE "r0 = alloc size=4\n", 3, "expected 'align='; got end of line" },
	{ HEAD MACHINE "r0 = alloc size= 4 align=4\n", 3, "4294967295; got a space" },
	{ HEAD MACHINE "r0 = alloc size=4 align=9\n", 3, "got 'align=9'" },
	{ HEAD MACHINE "r0 = alloc size=4 align=4 atomic reserved\n", 3,
	  "expected '(fail KIND N)' or end of line; got 'reserved'" },
	{ HEAD MACHINE "r0 = aloc size=4 align=4\n", 3, "expected 'alloc'; got 'aloc'" },
	{ HEAD MACHINE "r0 alloc size=4 align=4\n", 3, "expected '='; got 'alloc'" },
	{ HEAD MACHINE "alloc size=4 align=4\n", 3, "expected an op; got 'alloc'" },
	{ HEAD MACHINE "r4294967296 = alloc size=4 align=4\n", 3, "expected a handle" },
	{ HEAD MACHINE "r0x = alloc size=4 align=4\n", 3, "expected a handle" },
	{ HEAD MACHINE "\nr7 = alloc size=4 align=4 # x\nr07 = alloc size=4 align=4\n", 5,
	  "expected a handle that is not defined yet; got 'r07'" },
	{ HEAD MACHINE "free r0\n", 3, "expected a handle that is defined above; got 'r0'" },
	{ HEAD MACHINE "r1 = alloc size=4 align=4\nverify r17\n", 4, "defined above; got 'r17'" },
	{ HEAD MACHINE "free\n", 3, "expected a handle or 'null'; got end of line" },
	{ HEAD MACHINE "free nul\n", 3, "expected a handle or 'null'; got 'nul'" },
	{ HEAD MACHINE "r0 = alloc size=4 align=4\nfree r0 +4\n", 4, "or end of line; got '+4'" },
	{ HEAD MACHINE "r0 = alloc size=4 align=4\nfree r0-4\n", 4, "expected a space; got '-4'" },
	{ HEAD MACHINE "r0 = alloc size=4 align=4\nwrite r0\n", 4, "expected 'seed='" },
	{ HEAD MACHINE "balance now\n", 3, "or end of line; got 'now'" },
	{ HEAD MACHINE "balance (fail page 0)\n", 3,
	  "expected a number from 1 to 65535; got '0)'" },
	{ HEAD MACHINE "balance (fail map 65536)\n", 3, "expected a number from 0 to 65535" },
	{ HEAD MACHINE "balance (fail none 1)\n", 3, "expected 'page', 'chunk'" },
	{ HEAD MACHINE "balance (fail page 1\n", 3, "expected ')'; got end of line" },
	{ HEAD MACHINE "balance (fail page 1) (fail page 2)\n", 3, "expected end of line" },
	{ HEAD MACHINE "populate chunk=65536 pages=0..1\n", 3, "expected a number" },
	{ HEAD MACHINE "populate chunk=1 pages=0-1\n", 3, "expected '..'; got '-1'" },
	{ HEAD MACHINE "populate pages=0..1\n", 3, "expected 'chunk='; got 'pages=0..1'" },
	{ HEAD MACHINE "frobnicate\xff\x01\n", 3, "expected an op; got 'frobnicate" },
	{ HEAD "machine cpus=1 first=frob\n", 2, "expected 'given', 'embed', 'page' or 'auto'" },
	{ HEAD "machine cpus=1 backing=k\n", 2, "expected 'vm' or 'km'; got 'k'" },
	{ HEAD "machine backing=km backing=vm\n", 2, "each machine key once; got 'backing=vm'" },
	{ HEAD "machine node=0,256\n", 2, "expected a number from 0 to 255; got '256'" },
	{ HEAD "machine near=1-2\n", 2, "expected '>'; got '-2'" },
	{ HEAD "machine bases=1\n", 2, "expected ':'; got end of line" },
	{ HEAD "machine bases=1:0x1000\n", 2, "expected a multiple of 0x400000; got '0x1000'" },
	{ HEAD "machine bases=1:0x80000000\n", 2, "expected a number from 0 to 2147483647" },
	{ HEAD "machine vm_start=-1\n", 2, "expected a number below 2^64; got '-1'" },
	{ HEAD "machine vm_start=18446744073709551616\n", 2, "expected a number below 2^64" },
	{ HEAD KEYS("2", "node=0,1"), 2, "illegal machine: each CPU must be on one of the nodes" },
	{ HEAD KEYS("2", "nodes=2 node=0"), 2,
	  "illegal machine: node must have one node for each" },
	{ HEAD KEYS("2", "nodes=0"), 2, "illegal machine: nodes must be 1 to 256" },
	{ HEAD KEYS("2", "nodes=257"), 2, "illegal machine: nodes must be 1 to 256" },
	{ HEAD KEYS("2", "nodes=3 near=1>2,0>1"), 2, "illegal machine: near must be in ascending" },
	{ HEAD KEYS("2", "nodes=3 near=1>1"), 2, "illegal machine: near must name two different" },
	{ HEAD KEYS("2", "nodes=2 bases=1:0x10000000"), 2,
	  "illegal machine: the boot memory of two" },
	{ HEAD KEYS("2", "nodes=2 bases=1:0x10400000"), 2,
	  "illegal machine: bases must only name" },
	{ HEAD KEYS("2", "bases=0:0"), 2, "illegal machine: bases must be multiples" },
	{ HEAD KEYS("2", "backing=km first=page"), 2,
	  "illegal machine: backing=km needs first=given or first=embed" },
	{ HEAD KEYS("2", "backing=km first=auto"), 2,
	  "illegal machine: backing=km needs first=given or first=embed" },
	{ HEAD KEYS("2", "backing=km nodes=2"), 2, "illegal machine: backing=km needs nodes=1" },
	{ HEAD KEYS("2", "backing=km near=0>1"), 2, "illegal machine: near must name two" },
	{ HEAD KEYS("2", "backing=km bases=0:0x0c000000"), 2,
	  "illegal machine: backing=km has its blocks at 0xc000000" },
	{ HEAD "machine cpus=1 page=256 unit_pages=1 static=20 reserved=0 dyn=236 vm_pages=32 "
	       "frames=1001 backing=km\n",
	  2, "illegal machine: frames must have room for at most 1000 blocks" },
	{ HEAD KEYS("2", "va=48"), 2, "illegal machine: va must be 32 or 64" },
	{ HEAD KEYS("2", "va=288"), 2, "illegal machine: va must be 32 or 64" },
	{ HEAD KEYS("2", "vm_start=0x7fffff00"), 2,
	  "illegal machine: vm_start must be a multiple" },
	{ HEAD KEYS("2", "vm_start=0x100000000 va=32"), 2,
	  "illegal machine: vm_start must be below" },
	{ HEAD KEYS("2", "vm_start=0xffffe000 va=32"), 2, "illegal machine: the window must end" },
	{ HEAD KEYS("2", "vm_start=0xffffffffffffe000"), 2,
	  "illegal machine: the window must end" },
	{ HEAD KEYS("2", "atom=512"), 2, "illegal machine: atom and boot_pages mean nothing" },
	{ HEAD KEYS("2", "first=embed atom=100"), 2,
	  "illegal machine: atom must be a power of two" },
	{ HEAD KEYS("2", "first=embed atom=0"), 2, "illegal machine: atom must be a power of two" },
	{ HEAD KEYS("2", "first=page boot_pages=16385"), 2, "illegal machine: boot_pages must be" },
	{ HEAD MACHINE "v0 = alloc size=4 align=4\n", 3,
	  "expected 'get_vm_area' or 'vmalloc'; got 'alloc'" },
	{ HEAD MACHINE "g0 = vmalloc size=4\n", 3, "expected 'get_vm_areas'; got 'vmalloc'" },
	{ HEAD MACHINE "v0 = get_vm_areas align=4\n", 3, "expected 'get_vm_area' or 'vmalloc'" },
	{ HEAD MACHINE "r0 = alloc size=4 align=4\nfree v0\n", 4, "defined above; got 'v0'" },
	{ HEAD MACHINE "v1 = vmalloc size=4\nv01 = vmalloc size=4\n", 4, "not defined yet" },
	{ HEAD MACHINE "v0 = vmalloc size=0x10000000000\n", 3,
	  "expected a number below 2^40, or from 2^64 - 2^40 on; got '0x10000000000'" },
	{ HEAD MACHINE "v0 = vmalloc size=0xfffffeffffffffff\n", 3, "expected a number below" },
	{ HEAD MACHINE "v0 = vmalloc size=0x10000000000000000\n", 3, "expected a number below" },
	{ HEAD MACHINE "v0 = vmalloc size=4 ioremap\n", 3, "or end of line; got 'ioremap'" },
	{ HEAD MACHINE "v0 = vmalloc size=4 node=65536\n", 3, "expected a number from 0 to 65535" },
	{ HEAD MACHINE "v0 = get_vm_area size=4 range=4\n", 3, "expected '..'; got end of line" },
	{ HEAD MACHINE "v0 = get_vm_area size=4 range=4..5 range=5..6\n", 3, "or end of line" },
	{ HEAD MACHINE "g0 = get_vm_areas 0+256\n", 3, "expected 'align='; got '0+256'" },
	{ HEAD MACHINE "g0 = get_vm_areas align=256 0-256\n", 3, "expected '+'; got '-256'" },
	{ HEAD MACHINE "g0 = get_vm_areas align=9\n", 3, "got 'align=9'" },
	{ HEAD MACHINE "v0 = vmalloc size=4\nwrite v0+4 seed=1\n", 4,
	  "expected a space; got '+4'" },
	{ HEAD MACHINE "v0 = vmalloc size=4\nphys v0\n", 4, "expected 'cpu='; got end of line" },
	{ HEAD MACHINE "remove_vm_area null\n", 3, "expected a handle, one of r, v and g" },
	{ HEAD MACHINE "vfree\n", 3, "expected a handle or 'null'; got end of line" },
	{ HEAD MACHINE "boot given static=1\n", 3, "expected 'auto', 'embed' or 'page'" },
	{ HEAD MACHINE "boot auto static=16777216\n", 3, "expected a number from 0 to 16777215" },
	{ HEAD MACHINE "boot auto static=1 reserved=1 dyn=1 unit=1 atom=128\n", 3,
	  "expected atom to be a power of two from 256 to 2097152; got 'atom=128'" },
	{ HEAD MACHINE "boot auto static=1 reserved=1 dyn=1 unit=1 atom=768\n", 3, "power of two" },
	{ HEAD MACHINE "bal\rance\n", 3, "expected an op; got 'bal?ance'" },
};

/* Accepted text, and what it is printed as. */
static const char *const good_texts[][2] = {
	{ HEAD MACHINE, HEAD MACHINE },
	{ "\n# x\r\n\t pcpu-program\t1 # y\r\n"
	  "machine frames=0x40 vm_pages=32 dyn=300 reserved=0 static=20 unit_pages=4 page=0x100 "
	  "cpus=0,1\r\nbalance",
	  HEAD MACHINE "balance\n" },
	{ HEAD "machine cpus=7,1,3,5-6,5 page=256 unit_pages=4 static=20 reserved=0 dyn=300 "
	       "vm_pages=32 frames=64\n",
	  HEAD "machine cpus=1,3,5-7 page=256 unit_pages=4 static=20 reserved=0 dyn=300 "
	       "vm_pages=32 frames=64\n" },
	{ HEAD "machine cpus=4-4 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 "
	       "frames=64\n",
	  HEAD "machine cpus=4-4 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 "
	       "frames=64\n" },
	{ HEAD "machine cpus=0-0 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 "
	       "frames=64\n",
	  HEAD "machine cpus=1 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 "
	       "frames=64\n" },
	{ HEAD MACHINE
	  "r9=alloc size=0x40 align=8 kernel\nr4294967295 = alloc size=4294967295 align=96 "
	  "reserved nowait( fail  page 2 )\n  free r009+0\nfree r9+4#x\nfree null (fail map 0)\n"
	  "write r4294967295 seed=0xffffffff\nverify r9(fail area 65535)\n"
	  "populate chunk=65535 pages=4..3 (fail meta 1)\ndepopulate chunk=0 pages=0..65535\n",
	  HEAD MACHINE
	  "r0 = alloc size=64 align=8\nr1 = alloc size=4294967295 align=96 reserved nowait "
	  "(fail page 2)\nfree r0\nfree r0+4\nfree null (fail map 0)\nwrite r1 seed=4294967295\n"
	  "verify r0 (fail area 65535)\npopulate chunk=65535 pages=4..3 (fail meta 1)\n"
	  "depopulate chunk=0 pages=0..65535\n" },
	{ HEAD KEYS("4",
		    "bases=1:1073741824,3:0x400000 near=0>1,2>0 node=0,1,3,3 nodes=4 boot_pages=9 "
		    "atom=1024 first=auto va=32 vm_start=2415919104"),
	  HEAD KEYS("4", "vm_start=0x90000000 va=32 first=auto atom=1024 boot_pages=9 nodes=4 "
			 "node=0,1,3,3 near=0>1,2>0 bases=1:0x40000000,3:0x400000") },
	/* what is said of the default is not printed */
	{ HEAD KEYS("2", "vm_start=0x80000000 va=64 first=given backing=vm atom=256 boot_pages=0 "
			 "nodes=1 node=0,0"),
	  HEAD MACHINE },
	{ HEAD KEYS("3", "nodes=1 atom=512 backing=km first=embed bases=0:0x0c400000"),
	  HEAD KEYS("3", "first=embed backing=km atom=512 bases=0:0xc400000") },
	{ HEAD KEYS("2", "backing=km") "r0 = alloc size=4 align=4 (fail kill 1)\n",
	  HEAD "machine cpus=2 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 "
	       "frames=64 backing=km\nr0 = alloc size=4 align=4 (fail kill 1)\n" },
	{ HEAD KEYS("256", ""),
	  HEAD "machine cpus=256 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=32 "
	       "frames=64\n" },
	{ HEAD KEYS("200-255", "nodes=256"), HEAD KEYS("200-255", "nodes=256") },
	{ HEAD MACHINE
	  "v7=vmalloc size=65535 node=0\nr7 = alloc size=4 align=4\n"
	  "g7 = get_vm_areas align=256(fail boot 1)\nv8 = get_vm_area size=65536 "
	  "range=0x10..0x10000\n"
	  "g8 = get_vm_areas align=0x100 0+256  18446744073709551615+18446742974197923840 (fail "
	  "table 2)\n"
	  "write g7 seed=1\nverify v8\nfree g8+1\nfree_vm_areas r7\nvfree v7+0\nvfree null\n"
	  "remove_vm_area v8+4\nfind_vm_area g7\nphys v7+3 cpu=65535\npurge\nvmallocinfo#x\n"
	  "boot page static=0 reserved=16777215 dyn=0 unit=3 atom=0x100\n",
	  HEAD MACHINE
	  "v0 = vmalloc size=65535\nr0 = alloc size=4 align=4\n"
	  "g0 = get_vm_areas align=256 (fail boot 1)\nv1 = get_vm_area size=0x10000 "
	  "range=16..0x10000\n"
	  "g1 = get_vm_areas align=256 0+256 0xffffffffffffffff+0xffffff0000000000 (fail table 2)\n"
	  "write g0 seed=1\nverify v1\nfree g1+1\nfree_vm_areas r0\nvfree v0\nvfree null\n"
	  "remove_vm_area v1+4\nfind_vm_area g0\nphys v0+3 cpu=65535\npurge\nvmallocinfo\n"
	  "boot page static=0 reserved=16777215 dyn=0 unit=3 atom=256\n" },
};

#endif
