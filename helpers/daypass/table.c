/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "helpers/daypass/paint.h"
#include "helpers/daypass/table.h"
#include "helpers/daypass/wrap.h"

#define CELL 256
#define NAME_LEAST 10
#define NAME_MOST 40 /* with a longer one a row is not straight */
#define TARGET_AT 33 /* columns behind the name */
#define WHY_AT 22

static FILE *out;
static int name_width; /* of this table's first column */
static bool is_drawn;  /* on a screen, which cuts what is too long */

/* The string at a path, fit to be shown; "-" where there is none. Some of it
 * is what a server or an issuer wrote. */
static const char *
cell(const struct json *status, char text[CELL], const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static const char *
cell(const struct json *status, char text[CELL], const char *fmt, ...)
{
	char path[128];
	const char *value = NULL;
	va_list arguments;

	va_start(arguments, fmt);
	vsnprintf(path, sizeof(path), fmt, arguments);
	va_end(arguments);
	if (!json_string(status, path, &value) || value[0] == '\0')
		value = "-";
	return text_printable(text, CELL, value, strlen(value));
}

/* "42 min"; a moment ago is 0 s. */
static char *
span(char text[CELL], int64_t seconds)
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 120)
		snprintf(text, CELL, "%d s", (int)seconds);
	else if (seconds < 7200)
		snprintf(text, CELL, "%d min", (int)(seconds / 60));
	else if (seconds < 172800)
		snprintf(text, CELL, "%d h", (int)(seconds / 3600));
	else
		snprintf(text, CELL, "%lld d", (long long)seconds / 86400);
	return text;
}

/* "in 42 min", from a time of RFC 3339, and the colour of that. */
static const char *
from_now(char text[CELL], const char **colour)
{
	int64_t time = clock_parse_rfc3339(text);
	int64_t left = time - clock_unix();
	char until[CELL];

	*colour = paint(time == -1 ? PAINT_PLAIN : paint_life(left));
	if (time == -1)
		return "-";
	if (left <= 0)
		return "expired";
	snprintf(text, CELL, "in %.32s", span(until, left));
	return text;
}

/* How long ago that was. */
static const char *
till_now(char text[CELL])
{
	int64_t time = clock_parse_rfc3339(text);

	return time == -1 ? "-" : span(text, clock_unix() - time);
}

/* In one row where rows are few. */
static void
show_identity(const struct json *status)
{
	char a[CELL], b[CELL];

	fprintf(out, "%sidentity%s       %s%s%s%s", paint(PAINT_BOLD),
	    paint(PAINT_PLAIN), paint(PAINT_BOLD),
	    cell(status, a, "identity/subject"), paint(PAINT_PLAIN),
	    is_drawn ? ", " : "\n               ");
	fprintf(out, "%s, %s\n", cell(status, a, "identity/source"),
	    cell(status, b, "identity/issuer"));
}

static void
show_session(const struct json *status)
{
	char a[CELL], b[CELL];
	int64_t pid = 0;

	json_integer(status, "session/agent_pid", &pid);
	cell(status, b, "session/since");
	fprintf(out, "%ssession%s        for %s, agent %lld, %s\n",
	    paint(PAINT_BOLD), paint(PAINT_PLAIN), till_now(b), (long long)pid,
	    cell(status, a, "session/id"));
	fprintf(out, "%sconfiguration%s  %s\n", paint(PAINT_BOLD),
	    paint(PAINT_PLAIN), cell(status, a, "session/config"));
}

static bool
is_there(const struct json *status, const char *list, unsigned i)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%u", list, i);
	return json_has(status, path);
}

