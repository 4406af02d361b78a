/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_NOTICE_H
#define DAYPASS_AGENT_NOTICE_H

#include "agent/approvals.h"

/*
 * Runs the command of [approval], if there is one, with the request as JSON on
 * its standard input: a desktop's notification, a bridge to a chat. It is not
 * waited for, and has a minute. Its output goes nowhere. No shell.
 */
void notice_send(struct agent *agent, const struct config *config,
    const struct approval *approval);

#endif
