/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/extras.h"
#include "agent/flight.h"
#include "agent/rest.h"
#include "agent/road_judge.h"
#include "agent/verbs.h"
#include "base/clock.h"

#define TIMEOUT_SECONDS 10
#define TIMEOUT_MAX 100
#define MIN_TTL_MAX (12 * 3600)

/* A get that is on its way. */
struct getting {
	struct waiter waiter;
	struct asker *asker;
	struct road *road;
	bool *answered; /* while flight_want has not come back */
};

static void
getting_free(struct getting *getting)
{
	if (getting->answered != NULL)
		*getting->answered = true;
	waiter_cancel(&getting->waiter);
	road_release(getting->road);
	free(getting);
}

static void
cancel(struct asker *asker, void *state)
{
	(void)asker;
	getting_free(state);
}

static void
add_text(struct writing *writing, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		writing_add(writing, key, text);
}

static void
add_secret(
    struct writing *writing, const char *key, const struct secret *secret)
{
	if (secret != NULL)
		writing_add_bytes(
		    writing, key, secret_bytes(secret), secret_length(secret));
}

static void
write_credential(struct writing *writing, const struct road *road,
    const struct credential *credential, bool probe)
{
	const char *username =
	    credential->kind == KIND_BASIC && road->username == NULL
		? credential->name
		: road->username;

	writing_add(writing, "kind", kind_name(credential->kind));
	if (credential->kind != KIND_AWS)
		add_text(writing, "username", username);
	else if (!probe)
		add_text(writing, "access-key-id", credential->name);
	if (!probe) {
		add_secret(writing, "secret", credential->secret);
		add_secret(writing, "session-token", credential->session);
	}
	if (credential->expires > 0)
		writing_number(writing, "expires", credential->expires);
	if (credential->revocable)
		writing_add(writing, "revocable", "1");
	add_text(writing, "issuer", credential->issuer);
	add_text(writing, "subject", credential->subject);
	add_text(writing, "audience", credential->audience);
}

/* A user name that the credential brings, when git asked for another. */
static bool
not_ours(const struct message *request, const struct credential *credential)
{
	const char *asked = message_get(request, "username");

	return asked != NULL && asked[0] != '\0' &&
	       credential->kind == KIND_BASIC && credential->name != NULL &&
	       strcmp(asked, credential->name) != 0;
}

static void
answer(struct asker *asker, const struct road *road,
    const struct credential *credential)
{
	const struct message *request = asker_request(asker);
	const struct config *config;
	struct writing *writing;

	if (not_ours(request, credential)) {
		asker_writing(asker, "none");
		asker_answer(asker);
		return;
	}
	writing = asker_writing(asker, "ok");
	write_credential(
	    writing, road, credential, message_get(request, "probe") != NULL);
	config = reader_last(asker_agent(asker)->reader);
	extras_write(config, road->tool, writing, NULL);
	asker_answer(asker);
}

static void
done(struct waiter *waiter, const struct credential *credential,
    const struct error *err)
{
	struct getting *getting = list_item(waiter, struct getting, waiter);
	struct asker *asker = getting->asker;
	struct road *road = take(&getting->road);

	asker_waits_no_more(asker);
	getting_free(getting);
	if (credential == NULL)
		asker_error(asker, err);
	else
		answer(asker, road, credential);
	road_release(road);
}

static int64_t
timeout_of(const struct config *config)
{
	const struct settings *settings = NULL;
	const char *timeout;
	int64_t seconds;

	if (config_section(config, "http", NULL, &settings, NULL) == -1)
		return TIMEOUT_SECONDS;
	timeout = settings_get(settings, "timeout");
	seconds = timeout == NULL ? -1 : clock_parse_duration(timeout);
	return seconds < 1 || seconds > TIMEOUT_MAX ? TIMEOUT_SECONDS : seconds;
}

static struct wish
wish_of(const struct message *request, const struct config *config)
{
	int64_t min_ttl = message_number(request, "min-ttl", 0);

	return (struct wish){
	    .min_ttl = min_ttl > MIN_TTL_MAX ? MIN_TTL_MAX : min_ttl,
	    .force = message_get(request, "force") != NULL,
	    .deadline = clock_ms() + timeout_of(config) * 1000,
	};
}

/* Wants the last step's credential, and waits if it is not there yet. */
static void
want(struct asker *asker, struct road *road, const struct config *config)
{
	struct agent *agent = asker_agent(asker);
	struct wish wish = wish_of(asker_request(asker), config);
	struct getting *getting = calloc(1, sizeof(*getting));
	bool answered = false;
	struct error err;

	if (getting == NULL) {
		error_errno(&err, "no memory for a request");
		asker_error(asker, &err);
		return;
	}
	getting->waiter.done = done;
	getting->asker = asker;
	getting->road = road_keep(road);
	getting->answered = &answered;
	flight_want(agent, road, road->count - 1, &wish, &getting->waiter);
	if (answered)
		return;
	agent->tally.waits++;
	getting->answered = NULL;
	asker_waits(asker, getting, cancel);
}

/* A mistake in what holds for all of a tool must not pass for "unbound". */
static void
answer_none(struct asker *asker, const struct config *config)
{
	const char *tool = message_get(asker_request(asker), "tool");
	struct error err = {.fault = FAULT_NONE};

	if (extras_write(config, tool, asker_writing(asker, "none"), &err) ==
	    -1)
		asker_error(asker, &err);
	else
		asker_answer(asker);
}

static void
answer_leaderless(struct asker *asker)
{
	struct error err;

	error_set(&err, FAULT_CONFIG,
	    "[session] leader names a process that is gone: the session has "
	    "ended with it");
	error_at(&err, STAGE_CONFIG);
	asker_error(asker, &err);
}

static bool
was_rejected(struct asker *asker, const struct road *road, struct error *err)
{
	bool look = message_get(asker_request(asker), "probe") != NULL;
	unsigned char use[DIGEST_SIZE];

	road_use_key(road, use);
	return rest_rejected(asker_agent(asker)->rests, use, look, err);
}

static void
begin(struct asker *asker, const struct config *config)
{
	struct agent *agent = asker_agent(asker);
	scoped(road) struct road *road = NULL;
	char variable[256];
	struct error err = {.fault = FAULT_NONE};

	if (agent->leaderless) {
		answer_leaderless(asker);
		return;
	}
	switch (
	    road_find(config, asker_request(asker), &road, variable, &err)) {
	case ROAD_NONE:
		answer_none(asker, config);
		return;
	case ROAD_WANT:
		writing_add(asker_writing(asker, "want"), "variable", variable);
		asker_answer(asker);
		return;
	case ROAD_WRONG:
		tally_failure(&agent->tally, &err);
		asker_error(asker, &err);
		return;
	case ROAD_FOUND:
		break;
	}
	if (road_judge(config, road, asker_actor(asker), NULL, &err) == -1) {
		tally_failure(&agent->tally, &err);
		asker_error(asker, &err);
		return;
	}
	if (was_rejected(asker, road, &err))
		asker_error(asker, &err);
	else
		want(asker, road, config);
}

const struct verb verb_get = {.name = "get", .begin = begin};
