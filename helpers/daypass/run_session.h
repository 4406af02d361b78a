/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_RUN_SESSION_H
#define DAYPASS_HELPERS_DAYPASS_RUN_SESSION_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "wire/message.h"

/*
 * The child session that this process leads: opened at the agent, and
 * attended, so that its end and the agent's are noticed. The agent that comes
 * after one that died knows the session from the runtime directory; where
 * it does not, it is opened again.
 */
struct run_session {
	const char *name;
	const char *reason; /* or NULL */
	int64_t ttl;	    /* seconds; 0: as long as we live */
	bool advisory;
	bool sealed; /* our variables count, those of who is inside do not */
	const struct message *named; /* `variable`: more of ours to tell */
	pid_t root; /* the first process of its pid namespace; 0: none */
	char id[64];
	int fd; /* readable when there is news; -1: nobody is attended */
};

/* Starts an agent where none runs. */
int run_session_open(struct run_session *session, struct error *err);

/* Where no agent runs: starts one if `start`, else -1 with FAULT_NONE. Tells
 * it of `root`, so that nobody below is taken for somebody outside when we are
 * killed, in the moment before the namespace is gone too. */
int run_session_attend(
    struct run_session *session, bool start, struct error *err);

enum news {
	NEWS_NONE,
	NEWS_OVER,    /* `why`: nothing more is handed out */
	NEWS_ENDED,   /* the agent has ended, as it was told to */
	NEWS_DIED,    /* the agent is gone without a word */
	NEWS_UNKNOWN, /* this agent does not know the session */
};
enum news run_session_read(struct run_session *session, char why[256]);

#endif
