// SPDX-License-Identifier: GPL-2.0-only
/*
 * json-boot.c - a boot beside the machine as JSON: what it must come to.
 *
 * If it came to something else, that is a finding, and told there.
 */
#include "../../oracle/boot_naive.h"
#include "film-json.h"

static void one_unit(struct json *j, const struct boot_forecast *f, unsigned int unit,
		     unsigned int group)
{
	bool used = f->unit_cpu[unit] != BOOT_NO_CPU;

	json_open(j, NULL, '[');
	json_int(j, NULL, used ? (long long)f->unit_cpu[unit] : -1);
	json_int(j, NULL, group);
	json_address(j, NULL, f->unit_addr[unit]);
	json_close(j, ']');
}

static void layout_of(struct json *j, const struct boot_forecast *f)
{
	unsigned int unit = 0;

	json_bool(j, "paged", f->paged);
	json_address(j, "base", f->base);
	json_int(j, "unit", (long long)f->unit_size);
	json_int(j, "dyn", (long long)f->dyn_size);
	json_int(j, "atom", (long long)f->atom_size);
	json_int(j, "alloc", (long long)f->alloc_size);
	json_open(j, "units", '[');
	for (unsigned int g = 0; g < f->nr_groups; g++)
		for (unsigned int i = 0; i < f->nr_units_of[g]; i++, unit++)
			one_unit(j, f, unit, g);
	json_close(j, ']');
}

static void show_boot(void *ctx, const struct boot_forecast *f)
{
	static const char *const names[] = {
		[BOOT_OK] = "ok",
		[BOOT_ENOMEM] = "memory could not be had",
		[BOOT_ESPACE] = "groups lie too far apart",
		[BOOT_EINVAL] = "the sizes cannot be laid out",
	};
	struct json *j = ctx;

	json_string(j, "status", names[f->status]);
	if (f->status == BOOT_OK)
		layout_of(j, f);
	json_string(j, "log", f->log);
}

/**
 * json_boot - a boot op
 * @j: where to
 * @s: the subject
 * @op: the op
 * @fault: what was armed before it
 */
void json_boot(struct json *j, const struct shot *s, const struct op *op, const uint32_t *fault)
{
	struct boot_args args = exec_boot_args(s->e->program, op);

	json_open(j, "boot", '{');
	json_int(j, "static", args.static_size);
	json_int(j, "reserved", args.reserved_size);
	oracle_show_boot(&s->e->oracle, &args, fault, op->fault, op->fault_n, show_boot, j);
	json_close(j, '}');
}
