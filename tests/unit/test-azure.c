/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "canned.h"
#include "tap.h"
#include "trade.h"

#define TENANT "0b1c2d3e-4f50-4617-8283-94a5b6c7d8e9"
#define CLIENT "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"
#define IDS "tenant", TENANT, "client-id", CLIENT
#define CLAIMS "{\"iss\":\"https://i\",\"sub\":\"s\",\"aud\":\"a\"}"
#define FEDERATION "azure-federation"
#define ACR "azure-acr"
#define RIGHT_SCOPE "scope", "https://vault.azure.net/.default"

static void
test_endpoints(void)
{
	trade_endpoint(FEDERATION, canned_settings(IDS, NULL), NULL,
	    "https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token");
	trade_endpoint(FEDERATION,
	    canned_settings("tenant", "acme.onmicrosoft.com", "client-id",
		CLIENT, "cloud", "AzureUSGovernment", NULL),
	    NULL,
	    "https://login.microsoftonline.us/acme.onmicrosoft.com/oauth2/"
	    "v2.0/token");
	trade_endpoint(FEDERATION,
	    canned_settings(IDS, "cloud", "AzureChinaCloud", NULL), NULL,
	    "https://login.partner.microsoftonline.cn/" TENANT
	    "/oauth2/v2.0/token");
	trade_endpoint(FEDERATION,
	    canned_settings(IDS, "endpoint", "https://127.0.0.1:1/x/", NULL),
	    NULL, "https://127.0.0.1:1/x/" TENANT "/oauth2/v2.0/token");
	trade_endpoint(ACR, settings_new(), "acme.azurecr.io",
	    "https://acme.azurecr.io/oauth2/exchange");
	trade_endpoint(ACR, canned_settings("registry", "a-1.azurecr.cn", NULL),
	    "elsewhere.io", "https://a-1.azurecr.cn/oauth2/exchange");
	trade_endpoint(ACR,
	    canned_settings("registry", "images.acme.io", "endpoint",
		"https://127.0.0.1:1", NULL),
	    NULL, "https://127.0.0.1:1/oauth2/exchange");
}

static void
test_audiences(void)
{
	trade_audience(
	    FEDERATION, settings_new(), "api://AzureADTokenExchange");
	trade_audience(FEDERATION,
	    canned_settings("cloud", "AzureUSGovernment", NULL),
	    "api://AzureADTokenExchangeUSGov");
	trade_audience(FEDERATION,
	    canned_settings("cloud", "AzureChinaCloud", NULL),
	    "api://AzureADTokenExchangeChina");
	trade_audience(
	    FEDERATION, canned_settings("cloud", "azurecloud", NULL), NULL);
}

static void
scope_is(const char *host, const char *cloud, const char *expected)
{
	struct settings *settings = canned_settings(IDS, NULL);

	if (cloud != NULL)
		settings_add(settings, "cloud", cloud);
	trade_resolves(FEDERATION, settings, host, "scope", expected);
}

static void
test_scopes(void)
{
	scope_is(NULL, NULL, "https://management.azure.com/.default");
	scope_is("github.com", NULL, "https://management.azure.com/.default");
	scope_is("acme.azurecr.io", NULL,
	    "https://containerregistry.azure.net/.default");
	scope_is("acme.azurecr.us", "AzureUSGovernment",
	    "https://containerregistry.azure.net/.default");
	scope_is("acme.azurecr.cn", "AzureChinaCloud",
	    "https://containerregistry.azure.net/.default");
	scope_is("acme.azurecr.us", NULL,
	    "acme.azurecr.us is a registry of AzureUSGovernment, and the token "
	    "would be of AzureCloud: set cloud");
	scope_is("azurecr.io", NULL, "https://management.azure.com/.default");
	scope_is("azurecr.io.evil.com", NULL,
	    "https://management.azure.com/.default");
	scope_is("dev.azure.com", NULL,
	    "499b84ac-1321-427f-aa17-267ca6975798/.default");
	scope_is("pkgs.dev.azure.com", NULL,
	    "499b84ac-1321-427f-aa17-267ca6975798/.default");
	scope_is("acme.visualstudio.com", NULL,
	    "499b84ac-1321-427f-aa17-267ca6975798/.default");
	scope_is("acme.pkgs.visualstudio.com", NULL,
	    "499b84ac-1321-427f-aa17-267ca6975798/.default");
	scope_is(NULL, "AzureUSGovernment",
	    "https://management.usgovcloudapi.net/.default");
	scope_is(NULL, "AzureChinaCloud",
	    "https://management.chinacloudapi.cn/.default");
	trade_resolves(FEDERATION, canned_settings(IDS, RIGHT_SCOPE, NULL),
	    "acme.azurecr.io", "scope", "https://vault.azure.net/.default");
}

