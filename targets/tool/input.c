// SPDX-License-Identifier: GPL-2.0-only
/*
 * input.c - programs from files: text or bytes, one file or a folder of them.
 *
 * Every error is one line on stderr that names the file.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool.h"

#define FILE_MAX (64u << 20)

static void add_path(struct input *in, const char *path)
{
	if (in->nr == in->capacity) {
		in->capacity = in->capacity * 2 + 16;
		in->path = realloc(in->path, in->capacity * sizeof(*in->path));
		if (!in->path)
			abort();
	}
	in->path[in->nr] = strdup(path);
	if (!in->path[in->nr++])
		abort();
}

/* In folders: hidden files, documents and trace data are no programs. */
static bool wanted(const struct dirent *entry)
{
	static const char *const not_programs[] = { ".md", ".txt", ".xz", ".json", ".c", ".patch" };
	size_t len = strlen(entry->d_name);

	if (entry->d_name[0] == '.')
		return false;
	for (size_t i = 0; i < sizeof(not_programs) / sizeof(not_programs[0]); i++) {
		size_t n = strlen(not_programs[i]);

		if (len > n && !strcmp(entry->d_name + len - n, not_programs[i]))
			return false;
	}
	return true;
}

static int want(const struct dirent *entry)
{
	return wanted(entry);
}

/**
 * input_add - add a file, or all programs below a folder in the order of their names
 * @in: the list
 * @path: file or folder
 *
 * Return: false after an error message.
 */
bool input_add(struct input *in, const char *path)
{
	struct dirent **entry;
	struct stat st;
	bool ok = true;
	int nr;

	/* below a folder only plain files count: no links that may loop, no pipes that may block */
	if (in->depth ? lstat(path, &st) : stat(path, &st)) {
		usage_error("%s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISDIR(st.st_mode)) {
		if (!in->depth || S_ISREG(st.st_mode))
			add_path(in, path);
		return true;
	}

	nr = scandir(path, &entry, want, alphasort);
	if (nr < 0) {
		usage_error("%s: %s", path, strerror(errno));
		return false;
	}
	in->depth++;
	for (int i = 0; i < nr; i++) {
		char sub[4096];
		int len = snprintf(sub, sizeof(sub), "%s/%s", path, entry[i]->d_name);

		if (ok && len >= (int)sizeof(sub))
			ok = !usage_error("%s/...: expected paths below 4096 bytes", path);
		else if (ok)
			ok = input_add(in, sub);
		free(entry[i]);
	}
	in->depth--;
	free(entry);
	return ok;
}

/**
 * input_unique - add a path that is not in the list yet
 * @in: the list
 * @path: the path; need not exist
 *
 * Return: false if it is in the list already.
 */
bool input_unique(struct input *in, const char *path)
{
	for (size_t i = 0; i < in->nr; i++)
		if (!strcmp(in->path[i], path))
			return false;
	add_path(in, path);
	return true;
}

/**
 * input_free - free what a list of files owns
 * @in: the list
 */
void input_free(struct input *in)
{
	for (size_t i = 0; i < in->nr; i++)
		free(in->path[i]);
	free(in->path);
}

/**
 * read_file - all bytes of a file
 * @path: the file, or "-" for standard input
 * @len: where their number is stored
 *
 * Return: the bytes and a NUL, to be freed; NULL after an error message.
 */
uint8_t *read_file(const char *path, size_t *len)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	size_t size = 1 << 16;
	uint8_t *data = malloc(size);

	*len = 0;
	if (!f || !data) {
		usage_error("%s: %s", path, strerror(errno));
		if (f && f != stdin)
			fclose(f);
		free(data);
		return NULL;
	}
	for (;;) {
		size_t n = fread(data + *len, 1, size - *len - 1, f);

		*len += n;
		if (!n)
			break;
		if (*len + 1 == size) {
			uint8_t *more = size < FILE_MAX ? realloc(data, size * 2) : NULL;

			if (!more) {
				usage_error("%s: expected a file below 64 MiB", path);
				free(data);
				data = NULL;
				break;
			}
			data = more;
			size *= 2;
		}
	}
	if (data && ferror(f)) {
		usage_error("%s: %s", path, strerror(errno));
		free(data);
		data = NULL;
	}
	if (f != stdin)
		fclose(f);
	if (data)
		data[*len] = 0;
	return data;
}

/**
 * is_text_program - is this the text form
 * @data: contents of a file
 * @len: how many
 *
 * Text begins with its version line, after comments and blank lines.
 */
bool is_text_program(const uint8_t *data, size_t len)
{
	static const char word[] = "pcpu-program";
	size_t i = 0;

	while (i < len && (data[i] == '#' || data[i] == '\n' || data[i] == '\r' || data[i] == ' ' ||
			   data[i] == '\t')) {
		if (data[i] == '#')
			while (i < len && data[i] != '\n')
				i++;
		else
			i++;
	}
	return len - i >= sizeof(word) - 1 && !memcmp(data + i, word, sizeof(word) - 1);
}

/*
 * Something that a person wrote, and so no bytes of a fuzz engine; as a program it gets an error
 * that says where.
 */
static bool looks_like_text(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != '\n' && data[i] != '\r' && data[i] != '\t' &&
		    (data[i] < ' ' || data[i] > '~'))
			return false;
	return len >= BYTES_HEADER;
}

/**
 * load_program - read a program in either form
 * @p: the program, to be freed by program_exit()
 * @layer: that of the fuzz target, if it is bytes
 * @path: the file, or "-"; one that ends in .pcpu must be text
 * @is_bytes: where it is stored whether it is bytes
 *
 * Return: false after an error message.
 */
bool load_program(struct program *p, enum program_layer layer, const char *path, bool *is_bytes)
{
	size_t len, n = strlen(path);
	bool must_be_text = n > 5 && !strcmp(path + n - 5, ".pcpu");
	uint8_t *data = read_file(path, &len);
	struct text_error err;
	bool ok = true;

	if (!data)
		return false;
	*is_bytes = !must_be_text && !is_text_program(data, len) && !looks_like_text(data, len);
	if (!*is_bytes) {
		ok = program_from_text(p, (const char *)data, len, &err);
		if (!ok)
			usage_error("%s:%u: %s", path, err.line, err.what);
	} else {
		program_from_bytes(p, layer, data, len);
	}
	free(data);
	return ok;
}

/**
 * load_for - read a program that certain subjects are to run
 * @p: the program, to be freed by program_exit()
 * @ro: on what
 * @path: the file, or "-"
 * @unfit: where it is stored why one of them cannot be the program's machine; NULL if all can
 * @name: where the name of that one is stored
 *
 * Bytes come from a fuzz engine, whose target runs them on the nearest machine that can be had; so
 * they do here.
 *
 * Return: false after an error message.
 */
bool load_for(struct program *p, const struct run_options *ro, const char *path, const char **unfit,
	      const char **name)
{
	bool is_bytes;

	if (!load_program(p, ro->layer, path, &is_bytes))
		return false;
	if (is_bytes)
		subjects_fit(&ro->subjects, &p->machine);
	*unfit = subjects_unfit(&ro->subjects, &p->machine, name);
	return true;
}
