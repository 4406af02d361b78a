/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "canned.h"
#include "roads.h"
#include "starve.h"
#include "tap.h"

/* Every exchange, with memory that runs out: it fails with a reason, or asks
 * and gives just what it does with enough of it. */
#define JSON "application/json"
#define STS_ROLE                                                            \
	"<R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>k" \
	"</SecretAccessKey><SessionToken>t</SessionToken><Expiration>"      \
	"2030-03-17T17:46:40Z</Expiration></Credentials></R>"
#define BOUNDARY                                                        \
	"{\"accessBoundary\":{\"accessBoundaryRules\":[{"               \
	"\"availableResource\":\"//storage.googleapis.com/projects/_/"  \
	"buckets/demo\",\"availablePermissions\":[\"inRole:roles/x\"]," \
	"\"availabilityCondition\":{\"expression\":\"true\"}}]}}"
#define COMMIT "git-codecommit.us-east-1.amazonaws.com"
/* A JWT for x that expires in 2030. */
#define FOR_X "e30.eyJhdWQiOiJ4IiwiZXhwIjoxOTAwMDAwMDAwfQ.eA"
#define SETTINGS_MAX 16

struct row {
	const char *exchange;
	struct credential *(*input)(void);
	const char *settings[SETTINGS_MAX]; /* "key", "value", ... */
	const char *type;
	const char *replies[2];
	struct exchange_target target;
	bool fickle; /* what it gives differs from second to second */
};

static struct credential *
identity(void)
{
	return canned_id_token("{\"iss\":\"https://i\",\"sub\":\"me\"}");
}

static struct credential *
bearer(void)
{
	struct credential *made = credential_new(KIND_BEARER);

	made->secret = secret_copy("e30.eyJ0aWQiOiJ0In0.eA", 22);
	made->subject = strdup("me");
	return made;
}