static void
test_variables(void)
{
	setenv("AZURE_TENANT_ID", TENANT, 1);
	setenv("AZURE_CLIENT_ID", CLIENT, 1);
	trade_resolves(FEDERATION, settings_new(), NULL, "tenant", TENANT);
	trade_resolves(FEDERATION, settings_new(), NULL, "client-id", CLIENT);
	trade_resolves(FEDERATION, canned_settings("tenant", "acme.io", NULL),
	    NULL, "tenant", "acme.io");
	setenv("AZURE_TENANT_ID", "a/b", 1);
	trade_refuses(FEDERATION, settings_new(), NULL, "tenant 'a/b'");
	unsetenv("AZURE_TENANT_ID");
	unsetenv("AZURE_CLIENT_ID");
	trade_refuses(FEDERATION, settings_new(), NULL,
	    "tenant is missing, and AZURE_TENANT_ID is not set");
	trade_refuses(FEDERATION, canned_settings("tenant", TENANT, NULL), NULL,
	    "client-id is missing, and AZURE_CLIENT_ID is not set");
}

static void
test_mistakes(void)
{
	static const char *const scopes[] = {"User.Read",
	    "https://graph.microsoft.com/User.Read", "/.default",
	    "a/.default b/.default"};
	static const char *const tenants[] = {
	    "common", "organizations", "", "a..b", ".a.b", "a b.c", "a.b/c"};

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		trade_refuses(FEDERATION,
		    canned_settings(IDS, "scope", scopes[i], NULL), NULL,
		    "is no RESOURCE/.default");
	for (size_t i = 0; i < sizeof(tenants) / sizeof(tenants[0]); i++)
		trade_refuses(FEDERATION,
		    canned_settings(
			"tenant", tenants[i], "client-id", CLIENT, NULL),
		    NULL, "neither a tenant's id");
	trade_refuses(FEDERATION,
	    canned_settings("tenant", TENANT, "client-id", "ci", NULL), NULL,
	    "client-id 'ci' is no application's client id");
	trade_refuses(FEDERATION, canned_settings(IDS, "cloud", "Azure", NULL),
	    NULL, "cloud 'Azure' is none of");
	trade_refuses(ACR, settings_new(), NULL, "registry is missing");
	trade_refuses(
	    ACR, settings_new(), "acme.azurecr.io.evil.com", "is missing");
	trade_refuses(ACR, canned_settings("registry", "images.acme.io", NULL),
	    NULL, "registry 'images.acme.io' is no NAME.azurecr.io");
	trade_refuses(ACR, canned_settings("registry", "e/x.azurecr.io", NULL),
	    NULL, "is no NAME");
	trade_refuses(ACR, canned_settings("registry", "-a.azurecr.io", NULL),
	    NULL, "is no NAME");
	trade_refuses(ACR,
	    canned_settings(
		"registry", "a/b", "endpoint", "https://127.0.0.1", NULL),
	    NULL, "is no NAME");
}

static void
test_federation(void)
{
	struct credential *made = NULL;
	int64_t start = clock_unix();
	struct error err = {0};

	canned_put(200, "application/json",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3599,"
	    "\"ext_expires_in\":3599,\"access_token\":\"eyJ0.x.y\"}");
	tap_number(canned_run(exchange_named(FEDERATION),
		       canned_settings(IDS, RIGHT_SCOPE, NULL),
		       canned_id_token(CLAIMS), &made, &err),
	    0, "azure-federation: runs");
	tap_is(canned.url,
	    "https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token",
	    "where");
	tap_ok(text_starts(canned.body,
		   "grant_type=client_credentials&client_id=" CLIENT
		   "&scope=https%3A%2F%2Fvault.azure.net%2F.default&"
		   "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
		   "client-assertion-type%3Ajwt-bearer&client_assertion=eyJ"),
	    "its body: %s", canned.body);
	tap_is(canned.authorization, "", "nothing in a header");
	if (made == NULL)
		return;
	tap_ok(made->kind == KIND_BEARER && made->expires >= start + 3599 &&
		   made->expires <= start + 3605,
	    "a bearer for an hour");
	tap_is(made->subject, "s", "of whom it was minted for");
	credential_free(made);
}

/* What Entra answers with this number, and whether it is asked again. */
static void
refused_is(const char *text, bool again, const char *expected)
{
	scoped(buffer) struct buffer body = BUFFER(2048);
	struct credential *made = NULL;
	struct error err = {0};

	buffer_printf(&body,
	    "{\"error\":\"invalid_client\",\"error_description\":\"%s Trace "
	    "ID: 1 Correlation ID: 2 Timestamp: 3\",\"error_codes\":[7]}",
	    text);
	canned_put(401, "application/json", buffer_text(&body));
	canned_run(exchange_named(FEDERATION), canned_settings(IDS, NULL),
	    canned_id_token(CLAIMS), &made, &err);
	tap_is(err.text, expected, "%.13s", text);
	tap_number(canned.again, again, "worth another try");
}

