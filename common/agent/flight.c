/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/flight.h"
#include "agent/ledger.h"
#include "agent/log.h"
#include "agent/mint.h"
#include "agent/network.h"
#include "agent/reader.h"
#include "agent/rest.h"
#include "agent/vault.h"
#include "base/clock.h"
#include "base/text.h"

/* More children than this at a time help nobody; further flights queue. */
#define CHILDREN_MAX 32

struct flights {
	struct link all;
	struct link queue; /* those that wait for a child to be free */
	unsigned children;
	void (*empty)(void *arg);
	void *arg;
};

struct flight {
	struct link link;
	struct link queued;
	struct agent *agent;
	struct road *road;
	size_t step;
	struct wish wish;
	struct link waiters;
	struct waiter input_waiter; /* for the step before */
	struct credential *input;   /* while queued */
	struct mint *mint;
	bool again; /* the input was stale once already */
};

static void
input_arrived(struct waiter *waiter, const struct credential *credential,
    const struct error *err);

struct flights *
flights_new(void)
{
	struct flights *flights = calloc(1, sizeof(*flights));

	if (flights != NULL) {
		list_init(&flights->all);
		list_init(&flights->queue);
	}
	return flights;
}

static const struct step *
step_of(const struct flight *flight)
{
	return &flight->road->steps[flight->step];
}

static void
check_empty(struct flights *flights)
{
	void (*empty)(void *arg) = flights->empty;

	if (empty == NULL || !list_empty(&flights->all))
		return;
	flights->empty = NULL;
	empty(flights->arg);
}

void
flights_on_empty(struct flights *flights, void (*empty)(void *arg), void *arg)
{
	flights->empty = empty;
	flights->arg = arg;
	check_empty(flights);
}

static void
flight_free(struct flight *flight)
{
	list_remove(&flight->link);
	list_remove(&flight->queued);
	waiter_cancel(&flight->input_waiter);
	if (flight->mint != NULL) {
		flight->agent->flights->children--;
		mint_kill(flight->mint);
	}
	credential_free(flight->input);
	road_release(flight->road);
	free(flight);
}

void
flights_free(struct flights *flights)
{
	if (flights == NULL)
		return;
	while (!list_empty(&flights->all))
		flight_free(list_item(flights->all.next, struct flight, link));
	free(flights);
}

void
waiter_cancel(struct waiter *waiter)
{
	list_remove(&waiter->link);
}

/* Tells everybody. Each waiter is off the list before it is called: it may
 * vanish, or want something else at once. */
static void
tell(struct flight *flight, const struct credential *credential,
    const struct error *err)
{
	while (!list_empty(&flight->waiters)) {
		struct waiter *waiter =
		    list_item(flight->waiters.next, struct waiter, link);

		list_remove(&waiter->link);
		waiter->done(waiter, credential, err);
	}
}

/* Who minted it, put before what the step said. */
static void
name_step(const struct flight *flight, struct error *err)
{
	const struct step *step = step_of(flight);

	if (step->exchange != NULL)
		error_in(err, "exchange %s", step->exchange->name);
	else
		error_in(err, "identity %s", step->identity->name);
	error_at(err, step->exchange != NULL ? STAGE_EXCHANGE : STAGE_IDENTITY);
}

/* Told top down: a flight that waits for another's result is gone before that
 * other one is. */
void
flights_crash(struct flights *flights, const struct error *err)
{
	while (!list_empty(&flights->all)) {
		struct flight *flight =
		    list_item(flights->all.next, struct flight, link);

		list_remove(&flight->link);
		tell(flight, NULL, err);
		flight_free(flight);
	}
}

/* Ends a flight that failed. `err` names its stage already where the failure
 * is that of a step before. */
static void
crash(struct flight *flight, const struct error *err)
{
	struct flights *flights = flight->agent->flights;
	struct error told = *err;

	rest_failed(flight->agent->rests, step_of(flight)->key, &told);
	list_remove(&flight->link);
	tell(flight, NULL, &told);
	flight_free(flight);
	check_empty(flights);
}

static void
fail(struct flight *flight, const struct error *err)
{
	struct error told = *err;

	name_step(flight, &told);
	tally_failure(&flight->agent->tally, &told);
	log_event(flight->agent->log, LOG_LEVEL_ERROR, "%s", told.text);
	crash(flight, &told);
}

