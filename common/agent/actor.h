/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ACTOR_H
#define DAYPASS_AGENT_ACTOR_H

#include <stdbool.h>

/* The actor that nobody opened with `daypass run`, and the one of whom it is
 * not known which it is. */
#define ACTOR_SELF "self"
#define ACTOR_UNKNOWN "unknown"

/* How deep `daypass run` may be nested. */
#define ACTOR_DEPTH 8

/* Who asks: a session, and the sessions around it. */
struct actor {
	const char *session; /* its id; ACTOR_SELF, ACTOR_UNKNOWN */
	/* Their names, the innermost first, `self` last; NULL-terminated. What
	 * is inside may never have more than what is around it. */
	const char *names[ACTOR_DEPTH + 2];
};

/* The actor `self`, and the one that cannot be told. */
extern const struct actor actor_self;
extern const struct actor actor_unknown;
bool actor_is_self(const struct actor *actor);

#endif
