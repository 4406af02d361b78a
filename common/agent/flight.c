/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/flight_inner.h"
#include "agent/rest.h"
#include "agent/vault.h"

void
waiter_cancel(struct waiter *waiter)
{
	list_remove(&waiter->link);
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
	struct flight *flight =
	    flight_find(agent->flights, road->steps[step].key);

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
	flight_start(flight);
}

/* Past 60 % of its life, a credential is handed out and replaced behind the
 * asker's back. */
static void
refresh_ahead(struct agent *agent, struct road *road, size_t step,
    const struct entry *entry, const struct wish *wish)
{
	struct wish ahead = {.deadline = wish->deadline,
	    .anew = true,
	    .refresh = true,
	    .until = wish->until};
	struct error err;

	if (agent->once || agent->ending != NULL ||
	    (wish->until != 0 && entry->lifetime.expires >= wish->until) ||
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
	const struct exchange *exchange = road->steps[step].exchange;
	bool fresh =
	    wish->force || wish->anew || (exchange != NULL && exchange->fresh);
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
