/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>

#include "identity/identity.h"

/* Gitpod Classic: `gp` asks the workspace's supervisor, which mints for any
 * audience. */

static const char *const programs[] = {"gp", NULL};
static const char *const variables[] = {"GITPOD_API_URL", "GITPOD_HOST",
    "GITPOD_INSTANCE_ID", "GITPOD_WORKSPACE_ID", "SUPERVISOR_ADDR",
    "XDG_CONFIG_HOME", NULL};

/* The variable counts with the program, for PARI's calculator is a gp too. */
static bool
gitpod_here(const struct surroundings *around, char *reason, size_t size)
{
	char path[PATH_MAX];

	if (identity_variable(around, "GITPOD_WORKSPACE_ID") == NULL) {
		snprintf(reason, size, "GITPOD_WORKSPACE_ID is not set");
		return false;
	}
	if (identity_find(around, "gp", path, sizeof(path)) == -1) {
		snprintf(reason, size,
		    "GITPOD_WORKSPACE_ID is set, but gp is not on PATH");
		return false;
	}
	snprintf(reason, size, "GITPOD_WORKSPACE_ID is set, gp is on PATH: %s",
	    path);
	return true;
}

static int
gitpod_trace(const struct settings *settings, const struct surroundings *around,
    struct identity_trace *trace, struct error *err)
{
	(void)settings;
	(void)err;
	identity_trace_program(trace, around, "gp");
	return 0;
}

static int
gitpod_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	const char *const argv[] = {
	    "gp", "idp", "token", "--audience", mint->audience, NULL};
	char reason[IDENTITY_REASON_MAX];

	if (!gitpod_here(mint->around, reason, sizeof(reason)))
		return error_set(err, FAULT_IDENTITY, "%s", reason);
	return identity_program(mint, argv, token, err);
}

const struct identity identity_gitpod = {
    .name = "gitpod",
    .variables = variables,
    .runs_program = true,
    .here = gitpod_here,
    .programs = programs,
    .trace = gitpod_trace,
    .run = gitpod_run,
};
