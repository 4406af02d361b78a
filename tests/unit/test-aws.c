/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "canned.h"
#include "exchange/aws.h"
#include "tap.h"

extern const struct exchange exchange_aws_web_identity;
extern const struct exchange exchange_aws_assume_role;
extern const struct exchange exchange_aws_ecr;
extern const struct exchange exchange_aws_ecr_public;

#define ROLE "arn:aws:iam::123456789012:role/dev"
#define CLAIMS                                                                \
	"{\"iss\":\"https://app.gitpod.io\",\"sub\":\"org:a/prj:b/env:7f3\"," \
	"\"aud\":[\"sts.amazonaws.com\"],\"exp\":1900000000}"
#define STS_REPLY(key)                                                   \
	"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/"     \
	"2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><Arn>x</Arn>"  \
	"</AssumedRoleUser><Credentials><AccessKeyId>" key               \
	"</AccessKeyId><SecretAccessKey>wJalr/K7&#43;</SecretAccessKey>" \
	"<SessionToken>IQo+/==</SessionToken>"                           \
	"<Expiration>2030-03-17T17:46:40.123456789Z</Expiration>"        \
	"</Credentials></AssumeRoleResult></AssumeRoleResponse>"

static void
test_regions(void)
{
	tap_is(aws_suffix("eu-west-1"), "amazonaws.com", "aws");
	tap_is(aws_suffix("cn-north-1"), "amazonaws.com.cn", "aws-cn");
	tap_is(aws_suffix("us-gov-west-1"), "amazonaws.com", "aws-us-gov");
	tap_is(aws_suffix("eusc-de-east-1"), "amazonaws.eu", "aws-eusc");
	tap_is(aws_suffix("us-iso-east-1"), "c2s.ic.gov", "aws-iso");
	tap_is(aws_suffix("us-isob-east-1"), "sc2s.sgov.gov", "aws-iso-b");
	tap_is(aws_suffix("eu-isoe-west-1"), "cloud.adc-e.uk", "aws-iso-e");
	tap_is(aws_suffix("us-isof-south-1"), "csp.hci.ic.gov", "aws-iso-f");
	tap_is(aws_partition("us-isob-east-1"), "aws-iso-b", "its name");
	tap_is(aws_partition("us-east-1"), "aws", "the usual name");
	tap_number(aws_check_region("eu-west-1", NULL), 0, "a region");
	tap_number(aws_check_region("", NULL), -1, "no region");
	tap_number(aws_check_region("evil.com/", NULL), -1, "no host");
	tap_number(aws_check_region("EU-WEST-1", NULL), -1, "no capitals");
	tap_number(aws_check_region("eu-", NULL), -1, "no dash at its end");
}

static void
role_is(const char *arn, bool foreign, bool expected)
{
	tap_ok(aws_is_role(arn, foreign) == expected, "%s is %s role%s", arn,
	    expected ? "a" : "no", foreign ? " elsewhere" : "");
}

static void
test_roles(void)
{
	role_is(ROLE, false, true);
	role_is("arn:aws-us-gov:iam::123456789012:role/a/b/c+=", false, true);
	role_is("arn:aws:iam::123456789012:user/dev", false, false);
	role_is("arn:aws:iam::12345678901:role/dev", false, false);
	role_is("arn:aws:iam::123456789012:role/", false, false);
	role_is("arn:aws:iam::123456789012:role/a b", false, false);
	role_is("arn:aws:sts::123456789012:role/dev", false, false);
	role_is("arn:aws:iam:::role/developer", false, false);
	role_is("arn:aws:iam:::role/developer", true, true);
	role_is("arn:minio:iam:::role/idmp-1_2", true, true);
	role_is("dev", true, false);
	role_is("arn:aws:iam", true, false);
	role_is("arn:aws:iam::/aaaaaaaaaaaa", true, false);
}

static void
session_is(const char *claims, const char *set, const char *expected)
{
	scoped(credential) struct credential *token = canned_id_token(claims);
	scoped(settings) struct settings *settings = settings_new();
	const struct exchange_mint mint = {
	    .settings = settings, .input = token};
	char name[AWS_SESSION_NAME];

	if (set != NULL)
		settings_add(settings, "session-name", set);
	tap_is(
	    aws_session_name(&mint, name), expected, "session of %s", claims);
}

