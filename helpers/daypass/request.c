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
member(const struct json *json, const char *path, const char *name, char *text,
    size_t size)
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

#define MARGIN "          | "
#define PIECE 60

/*
 * What a stranger wrote must not pass for a row of ours where the terminal
 * breaks a long line, nor be pushed out of sight by blanks. Text that has
 * blanks is broken here, behind a mark, and of several one is shown; `room`
 * is what is left on this line. Without blanks it is one word, whole.
 */
static void
show_text(const char *text, size_t room)
{
	bool breaks = strchr(text, ' ') != NULL && strlen(text) > room;
	size_t used = 0;

	if (breaks)
		printf("\n" MARGIN);
	for (const char *at = text; *at != '\0'; at++) {
		if (breaks && used >= PIECE && (*at & 0xc0) != 0x80) {
			printf("\n" MARGIN);
			used = 0;
		}
		putchar(*at == ' ' && at > text && at[-1] == ' ' ? '?' : *at);
		used++;
	}
	puts("");
}

/* A list of texts, a line each. */
static void
show_list(const struct json *json, const char *path, const char *name,
    const char *label)
{
	char list[64], text[WHOLE];
	const char *one;
	size_t count = 0;

	snprintf(list, sizeof(list), "%s%s", path, name);
	json_count(json, list, &count);
	for (size_t i = 0; i < count; i++)
		if (json_element(json, list, i, &one))
			printf("          %s%s\n", label,
			    text_printable(
				text, sizeof(text), one, strlen(one)));
}

/* "octo-sts identity-name=write scope=acme/web": what the name stands for. */
static void
show_asked(const struct json *json, const char *path)
{
	char list[64], text[WHOLE];
	const char *asked;
	size_t count = 0;

	printf(
	    "          %s", member(json, path, "exchange", text, sizeof(text)));
	snprintf(list, sizeof(list), "%sasks", path);
	json_count(json, list, &count);
	for (size_t i = 0; i < count; i++)
		if (json_element(json, list, i, &asked) &&
		    !text_starts(asked, "exchange="))
			printf(" %s", text_printable(text, sizeof(text), asked,
					  strlen(asked)));
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
	if (strcmp(text, "-") == 0)
		return;
	printf("          %s: ", label);
	show_text(text, 40);
}

static void
show_below(const struct json *json, const char *path)
{
	char a[CELL], b[CELL], c[CELL], d[CELL];

	show_list(json, path, "within", "inside of ");
	show_asked(json, path);
	show_list(json, path, "chain", "out of ");
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
	printf(FORMAT "%s ", member(all, path, "id", a, CELL),
	    member(all, path, "state", b, CELL),
	    member(all, path, "actor", c, CELL),
	    member(all, path, "credential", d, CELL),
	    away(all, path, "expires_at", e),
	    member(all, path, "tool", f, CELL));
	show_text(member(all, path, "target", target, sizeof(target)), 0);
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

	printf("%s: %s for %s ", member(json, path, "actor", a, CELL),
	    member(json, path, "credential", b, CELL),
	    member(json, path, "tool", c, CELL));
	show_text(member(json, path, "target", target, sizeof(target)), 0);
	show_list(json, path, "within", "inside of ");
}
