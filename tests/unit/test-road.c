/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roads.h"
#include "tap.h"

#define GITHUB                                                      \
	CREDENTIAL("github", "octo-sts", "identity-name = daypass") \
	BINDING("git", "https://github.com", "github")
#define CHAIN           \
	DEV CREDENTIAL( \
	    "deploy", "aws-assume-role", "from = dev\nrole = " ROLE("deploy"))
#define CI                                              \
	GCP CREDENTIAL("gcp-ci", "gcp-service-account", \
	    "from = gcp\nservice-account = ci@acme.iam.gserviceaccount.com")
#define INVOKER                                   \
	GCP CREDENTIAL("invoker", "gcp-id-token", \
	    "from = gcp\nservice-account = run@acme.iam.gserviceaccount.com")
#define ENTRA                                   \
	CREDENTIAL("entra", "azure-federation", \
	    "tenant = acme.io\n"                \
	    "client-id = 6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9")
#define LOGIN CREDENTIAL("login", "azure-acr", "from = entra")
#define ENTRA_WAY "github-actions api://AzureADTokenExchange > azure-federation"
#define ECR "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
#define EXCHANGE \
	CREDENTIAL("any", "token-exchange", "endpoint = https://sts.acme.io/t")
#define STS " sts.amazonaws.com > aws-web-identity"

/* A row: the user's configuration, the request, and what comes of it; a `*`
 * at its end stands for anything. */
struct row {
	const char *config;
	const char *request;
	const char *expected;
};

