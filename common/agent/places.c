/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/places.h"
#include "base/buffer.h"
#include "base/http.h"
#include "base/text.h"

/* Many bindings share few hosts: more than these roads hold up the loop. */
#define ROADS_MAX 250

/* What a glob may stand for; twelve digits, for those who want an account. */
static const char *const samples[] = {"111111111111", "222222222222"};

struct search_places {
	const struct config *config;
	const struct message *request;
	struct places *places;
	char *want;
	unsigned roads;
	enum road_result result;
};

static struct place *
find(struct places *places, const struct place *place)
{
	for (size_t i = 0; i < places->count; i++)
		if (strcmp(places->place[i].url, place->url) == 0 &&
		    strcmp(places->place[i].socket, place->socket) == 0)
			return &places->place[i];
	return NULL;
}

static void
add(struct places *places, const struct place *place)
{
	if (find(places, place) != NULL)
		return;
	if (places->count == PLACES_MAX)
		places->omitted++;
	else
		places->place[places->count++] = *place;
}

static void
add_url(struct places *places, const struct buffer *url, struct place *place)
{
	if (!buffer_failed(url) &&
	    http_origin(buffer_text(url), place->url, PLACE_URL) == 0)
		add(places, place);
}

static void
add_identity(struct places *places, const struct road *road)
{
	const struct step *step = &road->steps[0];
	struct identity_endpoint endpoint = {.url = BUFFER(32 * 1024)};
	struct place place = {.link_local = false};

	if (step->identity == NULL || step->identity->endpoint == NULL ||
	    step->identity->endpoint(step->settings, road->around, &endpoint) ==
		-1) {
		buffer_free(&endpoint.url);
		return;
	}
	snprintf(place.whose, sizeof(place.whose), "identity %s",
	    step->identity->name);
	place.link_local = endpoint.link_local;
	memcpy(place.socket, endpoint.socket, sizeof(place.socket));
	add_url(places, &endpoint.url, &place);
	buffer_free(&endpoint.url);
}

static void
add_exchange(struct places *places, const struct step *step)
{
	const struct exchange *exchange = step->exchange;
	scoped(buffer) struct buffer url = BUFFER(2048);
	scoped(buffer) struct buffer other = BUFFER(2048);
	struct place place = {.link_local = false};

	snprintf(place.whose, sizeof(place.whose), "[%s \"%.128s\"]",
	    step->is_bridge ? "exchange" : "credential", step->credential);
	if (exchange->endpoint != NULL &&
	    exchange->endpoint(step->settings, &url, NULL) == 0)
		add_url(places, &url, &place);
	if (exchange->revoker != NULL &&
	    exchange->revoker(step->settings, &other, NULL) == 0)
		add_url(places, &other, &place);
}

static void
add_road(struct places *places, const struct road *road)
{
	add_identity(places, road);
	for (size_t i = 1; i < road->count; i++) {
		add_exchange(places, &road->steps[i]);
		if (road->steps[i].actor != NULL)
			add_road(places, road->steps[i].actor);
	}
}

/* The asker's variables, and what we ask about in its name. */
static void
ask_as(struct message *asked, const struct message *request, const char *tool,
    const char *key, const char *value)
{
	asked->count = 0;
	for (unsigned i = 0; i < request->count; i++)
		if ((text_starts(request->attributes[i].key, "env.") ||
			text_starts(request->attributes[i].key, "unset.")) &&
		    asked->count + 2 < MESSAGE_ATTRIBUTES)
			asked->attributes[asked->count++] =
			    request->attributes[i];
	asked->attributes[asked->count++] = (struct attribute){"tool", tool};
	asked->attributes[asked->count++] = (struct attribute){key, value};
}

static void
look_at(struct search_places *search, struct places *places, const char *tool,
    const char *key, const char *value)
{
	static struct message asked; /* large, and there is one thread */
	scoped(road) struct road *road = NULL;
	enum road_result result;

	if (search->result == ROAD_WANT)
		return;
	if (search->roads++ >= ROADS_MAX) {
		search->places->omitted++;
		return;
	}
	ask_as(&asked, search->request, tool, key, value);
	result = road_find(search->config, &asked, &road, search->want, NULL);
	if (result == ROAD_WANT)
		search->result = ROAD_WANT;
	else if (result == ROAD_FOUND)
		add_road(places, road);
}

/* The pattern with `sample` in the place of its globs. -1: no room. */
static int
put_sample(char *text, size_t size, const char *pattern, const char *sample)
{
	size_t used = 0;

	for (const char *at = pattern; *at != '\0'; at++) {
		bool glob = *at == '*';
		size_t length = glob ? strlen(sample) : 1;

		if (glob && at[1] == '*')
			continue;
		if (used + length >= size)
			return -1;
		memcpy(text + used, glob ? sample : at, length);
		used += length;
	}
	text[used] = '\0';
	return 0;
}

/* A host that hangs on what the glob stands for is no host yet. */
static void
look_at_glob(
    struct search_places *search, const char *tool, const char *pattern)
{
	static struct places found[2]; /* large */
	char target[TARGET_MAX];

	for (size_t i = 0; i < 2; i++) {
		found[i].count = 0;
		if (put_sample(target, sizeof(target), pattern, samples[i]) ==
		    0)
			look_at(search, &found[i], tool, "target", target);
	}
	for (size_t i = 0; i < found[0].count; i++)
		if (find(&found[1], &found[0].place[i]) != NULL)
			add(search->places, &found[0].place[i]);
}

static void
look_at_bindings(struct search_places *search, const char *tool)
{
	const char *const *name = config_names(search->config, tool);

	for (; name != NULL && *name != NULL; name++)
		if (strchr(*name, '*') != NULL)
			look_at_glob(search, tool, *name);
		else if (**name != '\0')
			look_at(search, search->places, tool, "target", *name);
}

enum road_result
places_find(const struct config *config, const struct message *request,
    struct places *places, char want[AROUND_WANT])
{
	static const char *const tools[] = {
	    "git", "docker", "aws", "gcloud", "nats", "function", NULL};
	struct search_places search = {.config = config,
	    .request = request,
	    .places = places,
	    .want = want,
	    .result = ROAD_FOUND};
	const char *const *name = config_names(config, "credential");

	places->count = 0;
	places->omitted = 0;
	look_at(&search, places, "token", "audience", "daypass-doctor");
	for (; name != NULL && *name != NULL; name++)
		look_at(&search, places, "token", "credential", *name);
	for (size_t i = 0; tools[i] != NULL; i++)
		look_at_bindings(&search, tools[i]);
	return search.result;
}
