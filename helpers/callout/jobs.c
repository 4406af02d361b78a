/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "helpers/callout/answer.h"
#include "helpers/callout/jobs.h"

#define BATCH 64	  /* requests whose records are synced together */
#define WAITING_MAX 2048  /* requests that wait for keys */
#define WAIT_LEAST_MS 300 /* for keys, at the end of a server's patience */
#define WAIT_MOST_MS 10000
#define HASTE_MS 200 /* so much earlier than the server gives up */

/* A request on its way. */
struct job {
	struct link link;
	struct jobs *jobs;
	struct delivery *delivery;
	struct timer *timer; /* while it waits for keys */
	bool again;
	enum reason reason;
	struct buffer answer;
};

void
jobs_start(struct jobs *jobs)
{
	list_init(&jobs->waiting);
	list_init(&jobs->decided);
}

static void
job_free(struct job *job)
{
	list_remove(&job->link);
	timer_free(job->timer);
	delivery_free(job->delivery);
	buffer_free(&job->answer);
	free(job);
}

/* What cannot be recorded, where it must be, is refused without a word. */
static void
send_answer(struct jobs *jobs, struct job *job, bool recorded)
{
	if (!recorded && job->reason == REASON_NONE)
		job->reason = REASON_AUDIT;
	if (recorded && job->answer.length > 0)
		bus_answer(jobs->bus, job->delivery, job->answer.bytes,
		    job->answer.length);
	else if (reason_is_answered(job->reason))
		bus_answer(jobs->bus, job->delivery, "", 0);
	metrics_answered(
	    &jobs->metrics, job->reason, delivery_age(job->delivery));
}

/* Records first, then answers. */
void
jobs_finish(struct jobs *jobs)
{
	bool recorded;
	struct job *job;

	if (jobs->decided_count == 0)
		return;
	recorded = trail_keep(jobs->trail) == 0;
	list_each (job, &jobs->decided, link) {
		send_answer(jobs, job, recorded);
		job_free(job);
	}
	jobs->decided_count = 0;
}

/* The answer comes before the record, which is of what was done. */
static void
conclude(struct job *job, struct decision *decision, int64_t now)
{
	struct jobs *jobs = job->jobs;

	job->answer = BUFFER(ANSWER_MAX);
	if (reason_is_answered(decision->why.reason) &&
	    answer_write(decision, now, &job->answer) == -1) {
		buffer_free(&job->answer);
		refuse(&decision->why, REASON_SYSTEM,
		    "no answer: no memory, or more permissions than fit");
		log_event(jobs->log, LOG_LEVEL_ERROR, "record %s: %s",
		    decision->id, decision->why.text);
	}
	job->reason = decision->why.reason;
	trail_add(jobs->trail, decision, now);
	list_append(&jobs->decided, &job->link);
	if (++jobs->decided_count >= BATCH)
		jobs_finish(jobs);
}

static void decide(struct job *job, bool last);

static void
too_late(void *arg)
{
	struct job *job = arg;
	struct jobs *jobs = job->jobs;

	job->timer = NULL;
	decide(job, true);
	jobs_finish(jobs);
}

/* The server waits no longer than the request says. */
static int64_t
patience(int64_t until, int64_t now)
{
	int64_t ms = (until - now) * 1000 - HASTE_MS;

	if (ms < WAIT_LEAST_MS)
		return WAIT_LEAST_MS;
	return ms > WAIT_MOST_MS ? WAIT_MOST_MS : ms;
}

static void
wait_for_keys(struct job *job, int64_t until, int64_t now)
{
	struct jobs *jobs = job->jobs;

	if (!job->again) {
		job->again = true;
		jobs->metrics.waited++;
		job->timer = loop_timer(jobs->loop,
		    clock_ms() + patience(until, now), too_late, job);
		if (job->timer == NULL) {
			decide(job, true);
			return;
		}
	}
	list_append(&jobs->waiting, &job->link);
	jobs->waiting_count++;
}

/* `last`: it waits no more. */
static void
decide(struct job *job, bool last)
{
	struct jobs *jobs = job->jobs;
	struct decision decision __attribute__((cleanup(decision_scoped)));
	struct asked asked = {.bytes = delivery_bytes(job->delivery),
	    .length = delivery_length(job->delivery),
	    .xkey = delivery_xkey(job->delivery),
	    .again = job->again,
	    .last = last || jobs->ending || jobs->waiting_count >= WAITING_MAX};
	int64_t now = clock_unix();

	if (job->link.next != NULL) {
		list_remove(&job->link);
		jobs->waiting_count--;
	}
	if (decision_make(&decision, &jobs->desk, &asked, now))
		conclude(job, &decision, now);
	else
		wait_for_keys(job, decision.until, now);
}

void
jobs_retry(struct jobs *jobs, bool last)
{
	struct link retry;
	struct job *job;

	list_init(&retry);
	list_each (job, &jobs->waiting, link) {
		list_remove(&job->link);
		list_append(&retry, &job->link);
	}
	list_each (job, &retry, link)
		decide(job, last);
	jobs_finish(jobs);
}

void
jobs_drop(struct jobs *jobs)
{
	struct job *job;

	list_each (job, &jobs->waiting, link)
		job_free(job);
	jobs->waiting_count = 0;
}

int
jobs_take(struct jobs *jobs)
{
	struct delivery *delivery = bus_take(jobs->bus);
	struct job *job;

	if (delivery == NULL)
		return 0;
	if ((job = calloc(1, sizeof(*job))) == NULL) {
		bus_answer(jobs->bus, delivery, "", 0);
		delivery_free(delivery);
		return 1;
	}
	job->jobs = jobs;
	job->delivery = delivery;
	decide(job, false);
	return 1;
}