/* Roads that are there, tool by tool. */
static const struct row found[] = {
    /* git */
    {GITHUB, "tool=git target=https://github.com/acme/x.git",
	"github-actions octo-sts.dev > octo-sts as x-access-token"},
    {GITHUB, "tool=git target=https://me@github.com/acme/x",
	"github-actions octo-sts.dev > octo-sts as x-access-token"},
    {GITHUB, "tool=git target=https://github.com/a/x username=x-access-token",
	"github-actions octo-sts.dev > octo-sts as x-access-token"},
    {GITHUB, "tool=git target=https://github.com/acme/x username=",
	"github-actions octo-sts.dev > octo-sts as x-access-token"},
    {BINDING("git", "https://git.acme.io", "id-token"),
	"tool=git target=https://git.acme.io/x",
	"github-actions https://git.acme.io as oauth2"},
    {BINDING("git", "https://git.acme.io:8443", "id-token"),
	"tool=git target=https://git.acme.io:8443/x",
	"github-actions https://git.acme.io:8443 as oauth2"},
    {BINDING("git", "https://git.acme.io", "id-token\naudience = git"),
	"tool=git target=https://git.acme.io/x",
	"github-actions git as oauth2"},
    {BINDING("git", "https://git.acme.io", "id-token\nusername = me"),
	"tool=git target=https://git.acme.io/x",
	"github-actions https://git.acme.io as me"},
    {BINDING("git", "https://git.acme.io", "id-token\nusername = me"),
	"tool=git target=https://git.acme.io/x username=me",
	"github-actions https://git.acme.io as me"},
    {EXCHANGE BINDING("git", "https://git.acme.io", "any"),
	"tool=git target=https://git.acme.io/x",
	"github-actions https://sts.acme.io > token-exchange as oauth2"},
    {GCP BINDING("git", "https://source.developers.google.com", "gcp"),
	"tool=git target=https://source.developers.google.com/p/x/r/y",
	"github-actions https:" POOL " > gcp-federation as git-account"},
    {GITHUB EXCHANGE BINDING("git", "https://github.com/acme", "any"),
	"tool=git target=https://github.com/acme/x",
	"github-actions https://sts.acme.io > token-exchange as "
	"x-access-token"},
    {GITHUB EXCHANGE BINDING("git", "https://github.com/acme", "any"),
	"tool=git target=https://github.com/acmeX/x",
	"github-actions octo-sts.dev > octo-sts as x-access-token"},
    {EXCHANGE BINDING("git", "https://*.acme.io", "any"),
	"tool=git target=https://git.acme.io/x",
	"github-actions https://sts.acme.io > token-exchange as oauth2"},
    /* docker */
    {DEV BINDING("docker", ECR, "dev"), "tool=docker target=" ECR,
	"github-actions" STS " > aws-ecr"},
    {DEV BINDING("docker", "*.dkr.ecr.*.amazonaws.com", "dev"),
	"tool=docker target=https://" ECR, "github-actions" STS " > aws-ecr"},
    {CHAIN BINDING("docker", ECR, "deploy"), "tool=docker target=" ECR,
	"github-actions" STS " > aws-assume-role > aws-ecr"},
    {DEV BINDING("docker", "public.ecr.aws", "dev"),
	"tool=docker target=public.ecr.aws",
	"github-actions" STS " > aws-ecr-public"},
    {DEV BINDING(
	 "git", "https://git-codecommit.us-east-1.amazonaws.com", "dev"),
	"tool=git target="
	"https://git-codecommit.us-east-1.amazonaws.com/v1/repos/web",
	"github-actions" STS " > aws-codecommit"},
    {DEV BINDING(
	 "git", "https://git-codecommit.us-east-1.amazonaws.com", "dev"),
	"tool=git target=https://git-codecommit.us-east-1.amazonaws.com/",
	"config config: [exchange \"aws-codecommit\"]: a password of "
	"CodeCommit is for one repository, but git sends no path: git config "
	"--global credential.https://git-codecommit.us-east-1.amazonaws.com."
	"useHttpPath true"},
    {DEV BINDING("docker", ECR, "dev\nusername = AWS"),
	"tool=docker target=" ECR, "github-actions" STS " > aws-ecr as AWS"},
    {CI BINDING("docker", "europe-docker.pkg.dev", "gcp-ci"),
	"tool=docker target=europe-docker.pkg.dev",
	"github-actions https:" POOL " > gcp-federation > gcp-service-account "
	"as oauth2accesstoken"},
    {EXCHANGE BINDING("docker", "docker.io", "any"),
	"tool=docker target=https://index.docker.io/v1/",
	"github-actions https://sts.acme.io > token-exchange as oauth2"},
    {BINDING("docker", "localhost:5000", "id-token"),
	"tool=docker target=localhost:5000",
	"github-actions https://localhost:5000 as oauth2"},
    {DEV CREDENTIAL("login", "aws-ecr", "from = dev")
	    BINDING("docker", ECR, "login"),
	"tool=docker target=" ECR, "github-actions" STS " > aws-ecr"},
    {ENTRA BINDING("docker", "acme.azurecr.io", "entra"),
	"tool=docker target=acme.azurecr.io", ENTRA_WAY " > azure-acr"},
    {ENTRA BINDING("docker", "*.azurecr.io", "entra"),
	"tool=token target=https://acme.azurecr.io", ENTRA_WAY " > azure-acr"},
    {ENTRA LOGIN BINDING("docker", "acme.azurecr.io", "login"),
	"tool=docker target=acme.azurecr.io", ENTRA_WAY " > azure-acr"},
    {ENTRA BINDING("docker", "azurecr.io.evil.com", "entra"),
	"tool=docker target=azurecr.io.evil.com", ENTRA_WAY " as oauth2"},
    {ENTRA BINDING("function", "https://acme.azurecr.io", "entra"),
	"tool=function target=https://acme.azurecr.io/v2/", ENTRA_WAY " as *"},
    {ENTRA BINDING("git", "https://dev.azure.com", "entra"),
	"tool=git target=https://dev.azure.com/acme/p/_git/r username=acme",
	ENTRA_WAY " as acme"},
    {ENTRA BINDING("git", "https://dev.azure.com", "entra"),
	"tool=git target=https://dev.azure.com/acme/p/_git/r",
	ENTRA_WAY " as oauth2"},
    {ENTRA BINDING("git", "https://dev.azure.com", "entra\nusername = me"),
	"tool=git target=https://dev.azure.com/acme/p/_git/r username=me",
	ENTRA_WAY " as me"},
    /* aws */
    {DEV BINDING("aws", "default", "dev"), "tool=aws target=default",
	"github-actions" STS},
    {CHAIN BINDING("aws", "prod-*", "deploy"), "tool=aws target=prod-eu",
	"github-actions" STS " > aws-assume-role"},
    {DEV, "tool=aws credential=dev", "github-actions" STS},
    {NULL, "tool=aws role=" ROLE("dev"), "github-actions" STS},
    {NULL,
	"tool=aws role=" ROLE("dev") " region=eu-west-1 duration=900 "
				     "session-name=me",
	"github-actions" STS},
    {CREDENTIAL("dev", "aws-web-identity",
	 "role = " ROLE("dev") "\ntoken-audience = sts.acme.io"),
	"tool=aws credential=dev",
	"github-actions sts.acme.io > aws-web-identity"},
    /* gcloud */
    {NULL, "tool=gcloud target=" POOL, "github-actions https:" POOL},
    {"[gcloud]\ncredential = id-token\n", "tool=gcloud target=" POOL,
	"github-actions https:" POOL},
    {"[gcloud]\ncredential = id-token\naudience = a\n",
	"tool=gcloud target=" POOL, "github-actions a"},
    {BINDING("gcloud", "//iam.googleapis.com/**", "id-token"),
	"tool=gcloud target=" POOL, "github-actions https:" POOL},
    {"[gcloud]\noutput-file = yes\n", "tool=gcloud target=" POOL,
	"github-actions https:" POOL},
    /* nats, function */
    {BINDING("nats", "nats://127.0.0.1:4222", "id-token"),
	"tool=nats target=nats://127.0.0.1:4222", "github-actions 127.0.0.1*"},
    {BINDING("nats", "nats://n.acme.io", "id-token\naudience = nats"),
	"tool=nats target=nats://n.acme.io", "github-actions nats*"},
    {BINDING("function", "https://h.a.run.app", "id-token"),
	"tool=function target=https://h.a.run.app/x",
	"github-actions https://h.a.run.app*"},
    {BINDING("function", "https://e-p.cloudfunctions.net", "id-token"),
	"tool=function target=https://e-p.cloudfunctions.net/hello",
	"github-actions https://e-p.cloudfunctions.net/hello*"},
    {INVOKER BINDING("function", "https://h.a.run.app", "invoker"),
	"tool=function target=https://h.a.run.app/x",
	"github-actions https:" POOL " > gcp-federation > gcp-id-token*"},
    {INVOKER BINDING(
	 "function", "https://h.a.run.app", "invoker\naudience = other"),
	"tool=function target=https://h.a.run.app/x",
	"github-actions https:" POOL " > gcp-federation > gcp-id-token*"},
    /* token */
    {NULL, "tool=token audience=https://acme.io",
	"github-actions https://acme.io"},
    {GCP, "tool=token credential=gcp",
	"github-actions https:" POOL " > gcp-federation"},
    {NULL, "tool=token credential=id-token audience=a", "github-actions a"},
    {GITHUB, "tool=token target=https://github.com/acme/x",
	"github-actions octo-sts.dev > octo-sts as x-access-token"},
    {DEV BINDING("docker", ECR, "dev"), "tool=token target=https://" ECR,
	"github-actions" STS "*"},
    {BINDING("function", "https://h.a.run.app", "id-token")
	    GITHUB BINDING("git", "https://h.a.run.app", "github"),
	"tool=token target=https://h.a.run.app/x",
	"github-actions https://h.a.run.app*"},
    /* identities by name */
    {"[identity]\nsource = file\nfile = /t\n", "tool=token audience=a",
	"file a"},
    {"[identity \"ci\"]\nsource = file\nfile = /t\n" CREDENTIAL(
	 "x", "aws-web-identity", "identity = ci\nrole = " ROLE("dev")),
	"tool=token credential=x", "file" STS},
    {"[identity]\nsource = auto\n", "tool=token audience=a",
	"github-actions a"},
    {"[identity]\nsource = env\nvariable = T\n",
	"tool=token audience=a env.T=x", "env a"},
    {"[identity]\nsource = env\nvariable = T\n",
	"tool=token audience=a unset.T=1", "env a"},
};

