/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench_env.h - an environment without contents that checks nothing and refuses nothing.
 *
 * What it costs is the same for every subject, and little: metadata and frames come from free
 * lists.  One at a time has boot memory; it is never given back.
 */
#ifndef BENCH_ENV_H
#define BENCH_ENV_H

#include "../oracle/world.h"

void bench_env_init(struct world *w, const struct machine *m);

#endif
