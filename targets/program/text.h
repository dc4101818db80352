/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - what the parser and the printer of programs share.
 */
#ifndef PROGRAM_TEXT_H
#define PROGRAM_TEXT_H

/* The machine keys in the order they are printed in; those from KEY_OPTIONAL on may be missing. */
enum machine_key {
	KEY_CPUS,
	KEY_PAGE,
	KEY_UNIT,
	KEY_STATIC,
	KEY_RESERVED,
	KEY_DYN,
	KEY_VM,
	KEY_FRAMES,
	KEY_OPTIONAL,
	KEY_VM_START = KEY_OPTIONAL,
	KEY_VA,
	KEY_FIRST,
	KEY_ATOM,
	KEY_BOOT_PAGES,
	KEY_NODES,
	KEY_NODE,
	KEY_NEAR,
	KEY_BASES,
	KEY_NR
};

extern const char *const machine_key_names[KEY_NR];

/* The letters that handles begin with; each has numbers of its own. */
#define HANDLE_LETTERS "rvg"
#define NR_HANDLE_LETTERS 3

#endif
