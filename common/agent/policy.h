/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_POLICY_H
#define DAYPASS_AGENT_POLICY_H

#include "config/config.h"

/* The one actor there is: the session that nobody opened. */
#define POLICY_SELF "self"

/*
 * May this actor be given anything at all? Rules are not evaluated yet, and
 * audit records are not written: so a policy that matches the actor, and an
 * audit that is required, deny (FAULT_REFUSED, stage policy). To overlook
 * either would grant what somebody wrote down to be withheld.
 */
int policy_check(
    const struct config *config, const char *actor, struct error *err);

#endif
