/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slurp.h - whole files, and the output of whole commands, as memory.
 */
#ifndef TOOL_SLURP_H
#define TOOL_SLURP_H

#include <stdbool.h>
#include <stddef.h>

bool slurp_file(const char *path, char **text, size_t *size);
bool slurp_command(char *const argv[], char **text, size_t *size);

#endif
