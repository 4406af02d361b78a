/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "helpers/dockerlist.h"
#include "helpers/fallback.h"
#include "helpers/object.h"
#include "helpers/standard.h"

static struct object object;

static bool
is_ours(const struct message *answer, const char *key)
{
	const char *host;
	unsigned at = 0;

	while ((host = message_next(answer, "host", &at)) != NULL)
		if (strcmp(host, key) == 0)
			return true;
	return false;
}

/* The hosts come in pairs of host and username. */
static void
list_ours(struct reply *reply, const struct message *answer)
{
	const char *host = NULL;

	for (unsigned i = 0; i < answer->count; i++) {
		const struct attribute *attribute = &answer->attributes[i];

		if (strcmp(attribute->key, "host") == 0)
			host = attribute->value;
		else if (strcmp(attribute->key, "username") == 0 &&
			 host != NULL)
			reply_member(reply, host, attribute->value);
	}
}

/* A fallback that cannot list must not hide ours. */
static void
list_fallback(struct reply *reply, const struct message *answer,
    const char *name, struct input *room)
{
	struct error err;

	if (fallback_list(name, room->bytes, INPUT_MAX, &room->length, &err) ==
		-1 ||
	    object_read(&object, room->bytes, room->length, &err) == -1) {
		standard_report(&err);
		return;
	}
	for (unsigned i = 0; i < object.count; i++)
		if (!is_ours(answer, object.members[i].name))
			reply_member(reply, object.members[i].name,
			    object.members[i].value);
}

void
dockerlist_render(
    struct reply *reply, const struct message *answer, struct input *room)
{
	const char *fallback = message_get(answer, "fallback");

	reply_start(reply);
	reply_add(reply, "{");
	list_ours(reply, answer);
	if (fallback != NULL)
		list_fallback(reply, answer, fallback, room);
	reply_add(reply, "}\n");
}
