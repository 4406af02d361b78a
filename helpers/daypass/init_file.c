/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "helpers/daypass/init.h"

int
init_read(const char *path, struct buffer *held, struct error *err)
{
	scoped(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[4096];
	ssize_t got;

	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1)
		return error_errno(err, "'%s'", path);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		buffer_add(held, bytes, (size_t)got);
	if (got == -1)
		return error_errno(err, "'%s'", path);
	if (buffer_failed(held))
		return error_set(err, FAULT_CONFIG, "'%s' is too large", path);
	return 0;
}

/* The directories above a file, those that are missing for us alone. */
static int
make_way(const char *path, struct error *err)
{
	scoped(string) char *way = strdup(path);

	if (way == NULL)
		return error_errno(err, "no memory");
	for (char *slash = strchr(way + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(way, 0700) == -1 && errno != EEXIST)
			return error_errno(err, "'%s'", way);
		*slash = '/';
	}
	return 0;
}

static int
put(int fd, const struct buffer *bytes)
{
	const char *at = buffer_text(bytes);
	size_t left = bytes->length;
	ssize_t sent;

	for (; left > 0; at += sent, left -= (size_t)sent)
		if ((sent = write(fd, at, left)) == -1)
			return -1;
	return 0;
}

/* With a line end between, should the last line lack one. */
static int
put_all(int fd, const struct buffer *held, const struct buffer *more)
{
	const char *text = buffer_text(held);
	bool whole = held->length == 0 || text[held->length - 1] == '\n';

	if (put(fd, held) == -1 || (!whole && write(fd, "\n", 1) != 1) ||
	    put(fd, more) == -1 || fsync(fd) == -1)
		return -1;
	return 0;
}

/* A dotfile that is a link stays one: what it leads to is written. */
static char *
end_of_links(const char *path)
{
	char *real = realpath(path, NULL);

	return real != NULL || errno != ENOENT ? real : strdup(path);
}

int
init_write(const char *path, const struct buffer *held,
    const struct buffer *more, struct error *err)
{
	scoped(string) char *target = NULL, *fresh = NULL;
	scoped(fd) int fd = -1;
	struct stat st;

	if (make_way(path, err) == -1)
		return -1;
	if ((target = end_of_links(path)) == NULL ||
	    asprintf(&fresh, "%s.XXXXXX", target) == -1)
		return error_errno(err, "'%s'", path);
	if ((fd = mkostemp(fresh, O_CLOEXEC)) == -1)
		return error_errno(err, "'%s'", fresh);
	if (stat(target, &st) == 0 && fchmod(fd, st.st_mode & 07777) == -1)
		error_errno(err, "'%s'", fresh);
	else if (put_all(fd, held, more) == 0 && rename(fresh, target) == 0)
		return 0;
	else
		error_errno(err, "'%s'", path);
	unlink(fresh);
	return -1;
}
