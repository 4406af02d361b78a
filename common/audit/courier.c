/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/courier.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/text.h"

#define REST_MS 500
#define REST_MAX_MS 30000
#define LATE_MS ((DELIVERY_SECONDS * 2 + 5) * 1000)
#define TOKEN_MAX (48 * 1024)

/* The first byte of what it is given. */
#define GIVE_TOKEN 'T'
#define GIVE_LINES 'L'

void
courier_init(struct courier *courier, const struct order *order)
{
	*courier = (struct courier){.order = order, .fd = -1};
}

void
courier_stop(struct courier *courier)
{
	if (courier->fd == -1)
		return;
	close(courier->fd);
	kill(courier->pid, SIGKILL);
	waitpid(courier->pid, NULL, 0);
	courier->fd = -1;
	courier->busy = false;
}

bool
courier_free(const struct courier *courier)
{
	return !courier->busy && clock_ms() >= courier->retry_at;
}

void
courier_rest(struct courier *courier)
{
	courier->backoff =
	    courier->backoff == 0 ? REST_MS : courier->backoff * 2;
	if (courier->backoff > REST_MAX_MS)
		courier->backoff = REST_MAX_MS;
	courier->retry_at = clock_ms() + courier->backoff;
}

static void
say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) == -1)
		_exit(1);
}

/* Answers `+`, or `-` and why not. */
static void
work(int fd, const struct carrier *carrier, void *state, char *bytes,
    size_t length, const struct secret *token)
{
	struct error err = {.fault = FAULT_NONE};
	char text[ERROR_TEXT_MAX + 1];

	if (carrier->deliver(state, bytes, length, token, &err) == 0) {
		say(fd, "+");
		return;
	}
	snprintf(text, sizeof(text), "-%s", err.text);
	say(fd, text);
}

/* In the courier. A carrier that cannot start says so to each batch. */
static _Noreturn void
serve(int fd, const struct order *order)
{
	static char bytes[COURIER_BATCH + 1];
	const struct carrier *carrier = carrier_for(order->sink);
	struct error err = {.fault = FAULT_NONE};
	char refusal[ERROR_TEXT_MAX + 1];
	struct secret *token = NULL;
	void *state = carrier->start(order, &err);
	ssize_t got;

	snprintf(refusal, sizeof(refusal), "-%s", err.text);
	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
		if (bytes[0] == GIVE_TOKEN) {
			secret_free(token);
			token = secret_copy(bytes + 1, (size_t)got - 1);
			explicit_bzero(bytes, (size_t)got);
		} else if (state == NULL) {
			say(fd, refusal);
		} else {
			work(fd, carrier, state, bytes + 1, (size_t)got - 1,
			    token);
		}
	}
	_exit(0);
}

static int
start(struct courier *courier, struct error *err)
{
	int ends[2], parent = (int)getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return error_errno(err, "no socket for a sink");
	courier->pid = fork();
	if (courier->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || dup2(ends[1], 3) == -1)
			_exit(1);
		compat_close_from(4);
		serve(3, courier->order);
	}
	close(ends[1]);
	if (courier->pid == -1) {
		close(ends[0]);
		return error_errno(err, "no process for a sink");
	}
	courier->fd = ends[0];
	return 0;
}

static int
give(int fd, char what, const char *bytes, size_t length)
{
	struct iovec parts[2] = {{&what, 1}, {(void *)(size_t)bytes, length}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 ? -1
									: 0;
}

int
courier_give(struct courier *courier, const char *lines, size_t length,
    const struct secret *token, struct error *err)
{
	if (courier->fd == -1 && start(courier, err) == -1) {
		courier_rest(courier);
		return -1;
	}
	if ((token != NULL && secret_length(token) <= TOKEN_MAX &&
		give(courier->fd, GIVE_TOKEN, secret_bytes(token),
		    secret_length(token)) == -1) ||
	    give(courier->fd, GIVE_LINES, lines, length) == -1) {
		error_errno(err, "the process of a sink");
		courier_stop(courier);
		courier_rest(courier);
		return -1;
	}
	courier->busy = true;
	courier->deadline = clock_ms() + LATE_MS;
	return 0;
}

int
courier_hear(struct courier *courier, struct error *err)
{
	char text[ERROR_TEXT_MAX + 1];
	ssize_t got =
	    recv(courier->fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		courier_stop(courier);
		courier_rest(courier);
		return error_set(err, FAULT_SYSTEM, "its process has ended");
	}
	courier->busy = false;
	if (text[0] == '+') {
		courier->backoff = 0;
		return 1;
	}
	text[got] = '\0';
	courier_rest(courier);
	return error_set(err, FAULT_NETWORK, "%s", text + 1);
}

bool
courier_late(struct courier *courier, struct error *err)
{
	if (!courier->busy || clock_ms() < courier->deadline)
		return false;
	courier_stop(courier);
	courier_rest(courier);
	error_set(err, FAULT_NETWORK, "it did not answer in time");
	return true;
}
