/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_FLIGHT_INNER_H
#define DAYPASS_AGENT_FLIGHT_INNER_H

#include "agent/flight.h"
#include "agent/keeper.h"
#include "agent/ledger.h"
#include "agent/mint.h"

/* What the flight_*.c files share. */

struct flights {
	struct link all;
	struct link queue; /* those that wait for a child to be free */
	unsigned children;
	void (*empty)(void *arg);
	void *arg;
};

struct flight {
	struct link link;
	struct link queued;
	struct agent *agent;
	struct road *road;
	size_t step;
	struct wish wish;
	struct link waiters;
	struct waiter input_waiter; /* for the step before, then the actor */
	struct credential *input;   /* while queued, or the actor is awaited */
	struct credential *actor;   /* while queued */
	struct mint *mint;
	struct loan *loan;	  /* of what its identity keeps */
	struct ledger_line *line; /* for what comes; NULL: it is not written */
	bool left;     /* its session is over: nobody is to have it */
	bool again;    /* the input was stale once already */
	bool stumbled; /* its process was killed by a stranger */
};

static inline const struct step *
flight_step(const struct flight *flight)
{
	return &flight->road->steps[flight->step];
}

/* Is it for the credential that is handed out? */
static inline bool
flight_is_last(const struct flight *flight)
{
	return flight->step + 1 == flight->road->count;
}

/* flights.c: all that are in the air. NULL: no memory; none with that key. */
struct flight *flight_new(struct agent *agent, struct road *road, size_t step,
    const struct wish *wish);
struct flight *flight_find(
    struct flights *flights, const unsigned char key[DIGEST_SIZE]);
void flight_free(struct flight *flight);

/* Takes it off the list, tells everybody who waits, frees it, and calls who
 * waits for an empty sky. */
void flight_end(struct flight *flight, const struct credential *credential,
    const struct error *err);

/* flight_mint.c: from the start to the landing. Gets the input of the step
 * first, where it has one. */
void flight_start(struct flight *flight);

/* Ends it with this error, whose stage and step it names. */
void flight_fail(struct flight *flight, const struct error *err);

/* flight_land.c: may what was minted be handed out? -1: not; it was taken
 * over, and goes back where it can. */
int flight_check(
    struct flight *flight, struct credential **credential, struct error *err);

/* What was minted could not be read: it goes back when it can be. */
void flight_lose(struct flight *flight, struct secret *unread);

/* Takes over what was minted: to the vault if it may be handed out of it
 * later, to the ledger if it can be revoked, and to everyone who waits. */
void flight_land(struct flight *flight, struct credential *credential);

#endif
