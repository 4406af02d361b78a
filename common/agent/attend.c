/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "agent/peer.h"
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

/* From the leader, and from nobody else: what counts for a sealed session, if
 * the agent came after the one that opened it, and what all of it is below. */
static int
learn(struct asker *asker, struct session *session, struct error *err)
{
	const struct message *request = asker_request(asker);
	pid_t root = (pid_t)message_number(request, "root", 0);

	if (peer_pid(asker_fd(asker)) != session->leader.pid)
		return 0;
	if (session->sealed && session->origin == NULL)
		session_origin_keep(session, request);
	return root == 0 ? 0 : session_root(session, root, err);
}

static void
begin(struct asker *asker, const struct config *config)
{
	const char *id = message_get(asker_request(asker), "session");
	struct session *session =
	    id == NULL ? NULL : sessions_find(asker_agent(asker)->sessions, id);
	struct waiting *waiting = calloc(1, sizeof(*waiting));
	struct error err;
	int result = 0;

	(void)config;
	if (session == NULL || waiting == NULL)
		result = error_set(
		    &err, FAULT_USAGE, "there is no such session");
	else
		result = learn(asker, session, &err);
	if (result == -1) {
		free(waiting);
		error_at(&err, STAGE_AGENT);
		asker_error(asker, &err);
		return;
	}
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
