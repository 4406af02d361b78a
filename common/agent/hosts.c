/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/around.h"
#include "agent/extras.h"
#include "agent/road_judge.h"
#include "agent/verbs.h"

#define HOSTS_MAX 250

/* The road for one docker host, with the asker's own variables. */
static enum road_result
road_for(const struct asker *asker, const struct config *config,
    const char *host, struct road **road, char want[AROUND_WANT])
{
	static struct message asked; /* large, and there is one thread */
	enum road_result result;

	const struct message *request = asker_request(asker);

	if (request->count + 2 > MESSAGE_ATTRIBUTES)
		return ROAD_NONE;
	asked = *request;
	asked.attributes[asked.count++] = (struct attribute){"tool", "docker"};
	asked.attributes[asked.count++] = (struct attribute){"target", host};
	if ((result = road_find(config, &asked, road, want, NULL)) ==
		ROAD_FOUND &&
	    road_judge(config, *road, asker_actor(asker), NULL, NULL) == -1)
		return ROAD_WRONG;
	return result;
}

/* docker itself knows the Hub by an older name. */
static const char *
key_of(const char *host)
{
	return strcmp(host, "docker.io") == 0 ? "https://index.docker.io/v1/"
					      : host;
}

static const char *
username_of(const struct road *road)
{
	const struct step *last = road_last(road);
	const char *name = road->username;

	if (name == NULL && last->exchange != NULL &&
	    last->exchange->user != NULL)
		name = last->exchange->user(last->settings);
	return name == NULL ? "oauth2" : name;
}

/* All hosts, or the variable that the asker must be asked for. More than a
 * message holds are left out: get serves them all the same. */
static bool
write_hosts(struct asker *asker, const struct config *config,
    struct writing *writing, char want[AROUND_WANT])
{
	const char *const *host = config_docker_hosts(config);

	for (size_t i = 0; host[i] != NULL && i < HOSTS_MAX; i++) {
		scoped(road) struct road *road = NULL;
		enum road_result result = road_for(
		    asker, config, host[i], &road, want);

		if (result == ROAD_WANT)
			return false;
		if (result != ROAD_FOUND)
			continue;
		writing_add(writing, "host", key_of(host[i]));
		writing_add(writing, "username", username_of(road));
	}
	return true;
}

/* docker's list: the hosts of exact bindings that could be served now. No
 * mint, no network. */
static void
begin(struct asker *asker, const struct config *config)
{
	struct error err = {.fault = FAULT_NONE};
	struct writing *writing = asker_writing(asker, "ok");
	char want[AROUND_WANT];

	if (config_usable(config, &err) == -1) {
		asker_error(asker, &err);
		return;
	}
	/* A mistake in [docker] itself is for get to tell. */
	if (write_hosts(asker, config, writing, want))
		extras_write(config, "docker", writing, NULL);
	else
		around_want(asker_writing(asker, "want"), want);
	asker_answer(asker);
}

const struct verb verb_list = {.name = "list", .begin = begin};
