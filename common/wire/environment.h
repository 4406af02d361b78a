/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_ENVIRONMENT_H
#define DAYPASS_WIRE_ENVIRONMENT_H

/*
 * The agent's environment, for execve: of ours what the allow-list names, and
 * the runtime directory and a named configuration as absolute paths. The agent
 * outlives whoever started it, so it must not carry what a request brings of
 * its own. Valid until the next call.
 */
char **environment_for_agent(void);

#endif
