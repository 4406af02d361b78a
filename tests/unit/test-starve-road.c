/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/road_judge.h"
#include "agent/loop.h"
#include "agent/vault.h"
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

static const struct scenario scenarios[] = {
    {"the road of a chain", prepare_chain, roads, free_request},
    {"the road of a role", prepare_role, roads, free_request},
    {"the road of an actor", prepare_actor, roads, free_request},
    {"a road under policies", prepare_policies, roads, free_request},
    {"the road of a workspace", prepare_ona, roads, free_ona},
    {"the vault", NULL, vaults, NULL},
    {"a loop", NULL, loops, NULL},
    {"a credential's block", make_aws, credentials, free_input},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		starve(&scenarios[i]);
	return tap_done();
}
