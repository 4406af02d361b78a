/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/jwt.h"
#include "identity/tokenrequest.h"

/* Azure Pipelines: a job asks for a token of its pipeline or, with a service
 * connection, of that. Every one is for the same audience, which Entra takes.
 * https://learn.microsoft.com/rest/api/azure/devops/distributedtask/
 * (Oidctoken)
 */

#define REQUEST_URI "SYSTEM_OIDCREQUESTURI"
#define ACCESS_TOKEN "SYSTEM_ACCESSTOKEN"
#define URL_MAX (32 * 1024)

static const char *const variables[] = {
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI", "TF_BUILD", NULL};
static const char *const keys[] = {"service-connection", NULL};

static bool
azure_here(const struct surroundings *around, char *reason, size_t size)
{
	bool uri = identity_variable(around, REQUEST_URI) != NULL;
	bool token = identity_variable(around, ACCESS_TOKEN) != NULL;

	if (uri && token)
		snprintf(reason, size, REQUEST_URI " is set");
	else if (uri)
		snprintf(reason, size,
		    REQUEST_URI " is set, but " ACCESS_TOKEN
				" is not: the step lacks `env: " ACCESS_TOKEN
				": $(System.AccessToken)`");
	else
		snprintf(reason, size, REQUEST_URI " is not set");
	return uri && token;
}

/* An AzureCLI task puts the service connection that it logged in with into a
 * variable. */
static const char *
connection_of(const struct identity_mint *mint)
{
	const char *id = settings_get(mint->settings, "service-connection");

	if (id != NULL)
		return id;
	return identity_variable(
	    mint->around, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
}

static int
url_for(const struct identity_mint *mint, struct buffer *url, struct error *err)
{
	const char *base = surroundings_get(mint->around, REQUEST_URI);
	const char *connection = connection_of(mint);

	buffer_add_string(url, base);
	buffer_add_string(url, strchr(base, '?') == NULL ? "?" : "&");
	buffer_add_string(url, "api-version=7.1");
	if (connection != NULL) {
		buffer_add_string(url, "&serviceConnectionId=");
		buffer_add_escaped(url, connection);
	}
	if (buffer_failed(url))
		return error_set(
		    err, FAULT_IDENTITY, REQUEST_URI " is too long");
	if (http_allowed(buffer_text(url), err) == -1)
		return error_in(err, REQUEST_URI);
	return 0;
}

static int
check_audience(
    const struct secret *token, const char *audience, struct error *err)
{
	struct jwt jwt;

	if (jwt_has_audience(token, audience))
		return 0;
	if (jwt_read(token, &jwt, err) == -1)
		return error_in(err, "the token in the reply");
	return error_set(err, FAULT_IDENTITY,
	    "no token for audience %s: Azure Pipelines issues them for %s "
	    "alone; have the other side accept that one, and ask for it "
	    "(token-audience)",
	    audience, jwt.audience);
}

/* Without the header, who is denied is led to a page to sign in at. */
static int
azure_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	static const char *const headers[] = {"Accept: application/json",
	    "X-TFS-FedAuthRedirect: Suppress", NULL};
	scoped(buffer) struct buffer url = BUFFER(URL_MAX);
	scoped(secret) struct secret *found = NULL;
	struct tokenrequest request = {.method = "POST",
	    .headers = headers,
	    .scheme = "Bearer",
	    .body = "",
	    .member = "oidcToken",
	    .denied = "the job has ended, or may not use the service "
		      "connection",
	    .missing = "the service connection is unknown, or its kind is "
		       "not workload identity federation"};
	char reason[IDENTITY_REASON_MAX];

	if (!azure_here(mint->around, reason, sizeof(reason)))
		return error_set(err, FAULT_IDENTITY, "%s", reason);
	if (url_for(mint, &url, err) == -1)
		return -1;
	request.url = buffer_text(&url);
	request.credential = surroundings_get(mint->around, ACCESS_TOKEN);
	if (tokenrequest_send(mint, &request, &found, err) == -1 ||
	    check_audience(found, mint->audience, err) == -1)
		return -1;
	*token = take(&found);
	return 0;
}

static int
azure_endpoint(const struct settings *settings,
    const struct surroundings *around, struct identity_endpoint *endpoint)
{
	const char *url = identity_variable(around, REQUEST_URI);

	(void)settings;
	buffer_add_string(&endpoint->url, url == NULL ? "" : url);
	return url == NULL ? -1 : 0;
}

const struct identity identity_azure_devops = {
    .name = "azure-devops",
    .variables = variables,
    .keys = keys,
    .speaks_http = true,
    .here = azure_here,
    .endpoint = azure_endpoint,
    .run = azure_run,
};
