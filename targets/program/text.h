/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - what the parser and the printer of programs share.
 */
#ifndef PROGRAM_TEXT_H
#define PROGRAM_TEXT_H

#include "program.h"

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
	KEY_BACKING,
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

/**
 * struct names - which handle a name stands for: a tree that branches on hex digits
 * @node: each entry is a node, or in the last level a handle plus 1; 0 for none
 * @nr: nodes there are, the first being the root
 * @capacity: room in @node
 *
 * A hash table would do too, but not in linear time whatever the input is.
 */
struct names {
	uint32_t (*node)[16];
	uint32_t nr, capacity;
};

/**
 * struct parser - where the parser is
 * @at:      next character of the line
 * @end:     end of the line, or of what is before a comment
 * @line:    its number
 * @p:       what was parsed so far
 * @handles: handles defined so far
 * @names:   their names, of each letter
 * @err:     filled in on error
 */
struct parser {
	const char *at, *end;
	unsigned int line;
	struct program *p;
	uint32_t handles;
	struct names names[NR_HANDLE_LETTERS];
	struct text_error *err;
};

static inline bool text_is_space(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* text-lex.c: the words of a line */
uint32_t *text_name_slot(struct names *n, uint32_t name, bool make);
bool text_expected(struct parser *ps, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_skip_space(struct parser *ps);
bool text_take(struct parser *ps, const char *text);
bool text_take_word(struct parser *ps, const char *word);
bool text_digits(struct parser *ps, unsigned int base, uint64_t max, uint64_t *x);
bool text_number(struct parser *ps, uint32_t min, uint32_t max, uint32_t *x);
bool text_large(struct parser *ps, uint64_t *x);
bool text_gap(struct parser *ps);
bool text_key(struct parser *ps, const char *key, uint32_t max, uint32_t *x);

/* text-machine.c */
bool text_machine(struct parser *ps);

#endif
