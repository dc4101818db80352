/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program_rig.h - what the tests of programs share: counting checks, a program through text and
 * bytes and back, and machines at random.
 *
 * Does not run any program.
 */
#ifndef TESTS_PROGRAM_RIG_H
#define TESTS_PROGRAM_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "legal.h"
#include "../targets/program/sizes.h"

static unsigned long nr_checks, nr_failures;

static inline bool check(bool good, const char *what, const char *detail)
{
	nr_checks++;
	if (good)
		return true;
	nr_failures++;
	if (nr_failures <= 20)
		printf("FAILED: %s\n%s\n", what, detail ? detail : "");
	return false;
}

static inline void report(const char *group)
{
	static unsigned long checks, failures;

	printf("%-32s %10lu checks, %lu failures\n", group, nr_checks - checks,
	       nr_failures - failures);
	fflush(stdout);
	checks = nr_checks;
	failures = nr_failures;
}

/* Bytes for a fuzz target and back. */
static inline void check_layer(const struct program *p, enum program_layer layer, const char *text)
{
	struct program q;
	size_t len;
	uint8_t *bytes = program_to_bytes(p, layer, &len);

	check(len == program_bytes_len(p), "length of bytes", text);
	program_from_bytes(&q, layer, bytes, len);
	check(program_equal(&q, p), "bytes round trip", text);
	check(is_legal(&q), "decoded program is legal", text);
	program_exit(&q);
	free(bytes);
}

/* Text to program to bytes to program to text: all equal. */
static inline void check_round_trip(const struct program *p)
{
	static unsigned int turn;
	struct text_error err = { 0 };
	struct program q;
	size_t text_len, again_len;
	char *text, *again;

	if (!check(is_legal(p), "program is legal", NULL))
		return;
	text = program_to_text(p, &text_len);
	check(strlen(text) == text_len, "length of the text", text);
	if (!check(program_from_text(&q, text, text_len, &err), "text is accepted", err.what)) {
		free(text);
		return;
	}
	check(is_legal(&q), "parsed program is legal", text);
	check(program_equal(p, &q), "text round trip", text);
	again = program_to_text(&q, &again_len);
	check(again_len == text_len && !memcmp(again, text, text_len), "text is the same", text);
	/* the targets in turn: it would take too long with all of them */
	check_layer(&q, turn++ % LAYER_NR, text);
	free(again);
	free(text);
	program_exit(&q);
}

/* op_to_text() of every op is the line that program_to_text() has for it. */
static inline void check_op_lines(const struct program *p)
{
	size_t text_len, len;
	char *text = program_to_text(p, &text_len), *line;
	static char buf[16384];
	char cut[8];
	uint32_t i;

	line = strchr(strchr(text, '\n') + 1, '\n') + 1;
	for (i = 0; i < p->nr_ops; i++) {
		len = op_to_text(p, i, buf, sizeof(buf));
		check(len < sizeof(buf) && strlen(buf) == len, "length of an op", buf);
		check(!strncmp(line, buf, len) && line[len] == '\n', "line of an op", buf);
		check(op_to_text(p, i, cut, sizeof(cut)) == len && !strncmp(cut, buf, 7) &&
			      strlen(cut) <= 7,
		      "op cut off", buf);
		check(op_to_text(p, i, NULL, 0) == len, "op measured", buf);
		line += len + 1;
	}
	check(!*line, "nothing after the last op", text);
	free(text);
}

/* A number of at most so many bits, small ones as likely as large ones. */
static inline uint32_t draw_bits(struct rng *r, uint32_t bits)
{
	uint32_t fewer = rng_below(r, bits);

	return rng_below(r, 1u << (bits - fewer));
}

/* The keys that most machines go without. */
static inline void draw_rare(struct rng *r, struct machine *m)
{
	m->vm_start = rng_below(r, 2) ? MACHINE_VM_START : rng_next(r) >> rng_below(r, 34);
	m->va_bits = rng_below(r, 3) ? 64 : 32;
	m->first = (uint8_t)rng_below(r, FIRST_NR);
	m->backing = (uint8_t)!rng_below(r, 4);
	m->atom = m->page << rng_below(r, 6);
	m->boot_pages = rng_below(r, 2) ? 0 : draw_bits(r, 15);
	m->nr_nodes = rng_below(r, 2) ? draw_bits(r, 9) : 1;
	for (unsigned int i = 0; i < MACHINE_MAX_CPUS; i++)
		m->node[i] = (uint8_t)rng_next(r);
	m->nr_near = rng_below(r, MACHINE_NEAR_MAX + 3);
	for (unsigned int i = 0; i < MACHINE_NEAR_MAX; i++)
		m->near[i] = (struct machine_near){ (uint8_t)rng_next(r), (uint8_t)rng_next(r) };
	m->nr_bases = rng_below(r, MACHINE_BASES_MAX + 3);
	for (unsigned int i = 0; i < MACHINE_BASES_MAX; i++)
		m->base[i] = (struct machine_base){ (uint8_t)rng_next(r), (uint16_t)rng_next(r) };
}

/* Any machine at all, legal by force. */
static inline void draw_machine(struct rng *r, struct machine *m)
{
	uint32_t shift = rng_below(r, 32);

	memset(m, 0, sizeof(*m));
	m->possible[0] = rng_next(r);
	m->possible[0] &= rng_next(r);
	m->possible[0] >>= shift;
	for (unsigned int i = 1; i < MACHINE_MAX_CPUS / 64 && shift < 8; i++)
		m->possible[i] = rng_below(r, 2) ? rng_next(r) & rng_next(r) : 0;
	shift = rng_below(r, 9);
	m->page = 256u << shift;
	m->unit_pages = draw_bits(r, 13);
	m->static_size = draw_bits(r, 21);
	m->reserved_size = draw_bits(r, 21);
	m->dyn_size = draw_bits(r, 21);
	m->vm_pages = draw_bits(r, 18);
	m->frames = draw_bits(r, 16);
	machine_defaults(m);
	if (rng_below(r, 3))
		draw_rare(r, m);
	machine_clamp(m);
}

/* Under a sanitizer a part of the programs has to do: the plain build runs all. */
#if defined(__SANITIZE_ADDRESS__)
#define PROGRAMS 100000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define PROGRAMS 100000
#endif
#endif
#ifndef PROGRAMS
#define PROGRAMS 1000000
#endif

static inline int tests_end(void)
{
	printf("%lu checks, %lu failures\n", nr_checks, nr_failures);
	return nr_failures != 0;
}

#endif
