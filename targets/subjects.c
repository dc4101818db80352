// SPDX-License-Identifier: GPL-2.0-only
/*
 * subjects.c - subjects by name: ours is built in, all others are shared objects.
 *
 * NAME is subjects/NAME.so beside the running executable; a name with a slash is the file itself.
 * What was loaded stays.  Does not build any.
 */
#include <ctype.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "subjects.h"
#include "../oracle/steps.h"

#define PATH_SIZE SUBJECT_PATH_MAX

/**
 * struct failure - where an error message goes
 */
struct failure {
	char *text;
	size_t size;
};

static __attribute__((format(printf, 2, 3))) bool fail(const struct failure *f, const char *fmt,
						       ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->text, f->size, fmt, ap);
	va_end(ap);
	return false;
}

static const struct subject_choice ours = {
	.name = "ours",
	.ops = &subject_ours,
	.steps = &subject_ours_steps,
	.space = &subject_ours_space,
};

/**
 * subjects_default - our allocator, as if none had been named
 * @l: the list
 */
void subjects_default(struct subject_list *l)
{
	*l = (struct subject_list){ .nr = 1 };
	l->one[0] = ours;
}

/* The file that a name stands for. */
static bool file_of(const char *name, char *path, const struct failure *f)
{
	char self[PATH_SIZE];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (strchr(name, '/'))
		return snprintf(path, PATH_SIZE, "%s", name) < PATH_SIZE ||
		       fail(f, "--subject: expected a path below %d bytes", PATH_SIZE);
	self[len < 0 ? 0 : len] = 0;
	slash = strrchr(self, '/');
	if (!slash)
		return fail(f, "--subject: expected to find the running executable in /proc");
	*slash = 0;
	return snprintf(path, PATH_SIZE, "%s/subjects/%s.so", self, name) < PATH_SIZE ||
	       fail(f, "--subject: expected a path below %d bytes", PATH_SIZE);
}

/* What the user has to type to have it, as far as that can be told from the name. */
static void how_to_build(const char *name, char *buf, size_t size)
{
	const char *rest = strncmp(name, "linux-", 6) ? NULL : name + 6;

	if (rest && isdigit((unsigned char)*rest))
		snprintf(buf, size, "build it with scripts/kernel %.60s", rest);
	else if (rest && !strchr(name, '/'))
		snprintf(buf, size, "build it with scripts/kernel SOURCE --name %.60s", rest);
	else
		snprintf(buf, size, "expected ours, linux-VERSION, or the path of a shared object");
}

/* "linux-6.1" of "build/subjects/linux-6.1.so" */
static void base_name(const char *name, char *base, size_t size)
{
	const char *slash = strrchr(name, '/');
	size_t len;

	snprintf(base, size, "%.*s", (int)size - 1, slash ? slash + 1 : name);
	len = strlen(base);
	if (slash && len > 3 && !strcmp(base + len - 3, ".so"))
		base[len - 3] = 0;
}

static bool load(struct subject_choice *s, const char *name, const struct failure *f)
{
	const struct subject_plugin *plugin;
	char build[160], *path = s->path;
	void *object;

	base_name(name, s->name, sizeof(s->name));
	how_to_build(name, build, sizeof(build));
	if (!file_of(name, path, f))
		return false;
	if (access(path, R_OK))
		return fail(f, "--subject %s: there is no %s; %s", name, path, build);
	object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!object)
		return fail(f, "--subject %s: cannot be loaded: %s", name, dlerror());
	plugin = dlsym(object, SUBJECT_SYMBOL);
	if (!plugin)
		return fail(f, "--subject %s: %s does not export %s, so it is no subject", name,
			    path, SUBJECT_SYMBOL);
	if (plugin->abi != SUBJECT_ABI)
		return fail(f, "--subject %s: %s was built for another state of pcpufuzz; %s", name,
			    path, build);
	s->ops = plugin->ops;
	s->steps = plugin->steps;
	s->space = plugin->space;
	s->version = plugin->version && known_is_version(plugin->version) ? plugin->version : NULL;
	return true;
}

