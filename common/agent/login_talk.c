/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "agent/flight_inner.h"
#include "agent/keeper.h"
#include "agent/login.h"
#include "agent/mint.h"
#include "agent/network.h"
#include "base/clock.h"

/* A person may have a keyring to unlock meanwhile; what goes over the network
 * has less (child.c). */
#define PATIENCE_MS (90 * 1000)

/* How often to look whether the login is free, and for how long. */
#define LOOK_MS 50
#define BUSY_MS (15 * 1000)

struct talk {
	struct agent *agent;
	struct road *road;
	struct secret *brief;
	struct loan *loan;
	struct mint *mint;
	struct timer *timer; /* for the next look */
	int64_t busy_until;
	talk_done *done;
	void *arg;
};

static void
talk_free(struct talk *talk)
{
	timer_free(talk->timer);
	loan_end(talk->loan);
	road_release(talk->road);
	secret_free(talk->brief);
	free(talk);
}

void
talk_cancel(struct talk *talk)
{
	struct agent *agent;

	if (talk == NULL)
		return;
	agent = talk->agent;
	mint_kill(talk->mint);
	talk_free(talk);
	if (agent->ending == NULL)
		flights_start_queued(agent);
}

static void
finish(struct talk *talk, struct secret *told, const struct error *err)
{
	struct agent *agent = talk->agent;
	talk_done *done = talk->done;
	void *arg = talk->arg;

	talk_free(talk);
	done(arg, told, err);
	flights_start_queued(agent);
}

static void
said(void *arg, struct mint_result *result)
{
	struct talk *talk = arg;

	talk->mint = NULL;
	credential_free(result->credential);
	if (result->err.fault == FAULT_NONE && result->told == NULL)
		error_set(&result->err, FAULT_SYSTEM, "said nothing");
	if (result->err.fault == FAULT_NONE) {
		finish(talk, result->told, NULL);
		return;
	}
	secret_free(result->told);
	error_in(
	    &result->err, "identity %s", talk->road->steps[0].identity->name);
	error_at(&result->err, STAGE_IDENTITY);
	finish(talk, NULL, &result->err);
}

static int
start(struct talk *talk, struct error *err)
{
	struct agent *agent = talk->agent;
	const struct step *step = &talk->road->steps[0];
	struct mint_order order = {.step = step,
	    .around = talk->road->around,
	    .deadline = clock_ms() + PATIENCE_MS,
	    .talk = talk->brief};
	unsigned char key[DIGEST_SIZE];

	if (network_ready(agent->network, err) == -1)
		return -1;
	keeper_key(step->identity, step->settings, key);
	talk->loan = keeper_lend(agent->keeper, key, talk->road->around, err);
	if (talk->loan == NULL)
		return -1;
	order.keep = loan_ends(talk->loan);
	order.keep_lacks = loan_lacks(talk->loan);
	talk->mint = mint_start(agent->loop, &order, said, talk, err);
	loan_handed(talk->loan);
	return talk->mint == NULL ? -1 : 0;
}

/* A mint that has the loan is over in a moment. */
static void
look(void *arg)
{
	struct talk *talk = arg;
	const struct step *step = &talk->road->steps[0];
	unsigned char key[DIGEST_SIZE];
	struct error err = {.fault = FAULT_NONE};

	talk->timer = NULL;
	keeper_key(step->identity, step->settings, key);
	if (!keeper_is_lent(talk->agent->keeper, key)) {
		if (start(talk, &err) == -1)
			finish(talk, NULL, &err);
		return;
	}
	if (clock_ms() < talk->busy_until)
		talk->timer = loop_timer(
		    talk->agent->loop, clock_ms() + LOOK_MS, look, talk);
	if (talk->timer != NULL)
		return;
	error_set(&err, FAULT_NETWORK,
	    "another request is using the login for too long; try again");
	error_at(&err, STAGE_AGENT);
	finish(talk, NULL, &err);
}

struct talk *
talk_start(struct agent *agent, struct road *road, struct secret *brief,
    talk_done *done, void *arg, struct error *err)
{
	struct talk *talk = calloc(1, sizeof(*talk));

	if (talk != NULL)
		talk->timer = loop_timer(agent->loop, clock_ms(), look, talk);
	if (talk == NULL || talk->timer == NULL) {
		error_errno(err, "no memory for a login");
		error_at(err, STAGE_AGENT);
		secret_free(brief);
		free(talk);
		return NULL;
	}
	talk->agent = agent;
	talk->road = road_keep(road);
	talk->brief = brief;
	talk->busy_until = clock_ms() + BUSY_MS;
	talk->done = done;
	talk->arg = arg;
	return talk;
}
