/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_ANSWER_H
#define DAYPASS_HELPERS_CALLOUT_ANSWER_H

#include "base/buffer.h"
#include "helpers/callout/decision.h"

/*
 * What the server is told: an authorization response (jwt/v2) signed with the
 * account's key, with a user JWT in it, or an error that says no more than the
 * record's id. Sealed where the request was. The permissions are all that is
 * allowed: where the map has no `publish` or no `subscribe`, everything is
 * denied, for to NATS an empty list means anything.
 */
#define ANSWER_MAX (256 * 1024)

/* Appends it; nothing, which refuses as well, where there is no key to sign
 * it. 0; -1: no memory, or more than fits: nobody gets in. */
int answer_write(
    const struct decision *decision, int64_t now, struct buffer *out);

#endif
