/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "canned.h"
#include "tap.h"

#define ROLE "arn:aws:iam::123456789012:role/dev"
#define POOL                                                \
	"//iam.googleapis.com/projects/1/locations/global/" \
	"workloadIdentityPools/p/providers/w"
#define CLAIMS "{\"iss\":\"https://i\",\"sub\":\"s\",\"aud\":\"a\"}"
#define ROOM 2048

/* The host, path and region of the request in question. */
static const char *host, *path, *region;

static const char *
variable(const struct exchange_target *target, const char *name)
{
	(void)target;
	return strcmp(name, "AWS_DEFAULT_REGION") == 0 ? region : NULL;
}

static const struct exchange_target *
target(void)
{
	static struct exchange_target asked;

	asked = (struct exchange_target){
	    .host = host, .path = path, .variable = variable};
	return &asked;
}

/* Resolved, these settings give this endpoint. */
static void
endpoint_is(const char *name, struct settings *settings, const char *expected)
{
	const struct exchange *exchange = exchange_named(name);
	scoped(settings) struct settings *ours = settings;
	scoped(buffer) struct buffer url = BUFFER(ROOM);
	struct error err = {0};

	if (exchange->resolve(ours, target(), &err) == 0)
		exchange->endpoint(ours, &url, &err);
	tap_is(err.fault == FAULT_NONE ? buffer_text(&url) : err.text, expected,
	    "%s: its endpoint", name);
}

/* These settings are refused, with a text that holds this word. */
static void
refuses(const char *name, struct settings *settings, enum fault fault,
    const char *word)
{
	scoped(settings) struct settings *ours = settings;
	struct error err = {0};

	tap_number(exchange_named(name)->resolve(ours, target(), &err), -1,
	    "%s refuses: %s", name, word);
	tap_ok(err.fault == fault && strstr(err.text, word) != NULL,
	    "and says so: %s", err.text);
}

static void
audience_is(const char *name, struct settings *settings, const char *expected)
{
	scoped(settings) struct settings *ours = settings;
	scoped(buffer) struct buffer audience = BUFFER(ROOM);
	int result = exchange_named(name)->audience(ours, &audience, NULL);

	tap_is(result == 0 ? buffer_text(&audience) : NULL, expected,
	    "%s: its audience", name);
}

static void
test_audiences(void)
{
	audience_is("aws-web-identity", settings_new(), "sts.amazonaws.com");
	audience_is("aws-web-identity",
	    canned_settings("region", "cn-north-1", NULL), "sts.amazonaws.com");
	audience_is("octo-sts",
	    canned_settings("endpoint", "https://127.0.0.1:1", NULL),
	    "octo-sts.dev");
	audience_is("gcp-federation", canned_settings("audience", POOL, NULL),
	    "https:" POOL);
	audience_is("gcp-federation", settings_new(), NULL);
}

static void
test_aws(void)
{
	endpoint_is("aws-web-identity", canned_settings("role", ROLE, NULL),
	    "https://sts.us-east-1.amazonaws.com/");
	region = "eu-central-1";
	endpoint_is("aws-assume-role", canned_settings("role", ROLE, NULL),
	    "https://sts.eu-central-1.amazonaws.com/");
	endpoint_is("aws-web-identity",
	    canned_settings("role", ROLE, "region", "eu-west-1", NULL),
	    "https://sts.eu-west-1.amazonaws.com/");
	region = "a.evil.com/";
	refuses("aws-web-identity", canned_settings("role", ROLE, NULL),
	    FAULT_CONFIG, "AWS_DEFAULT_REGION");
	region = NULL;
	endpoint_is("aws-web-identity",
	    canned_settings("role", "arn:aws-cn:iam::123456789012:role/dev",
		"region", "cn-north-1", NULL),
	    "https://sts.cn-north-1.amazonaws.com.cn/");
	endpoint_is("aws-web-identity",
	    canned_settings("role", "arn:aws:iam:::role/ceph", "endpoint",
		"https://rgw.acme.io/", "ttl", "60", NULL),
	    "https://rgw.acme.io/");
}

