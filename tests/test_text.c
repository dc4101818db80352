// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_text.c - programs as text: what is wrong is refused with the right message, what is right is
 * printed canonically, up to the largest there can be.
 */
#include "program_rig.h"
#include "program_texts.h"

static void check_bad_text(const struct bad_text *bad, const char *text, size_t len)
{
	struct text_error err = { 0 };
	struct program p;

	if (!check(!program_from_text(&p, text, len, &err), "bad text is refused", bad->text))
		program_exit(&p);
	else
		check(!p.ops && !p.nr_ops, "refused text leaves nothing", NULL);
	check(err.line == bad->line, "line of the error", bad->text);
	check(strstr(err.what, bad->what), bad->what, err.what);
}

static void check_errors(void)
{
	static const char nul[] = HEAD MACHINE "bal\0ance\n";
	const struct bad_text bad_nul = { "NUL", 3, "expected an op; got 'bal?ance'" };
	unsigned int i;

	for (i = 0; i < sizeof(bad_texts) / sizeof(bad_texts[0]); i++)
		check_bad_text(&bad_texts[i], bad_texts[i].text, strlen(bad_texts[i].text));
	check_bad_text(&bad_nul, nul, sizeof(nul) - 1);
	report("text errors");
}

static void check_good_texts(void)
{
	struct text_error err = { 0 };
	struct program p;
	unsigned int i;
	size_t len;
	char *text;

	for (i = 0; i < sizeof(good_texts) / sizeof(good_texts[0]); i++) {
		const char *in = good_texts[i][0], *out = good_texts[i][1];

		if (!check(program_from_text(&p, in, strlen(in), &err), "good text", err.what))
			continue;
		text = program_to_text(&p, &len);
		check(!strcmp(text, out), "printed canonically", text);
		check_round_trip(&p);
		check_op_lines(&p);
		free(text);
		program_exit(&p);
	}
	report("good text");
}

/* The largest program there can be, with handle names far apart, and one op more. */
static void check_largest(void)
{
	size_t room = 512 + (PROGRAM_MAX_OPS + 2) * 48, len, i;
	char *text = malloc(room);
	struct text_error err = { 0 };
	struct program p;

	if (!text)
		abort();
	len = (size_t)snprintf(text, room, HEAD MACHINE);
	for (i = 0; i < PROGRAM_MAX_OPS; i++)
		len += (size_t)snprintf(text + len, room - len, "r%u = alloc size=4 align=4\n",
					(uint32_t)i * 2654435761u);
	if (check(program_from_text(&p, text, len, &err), "as many ops as may be", err.what)) {
		check(p.nr_ops == PROGRAM_MAX_OPS, "all of them", NULL);
		check_round_trip(&p);
		check(!program_add(&p, &p.ops[0]), "no op more", NULL);
		program_exit(&p);
	}
	len += (size_t)snprintf(text + len, room - len, "balance\n");
	check(!program_from_text(&p, text, len, &err), "one op too many", NULL);
	check(strstr(err.what, "expected at most 65536 ops; got 'balance'") &&
		      err.line == PROGRAM_MAX_OPS + 3,
	      "one op too many", err.what);

	/* one line that never ends */
	memset(text, 'r', room);
	memcpy(text, HEAD, sizeof(HEAD) - 1);
	check(!program_from_text(&p, text, room, &err) && err.line == 2, "long line", err.what);
	memset(text, ' ', room);
	check(!program_from_text(&p, text, room, &err) && err.line == 1, "long blank", err.what);
	free(text);
	report("largest program");
}

int main(void)
{
	check_errors();
	check_good_texts();
	check_largest();
	return tests_end();
}
