/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_VERDICT_H
#define DAYPASS_AGENT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/settings.h"

/* From the laxest to the strictest. */
enum decision { DECISION_ALLOW, DECISION_APPROVE, DECISION_DENY };

/* "allow", "approve", "deny". */
const char *decision_name(enum decision decision);

/*
 * What the policies say to a request: the strictest decision of all that were
 * asked, and the least that each of them leaves. A verdict that is all zeroes
 * allows and narrows nothing.
 */
struct verdict {
	enum decision decision;
	bool wants_claims; /* it hangs on claims that are not known yet */
	char *policy;	   /* whose word it was; NULL: nobody's */
	char *rule;	   /* NULL: of no rule */
	char *why;	   /* of a denial, in a sentence */
	int64_t max_ttl;   /* seconds; 0: no limit */
	/* What the exchange may be asked for at most: `scope` (repeats),
	 * `session-policy`, `boundary`, `identity-name`; NULL: anything. */
	struct settings *limits;
	/* Of these, what the user's file alone says. It must not be another
	 * word for what the system's file defines. */
	bool users_scope, users_identity;
	/* Said by policies for sessions within the outermost one alone, whose
	 * names are the word of who is inside: it must not be another word for
	 * what that one is given, either. */
	bool inner_scope, inner_identity;
	/* Of the rules that want an approval, each whole: one that was changed
	 * is not what was approved. */
	unsigned char asks[DIGEST_SIZE];
};

void verdict_clear(struct verdict *verdict);

/* Makes it a denial, unless it is one: the first reason stands. -1: no memory
 * for the names; it is a denial all the same. */
int verdict_deny(struct verdict *verdict, const char *policy, const char *rule,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Lays the word of one policy's rule over it: the stricter decision, the
 * shorter life, the scopes that both leave. Limits of two rules that cannot be
 * joined (two session policies) deny. -1: no memory (FAULT_SYSTEM).
 */
int verdict_join(struct verdict *verdict, const char *policy, const char *name,
    const struct settings *rule, struct error *err);

/* Is `inner` the same as `outer` or below it: "acme/web" below "acme"? */
bool verdict_within(const char *inner, const char *outer);

#endif
