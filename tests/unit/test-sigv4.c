/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/sigv4.h"
#include "tap.h"

/* Signatures by botocore's own signer, of 2024-05-06T07:08:09Z. */
#define NOW 1714979289
#define SIGNED "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240506/"

static const char secret_key[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
static const char session_token[] = "FwoGZXIvYXdzEXAMPLE/TOKEN+abc==";

static const struct sigv4 sts = {
    .access_key_id = "AKIDEXAMPLE",
    .region = "eu-central-1",
    .service = "sts",
    .now = NOW,
    .method = "POST",
    .host = "sts.eu-central-1.amazonaws.com",
    .path = "/",
    .content_type = "application/x-www-form-urlencoded; charset=utf-8",
};

static const char sts_body[] =
    "Action=AssumeRole&Version=2011-06-15"
    "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdev"
    "&RoleSessionName=ws-1&DurationSeconds=900";

static int
sign(struct sigv4 request, const char *body, struct buffer *authorization,
    char date[SIGV4_DATE])
{
	scoped(secret) struct secret *key =
	    secret_copy(secret_key, strlen(secret_key));
	scoped(secret) struct secret *token =
	    secret_copy(session_token, strlen(session_token));
	scoped(secret) struct secret *bytes = secret_copy(body, strlen(body));

	request.secret_key = key;
	request.session_token = token;
	request.body = bytes;
	return sigv4_sign(&request, authorization, date);
}

static void
signs_sts(void)
{
	scoped(buffer) struct buffer authorization = BUFFER(1024);
	char date[SIGV4_DATE] = "";

	tap_number(sign(sts, sts_body, &authorization, date), 0, "STS");
	tap_is(date, "20240506T070809Z", "x-amz-date");
	tap_is(buffer_text(&authorization),
	    SIGNED "eu-central-1/sts/aws4_request, SignedHeaders="
		   "content-type;host;x-amz-date;x-amz-security-token, "
		   "Signature=3db0535d128ef9023c4a38ef20adc079"
		   "2a4c70ad85f0fa161fbaf79e3bd01f6f",
	    "as botocore signs AssumeRole");
}

static void
signs_ecr(void)
{
	scoped(buffer) struct buffer authorization = BUFFER(1024);
	struct sigv4 ecr = sts;
	char date[SIGV4_DATE];

	ecr.region = "us-east-1";
	ecr.service = "ecr";
	ecr.host = "api.ecr.us-east-1.amazonaws.com";
	ecr.content_type = "application/x-amz-json-1.1";
	ecr.target =
	    "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
	tap_number(sign(ecr, "{}", &authorization, date), 0, "ECR");
	tap_is(buffer_text(&authorization),
	    SIGNED "us-east-1/ecr/aws4_request, SignedHeaders="
		   "content-type;host;x-amz-date;x-amz-security-token;"
		   "x-amz-target, "
		   "Signature=4e010b12ab9a56f3d9597406ab02c8df"
		   "f891c23a5154c9664f1d69bfc7ca51bb",
	    "as botocore signs GetAuthorizationToken");
}

static void
signs_codecommit(void)
{
	scoped(secret) struct secret *key =
	    secret_copy(secret_key, strlen(secret_key));
	scoped(secret) struct secret *password = NULL;
	struct sigv4 git = {.access_key_id = "AKIDEXAMPLE",
	    .secret_key = key,
	    .region = "us-east-1",
	    .now = NOW,
	    .host = "git-codecommit.us-east-1.amazonaws.com",
	    .path = "/v1/repos/MyRepo"};

	password = sigv4_sign_git(&git);
	tap_is(password == NULL ? NULL : secret_bytes(password),
	    "20240506T070809Z4c3b7d4982c133402d599ae1afe5cb720e8d5ec8ec8025deb"
	    "41096ab30900fa8",
	    "as awscli signs for CodeCommit");
	git.path = "/v1/repos/My\nRepo";
	tap_ok(sigv4_sign_git(&git) == NULL, "a line break in the path");
	git.path = "/v1/repos/MyRepo";
	git.host = "a\nb";
	tap_ok(sigv4_sign_git(&git) == NULL, "and in the host");
}

static void
refuses(void)
{
	scoped(buffer) struct buffer authorization = BUFFER(1024);
	scoped(buffer) struct buffer small = BUFFER(64);
	struct sigv4 broken = sts;
	char date[SIGV4_DATE];

	broken.host = "sts.amazonaws.com\r\nx-evil: 1";
	tap_number(sign(broken, "", &authorization, date), -1,
	    "a line break in the host");
	broken = sts;
	broken.region = "eu\nwest";
	tap_number(sign(broken, "", &authorization, date), -1,
	    "a line break in the region");
	tap_number(sign(sts, "", &small, date), -1, "no room");
}

int
main(void)
{
	signs_sts();
	signs_ecr();
	signs_codecommit();
	refuses();
	return tap_done();
}
