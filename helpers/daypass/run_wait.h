/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_RUN_WAIT_H
#define DAYPASS_HELPERS_DAYPASS_RUN_WAIT_H

#include "helpers/daypass/run_child.h"
#include "helpers/daypass/run_session.h"

/*
 * Waits until nothing that the command has started is left: passes signals
 * on, stops when it stops, and looks after the session. Gives the command's
 * status, as of waitpid(2). The signals of run_signals() are blocked.
 */
int run_wait(
    struct run_session *session, const struct run_child *child, bool isolated);

#endif
