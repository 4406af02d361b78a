/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/echo.h"
#include "base/json.h"
#include "base/text.h"
#include "identity/identity.h"

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

static struct secret *
bearer(const struct surroundings *around)
{
	const char *token = surroundings_get(around, REQUEST_TOKEN);
	struct secret *value = secret_new(strlen("Bearer ") + strlen(token));

	if (value != NULL) {
		secret_add_string(value, "Bearer ");
		secret_add_string(value, token);
	}
	return value;
}

static enum fault
fault_of(int status)
{
	if (status == 401 || status == 403)
		return FAULT_IDENTITY;
	return status == 429 || status >= 500 ? FAULT_NETWORK : FAULT_REFUSED;
}

/* Its error replies are {"message": "..."}, or a proxy's page. */
static void
message_of(const struct http_reply *reply, char *text, size_t size)
{
	scoped(json) struct json *json = NULL;
	const char *message;

	snprintf(text, size, "no reason given");
	if (reply->body == NULL)
		return;
	json = json_parse(
	    secret_bytes(reply->body), secret_length(reply->body), NULL);
	if (json != NULL && json_string(json, "message", &message))
		text_printable(text, size, message, strlen(message));
}

/* `sent`: what it may repeat. */
static int
refused(const struct http_reply *reply, const struct secret *sent,
    const char *host, struct error *err)
{
	enum fault fault = fault_of(reply->status);
	char message[256];

	message_of(reply, message, sizeof(message));
	echo_conceal(message, sent);
	return error_set(err, fault, "HTTP %d from %s: %s%s", reply->status,
	    host, message,
	    fault == FAULT_IDENTITY ? " (the job has ended, or lacks "
				      "`permissions: id-token: write`)"
				    : "");
}

static int
token_from(const struct http_reply *reply, const struct secret *sent,
    const char *host, struct secret **token, struct error *err)
{
	scoped(json) struct json *json = NULL;
	scoped(secret) struct secret *found = NULL;
	const char *value;

	if (reply->status != 200)
		return refused(reply, sent, host, err);
	if (reply->body != NULL)
		json = json_parse(secret_bytes(reply->body),
		    secret_length(reply->body), NULL);
	if (json == NULL || !json_string(json, "value", &value))
		return error_set(
		    err, FAULT_REFUSED, "no token in the reply of %s", host);
	if ((found = secret_copy(value, strlen(value))) == NULL)
		return error_errno(err, "memory for a token");
	if (identity_trim(&found, "the token in the reply", err) == -1)
		return error_in(err, "%s", host);
	*token = take(&found);
	return 0;
}

static int
github_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	static const char *const headers[] = {
	    "Accept: application/json; api-version=2.0", NULL};
	scoped(buffer) struct buffer url = BUFFER(URL_MAX);
	scoped(secret) struct secret *authorization = NULL;
	scoped(http_reply) struct http_reply reply = {0};
	struct http_request request = {.method = "GET", .headers = headers};
	char reason[IDENTITY_REASON_MAX], host[256];

	if (!github_here(mint->around, reason, sizeof(reason)))
		return error_set(err, FAULT_IDENTITY, "%s", reason);
	if (url_for(mint, &url, err) == -1)
		return -1;
	if ((authorization = bearer(mint->around)) == NULL)
		return error_errno(err, "memory for a token");
	request.url = buffer_text(&url);
	request.authorization = authorization;
	if (http_send(mint->http, &request, &reply, err) == -1)
		return -1;
	http_host(request.url, host, sizeof(host));
	return token_from(&reply, authorization, host, token, err);
}

const struct identity identity_github_actions = {
    .name = "github-actions",
    .speaks_http = true,
    .variables = variables,
    .here = github_here,
    .run = github_run,
};
