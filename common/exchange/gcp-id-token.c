/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/jwt.h"
#include "exchange/gcp.h"
#include "exchange/reply.h"

/*
 * IAM Credentials generateIdToken: an id token of Google's for a service
 * account, for whom Cloud Run, Cloud Functions and IAP ask. Its audience is
 * that of the credential, else that of the request. The reply holds nothing
 * but the token: it lives as long as its `exp` says, and the service cannot
 * be asked for another time.
 */
#define METHOD "generateIdToken"
#define BODY_MAX (32 * 1024)

static const struct exchange_key keys[] = {
    {"service-account", KEY_TEXT, true},
    {"audience", KEY_TEXT, false},
    {"delegate", KEY_REPEAT, false},
    {"universe", KEY_TEXT, false},
    {"quota-project", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static int
id_token_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	const char *audience = settings_get(settings, "audience");

	if (gcp_iam_check(settings, err) == -1)
		return -1;
	if (audience != NULL)
		return 0;
	if (target == NULL || target->audience == NULL ||
	    *target->audience == '\0')
		return error_set(err, FAULT_USAGE,
		    "nobody said whom the token is for: set `audience`, or "
		    "ask for a URL that a binding leads here");
	if (settings_set(settings, "audience", target->audience) == -1)
		return error_errno(err, "memory for an audience");
	return 0;
}

static int
id_token_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	return gcp_iam_url(settings, METHOD, url, err);
}

/* With the e-mail, for IAP and Cloud Endpoints tell accounts by it. */
static void
write_body(struct buffer *body, const struct settings *settings)
{
	buffer_add_string(body, "{\"audience\":");
	json_quote(body, settings_get(settings, "audience"));
	buffer_add_string(body, ",");
	gcp_iam_delegates(body, settings);
	buffer_add_string(body, "\"includeEmail\":true}");
}

/* Whom it speaks of is the service account, no more who asked for it. */
static int
describe(struct credential *made, const struct jwt *claims)
{
	made->issuer = strdup(claims->issuer);
	made->subject = strdup(claims->subject);
	made->audience = strdup(claims->audience);
	made->expires = claims->expires;
	made->issued = claims->issued;
	return made->issuer == NULL || made->subject == NULL ||
		       made->audience == NULL
		   ? -1
		   : 0;
}

static int
read_reply(const struct exchange_mint *mint, const struct json *json,
    const char *url, struct credential **output, struct error *err)
{
	scoped(secret) struct secret *token =
	    reply_token(json, "token", url, err);
	scoped(credential) struct credential *made =
	    credential_new(KIND_ID_TOKEN);
	struct jwt claims;

	if (token == NULL)
		return -1;
	if (jwt_read(token, &claims, err) == -1 || claims.expires == 0)
		return reply_unexpected(
		    url, err, "token is no JWT that says when it expires");
	if (!jwt_has_audience(token, settings_get(mint->settings, "audience")))
		return reply_unexpected(
		    url, err, "a token for %.200s", claims.audience);
	if (made == NULL || describe(made, &claims) == -1)
		return error_errno(err, "memory for a credential");
	made->secret = take(&token);
	*output = take(&made);
	return 0;
}

static int
id_token_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(buffer) struct buffer body = BUFFER(BODY_MAX);
	scoped(json) struct json *json = NULL;

	write_body(&body, mint->settings);
	if ((json = gcp_iam_ask(mint, METHOD, &url, &body, err)) == NULL)
		return -1;
	return read_reply(mint, json, buffer_text(&url), output, err);
}

const struct exchange exchange_gcp_id_token = {
    .name = "gcp-id-token",
    .takes = KIND_BEARER,
    .yields = KIND_ID_TOKEN,
    .keys = keys,
    .absent = gcp_absent,
    .resolve = id_token_resolve,
    .endpoint = id_token_endpoint,
    .run = id_token_run,
};
