/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "roads.h"
#include "tap.h"

#define ROLE_OF "tool=aws role=" ROLE("dev")
#define ECR "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
#define GITHUB                                                      \
	CREDENTIAL("github", "octo-sts", "identity-name = daypass") \
	BINDING("git", "https://github.com", "github")
#define ANY \
	CREDENTIAL("any", "token-exchange", "endpoint = https://sts.acme.io/t")
#define BOUND                                              \
	ANY BINDING("git", "https://git.acme.io", "any")   \
	    BINDING("git", "https://git.acme.io/b", "any") \
		BINDING("docker", "git.acme.io", "any")
#define GIT "tool=git target=https://git.acme.io/a"
#define WITH(more) CREDENTIAL("any", "token-exchange", more)
#define DEPLOY      \
	CREDENTIAL( \
	    "deploy", "aws-assume-role", "from = dev\nrole = " ROLE("deploy"))

#define LAST(from)                            \
	CREDENTIAL("last", "aws-assume-role", \
	    "from = " from "\nrole = " ROLE("last"))
#define THREE(more)                                 \
	DEV CREDENTIAL("deploy", "aws-assume-role", \
	    "from = dev\nrole = " ROLE("deploy") more) LAST("deploy")
#define CODECOMMIT   \
	DEV BINDING( \
	    "git", "https://git-codecommit.us-east-1.amazonaws.com", "dev")
#define REPOSITORY         \
	"tool=git target=" \
	"https://git-codecommit.us-east-1.amazonaws.com/v1/repos/"

/* The key of a road's last step, in hex; what went wrong, if it did. */
static void
key_of(char hex[ERROR_TEXT_MAX + 64], const char *config, const char *request)
{
	char whole[2048];
	struct road *road;
	const char *words;

	snprintf(whole, sizeof(whole), "%s%s", JOB, request);
	words = roads_find(NULL, config, whole, &road);
	if (road == NULL || strstr(words, ": ") != NULL)
		snprintf(hex, ERROR_TEXT_MAX + 64, "%s", words);
	else
		digest_hex(road_last(road)->key, hex);
	road_release(road);
}

/* Two ways to ask: a configuration and a request each. */
struct row {
	const char *what;
	const char *config;
	const char *request;
	const char *other_config;
	const char *other_request;
};

#define REQUEST(what, config, request, other)        \
	{                                            \
		what, config, request, config, other \
	}
#define CONFIG(what, config, other, request)          \
	{                                             \
		what, config, request, other, request \
	}

