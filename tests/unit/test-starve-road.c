/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/road_judge.h"
#include "agent/loop.h"
#include "agent/vault.h"
#include "base/clock.h"
#include "canned.h"
#include "roads.h"
#include "rows.h"
#include "starve.h"
#include "tap.h"

#define API(name, more) \
	CREDENTIAL(name, "token-exchange", "endpoint = https://a.io/t" more)
#define FILES                                                     \
	DEV BINDING("docker", "*.dkr.ecr.*.amazonaws.com", "dev") \
	    API("api", "\nactor = robot") API("robot", "\nscope = x")

static struct config *config;
static struct message message;
static char wire[2048];

static void
prepare_request(const char *text)
{
	struct error err;

	roads_begin();
	config = rows_config(NULL, FILES);
	snprintf(wire, sizeof(wire), "daypass=1 get\n%s\n\n", text);
	if (message_parse(&message, wire, strlen(wire), &err) == -1)
		exit(99);
}

static void
prepare_chain(void)
{
	prepare_request(
	    "tool=docker\ntarget=123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	    "\nenv.HOME=/h\nenv.ACTIONS_ID_TOKEN_REQUEST_URL=u\n"
	    "env.ACTIONS_ID_TOKEN_REQUEST_TOKEN=t");
}

static void
prepare_role(void)
{
	prepare_request("tool=aws\nrole=" ROLE(
	    "dev") "\nregion=eu-west-1\n"
		   "session-name=me\nduration=900\nenv.HOME=/h\n"
		   "env.ACTIONS_ID_TOKEN_REQUEST_URL=u\n"
		   "env.ACTIONS_ID_TOKEN_REQUEST_TOKEN=t\n"
		   "env.GITPOD_WORKSPACE_ID=w");
}

/* Policies of both files, which want an approval and narrow. */
static void
prepare_policies(void)
{
	prepare_chain();
	config_free(config);
	config = rows_config(
	    "[policy \"**\"]\nrule = a\n[rule \"a\"]\nverdict = allow\n"
	    "max-ttl = 30m\nsession-policy = {}\n",
	    FILES "[policy \"self\"]\nrule = no\nrule = b\n"
		  "[rule \"no\"]\nverdict = deny\ntool = git\n"
		  "[rule \"b\"]\nverdict = approve\ncredential = dev\n"
		  "max-ttl = 20m\n");
}

static void
prepare_actor(void)
{
	prepare_request("tool=token\ncredential=api\nenv.HOME=/h\n"
			"env.ACTIONS_ID_TOKEN_REQUEST_URL=u\n"
			"env.ACTIONS_ID_TOKEN_REQUEST_TOKEN=t");
}

static void
free_request(void)
{
	config_free(config);
}

static char directory[] = "/tmp/daypass-starve-XXXXXX", ona[64];

