/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/event.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

static void
name_it(struct event *event, const char *name)
{
	if (event->comma)
		buffer_add(&event->json, ",", 1);
	event->comma = true;
	if (name != NULL)
		buffer_printf(&event->json, "\"%s\":", name);
}

/* Half of what is left of the first two fifths; the rest is for what is short,
 * and for the pieces. */
static size_t
allowance(const struct event *event)
{
	size_t soft = event->json.limit / 5 * 2;
	size_t left =
	    soft > event->json.length ? (soft - event->json.length) / 2 : 0;

	return left > EVENT_TEXT_LEAST ? left : EVENT_TEXT_LEAST;
}

/* How much of it stays: a quote and a backslash take two bytes each. */
static size_t
fitting(const char *text, size_t most)
{
	size_t length = 0, cost = 0;

	for (; text[length] != '\0'; length++) {
		cost += text[length] == '"' || text[length] == '\\' ? 2 : 1;
		if (cost > most)
			break;
	}
	return length;
}

void
event_text(struct event *event, const char *name, const char *text)
{
	char clean[EVENT_TEXT_MAX], cut[EVENT_TEXT_MAX];
	size_t length;

	if (text == NULL || text[0] == '\0')
		return;
	text_printable(clean, sizeof(clean), text, strlen(text));
	length = fitting(clean, allowance(event));
	text_printable(cut, length + 1, clean, strlen(clean));
	name_it(event, name);
	json_quote(&event->json, cut);
}

void
event_number(struct event *event, const char *name, int64_t number)
{
	name_it(event, name);
	buffer_printf(&event->json, "%lld", (long long)number);
}

void
event_flag(struct event *event, const char *name, bool is)
{
	name_it(event, name);
	buffer_add_string(&event->json, is ? "true" : "false");
}

void
event_time(struct event *event, const char *name, int64_t time)
{
	char text[CLOCK_TEXT];

	event_text(event, name, clock_rfc3339(time, text));
}

void
event_raw(struct event *event, const char *name, const char *json)
{
	if (json == NULL || json[0] == '\0')
		return;
	name_it(event, name);
	buffer_add_string(&event->json, json);
}

void
event_open(struct event *event, const char *name, char bracket)
{
	name_it(event, name);
	buffer_add(&event->json, &bracket, 1);
	event->comma = false;
}

void
event_close(struct event *event, char bracket)
{
	buffer_add(&event->json, &bracket, 1);
	event->comma = true;
}

void
event_start(struct event *event, const struct event_head *head)
{
	*event = (struct event){.json = BUFFER(EVENT_MAX)};
	event_open(event, NULL, '{');
	event_text(event, "specversion", "1.0");
	event_text(event, "id", head->id);
	event_text(event, "source", head->source);
	name_it(event, "type");
	buffer_printf(&event->json, "\"" EVENT_PREFIX "%s\"", head->type);
	event_time(event, "time", head->time);
	event_text(event, "datacontenttype", "application/json");
	event_text(event, "subject", head->subject);
	event_open(event, "data", '{');
}

const char *
event_end(struct event *event)
{
	event_close(event, '}');
	event_close(event, '}');
	return buffer_failed(&event->json) ? NULL : buffer_text(&event->json);
}

void
event_piece(struct event *event, char bracket)
{
	*event = (struct event){.json = BUFFER(EVENT_MAX / 4)};
	event_open(event, NULL, bracket);
}

const char *
event_piece_end(struct event *event, char bracket)
{
	event_close(event, bracket);
	return buffer_failed(&event->json) ? NULL : buffer_text(&event->json);
}

void
event_free(struct event *event)
{
	buffer_free(&event->json);
}

/* Whatever else a host is called is no part of a URI. */
const char *
event_source(const char *session, char source[EVENT_SOURCE_MAX])
{
	char host[65];

	if (gethostname(host, sizeof(host)) == -1 || host[0] == '\0')
		text_copy(host, sizeof(host), "localhost");
	host[sizeof(host) - 1] = '\0';
	for (char *c = host; *c != '\0'; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._",
			*c) == NULL)
			*c = '-';
	snprintf(
	    source, EVENT_SOURCE_MAX, "daypass://%s/%.64s", host, session);
	return source;
}