static void
test_session_names(void)
{
	session_is(CLAIMS, "ada@laptop", "ada@laptop");
	session_is(CLAIMS, NULL, "org-a-prj-b-env-7f3");
	session_is(
	    "{\"sub\":\"x\",\"environment_id\":\"7f3-1\"}", NULL, "7f3-1");
	session_is("{\"sub\":\"repo:a/b\",\"run_id\":4711}", NULL, "4711");
	session_is("{\"sub\":\"x\"}", NULL, "daypass");
	session_is("{}", NULL, "daypass");
	session_is("{\"sub\":\"organization_id:01234567-0123-0123-0123-"
		   "012345678901:project_id:01234567-0123-0123-0123-"
		   "012345678901\"}",
	    NULL,
	    "23-0123-012345678901-project_id-01234567-0123-0123-0123-"
	    "012345678901" +
		4);
}

/* One workspace has one name, however many roles it goes through. */
static void
test_session_is_handed_on(void)
{
	struct credential *first = NULL, *second = NULL;

	canned_put(200, "text/xml", STS_REPLY("ASIAEXAMPLE"));
	canned_run(&exchange_aws_web_identity,
	    canned_settings("role", ROLE, NULL),
	    canned_id_token("{\"sub\":\"repo:a/b\",\"run_id\":4711}"), &first,
	    NULL);
	tap_ok(strstr(canned.body, "&RoleSessionName=4711&") != NULL,
	    "the job's own: %s", canned.body);
	canned_put(200, "text/xml", STS_REPLY("ASIAEXAMPLE"));
	canned_run(&exchange_aws_assume_role,
	    canned_settings("role", ROLE, NULL), first, &second, NULL);
	tap_ok(strstr(canned.body, "&RoleSessionName=4711&") != NULL,
	    "and of the role after it: %s", canned.body);
	canned_put(200, "text/xml", STS_REPLY("ASIAEXAMPLE"));
	canned_run(&exchange_aws_assume_role,
	    canned_settings("role", ROLE, "session-name", "ada", NULL), second,
	    &first, NULL);
	canned_put(200, "text/xml", STS_REPLY("ASIAEXAMPLE"));
	canned_run(&exchange_aws_assume_role,
	    canned_settings("role", ROLE, NULL), first, &second, NULL);
	tap_ok(strstr(canned.body, "&RoleSessionName=ada&") != NULL,
	    "one that was set goes on too: %s", canned.body);
	credential_free(second);
	canned_put(200, "text/xml", STS_REPLY("ASIAEXAMPLE"));
	first = canned_aws();
	first->subject = strdup("org:a/env:7f3");
	canned_run(&exchange_aws_assume_role,
	    canned_settings("role", ROLE, NULL), first, &second, NULL);
	tap_ok(strstr(canned.body, "&RoleSessionName=org-a-env-7f3&") != NULL,
	    "another's credentials: the subject: %s", canned.body);
	credential_free(second);
}

static void
test_web_identity(void)
{
	scoped(credential) struct credential *made = NULL;
	scoped(buffer) struct buffer body = BUFFER(8192);
	struct credential *token = canned_id_token(CLAIMS);
	struct settings *settings =
	    canned_settings("role", ROLE, "region", "eu-west-1", "ttl", "15m",
		"policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess",
		"session-policy", "{}", NULL);

	buffer_printf(&body,
	    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&"
	    "RoleArn=arn%%3Aaws%%3Aiam%%3A%%3A123456789012%%3Arole%%2Fdev&"
	    "RoleSessionName=org-a-prj-b-env-7f3&DurationSeconds=900&"
	    "PolicyArns.member.1.arn="
	    "arn%%3Aaws%%3Aiam%%3A%%3Aaws%%3Apolicy%%2FReadOnlyAccess&"
	    "Policy=%%7B%%7D&WebIdentityToken=%s",
	    secret_bytes(token->secret));
	canned_put(200, "text/xml", STS_REPLY("ASIAEXAMPLE"));
	tap_number(canned_run(&exchange_aws_web_identity, settings, token,
		       &made, NULL),
	    0, "web identity: runs");
	tap_is(canned.url, "https://sts.eu-west-1.amazonaws.com/", "its URL");
	tap_is(canned.body, buffer_text(&body), "its body");
	tap_is(canned.authorization, "", "it is not signed");
	if (made == NULL)
		return;
	tap_number(made->kind, KIND_AWS, "kind");
	tap_is(made->name, "ASIAEXAMPLE", "access key id");
	tap_is(secret_bytes(made->secret), "wJalr/K7+", "secret key");
	tap_is(secret_bytes(made->session), "IQo+/==", "session token");
	tap_number(made->expires, 1900000000, "expiry");
	tap_is(made->subject, "org:a/prj:b/env:7f3", "who it is for");
}

