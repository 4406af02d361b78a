/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/journal_inner.h"
#include "audit/lines.h"
#include "base/scoped.h"

int
journal_open_old(const struct journal *journal, unsigned number)
{
	char name[JOURNAL_PATH_MAX];

	return open(journal_name(journal->path, number, name),
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
}

static void suspect(struct journal *journal, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The first one stands until it is written. */
static void
suspect(struct journal *journal, const char *fmt, ...)
{
	va_list arguments;

	if (journal->finding[0] != '\0')
		return;
	va_start(arguments, fmt);
	vsnprintf(
	    journal->finding, sizeof(journal->finding), fmt, arguments);
	va_end(arguments);
}

static void
suspect_at(struct journal *journal, const char *why, int64_t offset)
{
	suspect(
	    journal, "at byte %lld of the file: %s", (long long)offset, why);
}

int
journal_follow(
    struct journal *journal, int fd, int64_t offset, struct head *head)
{
	struct lines lines;
	const char *line, *why;
	size_t length;
	int64_t at;

	lines_start(&lines, fd, offset);
	for (;;) {
		at = lines.offset;
		switch (lines_next(&lines, &line, &length)) {
		case LINES_END:
			return 1;
		case LINES_ONE:
			why = seal_follow(head, line, length, false);
			break;
		case LINES_TORN:
			why = "the last line is cut off";
			break;
		case LINES_LONG:
			why = "it is no record";
			break;
		case LINES_FAILED:
			return -1;
		}
		if (why != NULL) {
			suspect_at(journal, why, at);
			return 0;
		}
	}
}

/* The last record of a file that has that form, from the end back: 1; 0: there
 * is none in what a record may take. */
static int
last_of(int fd, int64_t size, struct head *head, bool *whole)
{
	int64_t from = size > 2 * SEAL_LINE_MAX ? size - 2 * SEAL_LINE_MAX : 0;
	struct lines lines;
	enum lines_result result;
	const char *line;
	size_t length;
	int found = 0;

	*whole = true;
	lines_start(&lines, fd, from);
	while ((result = lines_next(&lines, &line, &length)) != LINES_END) {
		if (result == LINES_FAILED)
			return -1;
		*whole = result == LINES_ONE &&
			 seal_follow(head, line, length, true) == NULL;
		found |= *whole;
	}
	return found;
}

/* A file that was not known: its end is where we go on. An empty one goes on
 * where the one before it ended. */
static int
look_anew(struct journal *journal, int64_t size, struct error *err)
{
	struct head head;
	scoped(fd) int old = -1;
	struct stat st;
	bool whole;
	int found;

	head_start(&head);
	if (size > 0) {
		found = last_of(journal->fd, size, &head, &whole);
		if (found == 0 || (found == 1 && !whole))
			suspect_at(journal, "the last line is no record", size);
	} else {
		old = journal_open_old(journal, 1);
		if (old == -1 && errno != ENOENT)
			found = -1;
		else
			found = old == -1 || fstat(old, &st) == -1
				    ? 0
				    : last_of(old, st.st_size, &head, &whole);
	}
	if (found == -1)
		return error_errno(err, "cannot read '%s'", journal->path);
	journal->head = head;
	return 0;
}

/* Is a record of this hash in the file? */
static int
holds(int fd, const struct head *head)
{
	struct lines lines;
	enum lines_result result;
	char before[DIGEST_HEX];
	const char *line;
	size_t length;
	struct head is;

	lines_start(&lines, fd, 0);
	while ((result = lines_next(&lines, &line, &length)) != LINES_END) {
		if (result == LINES_FAILED)
			return -1;
		if (result == LINES_ONE &&
		    seal_read(line, length, &is, before) == 0 &&
		    head_equal(&is, head))
			return 1;
	}
	return 0;
}

/* What was expected was the head when this process's forerunner died. */
static int
look_for(struct journal *journal, const struct head *expected,
    struct error *err)
{
	int found = holds(journal->fd, expected);

	for (unsigned i = 1; found == 0 && i <= journal->limits.keep; i++) {
		scoped(fd) int old = journal_open_old(journal, i);

		if (old == -1)
			break;
		found = holds(old, expected);
	}
	if (found == -1)
		return error_errno(err, "cannot read '%s'", journal->path);
	if (found == 0)
		suspect(journal,
		    "record %lld, which was the last one, is not there",
		    (long long)expected->sequence);
	return 0;
}

int
journal_look(struct journal *journal, int64_t size, struct error *err)
{
	struct head expected = journal->head, head = journal->head;
	bool expects = journal->expects;
	int follows = -1;

	if (journal->known && size == journal->size)
		return 0;
	if (journal->known && size < journal->size) {
		suspect(journal,
		    "the file was cut: it had %lld bytes, and has %lld",
		    (long long)journal->size, (long long)size);
		journal->known = false;
	}
	if (journal->known) {
		follows = journal_follow(
		    journal, journal->fd, journal->size, &head);
		if (follows == -1)
			return error_errno(
			    err, "cannot read '%s'", journal->path);
		journal->known = follows == 1;
		journal->head = head;
	}
	if (!journal->known) {
		if (look_anew(journal, size, err) == -1 ||
		    (expects && look_for(journal, &expected, err) == -1))
			return -1;
		journal->known = true;
		journal->expects = false;
	}
	journal->size = size;
	return 0;
}

/* Which of the older files is the one that was the latest? 0: none. */
static unsigned
number_of(const struct journal *journal)
{
	char name[JOURNAL_PATH_MAX];
	struct stat st;

	for (unsigned i = 1; i <= JOURNAL_KEEP_MAX; i++)
		if (lstat(journal_name(journal->path, i, name), &st) == 0 &&
		    st.st_dev == journal->device &&
		    st.st_ino == journal->inode)
			return i;
	return 0;
}

int
journal_catch_up(struct journal *journal, struct error *err)
{
	unsigned number = number_of(journal);
	int64_t offset = journal->size;
	struct head head = journal->head;

	if (!journal->known)
		return 0;
	if (number == 0) {
		suspect(journal,
		    "the file was replaced: another one is in its place");
		journal->known = false;
		return 0;
	}
	for (; number > 0; number--, offset = 0) {
		scoped(fd) int old = journal_open_old(journal, number);
		bool gone = old == -1 && errno == ENOENT;
		int follows = old == -1 ? -1
					: journal_follow(
					      journal, old, offset, &head);

		if (gone) {
			suspect(journal, "the file '.%u' is not there", number);
			follows = 0;
		}
		if (follows == -1)
			return error_errno(
			    err, "cannot read '%s.%u'", journal->path, number);
		if (follows == 0) {
			journal->known = false;
			return 0;
		}
	}
	journal->head = head;
	journal->size = 0; /* the latest is all new */
	return 0;
}
