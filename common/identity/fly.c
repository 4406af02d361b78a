/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <sys/un.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/text.h"
#include "identity/tokenrequest.h"

/* A Fly Machine has a socket to the platform, which mints for any audience
 * and asks for no credential.
 * https://fly.io/docs/security/openid-connect/ */

#define SOCKET "/.fly/api"
#define URL "http://localhost/v1/tokens/oidc"
#define BODY_MAX (32 * 1024)

static const char *const variables[] = {"FLY_APP_NAME", "FLY_MACHINE_ID", NULL};
static const char *const keys[] = {"socket", NULL};

static bool
is_socket(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static bool
fly_here(const struct surroundings *around, char *reason, size_t size)
{
	if (is_socket(SOCKET)) {
		snprintf(reason, size, "there is a socket " SOCKET);
		return true;
	}
	if (identity_variable(around, "FLY_MACHINE_ID") != NULL)
		snprintf(reason, size,
		    "FLY_MACHINE_ID is set, but there is no socket " SOCKET);
	else
		snprintf(reason, size, "there is no socket " SOCKET);
	return false;
}

static int
socket_of(const struct settings *settings, const struct surroundings *around,
    char path[PATH_MAX], struct error *err)
{
	const char *named = settings_get(settings, "socket");
	const struct sockaddr_un *at = NULL;

	if (identity_path(named == NULL ? SOCKET : named, around, path,
		PATH_MAX, err) == -1)
		return -1;
	if (strlen(path) >= sizeof(at->sun_path))
		return error_set(err, FAULT_CONFIG,
		    "'%s' is longer than a socket's path may be (%zu bytes)",
		    path, sizeof(at->sun_path) - 1);
	return 0;
}

static int
fly_trace(const struct settings *settings, const struct surroundings *around,
    struct identity_trace *trace, struct error *err)
{
	char path[PATH_MAX];

	if (socket_of(settings, around, path, err) == -1)
		return -1;
	identity_trace_file(trace, path);
	return 0;
}

static int
fly_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	scoped(buffer) struct buffer body = BUFFER(BODY_MAX);
	char path[PATH_MAX];
	struct tokenrequest request = {.method = "POST",
	    .url = URL,
	    .socket = path,
	    .denied = "the machine may not ask for tokens"};

	if (socket_of(mint->settings, mint->around, path, err) == -1)
		return -1;
	if (!is_socket(path))
		return error_set(err, FAULT_IDENTITY,
		    "there is no socket %s: is this a Fly Machine?", path);
	buffer_add_string(&body, "{\"aud\":");
	json_quote(&body, mint->audience);
	buffer_add_string(&body, "}");
	if (buffer_failed(&body))
		return error_set(
		    err, FAULT_IDENTITY, "the audience is too long");
	request.body = buffer_text(&body);
	return tokenrequest_send(mint, &request, token, err);
}

static int
fly_endpoint(const struct settings *settings, const struct surroundings *around,
    struct identity_endpoint *endpoint)
{
	char path[PATH_MAX];

	if (socket_of(settings, around, path, NULL) == -1)
		return -1;
	buffer_add_string(&endpoint->url, URL);
	return text_copy(endpoint->socket, sizeof(endpoint->socket), path);
}

const struct identity identity_fly = {
    .name = "fly",
    .variables = variables,
    .keys = keys,
    .speaks_http = true,
    .here = fly_here,
    .trace = fly_trace,
    .endpoint = fly_endpoint,
    .run = fly_run,
};
