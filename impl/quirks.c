// SPDX-License-Identifier: GPL-2.0-only
/*
 * quirks.c - the names and places of the quirks; quirks.def is the table.
 */
#include "pcpu.h"

const struct pcpu_quirk_info pcpu_quirks[PCPU_QUIRK_NR] = {
#define QUIRK(name, text, rule, since, until, where, what) \
	{ text, rule, since, until, where, what },
#include "quirks.def"
#undef QUIRK
};
