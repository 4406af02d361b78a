/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/log.h"
#include "base/text.h"

#define LINE_MAX_BYTES 2048
#define FACILITY_AUTHPRIV (10 << 3) /* syslog(3) */

struct log {
	bool journal;
	const char *address; /* of a datagram socket, NULL: stderr */
	int fd;
	unsigned long lost; /* lines that nobody took */
};

struct log *
log_new(const char *where)
{
	struct log *log = calloc(1, sizeof(*log));

	if (log == NULL)
		return NULL;
	log->fd = -1;
	if (where == NULL)
		return log;
	log->journal = strcmp(where, "journal") == 0;
	if (log->journal)
		log->address = "/run/systemd/journal/socket";
	else if (strcmp(where, "syslog") == 0)
		log->address = "/dev/log";
	if (log->address != NULL)
		log->fd = socket(
		    AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	else if (strcmp(where, "stderr") == 0)
		log->fd = STDERR_FILENO;
	return log;
}

void
log_free(struct log *log)
{
	if (log == NULL)
		return;
	if (log->address != NULL && log->fd != -1)
		close(log->fd);
	free(log);
}

/* By address each time: the logger may have been started anew. */
static int
send_line(const struct log *log, const char *line, size_t length)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	text_copy(to.sun_path, sizeof(to.sun_path), log->address);
	return sendto(log->fd, line, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (struct sockaddr *)&to, sizeof(to)) == -1
		   ? -1
		   : 0;
}

/* Standard error is shared with whoever started us, so it cannot be made not
 * to block; but what can be written to takes a line (PIPE_BUF, pipe(7)). */
static int
print_line(const struct log *log, const char *line, size_t length)
{
	struct pollfd fd = {.fd = log->fd, .events = POLLOUT};

	if (poll(&fd, 1, 0) != 1 || (fd.revents & POLLOUT) == 0)
		return -1;
	return write(log->fd, line, length) == (ssize_t)length ? 0 : -1;
}

/* "Nov 20 09:23:38", in local time, as syslog(3) writes it (RFC 3164, 4.1.2)
 */
static const char *
timestamp(char text[32])
{
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(text, 32, "%b %e %T", &tm) == 0)
		text_copy(text, 32, "Jan  1 00:00:00");
	return text;
}

/* The journal's own protocol (systemd's JOURNAL_NATIVE_PROTOCOL), syslog's, or
 * a plain line. -1: nobody took it. */
static int
write_line(const struct log *log, enum log_level level, const char *text)
{
	const char *name = program_invocation_short_name;
	char line[LINE_MAX_BYTES + 256], time[32];
	int length;

	if (log->address == NULL) {
		length = snprintf(
		    line, sizeof(line), "%.40s: %s\n", name, text);
		return print_line(log, line, (size_t)length);
	}
	if (log->journal)
		length = snprintf(line, sizeof(line),
		    "PRIORITY=%d\nSYSLOG_FACILITY=%d\n"
		    "SYSLOG_IDENTIFIER=%.40s\nSYSLOG_PID=%ld\n"
		    "MESSAGE=%s\n",
		    (int)level, FACILITY_AUTHPRIV >> 3, name, (long)getpid(),
		    text);
	else
		length = snprintf(line, sizeof(line), "<%d>%s %.40s[%ld]: %s",
		    FACILITY_AUTHPRIV | (int)level, timestamp(time), name,
		    (long)getpid(), text);
	return send_line(log, line, (size_t)length);
}

/* Where lines are missing it is said, as soon as somebody listens again. */
static int
tell_lost(struct log *log)
{
	char text[64];

	if (log->lost == 0)
		return 0;
	snprintf(
	    text, sizeof(text), "%lu lines of this log were lost", log->lost);
	if (write_line(log, LOG_LEVEL_ERROR, text) == -1)
		return -1;
	log->lost = 0;
	return 0;
}

void
log_event(struct log *log, enum log_level level, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES], clean[LINE_MAX_BYTES];
	va_list arguments;

	if (log == NULL || log->fd == -1)
		return;
	va_start(arguments, fmt);
	vsnprintf(text, sizeof(text), fmt, arguments);
	va_end(arguments);
	text_printable(clean, sizeof(clean), text, strlen(text));
	if (tell_lost(log) == -1 || write_line(log, level, clean) == -1)
		log->lost++;
}
