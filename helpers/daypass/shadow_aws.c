/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/shadow.h"

/*
 * In the order in which the SDKs look ("Credential provider chain" of the AWS
 * SDKs and Tools reference): the environment, a web identity of the
 * environment, the shared files, and credential_process at last.
 */
static const char ours[] = "aws-credential-daypass";

#define LINE 2048

struct profile {
	char process[LINE]; /* its credential_process, or "" */
	const char *first;  /* the key that comes before it; NULL: none */
	bool there;
};

/* What an SDK takes before a credential_process of the same profile. */
static const char *const firsts[] = {"aws_access_key_id", "role_arn",
    "web_identity_token_file", "sso_session", "sso_start_url", "login_session",
    NULL};

static void
trim(char *text)
{
	size_t length = strlen(text), lead = strspn(text, " \t");

	while (length > lead && strchr(" \t\r", text[length - 1]) != NULL)
		length--;
	memmove(text, text + lead, length - lead);
	text[length - lead] = '\0';
}

static void
take_key(struct profile *profile, char *line)
{
	char *value = strchr(line, '=');

	if (value == NULL)
		return;
	*value++ = '\0';
	trim(line);
	trim(value);
	if (strcmp(line, "credential_process") == 0)
		text_copy(profile->process, LINE, value);
	for (size_t i = 0; firsts[i] != NULL; i++)
		if (strcmp(line, firsts[i]) == 0)
			profile->first = firsts[i];
}

/* [default], [profile NAME] in the one file, [NAME] in the other. NULL: no
 * header. */
static const char *
header(char *line)
{
	char *end = strchr(line, ']');

	if (line[0] != '[' || end == NULL)
		return NULL;
	*end = '\0';
	trim(++line);
	if (text_starts(line, "profile ") || text_starts(line, "profile\t")) {
		line += strlen("profile ");
		trim(line);
	}
	if (line[0] == '"' && text_ends(line, "\"")) {
		line[strlen(line) - 1] = '\0';
		line++;
	}
	return line;
}

static bool
is_header_of(char *line, const char *name)
{
	const char *found = header(line);

	return found != NULL && strcmp(found, name) == 0;
}

static void
read_profile(struct profile *profile, const char *text, const char *name)
{
	char line[LINE];
	bool in = false;

	for (const char *at = text; *at != '\0'; at += strspn(at, "\n")) {
		size_t length = strcspn(at, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)length, at);
		at += length;
		if (line[0] == '[') {
			in = is_header_of(line, name);
			profile->there |= in;
		} else if (in && strchr("#; \t", line[0]) == NULL) {
			take_key(profile, line);
		}
	}
	explicit_bzero(line, sizeof(line));
}

static void
look_at_environment(struct shadows *shadows)
{
	const char *named = shadow_variable("AWS_PROFILE");
	bool is_default = strcmp(shadows->target, "default") == 0;

	if (shadow_variable("AWS_ACCESS_KEY_ID") != NULL)
		shadow_add(shadows, "aws-environment",
		    "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY "
		    "AWS_SESSION_TOKEN",
		    "AWS_ACCESS_KEY_ID is set, and SDKs take it before any "
		    "profile");
	if (shadow_variable("AWS_WEB_IDENTITY_TOKEN_FILE") != NULL)
		shadow_add(shadows, "aws-web-identity",
		    "unset AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN",
		    "AWS_WEB_IDENTITY_TOKEN_FILE is set, and SDKs trade it "
		    "themselves before they look at credential_process");
	if (named == NULL)
		named = shadow_variable("AWS_DEFAULT_PROFILE");
	if (named != NULL && is_default && strcmp(named, "default") != 0)
		shadow_add(shadows, "aws-profile",
		    "unset AWS_PROFILE AWS_DEFAULT_PROFILE",
		    "AWS_PROFILE is %s, so aws never looks at the profile "
		    "default",
		    named);
}

/* `credentials`: it is the file for keys. */
static void
look_at_first(
    struct shadows *shadows, const struct profile *profile, const char *path)
{
	char remedy[LINE];

	if (profile->first == NULL)
		return;
	snprintf(remedy, sizeof(remedy),
	    "take %s out of the profile %.200s in %.1000s", profile->first,
	    shadows->target, path);
	shadow_add(shadows, "aws-file", remedy,
	    "the profile %s has %s in %s, which SDKs take before "
	    "credential_process",
	    shadows->target, profile->first, path);
}

