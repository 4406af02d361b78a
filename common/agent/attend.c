/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include <stdlib.h>

#include "agent/session_origin.h"
#include "agent/verbs.h"

/* Waits for a session's end. Its connection is also how `daypass run` learns
 * that the agent has died. */
struct waiting {
	struct attending attending;
	struct asker *asker;
};

static void
cancel(struct asker *asker, void *state)
{
	struct waiting *waiting = state;

	(void)asker;
	attending_cancel(&waiting->attending);
	free(waiting);
}

static void
done(struct attending *attending, const char *why)
{
	struct waiting *waiting =
	    list_item(attending, struct waiting, attending);
	struct asker *asker = waiting->asker;

	asker_waits_no_more(asker);
	free(waiting);
	writing_add(asker_writing(asker, "ok"), "ended", why);
	asker_answer(asker);
}

/* An agent that came after the one that opened it learns from the leader, and
 * from nobody else, what counts for a sealed session. */
static void
learn(struct asker *asker, struct session *session)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (session->sealed && session->origin == NULL &&
	    getsockopt(asker_fd(asker), SOL_SOCKET, SO_PEERCRED, &peer,
		&length) == 0 &&
	    peer.pid == session->leader)
		session_origin_keep(session, asker_request(asker));
}

static void
begin(struct asker *asker, const struct config *config)
{
	const char *id = message_get(asker_request(asker), "session");
	struct session *session =
	    id == NULL ? NULL : sessions_find(asker_agent(asker)->sessions, id);
	struct waiting *waiting = calloc(1, sizeof(*waiting));
	struct error err;

	(void)config;
	if (session == NULL || waiting == NULL) {
		free(waiting);
		error_set(&err, FAULT_USAGE, "there is no such session");
		error_at(&err, STAGE_AGENT);
		asker_error(asker, &err);
		return;
	}
	learn(asker, session);
	waiting->asker = asker;
	if (session->over != NULL) {
		done(&waiting->attending, session->over);
		return;
	}
	waiting->attending.done = done;
	list_append(&session->attending, &waiting->attending.link);
	asker_waits(asker, waiting, cancel);
}

const struct verb verb_attend = {
    .name = "attend", .begin = begin, .without_config = true};
