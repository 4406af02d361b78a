/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "helpers/daypass/paint.h"
#include "helpers/daypass/request.h"

#define CELL 256
#define WHOLE 8192 /* a target, or what is asked for */
#define FORMAT "%-8s  %-8s  %-18s  %-18s  %-9s  "

/* The member of one object, fit to be shown; "-" where there is none. */
static const char *
member(const struct json *json, const char *path, const char *name,
    char *text, size_t size)
{
	const char *value = NULL;
	char whole[64];

	snprintf(whole, sizeof(whole), "%s%s", path, name);
	if (!json_string(json, whole, &value) || value[0] == '\0')
		value = "-";
	return text_printable(text, size, value, strlen(value));
}

static int64_t
number(const struct json *json, const char *path, const char *name)
{
	int64_t found = 0;
	char whole[64];

	snprintf(whole, sizeof(whole), "%s%s", path, name);
	json_integer(json, whole, &found);
	return found;
}

static const char *
span(int64_t seconds, char text[CELL])
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 120)
		snprintf(text, CELL, "%lld s", (long long)seconds);
	else if (seconds < 7200)
		snprintf(text, CELL, "%lld min", (long long)seconds / 60);
	else
		snprintf(text, CELL, "%lld h", (long long)seconds / 3600);
	return text;
}

/* How far a time is from now, whichever way. */
static const char *
away(const struct json *json, const char *path, const char *name,
    char text[CELL])
{
	int64_t time;

	member(json, path, name, text, CELL);
	if ((time = clock_parse_rfc3339(text)) == -1)
		return "-";
	time -= clock_unix();
	return span(time < 0 ? -time : time, text);
}

void
request_heads(void)
{
	printf("%s" FORMAT "%s%s\n", paint(PAINT_BOLD), "ID", "STATE", "WHO",
	    "CREDENTIAL", "LEFT", "FOR", paint(PAINT_PLAIN));
}

/* "octo-sts identity-name=write scope=acme/web": what the name stands for. */
static void
show_asked(const struct json *json, const char *path)
{
	char list[64], text[WHOLE];
	const char *asked;
	size_t count = 0;

	printf("          %s",
	    member(json, path, "exchange", text, sizeof(text)));
	snprintf(list, sizeof(list), "%sasks", path);
	json_count(json, list, &count);
	for (size_t i = 0; i < count; i++)
		if (json_element(json, list, i, &asked) &&
		    !text_starts(asked, "exchange="))
			printf(" %s",
			    text_printable(
				text, sizeof(text), asked, strlen(asked)));
	puts("");
}

/* How long what was handed out may outlive a grant. */
static void
show_life(const struct json *json, const char *path)
{
	int64_t most = number(json, path, "limits/max-ttl");
	bool revocable = false;
	char whole[64], text[CELL];

	snprintf(whole, sizeof(whole), "%srevocable", path);
	json_boolean(json, whole, &revocable);
	if (most > 0)
		printf("          lives %s at most%s\n", span(most, text),
		    revocable ? ", taken back when the grant ends" : "");
	else
		puts(revocable
			 ? "          taken back when the grant ends"
			 : "          cannot be taken back: lives on to its "
			   "own end");
}

static void
show_said(const struct json *json, const char *path, const char *name,
    const char *label)
{
	char text[CELL * 4];

	member(json, path, name, text, sizeof(text));
	if (strcmp(text, "-") != 0)
		printf("          %s: %s\n", label, text);
}

static void
show_below(const struct json *json, const char *path)
{
	char a[CELL], b[CELL], c[CELL], d[CELL];

	show_asked(json, path);
	show_life(json, path);
	printf("          by [policy \"%s\"] rule \"%s\", asked %s ago, until "
	       "%s, %lld waiting\n",
	    member(json, path, "policy", a, CELL),
	    member(json, path, "rule", b, CELL), away(json, path, "since", c),
	    member(json, path, "expires_at", d, CELL),
	    (long long)number(json, path, "waiting"));
	show_said(json, path, "reason", "reason that the session gave");
	show_said(json, path, "why", "reason of the denial");
}

void
request_show(const struct json *all, size_t i)
{
	char a[CELL], b[CELL], c[CELL], d[CELL], e[CELL], f[CELL];
	char target[WHOLE], path[32];

	snprintf(path, sizeof(path), "%zu/", i);
	printf(FORMAT "%s %s\n", member(all, path, "id", a, CELL),
	    member(all, path, "state", b, CELL),
	    member(all, path, "actor", c, CELL),
	    member(all, path, "credential", d, CELL),
	    away(all, path, "expires_at", e),
	    member(all, path, "tool", f, CELL),
	    member(all, path, "target", target, sizeof(target)));
	show_below(all, path);
}

void
request_line(const struct json *all, size_t i)
{
	char id[CELL], path[32];

	snprintf(path, sizeof(path), "%zu/", i);
	printf("%s\t", member(all, path, "id", id, CELL));
	request_say(all, path);
}

void
request_say(const struct json *json, const char *path)
{
	char a[CELL], b[CELL], c[CELL], target[WHOLE];

	printf("%s: %s for %s %s\n", member(json, path, "actor", a, CELL),
	    member(json, path, "credential", b, CELL),
	    member(json, path, "tool", c, CELL),
	    member(json, path, "target", target, sizeof(target)));
}
