/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_RECALL_H
#define DAYPASS_AGENT_RECALL_H

#include "agent/agent.h"

/*
 * Takes credentials back while the session goes on: those that a policy cuts
 * short, when they are due, and those of a child session that has ended.
 */
struct recall;

struct recall *recall_new(struct agent *agent); /* NULL: no memory */
void recall_free(struct recall *recall);

/* A line of the ledger has got a time at which it is due. For lack of memory
 * nothing may be done then: it is told now and then that this is so. */
void recall_due(struct recall *recall);

/* Takes back all that was minted for a session, and forgets what is in the
 * vault for it. What cannot be taken back now is tried again. */
void recall_session(struct recall *recall, const char *session);

/* Calls empty(arg) once when nothing is being taken back, perhaps at once. NULL
 * takes that back. */
void recall_on_empty(
    struct recall *recall, void (*empty)(void *arg), void *arg);

/* Gives up what is being taken back: others will try again. */
void recall_stop(struct recall *recall);

#endif
