/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "helpers/callout/keyfile.h"

static int
check(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return error_errno(err, "'%.512s'", path);
	if (!S_ISREG(st.st_mode))
		return error_set(
		    err, FAULT_CONFIG, "'%.512s' is no regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return error_set(err, FAULT_CONFIG,
		    "'%.512s' belongs to uid %lu: neither to uid %lu nor to "
		    "root",
		    path, (unsigned long)st.st_uid, (unsigned long)geteuid());
	if ((st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		return error_set(err, FAULT_CONFIG,
		    "'%.512s' is open to others (mode %03o): chmod 600", path,
		    (unsigned)st.st_mode & 0777);
	return 0;
}

static struct secret *
read_all(int fd, const char *path, struct error *err)
{
	struct secret *bytes = secret_new(KEYFILE_MAX + 1);
	ssize_t got = -1;

	if (bytes == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	while (secret_length(bytes) <= KEYFILE_MAX &&
	       (got = read(fd, secret_tail(bytes), secret_room(bytes))) > 0)
		secret_wrote(bytes, (size_t)got);
	if (got == 0 && secret_length(bytes) <= KEYFILE_MAX)
		return bytes;
	if (got == -1)
		error_errno(err, "'%.512s'", path);
	else
		error_set(err, FAULT_CONFIG, "'%.512s' is larger than %d bytes",
		    path, KEYFILE_MAX);
	secret_free(bytes);
	return NULL;
}

static struct secret *
read_file(const char *path, struct error *err)
{
	/* O_NONBLOCK, for a FIFO must not hold us before fstat sees it. */
	scoped(fd) int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd == -1) {
		error_errno(err, "'%.512s'", path);
		err->fault = FAULT_CONFIG;
		return NULL;
	}
	return check(fd, path, err) == -1 ? NULL : read_all(fd, path, err);
}

static struct secret *
read_variable(const char *name, struct error *err)
{
	const char *value = secure_getenv(name);
	struct secret *bytes;

	if (value == NULL || value[0] == '\0') {
		error_set(
		    err, FAULT_CONFIG, "the variable %.64s is not set", name);
		return NULL;
	}
	if ((bytes = secret_copy(value, strlen(value))) == NULL)
		error_set(err, FAULT_SYSTEM, "no memory");
	return bytes;
}

/* A NUL counts as a blank: whatever it hides is then no seed. */
static void
trim(struct secret *bytes)
{
	static const char blanks[] = " \t\r\n";
	const char *text = secret_bytes(bytes);
	size_t length = secret_length(bytes);

	while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
		length--;
	secret_truncate(bytes, length);
	secret_consume(bytes, strspn(secret_bytes(bytes), blanks));
}

struct secret *
keyfile_read(const char *source, struct error *err)
{
	struct secret *bytes = text_starts(source, "env:")
				   ? read_variable(source + 4, err)
				   : read_file(source, err);

	if (bytes == NULL)
		return NULL;
	trim(bytes);
	if (secret_length(bytes) > 0)
		return bytes;
	error_set(err, FAULT_CONFIG, "'%.512s' is empty", source);
	secret_free(bytes);
	return NULL;
}

int
keyfile_write(const char *path, const struct secret *line, struct error *err)
{
	scoped(fd) int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	ssize_t wrote;

	if (fd == -1) {
		error_errno(err, "'%.512s'", path);
		return -1;
	}
	wrote = write(fd, secret_bytes(line), secret_length(line));
	if (wrote == (ssize_t)secret_length(line) && write(fd, "\n", 1) == 1 &&
	    fsync(fd) == 0)
		return 0;
	error_errno(err, "cannot write '%.512s'", path);
	unlink(path);
	return -1;
}
