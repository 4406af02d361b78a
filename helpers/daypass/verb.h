/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_VERB_H
#define DAYPASS_HELPERS_DAYPASS_VERB_H

#include "base/options.h"

/* The command for people: one file a verb, each defines one of these, and
 * main.c lists them in the order of --help. */
struct verb {
	const char *word;
	struct command command; /* its name is "daypass WORD" */
	bool stops;		/* options end at the first word that is none */
	/* argv[1..argc) are the arguments that are no options. Gives the exit
	 * code. */
	int (*run)(int argc, char **argv);
};

extern const struct verb verb_init;
extern const struct verb verb_status;
extern const struct verb verb_doctor;
extern const struct verb verb_setup;
extern const struct verb verb_token;
extern const struct verb verb_audit;
extern const struct verb verb_curl;
extern const struct verb verb_run;
extern const struct verb verb_login;
extern const struct verb verb_logout;
extern const struct verb verb_approvals;
extern const struct verb verb_approve;
extern const struct verb verb_deny;
extern const struct verb verb_end;
extern const struct verb verb_begin;

/* Tells the error on standard error and gives its exit code. */
int verb_fail(const struct error *err);

/* -1: there are arguments, and the verb takes none. */
int verb_alone(int argc, char **argv, struct error *err);

#endif
