/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ROAD_LOGIN_H
#define DAYPASS_AGENT_ROAD_LOGIN_H

#include "agent/road.h"

/* The road that is only an identity to log in to: the one that the request
 * names (`identity`), else the default one, else the only one of that kind.
 * NULL: *err says why. */
struct road *road_login(const struct config *config,
    const struct message *request, struct error *err);

#endif
