// SPDX-License-Identifier: GPL-2.0-only
/*
 * dict.c - a dictionary for engines that know nothing of programs: whole op records.
 *
 * A record is what such an engine cannot easily make, and inserting one, anywhere, leaves all that
 * follows it in step, as all records are equally long.
 */
#include <stdio.h>

#include "bytes.h"
#include "../../oracle/world.h"

static const char *const form_words[] = {
	[FORM_RAW] = "raw", [FORM_DRAWN] = "drawn", [FORM_OPEN] = "open",    [FORM_STALE] = "stale",
	[FORM_ANY] = "any", [FORM_NULL] = "null",   [FORM_ARG] = "argument",
};

/* The name must be letters, digits and underscores, for all engines. */
static void print_record(FILE *f, const struct code_info *code, const char *variant,
			 const uint8_t *record)
{
	fprintf(f, "%s_%s%s=\"", code->kind < OP_NR ? op_infos[code->kind].name : "list",
		form_words[code->form], variant);
	for (unsigned int i = 0; i < BYTES_OP; i++)
		fprintf(f, "\\x%02X", record[i]);
	fputs("\"\n", f);
}

/* The sizes that are drawn from the machine and from what was taken before. */
static void print_sizes(FILE *f, const struct code_info *code, const uint8_t *record)
{
	bool is_alloc = code->kind == OP_ALLOC;
	uint8_t sized[BYTES_OP];

	if (!is_alloc && code->kind != OP_GET_VM_AREA && code->kind != OP_VMALLOC)
		return;
	memcpy(sized, record, sizeof(sized));
	for (unsigned int i = is_alloc ? SIZE_ODD : VM_SIZE_PAGES;
	     i < (is_alloc ? (unsigned int)SIZE_NR : VM_SIZE_LARGE + 1u); i++) {
		char variant[16];

		snprintf(variant, sizeof(variant), "_size_%u", i);
		sized[1] = (uint8_t)i;
		print_record(f, code, variant, sized);
	}
}

/* One of each kind of refusal, of the first request of that kind. */
static void print_faults(FILE *f, const struct code_info *code, const uint8_t *record)
{
	uint8_t failing[BYTES_OP];

	if (code->form != FORM_RAW)
		return;
	memcpy(failing, record, sizeof(failing));
	for (unsigned int i = 0; i < PCPU_FAULT_NR - PCPU_FAULT_PAGE; i++) {
		uint8_t value = (uint8_t)(FAULT_CODES + i);
		char variant[32];

		failing[3] = value;
		snprintf(variant, sizeof(variant), "_fail_%s",
			 fault_names[PCPU_FAULT_PAGE + value % (PCPU_FAULT_NR - PCPU_FAULT_PAGE)]);
		print_record(f, code, variant, failing);
	}
}

/**
 * dict_print - one line for each record worth trying, as libFuzzer, AFL++ and honggfuzz read them
 * @f: where to
 * @layer: what the fuzz target is about that is to decode them
 */
void dict_print(FILE *f, enum program_layer layer)
{
	struct dialect d;

	dialect_direct(&d, layer);
	for (unsigned int i = 0; i < 256; i++) {
		const struct code_info *code = code_infos + d.code[i];
		uint8_t record[BYTES_OP] = { (uint8_t)i };

		if (i && d.code[i] == d.code[i - 1])
			continue;
		if (code->kind == OP_ALLOC) {
			record[1] = SIZE_SMALL;
			record[4] = 7;
		} else if (code->kind == OP_GET_VM_AREA || code->kind == OP_VMALLOC) {
			record[1] = VM_SIZE_SMALL;
		}
		print_record(f, code, "", record);
		if (code->weight[layer]) {
			print_sizes(f, code, record);
			print_faults(f, code, record);
		}
	}
}
