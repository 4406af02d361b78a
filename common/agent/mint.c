/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/child.h"
#include "agent/mint.h"
#include "base/clock.h"
#include "base/text.h"
#include "wire/message.h"

struct mint {
	pid_t pid;
	int output;
	struct watch *watch;
	struct child_watch *child;
	struct timer *timer;
	bool late; /* killed at the deadline */
	int64_t allowed_ms;
	struct secret *report;
	char at[256];	 /* what it said last that it was at */
	bool understood; /* the report is taken apart */
	bool talks;	 /* mints nothing, but tells something */
	mint_done *done;
	void *arg;
};

static void
mint_free(struct mint *mint)
{
	watch_free(mint->watch);
	child_watch_free(mint->child);
	timer_free(mint->timer);
	if (mint->output != -1)
		close(mint->output);
	secret_free(mint->report);
	free(mint);
}

void
mint_kill(struct mint *mint)
{
	if (mint == NULL)
		return;
	kill(mint->pid, SIGKILL);
	mint_free(mint);
}

/* Reads what is there. A child that says too much is killed. */
static void
drain(struct mint *mint)
{
	char *tail;
	ssize_t got;

	for (;;) {
		tail = secret_tail(mint->report);
		got = read(mint->output, tail, secret_room(mint->report));
		if (got <= 0)
			break;
		secret_wrote(mint->report, (size_t)got);
	}
	if (secret_room(mint->report) == 0)
		kill(mint->pid, SIGKILL);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	watch_free(mint->watch);
	mint->watch = NULL;
}

static void
deadline_passed(void *arg)
{
	struct mint *mint = arg;

	mint->timer = NULL;
	mint->late = true;
	kill(mint->pid, SIGKILL);
}

/* The next whole message of the report; its length, 0 at the end. */
static size_t
next_message(struct mint *mint, size_t at, struct message *message)
{
	char *bytes = (char *)secret_bytes(mint->report) + at;
	size_t length =
	    message_complete(bytes, secret_length(mint->report) - at);

	if (length == 0 || message_parse(message, bytes, length, NULL) == -1)
		return 0;
	return length;
}

static void
take_ok(struct mint *mint, size_t at, const struct message *message,
    struct mint_result *result)
{
	size_t left = secret_length(mint->report) - at;

	result->skew = message_number(message, "skew-ahead", 0) -
		       message_number(message, "skew-behind", 0);
	if (left == 0)
		return;
	if (mint->talks) {
		result->told =
		    secret_copy(secret_bytes(mint->report) + at, left);
		return;
	}
	errno = 0;
	result->credential =
	    credential_read(secret_bytes(mint->report) + at, left);
	if (result->credential != NULL)
		return;
	if (errno == ENOMEM) {
		secret_consume(mint->report, at);
		result->unread = take(&mint->report);
	}
	error_set(&result->err, FAULT_SYSTEM,
	    "what the mint made cannot be read");
}

struct credential *
mint_read(const struct secret *unread)
{
	return credential_read(secret_bytes(unread), secret_length(unread));
}

static void
take_error(const struct message *message, struct mint_result *result)
{
	const char *text = message_get(message, "text");

	error_set(&result->err, fault_named(message_get(message, "fault")),
	    "%s", text == NULL ? "failed without a word" : text);
	result->stale = message_get(message, "stale") != NULL;
}

/* No verdict: the child was killed, or crashed. */
static void
take_death(const struct mint *mint, int status, const char *at,
    struct mint_result *result)
{
	const char *while_ = at[0] == '\0' ? "" : ", while: ";

	result->killed = !mint->late && WIFSIGNALED(status);
	if (mint->late)
		error_set(&result->err, FAULT_NETWORK,
		    "timed out after %lld s%s%s",
		    (long long)(mint->allowed_ms + 500) / 1000, while_, at);
	else if (WIFSIGNALED(status))
		error_set(&result->err, FAULT_SYSTEM,
		    "its process was ended by signal %d (%s)%s%s",
		    WTERMSIG(status), strsignal(WTERMSIG(status)), while_, at);
	else
		error_set(&result->err, FAULT_SYSTEM,
		    "its process ended without a result%s%s", while_, at);
}

