/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/audit_inner.h"
#include "agent/listener.h"
#include "agent/log.h"
#include "agent/road.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/dirs.h"
#include "base/text.h"

#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 5000
#define FEED 3
#define DIRECTORY 4

extern char **environ;

static void
fails(struct audit *audit, const char *why)
{
	text_printable(
	    audit->trouble, sizeof(audit->trouble), why, strlen(why));
	log_event(audit->agent->log, LOG_LEVEL_ERROR, "audit: %s", why);
}

static int
send_message(struct audit *audit, struct writing *writing)
{
	if (writing_end(writing) == -1)
		return 0; /* nothing that could be sent ever */
	return send(audit->fd, writing->bytes, writing->length,
		   MSG_NOSIGNAL | MSG_DONTWAIT) == -1
		   ? -1
		   : 0;
}

static void
add_text(struct writing *writing, const char *key, const char *text)
{
	if (text != NULL)
		writing_add(writing, key, text);
}

static int
say_hello(struct audit *audit)
{
	char bytes[AUDIT_SINKS * 1100 + 8192];
	struct writing writing;

	writing_start(&writing, bytes, sizeof(bytes), "hello");
	writing_add(&writing, "session", audit->agent->session);
	for (size_t i = 0; i < audit->count; i++)
		writing_add(&writing, "sink", audit->sinks[i].text);
	if (audit->rotate != NULL)
		writing_number(&writing, "size", text_bytes(audit->rotate));
	add_text(&writing, "keep", audit->keep);
	add_text(&writing, "ca-file", audit->ca_file);
	writing_number(&writing, "taken", audit->taken);
	writing_number(&writing, "newest", audit->number);
	writing_number(&writing, "sequence", audit->head.sequence);
	writing_add(&writing, "hash", audit->head.hash);
	if (audit->was)
		writing_add(&writing, "again", "1");
	if (audit->credential != NULL)
		writing_add(&writing, "wants-token", "1");
	audit->was = true;
	return send_message(audit, &writing);
}

static void
send_kept(struct audit *audit)
{
	char bytes[EVENT_MAX + 256];
	struct writing writing;
	struct kept *kept;

	list_each (kept, &audit->all, link) {
		if (kept->sent)
			continue;
		writing_start(&writing, bytes, sizeof(bytes), "record");
		writing_number(&writing, "number", kept->number);
		if (kept->sync)
			writing_add(&writing, "sync", "1");
		writing_add_bytes(&writing, "json", kept->json, kept->length);
		if (send_message(audit, &writing) == -1) {
			watch_events(audit->watch, EPOLLIN | EPOLLOUT);
			return;
		}
		kept->sent = true;
	}
	watch_events(audit->watch, EPOLLIN);
}

static void
take_state(struct audit *audit, const struct message *message)
{
	unsigned ok_at = 0, waiting_at = 0, lost_at = 0, error_at_ = 0;

	for (size_t i = 0; i < audit->count; i++) {
		struct audit_sink *sink = &audit->sinks[i];
		const char *ok = message_next(message, "ok", &ok_at);
		const char *waiting =
		    message_next(message, "waiting", &waiting_at);
		const char *lost = message_next(message, "lost", &lost_at);
		const char *why = message_next(message, "error", &error_at_);

		if (ok == NULL || waiting == NULL || lost == NULL ||
		    why == NULL)
			return;
		sink->failing = strcmp(ok, "no") == 0;
		sink->waiting = text_number(waiting, INT64_MAX);
		sink->lost = text_number(lost, INT64_MAX);
		text_copy(sink->why, sizeof(sink->why), why);
	}
	if (audit->sinks[audit->first].failing &&
	    strcmp(audit->trouble, audit->sinks[audit->first].why) != 0)
		fails(audit, audit->sinks[audit->first].why);
	else if (!audit->sinks[audit->first].failing)
		audit->trouble[0] = '\0';
}

static void
take_head(struct audit *audit, const struct message *message)
{
	const char *hash = message_get(message, "hash");

	if (hash != NULL && strlen(hash) == DIGEST_HEX - 1) {
		memcpy(audit->head.hash, hash, DIGEST_HEX);
		audit->head.sequence = message_number(message, "sequence", 0);
	}
	audit->backoff = 0;
	audit_acknowledge(audit, message_number(message, "taken", 0),
	    message_number(message, "done", 0));
}

static void
understand(struct audit *audit, const struct message *message)
{
	if (audit->changing)
		return; /* of sinks that are configured no more */
	if (strcmp(message->word, "state") == 0)
		take_state(audit, message);
	else if (strcmp(message->word, "taken") == 0)
		take_head(audit, message);
	else if (strcmp(message->word, "failed") == 0 &&
		 message_get(message, "text") != NULL)
		fails(audit, message_get(message, "text"));
}

