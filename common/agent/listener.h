/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LISTENER_H
#define DAYPASS_AGENT_LISTENER_H

#include "agent/agent.h"

/* The socket in the runtime directory, and who may connect to it. */
struct listener;

/* Binds and listens; a dead agent's socket is replaced. Ends the session when
 * the directory or the socket is taken away. */
struct listener *listener_new(struct agent *agent, struct error *err);

/* Closes it and removes the socket, if it still is ours. */
void listener_free(struct listener *listener);

/* Beyond the descriptor limit nobody is accepted until a connection ends:
 * call this when one has. */
void listener_resume(struct agent *agent);

/* May this peer ask? Its uid must be ours. */
bool listener_admits(int fd);

/* The runtime directory, for the mark of `daypass end --hold`. */
int listener_directory(const struct listener *listener);

#endif
