/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_POLICY_H
#define DAYPASS_AGENT_POLICY_H

#include "agent/rule.h"
#include "agent/verdict.h"
#include "config/config.h"

/*
 * Asks every policy that matches one of the actors: who asks, and the sessions
 * around them (NULL-terminated), for what is inside may never have more. In a
 * policy the first rule that matches decides; one without such a rule denies,
 * and so does a mistake. The strictest decision and the least limits go into
 * *verdict, which the caller clears. -1: no memory; *verdict then denies.
 */
int policy_judge(const struct config *config, const char *const *actors,
    const struct asking *asking, struct verdict *verdict, struct error *err);

/* Is there any policy for these actors? */
bool policy_applies(const struct config *config, const char *const *actors);

/* The error of a denial: FAULT_REFUSED, stage policy, with policy and rule.
 * Always -1. */
int policy_refuse(
    const struct verdict *verdict, const char *actor, struct error *err);

#endif
