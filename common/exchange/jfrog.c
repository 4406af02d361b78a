/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/jwt.h"
#include "base/text.h"
#include "exchange/cause.h"
#include "exchange/oauth.h"
#include "exchange/reply.h"

/*
 * JFrog's platform: an id token for an access token, by an OpenID Connect
 * integration and its identity mappings. The form is that of RFC 8693, in
 * JSON. The access token is a JWT whose subject says which user it is:
 * jfac@ID/users/NAME, or jfrt@ID/users/NAME, or the name alone.
 * https://jfrog.com/help/r/jfrog-rest-apis/oidc-token-exchange
 */
#define PATH "/access/api/v1/oidc/token"
#define BODY_MAX (64 * 1024)
#define USER_MAX 256

static const struct exchange_key keys[] = {
    {"endpoint", KEY_URL, true},
    {"provider-name", KEY_TEXT, true},
    {"project", KEY_TEXT, false},
    {"identity-mapping", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static const struct cause causes[] = {
    {"HTTP 400",
	"compare the integration {provider-name} with what was presented: "
	"its provider URL is the token's issuer"},
    {"HTTP 401",
	"the integration {provider-name} must have the provider URL {iss} and "
	"the audience {aud} (or none)"},
    {"HTTP 403",
	"no identity mapping of {provider-name} fits: its claims must fit "
	"sub={sub}"},
    {"HTTP 404",
	"there is no integration {provider-name} (or endpoint is not the "
	"platform's URL, without /artifactory)"},
    {"HTTP 429", "too many requests: try again later"},
    {NULL, NULL},
};

static int
jfrog_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	if (settings_get(settings, "endpoint") == NULL)
		return error_set(err, FAULT_CONFIG,
		    "endpoint is missing: the platform's URL, "
		    "https://NAME.jfrog.io");
	if (exchange_base(settings, "", url, err) == -1)
		return -1;
	buffer_add_string(url, PATH);
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

static int
jfrog_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	const char *endpoint = settings_get(settings, "endpoint");

	if (endpoint == NULL || exchange_origin(endpoint, audience) == -1)
		return error_set(err, FAULT_CONFIG,
		    "endpoint is missing: the platform's URL");
	return 0;
}

static int
jfrog_resolve(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	const char *provider = settings_get(settings, "provider-name");
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);

	(void)target;
	if (provider == NULL || *provider == '\0')
		return error_set(err, FAULT_CONFIG,
		    "provider-name is missing: the name of the OpenID Connect "
		    "integration");
	if (jfrog_endpoint(settings, &url, err) == -1)
		return -1;
	if (text_ends(buffer_text(&url), "/artifactory" PATH))
		return error_set(err, FAULT_CONFIG,
		    "endpoint is the platform's URL, without /artifactory");
	return 0;
}

/* One more member: `,"NAME":"VALUE"`, where the setting is there. */
static int
add_member(struct secret *body, const char *name,
    const struct settings *settings, const char *key)
{
	const char *value = settings_get(settings, key);

	if (value == NULL)
		return 0;
	if (secret_add(body, ",", 1) == -1 ||
	    json_quote_secret(body, name, strlen(name)) == -1 ||
	    secret_add(body, ":", 1) == -1)
		return -1;
	return json_quote_secret(body, value, strlen(value));
}

static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	const struct settings *settings = mint->settings;
	scoped(secret) struct secret *body = secret_new(BODY_MAX);

	if (body == NULL) {
		error_errno(err, "memory for a request");
		return NULL;
	}
	if (secret_add_string(body,
		"{\"grant_type\":\"" OAUTH_GRANT "\","
		"\"subject_token_type\":\"" OAUTH_TYPE "id_token\","
		"\"subject_token\":") == -1 ||
	    exchange_quote(body, mint->input->secret) == -1 ||
	    add_member(body, "provider_name", settings, "provider-name") ==
		-1 ||
	    add_member(body, "project_key", settings, "project") == -1 ||
	    add_member(body, "identity_mapping_name", settings,
		"identity-mapping") == -1 ||
	    secret_add(body, "}", 1) == -1) {
		error_set(err, FAULT_CONFIG, "the id token is too long");
		return NULL;
	}
	return take(&body);
}

/* The user that a subject stands for; NULL: there is none. */
static const char *
user_of(const char *subject)
{
	const char *slash = strrchr(subject, '/');

	if (slash != NULL && (text_starts(subject, "jfrt@") ||
				 strstr(subject, "/users/") != NULL))
		subject = slash + 1;
	return *subject == '\0' ? NULL : subject;
}

/* The name to log in with: as the token says. */
static int
name_it(struct credential *made, const char *url, struct error *err)
{
	char subject[USER_MAX];
	const char *user = NULL;
	int found = jwt_claim(made->secret, "sub", subject, sizeof(subject));

	if (found == -1)
		return error_errno(err, "memory for a token");
	if (found == 1)
		user = user_of(subject);
	if (user == NULL)
		return reply_unexpected(
		    url, err, "access_token does not say whose it is");
	return reply_basic(made, user, err);
}

static int
jfrog_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(credential) struct credential *made = NULL;
	scoped(secret) struct secret *body = make_body(mint, err);

	if (body == NULL || jfrog_endpoint(mint->settings, &url, err) == -1)
		return -1;
	const struct http_request request = {
	    .method = "POST",
	    .url = buffer_text(&url),
	    .content_type = "application/json",
	    .body = body,
	};
	if (oauth_ask(mint, &request, &made, err) == -1)
		return cause_add(err, mint, causes);
	if (name_it(made, request.url, err) == -1)
		return -1;
	*output = take(&made);
	return 0;
}

const struct exchange exchange_jfrog = {
    .name = "jfrog",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_BASIC,
    .keys = keys,
    .audience = jfrog_audience,
    .resolve = jfrog_resolve,
    .endpoint = jfrog_endpoint,
    .run = jfrog_run,
};
