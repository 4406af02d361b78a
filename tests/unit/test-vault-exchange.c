/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "canned.h"
#include "tap.h"

#define CLAIMS "{\"iss\":\"https://i\",\"sub\":\"s\",\"aud\":\"a\"}"
#define WHERE "endpoint", "https://vault.acme.io"
#define LOGIN                                                  \
	"{\"auth\":{\"client_token\":\"hvs.login\","           \
	"\"lease_duration\":3600,\"token_type\":\"service\"}," \
	"\"wrap_info\":null}"
#define FOR_EVER                                     \
	"{\"auth\":{\"client_token\":\"hvs.login\"," \
	"\"lease_duration\":9223372036854775807}}"
#define BATCH                                        \
	"{\"auth\":{\"client_token\":\"hvb.login\"," \
	"\"lease_duration\":3600,\"token_type\":\"batch\"}}"

static const struct exchange *
vault(void)
{
	return exchange_named("vault");
}

static void
refuses(struct settings *settings, const char *word)
{
	scoped(settings) struct settings *ours = settings;
	struct error err = {0};

	tap_number(vault()->resolve(ours, NULL, &err), -1, "refused: %s", word);
	tap_ok(err.fault == FAULT_CONFIG && strstr(err.text, word) != NULL,
	    "and says so: %s", err.text);
}

static void
test_settings(void)
{
	scoped(settings) struct settings *good = canned_settings(
	    WHERE, "mount", "team/jwt-1", "namespace", "a/b", NULL);
	scoped(buffer) struct buffer url = BUFFER(512);
	scoped(buffer) struct buffer audience = BUFFER(512);

	tap_number(vault()->resolve(good, NULL, NULL), 0, "resolves");
	vault()->endpoint(good, &url, NULL);
	tap_is(buffer_text(&url),
	    "https://vault.acme.io/v1/auth/team/jwt-1/login", "its endpoint");
	vault()->audience(good, &audience, NULL);
	tap_is(buffer_text(&audience), "https://vault.acme.io", "its audience");
	refuses(settings_new(), "endpoint is missing");
	refuses(canned_settings(WHERE, "mount", "auth/jwt", NULL), "auth/");
	refuses(canned_settings(WHERE, "mount", "a b", NULL), "mount 'a b'");
	refuses(canned_settings(WHERE, "path", "v1/kv/x", NULL), "path 'v1/");
	refuses(canned_settings(WHERE, "path", "/kv/x", NULL), "path '/kv");
	refuses(canned_settings(WHERE, "path", "kv/x/", NULL), "path 'kv");
	refuses(canned_settings(WHERE, "path", "kv/../x", NULL), "path 'kv/..");
	refuses(canned_settings(WHERE, "path", "kv/x?a", NULL), "path 'kv/x?a");
	refuses(canned_settings(WHERE, "path", "kv//x", NULL), "path 'kv//x");
	refuses(canned_settings(WHERE, "namespace", "a\r\nb", NULL), "none");
	refuses(canned_settings(WHERE, "yields", "aws", NULL), "set path");
	refuses(canned_settings(WHERE, "field", "token=x", NULL), "set path");
	refuses(canned_settings(WHERE, "parameter", "a=b", NULL), "set path");
	refuses(canned_settings(WHERE, "path", "a", "yields", "id-token", NULL),
	    "none of basic, aws, bearer");
	refuses(canned_settings(WHERE, "path", "a", "parameter", "=b", NULL),
	    "NAME=VALUE");
	refuses(canned_settings(WHERE, "path", "a", "yields", "aws", "field",
		    "token=x", NULL),
	    "access-key-id=KEY, secret-access-key=KEY, session-token=KEY");
	refuses(canned_settings(WHERE, "path", "a", "field", "token=", NULL),
	    "token=KEY");
}

static void
yields_is(const char *word, unsigned kind)
{
	scoped(settings) struct settings *settings =
	    canned_settings("yields", word, NULL);

	tap_number(exchange_yields(vault(), settings), kind, "%s", word);
}

static void
test_kinds(void)
{
	yields_is("basic", KIND_BASIC);
	yields_is("aws", KIND_AWS);
	yields_is("bearer", KIND_BEARER);
	yields_is("id-token", KIND_BEARER);
	yields_is("nonsense", KIND_BEARER);
	tap_number(exchange_yields(vault(), NULL), KIND_BEARER, "unsaid");
}

static struct credential *
run(struct settings *settings, struct error *err)
{
	struct credential *made = NULL;

	*err = (struct error){0};
	canned_run(vault(), settings, canned_id_token(CLAIMS), &made, err);
	return made;
}

