/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "canned.h"
#include "exchange/aws.h"
#include "tap.h"

extern const struct exchange exchange_aws_web_identity;
extern const struct exchange exchange_aws_ecr;
extern const struct exchange exchange_aws_ecr_public;
extern const struct exchange exchange_aws_codecommit;

#define ECR "123456789012.dkr.ecr"

/* As botocore 1.43.11 resolves them. */
static const struct endpoints {
	const char *region;
	const char *fips;
	const char *dual;
	const char *sts;
	const char *ecr;
} endpoints[] = {
    {"us-east-1", "no", "no", "sts.us-east-1.amazonaws.com",
	"api.ecr.us-east-1.amazonaws.com"},
    {"us-east-1", "no", "yes", "sts.us-east-1.api.aws",
	"ecr.us-east-1.api.aws"},
    {"us-east-1", "yes", "no", "sts-fips.us-east-1.amazonaws.com",
	"api.ecr-fips.us-east-1.amazonaws.com"},
    {"us-east-1", "yes", "yes", "sts-fips.us-east-1.api.aws",
	"ecr-fips.us-east-1.api.aws"},
    {"cn-north-1", "no", "no", "sts.cn-north-1.amazonaws.com.cn",
	"api.ecr.cn-north-1.amazonaws.com.cn"},
    {"cn-north-1", "no", "yes", "sts.cn-north-1.api.amazonwebservices.com.cn",
	"ecr.cn-north-1.api.amazonwebservices.com.cn"},
    {"cn-north-1", "yes", "no", "sts-fips.cn-north-1.amazonaws.com.cn",
	"api.ecr-fips.cn-north-1.amazonaws.com.cn"},
    {"cn-north-1", "yes", "yes",
	"sts-fips.cn-north-1.api.amazonwebservices.com.cn",
	"ecr-fips.cn-north-1.api.amazonwebservices.com.cn"},
    {"us-gov-west-1", "no", "no", "sts.us-gov-west-1.amazonaws.com",
	"api.ecr.us-gov-west-1.amazonaws.com"},
    {"us-gov-west-1", "no", "yes", "sts.us-gov-west-1.api.aws",
	"ecr.us-gov-west-1.api.aws"},
    {"us-gov-west-1", "yes", "no", "sts.us-gov-west-1.amazonaws.com",
	"api.ecr-fips.us-gov-west-1.amazonaws.com"},
    {"us-gov-west-1", "yes", "yes", "sts-fips.us-gov-west-1.api.aws",
	"ecr-fips.us-gov-west-1.api.aws"},
    {"eusc-de-east-1", "no", "no", "sts.eusc-de-east-1.amazonaws.eu",
	"api.ecr.eusc-de-east-1.amazonaws.eu"},
    {"eusc-de-east-1", "no", "yes",
	"sts.eusc-de-east-1.api.amazonwebservices.eu",
	"ecr.eusc-de-east-1.api.amazonwebservices.eu"},
    {"eusc-de-east-1", "yes", "no", "sts-fips.eusc-de-east-1.amazonaws.eu",
	"api.ecr-fips.eusc-de-east-1.amazonaws.eu"},
    {"eusc-de-east-1", "yes", "yes",
	"sts-fips.eusc-de-east-1.api.amazonwebservices.eu",
	"ecr-fips.eusc-de-east-1.api.amazonwebservices.eu"},
    {"us-iso-east-1", "no", "no", "sts.us-iso-east-1.c2s.ic.gov",
	"api.ecr.us-iso-east-1.c2s.ic.gov"},
    {"us-iso-east-1", "no", "yes", "sts.us-iso-east-1.api.aws.ic.gov",
	"ecr.us-iso-east-1.api.aws.ic.gov"},
    {"us-iso-east-1", "yes", "no", "sts-fips.us-iso-east-1.c2s.ic.gov",
	"api.ecr-fips.us-iso-east-1.c2s.ic.gov"},
    {"us-iso-east-1", "yes", "yes", "sts-fips.us-iso-east-1.api.aws.ic.gov",
	"ecr-fips.us-iso-east-1.api.aws.ic.gov"},
    {"us-isob-east-1", "no", "no", "sts.us-isob-east-1.sc2s.sgov.gov",
	"api.ecr.us-isob-east-1.sc2s.sgov.gov"},
    {"us-isob-east-1", "no", "yes", "sts.us-isob-east-1.api.aws.scloud",
	"ecr.us-isob-east-1.api.aws.scloud"},
    {"us-isob-east-1", "yes", "no", "sts-fips.us-isob-east-1.sc2s.sgov.gov",
	"api.ecr-fips.us-isob-east-1.sc2s.sgov.gov"},
    {"us-isob-east-1", "yes", "yes", "sts-fips.us-isob-east-1.api.aws.scloud",
	"ecr-fips.us-isob-east-1.api.aws.scloud"},
    {"eu-isoe-west-1", "no", "no", "sts.eu-isoe-west-1.cloud.adc-e.uk",
	"api.ecr.eu-isoe-west-1.cloud.adc-e.uk"},
    {"eu-isoe-west-1", "no", "yes", "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
	"ecr.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
    {"eu-isoe-west-1", "yes", "no", "sts-fips.eu-isoe-west-1.cloud.adc-e.uk",
	"api.ecr-fips.eu-isoe-west-1.cloud.adc-e.uk"},
    {"eu-isoe-west-1", "yes", "yes",
	"sts-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
	"ecr-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
    {"us-isof-south-1", "no", "no", "sts.us-isof-south-1.csp.hci.ic.gov",
	"api.ecr.us-isof-south-1.csp.hci.ic.gov"},
    {"us-isof-south-1", "no", "yes", "sts.us-isof-south-1.api.aws.hci.ic.gov",
	"ecr.us-isof-south-1.api.aws.hci.ic.gov"},
    {"us-isof-south-1", "yes", "no", "sts-fips.us-isof-south-1.csp.hci.ic.gov",
	"api.ecr-fips.us-isof-south-1.csp.hci.ic.gov"},
    {"us-isof-south-1", "yes", "yes",
	"sts-fips.us-isof-south-1.api.aws.hci.ic.gov",
	"ecr-fips.us-isof-south-1.api.aws.hci.ic.gov"},
};

static void
url_is(const struct exchange *exchange, const struct settings *settings,
    const char *host, const char *name)
{
	scoped(buffer) struct buffer url = BUFFER(512);
	char expected[256];

	exchange->endpoint(settings, &url, NULL);
	snprintf(expected, sizeof(expected), "https://%s/", host);
	tap_is(buffer_text(&url), expected, "%s", name);
}

static void
test_endpoints(void)
{
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		const struct endpoints *row = &endpoints[i];
		scoped(settings) struct settings *settings =
		    canned_settings("region", row->region, "use-fips",
			row->fips, "use-dualstack", row->dual, NULL);

		url_is(&exchange_aws_web_identity, settings, row->sts,
		    "STS's endpoint");
		tap_is(aws_sts_region(settings), row->region, "and region");
		url_is(&exchange_aws_ecr, settings, row->ecr, "ECR's endpoint");
	}
}

/* An asker with these variables, "NAME=VALUE" each. */
static const char *const *environment;

static const char *
variable(const struct exchange_target *target, const char *name)
{
	(void)target;
	for (size_t i = 0; environment != NULL && environment[i] != NULL; i++)
		if (text_starts(environment[i], name) &&
		    environment[i][strlen(name)] == '=')
			return environment[i] + strlen(name) + 1;
	return NULL;
}

/* What comes of the settings at this host: the endpoint, else why not. */
static const char *
resolved(const struct exchange *exchange, struct settings *settings,
    const char *host, const char *url)
{
	static char text[ERROR_TEXT_MAX];
	scoped(settings) struct settings *ours = settings;
	scoped(buffer) struct buffer endpoint = BUFFER(512);
	struct exchange_target target = {
	    .host = host, .url = url, .variable = variable};
	struct error err = {0};

	if (exchange->resolve(ours, &target, &err) == -1 ||
	    exchange->endpoint(ours, &endpoint, &err) == -1)
		text_copy(text, sizeof(text), err.text);
	else
		text_copy(text, sizeof(text), buffer_text(&endpoint));
	return text;
}

#define ROLE "role", "arn:aws:iam::123456789012:role/dev"

struct asking {
	const char *environment[4];
	const char *key, *value; /* of the credential */
	const char *expected;
};

static const struct asking askings[] = {
    {{"AWS_USE_FIPS_ENDPOINT=true"}, "ttl", "1h",
	"https://sts-fips.us-east-1.amazonaws.com/"},
    {{"AWS_USE_FIPS_ENDPOINT=TRUE", "AWS_REGION=us-east-2"}, "ttl", "1h",
	"https://sts-fips.us-east-2.amazonaws.com/"},
    {{"AWS_USE_DUALSTACK_ENDPOINT=true"}, "region", "eu-west-1",
	"https://sts.eu-west-1.api.aws/"},
    {{"AWS_USE_FIPS_ENDPOINT=false"}, "use-fips", "on",
	"https://sts-fips.us-east-1.amazonaws.com/"},
    {{"AWS_USE_FIPS_ENDPOINT=true"}, "use-fips", "no",
	"https://sts.us-east-1.amazonaws.com/"},
    {{"AWS_USE_FIPS_ENDPOINT=1"}, "ttl", "1h",
	"AWS_USE_FIPS_ENDPOINT is '1': true or false, or unset it"},
    {{"AWS_USE_FIPS_ENDPOINT=true"}, "endpoint", "https://sts.acme.io",
	"AWS_USE_FIPS_ENDPOINT is set, but endpoint says where to ask: unset "
	"it, or write use-fips = no"},
    {{"AWS_USE_DUALSTACK_ENDPOINT=false"}, "endpoint", "https://sts.acme.io",
	"https://sts.acme.io/"},
    {{"AWS_STS_REGIONAL_ENDPOINTS=legacy"}, "ttl", "1h",
	"https://sts.amazonaws.com/"},
    {{"AWS_STS_REGIONAL_ENDPOINTS=legacy", "AWS_REGION=eu-south-1"}, "ttl",
	"1h", "https://sts.eu-south-1.amazonaws.com/"},
    {{"AWS_STS_REGIONAL_ENDPOINTS=legacy"}, "region", "eu-west-1",
	"https://sts.eu-west-1.amazonaws.com/"},
    {{"AWS_STS_REGIONAL_ENDPOINTS=legacy", "AWS_USE_FIPS_ENDPOINT=true"}, "ttl",
	"1h", "https://sts-fips.us-east-1.amazonaws.com/"},
    {{"AWS_STS_REGIONAL_ENDPOINTS=legacy"}, "endpoint", "https://sts.acme.io",
	"https://sts.acme.io/"},
    {{"AWS_STS_REGIONAL_ENDPOINTS=global"}, "ttl", "1h",
	"AWS_STS_REGIONAL_ENDPOINTS is 'global': regional or legacy, or unset "
	"it"},
    {{"AWS_USE_FIPS_ENDPOINT=true"}, "region", "aws-global",
	"region aws-global has no FIPS and no dual-stack endpoint: set the "
	"region that is meant"},
    {{"AWS_ENDPOINT_URL=https://evil.example",
	 "AWS_ENDPOINT_URL_STS=https://evil.example"},
	"ttl", "1h", "https://sts.us-east-1.amazonaws.com/"},
};

static void
test_askers(void)
{
	for (size_t i = 0; i < sizeof(askings) / sizeof(askings[0]); i++) {
		environment = askings[i].environment;
		tap_is(resolved(&exchange_aws_web_identity,
			   canned_settings(
			       ROLE, askings[i].key, askings[i].value, NULL),
			   NULL, NULL),
		    askings[i].expected, "%s with %s=%s",
		    askings[i].environment[0], askings[i].key,
		    askings[i].value);
	}
	environment = NULL;
}

/* None of them says that it listens to AWS_ENDPOINT_URL: so no helper sends
 * it, and the agent's own is not looked at. */
static void
test_variables(void)
{
	for (size_t i = 0; exchanges[i] != NULL; i++) {
		const char *const *name = exchanges[i]->variables;

		for (; name != NULL && *name != NULL; name++)
			tap_ok(strstr(*name, "ENDPOINT_URL") == NULL,
			    "%s reads %s", exchanges[i]->name, *name);
	}
}

static void
test_one_of_two(void)
{
	tap_is(resolved(&exchange_aws_web_identity,
		   canned_settings(ROLE, "use-dualstack", "yes", "endpoint",
		       "https://sts.acme.io", NULL),
		   NULL, NULL),
	    "use-dualstack: endpoint says already where to ask: leave one of "
	    "the two out",
	    "a key of its own and an endpoint");
}

static const char no_registry[] =
    " is no registry of ECR: they are called "
    "ACCOUNT.dkr.ecr.REGION.amazonaws.com, with 12 digits, and end as their "
    "region's partition does";

/* NULL: it is none. */
static const struct {
	const char *host;
	const char *endpoint;
} registries[] = {
    {ECR ".eu-west-1.amazonaws.com", "api.ecr.eu-west-1.amazonaws.com"},
    {ECR "-fips.us-east-1.amazonaws.com",
	"api.ecr-fips.us-east-1.amazonaws.com"},
    {"123456789012.dkr-ecr.eu-west-1.on.aws", "ecr.eu-west-1.api.aws"},
    {"123456789012.dkr-ecr-fips.us-gov-west-1.on.aws",
	"ecr-fips.us-gov-west-1.api.aws"},
    {ECR ".cn-north-1.amazonaws.com.cn", "api.ecr.cn-north-1.amazonaws.com.cn"},
    {"123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
	"ecr.cn-north-1.api.amazonwebservices.com.cn"},
    {ECR ".us-gov-east-1.amazonaws.com", "api.ecr.us-gov-east-1.amazonaws.com"},
    {ECR ".eusc-de-east-1.amazonaws.eu", "api.ecr.eusc-de-east-1.amazonaws.eu"},
    {ECR ".us-iso-east-1.c2s.ic.gov", "api.ecr.us-iso-east-1.c2s.ic.gov"},
    {ECR ".us-isob-east-1.sc2s.sgov.gov",
	"api.ecr.us-isob-east-1.sc2s.sgov.gov"},
    {ECR ".eu-isoe-west-1.cloud.adc-e.uk",
	"api.ecr.eu-isoe-west-1.cloud.adc-e.uk"},
    {ECR ".us-isof-south-1.csp.hci.ic.gov",
	"api.ecr.us-isof-south-1.csp.hci.ic.gov"},
    {"12345678901.dkr.ecr.eu-west-1.amazonaws.com", NULL},
    {"1234567890123.dkr.ecr.eu-west-1.amazonaws.com", NULL},
    {"x123456789012.dkr.ecr.eu-west-1.amazonaws.com", NULL},
    {"registry.dkr.ecr.eu-west-1.amazonaws.com", NULL},
    {ECR ".cn-north-1.amazonaws.com", NULL},
    {ECR ".eu-west-1.amazonaws.com.cn", NULL},
    {ECR ".eu_west_1.amazonaws.com", NULL},
    {"123456789012.dkr-ecr.us-iso-east-1.on.aws", NULL},
};

static bool
leads_to(const struct exchange *exchange, const char *host)
{
	for (size_t i = 0; exchange->hosts[i] != NULL; i++)
		if (text_glob_host(exchange->hosts[i], host))
			return true;
	return false;
}

static void
test_registries(void)
{
	char expected[512];

	for (size_t i = 0; i < sizeof(registries) / sizeof(registries[0]);
	     i++) {
		const char *host = registries[i].host;
		const char *endpoint = registries[i].endpoint;
		bool has = endpoint != NULL;

		tap_ok(leads_to(&exchange_aws_ecr, host), "it is for %s", host);
		snprintf(expected, sizeof(expected), "%s%s%s",
		    has ? "https://" : host, has ? endpoint : no_registry,
		    has ? "/" : "");
		tap_is(resolved(&exchange_aws_ecr,
			   canned_settings("ttl", "1h", NULL), host, NULL),
		    expected, "the endpoint of %s", host);
		if (!has)
			tap_is(resolved(&exchange_aws_ecr,
				   canned_settings("region", "eu-west-1", NULL),
				   host, NULL),
			    expected, "also with a region");
	}
}

static void
test_no_registries(void)
{
	static const char *const hosts[] = {ECR
	    ".eu-west-1.amazonaws.com.evil.example",
	    ECR ".eu-west-1.evil-amazonaws.com", ECR ".amazonaws.com",
	    "dkr.ecr.eu-west-1.amazonaws.com", "public.ecr.aws.evil.example",
	    "a.public.ecr.aws"};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		tap_ok(!leads_to(&exchange_aws_ecr, hosts[i]) &&
			   !leads_to(&exchange_aws_ecr_public, hosts[i]),
		    "not for %s", hosts[i]);
}

/* What the registry's name says, and what the asker and the configuration
 * make of it. */
static void
test_ecr_variants(void)
{
	static const char *const fips[] = {"AWS_USE_FIPS_ENDPOINT=true", NULL};
	static const char host[] = ECR "-fips.us-east-1.amazonaws.com";

	tap_is(resolved(&exchange_aws_ecr,
		   canned_settings("use-fips", "no", NULL), host, NULL),
	    "https://api.ecr.us-east-1.amazonaws.com/",
	    "the configuration goes first");
	tap_is(resolved(&exchange_aws_ecr,
		   canned_settings("endpoint", "https://ecr.acme.io", NULL),
		   host, NULL),
	    "https://ecr.acme.io/", "so does its endpoint");
	tap_is(
	    resolved(&exchange_aws_ecr_public,
		canned_settings("ttl", "1h", NULL), "ecr-public.aws.com", NULL),
	    "https://ecr-public.us-east-1.api.aws/",
	    "ECR Public by IPv6 as well");
	environment = fips;
	tap_is(resolved(&exchange_aws_ecr, canned_settings("ttl", "1h", NULL),
		   ECR ".us-east-1.amazonaws.com", NULL),
	    "https://api.ecr-fips.us-east-1.amazonaws.com/",
	    "the asker's variable");
	tap_is(resolved(&exchange_aws_ecr_public,
		   canned_settings("ttl", "1h", NULL), "public.ecr.aws", NULL),
	    "AWS_USE_FIPS_ENDPOINT is set, but ECR Public has no FIPS "
	    "endpoint: "
	    "unset it, or do without a login there",
	    "where there is none");
	environment = NULL;
}

#define REPOSITORY "/v1/repos/MyRepo"

static const struct {
	const char *host;
	const char *url;
	const char *expected;
} repositories[] = {
    {"git-codecommit.us-east-1.amazonaws.com",
	"https://git-codecommit.us-east-1.amazonaws.com" REPOSITORY,
	"https://git-codecommit.us-east-1.amazonaws.com" REPOSITORY},
    {"git-codecommit-fips.us-gov-west-1.amazonaws.com",
	"https://x" REPOSITORY ".git/",
	"https://git-codecommit-fips.us-gov-west-1.amazonaws.com" REPOSITORY
	".git"},
    {"git-codecommit.cn-north-1.amazonaws.com.cn",
	"https://x:8443" REPOSITORY "/info/lfs",
	"https://git-codecommit.cn-north-1.amazonaws.com.cn" REPOSITORY},
    {"vpce-0b47-jkl8.git-codecommit.us-east-1.vpce.amazonaws.com",
	"https://x" REPOSITORY,
	"https://"
	"vpce-0b47-jkl8.git-codecommit.us-east-1.vpce.amazonaws."
	"com" REPOSITORY},
    {"git-codecommit.us-east-1.amazonaws.com",
	"https://git-codecommit.us-east-1.amazonaws.com/",
	"a password of CodeCommit is for one repository, but git sends no "
	"path: git config --global credential.https://"
	"git-codecommit.us-east-1.amazonaws.com.useHttpPath true"},
    {"git-codecommit.us-east-1.amazonaws.com", "https://x/acme/web",
	"'acme/web' is no repository of CodeCommit (/v1/repos/NAME)"},
    {"git-codecommit.us-east-1.amazonaws.com", "https://x/v1/repos/a/b",
	"'v1/repos/a/b' is no repository of CodeCommit (/v1/repos/NAME)"},
    {"git-codecommit.us-east-1.amazonaws.com", "https://x/v1/repos/a%0Ab",
	"'v1/repos/a%0Ab' is no repository of CodeCommit (/v1/repos/NAME)"},
    {"git-codecommit.cn-north-1.amazonaws.com", "https://x" REPOSITORY,
	"set region: git-codecommit.cn-north-1.amazonaws.com is no "
	"host of CodeCommit (git-codecommit.REGION.amazonaws.com)"},
    {NULL, NULL,
	"it is for one repository: daypass token --for https://"
	"git-codecommit.REGION.amazonaws.com/v1/repos/NAME"},
};

static void
test_codecommit_hosts(void)
{
	for (size_t i = 0; i < sizeof(repositories) / sizeof(repositories[0]);
	     i++) {
		const char *host = repositories[i].host;

		if (host != NULL)
			tap_ok(leads_to(&exchange_aws_codecommit, host),
			    "it is for %s", host);
		tap_is(resolved(&exchange_aws_codecommit,
			   canned_settings("ttl", "1h", NULL), host,
			   repositories[i].url),
		    repositories[i].expected, "%s", repositories[i].url);
	}
	tap_ok(!leads_to(&exchange_aws_codecommit,
		   "git-codecommit.us-east-1.amazonaws.com.evil.example"),
	    "it is for no other host");
	tap_ok(!leads_to(&exchange_aws_codecommit, "codecommit.amazonaws.com"),
	    "nor for one without a region");
}

static struct credential *
sign(struct credential *input, int64_t lately, int64_t *skew)
{
	scoped(credential) struct credential *from = input;
	scoped(settings) struct settings *settings =
	    canned_settings("ttl", "1h", NULL);
	struct http http = {.lately = lately};
	const struct exchange_mint mint = {
	    .settings = settings, .input = from, .http = &http};
	const struct exchange_target target = {
	    .host = "git-codecommit.us-east-1.amazonaws.com",
	    .url = "https://git-codecommit.us-east-1.amazonaws.com" REPOSITORY};
	struct credential *made = NULL;

	exchange_aws_codecommit.resolve(settings, &target, NULL);
	exchange_aws_codecommit.run(&mint, &made, NULL);
	*skew = http.skew;
	return made;
}

static void
test_codecommit(void)
{
	scoped(credential) struct credential *made = NULL;
	struct credential *input = canned_aws();
	int64_t skew, now = clock_unix();
	char day[CLOCK_TEXT];

	made = sign(input, 0, &skew);
	tap_is(made->name, "AKIDEXAMPLE", "what may be shown of the user name");
	tap_is(secret_bytes(made->session),
	    "AKIDEXAMPLE%FwoGZXIvYXdzEXAMPLE/TOKEN+abc==", "the user name");
	tap_number(secret_length(made->secret), 15 + 1 + 64, "the password");
	tap_ok(made->expires >= now + 900 && made->expires <= now + 902,
	    "for a quarter of an hour");
	credential_free(made);
	input = canned_aws();
	input->expires = now + 100;
	secret_free(take(&input->session));
	made = sign(input, 0, &skew);
	tap_number(made->expires, now + 100, "not longer than what signs it");
	tap_ok(made->session == NULL, "a key without a session token");
	credential_free(made);
	made = sign(canned_aws(), 86400, &skew);
	clock_rfc3339(now + 86400, day);
	tap_ok(strncmp(secret_bytes(made->secret) + 6, day + 8, 2) == 0,
	    "signed for the time that others told");
	tap_number(skew, 86400, "which its own times are told in");
	tap_ok(made->expires >= now + 86400 + 900, "its expiry too");
}

int
main(void)
{
	test_endpoints();
	test_askers();
	test_variables();
	test_one_of_two();
	test_registries();
	test_no_registries();
	test_ecr_variants();
	test_codecommit_hosts();
	test_codecommit();
	return tap_done();
}
