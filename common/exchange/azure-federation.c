/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/azure.h"
#include "exchange/oauth.h"
#include "exchange/reply.h"

/*
 * Microsoft Entra ID: an id token as the client assertion (RFC 7523) of an
 * application or a managed identity that has a federated credential for it,
 * for an access token to one resource.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
#define GRANT "client_credentials"
#define ASSERTION "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

#define BODY_ROOM (16 * 1024)

/* The same in every cloud. */
#define REGISTRY "https://containerregistry.azure.net"
#define DEVOPS "499b84ac-1321-427f-aa17-267ca6975798"

static const struct exchange_key keys[] = {
    {"tenant", KEY_TEXT, false},
    {"client-id", KEY_TEXT, false},
    {"scope", KEY_TEXT, false},
    {"cloud", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

/* As Azure's own libraries read them. */
static const char *const variables[] = {
    "AZURE_CLIENT_ID", "AZURE_TENANT_ID", NULL};

static const char *
variable(const struct exchange_target *target, const char *name)
{
	const char *value = NULL;

	if (target != NULL && target->variable != NULL)
		value = target->variable(target, name);
	return value != NULL && *value == '\0' ? NULL : value;
}

/* The key's value, else that of the variable, which becomes the key's. */
static const char *
either(struct settings *settings, const struct exchange_target *target,
    const char *key, const char *name, struct error *err)
{
	const char *value = settings_get(settings, key);

	if (value != NULL)
		return value;
	if ((value = variable(target, name)) == NULL) {
		error_set(err, FAULT_CONFIG, "%s is missing, and %s is not set",
		    key, name);
		return NULL;
	}
	if (settings_set(settings, key, value) == -1) {
		error_errno(err, "memory for %s", key);
		return NULL;
	}
	return settings_get(settings, key);
}

/* It becomes a part of the URL. */
static int
resolve_tenant(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-.";
	const char *tenant =
	    either(settings, target, "tenant", "AZURE_TENANT_ID", err);
	char shown[64];

	if (tenant == NULL)
		return -1;
	if (azure_is_guid(tenant) ||
	    (strspn(tenant, letters) == strlen(tenant) && *tenant != '.' &&
		strchr(tenant, '.') != NULL && strstr(tenant, "..") == NULL))
		return 0;
	text_printable(shown, sizeof(shown), tenant, strlen(tenant));
	return error_set(err, FAULT_CONFIG,
	    "tenant '%s' is neither a tenant's id nor one of its domains",
	    shown);
}

static int
resolve_client(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	const char *client =
	    either(settings, target, "client-id", "AZURE_CLIENT_ID", err);
	char shown[64];

	if (client == NULL)
		return -1;
	if (azure_is_guid(client))
		return 0;
	text_printable(shown, sizeof(shown), client, strlen(client));
	return error_set(err, FAULT_CONFIG,
	    "client-id '%s' is no application's client id "
	    "(00000000-0000-0000-0000-000000000000)",
	    shown);
}

static int
check_scope(const char *scope, struct error *err)
{
	char shown[128];

	if (text_ends(scope, AZURE_DEFAULT) &&
	    strlen(scope) > strlen(AZURE_DEFAULT) &&
	    strpbrk(scope, " \t\"\\") == NULL)
		return 0;
	text_printable(shown, sizeof(shown), scope, strlen(scope));
	return error_set(err, FAULT_CONFIG,
	    "scope '%s' is no RESOURCE" AZURE_DEFAULT
	    ", the one form for who signs in without a person",
	    shown);
}

static bool
is_devops(const char *host)
{
	return text_glob_host("dev.azure.com", host) ||
	       text_glob_host("*.dev.azure.com", host) ||
	       text_glob_host("**.visualstudio.com", host);
}

/* What the host that is asked for takes. */
static int
resolve_scope(struct settings *settings, const struct azure_cloud *cloud,
    const char *host, struct error *err)
{
	scoped(buffer) struct buffer scope = BUFFER(256);
	const char *resource = cloud->resource;

	if (settings_get(settings, "scope") != NULL)
		return check_scope(settings_get(settings, "scope"), err);
	if (host != NULL && azure_registry(host) != NULL)
		resource = REGISTRY;
	else if (host != NULL && is_devops(host))
		resource = DEVOPS;
	buffer_printf(&scope, "%s" AZURE_DEFAULT, resource);
	if (buffer_failed(&scope) ||
	    settings_set(settings, "scope", buffer_text(&scope)) == -1)
		return error_errno(err, "memory for a scope");
	return 0;
}

/* A token of one cloud opens nothing in another. */
static int
check_host(const struct settings *settings, const struct azure_cloud *cloud,
    const char *host, struct error *err)
{
	const struct azure_cloud *its =
	    host == NULL ? NULL : azure_registry(host);

	if (its == NULL || its == cloud ||
	    settings_get(settings, "endpoint") != NULL)
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "%s is a registry of %s, and the token would be of %s: set cloud",
	    host, its->name, cloud->name);
}

static int
federation_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	const char *host = target == NULL ? NULL : target->host;
	const struct azure_cloud *cloud = azure_cloud(settings, err);

	if (cloud == NULL || resolve_tenant(settings, target, err) == -1 ||
	    resolve_client(settings, target, err) == -1 ||
	    check_host(settings, cloud, host, err) == -1)
		return -1;
	return resolve_scope(settings, cloud, host, err);
}

static int
federation_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	const struct azure_cloud *cloud = azure_cloud(settings, err);

	if (cloud == NULL)
		return -1;
	buffer_add_string(audience, cloud->audience);
	return 0;
}

static int
federation_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	const char *tenant = settings_get(settings, "tenant");
	const struct azure_cloud *cloud = azure_cloud(settings, err);

	if (cloud == NULL)
		return -1;
	if (tenant == NULL)
		return error_set(err, FAULT_CONFIG, "tenant is missing");
	if (exchange_base(settings, cloud->authority, url, err) == -1)
		return -1;
	buffer_printf(url, "/%s/oauth2/v2.0/token", tenant);
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	const struct settings *settings = mint->settings;
	const struct secret *token = mint->input->secret;
	scoped(secret) struct secret *body =
	    secret_new(3 * secret_length(token) + BODY_ROOM);

	if (body == NULL) {
		error_errno(err, "memory for a request");
		return NULL;
	}
	if (http_form(body, "grant_type", GRANT) == -1 ||
	    http_form(body, "client_id", settings_get(settings, "client-id")) ==
		-1 ||
	    http_form(body, "scope", settings_get(settings, "scope")) == -1 ||
	    http_form(body, "client_assertion_type", ASSERTION) == -1 ||
	    http_form_secret(body, "client_assertion", token) == -1) {
		error_set(err, FAULT_CONFIG, "the scope is too long");
		return NULL;
	}
	return take(&body);
}

static int
federation_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(secret) struct secret *body = NULL;

	if (federation_endpoint(mint->settings, &url, err) == -1 ||
	    (body = make_body(mint, err)) == NULL)
		return -1;
	const struct http_request request = {
	    .method = "POST",
	    .url = buffer_text(&url),
	    .content_type = "application/x-www-form-urlencoded",
	    .body = body,
	    .again = azure_again,
	};
	if (oauth_ask(mint, &request, output, err) == -1)
		return cause_lead(err, mint, azure_causes);
	return 0;
}

const struct exchange exchange_azure_federation = {
    .name = "azure-federation",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_BEARER,
    .keys = keys,
    .variables = variables,
    .audience = federation_audience,
    .resolve = federation_resolve,
    .endpoint = federation_endpoint,
    .run = federation_run,
};
