/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "canned.h"
#include "tap.h"
#include "trade.h"

#define POOL                                                \
	"//iam.googleapis.com/projects/1/locations/global/" \
	"workloadIdentityPools/p/providers/w"
#define WORKFORCE \
	"//iam.googleapis.com/locations/global/workforcePools/p/providers/w"
#define ACCOUNT "ci@a.iam.gserviceaccount.com"
#define CLAIMS "{\"iss\":\"https://i\",\"sub\":\"s\",\"aud\":\"a\"}"
#define RULE(permissions)                                               \
	"{\"availableResource\":\"//storage.googleapis.com/projects/_/" \
	"buckets/demo\",\"availablePermissions\":[" permissions "]}"
#define VIEWER RULE("\"inRole:roles/storage.objectViewer\"")
#define BOUNDARY(rules) \
	"{\"accessBoundary\":{\"accessBoundaryRules\":[" rules "]}}"

static void
test_endpoints(void)
{
	trade_endpoint("gcp-federation",
	    canned_settings("audience", POOL, NULL), NULL,
	    "https://sts.googleapis.com/v1/token");
	trade_endpoint("gcp-federation",
	    canned_settings(
		"audience", POOL, "universe", "cloud.acme.eu", NULL),
	    NULL, "https://sts.cloud.acme.eu/v1/token");
	trade_endpoint("gcp-service-account",
	    canned_settings("service-account", ACCOUNT, NULL), NULL,
	    "https://iamcredentials.googleapis.com/v1/projects/-/"
	    "serviceAccounts/" ACCOUNT ":generateAccessToken");
	trade_endpoint("gcp-id-token",
	    canned_settings("service-account", ACCOUNT, "audience", "x",
		"universe", "acme.eu", NULL),
	    NULL,
	    "https://iamcredentials.acme.eu/v1/projects/-/"
	    "serviceAccounts/" ACCOUNT ":generateIdToken");
	trade_endpoint("gcp-downscope",
	    canned_settings(
		"boundary", BOUNDARY(VIEWER), "universe", "acme.eu", NULL),
	    NULL, "https://sts.acme.eu/v1/token");
}

static void
wrong(const char *name, const char *key, const char *value, const char *words)
{
	struct settings *settings = canned_settings(key, value, NULL);

	if (strcmp(name, "gcp-federation") == 0 && strcmp(key, "audience") != 0)
		settings_add(settings, "audience", POOL);
	if (strcmp(name, "gcp-federation") != 0 &&
	    strcmp(key, "service-account") != 0)
		settings_add(settings, "service-account", "a@c.d");
	trade_refuses(name, settings, NULL, words);
}

static void
test_mistakes(void)
{
	trade_refuses(
	    "gcp-federation", settings_new(), NULL, "audience is missing");
	wrong("gcp-federation", "audience", "https:" POOL, "no provider");
	wrong("gcp-federation", "audience",
	    "//iam.googleapis.com/projects/1/locations/global", "no provider");
	wrong("gcp-federation", "audience",
	    "//iam.googleapis.com/projects/acme/locations/global/"
	    "workloadIdentityPools/p/providers/w",
	    "has a project's id where its number belongs: gcloud projects "
	    "describe acme");
	wrong("gcp-federation", "universe", "evil/", "universe");
	wrong("gcp-federation", "scope", "a b", "scope");
	wrong("gcp-federation", "quota-project", "acme",
	    "has no effect on a workload identity pool's token");
	trade_refuses("gcp-service-account", settings_new(), NULL,
	    "service-account is missing");
	wrong("gcp-service-account", "service-account", "a/b@c.d", "a/b@c.d");
	wrong("gcp-service-account", "service-account", "a@c", "a@c");
	wrong("gcp-service-account", "service-account", "a@c..d", "a@c..d");
	wrong("gcp-service-account", "service-account", "@c.d", "@c.d");
	wrong("gcp-service-account", "service-account", "a@c.d/x", "a@c.d/x");
	wrong("gcp-service-account", "delegate", "x", "delegate");
	wrong("gcp-service-account", "ttl", "13h", "ttl");
	wrong("gcp-service-account", "ttl", "9m", "ttl");
	wrong("gcp-service-account", "quota-project", "a\r\nX: y",
	    "quota-project");
	wrong("gcp-id-token", "delegate", "x", "delegate");
}