static const struct row rows[] = {
    {"aws-web-identity", identity,
	{"role", ROLE("dev"), "region", "eu-west-1", "session-policy", "{}",
	    "policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"},
	"text/xml", {STS_ROLE}, {.host = NULL}, false},
    {"aws-assume-role", canned_aws,
	{"role", ROLE("dev"), "region", "eu-west-1", "external-id", "me", "tag",
	    "a=b", "transitive-tag", "a", "source-identity", "me",
	    "session-name", "me"},
	"text/xml", {STS_ROLE}, {.host = NULL}, false},
    {"aws-ecr", canned_aws, {"region", "eu-west-1"},
	"application/x-amz-json-1.1",
	{"{\"authorizationData\":[{\"authorizationToken\":\"QVdTOnBhOnNz\","
	 "\"expiresAt\":1.9E9}]}"},
	{.host = NULL}, false},
    {"aws-ecr-public", canned_aws, {"use-dualstack", "no"},
	"application/x-amz-json-1.1",
	{"{\"authorizationData\":{\"authorizationToken\":\"QVdTOnBhOnNz\","
	 "\"expiresAt\":1.9E9}}"},
	{.host = NULL}, false},
    {"aws-codecommit", canned_aws, {NULL}, NULL, {NULL},
	{.host = COMMIT, .url = "https://" COMMIT "/v1/repos/a"}, true},
    {"token-exchange", identity,
	{"endpoint", "https://a.io/t", "audience", "a", "audience", "b",
	    "resource", "https://r.io", "scope", "x", "scope", "y", "client-id",
	    "c"},
	JSON,
	{"{\"access_token\":\"t\",\"expires_in\":600,\"issued_token_type\":"
	 "\"urn:ietf:params:oauth:token-type:access_token\"}"},
	{.host = NULL}, false},
    {"octo-sts", identity, {"identity-name", "daypass", "scope", "acme/web"},
	JSON, {"{\"token\":\"ghs_x\"}"}, {.host = NULL}, false},
    {"vault", identity,
	{"endpoint", "https://v.io", "role", "web", "path", "a", "yields",
	    "aws", "parameter", "ttl=1h"},
	JSON,
	{"{\"auth\":{\"client_token\":\"hvs.x\"}}",
	    "{\"data\":{\"access_key\":\"A\",\"secret_key\":\"S\","
	    "\"session_token\":\"T\"}}"},
	{.host = NULL}, false},
    {"vault", identity,
	{"endpoint", "https://v.io", "role", "web", "mount", "m", "namespace",
	    "n"},
	JSON, {"{\"auth\":{\"client_token\":\"hvs.x\"}}"}, {.host = NULL},
	false},
    {"quay", identity,
	{"endpoint", "https://q.io", "robot", "a+b", "api-scope", "repo:read",
	    "api-scope", "repo:write"},
	JSON, {"{\"access_token\":\"t\",\"expires_in\":600}"}, {.host = NULL},
	false},
    {"quay", identity, {"robot", "acme+web"}, JSON, {"{\"token\":\"t\"}"},
	{.host = NULL}, false},
    {"jfrog", identity,
	{"endpoint", "https://a.jfrog.io", "provider-name", "p"}, JSON,
	{"{\"access_token\":\"e30.eyJzdWIiOiJhL3VzZXJzL2IifQ.eA\"}"},
	{.host = NULL}, false},
    {"docker-hub", identity,
	{"organization", "acme", "connection-id",
	    "0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60"},
	JSON, {"{\"access_token\":\"t\",\"expires_in\":600}"}, {.host = NULL},
	false},
    {"gcp-federation", identity,
	{"audience", POOL, "scope", "https://a", "scope", "https://b"}, JSON,
	{"{\"access_token\":\"ya29\",\"expires_in\":3600}"}, {.host = NULL},
	false},
    {"gcp-service-account", bearer,
	{"service-account", "a@b.c", "scope", "https://a", "delegate", "d@e.f",
	    "quota-project", "p"},
	JSON,
	{"{\"accessToken\":\"ya29\",\"expireTime\":\"2030-03-17T17:46:40Z\"}"},
	{.host = NULL}, false},
    {"gcp-id-token", bearer,
	{"service-account", "a@b.c", "audience", "x", "delegate", "d@e.f",
	    "quota-project", "p"},
	JSON, {"{\"token\":\"" FOR_X "\"}"}, {.host = NULL}, false},
    {"gcp-downscope", bearer, {"boundary", BOUNDARY}, JSON,
	{"{\"access_token\":\"ya29\"}"}, {.host = NULL}, false},
    {"azure-federation", identity,
	{"tenant", "acme.io", "client-id",
	    "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"},
	JSON, {"{\"access_token\":\"e.y.j\",\"expires_in\":3600}"},
	{.host = NULL}, false},
    {"azure-acr", bearer, {"registry", "acme.azurecr.io"}, JSON,
	{"{\"refresh_token\":\"e30.eyJleHAiOjE5MDAwMDAwMDB9.eA\"}"},
	{.host = NULL}, false},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* What is starved now. */
static const struct row *row;
static struct credential *input;
static struct settings *settings;

static void
prepare(void)
{
	const char *const *word = row->settings;

	input = row->input();
	settings = settings_new();
	for (; *word != NULL; word += 2)
		if (settings_add(settings, word[0], word[1]) == -1)
			exit(99);
}

static void
finish(void)
{
	credential_free(input);
	settings_free(settings);
}

/* Forgets the replies that nobody has asked for. */
static void
drop_replies(void)
{
	const struct http_request request = {.method = "GET", .url = ""};
	struct http_reply reply;
	struct http http;

	while (http_send(&http, &request, &reply, NULL) == 0)
		http_reply_clear(&reply);
}

static void
put_replies(void)
{
	drop_replies();
	for (size_t i = 0; i < 2; i++)
		if (row->replies[i] != NULL)
			canned_put(200, row->type, row->replies[i]);
}

static bool
run(char result[STARVE_RESULT])
{
	const struct exchange *one = exchange_named(row->exchange);
	scoped(settings) struct settings *ours = NULL;
	scoped(credential) struct credential *output = NULL;
	struct http http = {.deadline = clock_ms() + 1000};
	struct error err = {.fault = FAULT_NONE};

	put_replies();
	if ((ours = settings_copy(settings)) == NULL)
		return false;
	const struct exchange_mint mint = {
	    .settings = ours, .input = input, .http = &http};
	if (one->resolve(ours, &row->target, &err) == -1 ||
	    one->run(&mint, &output, &err) == -1) {
		strcpy(result, "failed without a reason");
		return err.fault == FAULT_NONE;
	}
	snprintf(result, STARVE_RESULT, "%.500s %.3000s %s %zu", canned.url,
	    canned.body, row->fickle ? "" : secret_bytes(output->secret),
	    secret_length(output->secret));
	return true;
}

static bool
is_starved(const char *exchange)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].exchange, exchange) == 0)
			return true;
	return false;
}

int
main(void)
{
	for (const struct exchange *const *each = exchanges; *each; each++)
		tap_ok(is_starved((*each)->name), "%s is here", (*each)->name);
	for (row = rows; row < rows + ROWS; row++)
		starve(&(struct scenario){row->exchange, prepare, run, finish});
	return tap_done();
}
