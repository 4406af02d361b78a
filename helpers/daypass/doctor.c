/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/target.h"
#include "helpers/daypass/checks.h"
#include "helpers/daypass/doctor_as.h"
#include "helpers/daypass/doctor_binding.h"
#include "helpers/daypass/doctor_network.h"
#include "helpers/daypass/findings.h"
#include "helpers/daypass/shadow.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"

static bool as_json;
static const char *role, *region, *as;

static const struct option_row options[] = {
    {"json", NULL, "as JSON, for scripts", NULL, &as_json},
    {"as", "NAME", "what this actor may have; alone: can it be isolated?", &as,
	NULL},
    {"role", "ARN", "for aws: instead of a profile, this role", &role, NULL},
    {"region", "R", "with --role: the region whose STS is asked", &region,
	NULL},
    {0}};

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

static int
check_usage(int argc, const char *tool, const char *target, struct error *err)
{
	if (argc > 3 || (tool == NULL) != (target == NULL))
		return error_set(err, FAULT_USAGE,
		    "name a tool and its target, as in: daypass doctor aws "
		    "default");
	if (role != NULL && (argc > 2 || strcmp(tool, "aws") != 0))
		return error_set(err, FAULT_USAGE,
		    "--role goes with aws alone: daypass doctor aws --role "
		    "ARN");
	if (region != NULL && role == NULL)
		return error_set(err, FAULT_USAGE, "--region goes with --role");
	return tool == NULL ? 0 : check_tool(tool, err);
}

/* The same request as the tool's helper would send. For `token` the target is
 * a credential's name, or what the configuration binds to a URL. */
static int
ask(struct client *client, const char *verb, const char *tool,
    const char *target, struct error *err)
{
	const char *key = "target";

	if (role != NULL)
		key = "role";
	else if (strcmp(tool, "id-token") == 0)
		key = "audience";
	else if (strcmp(tool, "token") == 0 && strstr(target, "://") == NULL)
		key = "credential";
	client_start(client, verb);
	writing_add(&client->writing, "tool",
	    strcmp(tool, "id-token") == 0 ? "token" : tool);
	writing_add(&client->writing, key, target);
	if (region != NULL)
		writing_add(&client->writing, "region", region);
	if (as != NULL)
		writing_add(&client->writing, "as", as);
	if (client == &road)
		writing_add(&client->writing, "bindings", "1");
	if (strcmp(verb, "get") == 0)
		writing_add(&client->writing, "probe", "1");
	return client_answer(client, err);
}

static void
try(const char *tool, const char *target, struct error *err)
{
	switch (ask(&probe, "get", tool, target, err)) {
	case 0:
		checks_add(
		    &checks, "try", FAULT_NONE, doctor_claims(&probe.message));
		checks_audience(&checks, &road.message, &probe.message);
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

/* A try may be the first to show that a clock is off. */
static void
look_at_clock(const char *tool, const char *target)
{
	struct error err;

	if (ask(&probe, "road", tool, target, &err) == 0)
		checks_clock(&checks, &probe.message);
}

/* What the tool itself will do with the target, before it ever asks us. */
static void
look_at_tool(const char *tool, const char *target)
{
	if (role == NULL && as == NULL)
		shadow_look(&checks, tool, target,
		    message_get(&road.message, "binding"), true);
}

/* A token that merely lies there is looked at: nobody has to be asked for it.
 * Where that would be denied, doctor does not make a denial on record. */
static void
look_at_token(void)
{
	static struct error err;
	const char *source = message_get(&road.message, "source");
	const char *verdict = message_get(&road.message, "verdict");

	if (source == NULL ||
	    (strcmp(source, "file") != 0 && strcmp(source, "env") != 0))
		return;
	if (message_get(&road.message, "fault") != NULL ||
	    (verdict != NULL && strcmp(verdict, "allow") != 0))
		return;
	if (ask(&probe, "get", "id-token", no_audience, &err) == 0)
		checks_add(&checks, "token", FAULT_NONE,
		    doctor_claims(&probe.message));
	else if (err.stage != STAGE_POLICY)
		checks_add(&checks, "token", err.fault, err.text);
}

static void
look_at_binding(const char *tool, const char *target)
{
	char sample[TARGET_MAX];
	struct error err;
	bool one = strchr(target, '*') == NULL && target[0] != '\0';

	if (!one && shadow_sample(target, sample, sizeof(sample)) == -1)
		return;
	doctor_binding(&checks, tool, target,
	    ask(&probe, "road", tool, one ? target : sample, &err) == -1
		? NULL
		: &probe.message);
	if (one)
		shadow_look(&checks, tool, target, target, false);
	else
		shadow_look_at_all(&checks, tool, target, sample);
}

/* Every binding: the road from it, and who else its tool may ask. */
static void
look_at_bindings(void)
{
	const char *tool, *target;
	unsigned at = 0, target_at = 0;

	while ((tool = message_next(&road.message, "bound", &at)) != NULL &&
	       (target = message_next(
		    &road.message, "bound-target", &target_at)) != NULL)
		look_at_binding(tool, target);
	if (message_get(&road.message, "bound-omitted") != NULL)
		checks_say(&checks, "binding", true,
		    "there are more than were looked at: daypass doctor TOOL "
		    "TARGET looks at one",
		    NULL);
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
	if (message_get(&road.message, "once") == NULL)
		checks_add(&checks, "agent", FAULT_NONE, NULL);
	else
		checks_say(&checks, "agent", false,
		    "no session can stay here: each request has an agent to "
		    "itself, and nothing is kept",
		    "export DAYPASS_RUNTIME_DIR=/a/directory/of/yours");
	checks_read(&checks, &road.message, whole);
	/* Nobody can be asked in another's name. */
	if (as != NULL && whole)
		doctor_isolation(&checks);
	else if (as != NULL)
		doctor_scope(&checks, &road.message);
	else if (!whole && message_get(&road.message, "fault") == NULL &&
		 message_get(&road.message, "step") != NULL) {
		try(tool, target, err);
		look_at_clock(tool, target);
	}
	if (whole && as == NULL) {
		look_at_token();
		doctor_network(&checks);
		look_at_bindings();
	} else if (!whole && message_get(&road.message, "step") != NULL)
		look_at_tool(tool, target);
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
	const char *tool = argc > 1 ? argv[1] : NULL;
	const char *target = argc > 2 ? argv[2] : role;
	struct error err;

	if (check_usage(argc, tool, target, &err) == -1)
		return verb_fail(&err);
	examine(tool, target, &err);
	if (tool == NULL)
		drop_road();
	if (!as_json)
		findings_show(&road.message, &checks);
	else if (findings_json(&road.message, &checks, &err) == -1)
		return verb_fail(&err);
	return fault_exit(checks.fault);
}

const struct verb verb_doctor = {
    .word = "doctor",
    .command = {.name = "daypass doctor",
	.synopsis = "[--json] [--as NAME] "
		    "[TOOL TARGET | aws --role ARN [--region R]]",
	.summary = "what works, what does not, why, and what to do",
	.options = options},
    .run = run,
};
