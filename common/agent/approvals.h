/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_APPROVALS_H
#define DAYPASS_AGENT_APPROVALS_H

#include "agent/agent.h"
#include "agent/list.h"
#include "agent/road.h"

/*
 * Requests that a policy wants a person to approve. One request for one
 * session, target and narrowed credential, however often its tool tries
 * again. Silence is a refusal. What is granted holds for a time, or for those
 * who wait now and nobody else.
 */
struct approvals;

#define APPROVAL_ID 9

enum approval_state { APPROVAL_PENDING, APPROVAL_GRANTED, APPROVAL_DENIED };

struct approval {
	struct link link;
	char id[APPROVAL_ID];
	unsigned char key[DIGEST_SIZE]; /* what it is good for */
	enum approval_state state;
	struct road *road; /* as narrowed */
	char *actor;
	char *reason; /* of the session, or NULL */
	int64_t since;	 /* unix seconds */
	int64_t expires; /* unix seconds: of the request, grant or denial */
	bool once;	 /* granted to those who waited, and over */
	char *why;	 /* of a denial, or NULL */
	struct timer *timer;
	struct link applicants;
	struct approvals *approvals;
};

/* Who waits. done is called once: err is NULL when it was granted. */
struct applicant {
	struct link link;
	void (*done)(struct applicant *applicant, const struct error *err);
};
void applicant_cancel(struct applicant *applicant);

struct approvals *approvals_new(struct agent *agent); /* NULL: no memory */
void approvals_free(struct approvals *approvals);

/*
 * May this road be taken? 1: it was granted. 0: somebody has to say; the
 * applicant is told, and *pending is the request. -1: it was denied, or there
 * are too many requests (FAULT_REFUSED, stage policy).
 */
int approvals_ask(struct approvals *approvals, const struct config *config,
    struct road *road, const char *actor, struct applicant *applicant,
    struct approval **pending, struct error *err);

/* NULL: there is none of this id. */
struct approval *approvals_find(
    struct approvals *approvals, const char *id);

/* Grants for `seconds`, or only to those who wait now. */
void approval_grant(struct approval *approval, int64_t seconds, bool once);
void approval_deny(struct approval *approval, const char *why);

/* What a session asked for is nobody's wish any more. */
void approvals_drop_session(
    struct approvals *approvals, const char *session);

/* All, oldest first: for list_each over `link`. */
struct link *approvals_all(struct approvals *approvals);

/* One as a JSON object, for `daypass approvals --json` and for the command
 * that tells a person. What the asker wrote is escaped. */
struct buffer;
void approval_json(const struct approval *approval, struct buffer *out);

#endif
