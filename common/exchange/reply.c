/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/echo.h"
#include "base/text.h"
#include "exchange/claims.h"
#include "exchange/reply.h"

/* A lifetime beyond ten years is taken for those ten, and a time beyond the
 * last that can be written for that: sums must fit. */
#define LIFE_MAX (10 * 365 * 86400LL)
#define YEAR_9999 INT64_C(253402300799)

/* The media types that are the same syntax under several names. */
static const char *
media_family(const char *type)
{
	const char *subtype = strchr(type, '/');

	if (subtype == NULL)
		return type;
	subtype++;
	if (strcmp(subtype, "json") == 0 || text_ends(subtype, "+json") ||
	    text_starts(subtype, "x-amz-json-"))
		return "json";
	if (strcmp(subtype, "xml") == 0 || text_ends(subtype, "+xml"))
		return "xml";
	return type;
}

int
exchange_accept(const struct http_reply *reply, const char *type,
    const char *host, struct error *err)
{
	char shown[96];

	if (reply->status / 100 != 2)
		return error_set(err, FAULT_REFUSED,
		    "unexpected status %d from %s", reply->status, host);
	if (reply->body == NULL || secret_length(reply->body) == 0)
		return error_set(
		    err, FAULT_REFUSED, "unexpected empty reply from %s", host);
	if (strcmp(media_family(reply->type), media_family(type)) == 0)
		return 0;
	if (*reply->type == '\0')
		return error_set(err, FAULT_REFUSED,
		    "unexpected reply without a type from %s", host);
	text_printable(shown, sizeof(shown), reply->type, strlen(reply->type));
	return error_set(err, FAULT_REFUSED,
	    "unexpected %s from %s instead of %s", shown, host, type);
}

struct json *
reply_json(const struct http_reply *reply, const char *host, struct error *err)
{
	struct json *json;

	if (exchange_accept(reply, "application/json", host, err) == -1)
		return NULL;
	json = json_parse(
	    secret_bytes(reply->body), secret_length(reply->body), err);
	if (json == NULL) {
		if (err != NULL && err->fault != FAULT_SYSTEM)
			err->fault = FAULT_REFUSED;
		error_in(err, "unexpected reply from %s", host);
	}
	return json;
}

void
reply_conceal(struct error *err, const struct credential *input)
{
	if (err == NULL)
		return;
	echo_conceal(err->text, input->secret);
	echo_conceal(err->text, input->session);
}

int
exchange_run(const struct exchange *exchange, const struct exchange_mint *mint,
    struct credential **output, struct error *err)
{
	if (exchange->run(mint, output, err) == 0)
		return 0;
	reply_conceal(err, mint->input);
	if (mint->actor != NULL)
		reply_conceal(err, mint->actor);
	return -1;
}

struct json *
reply_ask(const struct exchange_mint *mint, const struct http_request *request,
    struct error *err)
{
	scoped(http_reply) struct http_reply reply = {0};
	char host[REPLY_HOST_MAX];

	if (http_send(mint->http, request, &reply, err) == -1)
		return NULL;
	http_host(request->url, host, sizeof(host));
	if (reply.status / 100 != 2) {
		exchange_refused(&reply, host, err);
		reply_conceal(err, mint->input);
		if (mint->actor != NULL)
			reply_conceal(err, mint->actor);
		claims_blame(err, mint->input);
		return NULL;
	}
	return reply_json(&reply, host, err);
}

bool
reply_is_token(const char *bytes, size_t length)
{
	if (length == 0 || length > REPLY_TOKEN_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (bytes[i] <= ' ' || bytes[i] >= 0x7f)
			return false;
	return true;
}

int
reply_unexpected(const char *url, struct error *err, const char *fmt, ...)
{
	char host[REPLY_HOST_MAX], what[256];
	va_list arguments;

	va_start(arguments, fmt);
	vsnprintf(what, sizeof(what), fmt, arguments);
	va_end(arguments);
	return error_set(err, FAULT_REFUSED, "unexpected reply from %s: %s",
	    http_host(url, host, sizeof(host)), what);
}

struct secret *
reply_token(const struct json *json, const char *path, const char *url,
    struct error *err)
{
	struct secret *token;
	const char *string;

	if (!json_string(json, path, &string)) {
		reply_unexpected(url, err, "no %s in it", path);
		return NULL;
	}
	if (!reply_is_token(string, strlen(string))) {
		reply_unexpected(url, err, "%s is no token", path);
		return NULL;
	}
	if ((token = secret_copy(string, strlen(string))) == NULL)
		error_errno(err, "memory for a token");
	return token;
}

int64_t
reply_expiry(const struct exchange_mint *mint, int64_t start, int64_t seconds)
{
	if (seconds > LIFE_MAX)
		seconds = LIFE_MAX;
	return start + mint->http->skew + seconds;
}

int
reply_yield(const struct exchange_mint *mint, unsigned kind,
    struct secret **secret, int64_t expires, struct credential **output,
    struct error *err)
{
	scoped(credential) struct credential *made = credential_new(kind);

	if (made == NULL || claims_carry(made, mint->input) == -1)
		return error_errno(err, "memory for a credential");
	made->secret = take(secret);
	made->expires = expires > YEAR_9999 ? YEAR_9999 : expires;
	*output = take(&made);
	return 0;
}

/* RFC 7617 2: no colon, and nothing that no line can hold. */
static bool
is_user(const char *name)
{
	const char *at = name;

	while ((unsigned char)*at >= ' ' && *at != 0x7f && *at != ':')
		at++;
	return at != name && *at == '\0';
}

int
reply_basic(struct credential *credential, const char *name, struct error *err)
{
	char shown[64];

	if (!is_user(name))
		return error_set(err, FAULT_REFUSED,
		    "unexpected reply: '%s' is no user name",
		    text_printable(shown, sizeof(shown), name, strlen(name)));
	if ((credential->name = strdup(name)) == NULL)
		return error_errno(err, "memory for a user name");
	credential->kind = KIND_BASIC;
	return 0;
}
