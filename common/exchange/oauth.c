/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/jwt.h"
#include "base/text.h"

#include "exchange/oauth.h"
#include "exchange/reply.h"

#define SCOPES_MAX (8 * 1024)

struct secret *
oauth_form(const struct secret *subject_token, const char *subject_token_type,
    size_t room, struct error *err)
{
	size_t most = 3 * secret_length(subject_token) + room + 1024;
	scoped(secret) struct secret *body = secret_new(most);

	if (body == NULL || http_form(body, "grant_type", OAUTH_GRANT) == -1 ||
	    http_form_secret(body, "subject_token", subject_token) == -1 ||
	    http_form(body, "subject_token_type", subject_token_type) == -1) {
		error_set(err, FAULT_SYSTEM, "no room for the request");
		return NULL;
	}
	return take(&body);
}

int
oauth_form_scope(
    struct secret *body, const struct settings *settings, const char *otherwise)
{
	scoped(buffer) struct buffer scopes = BUFFER(SCOPES_MAX);

	settings_each (setting, settings, "scope")
		buffer_printf(&scopes, "%s%s", scopes.length > 0 ? " " : "",
		    setting->value);
	if (buffer_failed(&scopes))
		return -1;
	if (scopes.length > 0)
		return http_form(body, "scope", buffer_text(&scopes));
	return otherwise == NULL ? 0 : http_form(body, "scope", otherwise);
}

/* A token that has to be proved at each use is none that we can hand on, and
 * one that makes others none that we will. */
static int
check_type(const struct json *json, const char *url, struct error *err)
{
	const char *type;
	char shown[64];

	if (json_string(json, "issued_token_type", &type) &&
	    strcmp(type, OAUTH_TYPE "refresh_token") == 0)
		return reply_unexpected(
		    url, err, "a refresh token: set requested-token-type");
	if (!json_string(json, "token_type", &type) ||
	    strcasecmp(type, "bearer") == 0 || strcasecmp(type, "N_A") == 0)
		return 0;
	text_printable(shown, sizeof(shown), type, strlen(type));
	return reply_unexpected(
	    url, err, "a token of type %s, not Bearer", shown);
}

static int64_t
read_expiry(const struct exchange_mint *mint, const struct json *json,
    const struct secret *token, int64_t start)
{
	struct jwt claims;
	int64_t seconds;

	if (json_integer(json, "expires_in", &seconds) && seconds > 0)
		return reply_expiry(mint, start, seconds);
	if (jwt_read(token, &claims, NULL) == 0)
		return claims.expires;
	return 0;
}

int
oauth_ask(const struct exchange_mint *mint, const struct http_request *request,
    struct credential **output, struct error *err)
{
	const char *url = request->url;
	int64_t start = clock_unix();
	scoped(json) struct json *json = reply_ask(mint, request, err);
	scoped(secret) struct secret *token = NULL;
	int64_t expires;

	if (json == NULL || check_type(json, url, err) == -1 ||
	    (token = reply_token(json, "access_token", url, err)) == NULL)
		return -1;
	expires = read_expiry(mint, json, token, start);
	return reply_yield(mint, KIND_BEARER, &token, expires, output, err);
}

int
oauth_post(const struct exchange_mint *mint, const char *url,
    const struct secret *body, struct credential **output, struct error *err)
{
	const struct http_request request = {
	    .method = "POST",
	    .url = url,
	    .content_type = "application/x-www-form-urlencoded",
	    .body = body,
	};

	return oauth_ask(mint, &request, output, err);
}