static struct credential *
bearer(void)
{
	struct credential *token = credential_new(KIND_BEARER);

	token->secret = secret_copy("ya29.federated", 14);
	token->subject = strdup("me");
	token->expires = 1900000000;
	return token;
}

static void
test_federation(void)
{
	struct credential *made = NULL;
	struct error err = {0};

	canned_put(200, "application/json",
	    "{\"access_token\":\"ya29.x\",\"token_type\":\"Bearer\"}");
	canned_run(exchange_named("gcp-federation"),
	    canned_settings("audience", POOL, NULL), canned_id_token(CLAIMS),
	    &made, &err);
	tap_ok(strstr(canned.body, "&subject_token_type=urn%3Aietf%3Aparams"
				   "%3Aoauth%3Atoken-type%3Ajwt&audience="
				   "%2F%2Fiam.googleapis.com%2F") != NULL &&
		   strstr(canned.body, "&scope=https%3A%2F%2Fwww.googleapis.com"
				       "%2Fauth%2Fcloud-platform&") != NULL &&
		   strstr(canned.body, "options") == NULL,
	    "gcp-federation: its body");
	tap_number(made == NULL ? -1 : made->expires, 0,
	    "without expires_in nobody knows");
	credential_free(take(&made));
	canned_put(200, "application/json", "{\"access_token\":\"ya29.x\"}");
	canned_run(exchange_named("gcp-federation"),
	    canned_settings(
		"audience", WORKFORCE, "quota-project", "acme", NULL),
	    canned_id_token(CLAIMS), &made, &err);
	tap_ok(strstr(canned.body, "token-type%3Aid_token&") != NULL &&
		   strstr(canned.body, "&options=%7B%22userProject%22%3A%22"
				       "acme%22%7D") != NULL,
	    "a workforce pool's: %s", canned.body);
	credential_free(made);
}

static void
test_service_account(void)
{
	struct credential *made = NULL;
	struct error err = {0};

	canned_put(200, "application/json",
	    "{\"accessToken\":\"ya29.sa\","
	    "\"expireTime\":\"2030-03-17T17:46:40Z\"}");
	canned_run(exchange_named("gcp-service-account"),
	    canned_settings("service-account", "a@c.d", "scope", "s1", "scope",
		"s2", "delegate", "b@c.d", "delegate", "e@c.d", "ttl", "10m",
		"quota-project", "acme", NULL),
	    bearer(), &made, &err);
	tap_is(canned.body,
	    "{\"scope\":[\"s1\",\"s2\"],\"delegates\":[\"projects/-/"
	    "serviceAccounts/b@c.d\",\"projects/-/serviceAccounts/e@c.d\"],"
	    "\"lifetime\":\"600s\"}",
	    "gcp-service-account: its body");
	tap_is(canned.authorization, "Bearer ya29.federated", "its token");
	tap_is(canned.headers, "X-Goog-User-Project: acme|", "its quota");
	tap_number(made == NULL ? -1 : made->expires, 1900000000, "expiry");
	credential_free(take(&made));
	canned_put(403, "application/json",
	    "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\","
	    "\"message\":\"no\"}}");
	canned_run(exchange_named("gcp-service-account"),
	    canned_settings("service-account", "a@c.d", NULL), bearer(), &made,
	    &err);
	tap_is(err.text,
	    "PERMISSION_DENIED from iamcredentials.googleapis.com: no; it was "
	    "shown iss= sub=me aud=",
	    "refused");
}

/* {"iss":"https://accounts.google.com","sub":"1","aud":"https://x.run.app",
 * "exp":1900000000} and the same for https://y. */
#define GOOGLES                                                              \
	"e30.eyJpc3MiOiJodHRwczovL2FjY291bnRzLmdvb2dsZS5jb20iLCJzdWIiOiIxIi" \
	"wiYXVkIjoiaHR0cHM6Ly94LnJ1bi5hcHAiLCJleHAiOjE5MDAwMDAwMDB9.eA"

