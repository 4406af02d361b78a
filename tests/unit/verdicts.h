/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_VERDICTS_H
#define DAYPASS_TESTS_VERDICTS_H

#include <stddef.h>

struct config;

/* Sections of a configuration, for short. */
#define POLICY(actor, rules) "[policy \"" actor "\"]\n" rules
#define USE(name) "rule = " name "\n"
#define RULE(name, more) "[rule \"" name "\"]\n" more
#define ALLOW "verdict = allow\n"
#define APPROVE "verdict = approve\n"
#define DENY "verdict = deny\n"

/* One rule for everybody. */
#define ONE(more) POLICY("**", USE("r")) RULE("r", more)
#define GIT "git https://github.com/acme/web github"
/* {"a":1}, as it is written in a file. */
#define OTHER "\"{\\\"a\\\":1}\""
#define NO_RULE "deny **/: no rule of it matches"

/*
 * A row: the system's file and the user's (NULL: none), who asks for what, and
 * the verdict. A request: ACTOR>AROUND... TOOL TARGET CREDENTIAL,... [HH:MM]
 * [NAME=VALUE ...]; a target of "id-token:..." is the identity's own token;
 * `?` for claims that are not known. A verdict:
 *	deny POLICY/RULE: WHY
 *	allow|approve [POLICY/RULE] [ttl=SECONDS] [KEY=VALUE ...]
 *	unsure ...	it hangs on claims that are not known
 * What a mistake is, is the configuration's to say: nothing behind "mistake"
 * is compared.
 */
struct row {
	const char *system;
	const char *user;
	const char *request;
	const char *expected;
};

void verdicts_check(const struct row *rows, size_t count);

/* The verdict in words, in static memory. */
const char *verdicts_of(const struct config *config, const char *request);

#endif
