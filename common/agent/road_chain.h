/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ROAD_CHAIN_H
#define DAYPASS_AGENT_ROAD_CHAIN_H

#include "agent/road.h"

/* Where a chain begins and what a request adds to it. */
struct chain {
	const char *credential; /* its name; "id-token" for none */
	const char *identity;	/* out: the [identity] to ask; NULL: default */
};

/* Puts steps 1 and up for a credential's chain, first exchange first, as the
 * configuration has them; nothing is resolved yet. -1 with fault and stage. */
int road_chain(const struct config *config, struct chain *chain,
    struct road *road, struct error *err);

/* Puts one exchange at the end of the road. Settings are copied; NULL: none.
 */
int road_append(struct road *road, const struct exchange *exchange,
    const char *credential, const struct settings *settings, struct error *err);

/* Puts an exchange that nobody wrote down at the end of the road, with the
 * settings that [exchange "NAME"] has for it. */
int road_add_bridge(const struct config *config, struct road *road,
    const struct exchange *bridge, struct error *err);

/* Appends the exchange that is made for the road's host, takes what the road
 * yields and yields one of `kinds`, if there is one and the road does not end
 * with it; also where the road's kind is one of them: a cloud's token may fit
 * the tool and yet be of no use to the host. -1: there is none, and the road's
 * kind is none of them. */
int road_bridge(const struct config *config, struct road *road, unsigned kinds,
    struct error *err);

#endif
