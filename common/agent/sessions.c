/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/approvals.h"
#include "agent/audit.h"
#include "agent/flight.h"
#include "agent/log.h"
#include "agent/recall.h"
#include "agent/sessions_inner.h"
#include "base/clock.h"
#include "base/text.h"

/* More than anybody can mean; each costs descriptors. */
#define SESSIONS_MAX 256
#define SESSIONS_EACH 64 /* within one, on whatever level */

struct sessions *
sessions_new(struct agent *agent)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));

	if (sessions == NULL)
		return NULL;
	sessions->agent = agent;
	list_init(&sessions->all);
	return sessions;
}

void
attending_cancel(struct attending *attending)
{
	list_remove(&attending->link);
}

static void
tell(struct session *session, const char *why)
{
	while (!list_empty(&session->attending)) {
		struct attending *attending = list_item(
		    session->attending.next, struct attending, link);

		list_remove(&attending->link);
		attending->done(attending, why);
	}
}

struct session *
session_keep(struct session *session)
{
	session->references++;
	return session;
}

void
session_release(struct session *session)
{
	if (session == NULL || --session->references > 0)
		return;
	for (size_t i = 0; session->names[i] != NULL; i++)
		free(session->names[i]);
	secret_free(session->origin);
	free(session->reason);
	free(session);
}

void
session_forget(struct session *session)
{
	list_remove(&session->link);
	watch_free(session->watch);
	timer_free(session->timer);
	holder_leave(&session->leader);
	holder_leave(&session->root);
	session_release(session);
}

void
sessions_leave(struct sessions *sessions)
{
	struct session *session;

	list_each (session, &sessions->all, link)
		tell(session, "the agent has ended");
}

/* What is left in the directory lets the next agent go on. */
void
sessions_free(struct sessions *sessions)
{
	struct session *session;

	if (sessions == NULL)
		return;
	sessions_leave(sessions);
	list_each (session, &sessions->all, link)
		session_forget(session);
	free(sessions);
}

bool
sessions_any(const struct sessions *sessions)
{
	return !list_empty(&sessions->all);
}

struct link *
sessions_all(struct sessions *sessions)
{
	return &sessions->all;
}

struct session *
sessions_find(struct sessions *sessions, const char *id)
{
	struct session *session;

	list_each (session, &sessions->all, link)
		if (strcmp(session->id, id) == 0)
			return session;
	return NULL;
}

struct session *
sessions_sealed(struct sessions *sessions, const struct actor *actor)
{
	struct session *session = sessions_find(sessions, actor->session);

	while (session != NULL && !session->sealed)
		session = sessions_find(sessions, session->around);
	return session;
}

void
session_actor(const struct session *session, struct actor *actor)
{
	*actor = (struct actor){.session = session->id};
	for (size_t i = 0; session->names[i] != NULL; i++)
		actor->names[i] = session->names[i];
}

/* Whoever leads those inside lives on, perhaps; what they may have does not. */
static void
end_inner(struct session *session)
{
	struct session *inner;

	list_each (inner, &session->sessions->all, link)
		if (strcmp(inner->around, session->id) == 0) {
			session_end(inner, "the session around it is over");
			session_file_write(inner);
		}
}

/* Whatever would still come for it would be handed out and not be taken back.
 */
static void
take_everything(struct session *session)
{
	struct agent *agent = session->sessions->agent;
	struct error err;

	session_check(session, &err);
	approvals_drop_session(agent->approvals, session->id);
	flights_leave(agent->flights, session->id, &err);
	flights_start_queued(agent);
	recall_session(agent->recall, session->id);
}

void
session_end(struct session *session, const char *why)
{
	if (session->over != NULL)
		return;
	session->over = why;
	log_event(session->sessions->agent->log, LOG_LEVEL_NOTICE,
	    "session %s ended: %s", session->names[0], why);
	audit_session(session->sessions->agent->audit, session, why);
	take_everything(session);
	tell(session, why);
	end_inner(session);
}

void
session_time_is_up(void *arg)
{
	struct session *session = arg;

	session->timer = NULL;
	session_end(session, "its time is up");
	session_file_write(session);
}

