/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/aws.h"
#include "exchange/reply.h"

/*
 * ECR GetAuthorizationToken: AWS credentials for what docker logs in to a
 * private registry with. It opens all registries that the credentials may use
 * in one region, nominally for 12 hours.
 */

/* The forms of a registry's name, as Amazon's own helper knows them: dkr.ecr,
 * and dkr-ecr for what speaks IPv6 as well. */
#define AT(suffix)                                         \
	"*.dkr.ecr.*." suffix, "*.dkr.ecr-fips.*." suffix, \
	    "*.dkr-ecr.*." suffix, "*.dkr-ecr-fips.*." suffix

static const char *const hosts[] = {
    AT("amazonaws.com"),
    AT("amazonaws.com.cn"),
    AT("amazonaws.eu"),
    AT("c2s.ic.gov"),
    AT("sc2s.sgov.gov"),
    AT("cloud.adc-e.uk"),
    AT("csp.hci.ic.gov"),
    AT("on.aws"),
    AT("on.amazonwebservices.com.cn"),
    NULL,
};

static const struct exchange_key keys[] = {
    {"region", KEY_TEXT, false},
    {"use-fips", KEY_BOOLEAN, false},
    {"use-dualstack", KEY_BOOLEAN, false},
    {NULL, KEY_TEXT, false},
};

static const char *const variables[] = {
    "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", NULL};

static const struct aws_cause causes[] = {
    {"AccessDeniedException", NULL,
	"the role may not call ecr:GetAuthorizationToken: allow it, on *"},
    {"ExpiredTokenException", NULL, AWS_INPUT_EXPIRED},
    {NULL, NULL, NULL},
};

/* What a registry's host says. */
struct host {
	char region[64];
	bool fips;
	bool dual;
};

/* What lies behind a part of a host name, or NULL. */
static const char *
after(const char *text, const char *part)
{
	return text != NULL && text_starts(text, part) ? text + strlen(part)
						       : NULL;
}

/* ACCOUNT.dkr.ecr.REGION.SUFFIX, with -fips behind ecr, or dkr-ecr: what
 * follows up to the region. */
static const char *
behind_service(const char *host, bool *fips)
{
	const char *rest = host + strspn(host, "0123456789");
	const char *region;

	if (rest - host != 12 || ((rest = after(rest, ".dkr")) == NULL) ||
	    (*rest != '.' && *rest != '-') ||
	    (rest = after(rest + 1, "ecr")) == NULL)
		return NULL;
	region = after(rest, "-fips.");
	*fips = region != NULL;
	return *fips ? region : after(rest, ".");
}

/* The suffix must be that of the region's own partition. */
static bool
fits_region(const char *suffix, struct host *host)
{
	static const char *const duals[][2] = {{"aws", "on.aws"},
	    {"aws-us-gov", "on.aws"},
	    {"aws-cn", "on.amazonwebservices.com.cn"}};
	const char *partition = aws_partition(host->region);

	for (size_t i = 0; i < sizeof(duals) / sizeof(duals[0]); i++)
		host->dual |= strcmp(partition, duals[i][0]) == 0 &&
			      strcmp(suffix, duals[i][1]) == 0;
	return host->dual || strcmp(suffix, aws_suffix(host->region)) == 0;
}

static bool
read_host(const char *name, struct host *host)
{
	const char *rest, *dot;

	memset(host, 0, sizeof(*host));
	rest = behind_service(name, &host->fips);
	if (rest == NULL || (dot = strchr(rest, '.')) == NULL ||
	    (size_t)(dot - rest) >= sizeof(host->region))
		return false;
	memcpy(host->region, rest, (size_t)(dot - rest));
	host->region[dot - rest] = '\0';
	return aws_check_region(host->region, NULL) == 0 &&
	       fits_region(dot + 1, host);
}

static bool
looks_like_one(const char *name)
{
	for (size_t i = 0; hosts[i] != NULL; i++)
		if (text_glob_host(hosts[i], name))
			return true;
	return false;
}

/* What is only named like a registry gets nothing, also where the region is
 * set. */
static int
resolve_region(struct settings *settings, const char *name, struct host *host,
    struct error *err)
{
	const char *set = settings_get(settings, "region");
	bool known = name != NULL && read_host(name, host);

	if (!known && name != NULL && looks_like_one(name))
		return error_set(err, FAULT_CONFIG,
		    "%s is no registry of ECR: they are called "
		    "ACCOUNT.dkr.ecr.REGION.amazonaws.com, with 12 digits, and "
		    "end as their region's partition does",
		    name);
	if (set == NULL && !known)
		return error_set(err, FAULT_CONFIG,
		    "set region: the host is no registry of ECR "
		    "(ACCOUNT.dkr.ecr.REGION.amazonaws.com)");
	if (set != NULL && aws_check_region(set, err) == -1)
		return error_in(err, "region");
	if (set == NULL && settings_set(settings, "region", host->region) == -1)
		return error_errno(err, "memory for a region");
	return 0;
}

/* Whoever uses a FIPS registry, or reaches it by IPv6, is not to be logged in
 * by another endpoint: unless the configuration names one. */
static int
adopt(struct settings *settings, const struct host *host, struct error *err)
{
	if (settings_get(settings, "endpoint") != NULL)
		return 0;
	if ((host->fips && settings_get(settings, "use-fips") == NULL &&
		settings_set(settings, "use-fips", "yes") == -1) ||
	    (host->dual && settings_get(settings, "use-dualstack") == NULL &&
		settings_set(settings, "use-dualstack", "yes") == -1))
		return error_errno(err, "memory for an endpoint");
	return 0;
}

static int
ecr_resolve(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	const char *name = target == NULL ? NULL : target->host;
	struct host host = {0};

	if (resolve_region(settings, name, &host, err) == -1 ||
	    adopt(settings, &host, err) == -1)
		return -1;
	return aws_resolve_variants(settings, target, err);
}

static int
ecr_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	scoped(buffer) struct buffer host = BUFFER(128);
	const char *region = settings_get(settings, "region");
	const char *fips = aws_uses_fips(settings) ? "-fips" : "";

	if (region == NULL)
		return error_set(err, FAULT_CONFIG, "region is missing");
	if (aws_uses_dualstack(settings))
		buffer_printf(&host, "ecr%s.%s.%s", fips, region,
		    aws_dual_suffix(region));
	else
		buffer_printf(
		    &host, "api.ecr%s.%s.%s", fips, region, aws_suffix(region));
	return aws_url(settings, &host, url, err);
}

static int
ecr_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	static const struct aws_registry registry = {
	    .service = "ecr",
	    .target = "AmazonEC2ContainerRegistry_V20150921."
		      "GetAuthorizationToken",
	    .causes = causes,
	};
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);

	if (ecr_endpoint(mint->settings, &url, err) == -1)
		return -1;
	return aws_login(mint, &registry, buffer_text(&url),
	    settings_get(mint->settings, "region"), output, err);
}

static const char *
ecr_user(const struct settings *settings)
{
	(void)settings;
	return "AWS";
}

const struct exchange exchange_aws_ecr = {
    .name = "aws-ecr",
    .takes = KIND_AWS,
    .yields = KIND_BASIC,
    .hosts = hosts,
    .keys = keys,
    .variables = variables,
    .user = ecr_user,
    .resolve = ecr_resolve,
    .endpoint = ecr_endpoint,
    .run = ecr_run,
};
