/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "helpers/standard.h"

void
standard_keep(void)
{
	struct pollfd fds[] = {{.fd = STDIN_FILENO}, {.fd = STDOUT_FILENO},
	    {.fd = STDERR_FILENO}};

	if (poll(fds, 3, 0) == 0)
		return;
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		/* The lowest free number is the one that was looked at. */
		if ((fds[fd].revents & POLLNVAL) != 0 &&
		    open("/dev/null", O_RDWR) != fd)
			_exit(71);
}

void
standard_report(const struct error *err)
{
	dprintf(STDERR_FILENO, "daypass: %s\n", err->text);
}
