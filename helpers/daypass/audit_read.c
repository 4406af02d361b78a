/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/event.h"
#include "audit/walk.h"
#include "base/clock.h"
#include "base/text.h"
#include "helpers/daypass/audit.h"
#include "helpers/daypass/paint.h"

#define NAP_MS 200
#define CELL 512

static const char *
text_of(const struct json *record, const char *path)
{
	const char *text = NULL;

	return json_string(record, path, &text) ? text : "";
}

/* One of the actor's names, or its session. */
static bool
is_actor(const char *glob, const struct json *record)
{
	const char *name;
	size_t count = 0;

	json_count(record, "data/actor/names", &count);
	for (size_t i = 0; i < count; i++)
		if (json_element(record, "data/actor/names", i, &name) &&
		    text_glob(glob, name))
			return true;
	return text_glob(glob, text_of(record, "data/actor/session")) ||
	       text_glob(glob, text_of(record, "data/session"));
}

bool
audit_fits(const struct audit_filter *filter, const struct json *record)
{
	int64_t time = clock_parse_rfc3339(text_of(record, "time"));

	if ((filter->since > 0 && time < filter->since) ||
	    (filter->until > 0 && time > filter->until))
		return false;
	if (filter->actor != NULL && !is_actor(filter->actor, record))
		return false;
	if (filter->target != NULL &&
	    !text_glob(filter->target, text_of(record, "data/target")))
		return false;
	if (filter->credential != NULL &&
	    !text_glob(filter->credential, text_of(record, "data/credential")))
		return false;
	return filter->verdict == NULL ||
	       strcmp(filter->verdict, text_of(record, "data/verdict")) == 0;
}

/* Fit to be shown: some of it an asker or a server wrote. */
static void
cell(const struct json *record, const char *path, int width)
{
	const char *text = text_of(record, path);
	char clean[CELL];

	if (text[0] == '\0')
		text = "-";
	printf("%-*s  ", width,
	    text_printable(clean, sizeof(clean), text, strlen(text)));
}

static void
show_more(const struct json *record)
{
	static const struct {
		const char *path, *name;
	} more[] = {{"data/tool", "tool"}, {"data/rule", "rule"},
	    {"data/map", "map"}, {"data/account", "account"},
	    {"data/approval", "approval"}, {"data/approver", "approver"},
	    {"data/expires", "expires"}, {"data/why", "why"},
	    {"data/reason", "reason"}, {"data/error", "error"},
	    {"data/found", "found"}, {NULL, NULL}};
	char clean[CELL];
	int64_t count;

	if (json_integer(record, "data/count", &count))
		printf("%lld times ", (long long)count);
	if (json_integer(record, "data/lost", &count))
		printf("%lld lost ", (long long)count);
	if (json_integer(record, "data/step_seconds", &count))
		printf("by %lld s ", (long long)count);
	for (size_t i = 0; more[i].path != NULL; i++) {
		const char *text = text_of(record, more[i].path);

		if (text[0] != '\0')
			printf("%s=%s ", more[i].name,
			    text_printable(
				clean, sizeof(clean), text, strlen(text)));
	}
}

static enum paint
colour_of(const struct json *record)
{
	const char *type = text_of(record, "type");

	if (strcmp(text_of(record, "data/verdict"), "deny") == 0 ||
	    text_ends(type, ".tampered") || text_ends(type, ".gap"))
		return PAINT_BAD;
	return PAINT_PLAIN;
}

void
audit_show(const struct json *record)
{
	const char *type = text_of(record, "type");
	const char *actor = "data/actor/names/0";
	char clean[CELL];

	if (text_starts(type, EVENT_PREFIX))
		type += strlen(EVENT_PREFIX);
	printf("%s", paint(colour_of(record)));
	cell(record, "time", 20);
	printf("%-18s  ",
	    text_printable(clean, sizeof(clean), type, strlen(type)));
	cell(record, text_of(record, actor)[0] == '\0' ? "data/session" : actor,
	    12);
	cell(record, "data/verdict", 7);
	cell(record, "data/credential", 12);
	cell(record, "data/target", 0);
	show_more(record);
	printf("%s\n", paint(PAINT_PLAIN));
}

/* What is no record is shown as what it is. */
static void
take_line(const char *line, size_t length, const struct audit_filter *filter,
    bool as_json)
{
	scoped(json) struct json *record = json_parse(line, length, NULL);
	char clean[CELL];

	if (record == NULL || !json_is_object(record, "data")) {
		if (!as_json)
			printf("no record: %s\n",
			    text_printable(
				clean, sizeof(clean), line, length));
	} else if (audit_fits(filter, record)) {
		if (as_json)
			printf("%.*s\n", (int)length, line);
		else
			audit_show(record);
	}
}

static void
nap(void)
{
	struct timespec time = {.tv_nsec = NAP_MS * 1000 * 1000};

	fflush(stdout);
	nanosleep(&time, NULL);
}

int
audit_read(const char *path, const struct audit_filter *filter, bool follow,
    bool as_json, struct error *err)
{
	static struct walk walk;
	enum lines_result result;
	const char *line;
	size_t length;

	if (walk_start(&walk, path, err) == -1)
		return -1;
	while (!ferror(stdout)) {
		result = walk_next(&walk, &line, &length);
		if (result == LINES_FAILED) {
			error_errno(err, "cannot read '%s'", walk.name);
			break;
		}
		if (result == LINES_ONE || result == LINES_LONG)
			take_line(line, length, filter, as_json);
		else if (!follow)
			break;
		else
			nap();
	}
	walk_end(&walk);
	return result == LINES_FAILED ? -1 : 0;
}