/* The verdict, where there is one. */
static bool
understand(struct mint *mint, struct mint_result *result)
{
	struct message message;
	size_t offset = 0, length;

	if (mint->understood)
		return false;
	mint->understood = true;

	while ((length = next_message(mint, offset, &message)) > 0) {
		offset += length;
		if (strcmp(message.word, "ok") == 0) {
			take_ok(mint, offset, &message, result);
			return true;
		}
		if (strcmp(message.word, "error") == 0) {
			take_error(&message, result);
			return true;
		}
		if (message_get(&message, "text") != NULL)
			text_printable(mint->at, sizeof(mint->at),
			    message_get(&message, "text"),
			    strlen(message_get(&message, "text")));
	}
	return false;
}

static void
finish(struct mint *mint, struct mint_result *result)
{
	mint_done *done = mint->done;
	void *arg = mint->arg;

	mint_free(mint);
	done(arg, result);
	secret_free(result->unread);
}

/* Once all is said nobody waits for the child's end, whose memory takes the
 * kernel longer than an answer takes us. */
static void
output_ready(void *arg, uint32_t events)
{
	struct mint *mint = arg;
	struct mint_result result = {.err.fault = FAULT_NONE};

	(void)events;
	drain(mint);
	if (mint->watch != NULL || !understand(mint, &result))
		return;
	kill(mint->pid, SIGKILL); /* it is not reaped: the pid is its own */
	finish(mint, &result);
}

static void
exited(void *arg, int status)
{
	struct mint *mint = arg;
	struct mint_result result = {.err.fault = FAULT_NONE};

	mint->child = NULL;
	if (mint->watch != NULL)
		drain(mint);
	if (!understand(mint, &result))
		take_death(mint, status, mint->at, &result);
	finish(mint, &result);
}

/* Forks with one way in and one way out. The child never comes back from
 * here. What goes in goes through sockets: a pipe may be made so small by the
 * kernel (pipe(7), limits) that writing to it would block. */
static pid_t
fork_child(const struct mint_order *order, int input[2], int report[2],
    struct error *err)
{
	pid_t pid, parent = getpid();

	if (child_brief(order, input[1], err) == -1)
		return -1;
	if ((pid = fork()) == -1)
		return error_errno(err, "cannot start a mint");
	if (pid == 0) {
		close(input[1]);
		fcntl(report[1], F_SETFL, 0);
		child_main(order, parent, input[0], report[1]);
	}
	return pid;
}

static pid_t
spawn(const struct mint_order *order, int *output, struct error *err)
{
	int input[2], report[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) == -1)
		return error_errno(err, "cannot make a pair of sockets");
	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) == -1) {
		error_errno(err, "cannot make a pipe");
		close(input[0]);
		close(input[1]);
		return -1;
	}
	pid = fork_child(order, input, report, err);
	close(input[0]);
	close(input[1]);
	close(report[1]);
	if (pid == -1)
		close(report[0]);
	else
		*output = report[0];
	return pid;
}

struct mint *
mint_start(struct loop *loop, const struct mint_order *order, mint_done *done,
    void *arg, struct error *err)
{
	struct mint *mint = calloc(1, sizeof(*mint));

	if (mint == NULL ||
	    (mint->report = secret_new(CHILD_REPORT_MAX)) == NULL) {
		error_errno(err, "no memory for a mint");
		free(mint);
		return NULL;
	}
	mint->done = done;
	mint->arg = arg;
	mint->talks = order->talk != NULL || order->reach != NULL;
	mint->output = -1;
	mint->allowed_ms = order->deadline - clock_ms();
	if ((mint->pid = spawn(order, &mint->output, err)) == -1) {
		mint_free(mint);
		return NULL;
	}
	mint->watch =
	    loop_watch(loop, mint->output, EPOLLIN, output_ready, mint, err);
	mint->child = loop_child(loop, mint->pid, exited, mint);
	mint->timer = loop_timer(loop, order->deadline, deadline_passed, mint);
	if (mint->watch == NULL || mint->child == NULL || mint->timer == NULL) {
		error_errno(err, "no memory for a mint");
		mint_kill(mint);
		return NULL;
	}
	return mint;
}
