/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dirs.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/verb.h"
#include "helpers/reply.h"
#include "wire/client.h"
#include "wire/hold.h"
#include "wire/lock.h"

#define ENDING_MS 6000

static bool as_json, hold;

static const struct option_row options[] = {
    {"hold", NULL, "start no other until daypass begin", NULL, &hold},
    {"json", NULL, "as JSON, for scripts", NULL, &as_json}, {0}};

static struct client client;
static struct reply reply;

static void
each_revoked(void (*show_one)(const char *name))
{
	const char *name;
	unsigned at = 0;

	while ((name = message_next(&client.message, "revoked", &at)) != NULL)
		show_one(name);
}

/* What can only expire: its name, then what is known of it. */
struct expiring {
	const char *name;
	const char *audience; /* of an id token, else NULL */
	int64_t expires;      /* 0: not known */
};

static void
each_expiring(void (*show_one)(const struct expiring *expiring))
{
	const struct message *answer = &client.message;
	struct expiring one = {.name = NULL};

	for (unsigned i = 0; i < answer->count; i++) {
		const struct attribute *line = &answer->attributes[i];

		if (strcmp(line->key, "expiring") == 0) {
			if (one.name != NULL)
				show_one(&one);
			one = (struct expiring){.name = line->value};
		} else if (strcmp(line->key, "expires") == 0) {
			one.expires = text_number(line->value, INT64_MAX);
		} else if (strcmp(line->key, "audience") == 0) {
			one.audience = line->value;
		}
	}
	if (one.name != NULL)
		show_one(&one);
}

static void
comma(void)
{
	if (reply.bytes[reply.length - 1] != '[')
		reply_add(&reply, ",");
}

static void
json_revoked(const char *name)
{
	comma();
	reply_string(&reply, name);
}

static void
json_expiring(const struct expiring *expiring)
{
	char time[CLOCK_TEXT];

	comma();
	reply_add(&reply, "{");
	reply_member(&reply, "name", expiring->name);
	reply_member(&reply, "audience", expiring->audience);
	reply_member(&reply, "expires_at",
	    expiring->expires > 0 ? clock_rfc3339(expiring->expires, time)
				  : NULL);
	reply_add(&reply, "}");
}

static int
show_json(void)
{
	reply_start(&reply);
	reply_add(&reply, "{\"revoked\":[");
	each_revoked(json_revoked);
	reply_add(&reply, "],\"expiring\":[");
	each_expiring(json_expiring);
	reply_add(&reply, "]");
	reply_name(&reply, "omitted");
	reply_number(&reply, message_number(&client.message, "omitted", 0));
	reply_add(&reply, "}\n");
	return reply_send(&reply, STDOUT_FILENO);
}

static void
show_revoked(const char *name)
{
	printf("revoked   %s\n", name);
}

static void
show_expiring(const struct expiring *expiring)
{
	char time[CLOCK_TEXT];

	printf("expires   %s%s%s, %s\n", expiring->name,
	    expiring->audience != NULL ? " for " : "",
	    expiring->audience != NULL ? expiring->audience : "",
	    expiring->expires > 0 ? clock_rfc3339(expiring->expires, time)
				  : "at a time that is not known");
}

/* How many did not fit into the answer. */
static void
show_omitted(void)
{
	const char *count = message_get(&client.message, "omitted");

	if (count != NULL)
		printf("          and %s more\n", count);
}

static int
show(bool was_running, struct error *err)
{
	if (as_json)
		return show_json() == 0
			   ? 0
			   : error_errno(err, "standard output");
	each_revoked(show_revoked);
	each_expiring(show_expiring);
	show_omitted();
	printf("%s%s\n",
	    was_running ? "the session has ended" : "no session is running",
	    hold ? "; daypass begin starts a new one" : "");
	return 0;
}

/* An agent that ends listens no more. 1: one did, and is gone; 0: none. */
static int
await_end(struct error *err)
{
	scoped(fd) int directory = dirs_open_runtime(false, err);
	int ended;

	if (directory == -1)
		return err->fault == FAULT_NONE ? 0 : -1;
	ended = lock_await(directory, ENDING_NAME, clock_ms() + ENDING_MS, err);
	return ended == -1 ? error_in(err, "the session is ending") : ended;
}

/* Where no agent runs, nobody but us can leave the mark. */
static int
leave_mark(struct error *err)
{
	scoped(fd) int directory = dirs_open_runtime(true, err);

	return directory == -1 ? -1 : hold_set(directory, err);
}

/* 1: it has ended; 0: there was none. */
static int
end(struct error *err)
{
	client_start(&client, "end");
	client.no_start = true;
	if (hold)
		writing_add(&client.writing, "hold", "1");
	if (client_answer(&client, err) != -1)
		return 1;
	if (err->fault != FAULT_NONE)
		return -1;
	client.message.count = 0;
	if (hold && leave_mark(err) == -1)
		return -1;
	return await_end(err);
}

static int
run(int argc, char **argv)
{
	struct error err;
	int ended;

	if (verb_alone(argc, argv, &err) == -1 ||
	    (ended = end(&err)) == -1 || show(ended == 1, &err) == -1)
		return verb_fail(&err);
	return 0;
}

const struct verb verb_end = {
    .word = "end",
    .command = {.name = "daypass end",
	.synopsis = "[--hold] [--json]",
	.summary = "ends the session: revokes what can be revoked, forgets all",
	.options = options},
    .run = run,
};
