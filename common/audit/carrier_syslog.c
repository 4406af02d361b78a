/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/carrier.h"
#include "audit/seal.h"

#define ADDRESS "/dev/log"
#define PRIORITY ((10 << 3) | 5) /* authpriv, notice: syslog(3) */

struct syslog {
	int fd;
};

static void *
start(const struct order *order, struct error *err)
{
	struct syslog *syslog = calloc(1, sizeof(*syslog));
	struct timeval limit = {.tv_sec = DELIVERY_SECONDS};

	(void)order;
	if (syslog == NULL ||
	    (syslog->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) ==
		-1) {
		error_errno(err, "no socket for syslog");
		free(syslog);
		return NULL;
	}
	setsockopt(
	    syslog->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return syslog;
}

/* RFC 3164 as local daemons read it. By address each time: the daemon may have
 * been started anew. */
static int
deliver(void *state, const char *lines, size_t length,
    const struct secret *token, struct error *err)
{
	const struct syslog *syslog = state;
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = ADDRESS};
	char text[SEAL_LINE_MAX + 64];
	const char *at = lines, *line;
	size_t line_length;

	(void)token;
	while ((line = carrier_line(&at, lines + length, &line_length)) !=
	       NULL) {
		int size = snprintf(text, sizeof(text),
		    "<%d>daypass-audit[%ld]: %.*s", PRIORITY, (long)getpid(),
		    (int)line_length, line);

		if (sendto(syslog->fd, text, (size_t)size, MSG_NOSIGNAL,
			(struct sockaddr *)&to, sizeof(to)) == -1)
			return error_errno(err, ADDRESS);
	}
	return 0;
}

const struct carrier carrier_syslog = {
    .prefix = "syslog:", .start = start, .deliver = deliver};
