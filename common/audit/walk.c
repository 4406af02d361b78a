/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audit/walk.h"
#include "base/text.h"

/* -1: errno. */
static int
open_number(struct walk *walk, unsigned number)
{
	int fd;
	struct stat st;

	journal_name(walk->path, number, walk->name);
	fd = open(walk->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	if (walk->fd != -1)
		close(walk->fd);
	walk->fd = fd;
	walk->device = st.st_dev;
	walk->inode = st.st_ino;
	walk->number = 0;
	walk->files++;
	lines_start(&walk->lines, fd, 0);
	return 0;
}

/* The number that the file of our descriptor has now; -1: none. */
static int
number_of(const struct walk *walk)
{
	char name[JOURNAL_PATH_MAX];
	struct stat st;

	for (unsigned i = 0; i <= JOURNAL_KEEP_MAX; i++)
		if (stat(journal_name(walk->path, i, name), &st) == 0 &&
		    st.st_dev == walk->device && st.st_ino == walk->inode)
			return (int)i;
	return -1;
}

int
walk_start(struct walk *walk, const char *path, struct error *err)
{
	char name[JOURNAL_PATH_MAX];
	unsigned oldest = 0;

	walk->fd = -1;
	walk->files = 0;
	if (text_copy(walk->path, sizeof(walk->path), path) == -1)
		return error_set(err, FAULT_USAGE, "'%.64s' is too long", path);
	for (unsigned i = 1; i <= JOURNAL_KEEP_MAX; i++)
		if (access(journal_name(walk->path, i, name), F_OK) == 0)
			oldest = i;
	if (open_number(walk, oldest) == 0)
		return 0;
	if (errno == EINVAL)
		return error_set(err, FAULT_SYSTEM,
		    "cannot read '%s': it is no regular file", walk->name);
	return error_errno(err, "cannot read '%s'", walk->name);
}

void
walk_end(struct walk *walk)
{
	if (walk->fd != -1)
		close(walk->fd);
	walk->fd = -1;
}

/* The next newer one that is there: that one is missing shows in what the
 * records say. */
static int
open_newer(struct walk *walk, int number)
{
	while (--number > 0)
		if (open_number(walk, (unsigned)number) == 0)
			return 0;
		else if (errno != ENOENT)
			return -1;
	return open_number(walk, 0);
}

enum lines_result
walk_next(struct walk *walk, const char **line, size_t *length)
{
	for (;;) {
		int64_t offset = walk->lines.offset;
		enum lines_result result =
		    lines_next(&walk->lines, line, length);
		int number;

		if (result == LINES_ONE || result == LINES_LONG)
			walk->number++;
		if (result != LINES_END && result != LINES_TORN)
			return result;
		/* nobody writes into an older one any more */
		if ((number = number_of(walk)) <= 0) {
			if (result == LINES_TORN)
				lines_start(&walk->lines, walk->fd, offset);
			if (number == 0)
				return result;
		}
		/* what is cut off there stays so: a line like any other */
		if (result == LINES_TORN && number > 0) {
			walk->number++;
			return LINES_ONE;
		}
		if (open_newer(walk, number) == -1)
			return LINES_FAILED;
	}
}
