/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "agent/road_inner.h"

/* RFC 8693 has actors of actors; more than so many is a circle. */
#define DEEPEST 4
#define TOKENS (KIND_ID_TOKEN | KIND_BEARER)

/* Who acts proves it with a token, as everybody does. */
static int
check_kind(const struct search *search, const char *name)
{
	unsigned kind = road_last(search->road)->yields;

	if ((kind & TOKENS) != 0)
		return 0;
	return error_set(search->err, FAULT_CONFIG,
	    "actor: [credential \"%s\"] yields %s, which is no token", name,
	    kind_name(kind));
}

/* An id token that acts is for whom that of the subject is for. */
static int
set_audience(struct search *search, const struct step *step)
{
	if (step->exchange->audience == NULL)
		return 0;
	return step->exchange->audience(
	    step->settings, &search->audience, search->err);
}

static enum road_result
find(struct search *search, const struct step *step, char want[AROUND_WANT])
{
	const char *name = search->chain.credential;

	if (search->depth > DEEPEST) {
		error_set(search->err, FAULT_CONFIG,
		    "[credential \"%s\"]: its `actor` goes in a circle, or is "
		    "too long a chain",
		    step->credential);
		return road_wrong(search, STAGE_CONFIG);
	}
	if (road_chain(search->config, &search->chain, search->road,
		search->err) == -1)
		return road_wrong(search, STAGE_CONFIG);
	if (search->road->count == 1)
		search->road->steps[0].yields = KIND_ID_TOKEN;
	if (check_kind(search, name) == -1 || set_audience(search, step) == -1)
		return road_wrong(search, STAGE_CONFIG);
	return road_arrive(search, want);
}

enum road_result
road_actor(const struct search *from, struct step *step, char want[AROUND_WANT])
{
	struct search search = {.config = from->config,
	    .request = from->request,
	    .tool = tool_named("token"),
	    .chain.credential = settings_get(step->settings, "actor"),
	    .audience = BUFFER(TARGET_MAX + 512),
	    .depth = from->depth + 1,
	    .err = from->err};
	enum road_result result;

	if (search.chain.credential == NULL)
		return ROAD_FOUND;
	if ((search.road = calloc(1, sizeof(*search.road))) == NULL)
		return road_out_of_memory(&search);
	search.road->references = 1;
	search.road->count = 1;
	search.road->tool = search.tool->name;
	step->actor = search.road;
	result = find(&search, step, want);
	buffer_free(&search.audience);
	return result;
}
