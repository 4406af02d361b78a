/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "roads.h"
#include "tap.h"

#define RULED(more) \
	"[policy \"**\"]\nrule = r\n[rule \"r\"]\nverdict = allow\n" more
#define GITHUB(more) \
	CREDENTIAL("github", "octo-sts", "identity-name = daypass\n" more) \
	BINDING("git", "https://github.com", "github")
#define CHAIN           \
	DEV CREDENTIAL( \
	    "deploy", "aws-assume-role", "from = dev\nrole = " ROLE("deploy"))
#define CI(more)                                        \
	GCP CREDENTIAL("gcp-ci", "gcp-service-account", \
	    "from = gcp\nservice-account = ci@acme.iam.gserviceaccount.com\n" \
	    more)
#define ANY(more) \
	CREDENTIAL("any", "token-exchange", \
	    "endpoint = https://sts.acme.io/t\n" more)
#define HUB(more) \
	CREDENTIAL("hub", "docker-hub", "organization = acme\n" \
	    "connection-id = 0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60\n" more)
#define ECR "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
#define REFUSED(why) \
	"refused policy: policy: [policy \"**\"] rule \"r\" narrows this, " \
	"and " why ": nothing is handed out"
#define TOKEN(name) "tool=token credential=" name
#define REPO "tool=git target=https://github.com/acme/web"
#define GOOGLE "https://www.googleapis.com/auth/"

/* {"a":1}, as it is written in a file. */
#define OTHER "\"{\\\"a\\\":1}\""

/* The least that Google takes, and as it is written in a file. */
#define BOUNDARY_TEXT \
	"{\"accessBoundary\":{\"accessBoundaryRules\":[" \
	"{\"availableResource\":\"//storage.googleapis.com/projects/_/" \
	"buckets/web\",\"availablePermissions\":[" \
	"\"inRole:roles/storage.objectViewer\"]}]}}"
#define BOUNDARY \
	"\"" \
	"{\\\"accessBoundary\\\":{\\\"accessBoundaryRules\\\":[" \
	"{\\\"availableResource\\\":\\\"//storage.googleapis.com/projects/_/" \
	"buckets/web\\\",\\\"availablePermissions\\\":[" \
	"\\\"inRole:roles/storage.objectViewer\\\"]}]}}" \
	"\""
#define DOWN(text) \
	CREDENTIAL("down", "gcp-downscope", "from = gcp\nboundary = " text)
#define AZURE(more) \
	CREDENTIAL("azure", "azure-federation", "tenant = acme.example\n" \
	    "client-id = 0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60\n" more)

/* A row: what the configuration says, what is asked for, and each step with
 * the keys that a rule can narrow; or the refusal. */
struct row {
	const char *config;
	const char *request;
	const char *expected;
};

