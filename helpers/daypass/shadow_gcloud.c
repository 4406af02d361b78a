/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "helpers/daypass/shadow.h"

/*
 * Google's libraries take GOOGLE_APPLICATION_CREDENTIALS, then the file that
 * gcloud wrote (AIP-4110); gcloud takes what CLOUDSDK_AUTH_* say before its
 * own. An external account runs a program only where
 * GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES is 1 (AIP-4117).
 */
static const char ours[] = "gcloud-credential-daypass";
static const char default_file[] =
    ".config/gcloud/application_default_credentials.json";
static const char remedy[] =
    "daypass setup gcloud writes an external account file, and prints what to "
    "export";
static const char command_of[] = "credential_source/executable/command";

static const char *const overrides[] = {"CLOUDSDK_AUTH_ACCESS_TOKEN",
    "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", "CLOUDSDK_AUTH_DISABLE_CREDENTIALS",
    "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", NULL};

static void
look_at_overrides(struct shadows *shadows)
{
	char unset[128];

	for (size_t i = 0; overrides[i] != NULL; i++) {
		if (shadow_variable(overrides[i]) == NULL)
			continue;
		snprintf(unset, sizeof(unset), "unset %s", overrides[i]);
		shadow_add(shadows, "gcloud-environment", unset,
		    "%s is set, and gcloud uses that", overrides[i]);
	}
}

static void
look_at_permission(struct shadows *shadows)
{
	static const char name[] = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES";
	const char *value = shadow_variable(name);

	if (value == NULL || strcmp(value, "1") != 0)
		shadow_add(shadows, "gcloud-executables",
		    "export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1",
		    "%s is not 1, so Google's libraries run no program", name);
}

static void
look_at_ours(struct shadows *shadows, const struct json *json,
    const char *command, const char *path)
{
	char program[PATH_MAX];
	const char *audience;

	look_at_permission(shadows);
	if (json_string(json, "audience", &audience) &&
	    strcmp(audience, shadows->target) != 0 && shadows->counts)
		shadow_note(shadows, "gcloud-audience",
		    "name the file for this audience, or ask about that one",
		    "%s is for the audience %s", path, audience);
	if (shadow_missing(command, program, sizeof(program)) != NULL)
		shadow_add(shadows, "gcloud-setup",
		    "daypass setup gcloud, and export what it prints",
		    "%s runs %s, which cannot be run", path, program);
	else
		shadow_good(shadows, "gcloud-setup", "%s asks daypass", path);
}

/* `why`: how the file was found. */
static void
look_at_file(struct shadows *shadows, const char *path, const char *text,
    const char *why)
{
	scoped(json) struct json *json = json_parse(text, strlen(text), NULL);
	const char *type = "none", *command = NULL;
	char mend[CHECKS_TEXT];

	if (json == NULL) {
		snprintf(mend, sizeof(mend),
		    "python3 -m json.tool '%.800s' shows where", path);
		shadow_add(shadows, "gcloud-file", mend, "%s (%s) is no JSON",
		    path, why);
		return;
	}
	json_string(json, "type", &type);
	json_string(json, command_of, &command);
	if (strcmp(type, "external_account") != 0)
		shadow_add(shadows, "gcloud-file", remedy,
		    "%s (%s) is of type %s, and Google's libraries use that",
		    path, why, type);
	else if (command == NULL)
		shadow_add(shadows, "gcloud-file", remedy,
		    "%s (%s) takes its token from no program", path, why);
	else if (!shadow_is_ours(command, ours))
		shadow_add(shadows, "gcloud-file", remedy,
		    "%s (%s) runs '%.*s', not daypass", path, why,
		    (int)strcspn(command, " \t"), command);
	else
		look_at_ours(shadows, json, command, path);
}

static void
look_at_path(
    struct shadows *shadows, const char *path, const char *why, bool named)
{
	char *text = NULL;
	int got = shadow_read(shadows, "gcloud-file", path, &text);

	if (got == 0)
		look_at_file(shadows, path, text, why);
	else if (got == 1 && named)
		shadow_add(shadows, "gcloud-file", remedy,
		    "%s names %s, and there is no such file", why, path);
	else if (got == 1)
		shadow_note(shadows, "gcloud-setup", remedy,
		    "GOOGLE_APPLICATION_CREDENTIALS is not set, and there is "
		    "no %s",
		    path);
	shadow_forget(&text);
}

static void
look(struct shadows *shadows)
{
	static const char variable[] = "GOOGLE_APPLICATION_CREDENTIALS";
	static const char gcloud[] = "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE";
	const char *named = shadow_variable(variable);
	const char *directory = shadow_variable("CLOUDSDK_CONFIG");
	char path[PATH_MAX];

	look_at_overrides(shadows);
	if (shadow_variable(gcloud) != NULL)
		look_at_path(shadows, shadow_variable(gcloud), gcloud, true);
	if (named != NULL) {
		look_at_path(shadows, named, variable, true);
		return;
	}
	if (directory != NULL)
		snprintf(path, sizeof(path), "%s/%s", directory,
		    strrchr(default_file, '/') + 1);
	else if (shadow_path(NULL, default_file, path, sizeof(path)) == -1)
		return;
	look_at_path(shadows, path, "gcloud's own file", false);
}

const struct shadow shadow_gcloud = {.tool = "gcloud", .look = look};
