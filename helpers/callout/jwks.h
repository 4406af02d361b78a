/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_JWKS_H
#define DAYPASS_HELPERS_CALLOUT_JWKS_H

#include "base/error.h"
#include "base/scoped.h"
#include "helpers/callout/signature.h"

/*
 * An issuer's keys (RFC 7517): those of them that sign with an algorithm that
 * is known here. All others are passed over; `x5c`, `x5u` and the like are not
 * looked at.
 */
#define JWKS_KEYS_MAX 64
#define JWKS_KID_MAX 256

struct jwks;

/* NULL: FAULT_REFUSED, no set of keys, or none of them is of use;
 * FAULT_SYSTEM. */
struct jwks *jwks_read(const char *bytes, size_t length, struct error *err);
void jwks_free(struct jwks *jwks);
SCOPED(jwks, struct jwks *, jwks_free);

size_t jwks_count(const struct jwks *jwks);

/* The key of this id that signs so. Without an id (NULL): the only one that
 * signs so. NULL: there is none. */
const struct verifier *jwks_find(
    const struct jwks *jwks, const char *kid, enum algorithm algorithm);

#endif
