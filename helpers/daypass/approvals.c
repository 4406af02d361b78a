/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/scoped.h"
#include "helpers/daypass/request.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"
#include "wire/document.h"

#define PATIENCE 3600 /* seconds without a change, then it is asked again */
#define KNOWN_MAX 512

static bool as_json, follow, plain;

static const struct option_row options[] = {
    {"follow", NULL, "go on, and show what comes", NULL, &follow},
    {"json", NULL, "as JSON, for scripts; with --follow an array a line", NULL,
	&as_json},
    {"plain", NULL, "what waits alone, one a line: its ID, a tab, what it is",
	NULL, &plain},
    {0}};

static struct client client;

/* What was shown already: id and state of each. */
struct known {
	size_t count;
	char what[KNOWN_MAX][32];
};

static void
name(const struct json *all, size_t i, char what[32])
{
	const char *id = "", *state = "";
	char path[32];

	snprintf(path, sizeof(path), "%zu/id", i);
	json_string(all, path, &id);
	snprintf(path, sizeof(path), "%zu/state", i);
	json_string(all, path, &state);
	snprintf(what, 32, "%.12s %.12s", id, state);
}

static bool
is_known(const struct known *known, const char *what)
{
	for (size_t i = 0; i < known->count; i++)
		if (strcmp(known->what[i], what) == 0)
			return true;
	return false;
}

/* Those that are new since the last time, or have another state. */
static size_t
show_new(const struct json *all, struct known *known)
{
	static struct known now;
	char path[32];
	size_t shown = 0;

	now.count = 0;
	for (size_t i = 0; i < KNOWN_MAX; i++) {
		snprintf(path, sizeof(path), "%zu", i);
		if (!json_is_object(all, path))
			break;
		name(all, i, now.what[now.count++]);
		if (is_known(known, now.what[i]))
			continue;
		if (known->count == 0 && shown == 0)
			request_heads();
		request_show(all, i);
		shown++;
	}
	*known = now;
	return shown;
}

/* For completions. */
static void
show_plain(const struct json *all)
{
	const char *state;
	char path[32];

	for (size_t i = 0;; i++) {
		snprintf(path, sizeof(path), "%zu/state", i);
		if (!json_string(all, path, &state))
			return;
		if (strcmp(state, "pending") == 0)
			request_line(all, i);
	}
}

static int
show(struct known *known, struct error *err)
{
	scoped(buffer) struct buffer document = BUFFER(MESSAGE_MAX);
	scoped(json) struct json *all = NULL;
	const char *omitted = message_get(&client.message, "omitted");

	document_join(&client.message, &document);
	if (as_json) {
		puts(buffer_text(&document));
		return 0;
	}
	all = json_parse(buffer_text(&document), document.length, err);
	if (all == NULL)
		return error_in(err, "agent: its requests");
	if (plain) {
		show_plain(all);
		return 0;
	}
	if (show_new(all, known) == 0 && !follow)
		puts("nothing waits for an approval");
	if (omitted != NULL)
		printf("and %s more\n", omitted);
	return 0;
}

/* -1 with FAULT_NONE: there is no session. `after`: nothing new is worth
 * telling; NULL: all there is. Who wants to see what comes begins a session,
 * but none after that one. */
static int
ask(const char *after, struct error *err)
{
	client_start(&client, "approvals");
	client.no_start = after != NULL || !follow;
	client.quiet = true;
	if (after != NULL) {
		writing_add(&client.writing, "after", after);
		client_patience(&client, PATIENCE);
	}
	return client_answer(&client, err);
}

static int
no_session(const struct error *err)
{
	if (err->fault != FAULT_NONE)
		return verb_fail(err);
	if (as_json)
		puts("[]");
	else if (!plain)
		puts("no session is running: nothing waits for an approval");
	return 0;
}

static int
follow_on(struct known *known, struct error *err)
{
	char serial[32];

	for (;;) {
		const char *now = message_get(&client.message, "serial");

		snprintf(serial, sizeof(serial), "%s", now == NULL ? "" : now);
		fflush(stdout);
		if (ferror(stdout)) /* nobody reads any more */
			return 0;
		if (ask(serial, err) == -1)
			break;
		now = message_get(&client.message, "serial");
		if (now != NULL && strcmp(now, serial) != 0 &&
		    show(known, err) == -1)
			return verb_fail(err);
	}
	if (err->fault != FAULT_NONE)
		return verb_fail(err);
	fprintf(stderr, "daypass: the session has ended\n");
	return 0;
}

static int
run(int argc, char **argv)
{
	static struct known known;
	struct error err;

	if (verb_alone(argc, argv, &err) == -1)
		return verb_fail(&err);
	if (plain && (as_json || follow)) {
		error_set(&err, FAULT_USAGE,
		    "--plain goes with neither --json nor --follow");
		return verb_fail(&err);
	}
	if (ask(NULL, &err) == -1)
		return no_session(&err);
	if (show(&known, &err) == -1)
		return verb_fail(&err);
	return follow ? follow_on(&known, &err) : 0;
}

const struct verb verb_approvals = {
    .word = "approvals",
    .command = {.name = "daypass approvals",
	.synopsis = "[--follow] [--json] | --plain",
	.summary = "what waits for a person to approve it",
	.options = options},
    .run = run,
};
