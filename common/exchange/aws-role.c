/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "exchange/aws.h"
#include "exchange/reply.h"

/* STS's limits, from its API model. */
#define POLICY_MAX 2048
#define POLICY_ARNS_MAX 10
#define TTL_MIN AWS_TTL_MIN
#define TTL_USUAL AWS_TTL_USUAL

#define BODY_MAX (96 * 1024)

/* An endpoint of one's own is a cloud of one's own: Ceph leaves the account
 * out of a role's ARN, and its least life is a setting there. */
static bool
is_foreign(const struct settings *settings)
{
	return settings_get(settings, "endpoint") != NULL;
}

static int
check_role(const struct settings *settings, struct error *err)
{
	const char *role = settings_get(settings, "role");
	char shown[256];

	if (role == NULL || *role == '\0')
		return error_set(err, FAULT_CONFIG, "role is missing");
	if (aws_is_role(role, is_foreign(settings)))
		return 0;
	text_printable(shown, sizeof(shown), role, strlen(role));
	return error_set(err, FAULT_CONFIG,
	    "role '%s' is no ARN of a role (arn:aws:iam::ACCOUNT:role/NAME)",
	    shown);
}

/* A role is assumed in its own partition: elsewhere nobody knows it, and the
 * refusal would not say so. */
static int
check_partition(const struct settings *settings, struct error *err)
{
	const char *region = settings_get(settings, "region");
	const char *name = settings_get(settings, "role") + strlen("arn:");
	const char *partition = aws_partition(region);
	int length = (int)strcspn(name, ":");

	if (is_foreign(settings) || ((size_t)length == strlen(partition) &&
					text_starts(name, partition)))
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "the role is in partition %.*s, region %s in %s: set region",
	    length, name, region, partition);
}

static int
check_arns(const struct settings *settings, size_t *total, struct error *err)
{
	size_t count = 0;

	settings_each (setting, settings, "policy-arn") {
		if (!aws_is_arn(setting->value))
			return error_set(err, FAULT_CONFIG,
			    "policy-arn '%s' is no ARN", setting->value);
		*total += strlen(setting->value);
		if (++count > POLICY_ARNS_MAX)
			return error_set(err, FAULT_CONFIG,
			    "policy-arn: STS takes at most %d",
			    POLICY_ARNS_MAX);
	}
	return 0;
}

static int
check_policies(const struct settings *settings, struct error *err)
{
	const char *policy = settings_get(settings, "session-policy");
	size_t total = policy == NULL ? 0 : strlen(policy);
	scoped(json) struct json *json = NULL;

	if (check_arns(settings, &total, err) == -1)
		return -1;
	if (total > POLICY_MAX)
		return error_set(err, FAULT_CONFIG,
		    "session-policy and policy-arn have %zu characters, STS "
		    "takes at most %d together",
		    total, POLICY_MAX);
	if (policy == NULL ||
	    (json = json_parse(policy, strlen(policy), err)) != NULL)
		return 0;
	if (err != NULL)
		err->fault = FAULT_CONFIG;
	return error_in(err, "session-policy");
}

static int
check_ttl(const struct settings *settings, long longest, struct error *err)
{
	long ttl = exchange_ttl(settings, TTL_USUAL);
	long shortest = is_foreign(settings) ? 1 : TTL_MIN;

	if (ttl >= shortest && ttl <= longest)
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "ttl '%s' is not within %ld to %ld seconds",
	    settings_get(settings, "ttl"), shortest, longest);
}

static int
check_session_name(const struct settings *settings, struct error *err)
{
	const char *name = settings_get(settings, "session-name");

	if (name == NULL || aws_is_name(name, AWS_NAME_OTHERS, 2, 64))
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "session-name: 2 to 64 of letters, digits and _" AWS_NAME_OTHERS);
}

int
aws_role_resolve(struct settings *settings,
    const struct exchange_target *target, long longest, struct error *err)
{
	bool said = settings_get(settings, "region") != NULL;

	if (check_role(settings, err) == -1 ||
	    aws_resolve_region(settings, target, err) == -1 ||
	    aws_resolve_variants(settings, target, err) == -1 ||
	    aws_resolve_global(settings, said ? NULL : target, err) == -1 ||
	    check_partition(settings, err) == -1 ||
	    check_ttl(settings, longest, err) == -1 ||
	    check_session_name(settings, err) == -1)
		return -1;
	return check_policies(settings, err);
}

static int
form_policies(struct secret *body, const struct settings *settings)
{
	const char *policy = settings_get(settings, "session-policy");
	char key[48];
	int i = 0;

	settings_each (setting, settings, "policy-arn") {
		snprintf(key, sizeof(key), "PolicyArns.member.%d.arn", ++i);
		if (http_form(body, key, setting->value) == -1)
			return -1;
	}
	return policy == NULL ? 0 : http_form(body, "Policy", policy);
}

static int
form_role(const struct exchange_mint *mint, struct secret *body)
{
	const char *role = settings_get(mint->settings, "role");
	char room[AWS_SESSION_NAME], ttl[24];
	const char *name = aws_session_name(mint, room);

	snprintf(
	    ttl, sizeof(ttl), "%ld", exchange_ttl(mint->settings, TTL_USUAL));
	if (name == NULL || http_form(body, "RoleArn", role) == -1 ||
	    http_form(body, "RoleSessionName", name) == -1)
		return -1;
	return http_form(body, "DurationSeconds", ttl);
}

struct secret *
aws_role_form(
    const struct exchange_mint *mint, const char *action, struct error *err)
{
	scoped(secret) struct secret *body = secret_new(BODY_MAX);

	if (body != NULL && http_form(body, "Action", action) == 0 &&
	    http_form(body, "Version", "2011-06-15") == 0 &&
	    form_role(mint, body) == 0 &&
	    form_policies(body, mint->settings) == 0)
		return take(&body);
	error_set(err, FAULT_SYSTEM, "no room for the request");
	return NULL;
}

int
aws_role_ask(const struct exchange_mint *mint, const struct secret *body,
    bool is_signed, const struct aws_cause *causes, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(http_reply) struct http_reply reply = {0};
	char host[REPLY_HOST_MAX];

	if (aws_sts_url(mint->settings, &url, err) == -1)
		return -1;
	struct aws_call call = {
	    .url = buffer_text(&url),
	    .service = is_signed ? "sts" : NULL,
	    .region = aws_sts_region(mint->settings),
	    .content_type = "application/x-www-form-urlencoded; charset=utf-8",
	    .body = body,
	};
	if (aws_ask(mint, &call, causes, &reply, err) == -1)
		return -1;
	http_host(call.url, host, sizeof(host));
	return aws_credentials(mint, &reply, host, output, err);
}