/* What makes another credential of it: nobody gets the one for the other. */
static const struct row differ[] = {
    REQUEST("a variable of the identity", NULL, ROLE_OF,
	"env.ACTIONS_ID_TOKEN_REQUEST_TOKEN=u " ROLE_OF),
    REQUEST("another variable of it", NULL, ROLE_OF,
	"env.GITHUB_ACTIONS=true " ROLE_OF),
    REQUEST("HOME", NULL, ROLE_OF, "env.HOME=/home/y " ROLE_OF),
    REQUEST(
	"the audience", NULL, "tool=token audience=a", "tool=token audience=b"),
    REQUEST("the audience, by a target", "[gcloud]\ncredential = id-token\n",
	"tool=gcloud target=//a", "tool=gcloud target=//b"),
    REQUEST("the role", NULL, ROLE_OF, "tool=aws role=" ROLE("prod")),
    REQUEST("the region", NULL, ROLE_OF, ROLE_OF " region=eu-west-1"),
    REQUEST("the asker's region", NULL, ROLE_OF,
	ROLE_OF " env.AWS_REGION=eu-west-1"),
    REQUEST("the asker's other region", NULL, ROLE_OF,
	ROLE_OF " env.AWS_DEFAULT_REGION=eu-west-1"),
    REQUEST("the session's name", NULL, ROLE_OF " session-name=me",
	ROLE_OF " session-name=you"),
    REQUEST("the duration", NULL, ROLE_OF, ROLE_OF " duration=900"),
    REQUEST("the duration of a credential", DEV, "tool=aws credential=dev",
	"tool=aws credential=dev duration=900"),
    REQUEST("the repository", GITHUB,
	"tool=git target=https://github.com/acme/x",
	"tool=git target=https://github.com/acme/y"),
    REQUEST("the owner", GITHUB, "tool=git target=https://github.com/acme/x",
	"tool=git target=https://github.com/evil/x"),
    REQUEST("the FIPS endpoint", NULL, ROLE_OF,
	"env.AWS_USE_FIPS_ENDPOINT=true " ROLE_OF),
    REQUEST("the dual-stack endpoint", NULL, ROLE_OF,
	"env.AWS_USE_DUALSTACK_ENDPOINT=true " ROLE_OF),
    REQUEST("the one endpoint for all regions", NULL, ROLE_OF,
	"env.AWS_STS_REGIONAL_ENDPOINTS=legacy " ROLE_OF),
    REQUEST("the FIPS endpoint of a registry",
	DEV BINDING("docker", "*.dkr.ecr.*.amazonaws.com", "dev"),
	"tool=docker target=" ECR,
	"env.AWS_USE_FIPS_ENDPOINT=true tool=docker target=" ECR),
    REQUEST("the repository of a signature", CODECOMMIT, REPOSITORY "a",
	REPOSITORY "b"),
    REQUEST("its spelling, which is signed", CODECOMMIT, REPOSITORY "a",
	REPOSITORY "a.git"),
    REQUEST("the region of a registry",
	DEV BINDING("docker", "*.dkr.ecr.*.amazonaws.com", "dev"),
	"tool=docker target=" ECR,
	"tool=docker target=123456789012.dkr.ecr.us-east-1.amazonaws.com"),
    CONFIG("the source", NULL, "[identity]\nsource = ona\n",
	"tool=token audience=a"),
    CONFIG("the identity",
	"[identity \"a\"]\nsource = file\nfile = /a\n" CREDENTIAL(
	    "any", "token-exchange", "endpoint = https://a.io/t\nidentity = a"),
	"[identity \"a\"]\nsource = file\nfile = /b\n" CREDENTIAL(
	    "any", "token-exchange", "endpoint = https://a.io/t\nidentity = a"),
	"tool=token credential=any"),
    CONFIG("the arguments of a command",
	"[identity]\nsource = command\ncommand = /bin/true a\n",
	"[identity]\nsource = command\ncommand = /bin/true b\n",
	"tool=token audience=x"),
    CONFIG("the command", "[identity]\nsource = command\ncommand = /bin/true\n",
	"[identity]\nsource = command\ncommand = /bin/false\n",
	"tool=token audience=x"),
    REQUEST("the token in a variable",
	"[identity]\nsource = env\nvariable = T\n",
	"tool=token audience=x env.T=a", "tool=token audience=x env.T=b"),
    CONFIG("the endpoint", ANY, WITH("endpoint = https://sts.acme.io/u"),
	"tool=token credential=any"),
    CONFIG("a scope", WITH("endpoint = https://a.io/t\nscope = a"),
	WITH("endpoint = https://a.io/t\nscope = b"),
	"tool=token credential=any"),
    CONFIG("one more scope", WITH("endpoint = https://a.io/t\nscope = a"),
	WITH("endpoint = https://a.io/t\nscope = a\nscope = b"),
	"tool=token credential=any"),
    CONFIG("one scope or two", WITH("endpoint = https://a.io/t\nscope = ab"),
	WITH("endpoint = https://a.io/t\nscope = a\nscope = b"),
	"tool=token credential=any"),
    CONFIG("an audience or a resource",
	WITH("endpoint = https://a.io/t\naudience = urn:a"),
	WITH("endpoint = https://a.io/t\nresource = urn:a"),
	"tool=token credential=any"),
    CONFIG("the token's audience", ANY,
	WITH("endpoint = https://sts.acme.io/t\ntoken-audience = b"),
	"tool=token credential=any"),
    CONFIG("the life", ANY, WITH("endpoint = https://sts.acme.io/t\nttl = 9m"),
	"tool=token credential=any"),
    CONFIG("the session policy", DEV,
	CREDENTIAL("dev", "aws-web-identity",
	    "role = " ROLE(
		"dev") "\nregion = eu-west-1\nsession-policy = \"{}\""),
	"tool=aws credential=dev"),
    CONFIG("the session policy in the middle of a chain", THREE(""),
	THREE("\nsession-policy = {}"), "tool=aws credential=last"),
    CONFIG("the beginning of a chain", DEV DEPLOY,
	CREDENTIAL("dev", "aws-web-identity", "role = " ROLE("other")) DEPLOY,
	"tool=aws credential=deploy"),
    CONFIG("the endpoint of a bridge", DEV BINDING("docker", ECR, "dev"),
	DEV BINDING("docker", ECR, "dev") "[exchange \"aws-ecr\"]\n"
					  "endpoint = https://ecr.acme.io\n",
	"tool=docker target=" ECR),
};