static void
test_aws_mistakes(void)
{
	static char policy[4096];
	struct settings *many = canned_settings("role", ROLE, NULL);

	refuses("aws-web-identity", settings_new(), FAULT_CONFIG,
	    "role is missing");
	refuses("aws-web-identity", canned_settings("role", "dev", NULL),
	    FAULT_CONFIG, "'dev' is no ARN");
	refuses("aws-web-identity",
	    canned_settings(
		"role", "arn:aws-cn:iam::123456789012:role/dev", NULL),
	    FAULT_CONFIG, "set region");
	refuses("aws-web-identity",
	    canned_settings("role", ROLE, "ttl", "899", NULL), FAULT_CONFIG,
	    "900 to 43200");
	refuses("aws-web-identity",
	    canned_settings("role", ROLE, "ttl", "13h", NULL), FAULT_CONFIG,
	    "900 to 43200");
	refuses("aws-assume-role",
	    canned_settings("role", ROLE, "ttl", "2h", NULL), FAULT_CONFIG,
	    "900 to 3600");
	refuses("aws-web-identity",
	    canned_settings("role", ROLE, "session-name", "a b", NULL),
	    FAULT_CONFIG, "session-name");
	memset(policy, ' ', 2049);
	policy[0] = '{';
	policy[2048] = '}';
	refuses("aws-web-identity",
	    canned_settings("role", ROLE, "session-policy", policy, NULL),
	    FAULT_CONFIG, "2049 characters");
	refuses("aws-web-identity",
	    canned_settings("role", ROLE, "session-policy", "{", NULL),
	    FAULT_CONFIG, "session-policy: ");
	for (int i = 0; i < 11; i++)
		settings_add(many, "policy-arn", "arn:aws:iam::aws:policy/A");
	refuses("aws-web-identity", many, FAULT_CONFIG, "at most 10");
	refuses("aws-assume-role",
	    canned_settings("role", ROLE, "tag", "novalue", NULL), FAULT_CONFIG,
	    "KEY=VALUE");
	refuses("aws-assume-role",
	    canned_settings("role", ROLE, "external-id", "a", NULL),
	    FAULT_CONFIG, "external-id");
}

static void
ecr_host(const char *name, const char *expected)
{
	host = name;
	endpoint_is("aws-ecr", settings_new(), expected);
	host = NULL;
}

static void
test_ecr(void)
{
	static const char *const no[] = {
	    "12345678901.dkr.ecr.eu-west-1.amazonaws.com",
	    "1234567890123.dkr.ecr.eu-west-1.amazonaws.com",
	    "123456789012.dkr.ecr.eu-west-1.evil.com",
	    "123456789012.dkr.ecr.eu-west-1",
	    "123456789012.dkr.ecr..amazonaws.com", "123456789012.dkr",
	    "public.ecr.aws", ""};

	ecr_host("123456789012.dkr.ecr.eu-west-1.amazonaws.com",
	    "https://api.ecr.eu-west-1.amazonaws.com/");
	ecr_host("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
	    "https://api.ecr.cn-north-1.amazonaws.com.cn/");
	ecr_host("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
	    "https://api.ecr-fips.us-east-1.amazonaws.com/");
	ecr_host("123456789012.dkr-ecr.us-east-2.on.aws",
	    "https://ecr.us-east-2.api.aws/");
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		host = no[i];
		refuses("aws-ecr", settings_new(), FAULT_CONFIG, "region");
	}
	host = NULL;
	endpoint_is("aws-ecr",
	    canned_settings(
		"region", "us-east-1", "endpoint", "http://127.0.0.1:9", NULL),
	    "http://127.0.0.1:9/");
}

static void
octo_path(const char *asked, const char *scope)
{
	char url[256] = "https://octo-sts.dev/sts/exchange?scope=";

	path = asked;
	strcat(strcat(url, scope), "&identity=day%26pass");
	endpoint_is("octo-sts",
	    canned_settings("identity-name", "day&pass", NULL), url);
	path = NULL;
}