static void
web_identity_fails(int status, const char *type, const char *body,
    enum fault fault, bool again, const char *text)
{
	scoped(credential) struct credential *made = NULL;
	struct error err = {0};

	canned_put(status, type, body);
	tap_number(canned_run(&exchange_aws_web_identity,
		       canned_settings("role", ROLE, NULL),
		       canned_id_token(CLAIMS), &made, &err),
	    -1, "fails: %s", text);
	tap_is(err.text, text, "its text");
	tap_is(fault_name(err.fault), fault_name(fault), "its fault");
	tap_ok(canned.again == again, "tried again: %s", again ? "yes" : "no");
}

#define SAYS(code, message)                                                   \
	"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">" \
	"<Error><Type>Sender</Type><Code>" code "</Code><Message>" message    \
	"</Message></Error><RequestId>1</RequestId></ErrorResponse>"
#define FROM " from sts.us-east-1.amazonaws.com"

static void
test_refusals(void)
{
	web_identity_fails(403, "text/xml",
	    SAYS("AccessDenied",
		"Not authorized to perform sts:AssumeRoleWithWebIdentity"),
	    FAULT_REFUSED, false,
	    "AccessDenied" FROM ": role " ROLE " does not trust "
	    "sub=org:a/prj:b/env:7f3 aud=sts.amazonaws.com");
	web_identity_fails(400, "text/xml",
	    SAYS("InvalidIdentityToken", "No OpenIDConnect provider"),
	    FAULT_REFUSED, false,
	    "InvalidIdentityToken" FROM ": the account of " ROLE
	    " needs an OIDC provider for https://app.gitpod.io with the "
	    "audience sts.amazonaws.com (No OpenIDConnect provider)");
	web_identity_fails(400, "text/xml",
	    SAYS("ValidationError", "too long\xe2\x80\xa6"), FAULT_REFUSED,
	    false,
	    "ValidationError" FROM ": a value is not what the service "
	    "takes: mend it (too long\xe2\x80\xa6)");
	web_identity_fails(400, "text/xml", SAYS("IDPCommunicationError", ""),
	    FAULT_NETWORK, true,
	    "IDPCommunicationError" FROM
	    ": STS cannot reach https://app.gitpod.io for its keys: try again, "
	    "then see that it is up");
	web_identity_fails(400, "text/xml", SAYS("Throttling", "Rate exceeded"),
	    FAULT_NETWORK, true,
	    "Throttling" FROM ": too much is asked there at once: try again "
	    "later (Rate exceeded)");
	web_identity_fails(400, "text/xml",
	    SAYS("InvalidIdentityToken",
		"Couldn't retrieve verification key from your identity "
		"provider"),
	    FAULT_NETWORK, true,
	    "InvalidIdentityToken" FROM ": STS could not fetch the keys of "
	    "https://app.gitpod.io: its discovery document and its JWKS must "
	    "be readable from the internet (Couldn't retrieve verification key "
	    "from your identity provider)");
	web_identity_fails(400, "text/xml", SAYS("RequestThrottled", ""),
	    FAULT_NETWORK, true, "RequestThrottled" FROM);
	web_identity_fails(400, "application/xml",
	    "<Error><Code>Ceph</Code><Message></Message></Error>",
	    FAULT_REFUSED, false, "Ceph" FROM);
	web_identity_fails(
	    503, "text/html", "<html>", FAULT_NETWORK, false, "HTTP 503" FROM);
	web_identity_fails(
	    403, "text/xml", "", FAULT_REFUSED, false, "HTTP 403" FROM);
}

static void
test_bad_replies(void)
{
	web_identity_fails(200, "text/html", "<html/>", FAULT_REFUSED, false,
	    "unexpected text/html" FROM " instead of text/xml");
	web_identity_fails(200, "text/xml", "<a><Credentials/></a>",
	    FAULT_REFUSED, false,
	    "unexpected reply" FROM ": no whole credentials in it");
	web_identity_fails(200, "text/xml", STS_REPLY("ASIA EXAMPLE"),
	    FAULT_REFUSED, false,
	    "unexpected reply" FROM ": no whole credentials in it");
	web_identity_fails(200, "text/xml", STS_REPLY(""), FAULT_REFUSED, false,
	    "unexpected reply" FROM ": no whole credentials in it");
}

