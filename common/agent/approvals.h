/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_APPROVALS_H
#define DAYPASS_AGENT_APPROVALS_H

#include "agent/actor.h"
#include "agent/agent.h"
#include "agent/list.h"
#include "agent/road.h"

/*
 * Requests that a policy wants a person to approve. One request for one
 * session, principal, credential, target and narrowed request, however often
 * its tool tries again, and however many tools wait. Silence is a refusal.
 * What is granted holds for a time, or for those who wait now and nobody else;
 * what was minted by it is taken back at the grant's end, where it can be.
 */
struct approvals;
struct asker;

#define APPROVAL_ID 9
#define APPROVAL_ID_LEAST 4 /* letters of it that are enough to name it */

enum approval_state { APPROVAL_PENDING, APPROVAL_GRANTED, APPROVAL_DENIED };

struct approval {
	struct link link;
	char id[APPROVAL_ID];
	unsigned char key[DIGEST_SIZE]; /* road_grant_key */
	enum approval_state state;
	struct road *road; /* as narrowed */
	char *actor;
	char *outermost; /* the outermost child session's name, or self's */
	char *reason;	 /* of the session, or NULL */
	int64_t since;	 /* unix seconds */
	int64_t expires; /* unix seconds: of the request, grant or denial */
	bool once;	 /* granted to those who waited, and over */
	char *why;	 /* of a denial, or NULL */
	char *approver;	 /* who has answered, or NULL */
	struct timer *timer;
	struct link applicants;
	struct approvals *approvals;
};

/* Who waits. done is called once: with the grant (valid during the call), or
 * with the error that says why there is none. */
struct applicant {
	struct link link;
	void (*done)(struct applicant *applicant, const struct approval *grant,
	    const struct error *err);
};
void applicant_cancel(struct applicant *applicant);

struct approvals *approvals_new(struct agent *agent); /* NULL: no memory */
void approvals_free(struct approvals *approvals);

/*
 * May this road be taken? 1: it was granted. 0: somebody has to say, and the
 * applicant will be told. Of both *approval is the request, valid during the
 * call. -1: it was denied, or too many wait (FAULT_REFUSED, stage policy).
 */
int approvals_ask(struct approvals *approvals, const struct config *config,
    struct road *road, const struct actor *actor, struct applicant *applicant,
    const struct approval **approval, struct error *err);

/* Was this road granted? Nobody is asked. */
bool approvals_granted(struct approvals *approvals, const struct road *road);

/*
 * The request that waits and whose id is or begins with `id`. NULL, and *err
 * says what became of it: none, several, decided already (FAULT_REFUSED), gone
 * and why.
 */
struct approval *approvals_find(
    struct approvals *approvals, const char *id, struct error *err);

/* Grants for `seconds`; `once`: to those who wait now, and nobody else. -1: no
 * memory, and it waits on. `by` is who says so. It may be gone afterwards. */
int approval_grant(struct approval *approval, int64_t seconds, bool once,
    struct asker *by, struct error *err);
void approval_deny(
    struct approval *approval, const char *why, struct asker *by);

/* What a session asked for is nobody's wish any more. */
void approvals_drop_session(struct approvals *approvals, const char *session);

/* The agent is at its end: whoever waits is told so. */
void approvals_end(struct approvals *approvals);

/* All, oldest first: for list_each over `link`. */
struct link *approvals_all(struct approvals *approvals);

/* Differs after every change: one that was asked for, decided or is over. */
int64_t approvals_serial(const struct approvals *approvals);

/* Who waits for the next change; done is called once. */
struct watching {
	struct link link;
	void (*done)(struct watching *watching);
};
void watching_start(struct approvals *approvals, struct watching *watching);
void watching_cancel(struct watching *watching);

/* One as a JSON object, for `daypass approvals --json` and for the command
 * that tells a person. What the asker wrote is escaped. */
struct buffer;
void approval_json(const struct approval *approval, struct buffer *out);

#endif
