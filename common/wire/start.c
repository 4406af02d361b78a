/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dirs.h"
#include "base/scoped.h"
#include "base/text.h"
#include "wire/hold.h"
#include "wire/lock.h"
#include "wire/once.h"
#include "wire/socket.h"
#include "wire/spawn.h"
#include "wire/start.h"

#define LOCK_NAME "agent.lock"
#define OUTSIDE_MS 5000

/* May the directory that is there not be written to, whoever we are? */
static bool
cannot_write(void)
{
	return errno == EROFS || errno == EACCES || errno == EPERM ||
	       errno == ENOSPC || errno == EDQUOT;
}

/* One byte, or more of them, that came before the deadline. */
static ssize_t
read_until(int fd, char *bytes, size_t size, int64_t deadline)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	int64_t left;
	int polled;

	do {
		left = deadline - clock_ms();
		polled = poll(&ready, 1, left < 0 ? 0 : (int)left);
	} while (polled == -1 && errno == EINTR);
	if (polled == 1)
		return read(fd, bytes, size);
	errno = ETIMEDOUT;
	return -1;
}

/* The agent writes a NUL when it listens, or why it cannot, and closes. */
static int
await_ready(int fd, int64_t deadline, struct error *err)
{
	char said[ERROR_TEXT_MAX], text[ERROR_TEXT_MAX / 2];
	size_t length = 0;
	ssize_t got;

	while (length < sizeof(said)) {
		got = read_until(
		    fd, said + length, sizeof(said) - length, deadline);
		if (got == -1)
			return error_errno(err, "did not say it was ready");
		if (got == 0)
			break;
		length += (size_t)got;
		if (said[0] == '\0')
			return 0;
	}
	if (length == 0)
		return error_set(
		    err, FAULT_NONE, "ended as soon as it was started");
	return error_set(err, FAULT_SYSTEM, "%s",
	    text_printable(text, sizeof(text), said, length));
}

static int
start_and_wait(int64_t deadline, struct error *err)
{
	int ends[2], started;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return error_errno(err, "cannot make a pipe");
	scoped(fd) int ready = ends[0];
	started = spawn_agent("--ready-fd", ends[1], err);
	close(ends[1]);
	return started == -1 ? -1 : await_ready(ready, deadline, err);
}

/*
 * Inside of a child session no agent is started: it would die with the
 * session, and find no identity. `daypass run` starts the next one from
 * outside, as soon as it sees that one has died.
 */
static int
await_outside(int directory, const char *session, struct error *err)
{
	int64_t deadline = clock_ms() + OUTSIDE_MS;

	while (clock_ms() < deadline) {
		int fd = socket_connect(directory, deadline - clock_ms(), err);

		if (fd != -1 || err->fault != FAULT_NONE)
			return fd;
		poll(NULL, 0, 20);
	}
	return error_set(err, FAULT_SYSTEM,
	    "none is running, and inside of the session %.128s none is "
	    "started: daypass status, outside of it, tells more",
	    session);
}

int
start_agent(bool quiet, int64_t deadline, struct error *err)
{
	const char *session = secure_getenv("DAYPASS_SESSION");
	bool inside = session != NULL && session[0] != '\0';
	scoped(fd) int directory = dirs_open_runtime(!inside, err);
	scoped(fd) int lock = -1;
	bool read_only;
	int fd;

	/* One that cannot be made is no reason to fail; one that is not safe
	 * is. */
	if (directory == -1 && inside)
		return error_set(err, FAULT_SYSTEM,
		    "the runtime directory of the session %.128s cannot be "
		    "reached from inside of it",
		    session);
	if (directory == -1)
		return err->fault == FAULT_SYSTEM ? once_start(quiet, err) : -1;
	if (inside)
		return hold_check(directory, err) == -1
			   ? -1
			   : await_outside(directory, session, err);
	lock = lock_take(directory, LOCK_NAME, deadline, err);
	read_only = lock == -1 && cannot_write();
	if (lock == -1 && !read_only)
		return -1;
	if (hold_check(directory, err) == -1)
		return -1;
	if (read_only)
		return once_start(quiet, err);
	fd = socket_connect(directory, deadline - clock_ms(), err);
	if (fd != -1 || err->fault != FAULT_NONE)
		return fd;
	if (start_and_wait(deadline, err) == -1)
		return -1;
	return socket_connect(directory, deadline - clock_ms(), err);
}
