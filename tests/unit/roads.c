/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/road_judge.h"
#include "roads.h"
#include "rows.h"

const struct actor *roads_actor = &actor_self;
const struct settings *roads_claims;

void
roads_begin(void)
{
	clearenv();
	setenv("PATH", "/nonexistent", 1);
	setenv("HOME", "/home/agent", 1);
}

/* The request as it would come off the wire; its strings lie in `bytes`. */
static bool
parse(struct message *message, char *bytes, size_t size, const char *request)
{
	int length = snprintf(bytes, size, "daypass=1 get\n%s", request);
	struct error err;

	for (char *c = bytes + strlen("daypass=1 get"); *c != '\0'; c++)
		if (*c == ' ')
			*c = '\n';
	while (bytes[length - 1] == '\n')
		length--;
	memcpy(bytes + length, "\n\n", 3);
	if (message_parse(message, bytes, (size_t)length + 2, &err) == 0)
		return true;
	printf("# %s\n", err.text);
	return false;
}

static void
describe(const struct road *road, char *text, size_t size)
{
	size_t used = (size_t)snprintf(
	    text, size, "%s %s", road->source, road->steps[0].audience);

	for (size_t i = 1; i < road->count; i++)
		used += (size_t)snprintf(text + used, size - used, " > %s",
		    road->steps[i].exchange->name);
	if (road->username != NULL)
		snprintf(text + used, size - used, " as %s", road->username);
}

const char *
roads_find(const char *system, const char *user, const char *request,
    struct road **road)
{
	static char text[ERROR_TEXT_MAX + 64], bytes[8192];
	static struct message message;
	scoped(config) struct config *config = rows_config(system, user);
	struct error err = {.fault = FAULT_NONE};
	char want[AROUND_WANT] = "";

	*road = NULL;
	if (config == NULL ||
	    !parse(&message, bytes, sizeof(bytes) - 2, request))
		return "(the test is wrong)";
	enum road_result result = road_find(config, &message, road, want, &err);
	if (result == ROAD_FOUND &&
	    road_judge(config, *road, roads_actor, roads_claims, &err) == -1)
		result = ROAD_WRONG;
	switch (result) {
	case ROAD_NONE:
		return "none";
	case ROAD_FOUND:
		describe(*road, text, sizeof(text));
		break;
	case ROAD_WANT:
		snprintf(text, sizeof(text), "want %s", want);
		break;
	case ROAD_WRONG:
		snprintf(text, sizeof(text), "%s %s: %s", fault_name(err.fault),
		    stage_name(err.stage), err.text);
		break;
	}
	return text;
}

bool
roads_fit(const char *expected, const char *text)
{
	if (*expected == '\0')
		return *text == '\0';
	if (*expected != '*')
		return *expected == *text && roads_fit(expected + 1, text + 1);
	for (;; text++) {
		if (roads_fit(expected + 1, text))
			return true;
		if (*text == '\0')
			return false;
	}
}