/* Nothing binds it: nobody's business of ours. */
static const struct row not_found[] = {
    {NULL, "tool=git target=https://github.com/acme/x", "none"},
    {GITHUB, "tool=git target=https://gitlab.com/acme/x", "none"},
    {GITHUB, "tool=git target=http://github.com/acme/x", "none"},
    {GITHUB, "tool=git target=https://github.com.evil.io/acme/x", "none"},
    {GITHUB, "tool=git target=https://github.com/a/x username=me", "none"},
    {GITHUB, "tool=docker target=github.com", "none"},
    {DEV BINDING("docker", ECR, "dev"), "tool=docker target=docker.io", "none"},
    {DEV BINDING("aws", "default", "dev"), "tool=aws target=other", "none"},
    {BINDING("gcloud", "//a", "id-token"), "tool=gcloud target=//b", "none"},
    {GITHUB, "tool=token target=https://gitlab.com/x", "none"},
    {GITHUB, "tool=function target=https://github.com/x", "none"},
};

/* What the asker must say first. */
static const struct row wanted[] = {
    {"[identity]\nsource = env\nvariable = T\n", "tool=token audience=a",
	"want T"},
    {"[identity]\nsource = env\nvariable = T\n",
	"tool=token audience=a unset.U=1", "want T"},
    {"[identity]\nsource = env\nvariable = T\nvariable = U\n"
     "variable = V\n",
	"tool=token audience=a unset.U=1", "want T V"},
    {DEV "[identity]\nsource = env\nvariable = TOKEN_OF_CI\n",
	"tool=aws credential=dev", "want TOKEN_OF_CI"},
};

