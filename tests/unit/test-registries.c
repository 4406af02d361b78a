/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "canned.h"
#include "tap.h"

/* quay, jfrog, docker-hub: what logs in to a registry. */
#define CLAIMS "{\"iss\":\"https://i\",\"sub\":\"s\",\"aud\":\"a\"}"
#define ID "0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60"
#define HUB "organization", "acme", "connection-id", ID
#define FROG "endpoint", "https://acme.jfrog.io/", "provider-name", "p"

static void
resolves(const char *name, struct settings *settings, const char *url,
    const char *aud)
{
	const struct exchange *exchange = exchange_named(name);
	scoped(settings) struct settings *ours = settings;
	scoped(buffer) struct buffer where = BUFFER(512);
	scoped(buffer) struct buffer audience = BUFFER(512);
	struct error err = {0};

	if (!tap_ok(exchange->resolve(ours, NULL, &err) == 0, "%s resolves: %s",
		name, err.text))
		return;
	exchange->endpoint(ours, &where, &err);
	exchange->audience(ours, &audience, &err);
	tap_is(buffer_text(&where), url, "its endpoint");
	tap_is(buffer_text(&audience), aud, "its audience");
}

static void
refuses(const char *name, struct settings *settings, const char *word)
{
	scoped(settings) struct settings *ours = settings;
	struct error err = {0};

	tap_number(exchange_named(name)->resolve(ours, NULL, &err), -1,
	    "%s refuses: %s", name, word);
	tap_ok(err.fault == FAULT_CONFIG && strstr(err.text, word) != NULL,
	    "and says so: %s", err.text);
}

static void
test_settings(void)
{
	resolves("quay", canned_settings("robot", "acme+web", NULL),
	    "https://quay.io/oauth2/federation/robot/token", "https://quay.io");
	resolves("quay",
	    canned_settings("robot", "a+b", "api-scope", "repo:read",
		"endpoint", "https://q.acme.io:8443", NULL),
	    "https://q.acme.io:8443/sts/token", "https://q.acme.io:8443");
	resolves("jfrog", canned_settings(FROG, NULL),
	    "https://acme.jfrog.io/access/api/v1/oidc/token",
	    "https://acme.jfrog.io");
	resolves("docker-hub",
	    canned_settings(HUB, "endpoint", "https://127.0.0.1:1", NULL),
	    "https://127.0.0.1:1/oauth/token", "https://identity.docker.com");
	refuses("quay", settings_new(), "robot is missing");
	refuses("quay", canned_settings("robot", "acme", NULL), "'acme'");
	refuses("quay", canned_settings("robot", "a+b:c", NULL), "'a+b:c'");
	refuses("quay", canned_settings("robot", "+b", NULL), "'+b'");
	refuses("quay", canned_settings("robot", "a+b+c", NULL), "'a+b+c'");
	refuses("jfrog", canned_settings("provider-name", "p", NULL),
	    "endpoint is missing");
	refuses("jfrog",
	    canned_settings("endpoint", "https://acme.jfrog.io", NULL),
	    "provider-name is missing");
	refuses("jfrog",
	    canned_settings("endpoint", "https://a.io/artifactory/",
		"provider-name", "p", NULL),
	    "without /artifactory");
	refuses("docker-hub", canned_settings("connection-id", ID, NULL),
	    "organization is missing");
	refuses("docker-hub", canned_settings("organization", "a", NULL),
	    "no UUID");
	refuses("docker-hub",
	    canned_settings("organization", "a", "connection-id",
		"0b5b3c1e-6c3f-4e0a-9f8e_1d2c3b4a5f60", NULL),
	    "no UUID");
	refuses("docker-hub", canned_settings(HUB, "ttl", "299", NULL), "300");
	refuses("docker-hub", canned_settings(HUB, "ttl", "61m", NULL), "3600");
}

static struct credential *
run(const char *name, struct settings *settings, const char *reply,
    struct error *err)
{
	struct credential *made = NULL;

	*err = (struct error){0};
	canned_put(200, "application/json", reply);
	canned_run(exchange_named(name), settings, canned_id_token(CLAIMS),
	    &made, err);
	return made;
}

/* So the credential is; `life` in seconds from now, or when it ends. */
static void
is(struct credential *made, const char *name, const char *secret, int64_t life,
    const struct error *err)
{
	scoped(credential) struct credential *ours = made;
	int64_t when = life > 1000000 ? life : clock_unix() + life;

	if (!tap_ok(ours != NULL, "made: %s", err->text))
		return;
	tap_number(ours->kind, KIND_BASIC, "a login");
	tap_is(ours->name, name, "its name");
	tap_is(secret_bytes(ours->secret), secret, "its password");
	tap_ok(llabs(ours->expires - when) < 5, "its life");
}