/* By its own name, so that setup knows of it. */
static bool
is_bound(const struct shadows *shadows)
{
	return shadows->binding != NULL &&
	       strcmp(shadows->binding, shadows->target) == 0;
}

static void
look_at_process(
    struct shadows *shadows, const struct profile *profile, const char *path)
{
	char remedy[LINE], program[PATH_MAX];
	const char *name = shadows->target;

	snprintf(remedy, sizeof(remedy),
	    "aws configure set credential_process '%s --profile %.500s' "
	    "--profile %.500s",
	    ours, name, name);
	if (profile->process[0] == '\0')
		shadow_note(shadows, "aws-setup",
		    is_bound(shadows) ? "daypass setup aws" : remedy,
		    "the profile %s has no credential_process in %s", name,
		    path);
	else if (!shadow_is_ours(profile->process, ours))
		shadow_add(shadows, "aws-process", remedy,
		    "the profile %s asks '%.*s' in %s, not daypass", name,
		    (int)strcspn(profile->process, " \t"), profile->process,
		    path);
	else if (shadow_missing(profile->process, program, sizeof(program)) !=
		 NULL)
		shadow_add(shadows, "aws-setup", remedy,
		    "the profile %s runs %s, which cannot be run", name,
		    program);
	else
		shadow_good(shadows, "aws-setup",
		    "the profile %s asks daypass: %s", name, path);
}

static void
look_at_keys(struct shadows *shadows)
{
	struct profile profile = {.first = NULL};
	char path[PATH_MAX], *text = NULL;

	if (shadow_path("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", path,
		sizeof(path)) == -1 ||
	    shadow_read(shadows, "aws-file", path, &text) != 0)
		return;
	read_profile(&profile, text, shadows->target);
	look_at_first(shadows, &profile, path);
	shadow_forget(&text);
}

static void
look_at_one(struct shadows *shadows)
{
	struct profile profile = {.first = NULL};
	char path[PATH_MAX], *text = NULL;

	look_at_keys(shadows);
	if (shadow_path("AWS_CONFIG_FILE", ".aws/config", path, sizeof(path)) ==
		-1 ||
	    shadow_read(shadows, "aws-setup", path, &text) == -1)
		return;
	if (text != NULL)
		read_profile(&profile, text, shadows->target);
	look_at_first(shadows, &profile, path);
	look_at_process(shadows, &profile, path);
	shadow_forget(&text);
}

/* [sso-session x], [services x] and [plugins] are in this file too. */
static bool
is_profile(const char *line)
{
	size_t length;

	if (*line++ != '[')
		return false;
	line += strspn(line, " \t");
	length = strcspn(line, " \t]");
	return length == 7 && (strncmp(line, "profile", length) == 0 ||
				  strncmp(line, "default", length) == 0);
}

/* Each profile of the file that the pattern is for. */
static bool
look_at_fitting(struct shadows *shadows, const char *text)
{
	char line[LINE];
	bool any = false;

	for (const char *at = text; *at != '\0'; at += strspn(at, "\n")) {
		size_t length = strcspn(at, "\n");
		struct shadows one = *shadows;

		snprintf(line, sizeof(line), "%.*s", (int)length, at);
		at += length;
		if (!is_profile(line))
			continue;
		one.shown = one.target = header(line);
		if (one.target == NULL ||
		    !text_glob(shadows->shown, one.target))
			continue;
		look_at_one(&one);
		any = true;
	}
	explicit_bzero(line, sizeof(line));
	return any;
}

static void
look_at_all(struct shadows *shadows)
{
	char path[PATH_MAX], remedy[LINE], *text = NULL;

	if (shadow_path("AWS_CONFIG_FILE", ".aws/config", path, sizeof(path)) ==
		-1 ||
	    shadow_read(shadows, "aws-setup", path, &text) == -1)
		return;
	snprintf(remedy, sizeof(remedy),
	    "aws configure set credential_process '%s --profile NAME' "
	    "--profile NAME",
	    ours);
	if (text == NULL || !look_at_fitting(shadows, text))
		shadow_note(shadows, "aws-setup", remedy,
		    "no profile in %s is one of %s", path, shadows->shown);
	shadow_forget(&text);
}

static void
look(struct shadows *shadows)
{
	look_at_environment(shadows);
	if (shadows->globs)
		look_at_all(shadows);
	else
		look_at_one(shadows);
}

const struct shadow shadow_aws = {.tool = "aws", .look = look};
