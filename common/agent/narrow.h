/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_NARROW_H
#define DAYPASS_AGENT_NARROW_H

#include <stdint.h>

#include "agent/road.h"

/*
 * Makes a road ask for no more than its verdict leaves: a shorter ttl in every
 * step that can be told one, and the scopes, session policy, boundary or
 * trust policy in the last step that takes such a thing. Never widens: what
 * the configuration narrows already stays as narrow. -1 (FAULT_REFUSED, stage
 * policy) when the road cannot be narrowed so.
 */
int narrow(const struct config *config, struct road *road, struct error *err);

/* Makes the last step ask for no longer a life than so many seconds, or the
 * shortest that it can ask for. Its key stays. -1: no memory. */
int narrow_life(struct road *road, int64_t seconds, struct error *err);

#endif