/* What must be mended, and what is said of it. */
static const struct row wrong[] = {
    {NULL, "tool=svn target=x", "usage target: there is no tool 'svn'"},
    {NULL, "target=x", "usage target: there is no tool ''"},
    {NULL, "tool=git", "usage target: the request names no target"},
    {NULL, "tool=git target=github.com", "usage target: *"},
    {NULL, "tool=git target=https://", "usage target: *"},
    {NULL, "tool=docker target=https://a@b", "usage target: *"},
    {NULL, "tool=token credential=id-token",
	"usage *: an id token needs an audience"},
    {DEV, "tool=aws credential=deu",
	"config config: there is no [credential \"deu\"]; did you mean "
	"\"dev\"?"},
    {NULL, "tool=aws credential=x",
	"config config: there is no "
	"[credential \"x\"]*"},
    {BINDING("git", "https://github.com", "nobody"),
	"tool=git target=https://github.com/a/b",
	"config config: *there is no credential `nobody`*"},
    {CREDENTIAL("x", "no-such", ""), "tool=aws credential=x",
	"config config: *there is no exchange `no-such`*"},
    {CREDENTIAL("x", "aws-web-identity", ""), "tool=aws credential=x",
	"config config: *needs `role`*"},
    {CREDENTIAL("x", "aws-web-identity", "role = me"), "tool=aws credential=x",
	"config config: [credential \"x\"]: role 'me' is no ARN*"},
    {NULL, "tool=aws role=me",
	"config config: [credential \"role\"]: role "
	"'me' is no ARN*"},
    {NULL, "tool=aws role=" ROLE("dev") " region=Europe",
	"config config: *'Europe' is no AWS region*"},
    {NULL, "tool=aws role=" ROLE("dev") " duration=60",
	"config config: *ttl '60' is not within*"},
    {NULL, "tool=aws role=" ROLE("dev") " env.AWS_REGION=x/y",
	"config config: *AWS_REGION: 'x/y' is no AWS region*"},
    /* kinds */
    {DEV BINDING("git", "https://github.com", "dev"),
	"tool=git target=https://github.com/a/b",
	"config config: [credential \"dev\"] yields aws, which git cannot use "
	"for https://github.com/a/b"},
    {GCP BINDING("aws", "default", "gcp"), "tool=aws target=default",
	"config config: [credential \"gcp\"] yields bearer, which aws cannot "
	"use for default"},
    {GCP, "tool=gcloud credential=gcp", "config config: *yields bearer*"},
    {BINDING("aws", "default", "id-token"), "tool=aws target=default",
	"config config: *yields id-token, which aws cannot use*"},
    {DEV BINDING("docker", "ghcr.io", "dev"), "tool=docker target=ghcr.io",
	"config config: *yields aws, which docker cannot use for ghcr.io"},
    {CREDENTIAL("x", "aws-assume-role", "role = " ROLE("dev")),
	"tool=aws credential=x", "config config: *takes aws, not an id token*"},
    {INVOKER, "tool=token credential=invoker",
	"usage config: [credential \"invoker\"]: nobody said whom the token is "
	"for*"},
    {GCP BINDING("docker", "acme.azurecr.io", "gcp") "[exchange "
						     "\"azure-acr\"]\n"
						     "regystry = x\n",
	"tool=docker target=acme.azurecr.io",
	"config config: *unknown key `regystry`; did you mean `registry`?*"},
    /* circles */
    {CREDENTIAL("x", "token-exchange", "from = x\nendpoint = https://a.io/t"),
	"tool=token credential=x", "config config: *leads back to itself*"},
    {CREDENTIAL("x", "token-exchange", "from = y\nendpoint = https://a.io/t")
	    CREDENTIAL(
		"y", "token-exchange", "from = x\nendpoint = https://a.io/t"),
	"tool=token credential=x", "config config: *leads back to itself*"},
    {CREDENTIAL("a", "token-exchange", "from = x\nendpoint = https://a.io/t")
	    CREDENTIAL("x", "token-exchange",
		"from = y\nendpoint = https://a.io/t") CREDENTIAL("y",
		"token-exchange", "from = x\nendpoint = https://a.io/t"),
	"tool=token credential=a", "config config: *"},
    /* bindings */
    {GITHUB BINDING("git", "https://github.com/", "github"),
	"tool=git target=https://github.com/a/b",
	"config config: *match https://github.com/a/b equally well"},
    {DEV BINDING("git", "https://g.io/acme", "dev"),
	"tool=git target=https://g.io",
	"config config: *credential.https://g.io.useHttpPath true"},
    {GITHUB, "tool=git target=https://github.com",
	"usage config: [credential \"github\"]: nobody said which "
	"repository*"},
    {"[gti \"x\"]\ncredential = y\n" GITHUB, "tool=aws target=default", "none"},
    /* identities */
    {"[identity]\nsource = onna\n", "tool=token audience=a",
	"config *: *there is no source `onna`; did you mean `ona`?*"},
    {DEV "[identity]\nsource = file\n", "tool=token audience=a",
	"config identity: *needs the key 'file'*"},
    {CREDENTIAL("x", "aws-web-identity", "identity = ci\nrole = " ROLE("dev")),
	"tool=token credential=x",
	"config config: *there is no identity `ci`*"},
};

