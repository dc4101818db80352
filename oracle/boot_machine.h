/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_machine.h - how a machine of a program is booted: the inputs of setup_per_cpu_areas().
 *
 * One place for subject and oracle, so that both are told the same.
 */
#ifndef ORACLE_BOOT_MACHINE_H
#define ORACLE_BOOT_MACHINE_H

#include "subject.h"

void boot_args_of(const struct machine *m, struct boot_args *args);
void boot_config_of(const struct machine *m, const struct boot_args *args, struct world *w,
		    struct vm_space *vm, struct boot_config *cfg);
void vm_config_of(const struct machine *m, struct vm_config *cfg);

#endif
