/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include <stdio.h>

#include "audit/note.h"
#include "base/clock.h"
#include "base/scoped.h"

/* The agent counts its records; these have a name that no count has. */
static void
start(struct event *event, const char *source, const char *type)
{
	unsigned char random[8] = {0};
	char id[2 * sizeof(random) + 2] = "x";
	struct event_head head = {
	    .source = source, .id = id, .type = type, .time = clock_unix()};

	(void)!getrandom(random, sizeof(random), 0);
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(id + 1 + 2 * i, 3, "%02x", random[i]);
	event_start(event, &head);
}

int
note_tampered(struct journal *journal, const char *source,
    const char *finding, struct error *err)
{
	scoped(event) struct event event;
	const char *record;

	start(&event, source, "tampered");
	event_text(&event, "found", finding);
	if ((record = event_end(&event)) == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory for a record");
	return journal_add(journal, record, NULL, err);
}

void
note_gap(struct event *event, const char *source, const char *sink,
    int64_t lost, int64_t since, const char *why)
{
	start(event, source, "gap");
	event_text(event, "sink", sink);
	event_number(event, "lost", lost);
	event_time(event, "since", since);
	event_text(event, "reason", why);
}

void
note_died(struct event *event, const char *source)
{
	start(event, source, "session.ended");
	event_text(event, "session", "self");
	event_text(event, "why", "the agent was killed, or has crashed");
	event_flag(event, "complete", false);
}
