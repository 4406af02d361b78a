/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/doctor_as.h"
#include "helpers/daypass/isolate.h"
#include "wire/client.h"

#define SAID_MAX 16

static struct said {
	char part[32];
	char why[ERROR_TEXT_MAX];
} said[SAID_MAX];

struct saying {
	struct checks *checks;
	size_t count;
};

/* A remark is no failure: the part is there, and could be more. */
static void
say(void *arg, const char *part, bool good, const char *why)
{
	struct saying *saying = arg;
	struct said *one = &said[saying->count];

	if (saying->count == SAID_MAX)
		return;
	saying->count++;
	text_copy(one->part, sizeof(one->part), part);
	if (why != NULL)
		text_printable(one->why, sizeof(one->why), why, strlen(why));
	checks_bare(saying->checks, one->part, good ? FAULT_NONE : FAULT_SYSTEM,
	    why == NULL ? NULL : one->why);
}

void
doctor_isolation(struct checks *checks)
{
	static struct client client; /* large */
	static struct error err;
	struct plan plan = {.failed = false};
	struct saying saying = {.checks = checks};

	client_start(&client, "isolation");
	if (client_answer(&client, &err) == -1 ||
	    plan_make(&plan, &client.message, &err) == -1)
		checks_bare(checks, "isolation", err.fault, err.text);
	else
		isolate_try(&plan, say, &saying);
	plan_free(&plan);
}

void
doctor_scope(struct checks *checks, const struct message *road)
{
	const char *scoped = message_get(road, "scoped");
	bool yes = scoped != NULL && text_boolean(scoped) == 1;

	if (scoped == NULL)
		return;
	if (message_get(road, "policy") == NULL)
		checks_say(checks, "policy", false,
		    "no policy is for this actor: it may have all that the "
		    "configuration binds",
		    "write a [policy] for its name");
	checks_say(checks, "scope", yes, message_get(road, "scoped-why"),
	    yes ? NULL
		: "narrow it: scope, session-policy or boundary in the "
		  "[rule]");
}
