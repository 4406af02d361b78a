/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "exchange/aws.h"

/*
 * STS AssumeRole: a role's credentials for another role, signed with the
 * first. What is assumed that way lives an hour at most.
 */
#define TTL_MAX 3600
#define TAGS_MAX 50

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
    {"external-id", KEY_TEXT, false},
    {"tag", KEY_REPEAT, false},
    {"transitive-tag", KEY_REPEAT, false},
    {"source-identity", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static const struct aws_cause causes[] = {
    {"AccessDenied", "sts:TagSession",
	"the trust policy of {role} must allow sts:TagSession as well, or "
	"leave `tag` out"},
    {"AccessDenied", "sts:SetSourceIdentity",
	"the trust policy of {role} must allow sts:SetSourceIdentity as "
	"well, or leave source-identity out"},
    {"AccessDenied", "no session policy allows",
	"the session-policy or policy-arn of the role before must allow "
	"sts:AssumeRole of {role}"},
    {"AccessDenied", NULL,
	"role {role} does not trust the credentials it was asked with, or "
	"their role may not assume it"},
    {"ExpiredToken", NULL, AWS_INPUT_EXPIRED},
    {"ExpiredTokenException", NULL, AWS_INPUT_EXPIRED},
    {"ExpiredTradeInToken", NULL, AWS_INPUT_EXPIRED},
    {"InvalidClientTokenId", NULL, AWS_INPUT_UNKNOWN},
    {"UnrecognizedClientException", NULL, AWS_INPUT_UNKNOWN},
    {"PackedPolicyTooLarge", NULL,
	"session-policy, policy-arn and tag are too large together: make "
	"them shorter"},
    {NULL, NULL, NULL},
};

static int
check_external_id(const struct settings *settings, struct error *err)
{
	const char *id = settings_get(settings, "external-id");

	if (id == NULL || aws_is_name(id, "+=,.@:/-", 2, 1224))
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "external-id: 2 to 1224 of letters, digits and _+=,.@:/-");
}

/* KEY=VALUE; how long they may be is counted in characters there, which are
 * never more than bytes. */
static int
check_tags(const struct settings *settings, struct error *err)
{
	size_t count = 0;

	settings_each (setting, settings, "tag") {
		const char *equals = strchr(setting->value, '=');

		if (equals == NULL || equals == setting->value ||
		    equals - setting->value > 4 * 128 ||
		    strlen(equals + 1) > 4 * 256 ||
		    text_starts(setting->value, "aws:"))
			return error_set(err, FAULT_CONFIG,
			    "tag '%s' is no KEY=VALUE", setting->value);
		if (++count > TAGS_MAX)
			return error_set(err, FAULT_CONFIG,
			    "tag: STS takes at most %d", TAGS_MAX);
	}
	return 0;
}

/* The tag of that key; keys differ by more than case. */
static bool
has_tag(const struct settings *settings, const char *key)
{
	size_t length = strlen(key);

	settings_each (setting, settings, "tag")
		if (strncasecmp(setting->value, key, length) == 0 &&
		    setting->value[length] == '=')
			return true;
	return false;
}

static int
check_transitive(const struct settings *settings, struct error *err)
{
	settings_each (setting, settings, "transitive-tag")
		if (!has_tag(settings, setting->value))
			return error_set(err, FAULT_CONFIG,
			    "transitive-tag '%s' names the key of no `tag`",
			    setting->value);
	return 0;
}

static int
check_source(const struct settings *settings, struct error *err)
{
	const char *source = settings_get(settings, "source-identity");

	if (source == NULL || (aws_is_name(source, AWS_NAME_OTHERS, 2, 64) &&
				  !text_starts(source, "aws:")))
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "source-identity: 2 to 64 of letters, digits and "
	    "_" AWS_NAME_OTHERS);
}

static int
assume_role_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	if (aws_role_resolve(settings, target, TTL_MAX, err) == -1 ||
	    check_external_id(settings, err) == -1 ||
	    check_tags(settings, err) == -1 ||
	    check_transitive(settings, err) == -1)
		return -1;
	return check_source(settings, err);
}

static int
form_tag(struct secret *body, const char *tag, int number)
{
	const char *equals = strchr(tag, '=');
	char name[600], key[48];

	snprintf(name, sizeof(name), "%.*s", (int)(equals - tag), tag);
	snprintf(key, sizeof(key), "Tags.member.%d.Key", number);
	if (http_form(body, key, name) == -1)
		return -1;
	snprintf(key, sizeof(key), "Tags.member.%d.Value", number);
	return http_form(body, key, equals + 1);
}

static int
form_one(struct secret *body, const char *name, const char *value)
{
	return value == NULL ? 0 : http_form(body, name, value);
}

static int
form_tags(struct secret *body, const struct settings *settings)
{
	char key[48];
	int number = 0;

	settings_each (setting, settings, "tag")
		if (form_tag(body, setting->value, ++number) == -1)
			return -1;
	number = 0;
	settings_each (setting, settings, "transitive-tag") {
		snprintf(
		    key, sizeof(key), "TransitiveTagKeys.member.%d", ++number);
		if (http_form(body, key, setting->value) == -1)
			return -1;
	}
	return 0;
}

static int
form_more(struct secret *body, const struct settings *settings)
{
	if (form_one(body, "ExternalId",
		settings_get(settings, "external-id")) == -1 ||
	    form_one(body, "SourceIdentity",
		settings_get(settings, "source-identity")) == -1)
		return -1;
	return form_tags(body, settings);
}

static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	scoped(secret) struct secret *body =
	    aws_role_form(mint, "AssumeRole", err);

	if (body == NULL)
		return NULL;
	if (form_more(body, mint->settings) == -1) {
		error_set(err, FAULT_CONFIG, "the tags are too long");
		return NULL;
	}
	return take(&body);
}

static int
assume_role_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(secret) struct secret *body = make_body(mint, err);

	if (body == NULL)
		return -1;
	return aws_role_ask(mint, body, true, causes, output, err);
}

const struct exchange exchange_aws_assume_role = {
    .name = "aws-assume-role",
    .takes = KIND_AWS,
    .yields = KIND_AWS,
    .ttl_usual = AWS_TTL_USUAL,
    .ttl_min = AWS_TTL_MIN,
    .keys = keys,
    .variables = variables,
    .resolve = assume_role_resolve,
    .endpoint = aws_sts_url,
    .run = assume_role_run,
};
