/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * adapter.h - what the two adapters of our allocator share: one for ops, one for single steps.
 */
#ifndef PCPU_ADAPTER_H
#define PCPU_ADAPTER_H

#include "internal.h"
#include "../oracle/subject.h"

void ours_show(struct pcpu_allocator *a, struct subject_view *v);

#endif
