/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/audit_inner.h"

/* {"session","names","reason","advisory"}: names are those of the session and
 * of those around it, the innermost first. */
void
audit_actor(
    const struct audit *audit, struct event *event, const char *session)
{
	const struct session *found =
	    session == NULL
		? NULL
		: sessions_find(audit->agent->sessions, session);

	event_open(event, "actor", '{');
	event_text(event, "session", session == NULL ? "unknown" : session);
	event_open(event, "names", '[');
	for (size_t i = 0; found != NULL && found->names[i] != NULL; i++)
		event_text(event, NULL, found->names[i]);
	if (found == NULL)
		event_text(
		    event, NULL, session == NULL ? ACTOR_UNKNOWN : session);
	event_close(event, ']');
	if (found != NULL) {
		event_text(event, "reason", found->reason);
		if (found->advisory)
			event_flag(event, "advisory", true);
	}
	event_close(event, '}');
}
