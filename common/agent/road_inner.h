/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ROAD_INNER_H
#define DAYPASS_AGENT_ROAD_INNER_H

#include "agent/road.h"
#include "agent/road_chain.h"
#include "agent/tool.h"

/* What the road*.c files share. */

/* What a search has in its hands. */
struct search {
	const struct config *config;
	const struct message *request;
	const struct tool *tool;
	struct road *road;
	struct binding binding;
	struct chain chain;
	struct buffer audience; /* of an id token that goes out as it is */
	unsigned depth;		/* how many actors act for one another */
	struct error *err;
};

/* ROAD_WRONG, with the stage in search->err unless one is there. */
enum road_result road_wrong(struct search *search, enum stage stage);
enum road_result road_out_of_memory(struct search *search);

/* road_begin.c: where the road begins: the binding, and the credential (or
 * for aws the role) that it leads to. */
enum road_result road_begin(struct search *search);

/* From the chain of steps on: completes and checks their settings, and finds
 * the identity and who acts. */
enum road_result road_arrive(struct search *search, char want[AROUND_WANT]);

/* road_actor.c: the road of the step's `actor`, which becomes the step's.
 * ROAD_FOUND also where there is none. */
enum road_result road_actor(
    const struct search *from, struct step *step, char want[AROUND_WANT]);

#endif
