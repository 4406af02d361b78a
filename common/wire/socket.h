/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_SOCKET_H
#define DAYPASS_WIRE_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SOCKET_NAME "agent.sock"

/*
 * Connects to the agent's socket in the runtime directory that is open as
 * `directory`, and checks that the agent runs as us. Waits while the agent is
 * too busy to take us, for `patience` ms, which bounds the sending too. -1
 * with FAULT_NONE: nobody listens there.
 */
int socket_connect(int directory, int64_t patience, struct error *err);

/*
 * Sends a request and reads one whole message, *got bytes, into
 * answer[0..capacity), unless `patience` ms pass without any. -1 with
 * FAULT_NONE: the other end went away before it had answered.
 */
int socket_ask(int fd, const char *request, size_t length, char *answer,
    size_t capacity, size_t *got, int64_t patience, struct error *err);

#endif
