/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_IDTOKEN_H
#define DAYPASS_HELPERS_CALLOUT_IDTOKEN_H

#include <stdint.h>

#include "helpers/callout/compact.h"
#include "helpers/callout/refusal.h"
#include "helpers/callout/rules.h"
#include "helpers/callout/signature.h"

/*
 * An id token (OpenID Connect Core 2, RFC 7519, RFC 8725): read, held against
 * its issuer's rule, and last, when there is a key, verified. What is cheap to
 * refuse is refused first, so that a stranger makes nobody fetch keys.
 */
#define IDTOKEN_MAX (16 * 1024)

struct idtoken {
	struct compact compact;
	enum algorithm algorithm;
	const char *kid; /* NULL where it has none */
	const char *issuer, *subject;
	int64_t expires;
};

/* Takes it apart. What it points to is the token's text, or its own. -1:
 * refused; what could be read before is there for the record. */
int idtoken_read(const char *text, struct idtoken *token, struct refusal *why);
void idtoken_clear(struct idtoken *token);

static inline void
idtoken_scoped(struct idtoken *token)
{
	idtoken_clear(token);
}

/* Algorithm, audience and times at the unix time `now`. */
int idtoken_check(const struct idtoken *token, const struct issuer_rule *rule,
    int64_t now, struct refusal *why);

/* Was it signed with this key? */
int idtoken_verify(const struct idtoken *token, const struct verifier *verifier,
    struct refusal *why);

#endif
