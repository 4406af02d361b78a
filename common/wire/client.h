/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_CLIENT_H
#define DAYPASS_WIRE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "wire/message.h"

/*
 * The helper's end: one request, one answer. libc alone. Finds the runtime
 * directory, connects to the agent (or starts it: one starter at a time),
 * checks that it is ours, asks, and comes again when the agent died, until
 * the deadline. Where no agent can stay, one serves this request over a
 * socketpair and ends.
 */
struct client {
	struct writing writing;
	size_t answered; /* bytes of the answer */
	bool quiet;	 /* says nothing on stderr */
	int patience;	 /* seconds, see client_patience */
	bool no_start;	 /* where no agent runs: error ENOENT, FAULT_NONE */
	char request[MESSAGE_MAX];
	char answer[MESSAGE_MAX];
	struct message message; /* the answer */
};

/* Starts a request with `verb`; add to client->writing. What every request
 * carries (the configuration's path, the asker's variables that identities
 * and exchanges read) is there already. */
void client_start(struct client *client, const char *verb);

/* How long this request may be kept waiting for a person who has to approve
 * it, in seconds; without it, it is not. What is waited for is said on
 * stderr. */
void client_patience(struct client *client, int seconds);

/*
 * Sends the request and reads the answer into client->message. 0: an answer
 * arrived, of whatever verdict: "ok", "none" or "error". -1: none did.
 */
int client_ask(struct client *client, struct error *err);

/* client_ask, with a verdict "error" turned into *err and -1, and "none"
 * into 1. */
int client_answer(struct client *client, struct error *err);

/* Wipes both buffers. */
void client_wipe(struct client *client);

#endif
