/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/audit_inner.h"
#include "agent/flight.h"
#include "agent/reader.h"
#include "agent/road_judge.h"
#include "base/clock.h"

/*
 * What sinks on the network are shown: [audit] credential = NAME is minted
 * like any other, by the agent for itself, and handed to daypass-audit through
 * their sockets, again before it expires.
 */
#define AGAIN_MS 10000
#define WANTS_MAX 64
#define REQUEST_MAX 8192

struct audit_token {
	struct audit *audit;
	struct road *road; /* while it is minted */
	struct waiter waiter;
	struct timer *timer;
};

static void
renew(void *arg);

static void
later(struct audit_token *token, int64_t ms)
{
	timer_free(token->timer);
	token->timer = loop_timer(
	    token->audit->agent->loop, clock_ms() + ms, renew, token);
}

struct audit_token *
audit_token_new(struct audit *audit)
{
	struct audit_token *token = calloc(1, sizeof(*token));

	if (token != NULL)
		token->audit = audit;
	return token;
}

void
audit_token_free(struct audit_token *token)
{
	if (token == NULL)
		return;
	waiter_cancel(&token->waiter);
	timer_free(token->timer);
	road_release(token->road);
	free(token);
}

static void
minted(struct waiter *waiter, const struct credential *credential,
    const struct error *err)
{
	struct audit_token *token =
	    list_item(waiter, struct audit_token, waiter);
	int64_t left;

	road_release(take(&token->road));
	if (credential == NULL || credential->kind == KIND_AWS) {
		audit_feed_token(token->audit, NULL,
		    credential == NULL ? err->text
				       : "AWS keys are no token");
		later(token, AGAIN_MS);
		return;
	}
	audit_feed_token(token->audit, credential->secret, NULL);
	if (credential->expires == 0)
		return;
	left = (credential->expires - clock_unix()) * 1000;
	later(token, left * 6 / 10 < AGAIN_MS ? AGAIN_MS : left * 6 / 10);
}

/* The variables of the identity are the agent's own, for nobody asks: whatever
 * is wanted of an asker is not there. */
static enum road_result
find(const struct audit *audit, const struct config *config,
    struct road **road, struct error *err)
{
	static struct message message;
	const char *name = audit->credential;
	char bytes[REQUEST_MAX], unset[256 + 8], variable[256];
	enum road_result result = ROAD_WANT;
	struct writing writing;
	char more[WANTS_MAX][sizeof(variable)];
	unsigned count = 0;

	while (result == ROAD_WANT && count < WANTS_MAX) {
		writing_start(&writing, bytes, sizeof(bytes), "get");
		writing_add(&writing, "tool", "token");
		if (strcmp(name, "id-token") == 0)
			writing_add(&writing, "audience", audit->audience);
		else
			writing_add(&writing, "credential", name);
		for (unsigned i = 0; i < count; i++) {
			snprintf(unset, sizeof(unset), "unset.%.250s", more[i]);
			writing_add(&writing, unset, "1");
		}
		if (writing_end(&writing) == -1 ||
		    message_parse(&message, bytes, writing.length, err) == -1)
			return ROAD_WRONG;
		result = road_find(config, &message, road, variable, err);
		memcpy(more[count++], variable, sizeof(variable));
	}
	return result;
}

static void
renew(void *arg)
{
	struct audit_token *token = arg;
	struct audit *audit = token->audit;
	const struct config *config = reader_last(audit->agent->reader);
	struct wish wish = {.min_ttl = 60, .deadline = clock_ms() + 10000};
	struct error err = {.fault = FAULT_NONE, .text = ""};

	token->timer = NULL;
	if (audit->credential == NULL || token->road != NULL || config == NULL)
		return;
	if (find(audit, config, &token->road, &err) !=
		ROAD_FOUND ||
	    road_judge(config, token->road, &actor_self, NULL, &err) == -1 ||
	    token->road->verdict.decision != DECISION_ALLOW ||
	    token->road->verdict.wants_claims) {
		road_release(take(&token->road));
		audit_feed_token(audit, NULL,
		    err.text[0] == '\0' ? "a policy does not simply allow "
					  "[audit] credential"
					: err.text);
		later(token, AGAIN_MS);
		return;
	}
	token->waiter.done = minted;
	flight_want(audit->agent, token->road, token->road->count - 1, &wish,
	    &token->waiter);
}

void
audit_token_want(struct audit_token *token)
{
	if (token->audit->credential != NULL && token->road == NULL)
		later(token, 0);
}
