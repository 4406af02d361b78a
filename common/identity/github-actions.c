/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "identity/tokenrequest.h"

/* A job's own endpoint mints for any audience, with a request token that
 * lives as long as the job.
 * https://docs.github.com/en/actions/reference/security/oidc */

#define REQUEST_URL "ACTIONS_ID_TOKEN_REQUEST_URL"
#define REQUEST_TOKEN "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
#define URL_MAX (32 * 1024)

static const char *const variables[] = {"ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL", "GITHUB_ACTIONS", NULL};

static bool
github_here(const struct surroundings *around, char *reason, size_t size)
{
	if (identity_variable(around, REQUEST_URL) != NULL &&
	    identity_variable(around, REQUEST_TOKEN) != NULL) {
		snprintf(reason, size, REQUEST_URL " is set");
		return true;
	}
	if (identity_variable(around, "GITHUB_ACTIONS") != NULL)
		snprintf(reason, size,
		    "GITHUB_ACTIONS is set, but " REQUEST_URL
		    " is not: the job lacks `permissions: id-token: write`");
	else
		snprintf(reason, size, "GITHUB_ACTIONS is not set");
	return false;
}

static int
url_for(const struct identity_mint *mint, struct buffer *url, struct error *err)
{
	const char *base = surroundings_get(mint->around, REQUEST_URL);

	buffer_add_string(url, base);
	buffer_add_string(url, strchr(base, '?') == NULL ? "?" : "&");
	buffer_add_string(url, "audience=");
	buffer_add_escaped(url, mint->audience);
	if (buffer_failed(url))
		return error_set(err, FAULT_IDENTITY,
		    REQUEST_URL " and the audience are too long");
	if (http_allowed(buffer_text(url), err) == -1)
		return error_in(err, REQUEST_URL);
	return 0;
}

static int
github_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	static const char *const headers[] = {
	    "Accept: application/json; api-version=2.0", NULL};
	scoped(buffer) struct buffer url = BUFFER(URL_MAX);
	struct tokenrequest request = {.method = "GET",
	    .headers = headers,
	    .scheme = "Bearer",
	    .member = "value",
	    .denied = "the job has ended, or lacks "
		      "`permissions: id-token: write`"};
	char reason[IDENTITY_REASON_MAX];

	if (!github_here(mint->around, reason, sizeof(reason)))
		return error_set(err, FAULT_IDENTITY, "%s", reason);
	if (url_for(mint, &url, err) == -1)
		return -1;
	request.url = buffer_text(&url);
	request.credential = surroundings_get(mint->around, REQUEST_TOKEN);
	return tokenrequest_send(mint, &request, token, err);
}

static int
github_endpoint(const struct settings *settings,
    const struct surroundings *around, struct identity_endpoint *endpoint)
{
	const char *url = identity_variable(around, REQUEST_URL);

	(void)settings;
	buffer_add_string(&endpoint->url, url == NULL ? "" : url);
	return url == NULL ? -1 : 0;
}

const struct identity identity_github_actions = {
    .name = "github-actions",
    .speaks_http = true,
    .variables = variables,
    .here = github_here,
    .endpoint = github_endpoint,
    .run = github_run,
};