static bool find_one(struct subject_list *l, const char *name, const struct failure *f)
{
	struct subject_choice *s = l->one + l->nr;

	*s = (struct subject_choice){ .ops = NULL };
	if (!strcmp(name, "ours")) {
		*s = ours;
	} else if (!*name) {
		return fail(f, "--subject: expected names with a comma between them");
	} else if (!load(s, name, f)) {
		return false;
	}
	for (unsigned int i = 0; i < l->nr; i++)
		if (l->one[i].ops == s->ops || !strcmp(l->one[i].name, s->name))
			return fail(f, "--subject: expected different ones; got '%s' twice",
				    s->name);
	l->nr++;
	return true;
}

/**
 * subjects_find - subjects by their names
 * @l: where they are stored
 * @names: one name, or up to LOCKSTEP_MAX with commas between them
 * @error: where one line goes that says what is wrong
 * @size: room there
 *
 * Return: false if one of them cannot be had.
 */
bool subjects_find(struct subject_list *l, const char *names, char *error, size_t size)
{
	const struct failure f = { error, size };
	char name[PATH_SIZE];

	*l = (struct subject_list){ .named = true };
	for (;;) {
		size_t len = strcspn(names, ",");

		if (l->nr == LOCKSTEP_MAX)
			return fail(&f, "--subject: expected at most %d names", LOCKSTEP_MAX);
		if (len >= sizeof(name))
			return fail(&f, "--subject: expected a path below %d bytes", PATH_SIZE);
		memcpy(name, names, len);
		name[len] = 0;
		if (!find_one(l, name, &f))
			return false;
		if (!names[len])
			return true;
		names += len + 1;
	}
}

/**
 * subjects_options - how to run each of them
 * @l: the subjects; must outlive the runs
 * @how: what the user wants
 * @opts: where that is stored for each; only the first gets an observer, if the caller sets one
 */
void subjects_options(const struct subject_list *l, const struct subject_policy *how,
		      struct exec_options *opts)
{
	const char *linux_version = NULL;

	for (unsigned int i = l->nr; i--;)
		if (l->one[i].version)
			linux_version = l->one[i].version;
	for (unsigned int i = 0; i < l->nr; i++) {
		const struct subject_choice *s = l->one + i;
		unsigned int known = s->version ? known_of_version(s->version) : 0;

		opts[i] = (struct exec_options){
			.subject = s->ops,
			.name = l->named ? s->name : NULL,
			.flags = how->flags,
			.rules_off = how->rules_off,
		};
		if (!s->version)
			opts[i].option = how->option;
		if (!s->version && !how->chosen && linux_version)
			known = opts[i].option = known_of_version(linux_version) & KNOWN_QUIRKS;
		opts[i].option &= ~how->without;
		opts[i].tolerate = how->named | (how->strict ? 0 : how->tolerate | known);
	}
}

/**
 * subjects_unfit - can all of them be such a machine
 * @l: the subjects
 * @m: the machine
 * @name: where the name of the first that cannot is stored
 *
 * Return: why that one cannot, or NULL if all can.
 */
const char *subjects_unfit(const struct subject_list *l, const struct machine *m, const char **name)
{
	for (unsigned int i = 0; i < l->nr; i++) {
		const struct subject_choice *s = l->one + i;
		const char *why = s->ops->unfit ? s->ops->unfit(m) : NULL;

		*name = s->name;
		if (why)
			return why;
	}
	return NULL;
}

/**
 * subjects_fit - change a machine into one that all of them can be
 * @l: the subjects
 * @m: the machine
 *
 * Return: false if there is none near it.
 */
bool subjects_fit(const struct subject_list *l, struct machine *m)
{
	const char *name;

	for (unsigned int i = 0; i < l->nr; i++)
		if (l->one[i].ops->fit)
			l->one[i].ops->fit(m);
	return !machine_fault(m) && !subjects_unfit(l, m, &name);
}
