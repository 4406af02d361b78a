/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "exchange/gcp.h"
#include "exchange/reply.h"

/*
 * IAM Credentials generateAccessToken: an access token for that of a service
 * account, through delegates if there are any. More than an hour needs a
 * policy of the organisation, which only the service can know of.
 */
#define METHOD "generateAccessToken"
#define TTL_MIN 600
#define TTL_USUAL 3600
#define TTL_MAX 43200
#define BODY_MAX (32 * 1024)

static const struct exchange_key keys[] = {
    {"service-account", KEY_TEXT, true},
    {"scope", KEY_REPEAT, false},
    {"delegate", KEY_REPEAT, false},
    {"universe", KEY_TEXT, false},
    {"quota-project", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static int
service_account_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	long ttl = exchange_ttl(settings, TTL_USUAL);

	(void)target;
	if (gcp_iam_check(settings, err) == -1)
		return -1;
	if (ttl < TTL_MIN || ttl > TTL_MAX)
		return error_set(err, FAULT_CONFIG,
		    "ttl '%s' is not within %d to %d seconds",
		    settings_get(settings, "ttl"), TTL_MIN, TTL_MAX);
	return 0;
}

static int
service_account_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	return gcp_iam_url(settings, METHOD, url, err);
}

static void
write_scopes(struct buffer *body, const struct settings *settings)
{
	const char *comma = "";

	buffer_add_string(body, "\"scope\":[");
	settings_each (setting, settings, "scope") {
		buffer_add_string(body, comma);
		json_quote(body, setting->value);
		comma = ",";
	}
	if (settings_get(settings, "scope") == NULL)
		json_quote(body, GCP_SCOPE);
	buffer_add_string(body, "],");
}

static void
write_body(struct buffer *body, const struct settings *settings)
{
	buffer_add_string(body, "{");
	write_scopes(body, settings);
	gcp_iam_delegates(body, settings);
	buffer_printf(
	    body, "\"lifetime\":\"%lds\"}", exchange_ttl(settings, TTL_USUAL));
}

static int
read_reply(const struct exchange_mint *mint, const struct json *json,
    const char *url, struct credential **output, struct error *err)
{
	scoped(secret) struct secret *token =
	    reply_token(json, "accessToken", url, err);
	int64_t expires = -1;
	const char *time;

	if (token == NULL)
		return -1;
	if (json_string(json, "expireTime", &time))
		expires = clock_parse_rfc3339(time);
	if (expires == -1)
		return reply_unexpected(url, err, "no expireTime in it");
	return reply_yield(mint, KIND_BEARER, &token, expires, output, err);
}

static int
service_account_run(const struct exchange_mint *mint,
    struct credential **output, struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(buffer) struct buffer body = BUFFER(BODY_MAX);
	scoped(json) struct json *json = NULL;

	write_body(&body, mint->settings);
	if ((json = gcp_iam_ask(mint, METHOD, &url, &body, err)) == NULL)
		return -1;
	return read_reply(mint, json, buffer_text(&url), output, err);
}

const struct exchange exchange_gcp_service_account = {
    .name = "gcp-service-account",
    .takes = KIND_BEARER,
    .yields = KIND_BEARER,
    .keys = keys,
    .absent = gcp_absent,
    .ttl_usual = TTL_USUAL,
    .ttl_min = TTL_MIN,
    .resolve = service_account_resolve,
    .endpoint = service_account_endpoint,
    .run = service_account_run,
};