static struct credential *
id_token(const char *token, struct error *err)
{
	scoped(buffer) struct buffer reply = BUFFER(1024);
	struct credential *made = NULL;

	*err = (struct error){0};
	buffer_printf(&reply, "{\"token\":\"%s\"}", token);
	canned_put(200, "application/json", buffer_text(&reply));
	canned_run(exchange_named("gcp-id-token"),
	    canned_settings("service-account", "a@c.d", "audience",
		"https://x.run.app", "delegate", "b@c.d", "quota-project",
		"acme", NULL),
	    bearer(), &made, err);
	return made;
}

static void
test_id_token(void)
{
	struct error err;
	struct credential *made = id_token(GOOGLES, &err);

	tap_is(canned.body,
	    "{\"audience\":\"https://x.run.app\",\"delegates\":[\"projects/-/"
	    "serviceAccounts/b@c.d\"],\"includeEmail\":true}",
	    "gcp-id-token: its body");
	tap_is(canned.headers, "X-Goog-User-Project: acme|", "its quota");
	if (tap_ok(made != NULL, "gcp-id-token: runs: %s", err.text)) {
		tap_number(made->kind, KIND_ID_TOKEN, "an id token");
		tap_number(made->expires, 1900000000, "as long as it says");
		tap_is(made->subject, "1", "of the service account");
		tap_is(made->issuer, "https://accounts.google.com", "Google's");
		tap_is(made->audience, "https://x.run.app", "for whom");
	}
	credential_free(made);
	id_token("e30.eyJhdWQiOiJ4IiwiZXhwIjoxOTAwMDAwMDAwfQ.eA", &err);
	tap_is(err.text,
	    "unexpected reply from iamcredentials.googleapis.com: a token for "
	    "x",
	    "one for somebody else");
	id_token("e30.e30.eA", &err);
	tap_ok(strstr(err.text, "no JWT that says when it expires") != NULL,
	    "one without an end: %s", err.text);
	id_token("opaque", &err);
	tap_ok(strstr(err.text, "no JWT that says when it expires") != NULL,
	    "one that is no JWT: %s", err.text);
}

/* The credential's audience, else that of the request. */
static void
test_id_token_audience(void)
{
	trade_asks_for("https://y");
	trade_resolves("gcp-id-token",
	    canned_settings("service-account", "a@c.d", NULL), NULL, "audience",
	    "https://y");
	trade_resolves("gcp-id-token",
	    canned_settings("service-account", "a@c.d", "audience", "z", NULL),
	    NULL, "audience", "z");
	trade_asks_for(NULL);
	trade_resolves("gcp-id-token",
	    canned_settings("service-account", "a@c.d", NULL), NULL, "audience",
	    "nobody said whom the token is for: set `audience`, or ask for a "
	    "URL that a binding leads here");
}

/* Without being resolved, as where a policy has the last word. */
static void
test_unresolved(void)
{
	scoped(settings) struct settings *settings =
	    canned_settings("boundary", BOUNDARY(""), NULL);
	scoped(credential) struct credential *input = bearer();
	struct http http = {.deadline = clock_ms() + 1000};
	const struct exchange_mint mint = {
	    .settings = settings, .input = input, .http = &http};
	struct credential *made = NULL;
	struct error err = {0};

	canned.count = 0;
	exchange_named("gcp-downscope")->run(&mint, &made, &err);
	tap_ok(made == NULL && strstr(err.text, "1 to 10 rules") != NULL,
	    "a boundary that limits nothing is not sent: %s", err.text);
	tap_number(canned.count, 0, "nobody is asked");
}

static struct credential *
narrow(const char *reply, struct error *err)
{
	struct credential *made = NULL;

	*err = (struct error){0};
	canned_put(200, "application/json", reply);
	canned_run(exchange_named("gcp-downscope"),
	    canned_settings("boundary", BOUNDARY(VIEWER), NULL), bearer(),
	    &made, err);
	return made;
}

