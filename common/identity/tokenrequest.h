/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_IDENTITY_TOKENREQUEST_H
#define DAYPASS_IDENTITY_TOKENREQUEST_H

#include "identity/identity.h"

/*
 * An id token out of a platform's own HTTP endpoint: one request, and a reply
 * that holds the token as a JSON member or is the token. An error reply's
 * words ({"message": "..."}, {"error": "..."}, or a line of plain text) are
 * shown without what was sent.
 */
struct tokenrequest {
	const char *method;
	const char *url;
	const char *socket; /* as in struct http_request, and so are these */
	bool link_local;
	const char *const *headers; /* NULL-terminated, or NULL */
	const char *mark_name;
	const char *mark;
	const char *unmarked;	/* what it means that a reply has no mark */
	const char *scheme;	/* of Authorization: "Bearer" */
	const char *credential; /* its value; NULL: none is sent */
	const char *body;	/* JSON, nothing secret in it; or NULL */
	const char *member;	/* of the reply; NULL: all of it */
	const char *denied;	/* why 401 and 403, and what to do */
	const char *missing;	/* why 404; NULL: it says nothing */
};

/* FAULT_IDENTITY: 401, 403, a page to sign in at (203), 404 if that has a
 * meaning, no mark, or what is no token. FAULT_NETWORK: no reply, 429, 5xx.
 * FAULT_REFUSED: any other. */
int tokenrequest_send(const struct identity_mint *mint,
    const struct tokenrequest *request, struct secret **token,
    struct error *err);

#endif
