/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target.h - the fuzz targets; targets.def is the table.
 */
#ifndef TARGET_H
#define TARGET_H

#include "exec/exec.h"

enum target_id {
#define TARGET(name, option, tolerate, layer, what) TARGET_##name,
#include "targets.def"
#undef TARGET
	TARGET_NR,
};

/**
 * struct target - one fuzz target
 * @name: without the suffix _fuzzer
 * @option: passed to the subject
 * @tolerate: quirks that the oracle tolerates
 * @layer: what bytes mostly decode to
 * @what: one sentence
 */
struct target {
	const char *name;
	unsigned int option, tolerate;
	enum program_layer layer;
	const char *what;
};

extern const struct target targets[TARGET_NR];

void target_init(const struct target *t);
int target_run_bytes(const struct target *t, const uint8_t *data, size_t size);

#endif
