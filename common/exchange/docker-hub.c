/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "exchange/cause.h"
#include "exchange/oauth.h"
#include "exchange/reply.h"

/*
 * Docker Hub: an id token for what logs in to docker.io and dhi.io as an
 * organization, by one of its OIDC connections. RFC 8693 with two parameters
 * of its own, connection_id and expires_in. As docker/login-action has it;
 * https://docs.docker.com/enterprise/security/oidc-connections/
 */
#define HOST "identity.docker.com"
#define AUDIENCE "https://" HOST
#define BODY_ROOM (8 * 1024)
#define TTL_MIN 300
#define TTL_MAX 3600

static const struct exchange_key keys[] = {
    {"organization", KEY_TEXT, true},
    {"connection-id", KEY_TEXT, true},
    {NULL, KEY_TEXT, false},
};

static const struct cause causes[] = {
    {"invalid_request", "compare connection-id with Docker Hub's"},
    {"invalid_client", "there is no connection {connection-id}"},
    {"invalid_grant",
	"the connection {connection-id} must be for {iss}, one of its rulesets "
	"must let sub={sub} in, and aud must be " AUDIENCE},
    {"invalid_target", "the connection {connection-id} is not for this"},
    {"unauthorized_client", "the connection {connection-id} may not do this"},
    {"access_denied",
	"no ruleset of the connection {connection-id} lets sub={sub} in"},
    {"slow_down", "Docker Hub limits how often: try again later"},
    {"HTTP 429", "Docker Hub limits how often: try again later"},
    {"HTTP 401",
	"no ruleset of the connection {connection-id} lets sub={sub} in"},
    {"HTTP 403",
	"no ruleset of the connection {connection-id} lets sub={sub} in"},
    {"HTTP 404", "there is no connection {connection-id}"},
    {NULL, NULL},
};

/* Hub takes it from nobody else, also where it is reached by another name. */
static int
hub_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	(void)settings;
	(void)err;
	buffer_add_string(audience, AUDIENCE);
	return 0;
}

static int
hub_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	if (exchange_base(settings, HOST, url, err) == -1)
		return -1;
	buffer_add_string(url, "/oauth/token");
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

/* RFC 9562, as text. */
static bool
is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; i < strlen(form); i++)
		if (form[i] == '-'
			? text[i] != '-'
			: strchr("0123456789abcdefABCDEF", text[i]) == NULL)
			return false;
	return true;
}

static int
check_names(const struct settings *settings, struct error *err)
{
	const char *organization = settings_get(settings, "organization");
	const char *connection = settings_get(settings, "connection-id");

	if (organization == NULL ||
	    !reply_is_token(organization, strlen(organization)) ||
	    strchr(organization, ':') != NULL)
		return error_set(err, FAULT_CONFIG,
		    "organization is missing, or is no name of one");
	if (connection == NULL || !is_uuid(connection))
		return error_set(err, FAULT_CONFIG,
		    "connection-id '%s' is no UUID: Docker Hub shows it beside "
		    "the connection",
		    connection == NULL ? "" : connection);
	return 0;
}

static int
hub_resolve(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	long ttl = exchange_ttl(settings, TTL_MIN);
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);

	(void)target;
	if (check_names(settings, err) == -1)
		return -1;
	if (ttl < TTL_MIN || ttl > TTL_MAX)
		return error_set(err, FAULT_CONFIG,
		    "ttl '%s' is not within %d to %d seconds",
		    settings_get(settings, "ttl"), TTL_MIN, TTL_MAX);
	return hub_endpoint(settings, &url, err);
}

static struct secret *
make_body(const struct exchange_mint *mint, long ttl, struct error *err)
{
	const char *connection = settings_get(mint->settings, "connection-id");
	scoped(secret) struct secret *body = oauth_form(
	    mint->input->secret, OAUTH_TYPE "id_token", BODY_ROOM, err);
	char seconds[24];

	snprintf(seconds, sizeof(seconds), "%ld", ttl);
	if (body == NULL)
		return NULL;
	if (http_form(body, "connection_id", connection) == -1 ||
	    http_form(body, "expires_in", seconds) == -1) {
		error_set(err, FAULT_CONFIG, "the parameters are too long");
		return NULL;
	}
	return take(&body);
}

static int
hub_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	long ttl = exchange_ttl(mint->settings, TTL_MIN);
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(secret) struct secret *body = make_body(mint, ttl, err);
	scoped(credential) struct credential *made = NULL;
	int64_t asked = reply_expiry(mint, clock_unix(), ttl);

	if (body == NULL || hub_endpoint(mint->settings, &url, err) == -1)
		return -1;
	if (oauth_post(mint, buffer_text(&url), body, &made, err) == -1)
		return cause_add(err, mint, causes);
	if (reply_basic(
		made, settings_get(mint->settings, "organization"), err) == -1)
		return -1;
	/* The reply need not say how long: then it is what was asked for. */
	if (made->expires == 0)
		made->expires = asked;
	*output = take(&made);
	return 0;
}

static const char *
hub_user(const struct settings *settings)
{
	return settings_get(settings, "organization");
}

const struct exchange exchange_docker_hub = {
    .name = "docker-hub",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_BASIC,
    .keys = keys,
    .ttl_usual = TTL_MIN,
    .ttl_min = TTL_MIN,
    .audience = hub_audience,
    .user = hub_user,
    .resolve = hub_resolve,
    .endpoint = hub_endpoint,
    .run = hub_run,
};
