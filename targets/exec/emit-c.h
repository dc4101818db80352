/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * emit-c.h - a program that is a finding as a C program, which needs no rig to be run.
 */
#ifndef EMIT_C_H
#define EMIT_C_H

#include "exec.h"

/**
 * struct emit_c - what is known of the finding
 * @key:     rule and kind of op, or how else the run ended
 * @facts:   lines about it for the head of the file, each with its newline
 * @file:    what the file will be called
 * @flags:   for the compiler, each with a space behind it
 * @subject: path of the shared object with the subject, NULL for our allocator
 */
struct emit_c {
	const char *key, *facts, *file, *flags, *subject;
};

void emit_c(FILE *f, const struct program *p, const struct exec_options *opts,
	    const struct emit_c *how);

#endif
