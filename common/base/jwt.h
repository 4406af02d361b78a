/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_JWT_H
#define DAYPASS_BASE_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

/* The claims of a JWT (RFC 7519) as far as a client needs them: for expiry
 * and for messages. Nothing is verified here; that is the other side's part.
 * Texts are made printable; what does not fit ends in "...". */
struct jwt {
	char issuer[256];
	char subject[256];
	char audience[512]; /* several joined by a space */
	int64_t expires;    /* unix seconds; 0 when not said. Beyond the year
			       9999 counts as 9999 */
	int64_t issued;	    /* iat, or 0 */
};

/* -1 with FAULT_IDENTITY: not three segments of base64url (no padding) with a
 * JSON object in the first two. FAULT_SYSTEM: no memory to tell. */
int jwt_read(const struct secret *token, struct jwt *jwt, struct error *err);

/* Does the token's `aud` hold this audience exactly? */
bool jwt_has_audience(const struct secret *token, const char *audience);

/* One claim that is a string or number, into `text`. 1: there; 0: there is
 * none, or it does not fit; -1: no memory to tell. */
int jwt_claim(
    const struct secret *token, const char *name, char *text, size_t size);

/* All top-level claims that are a string, number or truth value, or an array
 * of strings (one for each), as NAME=VALUE with the byte 037 between them,
 * appended to `out`. What does not fit into JWT_CLAIM_MAX or holds a control
 * byte is left out, and so is what is no JWT. -1: no memory, or no room. */
#define JWT_CLAIM_MAX 1024
struct buffer;
int jwt_claims(const struct secret *token, struct buffer *out);

#endif