static void
test_octo_scope(void)
{
	static const char *const no[] = {
	    "../x", "a/..", "a b/c", "/a", "acme/w%2f"};

	octo_path("acme/web", "acme%2Fweb");
	octo_path("acme/web/tree/main", "acme%2Fweb");
	octo_path("acme", "acme");
	octo_path("acme/", "acme");
	octo_path("acme/.github", "acme%2F.github");
	refuses("octo-sts", canned_settings("identity-name", "d", NULL),
	    FAULT_USAGE, "useHttpPath");
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		path = no[i];
		refuses("octo-sts", canned_settings("identity-name", "d", NULL),
		    FAULT_USAGE, "OWNER/REPOSITORY");
	}
	path = NULL;
	refuses("octo-sts", canned_settings("scope", "a/b", NULL), FAULT_CONFIG,
	    "identity-name");
	refuses("octo-sts",
	    canned_settings("identity-name", "d", "scope", "a/b/c", NULL),
	    FAULT_CONFIG, "scope 'a/b/c'");
	refuses("octo-sts",
	    canned_settings("identity-name", "d", "scope", "a/b",
		"revoke-endpoint", "http://ghe.acme.io", NULL),
	    FAULT_CONFIG, "revoke-endpoint");
}

static void
test_octo_run(void)
{
	scoped(credential) struct credential *made = NULL;
	struct credential *failed = NULL;
	struct error err = {0};
	int64_t before = clock_unix();

	canned_put(200, "application/json",
	    "{\"token\":\"ghs_1_a.b-c\",\"refreshToken\":\"\"}");
	tap_number(
	    canned_run(exchange_named("octo-sts"),
		canned_settings("identity-name", "d", "scope", "a/b", NULL),
		canned_id_token(CLAIMS), &made, NULL),
	    0, "octo-sts: runs");
	tap_is(canned.method, "POST", "its method");
	tap_is(canned.body, "", "no body");
	tap_ok(strncmp(canned.authorization, "Bearer eyJ", 10) == 0,
	    "the token goes into the header");
	if (made == NULL)
		return;
	tap_is(secret_bytes(made->secret), "ghs_1_a.b-c", "token");
	tap_ok(made->revocable && made->kind == KIND_BEARER, "revocable");
	tap_ok(made->expires >= before + 3300 && made->expires <= before + 3310,
	    "55 minutes");
	canned_put(404, "application/json",
	    "{\"code\":5,\"message\":\"unable to find trust policy\"}");
	canned_run(exchange_named("octo-sts"),
	    canned_settings("identity-name", "d", "scope", "a", NULL),
	    canned_id_token(CLAIMS), &failed, &err);
	tap_is(err.text,
	    "NOT_FOUND from octo-sts.dev: unable to find trust policy; it "
	    "was shown iss=https://i sub=s aud=a; it looks for "
	    ".github/chainguard/d.sts.yaml in a/.github, and again only "
	    "after 5 minutes",
	    "no trust policy");
}

static int
take_back(int status, struct error *err)
{
	scoped(credential) struct credential *token =
	    credential_new(KIND_BEARER);
	scoped(settings) struct settings *settings = canned_settings(
	    "revoke-endpoint", "https://ghe.acme.io/api/v3/", NULL);
	struct http http = {.deadline = clock_ms() + 1000};
	const struct exchange_mint mint = {
	    .settings = settings, .input = token, .http = &http};

	token->secret = secret_copy("ghs_1", 5);
	canned_put(status, "application/json",
	    status == 204 ? "" : "{\"message\":\"Bad credentials\"}");
	return exchange_named("octo-sts")->revoke(&mint, err);
}

static void
test_octo_revoke(void)
{
	struct error err = {0};

	tap_number(take_back(204, &err), 0, "revoked");
	tap_is(canned.method, "DELETE", "by DELETE");
	tap_is(canned.url, "https://ghe.acme.io/api/v3/installation/token",
	    "where it was made");
	tap_is(canned.authorization, "Bearer ghs_1", "with itself");
	tap_number(take_back(401, &err), 0, "what is gone is revoked");
	tap_number(take_back(403, &err), -1, "refused");
	tap_is(err.text, "HTTP 403 from ghe.acme.io: Bad credentials", "so");
}

int
main(void)
{
	test_audiences();
	test_aws();
	test_aws_mistakes();
	test_ecr();
	test_octo_scope();
	test_octo_run();
	test_octo_revoke();
	return tap_done();
}
