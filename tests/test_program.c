// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_program.c - programs keep their meaning through text and bytes, whatever those contain:
 * random, generated and mutated ones.
 *
 * Usage: test_program [-n PROGRAMS] [FILE...]; a FILE holds a program as text.  Does not run any
 * program.  Machines: test_machines.c; messages and canonical text: test_text.c.
 */
#include "program_rig.h"

/* What the first programs of check_pinned() hash to, on every host and with every compiler. */
static const struct {
	uint64_t bytes, generated;
} pinned[LAYER_NR] = {
	[LAYER_ANY] = { 0xe4758afaaf403ee7ull, 0x9d4eeb6524ec567bull },
	[LAYER_PCPU] = { 0xf1b0850a2b3d637cull, 0xa77cc3efb1382bafull },
	[LAYER_VM] = { 0xb62212360256a89eull, 0x3579429886eeb624ull },
	[LAYER_BOOT] = { 0x5fb8c572d245d187ull, 0x679ade880cd8260dull },
};

static uint64_t draw_large(struct rng *r)
{
	uint64_t x = rng_next(r) >> (24 + rng_below(r, 40));

	return rng_below(r, 4) ? x : ~x;
}

static void draw_args(struct rng *r, struct program *p, struct op *op)
{
	op->nr_args = (uint16_t)rng_below(r, 2);
	if (op->kind == OP_GET_VM_AREAS)
		op->nr_args = (uint16_t)rng_below(r, rng_below(r, 32) ? 6 : OP_ARGS_MAX + 1);
	op->first_arg = op->nr_args ? p->nr_args : 0;
	for (uint32_t i = 0; i < op->nr_args; i++) {
		uint64_t a = draw_large(r), b = draw_large(r);

		program_add_arg(p, a, b);
	}
}

static uint32_t draw_any_align(struct rng *r, const struct machine *m)
{
	return align_from_code(m, (uint8_t)rng_next(r));
}

/* An op with any legal members. */
static struct op draw_op(struct rng *r, struct program *p)
{
	struct op op = { .kind = (uint8_t)rng_below(r, OP_NR) };
	uint32_t handles = program_nr_handles(p, p->nr_ops);
	bool null = op.kind == OP_FREE || op.kind == OP_VFREE;

	if (op_uses_handle(op.kind) && handles && (!null || rng_below(r, 16)))
		op.handle = rng_below(r, handles);
	else if (null)
		op.handle = PROGRAM_NO_HANDLE;
	else if (op_uses_handle(op.kind))
		op.kind = OP_PURGE;
	if (op_takes_offset(op.kind) && op.handle != PROGRAM_NO_HANDLE && !rng_below(r, 3))
		op.offset = draw_bits(r, 31);

	if (op.kind == OP_ALLOC) {
		op.gfp = (uint8_t)rng_below(r, PCPU_GFP_NR);
		op.reserved = rng_below(r, 2);
		op.size = (uint32_t)rng_next(r);
		op.align = draw_any_align(r, &p->machine);
	} else if (op.kind == OP_WRITE) {
		op.seed = (uint32_t)rng_next(r);
	} else if (op.kind == OP_PHYS) {
		op.cpu = (uint16_t)draw_bits(r, 16);
	} else if (op.kind == OP_POPULATE || op.kind == OP_DEPOPULATE) {
		op.chunk = (uint16_t)rng_next(r);
		op.start = (uint16_t)rng_next(r);
		op.end = (uint16_t)rng_next(r);
	} else if (op.kind == OP_GET_VM_AREA || op.kind == OP_VMALLOC) {
		op.size = draw_large(r);
		op.ioremap = op.kind == OP_GET_VM_AREA && rng_below(r, 2);
		op.node = op.kind == OP_VMALLOC ? (uint16_t)draw_bits(r, 16) : 0;
	} else if (op.kind == OP_GET_VM_AREAS) {
		op.align = draw_any_align(r, &p->machine);
	} else if (op.kind == OP_BOOT) {
		op.choice = (uint8_t)(1 + rng_below(r, FIRST_NR - 1));
		op.boot.static_size = draw_bits(r, 24);
		op.boot.reserved_size = draw_bits(r, 24);
		op.boot.dyn_size = draw_bits(r, 24);
		op.boot.unit = draw_bits(r, 24);
		op.boot.atom = OP_ATOM_MIN << rng_below(r, 14);
	}
	if (op.kind == OP_GET_VM_AREA || op.kind == OP_GET_VM_AREAS)
		draw_args(r, p, &op);
	if (!rng_below(r, 4)) {
		op.fault = (uint8_t)(1 + rng_below(r, PCPU_FAULT_NR - 1));
		op.fault_n = (uint16_t)(1 + rng_below(r, UINT16_MAX));
	}
	return op;
}