static void
log_landing(const struct flight *flight, const struct credential *credential)
{
	const struct step *step = step_of(flight);
	char expires[CLOCK_TEXT];

	log_event(flight->agent->log, LOG_LEVEL_NOTICE,
	    "minted %s (%s) for %s, %s sub=%s", step->credential,
	    step->exchange == NULL ? step->identity->name
				   : step->exchange->name,
	    flight->road->target.text[0] != '\0' ? flight->road->target.text
						 : step->credential,
	    credential->expires == 0
		? "no expiry said,"
		: clock_rfc3339(credential->expires, expires),
	    credential->subject == NULL ? "" : credential->subject);
}

/* What was minted goes to the vault if it may be handed out of it later, to
 * the ledger if it can be revoked, and to everyone who waits. */
static void
land(struct flight *flight, struct credential *credential)
{
	struct agent *agent = flight->agent;
	const struct step *step = step_of(flight);
	struct lifetime lifetime = lifetime_of(credential);
	bool last = flight->step + 1 == flight->road->count;
	struct credential *kept = NULL;

	log_landing(flight, credential);
	rest_over(agent->rests, step->key);
	ledger_add(agent->ledger, flight->road, flight->step, credential);
	if (lifetime_enough(&lifetime, credential->kind, 0))
		kept = credential_copy(credential);
	if (kept != NULL)
		vault_put(agent->vault, step->key, kept, flight->road->source,
		    step->credential,
		    step->exchange == NULL ? step->audience
		    : last		   ? flight->road->target.text
					   : "");
	list_remove(&flight->link);
	tell(flight, credential, NULL);
	credential_free(credential);
	flight_free(flight);
	check_empty(agent->flights);
}

static bool
want_input(struct flight *flight);

/* The input had not enough life left for another try: get a fresh one, once.
 */
static bool
come_again(struct flight *flight, const struct mint_result *result)
{
	if (!result->stale || flight->again || flight->step == 0 ||
	    clock_ms() >= flight->wish.deadline)
		return false;
	flight->again = true;
	flight->wish.force = true;
	return want_input(flight);
}

static void
start_queued(struct agent *agent);

static void
minted(void *arg, struct mint_result *result)
{
	struct flight *flight = arg;
	struct agent *agent = flight->agent;

	flight->mint = NULL;
	agent->flights->children--;
	if (result->err.fault == FAULT_NONE && flight->step > 0)
		agent->skew = result->skew;
	if (result->err.fault == FAULT_NONE && result->credential == NULL)
		error_set(&result->err, FAULT_SYSTEM, "made nothing");
	if (result->err.fault == FAULT_NONE)
		land(flight, result->credential);
	else if (!come_again(flight, result))
		fail(flight, &result->err);
	start_queued(agent);
}

static bool
speaks_http(const struct step *step)
{
	return step->exchange != NULL || step->identity->speaks_http;
}

static void
take_off(struct flight *flight, const struct credential *input)
{
	struct agent *agent = flight->agent;
	struct mint_order order = {.step = step_of(flight),
	    .around = flight->road->around,
	    .input = input,
	    .deadline = flight->wish.deadline,
	    .skew = agent->skew,
	    .last = flight->step + 1 == flight->road->count};
	struct error err = {.fault = FAULT_NONE};

	if (speaks_http(order.step) &&
	    network_ready(agent->network, reader_last(agent->reader), &err) ==
		-1) {
		fail(flight, &err);
		return;
	}
	flight->mint = mint_start(agent->loop, &order, minted, flight, &err);
	if (flight->mint == NULL) {
		fail(flight, &err);
		return;
	}
	agent->flights->children++;
	agent->tally.mints++;
	if (order.step->exchange == NULL)
		text_copy(agent->source, sizeof(agent->source),
		    order.step->identity->name);
	if (flight->wish.refresh)
		agent->tally.refreshes++;
}

/* Takes off, or stands in line for a child. */
static void
board(struct flight *flight, const struct credential *input)
{
	struct flights *flights = flight->agent->flights;

	if (flights->children < CHILDREN_MAX) {
		take_off(flight, input);
		return;
	}
	if (input != NULL)
		flight->input = credential_copy(input);
	list_append(&flights->queue, &flight->queued);
}

