/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/around.h"
#include "agent/asker.h"
#include "agent/audit.h"
#include "agent/listener.h"
#include "agent/peer.h"
#include "agent/retire.h"
#include "agent/session_origin.h"
#include "agent/sessions.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"

/* A request must be here in whole within this time, an answer be taken. */
#define PATIENCE_MS 5000

struct asker {
	struct link link;
	struct agent *agent;
	int fd;
	int held; /* a pidfd of who asks, while the request is awaited; or -1 */
	struct watch *watch;
	struct timer *timer;
	struct secret *request;
	struct secret *answer;
	size_t sent;
	struct message message;
	struct session *session; /* theirs; NULL: self */
	struct actor actor;	 /* who asks */
	struct writing writing;
	struct reading reading;
	const struct verb *verb;
	void *state;
	void (*cancel)(struct asker *asker, void *state);
};

static struct link askers = {&askers, &askers};

static void
let_go(struct asker *asker)
{
	if (asker->held >= 0)
		close(asker->held);
	asker->held = -1;
}

static void
asker_free(struct asker *asker)
{
	struct agent *agent = asker->agent;

	if (asker->verb != NULL && actor_is_self(&asker->actor))
		retire_for(agent, message_get(&asker->message, "version"));
	list_remove(&asker->link);
	reading_cancel(&asker->reading);
	if (asker->cancel != NULL)
		asker->cancel(asker, asker->state);
	watch_free(asker->watch);
	timer_free(asker->timer);
	let_go(asker);
	close(asker->fd);
	secret_free(asker->request);
	secret_free(asker->answer);
	session_release(asker->session);
	free(asker);
	agent->askers--;
	listener_resume(agent);
	if (agent->once)
		loop_stop(agent->loop, 0);
}

void
askers_drop(struct agent *agent)
{
	(void)agent;
	while (!list_empty(&askers))
		asker_free(list_item(askers.next, struct asker, link));
}

struct agent *
asker_agent(struct asker *asker)
{
	return asker->agent;
}

const struct message *
asker_request(const struct asker *asker)
{
	return &asker->message;
}

/* As it was when the request came; valid as long as the asker. */
const struct actor *
asker_actor(const struct asker *asker)
{
	return &asker->actor;
}

int
asker_fd(const struct asker *asker)
{
	return asker->fd;
}

void
asker_waits_no_more(struct asker *asker)
{
	asker->cancel = NULL;
}

static void
too_slow(void *arg)
{
	struct asker *asker = arg;

	asker->timer = NULL;
	asker_free(asker);
}

static void
be_patient(struct asker *asker)
{
	timer_free(asker->timer);
	asker->timer = loop_timer(
	    asker->agent->loop, clock_ms() + PATIENCE_MS, too_slow, asker);
}

static void
ready(void *arg, uint32_t events);

/* Watches for these events (0: hanging up). Most requests are answered at
 * once and never watched. */
static void
watch_for(struct asker *asker, uint32_t events)
{
	if (asker->watch != NULL)
		watch_events(asker->watch, events);
	else
		asker->watch = loop_watch(
		    asker->agent->loop, asker->fd, events, ready, asker, NULL);
}

void
asker_waits(struct asker *asker, void *state,
    void (*cancel)(struct asker *asker, void *state))
{
	asker->state = state;
	asker->cancel = cancel;
	watch_for(asker, 0);
}

/* Sends what is left of the answer; the connection ends with it. */
static void
send_answer(struct asker *asker)
{
	while (asker->sent < secret_length(asker->answer)) {
		ssize_t sent =
		    send(asker->fd, secret_bytes(asker->answer) + asker->sent,
			secret_length(asker->answer) - asker->sent,
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent == -1 && errno == EINTR)
			continue;
		if (sent == -1 && errno == EAGAIN) {
			be_patient(asker);
			watch_for(asker, EPOLLOUT);
			return;
		}
		if (sent == -1)
			break;
		asker->sent += (size_t)sent;
	}
	asker_free(asker);
}

struct writing *
asker_writing(struct asker *asker, const char *word)
{
	if (asker->answer == NULL) {
		asker->answer = secret_new(MESSAGE_MAX - 1);
	} else { /* another answer instead of one that was begun */
		secret_wrote(asker->answer, asker->writing.length);
		secret_truncate(asker->answer, 0);
	}
	if (asker->answer == NULL)
		writing_start(&asker->writing, NULL, 0, word);
	else
		writing_start(&asker->writing, secret_tail(asker->answer),
		    secret_room(asker->answer), word);
	return &asker->writing;
}

