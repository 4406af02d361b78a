/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_REVOKING_H
#define DAYPASS_AGENT_REVOKING_H

#include "agent/agent.h"
#include "agent/ledger.h"

/*
 * Takes lines of the ledger back, in parallel, each in a child of its own, as
 * many at a time as children are good for. What was revoked is struck out of
 * the ledger; what was not stays there, to be tried again at the end.
 */
struct revoking;

/* What became of one line. */
struct revocation {
	struct link link;
	struct revoking *revoking;
	struct ledger_line *line; /* NULL: its turn is over */
	struct mint *mint;	  /* while it is being revoked */
	char *name;		  /* of the credential */
	int64_t expires;
	bool revoked;
};

/* done(arg) is called once, when all have been tried or `deadline` (clock_ms)
 * is there; it may free the revoking. NULL: no memory. */
struct revoking *revoking_new(
    struct agent *agent, void (*done)(void *arg), void *arg);
void revoking_free(struct revoking *revoking);

/* Adds a line. No memory: it is left out. */
void revoking_add(struct revoking *revoking, struct ledger_line *line);

/* May call done before it returns. */
void revoking_start(struct revoking *revoking, int64_t deadline);

/* All that were added: for list_each over `link`. */
struct link *revoking_all(struct revoking *revoking);

#endif