static void
show_credential(const struct json *status, unsigned i)
{
	char a[CELL], b[CELL], c[CELL], d[CELL];
	const char *colour, *left;
	char path[64];
	bool revocable = false;

	snprintf(path, sizeof(path), "credentials/%u/revocable", i);
	json_boolean(status, path, &revocable);
	cell(status, d, "credentials/%u/expires_at", i);
	left = from_now(d, &colour);
	cell(status, c, "credentials/%u/target", i);
	fprintf(out, "%-*s %-9s %s%-10s%s %-10s %s\n", name_width,
	    cell(status, a, "credentials/%u/name", i),
	    cell(status, b, "credentials/%u/kind", i), colour, left,
	    paint(PAINT_PLAIN), revocable ? "revocable" : "-",
	    wrap_cut(c, (unsigned)name_width + TARGET_AT));
}

static unsigned
count_of(const struct json *status, const char *list)
{
	unsigned count = 0;

	while (is_there(status, list, count))
		count++;
	return count;
}

/* As wide as the longest name, within reason. */
static int
width_of(const struct json *status, const char *list)
{
	char name[CELL];
	size_t most = NAME_LEAST, length;

	for (unsigned i = 0; is_there(status, list, i); i++) {
		length = strlen(cell(status, name, "%s/%u/name", list, i));
		if (length > most)
			most = length;
	}
	return most < NAME_MOST ? (int)most : NAME_MOST;
}

/* At most so many, the rest as a number. */
static void
show_credentials(const struct json *status, unsigned most)
{
	unsigned count = count_of(status, "credentials");
	int64_t omitted = 0;

	if (count == 0) {
		fputs("\nno credential is held\n", out);
		return;
	}
	name_width = width_of(status, "credentials");
	fprintf(out, "\n%s%-*s %-9s %-10s %-10s %s%s\n", paint(PAINT_BOLD),
	    name_width, "CREDENTIAL", "KIND", "EXPIRES", "REVOCABLE", "TARGET",
	    paint(PAINT_PLAIN));
	most = most >= count ? count : most - 1;
	for (unsigned i = 0; i < most; i++)
		show_credential(status, i);
	/* The agent leaves out what a message has no room for. */
	json_integer(status, "credentials_omitted", &omitted);
	if (omitted + count > most)
		fprintf(
		    out, "... %lld more\n", (long long)omitted + count - most);
}

static void
show_session_line(const struct json *status, unsigned i)
{
	char a[CELL], b[CELL], c[CELL], path[64];
	const char *colour, *left;
	bool advisory = false, over = false;
	int64_t leader = 0;

	snprintf(path, sizeof(path), "sessions/%u/advisory", i);
	json_boolean(status, path, &advisory);
	snprintf(path, sizeof(path), "sessions/%u/over", i);
	json_boolean(status, path, &over);
	snprintf(path, sizeof(path), "sessions/%u/leader", i);
	json_integer(status, path, &leader);
	cell(status, b, "sessions/%u/until", i);
	left = from_now(b, &colour);
	fprintf(out, "%-*s %-9lld %s%-10s%s %-10s %s\n", name_width,
	    cell(status, a, "sessions/%u/name", i), (long long)leader,
	    over ? "" : colour, over ? "over" : left, paint(PAINT_PLAIN),
	    advisory ? "advisory" : "-",
	    cell(status, c, "sessions/%u/reason", i));
}

static void
show_sessions(const struct json *status)
{
	if (!is_there(status, "sessions", 0))
		return;
	name_width = width_of(status, "sessions");
	fprintf(out, "\n%s%-*s %-9s %-10s %-10s %s%s\n", paint(PAINT_BOLD),
	    name_width, "SESSION", "LEADER", "ENDS", "BOUNDARY", "REASON",
	    paint(PAINT_PLAIN));
	for (unsigned i = 0; is_there(status, "sessions", i); i++)
		show_session_line(status, i);
}

static void
show_failures(const struct json *status)
{
	char a[CELL], b[CELL], c[CELL];

	if (!is_there(status, "failures", 0))
		return;
	fprintf(out, "\n%s%-10s  %-8s  %s%s\n", paint(PAINT_BOLD), "FAILED",
	    "STAGE", "WHY", paint(PAINT_PLAIN));
	for (unsigned i = 0; is_there(status, "failures", i); i++) {
		cell(status, a, "failures/%u/at", i);
		fprintf(out, "%s%6s ago%s  %-8s  ", paint(PAINT_BAD),
		    till_now(a), paint(PAINT_PLAIN),
		    cell(status, c, "failures/%u/stage", i));
		cell(status, b, "failures/%u/text", i);
		wrap_print(out, b, is_drawn ? WRAP_NOT : WHY_AT);
	}
}

