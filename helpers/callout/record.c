/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "helpers/callout/record.h"
#include "helpers/callout/subject.h"

/* Beyond this no more subjects are told one by one. */
#define SUBJECTS_END (EVENT_MAX / 5 * 4)

static void
add_time(struct event *event, const char *name, int64_t time)
{
	if (time > 0)
		event_time(event, name, time);
}

static void
add_digest(struct event *event, const char *text)
{
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	if (text == NULL)
		return;
	digest_sha256(text, strlen(text), digest);
	event_text(event, "token_sha256", digest_hex(digest, hex));
}

static void
add_subjects(
    struct event *event, const char *key, const struct decision *decision)
{
	char filled[SUBJECT_MAX], name[32];
	struct refusal unused;
	int64_t more = 0;

	if (settings_get(decision->map->settings, key) == NULL)
		return;
	event_open(event, key, '[');
	settings_each (each, decision->map->settings, key) {
		if (subject_fill(each->value, &decision->captures, filled,
			&unused) == -1)
			continue;
		if (event->json.length < SUBJECTS_END)
			event_text(event, NULL, filled);
		else
			more++;
	}
	event_close(event, ']');
	snprintf(name, sizeof(name), "%s_more", key);
	if (more > 0)
		event_number(event, name, more);
}

static void
add_grant(struct event *event, const struct decision *decision)
{
	if (decision->map == NULL)
		return;
	event_text(event, "map", decision->map->name);
	if (decision->why.reason != REASON_NONE)
		return;
	event_text(event, "account",
	    settings_get(decision->map->settings, "account"));
	if (decision->account != NULL)
		event_text(event, "account_id", decision->account->rule->id);
	add_time(event, "expires", decision->expires);
	add_subjects(event, "publish", decision);
	add_subjects(event, "subscribe", decision);
}

static void
add_claims(struct event *event, const struct idtoken *token)
{
	const char *audience;
	size_t count = 0;

	event_text(event, "issuer", token->issuer);
	event_text(event, "subject", token->subject);
	if (token->compact.claims != NULL &&
	    json_count(token->compact.claims, "aud", &count) && count > 0 &&
	    json_element(token->compact.claims, "aud", 0, &audience))
		event_text(event, "audience", audience);
	add_time(event, "token_expires", token->expires);
}

static void
add_client(struct event *event, const struct request *request)
{
	event_text(event, "client_host", request->host);
	event_text(event, "client_name", request->name);
	event_text(event, "client_type", request->kind);
	if (request->client != 0)
		event_number(event, "client_id", request->client);
	event_text(event, "server", request->server);
	event_text(event, "user_nkey", request->user);
}

void
record_make(struct event *event, const char *source,
    const struct decision *decision, int64_t now)
{
	struct event_head head = {.source = source,
	    .id = decision->id,
	    .type = "nats.decision",
	    .time = now};
	bool allowed = decision->why.reason == REASON_NONE;

	event_start(event, &head);
	event_text(event, "verdict", allowed ? "allow" : "deny");
	event_text(event, "reason", reason_name(decision->why.reason));
	event_text(event, "detail", decision->why.text);
	add_digest(event, decision->request.token);
	add_claims(event, &decision->token);
	add_client(event, &decision->request);
	add_grant(event, decision);
}
