/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "config/source.h"

static int
refuse_errno(struct error *err)
{
	return error_set(err, FAULT_CONFIG, "%s", strerror(errno));
}

static const char *
file_type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a pipe";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

/* Whoever can write the file decides where credentials go. */
static int
check(const struct stat *st, struct error *err)
{
	if (!S_ISREG(st->st_mode))
		return error_set(err, FAULT_CONFIG, "is %s, no regular file",
		    file_type(st->st_mode));
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return error_set(err, FAULT_CONFIG,
		    "belongs to uid %lu: neither to uid %lu nor to root",
		    (unsigned long)st->st_uid, (unsigned long)geteuid());
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(err, FAULT_CONFIG,
		    "can be written by others (mode %03o): chmod go-w",
		    (unsigned)st->st_mode & 0777);
	if (st->st_size > SOURCE_MAX)
		return error_set(err, FAULT_CONFIG, "is larger than 1 MiB");
	return 0;
}

static int
read_all(int fd, struct source *source, struct error *err)
{
	size_t size = (size_t)source->st.st_size;
	ssize_t got;

	if ((source->bytes = malloc(size + 1)) == NULL)
		return refuse_errno(err);
	/* One byte more than it has, so that growth is noticed. */
	while (source->length <= size) {
		got = read(fd, source->bytes + source->length,
		    size + 1 - source->length);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return refuse_errno(err);
		if (got == 0)
			break;
		source->length += (size_t)got;
	}
	if (source->length != size)
		return error_set(
		    err, FAULT_CONFIG, "changed while it was read");
	source->bytes[size] = '\0';
	if (memchr(source->bytes, '\0', size) != NULL)
		return error_set(err, FAULT_CONFIG, "holds a NUL byte");
	return 0;
}

/* A file that is not there is fine; a link that leads nowhere was meant to
 * lead to one. */
static int
missing(const char *path, struct error *err)
{
	struct stat st;

	if (errno != ENOENT && errno != ENOTDIR)
		return refuse_errno(err);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return error_set(
		    err, FAULT_CONFIG, "is a link that leads nowhere");
	return 0;
}

int
source_read(const char *path, struct source *source, struct error *err)
{
	scoped(fd) int fd = -1;

	*source = (struct source){.bytes = NULL};
	/* Looked at before it is opened: opening a device can do things. */
	if (stat(path, &source->st) == -1) {
		source->st = (struct stat){.st_size = 0};
		return missing(path, err);
	}
	if (check(&source->st, err) == -1)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 || fstat(fd, &source->st) == -1)
		return refuse_errno(err);
	if (check(&source->st, err) == -1 || read_all(fd, source, err) == -1)
		return -1;
	return 1;
}

void
source_free(struct source *source)
{
	free(source->bytes);
	*source = (struct source){.bytes = NULL};
}

bool
source_same(const char *path, const struct stat *before)
{
	struct stat st = {0};

	if (stat(path, &st) == -1)
		st = (struct stat){.st_size = 0};
	return st.st_dev == before->st_dev && st.st_ino == before->st_ino &&
	       st.st_size == before->st_size &&
	       st.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}
