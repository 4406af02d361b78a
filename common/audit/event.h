/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_EVENT_H
#define DAYPASS_AUDIT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/*
 * One record in its making: a CloudEvent 1.0 as JSON (structured mode,
 * https://github.com/cloudevents/spec), on one line. docs/audit.md names the
 * types and what their data hold. What is added is made printable and cut at
 * EVENT_TEXT_MAX: some of it is what an asker or a server wrote. The more there
 * is already, the shorter it is cut, so that nobody can make a record too long
 * to be written; what is no longer than EVENT_TEXT_LEAST never is.
 */
#define EVENT_MAX (15 * 1024)
#define EVENT_TEXT_MAX 1024
#define EVENT_TEXT_LEAST 70 /* bytes as JSON, without quotes around them */

#define EVENT_PREFIX "dev.daypass."

/* How every record begins, up to its id. */
#define EVENT_BEGINS "{\"specversion\":\"1.0\",\"id\":\""

struct event {
	struct buffer json;
	bool comma; /* the next member needs one */
};

/* `id` is unique among those of `source`; `type` is what follows
 * EVENT_PREFIX; `subject` may be NULL. Leaves `data` open. */
struct event_head {
	const char *source;
	const char *id;
	const char *type;
	const char *subject;
	int64_t time; /* unix seconds */
};
void event_start(struct event *event, const struct event_head *head);
void event_free(struct event *event);

static inline void
event_scoped(struct event *event)
{
	event_free(event);
}

/* Members of what is open. A NULL or empty text is left out. In an array
 * `name` is NULL. */
void event_text(struct event *event, const char *name, const char *text);
void event_number(struct event *event, const char *name, int64_t number);
void event_flag(struct event *event, const char *name, bool is);
void event_time(struct event *event, const char *name, int64_t time);
/* JSON that event_fragment gave. */
void event_raw(struct event *event, const char *name, const char *json);

/* '{' or '[', until event_close. */
void event_open(struct event *event, const char *name, char bracket);
void event_close(struct event *event, char bracket);

/* The whole, without a line end; NULL: it is too long, or there was no
 * memory. It is the event's. */
const char *event_end(struct event *event);

/* To make a piece for event_raw: an event that is nothing but one open
 * object or array, a quarter of EVENT_MAX at most. */
void event_piece(struct event *event, char bracket);
const char *event_piece_end(struct event *event, char bracket);

/* Where records come from: daypass://HOST/SESSION. */
#define EVENT_SOURCE_MAX 160
const char *event_source(const char *session, char source[EVENT_SOURCE_MAX]);

#endif
