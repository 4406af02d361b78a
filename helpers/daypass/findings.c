/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "helpers/daypass/findings.h"
#include "helpers/daypass/paint.h"
#include "helpers/daypass/wrap.h"
#include "helpers/reply.h"

static struct reply reply;

/* One thing of several in the answer: its lines, from the one that begins it
 * to the next such one. */
struct part {
	const struct message *message;
	unsigned first, end;
};

static bool
next_part(struct part *part, const char *key)
{
	const struct message *message = part->message;
	unsigned i = part->end;

	while (
	    i < message->count && strcmp(message->attributes[i].key, key) != 0)
		i++;
	part->first = i;
	for (i++; i < message->count; i++)
		if (strcmp(message->attributes[i].key, key) == 0)
			break;
	part->end = i;
	return part->first < message->count;
}

static const char *
part_get(const struct part *part, const char *key)
{
	for (unsigned i = part->first; i < part->end; i++)
		if (strcmp(part->message->attributes[i].key, key) == 0)
			return part->message->attributes[i].value;
	return NULL;
}

static bool
part_is(const struct part *part, const char *key)
{
	const char *value = part_get(part, key);

	return value != NULL && text_boolean(value) == 1;
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static void
show_identity(const struct part *part)
{
	bool here = part_is(part, "here");
	char reason[CHECKS_TEXT];

	snprintf(reason, sizeof(reason), "%s%s",
	    or_empty(part_get(part, "reason")),
	    part_is(part, "chosen") ? " (taken)" : "");
	printf("  %s%-3s%s %-16s ", paint(here ? PAINT_GOOD : PAINT_FAINT),
	    here ? "yes" : "no", here ? paint(PAINT_PLAIN) : "",
	    part_get(part, "identity"));
	wrap_print(stdout, reason, 23);
	fputs(paint(PAINT_PLAIN), stdout);
}

/* Those that are not here are many, and seldom of interest. */
static void
show_identities(const struct message *road)
{
	struct part part = {.message = road};

	printf("%sidentities%s\n", paint(PAINT_BOLD), paint(PAINT_PLAIN));
	while (next_part(&part, "identity"))
		show_identity(&part);
}

/* `key=value`, where it is said and not empty. */
static void
show_detail(const struct part *part, const char *key)
{
	const char *value = part_get(part, key);

	if (value != NULL && value[0] != '\0')
		printf("     %-9s %s\n", key, value);
}

static void
show_settings(const struct part *part)
{
	for (unsigned i = part->first; i < part->end; i++)
		if (strcmp(part->message->attributes[i].key, "setting") == 0)
			printf("     setting   %s\n",
			    part->message->attributes[i].value);
}

static void
show_road(const struct message *road)
{
	struct part part = {.message = road};
	const char *binding = message_get(road, "binding");
	const char *credential = message_get(road, "credential");

	if (!next_part(&part, "step"))
		return;
	printf("\n%sroad%s  %s%s%s\n", paint(PAINT_BOLD), paint(PAINT_PLAIN),
	    or_empty(binding), binding == NULL ? "" : " -> ",
	    or_empty(credential));
	do {
		printf("  %s. %s: %s -> %s\n",
		    or_empty(part_get(&part, "step")),
		    or_empty(part_get(&part, "exchange")),
		    or_empty(part_get(&part, "takes")),
		    or_empty(part_get(&part, "yields")));
		show_detail(&part, "endpoint");
		show_detail(&part, "audience");
		show_settings(&part);
	} while (next_part(&part, "step"));
}

/* What the policies said. Without any, there is nothing to tell. */
static void
show_verdict(const struct message *road)
{
	const char *verdict = message_get(road, "verdict");
	const char *policy = message_get(road, "policy");
	const char *rule = message_get(road, "rule");
	const char *ttl = message_get(road, "max-ttl");
	const char *limit;
	unsigned at = 0;

	if (verdict == NULL || policy == NULL)
		return;
	printf("\n%sverdict%s  %s, by [policy \"%s\"]", paint(PAINT_BOLD),
	    paint(PAINT_PLAIN), verdict, policy);
	if (rule != NULL)
		printf(" rule \"%s\"", rule);
	printf("%s\n", message_get(road, "wants-claims") == NULL
			   ? ""
			   : " (as far as can be said without its claims)");
	if (ttl != NULL)
		printf("     max-ttl   %s s\n", ttl);
	while ((limit = message_next(road, "limit", &at)) != NULL)
		printf("     limit     %s\n", limit);
}

static int
widest_name(const struct checks *checks)
{
	int width = 0;

	for (unsigned i = 0; i < checks->count; i++)
		if ((int)strlen(checks->check[i].name) > width)
			width = (int)strlen(checks->check[i].name);
	return width;
}

/* What fails stands out; what is only worth a word is no failure of the whole,
 * and says so by its colour. */
static void
show_check(const struct check *check, int width, bool works)
{
	const char *cause = or_empty(check->cause);

	printf("  %s%-4s%s ",
	    paint(check->ok ? PAINT_GOOD
		  : works   ? PAINT_WARN
			    : PAINT_BAD),
	    check->ok ? "ok" : "FAIL", paint(PAINT_PLAIN));
	if (cause[0] == '\0') {
		puts(check->name);
		return;
	}
	printf("%-*s  ", width, check->name);
	wrap_print(stdout, cause, (unsigned)width + 9);
	if (!check->ok && check->remedy != NULL) {
		printf("       ");
		wrap_print(stdout, check->remedy, 7);
	}
}

static void
show_sum(const struct checks *checks)
{
	bool works = checks->fault == FAULT_NONE;
	unsigned failed = 0;

	for (unsigned i = 0; i < checks->count; i++)
		failed += !checks->check[i].ok;
	if (failed == 0)
		printf("\n%sall is well%s\n", paint(PAINT_GOOD),
		    paint(PAINT_PLAIN));
	else
		printf("\n%s%s%s: %u of %u checks failed\n",
		    paint(works ? PAINT_WARN : PAINT_BAD),
		    works ? "it works all the same" : "it does not work",
		    paint(PAINT_PLAIN), failed, checks->count);
}

static void
show_checks(const struct checks *checks)
{
	int width = widest_name(checks);

	printf("\n%schecks%s\n", paint(PAINT_BOLD), paint(PAINT_PLAIN));
	for (unsigned i = 0; i < checks->count; i++)
		show_check(
		    &checks->check[i], width, checks->fault == FAULT_NONE);
	show_sum(checks);
}

void
findings_show(const struct message *road, const struct checks *checks)
{
	show_identities(road);
	show_road(road);
	show_verdict(road);
	show_checks(checks);
}

/* A comma before every element but the first. */
static void
open_element(void)
{
	reply_add(&reply, reply.bytes[reply.length - 1] == '[' ? "{" : ",{");
}

static void
add_boolean(const char *name, bool value)
{
	reply_name(&reply, name);
	reply_add(&reply, value ? "true" : "false");
}

static void
add_identities(const struct message *road)
{
	struct part part = {.message = road};

	reply_add(&reply, "\"identities\":[");
	while (next_part(&part, "identity")) {
		open_element();
		reply_member(&reply, "name", part_get(&part, "identity"));
		add_boolean("here", part_is(&part, "here"));
		reply_member(&reply, "reason", part_get(&part, "reason"));
		reply_add(&reply, "}");
	}
	reply_add(&reply, "]");
}

static void
add_checks(const struct checks *checks)
{
	reply_add(&reply, ",\"checks\":[");
	for (unsigned i = 0; i < checks->count; i++) {
		open_element();
		reply_member(&reply, "name", checks->check[i].name);
		add_boolean("ok", checks->check[i].ok);
		reply_member(&reply, "cause", checks->check[i].cause);
		reply_member(&reply, "remedy", checks->check[i].remedy);
		reply_add(&reply, "}");
	}
	reply_add(&reply, "]");
}

static void
add_road(const struct message *road)
{
	static const char *const keys[] = {
	    "exchange", "takes", "yields", "endpoint", NULL};
	struct part part = {.message = road};

	reply_add(&reply, ",\"road\":[");
	while (next_part(&part, "step")) {
		int64_t step = text_number(part_get(&part, "step"), 1000);

		open_element();
		reply_name(&reply, "step");
		reply_number(&reply, step);
		for (const char *const *key = keys; *key != NULL; key++)
			reply_member(&reply, *key, part_get(&part, *key));
		reply_add(&reply, "}");
	}
	reply_add(&reply, "]");
}

static void
add_verdict(const struct message *road)
{
	const char *verdict = message_get(road, "verdict");
	const char *scoped = message_get(road, "scoped");
	const char *limit;
	unsigned at = 0;

	reply_name(&reply, "verdict");
	if (verdict == NULL || scoped == NULL) {
		reply_add(&reply, "null");
		return;
	}
	reply_add(&reply, "{");
	reply_member(&reply, "decision", verdict);
	reply_member(&reply, "policy", message_get(road, "policy"));
	reply_member(&reply, "rule", message_get(road, "rule"));
	reply_name(&reply, "max_ttl");
	reply_number(&reply, message_number(road, "max-ttl", 0));
	reply_add(&reply, ",\"limits\":[");
	while ((limit = message_next(road, "limit", &at)) != NULL) {
		if (reply.bytes[reply.length - 1] != '[')
			reply_add(&reply, ",");
		reply_string(&reply, limit);
	}
	reply_add(&reply, "]");
	add_boolean("scoped", text_boolean(scoped) == 1);
	reply_add(&reply, "}");
}

int
findings_json(
    const struct message *road, const struct checks *checks, struct error *err)
{
	reply_start(&reply);
	reply_add(&reply, "{");
	add_identities(road);
	add_checks(checks);
	add_road(road);
	add_verdict(road);
	reply_add(&reply, "}\n");
	if (reply.failed)
		return error_set(
		    err, FAULT_SYSTEM, "what was found is too much for JSON");
	return reply_send(&reply, STDOUT_FILENO) == 0
		   ? 0
		   : error_errno(err, "standard output");
}
