/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_PLACES_H
#define DAYPASS_AGENT_PLACES_H

#include "agent/road.h"

/*
 * Whom the mints of a configuration would speak to: the identities that are
 * taken, and the exchanges of every credential and binding, each host once.
 * Offline. A binding with a glob counts as far as its hosts are the same
 * whatever the glob stands for.
 */
#define PLACES_MAX 32
#define PLACE_URL 320 /* a scheme, a host and a port */

struct place {
	char url[PLACE_URL];
	char socket[IDENTITY_SOCKET_MAX]; /* or "" */
	bool link_local;
	char whose[160]; /* [credential "dev"]: the first that wants it */
};

struct places {
	size_t count;
	unsigned omitted; /* that have found no room, or were not looked for */
	struct place place[PLACES_MAX];
};

/* Of the request only what the asker has for identities and exchanges counts.
 * ROAD_FOUND, or ROAD_WANT with `want`. */
enum road_result places_find(const struct config *config,
    const struct message *request, struct places *places,
    char want[AROUND_WANT]);

#endif
