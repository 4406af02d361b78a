/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LOGIN_H
#define DAYPASS_AGENT_LOGIN_H

#include "agent/agent.h"
#include "agent/road.h"

/*
 * `daypass login` and `daypass logout`: the agent's part of a talk between a
 * person and an issuer. Each word of it is a short child; in between, what
 * must not be shown to anybody (a verifier, a device code) waits here, for as
 * long as the issuer would wait.
 */

/* Forgets the login that a person has begun, if there is one. */
void login_forget(struct agent *agent);

/* login_talk.c: one word. */
struct talk;

/* Calls done(arg, told, NULL), where `told` is a message, the callee's, or
 * done(arg, NULL, err); once, unless talk_cancel comes first, and not before
 * it returns. `brief` becomes the talk's. NULL: *err says why, `brief` is
 * freed. */
typedef void talk_done(void *arg, struct secret *told, const struct error *err);
struct talk *talk_start(struct agent *agent, struct road *road,
    struct secret *brief, talk_done *done, void *arg, struct error *err);
void talk_cancel(struct talk *talk);

#endif
