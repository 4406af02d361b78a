/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "exchange/aws.h"

/*
 * Where a service of AWS is asked, as botocore's endpoint rules have it. Which
 * of its endpoints (FIPS 140, IPv6) is for keys of the credential, else for
 * the asker's variables; another host than these only for the configuration:
 * AWS_ENDPOINT_URL of whoever asks could lead a token anywhere.
 */
#define GLOBAL "aws-global"
#define GLOBAL_REGION "us-east-1" /* what has none of its own is signed for */

static const struct variant {
	const char *key;
	const char *variable;
} variants[] = {
    {"use-fips", "AWS_USE_FIPS_ENDPOINT"},
    {"use-dualstack", "AWS_USE_DUALSTACK_ENDPOINT"},
};

static bool
is_yes(const struct settings *settings, const char *key)
{
	const char *value = settings_get(settings, key);

	return value != NULL && text_boolean(value) == 1;
}

bool
aws_uses_fips(const struct settings *settings)
{
	return is_yes(settings, "use-fips");
}

bool
aws_uses_dualstack(const struct settings *settings)
{
	return is_yes(settings, "use-dualstack");
}

/* The SDKs' words are true and false, in any case. */
static int
read_variable(const char *name, const char *value, bool *yes, struct error *err)
{
	char shown[64];

	if (value == NULL)
		return 0;
	*yes = strcasecmp(value, "true") == 0;
	if (*yes || strcasecmp(value, "false") == 0)
		return 0;
	text_printable(shown, sizeof(shown), value, strlen(value));
	return error_set(err, FAULT_CONFIG,
	    "%s is '%s': true or false, or unset it", name, shown);
}

/* No endpoint of one's own is known to be anything but itself. */
static int
refuse_endpoint(const struct variant *variant, bool said, struct error *err)
{
	if (said)
		return error_set(err, FAULT_CONFIG,
		    "%s: endpoint says already where to ask: leave one of the "
		    "two out",
		    variant->key);
	return error_set(err, FAULT_CONFIG,
	    "%s is set, but endpoint says where to ask: unset it, or write %s "
	    "= no",
	    variant->variable, variant->key);
}

/* What was found out is set down: it picks who is asked, so it is part of
 * the vault's key. */
static int
resolve_variant(struct settings *settings, const struct variant *variant,
    const struct exchange_target *target, struct error *err)
{
	const char *said = settings_get(settings, variant->key);
	bool yes = is_yes(settings, variant->key);

	if (said == NULL &&
	    read_variable(variant->variable,
		aws_variable(target, variant->variable), &yes, err) == -1)
		return -1;
	if (yes && settings_get(settings, "endpoint") != NULL)
		return refuse_endpoint(variant, said != NULL, err);
	if (settings_set(settings, variant->key, yes ? "yes" : "no") == -1)
		return error_errno(err, "memory for an endpoint");
	return 0;
}

int
aws_resolve_variants(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (resolve_variant(settings, &variants[i], target, err) == -1)
			return -1;
	return 0;
}

/* The regions that were there when STS was one host for all. */
static bool
is_old(const char *region)
{
	static const char *const old[] = {"ap-northeast-1", "ap-south-1",
	    "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1",
	    "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
	    "us-east-1", "us-east-2", "us-west-1", "us-west-2"};

	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		if (strcmp(region, old[i]) == 0)
			return true;
	return false;
}

static int
read_regional(const char *value, bool *legacy, struct error *err)
{
	char shown[64];

	*legacy = value != NULL && strcasecmp(value, "legacy") == 0;
	if (value == NULL || *legacy || strcasecmp(value, "regional") == 0)
		return 0;
	text_printable(shown, sizeof(shown), value, strlen(value));
	return error_set(err, FAULT_CONFIG,
	    "AWS_STS_REGIONAL_ENDPOINTS is '%s': regional or legacy, or unset "
	    "it",
	    shown);
}

int
aws_resolve_global(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	bool variant = aws_uses_fips(settings) || aws_uses_dualstack(settings);
	const char *region = settings_get(settings, "region");
	bool legacy;

	if (variant && strcmp(region, GLOBAL) == 0)
		return error_set(err, FAULT_CONFIG,
		    "region " GLOBAL " has no FIPS and no dual-stack endpoint: "
		    "set the region that is meant");
	if (read_regional(aws_variable(target, "AWS_STS_REGIONAL_ENDPOINTS"),
		&legacy, err) == -1)
		return -1;
	if (!legacy || variant || !is_old(region) ||
	    settings_get(settings, "endpoint") != NULL)
		return 0;
	if (settings_set(settings, "region", GLOBAL) == -1)
		return error_errno(err, "memory for a region");
	return 0;
}

static const char *
region_of(const struct settings *settings)
{
	const char *region = settings_get(settings, "region");

	return region == NULL ? GLOBAL_REGION : region;
}

const char *
aws_sts_region(const struct settings *settings)
{
	const char *region = region_of(settings);

	return strcmp(region, GLOBAL) == 0 ? GLOBAL_REGION : region;
}

static void
sts_host(const struct settings *settings, struct buffer *host)
{
	const char *region = region_of(settings);
	bool dual = aws_uses_dualstack(settings);
	bool fips = aws_uses_fips(settings);

	/* GovCloud's STS is FIPS's under its usual name. */
	if (!dual && strcmp(aws_partition(region), "aws-us-gov") == 0)
		fips = false;
	if (strcmp(region, GLOBAL) == 0)
		buffer_add_string(host, "sts.amazonaws.com");
	else
		buffer_printf(host, "sts%s.%s.%s", fips ? "-fips" : "", region,
		    dual ? aws_dual_suffix(region) : aws_suffix(region));
}

int
aws_url(const struct settings *settings, const struct buffer *host,
    struct buffer *url, struct error *err)
{
	if (exchange_base(settings, buffer_text(host), url, err) == -1)
		return -1;
	buffer_add(url, "/", 1);
	if (buffer_failed(host) || buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

int
aws_sts_url(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	scoped(buffer) struct buffer host = BUFFER(128);

	sts_host(settings, &host);
	return aws_url(settings, &host, url, err);
}
