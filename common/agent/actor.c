/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "agent/actor.h"

const struct actor actor_self = {ACTOR_SELF, {ACTOR_SELF, NULL}};
