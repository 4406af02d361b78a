/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_REQUEST_H
#define DAYPASS_HELPERS_CALLOUT_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "helpers/callout/compact.h"
#include "helpers/callout/nkey.h"
#include "helpers/callout/refusal.h"

/*
 * What the server asks (jwt/v2, authorization_request): who connects, with
 * what. It comes from a NATS server whose key nobody vouches for: that it was
 * sent in the callout's account, and sealed for our xkey, is all the proof
 * there is. Its signature shows that server, user key and token belong
 * together.
 */
#define REQUEST_MAX (256 * 1024)
#define REQUEST_LEEWAY 30 /* seconds between the server's clock and ours */

struct request {
	struct compact compact;
	char server[NKEY_PUBLIC];  /* its id, and who signed */
	char user[NKEY_PUBLIC];	   /* whom the answer must be about: a key of
				      one request alone, unlike its jti */
	char account[NKEY_PUBLIC]; /* whose key must sign the answer */
	const char *xkey;	   /* the server's; "" where it has none */
	int64_t expires;	   /* unix seconds */
	const char *token;	   /* what the client handed in, or NULL */
	/* of the client, as it says or the server saw */
	const char *host, *name;
	const char *kind; /* nats, websocket, mqtt, leafnode; "": another */
	int64_t client;
};

/* Reads one at the unix time `now`. What it points to is the request's. -1:
 * it is not to be believed. */
int request_read(const char *text, size_t length, int64_t now,
    struct request *request, struct refusal *why);
void request_clear(struct request *request);

static inline void
request_scoped(struct request *request)
{
	request_clear(request);
}

#endif
