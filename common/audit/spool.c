/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/lines.h"
#include "audit/spool.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"

/* The file begins with a line that says where the first line is that waits. */
#define FIRST 24
#define LOCK_MS 2500 /* a forerunner that is about to end has it */

struct spool {
	int fd;
	int64_t start; /* of what waits */
	int64_t end;
	int64_t lines;
	int64_t dropped; /* bytes that were once before `start` */
};

static void
name_of(const char *sink, char name[64])
{
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	digest_sha256(sink, strlen(sink), digest);
	snprintf(name, 64, "audit-%.16s.spool", digest_hex(digest, hex));
}

static int
put_start(const struct spool *spool)
{
	char first[FIRST + 1];

	snprintf(first, sizeof(first), "%0*lld\n", FIRST - 1,
	    (long long)spool->start);
	return pwrite(spool->fd, first, FIRST, 0) == FIRST ? 0 : -1;
}

static int
start_over(struct spool *spool)
{
	spool->dropped += spool->end - FIRST;
	spool->start = spool->end = FIRST;
	spool->lines = 0;
	return ftruncate(spool->fd, FIRST) == -1 ? -1 : put_start(spool);
}

/* What was left of a line, or of lines that were moved, or that somebody else
 * has put there: a sink would be held up by it for ever. */
static bool
is_record(const char *line, size_t length)
{
	char before[DIGEST_HEX];
	struct head is;

	return seal_read(line, length, &is, before) == 0 &&
	       seal_holds(line, length);
}

/* What a forerunner has left: whole records from where it says. -1: it makes no
 * sense. */
static int
take_up(struct spool *spool, int64_t size)
{
	char first[FIRST + 1] = "";
	struct lines lines;
	enum lines_result result;
	const char *line;
	size_t length;

	if (pread(spool->fd, first, FIRST, 0) != FIRST ||
	    first[FIRST - 1] != '\n')
		return -1;
	first[FIRST - 1] = '\0';
	spool->start = text_number(first, INT64_MAX);
	if (spool->start < FIRST || spool->start > size)
		return -1;
	spool->end = spool->start;
	lines_start(&lines, spool->fd, spool->start);
	while ((result = lines_next(&lines, &line, &length)) == LINES_ONE &&
	       is_record(line, length)) {
		spool->lines++;
		spool->end = lines.offset;
	}
	/* the rest of a line that was being written is another's to send */
	return result == LINES_FAILED || ftruncate(spool->fd, spool->end) == -1
		   ? -1
		   : 0;
}

static int
lock(int fd)
{
	int64_t deadline = clock_ms() + LOCK_MS;
	struct timespec nap = {.tv_nsec = 20 * 1000 * 1000};

	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK || clock_ms() > deadline)
			return -1;
		nanosleep(&nap, NULL);
	}
	return 0;
}

static int
open_file(int directory, const char *sink)
{
	char name[64];
	struct stat st;
	int fd;

	name_of(sink, name);
	fd = directory == -1 ? -1
			     : openat(directory, name,
				   O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
				   0600);
	if (fd == -1)
		return memfd_create("audit-spool", MFD_CLOEXEC);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && lock(fd) == 0)
		return fd;
	close(fd);
	return memfd_create("audit-spool", MFD_CLOEXEC);
}

struct spool *
spool_adopt(int fd, struct error *err)
{
	struct spool *spool = calloc(1, sizeof(*spool));
	struct stat st;

	if (spool == NULL || fstat(fd, &st) == -1) {
		error_errno(err, "no spool for records");
		free(spool);
		close(fd);
		return NULL;
	}
	spool->fd = fd;
	spool->start = spool->end = FIRST;
	if (take_up(spool, st.st_size) == 0 || start_over(spool) == 0)
		return spool;
	error_errno(err, "the spool for records");
	spool_free(spool);
	return NULL;
}

struct spool *
spool_open(int directory, const char *sink, struct error *err)
{
	int fd = open_file(directory, sink);

	if (fd != -1)
		return spool_adopt(fd, err);
	error_errno(err, "no spool for records");
	return NULL;
}

void
spool_free(struct spool *spool)
{
	if (spool == NULL)
		return;
	close(spool->fd);
	free(spool);
}

/* Room at the beginning that nobody needs any more is used again. */
static int
compact(struct spool *spool)
{
	char bytes[64 * 1024];
	int64_t to = FIRST, moved = spool->start - FIRST;
	ssize_t got = 0;

	if (spool->start - FIRST < SPOOL_MAX)
		return 0;
	for (int64_t at = spool->start; at < spool->end; at += got, to += got)
		if ((got = pread(spool->fd, bytes, sizeof(bytes), at)) <= 0 ||
		    pwrite(spool->fd, bytes, (size_t)got, to) != got)
			return -1;
	spool->start = FIRST;
	spool->end = to;
	spool->dropped += moved;
	return put_start(spool) == -1 ? -1 : ftruncate(spool->fd, to);
}

int
spool_add(
    struct spool *spool, const char *lines, size_t length, struct error *err)
{
	if (spool->end - spool->start + (int64_t)length > SPOOL_MAX)
		return error_set(err, FAULT_SYSTEM,
		    "%d MiB of records wait already", SPOOL_MAX >> 20);
	if (compact(spool) == -1 ||
	    pwrite(spool->fd, lines, length, spool->end) != (ssize_t)length) {
		error_errno(err, "the spool for records");
		/* should that fail too, the next one overwrites it */
		(void)!ftruncate(spool->fd, spool->end);
		return -1;
	}
	spool->end += (int64_t)length;
	for (size_t i = 0; i < length; i++)
		spool->lines += lines[i] == '\n';
	return 0;
}

size_t
spool_peek(const struct spool *spool, char *lines, size_t size)
{
	int64_t waits = spool->end - spool->start;
	size_t want = waits < (int64_t)size ? (size_t)waits : size;
	ssize_t got = pread(spool->fd, lines, want, spool->start);
	const char *last;

	if (got <= 0 || (last = memrchr(lines, '\n', (size_t)got)) == NULL)
		return 0;
	return (size_t)(last - lines) + 1;
}

void
spool_drop(struct spool *spool, size_t length, size_t lines)
{
	spool->start += (int64_t)length;
	spool->lines -= (int64_t)lines;
	/* should it fail, some are sent again */
	if (spool->start >= spool->end)
		(void)!start_over(spool);
	else
		(void)!put_start(spool);
}

int64_t
spool_waiting(const struct spool *spool)
{
	return spool->lines;
}

int64_t
spool_bytes(const struct spool *spool)
{
	return spool->end - spool->start;
}

int64_t
spool_came(const struct spool *spool)
{
	return spool->dropped + spool->end;
}

int64_t
spool_went(const struct spool *spool)
{
	return spool->dropped + spool->start;
}
