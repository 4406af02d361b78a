/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_SESSION_ORIGIN_H
#define DAYPASS_AGENT_SESSION_ORIGIN_H

#include "agent/sessions.h"
#include "base/secret.h"
#include "wire/message.h"

/*
 * A sealed session is one whose members are not believed what is around them:
 * a variable that an identity reads (the host that its command talks to, say)
 * would make the agent, which is outside, do what they may not. What counts
 * is what `daypass run` had when it opened the session, or told an agent that
 * came later. It rests in locked memory, for some of it is secret, and never
 * in a file.
 */

/* The variables of a request, to be kept. NULL: no memory. */
struct secret *session_origin_read(const struct message *request);

/* Adds them to a request; without those that exchanges read. */
void session_origin_write(struct writing *writing, const struct secret *kept);

/* Keeps the variables of a request for this session. -1: no memory. */
int session_origin_keep(struct session *session, const struct message *request);

/* Makes the request of somebody in a sealed session one with the session's
 * variables: of their own, only those that exchanges read are left. *bytes,
 * which *message points into, is replaced. -1: no memory, or too long. */
int session_origin_put(const struct session *session, struct message *message,
    struct secret **bytes, struct error *err);

#endif