/* Programs that no engine would make: every op with every value, on any machine, for any target. */
static void check_any(struct rng *r, unsigned long nr)
{
	struct machine m;
	struct program p;

	while (nr--) {
		uint32_t ops = rng_below(r, 40);

		draw_machine(r, &m);
		program_init(&p, &m);
		while (ops--) {
			struct op op = draw_op(r, &p);

			program_add(&p, &op);
		}
		check_round_trip(&p);
		if (nr % 16 == 0)
			check_op_lines(&p);
		program_exit(&p);
	}
	report("any program");
}

/* What random programs have reached: each must happen sometimes. */
struct reach {
	unsigned long kind[OP_NR], gfp[PCPU_GFP_NR], fault[PCPU_FAULT_NR], first[FIRST_NR];
	unsigned long reserved, null, inside, stale, bad_align, zero, huge, bad_range, ops;
	unsigned long ranges, nodes, near, bases, narrow, km, programs;
	unsigned long areas[4], vm_zero, vm_huge, vm_wraps, outside;
};

static void reach_machine(struct reach *c, const struct machine *m)
{
	c->programs++;
	c->first[m->first]++;
	c->nodes += m->nr_nodes > 1;
	c->near += m->nr_near != 0;
	c->bases += m->nr_bases != 0;
	c->narrow += m->va_bits == 32;
	c->km += m->backing == BACKING_KM;
}

static void reach_vm_op(struct reach *c, const struct op *op)
{
	c->ranges += op->kind == OP_GET_VM_AREA && op->nr_args;
	if (op->kind == OP_GET_VM_AREAS)
		c->areas[op->nr_args > 32 ? 3 : op->nr_args > 1 ? 2 : op->nr_args]++;
	if (op->kind == OP_GET_VM_AREA || op->kind == OP_VMALLOC) {
		c->vm_zero += !op->size;
		c->vm_huge += op->size >= UINT64_C(1) << 32;
		c->vm_wraps += op->size >> 40 != 0;
	}
}

static void reach_add(struct reach *c, const struct program *p, enum program_layer layer)
{
	bool *freed = calloc(p->nr_ops + 1, sizeof(*freed));
	uint32_t i;

	if (!freed)
		abort();
	reach_machine(c, &p->machine);
	for (i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->ops[i];

		c->ops++;
		c->kind[op->kind]++;
		c->gfp[op->gfp]++;
		c->fault[op->fault]++;
		c->reserved += op->reserved;
		c->inside += op->offset != 0;
		c->bad_range += op->end > p->machine.unit_pages || op->start > op->end;
		c->outside += layer != LAYER_ANY && op_infos[op->kind].layer != layer &&
			      op_infos[op->kind].layer != LAYER_ANY;
		reach_vm_op(c, op);
		if (op->kind == OP_ALLOC) {
			c->bad_align += !op->align || (op->align & (op->align - 1)) != 0;
			c->zero += !op->size;
			c->huge += op->size > 1u << 30;
		} else if (op->handle == PROGRAM_NO_HANDLE) {
			c->null++;
		} else if ((op->kind == OP_FREE || op->kind == OP_VFREE) && !op->offset) {
			c->stale += freed[op->handle];
			freed[op->handle] = true;
		}
	}
	free(freed);
}

/* Is an op one that a fuzz target is about? */
static bool wanted(enum program_layer layer, unsigned int kind)
{
	return layer == LAYER_ANY || op_infos[kind].layer == layer ||
	       (op_infos[kind].layer == LAYER_ANY && layer != LAYER_BOOT);
}

static void check_reach(const struct reach *c, enum program_layer layer, const char *what)
{
	static const char *const names[LAYER_NR] = { "any", "pcpu", "vm", "boot" };
	bool vm = layer == LAYER_ANY || layer == LAYER_VM;
	unsigned long frees = 0, areas = 0;
	unsigned int i;

	/* too few to expect everything of */
	if (c->ops < 20000)
		return;
	for (i = 0; i < OP_NR; i++) {
		check(c->kind[i] || !wanted(layer, i), what, op_infos[i].name);
		frees += i == OP_FREE || i == OP_VFREE || i == OP_REMOVE_VM_AREA ? c->kind[i] : 0;
		areas += op_infos[i].layer == LAYER_VM ? c->kind[i] : 0;
	}
	for (i = 0; i < PCPU_GFP_NR; i++)
		check(c->gfp[i] || layer >= LAYER_VM, what, gfp_names[i]);
	for (i = 0; i < PCPU_FAULT_NR; i++)
		check(c->fault[i], what, "a fault");
	if (layer != LAYER_BOOT)
		check(c->null && c->inside && c->stale, what, "odd frees");
	if (layer < LAYER_VM)
		check(c->reserved && c->bad_align && c->zero && c->huge && c->bad_range, what,
		      "illegal arguments");
	if (vm)
		check(c->ranges && c->areas[1] && c->areas[2] && c->areas[3] && c->vm_zero &&
			      c->vm_huge && c->vm_wraps,
		      what, "odd areas");
	for (i = 0; i < FIRST_NR; i++)
		check(c->first[i], what, first_names[i]);
	check(c->nodes && c->near && c->bases && c->narrow && c->km, what, "odd machines");
	check(c->outside * (layer == LAYER_BOOT ? 5 : 10) < c->ops, what,
	      "few ops that the target is not about");
	printf("  %s, %s: %lu ops, %lu%% alloc, %lu%% frees, %lu%% areas, %lu%% boot, %lu%% with "
	       "fault, %lu%% outside\n",
	       what, names[layer], c->ops, c->kind[OP_ALLOC] * 100 / c->ops, frees * 100 / c->ops,
	       areas * 100 / c->ops, c->kind[OP_BOOT] * 100 / c->ops,
	       (c->ops - c->fault[PCPU_FAULT_NONE]) * 100 / c->ops, c->outside * 100 / c->ops);
}

