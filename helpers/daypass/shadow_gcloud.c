/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "helpers/daypass/setup_ini.h"
#include "helpers/daypass/shadow.h"

/*
 * Google's libraries take GOOGLE_APPLICATION_CREDENTIALS, then the file that
 * gcloud wrote (AIP-4110); gcloud takes what CLOUDSDK_AUTH_* say before its
 * own. An external account runs a program only where
 * GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES is 1 (AIP-4117).
 */
static const char ours[] = "gcloud-credential-daypass";
static const char default_file[] = "application_default_credentials.json";
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

/* $CLOUDSDK_CONFIG, else gcloud's own directory, and a file in it. */
static int
own_path(const char *name, char path[PATH_MAX])
{
	const char *directory = shadow_variable("CLOUDSDK_CONFIG");
	char in_home[PATH_MAX];
	int wrote;

	if (directory != NULL) {
		wrote = snprintf(path, PATH_MAX, "%s/%s", directory, name);
		return wrote < 0 || wrote >= PATH_MAX ? -1 : 0;
	}
	snprintf(in_home, sizeof(in_home), ".config/gcloud/%s", name);
	return shadow_path(NULL, in_home, path, PATH_MAX);
}

/* The file of the active configuration (gcloud's named_configs.py). */
static int
properties_path(struct shadows *shadows, char path[PATH_MAX])
{
	const char *named = shadow_variable("CLOUDSDK_ACTIVE_CONFIG_NAME");
	char file[PATH_MAX], name[256], *active = NULL;

	snprintf(name, sizeof(name), "configurations/config_%.200s",
	    named == NULL ? "default" : named);
	if (named == NULL && own_path("active_config", file) == 0 &&
	    shadow_read(shadows, "gcloud-setup", file, &active) == 0 &&
	    active[strspn(active, " \t\r\n")] != '\0')
		snprintf(name, sizeof(name), "configurations/config_%.*s",
		    (int)strcspn(active, " \t\r\n"), active);
	shadow_forget(&active);
	return own_path(name, path);
}

/* A key of [auth]. What a variable says comes before it. */
static bool
find_property(
    const struct setup_text *text, const char *key, char *value, size_t size)
{
	struct setup_ini_found found;
	char variable[128] = "CLOUDSDK_AUTH_";
	size_t used = strlen(variable);

	for (size_t i = 0; key[i] != '\0' && used + 1 < sizeof(variable); i++)
		variable[used++] = (char)toupper((unsigned char)key[i]);
	variable[used] = '\0';
	if (shadow_variable(variable) != NULL ||
	    setup_ini_find(text, "auth", key, &found, NULL) != 1 ||
	    !found.has_key || found.key.value_length == 0 ||
	    found.key.value_length >= size)
		return false;
	snprintf(value, size, "%.*s", (int)found.key.value_length,
	    text->bytes + found.key.value);
	return true;
}

static void
look_at_own(
    struct shadows *shadows, const struct setup_text *text, const char *path)
{
	static const char override[] = "credential_file_override";
	static const char *const keys[] = {"access_token_file",
	    "disable_credentials", "impersonate_service_account", NULL};
	char value[PATH_MAX], unset[128], why[PATH_MAX + 64];

	for (size_t i = 0; keys[i] != NULL; i++) {
		if (!find_property(text, keys[i], value, sizeof(value)) ||
		    text_boolean(value) == 0)
			continue;
		snprintf(unset, sizeof(unset), "gcloud config unset auth/%s",
		    keys[i]);
		shadow_add(shadows, "gcloud-properties", unset,
		    "auth/%s is set in %s, and gcloud uses that", keys[i],
		    path);
	}
	if (!find_property(text, override, value, sizeof(value)))
		return;
	snprintf(why, sizeof(why), "auth/%s in %s", override, path);
	look_at_path(shadows, value, why, true);
}

/* What gcloud itself takes; Google's libraries know nothing of it. */
static void
look_at_properties(struct shadows *shadows)
{
	struct setup_text text = {.bytes = NULL};
	char path[PATH_MAX];

	if (properties_path(shadows, path) == -1 ||
	    shadow_read(shadows, "gcloud-setup", path, &text.bytes) != 0)
		return;
	text.length = strlen(text.bytes);
	look_at_own(shadows, &text, path);
	shadow_forget(&text.bytes);
}

static void
look(struct shadows *shadows)
{
	static const char variable[] = "GOOGLE_APPLICATION_CREDENTIALS";
	static const char gcloud[] = "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE";
	const char *named = shadow_variable(variable);
	char path[PATH_MAX];

	look_at_overrides(shadows);
	look_at_properties(shadows);
	if (shadow_variable(gcloud) != NULL)
		look_at_path(shadows, shadow_variable(gcloud), gcloud, true);
	if (named != NULL) {
		look_at_path(shadows, named, variable, true);
		return;
	}
	if (own_path(default_file, path) == 0)
		look_at_path(shadows, path, "gcloud's own file", false);
}

const struct shadow shadow_gcloud = {.tool = "gcloud", .look = look};
