/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_FLIGHT_H
#define DAYPASS_AGENT_FLIGHT_H

#include "agent/agent.h"
#include "agent/list.h"
#include "agent/road.h"

/*
 * A flight is one mint in progress and everybody who waits for it. Each step
 * of a road has its own, so a chain of steps is a chain of flights, and each
 * step is minted once however many ask.
 */
struct flights;

struct flights *flights_new(void);
void flights_free(struct flights *flights); /* kills what is in the air */

/* Kills what is in the air, of one identity or (NULL) of all; everybody who
 * waits is told this error. */
void flights_crash(struct flights *flights, const struct identity *identity,
    const struct error *err);

/* The session is over: everybody who waits is told this error. What is in the
 * air and could be taken back lands, to be taken back; the rest is killed. */
void flights_leave(
    struct flights *flights, const char *session, const struct error *err);

/* Starts those that wait for a child, or for a loan, that has become free. */
void flights_start_queued(struct agent *agent);

/* Calls empty(arg) once when nothing is in the air, perhaps at once. NULL
 * takes that back. */
void flights_on_empty(
    struct flights *flights, void (*empty)(void *arg), void *arg);

/* Who waits. Embedded in whatever waits; done is called once, with either a
 * credential (valid during the call) or an error, unless the waiter is
 * cancelled first. */
struct waiter {
	struct link link;
	void (*done)(struct waiter *waiter, const struct credential *credential,
	    const struct error *err);
};
void waiter_cancel(struct waiter *waiter);

/* How it is wanted. */
struct wish {
	int64_t min_ttl;  /* seconds that must be left */
	int64_t deadline; /* clock_ms() */
	bool force;	  /* mint anew, all steps, rest or not */
	bool anew;	  /* this step anew; the identity is asked again */
	bool refresh;	  /* ahead of time: nobody waits */
	/* Unix seconds: the end of the grant that it is wanted by; 0: of none.
	 * Nothing is refreshed beyond, what is minted asks for no more, and
	 * what can be taken back is taken back then. */
	int64_t until;
};

/* Wants the credential of one step: out of the vault, or by joining or
 * starting a flight. May call waiter->done before it returns. Keeps its own
 * reference to the road. `waiter` is NULL for a refresh. */
void flight_want(struct agent *agent, struct road *road, size_t step,
    const struct wish *wish, struct waiter *waiter);

#endif
