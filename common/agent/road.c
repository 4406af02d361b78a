/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/around.h"
#include "agent/road_identity.h"
#include "agent/road_inner.h"
#include "base/clock.h"
#include "base/text.h"

static void
step_clear(struct step *step)
{
	free(step->credential);
	free(step->audience);
	settings_free(step->settings);
	road_release(step->actor);
}

struct road *
road_keep(struct road *road)
{
	road->references++;
	return road;
}

void
road_release(struct road *road)
{
	if (road == NULL || --road->references > 0)
		return;
	for (size_t i = 0; i < road->count; i++)
		step_clear(&road->steps[i]);
	surroundings_free(road->around);
	free(road->binding);
	free(road->username);
	free(road->source);
	free(road->session);
	free(road->process);
	free(road->approval);
	free(road->approver);
	verdict_clear(&road->verdict);
	free(road);
}

const struct step *
road_last(const struct road *road)
{
	return &road->steps[road->count - 1];
}

enum road_result
road_wrong(struct search *search, enum stage stage)
{
	error_at(search->err, stage);
	return ROAD_WRONG;
}

enum road_result
road_out_of_memory(struct search *search)
{
	error_set(search->err, FAULT_SYSTEM, "no memory for a road");
	return road_wrong(search, STAGE_AGENT);
}

/* Who asks may want less than the configuration gives, and not more. */
static int
narrow_ttl(struct search *search)
{
	const char *ttl = message_get(search->request, "duration");
	struct step *last = &search->road->steps[search->road->count - 1];
	long usual;

	if (ttl == NULL || search->road->count < 2)
		return 0;
	usual = exchange_ttl(last->settings, last->exchange->ttl_usual);
	if (usual > 0 && usual <= clock_parse_duration(ttl))
		return 0;
	if (settings_set(last->settings, "ttl", ttl) == -1)
		return error_set(search->err, FAULT_SYSTEM, "no memory");
	return 0;
}

/* What an exchange may know of where the asker wants to go. */
struct destination {
	struct exchange_target target;
	const struct message *request;
};

static const char *
destination_variable(const struct exchange_target *target, const char *name)
{
	const struct destination *destination =
	    (const struct destination *)(const void *)target;
	const char *value = around_asker(destination->request, name);

	return value != NULL ? value : secure_getenv(name);
}

/* A road may end in an id token that an exchange makes: what binding and
 * request say of an audience is about that one. */
static bool
makes_id_token(const struct road *road)
{
	return road->count > 1 && road_last(road)->yields == KIND_ID_TOKEN;
}

static int
resolve(struct search *search)
{
	struct road *road = search->road;
	struct destination destination = {
	    {.host = road->target.host[0] ? road->target.host : NULL,
		.path = road->target.path[0] ? road->target.path : NULL,
		.url = message_get(search->request, "target"),
		.variable = destination_variable},
	    search->request};

	for (size_t i = 1; i < road->count; i++) {
		const struct step *step = &road->steps[i];

		if (i + 1 == road->count && makes_id_token(road))
			destination.target.audience =
			    buffer_text(&search->audience);
		if (step->exchange->resolve == NULL ||
		    step->exchange->resolve(
			step->settings, &destination.target, search->err) == 0)
			continue;
		error_in(search->err, "[%s \"%s\"]",
		    step->is_bridge ? "exchange" : "credential",
		    step->credential);
		return error_at(search->err, STAGE_CONFIG);
	}
	return 0;
}

/* The audience of the id token with which the road begins: the credential's
 * word before the binding's, and either before the exchange's default. */
static int
set_audience(struct search *search)
{
	struct road *road = search->road;
	const struct step *first = &road->steps[1];
	const char *said;

	if (road->count > 1) {
		buffer_free(&search->audience);
		said = settings_get(first->settings, "token-audience");
		if (said == NULL && !makes_id_token(road))
			said = search->binding.audience;
		if (said != NULL)
			buffer_add_string(&search->audience, said);
		else if (first->exchange->audience == NULL ||
			 first->exchange->audience(first->settings,
			     &search->audience, search->err) == -1)
			return error_at(search->err, STAGE_CONFIG);
	}
	if (search->audience.length == 0)
		return error_set(
		    search->err, FAULT_USAGE, "an id token needs an audience");
	road->steps[0].audience = strdup(buffer_text(&search->audience));
	if (buffer_failed(&search->audience) || road->steps[0].audience == NULL)
		return error_set(
		    search->err, FAULT_CONFIG, "the audience is too long");
	return 0;
}