static size_t random_bytes(struct rng *r, uint8_t *b, size_t max)
{
	uint32_t longest = rng_below(r, 8) ? 220 : (uint32_t)max;
	size_t len = rng_below(r, longest + 1), i;

	for (i = 0; i < len; i++)
		b[i] = (uint8_t)rng_next(r);
	if (len > 1 && rng_below(r, 2))
		b[1] = 0;
	return len;
}

static void check_bytes(struct rng *r, unsigned long nr)
{
	struct reach reach[LAYER_NR] = { 0 };
	uint8_t b[600];
	struct program p;

	while (nr--) {
		size_t len = random_bytes(r, b, sizeof(b));
		enum program_layer layer = nr % LAYER_NR;

		program_from_bytes(&p, layer, b, len);
		check_round_trip(&p);
		reach_add(reach + layer, &p, layer);
		program_exit(&p);
	}
	for (unsigned int i = 0; i < LAYER_NR; i++)
		check_reach(reach + i, i, "random bytes");
	report("random bytes");
}

static void mutate(struct rng *r, uint8_t *b, size_t len)
{
	uint32_t nr = 1 + rng_below(r, 8);

	while (nr-- && len) {
		uint32_t at = rng_below(r, (uint32_t)len);
		uint32_t from = rng_below(r, (uint32_t)len);
		uint32_t how = rng_below(r, 4);

		if (how == 0)
			b[at] ^= (uint8_t)(1u << rng_below(r, 8));
		else if (how == 1)
			b[at] = (uint8_t)rng_next(r);
		else if (how == 2)
			b[at] = (uint8_t)(b[at] + rng_below(r, 9) - 4);
		else
			memmove(b + at, b + from, (len - (at > from ? at : from)) / 2);
	}
}

static void check_mutants(struct rng *r, unsigned long nr)
{
	struct program p;
	size_t len;
	uint8_t *b;

	while (nr--) {
		enum program_layer layer = nr % LAYER_NR;

		program_generate(&p, layer, r, 1 + rng_below(r, 30));
		b = program_to_bytes(&p, layer, &len);
		program_exit(&p);
		mutate(r, b, len);
		len -= rng_below(r, 4) ? 0 : rng_below(r, (uint32_t)len);
		program_from_bytes(&p, layer, b, len);
		check_round_trip(&p);
		program_exit(&p);
		free(b);
	}
	report("mutated bytes");
}

static void check_generated(struct rng *r, unsigned long nr)
{
	struct reach reach[LAYER_NR] = { 0 };
	struct program p, q;

	while (nr--) {
		uint32_t max = rng_below(r, 16) ? rng_below(r, 40) : rng_below(r, 400);
		enum program_layer layer = nr % LAYER_NR;
		struct rng same = *r;

		program_generate(&p, layer, r, max);
		check(p.nr_ops <= max, "no more ops than asked for", NULL);
		check_round_trip(&p);
		reach_add(reach + layer, &p, layer);
		if (nr % 17 == 0) {
			program_generate(&q, layer, &same, max);
			check(program_equal(&p, &q) && same.state == r->state, "repeatable", NULL);
			check_op_lines(&p);
			program_exit(&q);
		}
		program_exit(&p);
	}
	for (unsigned int i = 0; i < LAYER_NR; i++)
		check_reach(reach + i, i, "generated");
	report("generated programs");
}

