/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/un.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/log.h"
#include "base/text.h"

#define LINE_MAX_BYTES 2048
#define FACILITY_AUTHPRIV (10 << 3) /* syslog(3) */

struct log {
	bool journal;
	const char *address; /* of a datagram socket, NULL: stderr */
	int fd;
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
static void
send_line(const struct log *log, const char *line, size_t length)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	text_copy(to.sun_path, sizeof(to.sun_path), log->address);
	if (sendto(log->fd, line, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		(struct sockaddr *)&to, sizeof(to)) == -1)
		return; /* nobody listens: not worth a failure */
}

/* The journal's own protocol, syslog's (RFC 3164), or a plain line. */
static void
write_line(const struct log *log, enum log_level level, const char *text)
{
	char line[LINE_MAX_BYTES + 128];
	int length;

	if (log->address == NULL) {
		dprintf(log->fd, "daypass-agent: %s\n", text);
		return;
	}
	if (log->journal)
		length = snprintf(line, sizeof(line),
		    "PRIORITY=%d\nSYSLOG_IDENTIFIER=daypass-agent\n"
		    "MESSAGE=%s\n",
		    (int)level, text);
	else
		length =
		    snprintf(line, sizeof(line), "<%d>daypass-agent[%ld]: %s",
			FACILITY_AUTHPRIV | (int)level, (long)getpid(), text);
	send_line(log, line, (size_t)length);
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
	write_line(log, level, clean);
}
