/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "identity/identity.h"

/* Ona, once Gitpod Flex: its command mints for any audience. It is `ona`
 * today and `gitpod` in older environments.
 * https://ona.com/docs/ona/configuration/oidc */

static const char *const programs[] = {"ona", "gitpod", NULL};
/* configuration.yaml: the host, and a token of who has logged in. */
static const char *const homes[] = {".ona", ".gitpod", NULL};
static const char *const variables[] = {"GITPOD_API_KEY", "GITPOD_BASE_URL",
    "GITPOD_HOST", "GITPOD_TOKEN", "ONA_API_KEY", "ONA_BASE_URL", "ONA_HOST",
    "ONA_TOKEN", "XDG_CONFIG_HOME", NULL};

/* The name of the command that is here, and its path; else NULL. */
static const char *
command_of(const struct surroundings *around, char path[PATH_MAX])
{
	if (identity_find(around, "ona", path, PATH_MAX) == 0)
		return "ona";
	if (identity_find(around, "gitpod", path, PATH_MAX) == 0)
		return "gitpod";
	return NULL;
}

static bool
ona_here(const struct surroundings *around, char *reason, size_t size)
{
	char path[PATH_MAX];
	const char *name = command_of(around, path);

	if (name == NULL)
		snprintf(reason, size, "neither ona nor gitpod is on PATH");
	else
		snprintf(reason, size, "%s is on PATH: %s", name, path);
	return name != NULL;
}

static int
ona_trace(const struct settings *settings, const struct surroundings *around,
    struct identity_trace *trace, struct error *err)
{
	char path[PATH_MAX];

	(void)settings;
	(void)err;
	if (command_of(around, path) != NULL)
		identity_trace_file(trace, path);
	return 0;
}

/* The command's own words tell what is wrong, not what to do about it. */
static int
explain(struct error *err)
{
	struct error said;

	if (err == NULL)
		return -1;
	said = *err;
	if (strcasestr(said.text, "not enabled") == NULL &&
	    strcasestr(said.text, "not available") == NULL)
		return -1;
	return error_set(err, said.fault,
	    "%s (OIDC has to be enabled for the organization: "
	    "https://ona.com/docs/ona/configuration/oidc)",
	    said.text);
}

static int
ona_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	char path[PATH_MAX];
	const char *const argv[] = {
	    path, "idp", "token", "--audience", mint->audience, NULL};

	if (command_of(mint->around, path) == NULL)
		return error_set(
		    err, FAULT_IDENTITY, "neither ona nor gitpod is on PATH");
	if (identity_program(mint, argv, token, err) == -1)
		return explain(err);
	return 0;
}

const struct identity identity_ona = {
    .name = "ona",
    .variables = variables,
    .runs_program = true,
    .here = ona_here,
    .programs = programs,
    .homes = homes,
    .trace = ona_trace,
    .run = ona_run,
};