void
asker_answer(struct asker *asker)
{
	struct error err;

	asker->cancel = NULL;
	if (asker->answer == NULL) {
		asker_free(asker);
		return;
	}
	if (writing_end(&asker->writing) == -1) {
		error_set(&err, FAULT_SYSTEM,
		    "the answer does not fit into a message");
		error_at(&err, STAGE_AGENT);
		asker_error(asker, &err);
		return;
	}
	secret_wrote(asker->answer, asker->writing.length);
	send_answer(asker);
}

/* Nothing was sent yet, so there is room for it; should there be none, the
 * asker waits without knowing why. */
void
asker_say_wait(struct asker *asker, const char *text)
{
	char bytes[1024];
	struct writing writing;

	writing_start(&writing, bytes, sizeof(bytes), "wait");
	writing_add(&writing, "text", text);
	if (writing_end(&writing) == 0)
		send(asker->fd, bytes, writing.length,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The whole sentence: stage, what came back, the command that shows more. */
static void
write_sentence(
    struct asker *asker, const struct error *err, char text[2 * ERROR_TEXT_MAX])
{
	const char *doctor = message_get(&asker->message, "doctor");
	const char *stage = stage_name(err->stage);
	bool said = text_starts(err->text, stage);

	snprintf(text, 2 * ERROR_TEXT_MAX, "%s%s%s%s%.512s%s",
	    said ? "" : stage, said ? "" : ": ", err->text,
	    doctor == NULL ? "" : " (daypass doctor ",
	    doctor == NULL ? "" : doctor, doctor == NULL ? "" : ")");
}

void
asker_error(struct asker *asker, const struct error *err)
{
	struct writing *writing = asker_writing(asker, "error");
	char text[2 * ERROR_TEXT_MAX];

	write_sentence(asker, err, text);
	writing_add(writing, "fault", fault_name(err->fault));
	writing_add(writing, "stage", stage_name(err->stage));
	writing_add(writing, "text", text);
	asker_answer(asker);
}

/* By policy, and so it is recorded. */
static void
refuse(struct asker *asker, const struct error *err)
{
	if (err->stage == STAGE_POLICY)
		audit_denied(asker, NULL, err);
	asker_error(asker, err);
}

static void
config_arrived(struct reading *reading, const struct config *config,
    const struct error *err)
{
	struct asker *asker = list_item(reading, struct asker, reading);

	struct error over;

	if (config == NULL)
		asker_error(asker, err);
	else if (session_check(asker->session, &over) == -1)
		refuse(asker, &over);
	else
		asker->verb->begin(asker, config);
}

/* An agent keeps the configuration that it was started with. */
static int
check_config(struct asker *asker, struct error *err)
{
	const char *theirs = message_get(&asker->message, "config");
	const char *ours = reader_path(asker->agent->reader);

	if (theirs == NULL || strcmp(theirs, ours) == 0)
		return 0;
	error_set(err, FAULT_CONFIG,
	    "this session's agent was started with the configuration '%s', "
	    "and this request comes from '%.512s': daypass end, then try "
	    "again",
	    ours, theirs);
	return error_at(err, STAGE_CONFIG);
}

static int
understand(struct asker *asker, size_t length, struct error *err)
{
	static const char *const must_know[] = {NULL};
	char *bytes =
	    secret_tail(asker->request) - secret_length(asker->request);

	if (message_parse(&asker->message, bytes, length, err) == -1 ||
	    message_must(&asker->message, must_know, err) == -1)
		return error_at(err, STAGE_AGENT);
	asker->verb = verb_named(asker->message.word);
	if (asker->verb == NULL) {
		error_set(err, FAULT_USAGE,
		    "this agent does not know '%.32s': is the helper newer "
		    "than the agent? (daypass end, then try again)",
		    asker->message.word);
		return error_at(err, STAGE_AGENT);
	}
	return asker->verb->without_config ? 0 : check_config(asker, err);
}

/* Who asks, and may they ask such a thing at all? */
static int
admit(struct asker *asker, struct error *err)
{
	int result = sessions_who(asker->agent->sessions, asker->fd,
	    asker->held, &asker->session, err);

	let_go(asker);
	if (asker->session != NULL)
		session_actor(asker->session, &asker->actor);
	else if (result == -1)
		asker->actor = actor_unknown;
	if (result == -1)
		return -1;
	if (!actor_is_self(&asker->actor))
		around_keep_home(&asker->message);
	if (!asker->verb->self_only || actor_is_self(&asker->actor))
		return 0;
	error_set(err, FAULT_REFUSED,
	    "policy: '%s' is not for %s, only for who is outside of its "
	    "session",
	    asker->verb->name, asker->actor.names[0]);
	return error_at(err, STAGE_POLICY);
}

static bool
is_leader(const struct asker *asker, const struct session *session)
{
	return peer_pid(asker->fd) == session->leader.pid;
}

/* Who leads a session is above it, and speaks for it. */
static int
seal(struct asker *asker, struct error *err)
{
	const struct session *sealed;

	if (actor_is_self(&asker->actor) ||
	    (sealed = sessions_sealed(
		 asker->agent->sessions, &asker->actor)) == NULL ||
	    is_leader(asker, sealed))
		return 0;
	return session_origin_put(
	    sealed, &asker->message, &asker->request, err);
}

static void
begin(struct asker *asker, size_t length)
{
	struct error err = {.fault = FAULT_NONE};

	timer_free(asker->timer);
	asker->timer = NULL;
	if (asker->watch != NULL)
		watch_for(asker, 0);
	asker->agent->last_asked = clock_ms();
	asker->reading.done = config_arrived;
	if (understand(asker, length, &err) == -1) {
		asker_error(asker, &err);
	} else if (admit(asker, &err) == -1 || seal(asker, &err) == -1) {
		refuse(asker, &err);
	} else if (asker->verb->without_config) {
		asker->verb->begin(asker, NULL);
	} else {
		reader_current(asker->agent->reader, &asker->reading);
	}
}

/* More room for a request that is larger than most. -1: too large. */
static int
make_room(struct asker *asker)
{
	if (secret_room(asker->request) > 0)
		return 0;
	if (secret_length(asker->request) >= MESSAGE_MAX)
		return -1;
	if (secret_grow(&asker->request, "\n", 1, MESSAGE_MAX) == -1)
		return -1;
	secret_truncate(asker->request, secret_length(asker->request) - 1);
	return 0;
}

static ssize_t
receive_some(struct asker *asker)
{
	ssize_t got = recv(asker->fd, secret_tail(asker->request),
	    secret_room(asker->request), MSG_DONTWAIT);

	if (got > 0)
		secret_wrote(asker->request, (size_t)got);
	return got;
}

static void
receive(struct asker *asker)
{
	ssize_t got = receive_some(asker);
	size_t length;

	while (got > 0 && secret_room(asker->request) == 0) {
		if (make_room(asker) == -1) { /* too large */
			asker_free(asker);
			return;
		}
		got = receive_some(asker);
	}
	length = message_complete(
	    secret_bytes(asker->request), secret_length(asker->request));
	if (length > 0) {
		begin(asker, length);
	} else if (got == 0 || (got == -1 && errno != EAGAIN)) {
		asker_free(asker);
	} else if (asker->watch == NULL) {
		asker->held =
		    sessions_hold(asker->agent->sessions, asker->fd);
		be_patient(asker);
		watch_for(asker, EPOLLIN);
	}
}

static void
ready(void *arg, uint32_t events)
{
	struct asker *asker = arg;

	if (asker->answer != NULL)
		send_answer(asker);
	else if ((events & EPOLLIN) != 0)
		receive(asker);
	else
		asker_free(asker); /* hung up while it waited */
}

int
asker_start(struct agent *agent, int fd)
{
	struct asker *asker = calloc(1, sizeof(*asker));

	if (asker == NULL) {
		close(fd);
		return -1;
	}
	asker->agent = agent;
	asker->fd = fd;
	asker->held = -1;
	asker->actor = actor_self;
	agent->askers++;
	list_append(&askers, &asker->link);
	asker->request = secret_new(3000);
	if (asker->request == NULL) {
		asker_free(asker);
		return -1;
	}
	receive(asker);
	return 0;
}