static const struct row table[] = {
    /* a life that can be asked for is asked for */
    {DEV RULED("max-ttl = 20m\n"), TOKEN("dev"), "aws-web-identity ttl=1200"},
    {DEV RULED("max-ttl = 2h\n"), TOKEN("dev"), "aws-web-identity"},
    {DEV RULED("max-ttl = 1h\n"), TOKEN("dev"), "aws-web-identity"},
    {DEV RULED("max-ttl = 15m\n"), TOKEN("dev"), "aws-web-identity ttl=900"},
    {DEV RULED("max-ttl = 14m\n"), TOKEN("dev"), "aws-web-identity"},
    {CREDENTIAL("dev", "aws-web-identity",
	 "role = " ROLE("dev") "\nttl = 30m") RULED("max-ttl = 40m\n"),
	TOKEN("dev"), "aws-web-identity ttl=30m"},
    {CREDENTIAL("dev", "aws-web-identity",
	 "role = " ROLE("dev") "\nttl = 12h") RULED("max-ttl = 2h\n"),
	TOKEN("dev"), "aws-web-identity ttl=7200"},
    {DEV RULED("max-ttl = 20m\n"), "tool=aws credential=dev duration=3600",
	"aws-web-identity ttl=1200"},
    {DEV RULED("max-ttl = 20m\n"), "tool=aws credential=dev duration=900",
	"aws-web-identity ttl=900"},
    {CHAIN RULED("max-ttl = 20m\n"), TOKEN("deploy"),
	"aws-web-identity ttl=1200 > aws-assume-role ttl=1200"},
    {DEV BINDING("docker", ECR, "dev") RULED("max-ttl = 20m\n"),
	"tool=docker target=" ECR, "aws-web-identity ttl=1200 > aws-ecr"},
    {CI("") RULED("max-ttl = 30m\n"), TOKEN("gcp-ci"),
	"gcp-federation > gcp-service-account ttl=1800"},
    {CI("") RULED("max-ttl = 9m\n"), TOKEN("gcp-ci"),
	"gcp-federation > gcp-service-account"},
    {HUB("ttl = 1h\n") RULED("max-ttl = 10m\n"), TOKEN("hub"),
	"docker-hub ttl=600"},
    {HUB("") RULED("max-ttl = 10m\n"), TOKEN("hub"), "docker-hub"},
    {GITHUB("") RULED("max-ttl = 10m\n"), REPO,
	"octo-sts identity-name=daypass scope=acme/web"},
    {NULL, "tool=token audience=x", ""},
    /* scopes: what both leave */
    {GITHUB("") RULED("scope = acme\n"), REPO,
	"octo-sts identity-name=daypass scope=acme/web"},
    {GITHUB("") RULED("scope = acme/web\n"), REPO,
	"octo-sts identity-name=daypass scope=acme/web"},
    {GITHUB("") RULED("scope = acme/other\n"), REPO,
	REFUSED("no scope is left")},
    {GITHUB("") RULED("scope = acm\n"), REPO, REFUSED("no scope is left")},
    {GITHUB("scope = acme\n") RULED("scope = acme/web\n"), REPO,
	"octo-sts identity-name=daypass scope=acme/web"},
    {GITHUB("scope = acme\n") RULED("scope = acme/a\nscope = acme/b\n"), REPO,
	REFUSED("its scopes do not fit into one")},
    {ANY("scope = read\nscope = write\n") RULED("scope = read\n"),
	TOKEN("any"), "token-exchange scope=read"},
    {ANY("") RULED("scope = read\nscope = list\n"), TOKEN("any"),
	"token-exchange scope=read scope=list"},
    {ANY("scope = write\n") RULED("scope = read\n"), TOKEN("any"),
	REFUSED("no scope is left")},
    {GCP RULED("scope = " GOOGLE "devstorage.read_only\n"), TOKEN("gcp"),
	"gcp-federation scope=" GOOGLE "devstorage.read_only"},
    {CI("") RULED("scope = " GOOGLE "devstorage.read_only\n"),
	TOKEN("gcp-ci"),
	"gcp-federation > gcp-service-account scope=" GOOGLE
	"devstorage.read_only"},
    {CI("scope = " GOOGLE "cloud-platform\n")
	    RULED("scope = " GOOGLE "pubsub\n"),
	TOKEN("gcp-ci"),
	"gcp-federation > gcp-service-account scope=" GOOGLE "pubsub"},
    {CI("scope = " GOOGLE "pubsub\n") RULED("scope = " GOOGLE "sql\n"),
	TOKEN("gcp-ci"), REFUSED("no scope is left")},
    {CI("scope = " GOOGLE "cloud-platform\n")
	    RULED("scope = https://evil.example/auth\n"),
	TOKEN("gcp-ci"), REFUSED("no scope is left")},
    {AZURE("scope = https://vault.azure.net/.default\n")
	    RULED("scope = https://vault.azure.net/.default\n"),
	TOKEN("azure"),
	"azure-federation scope=https://vault.azure.net/.default"},
    {AZURE("scope = https://vault.azure.net/.default\n")
	    RULED("scope = https://graph.microsoft.com/.default\n"),
	TOKEN("azure"), REFUSED("no scope is left")},
    {DEV RULED("scope = acme\n"), TOKEN("dev"),
	REFUSED("no step takes a `scope`")},
    {"[policy \"**\"]\nrule = r\n[rule \"r\"]\nverdict = allow\n"
     "target = id-token:**\nscope = acme\n",
	"tool=token audience=x", REFUSED("no step takes a `scope`")},
    /* a session policy, in the last role */
    {DEV RULED("session-policy = {}\n"), TOKEN("dev"),
	"aws-web-identity session-policy={}"},
    {CHAIN RULED("session-policy = {}\n"), TOKEN("deploy"),
	"aws-web-identity > aws-assume-role session-policy={}"},
    {DEV BINDING("docker", ECR, "dev") RULED("session-policy = {}\n"),
	"tool=docker target=" ECR,
	"aws-web-identity session-policy={} > aws-ecr"},
    {CREDENTIAL("dev", "aws-web-identity",
	 "role = " ROLE("dev") "\nsession-policy = " OTHER)
	    RULED("session-policy = {}\n"),
	TOKEN("dev"),
	REFUSED("the credential has a `session-policy` of its own")},
    {CREDENTIAL("dev", "aws-web-identity",
	 "role = " ROLE("dev") "\nsession-policy = {}")
	    RULED("session-policy = {}\n"),
	TOKEN("dev"), "aws-web-identity session-policy={}"},
    {GITHUB("") RULED("session-policy = {}\n"), REPO,
	REFUSED("no step takes a `session-policy`")},
    /* a boundary: a step of its own at the end, where Google's can take one */
    {GCP RULED("boundary = " BOUNDARY "\n"), TOKEN("gcp"),
	"gcp-federation > gcp-downscope boundary=" BOUNDARY_TEXT},
    {CI("") RULED("boundary = " BOUNDARY "\nmax-ttl = 30m\n"),
	TOKEN("gcp-ci"),
	"gcp-federation > gcp-service-account ttl=1800 > gcp-downscope "
	"boundary=" BOUNDARY_TEXT},
    {GCP BINDING("docker", "europe-docker.pkg.dev", "gcp")
	    RULED("boundary = " BOUNDARY "\n"),
	"tool=docker target=europe-docker.pkg.dev",
	"gcp-federation > gcp-downscope boundary=" BOUNDARY_TEXT},
    {GCP DOWN(BOUNDARY) RULED("boundary = " BOUNDARY "\n"), TOKEN("down"),
	"gcp-federation > gcp-downscope boundary=" BOUNDARY_TEXT},
    {GCP DOWN(BOUNDARY) RULED("boundary = {}\n"), TOKEN("down"),
	REFUSED("the credential has a `boundary` of its own")},
    {ANY("") RULED("boundary = {}\n"), TOKEN("any"),
	REFUSED("no step takes a `boundary`")},
    {GITHUB("") RULED("boundary = {}\n"), REPO,
	REFUSED("no step takes a `boundary`")},
    {DEV RULED("boundary = {}\n"), TOKEN("dev"),
	REFUSED("no step takes a `boundary`")},
    /* another trust policy */
    {GITHUB("") RULED("identity-name = read\n"), REPO,
	"octo-sts scope=acme/web identity-name=read"},
    {DEV RULED("identity-name = read\n"), TOKEN("dev"),
	REFUSED("no step takes an `identity-name`")},
    /* all of them */
    {GITHUB("") RULED("identity-name = read\nscope = acme\nmax-ttl = 5m\n"),
	REPO, "octo-sts scope=acme/web identity-name=read"},
};