/* With ona on PATH it is ona's token, even if a job of GitHub's is there. */
static void
prepare_ona(void)
{
	int fd;

	prepare_role();
	if (mkdtemp(directory) == NULL)
		exit(99);
	snprintf(ona, sizeof(ona), "%s/ona", directory);
	fd = open(ona, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
	if (fd == -1 || close(fd) == -1 || setenv("PATH", directory, 1) == -1)
		exit(99);
}

static void
free_ona(void)
{
	free_request();
	unlink(ona);
	rmdir(directory);
}

static bool
roads(char result[STARVE_RESULT])
{
	scoped(road) struct road *road = NULL;
	struct error err = {.fault = FAULT_NONE};
	char want[256], hex[DIGEST_HEX];

	if (road_find(config, &message, &road, want, &err) != ROAD_FOUND ||
	    road_judge(config, road, &actor_self, NULL, &err) == -1) {
		if (err.fault == FAULT_NONE || err.stage == STAGE_NONE)
			strcpy(result, "failed without a reason");
		return err.fault == FAULT_NONE || err.stage == STAGE_NONE;
	}
	snprintf(result, STARVE_RESULT, "%s %s %s %s %d", road->source,
	    road->steps[0].audience, road->binding == NULL ? "" : road->binding,
	    digest_hex(road_last(road)->key, hex), road->verdict.decision);
	return true;
}

static bool
vaults(char result[STARVE_RESULT])
{
	static const unsigned char key[DIGEST_SIZE] = {1};
	struct vault *vault = vault_new();
	struct credential *credential = credential_new(KIND_BEARER);
	struct entry *entry = NULL;

	if (credential != NULL)
		credential->secret = secret_copy("token", 5);
	if (vault != NULL && credential != NULL && credential->secret != NULL)
		entry = vault_put(vault, key, credential,
		    &(struct whose){"self", "ona", "name", "target"});
	else
		credential_free(credential);
	if (entry != NULL)
		snprintf(
		    result, STARVE_RESULT, "%s %s", entry->name, entry->target);
	vault_free(vault);
	return entry != NULL;
}

static bool
loops(char result[STARVE_RESULT])
{
	struct error err = {.fault = FAULT_NONE};
	struct loop *loop = loop_new(&err);
	bool good = loop != NULL && loop_timer(loop, 0, NULL, NULL) != NULL;

	loop_free(loop);
	strcpy(result, "a loop and a timer");
	return good;
}

static struct credential *input;

static void
make_aws(void)
{
	input = canned_aws();
	input->issuer = strdup("https://i");
	input->subject = strdup("me");
	input->audience = strdup("sts");
}

static void
free_input(void)
{
	credential_free(input);
}

static bool
credentials(char result[STARVE_RESULT])
{
	scoped(secret) struct secret *block = secret_new(2048);
	scoped(credential) struct credential *copy = credential_copy(input);
	scoped(credential) struct credential *read = NULL;

	if (block == NULL || copy == NULL ||
	    credential_write(copy, block) == -1)
		return false;
	read = credential_read(secret_bytes(block), secret_length(block));
	if (read == NULL)
		return false;
	snprintf(
	    result, STARVE_RESULT, "%s %s", secret_bytes(block), read->subject);
	return true;
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

/* Runs an exchange on `input`, with the one reply that it gets. */
static bool
exchange(const char *name, struct settings *of, char result[STARVE_RESULT])
{
	const struct exchange *one = exchange_named(name);
	scoped(settings) struct settings *ours = settings_copy(of);
	scoped(credential) struct credential *output = NULL;
	struct http http = {.deadline = clock_ms() + 1000};
	const struct exchange_mint mint = {
	    .settings = ours, .input = input, .http = &http};
	struct error err = {.fault = FAULT_NONE};

	if (ours == NULL)
		return false;
	if (one->resolve(ours, NULL, &err) == -1 ||
	    one->run(&mint, &output, &err) == -1) {
		strcpy(result, "failed without a reason");
		return err.fault == FAULT_NONE;
	}
	snprintf(result, STARVE_RESULT, "%.500s %.3000s %s", canned.url,
	    canned.body, secret_bytes(output->secret));
	return true;
}

static struct settings *of_exchange;

static void
make_web_identity(void)
{
	input = canned_id_token("{\"iss\":\"https://i\",\"sub\":\"me\"}");
	of_exchange = canned_settings("role", ROLE("dev"), "region",
	    "eu-west-1", "session-policy", "{}", "policy-arn",
	    "arn:aws:iam::aws:policy/ReadOnlyAccess", NULL);
}

static void
free_exchange(void)
{
	free_input();
	settings_free(of_exchange);
}

static bool
web_identity(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "text/xml",
	    "<R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>"
	    "k</SecretAccessKey><SessionToken>t</SessionToken><Expiration>"
	    "2030-03-17T17:46:40Z</Expiration></Credentials></R>");
	return exchange("aws-web-identity", of_exchange, result);
}

static void
make_federation(void)
{
	input = canned_id_token("{\"iss\":\"https://i\",\"sub\":\"me\"}");
	of_exchange = canned_settings(
	    "audience", POOL, "scope", "https://a", "scope", "https://b", NULL);
}

static bool
federation(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "application/json",
	    "{\"access_token\":\"ya29\",\"expires_in\":3600}");
	return exchange("gcp-federation", of_exchange, result);
}

static void
make_registry(void)
{
	make_aws();
	of_exchange = canned_settings("use-dualstack", "no", NULL);
}

static bool
registry(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "application/x-amz-json-1.1",
	    "{\"authorizationData\":{\"authorizationToken\":\"QVdTOnBhOnNz\","
	    "\"expiresAt\":1.9E9}}");
	return exchange("aws-ecr-public", of_exchange, result);
}

/* The password is another one each second. */
static bool
repository(char result[STARVE_RESULT])
{
	const struct exchange_target target = {
	    .host = "git-codecommit.us-east-1.amazonaws.com",
	    .url = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/a"};
	const struct exchange *one = exchange_named("aws-codecommit");
	scoped(settings) struct settings *ours = settings_new();
	scoped(credential) struct credential *output = NULL;
	struct http http = {.deadline = clock_ms() + 1000};
	const struct exchange_mint mint = {
	    .settings = ours, .input = input, .http = &http};
	struct error err = {.fault = FAULT_NONE};

	if (ours == NULL)
		return false;
	if (one->resolve(ours, &target, &err) == -1 ||
	    one->run(&mint, &output, &err) == -1) {
		strcpy(result, "failed without a reason");
		return err.fault == FAULT_NONE;
	}
	snprintf(result, STARVE_RESULT, "%s %zu", secret_bytes(output->session),
	    secret_length(output->secret));
	return true;
}

static void
make_bearer(void)
{
	input = credential_new(KIND_BEARER);
	input->secret = secret_copy("e30.eyJ0aWQiOiJ0In0.eA", 22);
	input->subject = strdup("me");
}

static void
make_id_token(void)
{
	make_bearer();
	of_exchange = canned_settings("service-account", "a@b.c", "audience",
	    "x", "delegate", "d@e.f", "quota-project", "p", NULL);
}

/* A token for x that expires in 2030. */
static bool
id_token(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "application/json",
	    "{\"token\":\"e30.eyJhdWQiOiJ4IiwiZXhwIjoxOTAwMDAwMDAwfQ.eA\"}");
	return exchange("gcp-id-token", of_exchange, result);
}

