/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/actor.h"
#include "agent/audit.h"
#include "agent/flight_inner.h"
#include "agent/log.h"
#include "agent/narrow.h"
#include "agent/network.h"
#include "agent/rest.h"
#include "base/clock.h"
#include "base/text.h"

/* More children than this at a time help nobody; further flights queue. */
#define CHILDREN_MAX 32

/* Who minted it, put before what the step said. */
static void
name_step(const struct flight *flight, struct error *err)
{
	const struct step *step = flight_step(flight);

	if (err->stage == STAGE_POLICY)
		return; /* the step did what it could */
	if (step->exchange != NULL)
		error_in(err, "exchange %s", step->exchange->name);
	else
		error_in(err, "identity %s", step->identity->name);
	error_at(err, step->exchange != NULL ? STAGE_EXCHANGE : STAGE_IDENTITY);
}

/* Ends a flight that failed. `err` names its stage already where the failure
 * is that of a step before. */
static void
crash(struct flight *flight, const struct error *err)
{
	struct rests *rests = flight->agent->rests;
	struct error told = *err;

	if (flight->stumbled)
		rest_stumbled(rests, flight_step(flight)->key, &told);
	else
		rest_failed(rests, flight_step(flight)->key, &told);
	flight_end(flight, NULL, &told);
}

void
flight_fail(struct flight *flight, const struct error *err)
{
	struct error told = *err;

	name_step(flight, &told);
	tally_failure(&flight->agent->tally, &told);
	audit_not_minted(
	    flight->agent->audit, flight->road, flight->step, &told);
	log_event(flight->agent->log, LOG_LEVEL_ERROR, "%s", told.text);
	crash(flight, &told);
}

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
	flight_start(flight);
	return true;
}

static void
minted(void *arg, struct mint_result *result)
{
	struct flight *flight = arg;
	struct agent *agent = flight->agent;

	flight->mint = NULL;
	agent->flights->children--;
	loan_end(take(&flight->loan));
	if (result->err.fault == FAULT_NONE && flight->step > 0)
		agent->skew = result->skew;
	if (result->unread != NULL)
		flight_lose(flight, take(&result->unread));
	if (result->err.fault == FAULT_NONE && result->credential == NULL)
		error_set(&result->err, FAULT_SYSTEM, "made nothing");
	if (result->err.fault == FAULT_NONE &&
	    flight_check(flight, &result->credential, &result->err) == 0)
		flight_land(flight, result->credential);
	else if (!come_again(flight, result)) {
		flight->stumbled = result->killed;
		flight_fail(flight, &result->err);
	}
	flights_start_queued(agent);
}

/* Two children must not use one refresh token. */
static bool
must_wait(const struct flight *flight)
{
	const struct step *step = flight_step(flight);
	unsigned char key[DIGEST_SIZE];

	if (flight->agent->flights->children >= CHILDREN_MAX)
		return true;
	if (step->exchange != NULL || step->identity->login == NULL)
		return false;
	keeper_key(step->identity, step->settings, key);
	return keeper_is_lent(flight->agent->keeper, key);
}

/* What the identity keeps between mints, if it does. */
static int
borrow(struct flight *flight, struct mint_order *order, struct error *err)
{
	const struct step *step = order->step;
	const char *session = flight->road->session;
	bool is_self = session != NULL && strcmp(session, ACTOR_SELF) == 0;
	unsigned char key[DIGEST_SIZE];

	if (step->exchange != NULL || step->identity->login == NULL)
		return 0;
	keeper_key(step->identity, step->settings, key);
	flight->loan = keeper_lend(
	    flight->agent->keeper, key, is_self ? order->around : NULL, err);
	if (flight->loan == NULL)
		return -1;
	order->keep = loan_ends(flight->loan);
	order->keep_lacks = loan_lacks(flight->loan);
	return 0;
}

/* Before anything is asked for. */
static int
reserve_line(struct flight *flight, struct error *err)
{
	if (flight->line == NULL && ledger_may_take(flight_step(flight)) &&
	    (flight->line = ledger_blank(flight->road, flight->step)) == NULL)
		return error_errno(
		    err, "no memory to note what has to be taken back");
	return 0;
}

static bool
speaks_http(const struct step *step)
{
	return step->exchange != NULL || step->identity->speaks_http;
}