static void
test_assume_role(void)
{
	scoped(credential) struct credential *made = NULL;
	struct settings *settings = canned_settings("role", ROLE, "region",
	    "aws-global", "session-name", "ws-1", "external-id", "a/b", "tag",
	    "team=web&co", "tag", "cost=1", "transitive-tag", "Team",
	    "source-identity", "ada@acme", NULL);

	canned_put(200, "text/xml", STS_REPLY("ASIAEXAMPLE"));
	tap_number(canned_run(&exchange_aws_assume_role, settings, canned_aws(),
		       &made, NULL),
	    0, "assume role: runs");
	tap_is(canned.url, "https://sts.amazonaws.com/", "its URL");
	tap_is(canned.body,
	    "Action=AssumeRole&Version=2011-06-15&"
	    "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdev&"
	    "RoleSessionName=ws-1&DurationSeconds=3600&ExternalId=a%2Fb&"
	    "SourceIdentity=ada%40acme&"
	    "Tags.member.1.Key=team&Tags.member.1.Value=web%26co&"
	    "Tags.member.2.Key=cost&Tags.member.2.Value=1&"
	    "TransitiveTagKeys.member.1=Team",
	    "its body");
	tap_ok(strstr(canned.authorization,
		   "/us-east-1/sts/aws4_request, "
		   "SignedHeaders=content-type;host;x-amz-date;"
		   "x-amz-security-token, Signature=") != NULL,
	    "it is signed: %s", canned.authorization);
	tap_ok(text_starts(canned.headers, "X-Amz-Date: 20"), "dated: %s",
	    canned.headers);
	tap_number(canned.count, 1, "once");
	tap_ok(made != NULL && made->kind == KIND_AWS, "made");
}

static void
test_clock_skew(void)
{
	scoped(credential) struct credential *made = NULL;
	char before[1024];

	canned_put(403, "text/xml",
	    SAYS("SignatureDoesNotMatch", "Signature expired"));
	canned_put(200, "text/xml", STS_REPLY("ASIAEXAMPLE"));
	canned_skew(86400);
	clock_rfc3339(clock_unix() + 86400, before);
	tap_number(
	    canned_run(&exchange_aws_assume_role,
		canned_settings("role", ROLE, NULL), canned_aws(), &made, NULL),
	    0, "a clock that is a day behind does not matter");
	canned_skew(0);
	tap_number(canned.count, 2, "it is signed again");
	tap_ok(strncmp(canned.headers + 12 + 6, before + 8, 2) == 0,
	    "with the other's time: %s", canned.headers);
}

static void
ecr_expires(const char *at, int64_t input, int64_t expected)
{
	scoped(credential) struct credential *made = NULL;
	struct credential *aws = canned_aws();
	char body[512];

	snprintf(body, sizeof(body),
	    "{\"authorizationData\":[{\"authorizationToken\":"
	    "\"QVdTOnBhOnNz\",%s\"proxyEndpoint\":\"https://x\"}]}",
	    at);
	aws->expires = input;
	canned_put(200, "application/x-amz-json-1.1", body);
	tap_number(
	    canned_run(&exchange_aws_ecr,
		canned_settings("region", "us-east-1", NULL), aws, &made, NULL),
	    0, "ecr: runs");
	tap_number(made == NULL ? -1 : made->expires, expected,
	    "expiry of %s with %lld", at, (long long)input);
	tap_is(made == NULL ? NULL : made->name, "AWS", "user");
	tap_is(made == NULL ? NULL : secret_bytes(made->secret), "pa:ss",
	    "password");
}

