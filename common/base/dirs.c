/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/scoped.h"

static int
put(char *path, size_t size, struct error *err, const char *fmt, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, fmt);
	length = vsnprintf(path, size, fmt, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= size)
		return error_set(
		    err, FAULT_CONFIG, "the path '%.40s...' is too long", path);
	return 0;
}

static const char *
absolute(const char *variable)
{
	const char *value = secure_getenv(variable);

	return value != NULL && value[0] == '/' ? value : NULL;
}

/* 1: a directory of ours; 0: there is none; -1: somebody else's. */
static int
is_ours(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode))
		return 0;
	return st.st_uid == geteuid() ? 1 : -1;
}

static int
foreign(const char *path, struct error *err)
{
	struct stat st = {0};

	stat(path, &st);
	return error_set(err, FAULT_REFUSED,
	    "XDG_RUNTIME_DIR '%s' belongs to uid %lu, and this runs as uid "
	    "%lu: nothing is taken from another user's session (unset "
	    "XDG_RUNTIME_DIR, or run as that user)",
	    path, (unsigned long)st.st_uid, (unsigned long)geteuid());
}

int
dirs_runtime(char *path, size_t size, struct error *err)
{
	unsigned long uid = geteuid();
	const char *named = secure_getenv("DAYPASS_RUNTIME_DIR");
	const char *xdg = absolute("XDG_RUNTIME_DIR");
	char run[64];
	int ours;

	if (named != NULL && named[0] != '\0') {
		if (named[0] != '/')
			return error_set(err, FAULT_CONFIG,
			    "DAYPASS_RUNTIME_DIR '%s' is not an absolute path",
			    named);
		return put(path, size, err, "%s", named);
	}
	if (xdg != NULL && (ours = is_ours(xdg)) != 0)
		return ours == 1 ? put(path, size, err, "%s/daypass", xdg)
				 : foreign(xdg, err);
	snprintf(run, sizeof(run), "/run/user/%lu", uid);
	if (is_ours(run) == 1)
		return put(path, size, err, "%s/daypass", run);
	return put(path, size, err, "/tmp/daypass-%lu", uid);
}

/* The opened directory must be one that only we can enter. */
static int
check_private(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return error_errno(err, "runtime directory '%s'", path);
	if (st.st_uid != geteuid())
		return error_set(err, FAULT_REFUSED,
		    "the runtime directory '%s' belongs to uid %lu, not to "
		    "uid %lu: not used (set DAYPASS_RUNTIME_DIR to a directory "
		    "of your own)",
		    path, (unsigned long)st.st_uid, (unsigned long)geteuid());
	if ((st.st_mode & 077) != 0)
		return error_set(err, FAULT_REFUSED,
		    "the runtime directory '%s' can be entered by others "
		    "(mode %03o): not used (chmod 700 '%s')",
		    path, (unsigned)st.st_mode & 0777, path);
	return 0;
}

static int
cannot_open(const char *path, struct error *err)
{
	if (errno == ELOOP || errno == ENOTDIR)
		return error_set(err, FAULT_REFUSED,
		    "the runtime directory '%s' is not a directory, or is "
		    "behind a symbolic link: not used",
		    path);
	return error_errno(err, "runtime directory '%s'", path);
}

int
dirs_open_runtime(bool create, struct error *err)
{
	char path[DIRS_PATH_MAX];
	scoped(fd) int fd = -1;
	int opened;

	if (dirs_runtime(path, sizeof(path), err) == -1)
		return -1;
	if (create && mkdir(path, 0700) == -1 && errno != EEXIST)
		return error_errno(
		    err, "cannot make the runtime directory '%s'", path);
	/* openat, for musl's open() spends a further call on O_CLOEXEC */
	fd = openat(AT_FDCWD, path,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT) {
		error_set(err, FAULT_NONE, "there is no '%s'", path);
		errno = ENOENT;
		return -1;
	}
	if (fd == -1)
		return cannot_open(path, err);
	if (check_private(fd, path, err) == -1)
		return -1;
	opened = fd;
	fd = -1;
	return opened;
}

int
dirs_config(char *path, size_t size, bool *named)
{
	const char *config = secure_getenv("DAYPASS_CONFIG");
	const char *xdg = absolute("XDG_CONFIG_HOME");
	const char *home = absolute("HOME");

	path[0] = '\0';
	*named = config != NULL && config[0] != '\0';
	if (*named)
		return put(path, size, NULL, "%s", config);
	if (xdg != NULL)
		return put(path, size, NULL, "%s/daypass/config", xdg);
	if (home != NULL)
		return put(path, size, NULL, "%s/.config/daypass/config", home);
	return -1;
}

/* The directory that this program was started from. */
static int
own_directory(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (length <= 0)
		return -1;
	path[length] = '\0';
	if ((slash = strrchr(path, '/')) == NULL)
		return -1;
	*slash = '\0';
	return 0;
}

int
dirs_program(const char *name, char *path, size_t size, struct error *err)
{
	char own[DIRS_PATH_MAX];
	bool known = own_directory(own, sizeof(own)) == 0;

	if (known && put(path, size, NULL, "%s/%s", own, name) == 0 &&
	    access(path, X_OK) == 0)
		return 0;
	if (put(path, size, NULL, "%s/%s", PROGRAM_DIRECTORY, name) == 0 &&
	    access(path, X_OK) == 0)
		return 0;
	if (known &&
	    put(path, size, NULL, "%s/../libexec/daypass/%s", own, name) ==
		0 &&
	    access(path, X_OK) == 0)
		return 0;
	return error_set(err, FAULT_SYSTEM,
	    "'%s' is not installed (looked in '%s' and beside this program)",
	    name, PROGRAM_DIRECTORY);
}