/* What goes on in another way keeps what it had. */
static void check_continued(struct rng *r, unsigned long nr)
{
	unsigned long longer = 0, total = nr, freed = 0;
	struct program p, q;

	while (nr--) {
		uint32_t max = rng_below(r, 60), n;
		enum program_layer layer = nr % LAYER_NR;
		struct rng same = *r;

		program_generate(&p, layer, r, max);
		program_generate(&q, layer, &same, max);
		n = p.nr_ops;
		max = rng_below(r, 80);
		program_continue(&p, layer, r, max);
		check(p.nr_ops <= max || p.nr_ops == n, "no more ops than asked for", NULL);
		check_round_trip(&p);
		for (uint32_t i = n; i < p.nr_ops; i++)
			freed += p.ops[i].kind == OP_FREE &&
				 p.ops[i].handle < program_nr_handles(&p, n);
		longer += p.nr_ops > n;
		p.nr_ops = n;
		check(program_equal(&p, &q), "the start is as it was", NULL);
		program_exit(&q);
		program_exit(&p);
	}
	check(longer > total / 4, "many are longer", NULL);
	check(freed > total / 4, "and free what the start made", NULL);
	report("continued programs");
}

/* Break text at random; if it is still accepted, it must round trip. */
static void check_corrupted(struct rng *r, unsigned long nr)
{
	static const char pieces[] = " \t\r\n#=()+-,.0x19rnull\0\xff";
	struct text_error err;
	struct program p;
	unsigned long accepted = 0, total = nr;

	while (nr--) {
		size_t len, i;
		uint32_t times = 1 + rng_below(r, 3);
		char *text;

		program_generate(&p, nr % LAYER_NR, r, rng_below(r, 12));
		text = program_to_text(&p, &len);
		program_exit(&p);
		for (i = 0; i < times; i++) {
			uint32_t at = rng_below(r, (uint32_t)len);

			text[at] = rng_below(r, 4) ? pieces[rng_below(r, sizeof(pieces) - 1)] :
						     (char)rng_next(r);
		}
		if (!rng_below(r, 4))
			mutate(r, (uint8_t *)text, len);
		len -= rng_below(r, 4) ? 0 : rng_below(r, (uint32_t)len);
		/* exactly as long as it is, for the sanitizer to see what is read beyond */
		text = realloc(text, len);
		if (!text)
			abort();
		memset(&err, 0, sizeof(err));
		if (program_from_text(&p, text, len, &err)) {
			check_round_trip(&p);
			program_exit(&p);
			accepted++;
		} else {
			check(err.line && memchr(err.what, '\0', sizeof(err.what)) && *err.what,
			      "error is filled in", err.what);
		}
		free(text);
	}
	check(total < 1000 || accepted, "some corrupted text is still accepted", NULL);
	report("corrupted text");
}

static uint64_t hash_text(uint64_t hash, const struct program *p)
{
	size_t len, i;
	char *text = program_to_text(p, &len);

	for (i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3ull;
	free(text);
	return hash;
}

/* The meaning of bytes and of seeds is kept: corpora and reported seeds depend on it. */
static void check_pinned(void)
{
	struct rng r = { 1 };
	char line[64];
	struct program p;
	uint8_t b[600];

	for (unsigned int layer = 0; layer < LAYER_NR; layer++) {
		uint64_t bytes = 0xcbf29ce484222325ull, generated = bytes;

		for (unsigned int i = 0; i < 3000; i++) {
			size_t len = random_bytes(&r, b, sizeof(b));

			program_from_bytes(&p, layer, b, len);
			bytes = hash_text(bytes, &p);
			program_exit(&p);
			program_generate(&p, layer, &r, 100);
			generated = hash_text(generated, &p);
			program_exit(&p);
		}
		snprintf(line, sizeof(line), "layer %u: 0x%llxull", layer,
			 (unsigned long long)bytes);
		check(bytes == pinned[layer].bytes, "meaning of bytes has changed", line);
		snprintf(line, sizeof(line), "layer %u: 0x%llxull", layer,
			 (unsigned long long)generated);
		check(generated == pinned[layer].generated, "meaning of seeds has changed", line);
	}
	report("pinned meanings");
}

static void check_file(const char *name)
{
	static char text[1u << 24];
	struct text_error err = { 0 };
	struct program p;
	FILE *f = fopen(name, "rb");
	size_t len;

	if (!check(f, "file can be opened", name))
		return;
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	if (!check(program_from_text(&p, text, len, &err), name, err.what))
		return;
	check_round_trip(&p);
	check_op_lines(&p);
	program_exit(&p);
}

int main(int argc, char **argv)
{
	unsigned long nr = PROGRAMS;
	struct rng r = { 20240601 };
	int i = 1;

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		nr = strtoul(argv[2], NULL, 0);
		i = 3;
	}
	check_pinned();
	check_any(&r, nr / 40);
	check_bytes(&r, nr / 20 * 11);
	check_mutants(&r, nr / 20 * 3);
	check_generated(&r, nr / 20 * 3);
	check_continued(&r, nr / 20);
	check_corrupted(&r, nr / 20 * 2);
	if (i < argc) {
		for (; i < argc; i++)
			check_file(argv[i]);
		report("files");
	}
	return tests_end();
}
