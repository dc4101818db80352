/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * adapter.h - what the files of the kernel's adapter share.
 */
#ifndef LINUX_ADAPTER_H
#define LINUX_ADAPTER_H

#include "host.h"
#include "../pcpu.h"
#include "../../oracle/steps.h"

/**
 * struct linux_subject - one kernel, booted
 * @in: its state
 * @vm_start, @vm_size: the window
 * @status: what booting came to
 * @areas: the first units
 * @group: the groups that @areas points to, their maps behind them
 * @given: the layout of the first chunk was given
 * @first_unit_offset: of the CPU that the kernel code believes to run on
 * @shown, @nr_shown, @shown_capacity: chunks when they were last looked at
 */
struct linux_subject {
	struct host_instance in;
	uint64_t vm_start, vm_size;
	enum boot_status status;
	struct boot_areas areas;
	struct boot_group *group;
	bool given;
	uint64_t first_unit_offset;
	struct linux_chunk *shown;
	unsigned int nr_shown, shown_capacity;
};

/* adapter.c */
unsigned int linux_flags(void *s);
int linux_show_chunk(void *ctx, const struct linux_chunk *c);
void linux_show(struct subject_view *v);

/* adapter-boot.c */
void *linux_create(const struct machine *m, struct world *w, unsigned int option);
enum boot_status linux_layout(void *s, const struct boot_areas **areas);
void linux_destroy(void *s);
bool linux_offers_boot(const struct machine *m, unsigned int choice);
void *linux_boot(const struct machine *m, const struct boot_args *args, struct world *w,
		 enum boot_status *status, const struct boot_areas **areas);
const char *linux_unfit(const struct machine *m);
void linux_fit(struct machine *m);
uint64_t linux_per_cpu_ptr(const struct boot_areas *areas, uint64_t ptr, unsigned int cpu);
bool linux_in_first_chunk(const struct boot_areas *areas, uint64_t addr);
bool linux_boot_is_static(const struct boot_areas *areas, uint64_t addr, uint64_t *can_addr);

/* adapter-steps.c */
extern const struct subject_step_ops linux_step_ops;

/* adapter-space.c */
extern const struct subject_space_ops linux_space_ops;

#endif