/* It expires so many seconds from now, give or take what this takes. */
static void
expires_in(const struct credential *made, int64_t seconds, const char *what)
{
	int64_t left = made->expires - clock_unix();

	tap_ok(left <= seconds && left > seconds - 5, "%s: %lld s", what,
	    (long long)left);
}

static void
test_token(void)
{
	struct error err;
	struct credential *made;

	canned_put(200, "application/json", LOGIN);
	made = run(
	    canned_settings(WHERE, "role", "w\"eb", "namespace", "a/b", NULL),
	    &err);
	if (!tap_ok(made != NULL, "the token of a login: %s", err.text))
		return;
	tap_is(canned.method, "POST", "method");
	tap_is(canned.headers, "X-Vault-Request: true|X-Vault-Namespace: a/b|",
	    "headers");
	tap_ok(strncmp(canned.body, "{\"jwt\":\"eyJ", 11) == 0 &&
		   strstr(canned.body, ",\"role\":\"w\\\"eb\"}") != NULL,
	    "body");
	tap_is(canned.secret_header, "", "no token yet");
	tap_is(secret_bytes(made->secret), "hvs.login", "token");
	tap_ok(made->kind == KIND_BEARER && made->revocable &&
		   made->handle == NULL,
	    "revocable by itself");
	expires_in(made, 3600, "lease_duration");
	credential_free(made);
	canned_put(200, "application/json", FOR_EVER);
	made = run(canned_settings(WHERE, "role", "web", NULL), &err);
	expires_in(made, 10 * 365 * 86400LL, "longer than can be told");
	credential_free(made);
	canned_put(200, "application/json", BATCH);
	made = run(canned_settings(WHERE, "role", "web", NULL), &err);
	tap_ok(made != NULL && !made->revocable, "a batch token is not");
	credential_free(made);
}

static struct credential *
read_from(const char *reply, const char *yields, const char *field,
    const char *parameter, struct error *err)
{
	struct settings *settings = canned_settings(
	    WHERE, "path", "db/creds/web", "yields", yields, NULL);

	if (field != NULL)
		settings_add(settings, "field", field);
	if (parameter != NULL)
		settings_add(settings, "parameter", parameter);
	canned_put(200, "application/json", LOGIN);
	canned_put(200, "application/json", reply);
	return run(settings, err);
}

static void
test_read(void)
{
	struct error err;
	struct credential *made = read_from(
	    "{\"lease_id\":\"db/creds/web/1\",\"lease_duration\":1800,"
	    "\"data\":{\"username\":\"v-web\",\"password\":\"p q\"}}",
	    "basic", NULL, NULL, &err);

	if (!tap_ok(made != NULL, "a lease: %s", err.text))
		return;
	tap_is(canned.method, "GET", "read");
	tap_is(canned.url, "https://vault.acme.io/v1/db/creds/web", "where");
	tap_is(canned.secret_header, "hvs.login", "with the login's token");
	tap_is(canned.authorization, "", "and not the id token");
	tap_is(made->name, "v-web", "user name");
	tap_is(secret_bytes(made->secret), "p q", "password");
	tap_ok(made->handle != NULL &&
		   strcmp(secret_bytes(made->handle), "hvs.login") == 0,
	    "the token takes it back");
	expires_in(made, 1800, "the lease's life");
	credential_free(made);
	made = read_from("{\"lease_duration\":2764800,\"data\":{\"token\":"
			 "\"t\",\"ttl\":\"60\"}}",
	    "bearer", NULL, "ttl=15m", &err);
	tap_is(canned.method, "POST", "with parameters it is written to");
	tap_is(canned.body, "{\"ttl\":\"15m\"}", "them");
	if (made != NULL)
		expires_in(made, 60, "data/ttl");
	credential_free(made);
	made = read_from("{\"lease_duration\":7200,\"data\":{\"access_token\":"
			 "\"t\"}}",
	    "bearer", NULL, NULL, &err);
	if (made != NULL)
		expires_in(made, 3600, "no longer than its login");
	credential_free(made);
}

static void
field_is(const char *reply, const char *yields, const char *field,
    const char *name, const char *secret, const char *session)
{
	struct error err;
	scoped(credential) struct credential *made =
	    read_from(reply, yields, field, NULL, &err);

	if (!tap_ok(made != NULL, "%s: %s", reply, err.text))
		return;
	tap_is(made->name, name, "name");
	tap_is(secret_bytes(made->secret), secret, "secret");
	tap_is(made->session == NULL ? NULL : secret_bytes(made->session),
	    session, "session");
}

static void
fails(const char *reply, const char *yields, const char *word)
{
	struct error err;
	scoped(credential) struct credential *made =
	    read_from(reply, yields, NULL, NULL, &err);

	tap_ok(made == NULL && err.fault == FAULT_REFUSED &&
		   strstr(err.text, word) != NULL,
	    "%s: %s", reply, err.text);
	tap_ok(strstr(canned.url, "/v1/auth/token/revoke-self") != NULL,
	    "and its login is taken back");
}

