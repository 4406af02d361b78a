/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/aws.h"

/* As botocore's partitions.json has them, by the start of their regions'
 * names; the last one claims the rest. */
static const struct partition {
	const char *prefix;
	const char *name;
	const char *suffix;
	const char *dual; /* of its endpoints that speak IPv6 as well */
} partitions[] = {
    {"cn-", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"us-gov-", "aws-us-gov", "amazonaws.com", "api.aws"},
    {"eusc-", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"us-iso-", "aws-iso", "c2s.ic.gov", "api.aws.ic.gov"},
    {"us-isob-", "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"},
    {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"us-isof-", "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"", "aws", "amazonaws.com", "api.aws"},
};

/* Where nobody says a region. */
#define HOME "us-east-1"

static const struct partition *
find(const char *region)
{
	const struct partition *partition = partitions;

	while (!text_starts(region, partition->prefix))
		partition++;
	return partition;
}

const char *
aws_suffix(const char *region)
{
	return find(region)->suffix;
}

const char *
aws_partition(const char *region)
{
	return find(region)->name;
}

const char *
aws_dual_suffix(const char *region)
{
	return find(region)->dual;
}

int
aws_check_region(const char *region, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t length = strlen(region);
	char shown[64];

	if (length > 0 && length <= 32 && *region != '-' &&
	    region[length - 1] != '-' && strspn(region, letters) == length)
		return 0;
	text_printable(shown, sizeof(shown), region, length);
	return error_set(err, FAULT_CONFIG,
	    "'%s' is no AWS region (they look like eu-west-1)", shown);
}

const char *
aws_variable(const struct exchange_target *target, const char *name)
{
	const char *value = NULL;

	if (target != NULL && target->variable != NULL)
		value = target->variable(target, name);
	return value != NULL && *value == '\0' ? NULL : value;
}

static int
take_region(struct settings *settings, const char *region, const char *where,
    struct error *err)
{
	if (aws_check_region(region, err) == -1)
		return error_in(err, "%s", where);
	if (settings_set(settings, "region", region) == -1)
		return error_errno(err, "memory for a region");
	return 0;
}

int
aws_resolve_region(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	static const char *const names[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
	const char *region = settings_get(settings, "region");

	if (region != NULL && aws_check_region(region, err) == -1)
		return error_in(err, "region");
	if (region != NULL)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((region = aws_variable(target, names[i])) != NULL)
			return take_region(settings, region, names[i], err);
	return take_region(settings, HOME, "region", err);
}