/* What does not: one mint serves both. */
static const struct row same[] = {
    REQUEST("asked twice", NULL, ROLE_OF, ROLE_OF),
    REQUEST("how long it must live", NULL, ROLE_OF, ROLE_OF " min-ttl=600"),
    REQUEST("force", NULL, ROLE_OF, ROLE_OF " force=1"),
    REQUEST("the helper's version", NULL, ROLE_OF, ROLE_OF " version=9"),
    REQUEST("what doctor is called with", NULL, ROLE_OF, ROLE_OF " doctor=x"),
    REQUEST(
	"a variable that nobody reads", NULL, ROLE_OF, ROLE_OF " env.FOO=bar"),
    REQUEST("a variable of another identity", NULL, ROLE_OF,
	ROLE_OF " env.ONA_HOST=h env.KUBERNETES_SERVICE_HOST=k"),
    REQUEST("PATH of the asker", NULL, ROLE_OF, ROLE_OF " env.PATH=/evil"),
    REQUEST("the order of the lines", NULL,
	"region=eu-west-1 env.GITHUB_ACTIONS=1 tool=aws role=" ROLE("dev"),
	"tool=aws role=" ROLE("dev") " env.GITHUB_ACTIONS=1 region=eu-west-1"),
    REQUEST("a region where one is set", DEV, "tool=aws credential=dev",
	"tool=aws credential=dev env.AWS_REGION=us-west-2"),
    REQUEST("a region asked for or in a variable", NULL,
	ROLE_OF " region=eu-west-1", ROLE_OF " env.AWS_REGION=eu-west-1"),
    REQUEST("the path of a target", BOUND, GIT,
	"tool=git target=https://git.acme.io/c"),
    REQUEST("the binding", BOUND, GIT, "tool=git target=https://git.acme.io/b"),
    REQUEST("the tool", BOUND, GIT, "tool=docker target=git.acme.io"),
    REQUEST("a target or a name", BOUND, GIT, "tool=token credential=any"),
    REQUEST("a user name that is ours", BOUND, GIT, GIT " username=oauth2"),
    REQUEST(".git", GITHUB, "tool=git target=https://github.com/acme/x",
	"tool=git target=https://github.com/acme/x.git"),
    REQUEST("git-lfs", GITHUB, "tool=git target=https://github.com/acme/x",
	"tool=git target=https://github.com/acme/x.git/info/lfs"),
    REQUEST("who is named in the URL", GITHUB,
	"tool=git target=https://github.com/acme/x",
	"tool=git target=https://me@github.com/acme/x/"),
    REQUEST("what lies below a repository", GITHUB,
	"tool=git target=https://github.com/acme/x",
	"tool=git target=https://github.com/acme/x/info/refs"),
    REQUEST("the account of a registry",
	DEV BINDING("docker", "*.dkr.ecr.*.amazonaws.com", "dev"),
	"tool=docker target=" ECR,
	"tool=docker target=210987654321.dkr.ecr.eu-west-1.amazonaws.com"),
    CONFIG("other sections", ANY,
	"[http]\ntimeout = 9s\n" ANY GITHUB "[session]\nidle = 2h\n",
	"tool=token credential=any"),
    CONFIG("the name of a credential",
	ANY BINDING("git", "https://git.acme.io", "any"),
	CREDENTIAL(
	    "other", "token-exchange", "endpoint = https://sts.acme.io/t")
	    BINDING("git", "https://git.acme.io", "other"),
	GIT),
};

static void
test_rows(const struct row *rows, size_t count, bool expected)
{
	char one[ERROR_TEXT_MAX + 64], two[ERROR_TEXT_MAX + 64];

	for (size_t i = 0; i < count; i++) {
		key_of(one, rows[i].config, rows[i].request);
		key_of(two, rows[i].other_config, rows[i].other_request);
		if (strlen(one) != DIGEST_HEX - 1 ||
		    strlen(two) != DIGEST_HEX - 1)
			tap_ok(false, "%s: %s / %s", rows[i].what, one, two);
		else
			tap_ok((strcmp(one, two) == 0) == expected,
			    "%s: %s key", rows[i].what,
			    expected ? "the same" : "another");
	}
}

