/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/aws.h"

/* By the start of their regions' names; the last one claims the rest. */
static const struct partition {
	const char *prefix;
	const char *name;
	const char *suffix;
} partitions[] = {
    {"cn-", "aws-cn", "amazonaws.com.cn"},
    {"us-gov-", "aws-us-gov", "amazonaws.com"},
    {"eusc-", "aws-eusc", "amazonaws.eu"},
    {"us-iso-", "aws-iso", "c2s.ic.gov"},
    {"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
    {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
    {"us-isof-", "aws-iso-f", "csp.hci.ic.gov"},
    {"", "aws", "amazonaws.com"},
};

#define PARTITIONS (sizeof(partitions) / sizeof(partitions[0]))

/* What has no region of its own is signed for this one. */
#define HOME "us-east-1"
#define GLOBAL "aws-global"

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

bool
aws_is_suffix(const char *suffix)
{
	for (size_t i = 0; i < PARTITIONS; i++)
		if (strcmp(suffix, partitions[i].suffix) == 0)
			return true;
	return false;
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

static const char *
variable(const struct exchange_target *target, const char *name)
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
		if ((region = variable(target, names[i])) != NULL)
			return take_region(settings, region, names[i], err);
	return take_region(settings, HOME, "region", err);
}

static const char *
region_of(const struct settings *settings)
{
	const char *region = settings_get(settings, "region");

	return region == NULL ? HOME : region;
}

const char *
aws_sts_region(const struct settings *settings)
{
	const char *region = region_of(settings);

	return strcmp(region, GLOBAL) == 0 ? HOME : region;
}

int
aws_sts_url(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	scoped(buffer) struct buffer host = BUFFER(128);
	const char *region = region_of(settings);

	if (strcmp(region, GLOBAL) == 0)
		buffer_add_string(&host, "sts.amazonaws.com");
	else
		buffer_printf(&host, "sts.%s.%s", region, aws_suffix(region));
	if (exchange_base(settings, buffer_text(&host), url, err) == -1)
		return -1;
	buffer_add(url, "/", 1);
	if (buffer_failed(&host) || buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}
