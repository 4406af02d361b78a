/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "identity/identity.h"
#include "identity/tokenfile.h"

static int
cannot_open(const char *path, struct error *err)
{
	if (errno == ENOENT)
		return error_set(err, FAULT_IDENTITY,
		    "the token file '%s' does not exist", path);
	return error_set(err, FAULT_IDENTITY,
	    "the token file '%s' cannot be opened: %s", path, strerror(errno));
}

static int
check(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return error_errno(err, "the token file '%s'", path);
	if (S_ISDIR(st.st_mode))
		return error_set(err, FAULT_IDENTITY,
		    "'%s' is a directory, not a token file", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, FAULT_IDENTITY,
		    "the token file '%s' is no regular file", path);
	return 0;
}

/* Up to the token's room, which has one byte more than a file may hold. */
static int
read_into(struct secret *token, int fd)
{
	ssize_t count;

	while (secret_length(token) <= IDENTITY_TOKEN_MAX) {
		count = read(fd, secret_tail(token), secret_room(token));
		if (count == 0)
			return 0;
		if (count == -1 && errno == EINTR)
			continue;
		if (count == -1)
			return -1;
		secret_wrote(token, (size_t)count);
	}
	return 0;
}

static int
slurp(int fd, const char *path, struct secret **token, struct error *err)
{
	scoped(secret) struct secret *bytes = NULL;

	if ((bytes = secret_new(IDENTITY_TOKEN_MAX + 1)) == NULL)
		return error_errno(err, "memory for a token");
	if (read_into(bytes, fd) == -1)
		return error_errno(err, "the token file '%s'", path);
	if (secret_length(bytes) > IDENTITY_TOKEN_MAX)
		return error_set(err, FAULT_IDENTITY,
		    "the token file '%s' is larger than %d bytes", path,
		    IDENTITY_TOKEN_MAX);
	*token = take(&bytes);
	return 0;
}

int
tokenfile_read(const char *path, struct secret **token, struct error *err)
{
	scoped(secret) struct secret *found = NULL;
	scoped(fd) int fd = -1;
	char where[PATH_MAX + 32];

	/* O_NONBLOCK, for a FIFO must not hold us before fstat sees it. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return cannot_open(path, err);
	if (check(fd, path, err) == -1 || slurp(fd, path, &found, err) == -1)
		return -1;
	snprintf(where, sizeof(where), "the token file '%s'", path);
	if (identity_trim(&found, where, err) == -1 ||
	    identity_unexpired(found, where, err) == -1)
		return -1;
	*token = take(&found);
	return 0;
}
