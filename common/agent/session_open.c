/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/listener.h"
#include "agent/peer.h"
#include "agent/session_origin.h"
#include "agent/verbs.h"
#include "base/text.h"

#define NAME_MAX_BYTES 128
#define REASON_MAX_BYTES 1024
#define TTL_MAX (366 * 86400)

/* Names go into policies' globs, records and messages. */
static int
check_name(const char *name, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._:@/";

	if (name != NULL && name[0] != '\0' && strlen(name) <= NAME_MAX_BYTES &&
	    strspn(name, letters) == strlen(name) &&
	    strcmp(name, ACTOR_SELF) != 0 && strcmp(name, ACTOR_UNKNOWN) != 0)
		return 0;
	error_set(err, FAULT_USAGE,
	    "a session's name has letters, digits and -._:@/, at most %d, and "
	    "is neither self nor unknown",
	    NAME_MAX_BYTES);
	return error_at(err, STAGE_AGENT);
}

static int
check_agent(const struct agent *agent, struct error *err)
{
	if (agent->listener != NULL)
		return 0;
	error_set(err, FAULT_SYSTEM,
	    "no agent can stay here, so that there can be no child session: "
	    "set DAYPASS_RUNTIME_DIR to a directory of your own");
	return error_at(err, STAGE_AGENT);
}

/* It goes into the session's file, to a person, and into records. */
static int
check_reason(const char *reason, struct error *err)
{
	if (reason == NULL || strlen(reason) <= REASON_MAX_BYTES)
		return 0;
	error_set(err, FAULT_USAGE, "a session's reason has at most %d bytes",
	    REASON_MAX_BYTES);
	return error_at(err, STAGE_AGENT);
}

/* `daypass run` asks for itself: it is what all of its session descends from.
 */
static void
begin(struct asker *asker, const struct config *config)
{
	const struct message *request = asker_request(asker);
	struct agent *agent = asker_agent(asker);
	struct session_order order = {.name = message_get(request, "name"),
	    .reason = message_get(request, "reason"),
	    .ttl = message_number(request, "ttl", 0),
	    .leader = peer_pid(asker_fd(asker)),
	    .advisory = message_get(request, "advisory") != NULL,
	    .sealed = message_get(request, "sealed") != NULL};
	struct session *session = NULL;
	struct error err = {.fault = FAULT_NONE};

	(void)config;
	if (order.ttl > TTL_MAX)
		order.ttl = TTL_MAX;
	if (check_agent(agent, &err) == 0 &&
	    check_name(order.name, &err) == 0 &&
	    check_reason(order.reason, &err) == 0)
		session = sessions_open(
		    agent->sessions, &order, asker_actor(asker), &err);
	if (session == NULL) {
		asker_error(asker, &err);
		return;
	}
	if (session->sealed)
		session_origin_keep(session, request);
	writing_add(asker_writing(asker, "ok"), "session", session->id);
	asker_answer(asker);
}

const struct verb verb_session = {
    .name = "session", .begin = begin, .without_config = true};
