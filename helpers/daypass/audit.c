/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "helpers/daypass/audit.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"

static const char *actor, *target, *credential, *verdict, *since, *until;
static const char *head;
static bool follow, as_json;

static const struct option_row options[] = {
    {"actor", "GLOB", "records of these actors or sessions", &actor, NULL},
    {"target", "GLOB", "for these targets", &target, NULL},
    {"credential", "GLOB", "of these credentials", &credential, NULL},
    {"verdict", "V", "allow, approve or deny", &verdict, NULL},
    {"since", "T", "from then on: 2026-01-02T03:04:05Z, or 2h ago", &since,
	NULL},
    {"until", "T", "until then", &until, NULL},
    {"follow", NULL, "go on, as records are written", NULL, &follow},
    {"json", NULL, "as they are, for scripts", NULL, &as_json},
    {"head", "HASH", "verify: is this record, kept elsewhere, in the chain?",
	&head, NULL},
    {0}};

static struct client client;

/* A point in time, or how long ago it is. */
static int
read_time(const char *text, const char *option, int64_t *time,
    struct error *err)
{
	int64_t ago;

	if (text == NULL)
		return 0;
	ago = clock_parse_duration(text);
	*time = ago >= 0 ? clock_unix() - ago : clock_parse_rfc3339(text);
	if (*time > 0)
		return 0;
	return error_set(err, FAULT_USAGE,
	    "--%s '%.64s' is neither a time like 2026-01-02T03:04:05Z nor a "
	    "duration like 2h",
	    option, text);
}

static int
check_verdict(struct error *err)
{
	static const char *const words[] = {"allow", "approve", "deny", NULL};
	const char *nearest;

	if (verdict == NULL)
		return 0;
	for (const char *const *word = words; *word != NULL; word++)
		if (strcmp(verdict, *word) == 0)
			return 0;
	nearest = text_nearest(verdict, words);
	return error_set(err, FAULT_USAGE,
	    "unknown verdict '%.64s'; %s%s%s", verdict,
	    nearest == NULL ? "" : "did you mean '",
	    nearest == NULL ? "one of allow, approve, deny" : nearest,
	    nearest == NULL ? "" : "'?");
}

static int
check_head(struct error *err)
{
	if (head == NULL || (strlen(head) == 64 &&
				strspn(head, "0123456789abcdef") == 64))
		return 0;
	return error_set(err, FAULT_USAGE,
	    "--head wants a record's hash: 64 digits, 0-9 and a-f");
}

static int
check_usage(bool verify, struct audit_filter *filter, struct error *err)
{
	bool filters = actor != NULL || target != NULL || credential != NULL ||
		       verdict != NULL || since != NULL || until != NULL ||
		       follow;

	if (verify && filters)
		return error_set(err, FAULT_USAGE,
		    "verify looks at every record: only --head and --json go "
		    "with it");
	if (!verify && head != NULL)
		return error_set(err, FAULT_USAGE,
		    "--head goes with verify: daypass audit verify --head "
		    "HASH");
	*filter = (struct audit_filter){.actor = actor,
	    .target = target,
	    .credential = credential,
	    .verdict = verdict};
	if (check_verdict(err) == -1 || check_head(err) == -1 ||
	    read_time(since, "since", &filter->since, err) == -1)
		return -1;
	return read_time(until, "until", &filter->until, err);
}

/* What the agent knows of the file cannot be cut off unseen. */
static void
take_head(struct audit_head *known)
{
	if (known->hash != NULL)
		return;
	known->sequence = message_number(&client.message, "sequence", 0);
	if (known->sequence > 0)
		known->hash = message_get(&client.message, "head");
}

/* Where the session writes: the agent says so, for who may know. */
static const char *
ask_where(struct audit_head *known, struct error *err)
{
	const char *sink;
	unsigned at = 0;

	client_start(&client, "audit");
	client.no_start = true;
	if (client_answer(&client, err) != 0) {
		if (err->fault == FAULT_NONE)
			error_set(err, FAULT_USAGE,
			    "no session is running: name the file, as in "
			    "daypass audit FILE");
		return NULL;
	}
	take_head(known);
	while ((sink = message_next(&client.message, "sink", &at)) != NULL)
		if (text_starts(sink, "file:"))
			return sink + strlen("file:");
	error_set(err, FAULT_CONFIG,
	    "config: [audit] names no sink that is a file");
	return NULL;
}

static int
run(int argc, char **argv)
{
	bool verify = argc > 1 && strcmp(argv[1], "verify") == 0;
	const char *path = argc > 1 + verify ? argv[1 + verify] : NULL;
	struct audit_head known = {.sequence = 0};
	struct audit_filter filter;
	struct error err = {.fault = FAULT_NONE};
	int result;

	if (argc > 2 + verify) {
		error_set(&err, FAULT_USAGE, "unknown argument '%.64s'",
		    argv[2 + verify]);
		return verb_fail(&err);
	}
	known.hash = head;
	if (check_usage(verify, &filter, &err) == -1 ||
	    (path == NULL && (path = ask_where(&known, &err)) == NULL))
		return verb_fail(&err);
	if (verify)
		result = audit_verify(
		    path, known.hash == NULL ? NULL : &known, as_json, &err);
	else
		result = audit_read(path, &filter, follow, as_json, &err);
	return result == -1 ? verb_fail(&err) : 0;
}

const struct verb verb_audit = {
    .word = "audit",
    .command = {.name = "daypass audit",
	.synopsis = "[OPTION...] [FILE] | verify [--head HASH] [--json] "
		    "[FILE]",
	.summary = "what was decided, and whether the records are intact",
	.options = options},
    .run = run,
};
