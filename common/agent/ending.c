/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/approvals.h"
#include "agent/ending.h"
#include "agent/flight.h"
#include "agent/ledger.h"
#include "agent/listener.h"
#include "agent/log.h"
#include "agent/recall.h"
#include "agent/revoking.h"
#include "agent/sessions.h"
#include "agent/vault.h"
#include "base/clock.h"
#include "wire/hold.h"

#define LANDING_MS 1500	 /* for what is in the air */
#define REVOKING_MS 3300 /* for the ledger: together within 5 s */

struct ending {
	struct agent *agent;
	struct link mourners;
	struct revoking *revoking;
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
all_tried(void *arg)
{
	finish(arg);
}

static void
revoke_all(struct ending *ending)
{
	struct agent *agent = ending->agent;
	struct ledger_line *line;

	recall_stop(agent->recall);
	ledger_expire(agent->ledger);
	ending->revoking = revoking_new(agent, all_tried, ending);
	if (ending->revoking == NULL) {
		finish(ending);
		return;
	}
	list_each (line, ledger_lines(agent->ledger), link)
		revoking_add(ending->revoking, line);
	revoking_start(ending->revoking, clock_ms() + REVOKING_MS);
}

/* All that is left is in the ledger. */
static void
settled(void *arg)
{
	struct ending *ending = arg;

	timer_free(ending->timer);
	ending->timer = NULL;
	revoke_all(ending);
}

/* What is being taken back already is not begun twice. */
static void
landed(void *arg)
{
	struct ending *ending = arg;

	recall_on_empty(ending->agent->recall, settled, ending);
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
	recall_on_empty(ending->agent->recall, NULL, NULL);
	error_set(&err, FAULT_SYSTEM, "the session has ended");
	error_at(&err, STAGE_AGENT);
	flights_crash(ending->agent->flights, NULL, &err);
	settled(ending);
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
	if (mourner != NULL)
		list_append(&ending->mourners, &mourner->link);
	sessions_leave(agent->sessions);
	listener_free(agent->listener);
	agent->listener = NULL;
	approvals_end(agent->approvals);
	ending->timer = loop_timer(
	    agent->loop, clock_ms() + LANDING_MS, landing_over, ending);
	flights_on_empty(agent->flights, landed, ending);
}

/* Was its revocation tried, and so told of already? */
static bool
was_tried(const struct ending *ending, const struct entry *entry)
{
	struct revocation *revocation;

	if (ending->revoking == NULL)
		return false;
	list_each (revocation, revoking_all(ending->revoking), link)
		if (strcmp(revocation->name, entry->name) == 0 &&
		    revocation->expires == entry->credential->expires)
			return true;
	return false;
}

static void
tell_tried(const struct ending *ending,
    void (*tell_revoked)(void *arg, const char *name),
    void (*expiring)(
	void *arg, const char *name, const char *audience, int64_t expires),
    void *arg)
{
	struct revocation *revocation;

	if (ending->revoking == NULL)
		return;
	list_each (revocation, revoking_all(ending->revoking), link)
		if (revocation->revoked)
			tell_revoked(arg, revocation->name);
		else
			expiring(
			    arg, revocation->name, NULL, revocation->expires);
}

void
ending_tell(const struct ending *ending,
    void (*tell_revoked)(void *arg, const char *name),
    void (*expiring)(
	void *arg, const char *name, const char *audience, int64_t expires),
    void *arg)
{
	struct entry *entry;

	tell_tried(ending, tell_revoked, expiring, arg);
	vault_expire(ending->agent->vault);
	list_each (entry, vault_entries(ending->agent->vault), link)
		if (!was_tried(ending, entry))
			expiring(arg, entry->name,
			    entry->credential->kind == KIND_ID_TOKEN
				? entry->target
				: NULL,
			    entry->lifetime.expires);
}

void
ending_free(struct ending *ending)
{
	if (ending == NULL)
		return;
	timer_free(ending->timer);
	revoking_free(ending->revoking);
	if (ending->mark != -1)
		close(ending->mark);
	free(ending);
}
