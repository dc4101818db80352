// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_convert.c - pcpufuzz convert: programs from text to bytes and back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool.h"

static bool write_file(const char *path, const void *data, size_t len)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "wb") : stdout;
	bool ok = f && fwrite(data, 1, len, f) == len;

	if (f == stdout)
		ok = !fflush(f) && ok;
	else if (f)
		ok = !fclose(f) && ok;
	if (!ok)
		usage_error("%s: %s", path, strerror(errno));
	return ok;
}

/**
 * struct convert - what to convert to
 * @to_bytes: to bytes
 * @layer: of the fuzz target that reads the bytes
 * @subjects: that are to run it: bytes become a program on a machine that they can be
 */
struct convert {
	bool to_bytes;
	enum program_layer layer;
	struct subject_list subjects;
};

static bool convert_file(const struct convert *how, const char *from, const char *to)
{
	struct program p;
	size_t len;
	bool ok, is_bytes;
	void *data;

	if (!load_program(&p, how->layer, from, &is_bytes))
		return false;
	if (is_bytes)
		subjects_fit(&how->subjects, &p.machine);
	data = how->to_bytes ? (void *)program_to_bytes(&p, how->layer, &len) :
			       (void *)program_to_text(&p, &len);
	ok = write_file(to, data, len);
	free(data);
	program_exit(&p);
	return ok;
}

/* FOLDER/x/y.pcpu becomes OUT/x-y, or x-y.pcpu for text. */
static bool convert_into(const struct convert *how, const struct input *in, const char *folder)
{
	struct input taken = { 0 };
	bool ok = true;

	if (mkdir(folder, 0777) && errno != EEXIST) {
		usage_error("%s: %s", folder, strerror(errno));
		return false;
	}
	for (size_t i = 0; i < in->nr; i++) {
		const char *from = in->path[i] + strspn(in->path[i], "./");
		char name[512], path[4800];
		size_t n;

		if (snprintf(name, sizeof(name), "%s", from[0] ? from : in->path[i]) >=
		    (int)sizeof(name)) {
			usage_error("%s: expected a path below %zu bytes", in->path[i],
				    sizeof(name));
			ok = false;
			break;
		}
		n = strlen(name);
		for (char *c = name; *c; c++)
			if (*c == '/')
				*c = '-';
		if (n > 5 && !strcmp(name + n - 5, ".pcpu"))
			name[n - 5] = 0;
		snprintf(path, sizeof(path), "%s/%s%s", folder, name, how->to_bytes ? "" : ".pcpu");
		if (!input_unique(&taken, path)) {
			usage_error("%s: expected another name, %s was made of an earlier file",
				    in->path[i], path);
			ok = false;
			break;
		}
		if (!convert_file(how, in->path[i], path)) {
			ok = false;
			break;
		}
	}
	input_free(&taken);
	return ok;
}

static bool take_target(struct convert *how, const char *name)
{
	const struct target *t;

	if (!name) {
		usage_error("--target: expected a value");
		return false;
	}
	if (!find_target(name, &t))
		return false;
	how->layer = t->layer;
	return true;
}

static bool take_subjects(struct convert *how, const char *names)
{
	char error[512] = "--subject: expected a value";

	if (names && subjects_find(&how->subjects, names, error, sizeof(error)))
		return true;
	usage_error("%s", error);
	return false;
}

/**
 * cmd_convert - convert programs
 * @argc: number of arguments
 * @argv: the arguments
 */
int cmd_convert(int argc, char **argv)
{
	struct input in = { 0 };
	const char *out = "-";
	struct convert how = { .to_bytes = false };
	bool folder = false, ok = true;
	struct stat st;

	subjects_default(&how.subjects);
	for (int i = 1; i < argc && ok; i++) {
		if (!strcmp(argv[i], "--bytes"))
			how.to_bytes = true;
		else if (!strcmp(argv[i], "--text"))
			how.to_bytes = false;
		else if (!strcmp(argv[i], "-o") && i + 1 < argc)
			out = argv[++i];
		else if (!strcmp(argv[i], "--target"))
			ok = take_target(&how, i + 1 < argc ? argv[++i] : NULL);
		else if (!strcmp(argv[i], "--subject"))
			ok = take_subjects(&how, i + 1 < argc ? argv[++i] : NULL);
		else if (argv[i][0] == '-' && argv[i][1])
			ok = !usage_error(
				"convert: unknown option '%s', see 'pcpufuzz convert --help'",
				argv[i]);
		else
			ok = strcmp(argv[i], "-") ? input_add(&in, argv[i]) :
						    input_add(&in, "/dev/stdin");
		/* what comes of a folder goes into a folder, also if it holds one program only */
		folder |= argv[i][0] != '-' && !stat(argv[i], &st) && S_ISDIR(st.st_mode);
	}
	if (ok && !in.nr)
		ok = !usage_error("convert: expected a file or folder with programs");
	folder |= in.nr > 1 || (!stat(out, &st) && S_ISDIR(st.st_mode));
	if (ok && folder)
		ok = strcmp(out, "-") ?
			     convert_into(&how, &in, out) :
			     !usage_error("convert: a folder or several files need -o FOLDER");
	else if (ok)
		ok = convert_file(&how, in.path[0], out);
	input_free(&in);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}
