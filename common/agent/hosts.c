/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/extras.h"
#include "agent/road.h"
#include "agent/verbs.h"

/* A road for one docker host, with the asker's own variables. */
static bool
has_road(const struct message *request, const struct config *config,
    const char *host, char username[256])
{
	static struct message asked; /* large, and there is one thread */
	scoped(road) struct road *road = NULL;
	char variable[256];
	const struct step *last;

	if (request->count + 2 > MESSAGE_ATTRIBUTES)
		return false;
	asked = *request;
	asked.attributes[asked.count++] =
	    (struct attribute){"tool", "docker"};
	asked.attributes[asked.count++] = (struct attribute){"target", host};
	if (road_find(config, &asked, &road, variable, NULL) != ROAD_FOUND)
		return false;
	last = road_last(road);
	snprintf(username, 256, "%s",
	    road->username != NULL ? road->username
		: last->exchange != NULL &&
		    strncmp(last->exchange->name, "aws-", 4) == 0
		? "AWS"
		: "oauth2");
	return true;
}

/* docker's list: the hosts of exact bindings that could be served now. No
 * mint, no network. */
static void
begin(struct asker *asker, const struct config *config)
{
	const char *const *host = config_docker_hosts(config);
	struct error err = {.fault = FAULT_NONE};
	struct writing *writing = asker_writing(asker, "ok");
	char username[256];

	for (; *host != NULL; host++) {
		if (!has_road(
			asker_request(asker), config, *host, username))
			continue;
		writing_add(writing, "host", *host);
		writing_add(writing, "username", username);
	}
	if (extras_write(config, "docker", writing, &err) == -1)
		asker_error(asker, &err);
	else
		asker_answer(asker);
}

const struct verb verb_list = {.name = "list", .begin = begin};
