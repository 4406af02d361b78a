/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include <stdio.h>
#include <unistd.h>

#include "wire/once.h"
#include "wire/spawn.h"

static void
tell(const struct error *why)
{
	dprintf(STDERR_FILENO,
	    "daypass: no session can stay here (%s): this request has an agent "
	    "to itself, and nothing is kept\n",
	    why->text);
}

int
once_start(bool quiet, struct error *err)
{
	static bool told;
	int ends[2], started;

	if (!quiet && !told)
		tell(err);
	told = true;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
		return error_errno(err, "cannot make a socket");
	started = spawn_agent("--once", ends[1], err);
	close(ends[1]);
	if (started == 0)
		return ends[0];
	close(ends[0]);
	return -1;
}
