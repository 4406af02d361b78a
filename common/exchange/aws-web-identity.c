/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange/aws.h"

/*
 * STS AssumeRoleWithWebIdentity: an id token for a role. The request is not
 * signed. https://docs.aws.amazon.com/STS/latest/APIReference/
 */
#define TTL_MAX 43200
#define TOKEN_MIN 4
#define TOKEN_MAX 20000

static const char *const variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION",
    "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_STS_REGIONAL_ENDPOINTS", NULL};

static const struct exchange_key keys[] = {
    {"role", KEY_TEXT, true},
    {"region", KEY_TEXT, false},
    {"use-fips", KEY_BOOLEAN, false},
    {"use-dualstack", KEY_BOOLEAN, false},
    {"session-name", KEY_TEXT, false},
    {"session-policy", KEY_TEXT, false},
    {"policy-arn", KEY_REPEAT, false},
    {NULL, KEY_TEXT, false},
};

/* What its sister takes, and what does it here. */
#define BY_CLAIM                                                            \
	"AssumeRoleWithWebIdentity takes it out of the token alone (claim " \
	"https://aws.amazon.com/"
static const struct exchange_absent absent[] = {
    {"external-id",
	"AssumeRoleWithWebIdentity has none: the role's trust policy "
	"compares the token's aud and sub"},
    {"tag", BY_CLAIM "tags): leave it out, or tag the session of an "
		     "aws-assume-role after this one"},
    {"transitive-tag", BY_CLAIM "tags): leave it out"},
    {"source-identity", BY_CLAIM "source_identity): leave it out"},
    {NULL, NULL},
};

static const struct aws_cause causes[] = {
    {"AccessDenied", NULL, "role {role} does not trust sub={sub} aud={aud}"},
    {"ExpiredTokenException", NULL,
	"the id token has expired: its issuer {iss} must issue a fresh one"},
    {"InvalidIdentityToken", "verification key",
	"STS could not fetch the keys of {iss}: its discovery document and "
	"its JWKS must be readable from the internet"},
    {"InvalidIdentityToken", "not a valid JWT",
	"STS takes a JWT signed with RS256, RS384, RS512, ES256, ES384 or "
	"ES512, its iat and exp whole numbers"},
    {"InvalidIdentityToken", "not yet valid",
	"the clock of {iss} is ahead of AWS's: mend it there"},
    {"InvalidIdentityToken", NULL,
	"the account of {role} needs an OIDC provider for {iss} with the "
	"audience {aud}"},
    {"IDPRejectedClaim", NULL,
	"{iss} does not stand by the token of sub={sub}: see there whether "
	"it was revoked"},
    {"IDPCommunicationError", NULL,
	"STS cannot reach {iss} for its keys: try again, then see that it is "
	"up"},
    {"PackedPolicyTooLarge", NULL,
	"session-policy and policy-arn are too large together, or the tags "
	"of the token: make them shorter"},
    {NULL, NULL, NULL},
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
    .absent = absent,
    .variables = variables,
    .audience = web_identity_audience,
    .resolve = web_identity_resolve,
    .endpoint = aws_sts_url,
    .run = web_identity_run,
};