static void
test_ecr_public(void)
{
	struct credential *made = NULL;
	struct error err = {0};

	canned_put(200, "application/x-amz-json-1.1",
	    "{\"authorizationData\":{\"authorizationToken\":\"QVdTOnBhOnNz\","
	    "\"expiresAt\":1.9E9}}");
	canned_run(&exchange_aws_ecr_public, canned_settings("ttl", "1h", NULL),
	    canned_aws(), &made, &err);
	tap_is(made == NULL ? err.text : secret_bytes(made->secret), "pa:ss",
	    "ecr public: password");
	tap_is(canned.url, "https://api.ecr-public.us-east-1.amazonaws.com/",
	    "its URL");
	tap_ok(strstr(canned.headers, "|X-Amz-Target: SpencerFrontendService."
				      "GetAuthorizationToken|") != NULL,
	    "its target: %s", canned.headers);
	tap_ok(strstr(canned.authorization,
		   "/us-east-1/ecr-public/aws4_request,") != NULL,
	    "signed for it: %s", canned.authorization);
	credential_free(made);
	made = NULL;
	canned_put(200, "application/x-amz-json-1.1",
	    "{\"authorizationData\":[{\"authorizationToken\":"
	    "\"QVdTOnBhOnNz\"}]}");
	canned_run(&exchange_aws_ecr_public, canned_settings("ttl", "1h", NULL),
	    canned_aws(), &made, &err);
	tap_is(err.text,
	    "unexpected reply from api.ecr-public.us-east-1.amazonaws.com: no "
	    "authorizationToken in it",
	    "a list for an object");
	canned_put(400, "application/x-amz-json-1.1",
	    "{\"__type\":\"AccessDeniedException\",\"message\":\"User: x is "
	    "not "
	    "authorized to perform: sts:GetServiceBearerToken\"}");
	canned_run(&exchange_aws_ecr_public, canned_settings("ttl", "1h", NULL),
	    canned_aws(), &made, &err);
	tap_ok(
	    strstr(err.text, "may not call sts:GetServiceBearerToken") != NULL,
	    "the permission that is forgotten: %s", err.text);
	tap_ok(made == NULL, "nothing is made of either");
}

static void
test_ecr(void)
{
	struct credential *made = NULL;
	struct error err = {0};

	ecr_expires("\"expiresAt\":1.9E9,", 0, 1900000000);
	ecr_expires("\"expiresAt\":1900000000.5,", 1800000000, 1800000000);
	ecr_expires("\"expiresAt\":1700000000,", 1800000000, 1700000000);
	ecr_expires("", 1800000000, 1800000000);
	ecr_expires("", 0, 0);
	tap_is(canned.url, "https://api.ecr.us-east-1.amazonaws.com/", "URL");
	tap_is(canned.body, "{}", "body");
	tap_ok(strstr(canned.headers,
		   "|X-Amz-Target: AmazonEC2ContainerRegistry_V20150921."
		   "GetAuthorizationToken|") != NULL,
	    "target: %s", canned.headers);
	canned_put(400, "application/x-amz-json-1.1",
	    "{\"__type\":\"com.amazonaws.ecr#AccessDeniedException\","
	    "\"message\":\"not yours\"}");
	canned_run(&exchange_aws_ecr,
	    canned_settings("region", "us-east-1", NULL), canned_aws(), &made,
	    &err);
	tap_is(err.text,
	    "AccessDeniedException from api.ecr.us-east-1.amazonaws.com: the "
	    "role may not call ecr:GetAuthorizationToken: allow it, on * (not "
	    "yours)",
	    "refused");
	canned_put(200, "application/x-amz-json-1.1",
	    "{\"authorizationData\":[{\"authorizationToken\":\"QVdT\"}]}");
	canned_run(&exchange_aws_ecr,
	    canned_settings("region", "us-east-1", NULL), canned_aws(), &made,
	    &err);
	tap_is(err.text,
	    "unexpected reply from api.ecr.us-east-1.amazonaws.com: its "
	    "authorizationToken is no USER:PASSWORD",
	    "a token without a colon");
	canned_put(200, "application/x-amz-json-1.1",
	    "{\"authorizationData\":{\"0\":{\"authorizationToken\":"
	    "\"QVdTOng=\"}}}");
	canned_run(&exchange_aws_ecr,
	    canned_settings("region", "us-east-1", NULL), canned_aws(), &made,
	    &err);
	tap_is(err.text,
	    "unexpected reply from api.ecr.us-east-1.amazonaws.com: no "
	    "authorizationToken in it",
	    "an object for a list");
	tap_ok(made == NULL, "and nothing is made of it");
}

int
main(void)
{
	test_regions();
	test_roles();
	test_session_names();
	test_session_is_handed_on();
	test_web_identity();
	test_refusals();
	test_bad_replies();
	test_assume_role();
	test_clock_skew();
	test_ecr();
	test_ecr_public();
	return tap_done();
}
