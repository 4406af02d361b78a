/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "identity/tokenrequest.h"

/* Buildkite: its agent API mints for any audience, with the job's token. This
 * is what `buildkite-agent oidc request-token` asks, without the program,
 * which a job in a container may lack.
 * https://buildkite.com/docs/agent/cli/reference/oidc */

#define ENDPOINT "https://agent-edge.buildkite.com/v3"
#define TOKEN "BUILDKITE_AGENT_ACCESS_TOKEN"
#define JOB "BUILDKITE_JOB_ID"
#define URL_MAX (32 * 1024)

/* It would ask as we do. */
static const char *const programs[] = {"buildkite-agent", NULL};

static const char *const variables[] = {"BUILDKITE",
    "BUILDKITE_AGENT_ACCESS_TOKEN", "BUILDKITE_AGENT_ENDPOINT",
    "BUILDKITE_JOB_ID", NULL};

static bool
buildkite_here(const struct surroundings *around, char *reason, size_t size)
{
	const char *missing = NULL;

	if (identity_variable(around, TOKEN) == NULL)
		missing = TOKEN;
	else if (identity_variable(around, JOB) == NULL)
		missing = JOB;
	if (missing == NULL)
		snprintf(reason, size, TOKEN " is set");
	else if (identity_variable(around, "BUILDKITE") == NULL)
		snprintf(reason, size, "BUILDKITE is not set");
	else
		snprintf(reason, size,
		    "BUILDKITE is set, but %s is not: is this a container "
		    "that the job's environment was not handed to "
		    "(`propagate-environment: true`)?",
		    missing);
	return missing == NULL;
}

static const char *
base_of(const struct surroundings *around)
{
	const char *base =
	    identity_variable(around, "BUILDKITE_AGENT_ENDPOINT");

	return base == NULL ? ENDPOINT : base;
}

static int
url_for(const struct identity_mint *mint, struct buffer *url, struct error *err)
{
	const char *base = base_of(mint->around);
	size_t length = strlen(base);

	buffer_add(url, base, base[length - 1] == '/' ? length - 1 : length);
	buffer_add_string(url, "/jobs/");
	buffer_add_escaped(url, surroundings_get(mint->around, JOB));
	buffer_add_string(url, "/oidc/tokens");
	if (buffer_failed(url))
		return error_set(err, FAULT_IDENTITY, JOB " is too long");
	if (http_allowed(buffer_text(url), err) == -1)
		return error_in(err, "BUILDKITE_AGENT_ENDPOINT");
	return 0;
}

static int
buildkite_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(URL_MAX);
	scoped(buffer) struct buffer body = BUFFER(URL_MAX);
	struct tokenrequest request = {.method = "POST",
	    .scheme = "Token",
	    .member = "token",
	    .denied = "the job has ended, or is not the one of this token",
	    .missing = "is " JOB " that of this job?"};
	char reason[IDENTITY_REASON_MAX];

	if (!buildkite_here(mint->around, reason, sizeof(reason)))
		return error_set(err, FAULT_IDENTITY, "%s", reason);
	if (url_for(mint, &url, err) == -1)
		return -1;
	buffer_add_string(&body, "{\"audience\":");
	json_quote(&body, mint->audience);
	buffer_add_string(&body, "}");
	if (buffer_failed(&body))
		return error_set(
		    err, FAULT_IDENTITY, "the audience is too long");
	request.url = buffer_text(&url);
	request.body = buffer_text(&body);
	request.credential = surroundings_get(mint->around, TOKEN);
	return tokenrequest_send(mint, &request, token, err);
}

static int
buildkite_endpoint(const struct settings *settings,
    const struct surroundings *around, struct identity_endpoint *endpoint)
{
	(void)settings;
	buffer_add_string(&endpoint->url, base_of(around));
	return 0;
}

const struct identity identity_buildkite = {
    .name = "buildkite",
    .variables = variables,
    .programs = programs,
    .speaks_http = true,
    .here = buildkite_here,
    .endpoint = buildkite_endpoint,
    .run = buildkite_run,
};