/* What it has said. -1: it has hung up. */
static int
hear(struct audit *audit)
{
	static struct message message;
	static char bytes[MESSAGE_MAX];
	ssize_t got;

	/* one that died is told first, and what it said before behind it */
	while ((got = recv(audit->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) >
		   0 ||
	       (got == -1 && errno == ECONNRESET))
		if (got > 0 &&
		    message_parse(&message, bytes, (size_t)got, NULL) == 0)
			understand(audit, &message);
	return got == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static void
hang_up(struct audit *audit)
{
	watch_free(audit->watch);
	audit->watch = NULL;
	if (audit->fd != -1)
		close(audit->fd);
	audit->fd = -1;
}

static void
ready(void *arg, uint32_t events)
{
	struct audit *audit = arg;

	if (hear(audit) == -1)
		hang_up(audit); /* exited() follows */
	else if ((events & EPOLLOUT) != 0)
		send_kept(audit);
}

static void
try_again(void *arg)
{
	struct audit *audit = arg;

	audit->again = NULL;
	audit_feed(audit);
}

/* All that was not taken is sent to the next one. */
static void
start_over(struct audit *audit)
{
	struct kept *kept;

	hang_up(audit);
	audit->pid = 0;
	list_each (kept, &audit->all, link)
		kept->sent = false;
}

static void
rest(struct audit *audit)
{
	audit->backoff =
	    audit->backoff == 0 ? BACKOFF_MS : audit->backoff * 2;
	if (audit->backoff > BACKOFF_MAX_MS)
		audit->backoff = BACKOFF_MAX_MS;
	timer_free(audit->again);
	audit->again = loop_timer(audit->agent->loop,
	    clock_ms() + audit->backoff, try_again, audit);
}

static void
exited(void *arg, int status)
{
	struct audit *audit = arg;

	(void)status;
	audit->child = NULL;
	if (audit->fd != -1)
		hear(audit);
	start_over(audit);
	if (audit->changing) {
		audit->changing = audit->was = false;
		audit_feed(audit);
		return;
	}
	if (audit->trouble[0] == '\0' && audit->backoff > 0)
		fails(audit, "daypass-audit does not stay");
	rest(audit);
}

static _Noreturn void
become(const char *program, int fd, int directory)
{
	const char *argv[] = {"daypass-audit", "--feed-fd", "3",
	    "--directory-fd", "4", NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	loop_child_signals();
	if (directory == -1)
		argv[3] = NULL;
	/* above all that they are put to */
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	if (directory != -1)
		directory = fcntl(directory, F_DUPFD_CLOEXEC, 10);
	if (dup2(null, 0) == -1 || dup2(null, 1) == -1 ||
	    dup2(null, 2) == -1 || dup2(fd, FEED) == -1 ||
	    (directory != -1 && dup2(directory, DIRECTORY) == -1))
		_exit(127);
	compat_close_from(directory == -1 ? DIRECTORY : DIRECTORY + 1);
	execve(program, (char **)(size_t)argv, environ);
	_exit(127);
}

static int
open_spools(int runtime)
{
	mkdirat(runtime, DIRS_SPOOLS, 0700);
	return openat(runtime, DIRS_SPOOLS,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
start(struct audit *audit, struct error *err)
{
	struct agent *agent = audit->agent;
	char program[DIRS_PATH_MAX];
	int ends[2];

	if (dirs_program("daypass-audit", program, sizeof(program), err) == -1)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return error_errno(err, "no sockets for daypass-audit");
	if (audit->directory == -1 && agent->listener != NULL)
		audit->directory =
		    open_spools(listener_directory(agent->listener));
	if ((audit->pid = fork()) == 0)
		become(program, ends[1], audit->directory);
	close(ends[1]);
	audit->fd = ends[0];
	if (audit->pid == -1) {
		audit->pid = 0;
		return error_errno(err, "cannot start daypass-audit");
	}
	audit->watch =
	    loop_watch(agent->loop, audit->fd, EPOLLIN, ready, audit, err);
	audit->child = loop_child(agent->loop, audit->pid, exited, audit);
	if (audit->watch == NULL || audit->child == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory for an audit");
	if (audit->token != NULL)
		audit_token_want(audit->token);
	return say_hello(audit);
}

/* Written in locked memory, for it holds a secret. */
void
audit_feed_token(
    struct audit *audit, const struct secret *token, const char *why_not)
{
	scoped(secret) struct secret *bytes = secret_new(MESSAGE_MAX - 1);
	struct writing writing;

	if (audit->fd == -1 || bytes == NULL)
		return;
	writing_start(
	    &writing, secret_tail(bytes), secret_room(bytes), "token");
	if (token != NULL)
		writing_add_bytes(&writing, "secret", secret_bytes(token),
		    secret_length(token));
	else
		writing_add(&writing, "error", why_not);
	secret_wrote(bytes, writing.length);
	if (send_message(audit, &writing) == -1 && audit->token != NULL)
		audit_token_want(audit->token); /* its end is full */
}

void
audit_feed(struct audit *audit)
{
	struct error err = {.fault = FAULT_NONE};

	if (audit->count == 0 || audit->changing || audit->again != NULL)
		return;
	if (audit->pid == 0 && start(audit, &err) == -1) {
		fails(audit, err.text);
		child_watch_free(audit->child);
		audit->child = NULL;
		start_over(audit);
		rest(audit);
		return;
	}
	if (audit->watch != NULL)
		send_kept(audit);
}

static void
say_end(struct audit *audit)
{
	char bytes[64];
	struct writing writing;

	writing_start(&writing, bytes, sizeof(bytes), "end");
	if (audit->fd != -1)
		send_message(audit, &writing);
}

void
audit_feed_change(struct audit *audit)
{
	timer_free(audit->again);
	audit->again = NULL;
	audit->was = false;
	if (audit->pid == 0)
		return;
	audit->changing = true;
	say_end(audit);
	hang_up(audit);
}

void
audit_feed_stop(struct audit *audit)
{
	say_end(audit);
	hang_up(audit);
	child_watch_free(audit->child);
	audit->child = NULL;
}

/* By hand, for the loop does not run any more. */
void
audit_feed_wait(struct audit *audit, int64_t deadline)
{
	int64_t left;

	timer_free(audit->again);
	audit->again = NULL;
	audit_feed(audit);
	while (audit->fd != -1 && audit->taken < audit->number &&
	       (left = deadline - clock_ms()) > 0) {
		struct pollfd poll_one = {audit->fd, POLLIN, 0};

		poll(&poll_one, 1, (int)left);
		if (hear(audit) == -1)
			hang_up(audit);
		else
			send_kept(audit);
	}
}