/* The keys that a rule can narrow, in the order in which they stand. */
static bool
is_narrowed(const char *key)
{
	static const char *const keys[] = {"ttl", "scope", "session-policy",
	    "boundary", "identity-name", NULL};

	for (size_t i = 0; keys[i] != NULL; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static void
describe(const struct road *road, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 1; i < road->count; i++) {
		const struct settings *settings = road->steps[i].settings;

		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    i == 1 ? "" : " > ", road->steps[i].exchange->name);
		for (size_t k = 0; k < settings_count(settings); k++)
			if (is_narrowed(settings_at(settings, k)->key))
				used += (size_t)snprintf(text + used,
				    size - used, " %s=%s",
				    settings_at(settings, k)->key,
				    settings_at(settings, k)->value);
	}
}

static void
look(const char *system, const struct row *row)
{
	char request[1024], text[2048];
	struct road *road;
	const char *words;

	snprintf(request, sizeof(request), "%s%s", JOB, row->request);
	words = roads_find(system, row->config, request, &road);
	if (road == NULL || strstr(words, ": ") != NULL)
		snprintf(text, sizeof(text), "%s", words);
	else
		describe(road, text, sizeof(text));
	tap_is(text, row->expected, "%s", row->request);
	road_release(road);
}

/* The user's rules on what the system's file defines. */
static const struct row systems[] = {
    {RULED("identity-name = admin\n"), REPO,
	REFUSED("the credential is the system's, with an `identity-name` of "
		"its own")},
    {RULED("identity-name = daypass\n"), REPO,
	"octo-sts scope=acme/web identity-name=daypass"},
    {RULED("scope = acme\n"), REPO,
	"octo-sts identity-name=daypass scope=acme/web"},
    {RULED("scope = admin\n"), TOKEN("any"),
	REFUSED("the credential is the system's and asks for no `scope`")},
    {RULED("scope = " GOOGLE "pubsub\n"), TOKEN("gcp"),
	"gcp-federation scope=" GOOGLE "pubsub"},
    {RULED("max-ttl = 20m\nsession-policy = {}\n"), TOKEN("dev"),
	"aws-web-identity ttl=1200 session-policy={}"},
};

#define SYSTEM GITHUB("") ANY("") GCP DEV

/* A life that nobody can ask for has no least one. */
static void
look_at_lives(void)
{
	for (size_t i = 0; exchanges[i] != NULL; i++) {
		const struct exchange *exchange = exchanges[i];

		tap_ok((exchange->ttl_usual == 0) == (exchange->ttl_min == 0) &&
			   exchange->ttl_usual >= exchange->ttl_min,
		    "%s: its lives make sense", exchange->name);
	}
}

int
main(void)
{
	roads_begin();
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		look(NULL, &table[i]);
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		look(SYSTEM, &systems[i]);
	look_at_lives();
	return tap_done();
}
