/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_AGENT_H
#define DAYPASS_AGENT_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "agent/loop.h"
#include "agent/tally.h"

/* The session agent as a whole: what its parts share. */
struct agent {
	struct loop *loop;
	struct reader *reader;	     /* the configuration */
	struct vault *vault;	     /* credentials at rest */
	struct flights *flights;     /* mints in progress */
	struct rests *rests;	     /* failures at rest */
	struct ledger *ledger;	     /* what must be revoked */
	struct sessions *sessions;   /* opened by `daypass run` */
	struct approvals *approvals; /* what waits for a person's word */
	struct audit *audit;	     /* what was decided, for [audit] */
	struct recall *recall;	     /* what is revoked while it goes on */
	struct network *network;     /* how mints reach it */
	struct keeper *keeper;	     /* secrets that identities keep */
	struct login *login;	     /* that a person has begun, or NULL */
	struct listener *listener;
	struct log *log;
	struct ending *ending; /* NULL until the session ends */
	struct tally tally;
	char session[33]; /* the session's id */
	char source[64];  /* the identity that was asked last */
	int64_t since;	  /* unix seconds */
	int64_t skew;	  /* of others' clocks against ours, in seconds */
	struct timer *tick;
	struct timer *retirement; /* a newer helper has asked */
	int leader;		  /* a pidfd of the session's leader, or -1 */
	struct watch *leader_watch;
	pid_t leader_pid; /* no pidfd: it has to be looked for */
	uint64_t leader_began;
	bool leaderless;    /* the leader was gone before the session began */
	int64_t last_asked; /* clock_ms() */
	unsigned askers;    /* connections that are open */
	bool once;	    /* one request, then nothing is left */
	bool foreground;    /* on a terminal */
};

#endif
