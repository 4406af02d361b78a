/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "exchange/gcp.h"
#include "exchange/reply.h"

/*
 * IAM Credentials generateAccessToken: an access token for that of a service
 * account, through delegates if there are any. More than an hour needs a
 * policy of the organisation, which only the service can know of.
 */
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
check_accounts(const struct settings *settings, struct error *err)
{
	const char *account = settings_get(settings, "service-account");

	if (account == NULL)
		return error_set(
		    err, FAULT_CONFIG, "service-account is missing");
	if (gcp_check_account("service-account", account, err) == -1)
		return -1;
	settings_each (setting, settings, "delegate")
		if (gcp_check_account("delegate", setting->value, err) == -1)
			return -1;
	return 0;
}

static int
service_account_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	long ttl = exchange_ttl(settings, TTL_USUAL);

	(void)target;
	if (check_accounts(settings, err) == -1)
		return -1;
	if (ttl < TTL_MIN || ttl > TTL_MAX)
		return error_set(err, FAULT_CONFIG,
		    "ttl '%s' is not within %d to %d seconds",
		    settings_get(settings, "ttl"), TTL_MIN, TTL_MAX);
	return gcp_check(settings, err);
}

static int
service_account_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	const char *account = settings_get(settings, "service-account");

	if (account == NULL)
		return error_set(
		    err, FAULT_CONFIG, "service-account is missing");
	if (gcp_base(settings, "iamcredentials", url, err) == -1)
		return -1;
	buffer_printf(url,
	    "/v1/projects/-/serviceAccounts/%s:generateAccessToken", account);
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
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
write_delegates(struct buffer *body, const struct settings *settings)
{
	const char *comma = "";

	if (settings_get(settings, "delegate") == NULL)
		return;
	buffer_add_string(body, "\"delegates\":[");
	settings_each (setting, settings, "delegate") {
		buffer_printf(body, "%s\"projects/-/serviceAccounts/%s\"",
		    comma, setting->value);
		comma = ",";
	}
	buffer_add_string(body, "],");
}

static struct secret *
make_body(const struct settings *settings, struct error *err)
{
	scoped(buffer) struct buffer body = BUFFER(BODY_MAX);
	struct secret *secret;

	buffer_add_string(&body, "{");
	write_scopes(&body, settings);
	write_delegates(&body, settings);
	buffer_printf(
	    &body, "\"lifetime\":\"%lds\"}", exchange_ttl(settings, TTL_USUAL));
	if (buffer_failed(&body)) {
		error_set(err, FAULT_CONFIG, "the scopes are too long");
		return NULL;
	}
	if ((secret = secret_copy(body.bytes, body.length)) == NULL)
		error_errno(err, "memory for a request");
	return secret;
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

/* The service's own sentence does not tell whose permission it misses. */
static int
refused(const struct exchange_mint *mint, struct error *err)
{
	const char *account = settings_get(mint->settings, "service-account");

	if (err == NULL || err->fault != FAULT_REFUSED)
		return -1;
	return error_in(err, "%s", account);
}

/* Sends the request with the header that says whose quota it is taken from. */
static struct json *
ask(const struct exchange_mint *mint, const char *url,
    const struct secret *body, struct error *err)
{
	const char *project = settings_get(mint->settings, "quota-project");
	scoped(secret) struct secret *bearer =
	    exchange_bearer(mint->input->secret);
	char line[160];
	const char *const headers[] = {project == NULL ? NULL : line, NULL};
	const struct http_request request = {
	    .method = "POST",
	    .url = url,
	    .headers = headers,
	    .authorization = bearer,
	    .content_type = "application/json",
	    .body = body,
	};

	if (bearer == NULL) {
		error_errno(err, "memory for a request");
		return NULL;
	}
	if (project != NULL)
		snprintf(
		    line, sizeof(line), "X-Goog-User-Project: %s", project);
	return reply_ask(mint, &request, err);
}

static int
service_account_run(const struct exchange_mint *mint,
    struct credential **output, struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(secret) struct secret *body = NULL;
	scoped(json) struct json *json = NULL;

	if (service_account_endpoint(mint->settings, &url, err) == -1 ||
	    (body = make_body(mint->settings, err)) == NULL)
		return -1;
	if ((json = ask(mint, buffer_text(&url), body, err)) == NULL)
		return refused(mint, err);
	return read_reply(mint, json, buffer_text(&url), output, err);
}

const struct exchange exchange_gcp_service_account = {
    .name = "gcp-service-account",
    .takes = KIND_BEARER,
    .yields = KIND_BEARER,
    .keys = keys,
    .ttl_usual = TTL_USUAL,
    .ttl_min = TTL_MIN,
    .resolve = service_account_resolve,
    .endpoint = service_account_endpoint,
    .run = service_account_run,
};
