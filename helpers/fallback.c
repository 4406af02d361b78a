/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/scoped.h"
#include "helpers/fallback.h"

#define PREFIX "docker-credential-"

static bool
is_name(const char *name)
{
	return name[0] != '\0' && strlen(name) < 128 &&
	       name[strspn(name,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789._-")] == '\0';
}

/* One that leads back to us would go round for ever. */
static bool
is_ourselves(const char *path)
{
	struct stat it, us;

	return stat(path, &it) == 0 && stat("/proc/self/exe", &us) == 0 &&
	       it.st_dev == us.st_dev && it.st_ino == us.st_ino;
}

/* The first on PATH that can be run; relative elements are passed over. */
static int
search(const char *name, char *found)
{
	const char *path = secure_getenv("PATH");
	size_t length;

	for (; path != NULL && *path != '\0'; path += length) {
		if (*path == ':')
			path++;
		length = strcspn(path, ":");
		if (*path != '/' ||
		    snprintf(found, DIRS_PATH_MAX, "%.*s/" PREFIX "%s",
			(int)length, path, name) >= DIRS_PATH_MAX)
			continue;
		if (access(found, X_OK) == 0)
			return 0;
	}
	return -1;
}

static int
find(const char *name, char *found, struct error *err)
{
	if (!is_name(name))
		return error_set(err, FAULT_CONFIG,
		    "config: [docker] fallback is no name of a helper");
	if (search(name, found) == -1)
		return error_set(err, FAULT_CONFIG,
		    "config: [docker] fallback = %s: there is no " PREFIX
		    "%s on PATH",
		    name, name);
	if (is_ourselves(found))
		return error_set(err, FAULT_CONFIG,
		    "config: [docker] fallback = %s is this very helper", name);
	return 0;
}

/* For a system without memfds: takes what fits into a pipe, 64 KiB as a rule,
 * and never waits for a reader. */
static int
input_pipe(const char *bytes, size_t length, struct error *err)
{
	int ends[2];
	ssize_t written;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return error_errno(err, "cannot hand on the request");
	written = write(ends[1], bytes, length);
	close(ends[1]);
	if (written == (ssize_t)length && fcntl(ends[0], F_SETFL, 0) == 0)
		return ends[0];
	close(ends[0]);
	return error_set(err, FAULT_SYSTEM,
	    "system: the request is too large to be handed on");
}

/* A file in memory that holds the input: unlike a pipe it takes all of it
 * before anybody reads. */
static int
input_file(const char *bytes, size_t length, struct error *err)
{
	scoped(fd) int fd = memfd_create("input", MFD_CLOEXEC);
	int opened;

	if (fd == -1)
		return input_pipe(bytes, length, err);
	if (write(fd, bytes, length) != (ssize_t)length ||
	    lseek(fd, 0, SEEK_SET) == -1)
		return error_errno(err, "cannot hand on the request");
	opened = fd;
	fd = -1;
	return opened;
}

int
fallback_become(const char *name, const char *verb, const char *bytes,
    size_t length, struct error *err)
{
	char path[DIRS_PATH_MAX];
	char *const argv[] = {path, (char *)verb, NULL};
	scoped(fd) int input = -1;

	if (find(name, path, err) == -1 ||
	    (input = input_file(bytes, length, err)) == -1)
		return -1;
	if (dup2(input, STDIN_FILENO) != -1)
		execv(path, argv);
	return error_errno(err, "cannot run '%s'", path);
}

_Noreturn static void
become_list(const char *name, int output)
{
	struct error err;

	if (dup2(output, STDOUT_FILENO) != -1)
		fallback_become(name, "list", "unused", 6, &err);
	_exit(127);
}

/* Reads to the end; what is beyond `size` is an error, never cut. */
static int
read_all(int fd, char *output, size_t size, size_t *length, struct error *err)
{
	ssize_t got;

	*length = 0;
	while ((got = read(fd, output + *length, size - *length)) != 0) {
		if (got == -1 && errno != EINTR)
			return error_errno(err, "the fallback's answer");
		*length += got > 0 ? (size_t)got : 0;
		if (*length == size)
			return error_set(
			    err, FAULT_SYSTEM, "the fallback lists too much");
	}
	return 0;
}

int
fallback_list(const char *name, char *output, size_t size, size_t *length,
    struct error *err)
{
	char path[DIRS_PATH_MAX];
	int ends[2], status, result;
	pid_t child;

	if (find(name, path, err) == -1)
		return -1;
	if (pipe2(ends, O_CLOEXEC) == -1 || (child = fork()) == -1)
		return error_errno(err, "cannot run the fallback");
	if (child == 0)
		become_list(name, ends[1]);
	close(ends[1]);
	result = read_all(ends[0], output, size, length, err);
	close(ends[0]);
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		;
	if (result == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return error_set(
		    err, FAULT_SYSTEM, "the fallback '%s' cannot list", path);
	return result;
}
