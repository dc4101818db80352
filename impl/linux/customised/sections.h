/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sections.h - customised, all versions: the static area starts at 0, and what it starts with is
 * kept by the rig.
 */
#ifndef LINUX_SHIM_SECTIONS_H
#define LINUX_SHIM_SECTIONS_H

#include "../world.h"

#define __per_cpu_start ((char *)0)
#define __per_cpu_end ((char *)linux_world.static_size)
#define __per_cpu_load ((char *)linux_world.static_data)

#endif
