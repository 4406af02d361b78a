/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ROAD_IDENTITY_H
#define DAYPASS_AGENT_ROAD_IDENTITY_H

#include "agent/road.h"

/* Puts step 0 of a road: which identity is asked, in which surroundings.
 * `name` is that of an [identity] section, NULL for the default one. Results
 * as of road_find, never ROAD_NONE. */
enum road_result road_identity(const struct config *config, const char *name,
    const struct message *request, struct road *road, char want[AROUND_WANT],
    struct error *err);

/* Probes every identity that `auto` may pick: calls tell for each. */
void road_probe(const struct message *request,
    void (*tell)(void *arg, const struct identity *identity, bool here,
	const char *reason),
    void *arg);

#endif
