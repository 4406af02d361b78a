/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_ROADS_H
#define DAYPASS_TESTS_ROADS_H

#include "agent/actor.h"
#include "agent/road.h"

/* Sections of a configuration, for short. */
#define CREDENTIAL(name, exchange, more) \
	"[credential \"" name "\"]\nexchange = " exchange "\n" more "\n"
#define BINDING(tool, pattern, credential) \
	"[" tool " \"" pattern "\"]\ncredential = " credential "\n"
#define ROLE(name) "arn:aws:iam::123456789012:role/" name
#define DEV                                   \
	CREDENTIAL("dev", "aws-web-identity", \
	    "role = " ROLE("dev") "\nregion = eu-west-1")
#define POOL                                                \
	"//iam.googleapis.com/projects/1/locations/global/" \
	"workloadIdentityPools/p/providers/w"
#define GCP CREDENTIAL("gcp", "gcp-federation", "audience = " POOL)

/* A job of GitHub's asks, so that the automatic identity is github-actions. */
#define JOB                                                             \
	"env.HOME=/home/x env.ACTIONS_ID_TOKEN_REQUEST_URL=https://u/ " \
	"env.ACTIONS_ID_TOKEN_REQUEST_TOKEN=t "

/* Who asks, and what is known of them. */
extern const struct actor *roads_actor;
extern const struct settings *roads_claims;

/* Takes away whatever of our own environment an identity would see. */
void roads_begin(void);

/*
 * Looks for a road by two configuration files (NULL: none) and a request, its
 * lines separated by spaces. *road is the caller's. What came of it in words:
 *	github-actions sts.amazonaws.com > aws-web-identity > aws-ecr
 *	... as USERNAME		where the road has one
 *	none
 *	want NAME
 *	FAULT STAGE: TEXT
 */
const char *roads_find(const char *system, const char *user,
    const char *request, struct road **road);

/* Does the text fit an expectation, in which `*` stands for anything? */
bool roads_fit(const char *expected, const char *text);

#endif
