/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "exchange/aws.h"
#include "exchange/reply.h"

#define LOGIN_MAX (8 * 1024)

/* The list alone would not do: its path would also fit an object with a member
 * "0". */
static bool
has_data(const struct aws_registry *registry, const struct json *json)
{
	size_t count;

	return registry->one ? json_is_object(json, "authorizationData")
			     : json_count(json, "authorizationData", &count);
}

static const char *
path_to(char path[64], const struct aws_registry *registry, const char *member)
{
	snprintf(path, 64, "authorizationData%s/%s", registry->one ? "" : "/0",
	    member);
	return path;
}

/* The token is base64 of USER:PASSWORD; the password may have colons. */
static struct secret *
decode_login(const struct aws_registry *registry, const struct json *json,
    const char *url, struct error *err)
{
	char path[64];
	scoped(secret) struct secret *login = secret_new(LOGIN_MAX);
	const char *token;

	if (login == NULL) {
		error_errno(err, "memory for a login");
		return NULL;
	}
	if (has_data(registry, json) &&
	    json_string(
		json, path_to(path, registry, "authorizationToken"), &token) &&
	    base64_decode(login, token, strlen(token)) == 0 &&
	    reply_is_token(secret_bytes(login), secret_length(login)))
		return take(&login);
	reply_unexpected(url, err, "no authorizationToken in it");
	return NULL;
}

static int
read_login(const struct aws_registry *registry, const struct json *json,
    const char *url, char **name, struct secret **password, struct error *err)
{
	scoped(secret) struct secret *login =
	    decode_login(registry, json, url, err);
	const char *user, *colon;

	if (login == NULL)
		return -1;
	user = secret_bytes(login);
	colon = strchr(user, ':');
	if (colon == NULL || colon == user || colon[1] == '\0')
		return reply_unexpected(
		    url, err, "its authorizationToken is no USER:PASSWORD");
	*name = strndup(user, (size_t)(colon - user));
	*password = secret_copy(colon + 1, strlen(colon + 1));
	if (*name == NULL || *password == NULL)
		return error_errno(err, "memory for a login");
	return 0;
}

/* Nobody promises that a token outlives the credentials that it was made
 * with, whatever it says. */
static int64_t
read_expiry(const struct exchange_mint *mint,
    const struct aws_registry *registry, const struct json *json)
{
	int64_t expires, input = mint->input->expires;
	char path[64];

	if (!json_integer(
		json, path_to(path, registry, "expiresAt"), &expires) ||
	    expires < 0)
		expires = 0;
	if (input == 0)
		return expires;
	input = reply_expiry(mint, input, 0);
	return expires == 0 || expires > input ? input : expires;
}

static int
read_reply(const struct exchange_mint *mint,
    const struct aws_registry *registry, const struct http_reply *reply,
    const char *url, struct credential **output, struct error *err)
{
	scoped(json) struct json *json = NULL;
	scoped(secret) struct secret *password = NULL;
	scoped(string) char *name = NULL;
	char host[REPLY_HOST_MAX];

	json = reply_json(reply, http_host(url, host, sizeof(host)), err);
	if (json == NULL ||
	    read_login(registry, json, url, &name, &password, err) == -1 ||
	    reply_yield(mint, KIND_BASIC, &password,
		read_expiry(mint, registry, json), output, err) == -1)
		return -1;
	(*output)->name = take(&name);
	return 0;
}

int
aws_login(const struct exchange_mint *mint, const struct aws_registry *registry,
    const char *url, const char *region, struct credential **output,
    struct error *err)
{
	scoped(http_reply) struct http_reply reply = {0};
	scoped(secret) struct secret *body = secret_copy("{}", 2);
	struct aws_call call = {
	    .url = url,
	    .service = registry->service,
	    .region = region,
	    .content_type = "application/x-amz-json-1.1",
	    .target = registry->target,
	    .body = body,
	};

	if (body == NULL)
		return error_errno(err, "memory for a request");
	if (aws_ask(mint, &call, registry->causes, &reply, err) == -1)
		return -1;
	return read_reply(mint, registry, &reply, url, output, err);
}
