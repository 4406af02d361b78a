/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/json.h"
#include "identity/jobtoken.h"

/* CircleCI: its command mints for any audience within a job. Where there is
 * none, the job's own two tokens are left, which are for the organization.
 * https://circleci.com/docs/guides/permissions-authentication/
 * (OIDC tokens with custom claims) */

#define CLAIMS_MAX (32 * 1024)

static const char *const programs[] = {"circleci", NULL};

/* What the command of a job finds its task by comes along. */
static const char *const variables[] = {"CIRCLECI", "CIRCLE_OIDC_TOKEN_V2",
    "CIRCLE_OIDC_TOKEN", "CIRCLE_INTERNAL_CONFIG", "CIRCLE_INTERNAL_SCRATCH",
    "CIRCLE_INTERNAL_TASK_DATA", "CIRCLE_SHELL_ENV", NULL};

static const char *const tokens[] = {
    "CIRCLECI", "CIRCLE_OIDC_TOKEN_V2", "CIRCLE_OIDC_TOKEN", NULL};

static const struct jobtoken job = {
    .platform = "CircleCI",
    .variables = tokens,
    .marked = true,
    .lacks = "circleci is not on PATH either",
    .remedy = {"put `circleci` on PATH, which mints for ", ""},
};

/* The command of the same name for people's own machines mints nothing. */
static bool
has_command(const struct surroundings *around, char path[PATH_MAX])
{
	return identity_variable(around, "CIRCLECI") != NULL &&
	       identity_find(around, "circleci", path, PATH_MAX) == 0;
}

static bool
circleci_here(const struct surroundings *around, char *reason, size_t size)
{
	char path[PATH_MAX];

	if (!has_command(around, path))
		return jobtoken_here(&job, around, reason, size);
	snprintf(
	    reason, size, "CIRCLECI is set, circleci is on PATH: %s", path);
	return true;
}

static int
circleci_trace(const struct settings *settings,
    const struct surroundings *around, struct identity_trace *trace,
    struct error *err)
{
	(void)settings;
	(void)err;
	identity_trace_program(trace, around, "circleci");
	return 0;
}

static int
circleci_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	scoped(buffer) struct buffer claims = BUFFER(CLAIMS_MAX);
	const char *argv[] = {
	    "circleci", "run", "oidc", "get", "--claims", NULL, NULL};
	char path[PATH_MAX];

	if (!has_command(mint->around, path))
		return jobtoken_run(&job, mint, token, err);
	buffer_add_string(&claims, "{\"aud\":");
	json_quote(&claims, mint->audience);
	buffer_add_string(&claims, "}");
	if (buffer_failed(&claims))
		return error_set(
		    err, FAULT_IDENTITY, "the audience is too long");
	argv[0] = path;
	argv[5] = buffer_text(&claims);
	return identity_program(mint, argv, token, err);
}

const struct identity identity_circleci = {
    .name = "circleci",
    .variables = variables,
    .runs_program = true,
    .here = circleci_here,
    .programs = programs,
    .trace = circleci_trace,
    .run = circleci_run,
};
