/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_RULE_H
#define DAYPASS_AGENT_RULE_H

#include <stdbool.h>

#include "base/settings.h"

/*
 * What is to be judged, as the agent resolved it: the tool is the asker's
 * word, all else is not.
 */
struct asking {
	const char *tool;
	const char *target; /* the canonical one; "" where there is none */
	/* "id-token:AUDIENCE" where the identity's own token would go out, else
	 * NULL. Only a rule that says so lets it. */
	const char *id_token;
	/* The names of the chain's credentials, the last one first;
	 * NULL-terminated; none for the identity's own token. */
	const char *const *credentials;
	const struct settings *claims; /* of the id token; NULL: not known */
	int minute;		       /* of the day, local time */
};

enum rule_match {
	RULE_NO,
	RULE_YES,
	RULE_BELOW, /* one that asks, for what lies below its target alone */
	RULE_UNSURE /* the claims would tell */
};

/*
 * Does a [rule] apply? All its keys must: `tool`, `target` and `credential`
 * (globs), every `claim`, one of the `hours`. A rule that hands something out
 * wants the last credential of the chain to match, one that denies or asks
 * any of them: what is made of a guarded credential is guarded too. So is what
 * lies below a guarded target, and another spelling of its letters.
 */
enum rule_match rule_matches(
    const struct settings *rule, const struct asking *asking);

/* Minutes since midnight of "HH:MM"; -1: it is none. */
int rule_minute(const char *text);

#endif
