/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ROAD_JUDGE_H
#define DAYPASS_AGENT_ROAD_JUDGE_H

#include "agent/actor.h"
#include "agent/road.h"

/*
 * Asks the policies about a road that was found, narrows it to what they
 * leave, and gives its steps their keys: only now may it be taken. `claims`
 * are those of the id token, NULL where they are not known; if the verdict
 * hangs on them (verdict.wants_claims), only step 0 may be taken, and then it
 * is judged again. -1: denied (FAULT_REFUSED, stage policy), or its identity
 * cannot be told.
 */
int road_judge(const struct config *config, struct road *road,
    const struct actor *actor, const struct settings *claims,
    struct error *err);

#endif
