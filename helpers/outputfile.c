/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/outputfile.h"

/* Opens the file's directory and gives the name in it. */
static int
open_directory(const char *path, char *directory, const char **name)
{
	char *slash;

	if (text_copy(directory, DIRS_PATH_MAX, path) == -1)
		return -1;
	slash = strrchr(directory, '/');
	*name = slash == NULL ? path : path + (slash - directory) + 1;
	if (slash == NULL)
		strcpy(directory, ".");
	else if (slash == directory)
		slash[1] = '\0';
	else
		*slash = '\0';
	return open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
write_all(int fd, const char *bytes, size_t length)
{
	ssize_t written;

	for (; length > 0; bytes += written, length -= (size_t)written) {
		written = write(fd, bytes, length);
		if (written == -1 && errno == EINTR)
			written = 0;
		if (written == -1)
			return -1;
	}
	return fsync(fd);
}

int
outputfile_write(const char *path, const char *bytes, size_t length)
{
	char folder[DIRS_PATH_MAX], fresh[300];
	const char *name;
	scoped(fd) int directory = open_directory(path, folder, &name);
	scoped(fd) int fd = -1;

	if (directory == -1 || name[0] == '\0' || strlen(name) > 200)
		return -1;
	snprintf(fresh, sizeof(fresh), ".%s.%ld", name, (long)getpid());
	unlinkat(directory, fresh, 0); /* from a process that was killed */
	fd = openat(directory, fresh,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	if (write_all(fd, bytes, length) == 0 &&
	    renameat(directory, fresh, directory, name) == 0)
		return 0;
	unlinkat(directory, fresh, 0);
	return -1;
}
