/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "canned.h"
#include "identity/login.h"
#include "pledge.h"
#include "tap.h"

#define ISSUER "https://i.example/x"

static const char *const names[] = {"issuer", "client-id", NULL};

static void
query(const char *text, const char *name, int expected, const char *value)
{
	char found[16];

	tap_number(login_query(text, name, found, sizeof(found)), expected,
	    "'%s': %s", text, name);
	if (expected == 1)
		tap_is(found, value, "'%s': %s is '%s'", text, name, value);
}

static void
test_query(void)
{
	query("", "code", 0, NULL);
	query("code=a", "code", 1, "a");
	query("x=1&code=a%2Fb+c&y", "code", 1, "a/b c");
	query("xcode=a&code2=b", "code", 0, NULL);
	query("code=", "code", 1, "");
	query("code", "code", 0, NULL);
	query("code=a&code=b", "code", -1, NULL);
	query("code=%4", "code", -1, NULL);
	query("code=%zz", "code", -1, NULL);
	query("code=a%00b", "code", -1, NULL);
	query("code=0123456789abcde", "code", 1, "0123456789abcde");
	query("code=0123456789abcdef", "code", -1, NULL);
	query("&&code=a&", "code", 1, "a");
}

static void
test_pack(void)
{
	scoped(secret) struct secret *token = secret_copy("rt.1", 4);
	scoped(secret) struct secret *packed = NULL, *back = NULL;
	scoped(secret) struct secret *junk = secret_copy("no-space", 8);
	char subject[LOGIN_SUBJECT_MAX];
	struct error err = {.fault = FAULT_NONE};

	packed = login_pack(token, "Ada L.", &err);
	tap_is(secret_bytes(packed), "rt.1 Ada L.", "packed");
	back = login_unpack(packed, subject, &err);
	tap_is(secret_bytes(back), "rt.1", "unpacked");
	tap_is(subject, "Ada L.", "and whose it is");
	tap_ok(login_unpack(junk, subject, &err) == NULL &&
		   err.fault == FAULT_IDENTITY,
	    "what is not ours is no login");
}

/* A login with this metadata. */
struct fixture {
	struct settings *settings;
	struct http http;
	struct pledge pledge;
	struct identity_mint mint;
	struct login login;
};

static void
fixture_open(struct fixture *fixture, const char *metadata)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->settings =
	    canned_settings("issuer", ISSUER, "client-id", "c1", NULL);
	fixture->http.deadline = clock_ms() + 1000;
	pledge_open(&fixture->pledge, fixture->settings, names, false);
	fixture->mint.audience = "c1";
	fixture->mint.settings = fixture->settings;
	fixture->mint.http = &fixture->http;
	fixture->mint.keep = &fixture->pledge.keep;
	login_open(&fixture->login, &fixture->mint, NULL);
	fixture->login.metadata = json_parse(metadata, strlen(metadata), NULL);
}

static void
fixture_close(struct fixture *fixture)
{
	login_close(&fixture->login);
	pledge_close(&fixture->pledge);
	settings_free(fixture->settings);
}

static void
test_metadata(void)
{
	struct fixture fixture;
	struct error err = {.fault = FAULT_NONE};
	bool there;

	fixture_open(&fixture,
	    "{\"token_endpoint\":\"https://i/t\",\"a\":\"http://i/t\","
	    "\"scopes_supported\":[\"openid\",\"offline_access\"]}");
	tap_is(login_token_endpoint(&fixture.login, &err), "https://i/t",
	    "the token endpoint");
	tap_ok(login_endpoint(&fixture.login, "a", &there, &err) == NULL &&
		   there && err.fault == FAULT_REFUSED,
	    "plain http is refused");
	tap_ok(
	    login_endpoint(&fixture.login, "b", &there, &err) == NULL && !there,
	    "one that is not there");
	tap_number(login_offers(&fixture.login, "scopes_supported", "openid"),
	    1, "a word that is offered");
	tap_number(login_offers(&fixture.login, "scopes_supported", "email"), 0,
	    "one that is not");
	tap_number(login_offers(&fixture.login, "none", "x"), -1, "no list");
	tap_is(login_scope(&fixture.login), "openid offline_access",
	    "the scope by default");
	settings_set(fixture.settings, "scope", "openid email");
	tap_is(login_scope(&fixture.login), "openid email", "that was set");
	fixture_close(&fixture);
}

