/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "canned.h"
#include "tap.h"

static const struct exchange *
exchange(void)
{
	return exchange_named("token-exchange");
}

static void
refuses(struct settings *settings, const char *word)
{
	scoped(settings) struct settings *ours = settings;
	struct error err = {0};

	tap_number(
	    exchange()->resolve(ours, NULL, &err), -1, "refuses: %s", word);
	tap_ok(err.fault == FAULT_CONFIG && strstr(err.text, word) != NULL,
	    "and says so: %s", err.text);
}

static void
audience_is(struct settings *settings, const char *expected)
{
	scoped(settings) struct settings *ours = settings;
	scoped(buffer) struct buffer audience = BUFFER(512);
	int result = exchange()->audience(ours, &audience, NULL);

	tap_is(result == 0 ? buffer_text(&audience) : NULL, expected,
	    "its audience");
}

static void
test_audience(void)
{
	audience_is(canned_settings(
			"endpoint", "https://sts.acme.io:8443/o/token", NULL),
	    "https://sts.acme.io:8443");
	audience_is(settings_new(), NULL);
}

static struct credential *
bearer(void)
{
	struct credential *token = credential_new(KIND_BEARER);

	token->secret = secret_copy("ya29.federated", 14);
	return token;
}

#define TOKEN_ENDPOINT "endpoint", "https://sts.acme.io/token"

static int64_t
token_expires(const char *reply, struct error *err)
{
	scoped(credential) struct credential *made = NULL;

	*err = (struct error){0};
	canned_put(200, "application/json", reply);
	canned_run(exchange_named("token-exchange"),
	    canned_settings(TOKEN_ENDPOINT, "audience", "x", "audience", "y",
		"resource", "https://r", "scope", "s1", "scope", "s2",
		"requested-token-type", "jwt", "client-id", "c&d", "parameter",
		"subject_issuer=a=b", "parameter", "scopes=x", NULL),
	    bearer(), &made, err);
	return made == NULL ? -1 : made->expires;
}

static void
test_token_exchange(void)
{
	int64_t start = clock_unix(), expires;
	struct error err;

	refuses(settings_new(), "endpoint is missing");
	refuses(
	    canned_settings(TOKEN_ENDPOINT, "resource", "r", NULL), "resource");
	refuses(canned_settings(TOKEN_ENDPOINT, "parameter", "=x", NULL),
	    "NAME=VALUE");
	refuses(canned_settings(TOKEN_ENDPOINT, "parameter", "scope=x", NULL),
	    "`scope` has a key of its own");
	expires = token_expires(
	    "{\"access_token\":\"t\",\"expires_in\":\"600\"}", &err);
	tap_ok(expires >= start + 600 && expires <= start + 605,
	    "expires_in as a string");
	tap_is(canned.body,
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A"
	    "token-exchange&subject_token=ya29.federated&subject_token_type="
	    "urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&"
	    "audience=x&audience=y&resource=https%3A%2F%2Fr&scope=s1%20s2&"
	    "requested_token_type="
	    "urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&client_id=c%26d&"
	    "subject_issuer=a%3Db&scopes=x",
	    "token-exchange: its body");
	tap_number(token_expires("{\"access_token\":\"t\","
				 "\"token_type\":\"N_A\"}",
		       &err),
	    0, "no expiry");
	tap_number(
	    token_expires("{\"access_token\":\"e30.eyJleHAiOjE5MDAwMDAwMDB9."
			  "eA\"}",
		&err),
	    1900000000, "the token's own expiry");
	tap_number(token_expires("{\"access_token\":\"t\","
				 "\"token_type\":\"DPoP\"}",
		       &err),
	    -1, "a token to be proved is refused");
	tap_number(token_expires("{\"access_token\":\"t\",\"token_type\":"
				 "\"N_A\",\"issued_token_type\":\"urn:ietf:"
				 "params:oauth:token-type:refresh_token\"}",
		       &err),
	    -1, "nor is a refresh token handed on");
	tap_number(token_expires("{\"access_token\":\"t\",\"token_type\":"
				 "\"N_A\",\"refresh_token\":\"r\","
				 "\"issued_token_type\":\"urn:ietf:params:"
				 "oauth:token-type:saml2\"}",
		       &err),
	    0, "what is no access token is; what comes along is dropped");
	token_expires("{\"access_token\":\"a b\"}", &err);
	tap_is(err.text,
	    "unexpected reply from sts.acme.io: access_token is no token",
	    "so");
	token_expires("{\"access_token\":7}", &err);
	tap_is(err.text,
	    "unexpected reply from sts.acme.io: no access_token in it", "so");
	token_expires("[", &err);
	tap_number(err.fault, FAULT_REFUSED, "no JSON: %s", err.text);
}

static void
acts(struct credential *who, const char *type, const char *expected)
{
	scoped(credential) struct credential *actor = who;
	scoped(credential) struct credential *subject = bearer();
	scoped(credential) struct credential *made = NULL;
	scoped(settings) struct settings *settings =
	    canned_settings(TOKEN_ENDPOINT, NULL);
	struct http http = {.deadline = clock_ms() + 1000};
	const struct exchange_mint mint = {.settings = settings,
	    .input = subject,
	    .actor = actor,
	    .http = &http};
	struct error err = {0};

	if (type != NULL)
		settings_add(settings, "actor-token-type", type);
	canned_put(200, "application/json", "{\"access_token\":\"t\"}");
	exchange()->run(&mint, &made, &err);
	tap_ok(
	    strstr(canned.body, expected) != NULL, "who acts: %s", canned.body);
	canned_put(400, "application/json",
	    "{\"error\":\"invalid_grant\",\"error_description\":\"not "
	    "0123456789abcdefgh\"}");
	exchange()->run(&mint, &made, &err);
	tap_ok(strstr(err.text, "0123456789abcdefgh") == NULL,
	    "the actor's token is concealed: %s", err.text);
}

static void
test_actor(void)
{
	struct credential *actor = bearer();

	secret_free(actor->secret);
	actor->secret = secret_copy("0123456789abcdefgh", 18);
	acts(credential_copy(actor), NULL,
	    "&actor_token=0123456789abcdefgh&actor_token_type=urn%3Aietf%3A"
	    "params%3Aoauth%3Atoken-type%3Aaccess_token");
	actor->kind = KIND_ID_TOKEN;
	acts(credential_copy(actor), NULL, "token-type%3Aid_token");
	acts(actor, "urn:x:y", "&actor_token_type=urn%3Ax%3Ay");
}

/* It is sent whole or not at all. */
static void
test_long_type(const char *key, const char *word)
{
	scoped(credential) struct credential *made = NULL;
	char type[1100] = "urn:";
	struct error err = {0};

	memset(type + strlen(type), 'x', sizeof(type) - strlen(type) - 1);
	canned_put(200, "application/json", "{\"access_token\":\"t\"}");
	tap_number(canned_run(exchange(),
		       canned_settings(TOKEN_ENDPOINT, key, type, NULL),
		       bearer(), &made, &err),
	    -1, "a %s of %zu bytes", key, strlen(type));
	tap_ok(canned.count == 0 && strstr(err.text, word) != NULL,
	    "is refused, and nobody is asked: %s", err.text);
}

int
main(void)
{
	test_audience();
	test_token_exchange();
	test_actor();
	test_long_type("subject-token-type", "subject-token-type is too long");
	test_long_type("requested-token-type", "parameters are too long");
	return tap_done();
}
