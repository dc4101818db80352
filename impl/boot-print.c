// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot-print.c - the lines that the kernel prints about the first chunk.
 *
 * Models pcpu_dump_alloc_info() of mm/percpu.c, to the last blank, so that logs of real kernels
 * can be compared.  Without time stamps and levels.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "boot.h"

struct text {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 0))) static void vadd(struct text *t, const char *format,
						       va_list args)
{
	int n = vsnprintf(t->buf + t->len, t->size - t->len, format, args);

	if (n > 0)
		t->len += (size_t)n < t->size - t->len ? (size_t)n : t->size - t->len - 1;
}

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vadd(t, format, args);
	va_end(args);
}

/**
 * boot_printk - print to the log of the areas
 * @areas: the areas; without a log nothing happens
 * @format: as of printf(); each line ends in '\n'
 */
void boot_printk(struct boot_areas *areas, const char *format, ...)
{
	struct text t = { areas->log, BOOT_LOG_SIZE, 0 };
	va_list args;

	assert(t.buf);
	while (t.buf[t.len])
		t.len++;
	va_start(args, format);
	vadd(&t, format, args);
	va_end(args);
}

static int digits(unsigned int n)
{
	int nr = 1;

	while (n /= 10)
		nr++;
	return nr;
}

static void print_alloc(struct text *t, const struct boot_group *g, unsigned int first,
			unsigned int upa, int cpu_width)
{
	for (unsigned int u = first; u < first + upa; u++)
		if (g->cpu_map[u] == BOOT_NO_CPU)
			add(t, "%.*s ", cpu_width, "--------");
		else
			add(t, "%0*u ", cpu_width, g->cpu_map[u]);
}

/**
 * boot_print_info - print a layout
 * @cfg: the machine
 * @info: the layout
 * @buf: where to
 * @size: its bytes, 1 or more; what does not fit is cut off
 *
 * A line has room for a power of two of allocations, 60 columns at most if they fit.  CPU ids are
 * padded to the width of the number of possible CPUs, so sparse ids may be wider.
 */
void boot_print_info(const struct boot_config *cfg, const struct boot_info *info, char *buf,
		     size_t size)
{
	unsigned int upa = (unsigned int)(info->alloc_size / info->unit_size);
	int group_width = digits(info->nr_groups), cpu_width = digits(boot_nr_possible(cfg));
	unsigned int width = upa * ((unsigned int)cpu_width + 1) + (unsigned int)group_width + 3;
	unsigned int per_line = 1, nr = 0;
	struct text t = { buf, size, 0 };

	while (2 * per_line * width <= 60)
		per_line *= 2;
	add(&t, "pcpu-alloc: s%llu r%llu d%llu u%llu alloc=%llu*%llu",
	    (unsigned long long)info->static_size, (unsigned long long)info->reserved_size,
	    (unsigned long long)info->dyn_size, (unsigned long long)info->unit_size,
	    (unsigned long long)(info->alloc_size / info->atom_size),
	    (unsigned long long)info->atom_size);
	for (unsigned int i = 0; i < info->nr_groups; i++)
		for (unsigned int u = 0; u < info->groups[i].nr_units; u += upa) {
			if (nr++ % per_line == 0)
				add(&t, "\npcpu-alloc: ");
			add(&t, "[%0*u] ", group_width, i);
			print_alloc(&t, info->groups + i, u, upa, cpu_width);
		}
	add(&t, "\n");
}
