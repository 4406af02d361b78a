/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_NATSJWT_H
#define DAYPASS_HELPERS_CALLOUT_NATSJWT_H

#include "helpers/callout/compact.h"
#include "helpers/callout/nkey.h"

/*
 * The JWTs of NATS (github.com/nats-io/jwt, version 2): header
 * {"typ":"JWT","alg":"ed25519-nkey"}, `iss` the public nkey that signed.
 */
struct signer {
	struct secret *key; /* seal_sign_key() */
	char public[NKEY_PUBLIC];
};

/* Reads one and verifies that its `iss`, an nkey of this type, signed it.
 * The issuer goes to `issuer`. -1: it does not hold; *what says why. */
int natsjwt_read(const char *text, size_t length, enum nkey_type type,
    struct compact *compact, char issuer[NKEY_PUBLIC], const char **what);

/* Appends the token of these claims, which must say `iss` and all else. -1:
 * no room. */
int natsjwt_write(const struct signer *signer, const struct buffer *claims,
    struct buffer *token);

#endif
