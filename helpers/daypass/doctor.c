/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/checks.h"
#include "helpers/daypass/findings.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"

static bool as_json;

static const struct option_row options[] = {
    {"json", NULL, "as JSON, for scripts", NULL, &as_json}, {0}};

static const char *const tools[] = {"git", "docker", "aws", "gcloud", "nats",
    "function", "token", "id-token", NULL};

static struct client road, probe; /* two, for the findings point into both */
static struct checks checks;

/* Where no target is named: the identity alone, with an audience that nobody
 * is asked for. */
static const char no_audience[] = "daypass-doctor";

static int
check_tool(const char *tool, struct error *err)
{
	const char *nearest;

	for (const char *const *name = tools; *name != NULL; name++)
		if (strcmp(tool, *name) == 0)
			return 0;
	nearest = text_nearest(tool, tools);
	return error_set(err, FAULT_USAGE, "unknown tool '%.64s'; %s%s%s", tool,
	    nearest == NULL ? "" : "did you mean '",
	    nearest == NULL
		? "one of git, docker, aws, gcloud, nats, function, "
		  "token, id-token"
		: nearest,
	    nearest == NULL ? "" : "'?");
}

/* The same request as the tool's helper would send. For `token` the target is
 * a credential's name, or what the configuration binds to a URL. */
static int
ask(struct client *client, const char *verb, const char *tool,
    const char *target, struct error *err)
{
	const char *key = "target";

	if (strcmp(tool, "id-token") == 0)
		key = "audience";
	else if (strcmp(tool, "token") == 0 && strstr(target, "://") == NULL)
		key = "credential";
	client_start(client, verb);
	writing_add(&client->writing, "tool",
	    strcmp(tool, "id-token") == 0 ? "token" : tool);
	writing_add(&client->writing, key, target);
	if (strcmp(verb, "get") == 0)
		writing_add(&client->writing, "probe", "1");
	return client_answer(client, err);
}

static void
try(const char *tool, const char *target, struct error *err)
{
	switch (ask(&probe, "get", tool, target, err)) {
	case 0:
		checks_add(&checks, "try", FAULT_NONE, NULL);
		break;
	case 1:
		checks_add(&checks, "try", FAULT_CONFIG,
		    "config: nothing binds this target");
		break;
	default:
		checks_add(&checks, "try", err->fault, err->text);
		break;
	}
}

/* The causes point into *err and the two clients. */
static void
examine(const char *tool, const char *target, struct error *err)
{
	bool whole = tool == NULL;

	if (ask(&road, "road", whole ? "id-token" : tool,
		whole ? no_audience : target, err) == -1) {
		road.message.count = 0;
		checks_add(&checks, "agent", err->fault, err->text);
		return;
	}
	checks_add(&checks, "agent", FAULT_NONE, NULL);
	checks_read(&checks, &road.message, whole);
	if (!whole && message_get(&road.message, "fault") == NULL &&
	    message_get(&road.message, "step") != NULL)
		try(tool, target, err);
}

/* The steps of a road that nobody asked for would only confuse. */
static void
drop_road(void)
{
	struct message *answer = &road.message;

	for (unsigned i = 0; i < answer->count; i++)
		if (strcmp(answer->attributes[i].key, "step") == 0)
			answer->count = i;
}

static int
run(int argc, char **argv)
{
	struct error err;

	if (argc != 1 && argc != 3) {
		error_set(&err, FAULT_USAGE,
		    "name a tool and its target, as in: daypass doctor aws "
		    "default");
		return verb_fail(&err);
	}
	if (argc == 3 && check_tool(argv[1], &err) == -1)
		return verb_fail(&err);
	examine(argc == 3 ? argv[1] : NULL, argc == 3 ? argv[2] : NULL, &err);
	if (argc == 1)
		drop_road();
	if (as_json)
		findings_json(&road.message, &checks);
	else
		findings_show(&road.message, &checks);
	return fault_exit(checks.fault);
}

const struct verb verb_doctor = {
    .word = "doctor",
    .command = {.name = "daypass doctor",
	.synopsis = "[--json] [TOOL TARGET]",
	.summary = "what works, what does not, why, and what to do",
	.options = options},
    .run = run,
};
