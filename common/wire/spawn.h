/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_SPAWN_H
#define DAYPASS_WIRE_SPAWN_H

#include "base/error.h"

/*
 * Runs `daypass-agent OPTION 3` with `fd` as its descriptor 3 and returns once
 * it runs. It is nobody's child and in a session of its own; 0 to 2 are
 * /dev/null and nothing else is open, so that no caller who waits for the end
 * of our output waits for the agent. Its first reading of the configuration
 * has begun by then: it is told which child of its own that is (--config-fd,
 * --config-pid). -1: it could not be run.
 */
int spawn_agent(const char *option, int fd, struct error *err);

#endif