static void
take_off(struct flight *flight, const struct credential *input,
    const struct credential *acts)
{
	struct agent *agent = flight->agent;
	struct mint_order order = {.step = flight_step(flight),
	    .around = flight->road->around,
	    .input = input,
	    .actor = acts,
	    .deadline = flight->wish.deadline,
	    .skew = agent->skew,
	    .last = flight->step + 1 == flight->road->count};
	struct error err = {.fault = FAULT_NONE};

	if (flight_is_last(flight) && flight->wish.until != 0 &&
	    narrow_life(
		flight->road, flight->wish.until - clock_unix(), &err) == -1) {
		flight_fail(flight, &err);
		return;
	}
	if (speaks_http(order.step) &&
	    network_ready(agent->network, &err) == -1) {
		flight_fail(flight, &err);
		return;
	}
	if (reserve_line(flight, &err) == -1 ||
	    borrow(flight, &order, &err) == -1) {
		flight_fail(flight, &err);
		return;
	}
	audit_take_off(agent->audit, flight->road);
	flight->mint = mint_start(agent->loop, &order, minted, flight, &err);
	if (flight->loan != NULL)
		loan_handed(flight->loan);
	if (flight->mint == NULL) {
		flight_fail(flight, &err);
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
board(struct flight *flight, const struct credential *input,
    const struct credential *acts)
{
	struct flights *flights = flight->agent->flights;

	if (!must_wait(flight)) {
		take_off(flight, input, acts);
		return;
	}
	if (input != NULL)
		flight->input = credential_copy(input);
	if (acts != NULL)
		flight->actor = credential_copy(acts);
	list_append(&flights->queue, &flight->queued);
}

static struct flight *
next_queued(struct flights *flights)
{
	struct flight *flight;

	list_each (flight, &flights->queue, queued)
		if (!must_wait(flight))
			return flight;
	return NULL;
}

void
flights_start_queued(struct agent *agent)
{
	struct flight *flight;

	while ((flight = next_queued(agent->flights)) != NULL) {
		scoped(credential) struct credential *input =
		    take(&flight->input);
		scoped(credential) struct credential *acts =
		    take(&flight->actor);

		list_remove(&flight->queued);
		take_off(flight, input, acts);
	}
}

static void
actor_arrived(struct waiter *waiter, const struct credential *credential,
    const struct error *err)
{
	struct flight *flight = list_item(waiter, struct flight, input_waiter);
	scoped(credential) struct credential *input = take(&flight->input);

	if (credential == NULL)
		crash(flight, err);
	else
		board(flight, input, credential);
}

/* As fresh as the input: a principal that may act no more is asked for anew
 * wherever the subject is. */
static void
want_actor(struct flight *flight, const struct credential *input)
{
	struct road *road = flight_step(flight)->actor;
	struct wish wish = flight->wish;
	struct error err;

	if ((flight->input = credential_copy(input)) == NULL) {
		error_errno(&err, "no memory for a flight");
		flight_fail(flight, &err);
		return;
	}
	wish.min_ttl = 0;
	wish.until = 0;
	wish.refresh = false;
	wish.anew = wish.anew && flight->step == 1;
	flight->input_waiter.done = actor_arrived;
	flight_want(
	    flight->agent, road, road->count - 1, &wish, &flight->input_waiter);
}

static void
input_arrived(struct waiter *waiter, const struct credential *credential,
    const struct error *err)
{
	struct flight *flight = list_item(waiter, struct flight, input_waiter);

	if (credential == NULL)
		crash(flight, err);
	else if (flight_step(flight)->actor != NULL)
		want_actor(flight, credential);
	else
		board(flight, credential, NULL);
}

/* The input is wanted as fresh as anything handed out; where this step is
 * minted anew, the identity is asked again. */
static void
want_input(struct flight *flight)
{
	struct wish wish = flight->wish;

	wish.min_ttl = 0;
	wish.until = 0; /* others may use it, too */
	wish.refresh = false;
	wish.anew = wish.anew && flight->step == 1;
	flight->input_waiter.done = input_arrived;
	flight_want(flight->agent, flight->road, flight->step - 1, &wish,
	    &flight->input_waiter);
}

void
flight_start(struct flight *flight)
{
	if (flight->step == 0)
		board(flight, NULL, NULL);
	else
		want_input(flight);
}
