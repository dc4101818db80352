// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_machines.c - every machine that can be asked for is legal, and survives text and bytes:
 * presets, alignments, extreme and random ones.
 *
 * Does not run any program.
 */
#include "program_rig.h"

static void check_presets(void)
{
	uint8_t header[1];
	struct program p;
	unsigned int i;

	for (i = 0; i < nr_machine_presets; i++) {
		struct machine m;
		const char *fault;
		size_t len;
		uint8_t *bytes;

		machine_preset(i, &m);
		fault = machine_fault(&m);
		check(!fault, "preset is legal", fault);
		header[0] = (uint8_t)i;
		program_from_bytes(&p, LAYER_ANY, header, 1);
		bytes = program_to_bytes(&p, i % LAYER_NR, &len);
		check(bytes[0] == i, "preset is encoded as one, and there is one of each", NULL);
		check_round_trip(&p);
		free(bytes);
		program_exit(&p);
	}
	check(nr_machine_presets <= 0xe0, "presets have room", NULL);
	program_from_bytes(&p, LAYER_ANY, NULL, 0);
	check(!p.nr_ops, "no bytes, no ops", NULL);
	check_round_trip(&p);
	program_exit(&p);
	report("presets");
}

static void check_aligns(void)
{
	struct machine preset;
	const struct machine *m = &preset;
	bool seen[4096] = { false };
	unsigned int code, i;

	machine_preset(0, &preset);
	for (code = 0; code < 256; code++) {
		uint32_t align = align_from_code(m, (uint8_t)code);

		check(align_is_encodable(m, align), "align of a code has a code", NULL);
		if (align < 4096)
			seen[align] = true;
	}
	for (i = 0; i < 4096; i++)
		check(align_is_encodable(m, i) == seen[i], "encodable if and only if seen", NULL);
	for (i = 0; i < 32; i++)
		check(align_from_code(m, (uint8_t)align_to_code(1u << i)) == 1u << i,
		      "every power of two", NULL);
	for (code = 0; code < ALIGN_CODES_PAGE; code++)
		check(align_from_code(m, (uint8_t)code) <= 2 * m->page, "small codes", NULL);
	report("alignments");
}

/* A clamped machine is legal, and clamping it once more changes nothing. */
static void check_clamped(const struct machine *m)
{
	struct machine again = *m;
	const char *fault = machine_fault(m);

	check(!fault, "clamped machine is legal", fault);
	machine_clamp(&again);
	check(machine_equal(&again, m), "clamping changes nothing in a legal machine", NULL);
}

static void check_machines(struct rng *r, unsigned long nr)
{
	static const uint64_t extreme[][8] = {
		{ ~0ull, 65536, 1, 1, 0, 65535, 64000, 64 },
		{ 1ull << 63, 256, 1024, 262136, 0, 8, 0, 0 },
		{ 1, 1024, 1024, 4, 1048564, 8, 65536, 4096 },
		{ 3ull << 62, 65536, 16, 1, 4, 1048571, 1, 1 },
		{ 0xaaaaaaaaaaaaaaaaull, 256, 1, 1, 0, 11, 32000, 4096 },
		{ 0xffull, 256, 1, 1, 0, 11, 8007, 4096 },
	};
	struct machine m;
	struct program p;
	unsigned int i;

	for (i = 0; i < sizeof(extreme) / sizeof(extreme[0]); i++) {
		memset(&m, 0, sizeof(m));
		m.possible[0] = extreme[i][0];
		m.page = (uint32_t)extreme[i][1];
		m.unit_pages = (uint32_t)extreme[i][2];
		m.static_size = (uint32_t)extreme[i][3];
		m.reserved_size = (uint32_t)extreme[i][4];
		m.dyn_size = (uint32_t)extreme[i][5];
		m.vm_pages = (uint32_t)extreme[i][6];
		m.frames = (uint32_t)extreme[i][7];
		machine_defaults(&m);
		check_clamped(&m);
		program_init(&p, &m);
		check_round_trip(&p);
	}
	while (nr--) {
		draw_machine(r, &m);
		check_clamped(&m);
		program_init(&p, &m);
		check_round_trip(&p);
	}
	report("machines");
}

int main(void)
{
	struct rng r = { 20240601 };

	check_presets();
	check_aligns();
	check_machines(&r, PROGRAMS / 20);
	return tests_end();
}
