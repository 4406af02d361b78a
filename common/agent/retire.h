/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_RETIRE_H
#define DAYPASS_AGENT_RETIRE_H

#include <stdbool.h>

#include "agent/agent.h"

/*
 * An agent lives as long as its session, and its programs may be replaced
 * meanwhile. When a helper of a newer version asks, the agent answers as ever
 * and then makes room for its successor, unless that would lose something: a
 * credential that is still to be revoked, or a request that waits.
 */
void retire_for(struct agent *agent, const char *version);

/* Is version `a` ("1.10.2") newer than `b`, number by number? What is no
 * version is not. */
bool retire_is_newer(const char *a, const char *b);

#endif
