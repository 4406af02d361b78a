/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/audit_inner.h"
#include "agent/flight.h"
#include "agent/reader.h"
#include "agent/road_judge.h"
#include "agent/session_origin.h"
#include "base/clock.h"

/*
 * What sinks on the network are shown: [audit] credential = NAME is minted
 * like any other, by the agent for itself, and handed to daypass-audit through
 * their sockets, again before it expires.
 */
#define AGAIN_MS 10000
#define WANTS_MAX 64

struct audit_token {
	struct audit *audit;
	struct road *road; /* while it is minted */
	struct waiter waiter;
	struct timer *timer;
	struct secret *around; /* the variables of who asked, or NULL */
	bool with;	       /* what is minted, or was, was so with them */
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
	secret_free(token->around);
	free(token);
}

/* Whoever asks next may have what this one had not; or has asked meanwhile. */
static void
failed(struct audit_token *token, const struct error *err, const char *why)
{
	audit_feed_token(token->audit, NULL, why);
	if (token->around != NULL && !token->with) {
		later(token, 0);
		return;
	}
	if (err != NULL && err->stage == STAGE_IDENTITY)
		secret_free(take(&token->around));
	later(token, AGAIN_MS);
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
		failed(token, err,
		    credential == NULL ? err->text
				       : "AWS keys are no token");
		return;
	}
	audit_feed_token(token->audit, credential->secret, NULL);
	if (credential->expires == 0)
		return;
	left = (credential->expires - clock_unix()) * 1000;
	later(token, left * 6 / 10 < AGAIN_MS ? AGAIN_MS : left * 6 / 10);
}

struct wanted {
	char names[WANTS_MAX][AROUND_WANT];
	unsigned count;
};

/* As if somebody had asked with what is known to be around the session; of
 * what is wanted beyond that there is nothing. */
static int
write_request(const struct audit_token *token, const struct wanted *wanted,
    struct writing *writing)
{
	const char *name = token->audit->credential;
	char unset[AROUND_WANT + sizeof("unset.")];

	writing_add(writing, "tool", "token");
	if (strcmp(name, "id-token") == 0)
		writing_add(writing, "audience", token->audit->audience);
	else
		writing_add(writing, "credential", name);
	if (token->around != NULL)
		session_origin_write(writing, token->around);
	for (unsigned i = 0; i < wanted->count; i++) {
		snprintf(unset, sizeof(unset), "unset.%s", wanted->names[i]);
		writing_add(writing, unset, "1");
	}
	return writing_end(writing);
}

/* Written in locked memory, for some of what is around is secret. */
static enum road_result
find_once(const struct audit_token *token, const struct config *config,
    struct wanted *wanted, struct road **road, struct error *err)
{
	static struct message message;
	scoped(secret) struct secret *bytes = secret_new(MESSAGE_MAX - 1);
	struct writing writing;
	char *start;

	if (bytes == NULL || wanted->count == WANTS_MAX)
		return ROAD_WRONG;
	start = secret_tail(bytes);
	writing_start(&writing, start, secret_room(bytes), "get");
	if (write_request(token, wanted, &writing) == -1)
		return ROAD_WRONG;
	secret_wrote(bytes, writing.length);
	if (message_parse(&message, start, writing.length, err) == -1)
		return ROAD_WRONG;
	return road_find(
	    config, &message, road, wanted->names[wanted->count++], err);
}

static enum road_result
find(const struct audit_token *token, const struct config *config,
    struct road **road, struct error *err)
{
	struct wanted wanted = {.count = 0};
	enum road_result result;

	do
		result = find_once(token, config, &wanted, road, err);
	while (result == ROAD_WANT);
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
	token->with = token->around != NULL;
	if (audit->credential == NULL || token->road != NULL || config == NULL)
		return;
	if (find(token, config, &token->road, &err) != ROAD_FOUND ||
	    road_judge(config, token->road, &actor_self, NULL, &err) == -1 ||
	    token->road->verdict.decision != DECISION_ALLOW ||
	    token->road->verdict.wants_claims) {
		road_release(take(&token->road));
		failed(token, &err,
		    err.text[0] == '\0' ? "a policy does not simply allow "
					  "[audit] credential"
					: err.text);
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

void
audit_token_around(struct audit_token *token, const struct message *request)
{
	if (token->around != NULL)
		return;
	token->around = session_origin_read(request);
	if (token->around != NULL && secret_length(token->around) == 0)
		secret_free(take(&token->around));
	else
		audit_token_want(token);
}