static void
test_quay(void)
{
	struct error err;
	struct credential *made;

	made = run("quay", canned_settings("robot", "acme+web", NULL),
	    "{\"token\":\"e30.eyJleHAiOjE5MDAwMDAwMDB9.eA\"}", &err);
	tap_is(canned.method, "GET", "quay: the registry's own way");
	tap_ok(strncmp(canned.authorization, "Basic YWNtZSt3ZWI6ZXlK", 22) == 0,
	    "robot and token as Basic");
	tap_is(canned.body, "", "no body");
	is(made, "acme+web", "e30.eyJleHAiOjE5MDAwMDAwMDB9.eA", 1900000000,
	    &err);
	made = run("quay", canned_settings("robot", "acme+web", NULL),
	    "{\"token\":\"opaque\"}", &err);
	is(made, "acme+web", "opaque", 3600, &err);
	made = run("quay",
	    canned_settings("robot", "acme+web", "api-scope", "repo:read",
		"api-scope", "repo:write", NULL),
	    "{\"access_token\":\"t\",\"expires_in\":600}", &err);
	tap_is(canned.authorization, "", "/sts/token: no header");
	tap_ok(strstr(canned.body,
		   "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3A"
		   "token-type%3Ajwt&resource=urn%3Aquay%3Arobot%3Aacme%2Bweb&"
		   "scope=repo%3Aread%20repo%3Awrite") != NULL,
	    "its body: %s", canned.body);
	is(made, "acme+web", "t", 600, &err);
}

#define SUB_USER "eyJzdWIiOiJqZmFjQDAxL3VzZXJzL3dlYi1jaSJ9"
#define SUB_FRT "eyJzdWIiOiJqZnJ0QDAxL2NpIn0"
#define SUB_PLAIN "eyJzdWIiOiJhL2IifQ"
#define SUB_COLON "eyJzdWIiOiAiYS91c2Vycy9iOmMifQ" /* a/users/b:c */
#define SUB_LINES "eyJzdWIiOiAiYS91c2Vycy9iXG5jIn0" /* with \n */
#define SUB_NONE "eyJzdWIiOiJqZmFjQDAxL3VzZXJzLyJ9"

static void
test_jfrog(void)
{
	static const char *const users[][2] = {
	    {SUB_USER, "web-ci"}, {SUB_FRT, "ci"}, {SUB_PLAIN, "a/b"}};
	char reply[256], token[128];
	struct error err;
	struct credential *made;

	for (size_t i = 0; i < 3; i++) {
		strcat(strcat(strcpy(token, "e30."), users[i][0]), ".eA");
		strcat(strcat(strcpy(reply, "{\"expires_in\":600,"
					    "\"access_token\":\""),
			   token),
		    "\"}");
		made = run("jfrog",
		    canned_settings(FROG, "project", "jf\"ac",
			"identity-mapping", "m", NULL),
		    reply, &err);
		is(made, users[i][1], token, 600, &err);
	}
	tap_is(canned.type, "application/json", "jfrog: its type");
	tap_ok(strstr(canned.body,
		   "\"subject_token_type\":\"urn:ietf:params:oauth:token-type:"
		   "id_token\",\"subject_token\":\"eyJ") != NULL &&
		   strstr(canned.body,
		       "\"provider_name\":\"p\",\"project_key\":\"jf\\\"ac\","
		       "\"identity_mapping_name\":\"m\"}") != NULL,
	    "its body: %s", canned.body);
	made = run("jfrog", canned_settings(FROG, NULL),
	    "{\"access_token\":\"e30." SUB_NONE ".eA\"}", &err);
	tap_ok(made == NULL && strstr(err.text, "whose it is") != NULL,
	    "nobody's: %s", err.text);
	made = run("jfrog", canned_settings(FROG, NULL),
	    "{\"access_token\":\"opaque\"}", &err);
	tap_ok(made == NULL && strstr(err.text, "whose it is") != NULL,
	    "no JWT: %s", err.text);
	made = run("jfrog", canned_settings(FROG, NULL),
	    "{\"access_token\":\"e30." SUB_COLON ".eA\"}", &err);
	tap_ok(made == NULL && strstr(err.text, "'b:c' is no user name"),
	    "with a colon: %s", err.text);
	made = run("jfrog", canned_settings(FROG, NULL),
	    "{\"access_token\":\"e30." SUB_LINES ".eA\"}", &err);
	tap_ok(made == NULL && strstr(err.text, "is no user name"),
	    "with a line break: %s", err.text);
}

static void
test_docker_hub(void)
{
	struct error err;
	struct credential *made =
	    run("docker-hub", canned_settings(HUB, "ttl", "20m", NULL),
		"{\"access_token\":\"t\"}", &err);

	tap_ok(
	    strstr(canned.body, "&subject_token_type=urn%3Aietf%3Aparams%3A"
				"oauth%3Atoken-type%3Aid_token&"
				"connection_id=" ID "&expires_in=1200") != NULL,
	    "docker-hub: its body: %s", canned.body);
	is(made, "acme", "t", 1200, &err);
	made = run("docker-hub", canned_settings(HUB, NULL),
	    "{\"access_token\":\"t\",\"expires_in\":240}", &err);
	tap_ok(strstr(canned.body, "&expires_in=300") != NULL, "5 minutes");
	is(made, "acme", "t", 240, &err);
}

int
main(void)
{
	test_settings();
	test_quay();
	test_jfrog();
	test_docker_hub();
	return tap_done();
}