static void
make_downscope(void)
{
	make_bearer();
	of_exchange = canned_settings("boundary",
	    "{\"accessBoundary\":{\"accessBoundaryRules\":[{"
	    "\"availableResource\":\"//storage.googleapis.com/projects/_/"
	    "buckets/demo\",\"availablePermissions\":[\"inRole:roles/x\"],"
	    "\"availabilityCondition\":{\"expression\":\"true\"}}]}}",
	    NULL);
}

static bool
downscope(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "application/json", "{\"access_token\":\"ya29\"}");
	return exchange("gcp-downscope", of_exchange, result);
}

static void
make_entra(void)
{
	input = canned_id_token("{\"iss\":\"https://i\",\"sub\":\"me\"}");
	of_exchange = canned_settings("tenant", "acme.io", "client-id",
	    "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9", NULL);
}

static bool
entra(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "application/json",
	    "{\"access_token\":\"e.y.j\",\"expires_in\":3600}");
	return exchange("azure-federation", of_exchange, result);
}

static void
make_acr(void)
{
	make_bearer();
	of_exchange = canned_settings("registry", "acme.azurecr.io", NULL);
}

static bool
acr(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "application/json",
	    "{\"refresh_token\":\"e30.eyJleHAiOjE5MDAwMDAwMDB9.eA\"}");
	return exchange("azure-acr", of_exchange, result);
}

static void
make_vault(void)
{
	input = canned_id_token("{\"iss\":\"https://i\",\"sub\":\"me\"}");
	of_exchange = canned_settings("endpoint", "https://v.io", "role", "web",
	    "path", "a", "yields", "aws", "parameter", "ttl=1h", NULL);
}

static bool
vault(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(
	    200, "application/json", "{\"auth\":{\"client_token\":\"hvs.x\"}}");
	canned_put(200, "application/json",
	    "{\"data\":{\"access_key\":\"A\",\"secret_key\":\"S\","
	    "\"session_token\":\"T\"}}");
	return exchange("vault", of_exchange, result);
}

static void
make_quay(void)
{
	input = canned_id_token("{\"iss\":\"https://i\",\"sub\":\"me\"}");
	of_exchange = canned_settings("robot", "acme+web", NULL);
}

static bool
quay(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "application/json", "{\"token\":\"t\"}");
	return exchange("quay", of_exchange, result);
}

static void
make_jfrog(void)
{
	input = canned_id_token("{\"iss\":\"https://i\",\"sub\":\"me\"}");
	of_exchange = canned_settings(
	    "endpoint", "https://a.jfrog.io", "provider-name", "p", NULL);
}

static bool
jfrog(char result[STARVE_RESULT])
{
	drop_replies();
	canned_put(200, "application/json",
	    "{\"access_token\":\"e30.eyJzdWIiOiJhL3VzZXJzL2IifQ.eA\"}");
	return exchange("jfrog", of_exchange, result);
}

static const struct scenario scenarios[] = {
    {"the road of a chain", prepare_chain, roads, free_request},
    {"the road of a role", prepare_role, roads, free_request},
    {"the road of an actor", prepare_actor, roads, free_request},
    {"a road under policies", prepare_policies, roads, free_request},
    {"the road of a workspace", prepare_ona, roads, free_ona},
    {"the vault", NULL, vaults, NULL},
    {"a loop", NULL, loops, NULL},
    {"a credential's block", make_aws, credentials, free_input},
    {"aws-web-identity", make_web_identity, web_identity, free_exchange},
    {"gcp-federation", make_federation, federation, free_exchange},
    {"aws-ecr-public", make_registry, registry, free_exchange},
    {"aws-codecommit", make_aws, repository, free_input},
    {"gcp-id-token", make_id_token, id_token, free_exchange},
    {"gcp-downscope", make_downscope, downscope, free_exchange},
    {"azure-federation", make_entra, entra, free_exchange},
    {"azure-acr", make_acr, acr, free_exchange},
    {"vault", make_vault, vault, free_exchange},
    {"quay", make_quay, quay, free_exchange},
    {"jfrog", make_jfrog, jfrog, free_exchange},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		starve(&scenarios[i]);
	return tap_done();
}
