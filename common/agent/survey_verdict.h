/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_SURVEY_VERDICT_H
#define DAYPASS_AGENT_SURVEY_VERDICT_H

#include "agent/asker.h"
#include "agent/road.h"

/*
 * The actor that doctor asks about: the asker's own, or with `as=NAME` one of
 * that name inside of it, which nobody has opened. -1 (FAULT_REFUSED, stage
 * policy): who is in a child session may not try on another's name.
 */
int survey_actor(
    const struct asker *asker, struct actor *actor, struct error *err);

/* What the policies said to a road that road_judge has seen, and whether what
 * it ends in opens its target alone. */
void survey_verdict(struct writing *writing, const struct road *road);

#endif
