/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/scoped.h"
#include "wire/message.h"
#include "wire/socket.h"

/* How long connecting and sending may block. A socket that does not block
 * would be told EAGAIN by a full backlog instead of waiting in it. */
static void
limit(int fd, int64_t patience)
{
	struct timeval time;

	if (patience < 1)
		patience = 1;
	time.tv_sec = (time_t)(patience / 1000);
	time.tv_usec = (suseconds_t)(patience % 1000) * 1000;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

/* By its name where that fits into an address, else by the descriptor that
 * was checked. A directory that is swapped meanwhile gains nothing: whoever
 * listens is asked for its uid all the same. */
static int
connect_in(int directory, int fd)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	char path[DIRS_PATH_MAX];
	int length = -1;

	if (dirs_runtime(path, sizeof(path), NULL) == 0)
		length = snprintf(to.sun_path, sizeof(to.sun_path),
		    "%s/" SOCKET_NAME, path);
	if (length < 0 || (size_t)length >= sizeof(to.sun_path))
		snprintf(to.sun_path, sizeof(to.sun_path),
		    "/proc/self/fd/%d/" SOCKET_NAME, directory);
	return connect(fd, (struct sockaddr *)&to, sizeof(to));
}

static int
not_connected(struct error *err)
{
	if (errno == ENOENT || errno == ECONNREFUSED)
		return error_set(err, FAULT_NONE, "no session is running");
	if (errno == EAGAIN || errno == EINTR)
		return error_set(err, FAULT_NETWORK,
		    "is too busy to take a request; try again");
	return error_errno(err, "cannot connect to its socket");
}

#define WAIT "daypass=" MESSAGE_VERSION " wait\n"

static int
check_peer(int fd, struct error *err)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1)
		return error_errno(err, "cannot tell whose socket this is");
	if (peer.uid != geteuid())
		return error_set(err, FAULT_REFUSED,
		    "the one that listens runs as uid %lu, and this runs as "
		    "uid %lu: not used (set DAYPASS_RUNTIME_DIR to a directory "
		    "of your own)",
		    (unsigned long)peer.uid, (unsigned long)geteuid());
	return 0;
}

int
socket_connect(int directory, int64_t patience, struct error *err)
{
	scoped(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int connected;

	if (fd == -1)
		return error_errno(err, "cannot make a socket");
	limit(fd, patience);
	if (connect_in(directory, fd) == -1)
		return not_connected(err);
	if (check_peer(fd, err) == -1)
		return -1;
	connected = fd;
	fd = -1;
	return connected;
}

/* A send or receive that gave -1: has the other end gone, or what is it? */
static int
broken(struct error *err)
{
	if (errno == EPIPE || errno == ECONNRESET)
		return error_set(err, FAULT_NONE, "ended before it answered");
	if (errno == EAGAIN)
		return error_set(
		    err, FAULT_NETWORK, "gave no answer in time; try again");
	return error_errno(err, "its socket");
}

/* The time that connecting was given counts for this too. */
static int
send_all(int fd, const char *bytes, size_t length, struct error *err)
{
	ssize_t sent;

	for (; length > 0; bytes += sent, length -= (size_t)sent) {
		sent = send(fd, bytes, length, MSG_NOSIGNAL);
		if (sent == -1 && errno == EINTR)
			sent = 0;
		if (sent == -1)
			return broken(err);
	}
	return 0;
}

/* A recv() that waited would be woken as soon as the agent has read the
 * request, too: the kernel then tells all who sleep on the socket that there
 * is room for more. A poll() for input is not. */
static int
await(int fd, int64_t patience, struct error *err)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	int ready;

	do
		ready = poll(&readable, 1, patience < 1 ? 1 : (int)patience);
	while (ready == -1 && errno == EINTR);
	if (ready == 0)
		errno = EAGAIN;
	return ready == 1 ? 0 : broken(err);
}

/* More bytes behind the `held` ones. */
static int
receive_more(int fd, struct conversation *ask, size_t *held,
    int64_t patience, struct error *err)
{
	ssize_t more;

	if (*held == ask->capacity)
		return error_set(err, FAULT_SYSTEM, "gave too long an answer");
	if (await(fd, patience, err) == -1)
		return -1;
	more = recv(fd, ask->answer + *held, ask->capacity - *held, 0);
	if (more == -1 && errno != EINTR)
		return broken(err);
	if (more == 0)
		return error_set(err, FAULT_NONE, "ended before it answered");
	*held += more > 0 ? (size_t)more : 0;
	return 0;
}

/* A first message that only says what is waited for makes room for the one
 * that is the answer. */
static bool
is_wait(struct conversation *ask, size_t *held)
{
	size_t length = ask->got;

	if (length < sizeof(WAIT) - 1 ||
	    memcmp(ask->answer, WAIT, sizeof(WAIT) - 1) != 0)
		return false;
	if (ask->told != NULL)
		ask->told(ask->answer, length);
	*held -= length;
	memmove(ask->answer, ask->answer + length, *held);
	return true;
}

static int
receive_answer(int fd, struct conversation *ask, struct error *err)
{
	int64_t patience = ask->patience;
	size_t held = 0;

	for (;;) {
		while ((ask->got = message_complete(ask->answer, held)) == 0)
			if (receive_more(fd, ask, &held, patience, err) == -1)
				return -1;
		if (!is_wait(ask, &held))
			return 0;
		patience = ask->long_patience;
	}
}

int
socket_ask(int fd, struct conversation *ask, struct error *err)
{
	if (send_all(fd, ask->request, ask->length, err) == -1)
		return -1;
	return receive_answer(fd, ask, err);
}
