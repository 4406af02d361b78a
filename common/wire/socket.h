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

/* One request and its answer. */
struct conversation {
	const char *request;
	size_t length;
	char *answer; /* room for it */
	size_t capacity;
	size_t got;	  /* out: the answer's length */
	int64_t patience; /* ms that may pass without a byte */
	/* Where the agent says that a person has to be waited for: that is
	 * told (bytes[0..length) is the message, to be taken apart in place),
	 * and the answer has this long in ms. NULL: it is not told. */
	void (*told)(char *bytes, size_t length);
	int64_t long_patience;
};

/*
 * Sends the request and reads one whole message that is no `wait`. -1 with
 * FAULT_NONE: the other end went away before it had answered.
 */
int socket_ask(int fd, struct conversation *ask, struct error *err);

#endif
