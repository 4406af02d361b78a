/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/journal.h"
#include "audit/note.h"
#include "base/text.h"
#include "helpers/callout/record.h"
#include "helpers/callout/trail.h"

#define SINKS_MAX 8
#define GATHERED_MAX (16 * 1024 * 1024)
#define PRIORITY (10 << 3 | 5) /* authpriv, notice: syslog(3) */

struct sink {
	struct journal *journal; /* of a file; NULL: it is none */
	const char *path;
	bool syslog;
	int fd; /* of another */
};

struct trail {
	struct log *log;
	struct sink sinks[SINKS_MAX];
	size_t sink_count;
	bool required;
	struct journal_limits limits;
	struct head head; /* without a file */
	uint64_t lost;
	size_t gathered; /* records */
	struct buffer lines; /* as they are made */
	struct buffer sealed;
	char source[EVENT_SOURCE_MAX];
};

/* A turn in which nothing is written: can it be? */
static int
try_file(struct sink *sink, struct error *err)
{
	const char *finding;

	if (journal_begin(sink->journal, &finding, err) == -1)
		return -1;
	journal_cancel(sink->journal);
	return 0;
}

static int
open_file(struct trail *trail, struct sink *sink, struct error *err)
{
	sink->journal = journal_new(sink->path, &trail->limits);
	if (sink->journal == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	if (try_file(sink, err) == 0)
		return 0;
	err->fault = FAULT_CONFIG;
	return error_in(err, "[audit] sink");
}

static int
open_sink(struct trail *trail, const char *value, struct error *err)
{
	struct sink *sink = &trail->sinks[trail->sink_count];

	if (trail->sink_count == SINKS_MAX)
		return error_set(err, FAULT_CONFIG,
		    "[audit] sink: more than %d of them", SINKS_MAX);
	trail->sink_count++;
	sink->fd = STDERR_FILENO;
	sink->syslog = strcmp(value, "syslog:") == 0;
	if (sink->syslog)
		sink->fd = socket(
		    AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (!text_starts(value, "file:"))
		return 0;
	sink->path = value + strlen("file:");
	return open_file(trail, sink, err);
}

static int
open_sinks(struct trail *trail, const struct settings *audit, struct error *err)
{
	const char *required = settings_get(audit, "required");
	const char *rotate = settings_get(audit, "rotate");
	const char *keep = settings_get(audit, "keep");

	trail->required = required != NULL && text_boolean(required) == 1;
	trail->limits = (struct journal_limits){JOURNAL_SIZE, JOURNAL_KEEP};
	if (rotate != NULL)
		trail->limits.size = text_bytes(rotate);
	if (keep != NULL)
		trail->limits.keep =
		    (unsigned)text_number(keep, JOURNAL_KEEP_MAX);
	settings_each (each, audit, "sink")
		if (open_sink(trail, each->value, err) == -1)
			return -1;
	return audit == NULL ? open_sink(trail, "stderr:", err) : 0;
}

struct trail *
trail_new(const struct settings *audit, struct log *log, struct error *err)
{
	struct trail *trail = calloc(1, sizeof(*trail));

	if (trail == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	trail->log = log;
	trail->lines = BUFFER(GATHERED_MAX);
	trail->sealed = BUFFER(GATHERED_MAX);
	head_start(&trail->head);
	event_source("nats-callout", trail->source);
	if (open_sinks(trail, audit, err) == 0)
		return trail;
	trail_free(trail);
	return NULL;
}

void
trail_free(struct trail *trail)
{
	if (trail == NULL)
		return;
	for (size_t i = 0; i < trail->sink_count; i++) {
		journal_free(trail->sinks[i].journal);
		if (trail->sinks[i].syslog && trail->sinks[i].fd != -1)
			close(trail->sinks[i].fd);
	}
	buffer_free(&trail->lines);
	buffer_free(&trail->sealed);
	free(trail);
}

/* A file that is still there stays, with what is known of it. What cannot be
 * opened anew now is tried with the next record. */
void
trail_reopen(struct trail *trail)
{
	for (size_t i = 0; i < trail->sink_count; i++) {
		struct sink *sink = &trail->sinks[i];
		struct journal *fresh;
		struct error err;

		if (sink->journal == NULL || journal_is_there(sink->journal) ||
		    (fresh = journal_new(sink->path, &trail->limits)) == NULL)
			continue;
		journal_free(sink->journal);
		sink->journal = fresh;
		if (try_file(sink, &err) == -1)
			log_event(trail->log, LOG_LEVEL_ERROR,
			    "[audit] sink: %s", err.text);
	}
}

uint64_t
trail_lost(const struct trail *trail)
{
	return trail->lost;
}

void
trail_add(struct trail *trail, const struct decision *decision, int64_t now)
{
	struct event event __attribute__((cleanup(event_scoped)));
	const char *record;

	record_make(&event, trail->source, decision, now);
	trail->gathered++;
	if ((record = event_end(&event)) == NULL) {
		trail->lines.failed = true;
		return;
	}
	buffer_add_string(&trail->lines, record);
	buffer_add(&trail->lines, "\n", 1);
}

/* The next line from *at on, without its end; from malloc(). NULL: none; or no
 * memory, and then *at is not at the end. */
static char *
next_line(const char **at)
{
	size_t length = strcspn(*at, "\n");
	char *line = **at == '\0' ? NULL : strndup(*at, length);

	if (line != NULL)
		*at += length + 1;
	return line;
}

static int
add_line(struct journal *journal, const char *line, struct error *err)
{
	struct head is;
	char before[DIGEST_HEX];

	if (seal_read(line, strlen(line), &is, before) == -1)
		return journal_add(journal, line, NULL, err);
	return journal_add_sealed(journal, line, strlen(line), err);
}

/* As many lines as one turn takes, and one at least. */
static int
add_lines(struct trail *trail, struct journal *journal, const char *finding,
    const char **at, struct error *err)
{
	const char *begin = *at;

	if (finding[0] != '\0' &&
	    note_tampered(journal, trail->source, finding, err) == -1)
		return -1;
	while (**at != '\0') {
		const char *next = *at;
		scoped(string) char *line = next_line(&next);

		if (line == NULL)
			return error_set(err, FAULT_SYSTEM, "no memory");
		if (add_line(journal, line, err) == -1)
			return *at == begin ? -1 : 0;
		*at = next;
	}
	return 0;
}

/* What was written of a book goes to `sealed`. */
static int
write_file(struct trail *trail, struct journal *journal, const char *lines,
    struct buffer *sealed, struct error *err)
{
	const char *finding, *written;

	while (*lines != '\0') {
		if (journal_begin(journal, &finding, err) == -1)
			return -1;
		if (add_lines(trail, journal, finding, &lines, err) == -1) {
			journal_cancel(journal);
			return -1;
		}
		if (journal_commit(journal, true, &written, err) == -1)
			return -1;
		if (sealed != NULL)
			buffer_add_string(sealed, written);
	}
	return 0;
}

static int
write_all(int fd, const char *bytes, struct error *err)
{
	size_t length = strlen(bytes);

	while (length > 0) {
		ssize_t wrote = write(fd, bytes, length);

		if (wrote == -1 && errno == EINTR)
			continue;
		if (wrote == -1)
			return error_errno(err, "stderr");
		bytes += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

/* As RFC 3164 has it. By address each time: the logger may have been started
 * anew. */
static int
send_lines(int fd, const char *lines, struct error *err)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	char head[96], time_text[32];
	time_t now = time(NULL);
	struct tm tm;
	struct iovec parts[2] = {{head, 0}, {NULL, 0}};
	struct msghdr message = {.msg_name = &to,
	    .msg_namelen = sizeof(to),
	    .msg_iov = parts,
	    .msg_iovlen = 2};

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(time_text, sizeof(time_text), "%b %e %T", &tm) == 0)
		return error_set(err, FAULT_SYSTEM, "the time has no form");
	parts[0].iov_len = (size_t)snprintf(head, sizeof(head),
	    "<%d>%s daypass-nats-callout[%d]: ", PRIORITY, time_text,
	    (int)getpid());
	while (*lines != '\0') {
		parts[1].iov_base = (char *)(size_t)lines;
		parts[1].iov_len = strcspn(lines, "\n");
		if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
			return error_errno(err, "/dev/log");
		lines += parts[1].iov_len + 1;
	}
	return 0;
}

/* Without a file, or where that cannot be written. */
static void
seal_lines(struct trail *trail)
{
	const char *at = buffer_text(&trail->lines);
	char *line;

	while ((line = next_line(&at)) != NULL) {
		if (seal(&trail->head, line, NULL, &trail->sealed) == -1)
			trail->sealed.failed = true;
		free(line);
	}
	if (*at != '\0')
		trail->sealed.failed = true;
}

/* The first file goes before all others, for these have its chain. */
static struct sink *
find_book(struct trail *trail)
{
	for (size_t i = 0; i < trail->sink_count; i++)
		if (trail->sinks[i].journal != NULL)
			return &trail->sinks[i];
	return NULL;
}

static bool
lose(struct trail *trail, const struct error *err)
{
	log_event(trail->log, LOG_LEVEL_ERROR,
	    "%zu records did not get into the audit: %s", trail->gathered,
	    err->text);
	trail->lost += trail->gathered;
	return false;
}

/* Records that the book has not taken go on as they were made, unsealed. */
static bool
keep_in_book(struct trail *trail, struct sink *book)
{
	struct error err;

	if (book == NULL) {
		seal_lines(trail);
		return true;
	}
	if (write_file(trail, book->journal, buffer_text(&trail->lines),
		&trail->sealed, &err) == 0)
		return true;
	buffer_free(&trail->sealed);
	buffer_add_string(&trail->sealed, buffer_text(&trail->lines));
	return lose(trail, &err);
}

static bool
keep_in(struct trail *trail, struct sink *sink)
{
	const char *lines = buffer_text(&trail->sealed);
	struct error err;
	int result;

	if (buffer_failed(&trail->sealed))
		result = error_set(&err, FAULT_SYSTEM, "no memory");
	else if (sink->journal != NULL)
		result = write_file(trail, sink->journal, lines, NULL, &err);
	else if (sink->syslog)
		result = send_lines(sink->fd, lines, &err);
	else
		result = write_all(sink->fd, lines, &err);
	return result == 0 || lose(trail, &err);
}

static bool
keep_all(struct trail *trail)
{
	struct sink *book = find_book(trail);
	struct error err;
	bool whole;

	if (buffer_failed(&trail->lines)) {
		error_set(&err, FAULT_SYSTEM, "no memory");
		return lose(trail, &err);
	}
	whole = keep_in_book(trail, book);
	for (size_t i = 0; i < trail->sink_count; i++)
		if (&trail->sinks[i] != book)
			whole &= keep_in(trail, &trail->sinks[i]);
	return whole;
}

int
trail_keep(struct trail *trail)
{
	bool whole = keep_all(trail);

	buffer_free(&trail->lines);
	buffer_free(&trail->sealed);
	trail->gathered = 0;
	return whole || !trail->required ? 0 : -1;
}
