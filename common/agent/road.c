/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/around.h"
#include "agent/policy.h"
#include "agent/road.h"
#include "agent/road_chain.h"
#include "agent/road_identity.h"
#include "agent/road_key.h"
#include "agent/tool.h"
#include "base/text.h"

/* What a search has in its hands. */
struct search {
	const struct config *config;
	const struct message *request;
	const struct tool *tool;
	struct road *road;
	struct binding binding;
	struct chain chain;
	struct buffer audience; /* of an id token that goes out as it is */
	struct error *err;
};

static void
step_clear(struct step *step)
{
	free(step->credential);
	free(step->audience);
	settings_free(step->settings);
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
	free(road);
}

const struct step *
road_last(const struct road *road)
{
	return &road->steps[road->count - 1];
}

static enum road_result
wrong(struct search *search, enum stage stage)
{
	error_at(search->err, stage);
	return ROAD_WRONG;
}

static enum road_result
out_of_memory(struct search *search)
{
	error_set(search->err, FAULT_SYSTEM, "no memory for a road");
	return wrong(search, STAGE_AGENT);
}

/* A path binding that is asked for without a path: git must be told to send
 * one, else every repository of the host would look unbound. */
static enum road_result
unbound(struct search *search)
{
	char authority[300];
	const char *pattern;

	if (strcmp(search->tool->name, "git") != 0 ||
	    search->road->target.path[0] != '\0')
		return ROAD_NONE;
	pattern = config_wants_path(search->config, &search->road->target);
	if (pattern == NULL)
		return ROAD_NONE;
	error_set(search->err, FAULT_CONFIG,
	    "[git \"%s\"] has a path, but git sends none: git config --global "
	    "credential.%s://%s.useHttpPath true",
	    pattern, search->road->target.scheme,
	    target_authority(
		&search->road->target, authority, sizeof(authority)));
	return wrong(search, STAGE_CONFIG);
}

/* gcloud needs no configuration: its audience says it all. */
static bool
binds_itself(struct search *search)
{
	return strcmp(search->tool->name, "gcloud") == 0 &&
	       config_names(search->config, "gcloud")[0] == NULL;
}

static enum road_result
from_target(struct search *search, const char *text)
{
	struct road *road = search->road;
	struct binding *binding = &search->binding;
	int bound;

	if (search->tool->target(text, &road->target, search->err) == -1)
		return wrong(search, STAGE_TARGET);
	bound = config_binding(search->config, search->tool->name,
	    &road->target, binding, search->err);
	if (bound == -1)
		return wrong(search, STAGE_CONFIG);
	if (bound == 0 && !binds_itself(search))
		return unbound(search);
	search->chain.credential = bound ? binding->credential : "id-token";
	if (bound && binding->audience != NULL)
		buffer_add_string(&search->audience, binding->audience);
	else
		tool_audience(search->tool, &road->target, &search->audience);
	road->binding = strdup(bound ? binding->pattern : "");
	return road->binding == NULL ? out_of_memory(search) : ROAD_FOUND;
}

/* `daypass token --for URL` asks for a function, else for a git or registry
 * host: the first tool that binds it, and what that tool would get. */
static enum road_result
from_any_target(struct search *search, const char *text)
{
	static const char *const tools[] = {
	    "function", "git", "nats", "docker", NULL};
	enum road_result result = ROAD_NONE;

	for (size_t i = 0; tools[i] != NULL && result == ROAD_NONE; i++) {
		search->tool = tool_named(tools[i]);
		search->err->fault = FAULT_NONE;
		buffer_free(&search->audience);
		result = from_target(search, text);
		/* A registry is no URL: that is for the last one to say. */
		if (result == ROAD_WRONG && tools[i + 1] != NULL &&
		    search->err->fault == FAULT_USAGE)
			result = ROAD_NONE;
	}
	return result;
}

/* Nothing may be left out on the way: another region, or another name, would
 * be another credential. */
static struct settings *
role_settings(const struct message *request)
{
	static const char *const keys[][2] = {{"role", "role"},
	    {"region", "region"}, {"session-name", "session-name"},
	    {"duration", "ttl"}};
	scoped(settings) struct settings *settings = settings_new();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = message_get(request, keys[i][0]);

		if (settings == NULL ||
		    (value != NULL &&
			settings_add(settings, keys[i][1], value) == -1))
			return NULL;
	}
	return take(&settings);
}

