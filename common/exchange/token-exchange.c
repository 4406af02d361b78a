/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/cause.h"
#include "exchange/oauth.h"
#include "exchange/reply.h"

/*
 * OAuth 2.0 Token Exchange, RFC 8693, at any server that speaks it: the
 * common key `endpoint` is the whole URL here and must be set. There is no
 * client authentication by a secret: the token is the proof. A server that
 * wants to be told which (public) client asks is told by `client-id`, and
 * what it wants beyond the RFC by `parameter`.
 */
#define BODY_ROOM (64 * 1024)

static const struct exchange_key keys[] = {
    {"endpoint", KEY_URL, true}, /* the common one, which has no default here */
    {"audience", KEY_REPEAT, false},
    {"resource", KEY_REPEAT, false},
    {"scope", KEY_REPEAT, false},
    {"subject-token-type", KEY_TEXT, false},
    {"requested-token-type", KEY_TEXT, false},
    {"actor", KEY_CREDENTIAL, false},
    {"actor-token-type", KEY_TEXT, false},
    {"client-id", KEY_TEXT, false},
    {"parameter", KEY_REPEAT, false},
    {NULL, KEY_TEXT, false},
};

/* RFC 6749 5.2 and RFC 8693 2.2.2. */
static const struct cause causes[] = {
    {"invalid_target",
	"the server does not issue tokens for this audience or resource"},
    {"invalid_scope", "the server does not grant this scope"},
    {"invalid_grant", "the server must trust {iss} and take tokens for {aud} "
		      "(token-audience says for whom ours is)"},
    {"unauthorized_client",
	"the server does not let this client exchange tokens"},
    {"invalid_client",
	"the server wants to know its clients: client-id names a public one; "
	"daypass holds no client's secret"},
    {"unsupported_grant_type",
	"token exchange is not on there, or endpoint is not the token "
	"endpoint"},
    {"unsupported_token_type",
	"set subject-token-type to what the server takes (id_token, jwt, "
	"access_token)"},
    {"access_denied", "a policy of the server says no"},
    {"invalid_request",
	"the server lacks a parameter, or does not take one of ours"},
    {"HTTP 404", "endpoint is the whole URL of the token endpoint"},
    {"HTTP 405", "endpoint is the whole URL of the token endpoint"},
    {NULL, NULL},
};

/* What is the exchange's own to send, and what is nobody's to write down. */
static const char *const reserved[] = {"grant_type", "subject_token",
    "subject_token_type", "actor_token", "actor_token_type", "audience",
    "resource", "scope", "requested_token_type", "client_id", "client_secret",
    "client_assertion", "client_assertion_type", "password", "refresh_token"};

static int
token_exchange_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	const char *endpoint = settings_get(settings, "endpoint");

	if (endpoint == NULL)
		return error_set(err, FAULT_CONFIG,
		    "endpoint is missing: the URL of the token endpoint");
	if (http_allowed(endpoint, err) == -1)
		return error_in(err, "endpoint");
	buffer_add_string(url, endpoint);
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

/* Whom the id token is for: the server that takes it, as an origin. What the
 * new token is for is another matter, and the setting `audience`. */
static int
token_exchange_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	const char *endpoint = settings_get(settings, "endpoint");

	if (endpoint == NULL || exchange_origin(endpoint, audience) == -1)
		return error_set(err, FAULT_CONFIG,
		    "endpoint is missing: the URL of the token endpoint");
	return 0;
}

/* RFC 8693 2.1: a resource is an absolute URI without a fragment. */
static int
check_resources(const struct settings *settings, struct error *err)
{
	settings_each (setting, settings, "resource")
		if (strchr(setting->value, ':') == NULL ||
		    strchr(setting->value, '#') != NULL)
			return error_set(err, FAULT_CONFIG,
			    "resource '%s' is no absolute URI without a "
			    "fragment",
			    setting->value);
	return 0;
}

static int
check_parameters(const struct settings *settings, struct error *err)
{
	settings_each (setting, settings, "parameter") {
		const char *value = setting->value;
		size_t name = strcspn(value, "=");

		if (name == 0 || value[name] == '\0')
			return error_set(err, FAULT_CONFIG,
			    "parameter '%s' is not NAME=VALUE", value);
		for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]);
		     i++)
			if (strncmp(value, reserved[i], name) == 0 &&
			    reserved[i][name] == '\0')
				return error_set(err, FAULT_CONFIG,
				    "parameter `%s` has a key of its own, or "
				    "is nothing to be written down",
				    reserved[i]);
	}
	return 0;
}

