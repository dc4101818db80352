// SPDX-License-Identifier: GPL-2.0-only
/*
 * weak.c - what the object weak.o of centipede's image has: callbacks of coverage that do nothing,
 * for programs that are compiled as the targets are but linked without an engine.
 */
#include <stdint.h>

#define WEAK __attribute__((weak))

void __sanitizer_cov_trace_pc_guard(uint32_t *guard);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop);

WEAK void __sanitizer_cov_trace_pc_guard(uint32_t *guard)
{
	(void)guard;
}

WEAK void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop)
{
	(void)start;
	(void)stop;
}

WEAK void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop)
{
	(void)start;
	(void)stop;
}
