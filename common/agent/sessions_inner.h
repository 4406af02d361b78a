/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_SESSIONS_INNER_H
#define DAYPASS_AGENT_SESSIONS_INNER_H

#include "agent/sessions.h"

/* What the session*.c files share. */

struct sessions {
	struct agent *agent;
	struct link all;
};

/* sessions.c. NULL: no memory. */
struct session *session_new(struct sessions *sessions);

/* Forgets it: it is found no more, and gone with the last reference. */
void session_forget(struct session *session);

/* session_hold.c: pins the process with this number. -1: there is none, or
 * (`born` is not 0) it is a later one. */
int holder_take(struct holder *holder, pid_t pid, uint64_t born);
bool holder_is(const struct holder *holder, pid_t pid, uint64_t born);
void holder_leave(struct holder *holder);

/* Follows its leader, or, where that is gone, what it has left, and its time.
 * -1: it cannot. */
int session_follow(struct session *session);

/* sessions.c */
void session_time_is_up(void *arg);

/* session_file.c: what the next agent has to know of it, in a file of the
 * runtime directory. Nothing in it is secret. Should the agent be killed, the
 * one after it must not take who is below a leader for `self`. -1: it is not
 * written, or there is no directory. */
int session_file_write(const struct session *session);
void session_file_remove(const struct session *session);

#endif