static void
start_queued(struct agent *agent)
{
	struct flights *flights = agent->flights;

	while (
	    flights->children < CHILDREN_MAX && !list_empty(&flights->queue)) {
		struct flight *flight =
		    list_item(flights->queue.next, struct flight, queued);
		scoped(credential) struct credential *input =
		    take(&flight->input);

		list_remove(&flight->queued);
		take_off(flight, input);
	}
}

static void
input_arrived(struct waiter *waiter, const struct credential *credential,
    const struct error *err)
{
	struct flight *flight = list_item(waiter, struct flight, input_waiter);

	if (credential == NULL)
		crash(flight, err);
	else
		board(flight, credential);
}

/* The input is wanted as fresh as anything handed out; where this step is
 * minted anew, the identity is asked again. */
static bool
want_input(struct flight *flight)
{
	struct wish wish = flight->wish;

	wish.min_ttl = 0;
	wish.refresh = false;
	wish.anew = wish.anew && flight->step == 1;
	flight->input_waiter.done = input_arrived;
	flight_want(flight->agent, flight->road, flight->step - 1, &wish,
	    &flight->input_waiter);
	return true;
}

static struct flight *
find(struct flights *flights, const unsigned char key[DIGEST_SIZE])
{
	struct flight *flight;

	list_each(flight, &flights->all,
	    link) if (memcmp(step_of(flight)->key, key, DIGEST_SIZE) ==
		      0) return flight;
	return NULL;
}

static struct flight *
flight_new(struct agent *agent, struct road *road, size_t step,
    const struct wish *wish)
{
	struct flight *flight = calloc(1, sizeof(*flight));

	if (flight == NULL)
		return NULL;
	flight->agent = agent;
	flight->road = road_keep(road);
	flight->step = step;
	flight->wish = *wish;
	list_init(&flight->waiters);
	list_append(&agent->flights->all, &flight->link);
	return flight;
}

static void
refuse(const struct agent *agent, struct waiter *waiter)
{
	struct error err;

	error_set(&err, FAULT_SYSTEM,
	    agent->ending != NULL ? "the session is ending"
				  : "no memory for a flight");
	error_at(&err, STAGE_AGENT);
	if (waiter != NULL)
		waiter->done(waiter, NULL, &err);
}

static void
join(struct agent *agent, struct road *road, size_t step,
    const struct wish *wish, struct waiter *waiter)
{
	struct flight *flight = find(agent->flights, road->steps[step].key);

	if (flight != NULL) {
		if (waiter != NULL)
			list_append(&flight->waiters, &waiter->link);
		return;
	}
	flight =
	    agent->ending != NULL ? NULL : flight_new(agent, road, step, wish);
	if (flight == NULL) {
		refuse(agent, waiter);
		return;
	}
	if (waiter != NULL)
		list_append(&flight->waiters, &waiter->link);
	if (step == 0)
		board(flight, NULL);
	else
		want_input(flight);
}

/* Past 60 % of its life, a credential is handed out and replaced behind the
 * asker's back. */
static void
refresh_ahead(struct agent *agent, struct road *road, size_t step,
    const struct entry *entry, const struct wish *wish)
{
	struct wish ahead = {
	    .deadline = wish->deadline, .anew = true, .refresh = true};
	struct error err;

	if (agent->once || agent->ending != NULL ||
	    !lifetime_ripe(&entry->lifetime) ||
	    rest_now(agent->rests, road->steps[step].key, &err))
		return;
	join(agent, road, step, &ahead, NULL);
}

void
flight_want(struct agent *agent, struct road *road, size_t step,
    const struct wish *wish, struct waiter *waiter)
{
	const unsigned char *key = road->steps[step].key;
	bool fresh = wish->force || wish->anew;
	struct entry *entry = fresh ? NULL : vault_find(agent->vault, key);
	struct error err;

	if (entry != NULL && lifetime_enough(&entry->lifetime,
				 entry->credential->kind, wish->min_ttl)) {
		bool top = step + 1 == road->count;

		if (top)
			agent->tally.hits++;
		/* done() may drop the entry: refresh first */
		refresh_ahead(agent, road, step, entry, wish);
		if ((entry = vault_find(agent->vault, key)) != NULL) {
			waiter->done(waiter, entry->credential, NULL);
			return;
		}
	}
	if (!wish->force && rest_now(agent->rests, key, &err)) {
		waiter->done(waiter, NULL, &err);
		return;
	}
	join(agent, road, step, wish, waiter);
}
