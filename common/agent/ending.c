/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ending.h"
#include "agent/flight.h"
#include "agent/ledger.h"
#include "agent/listener.h"
#include "agent/log.h"
#include "agent/mint.h"
#include "agent/vault.h"
#include "base/clock.h"
#include "exchange/exchange.h"
#include "wire/hold.h"

#define AT_A_TIME 32
#define LANDING_MS 1500	 /* for what is in the air */
#define REVOKING_MS 3300 /* for the ledger: together within 5 s */

/* One credential that is taken back. */
struct revocation {
	struct link link;
	struct ending *ending;
	struct ledger_line *line; /* NULL: its turn is over */
	struct mint *mint;	  /* while it is being revoked */
	char *name;
	int64_t expires;
	bool revoked;
};

struct ending {
	struct agent *agent;
	struct link mourners;
	struct link revocations;
	unsigned running;
	struct timer *timer;
	int mark; /* a lock that tells others that the end is under way */
};

void
mourner_cancel(struct mourner *mourner)
{
	list_remove(&mourner->link);
}

static void
finish(struct ending *ending)
{
	struct mourner *mourner;

	timer_free(ending->timer);
	ending->timer = NULL;
	while (!list_empty(&ending->mourners)) {
		mourner =
		    list_item(ending->mourners.next, struct mourner, link);
		list_remove(&mourner->link);
		mourner->done(mourner, ending);
	}
	loop_stop(ending->agent->loop, 0);
}

static void
revoke_some(struct ending *ending);

static void
revoked(void *arg, struct mint_result *result)
{
	struct revocation *revocation = arg;
	struct ending *ending = revocation->ending;

	revocation->mint = NULL;
	revocation->revoked = result->err.fault == FAULT_NONE;
	credential_free(result->credential);
	if (revocation->revoked)
		ending->agent->tally.revocations++;
	log_event(ending->agent->log,
	    revocation->revoked ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR,
	    "%s %s%s%s",
	    revocation->revoked ? "revoked" : "not revoked:", revocation->name,
	    revocation->revoked ? "" : ": ",
	    revocation->revoked ? "" : result->err.text);
	ending->running--;
	revoke_some(ending);
}

/* What is not revoked by now can only expire. */
static void
out_of_time(void *arg)
{
	struct ending *ending = arg;
	struct revocation *revocation;

	ending->timer = NULL;
	list_each (revocation, &ending->revocations, link) {
		mint_kill(revocation->mint);
		revocation->mint = NULL;
	}
	finish(ending);
}

static void
take_back(struct ending *ending, struct revocation *revocation)
{
	const struct ledger_line *line = take(&revocation->line);
	struct mint_order order = {.step = &line->road->steps[line->step],
	    .input = line->credential,
	    .deadline = clock_ms() + REVOKING_MS,
	    .revoke = true};

	revocation->mint =
	    mint_start(ending->agent->loop, &order, revoked, revocation, NULL);
	if (revocation->mint != NULL)
		ending->running++;
}

/* As many at a time as children are good for; at the last, the end. */
static void
revoke_some(struct ending *ending)
{
	struct revocation *revocation;

	list_each (revocation, &ending->revocations, link) {
		if (ending->running >= AT_A_TIME)
			return;
		if (revocation->line != NULL)
			take_back(ending, revocation);
	}
	if (ending->running == 0)
		finish(ending);
}

static void
note(struct ending *ending, struct ledger_line *line)
{
	struct revocation *revocation = calloc(1, sizeof(*revocation));
	const struct step *step = &line->road->steps[line->step];

	if (revocation == NULL)
		return;
	revocation->ending = ending;
	revocation->line = line;
	revocation->expires = line->credential->expires;
	revocation->name = strdup(step->credential);
	if (revocation->name == NULL)
		free(revocation);
	else
		list_append(&ending->revocations, &revocation->link);
}

static void
revoke_all(struct ending *ending)
{
	struct ledger_line *line;

	ledger_expire(ending->agent->ledger);
	list_each (line, ledger_lines(ending->agent->ledger), link)
		note(ending, line);
	ending->timer = loop_timer(
	    ending->agent->loop, clock_ms() + REVOKING_MS, out_of_time, ending);
	revoke_some(ending);
}

static void
landed(void *arg)
{
	struct ending *ending = arg;

	timer_free(ending->timer);
	ending->timer = NULL;
	flights_on_empty(ending->agent->flights, NULL, NULL);
	revoke_all(ending);
}

/* What has not landed by now never does: it would be handed out and not be
 * taken back. */
static void
landing_over(void *arg)
{
	struct ending *ending = arg;
	struct error err;

	ending->timer = NULL;
	flights_on_empty(ending->agent->flights, NULL, NULL);
	error_set(&err, FAULT_SYSTEM, "the session has ended");
	error_at(&err, STAGE_AGENT);
	flights_crash(ending->agent->flights, &err);
	landed(ending);
}

/* `daypass end` of others waits for this lock to be free again. */
static int
set_mark(const struct agent *agent)
{
	int fd;

	if (agent->listener == NULL)
		return -1;
	fd = openat(listener_directory(agent->listener), ENDING_NAME,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd != -1)
		flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

void
ending_begin(struct agent *agent, struct mourner *mourner)
{
	struct ending *ending = agent->ending;

	if (ending != NULL) {
		if (mourner != NULL)
			list_append(&ending->mourners, &mourner->link);
		return;
	}
	if ((ending = calloc(1, sizeof(*ending))) == NULL) {
		loop_stop(agent->loop, 1);
		return;
	}
	agent->ending = ending;
	ending->agent = agent;
	ending->mark = set_mark(agent);
	list_init(&ending->mourners);
	list_init(&ending->revocations);
	if (mourner != NULL)
		list_append(&ending->mourners, &mourner->link);
	listener_free(agent->listener);
	agent->listener = NULL;
	ending->timer = loop_timer(
	    agent->loop, clock_ms() + LANDING_MS, landing_over, ending);
	flights_on_empty(agent->flights, landed, ending);
}

/* Was its revocation tried, and so told of already? */
static bool
was_tried(const struct ending *ending, const struct entry *entry)
{
	struct revocation *revocation;

	list_each (revocation, &ending->revocations, link)
		if (strcmp(revocation->name, entry->name) == 0 &&
		    revocation->expires == entry->credential->expires)
			return true;
	return false;
}

void
ending_tell(const struct ending *ending,
    void (*tell_revoked)(void *arg, const char *name),
    void (*expiring)(void *arg, const char *name, int64_t expires), void *arg)
{
	struct revocation *revocation;
	struct entry *entry;

	list_each (revocation, &ending->revocations, link)
		if (revocation->revoked)
			tell_revoked(arg, revocation->name);
		else
			expiring(arg, revocation->name, revocation->expires);
	vault_expire(ending->agent->vault);
	list_each (entry, vault_entries(ending->agent->vault), link)
		if (!was_tried(ending, entry))
			expiring(arg, entry->name, entry->lifetime.expires);
}

void
ending_free(struct ending *ending)
{
	struct revocation *revocation;

	if (ending == NULL)
		return;
	timer_free(ending->timer);
	list_each (revocation, &ending->revocations, link) {
		mint_kill(revocation->mint);
		free(revocation->name);
		free(revocation);
	}
	if (ending->mark != -1)
		close(ending->mark);
	free(ending);
}
