/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/journal_inner.h"
#include "base/clock.h"
#include "base/scoped.h"
#include "base/text.h"

#define LOCK_MS 3000 /* others write for milliseconds */
#define REOPENED_MAX 16

const char *
journal_name(const char *path, unsigned number, char name[JOURNAL_PATH_MAX])
{
	if (number == 0)
		snprintf(name, JOURNAL_PATH_MAX, "%s", path);
	else
		snprintf(name, JOURNAL_PATH_MAX, "%.*s.%u",
		    JOURNAL_PATH_MAX - 16, path, number);
	return name;
}

struct journal *
journal_new(const char *path, const struct journal_limits *limits)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal == NULL ||
	    text_copy(journal->path, sizeof(journal->path), path) == -1) {
		free(journal);
		return NULL;
	}
	journal->limits = *limits;
	journal->fd = -1;
	journal->lines = BUFFER(TURN_MAX);
	head_start(&journal->head);
	return journal;
}

void
journal_free(struct journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->fd != -1)
		close(journal->fd);
	buffer_free(&journal->lines);
	free(journal);
}

void
journal_expect(struct journal *journal, const struct head *head)
{
	journal->head = *head;
	journal->expects = head->sequence > 0;
}

const struct head *
journal_head(const struct journal *journal)
{
	return &journal->head;
}

static void
forget_file(struct journal *journal)
{
	if (journal->fd != -1)
		close(journal->fd);
	journal->fd = -1;
}

/* One of ours, that nobody else may write. */
static int
check_file(const struct journal *journal, const struct stat *st,
    struct error *err)
{
	if (!S_ISREG(st->st_mode))
		return error_set(err, FAULT_SYSTEM, "'%s' is no regular file",
		    journal->path);
	if (st->st_uid != geteuid())
		return error_set(err, FAULT_SYSTEM,
		    "'%s' is of another user", journal->path);
	if ((st->st_mode & 022) != 0)
		return error_set(err, FAULT_SYSTEM,
		    "'%s' may be written by others", journal->path);
	return 0;
}

static void
directory_of(const struct journal *journal, char name[JOURNAL_PATH_MAX])
{
	const char *slash = strrchr(journal->path, '/');
	size_t length = slash == NULL ? 0 : (size_t)(slash - journal->path);

	snprintf(name, JOURNAL_PATH_MAX, "%.*s", (int)length, journal->path);
	if (length == 0)
		snprintf(name, JOURNAL_PATH_MAX, slash == NULL ? "." : "/");
}

