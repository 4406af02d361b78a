/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/flight_inner.h"

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

void
flight_free(struct flight *flight)
{
	list_remove(&flight->link);
	list_remove(&flight->queued);
	waiter_cancel(&flight->input_waiter);
	if (flight->mint != NULL) {
		flight->agent->flights->children--;
		mint_kill(flight->mint);
	}
	loan_end(flight->loan);
	ledger_strike(flight->line);
	credential_free(flight->input);
	credential_free(flight->actor);
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

void
flight_end(struct flight *flight, const struct credential *credential,
    const struct error *err)
{
	struct flights *flights = flight->agent->flights;

	list_remove(&flight->link);
	tell(flight, credential, err);
	flight_free(flight);
	check_empty(flights);
}

static struct flight *
first_of(struct flights *flights, const struct identity *identity)
{
	struct flight *flight;

	list_each (flight, &flights->all, link)
		if (identity == NULL ||
		    flight->road->steps[0].identity == identity)
			return flight;
	return NULL;
}

/* Told top down: a flight that waits for another's result is gone before that
 * other one is. */
void
flights_crash(struct flights *flights, const struct identity *identity,
    const struct error *err)
{
	struct flight *flight;

	while ((flight = first_of(flights, identity)) != NULL) {
		list_remove(&flight->link);
		tell(flight, NULL, err);
		flight_free(flight);
	}
	check_empty(flights);
}

/* What its child is given can be taken back, once we know it. */
static bool
brings_back(const struct flight *flight)
{
	return flight->mint != NULL && ledger_may_take(flight_step(flight));
}

static struct flight *
first_attended(struct flights *flights, const char *session)
{
	struct flight *flight;

	list_each (flight, &flights->all, link)
		if (!flight->left &&
		    strcmp(flight->road->session, session) == 0)
			return flight;
	return NULL;
}

void
flights_leave(
    struct flights *flights, const char *session, const struct error *err)
{
	struct flight *flight;

	while ((flight = first_attended(flights, session)) != NULL) {
		flight->left = true;
		tell(flight, NULL, err);
		if (!brings_back(flight))
			flight_free(flight);
	}
	check_empty(flights);
}

struct flight *
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

struct flight *
flight_find(struct flights *flights, const unsigned char key[DIGEST_SIZE])
{
	struct flight *flight;

	list_each (flight, &flights->all, link)
		if (memcmp(flight_step(flight)->key, key, DIGEST_SIZE) == 0)
			return flight;
	return NULL;
}