static int
token_exchange_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);

	(void)target;
	if (token_exchange_endpoint(settings, &url, err) == -1 ||
	    check_resources(settings, err) == -1)
		return -1;
	return check_parameters(settings, err);
}

/* "jwt" is written for the RFC's urn:ietf:params:oauth:token-type:jwt. */
static int
write_type(struct buffer *type, const char *setting)
{
	if (strchr(setting, ':') == NULL)
		buffer_add_string(type, OAUTH_TYPE);
	buffer_add_string(type, setting);
	return buffer_failed(type) ? -1 : 0;
}

static const char *
usual_type(const struct credential *token)
{
	return token->kind == KIND_ID_TOKEN ? "id_token" : "access_token";
}

static int
form_each(struct secret *body, const struct settings *settings, const char *key)
{
	settings_each (setting, settings, key)
		if (http_form(body, key, setting->value) == -1)
			return -1;
	return 0;
}

/* Both parameters or none: RFC 8693 2.1. */
static int
form_actor(struct secret *body, const struct exchange_mint *mint)
{
	const char *set = settings_get(mint->settings, "actor-token-type");
	scoped(buffer) struct buffer type = BUFFER(1024);

	if (mint->actor == NULL)
		return 0;
	if (http_form_secret(body, "actor_token", mint->actor->secret) == -1)
		return -1;
	if (write_type(&type, set == NULL ? usual_type(mint->actor) : set) ==
	    -1)
		return -1;
	return http_form(body, "actor_token_type", buffer_text(&type));
}

static int
form_parameters(struct secret *body, const struct settings *settings)
{
	const char *client = settings_get(settings, "client-id");

	if (client != NULL && http_form(body, "client_id", client) == -1)
		return -1;
	settings_each (setting, settings, "parameter") {
		size_t length = strcspn(setting->value, "=");
		scoped(string) char *name = strndup(setting->value, length);

		if (name == NULL ||
		    http_form(body, name, setting->value + length + 1) == -1)
			return -1;
	}
	return 0;
}

static int
form_type(struct secret *body, const struct settings *settings)
{
	scoped(buffer) struct buffer type = BUFFER(1024);
	const char *set = settings_get(settings, "requested-token-type");

	if (set == NULL)
		return 0;
	if (write_type(&type, set) == -1)
		return -1;
	return http_form(body, "requested_token_type", buffer_text(&type));
}

/* Starts it with the token that is traded. */
static struct secret *
form_subject(const struct exchange_mint *mint, struct error *err)
{
	const char *set = settings_get(mint->settings, "subject-token-type");
	scoped(buffer) struct buffer type = BUFFER(1024);

	if (write_type(&type, set == NULL ? usual_type(mint->input) : set) ==
	    -1) {
		error_set(err, FAULT_CONFIG, "subject-token-type is too long");
		return NULL;
	}
	return oauth_form(
	    mint->input->secret, buffer_text(&type), BODY_ROOM, err);
}

static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	const struct settings *settings = mint->settings;
	scoped(secret) struct secret *body = form_subject(mint, err);

	if (body == NULL)
		return NULL;
	if (form_each(body, settings, "audience") == -1 ||
	    form_each(body, settings, "resource") == -1 ||
	    oauth_form_scope(body, settings, NULL) == -1 ||
	    form_type(body, settings) == -1 || form_actor(body, mint) == -1 ||
	    form_parameters(body, settings) == -1) {
		error_set(err, FAULT_CONFIG, "the parameters are too long");
		return NULL;
	}
	return take(&body);
}

static int
token_exchange_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(secret) struct secret *body = NULL;

	if (token_exchange_endpoint(mint->settings, &url, err) == -1 ||
	    (body = make_body(mint, err)) == NULL)
		return -1;
	if (oauth_post(mint, buffer_text(&url), body, output, err) == -1)
		return cause_add(err, mint, causes);
	return 0;
}

const struct exchange exchange_token_exchange = {
    .name = "token-exchange",
    .takes = KIND_ID_TOKEN | KIND_BEARER,
    .yields = KIND_BEARER,
    .keys = keys,
    .audience = token_exchange_audience,
    .resolve = token_exchange_resolve,
    .endpoint = token_exchange_endpoint,
    .run = token_exchange_run,
};