struct session *
session_new(struct sessions *sessions)
{
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->sessions = sessions;
	session->references = 1;
	session->leader.pidfd = session->root.pidfd = -1;
	list_init(&session->attending);
	list_append(&sessions->all, &session->link);
	return session;
}

static int
name_it(struct session *session, const char *name, const struct actor *around)
{
	size_t count = 0;

	text_copy(session->around, SESSION_ID, around->session);
	session->names[count++] = strdup(name);
	for (size_t i = 0; around->names[i] != NULL; i++) {
		if (session->names[count - 1] == NULL ||
		    count > ACTOR_DEPTH)
			return -1;
		session->names[count++] = strdup(around->names[i]);
	}
	return session->names[count - 1] == NULL ? -1 : 0;
}

static int
make_id(struct session *session)
{
	unsigned char random[16];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -1;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(session->id + 2 * i, 3, "%02x", random[i]);
	return 0;
}

static int
fill(struct session *session, const struct session_order *order,
    const struct actor *around)
{
	session->since = clock_unix();
	session->deadline = order->ttl == 0 ? 0 : session->since + order->ttl;
	session->advisory = order->advisory;
	session->sealed = order->sealed;
	if (order->reason != NULL &&
	    (session->reason = strdup(order->reason)) == NULL)
		return -1;
	if (holder_take(&session->leader, order->leader, 0) == -1 ||
	    make_id(session) == -1 ||
	    name_it(session, order->name, around) == -1)
		return -1;
	return session_follow(session);
}

static size_t
depth_of(const struct actor *actor)
{
	size_t depth = 0;

	while (actor->names[depth] != NULL)
		depth++;
	return depth;
}

/* The id of the outermost child session around, or the session's own. */
static const char *
outermost(struct sessions *sessions, const char *id)
{
	const struct session *session = sessions_find(sessions, id);

	while (session != NULL && strcmp(session->around, ACTOR_SELF) != 0) {
		id = session->around;
		session = sessions_find(sessions, id);
	}
	return id;
}

/* Who is inside must not keep others from opening any. */
static int
check_count(struct sessions *sessions, const struct actor *around,
    struct error *err)
{
	const char *top = outermost(sessions, around->session);
	unsigned all = 0, own = 0;
	struct session *session;

	list_each (session, &sessions->all, link) {
		all++;
		own += strcmp(outermost(sessions, session->id), top) == 0;
	}
	if (all >= SESSIONS_MAX)
		return error_set(err, FAULT_SYSTEM,
		    "there are %d sessions already", SESSIONS_MAX);
	if (!actor_is_self(around) && own >= SESSIONS_EACH)
		return error_set(err, FAULT_SYSTEM,
		    "there are %d sessions in this one already",
		    SESSIONS_EACH);
	return 0;
}

static int
check_order(struct sessions *sessions, const struct session_order *order,
    const struct actor *around, struct error *err)
{
	struct session *session;

	if (depth_of(around) > ACTOR_DEPTH)
		return error_set(err, FAULT_USAGE,
		    "sessions may be nested %d deep and no deeper",
		    ACTOR_DEPTH);
	list_each (session, &sessions->all, link)
		if (session->leader.pid == order->leader)
			return error_set(err, FAULT_USAGE,
			    "this process leads a session already");
	return check_count(sessions, around, err);
}

static int
open_new(struct session *session, const struct session_order *order,
    const struct actor *around, struct error *err)
{
	if (session == NULL || fill(session, order, around) == -1)
		return error_set(err, FAULT_SYSTEM, "cannot open a session");
	if (session_file_write(session) == -1)
		return error_errno(err,
		    "cannot open a session that a new agent would know: its "
		    "file in the runtime directory");
	return 0;
}

struct session *
sessions_open(struct sessions *sessions, const struct session_order *order,
    const struct actor *around, struct error *err)
{
	struct session *session = NULL;

	if (check_order(sessions, order, around, err) == 0) {
		session = session_new(sessions);
		if (open_new(session, order, around, err) == 0) {
			log_event(sessions->agent->log, LOG_LEVEL_NOTICE,
			    "session %s opened", session->names[0]);
			audit_session(
			    sessions->agent->audit, session, NULL);
			return session;
		}
	}
	error_at(err, STAGE_AGENT);
	if (session != NULL)
		session_forget(session);
	return NULL;
}