static void
test_fields(void)
{
	field_is("{\"data\":{\"access_key\":\"A\",\"secret_key\":\"S\","
		 "\"session_token\":\"T\",\"security_token\":\"U\"}}",
	    "aws", NULL, "A", "S", "T");
	field_is("{\"data\":{\"access_key\":\"A\",\"secret_key\":\"S\","
		 "\"security_token\":\"U\"}}",
	    "aws", NULL, "A", "S", "U");
	field_is("{\"data\":{\"access_key\":\"A\",\"secret_key\":\"S\","
		 "\"security_token\":null}}",
	    "aws", NULL, "A", "S", NULL);
	field_is("{\"data\":{\"data\":{\"token\":\"v2\"},\"metadata\":{}}}",
	    "bearer", NULL, NULL, "v2", NULL);
	field_is("{\"data\":{\"data\":\"x\",\"token\":\"v1\"}}", "bearer", NULL,
	    NULL, "v1", NULL);
	field_is("{\"data\":{\"token\":\"x\",\"a/b\":\"c\"}}", "bearer",
	    "token=a/b", NULL, "c", NULL);
	fails("{\"data\":{\"access_key\":\"A\"}}", "aws", "no `secret_key`");
	fails("{\"data\":{\"token\":\"a b\"}}", "bearer", "`token` is no");
	fails("{\"data\":{\"username\":\"a:b\",\"password\":\"p\"}}", "basic",
	    "`username` is no username");
	fails("{\"data\":{\"username\":\"a\",\"password\":\"p\\nq\"}}", "basic",
	    "`password` is no password");
	fails("{\"data\":null}", "bearer", "no `token`");
	fails("{\"data\":null,\"wrap_info\":{\"token\":\"hvs.w\"}}", "bearer",
	    "wraps its answer");
}

static void
test_echo(void)
{
	struct error err;

	canned_put(200, "application/json",
	    "{\"auth\":{\"client_token\":\"hvs.0123456789abcdef\"}}");
	canned_put(403, "application/json",
	    "{\"errors\":[\"bad token hvs.0123456789abcdef\"]}");
	run(canned_settings(WHERE, "path", "x", NULL), &err);
	tap_ok(strstr(err.text, "0123456789abcdef") == NULL &&
		   strstr(err.text, "bad token ***") != NULL,
	    "what it repeats is concealed: %s", err.text);
}

static int
take_back(bool by_handle, int status, const char *body, struct error *err)
{
	scoped(credential) struct credential *token =
	    credential_new(KIND_BEARER);
	scoped(settings) struct settings *settings =
	    canned_settings(WHERE, "namespace", "a", NULL);
	struct http http = {.deadline = clock_ms() + 1000};
	const struct exchange_mint mint = {
	    .settings = settings, .input = token, .http = &http};

	token->secret = secret_copy("hvs.secret", 10);
	if (by_handle)
		token->handle = secret_copy("hvs.handle", 10);
	canned_put(status, "application/json", body);
	return vault()->revoke(&mint, err);
}

static void
test_revoke(void)
{
	struct error err = {0};

	tap_number(take_back(false, 204, "", &err), 0, "revoked");
	tap_is(canned.url, "https://vault.acme.io/v1/auth/token/revoke-self",
	    "where");
	tap_is(canned.method, "POST", "how");
	tap_is(canned.secret_header, "hvs.secret", "a token by itself");
	tap_is(canned.headers, "X-Vault-Request: true|X-Vault-Namespace: a|",
	    "in its namespace");
	tap_number(take_back(true, 204, "", &err), 0, "revoked");
	tap_is(canned.secret_header, "hvs.handle", "a lease by its handle");
	tap_number(take_back(true, 403,
		       "{\"errors\":[\"2 errors occurred:\\n\\t* permission "
		       "denied\\n\\t* invalid token\\n\\n\"]}",
		       &err),
	    0, "what is gone is revoked");
	tap_number(
	    take_back(true, 403, "{\"errors\":[\"permission denied\"]}", &err),
	    -1, "what it may not do is not");
	tap_is(err.text,
	    "HTTP 403 from vault.acme.io: permission denied; the token's "
	    "policies must allow update on auth/token/revoke-self",
	    "so");
	tap_number(
	    take_back(true, 503, "{\"errors\":[\"x\"]}", &err), -1, "no");
	tap_number(err.fault, FAULT_NETWORK, "later, perhaps");
}

int
main(void)
{
	test_settings();
	test_kinds();
	test_token();
	test_read();
	test_fields();
	test_echo();
	test_revoke();
	return tap_done();
}
