/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/journal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static char path[128];

static void
prepare(const uint8_t *bytes, size_t length)
{
	static char directory[] = "/tmp/daypass-fuzz-XXXXXX";
	int fd;

	if (path[0] == '\0' && mkdtemp(directory) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/records", directory);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1 || write(fd, bytes, length) != (ssize_t)length)
		abort();
	close(fd);
}

static void
clean(void)
{
	unlink(path);
	path[strlen(path) - strlen("/records")] = '\0';
	rmdir(path);
}

/* What begin gave; -1: it cannot be added, for the numbers have come to their
 * end. */
static int
write_one(struct journal *journal, struct head *head)
{
	const char *finding, *lines;
	struct error err;
	int began = journal_begin(journal, &finding, &err);

	if (began == -1 || (began == 1) != (finding[0] != '\0'))
		abort();
	*head = *journal_head(journal);
	if (journal_add(journal, "{}", NULL, &err) == -1) {
		journal_cancel(journal);
		return -1;
	}
	if (journal_commit(journal, false, &lines, &err) == -1 ||
	    seal_follow(head, lines, strlen(lines) - 1, false) != NULL ||
	    !head_equal(head, journal_head(journal)))
		abort();
	return began;
}

/* A file of records as somebody may have left it: a record is put behind it,
 * and another behind that, for which nothing is found; what was there stays. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static char back[1024 * 1024];
	struct journal_limits limits = {JOURNAL_SIZE, 1};
	struct journal *journal;
	struct head head;
	int fd;

	if (path[0] == '\0')
		atexit(clean);
	prepare(bytes, length);
	if ((journal = journal_new(path, &limits)) == NULL)
		abort();
	if (write_one(journal, &head) != -1 && write_one(journal, &head) == 1)
		abort();
	journal_free(journal);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (length < sizeof(back) &&
	    (read(fd, back, length) != (ssize_t)length ||
		memcmp(back, bytes, length) != 0))
		abort();
	close(fd);
	return 0;
}
