// SPDX-License-Identifier: GPL-2.0-only
/*
 * slurp.c - whole files, and the output of whole commands, as memory.
 *
 * Commands are run without a shell, so that no name of a file needs quoting; what they say on
 * stderr is dropped, as their exit status is all that a caller can act on.
 */
#define _GNU_SOURCE /* pipe2() */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "slurp.h"

#define SLURP_MAX ((size_t)512 << 20)

/* All that can be read from a descriptor, with a NUL behind it. */
static bool read_all(int fd, char **text, size_t *size)
{
	size_t capacity = 1u << 16, len = 0;
	char *buf = malloc(capacity + 1);

	while (buf) {
		ssize_t n = read(fd, buf + len, capacity - len);
		char *more;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		len += (size_t)n;
		if (!n) {
			buf[len] = '\0';
			*text = buf;
			*size = len;
			return true;
		}
		if (len < capacity)
			continue;
		/* the largest trace is some 10 MB: what goes on for ever must end somewhere */
		capacity *= 2;
		more = capacity <= SLURP_MAX ? realloc(buf, capacity + 1) : NULL;
		if (!more) {
			errno = EFBIG;
			break;
		}
		buf = more;
	}
	free(buf);
	return false;
}

/**
 * slurp_file - read a file
 * @path: its name
 * @text: its bytes and a NUL, to be freed by the caller
 * @size: without the NUL
 *
 * Return: false if it cannot be read; errno says why.
 */
bool slurp_file(const char *path, char **text, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;
	int err;

	if (fd < 0)
		return false;
	ok = read_all(fd, text, size);
	err = errno;
	close(fd);
	errno = err;
	return ok;
}

static void run(char *const argv[], int out)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

/**
 * slurp_command - run a command and read what it prints
 * @argv: the command, found along PATH, and a NULL at the end
 * @text: what it printed and a NUL, to be freed by the caller
 * @size: without the NUL
 *
 * Return: false if it cannot be run or fails.
 */
bool slurp_command(char *const argv[], char **text, size_t *size)
{
	int fd[2], status;
	pid_t pid;
	bool ok;

	fflush(NULL);
	if (pipe2(fd, O_CLOEXEC))
		return false;
	pid = fork();
	if (pid < 0) {
		close(fd[0]);
		close(fd[1]);
		return false;
	}
	if (!pid)
		run(argv, fd[1]);
	close(fd[1]);
	ok = read_all(fd[0], text, size);
	close(fd[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (ok && WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	if (ok)
		free(*text);
	return false;
}
