/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange/aws.h"

/*
 * STS AssumeRoleWithWebIdentity: an id token for a role. The request is not
 * signed. https://docs.aws.amazon.com/STS/latest/APIReference/
 */
#define TTL_MAX 43200
#define TOKEN_MIN 4
#define TOKEN_MAX 20000

static const char *const variables[] = {
    "AWS_REGION", "AWS_DEFAULT_REGION", NULL};

static const struct exchange_key keys[] = {
    {"role", KEY_TEXT, true},
    {"region", KEY_TEXT, false},
    {"session-name", KEY_TEXT, false},
    {"session-policy", KEY_TEXT, false},
    {"policy-arn", KEY_REPEAT, false},
    {NULL, KEY_TEXT, false},
};

static const struct aws_cause causes[] = {
    {"AccessDenied", "role {role} does not trust sub={sub} aud={aud}"},
    {"ExpiredTokenException",
	"the id token has expired: its issuer {iss} must issue a fresh one"},
    {"InvalidIdentityToken",
	"the account of {role} needs an OIDC provider for {iss} with the "
	"audience {aud}"},
    {"IDPRejectedClaim", "{iss} does not stand by the token of sub={sub}"},
    {"IDPCommunicationError", "STS cannot reach {iss} for its keys"},
    {"MalformedPolicyDocument", "session-policy is no valid policy"},
    {"PackedPolicyTooLarge",
	"session-policy and policy-arn are too large together"},
    {"RegionDisabledException",
	"STS is not active in {region}: activate it there for the account, "
	"or set another region"},
    {NULL, NULL},
};

/* The same in every partition: China's STS takes it as well. */
static int
web_identity_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	(void)settings;
	(void)err;
	buffer_add_string(audience, "sts.amazonaws.com");
	return 0;
}

static int
web_identity_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	return aws_role_resolve(settings, target, TTL_MAX, err);
}

static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	size_t length = secret_length(mint->input->secret);
	scoped(secret) struct secret *body = NULL;

	if (length < TOKEN_MIN || length > TOKEN_MAX) {
		error_set(err, FAULT_IDENTITY,
		    "the id token has %zu bytes, STS takes %d to %d", length,
		    TOKEN_MIN, TOKEN_MAX);
		return NULL;
	}
	if ((body = aws_role_form(mint, "AssumeRoleWithWebIdentity", err)) ==
	    NULL)
		return NULL;
	if (http_form_secret(body, "WebIdentityToken", mint->input->secret) ==
	    -1) {
		error_set(err, FAULT_SYSTEM, "no room for the request");
		return NULL;
	}
	return take(&body);
}

static int
web_identity_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(secret) struct secret *body = make_body(mint, err);

	if (body == NULL)
		return -1;
	return aws_role_ask(mint, body, false, causes, output, err);
}

const struct exchange exchange_aws_web_identity = {
    .name = "aws-web-identity",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_AWS,
    .ttl_usual = AWS_TTL_USUAL,
    .ttl_min = AWS_TTL_MIN,
    .keys = keys,
    .variables = variables,
    .audience = web_identity_audience,
    .resolve = web_identity_resolve,
    .endpoint = aws_sts_url,
    .run = web_identity_run,
};