/* A file that is replaced may hold somebody else's token. */
static void
test_file(void)
{
	char path[] = "/tmp/daypass-key-XXXXXX", config[128];
	char before[ERROR_TEXT_MAX + 64], after[ERROR_TEXT_MAX + 64];
	int fd = mkstemp(path);

	snprintf(config, sizeof(config),
	    "[identity]\nsource = file\nfile = %s\n", path);
	key_of(before, config, "tool=token audience=a");
	key_of(after, config, "tool=token audience=a");
	tap_is(after, before, "a file that stays: the same key");
	if (write(fd, "x", 1) != 1)
		tap_ok(false, "written");
	key_of(after, config, "tool=token audience=a");
	tap_ok(strcmp(before, after) != 0, "one that is written: another key");
	close(fd);
	unlink(path);
	key_of(before, config, "tool=token audience=a");
	tap_ok(strlen(before) == DIGEST_HEX - 1 && strcmp(before, after) != 0,
	    "one that is gone: another key");
}

/* The agent's own environment picks the principal where the asker's does
 * not. */
static void
test_agent(void)
{
	char one[ERROR_TEXT_MAX + 64], two[ERROR_TEXT_MAX + 64];

	key_of(one, NULL, ROLE_OF);
	setenv("GITHUB_ACTIONS", "true", 1);
	key_of(two, NULL, ROLE_OF);
	tap_is(two, one, "the agent's variables beside the asker's: the same");
	setenv("PATH", "/elsewhere", 1);
	key_of(two, NULL, ROLE_OF);
	tap_ok(strcmp(one, two) != 0, "the agent's PATH: another key");
	roads_begin();
}

/* What two chains have in common has one key, so it is minted once. */
static void
test_common_steps(void)
{
	struct road *dev, *deploy, *login;

	roads_find(NULL, DEV DEPLOY, JOB "tool=aws credential=dev", &dev);
	roads_find(NULL, DEV DEPLOY, JOB "tool=aws credential=deploy", &deploy);
	roads_find(NULL, DEV DEPLOY BINDING("docker", ECR, "deploy"),
	    JOB "tool=docker target=" ECR, &login);
	for (size_t i = 0; i < 2; i++)
		tap_ok(memcmp(dev->steps[i].key, deploy->steps[i].key,
			   DIGEST_SIZE) == 0,
		    "step %zu is one for both", i);
	for (size_t i = 0; i < 3; i++)
		tap_ok(memcmp(login->steps[i].key, deploy->steps[i].key,
			   DIGEST_SIZE) == 0,
		    "step %zu is one for aws and docker", i);
	for (size_t i = 0; i < login->count; i++)
		for (size_t j = 0; j < i; j++)
			tap_ok(memcmp(login->steps[i].key, login->steps[j].key,
				   DIGEST_SIZE) != 0,
			    "steps %zu and %zu differ", i, j);
	road_release(dev);
	road_release(deploy);
	road_release(login);
}

/* What a tool rejects is one target's use of a credential. */
static void
use_of(unsigned char use[DIGEST_SIZE], const char *request)
{
	char whole[1024];
	struct road *road;

	snprintf(whole, sizeof(whole), "%s%s", JOB, request);
	roads_find(NULL, BOUND, whole, &road);
	road_use_key(road, use);
	if (memcmp(road_last(road)->key, use, DIGEST_SIZE) == 0)
		tap_ok(false, "the use is not the credential");
	road_release(road);
}

static void
test_uses(void)
{
	unsigned char one[DIGEST_SIZE], two[DIGEST_SIZE];

	use_of(one, GIT);
	use_of(two, GIT ".git min-ttl=60");
	tap_ok(memcmp(one, two, DIGEST_SIZE) == 0, "one use of a target");
	use_of(two, "tool=git target=https://git.acme.io/c");
	tap_ok(memcmp(one, two, DIGEST_SIZE) != 0, "another target's");
	use_of(one, "tool=docker target=git.acme.io");
	use_of(two, "tool=token credential=any");
	tap_ok(memcmp(one, two, DIGEST_SIZE) != 0, "another tool's");
}

int
main(void)
{
	roads_begin();
	test_uses();
	test_rows(differ, sizeof(differ) / sizeof(differ[0]), false);
	test_rows(same, sizeof(same) / sizeof(same[0]), true);
	test_file();
	test_agent();
	test_common_steps();
	return tap_done();
}
