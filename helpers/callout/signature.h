/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_SIGNATURE_H
#define DAYPASS_HELPERS_CALLOUT_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/scoped.h"

/*
 * The three signatures (RFC 7518 3.3 and 3.4, RFC 8037) that issuers of id
 * tokens use, verified by OpenSSL, which lives in signature.c alone. A JOSE
 * library is more than is wanted here: it brings a JSON reader of its own,
 * takes the algorithm from the token, and Debian's knows no EdDSA.
 */
enum algorithm { RS256, ES256, EDDSA, ALGORITHMS };

/* "RS256", "ES256", "EdDSA"; NULL-terminated, in the order of the enum. */
extern const char *const algorithm_names[];
/* ALGORITHMS: none of them, and so none that is taken. */
enum algorithm algorithm_named(const char *name);

/* A public key, and what it is for. */
struct verifier;

/* Each NULL: not a key of that kind, or one that is too weak (RSA of less
 * than 2048 bits or an even exponent, a point that is not on the curve) or
 * too large to be honest. */
struct verifier *verifier_rsa(
    const void *n, size_t n_length, const void *e, size_t e_length);
struct verifier *verifier_p256(
    const void *x, size_t x_length, const void *y, size_t y_length);
struct verifier *verifier_ed25519(const void *x, size_t length);
void verifier_free(struct verifier *verifier);
SCOPED(verifier, struct verifier *, verifier_free);

enum algorithm verifier_algorithm(const struct verifier *verifier);

/* Did this key sign these bytes? Anything odd is a no. */
bool verifier_check(const struct verifier *verifier, const void *bytes,
    size_t length, const void *signature, size_t signature_length);

#endif