static void
test_refusals(void)
{
	refused_is("AADSTS70021: No matching record.", true,
	    "invalid_client from login.microsoftonline.com: application " CLIENT
	    " has no federated credential with iss=https://i sub=s aud=a: add "
	    "one, or wait some minutes if it is new (AADSTS70021: No matching "
	    "record.)");
	refused_is("AADSTS700213: Subject.", true,
	    "invalid_client from login.microsoftonline.com: application " CLIENT
	    " has no federated credential with the subject s: add one, the "
	    "same to the letter (case counts), or wait some minutes if it is "
	    "new (AADSTS700213: Subject.)");
	refused_is("AADSTS7002138: Subject.", true,
	    "invalid_client from login.microsoftonline.com: application " CLIENT
	    " has no federated credential with the subject s: add one, the "
	    "same to the letter (case counts), or wait some minutes if it is "
	    "new (AADSTS7002138: Subject.)");
	refused_is("AADSTS700212: Audience.", false,
	    "invalid_client from login.microsoftonline.com: application " CLIENT
	    " has a federated credential for this issuer and subject, but not "
	    "with the audience a: put it there, or set token-audience to the "
	    "one that is (AADSTS700212: Audience.)");
	refused_is("AADSTS900023: Tenant.", false,
	    "invalid_client from login.microsoftonline.com: tenant " TENANT
	    " is no tenant's id or domain: compare tenant (AADSTS900023: "
	    "Tenant.)");
	refused_is("AADSTS90002: Tenant.", false,
	    "invalid_client from login.microsoftonline.com: there is no "
	    "tenant " TENANT " in this cloud: compare tenant, and cloud if it "
	    "is not AzureCloud (AADSTS90002: Tenant.)");
	refused_is("AADSTS12345: New.", false,
	    "invalid_client from login.microsoftonline.com: AADSTS12345: New.; "
	    "it was shown iss=https://i sub=s aud=a");
}

static struct credential *
entra(const char *claims)
{
	struct credential *token = canned_id_token(claims);

	token->kind = KIND_BEARER;
	token->subject = strdup("me");
	return token;
}

/* The registry's refresh token, {"exp":1900000000}. */
#define REFRESH "e30.eyJleHAiOjE5MDAwMDAwMDB9.eA"

static struct credential *
log_in(const char *claims, const char *reply, struct error *err)
{
	struct credential *made = NULL;

	canned_put(200, "application/json", reply);
	canned_run(exchange_named(ACR),
	    canned_settings("registry", "acme.azurecr.io", NULL), entra(claims),
	    &made, err);
	return made;
}

static void
test_acr(void)
{
	struct error err = {0};
	struct credential *made = log_in("{\"tid\":\"" TENANT "\"}",
	    "{\"refresh_token\":\"" REFRESH "\"}", &err);

	tap_is(canned.url, "https://acme.azurecr.io/oauth2/exchange", "where");
	tap_ok(
	    text_starts(canned.body,
		"grant_type=access_token&service=acme.azurecr.io&tenant=" TENANT
		"&access_token=eyJ"),
	    "azure-acr: its body: %s", canned.body);
	if (!tap_ok(made != NULL, "azure-acr: runs: %s", err.text))
		return;
	tap_number(made->kind, KIND_BASIC, "basic");
	tap_is(made->name, "00000000-0000-0000-0000-000000000000", "its name");
	tap_is(secret_bytes(made->secret), REFRESH, "its password");
	tap_number(made->expires, 1900000000, "as long as the token says");
	credential_free(made);
	credential_free(
	    log_in("{}", "{\"refresh_token\":\"" REFRESH "\"}", &err));
	tap_ok(strstr(canned.body, "tenant") == NULL, "no tenant, none sent");
	log_in("{}", "{\"refresh_token\":\"x\"}", &err);
	tap_is(err.text,
	    "unexpected reply from acme.azurecr.io: refresh_token is no JWT",
	    "so");
}

static void
test_acr_refusals(void)
{
	static const char *const said[][2] = {
	    {"{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}]}",
		"HTTP 401 UNAUTHORIZED from acme.azurecr.io: acme.azurecr.io "
		"does not take the token of sub=me: give its application "
		"AcrPull or AcrPush on the registry, and let `scope` be "
		"https://containerregistry.azure.net/.default (no)"},
	    {"{\"errors\":[{\"code\":\"DENIED\",\"message\":\"client with IP "
	     "'1.2.3.4' is not allowed access.\"}]}",
		"HTTP 401 DENIED from acme.azurecr.io: the firewall of "
		"acme.azurecr.io "
		"lets nobody in from here: add this machine's address to its "
		"network rules (client with IP '1.2.3.4' is not allowed "
		"access)"},
	};
	struct credential *made = NULL;

	for (size_t i = 0; i < 2; i++) {
		struct error err = {0};

		canned_put(401, "application/json", said[i][0]);
		canned_run(exchange_named(ACR),
		    canned_settings("registry", "acme.azurecr.io", NULL),
		    entra("{}"), &made, &err);
		tap_is(err.text, said[i][1], "azure-acr: refused");
	}
}

int
main(void)
{
	test_endpoints();
	test_audiences();
	test_scopes();
	test_variables();
	test_mistakes();
	test_federation();
	test_refusals();
	test_acr();
	test_acr_refusals();
	return tap_done();
}