static void
leads(const struct row *row, const char *system, const char *user,
    const char *request)
{
	struct road *road;
	const char *got = roads_find(system, user, request, &road);

	if (!tap_ok(roads_fit(row->expected, got), "%s", row->request))
		tap_is(got, row->expected, "came of");
	road_release(road);
}

static void
test_rows(const struct row *rows, size_t count)
{
	char request[1024];

	for (size_t i = 0; i < count; i++) {
		strcpy(request, JOB);
		strcat(request, rows[i].request);
		leads(&rows[i], NULL, rows[i].config, request);
	}
}

/* Who we are where nobody said so. */
static void
test_nowhere(void)
{
	const struct row row = {NULL, "tool=token audience=a",
	    "identity identity: this workspace has no identity that is known "
	    "(none of ona, gitpod, github-actions, *kubernetes): name one "
	    "with [identity] source"};
	const struct row near = {NULL,
	    "env.GITHUB_ACTIONS=true tool=token audience=a",
	    "identity identity: this workspace has no identity that is known "
	    "(github-actions: GITHUB_ACTIONS is set, but *; none of ona, "
	    "gitpod, *kubernetes): name one with [identity] source"};

	leads(&row, NULL, NULL, row.request);
	leads(&near, NULL, NULL, near.request);
}

/* The system's file rules over the user's. */
static void
test_system(void)
{
	const struct row closer = {NULL,
	    JOB "tool=git target=https://github.com/acme/x",
	    "github-actions https://sts.acme.io > token-exchange as "
	    "x-access-token"};
	const struct row same = {NULL,
	    JOB "tool=git target=https://github.com/x/y",
	    "github-actions octo-sts.dev > octo-sts as x-access-token"};
	static const char user[] =
	    EXCHANGE BINDING("git", "https://github.com/acme", "any")
		BINDING("git", "https://github.com", "any");

	leads(&closer, GITHUB, user, closer.request);
	leads(&same, GITHUB, user, same.request);
}

