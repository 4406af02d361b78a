/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"
#include "config/value.h"

#define TIMEOUT_MAX 100
#define VARIABLE_MAX 200

static int
refuse(struct error *err, const char *value, const char *why)
{
	return error_set(err, FAULT_CONFIG, "`%.200s` %s", value, why);
}

/* Every value passes here first: it may end up in a header or a line. */
int
value_text(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (value[0] == '\0')
		return error_set(err, FAULT_CONFIG, "is empty");
	for (const unsigned char *c = (const unsigned char *)value; *c; c++)
		if ((*c < ' ' && *c != '\t') || *c == 0x7f)
			return error_set(
			    err, FAULT_CONFIG, "holds a control byte");
	return 0;
}

int
value_duration(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (clock_parse_duration(value) > 0)
		return 0;
	return refuse(err, value, "is no duration (90s, 15m, 1h)");
}

int
value_timeout(
    const struct sections *sections, const char *value, struct error *err)
{
	int64_t seconds = clock_parse_duration(value);

	(void)sections;
	if (seconds >= 1 && seconds <= TIMEOUT_MAX)
		return 0;
	return refuse(err, value, "is no duration from 1s to 100s");
}

int
value_boolean(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (text_boolean(value) != -1)
		return 0;
	return refuse(err, value, "is neither yes nor no");
}

int
value_url(const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (http_allowed(value, err) == -1) {
		if (err != NULL)
			err->fault = FAULT_CONFIG;
		return -1;
	}
	return 0;
}

int
value_path(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (value[0] == '/' || text_starts(value, "~/"))
		return 0;
	return refuse(err, value, "is no absolute path, nor one below ~/");
}

int
value_leader(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (strcmp(value, "none") == 0 || text_number(value, INT32_MAX) > 0)
		return 0;
	return refuse(err, value, "is neither none nor a process id");
}

/* One of a few words, or the sentence that lists them. */
static int
one_of(const char *value, const char *const *words, const char *list,
    struct error *err)
{
	const char *nearest;

	for (size_t i = 0; words[i] != NULL; i++)
		if (strcmp(value, words[i]) == 0)
			return 0;
	nearest = text_nearest(value, words);
	if (nearest == NULL)
		return error_set(
		    err, FAULT_CONFIG, "`%.200s` is none of %s", value, list);
	return error_set(err, FAULT_CONFIG,
	    "`%.200s` is none of %s; did you mean `%s`?", value, list, nearest);
}

int
value_log(const struct sections *sections, const char *value, struct error *err)
{
	static const char *const words[] = {"none", "syslog", "journal", NULL};

	(void)sections;
	return one_of(value, words, "none, syslog, journal", err);
}

int
value_verdict(
    const struct sections *sections, const char *value, struct error *err)
{
	static const char *const words[] = {"allow", "approve", "deny", NULL};

	(void)sections;
	return one_of(value, words, "allow, approve, deny", err);
}

int
value_tool(
    const struct sections *sections, const char *value, struct error *err)
{
	static const char *const words[] = {"git", "docker", "aws", "gcloud",
	    "nats", "function", "token", NULL};

	(void)sections;
	return one_of(value, words,
	    "git, docker, aws, gcloud, nats, function, token", err);
}

int
value_claim(
    const struct sections *sections, const char *value, struct error *err)
{
	const char *equals = strchr(value, '=');

	(void)sections;
	if (equals != NULL && equals != value)
		return 0;
	return refuse(err, value, "is not NAME=VALUE");
}

/* "HH:MM"; moves *at behind it. */
static int
read_time(const char **at)
{
	const char *t = *at;
	int hour, minute;

	for (int i = 0; i < 5; i++)
		if (i == 2 ? t[i] != ':' : t[i] < '0' || t[i] > '9')
			return -1;
	hour = (t[0] - '0') * 10 + t[1] - '0';
	minute = (t[3] - '0') * 10 + t[4] - '0';
	*at += 5;
	return minute < 60 && hour * 60 + minute <= 24 * 60 ? 0 : -1;
}

int
value_hours(
    const struct sections *sections, const char *value, struct error *err)
{
	const char *at = value;

	(void)sections;
	if (read_time(&at) == -1 || *at++ != '-' || read_time(&at) == -1 ||
	    *at != '\0')
		return refuse(err, value, "is no time of day like 08:00-18:30");
	/* whoever meant the whole day would have said nothing */
	if (strncmp(value, value + 6, 5) == 0)
		return refuse(err, value, "begins when it ends: never");
	return 0;
}

int
value_document(
    const struct sections *sections, const char *value, struct error *err)
{
	scoped(json) struct json *json = NULL;
	struct error why = {.fault = FAULT_NONE};

	(void)sections;
	json = json_parse(value, strlen(value), &why);
	if (json != NULL && json_is_object(json, ""))
		return 0;
	return error_set(err, FAULT_CONFIG, "no JSON object%s%s",
	    json == NULL ? ": " : "", json == NULL ? why.text : "");
}

#define SINK_MAX 1000

/* nats://HOST[:PORT][/SUBJECT]: no user, no wildcard. What sinks are shown
 * goes there as well. */
static int
check_nats(const char *value, struct error *err)
{
	const char *host = strstr(value, "://") + 3;
	size_t length = strcspn(host, "/");
	char authority[SINK_MAX];

	if (!AUDIT_NATS)
		return refuse(err, value,
		    "cannot be a sink: this daypass was built without libnats");
	if (length == 0 || strlen(value) >= SINK_MAX ||
	    strpbrk(host, "@*> ,?#") != NULL)
		return refuse(
		    err, value, "is no nats://HOST[:PORT][/SUBJECT]");
	snprintf(authority, sizeof(authority), "%.*s", (int)length, host);
	if (!text_starts(value, "tls://") && !http_loopback(authority))
		return refuse(
		    err, value, "would send records in clear: use tls://");
	return 0;
}

int
value_sink(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (text_starts(value, "https://") || text_starts(value, "http://"))
		return value_url(sections, value, err);
	if (text_starts(value, "nats://") || text_starts(value, "tls://"))
		return check_nats(value, err);
	if (text_starts(value, "file:/") || text_starts(value, "file:~/") ||
	    strcmp(value, "syslog:") == 0)
		return strlen(value) < SINK_MAX
			   ? 0
			   : refuse(err, value, "is too long");
	return refuse(err, value,
	    "is no sink: file:/PATH, syslog:, nats://HOST, tls://HOST or "
	    "https://URL");
}

int
value_size(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (text_bytes(value) >= 4096)
		return 0;
	return refuse(
	    err, value, "is no size of 4096 bytes or more, like 500000 or 64M");
}

int
value_keep(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (text_number(value, 99) >= 0)
		return 0;
	return refuse(err, value, "is no number from 0 to 99");
}

/* As a shell would take it, and short enough to be asked for. */
int
value_variable(
    const struct sections *sections, const char *value, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
	size_t length = strlen(value);

	(void)sections;
	if (length == 0 || length > VARIABLE_MAX ||
	    strspn(value, letters) != length ||
	    (value[0] >= '0' && value[0] <= '9'))
		return refuse(err, value, "is no name of a variable");
	return 0;
}

/* The rest of a program's name, docker-credential-NAME; not our own. */
int
value_fallback(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (strcmp(value, "daypass") == 0)
		return refuse(err, value, "is this very helper");
	for (const char *c = value; *c != '\0'; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
			*c) == NULL)
			return refuse(
			    err, value, "is no docker-credential-NAME's name");
	return 0;
}
