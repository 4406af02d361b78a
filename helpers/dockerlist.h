/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DOCKERLIST_H
#define DAYPASS_HELPERS_DOCKERLIST_H

#include "helpers/input.h"
#include "helpers/reply.h"
#include "wire/message.h"

/* docker's list of hosts and user names: those of the agent's answer, and
 * those of the fallback that are not ours. `room` is for the latter's. */
void dockerlist_render(
    struct reply *reply, const struct message *answer, struct input *room);

#endif