/* A user name that git asked for and that is not ours means: not for us. */
static enum road_result
set_username(struct search *search)
{
	struct road *road = search->road;
	const struct step *last = road_last(road);
	const char *asked = message_get(search->request, "username");
	const char *user = search->binding.user;
	const char *name =
	    search->binding.username != NULL ? search->binding.username : user;

	if (name == NULL && (last->yields & (KIND_BASIC | KIND_AWS)) == 0 &&
	    road->target.host[0] != '\0')
		name = tool_username(&road->target,
		    last->exchange == NULL ? NULL : last->exchange->name,
		    asked);
	if (name != NULL && (road->username = strdup(name)) == NULL)
		return road_out_of_memory(search);
	if (asked != NULL && asked[0] != '\0' && name != NULL &&
	    user == NULL && strcmp(asked, name) != 0)
		return ROAD_NONE;
	return ROAD_FOUND;
}

enum road_result
road_arrive(struct search *search, char want[AROUND_WANT])
{
	struct road *road = search->road;
	enum road_result result;

	if (resolve(search) == -1 || set_audience(search) == -1)
		return road_wrong(search, STAGE_CONFIG);
	result = road_identity(search->config, search->chain.identity,
	    search->request, road, want, search->err);
	if (result == ROAD_WRONG)
		return road_wrong(search,
		    search->err->fault == FAULT_CONFIG ? STAGE_CONFIG
						       : STAGE_IDENTITY);
	for (size_t i = 1; result == ROAD_FOUND && i < road->count; i++)
		result = road_actor(search, &road->steps[i], want);
	return result;
}

/* From the beginning to the end, in the order in which each part needs what
 * the one before it found. */
static enum road_result
walk(struct search *search, char want[AROUND_WANT])
{
	struct road *road = search->road;
	enum road_result result = road_begin(search);

	if (result != ROAD_FOUND)
		return result;
	if (road->count == 1 &&
	    road_chain(search->config, &search->chain, road, search->err) == -1)
		return road_wrong(search, STAGE_CONFIG);
	if (road->count == 1)
		road->steps[0].yields = KIND_ID_TOKEN;
	if (road_bridge(search->config, road, search->tool->kinds,
		search->err) == -1)
		return road_wrong(search, STAGE_CONFIG);
	if ((result = set_username(search)) != ROAD_FOUND)
		return result;
	if (narrow_ttl(search) == -1)
		return road_wrong(search, STAGE_CONFIG);
	return road_arrive(search, want);
}

static const struct tool *
asked_tool(const struct message *request, struct error *err)
{
	const char *name = message_get(request, "tool");
	const struct tool *tool = name == NULL ? NULL : tool_named(name);

	if (tool == NULL) {
		error_set(err, FAULT_USAGE, "there is no tool '%.32s'",
		    name == NULL ? "" : name);
		error_at(err, STAGE_TARGET);
	}
	return tool;
}

enum road_result
road_find(const struct config *config, const struct message *request,
    struct road **road, char want[AROUND_WANT], struct error *err)
{
	struct search search = {.config = config,
	    .request = request,
	    .audience = BUFFER(TARGET_MAX + 512)};
	enum road_result result;
	struct error unwanted;

	*road = NULL;
	search.err = err = err == NULL ? &unwanted : err;
	if ((search.tool = asked_tool(request, err)) == NULL)
		return ROAD_WRONG;
	if (config_usable(config, err) == -1)
		return road_wrong(&search, STAGE_CONFIG);
	if ((search.road = calloc(1, sizeof(*search.road))) == NULL)
		return road_out_of_memory(&search);
	search.road->references = 1;
	search.road->count = 1;
	search.road->tool = search.tool->name;
	result = walk(&search, want);
	buffer_free(&search.audience);
	*road = search.road;
	if (result == ROAD_NONE || result == ROAD_WANT) {
		road_release(search.road);
		*road = NULL;
	}
	return result;
}
