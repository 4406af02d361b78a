/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/audit_inner.h"
#include "agent/log.h"
#include "base/clock.h"
#include "base/scoped.h"
#include "base/text.h"

#define CLOCK_STEP_MS 2000
#define FINISH_MS 2500

struct audit *
audit_new(struct agent *agent)
{
	struct audit *audit = calloc(1, sizeof(*audit));

	if (audit == NULL || (audit->hits = hits_new()) == NULL ||
	    (audit->token = audit_token_new(audit)) == NULL) {
		hits_free(audit == NULL ? NULL : audit->hits);
		free(audit);
		return NULL;
	}
	audit->agent = agent;
	audit->fd = audit->directory = -1;
	list_init(&audit->all);
	list_init(&audit->waiters);
	head_start(&audit->head);
	event_source(agent->session, audit->source);
	return audit;
}

static void
kept_free(struct audit *audit, struct kept *kept)
{
	list_remove(&kept->link);
	audit->bytes -= kept->length;
	free(kept);
}

void
audit_free(struct audit *audit)
{
	struct kept *kept;

	if (audit == NULL)
		return;
	audit_feed_stop(audit);
	if (audit->directory != -1)
		close(audit->directory);
	list_each (kept, &audit->all, link)
		kept_free(audit, kept);
	timer_free(audit->again);
	hits_free(audit->hits);
	free(audit->setup);
	free(audit->rotate);
	free(audit->keep);
	free(audit->ca_file);
	free(audit->credential);
	free(audit);
}

/* The wall clock was set: times before and after cannot be compared. */
static void
note_clock(struct audit *audit)
{
	int64_t clock = clock_unix() * 1000 - clock_ms();
	int64_t step = clock - audit->clock;
	struct event event;

	if (step > -CLOCK_STEP_MS && step < CLOCK_STEP_MS)
		return;
	audit->clock = clock;
	audit_start(audit, &event, "clock", NULL);
	event_number(&event, "step_seconds", step / 1000);
	audit_keep(audit, &event, true);
}

void
audit_start(struct audit *audit, struct event *event, const char *type,
    const char *subject)
{
	char id[64];
	struct event_head head = {.source = audit->source,
	    .id = id,
	    .type = type,
	    .subject = subject,
	    .time = clock_unix()};

	note_clock(audit);
	snprintf(id, sizeof(id), "%s-%lld", audit->agent->session,
	    (long long)audit->number + 1);
	event_start(event, &head);
	event_number(event, "uptime_ms", clock_ms());
}

static int
lose(struct audit *audit, const char *why)
{
	if (audit->lost++ == 0) {
		audit->lost_since = clock_unix();
		snprintf(audit->lost_why, sizeof(audit->lost_why), "%.250s",
		    audit->trouble[0] == '\0' ? why : audit->trouble);
		log_event(audit->agent->log, LOG_LEVEL_ERROR,
		    "audit: records are being lost: %s", audit->lost_why);
	}
	audit->lost_ever++;
	return -1;
}

static int
keep(struct audit *audit, const char *json, bool sync)
{
	size_t length = json == NULL ? 0 : strlen(json);
	struct kept *kept;

	if (length > 0 && audit->bytes + length > AUDIT_KEPT_MAX)
		return lose(audit, "daypass-audit was too slow");
	if (length == 0 ||
	    (kept = malloc(sizeof(*kept) + length + 1)) == NULL)
		return lose(audit, "no memory for a record");
	*kept = (struct kept){
	    .number = ++audit->number, .sync = sync, .length = length};
	memcpy(kept->json, json, length + 1);
	list_append(&audit->all, &kept->link);
	audit->bytes += length;
	return 0;
}

bool
audit_has_room(struct audit *audit)
{
	if (audit->bytes <= AUDIT_DENIED_MAX)
		return true;
	lose(audit, "daypass-audit was too slow");
	return false;
}

int
audit_keep(struct audit *audit, struct event *event, bool sync)
{
	int result = keep(audit, event_end(event), sync);

	event_free(event);
	if (result == 0)
		audit_feed(audit);
	return result;
}

/* There is room again: what had none is told of. */
static void
tell_lost(struct audit *audit)
{
	struct event event;
	int64_t lost = audit->lost;

	if (lost == 0 || audit->bytes > AUDIT_KEPT_MAX / 2)
		return;
	audit->lost = 0;
	audit_start(audit, &event, "gap", NULL);
	event_number(&event, "lost", lost);
	event_time(&event, "since", audit->lost_since);
	event_text(&event, "reason", audit->lost_why);
	if (audit_keep(audit, &event, true) == -1)
		audit->lost += lost;
}

int
audit_refuse(const struct audit *audit, struct error *err)
{
	error_set(err, FAULT_SYSTEM,
	    "policy: [audit] is required, and %.200s does not take records: "
	    "%.400s: nothing is handed out",
	    audit->sinks[audit->first].text,
	    audit->trouble[0] == '\0' ? "no answer in time" : audit->trouble);
	return error_at(err, STAGE_POLICY);
}

static void
wake(struct audit_waiter *waiter, const struct error *err)
{
	audit_waiter_cancel(waiter);
	waiter->done(waiter, err);
}

static void
wake_all(struct audit *audit)
{
	struct audit_waiter *waiter;

	/* each may free others: look from the first one anew */
	while (!list_empty(&audit->waiters)) {
		waiter = list_item(
		    audit->waiters.next, struct audit_waiter, link);
		if (waiter->number > audit->done)
			break;
		wake(waiter, NULL);
	}
}

void
audit_acknowledge(struct audit *audit, int64_t taken, int64_t done)
{
	struct kept *kept;

	if (taken > audit->taken && taken <= audit->number)
		audit->taken = taken;
	if (done > audit->done && done <= audit->number)
		audit->done = done;
	list_each (kept, &audit->all, link) {
		if (kept->number > audit->taken)
			break;
		kept_free(audit, kept);
	}
	tell_lost(audit);
	wake_all(audit);
}

void
audit_waiter_cancel(struct audit_waiter *waiter)
{
	list_remove(&waiter->link);
	timer_free(waiter->timer);
	waiter->timer = NULL;
}

static void
out_of_time(void *arg)
{
	struct audit_waiter *waiter = arg;
	struct error err;

	waiter->timer = NULL;
	audit_refuse(waiter->audit, &err);
	wake(waiter, &err);
}

bool
audit_wait(struct audit *audit, struct audit_waiter *waiter)
{
	if (audit->count == 0 || !audit->required ||
	    audit->done >= audit->number)
		return false;
	waiter->audit = audit;
	waiter->number = audit->number;
	waiter->timer = loop_timer(audit->agent->loop,
	    clock_ms() + AUDIT_WAIT_MS, out_of_time, waiter);
	list_append(&audit->waiters, &waiter->link);
	return true;
}

int
audit_ready(const struct audit *audit, struct error *err)
{
	if (audit->count == 0 || !audit->required ||
	    (audit->trouble[0] == '\0' && audit->lost == 0))
		return 0;
	return audit_refuse(audit, err);
}

void
audit_finish(struct audit *audit)
{
	struct event event;

	audit_token_free(take(&audit->token));
	if (audit->count == 0)
		return;
	hits_flush(audit);
	audit_start(audit, &event, "session.ended", NULL);
	event_text(&event, "session", "self");
	event_flag(&event, "complete", true);
	audit_keep(audit, &event, true);
	audit_feed_wait(audit, clock_ms() + FINISH_MS);
	audit_feed_stop(audit);
}