static void
checked(struct fixture *fixture, const char *claims, const char *nonce,
    const char *expected, const char *pattern)
{
	scoped(credential) struct credential *token = NULL;
	char subject[LOGIN_SUBJECT_MAX] = "";
	struct error err = {.fault = FAULT_NONE};
	char whole[1024];
	int result;

	snprintf(whole, sizeof(whole), "{%s,\"exp\":%lld}", claims,
	    (long long)clock_unix() + 3600);
	token = canned_id_token(whole);
	result = login_check(
	    &fixture->login, token->secret, nonce, expected, subject, &err);

	if (pattern == NULL)
		tap_ok(result == 0 && strcmp(subject, "ada") == 0,
		    "%s: taken: %s", claims, err.text);
	else
		tap_ok(result == -1 && strstr(err.text, pattern) != NULL,
		    "%s: %s: %s", claims, pattern, err.text);
}

static void
test_check(void)
{
	struct fixture fixture;

	fixture_open(&fixture, "{}");
#define OURS "\"iss\":\"" ISSUER "\",\"sub\":\"ada\""
	checked(&fixture, OURS ",\"aud\":\"c1\"", NULL, NULL, NULL);
	checked(&fixture, OURS ",\"aud\":[\"x\",\"c1\"],\"azp\":\"c1\"", NULL,
	    "ada", NULL);
	checked(
	    &fixture, OURS ",\"aud\":\"c1\",\"nonce\":\"n\"", "n", NULL, NULL);
	checked(&fixture, OURS ",\"aud\":\"c1\"", "n", NULL, "nonce");
	checked(&fixture, OURS ",\"aud\":\"c1\",\"nonce\":\"m\"", "n", NULL,
	    "nonce");
	checked(
	    &fixture, OURS ",\"aud\":\"c1\"", NULL, "bob", "another person");
	checked(&fixture, OURS ",\"aud\":\"c2\"", NULL, NULL, "another client");
	checked(&fixture, OURS ",\"aud\":\"c1\",\"azp\":\"c2\"", NULL, NULL,
	    "another client");
	checked(&fixture,
	    "\"iss\":\"" ISSUER "/\",\"sub\":\"ada\",\"aud\":\"c1\"", NULL,
	    NULL, "another issuer");
	checked(&fixture, "\"sub\":\"ada\",\"aud\":\"c1\"", NULL, NULL,
	    "another issuer");
	checked(&fixture, "\"iss\":\"" ISSUER "\",\"aud\":\"c1\"", NULL, NULL,
	    "nobody");
	fixture.http.skew = 7200;
	checked(&fixture, OURS ",\"aud\":\"c1\"", NULL, NULL, "expired");
	fixture_close(&fixture);
}

/* The new token is put away though the rest of the reply is of no use. */
static void
test_rotation_comes_first(void)
{
	struct fixture fixture;
	scoped(secret) struct secret *token = NULL;
	struct error err = {.fault = FAULT_NONE};

	fixture_open(&fixture, "{}");
	canned_put(200, "application/json",
	    "{\"issuer\":\"" ISSUER "\",\"token_endpoint\":\"https://i/t\"}");
	canned_put(200, "application/json",
	    "{\"refresh_token\":\"rt.2\",\"id_token\":\"junk\"}");
	pledge_answer(fixture.pledge.session, "ok secret=rt.1_ada");
	pledge_answer(fixture.pledge.session, "ok");
	tap_number(identity_named("login")->run(&fixture.mint, &token, &err),
	    -1, "a refresh whose id token is junk");
	tap_ok(strstr(canned.body, "refresh_token=rt.1") != NULL,
	    "the old token was sent: %s", canned.url);
	pledge_told(fixture.pledge.session);
	tap_is(pledge_told(fixture.pledge.session),
	    "daypass=1 set issuer=" ISSUER " client-id=c1 secret=rt.2 ada",
	    "the new one is kept all the same");
	fixture_close(&fixture);
}

int
main(void)
{
	test_query();
	test_pack();
	test_metadata();
	test_check();
	test_rotation_comes_first();
	return tap_done();
}
