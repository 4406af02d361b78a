/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/road_inner.h"
#include "base/text.h"

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
	return road_wrong(search, STAGE_CONFIG);
}

/* gcloud needs no configuration: its audience says it all. */
static bool
binds_itself(struct search *search)
{
	return strcmp(search->tool->name, "gcloud") == 0 &&
	       config_names(search->config, "gcloud")[0] == NULL;
}

/* For whom: as git says it, or as it stands in the URL. One that is too long is
 * nobody's. */
static void
note_user(struct search *search, const char *text)
{
	struct target *target = &search->road->target;
	const char *said = message_get(search->request, "username");
	const char *from = strstr(text, "://");
	size_t length;

	if (said != NULL && said[0] != '\0') {
		text_copy(target->user, sizeof(target->user), said);
		return;
	}
	if (said != NULL || from == NULL)
		return;
	length = strcspn(from + 3, "@:/?");
	if (from[3 + length] != '@' || length >= sizeof(target->user))
		return;
	memcpy(target->user, from + 3, length);
	target->user[length] = '\0';
}

static enum road_result
from_target(struct search *search, const char *text)
{
	struct road *road = search->road;
	struct binding *binding = &search->binding;
	int bound;

	if (search->tool->target(text, &road->target, search->err) == -1)
		return road_wrong(search, STAGE_TARGET);
	note_user(search, text);
	bound = config_binding(search->config, search->tool->name,
	    &road->target, binding, search->err);
	if (bound == -1)
		return road_wrong(search, STAGE_CONFIG);
	if (bound == 0 && !binds_itself(search))
		return unbound(search);
	search->chain.credential = bound ? binding->credential : "id-token";
	if (bound && binding->audience != NULL)
		buffer_add_string(&search->audience, binding->audience);
	else
		tool_audience(search->tool, &road->target, &search->audience);
	road->binding = strdup(bound ? binding->pattern : "");
	return road->binding == NULL ? road_out_of_memory(search) : ROAD_FOUND;
}

/* `daypass token --for URL` asks for a function, else for a git or registry
 * host: the first tool that binds it, and what that tool would get. */
static enum road_result
from_any_target(struct search *search, const char *text)
{
	static const char *const tools[] = {
	    "function", "git", "nats", "docker", NULL};
	enum road_result result = ROAD_NONE;
	bool understood = false;

	for (size_t i = 0; tools[i] != NULL && result == ROAD_NONE; i++) {
		search->tool = tool_named(tools[i]);
		search->err->fault = FAULT_NONE;
		buffer_free(&search->audience);
		result = from_target(search, text);
		understood |= result != ROAD_WRONG;
		/* A registry is no URL, and a URL may be no registry: that
		 * is for the last one to say, if none understood it. */
		if (result == ROAD_WRONG &&
		    search->err->fault == FAULT_USAGE &&
		    (understood || tools[i + 1] != NULL))
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
		return road_out_of_memory(search);
	text_copy(search->road->target.text, TARGET_MAX,
	    settings_get(settings, "role"));
	if (road_append(search->road, exchange_named("aws-web-identity"),
		"role", settings, search->err) == -1)
		return road_wrong(search, STAGE_CONFIG);
	return ROAD_FOUND;
}

/* Where the road begins. A request names one of these; a role comes before a
 * credential, that before an audience, and all before a target. */
enum road_result
road_begin(struct search *search)
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
		return road_wrong(search, STAGE_TARGET);
	}
	return strcmp(search->tool->name, "token") == 0
		   ? from_any_target(search, target)
		   : from_target(search, target);
}
