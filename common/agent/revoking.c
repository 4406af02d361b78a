/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/audit.h"
#include "agent/log.h"
#include "agent/mint.h"
#include "agent/revoking.h"

#define AT_A_TIME 32

struct revoking {
	struct agent *agent;
	struct link all;
	unsigned running;
	int64_t deadline;
	struct timer *timer;
	void (*done)(void *arg);
	void *arg;
};

struct revoking *
revoking_new(struct agent *agent, void (*done)(void *arg), void *arg)
{
	struct revoking *revoking = calloc(1, sizeof(*revoking));

	if (revoking == NULL)
		return NULL;
	revoking->agent = agent;
	revoking->done = done;
	revoking->arg = arg;
	list_init(&revoking->all);
	return revoking;
}

/* Nothing is on its way any more. */
static void
stop(struct revoking *revoking)
{
	struct revocation *revocation;

	timer_free(revoking->timer);
	revoking->timer = NULL;
	revoking->running = 0;
	list_each (revocation, &revoking->all, link) {
		mint_kill(revocation->mint);
		revocation->mint = NULL;
		if (revocation->line != NULL)
			revocation->line->revoking = false;
		revocation->line = NULL;
	}
}

void
revoking_free(struct revoking *revoking)
{
	struct revocation *revocation;

	if (revoking == NULL)
		return;
	stop(revoking);
	list_each (revocation, &revoking->all, link) {
		free(revocation->name);
		free(revocation);
	}
	free(revoking);
}

/* A line that is being taken back already is another's to tell of. */
void
revoking_add(struct revoking *revoking, struct ledger_line *line)
{
	struct revocation *revocation;

	if (line->revoking || !ledger_read(line) ||
	    (revocation = calloc(1, sizeof(*revocation))) == NULL)
		return;
	revocation->revoking = revoking;
	revocation->line = line;
	revocation->expires = line->credential->expires;
	revocation->name = strdup(line->road->steps[line->step].credential);
	if (revocation->name == NULL) {
		free(revocation);
		return;
	}
	line->revoking = true;
	list_append(&revoking->all, &revocation->link);
}

static void
finish(struct revoking *revoking)
{
	stop(revoking);
	revoking->done(revoking->arg);
}

static void
revoke_some(struct revoking *revoking);

static void
tell_log(const struct revocation *revocation, const char *why)
{
	bool revoked = revocation->revoked;

	log_event(revocation->revoking->agent->log,
	    revoked ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, "%s %s%s%s",
	    revoked ? "revoked" : "not revoked:", revocation->name,
	    revoked ? "" : ": ", revoked ? "" : why);
}

static void
revoked(void *arg, struct mint_result *result)
{
	struct revocation *revocation = arg;
	struct revoking *revoking = revocation->revoking;
	struct ledger_line *line = take(&revocation->line);

	revocation->mint = NULL;
	revocation->revoked = result->err.fault == FAULT_NONE;
	credential_free(result->credential);
	line->revoking = false;
	audit_revoked(revoking->agent->audit, line, &result->err);
	if (revocation->revoked) {
		revoking->agent->tally.revocations++;
		ledger_strike(line);
	}
	tell_log(revocation, result->err.text);
	revoking->running--;
	revoke_some(revoking);
}

static void
take_back(struct revocation *revocation)
{
	struct revoking *revoking = revocation->revoking;
	const struct ledger_line *line = revocation->line;
	struct mint_order order = {.step = &line->road->steps[line->step],
	    .input = line->credential,
	    .deadline = revoking->deadline,
	    .revoke = true};

	revocation->mint = mint_start(
	    revoking->agent->loop, &order, revoked, revocation, NULL);
	if (revocation->mint != NULL) {
		revoking->running++;
	} else {
		revocation->line->revoking = false;
		revocation->line = NULL;
	}
}

/* As many at a time as children are good for; after the last, done. */
static void
revoke_some(struct revoking *revoking)
{
	struct revocation *revocation;

	list_each (revocation, &revoking->all, link) {
		if (revoking->running >= AT_A_TIME)
			return;
		if (revocation->line != NULL && revocation->mint == NULL)
			take_back(revocation);
	}
	if (revoking->running == 0)
		finish(revoking);
}

/* What is not revoked by now can only expire. */
static void
out_of_time(void *arg)
{
	struct revoking *revoking = arg;

	revoking->timer = NULL;
	finish(revoking);
}

void
revoking_start(struct revoking *revoking, int64_t deadline)
{
	revoking->deadline = deadline;
	revoking->timer = loop_timer(
	    revoking->agent->loop, deadline, out_of_time, revoking);
	revoke_some(revoking);
}

struct link *
revoking_all(struct revoking *revoking)
{
	return &revoking->all;
}
