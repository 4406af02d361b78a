/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "helpers/callout/answer.h"
#include "helpers/callout/seal.h"
#include "helpers/callout/subject.h"

#define NAME_MAX_BYTES 256
#define SECOND INT64_C(1000000000) /* NATS counts nanoseconds */

/* `,"name":"text"`, in which a person can read everything. */
static void
add_text(struct buffer *out, const char *name, const char *text)
{
	char printable[NAME_MAX_BYTES];

	buffer_printf(out, ",\"%s\":", name);
	json_quote(out,
	    text_printable(printable, sizeof(printable), text, strlen(text)));
}

static bool
has(const struct settings *settings, const char *key)
{
	return settings_get(settings, key) != NULL;
}

/* The subjects of one key, filled in. decision_make() saw that they fit. */
static void
add_subjects(struct buffer *out, const struct decision *decision,
    const char *name, const char *key, const char *otherwise)
{
	const char *comma = "";
	char filled[SUBJECT_MAX];
	struct refusal unused;

	buffer_printf(out, "\"%s\":[", name);
	settings_each (each, decision->map->settings, key) {
		if (subject_fill(each->value, &decision->captures, filled,
			&unused) == -1) {
			out->failed = true;
			return;
		}
		buffer_add_string(out, comma);
		json_quote(out, filled);
		comma = ",";
	}
	if (*comma == '\0' && otherwise != NULL)
		json_quote(out, otherwise);
	buffer_add_string(out, "]");
}

static void
add_permission(struct buffer *out, const struct decision *decision,
    const char *name, const char *allow, const char *deny)
{
	const struct settings *settings = decision->map->settings;

	buffer_printf(out, "\"%s\":{", name);
	if (has(settings, allow)) {
		add_subjects(out, decision, "allow", allow, NULL);
		buffer_add_string(out, ",");
	}
	add_subjects(
	    out, decision, "deny", deny, has(settings, allow) ? NULL : ">");
	buffer_add_string(out, "}");
}

static void
add_respond(struct buffer *out, const struct settings *settings)
{
	const char *count = settings_get(settings, "respond");
	const char *within = settings_get(settings, "respond-within");

	if (count == NULL)
		return;
	buffer_printf(out, ",\"resp\":{\"max\":%s,\"ttl\":%lld}", count,
	    (long long)(within == NULL ? 0 : clock_parse_duration(within)) *
		SECOND);
}

/* `iss`, `sub`, `iat` and `jti`, which begin every token of ours. */
static void
start_claims(struct buffer *out, const struct decision *decision,
    const struct signer *signer, int64_t now)
{
	buffer_printf(out,
	    "{\"jti\":\"%s\",\"iat\":%lld,\"iss\":\"%s\",\"sub\":\"%s\"",
	    decision->id, (long long)now, signer->public,
	    decision->request.user);
}

/* Of what is signed by another key than the account's own: whose it is. */
static void
add_issuer_account(
    struct buffer *out, const struct signer *signer, const char *account)
{
	if (account != NULL && strcmp(signer->public, account) != 0)
		buffer_printf(out, "\"issuer_account\":\"%s\",", account);
}

static int
write_user(const struct decision *decision, int64_t now, struct buffer *out)
{
	scoped(buffer) struct buffer claims = BUFFER(ANSWER_MAX);
	const struct settings *settings = decision->map->settings;
	const struct account *account = decision->account;
	const struct signer *signer =
	    account == NULL ? decision->signer : &account->signer;
	const char *id =
	    account == NULL ? NULL : account->rule->id;

	start_claims(&claims, decision, signer, now);
	add_text(&claims, "name", decision->token.subject);
	add_text(&claims, "aud",
	    id == NULL ? settings_get(settings, "account") : id);
	buffer_printf(
	    &claims, ",\"exp\":%lld,\"nats\":{", (long long)decision->expires);
	add_issuer_account(&claims, signer, id);
	add_permission(&claims, decision, "pub", "publish", "deny-publish");
	buffer_add_string(&claims, ",");
	add_permission(&claims, decision, "sub", "subscribe", "deny-subscribe");
	add_respond(&claims, settings);
	buffer_add_string(&claims,
	    ",\"subs\":-1,\"data\":-1,\"payload\":-1,\"type\":\"user\","
	    "\"version\":2}}");
	return natsjwt_write(signer, &claims, out);
}

static int
write_response(const struct decision *decision, int64_t now, struct buffer *out)
{
	scoped(buffer) struct buffer claims = BUFFER(ANSWER_MAX);
	scoped(buffer) struct buffer user = BUFFER(ANSWER_MAX);

	start_claims(&claims, decision, decision->signer, now);
	add_text(&claims, "aud", decision->request.server);
	buffer_add_string(&claims, ",\"nats\":{");
	add_issuer_account(
	    &claims, decision->signer, decision->issuer_account);
	if (decision->why.reason != REASON_NONE) {
		buffer_printf(&claims,
		    "\"error\":\"refused by daypass (record %s)\"",
		    decision->id);
	} else {
		if (write_user(decision, now, &user) == -1)
			return -1;
		buffer_printf(
		    &claims, "\"jwt\":\"%s\"", buffer_text(&user));
	}
	buffer_add_string(
	    &claims, ",\"type\":\"authorization_response\",\"version\":2}}");
	return natsjwt_write(decision->signer, &claims, out);
}

int
answer_write(const struct decision *decision, int64_t now, struct buffer *out)
{
	scoped(buffer) struct buffer clear = BUFFER(ANSWER_MAX);
	unsigned char to[NKEY_RAW];

	if (decision->signer == NULL)
		return 0;
	if (decision->xkey == NULL)
		return write_response(decision, now, out);
	if (write_response(decision, now, &clear) == -1 ||
	    nkey_public_read(decision->request.xkey, NKEY_CURVE, to) == -1)
		return -1;
	return seal_box(
	    decision->xkey->seed, to, clear.bytes, clear.length, out);
}
