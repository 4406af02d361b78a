/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/jwt.h"
#include "base/text.h"
#include "exchange/azure.h"
#include "exchange/cause.h"
#include "exchange/reply.h"

/*
 * Azure Container Registry: an access token of Entra's for the registry's own
 * refresh token, which docker logs in with. It says itself when it expires
 * and opens this registry alone.
 * https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
 */
#define USER "00000000-0000-0000-0000-000000000000"
#define BODY_ROOM 4096

static const char *const hosts[] = {
    "*.azurecr.io",
    "*.azurecr.us",
    "*.azurecr.cn",
    NULL,
};

static const struct exchange_key keys[] = {
    {"registry", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static const struct cause causes[] = {
    {"not allowed access",
	"the firewall of {registry} lets nobody in from here: add this "
	"machine's address to its network rules"},
    {"HTTP 401",
	"{registry} does not take the token of sub={sub}: give its "
	"application AcrPull or AcrPush on the registry, and let `scope` be "
	"https://containerregistry.azure.net/.default"},
    {"HTTP 403",
	"the application of sub={sub} may do nothing in {registry}: give it "
	"AcrPull or AcrPush there"},
    {NULL, NULL},
};

/* Configured, it may be behind another name, where endpoint says so. */
static int
check_registry(
    const struct settings *settings, const char *registry, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-.";
	char shown[128];

	if (azure_registry(registry) != NULL ||
	    (settings_get(settings, "endpoint") != NULL && *registry != '\0' &&
		strspn(registry, letters) == strlen(registry)))
		return 0;
	text_printable(shown, sizeof(shown), registry, strlen(registry));
	return error_set(err, FAULT_CONFIG,
	    "registry '%s' is no NAME.azurecr.io (nor .us, nor .cn)", shown);
}

static int
acr_resolve(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	const char *registry = settings_get(settings, "registry");
	const char *host = target == NULL ? NULL : target->host;

	if (registry != NULL)
		return check_registry(settings, registry, err);
	if (host == NULL || azure_registry(host) == NULL)
		return error_set(err, FAULT_CONFIG,
		    "registry is missing, and the host is none of Azure's "
		    "(NAME.azurecr.io)");
	if (settings_set(settings, "registry", host) == -1)
		return error_errno(err, "memory for a registry");
	return 0;
}

static int
acr_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	const char *registry = settings_get(settings, "registry");

	if (registry == NULL)
		return error_set(err, FAULT_CONFIG, "registry is missing");
	if (exchange_base(settings, registry, url, err) == -1)
		return -1;
	buffer_add_string(url, "/oauth2/exchange");
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

/* The tenant stands in the token itself, where there is one to be read. */
static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	const char *registry = settings_get(mint->settings, "registry");
	const struct secret *token = mint->input->secret;
	scoped(secret) struct secret *body =
	    secret_new(3 * secret_length(token) + BODY_ROOM);
	char tenant[64];
	int found = jwt_claim(token, "tid", tenant, sizeof(tenant));

	if (body == NULL || found == -1) {
		error_errno(err, "memory for a request");
		return NULL;
	}
	if (http_form(body, "grant_type", "access_token") == -1 ||
	    http_form(body, "service", registry) == -1 ||
	    (found == 1 && http_form(body, "tenant", tenant) == -1) ||
	    http_form_secret(body, "access_token", token) == -1) {
		error_set(err, FAULT_CONFIG, "registry is too long");
		return NULL;
	}
	return take(&body);
}

static int
read_reply(const struct exchange_mint *mint, const struct json *json,
    const char *url, struct credential **output, struct error *err)
{
	scoped(secret) struct secret *token =
	    reply_token(json, "refresh_token", url, err);
	struct jwt claims;

	if (token == NULL)
		return -1;
	if (jwt_read(token, &claims, err) == -1)
		return reply_unexpected(url, err, "refresh_token is no JWT");
	if (reply_yield(
		mint, KIND_BASIC, &token, claims.expires, output, err) == -1)
		return -1;
	if (((*output)->name = strdup(USER)) != NULL)
		return 0;
	credential_free(take(output));
	return error_errno(err, "memory for a credential");
}

static int
acr_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(secret) struct secret *body = NULL;
	scoped(json) struct json *json = NULL;

	if (acr_endpoint(mint->settings, &url, err) == -1 ||
	    (body = make_body(mint, err)) == NULL)
		return -1;
	const struct http_request request = {
	    .method = "POST",
	    .url = buffer_text(&url),
	    .content_type = "application/x-www-form-urlencoded",
	    .body = body,
	};
	if ((json = reply_ask(mint, &request, err)) == NULL)
		return cause_lead(err, mint, causes);
	return read_reply(mint, json, request.url, output, err);
}

static const char *
acr_user(const struct settings *settings)
{
	(void)settings;
	return USER;
}

const struct exchange exchange_azure_acr = {
    .name = "azure-acr",
    .takes = KIND_BEARER,
    .yields = KIND_BASIC,
    .hosts = hosts,
    .keys = keys,
    .user = acr_user,
    .resolve = acr_resolve,
    .endpoint = acr_endpoint,
    .run = acr_run,
};
