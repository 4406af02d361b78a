/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "agent/actor.h"

const struct actor actor_self = {ACTOR_SELF, {ACTOR_SELF, NULL}};
const struct actor actor_unknown = {ACTOR_UNKNOWN, {ACTOR_UNKNOWN, NULL}};

bool
actor_is_self(const struct actor *actor)
{
	return strcmp(actor->session, ACTOR_SELF) == 0;
}
