/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * known.h - findings that are filed already, so that they do not end a fuzz target again.
 */
#ifndef KNOWN_H
#define KNOWN_H

#include <stdbool.h>
#include <stdio.h>

bool known_key(const char *key);
void known_print(FILE *f);

#endif