/* Who may rename what is in it may put another file in our file's place. */
static int
check_directory(const struct journal *journal, struct error *err)
{
	char name[JOURNAL_PATH_MAX];
	struct stat st;

	directory_of(journal, name);
	if (stat(name, &st) == -1)
		return error_errno(err, "cannot open '%s'", journal->path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return error_set(err, FAULT_SYSTEM,
		    "'%s' lies in a directory of another user", journal->path);
	if ((st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0)
		return error_set(err, FAULT_SYSTEM,
		    "'%s' lies in a directory that everybody may write",
		    journal->path);
	return 0;
}

static int
open_file(struct journal *journal, struct error *err)
{
	struct stat st;

	if (check_directory(journal, err) == -1)
		return -1;
	journal->fd = open(journal->path,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
	    0600);
	if (journal->fd == -1)
		return error_errno(err, "cannot open '%s'", journal->path);
	if (fstat(journal->fd, &st) == -1)
		return error_errno(err, "'%s'", journal->path);
	return check_file(journal, &st, err);
}

static int
lock_file(const struct journal *journal, struct error *err)
{
	int64_t deadline = clock_ms() + LOCK_MS;
	struct timespec nap = {.tv_nsec = 1000 * 1000};

	while (flock(journal->fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_errno(
			    err, "cannot lock '%s'", journal->path);
		if (clock_ms() > deadline)
			return error_set(err, FAULT_SYSTEM,
			    "'%s' is locked by somebody else", journal->path);
		nanosleep(&nap, NULL);
	}
	return 0;
}

/* Is what we have open still the file of that name? */
static bool
is_current(const struct journal *journal, struct stat *st)
{
	struct stat named;

	return fstat(journal->fd, st) == 0 &&
	       lstat(journal->path, &named) == 0 &&
	       named.st_dev == st->st_dev && named.st_ino == st->st_ino;
}

bool
journal_is_there(const struct journal *journal)
{
	struct stat st;

	return journal->fd != -1 && is_current(journal, &st);
}

/* Opens and locks the latest file, whoever rotates it meanwhile. */
static int
get_hold(struct journal *journal, struct stat *st, struct error *err)
{
	for (int i = 0; i < REOPENED_MAX; i++) {
		if (journal->fd == -1 && open_file(journal, err) == -1)
			return -1;
		if (lock_file(journal, err) == -1)
			return -1;
		if (is_current(journal, st))
			return check_file(journal, st, err);
		forget_file(journal);
	}
	return error_set(
	    err, FAULT_SYSTEM, "'%s' is being replaced", journal->path);
}

int
journal_begin(
    struct journal *journal, const char **finding, struct error *err)
{
	struct stat st;

	buffer_free(&journal->lines);
	if (get_hold(journal, &st, err) == -1) {
		forget_file(journal);
		return -1;
	}
	if (journal->known && (st.st_dev != journal->device ||
				  st.st_ino != journal->inode)) {
		if (journal_catch_up(journal, err) == -1) {
			forget_file(journal);
			return -1;
		}
	}
	journal->device = st.st_dev;
	journal->inode = st.st_ino;
	if (journal_look(journal, st.st_size, err) == -1) {
		forget_file(journal);
		return -1;
	}
	journal->next = journal->head;
	*finding = journal->finding;
	return journal->finding[0] == '\0' ? 0 : 1;
}

int
journal_add(struct journal *journal, const char *record, const char *more,
    struct error *err)
{
	if (seal(&journal->next, record, more, &journal->lines) == 0)
		return 0;
	return error_set(err, FAULT_SYSTEM, "a record cannot be sealed");
}

int
journal_add_sealed(struct journal *journal, const char *line, size_t length,
    struct error *err)
{
	char before[DIGEST_HEX], record[SEAL_LINE_MAX];
	char more[sizeof("\"first\":\"\"") + DIGEST_HEX];
	struct head is;

	if (seal_read(line, length, &is, before) == -1)
		return error_set(err, FAULT_SYSTEM, "a line is no record");
	snprintf(record, sizeof(record), "%.*s}", (int)seal_inside(length),
	    line);
	snprintf(more, sizeof(more), "\"first\":\"%s\"", is.hash);
	return journal_add(journal, record, more, err);
}

void
journal_cancel(struct journal *journal)
{
	if (journal->fd != -1)
		flock(journal->fd, LOCK_UN);
}

/* An empty file that is locked before it has the name of the latest. */
static int
make_next(const char *name)
{
	int fd;

	if (unlink(name) == -1 && errno != ENOENT)
		return -1;
	fd = open(name,
	    O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* PATH.1 becomes PATH.2 and so on, and the latest gets the name PATH.1 as
 * well; unless it has it already, for somebody was killed in the middle. */
static int
shift_names(const struct journal *journal)
{
	char from[JOURNAL_PATH_MAX], to[JOURNAL_PATH_MAX];
	struct stat st;

	if (lstat(journal_name(journal->path, 1, to), &st) == 0 &&
	    st.st_dev == journal->device && st.st_ino == journal->inode)
		return 0;
	/* those of a time when more were kept have no place in the chain */
	for (unsigned i = journal->limits.keep + 1; i <= JOURNAL_KEEP_MAX; i++)
		if (unlink(journal_name(journal->path, i, to)) == -1 &&
		    errno != ENOENT)
			return -1;
	for (unsigned i = journal->limits.keep; i > 1; i--)
		if (rename(journal_name(journal->path, i - 1, from),
			journal_name(journal->path, i, to)) == -1 &&
		    errno != ENOENT)
			return -1;
	journal_name(journal->path, 1, to);
	if (unlink(to) == -1 && errno != ENOENT)
		return -1;
	return link(journal->path, to);
}

/* There is a file of the name PATH at any moment, so that nobody else makes
 * one. Where it cannot be done the latest grows on: to keep a record is worth
 * more than to keep a limit. */
static void
rotate(struct journal *journal)
{
	char next[JOURNAL_PATH_MAX];
	struct stat st;
	int fd;

	snprintf(next, sizeof(next), "%.*s.new", JOURNAL_PATH_MAX - 16,
	    journal->path);
	if ((fd = make_next(next)) == -1)
		return;
	if (fstat(fd, &st) == -1 || shift_names(journal) == -1 ||
	    rename(next, journal->path) == -1) {
		unlink(next);
		close(fd);
		return;
	}
	close(journal->fd);
	journal->fd = fd;
	journal->device = st.st_dev;
	journal->inode = st.st_ino;
	journal->size = 0;
}

/* A torn end of somebody else is left as it is, on a line of its own. */
static bool
ends_torn(const struct journal *journal)
{
	char last = '\n';

	return journal->size > 0 &&
	       pread(journal->fd, &last, 1, journal->size - 1) == 1 &&
	       last != '\n';
}

static int
write_all(struct journal *journal, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t wrote = write(journal->fd, bytes, length);

		if (wrote == -1 && errno == EINTR)
			continue;
		if (wrote <= 0) {
			if (wrote == 0)
				errno = ENOSPC;
			return -1;
		}
		bytes += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

/* A file that is new has its name on the disk, too. A directory that we may
 * not read cannot be synced by us. */
static int
sync_name(const struct journal *journal)
{
	char name[JOURNAL_PATH_MAX];
	scoped(fd) int fd = -1;

	if (journal->size > 0)
		return 0;
	directory_of(journal, name);
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd != -1 && fsync(fd) == -1 && errno == EIO ? -1 : 0;
}

/* All or nothing: what was begun is taken back, for the lock is ours. */
static int
put(struct journal *journal, bool sync, struct error *err)
{
	bool torn = ends_torn(journal);
	int64_t size = journal->size + torn + (int64_t)journal->lines.length;

	if ((torn && write_all(journal, "\n", 1) == -1) ||
	    write_all(journal, buffer_text(&journal->lines),
		journal->lines.length) == -1 ||
	    (sync &&
		(fdatasync(journal->fd) == -1 || sync_name(journal) == -1))) {
		error_errno(err, "cannot write '%s'", journal->path);
		if (ftruncate(journal->fd, journal->size) == -1) {
			journal->known = false;
			journal->expects = journal->head.sequence > 0;
		}
		return -1;
	}
	journal->size = size;
	journal->head = journal->next;
	journal->finding[0] = '\0';
	return 0;
}

int
journal_commit(struct journal *journal, bool sync, const char **lines,
    struct error *err)
{
	int64_t size = journal->size + (int64_t)journal->lines.length;
	int result;

	if (journal->limits.keep > 0 && journal->size > 0 &&
	    size > journal->limits.size)
		rotate(journal);
	result = put(journal, sync, err);
	journal_cancel(journal);
	*lines = buffer_text(&journal->lines);
	return result;
}