/* Whoever asks may want a shorter life, and not a longer one. */
static void
asked_ttl(const char *configured, const char *request, const char *expected)
{
	char config[1024];
	struct road *road;

	snprintf(config, sizeof(config), "%s%s", DEV, configured);
	roads_find(NULL, config, request, &road);
	tap_is(settings_get(road_last(road)->settings, "ttl"), expected,
	    "%s: ttl", request);
	road_release(road);
}

static void
test_duration(void)
{
	asked_ttl("ttl = 20m\n", JOB "tool=aws credential=dev", "20m");
	asked_ttl("ttl = 20m\n", JOB "tool=aws credential=dev duration=900",
	    "900");
	asked_ttl("ttl = 20m\n", JOB "tool=aws credential=dev duration=43200",
	    "20m");
	asked_ttl("", JOB "tool=aws credential=dev duration=900", "900");
	asked_ttl("", JOB "tool=aws credential=dev duration=43200", NULL);
	asked_ttl("", JOB "tool=aws role=" ROLE("x") " duration=43200",
	    "43200");
}

/* What doctor shows: settings as they were resolved. */
static void
test_settings(void)
{
	struct road *road;
	const struct step *last;

	roads_find(NULL, CHAIN BINDING("docker", ECR, "deploy"),
	    JOB "tool=docker target=" ECR " duration=900 env.AWS_REGION=eu-"
		"west-3",
	    &road);
	last = road_last(road);
	tap_is(last->exchange->name, "aws-ecr", "the last step");
	tap_is(last->credential, "aws-ecr", "a bridge is called by its name");
	tap_is(settings_get(last->settings, "region"), "eu-west-1",
	    "it goes to the region of the host");
	tap_is(settings_get(road->steps[2].settings, "region"), "eu-west-3",
	    "the asker's region counts where none is set");
	tap_is(settings_get(road->steps[1].settings, "region"), "eu-west-1",
	    "and only there");
	tap_is(road->steps[1].credential, "dev", "a credential by its own");
	tap_number(road->steps[0].yields, KIND_ID_TOKEN, "an id token first");
	tap_is(road->binding, ECR, "the binding that matched");
	tap_is(road->target.host, ECR, "the target");
	tap_ok(road_keep(road) == road, "one more reference");
	road_release(road);
	tap_is(road->source, "github-actions", "it lives as long as the last");
	road_release(road);
	road_release(NULL);
}

static const char *
around(const char *request, const char *name)
{
	static char text[128];
	struct road *road;
	const char *value;

	roads_find(NULL, NULL, request, &road);
	value = road == NULL || road->around == NULL
		    ? NULL
		    : surroundings_get(road->around, name);
	strcpy(text, value == NULL ? "(unset)" : value);
	road_release(road);
	return text;
}

/* An identity sees one set of variables, the asker's or the agent's. */
static void
test_never_mixed(void)
{
	setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "agents", 1);
	setenv("ACTIONS_ID_TOKEN_REQUEST_URL", "https://agents/", 1);
	setenv("GITHUB_ACTIONS", "true", 1);
	tap_is(around(JOB "tool=token audience=a", "GITHUB_ACTIONS"), "(unset)",
	    "not the agent's beside the asker's");
	tap_is(around(JOB "tool=token audience=a", "HOME"), "/home/x",
	    "HOME goes with the asker's");
	tap_is(around(JOB "tool=token audience=a env.PATH=/evil", "PATH"),
	    "/nonexistent", "PATH never comes from an asker");
	tap_is(around("tool=token audience=a env.HOME=/home/x",
		   "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
	    "agents", "the agent's where the asker has none");
	tap_is(around("tool=token audience=a env.HOME=/home/x", "HOME"),
	    "/home/agent", "with the agent's HOME");
	roads_begin();
}

int
main(void)
{
	roads_begin();
	test_rows(found, sizeof(found) / sizeof(found[0]));
	test_rows(not_found, sizeof(not_found) / sizeof(not_found[0]));
	test_rows(wanted, sizeof(wanted) / sizeof(wanted[0]));
	test_rows(wrong, sizeof(wrong) / sizeof(wrong[0]));
	test_nowhere();
	test_system();
	test_duration();
	test_settings();
	test_never_mixed();
	return tap_done();
}
