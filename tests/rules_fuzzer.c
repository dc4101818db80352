// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules_fuzzer.c - a fuzz target that breaks the rule which its input names, by test_rules.c.
 *
 * scripts/ossfuzz-check builds it, with the main() of test_rules.c renamed, to see what is made of
 * the report and the stack of every rule.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int test_rules_main(int argc, char **argv);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char program[] = "test_rules", option[] = "--crash", name[64] = "";
	char *argv[] = { program, option, name, NULL };

	if (!size || size >= sizeof(name))
		return 0;
	memcpy(name, data, size);
	test_rules_main(3, argv);
	return 0;
}