static void
show_counters(const struct json *status)
{
	static const char *const names[] = {"hits", "mints", "waits",
	    "refreshes", "revocations", "failures", NULL};
	char path[64];

	fprintf(out, "\n%s", paint(PAINT_FAINT));
	for (const char *const *name = names; *name != NULL; name++) {
		int64_t number = 0;

		snprintf(path, sizeof(path), "counters/%s", *name);
		json_integer(status, path, &number);
		fprintf(out, "%s%lld %s", name == names ? "" : ", ",
		    (long long)number, *name);
	}
	fprintf(out, "%s\n", paint(PAINT_PLAIN));
}

/* Where records go; what waits and what was lost only where there is such. */
static void
show_audit(const struct json *status)
{
	char a[CELL], b[CELL];
	int64_t lost = 0;

	for (unsigned i = 0; is_there(status, "audit/sinks", i); i++) {
		int64_t waiting = 0;
		bool good = false;
		char path[64];

		snprintf(path, sizeof(path), "audit/sinks/%u/waiting", i);
		json_integer(status, path, &waiting);
		snprintf(path, sizeof(path), "audit/sinks/%u/ok", i);
		json_boolean(status, path, &good);
		fprintf(out, "%s%-15s%s%s%s", paint(PAINT_BOLD),
		    i == 0 ? "audit" : "", paint(PAINT_PLAIN),
		    good ? "" : paint(PAINT_BAD),
		    cell(status, a, "audit/sinks/%u/sink", i));
		if (waiting > 0)
			fprintf(out, ", %lld wait", (long long)waiting);
		if (!good)
			fprintf(out, ": %s",
			    cell(status, b, "audit/sinks/%u/error", i));
		fprintf(out, "%s\n", good ? "" : paint(PAINT_PLAIN));
	}
	json_integer(status, "audit/lost", &lost);
	if (lost > 0)
		fprintf(out, "%s%lld records were lost%s\n", paint(PAINT_BAD),
		    (long long)lost, paint(PAINT_PLAIN));
}

/* Whoever else something is held for: the identity has changed meanwhile. */
static void
show_others(const struct json *status, const struct message *answer)
{
	char known[CELL], other[CELL];
	const char *subject;
	unsigned at = 0;

	cell(status, known, "identity/subject");
	while ((subject = message_next(answer, "principal", &at)) != NULL) {
		text_printable(other, CELL, subject, strlen(subject));
		if (strcmp(other, known) != 0)
			fprintf(out, "               before: %s\n", other);
	}
}

/* How many rows are left for credentials: 7 are there in any case, one may say
 * how many more there are, and the last one stays empty. */
static unsigned
room_for(const struct json *status, const struct message *answer, unsigned rows)
{
	unsigned sessions = count_of(status, "sessions");
	unsigned failures = count_of(status, "failures");
	unsigned used = 9 + count_of(status, "audit/sinks"), at = 0;

	while (message_next(answer, "principal", &at) != NULL)
		used++;
	used += sessions > 0 ? sessions + 2 : 0;
	used += failures > 0 ? failures + 2 : 0;
	return rows > used + 2 ? rows - used : 2;
}

void
table_status(FILE *to, const struct json *status, const struct message *answer,
    unsigned rows)
{
	out = to;
	is_drawn = rows > 0;
	show_identity(status);
	show_others(status, answer);
	show_session(status);
	show_audit(status);
	show_credentials(
	    status, rows == 0 ? ~0u : room_for(status, answer, rows));
	show_sessions(status);
	show_failures(status);
	show_counters(status);
}
