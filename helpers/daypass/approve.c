/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "helpers/daypass/request.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"

static const char *duration, *reason;
static bool once;

static const struct option_row approve_options[] = {
    {"for", "D", "how long: 90s, 15m, 1h (the default); 12h at most",
	&duration, NULL},
    {"once", NULL, "for those who wait now, and nobody after them", NULL,
	&once},
    {0}};

static const struct option_row deny_options[] = {
    {"reason", "TEXT", "what whoever asked is told", &reason, NULL}, {0}};

static struct client client;

static int
check_usage(int argc, char **argv, struct error *err)
{
	if (argc < 2)
		return error_set(err, FAULT_USAGE,
		    "which one? daypass approvals shows them");
	if (argc > 2)
		return error_set(err, FAULT_USAGE,
		    "unknown argument '%.64s': one at a time", argv[2]);
	if (duration != NULL && clock_parse_duration(duration) < 1)
		return error_set(err, FAULT_USAGE,
		    "--for '%.64s' is no time: 90s, 15m, 1h", duration);
	if (reason != NULL && strchr(reason, '\n') != NULL)
		return error_set(err, FAULT_USAGE, "--reason is one line");
	return 0;
}

/* Where no session is there is nobody who waits. */
static int
ask(struct error *err)
{
	client.no_start = true;
	if (client_answer(&client, err) == 0)
		return 0;
	if (err->fault == FAULT_NONE)
		error_set(err, FAULT_USAGE,
		    "no session is running: nothing waits for an approval");
	return -1;
}

/* What was decided about: an id alone is easily mistaken. */
static void
say(const char *word)
{
	const char *document = message_get(&client.message, "json");
	const char *id = message_get(&client.message, "approval");
	scoped(json) struct json *json =
	    document == NULL ? NULL
			     : json_parse(document, strlen(document), NULL);

	printf("%s %s", word, id == NULL ? "" : id);
	if (json == NULL) {
		puts("");
		return;
	}
	printf(": ");
	request_say(json, "");
}

static void
say_how_long(void)
{
	int64_t seconds = message_number(&client.message, "seconds", 0);
	char until[CLOCK_TEXT];

	clock_rfc3339(clock_unix() + seconds, until);
	if (once)
		printf("for those who wait now; what can be taken back ends at "
		       "%s\n",
		    until);
	else
		printf("until %s\n", until);
}

static int
approve(int argc, char **argv)
{
	struct error err;

	if (check_usage(argc, argv, &err) == -1)
		return verb_fail(&err);
	client_start(&client, "approve");
	writing_add(&client.writing, "approval", argv[1]);
	if (duration != NULL)
		writing_number(
		    &client.writing, "for", clock_parse_duration(duration));
	if (once)
		writing_add(&client.writing, "once", "1");
	if (ask(&err) == -1)
		return verb_fail(&err);
	say("approved");
	say_how_long();
	return 0;
}

static int
deny(int argc, char **argv)
{
	struct error err;

	if (check_usage(argc, argv, &err) == -1)
		return verb_fail(&err);
	client_start(&client, "deny");
	writing_add(&client.writing, "approval", argv[1]);
	if (reason != NULL)
		writing_add(&client.writing, "reason", reason);
	if (ask(&err) == -1)
		return verb_fail(&err);
	say("denied");
	return 0;
}

const struct verb verb_approve = {
    .word = "approve",
    .command = {.name = "daypass approve",
	.synopsis = "[--for D] [--once] ID",
	.summary = "lets a session have what it asked for",
	.options = approve_options},
    .run = approve,
};

const struct verb verb_deny = {
    .word = "deny",
    .command = {.name = "daypass deny",
	.synopsis = "[--reason TEXT] ID",
	.summary = "refuses what a session asked for",
	.options = deny_options},
    .run = deny,
};
