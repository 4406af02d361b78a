/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include <stdio.h>
#include <string.h>

#include "helpers/callout/decision.h"
#include "helpers/callout/network.h"
#include "helpers/callout/subject.h"

enum step { GO_ON, WAIT, STOP };

static void
name(struct decision *decision)
{
	unsigned char random[(DECISION_ID - 1) / 2] = {0};

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		memset(random, 0, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(decision->id + 2 * i, 3, "%02x", random[i]);
}

void
decision_clear(struct decision *decision)
{
	decision->until = decision->request.expires;
	request_clear(&decision->request);
	idtoken_clear(&decision->token);
	secret_free(decision->plain);
	decision->plain = NULL;
}

/* Where we have an xkey, a request in clear does not come from a server that
 * was set up with it. */
static int
open_request(struct decision *decision, const struct desk *desk,
    const struct asked *asked, struct asked *plain)
{
	struct refusal *why = &decision->why;

	*plain = *asked;
	if (desk->keys->xkey_count == 0 && asked->xkey == NULL)
		return 0;
	if (asked->xkey == NULL)
		return refuse(why, REASON_ENCRYPTION,
		    "the request came in clear: the server's auth_callout has "
		    "no xkey");
	if (desk->keys->xkey_count == 0)
		return refuse(why, REASON_ENCRYPTION,
		    "the request is sealed, and there is no [nats] xkey");
	if (asked->length > REQUEST_MAX)
		return refuse(why, REASON_REQUEST,
		    "a request of %zu bytes: more than %d", asked->length,
		    REQUEST_MAX);
	decision->plain = keys_open(desk->keys, asked->xkey, asked->bytes,
	    asked->length, &decision->xkey);
	if (decision->plain == NULL)
		return refuse(why, REASON_ENCRYPTION,
		    "the request is sealed for another xkey, or was changed");
	plain->bytes = secret_bytes(decision->plain);
	plain->length = secret_length(decision->plain);
	return 0;
}

static int
check_replay(struct decision *decision, const struct desk *desk, int64_t now)
{
	const struct request *request = &decision->request;

	switch (replay_note(desk->replay, request->server, request->user,
	    request->expires + REQUEST_LEEWAY, now)) {
	case REPLAY_NEW:
		return 0;
	case REPLAY_KNOWN:
		return refuse(&decision->why, REASON_REPLAY,
		    "the same request came before");
	case REPLAY_FULL:
		break;
	}
	return refuse(&decision->why, REASON_REPLAY,
	    "too many requests at once to know them all");
}

/* In operator mode the request names the account that we are in, and whoever
 * has one of its keys signs; else it names the key itself. */
static int
find_signer(struct decision *decision, const struct desk *desk)
{
	const char *account = decision->request.account;
	const char *ours = desk->rules->operator_account;

	if (ours == NULL) {
		decision->signer = keys_signer(desk->keys, account);
		if (decision->signer != NULL)
			return 0;
		return refuse(&decision->why, REASON_ACCOUNT_KEY,
		    "the server's auth_callout issuer is %s: [nats] "
		    "signing-key has no seed of it (in operator mode: [nats] "
		    "account is not set)",
		    account);
	}
	decision->signer = &desk->keys->signers[0];
	decision->issuer_account = ours;
	if (strcmp(account, ours) == 0)
		return 0;
	return refuse(&decision->why, REASON_ACCOUNT_KEY,
	    "the request is of the account %s, and [nats] account is another",
	    account);
}

static int
take_request(struct decision *decision, const struct desk *desk,
    const struct asked *asked, int64_t now)
{
	struct request *request = &decision->request;
	struct refusal *why = &decision->why;
	struct asked plain;

	if (open_request(decision, desk, asked, &plain) == -1 ||
	    request_read(plain.bytes, plain.length, now, request, why) == -1)
		return -1;
	if (asked->xkey != NULL && strcmp(asked->xkey, request->xkey) != 0)
		return refuse(why, REASON_SERVER,
		    "it was sealed by another than the server that signed it");
	if (!asked->again && check_replay(decision, desk, now) == -1)
		return -1;
	return find_signer(decision, desk);
}

static enum step
take_token(
    struct decision *decision, const struct desk *desk, bool last, int64_t now)
{
	struct idtoken *token = &decision->token;
	struct refusal *why = &decision->why;
	const struct verifier *verifier;
	const struct issuer_rule *rule;

	if (decision->request.token == NULL) {
		refuse(why, REASON_NO_TOKEN, "the client sent no token");
		return STOP;
	}
	if (idtoken_read(decision->request.token, token, why) == -1)
		return STOP;
	if ((rule = rules_issuer(desk->rules, token->issuer)) == NULL) {
		refuse(why, REASON_ISSUER, "its issuer '%.200s' is not trusted",
		    token->issuer);
		return STOP;
	}
	if (idtoken_check(token, rule, now, why) == -1)
		return STOP;
	switch (issuers_find(desk->issuers, token->issuer, token->kid,
	    token->algorithm, &verifier, why)) {
	case ISSUERS_WAIT:
		if (!last)
			return WAIT;
		refuse(
		    why, REASON_KEYS, "its issuer's keys did not come in time");
		return STOP;
	case ISSUERS_NONE:
		return STOP;
	case ISSUERS_KEY:
		break;
	}
	return idtoken_verify(token, verifier, why) == -1 ? STOP : GO_ON;
}

static int
check_source(struct decision *decision)
{
	bool any = false;

	settings_each (each, decision->map->settings, "source") {
		if (network_has(each->value, decision->request.host))
			return 0;
		any = true;
	}
	if (!any)
		return 0;
	return refuse(&decision->why, REASON_SOURCE,
	    "map '%.64s' is not for clients at '%.64s'", decision->map->name,
	    decision->request.host);
}

/* The server's callout path holds nobody to a user JWT's connection types, so
 * they are looked at here. A leaf node is a server of somebody's: only where
 * it is said. */
static int
check_connection(struct decision *decision)
{
	const char *kind = decision->request.kind;
	bool any = false;

	settings_each (each, decision->map->settings, "connection") {
		if (strcmp(each->value, kind) == 0)
			return 0;
		any = true;
	}
	if (!any && strcmp(kind, "leafnode") != 0)
		return 0;
	return refuse(&decision->why, REASON_CONNECTION,
	    "map '%.64s' is not for connections of kind '%.32s'",
	    decision->map->name, kind);
}

/* All that the map would grant, before any of it is. */
static int
check_captures(struct decision *decision)
{
	static const char *const keys[] = {
	    "publish", "subscribe", "deny-publish", "deny-subscribe", NULL};
	char filled[SUBJECT_MAX];

	for (int i = 0; keys[i] != NULL; i++)
		settings_each (each, decision->map->settings, keys[i])
			if (subject_fill(each->value, &decision->captures,
				filled, &decision->why) == -1)
				return -1;
	return 0;
}

static int
take_map(struct decision *decision, const struct desk *desk, int64_t now)
{
	const struct idtoken *token = &decision->token;
	int64_t life;

	decision->map = map_find(desk->rules->maps, desk->rules->map_count,
	    token->issuer, token->compact.claims, &decision->captures);
	if (decision->map == NULL)
		return refuse(&decision->why, REASON_NO_MAP,
		    "no [map] is for its claims");
	if (check_source(decision) == -1 || check_connection(decision) == -1 ||
	    check_captures(decision) == -1)
		return -1;
	decision->account = keys_account(
	    desk->keys, settings_get(decision->map->settings, "account"));
	life = decision->map->max_life;
	decision->expires = token->expires;
	if (life > 0 && now + life < decision->expires)
		decision->expires = now + life;
	return 0;
}

bool
decision_make(struct decision *decision, struct desk *desk,
    const struct asked *asked, int64_t now)
{
	enum step step = STOP;

	*decision = (struct decision){.why.reason = REASON_NONE};
	name(decision);
	if (take_request(decision, desk, asked, now) == 0)
		step = take_token(decision, desk, asked->last, now);
	if (step == GO_ON)
		take_map(decision, desk, now);
	if (step == WAIT)
		decision_clear(decision);
	return step != WAIT;
}
