/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_START_H
#define DAYPASS_WIRE_START_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Starts the agent, unless somebody else just did, and connects to it; gives
 * the socket. Where no agent can stay it gives one that serves one request.
 * -1 with FAULT_NONE: it ended as soon as it had started.
 */
int start_agent(bool quiet, int64_t deadline, struct error *err);

#endif
