/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "exchange/aws.h"
#include "exchange/reply.h"

/*
 * ECR Public: AWS credentials for what docker logs in to public.ecr.aws with.
 * Anybody may pull there without; who is logged in may push, and pulls more.
 * There is one API for all of the world, and no FIPS endpoint.
 */
#define REGION "us-east-1"
#define DUAL_HOST "ecr-public.aws.com" /* the one that speaks IPv6 as well */

static const char *const hosts[] = {"public.ecr.aws", DUAL_HOST, NULL};

static const struct exchange_key keys[] = {
    {"use-dualstack", KEY_BOOLEAN, false},
    {NULL, KEY_TEXT, false},
};

static const struct exchange_absent absent[] = {
    {"region", "ECR Public has one API, in " REGION ": leave it out"},
    {"use-fips", "ECR Public has no FIPS endpoint: leave it out"},
    {NULL, NULL},
};

static const char *const variables[] = {
    "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", NULL};

static const struct aws_cause causes[] = {
    {"AccessDeniedException", "sts:GetServiceBearerToken",
	"the role may not call sts:GetServiceBearerToken, which ECR Public "
	"wants beside ecr-public:GetAuthorizationToken: allow both, on *"},
    {"AccessDeniedException", NULL,
	"the role may not call ecr-public:GetAuthorizationToken: allow it "
	"and sts:GetServiceBearerToken, on *"},
    {"ExpiredTokenException", NULL, AWS_INPUT_EXPIRED},
    {"UnrecognizedClientException", NULL,
	"the credentials it was asked with are not of partition aws, which "
	"alone has ECR Public, or were revoked: use a role of that partition"},
    {NULL, NULL, NULL},
};

static int
ecr_public_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	bool dual = target != NULL && target->host != NULL &&
		    strcmp(target->host, DUAL_HOST) == 0;

	if (dual && settings_get(settings, "endpoint") == NULL &&
	    settings_get(settings, "use-dualstack") == NULL &&
	    settings_set(settings, "use-dualstack", "yes") == -1)
		return error_errno(err, "memory for an endpoint");
	if (aws_resolve_variants(settings, target, err) == -1)
		return -1;
	if (aws_uses_fips(settings))
		return error_set(err, FAULT_CONFIG,
		    "AWS_USE_FIPS_ENDPOINT is set, but ECR Public has no FIPS "
		    "endpoint: unset it, or do without a login there");
	return 0;
}

static int
ecr_public_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	scoped(buffer) struct buffer host = BUFFER(128);

	buffer_add_string(&host, aws_uses_dualstack(settings)
				     ? "ecr-public." REGION ".api.aws"
				     : "api.ecr-public." REGION
				       ".amazonaws.com");
	return aws_url(settings, &host, url, err);
}

static int
ecr_public_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	static const struct aws_registry registry = {
	    .service = "ecr-public",
	    .target = "SpencerFrontendService.GetAuthorizationToken",
	    .one = true,
	    .causes = causes,
	};
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);

	if (ecr_public_endpoint(mint->settings, &url, err) == -1)
		return -1;
	return aws_login(
	    mint, &registry, buffer_text(&url), REGION, output, err);
}

static const char *
ecr_public_user(const struct settings *settings)
{
	(void)settings;
	return "AWS";
}

const struct exchange exchange_aws_ecr_public = {
    .name = "aws-ecr-public",
    .takes = KIND_AWS,
    .yields = KIND_BASIC,
    .hosts = hosts,
    .keys = keys,
    .absent = absent,
    .variables = variables,
    .user = ecr_public_user,
    .resolve = ecr_public_resolve,
    .endpoint = ecr_public_endpoint,
    .run = ecr_public_run,
};