static void
test_downscope(void)
{
	int64_t start = clock_unix();
	struct error err;
	struct credential *made;

	canned_skew(100);
	made = narrow("{\"access_token\":\"ya29.less\"}", &err);
	tap_ok(text_starts(canned.body,
		   "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A"
		   "token-exchange&subject_token=ya29.federated&"
		   "subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3A"
		   "token-type%3Aaccess_token&requested_token_type=urn%3Aietf"
		   "%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&options="
		   "%7B%22accessBoundary%22%3A"),
	    "gcp-downscope: its body: %s", canned.body);
	tap_is(canned.authorization, "", "the token is in the body alone");
	tap_number(made == NULL ? -1 : made->expires, 1900000100,
	    "it lives as long as its source, by the other's clock");
	credential_free(made);
	canned_skew(0);
	made =
	    narrow("{\"access_token\":\"ya29.less\",\"expires_in\":60}", &err);
	tap_ok(made != NULL && made->expires >= start + 60 &&
		   made->expires <= start + 65,
	    "or as the reply says");
	credential_free(made);
}

static void
boundary(const char *text, const char *words)
{
	struct settings *settings = canned_settings("boundary", text, NULL);

	if (words != NULL)
		trade_refuses("gcp-downscope", settings, NULL, words);
	else
		trade_resolves(
		    "gcp-downscope", settings, NULL, "boundary", text);
}

#define R2 VIEWER "," VIEWER
#define R10 R2 "," R2 "," R2 "," R2 "," R2
#define CONDITION(text)                                                 \
	BOUNDARY("{\"availableResource\":\"//storage.googleapis.com/"   \
		 "projects/_/buckets/demo\",\"availablePermissions\":[" \
		 "\"inRole:roles/storage.objectViewer\"],"              \
		 "\"availabilityCondition\":" text "}")
#define RESOURCE(name)                                    \
	BOUNDARY("{\"availableResource\":\"" name         \
		 "\",\"availablePermissions\":[\"inRole:" \
		 "roles/storage.objectViewer\"]}")

static void
test_boundary(void)
{
	boundary(BOUNDARY(VIEWER), NULL);
	boundary(BOUNDARY(R10), NULL);
	boundary(CONDITION("{\"expression\":\"true\",\"title\":\"t\","
			   "\"description\":\"d\"}"),
	    NULL);
	boundary(BOUNDARY(RULE("\"inRole:projects/p/roles/x\"")), NULL);
	boundary(RESOURCE("//storage.acme.eu/projects/_/buckets/demo"), NULL);
	trade_refuses(
	    "gcp-downscope", settings_new(), NULL, "boundary is missing");
	boundary("{", "boundary: ");
	boundary("[]", "boundary is no {");
	boundary("{\"accessBoundaryRules\":[]}", "boundary is no {");
	boundary(BOUNDARY(""), "1 to 10 rules");
	boundary(BOUNDARY(R10 "," VIEWER), "more than 10 rules");
	boundary("{\"accessBoundary\":{\"accessBoundaryRules\":" VIEWER "}}",
	    "boundary ");
	boundary("{\"accessBoundary\":{\"accessBoundaryRules\":[" VIEWER
		 "],\"x\":1}}",
	    "boundary is no {");
	boundary(BOUNDARY(VIEWER ",{\"availableRessource\":\"\"}"),
	    "rule 2: it may hold");
	boundary(RESOURCE("demo"), "rule 1: availableResource");
	boundary(RESOURCE("//storage.googleapis.com/projects/_/buckets/a/b"),
	    "rule 1: availableResource");
	boundary(RESOURCE("//storage.x/y/projects/_/buckets/demo"),
	    "rule 1: availableResource");
	boundary(BOUNDARY(RULE("")), "rule 1: availablePermissions");
	boundary(BOUNDARY(RULE("\"roles/storage.admin\"")),
	    "rule 1: availablePermissions");
	boundary(BOUNDARY(RULE("7")), "rule 1: availablePermissions");
	boundary(CONDITION("\"true\""), "rule 1: availabilityCondition");
	boundary(CONDITION("{\"title\":\"t\"}"), "has no expression");
	boundary(CONDITION("{\"expresion\":\"t\"}"),
	    "rule 1: availabilityCondition");
	boundary(CONDITION("null"), "rule 1: availabilityCondition");
}

int
main(void)
{
	test_endpoints();
	test_mistakes();
	test_federation();
	test_service_account();
	test_id_token();
	test_id_token_audience();
	test_downscope();
	test_unresolved();
	test_boundary();
	return tap_done();
}