static enum road_result
from_role(struct search *search)
{
	scoped(settings) struct settings *settings =
	    role_settings(search->request);

	if (settings == NULL)
		return out_of_memory(search);
	if (road_append(search->road, exchange_named("aws-web-identity"),
		"role", settings, search->err) == -1)
		return wrong(search, STAGE_CONFIG);
	return ROAD_FOUND;
}

/* Where the road begins. A request names one of these; a role comes before a
 * credential, that before an audience, and all before a target. */
static enum road_result
begin(struct search *search)
{
	const struct message *request = search->request;
	const char *credential = message_get(request, "credential");
	const char *audience = message_get(request, "audience");
	const char *target = message_get(request, "target");

	if (audience != NULL)
		buffer_add_string(&search->audience, audience);
	search->chain.credential = "id-token";
	if (message_get(request, "role") != NULL)
		return from_role(search);
	if (credential != NULL)
		search->chain.credential = credential;
	if (credential != NULL || audience != NULL)
		return ROAD_FOUND;
	if (target == NULL) {
		error_set(
		    search->err, FAULT_USAGE, "the request names no target");
		return wrong(search, STAGE_TARGET);
	}
	return strcmp(search->tool->name, "token") == 0
		   ? from_any_target(search, target)
		   : from_target(search, target);
}

static int
narrow_ttl(struct search *search)
{
	const char *ttl = message_get(search->request, "duration");
	struct step *last = &search->road->steps[search->road->count - 1];

	if (ttl == NULL || search->road->count < 2)
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

static int
resolve(struct search *search)
{
	struct road *road = search->road;
	struct destination destination = {
	    {.host = road->target.host[0] ? road->target.host : NULL,
		.path = road->target.path[0] ? road->target.path : NULL,
		.variable = destination_variable},
	    search->request};

	for (size_t i = 1; i < road->count; i++) {
		const struct step *step = &road->steps[i];

		if (step->exchange->resolve == NULL ||
		    step->exchange->resolve(
			step->settings, &destination.target, search->err) == 0)
			continue;
		error_in(search->err, "[credential \"%s\"]", step->credential);
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
		if (said == NULL)
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
	const char *name = search->binding.username;

	if (name == NULL && (last->yields & (KIND_BASIC | KIND_AWS)) == 0 &&
	    road->target.host[0] != '\0')
		name = tool_username(&road->target,
		    last->exchange == NULL ? NULL : last->exchange->name);
	if (name != NULL && (road->username = strdup(name)) == NULL)
		return out_of_memory(search);
	if (asked != NULL && asked[0] != '\0' && name != NULL &&
	    strcmp(asked, name) != 0)
		return ROAD_NONE;
	return ROAD_FOUND;
}

/* From the beginning to the end, in the order in which each part needs what
 * the one before it found. */
static enum road_result
walk(struct search *search, char want[256])
{
	struct road *road = search->road;
	enum road_result result = begin(search);

	if (result != ROAD_FOUND)
		return result;
	if (road->count == 1 &&
	    road_chain(search->config, &search->chain, road, search->err) == -1)
		return wrong(search, STAGE_CONFIG);
	if (road->count == 1)
		road->steps[0].yields = KIND_ID_TOKEN;
	if ((road_last(road)->yields & search->tool->kinds) == 0 &&
	    road_bridge(
		search->config, road, search->tool->kinds, search->err) == -1)
		return wrong(search, STAGE_CONFIG);
	if ((result = set_username(search)) != ROAD_FOUND)
		return result;
	if (narrow_ttl(search) == -1 || resolve(search) == -1 ||
	    set_audience(search) == -1)
		return wrong(search, STAGE_CONFIG);
	result = road_identity(search->config, search->chain.identity,
	    search->request, road, want, search->err);
	if (result == ROAD_WRONG)
		return wrong(search, STAGE_IDENTITY);
	if (result == ROAD_FOUND &&
	    road_keys(road, POLICY_SELF, search->err) == -1)
		return wrong(search, STAGE_IDENTITY);
	if (result == ROAD_FOUND &&
	    policy_check(search->config, POLICY_SELF, search->err) == -1)
		return wrong(search, STAGE_POLICY);
	return result;
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
    struct road **road, char want[256], struct error *err)
{
	struct search search = {.config = config,
	    .request = request,
	    .audience = BUFFER(TARGET_MAX + 512),
	    .err = err};
	enum road_result result;

	*road = NULL;
	if ((search.tool = asked_tool(request, err)) == NULL)
		return ROAD_WRONG;
	if (config_usable(config, err) == -1)
		return wrong(&search, STAGE_CONFIG);
	if ((search.road = calloc(1, sizeof(*search.road))) == NULL)
		return out_of_memory(&search);
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
