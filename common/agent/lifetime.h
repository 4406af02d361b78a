/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LIFETIME_H
#define DAYPASS_AGENT_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

#include "exchange/credential.h"

/*
 * How long a credential is good for, by two clocks: the wall clock, which
 * others go by, and the time since boot, which nobody can set. The less of
 * the two counts: neither a clock that is put back nor a machine that slept
 * makes an old credential young. All in seconds.
 */
struct lifetime {
	int64_t expires; /* unix seconds */
	int64_t ends_ms; /* clock_ms() */
	int64_t length;
};

/* A credential that says no expiry is taken to live this long. */
#define LIFETIME_UNSAID 300

struct lifetime lifetime_of(const struct credential *credential);

/* Seconds left; negative when it is over. */
int64_t lifetime_left(const struct lifetime *lifetime);

/* May it be handed out of the vault? More than max(60 s, 25 %) must be left,
 * for aws more than 15 minutes where its life exceeds 30, and more than
 * min_ttl. */
bool lifetime_enough(
    const struct lifetime *lifetime, unsigned kind, int64_t min_ttl);

/* Past 60 % of its life: time to refresh it ahead. */
bool lifetime_ripe(const struct lifetime *lifetime);

#endif
