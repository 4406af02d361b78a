/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LEADER_H
#define DAYPASS_AGENT_LEADER_H

#include "agent/agent.h"

/* [session] leader: the session ends with this process. */

/* Follows the one that the setting names (NULL, "none": nobody), unless one
 * is followed already. One that is gone already is a mistake to be told (see
 * get.c), not a session that ends before it has answered. */
void leader_follow(struct agent *agent, const char *setting);

/* For a kernel without pidfds, where nobody tells of its end: is one followed
 * that has to be looked for now and then, and is it gone? */
bool leader_is_looked_for(const struct agent *agent);
bool leader_is_gone(const struct agent *agent);

#endif
